"""Strict parsing of events, with errors in two languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, get_args, get_origin, get_type_hints

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

import domain.events  # noqa: F401 - fills the catalogue
from domain.event import CATALOGUE, Event, Part, Unknown
from domain.label import Label
from ledger.canonical import canonical, measurable
from ledger.codec.messages import (
    ALTERED,
    ANSWERED,
    BEYOND,
    GIVEN,
    NO_FIELD,
    UNKNOWN,
    UNMEASURED,
    UNZONED,
    InvalidValue,
    most_like,
    unknown_word,
    wording,
)
from ledger.codec.notation import unfit
from ledger.codec.spelling import spelled
from ledger.codec.well_formed import MalformedError, dumps, loads

WHOLE: Final = ""
"""The JSON pointer to the whole document."""
MOST_TOLD: Final = 101
"""Most errors reported of one value: one more than an answer lists, which shows that there are more."""
_NO_TYPE: Final = Label("没有该类事件", "no such type of event")


class InvalidError(ValueError):
    """The input does not match its schema."""

    def __init__(self, problems: tuple[InvalidValue, ...]) -> None:
        super().__init__("; ".join(f"{problem.pointer}: {problem.words.en}" for problem in problems))
        self.problems = problems


def invalid(pointer: str, words: Label) -> InvalidError:
    """Return the error with a single problem."""
    return InvalidError((InvalidValue(pointer, words),))


def parse_event(kind: str, data: object, at: str = "") -> Event:
    """Return the event that raw JSON bytes, or a value parsed from JSON, describe.

    Fractions are exact if the value has them as `Decimal`. Raises InvalidError; its pointers begin with `at`,
    the place of the data in the input.
    """
    known = CATALOGUE.get(kind)
    if known is None:
        raise InvalidError((no_such_type(f"{at.removesuffix('/data')}/type", kind),))
    problems_by_pointer: dict[str, InvalidValue] = {}

    def amiss(pointer: str, words: Label) -> None:
        problems_by_pointer.setdefault(pointer, InvalidValue(pointer, words))

    try:
        document = spelled(loads(data) if isinstance(data, bytes) else data, known, at, amiss)
        event: Event = _strict(known).validate_json(dumps(document), strict=True, extra="forbid")
    except MalformedError as error:
        raise invalid(at, error.detail) from None
    except ValidationError as error:
        for problem in problems(error, known, document, at):
            problems_by_pointer.setdefault(problem.pointer, problem)
    else:
        for problem in not_kept(event, document, at):
            problems_by_pointer.setdefault(problem.pointer, problem)
    if problems_by_pointer:
        # Without the cause, which quotes the input.
        raise InvalidError(tuple(problems_by_pointer.values())) from None
    return event


def check(event: Event) -> None:
    """Raise InvalidError unless an event is valid for its class, so that it can be read back."""
    try:
        # In canonical JSON no number is inexact and no member stands twice, so that any parser reads it.
        document = orjson.loads(canonical(vars(event)))
    except TypeError:
        raise invalid(WHOLE, UNMEASURED) from None
    if parse_event(type(event).__name__, document) != event:
        raise invalid(WHOLE, ALTERED)


def problems(error: ValidationError, kind: type, sent: object, at: str = "") -> Iterator[InvalidValue]:
    """Yield the problems of a validation, one per place; `sent` is the value that failed."""
    listed: dict[str, InvalidValue] = {}
    for each in error.errors(include_url=False, include_input=False):
        steps = _steps(each["loc"], sent, missing=each["type"] == "missing")
        pointer = "".join(f"/{_escaped(step)}" for step in steps)
        # Of the two forms of a field, the value comes first; it was meant unless an Unknown was begun. Of a
        # list only the items without a problem are counted.
        within = any(inner.startswith(f"{pointer}/") for inner in listed)
        if each["type"] in {"dataclass_type", "too_short"} and within:
            continue
        if pointer not in listed and len(listed) < MOST_TOLD:
            words = wording(each["type"], each.get("ctx", {}), each["msg"])
            listed[pointer] = _problem(f"{at}{pointer}", words, kind, sent, steps)
    yield from (problem for pointer, problem in listed.items() if f"{pointer}/unknown" not in listed)


def no_such_type(pointer: str, sent: str) -> InvalidValue:
    """Return the error that an event type is unknown."""
    likely = most_like(sent, CATALOGUE)
    zh = "".join(f"；是否应为 {each}？" for each in likely)
    en = "".join(f"; did you mean {each}?" for each in likely)
    return InvalidValue(
        pointer, _NO_TYPE, Label(f"全部列在 /event-types{zh}", f"/event-types lists them all{en}")
    )


def _problem(place: str, words: Label, kind: type, sent: object, steps: Sequence[str]) -> InvalidValue:
    if words == NO_FIELD:
        known = [name for each in described(kind, steps[:-1]) for name in members(each)]
        return unknown_word(place, words, steps[-1] if steps else "", known)
    if Unknown in described(kind, steps):
        if words == GIVEN:
            return InvalidValue(place, ANSWERED, UNKNOWN)
        if _at(sent, steps) in {None, ""}:
            return InvalidValue(place, words, UNKNOWN)
    return InvalidValue(place, words)


def described(annotation: Any, steps: Sequence[str] = ()) -> list[type]:  # noqa: ANN401 - annotations have no type
    """Return the classes that a value may have at a place within an annotation."""
    if isinstance(annotation, type):
        if not steps:
            return [annotation]
        inner = members(annotation).get(steps[0])
        return [] if inner is None else described(inner, steps[1:])
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return described(arguments[0], steps[1:]) if steps else [tuple]
    return [each for argument in arguments for each in described(argument, steps)]


@cache
def members(kind: type) -> dict[str, Any]:
    """Return the annotations of a class's members, by name."""
    if issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    if is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        return {each.name: hints[each.name] for each in fields(kind)}
    return {}


