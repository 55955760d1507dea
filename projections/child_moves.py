"""Which children came, went or moved between two days: the list behind the counts of changes."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Placeholder

from domain.codes import tables
from domain.event import Category
from ledger.store import queries
from projections.child_counts import CountedScope, cells_changed, counted_between
from projections.counted_children import CountedParts, Population, Wanted
from projections.dimensions import DIMENSIONS
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, page
from projections.sorting import Key, Sorts, alike, as_day, as_id

MoveKind: TypeAlias = Literal["entered", "moved", "left"]
MoveDirection: TypeAlias = Literal["raised", "lowered"]

_MOVES: Final = queries.load_composable("projections", "child_counts.sql")["moves"]
_KEY: Final[Key] = {"moved.day": as_day, "moved.child": as_id}


@dataclass(frozen=True, slots=True)
class ChildMove:
    """A child that came into a cell, went from one, or both, on a day.

    `before` and `after` are the cells, None where the child did not count then. Who `left` did so for a
    `reason` as in `Flow`. `direction` says whether the grade that alone is counted by rose or fell.
    """

    child: UUID
    day: date
    kind: MoveKind
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None
    reason: str | None
    direction: MoveDirection | None


SORTS: Final = Sorts(ChildMove, "moved", {"on": "day", **alike("kind", "reason")}, computed=True)


def graded(by: Sequence[str]) -> str | None:
    """Return the dimension of grades that alone is counted by, None if something else is, too."""
    return by[0] if len(by) == 1 and DIMENSIONS[by[0]].worst_first else None


async def child_moves(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    counted: CountedScope,
    sees: Collection[Category],  # noqa: ARG001 - whoever asks sees what is counted by
    keyed: Callable[[str], bytes],
    day: date,
    since: date,
    by: Sequence[str],
    where: Wanted,
    bands: tuple[int, ...],
    kind: MoveKind | None = None,
    direction: MoveDirection | None = None,
    before: Wanted,
    after: Wanted,
    reason: str | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[ChildMove]:
    """Return who came, went or moved after `since` through `day`, in the order of the days.

    They are those whom `flows` counts, as far as they are in the scope now. `before` and `after` are values
    of the cells that they went from or came into. Raises CursorError.
    """
    population = Population(by, where, bands, known, keyed=keyed)
    then = counted_between(population, counted, since, day)
    grades = graded(by)
    order = [] if grades is None else [*tables()[DIMENSIONS[grades].table or ""].codes]
    conditions = [scope, Condition(SQL("true"), {"worst_first": order})]
    if kind is not None:
        conditions.append(Condition(SQL("moved.kind = %(kind)s"), {"kind": kind}))
    if direction is not None:
        conditions.append(Condition(SQL("moved.direction = %(direction)s"), {"direction": direction}))
    if reason is not None:
        conditions.append(Condition(SQL("moved.reason = %(reason)s"), {"reason": reason}))
    conditions += [*_in_cell("before", population, before), *_in_cell("after", population, after)]
    moves = _MOVES.format(**cells_changed(CountedParts(population)))
    found = await page(connection, ChildMove, moves, conditions, _KEY, turn=turn, sorts=SORTS, tables=then)
    told = population.telling()
    return replace(
        found,
        rows=[
            replace(
                row,
                before=None if row.before is None else told(row.before),
                after=None if row.after is None else told(row.after),
            )
            for row in found.rows
        ],
    )


def _in_cell(side: Literal["before", "after"], population: Population, wanted: Wanted) -> Iterator[Condition]:
    for name, values in wanted.items():
        place, given = population.by.index(name), f"{side}_{name}"
        sql = SQL("coalesce(moved.{}[{}] = ANY ({}), false)").format(
            SQL(side), SQL(str(place + 1)), Placeholder(given)
        )
        yield Condition(sql, {given: population.kept_values(name, values)})
