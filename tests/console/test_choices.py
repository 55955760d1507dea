"""What is chosen in a form from a list: families by name, entries and people of the file, and no others."""

import re

from httpx2 import Response

from api.identity.permissions import Role
from domain.events.adoption.registration import RelatedPartyConsentRecorded
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.reconciliation.differing import DifferenceFound
from domain.events.search import PotentialRelativeClaimed
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.family_files import a_family
from tests.support.given import given, named, some
from tests.support.stored import kept

HERE, ELSEWHERE = "关长山", "李长河"
SOMEBODY_ELSE, CLAIMANT, RELATIVE = "另外的人", "关远程", "李连海"


def offered(page: Response, field: str) -> list[str]:
    """Return the values that may be chosen in a field, in the order of the page."""
    chosen = re.findall(f'<input type="radio" name="data.{field}" value="([^"]+)"', page.text)
    for options in re.findall(f'<select id="f-data-{field}".*?</select>', page.text, re.DOTALL):
        chosen += re.findall('<option value="([^"]+)"', options)
    return [each for each in chosen if not each.startswith("?")]


async def test_a_family_is_chosen_by_its_name_among_those_of_the_institution(served: Served) -> None:
    family = await a_family(served, HERE)
    await a_family(served, ELSEWHERE, elsewhere=True)
    child = await kept(
        served,
        given(
            ("2024-03-05", some(ChildReceived)),
            ("2024-03-05", some(IdentityRecorded)),
            ("2024-03-20", some(ChildAdmitted)),
        ),
    )
    browser = await signed_in(served, Role.SUPERVISOR)
    for kind in ("FosterPlacementStarted", "AdoptionRegistered"):
        page = await browser.open(f"/console/children/{child}/record/{kind}")
        assert page.status_code == 200, page.text
        assert f'value="{family}"' in page.text, kind
        assert f"{HERE}的家庭" in page.text
        assert ELSEWHERE not in page.text


async def test_the_entry_that_settles_a_difference_is_one_of_the_file(served: Served) -> None:
    told = given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-05", some(IdentityRecorded)),
        ("2024-03-20", some(DifferenceFound, item="missing_there")),
    )
    child = await kept(served, told)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(f"/console/children/{child}/record/DifferenceSettled")
    received, identity, found = (str(each.entry_id) for each in told.entries)
    assert set(offered(page, "corrected_by")) == {received, identity, found}
    assert offered(page, "difference") == [found]
    assert SOMEBODY_ELSE not in page.text
    answering = await browser.open(f"/console/children/{child}/record/DifferenceSettled?about={found}")
    assert re.findall('name="data.([a-z_]+)" value="[^"?]+"[^>]* checked', answering.text) == ["difference"]


async def test_somebody_whom_the_file_names_is_offered_wherever_a_person_is_asked_for(served: Served) -> None:
    claimant = named("claimant")
    told = given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-04-05", some(PotentialRelativeClaimed, claimant=claimant)),
    )
    child = await kept(served, told)
    browser = await signed_in(served, Role.SUPERVISOR)
    for kind, field in (("ParentageConfirmed", "claimant"), ("FamilyReunificationRequested", "guardian")):
        page = await browser.open(f"/console/children/{child}/record/{kind}")
        assert offered(page, field)[0] == str(claimant), kind
        assert SOMEBODY_ELSE in page.text


async def test_an_erasure_is_asked_for_of_nobody_but_those_whose_data_the_file_holds(served: Served) -> None:
    """Given a file with the data of two others, then they alone are offered, by name to whoever sees it."""
    claimant, relative, family = named("claimant"), named("relative"), await a_family(served, HERE)
    told = given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-04-05", some(PotentialRelativeClaimed, claimant=claimant, name=CLAIMANT)),
        ("2024-05-05", some(RelatedPartyConsentRecorded, person=relative, name=RELATIVE)),
    )
    child = await kept(served, told)
    page = f"/console/children/{child}/record/ErasureRequested"
    asked = await (await signed_in(served, Role.SUPERVISOR)).open(page)
    assert set(offered(asked, "person")) == {str(claimant), str(relative)}
    assert {CLAIMANT in asked.text, RELATIVE in asked.text} == {True}
    for nobody_of_the_file in (SOMEBODY_ELSE, str(family), 'name="data.person.id"'):
        assert nobody_of_the_file not in asked.text
    masked = await (await signed_in(served, Role.STAFF)).open(page)
    assert offered(masked, "person") == [str(claimant)]
    assert RELATIVE not in masked.text


async def test_whoever_is_made_responsible_is_chosen_among_the_users_of_the_institution(
    served: Served,
) -> None:
    browser = await signed_in(served, Role.SUPERVISOR)
    address = f"/console/institutions/{served.home.institution}/record/ResponsibilityGiven"
    page = await browser.open(address)
    own = {str((await served.actor(role)).user) for role in (Role.STAFF, Role.SUPERVISOR, Role.AUDITOR)}
    users = {each for each in offered(page, "user") if each}
    assert own <= users
    assert SOMEBODY_ELSE not in page.text
    for role in (Role.STAFF, Role.BUREAU, Role.ADMINISTRATOR):
        assert str((await served.actor(role, elsewhere=True)).user) not in users
