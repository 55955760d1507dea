"""Strict parsing of bodies: a body is used as a whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from api.contract.pointers import ours
from api.contract.problems import Problem, invalid
from api.contract.requests import (
    ITEMS,
    EventHead,
    EventRequest,
    EventsRequest,
    ExtractRequest,
    FamilySearchRequest,
    ImportAgainRequest,
    ItemsRequest,
    MoveRequest,
    OpeningRequest,
    ReportRequest,
    SearchRequest,
)
from domain.envelope import Envelope
from domain.event import Kind
from domain.label import Label
from domain.limit import Area, limit
from domain.rulebook import Rulebook
from domain.when import Days
from ledger.codec.messages import HALVED, InvalidValue
from ledger.codec.parsing import InvalidError, not_kept, parse_event, problems
from ledger.codec.well_formed import MalformedError, dumps, halved, loads
from ledger.recording.request import Draft, ParsedDraft
from ledger.store.append import MAX_BODY

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
U = TypeVar("U")

MOST_BYTES: Final = limit(
    MAX_BODY // 4,
    Area.REQUESTS,
    Label("一个事件的字节数", "Bytes of one event as it is sent"),
    why=Label("加密后会变大，仍须容于一条记录", "It grows when it is sealed, and has to fit into an entry"),
    beyond="too_large",
)

MOST_VALUES: Final = limit(
    200_000,
    Area.REQUESTS,
    Label("请求内容中的 JSON 值", "JSON values of a body"),
    why=Label("两个字节就能写出一个值，处理它却要几百倍", "A value of two bytes takes hundreds to be read"),
    beyond="too_large",
)
MOST_EVENTS: Final = limit(
    2000,
    Area.REQUESTS,
    Label("POST /entries 一次请求的事件总数", "Events of all items of one POST /entries"),
    why=Label("每个事件都要判定、加密和答复", "Each is judged, sealed and answered"),
    beyond="invalid",
)

_NO_DAY: Final = Label("必须填写日期，或最晚日期", "must be a day, or the last possible one")
_HOW_DAYS: Final = Label(
    '写 "2024-03-05"；只知年月时另写 "occurred_until": "2024-03-31"，只知最晚日期时此项为 null',
    'write "2024-03-05"; for a whole month also "occurred_until": "2024-03-31", and null here where only'
    " that last possible day is known",
)
_TOO_MANY: Final = Label(f"合计超过 {MOST_EVENTS} 个事件", f"have more than {MOST_EVENTS} events together")
_IN_PARTS: Final = Label("请分几次提交", "send them in several requests")
_NO_VERSION: Final = Label("导入不核对版本", "is not asked for in an import")
_NO_REASON: Final = Label("更正须写明原因", "a correction says why")
_NO_CORRECTION: Final = Label("只有更正才写明原因", "only a correction says why")
_NO_EXCEPTION: Final = Label("没有可以例外的这条规则", "no rule from which there are exceptions")
_EXCUSABLE: Final = Label(
    "填写规则编号；/rules 列出全部规则，strength 为 forbidden 的可以例外",
    "write the id of a rule; /rules lists them all, and those of strength forbidden have exceptions",
)

_HINTS: Final = MappingProxyType({"/occurred_on": _HOW_DAYS, "/exception/rule": _EXCUSABLE})
"""What to write in a member of an event, by the end of its pointer."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A request to open a file, for an institution or for a place."""

    institution: UUID | None
    region: str | None
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """Events of one file, in a list at that place; None if one event is the whole body."""

    drafts: tuple[Draft, ...]
    at: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """Events of one file of a kind, at the `expected` version if one is named, or the problem of the item."""

    stream: UUID | None
    drafts: tuple[Draft, ...]
    problem: Problem | None = None
    kind: Kind = "child"
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """Events of many files."""

    items: tuple[Item, ...]
    all_or_nothing: bool


def opening(raw: bytes, rulebook: Rulebook) -> Opening:
    """Parse the body of `POST /children`, by the institution's rulebook.

    Raises the problems `malformed`, `invalid` and `too_large`.
    """
    return _opening(loaded(raw), rulebook)


