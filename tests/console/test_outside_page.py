"""The children outside institutions on a page of their own: counted by risk, with whom to visit next."""

from uuid import UUID

from api.identity.permissions import Role
from domain.events.community.rolls import ChildIdentified, MigrantRollEntered
from domain.events.intake import IdentityRecorded
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
