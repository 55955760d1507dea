"""What every count of children is asked: by what, of whom, and in which age bands."""

from collections.abc import Iterable, Sequence, Sized
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Query
from psycopg.sql import Composable

from api.contract.census_answers import DEFAULT_BY, FlowListsAnswer
from api.contract.dimension_filters import (
    MOST_WHERE,
    AgeBands,
    DimensionName,
    DimensionValue,
    begins_of,
    by_dimension,
    no_bands,
)
from api.contract.problems import invalid
from api.http.dependencies import RequestContext
from api.http.list_pages import listed_at
from api.identity.acting import roles_that_see
from api.identity.forbidden import forbidden
from api.identity.permissions import counted_sql
from api.identity.reading_reasons import check_reason
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue
from projections.child_counts import CountedCell, CountedScope
from projections.counted_children import STAGES, Population
from projections.dimensions import AGE_BAND, band_names, hidden_in
from projections.paging import Condition

MOST_BY: Final = limit(
    4,
    Area.REQUESTS,
    Label("一次统计的统计项数", "Dimensions by which a census counts at once"),
    why=Label("收养统计按四项交叉，是最多的", "Adoption statistics cross four, and nothing crosses more"),
    beyond="invalid",
)
MOST_CELLS: Final = limit(
    10_000,
    Area.ANSWERS,
    Label("一次统计的格数", "Cells of a census"),
    why=Label("再多就没有人看，应减少统计项", "Nobody reads more: count by fewer dimensions"),
    beyond="invalid",
)
COUNTED: Final = ("register", "situations", "counted_values")
"""The read models that children are counted by."""
CensusBy: TypeAlias = Annotated[
    list[DimensionName] | None,
    Query(max_length=MOST_BY, description="What is counted by, crossed; by institution by default."),
]
CountedWhere: TypeAlias = Annotated[
    list[DimensionValue] | None,
    Query(
        max_length=MOST_WHERE,
        description="Only those of whom this holds, as `care_mode:foster`; of one dimension one of these."
        " Without a `stage` those who are cared for, in institutions or outside.",
    ),
]
AgeBandsAsked: TypeAlias = Annotated[
    AgeBands | None,
    Query(
        description="Age bands: `national_system` (by default) or `adoption`, or the full years with which"
        " each begins, such as `0,6,14,18`."
    ),
]

_COUNTS: Final = "census"
"""The purpose of counts in the access log."""
_TWICE: Final = Label("同一统计项只能写一次", "counts by one dimension once")
_NO_BAND: Final = Label("没有该年龄段", "no such age band")
_TOO_MANY: Final = Label("格数过多", "has too many cells")
_FEWER: Final = Label("请减少统计项，或者限定范围", "count by fewer dimensions, or narrow what is counted")


def asked_by(by: Sequence[str] | None) -> tuple[str, ...]:
    """Return what is counted by. Raises the problem `invalid` for what is named twice."""
    if by and len(set(by)) < len(by):
        raise invalid([InvalidValue("/query/by", _TWICE)])
    return tuple(by or DEFAULT_BY)


def check_where(
    where: Sequence[str] | None, bands: str | None, at: str = "/query", place: str = "where"
) -> None:
    """Raise the problem `invalid` if an age band is named which there is not."""
    if no_bands(where or (), bands):
        known = ", ".join(band_names(begins_of(bands)))
        raise invalid([InvalidValue(f"{at}/{place}", _NO_BAND, Label(known, known))])


def check_seen(request: RequestContext, by: Iterable[str], *where: Iterable[str] | None) -> set[Category]:
    """Return the categories of personal data that a count, or a list behind one, tells of.

    `by` are dimensions, `where` values of them. Raises the problems `forbidden` where the caller does not see
    these categories, and `reason_missing` where they did not say why they read a sealed set.
    """
    named = {*by, *(name for values in where for name in by_dimension(values or ()))}
    hidden = hidden_in(named)
    if not hidden <= request.sees:
        raise forbidden(request.actor.role, roles_that_see(*hidden))
    check_reason(request.reason, _COUNTS, hidden)
    return {*hidden}


def check_cells(cells: Sized) -> None:
    """Raise the problem `invalid` for more cells than are answered."""
    if len(cells) > MOST_CELLS:
        raise invalid([InvalidValue("/query/by", _TOO_MANY, _FEWER)])


def population(
    request: RequestContext,
    by: Sequence[str],
    where: Sequence[str] | None,
    bands: str | None,
    known: int | None,
) -> Population:
    """Return who is counted by what, as it is asked for."""
    return Population(by, by_dimension(where or ()), begins_of(bands), known, keyed=request.ledger.term)


def counted_scope(request: RequestContext) -> CountedScope:
    """Return whom the caller counts, as a condition."""

    def scope(day: Composable, sixteen_on: Composable) -> Condition:
        return counted_sql(request.actor, today=request.today, day=day, sixteen_on=sixteen_on)

    return scope


async def institution_names(request: RequestContext, by: Sequence[str]) -> dict[str, str]:
    """Return the names of institutions by their ids, which everybody may know, if they are counted by."""
    if "institution" not in by:
        return {}
    return {str(each.institution): each.name for each in await request.container.identity.institutions()}


def flow_lists(
    by: Sequence[str],
    cell: CountedCell,
    where: Sequence[str] | None,
    bands: str | None,
    days: tuple[date, date],
    known_at: str | None,
) -> FlowListsAnswer:
    """Return the addresses of the lists of those who came into a cell between two days, went or are in it."""
    values = [f"{name}:{value}" for name, value in zip(by, cell, strict=True)]

    def moves(kind: str, side: str) -> str:
        asked: dict[str, Any] = {"by": by, "where": where, "bands": bands, "known_at": known_at}
        first, last = days
        return listed_at("/census/moves", **{"from": first, "to": last, **asked, "kind": kind, side: values})

    first, last = (list_of(by, cell, where, bands, day, known_at) for day in days)
    return {
        "stock_from": first,
        "entered": moves("entered", "after"),
        "moved_in": moves("moved", "after"),
        "left": moves("left", "before"),
        "moved_out": moves("moved", "before"),
        "stock_to": last,
    }


def list_of(
    by: Sequence[str],
    cell: CountedCell,
    where: Sequence[str] | None,
    bands: str | None,
    day: date,
    known_at: str | None,
) -> str:
    """Return the address of the list of those who are counted in a cell."""
    values = [f"{name}:{value}" for name, value in zip(by, cell, strict=True)]
    narrowed = [each for each in where or () if each.partition(":")[0] not in by]
    aged = any(each.startswith(f"{AGE_BAND}:") for each in (*values, *narrowed))
    return listed_at(
        "/children", where=[*narrowed, *values], bands=bands if aged else None, as_of=day, known_at=known_at
    )


def list_of_all(where: Sequence[str] | None, bands: str | None, day: date, known_at: str | None) -> str:
    """Return the address of the list of all who are counted, whatever is counted by."""
    return list_of((), (), where or [f"stage:{each}" for each in STAGES], bands, day, known_at)
