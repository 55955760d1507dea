"""Who is chosen in a form from a list: families by name, those of the institution and no others."""

from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.family_files import a_family
from tests.support.given import given, some
from tests.support.stored import kept

HERE, ELSEWHERE = "关长山", "李长河"


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
