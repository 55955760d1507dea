"""Entries that say the same, such as a training every day: one of them is judged for the days of all.

That is so where nothing speaks against it, and its day alone tells it from the others: then nothing speaks
against these either, on all days through which what it was judged by stays the same.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Event, fields_of, fields_with
from domain.file import Attribute, File
from domain.general_rules import refusals_of
from domain.life import Life
from domain.resting import noting_each
from domain.rulebook import Rulebook
from domain.single_entry import LONG_AGO, odd_codes
from domain.when import day_of


@dataclass(frozen=True, slots=True)
class _Judged:
    """The days on which nothing speaks against what says the same, and what was read to find that."""

    since: date
    until: date
    read: frozenset[object]


class AlikeEntries:
    """The entries of a file as it is, of which those that say the same are judged together."""

    def __init__(self, file: File, rulebook: Rulebook) -> None:
        self._file = file
        self._rulebook = rulebook
        self._judged: dict[Hashable, _Judged | None] = {}

    def read(self, entry: AnyEntry) -> frozenset[object] | None:
        """Return what is read of the file to find that nothing speaks against an entry that nothing amends.

        None where something may speak against it: it is to be judged by itself.
        """
        kind: Any = type(entry.event)
        said = _said(kind)
        if said is None or not _is_plain(entry):
            return None
        saying = (kind, entry.region, said(entry.event))
        judged = self._judged.get(saying, _NOT_YET)
        if judged is not None and not judged.since <= entry.days.last <= judged.until:
            judged = self._judged[saying] = self._judge(entry)
        return None if judged is None else judged.read

    def _judge(self, entry: AnyEntry) -> _Judged | None:
        day, read = entry.days.last, set[object]()
        life = Life(self._file, day, self._rulebook, but=entry, entry=entry, reads=read)
        refusals, rests_on = noting_each(refusals_of(entry, life))
        # All are judged by the same, though each is left out itself, and by nothing around it.
        alike = type(entry.event) not in read and all(isinstance(each, _ALIKE) for each in read)
        if refusals or rests_on or not alike or any(odd_codes(entry, personal=False)):
            return None
        return _Judged(day, life.until, frozenset(read))


_NOT_YET: Final = _Judged(date.max, date.min, frozenset())
_ALIKE: Final = (Attribute, type, tuple, UUID)
"""What may be read: attributes, whole or under a key, entries of types, and single ones."""


def _is_plain(entry: AnyEntry) -> bool:
    """Whether an entry says no more than its event, and that it happened on a day that had come."""
    days, recorded_at = entry.days, entry.recorded_at
    return (
        days.first == days.last
        and recorded_at is not None
        and LONG_AGO <= days.last <= day_of(recorded_at)
        and entry.exception is None
        and entry.noted_on is None
        and entry.at is None
        and not entry.documents
        and entry.kind == entry.event.kind
    )


@cache
def _said(kind: Any) -> Callable[[Event], Any] | None:  # noqa: ANN401 - the class of any event
    """Return what events of a type say in clear; None where they are judged by more than that and their day.

    Those that hold something change what the next is judged by; and codes may count in some years alone.
    """
    if (
        kind.holds is not Event.holds
        or kind.once
        or kind.impossible is not Event.impossible
        or fields_with(kind, "states_days")
        or fields_with(kind, "codes_personal")
        or any(
            each.code is None or tables()[each.code.table].years for each in fields_with(kind, "holds_codes")
        )
    ):
        return None
    clear = [each.name for each in fields_of(kind) if each.personal is None]
    return attrgetter(*clear) if clear else None
