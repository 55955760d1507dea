"""The week's digest by mail: on Mondays from eight o'clock on in Beijing, once to each with an address."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

import structlog

from api.bootstrap import Container
from api.clock import WallClock
from api.console.digest_links import LINKS
from api.contract.digest_answers import DigestAnswer, DigestLineAnswer, PastCount
from api.contract.problems import Problem
from api.http.dependencies import RequestContext
from api.http.weekly_digest import digest_of
from api.mailing import send
from api.settings import Settings
from api.tenants import Tenants
from domain.when import SHANGHAI
from ledger.sealing.wrapping import KeyUnavailableError

log = structlog.get_logger()
FROM: Final = time(8)
_MONDAY: Final = 0
_LOOK_SECONDS: Final = 60


def week_to_send(now: datetime) -> date | None:
    """Return the Monday whose digest is to be sent at an instant: from eight on that day; else None."""
    here = now.astimezone(SHANGHAI)
    return here.date() if here.weekday() == _MONDAY and here.time() >= FROM else None


@asynccontextmanager
async def digests_sent(tenants: Tenants, settings: Settings, clock: WallClock) -> AsyncIterator[None]:
    """Send what is to be sent meanwhile, if the settings name a server for mail."""
    if settings.mail_server is None:
        yield
        return
    sending = asyncio.create_task(_keep_sending(tenants, settings, clock), name="digests")
    try:
        yield
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _keep_sending(tenants: Tenants, settings: Settings, clock: WallClock) -> None:
    while True:
        week = week_to_send(clock())
        if week is not None:
            await _send_all(tenants, settings, week)
        await asyncio.sleep(_LOOK_SECONDS)


async def _send_all(tenants: Tenants, settings: Settings, week: date) -> None:
    for container in filter(None, tenants.all):
        try:
            await send_digests(container, settings, week)
        except Exception as error:  # noqa: BLE001 - logged, and tried again
            log.warning("digests not sent", error=type(error).__name__)


async def send_digests(container: Container, settings: Settings, week: date) -> int:
    """Send the digests of a week that nobody sent yet, and return how many were.

    Who cannot be sent theirs now is left for the next time. A process that dies while it sends one leaves
    that one unsent: it is never sent twice.
    """
    sent = 0
    for member, address in (await container.mail_addresses.given()).items():
        if not await container.mail_addresses.enter(member, week):
            continue
        try:
            told = await _digest(container, member)
            if told is not None:
                await send(settings, address, _subject(week), _text(told, str(settings.public_url)))
                sent += 1
        except (OSError, Problem, KeyUnavailableError) as error:
            await container.mail_addresses.strike(member, week)
            log.warning("digest not sent", user=str(member), error=type(error).__name__)
    return sent


async def _digest(container: Container, member: UUID) -> DigestAnswer | None:
    actor = await container.identity.actor(member)
    return None if actor is None else await digest_of(RequestContext(actor, container.clock(), container))


def _subject(week: date) -> str:
    return f"儿童台账每周摘要 {week} / childledger weekly digest"


def _text(told: DigestAnswer, base: str) -> str:
    """Return a digest as text, in both languages: numbers and addresses, nothing of anybody."""
    chinese = _lines(told["lines"], base, "zh", f"（{told['before']}：{{}}）")
    english = _lines(told["lines"], base, "en", f" ({told['before']}: {{}})")
    return "\n".join(
        (
            f"{told['day']} 的情况：",
            *chinese,
            f"全文：{base}/console/digest",
            "",
            f"As of {told['day']}:",
            *english,
            f"All of it: {base}/console/digest",
            "",
        )
    )


def _lines(lines: Sequence[DigestLineAnswer], base: str, language: str, before: str) -> list[str]:
    colon = "：" if language == "zh" else ": "
    found = []
    for each in lines:
        then = "" if each["before"] is None else before.format(_number(each["before"]))
        label = each["zh"] if language == "zh" else each["en"]
        found.append(f"{label}{colon}{_number(each)}{then}\n  {base}{LINKS[each['line']]}")
    return found


def _number(count: PastCount) -> str:
    return f"{count['count']}{'+' if count['more'] else ''}"
