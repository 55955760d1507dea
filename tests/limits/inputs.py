"""The worst inputs that are allowed, and some beyond: each is sent, and told what was answered."""

import asyncio
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import Any, Final, TypeAlias
from uuid import uuid4

from httpx2 import AsyncClient, Limits

from api.budgets import FEEDS_EACH, POLLS_EACH
from api.http.import_starting import NDJSON, XLSX
from api.http.record_many import MOST_REHEARSED
from domain.event import LONGEST_NAME
from domain.events.intake import IdentityRecorded
from tests.limits.service import Service
from tests.support.client import new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.registers.crowd import crowd
from tests.support.registers.paper import workbook

Making: TypeAlias = Callable[[float], Any]
"""Makes what is to be sent, of a size (1: all of it)."""
Sending: TypeAlias = Callable[[Service, float, Any], Awaitable[str]]
"""Sends an input of a size, with what was made for it, and returns in words what came of it."""


def _nothing(_: float) -> None:
    """Make nothing beforehand."""


@dataclass(frozen=True)
class Input:
    """One of the worst inputs: a name, what it is, how it is made and how it is sent."""

    name: str
    words: str
    make: Making
    send: Sending


INPUTS: Final[list[Input]] = []
"""Every input, in the order in which they are sent."""
EVENT: Final = {
    "type": "CareModeAssigned",
    "occurred_on": "2025-03-05",
    "data": {"mode": "ward", "unit": {"unknown": "not_asked"}},
}
NAME: Final = "曾重单解仇区查朴盖种"
"""Characters of several readings each, so that a name has very many terms to be found by."""
MB: Final = 1_000_000


def an_input(name: str, words: str, make: Making = _nothing) -> Callable[[Sending], Sending]:
    """Take up an input."""

    def listed(send: Sending) -> Sending:
        INPUTS.append(Input(name, words, make, send))
        return send

    return listed


def of(number: int, size: float) -> int:
    """Return how many of so many things are sent at a size."""
    return max(1, round(number * size))


def told(answers: Sequence[Any]) -> str:
    """Return how often which status was answered."""
    counted = Counter(str(getattr(each, "status_code", each)) for each in answers)
    return ", ".join(f"{status} × {count}" if count > 1 else status for status, count in counted.items())


