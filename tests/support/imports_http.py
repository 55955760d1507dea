"""Imports over HTTP: files are handed in, and waited for."""

import asyncio
from typing import Any

from httpx2 import AsyncClient, Response

from tests.support.waiting import PATIENCE

NDJSON = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def hand_in(
    client: AsyncClient, content: bytes, *, media_type: str = XLSX, query: str = ""
) -> Response:
    """Send a body to `POST /imports`."""
    return await client.post(f"/imports{query}", content=content, headers={"Content-Type": media_type})


async def done(client: AsyncClient, address: str) -> dict[str, Any]:
    """Wait until an import has come to its end."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told: dict[str, Any] = (await client.get(address)).json()
            if told["state"] in {"done", "failed"}:
                return told
            await asyncio.sleep(0.05)


async def told_of(client: AsyncClient, body: bytes) -> dict[str, Any]:
    """Import lines, and return what came of it."""
    answer = await hand_in(client, body, media_type=NDJSON)
    assert answer.status_code == 202, answer.text
    return await done(client, answer.headers["Location"])
