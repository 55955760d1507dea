"""The body of a request: its media type, its length and the time in which it must arrive."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import Message
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.contract.problems import Problem
from domain.label import Label
from domain.limit import Area, limit
from ledger.store.append import MAX_BODY

JSON: Final = ("application/json",)
_ALWAYS_UTF_8: Final = frozenset({*JSON, "application/x-ndjson"})
MOST_BYTES: Final = limit(
    2 * MAX_BODY,
    Area.REQUESTS,
    Label("一个档案的记录请求的字节数", "Bytes of the body of a recording in one file"),
    why=Label("足够最大的一条记录", "Enough for the largest entry"),
    beyond="too_large",
)

BODY_SECONDS: Final = limit(
    20,
    Area.REQUESTS,
    Label("送达请求内容的秒数", "Seconds for a body to arrive"),
    why=Label("半个请求不应一直占用连接", "Half a request is not to hold a connection for ever"),
    beyond="timed_out",
)
BODY_RATE: Final = limit(
    16 * 1024,
    Area.REQUESTS,
    Label("每收到多少字节再延长一秒", "Bytes of a body for which it is given a second more"),
    why=Label("慢速线路也能送完大的工作簿", "A large workbook arrives by a slow line too"),
    beyond="timed_out",
)

MOST_UNASKED: Final = limit(
    8 * 1024,
    Area.REQUESTS,
    Label("无须请求内容时的字节数", "Bytes of a body where none is taken"),
    why=Label("没有人会读取它", "Nobody reads it"),
    beyond="too_large",
)
BODILESS: Final = frozenset({"GET", "HEAD"})


def body(limit: int = MOST_BYTES, types: tuple[str, ...] = JSON) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency that reads the raw body, of these media types and at most `limit` bytes.

    A body may arrive slowly, so the token is checked again after it; authentication must precede it.
    """

    async def read(request: Request) -> bytes:
        raw = b"".join([part async for part in parts(request, limit, types)])
        await request.state.still()
        return raw

    return read


def _taken(sent: Message, types: tuple[str, ...]) -> bool:
    """Return whether a `Content-Type` is one of these, with no charset that JSON does not have."""
    character_set = sent.get_content_charset("utf-8")
    plain = sent.get_content_type() not in _ALWAYS_UTF_8 or character_set in {"utf-8", "us-ascii"}
    return bool(sent["Content-Type"]) and sent.get_content_type() in types and plain


def content_length(request: Request) -> int:
    """Return the announced length of the body; 0 if there is none."""
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


async def parts(request: Request, limit: int, types: tuple[str, ...] = JSON) -> AsyncIterator[bytes]:
    """Yield the body as it arrives.

    Raises the problems `unsupported_media_type`, `too_large` and `timed_out`, and `malformed` if the
    connection is lost before its end.
    """
    sent = Message()
    sent["Content-Type"] = ", ".join(request.headers.getlist("content-type"))
    if not _taken(sent, types):
        taken = ", ".join(types)
        how = Label(
            f"请以 Content-Type 请求头说明内容类型，可用：{taken}。JSON 须为 UTF-8。",
            f"Say the header Content-Type, one of: {taken}. JSON is sent in UTF-8.",
        )
        raise Problem("unsupported_media_type", how, headers={"Accept": taken})
    if content_length(request) > limit:
        raise Problem("too_large")
    received, began = 0, asyncio.get_running_loop().time()
    arriving = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout_at(began + BODY_SECONDS + received / BODY_RATE):
                part = await anext(arriving)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Problem("timed_out", headers={"Connection": "close"}) from None
        except ClientDisconnect:
            raise Problem("malformed") from None
        received += len(part)
        if received > limit:
            raise Problem("too_large")
        yield part
