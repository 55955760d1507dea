"""Obligations that are due or overdue on a day, across files, with the entry that opened the clock."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier

from domain.event import Category
from domain.file import File
from domain.obligations import OBLIGATIONS as RULES
from domain.obligations import Clock, State, clocks
from domain.rulebook import Rulebook
from domain.when import add, day_before
from ledger.store import queries
from projections.acting_rules import ActingRules
from projections.grouped import GroupedCount, grouped
from projections.known import as_known
from projections.markers import Blank, Hashed, Internal
from projections.model import ReadModel, RowContext, RowParts
from projections.paging import (
    FIRST_PAGE,
    Condition,
    Page,
    PageAsked,
    in_charge,
    in_place,
    of_child,
    page,
    rule_by_rule,
)
from projections.sorting import Key, Sorts, alike, as_day, as_id, as_number
from projections.withholding import Withholding, listed

WAITING: Final[tuple[State, ...]] = ("due", "overdue")
MOST_DAYS: Final = 36_600
"""Days by which a due day may be bounded: those of a hundred years."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One clock with the words of its rule and the source of its number, due in `due_first` to `due_on`.

    `due_first` is `due_on` if the day is certain, and None if the beginning of the interval is unknown. It is
    `provisional` if it counts working days of a year whose days off are not known yet.
    `number` identifies a stored clock within its file. `rests_on` are the categories of personal data that it
    reveals.
    """

    child: UUID
    number: Annotated[int, Internal()]
    rests_on: list[str]
    rule: Annotated[str, Hashed()]
    zh: Annotated[str, Blank("")]
    en: Annotated[str, Blank("")]
    opened_on: date
    due_first: Annotated[date | None, Internal()]
    due_on: Annotated[date, Internal()]
    started_by: Annotated[list[UUID], Blank([])]
    met_on: Annotated[date | None, Internal()]
    met_late: Annotated[bool, Internal()]
    met_by: Annotated[UUID | None, Blank(), Internal()]
    void_on: Annotated[date | None, Internal()]
    void_zh: Annotated[str | None, Blank(), Internal()]
    void_en: Annotated[str | None, Blank(), Internal()]
    source: Annotated[str, Blank("")]
    region: Annotated[str | None, Blank()]
    verified: Annotated[bool, Blank(value=False)]
    provisional: Annotated[bool, Blank(value=False)]
    sealed: Annotated[bytes | None, Internal()] = None

    def state(self, day: date) -> State | None:
        """Return the state on a day; None before the clock is opened."""
        if day < self.opened_on:
            return None
        if self.met_on is not None and self.met_on <= day:
            return "met_late" if self.met_late else "met"
        if self.void_on is not None and self.void_on <= day:
            return "void"
        return "overdue" if self.due_on < day else "due"


def obligations_of(
    file: File, child: UUID, rulebook: Rulebook, rule: str | None = None
) -> Iterator[Obligation]:
    """Yield every clock of a file, or those of one rule, by due day."""
    for clock in clocks(file, rulebook, rule):
        yield obligation(child, clock, rulebook)


def obligation(child: UUID, clock: Clock, rulebook: Rulebook) -> Obligation:
    """Return a clock in the words of its rule."""
    met, limit, because = clock.met_by, clock.number, clock.void_because
    rule = rulebook[clock.rule].on(clock.opened_on, next(entry.region for entry in clock.started_by))
    return Obligation(
        child=child,
        number=0,
        rests_on=listed(clock.rests_on),
        rule=rule.id,
        zh=rule.zh,
        en=rule.en,
        opened_on=clock.opened_on,
        due_first=clock.due.first,
        due_on=clock.due.last,
        started_by=[entry.entry_id for entry in clock.started_by],
        met_on=None if met is None else met.days.last,
        met_late=met is not None and met.days.earliest > clock.due.last,
        met_by=None if met is None else met.entry_id,
        void_on=clock.void_on,
        void_zh=None if because is None else because.zh,
        void_en=None if because is None else because.en,
        source=rule.source if limit is None else limit.source,
        region=None if limit is None else limit.region,
        verified=rule.verified and clock.verified and (limit is None or limit.verified),
        provisional=clock.provisional,
    )


WITHHELD: Final = Withholding("obligations", Obligation, ("rule", "opened_on", "started_by"))


def rows(file: File, reading: RowContext) -> Iterator[Obligation]:
    """Yield one row per clock; its state on a day follows from its days alone."""
    return WITHHELD.rows(obligations_of(file, reading.stream, reading.rulebook), reading.seal)


def _rows_of_rule(file: File, reading: RowContext, rule: str) -> Iterator[Obligation]:
    return WITHHELD.rows(_remembered(file, reading, rule), reading.seal, reading.remembered)


def _remembered(file: File, reading: RowContext, rule: str) -> Iterator[Obligation]:
    """Yield the clocks of a rule, each the same object as before if nothing in it is new."""
    for clock in clocks(file, reading.rulebook, rule):
        key = _key(clock)
        if key not in reading.remembered:
            reading.remembered[key] = obligation(reading.stream, clock, reading.rulebook)
        yield reading.remembered[key]


def _key(clock: Clock) -> Hashable:
    """Return all that the words of a clock depend on besides the rulebook; an entry never changes."""
    met, number = clock.met_by, clock.number
    return (
        clock.rule,
        clock.opened_on,
        clock.due,
        tuple(entry.entry_id for entry in clock.started_by),
        None if met is None else met.entry_id,
        clock.void_on,
        clock.void_because,
        None if number is None else (number.source, number.region, number.verified),
        clock.verified,
        clock.provisional,
        clock.rests_on,
    )


OBLIGATIONS: Final = ReadModel(
    "obligations", Obligation, rows, WITHHELD.opened, parts=RowParts(lambda _: RULES, _rows_of_rule)
)

_SQL: Final = queries.load_composable("projections", "obligations.sql")


@dataclass(frozen=True, slots=True)
class DueTable:
    """Where clocks are kept: the table, how its rows are sealed, and in SQL who has the files in charge."""

    model: ReadModel[Obligation]
    withheld: Withholding[Obligation]
    whose: SQL

    def selects(self, parts: Iterable[str]) -> list[Composable]:
        """Return the selects of these parts of the table."""
        return [_SQL[part].format(table=Identifier(self.model.name), whose=self.whose) for part in parts]


OF_CHILDREN: Final = DueTable(OBLIGATIONS, WITHHELD, _SQL["of_children"])
_NOT_CLOSED: Final = ("open", "void_later", "met_later")
_PARTS: Final[Mapping[State, tuple[str, ...]]] = MappingProxyType(
    {"due": _NOT_CLOSED, "overdue": _NOT_CLOSED, "met": ("met",), "met_late": ("met",), "void": ("void",)}
)
"""In which parts of the table clocks have a state; no two of these have a row in common."""
_KEY: Final[Key] = {"o.due_on": as_day, "o.child": as_id, "o.number": as_number}
SORTS: Final = Sorts(Obligation, "o", alike("due_on", "opened_on", "rule"))
SORTS_OF_CLOSED: Final = Sorts(Obligation, "o", alike("due_on"))
"""Of clocks that are met or void: most are, and each index on all of them is written with every entry."""


def last_due(day: date, until: date | None, within_days: int | None, overdue_days: int | None) -> date:
    """Return the last due day to list: until a day, so many days after `day`, and overdue for so many."""
    bounds = [until] if until is not None else []
    bounds += [add(day, days=days) for days in (within_days,) if days is not None]
    bounds += [add(day, days=-days) for days in (overdue_days,) if days is not None]
    return min(bounds, default=date.max)


async def obligations(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    day: date,
    states: Sequence[State] = WAITING,
    rule: str | Sequence[str] | None = None,
    due_since: date | None = None,
    due_until: date | None = None,
    due_within_days: int | None = None,
    overdue_days: int | None = None,
    child: UUID | None = None,
    institution: UUID | None = None,
    place: str | None = None,
    acting: ActingRules | None = None,
    standing: Condition | None = None,
    escalated_to: Sequence[str] | None = None,  # noqa: ARG001 - of the condition, and a cursor is of one filter
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
    of: DueTable = OF_CHILDREN,
) -> Page[Obligation]:
    """Return the clocks that have these states on a day, in the files of the scope, by due day.

    `due_since` and `due_until` are the first and the last due day to list; `due_within_days` and
    `overdue_days` bound it as `last_due` says; `child` keeps those of one file, `institution` and `place`
    what is in their charge, `acting` what somebody must act on, and `standing` what it says was escalated.
    `known` is the position as known at which they are read, None for now. Rows may be `WITHHELD`. Clocks that
    rest on a category outside `sees` are left out. `keyed` hashes terms.
    """
    then = as_known(known, {of.model.name: of.model})
    select, where = await obligations_asked(
        connection,
        then,
        of=of,
        keyed=keyed,
        sees=sees,
        day=day,
        states=states,
        rule=rule,
        due_since=due_since,
        due_until=due_until,
        due_within_days=due_within_days,
        overdue_days=overdue_days,
        child=child,
        institution=institution,
        place=place,
        acting=acting,
        standing=standing,
    )
    where = [scope, *where]
    selects = rule_by_rule("o", rule if turn.sort is None else None, *select)
    return await page(connection, Obligation, [*selects], where, _KEY, turn=turn, sorts=SORTS, tables=then)


async def obligation_counts(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    known: int | None,
    **asked: Any,  # noqa: ANN401 - as `obligations_asked` takes it
) -> list[GroupedCount]:
    """Return how many clocks are asked for, by who is in charge of the files and by rule."""
    then = as_known(known, {"obligations": OBLIGATIONS})
    selects, where = await obligations_asked(connection, then, **asked)
    return await grouped(connection, selects, [then, scope, *where], first="due_on")


async def obligations_asked(
    connection: AsyncConnection[Any],
    then: Condition,
    *,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    day: date,
    states: Sequence[State],
    rule: str | Sequence[str] | None,
    due_since: date | None,
    due_until: date | None,
    due_within_days: int | None,
    overdue_days: int | None,
    institution: UUID | None,
    child: UUID | None = None,
    place: str | None = None,
    acting: ActingRules | None = None,
    standing: Condition | None = None,
    of: DueTable = OF_CHILDREN,
) -> tuple[list[Composable], list[Condition]]:
    """Return the selects of these clocks, of which no two have a row in common, and the conditions on each.

    `then` is what the statement begins with; the filters are those of `obligations`.
    """
    where = [
        # Within coalesce, for PostgreSQL takes the bare comparison for a rare match and reads all rows.
        Condition(SQL("coalesce(o.rests_on <@ %(sees)s, false)"), {"sees": listed(sees)}),
        Condition(SQL("o.opened_on <= %(day)s"), {"day": day}),
        await of.withheld.saying(connection, "o", keyed, then, rule=rule),
    ]
    if set(states) != set(WAITING):  # else the parts that are read say it
        where.append(
            Condition(
                SQL("coalesce(({}) = ANY (%(states)s), false)").format(_SQL["state"]),
                {"states": list(states)},
            )
        )
    if set(states) == {"due"}:
        due_since = max(day, due_since or day)
    elif set(states) == {"overdue"}:
        due_until = min(day_before(day), due_until or day)
    if due_since is not None:
        where.append(Condition(SQL("o.due_on >= %(due_since)s"), {"due_since": due_since}))
    last = last_due(day, due_until, due_within_days, overdue_days)
    if last < date.max:
        where.append(Condition(SQL("o.due_on <= %(due_until)s"), {"due_until": last}))
    narrower = (
        None if child is None else of_child(child),
        None if institution is None else in_charge(institution),
        None if place is None else in_place(place),
        None if acting is None else acting.condition(of.withheld, "o", keyed),
        standing,
    )
    where += [each for each in narrower if each is not None]
    return of.selects(dict.fromkeys(part for state in states for part in _PARTS[state])), where
