"""A person's own request: given what is kept of them, and nothing of others, once they are verified."""

from uuid import UUID

import pytest

from api.http.own_data import OF_OTHERS
from api.identity.permissions import Role
from domain.event import CATALOGUE, Category, fields_of
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.parents import ParentDeclared
from domain.events.restriction import ProcessingRestricted
from domain.events.safety import SafeguardingConcernRaised
from domain.events.subject_access import SubjectAccessRequested, SubjectIdentityVerified
from tests.support.client import Served
from tests.support.given import Given, given, some
from tests.support.stored import erase, kept, noted

NAME, EXAMINED, PARENT = "欧阳小明", "标记体检内容", "欧阳大山"


def a_life() -> Given:
    return given(
        ("2016-03-01", some(ChildReceived)),
        ("2016-03-01", some(IdentityRecorded, name=NAME)),
        ("2016-03-02", some(ParentDeclared, name=PARENT)),
        ("2024-05-01", some(PhysicalExamined, summary=EXAMINED)),
        ("2024-05-02", some(SafeguardingConcernRaised)),
        ("2026-10-01", some(SubjectAccessRequested)),
    )


async def verified(served: Served, told: Given) -> tuple[UUID, UUID]:
    """Return a child, and the request of whom it was verified who asks."""
    request = next(each for each in told.entries if isinstance(each.event, SubjectAccessRequested))
    told.and_("2026-10-02", some(SubjectIdentityVerified, request=request.entry_id))
    return await kept(served, told), request.entry_id


@pytest.mark.parametrize("kind", ["json", "html"])
async def test_who_asks_and_is_verified_is_given_what_is_kept_of_them_and_nothing_of_others(
    served: Served, kind: str
) -> None:
    child, asked = await verified(served, a_life())
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.get(f"/children/{child}/own-data", params={"asked": str(asked), "format": kind})
    assert answer.status_code == 200, answer.text
    assert NAME in answer.text
    assert EXAMINED in answer.text
    assert PARENT not in answer.text
    assert SafeguardingConcernRaised.label.zh not in answer.text
    if kind == "html":
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "家庭信息" in answer.text
        assert "<script" not in answer.text
    else:
        assert answer.json()["withheld"] == ["adoption", "family", "safeguarding"]
    (row,) = await noted(served, "SELECT categories FROM access WHERE purpose = 'own data'")
    assert "identity" in row[0]


async def test_nothing_is_given_to_whom_nobody_has_verified_or_who_has_not_asked(served: Served) -> None:
    told = a_life()
    child, asked = await kept(served, told), told.last.entry_id
    client = await served.as_(Role.SUPERVISOR)
    for request, words in ((asked, "核验"), (child, "没有这一申请")):
        answer = await client.get(f"/children/{child}/own-data", params={"asked": str(request)})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert words in answer.text
    assert NAME not in answer.text


async def test_it_is_given_by_who_may_take_a_file_away_and_not_of_a_restricted_one(served: Served) -> None:
    told = a_life()
    child, asked = await verified(served, told)
    staff = await served.as_(Role.STAFF)
    refused = await staff.get(f"/children/{child}/own-data", params={"asked": str(asked)})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    restricted, asked = await verified(served, a_life().and_("2026-10-02", some(ProcessingRestricted)))
    client = await served.as_(Role.SUPERVISOR)
    refused = await client.get(f"/children/{restricted}/own-data", params={"asked": str(asked)})
    assert (refused.status_code, refused.json()["code"]) == (403, "restricted")


async def test_what_was_erased_is_said_to_be_erased(served: Served) -> None:
    child, asked = await verified(served, a_life())
    await erase(served, child, Category.IDENTITY)
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.get(f"/children/{child}/own-data", params={"asked": str(asked)})
    (who,) = (each for each in answer.json()["items"] if each["type"] == "IdentityRecorded")
    assert who["data"]["name"] == {"erased": "identity"}
    assert "已依法删除" in who["zh"]


def test_whatever_is_another_persons_is_of_a_category_that_is_withheld() -> None:
    others = {
        spec.personal.category
        for kind in CATALOGUE.values()
        for spec in fields_of(kind)
        if spec.personal is not None and spec.personal.subject is not None
    }
    assert others
    assert others <= OF_OTHERS
    assert AdoptionRegistered.seals in OF_OTHERS
