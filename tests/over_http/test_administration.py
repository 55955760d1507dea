"""Administering a ledger: institutions, people and tokens, and nobody makes themselves more than they are."""

import csv
from io import StringIO
from itertools import product
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from api.http import list_formats
from api.identity.administration import Act, why_not
from api.identity.directory import Member
from api.identity.permissions import Actor, Role
from api.imports.reading.kinds import read_workbook
from domain.event import Category
from tests.support.a_rule_pack import PACK
from tests.support.client import Served

FORBIDDEN, NOT_FOUND, INVALID = 403, 404, 422
NAME: Final = "标记人员"
ACTS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("GET", "/institutions", None),
    ("POST", "/institutions", {"name": "示例机构"}),
    ("POST", "/institutions/{institution}/particulars", {"region": "371002"}),
    ("POST", "/institutions/{institution}/rulebook", {"digest": "0" * 64}),
    ("GET", "/users", None),
    ("POST", "/users", {"name": NAME, "role": "administrator"}),
    ("GET", "/users/{user}", None),
    ("POST", "/users/{user}/role", {"role": "administrator", "named": NAME}),
    ("POST", "/users/{user}/login", {"login": "somebody"}),
    ("POST", "/users/{user}/first-sign-in", {}),
    ("POST", "/users/{user}/end", {"named": NAME}),
    ("POST", "/users/{user}/sessions/end", {"named": NAME}),
    ("POST", "/users/{user}/account", {"subject": "x"}),
    ("POST", "/users/{user}/second-factor/end", {"named": NAME}),
    ("GET", "/tokens", None),
    ("POST", "/tokens", {"user": "{user}", "purpose": "试用", "days": 3}),
    ("POST", "/tokens/{token}/revoke", {"named": NAME}),
    ("GET", "/running-state", None),
)
"""Every address of an administrator, with a body that would be taken."""
ON_A_PERSON: Final = tuple(
    (method, path, body)
    for method, path, body in ACTS
    if method == "POST" and ("{user}" in f"{path}{body}" or "{token}" in path)
)


async def ask(client: AsyncClient, act: tuple[str, str, Any], **named: object) -> Response:
    """Do an act of an administrator, about what is named."""
    method, path, body = act
    if body is None:
        return await client.request(method, path.format(**named))
    sent = {name: str(named["user"]) if each == "{user}" else each for name, each in body.items()}
    return await client.request(method, path.format(**named), json=sent)


async def another_administrator(served: Served) -> tuple[UUID, AsyncClient]:
    """Given a second administrator, whom the machine's operator let in."""
    identity = served.container.identity
    user = (await identity.add_member("另一名管理员", Role.ADMINISTRATOR)).user
    return user, await served.client(await identity.issue(user, days=1, purpose="another"))


