"""The children whom a question list is about on a day, by the indexes of obligations, findings and spans."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Placeholder

from domain.asked_lists import QUESTION_LISTS
from domain.asked_lists.question_list import HeldSpan, QuestionList
from domain.event import Category
from domain.obligations import State
from ledger.store import queries
from projections.acting_rules import ActingRules
from projections.findings import FINDINGS, WITHHELD
from projections.findings_list import findings_asked
from projections.known import as_known
from projections.obligations import OBLIGATIONS, obligations_asked
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, in_place
from projections.readiness import READINESS, having_status, readiness_asked
from projections.reasons import AskedChild, ListingReason, children_of
from projections.spans import SPANS, name_of, told_by

_SQL: Final = queries.load_composable("projections", "asked_children.sql")


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
    place: str | None = None,
    acting: ActingRules | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[AskedChild]:
    """Return the children in the scope whom the question `of` is about on a day, the longest-waiting first.

    With `states` or days of what is due they are those with such an obligation, and no others. `route` and
    `stuck_at` keep young people on a route, or kept from being ready by a gate. `institution` and `place`
    keep those in their charge, and `acting` those of whom somebody must act first on what is due or found,
    where `acts_by_rule`, and else all in whose files they act. What rests on a category outside `sees` makes
    the question be about nobody. `keyed` hashes terms; `known` is the position as known at which it is asked,
    None for now.
    """
    asked = QUESTION_LISTS[of]
    models = {each.name: each for each in (OBLIGATIONS, FINDINGS, SPANS, READINESS)}
    then = as_known(known, models)
    narrowed = states is not None or due_within_days is not None or overdue_days is not None
    by_rule = acting if acting is not None and acts_by_rule(asked) else None
    scope = _in_charge_of(scope, place, acting)
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
            acting=by_rule,
        )
        reasons.append(ListingReason(selects, [scope, *where], "due_on", "o", asked.obligations))
    if asked.findings and not narrowed:
        selects, where = await findings_asked(
            connection, then, keyed=keyed, sees=sees, day=day, rule=asked.findings, institution=institution
        )
        where += [] if by_rule is None else [by_rule.condition(WITHHELD, "f", keyed)]
        reasons.append(ListingReason(selects, [scope, *where], "found_on", "f", asked.findings))
    if asked.readiness is not None and not narrowed:
        months, statuses = asked.readiness.within_months, asked.readiness.statuses
        where = [*readiness_asked(sees, day, months, stuck_at, route, institution)]
        where += [having_status(statuses)] if statuses else []
        reasons.append(ListingReason([_SQL["ready"]], [scope, *where], "turns_18_on"))
    if not narrowed:
        reasons += [
            ListingReason(
                [_SQL["spans_on_the_day" if held.on_the_day else "spans"]],
                [scope, *_held(held, number, keyed, day, institution)],
                "since",
            )
            for number, held in enumerate(asked.spans)
        ]
    return await children_of(connection, reasons, turn=turn, tables=then)


def acts_by_rule(asked: QuestionList) -> bool:
    """Return whether rules alone say who must act on the rows of a question, and not its files, too."""
    return asked.gaps is None and asked.readiness is None


def _in_charge_of(scope: Condition, place: str | None, acting: ActingRules | None) -> Condition:
    """Return the scope, narrowed to files in the charge of a place, and to those in which somebody acts."""
    narrower = [scope]
    if place is not None:
        narrower.append(in_place(place))
    if acting is not None and acting.charge is not None:
        narrower.append(acting.charge.condition)
    parameters = {name: value for each in narrower for name, value in each.parameters.items()}
    return Condition(SQL(" AND ").join(each.sql for each in narrower), parameters)


def _held(
    held: HeldSpan, number: int, keyed: Callable[[str], bytes], day: date, institution: UUID | None
) -> Iterator[Condition]:
    attribute, values = f"attribute_{number}", f"values_{number}"
    name, several = name_of(held.attribute), list(held.values)
    if held.attribute.personal is not None:
        several = [told_by(keyed, name, "", each)[2] for each in several]
        name = told_by(keyed, name, "", "")[0]
    yield Condition(SQL("s.attribute = {}").format(Placeholder(attribute)), {attribute: name})
    # Listed by the day itself, children are read in their order until there are enough: within coalesce, for
    # PostgreSQL takes the bare comparisons for rare matches and reads all.
    as_said = SQL("coalesce({}, false)") if held.on_the_day else SQL("{}")
    if several:
        has_value = SQL("s.value = ANY ({})").format(Placeholder(values))
        yield Condition(as_said.format(has_value), {values: several})
    lasts = SQL("s.until < %(day)s") if held.ended else SQL("s.since <= %(day)s AND s.until >= %(day)s")
    yield Condition(as_said.format(lasts), {"day": day})
    if institution is not None:
        yield in_charge(institution)
