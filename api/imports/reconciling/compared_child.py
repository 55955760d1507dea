"""One child compared with a row of others, or with none: what differs, and what is to be recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, TypeAlias
from uuid import UUID

from api.folding import folded_name
from api.imports.reconciling.their_rows import TheirRow
from domain.entry import AnyEntry
from domain.event import Event, known
from domain.events.health import NOT_DISABLED
from domain.events.household import UNREGISTERED
from domain.events.reconciliation.differing import (
    AGREED,
    REPLACED,
    UNLISTED_HERE,
    UNLISTED_THERE,
    UNSETTLED,
    DifferenceFound,
    DifferenceSettled,
    difference_found,
)
from domain.events.reconciliation.other_systems import OTHER_SYSTEMS, OURS, WHO
from domain.file import File
from domain.life import Life
from domain.rulebook import Rulebook

Standing: TypeAlias = Literal["new", "open", "explained"]
"""Whether a difference is found for the first time, is open already, or was explained before."""
SAYS_NONE: Final[Mapping[str, str]] = MappingProxyType(
    {"disability_class": NOT_DISABLED, "household_class": UNREGISTERED}
)
"""What they write of an item where a file says nothing."""


@dataclass(frozen=True, slots=True)
class Differing:
    """An item on which a file and a row differ: what each says, None where it says nothing.

    `found_on` is the day on which an earlier comparison found it, None where it is new.
    """

    item: str
    ours: str | None
    theirs: str | None
    standing: Standing
    found_on: date | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A difference that is open no longer: they agree now, or another one replaces it."""

    difference: UUID
    item: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ComparedChild:
    """A child and its row, None where they have none; `events` are to be recorded in its file."""

    child: UUID
    row: TheirRow | None
    differing: tuple[Differing, ...]
    ended: tuple[Ended, ...]
    events: tuple[Event, ...]


def is_the_same(file: File, row: TheirRow, today: date, rulebook: Rulebook) -> bool:
    """Return whether the name, the birth and the sex that a row says are those of the file, to the day."""
    life = Life(file, today, rulebook)
    return all(_agree(item, OURS[item](life), row.values[item]) for item in ("name", "birth", "sex"))


def compared_child(
    file: File, row: TheirRow | None, system: str, as_of: date, today: date, rulebook: Rulebook
) -> ComparedChild:
    """Compare what a file says of `as_of` with a row of a system, and with what was found before.

    No newer data of theirs were compared yet. The file has at least one entry.
    """
    differs = dict(_items(Life(file, as_of, rulebook), row, system))
    opened = {each.event.item: each for each in _open(file, system, today, rulebook)}
    explained = _explained(file, system)
    differing: list[Differing] = []
    ended: list[Ended] = []
    events: list[Event] = []
    for item, (ours, theirs, agree) in differs.items():
        before = opened.get(item)
        goes_on = not agree and before is not None and before.event.value == theirs
        if before is not None and not goes_on:
            ended.append(Ended(before.original, item, AGREED if agree else REPLACED))
            events.append(DifferenceSettled(difference=before.original, outcome=ended[-1].outcome))
        if agree:
            continue
        known_before = before if goes_on else explained.get((item, theirs))
        standing: Standing = "open" if goes_on else "new" if known_before is None else "explained"
        found_on = None if known_before is None else known_before.days.last
        differing.append(Differing(item, ours, theirs, standing, found_on))
        if standing == "new":
            events.append(difference_found(system, item, as_of, theirs))
    assert file.stream is not None  # noqa: S101 - a file with entries
    return ComparedChild(file.stream, row, tuple(differing), tuple(ended), tuple(events))


def _items(
    life: Life, row: TheirRow | None, system: str
) -> Iterator[tuple[str, tuple[str | None, str | None, bool]]]:
    """Yield each item that can be compared, with what both say and whether they agree."""
    other = OTHER_SYSTEMS[system]
    listed = None if other.lists is None else other.lists(life)
    if listed is not None:
        yield UNLISTED_THERE, (None, None, row is not None or not listed)
        yield UNLISTED_HERE, (None, None, row is None or listed)
    for item in () if row is None else other.items:
        ours, theirs = OURS[item](life), None if row is None else row.values.get(item)
        # That the file does not list the child says already that it says nothing of it there.
        if theirs is not None and not (listed is False and ours is None and item not in WHO):
            yield item, (ours, theirs, _agree(item, ours, theirs))


def _agree(item: str, ours: str | None, theirs: str) -> bool:
    if ours is None:
        return SAYS_NONE.get(item) == theirs
    return folded_name(ours) == folded_name(theirs) if item == "name" else ours == theirs


def _open(file: File, system: str, today: date, rulebook: Rulebook) -> Iterator[AnyEntry]:
    for fact in Life(file, today, rulebook).each(UNSETTLED):
        if isinstance(fact.entry.event, DifferenceFound) and fact.entry.event.system == system:
            yield fact.entry


def _explained(file: File, system: str) -> dict[tuple[str, str | None], AnyEntry]:
    """Return the differences that were found to have a reason, by the item and what they said."""
    ids = {
        known(each.event.difference)
        for each in file.of(DifferenceSettled)
        if known(each.event.outcome) == "explained"
    }
    return {
        (each.event.item, each.event.value): each
        for each in file.of(DifferenceFound)
        if each.original in ids and each.event.system == system
    }