def _opening(document: Any, rulebook: Rulebook) -> Opening:  # noqa: ANN401 - any JSON
    sent = _valid(OpeningRequest, document)
    return Opening(sent.institution, sent.region, _drafts(document["events"], rulebook, "/events"))


def events(raw: bytes, rulebook: Rulebook) -> Events:
    """Parse one event or several, by the institution's rulebook.

    Raises the problems `malformed`, `invalid` and `too_large`.
    """
    document = loaded(raw)
    if isinstance(document, dict) and "events" in document:
        _valid(EventsRequest, document)
        return Events(_drafts(document["events"], rulebook, "/events"), "/events")
    return Events(_drafts([document], rulebook), None)


def many(raw: bytes, rulebook: Rulebook) -> Many:
    """Parse the body of `POST /entries`, by the institution's rulebook.

    A problem of an item concerns that item alone. Raises the problems `malformed` and `invalid`.
    """
    document = loaded(raw)
    sent = _valid(ItemsRequest, document)
    events = sum(len(item["events"]) for item in document["items"] if _has_events(item))
    if events > MOST_EVENTS:
        raise invalid([InvalidValue("/items", _TOO_MANY, _IN_PARTS)])
    items = tuple(_item(item, rulebook, f"/items/{index}") for index, item in enumerate(document["items"]))
    return Many(items, sent.all_or_nothing)


def move(raw: bytes, _rulebook: Rulebook) -> MoveRequest:
    """Parse the body of a move. Raises the problems `malformed` and `invalid`."""
    return _valid(MoveRequest, loaded(raw))


def search(raw: bytes) -> SearchRequest:
    """Parse the body of `POST /children/search`. Raises the problems `malformed` and `invalid`."""
    return _valid(SearchRequest, loaded(raw))


def import_again(raw: bytes) -> ImportAgainRequest:
    """Parse the body of `POST /imports/{job}/record`. Raises the problems `malformed` and `invalid`."""
    return _valid(ImportAgainRequest, loaded(raw))


def report(raw: bytes) -> ReportRequest:
    """Parse the body of `POST /reports`. Raises the problems `malformed` and `invalid`."""
    return _valid(ReportRequest, loaded(raw))


def extract(raw: bytes) -> ExtractRequest:
    """Parse the body of `POST /children/{child}/extracts`. Raises the problems `malformed` and `invalid`."""
    return _valid(ExtractRequest, loaded(raw))


def family_search(raw: bytes) -> FamilySearchRequest:
    """Parse the body of `POST /families/search`. Raises the problems `malformed` and `invalid`."""
    return _valid(FamilySearchRequest, loaded(raw))


def valid(kind: type[M], raw: bytes) -> M:
    """Parse a body of a kind. Raises the problems `malformed` and `invalid`."""
    return _valid(kind, loaded(raw))


def line(raw: bytes, rulebook: Rulebook) -> Opening | Item:
    """Parse a line of an import: an item of `POST /entries`, or the body of `POST /children`.

    A line that names an institution alone opens a child's file there, so it records nothing in its own file.
    Raises the problems `malformed`, `invalid` and `too_large`.
    """
    document = loaded(raw)
    if isinstance(document, dict) and ("child" in document or "family" in document):
        item = _item(document, rulebook, "")
        if item.expected is not None:
            raise invalid([InvalidValue("/version", _NO_VERSION)])
        return item
    return _opening(document, rulebook)


def _has_events(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("events"), list)


def _item(document: Any, rulebook: Rulebook, at: str) -> Item:  # noqa: ANN401 - any JSON
    # With two of them, or none, the item is not valid: a child's is expected then.
    named = (each for each in ITEMS if isinstance(document, dict) and each in document)
    kind: Kind = next(named, "child")
    try:
        sent = _valid(ITEMS[kind], document, at)
        drafts = _drafts(document["events"], rulebook, f"{at}/events")
        return Item(getattr(sent, kind), drafts, kind=kind, expected=sent.version)
    except Problem as problem:
        return Item(None, (), problem)


