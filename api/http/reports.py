"""Reports of an institution: issued as an event of its file, answered as they were, and computed again."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import orjson
from fastapi import Depends, Query, Response

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, ReportCode, SortedBy
from api.contract.listing import CountedListing
from api.contract.problems import RECORDING, WITHIN, Problem, invalid, not_found, responses
from api.contract.report_answers import (
    IssuedReportAnswer,
    ReportAnswer,
    ReportComparisonAnswer,
    ReportIssuingAnswer,
)
from api.contract.requests import ReportRequest
from api.contract.tables_across_files import REPORTS_TABLE
from api.contract.workbook_parts import XLSX
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import FileRequest, RequestContext
from api.http.list_formats import in_formats, listed
from api.http.list_pages import ListView, counted_listing, held_page
from api.http.lists import MOST_BYTES
from api.http.recording_requests import IdempotencyKey, RecordingRequest, not_recorded, rehearsing, takes
from api.http.request_body import body
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import Action, Role, oversees, role_may
from api.issuing.computed_report import REPORTS, ComputedReport, ReportAsked, computed_report, kept_event
from api.issuing.declared_report import DeclaredReport, ReportPeriod
from api.issuing.issued_workbook import issued_workbook
from api.issuing.placed_institutions import name_in
from api.issuing.printed_report import printed_report
from api.issuing.recomputed_report import WHY, differing_cells, erased_since, reasons
from api.issuing.report_issuer import Issuer, region_file, region_of
from domain.codes import tables
from domain.entry import Entry
from domain.events.archive import PDF
from domain.events.institution.reporting import ReportIssued
from domain.file import File
from domain.label import Label
from domain.rulebook import NATION
from domain.scope import scope_of
from domain.when import Days
from ledger.codec.messages import InvalidValue
from ledger.recording.candidates import entry_id
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from projections.paging import PageAsked
from projections.sorting import Key, Sorts, alike, as_number

router = callers_router("across files")

_NO_PART: Final = Label("该报告没有这一期", "is no part of the year for this report")
_PARTS: Final = Label(
    "半年报告写 1 或 2，季度报告写 1 至 4，年度报告不写",
    "write 1 or 2 for a half, 1 to 4 for a quarter, and nothing for a year",
)
_NOT_BEGUN: Final = Label("该期间还没有开始", "has not begun yet")
_NOT_OVER: Final = Label("该期间结束后才可出具", "is not over yet: the report is issued of a whole period")
_NOT_WITHIN: Final = Label("须在该期间内，且不晚于今日", "is not in the period, or after today")
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
ReportForm: TypeAlias = Literal["json", "xlsx", "pdf"]


@router.post(
    "/reports",
    status_code=201,
    response_model=ReportIssuingAnswer,
    responses=RECORDING
    | {200: {"model": ReportIssuingAnswer, "description": "A dry run, or issued before."}},
    openapi_extra=takes("ReportRequest"),
    tags=["recording"],
)
async def issue_report(
    request: RecordingRequest,
    key: IdempotencyKey,
    raw: Annotated[bytes, Depends(body(MOST_BYTES))],
) -> JsonResponse:
    """Issue a report of the caller's institution, or region, as all that is recorded now tells, and keep it.

    A dry run computes the same, and issues nothing.
    """
    sent, actor = bodies.report(raw), request.actor
    issuer = issuer_of(request)
    if issuer is None:
        raise forbidden(actor.role, roles_that_may(Action.ISSUE))
    report = REPORTS[sent.report]
    period = _period(report, sent, request.today)
    as_of = min(period.until, request.today) if sent.as_of is None else sent.as_of
    if not period.since <= as_of <= min(period.until, request.today):
        raise invalid([InvalidValue("/as_of", _NOT_WITHIN)])
    if report.whole_period and as_of < period.until:
        raise invalid([InvalidValue("/year", _NOT_OVER)])
    request = request.of("institution")
    before = None if key is None else await _issued_before(request, key, sent, as_of)
    if before is not None:
        content = await _content(request, before)
        return JsonResponse(await _told(request, before, content))
    with rehearsing(request):
        head = await request.ledger.head()
        asked = ReportAsked(report, issuer, period, as_of, head.position, head.epoch)
        computed = await _computed(request, asked)
    if key is None:
        return JsonResponse(await _told(request, None, computed.content))
    issued = await _issue(request, asked, computed, key)
    headers = {"Location": f"/reports/{issued.entry_id}", "Ledger-Position": str(issued.position)}
    return JsonResponse(await _told(request, issued, computed.content), 201, headers)


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """A report as it stands in the file of who issued it; `turn` is its position, negative."""

    turn: int
    report: str
    as_of: date
    issued_on: date
    entry: Entry[ReportIssued]
    file: File


SORTS: Final = Sorts(IssuedReport, "issued", alike("report", "as_of", "issued_on"))
_KEY: Final[Key] = {"issued.turn": as_number}


@router.get("/reports", responses=listed(CountedListing[IssuedReportAnswer]))
@in_formats(REPORTS_TABLE)
async def reports(
    request: FileRequest,
    institution: UUID | None = None,
    report: ReportCode | None = None,
    year: Annotated[int | None, Query(ge=1998, le=2200)] = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the reports of the institutions that the caller oversees, the latest first."""
    await request.check_institution(institution, "/query/institution")
    request = request.of("institution")
    head = await request.ledger.head()
    files = await request.ledger.files(await _issuers(request, institution), keep="none")
    issued = [
        IssuedReport(-entry.position, entry.event.report, entry.event.as_of, entry.days.last, entry, file)
        for file in files.values()
        if request.may(Action.READ, scope_of(file))
        for entry in file.of(ReportIssued)
        if (report in {None, entry.event.report}) and (year in {None, entry.event.year})
    ]
    view = ListView(head.position, None, None, head.epoch, cursor, "/query")
    turn = PageAsked(limit, sort=sort, total=total)
    page = held_page(issued, _KEY, view, turn, SORTS, institution=institution, report=report, year=year)
    return counted_listing(
        [await _item(request, each.entry, each.file) for each in page.rows], page, view, REPORTS_TABLE
    )


