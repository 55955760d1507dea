"""What was due and paid of living allowances in all (B4): by institution, month, allowance and reason."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Query

from api.contract.allowance_sum_answers import (
    ALLOWANCE_SUMS_TABLE,
    AllowanceSum,
    AllowanceSumAnswer,
    AllowanceSumBy,
    AllowanceSumsAnswer,
)
from api.contract.encoding import JsonResponse
from api.http.authentication import callers_router
from api.http.column_filters import ColumnWhere
from api.http.dependencies import AsOf, Day, KnownAt
from api.http.file_points import one_day
from api.http.file_statements import SinceDay, UntilDay, statement_asked
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import institution_names, list_view, listed_at
from api.http.statement_lists import MODELS, OfFiles, every_line
from domain.statements.allowance_months import ALLOWANCE_MONTHS
from domain.when import month_end

router = callers_router("across files")

_DEFAULT_BY: Final[tuple[AllowanceSumBy, ...]] = ("institution", "month")
SummedBy: TypeAlias = Annotated[
    list[AllowanceSumBy] | None,
    Query(description="What the sums are told by, crossed; by institution and month by default."),
]


@router.get("/allowance-months/sums", responses=listed(AllowanceSumsAnswer))
@in_formats(ALLOWANCE_SUMS_TABLE, one_page)
async def sums_of_allowances(
    request: OfFiles,
    by: SummedBy = None,
    since: SinceDay = None,
    until: UntilDay = None,
    where: ColumnWhere = None,
    institution: UUID | None = None,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> JsonResponse:
    """Sum what was due and paid of allowances by the lines of the list with these filters.

    What rests on what the caller does not see is in no sum, as it is in no list.
    """
    await request.check_institution(institution, "/query/institution")
    ways, on = tuple(dict.fromkeys(by or _DEFAULT_BY)), one_day(day, as_of) or request.today
    view = await list_view(request, known_at, None, *MODELS)
    asked = statement_asked(ALLOWANCE_MONTHS, on, since, until, where, institution)
    total = AllowanceSum()
    sums: defaultdict[tuple[Any, ...], AllowanceSum] = defaultdict(AllowanceSum)
    with request.container.budgets.tables.taken(request.actor.user):
        async for lines in every_line(request, asked, view):
            charges = await request.scopes(lines)
            for child, told in lines.items():
                charge = charges[child].scope if child in charges else None
                whose = None if charge is None else charge.institution
                for line in told:
                    total.add(line)
                    sums[tuple(whose if each == "institution" else line[each] for each in ways)].add(line)
    names = (
        await institution_names(request, {cell[ways.index("institution")] for cell in sums})
        if ("institution" in ways)
        else {}
    )
    filters = {"since": since, "until": until, "where": where, "institution": institution, "day": on}
    items = [
        _told(dict(zip(ways, cell, strict=True)), sums[cell], names, {**filters, "known_at": known_at})
        for cell in sorted(sums, key=lambda cell: [str(each or "") for each in cell])
    ]
    body: AllowanceSumsAnswer = {
        "items": items,
        "next": None,
        "day": on,
        "total": total.answer(),
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


def _told(
    cell: Mapping[str, Any], summed: AllowanceSum, names: Mapping[UUID, str], filters: Mapping[str, Any]
) -> AllowanceSumAnswer:
    institution = cell.get("institution")
    return {
        "institution": institution,
        "institution_name": None if institution is None else names.get(institution),
        "month": cell.get("month"),
        "line": cell.get("line"),
        "reason": cell.get("reason"),
        **summed.answer(),
        "list": _list(cell, filters),
    }


def _list(cell: Mapping[str, Any], filters: Mapping[str, Any]) -> str | None:
    """Return the address of the lines of a cell; none where a filter cannot say so."""
    if None in {each for name, each in cell.items() if name in {"institution", "month"}}:
        return None
    narrowed = dict(filters)
    coded = [f"{name}:{cell[name] or 'nothing'}" for name in ("line", "reason") if name in cell]
    if coded:
        others = (each for each in filters["where"] or () if each.partition(":")[0] not in cell)
        narrowed["where"] = [*others, *coded]
    if "institution" in cell:
        narrowed["institution"] = cell["institution"]
    if "month" in cell:
        first = date.fromisoformat(f"{cell['month']}-01")
        last = month_end(first)
        narrowed["since"] = max(filters["since"] or first, first)
        narrowed["until"] = min(filters["until"] or last, last)
    return listed_at("/allowance-months", **narrowed)
