"""A page of a list costs what it shows, on any day and as known at any position: no table is read whole."""

from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from api.identity.permissions import Role
from domain.asked_lists import QUESTION_LISTS
from domain.event import Event
from domain.events.archive import ArchiveCheckedOut
from domain.events.emergency import EmergencyAccessTaken
from domain.events.entitlement.allowance import AllowanceGranted
from domain.events.erasure import ErasureRequested
from domain.events.family.profile import FamilyRegistered
from domain.events.household import HouseholdRegistered
from domain.events.institution.licences import LicenceIssued
from domain.events.institution.responsibilities import EscalationStep, EscalationStepsSet, ResponsibilityGiven
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.medical.aid import MedicalAidApplied
from domain.events.medical.illness import IllnessDiagnosed
from domain.events.placement.placed import AdultPlaced
from domain.events.reception import CareAssessmentMade
from domain.events.reconciliation.differing import DifferenceFound
from domain.events.transfer.handing_over import TransferProposed
from projections import READ_MODELS
from tests.support.client import Served, new_key
from tests.support.every_list import ASKED, LISTS, address, has, sorts_of
from tests.support.given import given, some
from tests.support.http_given import a_story, on_paper, sent
from tests.support.many_children import multiply
from tests.support.stored import kept
from tests.support.waiting import PATIENCE

