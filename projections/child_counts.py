"""How many children there are by what holds of them on a day, and how these numbers changed between two days.

Who is counted is in the caller's scope by who was in charge on the day, as known then, and not by who is in
charge now: so the same question, as known at the same position, has the same answer for ever.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any, Final, TypeAlias

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier, Literal

from domain.scope import OFFICER_AGE
from ledger.store import queries
from projections.counted_children import COUNTED_ROWS, CountedParts, Population, of_dimension, value_of
from projections.dimensions import AGE_BAND
from projections.known import as_known
from projections.paging import Condition

CountedCell: TypeAlias = tuple[str, ...]
"""The values of the dimensions that children are counted by, in their order."""
CountedScope: TypeAlias = Callable[[Composable, Composable], Condition]
"""Who is in the caller's scope, by the expressions of a day and of that on which a child is 16."""

_SQL: Final = queries.load_composable("projections", "child_counts.sql")
_SIXTEEN_ON: Final = SQL("situations.sixteen_on")
_ADDS: Final = {"stock_from": 1, "entered": 1, "moved_in": 1, "left": -1, "moved_out": -1}
"""What a flow adds to how many there are on the last day."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How many children came into a cell, or went from it, between two days.

    `stock_from` and `stock_to` are how many are in it on the first day and on the last. In between they
    `entered` care, or `left` it for a reason (`departure_reason`, else the stage that they are at), or
    `moved_in` from another cell or `moved_out` to one.
    """

    cell: CountedCell
    kind: str
    reason: str
    count: int


async def stock(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, day: date
) -> dict[CountedCell, int]:
    """Return how many children there are on a day, by cell; only cells with any."""
    then, parts = as_known(population.known, COUNTED_ROWS), CountedParts(population)
    charge = scope(SQL("%(day)s"), _SIXTEEN_ON)
    statement = SQL("{}{}").format(then.sql, _stock(parts, charge, SQL("%(day)s")))
    given = {**then.parameters, **parts.parameters, **charge.parameters, "day": day}
    cursor = await connection.execute(statement, given)
    told = population.telling()
    return {told(cell): count for cell, count in await cursor.fetchall()}


