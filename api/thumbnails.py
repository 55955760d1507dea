"""Thumbnails of scans, each made in a process of its own, one at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import orjson

from api.child_process import command_of, surroundings
from domain.events.archive import PDF, PaperFormat
from domain.label import Label
from domain.limit import Area, limit

SIDE: Final = 320
"""Pixels of its longer side."""
LARGEST: Final = limit(
    32 * 1024 * 1024,
    Area.COSTS,
    Label("制作缩略图的材料影像的字节数", "Bytes of a scan of which a thumbnail is made"),
    why=Label("更大的多为多页文件，打开全文查看", "Larger ones have many pages: they are opened whole"),
    beyond="not_found",
)
_MEMORY: Final = 768 * 1024 * 1024
_CPU_SECONDS: Final = 5
_SECONDS: Final = 20
"""Longer than its time of processor, since others run meanwhile."""
_PIXELS: Final = 120_000_000
"""An A3 page at 600 dots an inch has as many."""
_MOST_ANSWERED: Final = 1024 * 1024
_COMMAND: Final = command_of("api.thumbnailing")


async def thumbnail(
    scan: AsyncIterator[bytes], media_type: PaperFormat, turns: asyncio.Semaphore
) -> bytes | None:
    """Return a JPEG of a scan's first page, in its turn; None if none can be made within the limits."""
    wanted = {
        "memory": _MEMORY,
        "seconds": _CPU_SECONDS,
        "pixels": _PIXELS,
        "side": SIDE,
        "pdf": media_type == PDF,
    }
    async with turns:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=surroundings(),
            cwd="/",
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_SECONDS):
                return await _made(process, orjson.dumps(wanted) + b"\n", scan)
        except TimeoutError:
            return None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _made(
    process: asyncio.subprocess.Process, wanted: bytes, scan: AsyncIterator[bytes]
) -> bytes | None:
    to_child, from_child = process.stdin, process.stdout
    assert to_child is not None and from_child is not None, "both are pipes"  # noqa: S101, PT018 - as asked for
    # It may have ended before it has read all: its code says so.
    with suppress(BrokenPipeError, ConnectionResetError):
        to_child.write(wanted)
        async for part in scan:
            to_child.write(part)
            await to_child.drain()
    to_child.close()
    made = bytearray()
    while part := await from_child.read(_MOST_ANSWERED):
        made += part
        if len(made) > _MOST_ANSWERED:
            return None
    return bytes(made) if await process.wait() == 0 and made else None
