"""Counts that are public: of everybody, on days and in years that do not overlap, and not narrowed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Final, TypeAlias

from fastapi import Query
from psycopg.sql import SQL, Composable

from api.contract.problems import invalid
from api.http.dependencies import RequestContext
from domain.label import Label
from domain.limit import Area, limit
from domain.when import month_end
from ledger.codec.messages import InvalidValue
from projections.child_counts import flows, stock
from projections.counted_children import Population
from projections.dimensions import hidden_in
from projections.paging import Condition
from projections.public_counts import CROSSED_GROUPS, ToldCells, group_of, public_cells, public_flows

MOST_CROSSED: Final = limit(
    1_000,
    Area.ANSWERS,
    Label("公布的交叉统计的格数", "Cells of a public census, crossed"),
    why=Label(
        "不公布的格由全部格一并推算，耗时随格数增加",
        "What is not told is worked out from all of them, which takes longer the more there are",
    ),
    beyond="invalid",
)
Public: TypeAlias = Annotated[
    bool,
    Query(
        description="Numbers that may be published: of all children of the ledger, none below five nor what"
        " it would follow from, at ends of months, and of whole years; without lists. Nothing narrows them."
    ),
]
_YEAR_ENDS: Final = (12, 31)
_NARROWED: Final = Label(
    "公布的统计不设限定条件、不改年龄段、不选所知时点，否则两次统计相减就能推算出少数人的数字",
    "is not asked for where something is public, since two answers taken from each other would tell small"
    " numbers",
)
_LEAVE_OUT: Final = Label("请不写此项", "leave it out")
_SEALED: Final = Label("属完全封存的内容，不公布", "is sealed, and is not public")
_NOT_CROSSED: Final = Label(
    "公布的统计只按一项，或者按可以交叉的两项", "is public by one dimension, or by two that may be crossed"
)
_CROSSED: Final = Label("可以交叉的", "those that may be crossed")
_NO_MONTH: Final = Label(
    "公布的统计只到已过月份的最后一日", "is public at the last day of a month that is over"
)
_NO_YEAR: Final = Label(
    "公布的变动只按已过的自然年度", "is public from 31 December to that of the next year, when that is over"
)
_NOT_BY: Final = Label(
    "公布的变动只有总数，不按统计项",
    "is public in total, and by nothing: the numbers of two days would tell it",
)
_TOO_MANY: Final = Label("交叉的格数过多", "has too many cells")
_EVERYBODY: Final = Condition(SQL("true"), {})


def last_public_day(today: date) -> date:
    """Return the last end of a month, today's too."""
    following = today + timedelta(days=1)
    return today if following.day == 1 else today.replace(day=1) - timedelta(days=1)


def check_public(narrowed: Mapping[str, object], *faults: InvalidValue | None) -> None:
    """Raise the problem `invalid` for what is asked that is not public, and for further `faults`."""
    found = [
        InvalidValue(f"/query/{name}", _NARROWED, _LEAVE_OUT)
        for name, value in narrowed.items()
        if value is not None
    ]
    found += [each for each in faults if each is not None]
    if found:
        raise invalid(found)


def not_public_day(day: date, today: date) -> InvalidValue | None:
    """Return what is wrong with a day; None for the end of a month that is over."""
    if day <= today and day == month_end(day):
        return None
    latest = last_public_day(min(day, today)).isoformat()
    return InvalidValue("/query/as_of", _NO_MONTH, Label(f"例如 {latest}", f"such as {latest}"))


def not_public_by(by: Sequence[str]) -> InvalidValue | None:
    """Return what is wrong with what is counted by; None for one dimension, or two that may be crossed.

    By what is sealed wholly nothing is public.
    """
    if hidden_in(by):
        return InvalidValue("/query/by", _SEALED, _LEAVE_OUT)
    if group_of(by) is not None:
        return None
    crossed = "; ".join(", ".join(each) for each in CROSSED_GROUPS)
    return InvalidValue(
        "/query/by", _NOT_CROSSED, Label(f"{_CROSSED.zh}：{crossed}", f"{_CROSSED.en}: {crossed}")
    )


def not_public_year(since: date, until: date, today: date) -> InvalidValue | None:
    """Return what is wrong with a period; None for a calendar year that is over."""
    year = since.year + 1
    if until <= today and (since, until) == (date(year - 1, *_YEAR_ENDS), date(year, *_YEAR_ENDS)):
        return None
    last = today.year if (today.month, today.day) == _YEAR_ENDS else today.year - 1
    days = f"{last - 1}-12-31, {last}-12-31"
    return InvalidValue("/query/to", _NO_YEAR, Label(f"例如 {days}", f"such as {days}"))


def not_by(by: Sequence[str] | None) -> InvalidValue | None:
    """Return what is wrong with what changes are counted by; None for nothing."""
    return None if by is None else InvalidValue("/query/by", _NOT_BY, _LEAVE_OUT)


async def public_stock(request: RequestContext, by: Sequence[str], day: date) -> tuple[ToldCells, int | None]:
    """Return how many children of the ledger there are on a day, by cell, and in all. Raises `invalid`."""
    group = group_of(by)
    assert group is not None, "it was checked"  # noqa: S101 - by `not_public_by`
    async with request.container.projector.reading() as connection:
        counted = await stock(connection, _everybody, Population(group), day)
    if len(group) > 1 and len(counted) > MOST_CROSSED:
        raise invalid([InvalidValue("/query/by", _TOO_MANY)])
    return await asyncio.to_thread(public_cells, group, counted, by)


async def public_changes(
    request: RequestContext, since: date, until: date
) -> tuple[Mapping[str, int | None], Mapping[str, int | None]]:
    """Return how many children of the ledger came and went, by kind of flow, and who left, by reason."""
    async with request.container.projector.reading() as connection:
        return public_flows(await flows(connection, _everybody, Population(), since, until))


def _everybody(_day: Composable, _sixteen_on: Composable) -> Condition:
    return _EVERYBODY