def loaded(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Parse JSON bytes. Raises the problems `malformed`, `invalid` and `too_large`."""
    if sum(map(raw.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Problem("too_large")
    document = _well_formed(loads, raw)
    halves = [InvalidValue(place, HALVED) for place in halved(document)]
    if halves:
        raise invalid(_ours(halves))
    return document


def _dumped(document: Any) -> bytes:  # noqa: ANN401 - any JSON
    return _well_formed(dumps, document)


def _well_formed(change: Callable[[T], U], value: T) -> U:
    try:
        return change(value)
    except MalformedError as error:
        why = Label(f"请求无法读取：{error.detail.zh}。", f"The request cannot be read: {error.detail.en}.")
        raise Problem("malformed", why) from None


def _valid(kind: type[M], document: Any, at: str = "") -> M:  # noqa: ANN401 - any JSON
    """Validate a document; numbers in parts not parsed yet, such as events, are no longer exact."""
    try:
        sent = kind.model_validate_json(_dumped(document))
    except ValidationError as error:
        # Without the cause, which quotes the input.
        raise invalid(_ours(problems(error, kind, document, at))) from None
    faults = list(not_kept(sent, document, at))
    if faults:
        raise invalid(_ours(faults))
    return sent


def _ours(faults: Iterable[InvalidValue]) -> list[InvalidValue]:
    """Return the errors with pointers of known names only: an unknown name may be a person's."""
    return [replace(each, pointer=ours(each.pointer)) for each in faults]


def _drafts(documents: Sequence[Any], rulebook: Rulebook, at: str | None = None) -> tuple[Draft, ...]:
    drafts: list[Draft] = []
    faults: list[InvalidValue] = []
    for number, document in enumerate(documents):
        try:
            drafts.append(_draft(document, rulebook, "" if at is None else f"{at}/{number}"))
        except InvalidError as error:
            faults += _ours(error.problems)
    if faults:
        raise invalid(faults)
    return tuple(drafts)


def _draft(document: Any, rulebook: Rulebook, at: str) -> Draft:  # noqa: ANN401 - any JSON
    raw = _dumped(document)
    if len(raw) > MOST_BYTES:
        raise Problem("too_large")
    faults: list[InvalidValue] = []
    sent = event = None
    try:
        sent = EventRequest.model_validate_json(raw, strict=True, extra="forbid")
        faults += (*not_kept(sent, document, at), *_amiss(sent, sent.envelope(), rulebook, at))
    except ValidationError as error:
        faults += (_with_hint(each) for each in problems(error, EventRequest, document, at))
    if isinstance(document, dict) and isinstance(document.get("type"), str) and "data" in document:
        try:
            event = parse_event(document["type"], document["data"], f"{at}/data")
        except InvalidError as error:
            faults += error.problems
    if sent is None or event is None or faults:
        raise InvalidError(tuple(faults))
    days = Days(sent.occurred_on, sent.occurred_until or sent.occurred_on or date.max)
    return ParsedDraft.of(event, days, sent.envelope())


def _with_hint(fault: InvalidValue) -> InvalidValue:
    """Return the error of a day or of an exception's rule with what to write there."""
    hints = (hint for place, hint in _HINTS.items() if fault.pointer.endswith(place))
    return replace(fault, hint=next(hints, fault.hint))


def _amiss(sent: EventHead, envelope: Envelope, rulebook: Rulebook, at: str) -> Iterator[InvalidValue]:
    """Yield the errors between members that are valid by themselves, or with the rule that they name."""
    if sent.occurred_on is None and sent.occurred_until is None:
        yield InvalidValue(f"{at}/occurred_on", _NO_DAY, _HOW_DAYS)
    if envelope.corrects is not None and envelope.reason is None:
        yield InvalidValue(f"{at}/reason", _NO_REASON)
    if envelope.corrects is None and envelope.reason is not None:
        yield InvalidValue(f"{at}/reason", _NO_CORRECTION)
    if envelope.exception is not None:
        # The exception is stored in the clear, so it names a rule instead of giving a reason in words.
        rule = rulebook.rules.get(envelope.exception.rule)
        if rule is None or not rule.excusable:
            yield InvalidValue(f"{at}/exception/rule", _NO_EXCEPTION, _EXCUSABLE)
