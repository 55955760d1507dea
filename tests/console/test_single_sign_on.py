"""Signing in by the identity provider of an office: it says who somebody is, and the directory as what."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from pydantic import SecretStr, ValidationError

from api.administering import Administering
from api.app import create_app, running
from api.bootstrap import Container
from api.identity.permissions import Role
from api.settings import Settings
from tests.support.client import HOME, NOW
from tests.support.console import Browser
from tests.support.identity_provider_process import identity_provider

__all__ = ["identity_provider"]

HERE: Final = "http://childledger.test"
BEGIN, DOOR = "/console/sign-in/oidc", "/console/sign-in"
DONE, FORBIDDEN, AWAY = 200, 403, 503


@dataclass
class Office:
    """A service whose people sign in by an identity provider, and a supervisor of it."""

    container: Container
    supervisor: UUID
    issuer: str
    transport: ASGITransport
    stack: AsyncExitStack

    async def browser(self) -> Browser:
        """Return a browser in which nobody is signed in."""
        client = AsyncClient(transport=self.transport, base_url=HERE)
        return Browser(await self.stack.enter_async_context(client))

    async def bind(self, subject: str) -> None:
        """Given an account of the provider that an administrator bound to the supervisor."""
        identity = self.container.identity
        administrator = await identity.add_member("管理员", Role.ADMINISTRATOR)
        await Administering(self.container, administrator).bind(self.supervisor, subject)


async def an_office(settings: Settings, issuer: str, stack: AsyncExitStack, **more: object) -> Office:
    """Open a service whose settings name an identity provider."""
    client = {"oidc_client_id": "childledger", "oidc_client_secret": SecretStr("for tests")}
    named = {"oidc_issuer": issuer, **client, "public_url": HERE, **more}
    app = create_app(settings.model_copy(update=named), clock=lambda: NOW)
    container = await stack.enter_async_context(running(app))
    home = await container.identity.institution_named(HOME)
    assert home is not None
    actor = await container.identity.add_member("示例主管", Role.SUPERVISOR, institution=home.institution)
    return Office(container, actor.user, issuer, ASGITransport(app=app), stack)


@pytest.fixture
async def office(settings: Settings, identity_provider: str) -> AsyncIterator[Office]:
    """Give a service whose people sign in by an identity provider."""
    async with AsyncExitStack() as stack:
        yield await an_office(settings, identity_provider, stack)


async def led_to_provider(browser: Browser, page: str = "") -> str:
    """Follow the link of the sign-in page, and return where the provider asks who one is."""
    query = f"?{urlencode({'next': page})}" if page else ""
    answer = await browser.client.get(f"{BEGIN}{query}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def signs_in(address: str, subject: str) -> str:
    """Say who one is at the provider, and return where it leads back to."""
    async with AsyncClient() as client:
        answer = await client.post(address, data={"sub": subject})
    assert answer.status_code in {302, 303}, answer.text
    return str(answer.headers["location"])


async def comes_back(browser: Browser, address: str) -> Response:
    """Open the address to which the provider led back, in the same browser."""
    return await browser.open(address.removeprefix(HERE))


async def test_a_bound_account_enters_as_what_the_directory_says(office: Office) -> None:
    await office.bind("account-1")
    browser = await office.browser()
    door = await browser.open(f"{DOOR}?next=/console/findings")
    assert f'href="{BEGIN}?next=/console/findings"' in door.text
    address = await led_to_provider(browser, "/console/findings")
    asked = parse_qs(urlsplit(address).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert asked["nonce"]
    entered = await comes_back(browser, await signs_in(address, "account-1"))
    assert (entered.status_code, entered.url.path) == (DONE, "/console/findings")
    assert "示例主管" in entered.text
    assert "负责人（主管）" in entered.text


async def test_an_account_that_nobody_bound_is_refused_and_told_whom_to_ask(office: Office) -> None:
    await office.bind("account-1")
    browser = await office.browser()
    refused = await comes_back(browser, await signs_in(await led_to_provider(browser), "account-2"))
    assert refused.status_code == FORBIDDEN
    assert "请系统管理员绑定" in refused.text
    assert (await browser.open("/console/today")).url.path == DOOR


async def test_a_code_is_good_in_the_browser_that_asked_for_it_alone_and_once(office: Office) -> None:
    """Neither a link that somebody else begun nor one that was used lets anybody in."""
    await office.bind("account-1")
    browser, other = await office.browser(), await office.browser()
    back = await signs_in(await led_to_provider(browser), "account-1")
    assert (await comes_back(other, back)).status_code == FORBIDDEN, "no sign-in was begun there"
    await led_to_provider(other)
    refused = await comes_back(other, back)
    assert (refused.status_code, "没有完成" in refused.text) == (FORBIDDEN, True)
    assert (await comes_back(browser, back)).status_code == DONE
    assert (await comes_back(await office.browser(), back)).status_code == FORBIDDEN


async def test_what_is_broken_off_or_made_up_is_refused(office: Office) -> None:
    for query in ("error=access_denied&state=x", "code=x&state=x", "code=x", "session_state=x"):
        browser = await office.browser()
        await led_to_provider(browser)
        refused = await browser.open(f"{BEGIN}/callback?{query}")
        assert refused.status_code == FORBIDDEN, query


@pytest.mark.own_statements
async def test_who_leaves_enters_by_no_account_either(office: Office) -> None:
    await office.bind("account-1")
    identity = office.container.identity
    other = await identity.add_member("另一名管理员", Role.ADMINISTRATOR)
    await Administering(office.container, other).end(office.supervisor)
    browser = await office.browser()
    refused = await comes_back(browser, await signs_in(await led_to_provider(browser), "account-1"))
    assert refused.status_code == FORBIDDEN


async def test_a_provider_replaces_no_second_factor(settings: Settings, identity_provider: str) -> None:
    async with AsyncExitStack() as stack:
        office = await an_office(settings, identity_provider, stack, second_factor="required")
        await office.bind("account-1")
        browser = await office.browser()
        entered = await comes_back(browser, await signs_in(await led_to_provider(browser), "account-1"))
        assert entered.url.path == "/console/sign-in/second-factor"


async def test_while_the_provider_is_away_one_is_told_and_passwords_go_on(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        office = await an_office(settings, "http://localhost:1", stack)
        await office.container.logins.give(office.supervisor, "zhuguan")
        await office.container.logins.set_password(office.supervisor, "pinghe-shanhai-42")
        browser = await office.browser()
        away = await browser.open(BEGIN)
        assert (away.status_code, "用用户名和口令登录" in away.text) == (AWAY, True)
        sent = {"user": "zhuguan", "password": "pinghe-shanhai-42"}
        assert (await browser.send(DOOR, **sent)).url.path == "/console/today"


async def test_an_account_is_one_persons(office: Office) -> None:
    await office.bind("account-1")
    home = await office.container.identity.institution_named(HOME)
    assert home is not None
    staff = await office.container.identity.add_member("另一人", Role.STAFF, institution=home.institution)
    links = office.container.identity_links
    with pytest.raises(Exception, match="已绑定到另一人"):
        await links.give(staff.user, office.issuer, "account-1")
    assert await links.whose(office.issuer, "account-1") == office.supervisor


@pytest.mark.parametrize(
    "named",
    [
        {"oidc_issuer": "https://issuer.example"},
        {"oidc_issuer": "http://issuer.example", "oidc_client_id": "x", "public_url": HERE},
        {"oidc_issuer": "https://issuer.example", "oidc_client_id": "x"},
    ],
)
def test_a_provider_without_its_client_or_without_tls_is_no_setting(named: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(**named)  # type: ignore[arg-type] # as they stand in the environment
