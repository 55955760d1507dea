"""The split of an entry into its clear part and its sealed parts, by subject and category.

A group of fields without a value (null or Unknown throughout) stays in the clear, unless its category is
sealed wholly: there it would reveal something too. Of the envelope, the note, its author, the numbers,
issuers and hashes of papers, and the explanation of a correction or an exception are sealed with the event's
personal data, under the category that the event names, for the file's subject.
"""

import os
from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.envelope import envelope_fields
from domain.event import WHOLLY_SEALED, Category, Event, Field, Part, Unknown, fields_of, known
from ledger.canonical import Json, canonical
from ledger.sealing.cipher import FORMAT, VOUCHER, Keyring, Pair, SealBrokenError, padded

_WHOLLY: Final = frozenset(map(str, WHOLLY_SEALED))
_BLOCK: Final = 256
"""Bytes to which wholly sealed values are padded, since codes differ in length."""
_SALT: Final = 16
"""Random bytes in every entry, so that the hash of its bytes reveals nothing about them."""
BLINDING: Final = 16
"""Random bytes before what is sealed. The entry tells the hash of both in the clear, so that whoever is shown
them sees that this was recorded, and needs no key, which would open other entries, too."""
_place: Final = itemgetter("stream", "version", "type", "schema", "entry_id")


@dataclass(frozen=True, slots=True)
class SplitEntry:
    """An entry to be stored: its clear document, and the parts to seal."""

    entry: AnyEntry
    clear: Json
    personal: dict[Pair, Json]

    def encode(self, ring: Keyring) -> bytes:
        """Return the bytes to store, sealed with a keyring that has the keys of all its personal data."""
        where = place(self.clear)
        sealed = []
        for (subject, category), part in self.personal.items():
            text = os.urandom(BLINDING) + _sealable(category, part)
            sealed.append(
                {
                    "subject": subject,
                    "category": category,
                    "bytes": _text(ring.seal((subject, category), text, where)),
                    "digest": _text(sha256(text).digest()),
                }
            )
        body = canonical(self.clear | {"salt": _text(os.urandom(_SALT)), "sealed": sealed})[:-1]
        return body + _voucher(body, ring)


