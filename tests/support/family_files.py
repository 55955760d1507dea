"""Families whose files an institution has opened, for tests that ask about them."""

from typing import Any

from api.identity.permissions import Role
from domain.events.family.profile import FamilyRegistered
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import written


async def a_family(served: Served, applicant: str, *more: tuple[Any, ...], elsewhere: bool = False) -> str:
    """Given a family whose file an institution opened, with `more` recorded then; its id."""
    staff = await served.as_(Role.STAFF, elsewhere=elsewhere)
    registered = some(FamilyRegistered, applicant=applicant, spouse="郑小兰", region="371002")
    body = {"events": [written(each) for each in (("2024-01-10", registered), *more)]}
    answer = await staff.post("/families", json=body, headers=new_key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["family"])
