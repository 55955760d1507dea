"""Differences with others' data across files: open on a day, or settled by then.

Only codes and days stand here: what each side says is read from the files.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.event import Category, known
from domain.events.reconciliation.differing import DifferenceFound, DifferenceSettled
from domain.events.reconciliation.other_systems import OTHER_SYSTEMS
from domain.file import File
from domain.responsibility import part_of_system
from ledger.store import queries
from projections.acting_rules import ActingRules
from projections.known import as_known
from projections.model import ReadModel, RowContext
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, in_place, page
from projections.sorting import Key, Sorts, alike, as_day, as_id

RULE: Final = "R-REC-1"
"""Says of each day on which a difference is open that somebody must settle it."""
DifferenceState: TypeAlias = Literal["open", "settled"]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference by the entry that found it, and once it is settled by the one that did.

    `settled_on` is the first day on which it is open no more. `corrected_by` is the entry by which ours was
    corrected.
    """

    child: UUID
    entry: UUID
    system: str
    item: str
    as_of: date
    found_on: date
    settled_on: date | None
    settled_by: UUID | None
    outcome: str | None
    corrected_by: UUID | None

    def state(self, day: date) -> DifferenceState:
        """Return the state on a day on which it had been found."""
        return "open" if self.settled_on is None or self.settled_on > day else "settled"


def rows(file: File, reading: RowContext) -> Iterator[DifferenceRow]:
    """Yield one row per difference."""
    settled = {known(each.event.difference): each for each in reversed(file.of(DifferenceSettled))}
    for each in file.of(DifferenceFound):
        by = settled.get(each.original)
        yield DifferenceRow(
            child=reading.stream,
            entry=each.entry_id,
            system=each.event.system,
            item=each.event.item,
            as_of=each.event.as_of,
            found_on=each.days.last,
            settled_on=None if by is None else by.days.last,
            settled_by=None if by is None else by.entry_id,
            outcome=None if by is None else known(by.event.outcome),
            corrected_by=None if by is None else by.event.corrected_by,
        )


FOUND_DIFFERENCES: Final = ReadModel("found_differences", DifferenceRow, rows)

_SQL: Final = queries.load_composable("projections", "found_differences.sql")
_KEY: Final[Key] = {"d.found_on": as_day, "d.child": as_id, "d.entry": as_id}
SORTS: Final = Sorts(DifferenceRow, "d", alike("found_on", "system", "item"))


async def differences(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],  # noqa: ARG001 - what the sides say is masked where it is answered
    day: date,
    state: DifferenceState | None = None,
    system: str | None = None,
    item: str | None = None,
    found_since: date | None = None,
    institution: UUID | None = None,
    place: str | None = None,
    acting: ActingRules | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[DifferenceRow]:
    """Return the differences that were found by a day, in the files of the scope, the oldest first.

    `acting` keeps the open ones that somebody must settle first, `place` those in files in its charge.
    `found_since` is the first day of finding, `known` the position as known at which they are read, None for
    now.
    """
    then = as_known(known, {"found_differences": FOUND_DIFFERENCES})
    where = [scope, Condition(SQL("d.found_on <= %(day)s"), {"day": day})]
    if state is not None:
        part = _SQL["open" if state == "open" else "settled"]
        where.append(Condition(part, {}))
    for column, value in (("system", system), ("item", item)):
        if value is not None:
            where.append(Condition(_SQL[column], {column: value}))
    if found_since is not None:
        where.append(Condition(SQL("d.found_on >= %(found_since)s"), {"found_since": found_since}))
    if institution is not None:
        where.append(in_charge(institution))
    if place is not None:
        where.append(in_place(place))
    if acting is not None:
        where += [_acting(acting), Condition(_SQL["open"], {})]
    select = _SQL["differences"]
    return await page(connection, DifferenceRow, select, where, _KEY, turn=turn, sorts=SORTS, tables=then)


def _acting(who: ActingRules) -> Condition:
    """Return the condition that a role must settle a difference first, or that a person answers for it."""
    if who.parts is None:
        return who.on_rule(RULE)
    systems = [each for each in OTHER_SYSTEMS if part_of_system(each) in who.parts]
    return who.within(Condition(SQL("d.system = ANY (%(acting_systems)s)"), {"acting_systems": systems}))
