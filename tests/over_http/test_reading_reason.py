"""Sealed sets are read for a stated reason alone, by every way in, and by those alone who see them."""

from datetime import date
from typing import Final
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from api.identity.permissions import Role
from api.identity.reading_reasons import HEADER
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.adoptions import APPLIED
from tests.support.client import Served, new_key
from tests.support.given import given, some
from tests.support.http_given import written
from tests.support.stored import kept

pytestmark = pytest.mark.usefixtures("restricting_nothing")

CERTIFICATE: Final = "标记-收-0001"
ADOPTED: Final = some(AdoptionRegistered, category="5", certificate_no=CERTIFICATE)
OF_THE_FILE: Final = (
    "",
    "/entries",
    "/findings",
    "/diff?from=2024-03-31",
    "/explain/findings.I12",
    "/bundle",
)
ACROSS: Final = (
    "/findings?rule=I12",
    "/findings?rule=I12&format=csv",
    "/children?format=xlsx",
    "/entries",
    "/entries?limit=50",
    "/diff?from=2024-03-31",
)


async def an_adopted_child(served: Served) -> UUID:
    child = await kept(
        served,
        given(
            ("2016-03-05", some(ChildReceived)),
            ("2016-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2009, 3, 5))),
            ("2024-06-01", ADOPTED),
        ),
    )
    await served.projected()
    return child


async def silent(served: Served, role: Role) -> AsyncClient:
    """Somebody of that role who does not say why they read."""
    return await served.client(served.tokens[role])


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
async def test_a_sealed_set_is_read_by_no_way_in_without_a_stated_reason(served: Served, role: Role) -> None:
    child = await an_adopted_child(served)
    client, stating = await silent(served, role), await served.as_(role)
    for path in (*(f"/children/{child}{each}" for each in OF_THE_FILE), *ACROSS):
        answer = await client.get(path)
        assert answer.status_code == 403, path
        assert answer.json()["code"] == "reason_missing", path
        assert CERTIFICATE not in answer.text
        assert (await stating.get(path)).status_code == 200, path


async def test_the_problem_says_how_to_ask_and_which_reasons_there_are(served: Served) -> None:
    child = await an_adopted_child(served)
    client = await silent(served, Role.SUPERVISOR)
    told = (await client.get(f"/children/{child}")).json()
    assert told["categories"] == ["adoption"]
    assert "Reading-Reason" in told["detail"]
    assert "收养信息" in told["detail_zh"]
    answered = [await client.get(f"/children/{child}", headers={HEADER: each}) for each in told["reasons"]]
    assert {each.status_code for each in answered} == {200}
    unknown = await client.get(f"/children/{child}", headers={HEADER: "curiosity"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, f"/header/{HEADER}")


async def test_the_access_log_has_the_reason_and_the_sets_and_nothing_of_what_was_refused(
    served: Served,
) -> None:
    child = await an_adopted_child(served)
    await (await silent(served, Role.AUDITOR)).get(f"/children/{child}")
    assert await served.container.access.of(child, limit=10) == []
    client = await served.as_(Role.AUDITOR)
    await client.get(f"/children/{child}", headers={HEADER: "request"})
    (line,) = await served.container.access.of(child, limit=10)
    assert (line.reason, line.purpose) == ("request", "file")
    assert "adoption" in line.categories


async def test_who_does_not_see_a_sealed_set_is_asked_for_no_reason_and_shown_none(served: Served) -> None:
    child = await an_adopted_child(served)
    client = await silent(served, Role.STAFF)
    for headers in ({}, {HEADER: "care"}):
        shown = await client.get(f"/children/{child}/entries", headers=headers)
        assert shown.status_code == 200
        assert CERTIFICATE not in shown.text


async def test_a_file_without_sealed_sets_is_read_without_a_reason(served: Served) -> None:
    child = await served.a_child()
    client = await silent(served, Role.SUPERVISOR)
    assert (await client.get(f"/children/{child}")).status_code == 200
    assert (await client.get("/findings")).status_code == 200


async def test_who_records_in_a_sealed_set_is_told_what_came_of_it(served: Served) -> None:
    child = await served.a_child()
    client, body, key = await silent(served, Role.SUPERVISOR), written(APPLIED), new_key()
    for status in (201, 200):
        answer = await client.post(f"/children/{child}/events", json=body, headers=key)
        assert answer.status_code == status, answer.text
    assert (await client.get(f"/children/{child}/entries")).status_code == 403
