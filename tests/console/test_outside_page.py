"""The children outside institutions on a page of their own: counted by risk, with whom to visit next."""

import re
from html import unescape
from uuid import UUID

from api.identity.permissions import Role
from domain.events.community.charge import InstitutionalCareRequested, PlaceOfCareChanged
from domain.events.community.rolls import ChildIdentified, MigrantRollEntered
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import Served, new_key
from tests.support.console import signed_in
from tests.support.given import some
from tests.support.http_given import written
from tests.support.shown_forms import send


async def a_child_outside(served: Served, name: str) -> UUID:
    """Given a child whom the township has put on the roll of migrant children."""
    happened = (
        ("2026-06-01", some(ChildIdentified, identified_as="migrant")),
        ("2026-06-01", some(IdentityRecorded, name=name)),
        ("2026-06-02", some(MigrantRollEntered)),
    )
    township = await served.as_(Role.TOWNSHIP)
    answer = await township.post(
        "/children", json={"events": [written(each) for each in happened]}, headers=new_key()
    )
    assert answer.status_code == 201, answer.text
    await served.projected()
    return UUID(answer.json()["child"])


async def test_a_township_begins_with_whom_to_visit_and_records_the_visit_there(served: Served) -> None:
    child = await a_child_outside(served, "标记儿童戊")
    browser = await signed_in(served, Role.TOWNSHIP)
    first = await browser.open("/console")
    assert str(first.url).endswith("/console/outside"), "it is the first page of the role"
    assert "标记儿童戊" in first.text
    assert "没有评级" in first.text
    assert f"/console/children/{child}/record?for=R-COM-4" in first.text
    form = await browser.open(f"/console/children/{child}/record?for=R-COM-4")
    assert str(form.url).partition("?")[0].endswith("/record/CommunityVisitMade"), "what clears it"
    assert (await send(browser, form, "check")).status_code == 422


async def test_a_bureau_sees_the_children_of_its_places_and_an_institution_none(served: Served) -> None:
    await a_child_outside(served, "标记儿童己")
    for role, seen in ((Role.BUREAU, True), (Role.SUPERVISOR, False), (Role.PLACEMENT_OFFICER, False)):
        page = await (await signed_in(served, role)).open("/console/outside")
        assert page.status_code == 200
        assert ("标记儿童己" in page.text) is seen, role


async def test_who_passed_to_another_place_or_was_received_stands_there_for_a_year(served: Served) -> None:
    """Given a child who was passed on and one whom an institution received, then the bureau sees both go."""
    passed, received = (
        await a_child_outside(served, "标记儿童庚"),
        await a_child_outside(served, "标记儿童辛"),
    )
    bureau = await served.as_(Role.BUREAU)
    for child, event in (
        (passed, some(PlaceOfCareChanged, place="371002001")),
        (received, some(InstitutionalCareRequested, institution=served.home.institution)),
    ):
        answer = await bureau.post(
            f"/children/{child}/events", json=written(("2026-07-01", event)), headers=new_key()
        )
        assert answer.status_code == 201, answer.text
    taken = await (await served.as_(Role.STAFF)).post(
        f"/children/{received}/events", json=written(("2026-07-02", some(ChildReceived))), headers=new_key()
    )
    assert taken.status_code == 201, taken.text
    await served.projected()
    page = await (await signed_in(served, Role.BUREAU)).open("/console/outside")
    moves = re.findall(r'<li><span class="num">(2026-[0-9-]+)</span>.*?</li>', page.text, re.DOTALL)
    assert len(moves) >= 3
    assert moves == sorted(moves, reverse=True), "the latest first"
    assert "属地变更" in page.text or "转出" in page.text
    own = await (await signed_in(served, Role.TOWNSHIP)).open("/console/outside")
    assert own.text.count("转出") == 2


async def test_supervision_by_place_leads_to_as_many_and_to_the_townships_within(served: Served) -> None:
    await a_child_outside(served, "标记儿童壬")
    browser = await signed_in(served, Role.BUREAU)
    counties = await browser.open("/console/supervision?by=place")
    (county,) = re.findall(r'<th scope="row"><a href="([^"]+)">', counties.text)
    assert unescape(county).endswith("place=371099")
    overdue, *_ = leads_to = [
        unescape(each) for each in re.findall(r'<td class="right"><a href="([^"]+)"', counties.text)
    ]
    assert "group=overdue" in overdue
    assert all("place" in each for each in leads_to)
    for each in leads_to:
        assert "标记儿童壬" in (await browser.open(each)).text, each
    townships = await browser.open(unescape(county))
    (township,) = re.findall(r'<th scope="row">([^<]+)</th>', townships.text)
    assert township.endswith("371099001")
    elsewhere = await browser.open("/console/supervision?by=place&place=37100")
    assert elsewhere.status_code == 200
    narrowed = await browser.open("/console/supervision?place=99")
    assert '<th scope="row">' not in narrowed.text
