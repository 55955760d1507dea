"""Several ledgers in one database, behind one service: the token chooses, and nothing passes between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from psycopg import AsyncConnection, errors, sql
from pydantic import SecretStr, ValidationError

from api import tenants as all_houses
from api.app import create_app, running
from api.bootstrap import KEY_FILE, Container, open_container
from api.demo.members import tokens_for_every_role
from api.identity.permissions import Role
from api.identity.tokens import digest, new_token
from api.institutions import open_institution
from api.settings import Settings
from domain.event import Category
from domain.events.intake import ChildReceived, IdentityRecorded
from ledger.sealing.keys import Keys
from ledger.sealing.wrapping import KeyFileError, UnwrapError
from tests.support.asking_headers import asking
from tests.support.client import NOW, new_key
from tests.support.given import some
from tests.support.http_given import written
from tests.support.imports_http import NDJSON, hand_in
from tests.support.ledgers import a_superuser, an_append
from tests.support.waiting import PATIENCE, until

EVENTS = [("2024-03-05", some(ChildReceived)), ("2024-03-05", some(IdentityRecorded, name="王小明"))]


@dataclass(frozen=True)
class Two:
    """A service of two ledgers: the settings, the app, the container of each with tokens, and a superuser."""

    settings: Settings
    app: FastAPI
    one: Container
    other: Container
    tokens: dict[str, dict[Role, str]]
    superuser: AsyncConnection
    stack: AsyncExitStack

    async def client(self, token: str = "", app: FastAPI | None = None) -> AsyncClient:
        """Return a client with a token, of this service or another."""
        transport = ASGITransport(app=app or self.app)
        client = AsyncClient(transport=transport, base_url="http://childledger.test", headers=asking(token))
        return await self.stack.enter_async_context(client)

    async def as_(self, container: Container, role: Role = Role.SUPERVISOR) -> AsyncClient:
        """Return a client of a role in one of the ledgers."""
        return await self.client(self.tokens[container.ledger.name][role])

    async def sign_in(self, **fields: str) -> Response:
        """Send the form of the console's door."""
        here = {"Sec-Fetch-Site": "same-origin"}
        return await (await self.client()).post("/console/sign-in", data=fields, headers=here)

    async def alter(self, statement: str, *names: str) -> None:
        """Change something as superuser, also a role whose password a service that starts just sets."""

        async def altered() -> bool:
            try:
                await self.superuser.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            except errors.InternalError_:  # "tuple concurrently updated"
                return False
            return True

        await until(altered)


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Settings:
    # Roles belong to the cluster, which test processes may share.
    names = tuple(f"{place}_{uuid4().hex[:12]}" for place in ("province", "prefecture"))
    return Settings(database_url=SecretStr(database_url), data=tmp_path, ledger=names[0], ledgers=names)


@pytest.fixture
async def two(both: Settings, database_url: str) -> AsyncIterator[Two]:
    app = create_app(both, clock=lambda: NOW)
    async with a_superuser(database_url) as superuser, running(app), AsyncExitStack() as stack:
        one, other = (app.state.tenants[name] for name in both.ledgers)
        tokens = {}
        for container in (one, other):
            # The same name in both, which is no other's business.
            institution = await open_institution(container, "望海市儿童福利院（测试）", region="371099")
            tokens[container.ledger.name] = await tokens_for_every_role(
                container.identity, institution, purpose="test", days=365, township="371099001"
            )
        yield Two(both, app, one, other, tokens, superuser, stack)


