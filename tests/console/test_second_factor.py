"""A second factor at the door: enrolled once, shown at each sign-in, and good once."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pyotp
import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from psycopg import AsyncConnection

from api.app import create_app, running
from api.bootstrap import Container
from api.demo.members import demo_members
from api.identity.permissions import Role
from api.identity.second_factors import FACTORED, STEP_SECONDS
from api.settings import Settings
from tests.support.client import HOME, NOW, TOWNSHIP
from tests.support.console import Browser

PASSWORD: Final = "pinghe-shanhai-42"
DOOR: Final = "/console/sign-in/second-factor"
DONE, FORBIDDEN = 200, 403


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def step(self, steps: int = 1) -> None:
        """Let time go on by the life of a code, or of several."""
        self.now += timedelta(seconds=steps * STEP_SECONDS)


@dataclass
class Office:
    """A service that asks for a second factor, somebody of each role with a password, and its clock."""

    container: Container
    clock: Clock
    transport: ASGITransport
    stack: AsyncExitStack

    async def browser(self) -> Browser:
        """Return a browser in which nobody is signed in."""
        client = AsyncClient(transport=self.transport, base_url="http://childledger.test")
        return Browser(await self.stack.enter_async_context(client))

    async def signs_in(self, role: Role, next_page: str = "") -> tuple[Browser, Response]:
        """Let somebody of a role sign in by password; return their browser, and where it led."""
        browser = await self.browser()
        sent = {"user": role.value, "password": PASSWORD, "next": next_page}
        return browser, await browser.send("/console/sign-in", **sent)

    async def enrolled(self, role: Role) -> pyotp.TOTP:
        """Given somebody of a role who has enrolled; return what their app computes codes with."""
        browser, page = await self.signs_in(role)
        app = pyotp.TOTP(secret_on(page))
        assert (await browser.send(DOOR, code=app.at(self.clock.now), next="")).status_code == DONE
        self.clock.step(2)
        return app


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[Office]:
    """Give a service that asks for a second factor."""
    clock = Clock()
    asking = settings.model_copy(update={"second_factor": "required"})
    app = create_app(asking, clock=clock)
    async with running(app) as container, AsyncExitStack() as stack:
        home = await container.identity.institution_named(HOME)
        assert home is not None
        members = await demo_members(container.identity, home, purpose="test", township=TOWNSHIP)
        for role, actor in members.items():
            await container.logins.give(actor.user, role.value)
            await container.logins.set_password(actor.user, PASSWORD)
        yield Office(container, clock, ASGITransport(app=app), stack)


def secret_on(page: Response) -> str:
    """Return the secret that a page offers to enter into an app."""
    assert "<svg" in page.text
    return str(re.findall(r'id="secret" value="([A-Z2-7]+)"', page.text)[0])


@pytest.mark.own_statements
async def test_those_who_decide_and_oversee_enter_with_a_second_factor_and_others_without(
    office: Office,
) -> None:
    for role in Role:
        _, page = await office.signs_in(role)
        assert (page.url.path == DOOR) == (role in FACTORED), role
        assert ("验证码" in page.text) == (role in FACTORED), role


async def test_without_it_a_session_opens_nothing_but_enrolment(office: Office) -> None:
    browser, _ = await office.signs_in(Role.SUPERVISOR)
    for address in ("/console/today", "/console/children", "/console/preferences", "/console/nowhere"):
        assert (await browser.open(address)).url.path == DOOR, address
    for address in ("/console/search", "/console/preferences/password", "/console/preferences/sessions/end"):
        assert (await browser.send(address, q="王")).url.path == DOOR, address
    assert (await browser.send("/console/sign-out")).url.path == "/console/sign-in"


async def test_a_code_enrols_and_lets_in_to_where_one_wanted_to_go(office: Office) -> None:
    browser, page = await office.signs_in(Role.SUPERVISOR, "/console/findings")
    app = pyotp.TOTP(secret_on(page))
    assert secret_on(await browser.open(DOOR)) == app.secret, "a page opened again offers the same"
    in_english = await browser.send("/console/preferences", language="en", back=DOOR)
    assert (in_english.url.path, secret_on(in_english)) == (DOOR, app.secret)
    assert f'name="back" value="{DOOR}?next=%2Fconsole%2Ffindings"' in page.text
    code = app.at(office.clock.now)
    spaced = f"{code[:3]} {code[3:]}".translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    entered = await browser.send(DOOR, code=spaced, next="/console/findings")
    assert entered.url.path == "/console/findings"
    office.clock.step(2)
    again, asked = await office.signs_in(Role.SUPERVISOR)
    assert app.secret not in asked.text
    assert "<svg" not in asked.text, "it is shown no more"
    assert (await again.send(DOOR, code=app.at(office.clock.now), next="")).url.path == "/console/today"


async def test_a_code_that_was_used_is_refused_and_so_is_an_older_one(office: Office) -> None:
    app = await office.enrolled(Role.SUPERVISOR)
    code, before = app.at(office.clock.now), app.at(office.clock.now - timedelta(seconds=STEP_SECONDS))
    first, _ = await office.signs_in(Role.SUPERVISOR)
    assert (await first.send(DOOR, code=code, next="")).url.path == "/console/today"
    for used in (code, before):
        thief, _ = await office.signs_in(Role.SUPERVISOR)
        refused = await thief.send(DOOR, code=used, next="")
        assert (refused.status_code, "验证码不对" in refused.text) == (FORBIDDEN, True)


@pytest.mark.parametrize("code", ["", "000000", "abcdef", "１２", "1" * 20])
async def test_what_is_no_code_of_now_is_refused(office: Office, code: str) -> None:
    app = await office.enrolled(Role.SUPERVISOR)
    if code == app.at(office.clock.now):
        office.clock.step()
    browser, _ = await office.signs_in(Role.SUPERVISOR)
    assert (await browser.send(DOOR, code=code, next="")).status_code == FORBIDDEN
    assert (await browser.open("/console/today")).url.path == DOOR


async def test_after_five_tries_in_vain_a_right_code_waits_too(office: Office) -> None:
    app = await office.enrolled(Role.AUDITOR)
    browser, _ = await office.signs_in(Role.AUDITOR)
    for _ in range(5):
        refused = await browser.send(DOOR, code="x", next="")
    assert "再试" in refused.text
    assert (await browser.send(DOOR, code=app.at(office.clock.now), next="")).status_code == FORBIDDEN
    office.clock.now += timedelta(minutes=2)
    entered = await browser.send(DOOR, code=app.at(office.clock.now), next="")
    assert entered.status_code == DONE
    assert entered.url.path != DOOR


async def test_an_administrator_ends_anothers_and_never_their_own(office: Office) -> None:
    container = office.container
    app, own = await office.enrolled(Role.SUPERVISOR), await office.enrolled(Role.ADMINISTRATOR)
    logins = {state.name: who for who, state in (await container.logins.states()).items()}
    supervisor, administrator = logins["supervisor"], logins["administrator"]
    browser, _ = await office.signs_in(Role.ADMINISTRATOR)
    await browser.send(DOOR, code=own.at(office.clock.now), next="")
    holder, _ = await office.signs_in(Role.SUPERVISOR)
    office.clock.step(2)
    await holder.send(DOOR, code=app.at(office.clock.now), next="")
    shown = await browser.open(f"/console/admin/people/{administrator}")
    said = re.findall(
        r'name="shown_to" value="([0-9a-f]+)"', (await browser.open("/console/admin/people")).text
    )
    for person, status in ((administrator, 422), (supervisor, DONE)):
        name = {each.member: each.name for each in await container.identity.members()}[person]
        answer = await browser.send(
            f"/console/admin/people/{person}/second-factor/end", shown_to=said[0], named=name or ""
        )
        assert answer.status_code == status, answer.text
    assert "由另一名管理员办理" in shown.text
    assert (await holder.open("/console/today")).url.path == "/console/sign-in", "their sessions end"
    noted = [each.purpose for each in await container.access.of(supervisor, limit=5)]
    assert noted[0] == "second factor ended"
    _, anew = await office.signs_in(Role.SUPERVISOR)
    assert secret_on(anew) != app.secret


@pytest.mark.own_statements
async def test_whoever_ended_a_second_factor_does_not_let_its_holder_in(office: Office) -> None:
    container = office.container
    logins = {state.name: who for who, state in (await container.logins.states()).items()}
    await office.enrolled(Role.SUPERVISOR)
    user = (await container.identity.add_member("另一名管理员", Role.ADMINISTRATOR)).user
    token = await container.identity.issue(user, days=1, purpose="another")
    client = AsyncClient(
        transport=office.transport,
        base_url="http://childledger.test",
        headers={"Authorization": f"Bearer {token}"},
    )
    client = await office.stack.enter_async_context(client)
    person = f"/users/{logins['supervisor']}"
    told = (await client.get(person)).json()
    assert told["second_factor_since"] is not None
    ended = await client.post(f"{person}/second-factor/end", json={"named": told["name"]})
    assert ended.status_code == DONE, ended.text
    refused = await client.post(f"{person}/first-sign-in", json={})
    assert refused.status_code == FORBIDDEN


@pytest.mark.own_statements
async def test_the_secret_lies_nowhere_in_the_clear(office: Office, settings: Settings) -> None:
    _, page = await office.signs_in(Role.SUPERVISOR)
    secret = secret_on(page)
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        (rows,) = await (
            await connection.execute(
                f"SELECT string_agg(encode(secret, 'escape'), ' ') FROM {settings.ledger}.second_factor"  # noqa: S608 - the test's own schema
            )
        ).fetchall()
    assert rows[0]
    assert secret not in rows[0]
