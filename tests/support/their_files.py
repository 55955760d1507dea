"""Files of another department, of households where nothing else is said, and children whom they may list."""

from datetime import date
from typing import Any, Final

from httpx2 import AsyncClient, Response

from domain.event import Event
from domain.events.household import CitizenIdAssigned
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import Story, a_story

BORN: Final = "2015-03-05"
HEADINGS: Final = "序号,身份证号,姓名,性别,出生日期,户口类别,住址"


def their_rows(*rows: str) -> bytes:
    """Their file with these rows, numbered, as CSV."""
    return "\n".join([HEADINGS, *(f"{number},{row}" for number, row in enumerate(rows, 1))]).encode()


async def reconcile(client: AsyncClient, content: bytes, *, key: str | None = None, **query: Any) -> Response:
    """Send their file of households as of a day: a dry look without a key."""
    asked = {"system": "household", "as_of": "2026-11-20", **query}
    headers = {"Content-Type": "text/csv"} | ({} if key is None else {"Idempotency-Key": key})
    return await client.post(
        "/reconciliations",
        content=content,
        params=asked | ({"dry_run": "true"} if key is None else {}),
        headers=headers,
    )


async def a_girl(served: Served, name: str, number: str | None, *more: Event) -> Story:
    """Given a girl in care with a name, a birth and perhaps a number, and what more happened."""
    story = a_story(served)
    who = some(IdentityRecorded, name=name, birth_on=date.fromisoformat(BORN), sex="2")
    events = [some(ChildReceived), who]
    events += [] if number is None else [some(CitizenIdAssigned, citizen_id=number)]
    came = await story.when(*(("2024-03-05", event) for event in (*events, *more)))
    assert came.response.status_code == 201, came.body
    return story
