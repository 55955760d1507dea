"""Entries as stored bytes: canonical JSON of the whole entry except its position and moment of recording.

Personal data is sealed as a document of the same form as the clear one; merged, the two are the whole. A
personal value that is in neither, and not null, has lost its key: `Erased` replaces it.
"""

from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, Final, Protocol, TypeAlias
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from pydantic_core import SchemaValidator
from pydantic_core.core_schema import uuid_schema

import domain.events  # noqa: F401 - fills the catalogue
from domain.entry import AnyEntry, Recorder, entry_of
from domain.envelope import Envelope
from domain.event import CATALOGUE, Erased, Event, Part, fields_of
from domain.field_types import FieldType, field_type
from domain.when import Days
from ledger.canonical import Json
from ledger.codec.split import BLINDING, check_voucher, place, split
from ledger.codec.upcasts import current
from ledger.sealing.cipher import FORMAT, Keyring, Pair


class Body(Protocol):
    """The columns of a stored entry that decoding needs."""

    @property
    def position(self) -> int:
        """The position in the ledger."""

    @property
    def recorded_at(self) -> datetime:
        """The moment of recording."""

    @property
    def body(self) -> bytes:
        """The rest of the entry."""


def encode(entry: AnyEntry, ring: Keyring) -> bytes:
    """Return the bytes to store of an entry, sealed with a keyring that has its keys."""
    return split(entry).encode(ring)


def load(body: bytes) -> Json:
    """Return a stored entry as a document, with its parts sealed."""
    document: Json = orjson.loads(body)
    return document


def is_older(body: bytes) -> bool:
    """Whether an entry is stored in an earlier form; False for a document that is not an entry."""
    try:
        return bool(load(body)["format"] < FORMAT)
    except (ValueError, LookupError, TypeError):
        return False


def pairs(documents: Iterable[Json]) -> set[Pair]:
    """Return the subjects and categories whose keys seal parts of stored documents."""
    return {
        (_uuid(part["subject"]), part["category"]) for document in documents for part in document["sealed"]
    }


def decode(stored: Body, ring: Keyring, document: Json | None = None) -> AnyEntry:
    """Return a stored entry, opened with those keys that the keyring has.

    `document` is its body, if loaded before; decoding consumes it. Raises SealBrokenError if anything was
    altered or moved.
    """
    check_voucher(stored.body, ring)
    document = load(stored.body) if document is None else document
    whole = True
    for clear in opened(document, ring):
        if clear is None:
            whole = False
        else:
            _lay_over(document, orjson.loads(clear[BLINDING:]))
    kind = CATALOGUE[document["type"]]
    data = document["data"]
    if document["schema"] != kind.schema:
        data = current(kind.__name__, document["schema"], data)
    event = _reader(kind)(data) if whole else _incomplete(kind, data)
    return _entry(stored, document, event, None if whole else Erased(event.seals))


def opened(document: Json, ring: Keyring) -> Iterator[bytes | None]:
    """Yield the sealed parts of a document, opened; None for one whose key the ring lacks.

    Raises SealBrokenError.
    """
    where = place(document)
    for part in document["sealed"]:
        pair = (_uuid(part["subject"]), part["category"])
        yield ring.open(pair, a2b_base64(part["bytes"]), where)


def _lay_over(clear: Json, part: Json) -> None:
    for name, value in part.items():
        below = clear.get(name)
        if isinstance(below, dict):
            _lay_over(below, value)
        elif isinstance(below, list):
            for each, over in zip(below, value, strict=True):
                _lay_over(each, over)
        else:
            clear[name] = value


_LIMITS: Final = frozenset({"ge", "gt", "le", "lt", "min_length", "max_length"})
_READERS: Final[dict[Any, Callable[[Any], Any]]] = {}


def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - an event's class, or the type of a field
    if kind not in _READERS:
        lenient = SchemaValidator(_unlimited(TypeAdapter(kind).core_schema))
        _READERS[kind] = partial(lenient.validate_python, extra="forbid")
    return _READERS[kind]


def _unlimited(schema: Any) -> Any:  # noqa: ANN401 - a core schema, or a part of one
    """Return a core schema without limits: values accepted under earlier limits must stay readable."""
    if isinstance(schema, list):
        return [_unlimited(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "function-after":
        return _unlimited(schema["schema"])
    return {name: _unlimited(each) for name, each in schema.items() if name not in _LIMITS}


def _incomplete(kind: type[Event], data: Json) -> Event:
    values: Json = {}
    for spec in fields_of(kind):
        if spec.name in data:
            values[spec.name] = _reader(spec.annotation)(data[spec.name])
        elif spec.personal is not None:
            values[spec.name] = Erased(spec.personal.category)
    return kind(**values)


def _entry(stored: Body, document: Json, event: Event, gone: Any) -> AnyEntry:  # noqa: ANN401 - in place of any value
    said = _said(Envelope, document, gone)
    said["entry_id"] = _UUID(document["entry_id"])
    said["stream"] = _uuid(document["stream"])
    said["kind"] = document["kind"]
    said["version"] = document["version"]
    said["event"] = event
    said["days"] = _days(document["occurred_on"], document["occurred_until"])
    said["recorded_by"] = _recorder(**document["recorded_by"])
    said["region"] = document["region"]
    said["origin"] = document["origin"]
    said["position"] = stored.position
    said["recorded_at"] = stored.recorded_at
    said["cause"] = document["cause"] and _UUID(document["cause"])
    return entry_of(said)


Restore: TypeAlias = Callable[[Any, Any], Any]
"""Restores a stored value; the second value replaces what has lost its key."""
_RESTORE: Final[dict[type, list[tuple[str, Restore | None, object]]]] = {}
_WRITTEN: Final[Mapping[type, Callable[[str], Any]]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    UUID: UUID,
}


def _said(kind: type, document: Json, gone: Any) -> Json:  # noqa: ANN401 - in place of any value
    """Return the fields of an envelope, or of a part of one; `gone` replaces values without a key."""
    if kind not in _RESTORE:
        _RESTORE[kind] = [
            (spec.name, _restore(annotated), None if annotated.items is None else ())
            for spec in fields_of(kind)
            for annotated in [field_type(spec.annotation)]
        ]
    values: Json = {}
    for name, restore, nothing in _RESTORE[kind]:
        value = document.get(name, gone)
        if value is None:
            values[name] = nothing
        else:
            values[name] = value if restore is None else restore(value, gone)
    return values


def _restore(annotated: FieldType) -> Restore | None:
    if annotated.items is not None:
        each = _restore(annotated.items)
        if each is None:
            return lambda values, _: tuple(values)
        return lambda values, gone: tuple([each(value, gone) for value in values])
    if issubclass(annotated.type, Part):
        # Without the key, neither the parts nor their existence are known.
        return lambda value, gone: annotated.type(
            **_said(annotated.type, {} if value is gone else value, gone)
        )
    write = _WRITTEN.get(annotated.type)
    if write is None:
        return None
    return lambda value, _: write(value) if isinstance(value, str) else value


_UUID: Final[Callable[[str], UUID]] = SchemaValidator(uuid_schema()).validate_python
"""Makes an id in a fifth of the time that it takes to call the class."""


@lru_cache(4096)
def _uuid(text: str) -> UUID:
    return _UUID(text)


@lru_cache(4096)
def _days(first: str | None, last: str) -> Days:
    return Days(None if first is None else date.fromisoformat(first), date.fromisoformat(last))


@lru_cache(4096)
def _recorder(user: str, role: str, institution: str | None) -> Recorder:
    where = None if institution is None else UUID(institution)
    return Recorder(user=UUID(user), role=role, institution=where)
