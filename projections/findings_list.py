"""The findings about files on a day, with what several files say together."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier

from domain.event import Category
from domain.rulebook import Rulebook
from ledger.store import queries
from projections.acting_rules import ActingRules
from projections.families import FAMILIES
from projections.family_children import FAMILY_CHILDREN
from projections.findings import FINDINGS, WITHHELD, Finding
from projections.grouped import GroupedCount, grouped
from projections.known import as_known
from projections.likeness import LIKENESS_TERMS, found_alike
from projections.model import ReadModel
from projections.paging import (
    FIRST_PAGE,
    Condition,
    Narrowed,
    Page,
    PageAsked,
    in_charge,
    in_place,
    of_child,
    page,
    rule_by_rule,
)
from projections.sorting import Key, Sorts, alike, as_day, as_id, as_number
from projections.withholding import listed

_SQL: Final = queries.load_composable("projections", "findings.sql")
_OF_FAMILIES: Final = queries.load_composable("projections", "family_children.sql")
_KEY: Final[Key] = {"f.found_on": as_day, "f.child": as_id, "f.number": as_number}
SORTS: Final = Sorts(Finding, "f", {"on": "found_on", **alike("rule", "kind")})


async def findings(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    turn: PageAsked = FIRST_PAGE,
    **asked: Any,  # noqa: ANN401 - as `_every_asked` takes it
) -> Page[Finding]:
    """Return the findings that hold on a day, the longest-standing first; rows may be `WITHHELD`.

    `child` keeps those about one file, `institution` and `place` those about files in their charge, `acting`
    what somebody must act on, and `since` those that began to hold on that day or later.
    `known` is the position as known at which they are read, None for now. Findings that rest on a category
    outside `sees` are left out. `keyed` hashes terms.
    """
    (*of_files, alike, of_families), (then, *where) = await _every_asked(connection, scope, **asked)
    in_order = rule_by_rule("f", asked.get("rule") if turn.sort is None else None, *of_files)
    selects: list[Composable | Narrowed] = [*in_order, alike, of_families]
    return await page(connection, Finding, selects, where, _KEY, turn=turn, sorts=SORTS, tables=then)


async def finding_counts(
    connection: AsyncConnection[Any],
    scope: Condition,
    **asked: Any,  # noqa: ANN401 - as `_every_asked` takes it
) -> list[GroupedCount]:
    """Return how many findings are asked for, by who is in charge of the files, by rule and by kind."""
    selects, where = await _every_asked(connection, scope, **asked)
    return await grouped(connection, selects, where, first="found_on", kind=True)


async def _every_asked(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    rulebook: Rulebook,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    day: date,
    rule: str | Sequence[str] | None = None,
    kind: str | None = None,
    since: date | None = None,
    child: UUID | None = None,
    institution: UUID | None = None,
    place: str | None = None,
    acting: ActingRules | None = None,
    told: Condition | None = None,
    known: int | None = None,
) -> tuple[list[Composable], list[Condition]]:
    """Return the selects of all findings, and with what the statement begins, then the conditions on each.

    `told` is a further condition on each finding `f` with the row of the register of its file.
    """
    alike = found_alike(rulebook, scope)
    compared: tuple[ReadModel[Any], ...] = (FINDINGS, FAMILY_CHILDREN, FAMILIES, LIKENESS_TERMS)
    then = as_known(known, {model.name: model for model in compared})
    where = [
        then,
        scope,
        *await _asked(
            connection, then, keyed=keyed, sees=sees, day=day, rule=rule, kind=kind, institution=institution
        ),
        Condition(SQL("true"), alike.parameters),
    ]
    if told is not None:
        where.append(told)
    if since is not None:
        where.append(Condition(SQL("f.found_on >= %(since)s"), {"since": since}))
    if child is not None:
        where.append(of_child(child))
    if place is not None:
        where.append(in_place(place))
    if acting is not None:
        where.append(acting.condition(WITHHELD, "f", keyed))
    of_families = _OF_FAMILIES["too_many"].format(
        scope=scope.sql, against=_OF_FAMILIES["against"], closed=_OF_FAMILIES["closed"]
    )
    # What several files say together stands in no table, for it is no function of one file.
    return _listed(_SQL["endless"], _SQL["ending"], alike.sql, of_families), where


async def findings_asked(
    connection: AsyncConnection[Any],
    then: Condition,
    *,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    day: date,
    rule: str | Sequence[str],
    institution: UUID | None,
) -> tuple[list[Composable], list[Condition]]:
    """Return the selects of what single files say against themselves, and the conditions on each.

    No two selects have a row in common. `then` is what the statement begins with; the filters are those of
    `findings`.
    """
    where = await _asked(
        connection, then, keyed=keyed, sees=sees, day=day, rule=rule, kind=None, institution=institution
    )
    return _listed(_SQL["endless"], _SQL["ending"]), where


async def _asked(
    connection: AsyncConnection[Any],
    then: Condition,
    *,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    day: date,
    rule: str | Sequence[str] | None,
    kind: str | None,
    institution: UUID | None,
) -> list[Condition]:
    where = [
        # Within coalesce, for PostgreSQL takes the bare comparison for a rare match and reads all rows.
        Condition(SQL("coalesce(f.rests_on <@ %(sees)s, false)"), {"sees": listed(sees)}),
        Condition(SQL("f.found_on <= %(day)s AND coalesce(f.until >= %(day)s, true)"), {"day": day}),
        await WITHHELD.saying(connection, "f", keyed, then, rule=rule, kind=kind),
    ]
    return where if institution is None else [*where, in_charge(institution)]


def _listed(*parts: Composable) -> list[Composable]:
    columns = SQL(", ").join(map(Identifier, FINDINGS.columns))
    return [_SQL["listed"].format(part=part, columns=columns) for part in parts]
