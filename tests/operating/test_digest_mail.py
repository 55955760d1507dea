"""The week's digest by mail: on Mondays from eight on in Beijing, once to each, nothing personal in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from api.digest_mail import send_digests, week_to_send
from api.identity.permissions import Role
from api.settings import Settings
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.when import SHANGHAI
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

MONDAY = date(2026, 11, 23)
ADDRESS = "staff@example.test"


class Mailbox:
    """What a server for mail took, to whom each message went."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep what came."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.rcpt_tos, message))
        return "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncIterator[tuple[Mailbox, int]]:
    """Run a server for mail; yield what it takes and its port."""
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(partial(SMTP, mailbox, loop=loop), "127.0.0.1", 0)
    async with server:
        yield mailbox, server.sockets[0].getsockname()[1]


def mailing(served: Served, port: int) -> Settings:
    """The settings with a server for mail."""
    return served.container.settings.model_copy(
        update={
            "mail_server": "127.0.0.1",
            "mail_port": port,
            "mail_security": "none",
            "mail_from": "ledger@example.test",
            "public_url": "https://ledger.example.test",
        }
    )


async def a_reader_with_an_address(served: Served) -> None:
    """Given a child whose file has something overdue, and a member of staff with an address."""
    identity = ("2026-09-05", some(IdentityRecorded, name="黎明"))
    await a_story(served).given(("2026-09-05", some(ChildReceived)), identity)
    await served.projected()
    actor = await served.actor(Role.STAFF)
    await served.container.mail_addresses.give(actor.user, ADDRESS)


@pytest.mark.parametrize(
    ("here", "week"),
    [
        (datetime(2026, 11, 22, 23, 59, tzinfo=SHANGHAI), None),
        (datetime(2026, 11, 23, 7, 59, tzinfo=SHANGHAI), None),
        (datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI), MONDAY),
        (datetime(2026, 11, 23, 23, 59, tzinfo=SHANGHAI), MONDAY),
        (datetime(2026, 11, 24, 8, 0, tzinfo=SHANGHAI), None),
    ],
)
def test_it_is_sent_on_mondays_from_eight_on_in_beijing(here: datetime, week: date | None) -> None:
    assert week_to_send(here) == week


async def test_it_is_sent_once_by_several_workers_with_numbers_and_links_alone(served: Served) -> None:
    await a_reader_with_an_address(served)
    async with mail_server() as (mailbox, port):
        settings = mailing(served, port)
        sent = await asyncio.gather(*(send_digests(served.container, settings, MONDAY) for _ in range(4)))
    assert sorted(sent) == [0, 0, 0, 1]
    ((to, message),) = mailbox.taken
    assert to == [ADDRESS]
    text = message.get_content()
    told = (await (await served.as_(Role.STAFF)).get("/digest")).json()["lines"]
    overdue = next(line for line in told if line["line"] == "overdue")
    assert f"{overdue['zh']}：{overdue['count']}" in text
    assert f"{overdue['en']}: {overdue['count']}" in text
    assert "https://ledger.example.test/console/digest" in text
    assert "黎明" not in message.as_string()
    assert (await send_digests(served.container, settings, MONDAY)) == 0, "nor again later"


async def test_while_the_server_for_mail_is_away_it_is_left_for_later(served: Served) -> None:
    await a_reader_with_an_address(served)
    async with mail_server() as (_, port):
        pass
    assert await send_digests(served.container, mailing(served, port), MONDAY) == 0
    async with mail_server() as (mailbox, port):
        assert await send_digests(served.container, mailing(served, port), MONDAY) == 1
    assert len(mailbox.taken) == 1


async def test_an_address_is_sealed_and_forgotten_when_taken_away(served: Served) -> None:
    await a_reader_with_an_address(served)
    async with served.container.readers.connection() as connection:
        rows = await (await connection.execute("SELECT address FROM mail_address")).fetchall()
    assert [ADDRESS.encode() in address for (address,) in rows] == [False]
    await served.container.mail_addresses.take_away((await served.actor(Role.STAFF)).user)
    assert await served.container.mail_addresses.given() == {}


@pytest.mark.parametrize(
    "given",
    [
        {"mail_server": "mail.example.test"},
        {"mail_server": "mail.example.test", "mail_from": "a@example.test"},
        {
            "mail_server": "mail.example.test",
            "mail_from": "a@example.test",
            "public_url": "https://ledger.example.test",
            "mail_security": "none",
        },
    ],
)
def test_settings_for_mail_are_whole_and_never_unencrypted_elsewhere(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"CHILDLEDGER_MAIL_FROM|unencrypted"):
        Settings(**given)
