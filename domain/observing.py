"""Files that note what is read of them, so that it is known which entries may change an answer."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import Event
from domain.file import ANYTHING, EVERY, TURN, AmendedState, Attribute, Fact, File

T = TypeVar("T")
E = TypeVar("E", bound=Event)

STANDING: Final = object()
"""Among what was read: which entries stand at all, though not what they say."""
REGION: Final = object()
"""Among what was read: the region of the entry recorded last."""
BEGUN: Final = object()
"""Among what was read: the first day of the file."""
PAPERS: Final = object()
"""Among what was read: the entries that bring papers."""


def observed(file: File, read: set[object]) -> File:
    """Return a file that notes in `read` what is read of it, by the keys of `File.changed` and the above."""
    return _Observed(file, read)


class _Observed(File):
    """A file that notes what is read of it."""

    def __init__(self, file: File, read: set[object]) -> None:
        vars(self).update(vars(file))
        self._read = read
        self._all: dict[UUID, AnyEntry] = vars(self).pop("entries")
        # What is remembered was not read again.
        self.judged = self.asked = None

    @cached_property
    def entries(self) -> dict[UUID, AnyEntry]:  # type: ignore[override]  # copied only where they are read
        """Every entry of the file."""
        return _ObservedEntries(self._all, self._read)

    def of(self, kind: type[E]) -> list[Entry[E]]:
        self._read.add(kind)
        return super().of(kind)

    def facts(self, attribute: Attribute[T]) -> dict[str, list[Fact[T]]]:
        self._read.add(attribute)
        return super().facts(attribute)

    def facts_under(self, attribute: Attribute[T], key: str) -> dict[str, list[Fact[T]]]:
        self._read.update(((attribute, key), (attribute, EVERY)))
        return super().facts_under(attribute, key)

    def attributes(self) -> Iterable[Attribute[Any]]:
        self._read.add(ANYTHING)
        return super().attributes()

    def effective(self, entry_id: UUID) -> AnyEntry | None:
        self._read.add(entry_id)
        return super().effective(entry_id)

    def standing(self) -> Iterator[AnyEntry]:
        self._read.add(ANYTHING)
        return super().standing()

    def amendments(self, entry_id: UUID) -> list[AnyEntry]:
        self._read.add(entry_id)
        return super().amendments(entry_id)

    def amended(self, entry_id: UUID, before: int | None = None) -> Iterator[AmendedState]:
        self._read.add(entry_id)
        return super().amended(entry_id, before)

    @property
    def opened(self) -> AnyEntry:
        entry = next(each for each in self._all.values() if each.stream == self.stream)
        self._read.add(entry.entry_id)
        return entry

    @property
    def newest(self) -> AnyEntry:
        entry = max(self._all.values(), key=TURN)
        self._read.add(entry.entry_id)
        return entry

    @property
    def latest(self) -> AnyEntry | None:
        self._read.add(ANYTHING)
        return super().latest

    @property
    def earliest(self) -> AnyEntry | None:
        self._read.add(ANYTHING)
        return super().earliest

    @property
    def region(self) -> str | None:
        entry = self._noted(super().latest, REGION)
        return None if entry is None else entry.region

    @property
    def begun(self) -> date | None:
        entry = self._noted(super().earliest, BEGUN)
        return None if entry is None else entry.days.last

    def bringing_papers(self) -> Iterator[AnyEntry]:
        self._read.update((PAPERS, STANDING))
        return super().bringing_papers()

    def _noted(self, entry: AnyEntry | None, what: object) -> AnyEntry | None:
        self._read.update((STANDING, what))
        if entry is not None:
            self._read.add(entry.original)
        return entry


class _ObservedEntries(dict[UUID, AnyEntry]):
    """The entries of a file, which note whether one is looked up or all are gone through."""

    def __init__(self, entries: dict[UUID, AnyEntry], read: set[object]) -> None:
        super().__init__(entries)
        self._read = read

    def __getitem__(self, entry_id: UUID) -> AnyEntry:
        self._read.add(entry_id)
        return super().__getitem__(entry_id)

    def __contains__(self, entry_id: object) -> bool:
        self._read.add(entry_id)
        return super().__contains__(entry_id)

    def get(self, entry_id: UUID, default: Any = None) -> Any:  # noqa: ANN401 - as a dict has it
        self._read.add(entry_id)
        return super().get(entry_id, default)

    def __iter__(self) -> Iterator[UUID]:
        self._read.add(ANYTHING)
        return super().__iter__()

    def values(self) -> Any:  # noqa: ANN401 - as a dict has them
        self._read.add(ANYTHING)
        return super().values()

    def items(self) -> Any:  # noqa: ANN401 - as a dict has them
        self._read.add(ANYTHING)
        return super().items()
