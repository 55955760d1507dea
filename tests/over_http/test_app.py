"""The app as a whole: documented, closed to strangers, silent about what is not yours, noting who reads."""

import asyncio
from itertools import product
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx2 import AsyncClient, Response
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr

from api.app import create_app, running
from api.contract.file_kinds import PATHS
from api.contract.problems import MEDIA_TYPE, Problem
from api.database import OwnerError
from api.demo.members import tokens_for_every_role
from api.http import dependencies
from api.identity.permissions import Role
from api.settings import Settings
from domain.event import Category
from tests.support.client import NOW, TOWNSHIP, Served

APP = create_app(Settings())
OPERATIONS: list[tuple[str, str, dict[str, Any]]] = [
    (method, path, operation)
    for path, operations in APP.openapi()["paths"].items()
    for method, operation in operations.items()
]
OPEN = {"/health/live", "/health/ready", "/metrics", "/verify"}
"""What is answered without a token."""
CLOSED = [(method, path) for method, path, _ in OPERATIONS if path not in OPEN]
OF_A_FILE = {kind: [each for each in CLOSED if f"{{{kind}}}" in each[1]] for kind in PATHS}
STRANGERS = [role for role in Role if role != Role.ADMINISTRATOR]


# Documented


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_says_what_it_does_and_how_it_fails(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    answers = operation["responses"]
    assert operation["description"]
    assert {"500"} <= set(answers)
    assert path in OPEN or {"401", "422", "503"} <= set(answers)
    assert not any(f"{{{kind}}}" in path for kind in PATHS) or "404" in answers
    for status, documented in answers.items():
        if int(status) >= 400:
            schema = documented["content"][MEDIA_TYPE]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
            assert documented["description"]
    assert path in OPEN or operation["security"]


def test_the_form_of_a_problem_is_documented() -> None:
    schemas = APP.openapi()["components"]["schemas"]
    assert set(Problem("not_found").body) <= set(schemas["Problem"]["properties"])
    assert "HTTPValidationError" not in schemas


# Closed


async def test_nothing_is_answered_without_a_token_but_how_healthy_it_is(served: Served) -> None:
    client = await served.client()
    for method, path in CLOSED:
        answer = await client.request(method, path.format_map(_anything()))
        assert answer.status_code == 401, (method, path)
        assert answer.json()["code"] == "unauthenticated", (method, path)
    for path in OPEN:
        assert (await client.get(path)).status_code == 200, path


def _anything(**known: str) -> "_Anything":
    return _Anything(known)


class _Anything(dict[str, str]):
    """Any value for a path's parameter."""

    def __missing__(self, name: str) -> str:
        return str(uuid4())


async def test_an_address_says_which_methods_it_takes(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    for path in {path for _, path, _ in OPERATIONS}:
        answer = await client.request("PROPFIND", path.format_map(_anything()))
        assert answer.status_code == 405, path
        assert answer.json()["code"] == "method_not_allowed", path
        documented = {method.upper() for method, other, _ in OPERATIONS if other == path}
        with_head = documented | ({"HEAD"} if "GET" in documented else set())
        assert set(answer.headers["allow"].split(", ")) == with_head, path


# Silent about what is not yours


async def test_a_file_out_of_scope_is_by_every_path_the_same_as_one_that_is_not_there(served: Served) -> None:
    foreign = str(await served.a_child(elsewhere=True))
    for role in STRANGERS:
        client = await served.as_(role)
        for method, path in OF_A_FILE["child"]:
            asked = (role, method, path)
            out_of_scope = await _ask(client, method, path.format_map(_anything(child=foreign)))
            not_there = await _ask(client, method, path.format_map(_anything(child=str(uuid4()))))
            assert out_of_scope.status_code in {403, 404}, asked
            assert out_of_scope.status_code == not_there.status_code, asked
            assert out_of_scope.content == not_there.content, asked


async def test_no_list_shows_a_file_out_of_scope(served: Served) -> None:
    foreign = await served.a_child("李小花", elsewhere=True)
    own = await served.a_child("王小明")
    await served.projected()
    lists = [
        "/children",
        "/obligations?state=due&state=overdue&state=met",
        "/readiness",
        "/findings",
        "/exceptions",
        "/entries",
    ]
    for role in STRANGERS:
        client = await served.as_(role)
        for path in lists:
            answer = await client.get(path)
            assert answer.status_code == 200, (role, path)
            assert str(foreign) not in answer.text, (role, path)
            assert "李小花" not in answer.text, (role, path)
        found = await client.post("/children/search", json={"q": "李小花"})
        assert found.json()["items"] == [], role
        mine = await client.post("/children/search", json={"q": "王小明"})
        # A township sees no child that an institution has.
        expected = [] if role is Role.TOWNSHIP else [str(own)]
        assert [row["child"] for row in mine.json()["items"]] == expected, role


async def test_a_placement_officer_does_not_see_children(served: Served) -> None:
    child = await served.a_child(born="2015-01-01")
    await served.projected()
    officer = await served.as_(Role.PLACEMENT_OFFICER)
    assert (await officer.get(f"/children/{child}")).status_code == 404
    assert (await officer.get("/children")).json()["items"] == []
    assert (await officer.get("/entries")).text == ""
    assert (await (await served.as_(Role.BUREAU)).get(f"/children/{child}")).status_code == 200


async def test_an_administrator_sees_every_file_and_nothing_personal(served: Served) -> None:
    child = await served.a_child("欧阳小明", elsewhere=True)
    await served.projected()
    administrator = await served.as_(Role.ADMINISTRATOR)
    for path in (f"/children/{child}", f"/children/{child}/entries", "/children", "/entries"):
        answer = await administrator.get(path)
        assert answer.status_code == 200, path
        assert "欧阳小明" not in answer.text, path
        assert "restricted" in answer.text, path
    assert (await administrator.get(f"/children/{child}/access")).json()["items"] == []


async def _ask(client: AsyncClient, method: str, path: str) -> Response:
    headers = {"Idempotency-Key": uuid4().hex}
    if method == "get":
        needed = {"asked": str(uuid4())} if path.endswith("/own-data") else {}
        needed |= {"purpose": "archive"} if path.endswith("/dossier") else {}
        return await client.get(path, params=needed)
    if path.endswith("/extracts"):
        extract = {"chapters": ["identity"], "purpose": "x", "recipient": "x"}
        return await client.request(method, path, json=extract, headers=headers)
    # An event that fits no file's rules, so that nothing is recorded by the way.
    event = {
        "type": "EntryWithdrawn",
        "occurred_on": "2024-03-05",
        "data": {"entry": str(uuid4()), "explanation": "x"},
    }
    return await client.request(method, path, json=event, headers=headers)


# Noting who reads


async def test_who_reads_a_file_stands_in_its_access_log(served: Served) -> None:
    child = await served.a_child()
    staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
    await staff.get(f"/children/{child}")
    answer = await supervisor.get(f"/children/{child}/access")
    (line,) = answer.json()["items"]
    reader = await served.actor(Role.STAFF)
    assert (line["user"], line["role"], line["institution"]) == (
        str(reader.user),
        "staff",
        str(served.home.institution),
    )
    assert line["name"] == "示例工作人员"
    assert line["categories"] == ["identity"]
    assert line["purpose"] == "file"
    assert line["at"] == "2026-11-22T04:00:00.000000Z"


async def test_who_read_a_file_is_told_to_those_who_answer_for_it(served: Served) -> None:
    child = await served.a_child()
    told = {"staff": 403, "supervisor": 200, "auditor": 200, "bureau": 403, "administrator": 200}
    for role, status in told.items():
        answer = await (await served.as_(role)).get(f"/children/{child}/access")
        assert answer.status_code == status, role


async def test_the_access_log_is_read_page_by_page(served: Served) -> None:
    child = await served.a_child()
    reader = await served.actor(Role.STAFF)
    for number in range(5):
        await served.container.access.note(reader, {child: [Category.CONTACT]}, f"question {number}")
    auditor = await served.as_(Role.AUDITOR)
    purposes: list[str] = []
    path = f"/children/{child}/access?limit=2"
    following: str | None = ""
    while following is not None:
        page = (await auditor.get(path + (f"&cursor={following}" if following else ""))).json()
        purposes += [line["purpose"] for line in page["items"]]
        following = page["next"]
    assert purposes == [f"question {number}" for number in reversed(range(5))]


async def test_those_who_read_at_once_all_stand_in_the_log(served: Served) -> None:
    reader = await served.actor(Role.STAFF)
    children = [uuid4() for _ in range(200)]
    access = served.container.access
    await asyncio.gather(*(access.note(reader, {child: [Category.IDENTITY]}, "test") for child in children))
    found = [await access.of(child, limit=10) for child in children]
    assert [len(lines) for lines in found] == [1] * 200


async def test_what_was_being_noted_when_the_house_closed_stands_in_the_log(settings: Settings) -> None:
    child = uuid4()
    async with running(create_app(settings, clock=lambda: NOW)) as container:
        reader = await container.identity.operator()
        noting = asyncio.create_task(container.access.note(reader, {child: [Category.IDENTITY]}, "test"))
        await asyncio.sleep(0)
    await noting
    async with running(create_app(settings, clock=lambda: NOW)) as container:
        assert len(await container.access.of(child, limit=10)) == 1


async def test_what_cannot_be_noted_is_not_answered(served: Served, settings: Settings) -> None:
    child = await served.a_child("王小明")
    await _as_owner(settings, "REVOKE EXECUTE ON FUNCTION note_accesses FROM {writer}")
    answer = await (await served.as_(Role.STAFF)).get(f"/children/{child}")
    assert answer.status_code == 503
    assert "王小明" not in answer.text


async def test_nobody_who_serves_can_alter_the_access_log(served: Served) -> None:
    addresses = (served.container.addresses.writer, served.container.addresses.reader)
    statements = ("UPDATE access SET purpose = ''", "DELETE FROM access", "TRUNCATE access")
    for address, statement in product(addresses, statements):
        async with await AsyncConnection.connect(address) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(statement.encode())


async def _as_owner(settings: Settings, statement: str) -> None:
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        await connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(settings.ledger)))
        names = {"writer": Identifier(f"{settings.ledger}_writer")}
        await connection.execute(SQL(statement).format(**names))