async def received(client: AsyncClient, **headers: str) -> dict[str, Any]:
    """Open a file, and return what was answered."""
    body = {"events": [written(each) for each in EVENTS]}
    answer = await client.post("/children", json=body, headers=new_key() | headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


# The token chooses


async def test_the_token_decides_which_ledger_answers_and_each_counts_from_one(two: Two) -> None:
    first, second = await two.as_(two.one), await two.as_(two.other)
    before = [(await container.ledger.head()).position for container in (two.one, two.other)]
    assert before[0] == before[1] > 0
    for number in range(1, 4):
        assert (await received(first))["position"] == before[0] + 2 * number
    assert (await received(second))["position"] == before[1] + 2
    for container in (two.one, two.other):
        head = (await container.ledger.head()).position
        stored = await container.ledger.store.read(0, 1000)
        assert [each.position for each in stored] == list(range(1, head + 1))


async def test_a_user_name_is_one_ledgers_and_the_door_asks_for_it(two: Two) -> None:
    names = (two.one.ledger.name, two.other.ledger.name)
    for container, password in ((two.one, "paper boats"), (two.other, "stone bridge")):
        actor = await container.identity.authenticate(two.tokens[container.ledger.name][Role.STAFF])
        assert actor is not None
        await container.logins.give(actor.user, "zhoulan")
        await container.logins.set_password(actor.user, password)
    asked = (await (await two.client()).get("/console/sign-in")).text
    assert all(f"<option>{name}</option>" in asked for name in names)
    right = await two.sign_in(user="zhoulan", password="paper boats", ledger=names[0])
    assert right.headers["location"] == "/console"
    other = await two.sign_in(user="zhoulan", password="paper boats", ledger=names[1])
    assert (other.status_code, f"<option selected>{names[1]}</option>" in other.text) == (403, True)
    for none in ("", "elsewhere"):
        unsaid = await two.sign_in(user="zhoulan", password="paper boats", ledger=none)
        assert (unsaid.status_code, "请选择账本" in unsaid.text) == (422, True)


async def test_a_token_lets_in_to_its_own_ledger_only(two: Two) -> None:
    names = (two.one.ledger.name, two.other.ledger.name)
    for role in Role:
        token = two.tokens[names[0]][role]
        assert digest(token, names[0]) is not None
        assert digest(token, names[1]) is None, "known without asking a database"
        assert await two.one.identity.authenticate(token) is not None
        assert await two.other.identity.authenticate(token) is None

    alone = create_app(two.settings.model_copy(update={"ledger": names[1], "ledgers": ()}), clock=lambda: NOW)
    async with running(alone):
        foreign = await (await two.client(two.tokens[names[0]][Role.STAFF], alone)).get("/event-types")
        unknown = await (await two.client(new_token(names[1]), alone)).get("/event-types")
        own = await (await two.client(two.tokens[names[1]][Role.STAFF], alone)).get("/event-types")
    assert (foreign.status_code, own.status_code) == (401, 200)
    assert foreign.content == unknown.content
    again = await (await two.client(new_token(names[0]))).get("/event-types")
    assert (again.status_code, again.content) == (401, unknown.content)


async def test_nothing_of_one_ledger_is_seen_or_touched_from_the_other(two: Two) -> None:
    first, second = await two.as_(two.one), await two.as_(two.other)
    key = new_key()
    child = (await received(first, **key))["child"]
    line = orjson.dumps(
        {"child": child, "events": [written(("2024-03-06", some(IdentityRecorded, name="王")))]}
    )
    job = (await hand_in(first, line, media_type=NDJSON)).headers["Location"]
    for container in (two.one, two.other):
        assert await container.projector.reached((await container.ledger.head()).position, PATIENCE)
    for path in ("", "/entries", "/obligations", "/readiness", "/access"):
        assert (await first.get(f"/children/{child}{path}")).status_code == 200, path
        assert (await second.get(f"/children/{child}{path}")).status_code == 404, path
    for path in ("/children", "/obligations", "/findings", "/readiness"):
        assert (await second.get(path)).json()["items"] == [], path
    assert len((await first.get("/children")).json()["items"]) == 1
    fed = [orjson.loads(line) for line in (await second.get("/entries")).text.splitlines()]
    assert {entry["kind"] for entry in fed} == {"institution"}
    assert (await second.post("/children/search", json={"q": "王小明"})).json()["items"] == []
    assert ((await first.get(job)).status_code, (await second.get(job)).status_code) == (200, 404)
    event = {"events": [written(("2024-03-06", some(IdentityRecorded, name="王")))]}
    answer = await second.post(f"/children/{child}/events", json=event, headers=new_key())
    assert answer.status_code == 404
    # The same key is another one's in another ledger.
    assert (await received(second, **key))["child"] != child


async def test_the_same_id_is_two_files_in_two_ledgers(two: Two) -> None:
    append = an_append(entries=2)
    for container in (two.one, two.other):
        await container.ledger.store.append(append)
        assert len(await container.ledger.store.stream(append.stream)) == 2


# Apart in the database


async def test_the_roles_of_one_ledger_have_no_privilege_in_the_other(two: Two) -> None:
    own, foreign = two.one.ledger.name, two.other.ledger.name
    allowed = await two.superuser.execute(
        """
        SELECT role, thing
          FROM unnest(%(roles)s::text[]) AS role, LATERAL (
            SELECT nspname AS thing FROM pg_namespace
             WHERE starts_with(nspname, %(foreign)s)
               AND (has_schema_privilege(role, oid, 'USAGE') OR has_schema_privilege(role, oid, 'CREATE'))
             UNION ALL
            SELECT oid::regclass::text FROM pg_class
             WHERE starts_with(relnamespace::regnamespace::text, %(foreign)s) AND relkind IN ('r', 'v', 'p')
               AND has_table_privilege(role, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES')
             UNION ALL
            SELECT oid::regprocedure::text FROM pg_proc
             WHERE starts_with(pronamespace::regnamespace::text, %(foreign)s)
               AND has_function_privilege(role, oid, 'EXECUTE')
          ) AS granted
        """,
        {"roles": [f"{own}_{role}" for role in ("owner", "writer", "reader")], "foreign": foreign},
    )
    assert await allowed.fetchall() == []
    for address in (two.one.addresses.writer, two.one.addresses.reader):
        async with await AsyncConnection.connect(address, autocommit=True) as connection:
            for schema, table in ((foreign, "head"), (foreign, "entry"), (f"{foreign}_keys", "data_key")):
                statement = sql.SQL("SELECT FROM {}").format(sql.Identifier(schema, table))
                with pytest.raises(errors.InsufficientPrivilege):
                    await connection.execute(statement)


async def test_while_one_ledger_is_locked_the_other_goes_on(two: Two) -> None:
    first, second = await two.as_(two.one), await two.as_(two.other)
    async with await AsyncConnection.connect(two.settings.address("database") or "") as holder:
        lock = sql.SQL("SELECT FROM {} FOR UPDATE").format(sql.Identifier(two.one.ledger.name, "head"))
        await holder.execute(lock)
        waiting = asyncio.create_task(received(first))
        done = await asyncio.wait_for(asyncio.gather(*(received(second) for _ in range(8))), PATIENCE)
        assert len({each["child"] for each in done}) == 8
        assert not waiting.done(), "it waits for its own head, and for nothing else"
        await holder.rollback()
        await asyncio.wait_for(waiting, PATIENCE)


async def test_a_wrapped_key_of_one_ledger_opens_nothing_in_the_other(two: Two) -> None:
    child = UUID((await received(await two.as_(two.one)))["child"])
    copy = "INSERT INTO {} SELECT * FROM {} WHERE subject = %s"
    names = (
        sql.Identifier(f"{container.ledger.name}_keys", "data_key") for container in (two.other, two.one)
    )
    copied = await two.superuser.execute(sql.SQL(copy).format(*names), [child])
    assert copied.rowcount > 0
    with pytest.raises(UnwrapError):
        await two.other.ledger.keys.ring([(child, Category.IDENTITY)])
    # Not even the secret by which a ledger keys its fingerprints and search terms.
    with pytest.raises(UnwrapError):
        await Keys.opened(two.one.ledger.store, two.settings.data / KEY_FILE, two.other.ledger.name)


async def test_neither_order_nor_separation_hangs_on_what_a_database_has_only_one_of(two: Two) -> None:
    """No trigger, no sequence but that of imports, no advisory lock; all relative to the ledger's schema."""
    for container in (two.one, two.other):
        name = container.ledger.name
        triggers = """
            SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE NOT t.tgisinternal AND starts_with(c.relnamespace::regnamespace::text, %s)
        """
        assert (await two.superuser.execute(triggers, [name])).rowcount == 0
        sequences = """
            SELECT relname FROM pg_class
             WHERE relkind = 'S' AND starts_with(relnamespace::regnamespace::text, %s)
        """
        # It numbers imports: one may be missing after a crash, and none is an entry.
        found = await (await two.superuser.execute(sequences, [name])).fetchall()
        assert found == [("import_job_number_seq",)]
        bodies = "SELECT prosrc FROM pg_proc WHERE starts_with(pronamespace::regnamespace::text, %s)"
        for (body,) in await (await two.superuser.execute(bodies, [name])).fetchall():
            for word in ("advisory", "lock table", "nextval", name, "public."):
                assert word not in body.lower(), word


# One may fail


async def test_a_ledger_that_cannot_be_opened_leaves_the_other_answering_until_it_can(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_houses, "AGAIN_SECONDS", 0.2)
    own, broken = two.one.ledger.name, two.other.ledger.name
    await two.alter("ALTER ROLE {} NOLOGIN", f"{broken}_reader")
    app = create_app(two.settings, clock=lambda: NOW)
    async with running(app):
        first = await two.client(two.tokens[own][Role.STAFF], app)
        second = await two.client(two.tokens[broken][Role.STAFF], app)
        assert (await first.get("/event-types")).status_code == 200
        answer = await second.get("/event-types")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"]
        ready = await first.get("/health/ready")
        assert ready.status_code == 200
        assert ready.json()["ledgers"][broken] == {"missing": ["ledger"]}
        assert "projection_lag" in ready.json()["ledgers"][own]
        measures = (await first.get("/metrics")).text
        assert f'childledger_up{{ledger="{own}"}} 1.0' in measures
        assert f'childledger_up{{ledger="{broken}"}} 0.0' in measures

        await two.alter("ALTER ROLE {} LOGIN", f"{broken}_reader")

        async def answers() -> bool:
            return (await second.get("/event-types")).status_code == 200

        await until(answers)
        assert "missing" not in (await first.get("/health/ready")).json()["ledgers"][broken]


async def test_a_ledger_that_fails_while_it_is_served_leaves_the_other_answering(two: Two) -> None:
    first, second = await two.as_(two.one), await two.as_(two.other)
    name = two.other.ledger.name
    await two.alter("ALTER ROLE {} NOLOGIN", f"{name}_reader")
    await two.superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [f"{name}_reader"]
    )
    try:
        child = (await received(first))["child"]
        assert (await first.get(f"/children/{child}")).status_code == 200
        assert (await second.get(f"/children/{child}")).status_code == 503
        ready = await first.get("/health/ready")
        assert (ready.status_code, ready.json()["ledgers"][name]) == (200, {"missing": ["database"]})
    finally:
        await two.alter("ALTER ROLE {} LOGIN", f"{name}_reader")


