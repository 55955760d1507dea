"""What an answer rests on: the categories of the personal values that were read while it was found.

Whoever may not see a category is not told what rests on it: of what a rule read, its refusal tells as much as
the values would. What was said before the first value of a category was read is the same whatever the values
are, so an answer rests on what had been read until it was given, and not on what is read after it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from domain.event import Category

A = TypeVar("A")
T = TypeVar("T")

Categories: TypeAlias = "frozenset[Category]"
NOTHING: Final[Categories] = frozenset()

_NOTED: Final[ContextVar["set[Category] | None"]] = ContextVar("noted", default=None)
"""The categories read so far of the question that is being asked; None while nothing is asked."""


class Noted:
    """A personal field of an event, which notes its category when it is read while something is asked.

    `vars` of an event reads its fields without a note, as sealing and showing do.
    """

    def __init__(self, name: str, category: "Category", default: Any) -> None:  # noqa: ANN401 - whatever a field holds
        self._name = name
        self._category = category
        self._default = default

    def __get__(self, event: Any, kind: type | None = None) -> Any:  # noqa: ANN401 - the same
        if event is None:
            # As of any field of a dataclass: the class has those that may be left out.
            if self._default is MISSING:
                raise AttributeError(self._name)
            return self._default
        noted = _NOTED.get()
        if noted is not None:
            noted.add(self._category)
        return event.__dict__[self._name]

    def __set__(self, event: Any, value: Any) -> None:  # noqa: ANN401 - the same
        event.__dict__[self._name] = value


def asked(ask: Callable[[A], T], of: A) -> tuple[T, Categories]:
    """Ask a question; return the answer and what was read for it, which is noted nowhere else."""
    noted: set[Category] = set()
    before = _NOTED.set(noted)
    try:
        return ask(of), frozenset(noted)
    finally:
        _NOTED.reset(before)


def told(said: Iterable[T]) -> tuple[list[tuple[T, Categories]], Categories]:
    """Take all that a generator says, each with what had been read by then; and what was in the end."""
    return asked(_each, said)


def _each(said: Iterable[T]) -> list[tuple[T, Categories]]:
    return [(each, frozenset(_NOTED.get() or ())) for each in said]


def note(*categories: "Category") -> None:
    """Note that values of these categories are read, if something is being asked."""
    noted = _NOTED.get()
    if noted is not None:
        noted.update(categories)


@contextmanager
def unnoted() -> Iterator[None]:
    """Read without a note within the block, where what comes of it does not tell of the values."""
    before = _NOTED.set(None)
    try:
        yield
    finally:
        _NOTED.reset(before)