# Healthy


async def test_it_is_not_ready_while_the_database_is_not_migrated(served: Served, settings: Settings) -> None:
    await served.projected()
    client = await served.client()
    assert (await client.get("/health/ready")).json() == {
        "status": "ready",
        "projection_lag": 0,
        "key_backup": "none",
    }
    await _as_owner(settings, "DELETE FROM migration WHERE name = '0001_ledger'")
    answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["migrations"]
    assert answer.headers["retry-after"]
    assert (await client.get("/health/live")).status_code == 200


async def test_measures_count_batches_and_requests_by_route_and_name_nobody(served: Served) -> None:
    child = await served.a_child("欧阳小明")
    staff = await served.as_(Role.STAFF)
    await staff.get(f"/children/{child}?as_of=2025-01-01")
    await served.projected()
    measures = (await staff.get("/metrics")).text
    own = f'ledger="{served.container.ledger.name}"'
    answered = 'method="GET",route="/children/{child}",status="200"'
    assert f"childledger_request_seconds_count{{{own},{answered}}} 1.0" in measures
    assert f"childledger_batch_entries_sum{{{own}}} 2.0" in measures
    assert f"childledger_append_seconds_count{{{own}}} 1.0" in measures
    assert f"childledger_projection_lag_entries{{{own}}} 0.0" in measures
    assert f"childledger_up{{{own}}} 1.0" in measures
    assert str(child) not in measures
    assert "欧阳小明" not in measures