async def raw(service: Service, pieces: Sequence[bytes]) -> str:
    """Send pieces over a connection of its own; return the status that is answered, or that nothing is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)

    async def send() -> None:
        with suppress(OSError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()

    sending = asyncio.create_task(send())
    try:
        return (await reader.readuntil(b"\r\n")).split()[1].decode()
    except (OSError, asyncio.IncompleteReadError):
        return "closed"
    finally:
        sending.cancel()
        writer.close()


@an_input("nothing", "nothing: the quiet user alone")
async def nothing(_: Service, size: float, __: None) -> str:
    """Send nothing for a while."""
    await asyncio.sleep(5 * size)
    return "–"


_A1: Final = '<row r="1"><c r="A1"><v>1</v></c></row>'


def _workbook(rows: str, last: str | None = None) -> bytes:
    corner = "" if last is None else f'<row r="1048576"><c r="{last}"><v>1</v></c></row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet_type}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}">'
        '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{related}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}{corner}</sheetData>'
        "</worksheet>",
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return file.getvalue()


def _far_corner(_: float) -> bytes:
    return _workbook(_A1, "XFD1048576")


def _packed(size: float) -> bytes:
    return _workbook(f"<!--{' ' * of(250 * MB, size)}-->{_A1}")


def _register(size: float) -> bytes:
    return workbook(*crowd(of(1_000, size)))


def _lines(size: float) -> bytes:
    return b"x\n" * of(499_000, size)


@an_input("far corner", "a workbook with one cell in the last column of the last row", _far_corner)
@an_input("packed", "a workbook that is unpacked to 250 MB of blanks", _packed)
@an_input("workbook", "a register of 1,000 children in 30,000 rows, as a dry run", _register)
async def file(service: Service, _: float, made: bytes) -> str:
    """Hand a workbook in."""
    return await imported(service, made, XLSX)


@an_input("lines", "a megabyte of worthless lines, half a million of them, as a dry run", _lines)
async def lines(service: Service, _: float, made: bytes) -> str:
    """Hand in lines of which each is rejected."""
    return await imported(service, made, NDJSON)


async def imported(service: Service, file: bytes, media_type: str) -> str:
    """Hand a file in, and wait for its end."""
    async with service.client() as client:
        answer = await client.post(
            "/imports?dry_run=true", content=file, headers={"Content-Type": media_type} | new_key()
        )
        if answer.status_code != 202:
            return told([answer])
        state = "queued"
        while state in {"queued", "running"}:
            await asyncio.sleep(0.1)
            state = (await client.get(answer.headers["Location"])).json()["state"]
        return f"202, {state}"


@an_input("body", "six bodies of 400 MB without a token")
async def body(service: Service, size: float, _: None) -> str:
    """Send much to who has not asked yet who sends it."""
    head = b"POST /children/search HTTP/1.1\r\nHost: x\r\nContent-Length: 400000000\r\n\r\n"
    pieces = [head, *[b"x" * MB] * of(400, size)]
    return told(await asyncio.gather(*(raw(service, pieces) for _ in range(6))))


@an_input("values", "four bodies of 6 MB of two-byte values")
async def values(service: Service, size: float, _: None) -> str:
    """Send what is short to write and long to read."""
    junk = b'{"items":[' + b"[]," * of(2 * MB, size) + b"[]]}"
    headers = {"Content-Type": "application/json"} | new_key()
    async with service.client() as client:
        return told(
            await asyncio.gather(*(client.post("/entries", content=junk, headers=headers) for _ in range(4)))
        )


@an_input("head", "paths and headers of 60 MB, three of each")
async def head(service: Service, size: float, _: None) -> str:
    """Send heads without end."""
    pieces = [b"x" * MB] * of(60, size)
    starts = (b"GET /", b"GET / HTTP/1.1\r\nX-Long: ")
    return told(await asyncio.gather(*(raw(service, [start, *pieces]) for start in starts for _ in range(3))))


@an_input("half-open", "1,100 connections with half a head")
async def half_open(service: Service, size: float, __: None) -> str:
    """Hold connections, and look whether others are let in meanwhile."""
    held = []
    for _ in range(of(1_100, size)):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", service.port)
            writer.write(b"GET /children HTTP/1.1\r\nHost: x\r\n")
            held.append(writer)
    async with service.client() as client:
        answer = told([await client.get("/children?limit=1")])
    await asyncio.sleep(3 * size)
    for writer in held:
        writer.close()
    return f"another is answered {answer}"


@an_input("health", "300 at once for each of /health/ready and /metrics, five times")
async def health(service: Service, size: float, _: None) -> str:
    """Ask what needs no token."""
    answers = []
    async with service.client(None) as client:
        for path in ("/health/ready", "/metrics") * 5:
            answers += await asyncio.gather(*(client.get(path) for _ in range(of(300, size))))
    return told(answers)


@an_input("names", "a file of 500 of the longest names, and the lists until they show them")
async def names(service: Service, size: float, _: None) -> str:
    """Record names that are found in very many ways."""
    named = [
        sent("2025-03-05", some(IdentityRecorded, name=(NAME[number % 7 :] * 9)[:LONGEST_NAME]))
        for number in range(of(500, size))
    ]
    async with service.client() as client:
        path = f"/children/{service.children[1]}/events"
        answer = await client.post(path, json={"events": named}, headers=new_key())
        if "Ledger-Position" in answer.headers:
            await caught_up(client, answer.headers["Ledger-Position"])
        return told([answer])


async def caught_up(client: AsyncClient, position: str) -> None:
    """Wait until the lists show a position."""
    while (await client.get(f"/children?limit=1&at_least={position}")).status_code != 200:
        pass


@an_input("many", "500 items of four events over 200 files")
async def many(service: Service, size: float, _: None) -> str:
    """Record as many events as a request may have."""
    items = [
        {"child": str(service.children[number % len(service.children)]), "events": [EVENT] * 4}
        for number in range(of(500, size))
    ]
    async with service.client() as client:
        return told([await client.post("/entries", json={"items": items}, headers=new_key())])


@an_input("dry run", f"{MOST_REHEARSED} items on a file of 4,000 entries, by two people twice each")
async def dry_run(service: Service, size: float, _: None) -> str:
    """Ask what would come of it."""
    item = {"child": str(service.long), "events": [EVENT]}
    asked = {"items": [item] * of(MOST_REHEARSED, size)}
    async with service.client() as one, service.client(service.other_token) as other:
        answers = await asyncio.gather(
            *(each.post("/entries?dry_run=true", json=asked) for each in (one, other) for _ in range(2))
        )
    items = [str(item["status"]) for each in answers for item in each.json().get("items", [])]
    return f"{told(answers)}; items {told(items)}"


@an_input("long file", "a file of 4,000 entries, read forty times by eight at once")
async def long_file(service: Service, size: float, _: None) -> str:
    """Ask for a long file again and again."""
    paths = [
        f"/children/{service.long}{more}" for more in ("", "/entries?limit=500", "/obligations", "/readiness")
    ]
    async with service.client() as client:

        async def ask() -> list[Any]:
            return [await client.get(paths[number % 4]) for number in range(of(5, size) * 4)]

        return told([answer for own in await asyncio.gather(*(ask() for _ in range(8))) for answer in own])


@an_input("crowd", "240 requests of one person at once, for lists and files, four times")
async def crowd_of_requests(service: Service, size: float, _: None) -> str:
    """Ask very much at once."""
    paths = ("/children?limit=50", "/findings?limit=50", f"/children/{service.children[3]}")
    limits = Limits(max_connections=None)
    answers: list[Any] = []
    async with service.client(limits=limits) as client:
        for _round in range(4):
            asked = (client.get(paths[number % 3]) for number in range(of(240, size)))
            answers += await asyncio.gather(*asked)
    return told(answers)


@an_input("feed", f"all entries, by two people {FEEDS_EACH + 1} times each at once")
async def feed(service: Service, _: float, __: None) -> str:
    """Read everything from the beginning."""
    async with service.client() as one, service.client(service.other_token) as other:
        asked = (each.get("/entries") for each in (one, other) for _ in range(FEEDS_EACH + 1))
        return told(await asyncio.gather(*asked))


@an_input("long polls", f"{POLLS_EACH} who wait for what is new, beside somebody who records")
async def long_polls(service: Service, size: float, __: None) -> str:
    """Wait at the end of the ledger while it grows; tell what recording takes without and with them."""
    waiting, statuses = of(POLLS_EACH, size), Counter[str]()
    async with service.client() as client:
        alone = await recorded(service, client, of(60, size))
        end = int((await client.get("/children?limit=1")).headers["Ledger-Position"])
        polls = [asyncio.create_task(_follow(service, end, statuses)) for _ in range(waiting)]
        await asyncio.sleep(1)
        beside = await recorded(service, client, of(60, size))
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)
    answered = ", ".join(f"{status} × {count}" for status, count in statuses.items())
    return f"{answered}; recording takes {alone:.0f} ms alone, {beside:.0f} ms beside them"


async def _follow(service: Service, end: int, statuses: Counter[str]) -> None:
    """Follow the feed from a position on, over a connection of one's own that is spoken plainly."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    asked = f"after={end}&limit=500&wait=20"
    try:
        while True:
            bearer = f"Authorization: Bearer {service.token}"
            writer.write(f"GET /entries?{asked} HTTP/1.1\r\nHost: x\r\n{bearer}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            await reader.readexactly(length)
            statuses[head.split()[1]] += 1
            cursor = head.partition("ledger-cursor: ")[2].partition("\r\n")[0]
            asked = f"after={cursor}&limit=500&wait=20"
    finally:
        writer.close()


async def recorded(service: Service, client: AsyncClient, times: int) -> float:
    """Record one event after the other; return the median of what each took, in ms."""
    taken = []
    for number in range(times):
        path = f"/children/{service.children[2 + number % 50]}/events"
        began = perf_counter()
        answer = await client.post(path, json=EVENT, headers={"Idempotency-Key": uuid4().hex})
        taken.append((perf_counter() - began) * 1000)
        assert answer.status_code == 201, answer.text
    return median(taken)
