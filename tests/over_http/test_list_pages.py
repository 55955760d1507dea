"""The pages of every list: sorted as asked, counted, and with each row that stands once while data moves."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx2 import AsyncClient

from api.identity.permissions import Role
from domain.event import Event
from domain.events.archive import ArchiveCheckedOut
from domain.events.emergency import EmergencyAccessTaken
from domain.events.entitlement.allowance import AllowanceGranted, AllowancePaid
from domain.events.erasure import ErasureRequested
from domain.events.family.profile import FamilyRegistered
from domain.events.household import HouseholdRegistered
from domain.events.institution.licences import LicenceIssued
from domain.events.insurance import InsuranceEnrolled
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.medical.aid import MedicalAidApplied
from domain.events.medical.costs import MedicalCostIncurred
from domain.events.medical.illness import IllnessDiagnosed
from domain.events.placement.placed import AdultPlaced
from domain.events.reconciliation.differing import DifferenceFound
from domain.events.transfer.handing_over import TransferProposed
from tests.support.client import Served, new_key
from tests.support.every_list import ASKED, LISTS, address, has, sorts_of
from tests.support.given import Given, given, some
from tests.support.http_given import on_paper, sent
from tests.support.issued import an_issued_report, known_in_lists
from tests.support.stored import kept

Item = dict[str, Any]
CHILDREN = 3
INVALID = 422


def a_life(year: int, sex: str | None, *more: tuple[Any, ...]) -> Given:
    """A child of whom each list has something to say, who was received in a year."""
    who = some(
        IdentityRecorded, name="王小明", birth_on=date(year - 12, 3, 5), **({"sex": sex} if sex else {})
    )
    told = given(
        (f"{year}-03-01", some(ReferralReceived, child_situation="01")),
        (f"{year}-03-05", some(ChildReceived)),
        (f"{year}-03-05", who),
        (f"{year}-03-20", some(ChildAdmitted), {"exception": "I01"}),
        (f"{year}-04-01", some(IllnessDiagnosed)),
        (f"{year}-05-01", some(DifferenceFound)),
        (f"{year}-05-02", some(ArchiveCheckedOut)),
        (f"{year}-05-03", some(TransferProposed)),
        ("2026-01-05", some(AllowanceGranted, standard_yuan=Decimal(1800), first_month="2026-01")),
        ("2026-02-05", some(AllowancePaid, amount_yuan=Decimal(1800), first_month="2026-01")),
        ("2026-03-01", some(EmergencyAccessTaken, sets=("health",))),
        ("2026-03-02", some(ErasureRequested, ground="unlawful", categories=("contact",))),
        *more,
    )
    episode = told.entries[4].entry_id
    told.and_(f"{year}-06-01", some(MedicalCostIncurred, episode=episode, amount_yuan=Decimal(9)))
    return told.and_(f"{year}-06-02", some(MedicalAidApplied, episode=episode, layer="charity"))


async def families_and_duties(served: Served) -> None:
    """Families that asked to foster, licences that end, and reports that were issued."""
    supervisor = await served.as_(Role.SUPERVISOR)
    for number in range(1, CHILDREN + 1):
        for path, body in (
            ("/families", {"events": [sent(f"2024-0{number}-05", some(FamilyRegistered, region="371099"))]}),
            (
                f"/institutions/{served.home.institution}/events",
                sent(f"2024-0{number}-01", some(LicenceIssued, valid_to=date(2026, 12, number))),
            ),
        ):
            answer = await supervisor.post(path, json=body, headers=new_key())
            assert answer.status_code == 201, answer.text
    for _ in range(2):
        await an_issued_report(served)


@pytest.fixture
async def lives(served: Served) -> list[UUID]:
    """Children of whom each list has something to say, with families and the duties of an institution."""
    children = [
        await kept(served, a_life(year, sex)) for year, sex in ((2021, "2"), (2020, "1"), (2022, None))
    ]
    grown = ("2026-05-01", some(AdultPlaced, route="social"))
    children += [await kept(served, a_life(year, "1", grown)) for year in (2018, 2019)]
    await families_and_duties(served)
    await known_in_lists(served)
    return children


async def asked(client: AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(address(path), params={**ASKED.get(path, {}), **query})
    assert answer.status_code == 200, (path, query, answer.text)
    page: dict[str, Any] = answer.json()
    return page


async def every(client: AsyncClient, path: str, **query: Any) -> list[Item]:
    """The items of all pages, none of which is empty unless there is nothing."""
    items: list[Item] = []
    page = await asked(client, path, **query)
    while True:
        assert page["items"] or page["next"] is None
        items += page["items"]
        if page["next"] is None:
            return items
        page = await asked(client, path, **query, cursor=page["next"])


def whole(item: Item) -> bytes:
    """What tells an item apart from every other, and from itself when something in it has changed."""
    return orjson.dumps(item, option=orjson.OPT_SORT_KEYS)


def value(item: Any, name: str) -> Any:
    """What an item has in the column by which it is sorted."""
    if name == "due_on" and name not in item:
        return item["due_between"][1]
    said = item[name]
    if name.endswith("_yuan"):
        return None if said is None else Decimal(said)
    return said[name] if isinstance(said, dict) else said


async def test_every_list_has_something_to_show(served: Served, lives: list[UUID]) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for path in LISTS:
        assert len(await every(client, path)) >= 2, path


async def test_a_list_is_sorted_by_its_columns_either_way_with_nothing_last_and_is_counted(
    served: Served, lives: list[UUID], subtests: pytest.Subtests
) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for path in LISTS:
        items = await every(client, path, limit=500)
        for sort in sorts_of(path):
            with subtests.test(path, sort=sort):
                sorted_so = await every(client, path, sort=sort, limit=-(-len(items) // 2))
                assert Counter(map(whole, sorted_so)) == Counter(map(whole, items))
                values = [value(each, sort.removeprefix("-")) for each in sorted_so]
                there = [each for each in values if each is not None]
                assert values[: len(there)] == sorted(there, reverse=sort.startswith("-"))
        if has(path, "total"):
            with subtests.test(path, total=True):
                counted = len({each["child"] for each in items}) if "question" in path else len(items)
                page = await asked(client, path, limit=1, total=True)
                assert page["total"] == counted
                assert (await asked(client, path, limit=1))["total"] is None


async def test_a_list_is_sorted_by_nothing_that_is_sealed_and_a_page_belongs_to_its_order(
    served: Served, lives: list[UUID]
) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for path in LISTS:
        names = sorts_of(path)
        for sort in ("name", "file_no", "-name"):
            answer = await client.get(address(path), params={**ASKED.get(path, {}), "sort": sort})
            assert answer.status_code == INVALID, path
            (error,) = answer.json()["errors"]
            assert all(each in error["detail_zh"] for each in names), path
        if names:
            page = await asked(client, path, sort=names[0], limit=1)
            other = {**ASKED.get(path, {}), "sort": names[1], "limit": 1, "cursor": page["next"]}
            answer = await client.get(address(path), params=other)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (INVALID, "/query/cursor")


async def test_what_filters_leave_without_an_index_is_not_sorted_so(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for path, query in (
        ("/obligations", {"state": "met", "sort": "rule"}),
        ("/institutions/obligations", {"state": ["due", "void"], "sort": "opened_on"}),
        ("/children", {"as_of": "2026-01-01", "sort": "stage"}),
    ):
        answer = await client.get(path, params=query)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (INVALID, "/query/sort"), path
    assert await asked(client, "/obligations", state="met", sort="-due_on")
    assert await asked(client, "/children", as_of="2026-01-01", sort="-birth_on")


# While data moves


@dataclass
class Turned:
    """The pages of a list in an order, turned one by one."""

    path: str
    query: dict[str, Any]
    items: list[Item] = field(default_factory=list)
    next: str | None = None
    begun: bool = False

    async def turn(self, client: AsyncClient) -> bool:
        """Turn the next page, if there is one."""
        if self.begun and self.next is None:
            return False
        following = {"cursor": self.next} if self.begun else {}
        page = await asked(client, self.path, **self.query, **following, limit=2)
        assert page["items"] or page["next"] is None, self.path
        self.items += page["items"]
        self.begun, self.next = True, page["next"]
        return True


def each_order() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each list in its own order, and in one in which it is asked to be sorted."""
    for path in LISTS:
        yield path, {}
        names = sorts_of(path)
        if names:
            yield path, {"sort": names[-1]}


