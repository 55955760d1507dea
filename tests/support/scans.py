"""Scans of papers for tests, and what lies where papers lie."""

import zlib
from pathlib import Path
from typing import Final
from uuid import UUID

from httpx2 import AsyncClient, Response

from tests.support.client import Served

JPEG: Final = b"\xff\xd8\xff\xe0" + "影像".encode() * 1000
PDF: Final = b"%PDF-1.7\n" + "材料".encode() * 1000


def png(width: int, height: int, rows: int | None = None) -> bytes:
    """Return a grey picture, or only so many rows of what it says that it is."""
    packed = zlib.compress((b"\0" + b"\x80" * width) * (height if rows is None else rows))

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + checked

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


async def papers_cited(client: AsyncClient, child: object, entry: object) -> list[dict[str, object]]:
    """Return what an answer says of the papers that an entry cites."""
    answer = await client.get(f"/children/{child}/entries/{entry}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["entry"]["papers"]
    return found


async def stored(
    client: AsyncClient, child: object, document: object, scan: bytes = JPEG, said: str = "image/jpeg"
) -> Response:
    """Store a scan of a paper."""
    path = f"/children/{child}/documents/{document}"
    return await client.put(path, content=scan, headers={"Content-Type": said})


async def lying(served: Served) -> list[str]:
    """Return the names of all that lies where the ledger's papers lie."""
    return sorted([each.name async for each in served.container.papers.stored()])


def on_their_way(served: Served) -> list[Path]:
    """Return the files of papers that have not arrived."""
    settings = served.container.settings
    return [*(settings.data / "arriving" / settings.ledger).glob("*")]


def paper_id(papers: list[dict[str, object]]) -> UUID:
    """Return the id of the only paper."""
    (paper,) = papers
    return UUID(str(paper["document"]))