@router.get(
    "/reports/{report}",
    response_model=ReportAnswer,
    responses=WITHIN
    | responses("not_printable", "too_many_requests")
    | {
        200: {"content": {XLSX: _BINARY, PDF: _BINARY}, "description": "The report as it was issued."},
    },
)
async def report_of(
    request: FileRequest,
    report: UUID,
    format: Annotated[ReportForm, Query(description="As JSON, as a workbook or as a printed page.")] = "json",  # noqa: A002 - the word that callers know
) -> Response:
    """Return a report as it was issued, byte for byte, or a workbook or a printed page made of it."""
    request = request.of("institution")
    entry, _ = await _found(request, report)
    content = await _content(request, entry)
    digest = sha256(content)
    if format == "json":
        told = {"Repr-Digest": f"sha-256=:{b64encode(digest.digest()).decode()}:"}
        return Response(content, media_type="application/json", headers=told)
    said = orjson.loads(content)
    with request.container.budgets.tables.taken(request.actor.user):
        if format == "pdf":
            made = await printed_report(said, digest.hexdigest())
        else:
            made = await asyncio.to_thread(issued_workbook, said)
    name = f"report-{str(report)[:8]}.{format}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type=PDF if format == "pdf" else XLSX, headers=disposition)


@router.get(
    "/reports/{report}/comparison",
    response_model=ReportComparisonAnswer,
    responses=WITHIN | responses("other_epoch"),
)
async def compared_report(request: FileRequest, report: UUID) -> JsonResponse:
    """Compute a report again, as of the same day and as known at the same position, and say what differs.

    What was recorded since changes nothing in it.
    """
    request = request.of("institution")
    entry, file = await _found(request, report)
    content = await _content(request, entry)
    then = orjson.loads(content)
    await request.check_epoch(then["epoch"], then["known_position"], await request.ledger.head())
    with rehearsing(request):
        period = REPORTS[then["report"]].period(then["period"]["year"], then["period"]["part"])
        assert period is not None, "it was issued of this period"  # noqa: S101 - periods do not change
        computed = await _computed(
            request,
            ReportAsked(
                REPORTS[then["report"]],
                Issuer(entry.stream, entry.region if scope_of(file).place else None),
                period,
                date.fromisoformat(then["as_of"]),
                then["known_position"],
                then["epoch"],
            ),
        )
    now = orjson.loads(computed.content)
    differences = [*differing_cells(then, now)]
    same = computed.content == content
    why = [] if same else reasons(then, now, differs=bool(differences))
    answer: ReportComparisonAnswer = {
        "id": report,
        "same": same,
        "sha256": sha256(content).hexdigest(),
        "sha256_now": None if erased_since(then, now) else sha256(computed.content).hexdigest(),
        "differences": differences,  # type: ignore[typeddict-item]  # these are its members
        "reasons": [{"reason": each, "zh": WHY[each].zh, "en": WHY[each].en} for each in why],  # type: ignore[typeddict-item]  # those of `WHY`
    }
    return JsonResponse(answer)


def _period(report: DeclaredReport, sent: ReportRequest, today: date) -> ReportPeriod:
    period = report.period(sent.year, sent.part)
    if period is None:
        raise invalid([InvalidValue("/part", _NO_PART, _PARTS)])
    if period.since > today:
        raise invalid([InvalidValue("/year", _NOT_BEGUN)])
    return period


