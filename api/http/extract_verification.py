"""Whether an extract that somebody holds is ours and still holds, asked by anybody.

Whoever asks names the number and the check code that stand on the paper, or hands over the file, which says
them. Nothing else of it is needed, and nothing is told but which of the answers it is: neither whom it is
about, nor that a file is restricted or was erased.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from api.bootstrap import Container
from api.contract.encoding import JsonResponse
from api.contract.extract_answers import NO_FILE_OF_OURS, STATES_OF_EXTRACTS, ExtractState, VerifiedAnswer
from api.contract.problems import Problem, responses
from api.http.authentication import TenantsDep
from api.http.extracts import issued_as
from api.http.parameters import NOTHING_UNKNOWN
from api.http.request_body import parts
from api.identity.permissions import SEES, Role
from api.issuing.extract_content import CHECKED, NUMBER, told
from api.issuing.extract_file import MOST_BYTES, read_extract_file
from api.tenants import Tenants
from domain.entry import AnyEntry
from domain.event import Erased
from domain.events.archive import PDF, ExtractIssued
from ledger.compute import compute

router = APIRouter(tags=["health"], dependencies=[NOTHING_UNKNOWN])
log = structlog.get_logger()
_LONGEST: Final = 100
_SHA256: Final = 64
_SEE_OTHER: Final = 303
PAGE: Final = "/console/verify"


@router.get(
    "/verify",
    response_model=VerifiedAnswer,
    responses=responses("invalid", "too_many_requests", "unavailable", "unexpected"),
)
async def verify(
    request: Request,
    tenants: TenantsDep,
    number: Annotated[str, Query(max_length=_LONGEST, description="As it stands on the paper.")] = "",
    digest: Annotated[
        str, Query(max_length=_LONGEST, description="The check code on the paper, or the whole digest.")
    ] = "",
) -> Response:
    """Say whether an extract was issued here, and whether its day still reads as it tells it.

    It needs no token, and tells nothing of whom the extract is about. A browser is led to a page that says
    it.
    """
    if "text/html" in request.headers.get("accept", ""):
        query = request.url.query
        return RedirectResponse(f"{PAGE}?{query}" if query else PAGE, _SEE_OTHER)
    return JsonResponse(await verified(tenants, number, digest))


@router.post(
    "/verify",
    response_model=VerifiedAnswer,
    responses=responses(
        "malformed",
        "timed_out",
        "too_large",
        "unsupported_media_type",
        "invalid",
        "too_many_requests",
        "unavailable",
        "unexpected",
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def verify_file(request: Request, tenants: TenantsDep) -> JsonResponse:
    """Say whether the file of an extract is as it was issued here, and whether its day still reads so.

    It needs no token, and tells nothing of whom the extract is about. Of the file nothing is kept.
    """
    return JsonResponse(await verified_file(tenants, parts(request, MOST_BYTES, (PDF,))))


async def verified(tenants: Tenants, number: str, digest: str) -> VerifiedAnswer:
    """Return what is told of an extract, by what stands on its paper.

    Raises the problem `too_many_requests` after some tries in vain by the same number.
    """
    state = await _state(tenants, _plain(number).upper(), _plain(digest).lower())
    words = STATES_OF_EXTRACTS[state]
    return {"state": state, "zh": words.zh, "en": words.en}


async def verified_file(tenants: Tenants, arriving: AsyncIterator[bytes]) -> VerifiedAnswer:
    """Return what is told of the file of an extract, of at most MOST_BYTES, as its bytes arrive.

    Raises the problems `unsupported_media_type` for what is no PDF, `too_many_requests` as `verified` does,
    and those of `arriving`.
    """
    held = await read_extract_file(arriving)
    state = await _state(tenants, held.number, held.check, held.sha256)
    words = NO_FILE_OF_OURS if state == "not_issued" else STATES_OF_EXTRACTS[state]
    return {"state": state, "zh": words.zh, "en": words.en}


async def _state(tenants: Tenants, number: str, digest: str, pdf: str | None = None) -> ExtractState:
    state: ExtractState = "not_issued"
    if len(number) == NUMBER and len(digest) in {CHECKED, _SHA256}:
        for container in tenants.all:
            if container is not None:
                found = await _looked_up(container, number, digest, pdf)
                state = found if state == "not_issued" else state
    log.info("an extract was checked", state=state)
    return state


def _plain(typed: str) -> str:
    """Return what somebody typed without the gaps that the paper has."""
    return "".join(each for each in typed if each.isalnum())


async def _looked_up(container: Container, number: str, digest: str, pdf: str | None) -> ExtractState:
    ledger, logins = container.ledger, container.logins
    tries = ledger.named("tries of an extract", number)
    if not await logins.may_try(tries):
        raise Problem("too_many_requests")
    entry = await issued_as(ledger, number, digest[:CHECKED])
    if entry is None or (len(digest) == _SHA256 and not _may_be(entry.event.content_sha256, digest)):
        return "not_issued"
    await logins.tried(tries)
    if pdf is not None and not _may_be(entry.event.pdf_sha256, pdf):
        return "altered"
    # One at a time of each extract: who asks is not known.
    with container.budgets.checks.taken(entry.entry_id):
        return "unchanged" if await _still_holds(container, entry) else "corrected"


def _may_be(known: str | Erased, digest: str) -> bool:
    """Return whether a digest is the one that was recorded, as far as that is still known."""
    return isinstance(known, Erased) or known == digest


async def _still_holds(container: Container, entry: AnyEntry) -> bool:
    """Return whether a file tells of the extract's day what it told when it was issued."""
    event, ledger = entry.event, container.ledger
    now = await ledger.file(entry.stream)
    then = await ledger.file(entry.stream, event.known_position)
    if now is None or then is None or isinstance(event.purpose, Erased):
        return False
    if not any(each.original == entry.original for each in now.of(ExtractIssued)):
        return False
    sees, books = SEES[Role(entry.recorded_by.role)], []
    for file, known in ((then, event.known_position), (now, None)):
        books.append((file, await ledger.rulebook_of(file, known)))
    first, last = await compute(
        lambda: [told(file, event.as_of, book, sees, event.chapters) for file, book in books],
        2 * len(now.entries),
    )
    return bool(first == last)
