"""A statement (明细): what one file says about a question, line by line, such as what each illness cost.

A line is a dataclass whose fields are answered by name. A value that is personal is `Private`, so that only
who sees its category is shown it. `on` is the day that the line is about, by which lines are asked for; None
where it is not known. `entries` are what the line rests on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Category, Event, fields_of
from domain.label import Label
from domain.obligations import History


@dataclass(frozen=True, slots=True)
class Private:
    """A personal value of a line: a text, or why there is none; shown to who sees its category."""

    category: Category
    value: Any


class StatementLine(Protocol):
    """What every line has."""

    @property
    def on(self) -> date | None:
        """The day that it is about."""

    @property
    def entries(self) -> tuple[UUID, ...]:
        """What it rests on."""


L = TypeVar("L", bound=StatementLine)


@dataclass(frozen=True, slots=True)
class Statement(Generic[L]):
    """A question that a file answers line by line on a day.

    `name` names it in addresses and in the access log. Only files in which an event of one of the types
    `about` stands have lines. Where nobody says since when, lines are told of so many `months` before the
    day, None for all.
    """

    name: str
    label: Label
    about: tuple[type[Event], ...]
    line: type[L]
    lines: Callable[[History, date], Iterable[L]]
    months: int | None = None


def private(entry: AnyEntry, field: str) -> Private:
    """Return a personal field of an entry's event, without noting that it was read: it is shown or masked."""
    event = entry.event
    spec = next(each for each in fields_of(type(event)) if each.name == field)
    category = event.seals if spec.personal is None else spec.personal.category
    return Private(category, vars(event)[field])
