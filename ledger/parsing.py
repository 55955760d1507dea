"""Reading what is sent as an event, strictly, and saying in two languages what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

import domain.events  # noqa: F401 - fills the catalogue
from domain.event import CATALOGUE, Event, Label, Part
from ledger.outline import canonical, measurable
from ledger.spelling import spelled
from ledger.wellformed import MalformedError, dumps, loads
from ledger.wording import ALTERED, BEYOND, UNMEASURED, UNZONED, wording

WHOLE: Final = ""
"""The JSON pointer to all of it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place: a JSON pointer, and why, without what was sent there."""

    pointer: str
    detail: str
    detail_zh: str


class InvalidError(ValueError):
    """What was sent is not what its schema asks for."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.pointer}: {problem.detail}" for problem in problems))
        self.problems = problems


def invalid(pointer: str, detail: Label) -> InvalidError:
    """Return the error that says one thing is wrong."""
    return InvalidError((Problem(pointer, detail.en, detail.zh),))


def parse_event(kind: str, data: object, at: str = "") -> Event:
    """Return the event that raw JSON bytes, or a value read from JSON, describe.

    Numbers with a fraction are exact where the value has them as `Decimal`. Raises InvalidError; its pointers
    begin with `at`, where the data stands in what was sent.
    """
    known = CATALOGUE.get(kind)
    if known is None:
        pointer = f"{at.removesuffix('/data')}/type"
        raise invalid(pointer, Label("没有这种事件", "no such type of event"))
    found: dict[str, Problem] = {}

    def amiss(pointer: str, detail: Label) -> None:
        found.setdefault(pointer, Problem(pointer, detail.en, detail.zh))

    try:
        document = spelled(loads(data) if isinstance(data, bytes) else data, known, at, amiss)
        event: Event = _strict(known).validate_json(dumps(document), strict=True, extra="forbid")
    except MalformedError as error:
        raise invalid(at, error.detail) from None
    except ValidationError as error:
        for problem in problems(error, document, at):
            found.setdefault(problem.pointer, problem)
    else:
        for problem in _unfit(event, at):
            found.setdefault(problem.pointer, problem)
    if found:
        # Without its cause, which quotes what was sent.
        raise InvalidError(tuple(found.values())) from None
    return event


def check(event: Event) -> None:
    """Raise InvalidError unless an event keeps to its own class, so that what is stored can be read."""
    try:
        raw = canonical(vars(event))
    except TypeError:
        raise invalid(WHOLE, UNMEASURED) from None
    if parse_event(type(event).__name__, raw) != event:
        raise invalid(WHOLE, ALTERED)


def problems(error: ValidationError, sent: object, at: str = "") -> Iterator[Problem]:
    """Yield what a validation found, one problem a place; `sent` is the value that was validated."""
    found: dict[str, Problem] = {}
    for each in error.errors(include_url=False, include_input=False):
        pointer = _pointer(each["loc"], sent, missing=each["type"] == "missing")
        detail = wording(each["type"], each.get("ctx", {}), each["msg"])
        # Of the two ways to answer a field, a value comes first; it was meant unless Unknown was begun.
        if each["type"] == "dataclass_type" and any(inner.startswith(f"{pointer}/") for inner in found):
            continue
        found.setdefault(pointer, Problem(f"{at}{pointer}", detail.en, detail.zh))
    yield from (problem for pointer, problem in found.items() if f"{pointer}/unknown" not in found)


_READERS: Final[dict[type[Event], TypeAdapter[Any]]] = {}


def _strict(kind: type[Event]) -> TypeAdapter[Any]:
    if kind not in _READERS:
        _READERS[kind] = TypeAdapter(kind)
    return _READERS[kind]


def _pointer(location: tuple[int | str, ...], sent: object, *, missing: bool) -> str:
    """Return the JSON pointer of a location, which also names the branches taken on the way."""
    steps: list[str] = []
    inside: Any = sent
    for number, step in enumerate(location):
        listed = isinstance(inside, list) and isinstance(step, int) and step < len(inside)
        if listed or (isinstance(inside, Mapping) and step in inside):
            inside = inside[step]
        elif not (missing and number == len(location) - 1):
            continue
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in steps)


def _unfit(value: object, at: str) -> Iterator[Problem]:
    """Yield what has the right type and still can not be kept."""
    if isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _unfit(each, f"{at}/{number}")
    elif isinstance(value, Event | Part):
        for name, each in vars(value).items():
            yield from _unfit(each, f"{at}/{name}")
    elif isinstance(value, Decimal | int) and not measurable(value):
        yield Problem(at, UNMEASURED.en, UNMEASURED.zh)
    elif isinstance(value, datetime) and value.tzinfo is None:
        yield Problem(at, UNZONED.en, UNZONED.zh)
    elif isinstance(value, datetime) and not reachable(value):
        yield Problem(at, BEYOND.en, BEYOND.zh)


def reachable(moment: datetime) -> bool:
    """Whether an instant is within the calendar in every time zone."""
    return MINYEAR < moment.year < MAXYEAR
