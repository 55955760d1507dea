"""The row of papers: recording one of five megabytes over HTTP, against sealing and storing it alone."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

from httpx2 import ASGITransport, AsyncClient

from api.app import create_app, running
from domain.event import Category
from domain.events.intake import ChildReceived
from ledger.papers.kept_papers import PaperPlace
from tests.bench.bench import Bench, now
from tests.bench.contest import Duel, Row
from tests.support.client import new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.scans import PDF

MEGABYTES: Final = 5
PAPERS: Final = 20
_PIECE: Final = 65_536


def _pieces(number: int) -> Iterator[bytes]:
    """Yield a paper as it arrives; no two numbers have the same bytes."""
    scan = (PDF + number.to_bytes(4, "big")).ljust(MEGABYTES * 1_000_000, b"\n")
    for start in range(0, len(scan), _PIECE):
        yield scan[start : start + _PIECE]


async def _arriving(number: int) -> AsyncIterator[bytes]:
    for piece in _pieces(number):
        yield piece


@asynccontextmanager
async def against_sealing(bench: Bench) -> AsyncIterator[Duel]:
    """Papers sent one after the other: taken in, sealed, stored and recorded, against sealed and stored."""
    number, turns = bench.of(PAPERS), iter(range(1_000_000))
    async with bench.database() as settings:
        app = create_app(settings, clock=now)
        async with (
            running(app) as container,
            AsyncClient(transport=ASGITransport(app=app), base_url="http://bench.test") as client,
        ):
            client.headers["Authorization"] = f"Bearer {bench.token}"
            opening = {
                "events": [sent("2026-11-20", some(ChildReceived), documents=["found_child_certificate"])]
            }
            answer = await client.post("/children", json=opening, headers=new_key())
            assert answer.status_code == 201, answer.text
            opened = answer.json()
            child, entry = UUID(opened["child"]), opened["entries"][0]["entry_id"]
            shown = (await client.get(f"/children/{child}/entries/{entry}")).json()["entry"]
            path = f"/children/{child}/documents/{shown['papers'][0]['document']}"

            async def our_side() -> float:
                began = perf_counter()
                for _ in range(number):
                    headers = {"Content-Type": "application/pdf", **new_key()}
                    answer = await client.put(path, content=_arriving(next(turns)), headers=headers)
                    assert answer.status_code == 201, answer.text
                return number / (perf_counter() - began)

            async def sealing_side() -> float:
                began = perf_counter()
                for _ in range(number):
                    place = PaperPlace(child, Category.IDENTITY, uuid4())
                    arriving = await container.papers.arriving(place)
                    for piece in _pieces(next(turns)):
                        arriving.write(piece)
                    arriving.end()
                    await container.papers.keep(arriving)
                    arriving.close()
                return number / (perf_counter() - began)

            yield Duel(our_side, sealing_side, f"{number} papers of {MEGABYTES} MB in a round")


ROWS: Final = (
    Row(
        "paper",
        "recording with a paper of 5 MB, over HTTP",
        "sealing and storing its bytes alone",
        0.5,
        "papers/s",
        against_sealing,
    ),
)
