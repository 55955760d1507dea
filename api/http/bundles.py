"""The bundle of a file as a zip, which anybody takes away and verifies without this product."""

import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse

from api.contract.problems import WITHIN, responses
from api.http.authentication import callers_router
from api.http.bundle_papers import FOLDER
from api.http.dependencies import FileRequest
from api.http.file_bundle import Disclosed, FileBundle, file_bundle
from api.http.streamed import Streamed
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from domain.when import SHANGHAI

router = callers_router("log")
ZIP: Final = "application/zip"
MOST_CHOSEN: Final = limit(
    500,
    Area.REQUESTS,
    Label("导出档案包时指明的条目数", "Entries that are chosen for a bundle"),
    why=Label("网址须写明每一条的位置", "The address names the position of each"),
    beyond="invalid",
)


class _Passing(io.RawIOBase):
    """What is written is passed on, and not kept."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Whether it is written to."""
        return True

    def write(self, piece: object) -> int:
        """Take a piece."""
        taken = bytes(memoryview(piece))  # type: ignore[arg-type]  # as zipfile writes it
        self._pieces.append(taken)
        return len(taken)

    def passed(self) -> bytes:
        """Return what was written since it was asked last."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


async def zipped(bundle: FileBundle, at: datetime) -> AsyncIterator[bytes]:
    """Yield a bundle as a zip in pieces, none of which is kept."""
    passing, day = _Passing(), at.astimezone(SHANGHAI)
    with ZipFile(passing, "w", ZIP_DEFLATED) as archive:
        async for name, pieces in bundle.members():
            about = ZipInfo(name, day.timetuple()[:6])
            # Scans are packed already.
            about.compress_type = ZIP_STORED if name.startswith(FOLDER) else ZIP_DEFLATED
            with archive.open(about, "w") as member:
                async for piece in pieces:
                    member.write(piece)
                    if told := passing.passed():
                        yield told
    yield passing.passed()


async def _budgeted(request: FileRequest) -> AsyncIterator[None]:
    """Reserve a budget until the answer is complete."""
    with request.container.budgets.tables.taken(request.actor.user):
        yield


@router.get(
    "/children/{child}/bundle",
    responses=WITHIN
    | responses("too_many_requests", "unavailable")
    | {200: {"content": {ZIP: {"schema": {"type": "string"}}}, "description": "A zip of the bundle."}},
    response_class=StreamingResponse,
    dependencies=[Depends(_budgeted)],
)
async def bundle(
    request: FileRequest,
    child: UUID,
    position: Annotated[
        list[int] | None,
        Query(
            min_length=1, max_length=MOST_CHOSEN, description="The entries that are shown; all by default."
        ),
    ] = None,
    category: Annotated[
        list[Category] | None,
        Query(min_length=1, description="The categories that are opened; all that you see by default."),
    ] = None,
    since: Annotated[
        int | None,
        Query(ge=1, le=2**53, description="The size of a checkpoint to prove the log's growth from."),
    ] = None,
) -> StreamingResponse:
    """Take a file away with its proofs: whoever has the bundle verifies it by the `verify.py` in it.

    For supervisor and auditor. It holds the entries as stored, what you may see of them, the proof of each in
    the log, the signed checkpoint, the rulebook and a page to read. The bytes of papers that are held are in
    it, where both the entry that cites one and the entry that stored it are shown. Entries that are not shown
    are named by their leaves alone, so that their number cannot be hidden.
    """
    positions = None if position is None else frozenset(position)
    categories = None if category is None else frozenset(category)
    made = await file_bundle(request, child, Disclosed(positions, categories, since or 0))
    return Streamed(
        zipped(made, request.now),
        media_type=ZIP,
        headers={"Content-Disposition": f'attachment; filename="bundle-{child}.zip"'},
    )