async def _computed(request: RequestContext, asked: ReportAsked) -> ComputedReport:
    """Compute a report once the read models are written as known then. Raises `unavailable`."""
    await request.until_known(asked.known)
    container = request.container
    every = [each.institution for each in await container.identity.institutions()]
    return await computed_report(request.ledger, container.projector, container.kept_reports, asked, every)


def issuer_of(request: RequestContext) -> Issuer | None:
    """Return for whom the caller issues reports; None for who does not."""
    actor = request.actor
    if not role_may(actor.role, Action.ISSUE):
        return None
    if actor.institution is not None:
        return Issuer(actor.institution)
    if actor.places is None:
        return None
    region = region_of(actor.places)
    return Issuer(region_file(request.ledger.named, region), region)


async def _issuers(request: RequestContext, institution: UUID | None) -> list[UUID]:
    """Return the files that have reports, of the institutions and regions that the caller oversees."""
    actor, every = request.actor, await request.container.identity.institutions()
    overseen = [
        each.institution
        for each in every
        if institution in {None, each.institution} and oversees(actor, each.institution)
    ]
    if institution is None and (actor.places is not None or actor.role is Role.ADMINISTRATOR):
        codes = {NATION, *tables()["region"].codes, region_of(actor.places or "")}
        begins = actor.places or ""
        overseen += [region_file(request.ledger.named, each) for each in codes if each.startswith(begins)]
    return await request.container.kept_reports.issuers(overseen)


async def _issued_before(
    request: RequestContext, key: str, sent: ReportRequest, as_of: date
) -> Entry[ReportIssued] | None:
    """Return what was issued by the same key. Raises `idempotency_mismatch` if the key is another's."""
    ledger = request.ledger
    issued = entry_id(ledger.named, request.actor.user, key)
    before = next(iter(await ledger.entries([issued])), None)
    if before is None:
        return None
    event = before.event
    asked = (sent.report, sent.year, sent.part)
    if not isinstance(event, ReportIssued) or (event.report, event.year, event.part) != asked:
        raise Problem("idempotency_mismatch")
    if sent.as_of is not None and event.as_of != as_of:
        raise Problem("idempotency_mismatch")
    return before


async def _issue(
    request: RequestContext, asked: ReportAsked, computed: ComputedReport, key: str
) -> Entry[ReportIssued]:
    """Keep a report, and record in the institution's file that it was issued."""
    await request.still()
    event = await kept_event(request.container.kept_reports, asked, computed)
    wanted = Recording(
        stream=asked.issuer.file,
        kind="institution",
        drafts=(Draft(event=event, days=Days.on(request.today)),),
        region=asked.issuer.region or request.actor.region,
        origin=request.origin,
        recorder=request.actor.recorder,
        key=key,
    )
    outcome = await request.ledger.record(wanted, now=request.now, checked=request.hindrance_of_bytes)
    if not isinstance(outcome, Recorded):
        raise not_recorded(request, wanted, outcome)
    entry: Entry[ReportIssued] = outcome.entries[0]
    return entry


async def _found(request: RequestContext, report: UUID) -> tuple[Entry[ReportIssued], File]:
    """Return the entry by which a report was issued, and its file, if the caller may. Raises `not_found`."""
    entry = next(iter(await request.ledger.entries([report])), None)
    if entry is None or not isinstance(entry.event, ReportIssued):
        raise not_found()
    file = await request.file(entry.stream)
    standing = next((each for each in file.of(ReportIssued) if each.entry_id == report), None)
    if standing is None:
        raise not_found()
    return standing, file


async def _content(request: RequestContext, entry: Entry[ReportIssued]) -> bytes:
    content = await request.container.kept_reports.kept(entry.event.sha256)
    if content is None:
        raise not_found()
    return content


async def _told(
    request: RequestContext, entry: Entry[ReportIssued] | None, content: bytes
) -> ReportIssuingAnswer:
    issued = None
    if entry is not None:
        file = await request.file(entry.stream)
        issued = await _item(request, entry, file)
    return {
        "issued": issued,
        "sha256": sha256(content).hexdigest(),
        "content": orjson.loads(content),
    }


async def _item(request: RequestContext, entry: Entry[ReportIssued], file: File) -> IssuedReportAnswer:
    event, report = entry.event, REPORTS[entry.event.report]
    region = entry.region if scope_of(file).place else None
    period = report.period(event.year, event.part)
    words = report.title if period is None else period.label
    return {
        "id": entry.entry_id,
        "report": event.report,
        "title": {"zh": report.title.zh, "en": report.title.en},
        "period": {"zh": words.zh, "en": words.en},
        "year": event.year,
        "part": event.part,
        "institution": None if region else entry.stream,
        "institution_name": Issuer(entry.stream, region).name or name_in(file),
        "region": region,
        "as_of": event.as_of,
        "known_position": event.known_position,
        "issued_on": entry.days.last,
        "sha256": event.sha256,
        "kept": await request.container.kept_reports.kept(event.sha256) is not None,
    }