def _at(sent: Any, steps: Sequence[str]) -> object:  # noqa: ANN401 - any JSON
    """Return the value at a place, if its type can be compared; otherwise an object."""
    for step in steps:
        sent = sent[int(step)] if isinstance(sent, list) else sent[step]
    return sent if sent is None or isinstance(sent, str) else object()


_READERS: Final[dict[type[Event], TypeAdapter[Any]]] = {}


def _strict(kind: type[Event]) -> TypeAdapter[Any]:
    if kind not in _READERS:
        _READERS[kind] = TypeAdapter(kind)
    return _READERS[kind]


def _steps(location: tuple[int | str, ...], sent: object, *, missing: bool) -> list[str]:
    """Return the steps to a location, without the branches that its names include."""
    steps: list[str] = []
    inside: Any = sent
    for number, step in enumerate(location):
        listed = isinstance(inside, list) and isinstance(step, int) and step < len(inside)
        if listed or (isinstance(inside, Mapping) and step in inside):
            inside = inside[step]
        elif not (missing and number == len(location) - 1):
            continue
        steps.append(str(step))
    return steps


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


_AS_THEY_ARE: Final = frozenset({str, Unknown, type(None)})
"""The types of most values, which are kept as they are."""


def not_kept(value: object, sent: Any, at: str) -> Iterator[InvalidValue]:  # noqa: ANN401 - any JSON
    """Yield the errors of values of the right type that cannot be stored, or have the wrong notation."""
    if isinstance(value, tuple):
        for number, (each, sent_item) in enumerate(zip(value, sent, strict=True)):
            yield from not_kept(each, sent_item, f"{at}/{number}")
    elif isinstance(value, Event | Part | BaseModel):
        for name, each in vars(value).items():
            if type(each) not in _AS_THEY_ARE and name in sent:
                yield from not_kept(each, sent[name], f"{at}/{name}")
    elif isinstance(value, Decimal | int) and not measurable(value):
        yield InvalidValue(at, UNMEASURED)
    elif words := unfit(type(value), sent):
        yield InvalidValue(at, words)
    elif isinstance(value, datetime) and value.tzinfo is None:
        yield InvalidValue(at, UNZONED)
    elif isinstance(value, datetime) and not reachable(value):
        yield InvalidValue(at, BEYOND)


def reachable(moment: datetime) -> bool:
    """Whether an instant is within the calendar in every time zone."""
    return MINYEAR < moment.year < MAXYEAR
