"""What is sent to be recorded, read strictly: either all of it is as the contract says, or none is used."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any, Final, NoReturn, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from api.faults import Fault, pointer
from api.forms import SentEvent, SentEvents, SentFile, SentItem, SentItems
from api.problems import Problem, invalid
from domain.entry import Document, ExceptionClaim, Reason
from domain.label import Label
from domain.limit import Area, limit
from domain.when import Days
from ledger.appends import MAX_BODY
from ledger.parsing import InvalidError, parse_event, problems, reachable
from ledger.parsing import Problem as InvalidValue
from ledger.recording import Draft
from ledger.wording import BEYOND

M = TypeVar("M", bound=BaseModel)

MOST_BYTES: Final = limit(
    MAX_BODY // 4,
    Area.REQUESTS,
    Label("一个事件的字节数", "Bytes of one event as it is sent"),
    why=Label("加密后会变大，仍须容于一条记录", "It grows when it is sealed, and has to fit into an entry"),
    beyond="invalid",
)

_NO_DAY: Final = Label("必须填写日期，或最晚日期", "must be a day, or the last possible one")
_NO_REASON: Final = Label("更正须写明原因", "a correction says why")
_NO_CORRECTION: Final = Label("只有更正才写明原因", "only a correction says why")


@dataclass(frozen=True, slots=True)
class Opening:
    """A file to be opened."""

    institution: UUID | None
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Events of one child, or what is wrong with the item."""

    child: UUID | None
    drafts: tuple[Draft, ...]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """Events of many children."""

    items: tuple[Item, ...]
    all_or_nothing: bool


def opening(raw: bytes) -> Opening:
    """Read the body of `POST /children`. Raises the problems `malformed`, `invalid` and `too_large`."""
    sent = _valid(SentFile, _document(raw))
    return Opening(sent.institution, _drafts(sent.events, "/events"))


def events(raw: bytes) -> tuple[Draft, ...]:
    """Read one event or several. Raises the problems `malformed`, `invalid` and `too_large`."""
    document = _document(raw)
    if isinstance(document, dict) and "events" in document:
        return _drafts(_valid(SentEvents, document).events, "/events")
    return _drafts([document])


def many(raw: bytes) -> Many:
    """Read the body of `POST /entries`; what is wrong with an item is said of that item alone.

    Raises the problems `malformed` and `invalid`.
    """
    sent = _valid(SentItems, _document(raw))
    items = tuple(_item(item, f"/items/{index}") for index, item in enumerate(sent.items))
    return Many(items, sent.all_or_nothing)


def _item(document: Any, at: str) -> Item:  # noqa: ANN401 - any JSON
    try:
        sent = _valid(SentItem, document, at)
        return Item(sent.child, _drafts(sent.events, f"{at}/events"))
    except Problem as problem:
        return Item(None, (), problem)


def _document(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return what the bytes say, every number to its last digit."""
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem("malformed") from None


def _no_constant(_: str) -> NoReturn:
    message = "no JSON"
    raise ValueError(message)


def _dumps(document: Any) -> bytes:  # noqa: ANN401 - any JSON
    try:
        return orjson.dumps(document, default=_number)
    except TypeError:
        raise Problem("malformed") from None


def _number(value: Any) -> orjson.Fragment:  # noqa: ANN401 - orjson's own signature
    return orjson.Fragment(str(value))


def _valid(kind: type[M], document: Any, at: str = "") -> M:  # noqa: ANN401 - any JSON
    try:
        return kind.model_validate_json(_dumps(document))
    except ValidationError as error:
        # Without its cause, which quotes what was sent.
        raise invalid(_faults(problems(error, document, at))) from None


def _faults(found: Iterable[InvalidValue]) -> list[Fault]:
    return [Fault(_ours(each.pointer), each.detail, each.detail_zh) for each in found]


def _ours(place: str) -> str:
    """Return a pointer as far as its parts are our words: a name that is not known here may be somebody's."""
    return pointer(int(part) if part.isdecimal() else part for part in place.split("/")[1:])


def _drafts(documents: Sequence[Any], at: str | None = None) -> tuple[Draft, ...]:
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for number, document in enumerate(documents):
        try:
            drafts.append(_draft(document, "" if at is None else f"{at}/{number}"))
        except InvalidError as error:
            faults += _faults(error.problems)
    if faults:
        raise invalid(faults)
    return tuple(drafts)


def _draft(document: Any, at: str) -> Draft:  # noqa: ANN401 - any JSON
    raw = _dumps(document)
    if len(raw) > MOST_BYTES:
        raise Problem("too_large")
    found: list[InvalidValue] = []
    sent = event = None
    try:
        sent = SentEvent.model_validate_json(raw)
        found += _amiss(sent, at)
    except ValidationError as error:
        found += problems(error, document, at)
    if isinstance(document, dict) and isinstance(document.get("type"), str) and "data" in document:
        try:
            event = parse_event(document["type"], _dumps(document["data"]), f"{at}/data")
        except InvalidError as error:
            found += error.problems
    if sent is None or event is None or found:
        raise InvalidError(tuple(found))
    return Draft(
        event=event,
        days=Days(sent.occurred_on, sent.occurred_until or sent.occurred_on or date.max),
        estimated=sent.estimated,
        at=None if sent.at is None else sent.at.astimezone(UTC),
        documents=tuple(Document(**dict(paper)) for paper in sent.documents),
        note=sent.note,
        noted_on=sent.noted_on,
        noted_by=sent.noted_by,
        corrects=sent.corrects,
        reason=None if sent.reason is None else Reason(**dict(sent.reason)),
        exception=None if sent.exception is None else ExceptionClaim(**dict(sent.exception)),
    )


def _amiss(sent: SentEvent, at: str) -> Iterator[InvalidValue]:
    """Yield what is wrong between members that are right by themselves."""
    if sent.occurred_on is None and sent.occurred_until is None:
        yield _wrong(f"{at}/occurred_on", _NO_DAY)
    if sent.corrects is not None and sent.reason is None:
        yield _wrong(f"{at}/reason", _NO_REASON)
    if sent.corrects is None and sent.reason is not None:
        yield _wrong(f"{at}/reason", _NO_CORRECTION)
    if sent.at is not None and not reachable(sent.at):
        yield _wrong(f"{at}/at", BEYOND)


def _wrong(place: str, words: Label) -> InvalidValue:
    return InvalidValue(place, words.en, words.zh)