_ENDING: Final = 14 + 4 * -(-VOUCHER // 3)
"""Bytes of the end of a stored entry: its voucher, whose name sorts last in canonical JSON."""


def check_voucher(body: bytes, ring: Keyring) -> None:
    """Raise SealBrokenError unless a stored entry is, byte for byte, as the keyring's ledger wrote it."""
    if body[-_ENDING:] != _voucher(body[:-_ENDING], ring):
        raise SealBrokenError


def _voucher(stored: bytes, ring: Keyring) -> bytes:
    return b',"voucher":"%b"}' % b2a_base64(ring.vouch(stored), newline=False)


def split(entry: AnyEntry) -> SplitEntry:
    """Split an entry into its clear part and the parts to seal."""
    clear: Json = {
        "format": FORMAT,
        "entry_id": entry.entry_id,
        "stream": entry.stream,
        "kind": entry.kind,
        "version": entry.version,
        "type": entry.type,
        "schema": entry.event.schema,
        "occurred_on": entry.days.first,
        "occurred_until": entry.days.last,
        "recorded_by": entry.recorded_by,
        "region": entry.region,
        "origin": entry.origin,
        "cause": entry.cause,
    }
    clear["data"], groups = _split(entry)
    personal: dict[Pair, Json] = {pair: {"data": values} for pair, values in groups.items()}
    open_fields, sealed_fields = _split_fields(entry, envelope_fields(), wholly=bool(entry.event.sealed))
    clear |= open_fields
    if sealed_fields:
        personal.setdefault((entry.stream, entry.event.seals), {}).update(sealed_fields)
    return SplitEntry(entry, clear, personal)


def _split(entry: AnyEntry) -> tuple[Json, dict[Pair, Json]]:
    """Return the event's clear fields, and the others by subject and category."""
    fields = personal_fields(type(entry.event))
    values = vars(entry.event)
    clear = {name: values[name] for name in fields.plain}
    groups: dict[Pair, Json] = {}
    for name, category, field in fields.personal:
        subject = values[field] if field else None
        pair: Pair = (subject if isinstance(subject, UUID) else entry.stream, category)
        groups.setdefault(pair, {})[name] = values[name]
    for group_of, group in list(groups.items()):
        if group_of[1] in WHOLLY_SEALED:
            continue
        if all(value is None or isinstance(value, Unknown) for value in group.values()):
            clear |= groups.pop(group_of)
    return clear, groups


def _split_fields(holder: object, specs: Iterable[Field], *, wholly: bool) -> tuple[Json, Json]:
    """Split the fields of an envelope, or of a part of one, into clear ones and those to seal.

    A field without a value is sealed only if the event is sealed wholly.
    """
    clear: Json = {}
    personal: Json = {}
    for spec in specs:
        name, value = spec.name, getattr(holder, spec.name)
        if (wholly and spec.tells_of_event) or (spec.sealed_with_event and (wholly or value is not None)):
            personal[name] = value
        elif isinstance(value, Part):
            clear[name], sealed_part = _split_fields(value, fields_of(type(value)), wholly=wholly)
            if sealed_part:
                personal[name] = sealed_part
        elif isinstance(value, tuple):
            parts = [_split_fields(each, fields_of(type(each)), wholly=wholly) for each in value]
            clear[name] = [open_part for open_part, _ in parts]
            if any(sealed_part for _, sealed_part in parts):
                personal[name] = [sealed_part for _, sealed_part in parts]
        else:
            clear[name] = value
    return clear, personal


@dataclass(frozen=True, slots=True)
class PersonalFields:
    """The clear fields of an event; the personal ones with their category and the field of the subject.

    `sealed_wholly` are the categories with fields that are sealed whatever their value; `categories` are the
    event's category and those of all values that it may state.
    """

    plain: tuple[str, ...]
    personal: tuple[tuple[str, Category, str | None], ...]
    sealed_wholly: frozenset[Category]
    categories: frozenset[Category]


_PERSONAL: Final[dict[type[Event], PersonalFields]] = {}


def personal_fields(kind: type[Event]) -> PersonalFields:
    """Return the personal and the clear fields of an event."""
    if kind not in _PERSONAL:
        markers = {spec.name: spec.personal for spec in fields_of(kind)}
        categories = {marker.category for marker in markers.values() if marker is not None}
        _PERSONAL[kind] = PersonalFields(
            tuple(name for name, marker in markers.items() if marker is None),
            tuple(
                (name, marker.category, marker.subject)
                for name, marker in markers.items()
                if marker is not None
            ),
            WHOLLY_SEALED & categories,
            frozenset({kind.seals, *categories}),
        )
    return _PERSONAL[kind]


def sealed_wholly(entries: Iterable[AnyEntry]) -> set[Category]:
    """Return the categories of which entries have a wholly sealed part."""
    kinds = {type(entry.event) for entry in entries}
    return {category for kind in kinds for category in personal_fields(kind).sealed_wholly}


def _sealable(category: str, part: Json) -> bytes:
    encoded = canonical(part)
    return padded(encoded, _BLOCK) if category in _WHOLLY else encoded


def place(document: Json) -> tuple[object, ...]:
    """Return the context that the sealed parts of an entry are bound to, from its clear document."""
    where: tuple[object, ...] = _place(document)
    return where


def _text(sealed: bytes) -> str:
    return b2a_base64(sealed, newline=False).decode()


def stated(event: Event) -> set[Category]:
    """Return the categories of an event and of the values that it states."""
    personal = personal_fields(type(event)).personal
    return {
        event.seals,
        *(category for name, category, _ in personal if known(getattr(event, name)) is not None),
    }


def sealed(kind: type[Event]) -> frozenset[Category]:
    """Return the categories of a class of event and of all values that it may state."""
    return personal_fields(kind).categories
