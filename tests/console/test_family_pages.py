"""Families and institutions on pages: listed, read and recorded in as children are, by whoever may."""

import re
from typing import Final
from uuid import UUID

import pytest

from api.identity.permissions import Role
from domain.events.family.foster_steps import FamilyMember, FamilyMembersRecorded
from domain.events.foster.matches import FosterMatchStarted
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import signed_in, title_of
from tests.support.family_files import a_family
from tests.support.given import given, some
from tests.support.shown_forms import send
from tests.support.stored import kept

APPLICANT, MEMBER = "标记家庭甲", "标记成员乙"
MEMBERS: Final = (
    "2024-01-11",
    some(FamilyMembersRecorded, members=(some(FamilyMember, name=MEMBER, relation="child"),)),
)
OPENED: Final = {
    "FamilyRegistered.occurred": ["2026-11-20"],
    "FamilyRegistered.data.applicant": ["标记家庭丙"],
    "FamilyRegistered.data.address.unknown": ["not_asked"],
    "FamilyRegistered.data.region": ["371002"],
}
APPLIED: Final = {
    "occurred": ["2024-02-01"],
    "data.income_yuan.unknown": ["not_asked"],
    "data.area_sqm": ["30"],
    "data.is_healthy": ["true"],
    "data.crime_check": ["?not_asked"],
    "data.is_agreed_by_members": ["true"],
}
FORBIDDEN, NOT_FOUND = 403, 404


@pytest.mark.own_statements
async def test_a_family_is_found_by_a_member_s_name_which_stands_in_no_address(served: Served) -> None:
    family = await a_family(served, APPLICANT, MEMBERS)
    await a_family(served, "李长河")
    await served.projected()
    staff = await signed_in(served, Role.STAFF)
    page = await staff.open("/console/families")
    assert f"{APPLICANT}的家庭" in page.text
    assert f'href="/console/families/{family}"' in page.text
    found = await staff.send("/console/families/search", q=MEMBER)
    assert str(found.url).endswith(f"/console/families/{family}")
    both = await staff.send("/console/families/search", q="郑小兰")
    assert re.search(r"/console/families\?found=[0-9a-f-]{36}$", str(both.url))
    assert "没有找到" in (await staff.send("/console/families/search", q="无此人")).text


async def test_a_family_s_file_is_opened_by_a_form_and_goes_on_in_its_history(served: Served) -> None:
    staff = await signed_in(served, Role.STAFF)
    form = await staff.open("/console/families/new")
    faulty = await send(staff, form, "check")
    assert faulty.status_code == 422
    checked = await send(staff, form, "check", **OPENED)
    assert "标记家庭丙" in checked.text
    recorded = await send(staff, checked, "record")
    assert re.search(r"/console/families/[0-9a-f-]{36}/history\?", str(recorded.url)), recorded.text
    assert "家庭建档" in recorded.text
    assert "标记" not in title_of(recorded)


async def test_an_event_of_a_family_is_recorded_corrected_and_withdrawn_on_its_pages(served: Served) -> None:
    family = await a_family(served, APPLICANT)
    staff, at = await signed_in(served, Role.STAFF), f"/console/families/{family}"
    chosen = await staff.open(f"{at}/record")
    assert f"{at}/record/FosterFamilyApplied" in chosen.text
    assert "ChildReceived" not in chosen.text, "what is recorded of children is not offered"
    form = await staff.open(f"{at}/record/FosterFamilyApplied")
    checked = await send(staff, form, "check", **APPLIED)
    recorded = await send(staff, checked, "record")
    assert "/history?" in str(recorded.url), recorded.text
    (entry,) = re.findall(r"recorded=([0-9a-f-]{36})", str(recorded.url))
    for way in ("correct", "withdraw"):
        assert (await staff.open(f"{at}/entries/{entry}/{way}")).status_code == 200
    undoing = await staff.open(f"{at}/entries/{entry}/withdraw")
    shown = await send(staff, undoing, "check", **{"data.explanation": ["误录。"]})
    withdrawn = await send(staff, shown, "record")
    assert "/history?" in str(withdrawn.url), withdrawn.text


async def test_a_family_shows_its_children_and_a_child_its_families(served: Served) -> None:
    family = await a_family(served, APPLICANT)
    told = given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-05", some(IdentityRecorded, name="标记儿童丁")),
        ("2024-03-20", some(ChildAdmitted)),
        ("2024-04-01", some(FosterMatchStarted, family=UUID(family))),
    )
    child = await kept(served, told)
    supervisor = await signed_in(served, Role.SUPERVISOR)
    page = await supervisor.open(f"/console/children/{child}")
    assert f'<a href="/console/families/{family}">{APPLICANT}的家庭' in page.text
    entry = told.entries[-1].entry_id
    assert (
        f'href="/console/families/{family}"'
        in (await supervisor.open(f"/console/children/{child}/entries/{entry}")).text
    )
    officer = await signed_in(served, Role.BUREAU)
    assert APPLICANT not in (await officer.open(f"/console/children/{child}")).text


async def test_what_is_due_of_an_institution_is_recorded_in_its_file(served: Served) -> None:
    at = f"/console/institutions/{served.home.institution}"
    supervisor = await signed_in(served, Role.SUPERVISOR)
    page = await supervisor.open("/console/institutions")
    assert f'href="{at}"' in page.text
    assert served.home.name in (await supervisor.open(at)).text
    form = await supervisor.open(f"{at}/record/DrillConducted")
    assert form.status_code == 200
    chosen = await supervisor.open(f"{at}/record")
    assert f"{at}/record/InstitutionChanged" not in chosen.text, "the ledger's operator records that"


@pytest.mark.parametrize("role", [Role.BUREAU, Role.ADMINISTRATOR])
async def test_what_a_role_may_not_see_of_a_family_is_nowhere_on_its_pages(
    served: Served, role: Role
) -> None:
    family = await a_family(served, APPLICANT, MEMBERS)
    await served.projected()
    browser = await signed_in(served, role)
    for part in ("", "/history", "/due", "/findings", "/compare", "/explain/profile.applicant"):
        page = await browser.open(f"/console/families/{family}{part}")
        assert page.status_code == 200, part
        assert {text for text in (APPLICANT, MEMBER, "郑小兰") if text in page.text} == set(), part
        assert "不予显示" in page.text or part in {"/due", "/findings"}
    assert APPLICANT not in (await browser.open("/console/families")).text


async def test_files_of_families_and_institutions_out_of_scope_are_not_found(served: Served) -> None:
    family = await a_family(served, APPLICANT)
    files = (f"/console/families/{family}", f"/console/institutions/{served.home.institution}")
    for browser in (
        await signed_in(served, Role.STAFF, elsewhere=True),
        await signed_in(served, Role.TOWNSHIP),
        await signed_in(served, Role.PLACEMENT_OFFICER),
    ):
        for address in files:
            for part in ("", "/history", "/record"):
                assert (await browser.open(f"{address}{part}")).status_code == NOT_FOUND, address
        assert APPLICANT not in (await browser.open("/console/families")).text
    for role in (Role.BUREAU, Role.AUDITOR):
        browser = await signed_in(served, role)
        for address in files:
            assert (await browser.open(f"{address}/record")).status_code == FORBIDDEN
            assert f"{address}/record" not in (await browser.open(address)).text
        assert (await browser.open("/console/families/new")).status_code == FORBIDDEN
