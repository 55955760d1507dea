"""An entry told apart: what of it stays in the clear, and what is sealed, by subject and category.

A group of fields in which nothing is said (null or Unknown throughout) stays in the clear, unless its
category is sealed wholly: there that would tell something too. Of the envelope, the note, who noted it, the
numbers, issuers and hashes of papers and what explains a correction or an exception are sealed with what is
personal in the event, under the category that the event names, for the file's subject.
"""

import os
from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
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
"""Bytes of what is sealed wholly, filled up: one code is longer than another."""
_SALT: Final = 16
"""Random bytes in every entry, so that the hash of its bytes tells nothing about them."""
_place: Final = itemgetter("stream", "version", "type", "schema", "entry_id")


@dataclass(frozen=True, slots=True)
class SplitEntry:
    """An entry as it will be stored: its clear document, and what is to be sealed."""

    entry: AnyEntry
    clear: Json
    personal: dict[Pair, Json]

    def encode(self, ring: Keyring) -> bytes:
        """Return the bytes to store, sealed with a ring that has the keys of all that is personal in it."""
        where = place(self.clear)
        sealed = [
            {
                "subject": subject,
                "category": category,
                "bytes": _text(ring.seal((subject, category), _sealable(category, part), where)),
            }
            for (subject, category), part in self.personal.items()
        ]
        said = canonical(self.clear | {"salt": _text(os.urandom(_SALT)), "sealed": sealed})[:-1]
        return said + _voucher(said, ring)


_ENDING: Final = 14 + 4 * -(-VOUCHER // 3)
"""Bytes of the end of a stored entry: its voucher, whose name comes after all others in canonical JSON."""


def check_voucher(body: bytes, ring: Keyring) -> None:
    """Raise SealBrokenError unless a stored entry is, byte for byte, as the ring's ledger has written it."""
    if body[-_ENDING:] != _voucher(body[:-_ENDING], ring):
        raise SealBrokenError


def _voucher(said: bytes, ring: Keyring) -> bytes:
    return b',"voucher":"%b"}' % b2a_base64(ring.vouch(said), newline=False)


def split(entry: AnyEntry) -> SplitEntry:
    """Tell apart what of an entry stays in the clear and what is to be sealed."""
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
    said = _split_envelope(entry, clear)
    if said:
        personal.setdefault((entry.stream, entry.event.seals), {}).update(said)
    return SplitEntry(entry, clear, personal)


def _split(entry: AnyEntry) -> tuple[Json, dict[Pair, Json]]:
    """Return the event's fields that stay in the clear, and the others by subject and category."""
    own = personal_fields(type(entry.event))
    values = vars(entry.event)
    clear = {name: values[name] for name in own.plain}
    groups: dict[Pair, Json] = {}
    for name, category, field in own.personal:
        subject = values[field] if field else None
        pair: Pair = (subject if isinstance(subject, UUID) else entry.stream, category)
        groups.setdefault(pair, {})[name] = values[name]
    for group_of, group in list(groups.items()):
        if group_of[1] in WHOLLY_SEALED:
            continue
        if all(value is None or isinstance(value, Unknown) for value in group.values()):
            clear |= groups.pop(group_of)
    return clear, groups


def _split_envelope(entry: AnyEntry, clear: Json) -> Json:
    """Add to the clear document what of the envelope stays so, and return the rest."""
    clear_part, personal = _split_fields(entry, envelope_fields(), wholly=bool(entry.event.sealed))
    clear |= clear_part
    return personal


def _split_fields(said: object, specs: Iterable[Field], *, wholly: bool) -> tuple[Json, Json]:
    """Tell apart what of an envelope, or of a part of one, stays in the clear and what is to be sealed.

    Nothing said is sealed only where an event is sealed wholly.
    """
    clear: Json = {}
    personal: Json = {}
    for spec in specs:
        name, value = spec.name, getattr(said, spec.name)
        if (wholly and spec.tells_of_event) or (spec.sealed_with_event and (wholly or value is not None)):
            personal[name] = value
        elif isinstance(value, Part):
            clear[name], own = _split_fields(value, fields_of(type(value)), wholly=wholly)
            if own:
                personal[name] = own
        elif isinstance(value, tuple):
            parts = [_split_fields(each, fields_of(type(each)), wholly=wholly) for each in value]
            clear[name] = [open_part for open_part, _ in parts]
            if any(own for _, own in parts):
                personal[name] = [own for _, own in parts]
        else:
            clear[name] = value
    return clear, personal


@dataclass(frozen=True, slots=True)
class PersonalFields:
    """An event's fields that are not personal; the others with category and the field of the subject.

    `sealed_wholly` are the categories of which something is sealed whatever it says; `categories` are the
    event's own and those of all that it could state.
    """

    plain: tuple[str, ...]
    personal: tuple[tuple[str, Category, str | None], ...]
    sealed_wholly: frozenset[Category]
    categories: frozenset[Category]


_PERSONAL: Final[dict[type[Event], PersonalFields]] = {}


def personal_fields(kind: type[Event]) -> PersonalFields:
    """Return which fields of an event are personal."""
    if kind not in _PERSONAL:
        markers = {spec.name: spec.personal for spec in fields_of(kind)}
        categories = {own.category for own in markers.values() if own is not None}
        _PERSONAL[kind] = PersonalFields(
            tuple(name for name, own in markers.items() if own is None),
            tuple((name, own.category, own.subject) for name, own in markers.items() if own is not None),
            WHOLLY_SEALED & categories,
            frozenset({kind.seals, *categories}),
        )
    return _PERSONAL[kind]


def sealed_wholly(entries: Iterable[AnyEntry]) -> set[Category]:
    """Return the categories of which entries have something sealed wholly."""
    kinds = {type(entry.event) for entry in entries}
    return {category for kind in kinds for category in personal_fields(kind).sealed_wholly}


def _sealable(category: str, part: Json) -> bytes:
    said = canonical(part)
    return padded(said, _BLOCK) if category in _WHOLLY else said


def place(document: Json) -> tuple[object, ...]:
    """Return where sealed parts of an entry stand, from its clear document: what they are bound to."""
    where: tuple[object, ...] = _place(document)
    return where


def _text(sealed: bytes) -> str:
    return b2a_base64(sealed, newline=False).decode()


def stated(event: Event) -> set[Category]:
    """Return the category of an event, and those of the values that it states."""
    personal = personal_fields(type(event)).personal
    return {event.seals, *(own for name, own, _ in personal if known(getattr(event, name)) is not None)}


def sealed(kind: type[Event]) -> frozenset[Category]:
    """Return the category of a kind of event, and those of all that it could state."""
    return personal_fields(kind).categories
