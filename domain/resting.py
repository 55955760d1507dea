"""What an answer rests on: the categories of the personal values that were read to find it.

An actor who does not see a category is not shown an answer that rests on it, since a rule's refusal reveals
as much as the values that the rule read. An answer given before the first value of a category was read is the
same for all values. So an answer rests on what had been read when it was given, and not on what is read
later.
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


class _Question(set["Category"]):
    """The categories that a question has read so far, and the question within which it is asked."""

    __slots__ = ("outer",)
    outer: "_Question | None"


_NOTED: Final[ContextVar[_Question | None]] = ContextVar("noted", default=None)
"""What the current question has read so far; None while no question is asked."""


class Noted:
    """A personal field of an event, which notes its category if it is read during a question.

    Sealing and showing read an event by `vars`, which notes nothing.
    """

    def __init__(self, name: str, category: "Category", default: Any) -> None:  # noqa: ANN401 - whatever a field holds
        self._name = name
        self._category = category
        self._default = default

    def __get__(self, event: Any, kind: type | None = None) -> Any:  # noqa: ANN401 - the same
        if event is None:
            # A dataclass keeps the defaults of its optional fields on the class.
            if self._default is MISSING:
                raise AttributeError(self._name)
            return self._default
        noted = _NOTED.get()
        if noted is not None:
            noted.add(self._category)
        return event.__dict__[self._name]

    def __set__(self, event: Any, value: Any) -> None:  # noqa: ANN401 - the same
        event.__dict__[self._name] = value


def noting(ask: Callable[[A], T], of: A) -> tuple[T, Categories]:
    """Ask a question; return the answer and the categories read for it, which no outer question notes."""
    noted = _Question()
    noted.outer = _NOTED.get()
    before = _NOTED.set(noted)
    try:
        return ask(of), frozenset(noted)
    finally:
        _NOTED.reset(before)


def noting_each(items: Iterable[T]) -> tuple[list[tuple[T, Categories]], Categories]:
    """Collect a generator's items, each with the categories read before it; and all categories read."""
    noted = _Question()
    noted.outer = _NOTED.get()
    before = _NOTED.set(noted)
    try:
        return [(each, frozenset(noted)) for each in items], frozenset(noted)
    finally:
        _NOTED.reset(before)


def note(*categories: "Category") -> None:
    """Note that values of these categories are read, if a question is being asked."""
    noted = _NOTED.get()
    if noted is not None:
        noted.update(categories)


def read_so_far() -> Categories:
    """Return the categories that the current question has read, and those within which it is asked."""
    noted, read = _NOTED.get(), NOTHING
    while noted is not None:
        read, noted = read | noted, noted.outer
    return read


@contextmanager
def unnoted() -> Iterator[None]:
    """Note nothing within the block, whose result does not reveal the values it reads."""
    before = _NOTED.set(None)
    try:
        yield
    finally:
        _NOTED.reset(before)
