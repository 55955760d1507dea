"""A child for whom there are several reasons is listed once, by the first of their days, on one page."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import TypeAlias
from uuid import UUID

from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from psycopg import AsyncConnection
from psycopg.sql import SQL, Literal

from projections.paging import Condition, PageAsked
from projections.reasons import ListingReason, children_of
from tests.support.exploring import examples

Rows: TypeAlias = Sequence[tuple[int, int]]
"""The children of a reason and its days, as small numbers."""
ROWS = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 5)), max_size=12)


def a_reason(rows: Rows) -> ListingReason:
    """A reason that some children have on some days."""
    values = [SQL("({}::uuid, {}::date)").format(Literal(child(one)), Literal(day(on))) for one, on in rows]
    nobody = SQL("(NULL::uuid, NULL::date)")
    select = SQL("SELECT r.* FROM (VALUES {}) AS r (child, since)").format(SQL(", ").join([nobody, *values]))
    return ListingReason([select], [Condition(SQL("r.child IS NOT NULL"), {})], "since")


def child(number: int) -> UUID:
    """A child by a number, in the order of these."""
    return UUID(int=number)


def day(number: int) -> date:
    """A day by a number."""
    return date(2026, 1, 1) + timedelta(days=number)


@trying(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reasons=st.lists(ROWS, min_size=1, max_size=3), limit=st.integers(1, 4), down=st.booleans())
def test_the_pages_of_several_reasons_have_each_child_once_by_its_first_day(
    database_url: str, reasons: list[Rows], limit: int, *, down: bool
) -> None:
    """Given reasons, when all pages are read, then they are what is left of all rows put together."""
    every = sorted(row for rows in reasons for row in rows)
    firsts = sorted((min(on for _, on in own), one) for one, own in groupby(every, key=lambda row: row[0]))
    told = asyncio.run(read(database_url, [*map(a_reason, reasons)], limit, "-first_on" if down else None))
    assert told == [(child(one), day(on)) for on, one in (reversed(firsts) if down else firsts)]


async def read(
    url: str, reasons: list[ListingReason], limit: int, sort: str | None
) -> list[tuple[UUID, date]]:
    """All pages of the children of reasons, each as long as was asked, with the total that was told."""
    told: list[tuple[UUID, date]] = []
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        turn = PageAsked(limit, None, sort, total=True)
        while True:
            page = await children_of(connection, reasons, turn=turn)
            told += [(each.child, each.first_on) for each in page.rows]
            if page.next is None:
                assert page.total == len(told)
                return told
            assert len(page.rows) == limit
            turn = PageAsked(limit, page.next, sort, total=True)
