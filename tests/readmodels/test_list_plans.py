"""A page of a list costs what it shows, on any day and as known at any position: no table is read whole."""

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from api.identity.permissions import Role
from domain.events.household import HouseholdRegistered
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.reception import CareAssessmentMade
from domain.events.reconciliation.differing import DifferenceFound
from projections import READ_MODELS
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import Story, a_story
from tests.support.many_children import multiply
from tests.support.waiting import PATIENCE

CHILDREN = 5_000
EMPTY = {
    "unlisted",
    "families",
    "families_known",
    "family_children",
    "family_children_known",
    "likeness_terms_shared",
}
RECEIVED = ("2025-03-01", some(ChildReceived, file_no="WH-1"))
NAMED = ("2025-03-01", some(IdentityRecorded, name="王小明", birth_on=date(2009, 3, 5), sex="1"))
EARLY: tuple[tuple[Any, ...], ...] = (
    RECEIVED,
    NAMED,
    ("2025-03-02", some(InsuranceStatusChecked, is_insured=False, is_identity_verified=True)),
    ("2025-03-03", some(ChildAdmitted), {"exception": "I01"}),
    ("2025-03-04", some(CareAssessmentMade)),
    ("2025-03-05", some(DifferenceFound)),
)
LATE: tuple[tuple[Any, ...], ...] = (
    ("2025-06-01", some(HouseholdRegistered)),
    ("2025-06-03", some(InsuranceEnrolled, scheme="resident")),
    ("2026-03-04", some(CareAssessmentMade)),
)
LISTS: dict[str, list[dict[str, Any]]] = {
    "/children": [{}, {"stage": "in_care"}, {"file_no": "WH-1"}],
    "/obligations": [{}, {"rule": "D10"}, {"state": "met"}, {"child": "its own"}],
    "/readiness": [{}, {"within_months": 6}],
    "/findings": [{}, {"rule": "S02"}, {"kind": "breach"}, {"child": "its own"}],
    "/exceptions": [{}, {"state": "waiting"}],
    "/differences": [{}, {"state": "open"}],
    "/late": [{}, {"lag_days": 30}],
    "/placements": [{}],
    "/illness-costs": [{}],
    "/questions/A3": [{}],
}
ASKING: ContextVar[bool] = ContextVar("ASKING", default=False)
"""Whether what runs is an answer to this test, and not the projector beside it."""
COUNTS = ("/census?", "/census/flows?from=2016-01-01&to=2025-12-31&")


@pytest.fixture
async def of_many(served: Served) -> tuple[Story, int]:
    """Give a file that so many others are like, on other days, and the position in its middle."""
    story = await a_story(served).given(*EARLY)
    middle = story.position
    await story.given(*LATE)
    await served.projected()
    assert await served.container.projector.known_reached(story.position, PATIENCE)
    owner = served.container.addresses.owner
    assert owner is not None
    async with await AsyncConnection.connect(owner, autocommit=True) as connection:
        schema = served.container.projector.read_from.schema
        await multiply(connection, schema, UUID(story.child), CHILDREN)
        for model in READ_MODELS:
            for table in (model.name, model.known_table):
                await connection.execute(SQL("ANALYZE {}").format(Identifier(schema, table)))
    return story, middle


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def one_item(*_: object) -> list[Any]:
    """Show something."""
    return [{}]


SMALL = ("seqscan", "bitmapscan", "hashjoin", "mergejoin")
"""What is not tried, so that no table is read whole for being small."""


async def explained(
    served: Served, statement: Any, params: Any, without: Iterable[str] = SMALL
) -> list[dict[str, Any]]:
    """The nodes of a statement's plan."""
    async with served.container.projector.reading() as connection, connection.transaction():
        text = statement if isinstance(statement, bytes) else statement.as_bytes(connection)
        for choice in without:
            await connection.execute(f"SET LOCAL enable_{choice} = off".encode())
        async with connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + text, params)
            ((plan,),) = await cursor.fetchall()
    return [*nodes(plan[0]["Plan"])]


def read_by(node: dict[str, Any]) -> float:
    """How many rows a node has read."""
    passed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + passed) * node["Actual Loops"])


async def test_no_page_of_a_list_reads_a_table_whole(
    served: Served, of_many: tuple[Story, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor as many rows as there are children."""
    story, middle = of_many
    asked: list[tuple[Any, Any]] = []
    execute = AsyncCursor.execute

    async def noted(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        text = query if isinstance(query, bytes) else query.as_bytes(self)
        if ASKING.get() and (b"LIMIT" in text or b"counted_values" in text):
            asked.append((query, params))
        return await execute(self, query, params, **more)

    client = await served.as_(Role.SUPERVISOR)
    ASKING.set(True)
    whole = []
    for path, queries in LISTS.items():
        for query, day, known_at in product(queries, (None, "2025-04-01"), (None, middle)):
            points = {"as_of": day, "known_at": known_at}
            own = {name: story.child if name == "child" else value for name, value in query.items()}
            params = {**own, **{name: value for name, value in points.items() if value is not None}}
            with monkeypatch.context() as watched:
                watched.setattr(AsyncCursor, "execute", noted)
                # The files that are alike have no entries, which these lists show.
                watched.setattr("api.http.exceptions._items", one_item)
                watched.setattr("api.http.difference_list._items", one_item)
                answer = await client.get(path, params=params)
            assert answer.status_code == 200, answer.text
            for statement in asked:
                found = await explained(served, *statement)
                scans = {each["Relation Name"] for each in found if each["Node Type"] == "Seq Scan"} - EMPTY
                most = max(map(read_by, found))
                # To show nothing, all may have to be looked at.
                if scans or (answer.json()["items"] and most >= CHILDREN):
                    whole.append((path, params, scans, most))
            asked.clear()
    assert whole == []
    with monkeypatch.context() as watched:
        watched.setattr(AsyncCursor, "execute", noted)
        for path in COUNTS:
            counted = await client.get(f"{path}by=guardianship&by=household")
            assert counted.json()["items"], counted.text
    assert len(asked) == len(COUNTS)
    for statement in asked:
        found = await explained(served, *statement, without=())
        assert max(map(read_by, found)) < 6 * CHILDREN, "of each child a few rows are read at a time"
        assert not [each for each in found if each["Node Type"] == "CTE Scan"], "and nothing is read twice"
