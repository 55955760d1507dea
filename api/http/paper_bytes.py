"""The bytes of the papers that entries cite: stored once they have all arrived, and given out again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, Final, get_args
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from api.contract.encoding import JsonResponse
from api.contract.entries import told_to
from api.contract.paper_answers import HeldPaperAnswer
from api.contract.problems import OF_FILE, Problem, invalid, not_found, responses
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest, RequestContext, categories_of
from api.http.recording_requests import RecordingRequest, answerable, not_recorded, wanted_by
from api.http.request_body import parts
from api.http.streamed import Streamed
from api.identity.forbidden import forbidden
from api.identity.permissions import SEES, Action, Role
from api.thumbnails import LARGEST, thumbnail
from domain.cited_papers import SCAN_OF, CitedPaper, cited_papers, is_of_workbook, scans_of
from domain.entry import AnyEntry
from domain.event import Event
from domain.events.archive import PDF, PaperFormat
from domain.file import File
from domain.label import Label
from domain.when import Days
from ledger.codec.messages import InvalidValue
from ledger.papers.kept_papers import ArrivingPaper, PaperErasedError, PaperPlace
from ledger.papers.paper_format import format_of
from ledger.papers.paper_store import PaperMissingError, PaperStoreError
from ledger.recording.outcome import Denied, Recorded
from ledger.recording.request import Draft, Recording
from ledger.sealing.cipher import SealBrokenError
from ledger.sealing.keys import KeyDestroyedError

router = callers_router("papers")

FORMATS: Final[tuple[str, ...]] = get_args(PaperFormat)
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    PDF: "pdf",
}
_NOTHING: Final = "0" * 64
_NOT_HELD: Final = Label(
    "档案中引用了这份材料，但没有存入其影像。可用 PUT 存入。",
    "The file cites this paper, but no bytes of it are held: PUT stores them.",
)
_NO_THUMBNAIL: Final = Label(
    "这份材料的影像无法制作缩略图，请打开原件查看。",
    "No small picture can be made of this paper: open the paper itself.",
)
_MISSING: Final = Label(
    "这份材料的影像已登记，但存放处没有。请告知系统管理员运行 childledger verify。",
    "The bytes of this paper were recorded, but are not where papers lie. Tell who operates the ledger, who"
    " runs childledger verify.",
)
_ALTERED: Final = Label(
    "这份材料的影像与登记时不符，未予提供。请告知系统管理员运行 childledger verify。",
    "The bytes of this paper are not as they were recorded, and are not given out. Tell who operates the"
    " ledger, who runs childledger verify.",
)
_OTHER_BYTES: Final = Label(
    "内容与条目所记的文件校验值不符", "must be the bytes whose hash the entry states for this paper"
)
_OF_WORKBOOK: Final = Label(
    "这是导入的电子台账中的一行，没有单独的纸质材料。有纸质材料的，更正该条目并引用那份材料，再存入影像",
    "is a row of a workbook that was imported, and no paper: correct the entry so that it cites the paper"
    " there is, and store the scan of that one",
)
_OTHER_FORMAT: Final = Label(
    "内容不是 JPEG、PNG、TIFF 或 PDF，或者与 Content-Type 所说的不符。请按文件的实际格式提交，"
    "不要只改文件名。",
    "The content is no JPEG, PNG, TIFF or PDF, or not the one that Content-Type says. Send the file as what"
    " it is: another name does not change it.",
)
_BYTES: Final[dict[str, Any]] = {each: {"schema": {"type": "string", "format": "binary"}} for each in FORMATS}


@router.put(
    "/children/{child}/documents/{document}",
    status_code=201,
    responses=OF_FILE
    | responses(
        "unsupported_media_type", "too_large", "timed_out", "erased", "too_many_requests", "refused", "stale"
    )
    | {
        200: {"model": HeldPaperAnswer, "description": "The same bytes are held already."},
        201: {"model": HeldPaperAnswer, "description": "The bytes were stored, and that is recorded."},
    },
    openapi_extra={"requestBody": {"required": True, "content": _BYTES}},
)
async def put_paper(request: RecordingRequest, child: UUID, document: UUID, sent: Request) -> JsonResponse:
    """Store the bytes of a paper that an entry of the file cites, and record their hash in the file.

    Bytes sent again are not stored twice; others take the place of those that were held, which stay on file.
    """
    declared = sent.headers.get("content-type", "").partition(";")[0].strip().lower()
    arriving = parts(sent, request.container.settings.paper_bytes, FORMATS)
    return await store_paper(request, child, document, arriving, declared)


async def store_paper(
    request: RequestContext,
    child: UUID,
    document: UUID,
    sent: AsyncIterator[bytes],
    declared: str | None = None,
) -> JsonResponse:
    """Store the bytes of a paper, in one of the formats that are taken: in the `declared` one, if any is."""
    file = await request.file(child, Action.RECORD)
    cited = cited_papers(file).get(document)
    if cited is None or file.effective(cited.entry.original) is None:
        raise not_found()
    _check_may(request, child, file, cited)
    if is_of_workbook(cited.paper.kind, cited.paper.sha256):
        raise invalid([InvalidValue("", _OF_WORKBOOK)])
    container = request.container
    with container.budgets.papers.taken(request.actor.user):
        arriving = await _arriving(request, PaperPlace(child, cited.category, document))
        try:
            await _take(request, sent, declared, arriving)
            _check_hash(cited, arriving)
            held = scans_of(await request.file(child, Action.RECORD)).get(document)
            if held is not None and held.event.sha256 == arriving.sha256:
                return JsonResponse(held_json(held))
            return await _recorded(request, cited, arriving)
        except (OSError, PaperStoreError):
            raise Problem("unavailable") from None
        finally:
            await asyncio.to_thread(arriving.close)


@router.get(
    "/children/{child}/documents/{document}",
    response_class=Response,
    responses=OF_FILE
    | responses("erased")
    | {200: {"content": _BYTES, "description": "The bytes, as they were stored."}},
)
async def paper(request: FileRequest, child: UUID, document: UUID) -> Response:
    """Return the bytes of a paper, to be saved; nothing keeps them on the way."""
    scan = await readable_scan(request, child, document)
    await request.note({child: categories_of([scan])}, "paper")
    name = f"paper-{str(document)[:8]}.{ENDINGS[scan.event.media_type]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(scan.event.size),
    }
    return Streamed(await paper_bytes(request, scan), media_type=scan.event.media_type, headers=headers)


@router.get(
    "/children/{child}/documents/{document}/thumbnail",
    response_class=Response,
    responses=OF_FILE
    | responses("erased")
    | {
        200: {
            "content": {"image/jpeg": _BYTES["image/jpeg"]},
            "description": "A small JPEG of its first page.",
        }
    },
)
async def paper_thumbnail(request: FileRequest, child: UUID, document: UUID) -> Response:
    """Return a small picture of a paper, made apart from the service."""
    scan = await readable_scan(request, child, document)
    await request.note({child: categories_of([scan])}, "paper")
    if scan.event.size > LARGEST:
        raise Problem("not_found", _NO_THUMBNAIL)
    opened = await paper_bytes(request, scan)
    made = await thumbnail(opened, scan.event.media_type, request.container.thumbnailing)
    if made is None:
        raise Problem("not_found", _NO_THUMBNAIL)
    return Response(made, media_type="image/jpeg", headers={"Content-Disposition": "inline"})


async def readable_scan(request: RequestContext, child: UUID, document: UUID) -> AnyEntry:
    """Return the scan that holds of a paper, if the caller may read all that the entry citing it says.

    Raises the problems `not_found` and `forbidden`.
    """
    file = await request.file(child, about=date.min)
    cited = cited_papers(file).get(document)
    if cited is None or cited.entry.days.last > request.until(file):
        raise not_found()
    entry, needs = cited.entry, categories_of([cited.entry])
    if not needs <= told_to(entry, request.sees, file.entries):
        raise forbidden(request.actor.role, [role for role in Role if needs <= SEES[role]])
    scan = scans_of(file).get(document)
    if scan is None:
        raise Problem("not_found", _NOT_HELD)
    return scan


async def paper_bytes(request: RequestContext, scan: AnyEntry) -> AsyncIterator[bytes]:
    """Return the bytes of a scan, part by part, once the first is there and is as it was stored."""
    place = PaperPlace(scan.stream, scan.event.seals, scan.event.document)
    opened = request.container.papers.opened(place, scan.event.address)
    try:
        first = await anext(opened)
    except PaperErasedError:
        raise Problem("erased") from None
    except PaperMissingError:
        raise Problem("not_found", _MISSING) from None
    except PaperStoreError:
        raise Problem("unavailable") from None
    except SealBrokenError:
        raise Problem("unexpected", _ALTERED) from None
    return _after(first, opened)


def held_json(scan: AnyEntry) -> HeldPaperAnswer:
    """Return what is told of bytes that are held to whoever may read them."""
    event = scan.event
    return {
        "document": event.document,
        "entry_id": event.entry,
        "held": True,
        "media_type": event.media_type,
        "size": event.size,
        "sha256": event.sha256,
        "stored_by": scan.entry_id,
    }


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


def _check_may(request: RequestContext, child: UUID, file: File, cited: CitedPaper) -> None:
    """Raise the problem that recording would have, before anything is sent in vain."""
    wanted = _wanted(request, child, _scan(cited, _NOTHING, _NOTHING, "image/jpeg", 1), "")
    why = request.hindrance_of_bytes(file, wanted)
    if why is not None:
        raise not_recorded(request, wanted, Denied(why))


async def _arriving(request: RequestContext, place: PaperPlace) -> ArrivingPaper:
    try:
        return await request.container.papers.arriving(place)
    except KeyDestroyedError:
        raise Problem("erased") from None
    except OSError:
        raise Problem("unavailable") from None


async def _take(
    request: RequestContext, sent: AsyncIterator[bytes], declared: str | None, arriving: ArrivingPaper
) -> None:
    """Take in the bytes. Raises the problems of bodies, and `unsupported_media_type` by what they are."""
    async for part in sent:
        await asyncio.to_thread(arriving.write, part)
    await request.still()
    found = format_of(arriving.beginning)
    if found is None or declared not in {None, found}:
        raise Problem("unsupported_media_type", _OTHER_FORMAT, headers={"Accept": ", ".join(FORMATS)})
    await asyncio.to_thread(arriving.end)


def _check_hash(cited: CitedPaper, arriving: ArrivingPaper) -> None:
    stated = cited.paper.sha256
    if isinstance(stated, str) and stated != arriving.sha256:
        raise invalid([InvalidValue("", _OTHER_BYTES)])


async def _recorded(request: RequestContext, cited: CitedPaper, arriving: ArrivingPaper) -> JsonResponse:
    """Store the bytes, and then record that they are held: of no entry are there none."""
    papers, place = request.container.papers, arriving.place
    media_type = format_of(arriving.beginning)
    assert media_type is not None, "it was checked when the bytes came"  # noqa: S101 - in `_take`
    event = _scan(cited, arriving.sha256, arriving.address, media_type, arriving.size)
    wanted = _wanted(request, place.stream, event, arriving.address)
    await papers.keep(arriving)
    outcome = await request.ledger.record(wanted, now=request.now, checked=request.hindrance_of_bytes)
    status = await answerable(request, wanted, outcome)
    if not isinstance(outcome, Recorded):
        await papers.discard(arriving)
        raise not_recorded(request, wanted, outcome)
    headers = {
        "ETag": f'"{outcome.version}"',
        "Ledger-Position": str(outcome.position),
        "Location": f"/children/{place.stream}/documents/{place.document}",
    }
    return JsonResponse(held_json(outcome.entries[0]), status, headers)


def _scan(cited: CitedPaper, sha256: str, address: str, media_type: PaperFormat, size: int) -> Event:
    scan: Event = SCAN_OF[cited.category](
        document=cited.document,
        entry=cited.entry.original,
        media_type=media_type,
        size=size,
        sha256=sha256,
        address=address,
    )
    return scan


def _wanted(request: RequestContext, child: UUID, event: Event, address: str) -> Recording:
    draft = Draft(event=event, days=Days.on(request.today))
    return wanted_by(request, child, (draft,), f"paper {address}", at=None)
