"""What is personal lies nowhere in clear, opens only where it was sealed, and is gone when its key is."""

import os
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.codes import tables
from domain.event import WHOLLY_SEALED, Category, Event, Name, Part, Region, Text, fields_of
from domain.events.adoption.assessment import AdopterApplicationReceived
from domain.events.household import HouseholdRegistered
from domain.field_types import FieldType, field_type, field_types
from domain.text import is_digits
from ledger.codec.mapping import decode, encode, load
from ledger.codec.split import BLINDING, personal_fields, place, split
from ledger.sealing.cipher import Keyring, Pair, Seal, SealBrokenError
from tests.support.forms import example_of_form
from tests.support.given import some
from tests.support.stored import LEDGER, Body, ring_for
from tests.support.whole_events import asked_of_every_event, free_texts, full, full_entry

IN_CLEAR = {
    "RulebookAdopted.content": "the rules themselves, which are public",
    "InstitutionOpened.name": "an institution's name is public",
    "InstitutionOpened.uscc": "public in the credit register",
    "InstitutionChanged.name": "an institution's name is public",
    "InstitutionChanged.uscc": "public in the credit register",
}
"""Texts that nobody's data stands in, each with why."""
DIGEST = 64
"""Signs of a SHA-256 in hex."""


@asked_of_every_event
def test_no_text_that_is_personal_lies_in_the_stored_bytes(kind: type[Event]) -> None:
    entry = full_entry(full(kind))
    stored = encode(entry, ring_for(entry)).decode()
    envelope = replace(entry, event=some(HouseholdRegistered))
    values = tuple(getattr(entry.event, name) for name, _, _ in personal_fields(kind).personal)
    said = free_texts(envelope) + free_texts(values)
    assert said
    assert [text for text in said if text in stored] == []


@asked_of_every_event
def test_every_free_text_is_personal(kind: type[Event]) -> None:
    """Names, numbers of people and papers, addresses, accounts and free text are; codes are not."""
    loose = [
        f"{kind.__name__}.{spec.name}"
        for spec in fields_of(kind)
        if spec.personal is None and _holds_text(field_type(spec.annotation))
    ]
    assert [name for name in loose if name not in IN_CLEAR] == []


def test_a_text_has_no_form_that_would_let_it_lie_in_clear() -> None:
    assert _holds_text(field_type(Text))
    assert _holds_text(field_type(Name))
    assert not _holds_text(field_type(Region))


def _holds_text(of: FieldType) -> bool:
    if of.items is not None:
        return _holds_text(of.items)
    if issubclass(of.type, Part):
        return any(map(_holds_text, field_types(of.type).values()))
    coded = of.code is not None and tables()[of.code].complete
    return of.type is str and not (coded or of.choices or _has_a_form(of))


def _has_a_form(of: FieldType) -> bool:
    """Whether nothing but digits of a fixed length fits: a region's, a month's, a place's, a digest's."""
    if example_of_form(of) is not None:
        return True
    formed = any(getattr(limit, "func", None) is is_digits for limit in of.limits)
    lengths = {getattr(limit, name, 0) for limit in of.limits for name in ("min_length", "max_length")} - {0}
    return (formed or lengths == {DIGEST}) and len(lengths) == 1


@asked_of_every_event
def test_in_the_sealed_categories_codes_and_dates_are_sealed_too(kind: type[Event]) -> None:
    if kind.seals in WHOLLY_SEALED:
        assert personal_fields(kind).plain == ()


@asked_of_every_event
def test_parts_are_sealed_with_their_field(kind: type[Event]) -> None:
    for of in field_types(kind).values():
        part = of.items.type if of.items is not None else of.type
        if issubclass(part, Part):
            assert all(spec.personal is None for spec in fields_of(part))


@asked_of_every_event
def test_the_subject_of_a_field_is_a_field_that_names_a_person(kind: type[Event]) -> None:
    for _, _, subject in personal_fields(kind).personal:
        assert subject is None or field_types(kind)[subject].type is UUID


