"""Extracts of a child's file: printed for somebody outside, and recorded as what was given out."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Response

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.extract_answers import ExtractAnswer
from api.contract.problems import RECORDING, Problem, invalid, responses
from api.contract.requests import ExtractRequest
from api.http.authentication import callers_router
from api.http.dependencies import RequestContext
from api.http.lists import MOST_BYTES
from api.http.recording_requests import IdempotencyKey, RecordingRequest, not_recorded, takes
from api.http.request_body import body
from api.identity.permissions import Action
from api.issuing.extract_content import CHECKED, categories_in, digest_of, number_of, told, withheld
from api.issuing.printed_extract import printed_extract
from domain.entry import AnyEntry
from domain.events.archive import PDF, ExtractIssued
from domain.file import File
from domain.label import Label
from domain.when import Days
from ledger.codec.messages import InvalidValue
from ledger.compute import compute
from ledger.ledger import Ledger
from ledger.log.checkpoint import Checkpoint
from ledger.recording.candidates import entry_id
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording

router = callers_router("recording")

_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_TO_COME: Final = Label("晚于今日", "is after today")
_NO_MORE: Final = Label(
    "该摘录已签发，但其内容此后有变化（如依法删除），不能再次印制；请重新签发。",
    "It was issued, but what it told is not kept so any more, such as after an erasure: issue another one.",
)
_OTHER_FILE: Final = Label(
    "该摘录由另一版本的程序或者字体印制，再印会是不同的文件，查验时会被当作改动过；请重新签发。",
    "It was printed by another version of the program or the font. Printed again it would be another file,"
    " which would be taken for an altered one: issue another one.",
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """An extract that is asked for: what was sent, its day, what is known for it, and its number."""

    child: UUID
    sent: ExtractRequest
    as_of: date
    made_on: date
    known: int
    log_size: int
    log_root: str | None
    number: str | None


@router.post(
    "/children/{child}/extracts",
    status_code=201,
    response_class=Response,
    responses=RECORDING
    | responses("restricted", "not_printable", "too_many_requests", "reason_missing")
    | {
        200: {"model": ExtractAnswer, "description": "What it would tell (a dry run); or issued before."},
        201: {"content": {PDF: _BINARY}, "description": "The extract, as it was issued."},
    },
    openapi_extra=takes("ExtractRequest"),
)
async def issue_extract(
    request: RecordingRequest,
    key: IdempotencyKey,
    child: UUID,
    raw: Annotated[bytes, Depends(body(MOST_BYTES))],
) -> Response:
    """Print an extract of a child's file for somebody outside, and record that it was given out.

    For supervisors: it tells what they see. A dry run answers what it would tell, and issues nothing.
    """
    sent = bodies.extract(raw)
    if sent.as_of is not None and sent.as_of > request.today:
        raise invalid([InvalidValue("/as_of", _TO_COME)])
    known = await request.known(sent.known_at, "/known_at")
    file = await request.file(child, known=known, about=sent.as_of)
    now = request.permitted(await request.ledger.file(child), Action.RECORD)
    request.permitted(now, Action.EXPORT)
    await request.note({child: categories_in(sent.chapters)}, "extract", known)
    if key is None:
        asked = await _asked(request, child, sent, known, None)
        return JsonResponse(await _content(request, asked, file))
    number = number_of(request.ledger.named("extract number", request.actor.user, key))
    before = next((each for each in now.of(ExtractIssued) if each.event.number == number), None)
    if before is not None:
        return await _again(request, child, sent, before)
    asked = await _asked(request, child, sent, known, number)
    with request.container.budgets.tables.taken(request.actor.user):
        content = await _content(request, asked, file)
        pdf = await _printed(request, content, blanks=sent.blanks)
    await _record(request, asked, digest_of(content), pdf, now)
    return _given(number, pdf, 201)


async def _asked(
    request: RequestContext, child: UUID, sent: ExtractRequest, known: int, number: str | None
) -> _Asked:
    note = await request.container.transparency_log.published()
    signed = None if note is None else Checkpoint.read(note.text)
    size, root = (0, None) if signed is None else (signed.size, signed.root.hex())
    today = request.today
    return _Asked(child, sent, sent.as_of or today, today, known, size, root, number)


async def _content(request: RequestContext, asked: _Asked, file: File) -> ExtractAnswer:
    """Return what an extract tells of a file as known then."""
    actor, chapters = request.actor, tuple(dict.fromkeys(asked.sent.chapters))
    rulebook = await request.ledger.rulebook_of(file, asked.known)
    (number, name), parts = await compute(
        lambda: told(file, asked.as_of, rulebook, request.records, chapters, asked.sent.lang),
        len(file.entries),
    )
    identity = request.container.identity
    member = await identity.member(actor.user)
    home = None if actor.institution is None else await identity.institution(actor.institution)
    return {
        "number": asked.number,
        "lang": asked.sent.lang,
        "file_no": number,
        "name": name,
        "as_of": asked.as_of,
        "known_position": asked.known,
        "log": {"size": asked.log_size, "root": asked.log_root},
        "chapters": parts,
        "withheld": withheld(request.records),
        "purpose": asked.sent.purpose,
        "recipient": asked.sent.recipient,
        "institution": None if home is None else home.name,
        "made_by": None if member is None else member.name,
        "made_on": asked.made_on,
    }


async def _printed(request: RequestContext, content: ExtractAnswer, *, blanks: bool) -> bytes:
    base = request.container.settings.public_url
    return await printed_extract(content, digest_of(content), base, blanks=blanks)


async def _again(request: RequestContext, child: UUID, sent: ExtractRequest, before: AnyEntry) -> Response:
    """Print again what the same key issued. Raises `idempotency_mismatch` if it was asked for otherwise."""
    event: ExtractIssued = before.event
    said = (event.purpose, event.recipient, event.chapters)
    if said != (sent.purpose, sent.recipient, tuple(dict.fromkeys(sent.chapters))):
        raise Problem("idempotency_mismatch")
    if sent.as_of not in {None, event.as_of}:
        raise Problem("idempotency_mismatch")
    file = await request.file(child, known=event.known_position, about=event.as_of)
    asked = _Asked(
        child,
        sent,
        event.as_of,
        before.days.last,
        event.known_position,
        event.log_size,
        event.log_root,
        event.number,
    )
    with request.container.budgets.tables.taken(request.actor.user):
        content = await _content(request, asked, file)
        if digest_of(content) != event.content_sha256:
            other = sent.model_copy(update={"lang": "en" if sent.lang == "zh" else "zh"})
            if digest_of(await _content(request, replace(asked, sent=other), file)) == event.content_sha256:
                raise Problem("idempotency_mismatch")
            raise Problem("not_printable", _NO_MORE)
        pdf = await _printed(request, content, blanks=sent.blanks)
    if sha256(pdf).hexdigest() != event.pdf_sha256:
        raise Problem("not_printable", _OTHER_FILE)
    return _given(event.number, pdf, 200)


async def _record(request: RequestContext, asked: _Asked, digest: str, pdf: bytes, now: File) -> None:
    """Record in the file that an extract is given out, under the number and the digest that check it."""
    assert asked.number is not None, "it is issued"  # noqa: S101 - a dry run is not recorded
    await request.still()
    event = ExtractIssued(
        number=asked.number,
        as_of=asked.as_of,
        known_position=asked.known,
        log_size=asked.log_size,
        log_root=asked.log_root,
        chapters=tuple(dict.fromkeys(asked.sent.chapters)),
        content_sha256=digest,
        pdf_sha256=sha256(pdf).hexdigest(),
        purpose=asked.sent.purpose,
        recipient=asked.sent.recipient,
    )
    owner, key = checked_by(request.ledger, asked.number, digest[:CHECKED])
    wanted = Recording(
        stream=asked.child,
        drafts=(Draft(event=event, days=Days.on(asked.made_on)),),
        region=request.actor.region,
        origin=request.origin,
        recorder=request.actor.recorder,
        key=key,
        keyed_by=owner,
        # Else two requests of one key at once would both print.
        expected=now.version,
    )
    (outcome,) = await request.record([wanted], request.hindrance_of_bytes)
    if not isinstance(outcome, Recorded):
        raise not_recorded(request, wanted, outcome)


def checked_by(ledger: Ledger, number: str, check: str) -> tuple[UUID, str]:
    """Return by which owner and key the entry of an extract is recorded, and so found by its paper alone."""
    return ledger.named("extracts"), f"{number}/{check}"


async def issued_as(ledger: Ledger, number: str, check: str) -> AnyEntry | None:
    """Return the entry by which an extract was issued; None if there is no such extract."""
    found: list[Any] = await ledger.entries([entry_id(ledger.named, *checked_by(ledger, number, check))])
    return next((each for each in found if isinstance(each.event, ExtractIssued)), None)


def _given(number: str, pdf: bytes, status: int) -> Response:
    name = {"Content-Disposition": f'attachment; filename="extract-{number}.pdf"'}
    return Response(pdf, status, media_type=PDF, headers=name)