async def moved(served: Served, child: UUID, number: int) -> None:
    """One more child, received before or after all the others; and of another one something else."""
    await kept(served, a_life(2015 + 10 * (number % 2), "1"))
    happened: tuple[tuple[str, Event], ...] = (
        ("2026-06-01", some(HouseholdRegistered)),
        ("2026-06-03", some(InsuranceEnrolled, scheme="resident")),
    )
    await on_paper(served, child, happened[number % 2])
    await served.projected()


async def test_pages_neither_skip_nor_repeat_what_stands_while_data_moves(
    served: Served, lives: list[UUID], subtests: pytest.Subtests
) -> None:
    """And as known at a position they are what they were, whatever is recorded meanwhile."""
    client = await served.as_(Role.SUPERVISOR)
    known = (await served.container.ledger.head()).position
    turned = [Turned(path, query) for path, query in each_order()]
    before = [await every(client, each.path, **each.query, limit=500) for each in turned]
    at_once = {
        path: await every(client, path, **query, limit=500, known_at=known)
        for path, query in each_order()
        if not query and path not in {"/reports", "/diff"}
    }
    for number in range(3):
        for each in turned:
            await each.turn(client)
        await moved(served, lives[number], number)
    for each in turned:
        while await each.turn(client):
            pass
    for each, were in zip(turned, before, strict=True):
        with subtests.test(each.path, **each.query):
            are = {whole(one) for one in await every(client, each.path, **each.query, limit=500)}
            times = Counter(map(whole, each.items))
            stood = [whole(one) for one in were if whole(one) in are]
            assert [times[one] for one in stood] == [1] * len(stood)
    await known_in_lists(served)
    for path, then in at_once.items():
        with subtests.test(path, known_at=True):
            pages = await every(client, path, known_at=known, limit=2)
            # The version of a file is always that of now, to record with.
            assert [each | {"version": None} for each in pages] == [each | {"version": None} for each in then]