async def test_an_answer_waits_for_the_position_it_must_have_seen(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await served.a_child()
    position = (await served.container.ledger.head()).position
    staff = await served.as_(Role.STAFF)
    rows = (await staff.get(f"/children?at_least={position}")).json()["items"]
    assert len(rows) == 1
    monkeypatch.setattr(dependencies, "PATIENCE_SECONDS", 0.1)
    late = await staff.get(f"/children?at_least={position + 1}")
    assert late.status_code == 503
    assert late.headers["retry-after"]


# Opened


async def test_it_is_not_served_as_the_owner_of_the_database(settings: Settings) -> None:
    for role in ("writer_url", "reader_url"):
        as_owner = settings.model_copy(update={role: settings.database_url})
        with pytest.raises(OwnerError):
            async with running(create_app(as_owner)):
                pass


async def test_it_is_served_without_knowing_the_owner(settings: Settings, served: Served) -> None:
    addresses = served.container.addresses
    alone = settings.model_copy(
        update={
            "database_url": None,
            "writer_url": SecretStr(addresses.writer),
            "reader_url": SecretStr(addresses.reader),
        }
    )
    async with running(create_app(alone)) as container:
        assert container.addresses.of("owner") is None
        assert await container.identity.authenticate(served.tokens[Role.STAFF])


async def test_an_address_for_a_role_lets_that_role_in(served: Served) -> None:
    for role in ("owner", "writer", "reader"):
        address = served.container.addresses.of(role)
        assert address is not None
        assert address.startswith("postgresql://")
        async with await AsyncConnection.connect(address) as connection:
            row = await (await connection.execute("SELECT current_user")).fetchone()
        expected = "postgres" if role == "owner" else f"{served.container.settings.ledger}_{role}"
        assert row == (expected,)


async def test_tokens_for_every_role_leave_those_that_were_made_before(served: Served) -> None:
    identity = served.container.identity
    again = await tokens_for_every_role(identity, served.home, purpose="test", days=1, township=TOWNSHIP)
    assert set(again) == set(Role)
    for role, token in again.items():
        actor = await identity.authenticate(token)
        assert actor is not None
        assert actor.role == role
        assert await identity.authenticate(served.tokens[role]) == actor, "the same people"
    assert len({each.member for each in await identity.members()}) == 2 * len(Role) + 1
