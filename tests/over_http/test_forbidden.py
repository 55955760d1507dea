"""What a role may not do says which roles may."""

import pytest

from api.identity.permissions import Role
from domain.events.intake import ChildReceived
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story, sent

RECEIVED = sent("2026-09-05", some(ChildReceived))
RECORDERS = ["staff", "supervisor", "bureau", "township"]


@pytest.mark.parametrize(
    ("role", "method", "path", "roles"),
    [
        (Role.AUDITOR, "POST", "/children", RECORDERS),
        (Role.AUDITOR, "POST", "/entries", RECORDERS),
        (Role.AUDITOR, "POST", "/children/{child}/events", ["staff", "supervisor"]),
        (Role.STAFF, "GET", "/children/{child}/access", ["supervisor", "auditor", "administrator"]),
        (Role.ADMINISTRATOR, "POST", "/children/search", [each for each in Role if each != "administrator"]),
        (
            Role.BUREAU,
            "POST",
            "/families/search",
            ["staff", "supervisor", "auditor", "township"],
        ),
    ],
)
async def test_it_says_which_roles_may(
    served: Served, role: Role, method: str, path: str, roles: list[str]
) -> None:
    story = await a_story(served).given(("2026-09-05", some(ChildReceived)))
    body = {"/children": {"events": [RECEIVED]}, "/entries": {"items": []}}.get(path, RECEIVED)
    client = await served.as_(role)
    headers = {"Idempotency-Key": "once"} if role is Role.AUDITOR else {}
    sent_body = {"q": "黎"} if path.endswith("search") else None if method == "GET" else body
    answer = await client.request(method, path.format(child=story.child), headers=headers, json=sent_body)
    problem = answer.json()
    assert answer.status_code == 403, problem
    assert (answer.status_code, [each["role"] for each in problem["roles"]]) == (403, roles)
    for language, detail in (("zh", "detail_zh"), ("en", "detail")):
        assert all(each[language] in problem[detail] for each in problem["roles"]), language