CHILDREN = 2_000
"""More than a page that is bounded reads rows, by any way it takes: the most is some 1,200."""
CREATED = 201
EMPTY = {
    "unlisted",
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
ON_PAPER: tuple[tuple[str, Event], ...] = (
    ("2025-02-20", some(ReferralReceived)),
    ("2025-03-07", some(IllnessDiagnosed)),
    ("2025-03-08", some(MedicalAidApplied, layer="charity")),
    ("2025-03-09", some(ArchiveCheckedOut)),
    ("2025-03-10", some(TransferProposed)),
    ("2025-03-11", some(AllowanceGranted, line="202", first_month="2025-03", standard_yuan=Decimal(1800))),
)
LATE: tuple[tuple[Any, ...], ...] = (
    ("2025-06-01", some(HouseholdRegistered)),
    ("2025-06-03", some(InsuranceEnrolled, scheme="resident")),
    ("2026-03-04", some(CareAssessmentMade)),
)
FILTERED: dict[str, list[dict[str, Any]]] = {
    "/children": [{"stage": "in_care"}, {"file_no": "WH-1"}],
    "/obligations": [
        {"rule": "D10"},
        {"state": "met"},
        {"child": "its own"},
        {"responsible": "its own"},
        {"escalated_to": "head"},
    ],
    "/institutions/obligations": [{"rule": "R-LIC-1"}, {"state": "met"}, {"escalated_to": "head"}],
    "/readiness": [{"within_months": 6}],
    "/findings": [{"rule": "S02"}, {"kind": "breach"}, {"child": "its own"}],
    "/exceptions": [{"state": "waiting"}],
    "/differences": [{"state": "open"}],
    "/late": [{"lag_days": 30}],
    "/referrals": [{"where": "state:overdue"}, {"where": "referral_source:nothing"}],
    "/paper-sets": [{"where": "verdict:missing"}],
    "/allowance-months": [{"where": "reason:no_payment"}],
}
"""What else than its first page each list is asked for."""
QUESTIONS = "/questions/{question}"
"""Of which each question is asked, for each is a list of its own."""
COMPUTED = {
    "/census/moves": "who moved is counted as the census is, of whose plan the last test tells",
    "/reports": "what institutions issued stands in their own files, of which those are read that issued any",
}
"""Lists that read what they count or compute whole, and why that is not more than is shown."""
OF_PAGES = (
    b"LIMIT",
    b"counted_values",
    b"own.child = asked.child",
    b"responsible_people",
    b"escalation_steps",
)
"""What is in the statements of which a page consists, and that of its counts."""
ASKING: ContextVar[bool] = ContextVar("ASKING", default=False)
"""Whether what runs is an answer to this test, and not the projector beside it."""
COUNTS = (
    "/census?",
    "/census/flows?from=2016-01-01&to=2025-12-31&",
    "/census/series?from=2016-01-01&to=2025-12-31&",
)


@pytest.fixture
async def of_many(served: Served) -> tuple[dict[str, str], int]:
    """Give a file that so many others are like, on other days, with who answers for it, and its middle.

    That is the position between what was recorded in it early and late.

    Beside it there are as many who were placed as adults, families, and duties of other institutions.
    """
    story = await a_story(served).given(*EARLY)
    await on_paper(served, UUID(story.child), *ON_PAPER)
    middle = (await served.container.ledger.head()).position
    await story.given(*LATE)
    adult = given(
        RECEIVED,
        ("2025-04-01", some(AdultPlaced, route="social")),
        ("2025-04-02", some(EmergencyAccessTaken, sets=("health",))),
        ("2025-04-03", some(ErasureRequested, ground="unlawful", categories=("contact",))),
    )
    placed = await kept(served, adult)
    supervisor, home = await served.as_(Role.SUPERVISOR), served.home.institution
    named = some(ResponsibilityGiven, responsible_for=("intake", "entitlement"))
    steps = EscalationStepsSet(steps=(EscalationStep(after_days=1, to="head"),))
    for happened in (some(LicenceIssued, valid_to=date(2026, 12, 15)), steps, named):
        house = sent("2025-03-01", happened)
        answer = await supervisor.post(f"/institutions/{home}/events", json=house, headers=new_key())
        assert answer.status_code == CREATED, answer.text
    (entry,) = answer.json()["entries"]
    event = sent("2025-03-01", some(FamilyRegistered, region="371099"))
    answer = await supervisor.post("/families", json={"events": [event]}, headers=new_key())
    assert answer.status_code == CREATED, answer.text
    await served.projected()
    assert await served.container.projector.known_reached(answer.json()["position"], PATIENCE)
    owner = served.container.addresses.owner
    assert owner is not None
    async with await AsyncConnection.connect(owner, autocommit=True) as connection:
        schema = served.container.projector.read_from.schema
        files = (UUID(story.child), placed, UUID(answer.json()["family"]), home)
        await multiply(connection, schema, files, CHILDREN)
        for model in READ_MODELS:
            for table in (model.name, model.known_table):
                # As autovacuum leaves it, sooner or later.
                await connection.execute(SQL("VACUUM ANALYZE {}").format(Identifier(schema, table)))
    return {"child": story.child, "responsible": entry["entry_id"]}, middle


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def one_item(*_: object) -> list[Any]:
    """Show something."""
    return [{}]


async def one_row(
    _: object, __: object, ___: object, ____: object, children: Mapping[UUID, date], _____: object
) -> list[Any]:
    """Show something of the first child."""
    return [{"child": each, "obligations": [], "findings": [], "gaps": []} for each in [*children][:1]]


AS_SHOWN = {
    "api.http.exceptions._items": one_item,
    "api.http.difference_list._items": one_item,
    "api.http.question_lists._answered": one_row,
}
"""What stands for what lists show of files, for those that are alike have no entries."""


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


def first_pages(of: Mapping[str, str], middle: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the first page of each list: on two days, as known now and earlier, by filters, and sorted."""
    for path in LISTS:
        every_sort: list[dict[str, str]] = [{}, *({"sort": each} for each in sorts_of(path))]
        for question in QUESTION_LISTS if path == QUESTIONS else ():
            for sort in every_sort:
                yield path.format(question=question), sort
        if path in COMPUTED:
            continue
        dated = has(path, "as_of") and "day" not in ASKED.get(path, {})
        days: tuple[dict[str, str], ...] = ({}, {"as_of": "2025-04-01"}) if dated else ({},)
        knowns = ({}, {"known_at": str(middle)}) if has(path, "known_at") else ({},)
        for day, known in product(days, knowns):
            yield path, {**day, **known}
        for query in FILTERED.get(path, ()):
            own = {name: of[name] if each == "its own" else each for name, each in query.items()}
            yield path, own
            yield path, {**own, **days[-1], **knowns[-1]}
        for number, way in enumerate(sorts_of(path)):
            # One way as known now, and the other way as known then.
            yield path, {"sort": way, **knowns[number % 2]}


def is_bounded(path: str, query: dict[str, Any]) -> bool:
    """Whether a page reads fewer rows than there are children.

    A question about young people in care reads all of them, who are few of all children. The other way round
    a question reads later reasons of children before the first one, by which they are listed.
    """
    asked = QUESTION_LISTS.get(path.removeprefix("/questions/"))
    return asked is None or (asked.readiness is None and query.get("sort") != "-first_on")


async def test_no_page_of_a_list_reads_a_table_whole(
    served: Served, of_many: tuple[dict[str, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor as many rows as there are children."""
    of, middle = of_many
    asked: list[tuple[Any, Any]] = []
    execute = AsyncCursor.execute

    async def noted(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        text = query if isinstance(query, bytes) else query.as_bytes(self)
        if ASKING.get() and any(each in text for each in OF_PAGES):
            asked.append((query, params))
        return await execute(self, query, params, **more)

    client = await served.as_(Role.SUPERVISOR)
    ASKING.set(True)
    whole, shown = [], set()
    for path, query in first_pages(of, middle):
        with monkeypatch.context() as watched:
            watched.setattr(AsyncCursor, "execute", noted)
            for name, instead in AS_SHOWN.items():
                watched.setattr(name, instead)
            answer = await client.get(address(path), params={**ASKED.get(path, {}), **query})
        assert answer.status_code == 200, answer.text
        assert asked, path
        for statement in asked:
            found = await explained(served, *statement)
            scans = {each["Relation Name"] for each in found if each["Node Type"] == "Seq Scan"} - EMPTY
            most = max(map(read_by, found))
            # To show nothing, all may have to be looked at.
            if scans or (answer.json()["items"] and most >= CHILDREN and is_bounded(path, query)):
                whole.append((path, query, scans, most))
        if answer.json()["items"]:
            shown.add(QUESTIONS if path.startswith("/questions/") else path)
        asked.clear()
    assert shown == {*LISTS} - {*COMPUTED}
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
