"""Whether an extract that somebody holds is ours and still holds, asked by anybody.

Whoever asks names the number and the check code that stand on the paper. Nothing else of it is needed, and
nothing is told but which of three answers it is: neither whom it is about, nor that a file is restricted or
was erased.
"""

from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from api.bootstrap import Container
from api.contract.encoding import JsonResponse
from api.contract.extract_answers import STATES_OF_EXTRACTS, ExtractState, VerifiedAnswer
from api.contract.problems import Problem, responses
from api.http.authentication import TenantsDep
from api.http.extracts import issued_as
from api.identity.permissions import SEES, Role
from api.issuing.extract_content import CHECKED, NUMBER, told
from api.tenants import Tenants
from domain.entry import AnyEntry
from domain.event import Erased
from domain.events.archive import ExtractIssued
from ledger.compute import compute

router = APIRouter(tags=["health"])
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


async def verified(tenants: Tenants, number: str, digest: str) -> VerifiedAnswer:
    """Return what is told of an extract, by what stands on its paper.

    Raises the problem `too_many_requests` after some tries in vain by the same number.
    """
    number, digest = _plain(number).upper(), _plain(digest).lower()
    state: ExtractState = "not_issued"
    if len(number) == NUMBER and len(digest) in {CHECKED, _SHA256}:
        for container in tenants.all:
            if container is not None:
                found = await _looked_up(container, number, digest)
                state = found if state == "not_issued" else state
    log.info("an extract was checked", state=state)
    words = STATES_OF_EXTRACTS[state]
    return {"state": state, "zh": words.zh, "en": words.en}


def _plain(typed: str) -> str:
    """Return what somebody typed without the gaps that the paper has."""
    return "".join(each for each in typed if each.isalnum())


async def _looked_up(container: Container, number: str, digest: str) -> ExtractState:
    ledger, logins = container.ledger, container.logins
    tries = ledger.named("tries of an extract", number)
    if not await logins.may_try(tries):
        raise Problem("too_many_requests")
    entry = await issued_as(ledger, number, digest[:CHECKED])
    if entry is None or not _is_whole(entry.event, digest):
        return "not_issued"
    await logins.tried(tries)
    # One at a time of each extract: who asks is not known.
    with container.budgets.checks.taken(entry.entry_id):
        return "unchanged" if await _still_holds(container, entry) else "corrected"


def _is_whole(event: ExtractIssued, digest: str) -> bool:
    """Return whether a digest is the extract's, as far as all of it is known."""
    known: str | Erased = event.content_sha256
    return len(digest) == CHECKED or isinstance(known, Erased) or known == digest


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