def moved(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Return a change of one field of a stored document."""

    def change(document: dict[str, Any]) -> None:
        document[key] = value

    return change


def under_another(field: str, value: str) -> Callable[[dict[str, Any]], None]:
    """Return a change of the subject or category of a sealed part."""

    def change(document: dict[str, Any]) -> None:
        document["sealed"][0][field] = value

    return change


def exchanged(document: dict[str, Any]) -> None:
    """Exchange two sealed parts of an entry."""
    one, other = document["sealed"]
    one["bytes"], other["bytes"] = other["bytes"], one["bytes"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(moved("stream", str(uuid4())), id="to another file"),
        pytest.param(moved("entry_id", str(uuid4())), id="to another entry"),
        pytest.param(moved("version", 2), id="to another version"),
        pytest.param(moved("schema", 2), id="to another payload version"),
        pytest.param(moved("type", "IdCardIssued"), id="to another type"),
        pytest.param(under_another("subject", str(UUID(int=9))), id="to another person"),
        pytest.param(under_another("category", "health"), id="to another category"),
        pytest.param(exchanged, id="to another part"),
    ],
)
def test_a_sealed_part_opens_nowhere_else(change: Callable[[dict[str, Any]], None]) -> None:
    """Not even where all subjects and categories had the same key."""
    entry = full_entry(full(HouseholdRegistered))
    one_key = AESGCM(os.urandom(32))
    subjects = [entry.stream, UUID(int=9)]
    ring = Keyring(LEDGER, {(subject, category): one_key for subject in subjects for category in Category})
    document = load(encode(entry, ring))
    change(document)
    with pytest.raises(SealBrokenError):
        decode(Body(orjson.dumps(document)), ring)


def test_a_sealed_part_opens_in_no_other_ledger() -> None:
    entry = full_entry(full(HouseholdRegistered))
    cipher = AESGCM(os.urandom(32))
    ciphers = dict.fromkeys(split(entry).personal, cipher)
    stored = Body(encode(entry, Keyring(LEDGER, ciphers)))
    with pytest.raises(SealBrokenError):
        decode(stored, Keyring("another", ciphers))


def test_a_sealed_part_that_was_altered_does_not_open() -> None:
    entry = full_entry(full(HouseholdRegistered))
    ring = ring_for(entry)
    document = load(encode(entry, ring))
    sealed = document["sealed"][0]["bytes"]
    document["sealed"][0]["bytes"] = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    with pytest.raises(SealBrokenError):
        decode(Body(orjson.dumps(document)), ring)


def test_who_is_shown_what_was_sealed_sees_by_its_hash_that_it_was_recorded() -> None:
    """The hash stands in the clear, and tells nothing: what is said twice has two of them."""
    entry = full_entry(full(HouseholdRegistered))
    ring = ring_for(entry)
    one, other = (load(encode(entry, ring)) for _ in range(2))
    for document in (one, other):
        for part in document["sealed"]:
            pair = (UUID(part["subject"]), part["category"])
            text = ring.open(pair, b64decode(part["bytes"]), place(document))
            assert text is not None
            assert sha256(text).digest() == b64decode(part["digest"])
            orjson.loads(text[BLINDING:])
    digests = [part["digest"] for document in (one, other) for part in document["sealed"]]
    assert len(set(digests)) == len(digests)


def test_erasing_one_person_leaves_the_other_readable() -> None:
    adopter = uuid4()
    entry = full_entry(some(AdopterApplicationReceived, adopter=adopter, motive="愿给孩子一个家"))
    child, other = (entry.stream, Category.ADOPTION), (adopter, Category.ADOPTION)
    keys: dict[Pair, AESGCM] = {child: AESGCM(os.urandom(32)), other: AESGCM(os.urandom(32))}
    stored = Body(encode(entry, Keyring(LEDGER, keys)))
    without_adopter = decode(stored, Keyring(LEDGER, {child: keys[child]}))
    assert without_adopter.note == entry.note
    assert without_adopter.event.motive.erased == "adoption"
    without_child = decode(stored, Keyring(LEDGER, {other: keys[other]}))
    assert without_child.event.motive == "愿给孩子一个家"
    assert without_child.event.adopter.erased == "adoption"


def test_a_value_of_a_read_model_opens_only_where_it_stands() -> None:
    child, other = uuid4(), uuid4()
    cipher = AESGCM(os.urandom(32))
    ring = Keyring(
        LEDGER, {(subject, category): cipher for subject in (child, other) for category in Category}
    )
    seal = Seal(ring, str.encode)
    sealed = seal.seal(child, Category.IDENTITY, "张小明", "register.name")
    assert "张小明".encode() not in sealed
    assert seal.open(child, Category.IDENTITY, sealed, "register.name") == "张小明"
    for subject, category, context in (
        (other, Category.IDENTITY, "register.name"),
        (child, Category.FAMILY, "register.name"),
        (child, Category.IDENTITY, "register.ward"),
    ):
        with pytest.raises(SealBrokenError):
            seal.open(subject, category, sealed, context)
    assert (
        Seal(Keyring(LEDGER, {}), str.encode).open(child, Category.IDENTITY, sealed, "register.name") is None
    )
