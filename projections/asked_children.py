"""The children whom a question list is about on a day, by the indexes of obligations, findings and spans."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier, Placeholder

from domain.asked_lists import QUESTION_LISTS
from domain.asked_lists.question_list import HeldSpan
from domain.event import Category
from domain.obligations import State
from ledger.store import queries
from projections.findings import FINDINGS
from projections.findings_list import findings_asked
from projections.known import as_known
from projections.obligations import OBLIGATIONS, obligations_asked
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, page
from projections.readiness import READINESS, having_status, readiness_asked
from projections.sorting import Key, Sorts, alike, as_day, as_id
from projections.spans import SPANS, name_of, told_by

_SQL: Final = queries.load_composable("projections", "asked_children.sql")
_KEY: Final[Key] = {"q.first_on": as_day, "q.child": as_id}


@dataclass(frozen=True, slots=True)
class AskedChild:
    """A child whom a question is about, and the first day of what makes it so: by which the longest wait."""

    child: UUID
    first_on: date


SORTS: Final = Sorts(AskedChild, "q", alike("first_on"))


@dataclass(frozen=True, slots=True)
class _Reason:
    """What makes a question be about children: selects with their conditions, and the column of its day."""

    selects: Sequence[Composable]
    where: Sequence[Condition]
    day: str


async def asked_children(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    day: date,
    of: str,
    states: Sequence[State] | None = None,
    due_within_days: int | None = None,
    overdue_days: int | None = None,
    route: str | None = None,
    stuck_at: int | None = None,
    cells: Sequence[str] | None = None,  # noqa: ARG001 - of the rows, and a cursor is of one filter
    institution: UUID | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[AskedChild]:
    """Return the children in the scope whom the question `of` is about on a day, the longest-waiting first.

    With `states` or days of what is due they are those with such an obligation, and no others. `route` and
    `stuck_at` keep young people on a route, or kept from being ready by a gate. What rests on a category
    outside `sees` makes the question be about nobody. `keyed` hashes terms; `known` is the position as known
    at which it is asked, None for now.
    """
    asked = QUESTION_LISTS[of]
    models = {each.name: each for each in (OBLIGATIONS, FINDINGS, SPANS, READINESS)}
    then = as_known(known, models)
    narrowed = states is not None or due_within_days is not None or overdue_days is not None
    reasons = []
    if asked.obligations:
        selects, where = await obligations_asked(
            connection,
            then,
            keyed=keyed,
            sees=sees,
            day=day,
            states=states or asked.states,
            rule=asked.obligations,
            due_since=None,
            due_until=None,
            due_within_days=due_within_days,
            overdue_days=overdue_days,
            institution=institution,
        )
        reasons.append(_Reason(selects, where, "due_on"))
    if asked.findings and not narrowed:
        selects, where = await findings_asked(
            connection, then, keyed=keyed, sees=sees, day=day, rule=asked.findings, institution=institution
        )
        reasons.append(_Reason(selects, where, "found_on"))
    if asked.readiness is not None and not narrowed:
        months, statuses = asked.readiness.within_months, asked.readiness.statuses
        where = [*readiness_asked(sees, day, months, stuck_at, route, institution)]
        where += [having_status(statuses)] if statuses else []
        reasons.append(_Reason([_SQL["ready"]], where, "turns_18_on"))
    if not narrowed:
        reasons += [
            _Reason([_SQL["spans"]], [*_held(held, number, keyed, day, institution)], "since")
            for number, held in enumerate(asked.spans)
        ]
    parts = [part for reason in reasons for part in _parts(reason, scope)]
    given = {name: value for each in reasons for one in each.where for name, value in one.parameters.items()}
    return await page(
        connection,
        AskedChild,
        _SQL["grouped"].format(parts=SQL(" UNION ALL ").join(parts)),
        [Condition(SQL("true"), {**scope.parameters, **given})],
        _KEY,
        turn=turn,
        sorts=SORTS,
        tables=then,
    )


def _parts(reason: _Reason, scope: Condition) -> Iterator[Composable]:
    condition = SQL(" AND ").join([scope.sql, *(each.sql for each in reason.where)])
    for select in reason.selects:
        yield _SQL["part"].format(select=select, condition=condition, day=Identifier(reason.day))


def _held(
    held: HeldSpan, number: int, keyed: Callable[[str], bytes], day: date, institution: UUID | None
) -> Iterator[Condition]:
    attribute, values = f"attribute_{number}", f"values_{number}"
    name, several = name_of(held.attribute), list(held.values)
    if held.attribute.personal is not None:
        several = [told_by(keyed, name, "", each)[2] for each in several]
        name = told_by(keyed, name, "", "")[0]
    yield Condition(SQL("s.attribute = {}").format(Placeholder(attribute)), {attribute: name})
    if several:
        yield Condition(SQL("s.value = ANY ({})").format(Placeholder(values)), {values: several})
    lasts = SQL("s.until < %(day)s") if held.ended else SQL("s.since <= %(day)s AND s.until >= %(day)s")
    yield Condition(lasts, {"day": day})
    if institution is not None:
        yield in_charge(institution)