async def test_where_none_can_be_opened_it_says_why_and_ends(both: Settings) -> None:
    closed = both.model_copy(update={"writer_url": both.database_url})
    with pytest.raises(Exception, match="nobody who owns it"):
        async with running(create_app(closed)):
            pass


# Settings


async def test_one_address_with_the_ledgers_name_left_open_enters_each_as_its_own_role(two: Two) -> None:
    def of(role: str) -> SecretStr:
        return SecretStr((two.one.addresses.of(role) or "").replace(two.one.ledger.name, "{ledger}"))

    named = two.settings.ledgers
    settings = Settings(
        data=two.settings.data,
        ledger=named[0],
        ledgers=named,
        writer_url=of("writer"),
        reader_url=of("reader"),
    )
    app = create_app(settings, clock=lambda: NOW)
    async with running(app):
        for container in (two.one, two.other):
            client = await two.client(two.tokens[container.ledger.name][Role.STAFF], app)
            assert (await client.get("/event-types")).status_code == 200


def test_ledgers_are_set_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHILDLEDGER_LEDGER", "shandong")
    assert [each.ledger for each in Settings().served] == ["shandong"]
    monkeypatch.setenv("CHILDLEDGER_LEDGERS", "weihai, shandong")
    assert [each.ledger for each in Settings().served] == ["weihai", "shandong"]
    assert Settings().ledger == "shandong", "commands act on this one"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"ledgers": "weihai,weihai", "ledger": "weihai"}, "twice"),
        ({"ledgers": "weihai,yantai"}, "childledger among them"),
        ({"ledgers": "childledger,We Hai"}, "cannot name a ledger"),
        ({"ledger": "pg_mine"}, "cannot name a ledger"),
        ({"ledgers": "childledger,weihai", "writer_url": "postgresql://writer@db/x"}, "{ledger}"),
    ],
)
def test_settings_by_which_ledgers_would_not_be_apart_are_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Settings(**said)


async def test_a_new_ledger_does_not_take_a_lost_key_file_of_others_for_none(
    both: Settings,
) -> None:
    # Given a ledger that was seen, whose key file is lost
    first, second = (both.model_copy(update={"ledger": name, "ledgers": (name,)}) for name in both.ledgers)
    async with open_container(first, follow=False):
        pass
    key = (both.data / KEY_FILE).rename(both.data / "lost.key")
    # When another ledger is to be made with the same DATA, then the file is asked for and none is made
    with pytest.raises(KeyFileError, match="is missing"):
        async with open_container(second, follow=False):
            pass
    assert not (both.data / KEY_FILE).exists()
    key.rename(both.data / KEY_FILE)
    async with open_container(second, follow=False):
        pass