async def added(client: AsyncClient, role: str = "administrator", **more: Any) -> str:
    """Add somebody, and return the id."""
    answer = await client.post("/users", json={"name": NAME, "role": role, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["user"])


async def refused(answer: Response) -> str:
    """An answer refuses in both languages, and says so to a person; return it in Chinese."""
    assert answer.status_code == FORBIDDEN, answer.text
    assert answer.json()["detail"]
    return str(answer.json()["detail_zh"])


# Every role, every act


async def test_nobody_but_an_administrator_administers(served: Served) -> None:
    """Given somebody of each other role, then no act is theirs, and nothing has changed."""
    identity = served.container.identity
    victim = await served.actor(Role.STAFF)
    token = next(each.token for each in await identity.tokens() if each.member == victim.user)
    named = {"user": victim.user, "token": token, "institution": served.home.institution}
    before = (await identity.members(), await identity.institutions(), len(await identity.tokens()))
    for role in (each for each in Role if each is not Role.ADMINISTRATOR):
        client = await served.as_(role)
        for act in ACTS:
            told = await refused(await ask(client, act, **named))
            assert "系统管理员" in told, (role, act)
    assert before == (await identity.members(), await identity.institutions(), len(await identity.tokens()))
    assert await identity.authenticate(served.tokens[Role.STAFF])


async def test_an_administrator_does_nothing_about_themselves(served: Served) -> None:
    administrator, client = await served.actor(Role.ADMINISTRATOR), await served.as_(Role.ADMINISTRATOR)
    tokens = await served.container.identity.tokens()
    token = next(each.token for each in tokens if each.member == administrator.user)
    for act in ON_A_PERSON:
        if act[1].endswith("/login"):
            continue
        told = await refused(await ask(client, act, user=administrator.user, token=token))
        assert "另一名管理员" in told, act
    assert await served.container.identity.actor(administrator.user) == Actor(
        administrator.user, Role.ADMINISTRATOR, may_approve=False
    )


async def test_nobody_lets_in_whom_they_made(served: Served) -> None:
    """Given a supervisor whom an administrator added, then another administrator lets them in."""
    one, (_, other) = await served.as_(Role.ADMINISTRATOR), await another_administrator(served)
    user = await added(one, "supervisor", institution=str(served.home.institution), login="xinren")
    for body in ({"user": user, "purpose": "试用", "days": 1},):
        assert "另一名管理员" in await refused(await one.post("/tokens", json=body))
    assert "另一名管理员" in await refused(await one.post(f"/users/{user}/first-sign-in", json={}))
    let_in = await other.post(f"/users/{user}/first-sign-in", json={})
    assert let_in.status_code == 200, let_in.text
    first = await served.container.sessions.first(let_in.json()["token"])
    assert first is not None
    assert first.role is Role.SUPERVISOR


async def test_nobody_changes_the_role_of_whom_they_let_in(served: Served) -> None:
    """Given somebody whose first token one administrator has, then a wider role is another's to give."""
    one, (_, other) = await served.as_(Role.ADMINISTRATOR), await another_administrator(served)
    user = await added(one, "staff", institution=str(served.home.institution), login="xinren")
    token = (await other.post(f"/users/{user}/first-sign-in", json={})).json()["token"]
    wider = {"role": "administrator", "named": NAME}
    assert "另一名管理员" in await refused(await other.post(f"/users/{user}/role", json=wider))
    changed = await one.post(f"/users/{user}/role", json=wider)
    assert (changed.status_code, changed.json()["role"]) == (200, "administrator")
    assert await served.container.sessions.first(token) is None, "what they entered with has ended"
    assert (await one.post(f"/users/{user}/first-sign-in", json={})).status_code == FORBIDDEN


MADE = Actor(UUID(int=1), Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("act", "granted", "let_in"), [*product(Act, (None, MADE.user, UUID(int=2)), (None, MADE.user))]
)
def test_whoever_prepares_an_entry_never_opens_it_too(
    act: Act, granted: UUID | None, let_in: UUID | None
) -> None:
    """No administrator both gave a role and hands out the token for it, in whatever order."""
    member = Member(UUID(int=3), NAME, Role.STAFF, UUID(int=9), None, granted, let_in)
    refuses = why_not(MADE, act, member) is not None
    hands_out = act in {Act.LET_IN, Act.MAKE_TOKEN, Act.BIND}
    prepares = act in {Act.CHANGE_ROLE, Act.END_FACTOR}
    assert refuses == ((hands_out and granted == MADE.user) or (prepares and let_in == MADE.user))


# What is done, and that it is noted


async def test_each_act_about_a_person_stands_in_the_access_log(served: Served) -> None:
    one, (_, other) = await served.as_(Role.ADMINISTRATOR), await another_administrator(served)
    user = await added(one, "staff", institution=str(served.home.institution), login="xinren")
    for client, path, body in (
        (other, f"/users/{user}/first-sign-in", {}),
        (one, f"/users/{user}/sessions/end", {"named": NAME}),
        (one, f"/users/{user}/role", {"role": "bureau", "region": "3710", "named": NAME}),
        (other, f"/users/{user}/end", {"named": NAME}),
    ):
        answer = await client.post(path, json=body)
        assert answer.status_code == 200, (path, answer.text)
    noted = await served.container.access.of(UUID(user), limit=10)
    assert [each.purpose for each in noted[::-1]] == [
        "user added",
        "first sign-in",
        "sessions ended",
        "role changed",
        "user ended",
    ]
    assert {*map(tuple, (each.categories for each in noted))} == {(Category.IDENTITY.value,)}
    told = (await one.get(f"/users/{user}")).json()
    assert [each["act"] for each in told["noted"]] == [
        "end",
        "change_role",
        "end_sessions",
        "let_in",
        "add",
    ]
    assert told["noted"][0]["name"] == "另一名管理员"


async def test_a_token_is_shown_once_and_dead_when_it_is_revoked(served: Served) -> None:
    client = await served.as_(Role.ADMINISTRATOR)
    staff = (await served.actor(Role.STAFF)).user
    made = await client.post("/tokens", json={"user": str(staff), "purpose": "夜间导入", "days": 3})
    assert made.status_code == 201, made.text
    secret = made.json()["token"]
    program = await served.client(secret)
    assert (await program.get("/event-types")).status_code == 200
    listed = await client.get("/tokens", params={"user": str(staff)})
    assert secret not in listed.text
    (newest,) = [each for each in listed.json()["items"] if each["purpose"] == "夜间导入"]
    assert newest["may_approve"]
    revoke, holder = f"/tokens/{newest['token']}/revoke", {"named": newest["name"]}
    assert (await client.post(revoke, json={"named": "别人"})).status_code == INVALID
    assert (await program.get("/event-types")).status_code == 200
    assert (await client.post(revoke, json=holder)).status_code == 200
    assert (await program.get("/event-types")).status_code == 401
    assert (await client.post(revoke, json=holder)).status_code == NOT_FOUND
    assert (await client.post(f"/tokens/{uuid4()}/revoke", json=holder)).status_code == NOT_FOUND


async def test_a_name_that_is_not_theirs_ends_nobody(served: Served) -> None:
    client, staff = await served.as_(Role.ADMINISTRATOR), await served.actor(Role.STAFF)
    answer = await client.post(f"/users/{staff.user}/end", json={"named": "别人"})
    assert (answer.status_code, answer.json()["code"]) == (INVALID, "invalid")
    assert "姓名不同" in answer.json()["detail_zh"]
    assert await served.container.identity.authenticate(served.tokens[Role.STAFF])


async def test_the_same_key_adds_somebody_once(served: Served) -> None:
    client, key = await served.as_(Role.ADMINISTRATOR), {"Idempotency-Key": "one"}
    body = {"name": NAME, "role": "bureau", "region": "3710"}
    users = {(await client.post("/users", json=body, headers=key)).json()["user"] for _ in range(2)}
    assert len(users) == 1
    listed = (await client.get("/users", params={"role": "bureau", "limit": 1})).json()
    rest = (await client.get("/users", params={"role": "bureau", "after": listed["next"]})).json()
    assert users <= {each["user"] for each in (*listed["items"], *rest["items"])}


async def test_the_directory_is_saved_whole_as_tables(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given more people and tokens than stand on one page, then each stands once in the table, in words."""
    client = await served.as_(Role.ADMINISTRATOR)
    user = await added(client, "bureau", region="3710", login="xinren")
    monkeypatch.setattr(list_formats, "MOST", 2)
    for path, own, told in (
        ("/institutions", "institution", {}),
        ("/users", "user", {}),
        ("/tokens", "token", {}),
        ("/users", "user", {"role": "bureau"}),
    ):
        listed = (await client.get(path, params=told)).json()["items"]
        saved = await client.get(path, params={"format": "csv", **told})
        assert saved.status_code == 200, saved.text
        headings, *rows = csv.reader(StringIO(saved.content.decode("utf-8-sig")))
        ids = [set(row) & {each[own] for each in listed} for row in rows]
        assert [*map(len, ids)] == [1] * len(listed), path
        assert len({*map(tuple, rows)}) == len(listed) > 0
        book = await client.get(path, params={"format": "xlsx", **told}, headers={"Accept-Language": "en"})
        sheet, about = read_workbook(book.content, "list.xlsx").sheets
        assert (len(sheet.rows), len(sheet.rows[0])) == (len(rows) + 1, len(headings))
        assert len(about.rows) >= 4
    of_bureau = next(row for row in rows if user in row)
    assert [cell.removeprefix("'") for cell in of_bureau[:5]] == [
        NAME,
        "民政部门工作人员",
        "",
        "山东省威海市",
        "xinren",
    ]
    first = (await client.get("/tokens", params={"limit": 1})).json()["next"]
    cut = await client.get("/tokens", params={"format": "csv", "after": first})
    assert (cut.status_code, cut.json()["errors"][0]["pointer"]) == (INVALID, "/query/after")
    staff = await served.as_(Role.STAFF)
    for path in ("/institutions", "/users", "/tokens"):
        assert (await staff.get(path, params={"format": "csv"})).status_code == FORBIDDEN


@pytest.mark.parametrize(
    "role",
    [
        {"role": "staff"},
        {"role": "bureau"},
        {"role": "township", "region": "3710"},
        {"role": "administrator", "region": "37"},
        {"role": "bureau", "region": "x"},
    ],
)
async def test_a_role_without_its_institution_or_region_is_refused_in_words(
    served: Served, role: dict[str, str]
) -> None:
    answer = await (await served.as_(Role.ADMINISTRATOR)).post("/users", json={"name": NAME, **role})
    assert (answer.status_code, answer.json()["code"]) == (INVALID, "invalid")
    assert answer.json()["errors"][0]["detail_zh"]


async def test_an_institution_is_opened_and_changed_by_whoever_asked(served: Served) -> None:
    client, administrator = await served.as_(Role.ADMINISTRATOR), await served.actor(Role.ADMINISTRATOR)
    opened = await client.post("/institutions", json={"name": "示例福利院"})
    assert opened.status_code == 201, opened.text
    institution = opened.json()["institution"]
    assert "不详" in opened.json()["remarks"][0]["zh"]
    changed = await client.post(f"/institutions/{institution}/particulars", json={"region": "371002"})
    assert (changed.json()["region"], changed.json()["remarks"]) == ("371002", [])
    file = await served.container.ledger.file(UUID(institution))
    assert file is not None
    assert {each.recorded_by.user for each in file.entries.values()} == {administrator.user}
    again = await client.post("/institutions", json={"name": "示例 福利院"})
    assert (again.status_code, again.json()["code"]) == (INVALID, "invalid")
    assert "示例福利院" in (await client.get("/institutions")).text


async def test_a_rulebook_is_adopted_as_a_dry_run_has_shown_it(served: Served) -> None:
    client, path = await served.as_(Role.ADMINISTRATOR), f"/institutions/{served.home.institution}/rulebook"
    wanted = {"packs": [{"name": "weihai", "text": PACK}]}
    shown = (await client.post(path, json=wanted, params={"dry_run": True})).json()
    assert (shown["faults"], shown["adopted"]) == ([], False)
    (change,) = shown["items"]
    (number,) = change["added"]
    assert (change["rule"], number["region"], number["source"]) == ("D11", "371099", "示例市民政局文件")
    unseen = await client.post(path, json={**wanted, "digest": "0" * 64})
    assert unseen.json()["errors"][0]["pointer"] == "/digest"
    adopted = (await client.post(path, json={**wanted, "digest": shown["digest"]})).json()
    assert adopted["adopted"]
    assert (await served.container.ledger.rulebook_at(served.home.institution)).digest == shown["digest"]
    faulty = {"packs": [{"name": "weihai", "text": "[[number]]"}]}
    told = (await client.post(path, json=faulty, params={"dry_run": True})).json()
    assert told["faults"]
    assert told["digest"] == shown["digest"]


async def test_the_running_state_tells_of_backup_lag_and_checkpoints(served: Served) -> None:
    await served.projected()
    state = (await (await served.as_(Role.ADMINISTRATOR)).get("/running-state")).json()
    assert (state["ready"], state["missing"], state["projection_lag"]) == (True, [], 0)
    assert state["key_backup_verified_at"] is None
    assert state["position"] == (await served.container.ledger.head()).position
    first = await signed_now(served)
    assert (first["size"], first["forked"]) == (first["leaves"], False)
    assert await signed_now(served) == first, "nothing is signed anew"
    opened = await (await served.as_(Role.ADMINISTRATOR)).post("/institutions", json={"name": "示例机构"})
    assert opened.status_code == 201
    later = await signed_now(served)
    assert (later["size"] > first["size"], later["signed_at"] > first["signed_at"]) == (True, True)


async def signed_now(served: Served) -> Any:
    """Sign the log of entries as it is; return what the running state tells of its checkpoint."""
    log = served.container.transparency_log
    while await log.grow():
        pass
    await log.sign()
    return (await (await served.as_(Role.ADMINISTRATOR)).get("/running-state")).json()["log"]