async def flows(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> list[Flow]:
    """Return what changed after a day through another one, by cell, with the numbers of both days."""
    then = _between("flows", scope, population, since, until)
    cursor = await connection.execute(SQL("{}").format(then.sql), then.parameters)
    told = population.telling()
    found = [Flow(told(cell), *further) for cell, *further in await cursor.fetchall()]
    last = Counter[CountedCell]()
    for flow in found:
        last[flow.cell] += _ADDS[flow.kind] * flow.count
    return [*found, *(Flow(cell, "stock_to", "", count) for cell, count in last.items() if count)]


async def series(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, days: Sequence[date]
) -> list[dict[CountedCell, int]]:
    """Return how many children there are on each of several days, the earliest first; only cells with any.

    What there was on the first day is counted, and on each further day what changed since the one before it.
    """
    then = _between("series", scope, population, days[0], days[-1])
    cursor = await connection.execute(SQL("{}").format(then.sql), {**then.parameters, "days": [*days]})
    told, added = population.telling(), [Counter[CountedCell]() for _ in days]
    for cell, place, count in await cursor.fetchall():
        added[place][told(cell)] += count
    return [{cell: count for cell, count in each.items() if count} for each in accumulate(added, _with)]


def _with(cells: Counter[CountedCell], further: Counter[CountedCell]) -> Counter[CountedCell]:
    together = Counter(cells)
    together.update(further)
    return together


def _between(
    question: str, scope: CountedScope, population: Population, since: date, until: date
) -> Condition:
    """Return what is asked of those who were there on a day, and of what changed after it through another."""
    then, parts = counted_between(population, scope, since, until), CountedParts(population)
    columns = SQL("").join(
        SQL(", {}").format(Identifier(f"{side}_{name}"))
        for side in ("was", "now")
        for name in dict.fromkeys(population.by)
    )
    first = SQL("%(since)s")
    stock_then = _stock(parts, scope(first, _SIXTEEN_ON), first)
    asked = _SQL[question].format(columns=columns, stock=stock_then, **cells_changed(parts))
    return Condition(SQL("{} {}").format(then.sql, asked), then.parameters)


def cells_changed(parts: CountedParts) -> dict[str, Composable]:
    """Return the expressions of the cell that a child that `changed` was in, and is in."""
    return {
        name: parts.cell({each: Identifier("alike", f"{side}_{each}") for each in parts.population.by})
        for name, side in (("was_cell", "was"), ("cell", "now"))
    }


def counted_between(population: Population, scope: CountedScope, since: date, until: date) -> Condition:
    """Return with what a statement begins that asks who `changed` after a day through another one."""
    then, parts = as_known(population.known, COUNTED_ROWS), CountedParts(population)
    begin = SQL("WITH ") if population.known is None else SQL("{}, ").format(then.sql)
    before, after = (
        scope(day, SQL("turned.sixteen_on")) for day in (SQL("turned.day - 1"), SQL("turned.day"))
    )
    years = {*(population.bands[1:] if AGE_BAND in population.named else ())}
    # Whose scope is by age comes into it on a birthday.
    if scope(SQL("day"), SQL("sixteen_on")) != scope(SQL("day"), SQL("another")):
        years.add(OFFICER_AGE)
    sql = SQL("{}{}, {}").format(begin, _turned(parts, sorted(years)), _changed(parts, before.sql, after.sql))
    given = {**then.parameters, **parts.parameters, **before.parameters, **after.parameters}
    return Condition(sql, {**given, "since": since, "until": until, "birthdays": sorted(years)})


def _stock(parts: CountedParts, scope: Condition, day: Composable) -> Composable:
    by = dict.fromkeys(parts.population.by)
    values = parts.values(day)
    return _SQL["stock"].format(
        cell=parts.cell({name: Identifier("here", name) for name in by}),
        values=SQL("").join(SQL("{} AS {}, ").format(values[name], Identifier(name)) for name in by),
        on_day=parts.on_day(day, scope.sql),
        places=SQL(", ").join(SQL(str(place)) for place in range(1, len(by) + 1)) if by else SQL("()"),
    )


def _turned(parts: CountedParts, years: Sequence[int]) -> Composable:
    """Return who turned on which days, each child once a day: by the first of what changed then.

    `years` are those at which a birthday changes something.
    """
    held, child = parts.population.held, SQL("situations.child")
    day: Composable
    selects = [
        _SQL["turned_by_situation"].format(
            values=_looked_up(held, None, SQL("situations.since")),
            held=parts.held(child, SQL("situations.since")),
        )
    ]
    for place, name in enumerate(held):
        of = of_dimension(name)
        day = SQL("{}.since").format(of)
        selects.append(
            _SQL["turned_by_value"].format(
                of=of,
                dimension=Literal(parts.population.kept_name(name)),
                values=_looked_up(held, name, day),
                held=parts.held(child, day, {name}),
                first=_none_begins(held[:place], day),
            )
        )
    if years:
        day = SQL("birthday.day")
        last = [_birthday("birth_until", Literal(each)) for each in years]
        for born, but in (
            ("birth_until", SQL("true")),
            ("birth_on", _SQL["not_of_the_other"].format(others=SQL(", ").join(last))),
        ):
            selects.append(
                _SQL["turned_by_age"].format(
                    birthday=_birthday(born, SQL("reached.years")),
                    values=_looked_up(held, None, day),
                    held=parts.held(child, day),
                    first=SQL("{} AND {}").format(but, _none_begins(held, day)),
                )
            )
    return _SQL["turned"].format(parts=SQL("\nUNION ALL\n").join(selects))


def _birthday(born: str, years: Composable) -> Composable:
    return _SQL["birthday"].format(born=Identifier("situations", born), years=years)


def _looked_up(held: Sequence[str], begins: str | None, day: Composable) -> Composable:
    """Return the columns of what was before a day and is then; the values of `begins` begin on it."""
    columns = []
    for name in held:
        of = of_dimension(name)
        looked_up = _SQL["value_before"].format(of=of, day=day)
        was: Composable = SQL("{}.before").format(of) if name == begins else looked_up
        columns.append(
            SQL(", {} AS {}, {} AS {}").format(
                was, Identifier(f"was_{name}"), value_of(name), Identifier(f"now_{name}")
            )
        )
    return SQL("").join(columns)


def _none_begins(held: Iterable[str], day: Composable) -> Composable:
    """Return the condition that no value of these dimensions begins on a day."""
    none = [SQL("{}.since IS DISTINCT FROM {}").format(of_dimension(name), day) for name in held]
    return SQL(" AND ").join([SQL("true"), *none])


def _changed(parts: CountedParts, before: Composable, after: Composable) -> Composable:
    def side(name: str, was: str, scope: Composable, day: Composable) -> Composable:
        def held(dimension: str) -> Composable:
            return Identifier("turned", f"{'was' if was else 'now'}_{dimension}")

        values = parts.values(day, held)
        told_by = {each: Identifier("here", each) for each in values}
        return _SQL["side"].format(
            side=Identifier(name),
            was=SQL(was),
            there=SQL("turned.was_there" if was else "true"),
            present=parts.present,
            scope=scope,
            values=_columns(values),
            where=parts.where(told_by),
        )

    by = dict.fromkeys(parts.population.by)
    was, now = ({name: Identifier(side, name) for name in by} for side in ("before", "after"))
    return _SQL["changed"].format(
        before=side("before", "was_", before, SQL("(turned.day - 1)")),
        after=side("after", "", after, SQL("turned.day")),
        values=SQL("").join(
            SQL(", {} AS {}").format(column, Identifier(f"{side}_{name}"))
            for side, columns in (("was", was), ("now", now))
            for name, column in columns.items()
        ),
        was_values=SQL("").join(SQL(", {}").format(each) for each in was.values()),
        now_values=SQL("").join(SQL(", {}").format(each) for each in now.values()),
    )


def _columns(values: Mapping[str, Composable]) -> Composable:
    return SQL("").join(SQL(", {} AS {}").format(value, Identifier(name)) for name, value in values.items())
