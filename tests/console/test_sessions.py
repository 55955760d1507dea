"""Sessions: how one begins, whose it is, when it ends, and what no other site and no other cookie can do."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from api.app import create_app, running
from api.console.page_request import cookie_name
from api.identity.permissions import Role
from api.identity.reading_reasons import ReadingReason
from api.identity.sessions import TICKETS_EACH
from api.settings import Settings
from tests.support.client import NOW, Served, new_key
from tests.support.console import FROM_HERE, a_browser, signed_in

COOKIE = cookie_name(tls=False)
IDLE, LIFE = timedelta(minutes=15), timedelta(hours=12)
DOOR = "/console/sign-in"


async def test_a_token_opens_a_session_and_a_wrong_one_says_so(served: Served) -> None:
    browser = await a_browser(served)
    wrong = await browser.send(DOOR, token="cl_nothing")
    assert wrong.status_code == 403
    assert "令牌无效" in wrong.text
    assert "cl_nothing" not in wrong.text
    right = await browser.client.post(DOOR, data={"token": served.tokens[Role.STAFF]}, headers=FROM_HERE)
    assert (right.status_code, right.headers["location"]) == (303, "/console")
    cookie = right.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=cl_")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {each.strip() for each in cookie.split(";")}
    assert served.tokens[Role.STAFF] not in cookie


def test_with_tls_the_cookie_is_held_to_this_host() -> None:
    assert cookie_name(tls=True).startswith("__Host-")


async def test_whoever_is_not_signed_in_comes_to_the_door_and_then_to_the_page(served: Served) -> None:
    child = await served.a_child()
    browser = await a_browser(served)
    page = f"/console/children/{child}?as_of=2024-06-01"
    door = await browser.open(page)
    assert door.url.path == DOOR
    assert "15 分钟没有操作" not in door.text
    back = dict(pair.split("=", 1) for pair in urlsplit(str(door.url)).query.split("&"))["next"]
    assert back.startswith("%2Fconsole%2Fchildren")
    there = await browser.send(DOOR, token=served.tokens[Role.STAFF], next=page)
    assert str(there.url).endswith(page)


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.test/",
        "//elsewhere.test",
        "/console//elsewhere.test",
        "/children",
        "/console\\x",
        "/console/../docs",
        "/console/%2E%2e/docs",
        "/console@elsewhere.test",
        "/console/\n",
        "/console/" + "x" * 4000,
    ],
)
async def test_the_door_leads_nowhere_else(served: Served, address: str) -> None:
    browser = await a_browser(served)
    sent = {"token": served.tokens[Role.STAFF], "next": address}
    entered = await browser.client.post(DOOR, data=sent, headers=FROM_HERE)
    assert entered.headers["location"] == "/console"


async def test_a_session_ends_when_nobody_uses_it_and_at_the_end_of_its_life(settings: Settings) -> None:
    now = NOW
    app = create_app(settings, clock=lambda: now)
    async with running(app) as container:
        user = (await container.identity.add_member("示例", Role.ADMINISTRATOR)).user
        token = await container.identity.issue(user, days=2, purpose="test")
        sessions = container.sessions
        secret = await sessions.begin(token)
        assert secret is not None
        now = NOW + IDLE - timedelta(seconds=1)
        assert await sessions.find(secret), "a second before it would end"
        now += IDLE - timedelta(seconds=1)
        assert await sessions.find(secret), "its use has put that off"
        await container.identity.write_used()
        now += IDLE
        assert await sessions.find(secret) is None
        secret = await sessions.begin(token) or ""
        begun = now
        while now < begun + LIFE - timedelta(minutes=10):
            assert await sessions.find(secret)
            now += timedelta(minutes=10)
        now = begun + LIFE
        assert await sessions.find(secret) is None


async def test_a_session_ends_with_its_token(settings: Settings) -> None:
    now = NOW
    app = create_app(settings, clock=lambda: now)
    async with running(app) as container:
        user = (await container.identity.add_member("示例", Role.ADMINISTRATOR)).user
        token = await container.identity.issue(user, days=1, purpose="ends")
        now = NOW + timedelta(days=1, minutes=-5)
        secret = await container.sessions.begin(token) or ""
        assert (await container.sessions.find(secret)) is not None
        now = NOW + timedelta(days=1)
        assert await container.sessions.find(secret) is None


async def test_a_session_is_revoked_at_once_itself_or_with_what_it_was_begun_with(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    identity = served.container.identity
    (session,) = [each for each in await identity.tokens() if each.purpose == "console"]
    assert await identity.revoke(session.token)
    assert (await browser.open("/console/today")).url.path == DOOR
    again = await signed_in(served, Role.STAFF)
    await identity.revoke_purpose("test")
    assert "15 分钟没有操作" in (await again.open("/console/today")).text


async def test_signing_out_ends_the_session(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    secret = browser.client.cookies[COOKIE]
    out = await browser.send("/console/sign-out")
    assert out.url.path == DOOR
    assert "登录已结束" not in out.text
    assert browser.client.cookies[COOKIE] == secret, "by it a form of another window is kept"
    assert "登录已结束" in (await browser.open("/console/today")).text
    for cookie in ("cl_nothing", served.tokens[Role.STAFF]):
        other = await a_browser(served)
        other.client.cookies.set(COOKIE, cookie)
        left = await other.client.post("/console/sign-out", headers=FROM_HERE)
        assert "Max-Age=0" in left.headers["set-cookie"], "it is no session's"
    assert (await (await served.as_(Role.STAFF)).get("/children")).status_code == 200, "a token stays good"


async def test_signing_out_ends_for_good_a_session_that_nobody_used_for_too_long(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await signed_in(served, Role.STAFF)
    secret, sessions = browser.client.cookies[COOKIE], served.container.sessions
    monkeypatch.setattr(sessions, "_idle", timedelta())
    await browser.send("/console/sign-out")
    monkeypatch.setattr(sessions, "_idle", IDLE)
    assert browser.client.cookies[COOKIE] == secret
    assert await sessions.find(secret) is None


async def test_the_api_takes_no_session_and_the_console_no_token(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    secret = browser.client.cookies[COOKIE]
    assert (await browser.client.get("/children")).status_code == 401
    assert (await (await served.client(secret)).get("/children")).status_code == 401
    with_bearer = await (await served.as_(Role.STAFF)).get("/console/today")
    assert (with_bearer.status_code, with_bearer.headers["location"][: len(DOOR)]) == (303, DOOR)
    other = await a_browser(served)
    other.client.cookies.set(COOKIE, served.tokens[Role.STAFF])
    assert (await other.open("/console/today")).url.path == DOOR
    assert (await other.send(DOOR, token=secret)).status_code == 403, "a session begins no other"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://childledger.test"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
        {"Origin": "http://elsewhere.test"},
        {"Origin": "http://childledger.test:81"},
    ],
    ids=["nothing", "another site", "another host", "nobody", "no origin", "other origin", "other port"],
)
async def test_a_form_of_another_site_does_nothing(served: Served, headers: dict[str, str]) -> None:
    browser = await signed_in(served, Role.STAFF)
    for address, fields in (
        (DOOR, {"token": served.tokens[Role.STAFF]}),
        ("/console/sign-out", {}),
        ("/console/search", {"q": "王"}),
        ("/console/preferences", {"language": "en"}),
    ):
        answer = await browser.client.post(address, data=fields, headers=headers)
        assert answer.status_code == 403, address
        assert "set-cookie" not in answer.headers
    assert (await browser.open("/console/today")).url.path == "/console/today"


async def test_to_an_address_without_tls_a_browser_says_its_origin(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    said = {"Origin": "http://childledger.test"}
    answer = await browser.client.post("/console/preferences", data={"language": "en"}, headers=said)
    assert answer.status_code == 303
    assert 'lang="en"' in (await browser.open("/console/today")).text


async def test_the_access_log_has_the_reason_of_the_session_and_none_of_a_token(served: Served) -> None:
    child = await served.a_child()
    await served.projected()
    usual = await signed_in(served, Role.STAFF)
    chosen = await signed_in(served, Role.STAFF, reason="request")
    await usual.open(f"/console/children/{child}")
    await chosen.open(f"/console/children/{child}")
    await (await served.as_(Role.STAFF)).get(f"/children/{child}")
    lines = await served.container.access.of(child, limit=100)
    reasons = [line.reason for line in lines if line.purpose == "file"]
    assert reasons == [None, ReadingReason.REQUEST, ReadingReason.CARE]


async def test_a_session_keeps_no_more_searches_than_the_back_key_asks_for(served: Served) -> None:
    sessions = served.container.sessions
    secret = await sessions.begin(served.tokens[Role.STAFF]) or ""
    session = await sessions.find(secret)
    assert session is not None
    tickets = [await sessions.keep_query(session, f"王{number}") for number in range(TICKETS_EACH + 1)]
    found = [await sessions.query(session, ticket) for ticket in tickets]
    assert found.count(None) == 1
    assert found[-1] in {f"王{TICKETS_EACH}", None}
    assert await sessions.end(secret)
    assert await sessions.query(session, tickets[-1]) is None


async def test_what_was_searched_for_does_not_lie_in_the_database_in_the_clear(served: Served) -> None:
    sessions = served.container.sessions
    session = await sessions.find(await sessions.begin(served.tokens[Role.STAFF]) or "")
    assert session is not None
    await sessions.keep_query(session, "欧阳小明")
    async with served.container.readers.connection() as connection:
        kept = repr(await (await connection.execute("SELECT * FROM search_ticket")).fetchall())
    assert "欧阳小明" not in kept
    assert repr("欧阳小明".encode())[2:-1] not in kept


async def test_a_session_may_approve_no_more_than_its_token(served: Served) -> None:
    identity, sessions = served.container.identity, served.container.sessions
    supervisor = await served.actor(Role.SUPERVISOR)
    token = await identity.issue(supervisor.user, days=1, purpose="test", may_approve=False)
    session = await sessions.find(await sessions.begin(token) or "")
    assert session is not None
    assert not session.actor.may_approve


async def test_a_form_with_more_than_its_fields_is_not_read(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    for sent in ({"q": "王", "x": "1"}, {"q": "王" * 20_000}):
        answer = await browser.send("/console/search", **sent)
        assert answer.status_code in {400, 413}
    as_json = await browser.client.post(
        "/console/search", json={"q": "王"}, headers=FROM_HERE | new_key(), follow_redirects=True
    )
    assert as_json.status_code == 415
