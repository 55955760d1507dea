"""Queries about one file of any kind, on any day, as known at any time."""

from contextlib import suppress
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Query
from pydantic import Field

from api.contract.encoding import JsonResponse
from api.contract.entries import EntryAnswer, entry_json
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.file_status import SOON_DAYS, WHO, FileListsAnswer, SummaryAnswer, file_answer, file_json
from api.contract.file_tables import FILE_TABLE, GATES_TABLE
from api.contract.findings import FindingsAnswer, finding_json
from api.contract.list_tables import of_one_file
from api.contract.obligations import ObligationAnswer, ObligationsAnswer, entries_of, obligation_json
from api.contract.problems import OF_FILE
from api.contract.readiness import ReadinessKnownAnswer, readiness_json
from api.contract.tables_across_files import FINDINGS_TABLE, OBLIGATIONS_TABLE
from api.http.authentication import callers_router
from api.http.children_of_family import children_of_family
from api.http.dependencies import AsOf, Day, FileRequest, KnownAt, RequestContext, categories_of
from api.http.duplicates import alike_files
from api.http.evidence import evidence_in
from api.http.file_points import FilePoint, due_at, file_point, found_at, one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import listed_at
from api.http.occupancy import occupancy
from api.http.of_kind import of_kind
from api.identity.restricted import Tells, restricted
from domain.entry import AnyEntry
from domain.event import Category, Kind
from domain.file import ATTRIBUTES
from domain.judging import FindingKind
from domain.life import Life
from domain.obligations import State
from domain.scope import scope_of
from ledger.compute import compute
from projections.family_children import too_many_for_families
from projections.findings import Finding
from projections.obligations import MOST_DAYS, last_due
from projections.projector.projector import NotBuiltError
from projections.readiness import ready_on
from projections.withholding import told_of

router = callers_router("one file")

DueSince: TypeAlias = Annotated[date | None, Query(description="The first due day to list.")]
DueUntil: TypeAlias = Annotated[date | None, Query(description="The last due day to list.")]
DueWithinDays: TypeAlias = Annotated[
    int | None, Query(ge=0, le=MOST_DAYS, description="Due so many days after the day at the latest.")
]
OverdueDays: TypeAlias = Annotated[
    int | None, Query(ge=1, le=MOST_DAYS, description="Due so many days before the day, or earlier.")
]
RuleId: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,20}$")]
RuleFilter: TypeAlias = Annotated[
    list[RuleId] | None,
    Query(description="Ids of rules, such as D11: of any of them."),
]
ChildFilter: TypeAlias = Annotated[UUID | None, Query(description="Of this child's file alone.")]
PlaceFilter: TypeAlias = Annotated[
    str | None,
    Query(pattern="^[0-9]{2,9}$", description="In the charge of a place whose code begins so."),
]
WithEvidence: TypeAlias = Annotated[
    bool, Query(description="Tell the entries that started and met it in sentences, and not by id alone.")
]
FoundSince: TypeAlias = Annotated[
    date | None, Query(description="What began to speak against a file on this day or later (`on`).")
]
"""By the day of the finding and not that of its recording: what became known since is asked by `known_at`."""


_SUMMED: Final[tuple[str, ...]] = ("file_no", "stage", "age", "findings", "obligations")
"""What a summary has of a file's status, beside whose it is, as far as files of its kind have it."""


async def findings_of_several_files(request: FileRequest, file_id: UUID, day: date) -> int:
    """Return the number of findings on a day that other files make of this one."""
    too_many: list[set[Category]] = []
    alike = 0
    with suppress(NotBuiltError):
        async with request.container.projector.reading() as connection:
            too_many = await too_many_for_families(connection, file_id, day, request.sees)
            alike = await alike_files(request, connection, file_id, day)
    if too_many:
        await request.note({file_id: set().union(*too_many)}, "findings")
    return len(too_many) + alike


async def file(
    request: FileRequest, file_id: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """Return a file's status on a day, as known at a position, an instant or the end of a day."""
    point, answer, counted = await _status(request, file_id, as_of, known_at)
    shown = {each.personal for each in point.file.attributes() if each.personal is not None}
    await request.note({file_id: shown}, "file", point.known)
    # Not everyone who may know of the access may know that there is something to count.
    await request.note({file_id: counted - shown}, "findings")
    if request.kind == "family":
        answer["children"] = await children_of_family(request, file_id, as_of, known_at)
    if request.kind == "institution":
        answer["occupancy"] = await occupancy(request, file_id, point.day, known_at)
    return await _told(request, file_id, point, known_at, answer)


async def summary(
    request: FileRequest, file_id: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """Return of a file's status whose it is, and how much is due and found."""
    point, answer, counted = await _status(request, file_id, as_of, known_at, "row")
    chapter, names = WHO[request.kind]
    who = {name: answer[chapter][name] for name in names}
    told = {ATTRIBUTES[chapter, name].personal for name in names} if [*point.file.attributes()] else set()
    shown = {each for each in told if each is not None}
    await request.note({file_id: shown}, "summary")
    await request.note({file_id: counted - shown}, "findings")
    members = {name: answer[name] for name in _SUMMED if name in answer}
    return await _told(request, file_id, point, known_at, {**members, chapter: who})


async def _status(
    request: RequestContext, file_id: UUID, as_of: date | None, known_at: str | None, tells: Tells = "file"
) -> tuple[FilePoint, dict[str, Any], set[Category]]:
    """Return what is answered of a file on a day, and the categories of what is counted in it."""
    point = await file_point(request, file_id, as_of, known_at, tells)
    read, day, book = point.file, point.day, point.rulebook
    # What other files state is known only as of now.
    of_several = await findings_of_several_files(request, file_id, day) if known_at is None else 0

    def status() -> tuple[dict[str, Any], set[Category]]:
        findings = request.visible(found_at(point, file_id))
        obligations = request.visible(due_at(point, file_id))
        shown = file_json(
            Life(read, day, book),
            day,
            obligations=obligations,
            findings=len(findings) + of_several,
            sees=request.sees,
            kind=request.kind,
        )
        return shown, told_of([*findings, *obligations]).get(file_id, set())

    return (point, *await compute(status, len(read.entries)))


def _lists(kind: Kind, file_id: UUID, day: date, known_at: str | None) -> FileListsAnswer:
    """Return the addresses of what is counted of a file."""
    own, then = f"{PATHS[kind]}/{file_id}", {"as_of": day, "known_at": known_at}
    # What other files say of a child is known only as of now, and stands in the list across files.
    across = kind == "child" and known_at is None
    return {
        "findings": listed_at("/findings", child=file_id, **then)
        if across
        else listed_at(f"{own}/findings", **then),
        "overdue": listed_at(f"{own}/obligations", state="overdue", **then),
        "due_30_days": listed_at(f"{own}/obligations", state="due", due_within_days=SOON_DAYS, **then),
    }


async def _told(
    request: RequestContext, file_id: UUID, point: FilePoint, known_at: str | None, answer: dict[str, Any]
) -> JsonResponse:
    read, scope = point.file, scope_of(point.file)
    body = {
        request.kind: file_id,
        "version": read.version,
        "position": read.position,
        "known_position": point.known,
        "as_of": point.day,
        "institution": scope.institution,
        "restricted": restricted(request.stands[file_id]),
        **({"place": scope.place} if request.kind == "child" else {}),
        **answer,
        "lists": _lists(request.kind, file_id, point.day, known_at),
    }
    return JsonResponse(body, headers={"ETag": f'"{read.version}"', "Ledger-Position": str(point.known)})


async def findings(
    request: FileRequest,
    file_id: UUID,
    as_of: AsOf = None,
    rule: RuleFilter = None,
    kind: FindingKind | None = None,
    since: FoundSince = None,
    known_at: KnownAt = None,
) -> JsonResponse:
    """List what speaks against a file on a day, each finding with the entries that are its evidence.

    What only comes of comparing files is in the list across files.
    """
    point = await file_point(request, file_id, as_of, known_at)
    read = point.file
    request.check_rules(rule, point.rulebook)
    last = request.until(read)

    def speaking() -> list[Finding]:
        return [
            each
            for each in request.visible(found_at(point, file_id))
            if (not rule or each.rule in rule)
            and kind in {None, each.kind}
            and (since or date.min) <= each.found_on
        ]

    found = await compute(speaking, len(read.entries))
    ids = dict.fromkeys(entry for each in found for entry in each.entries)
    evidence = {
        each: entry
        for each in ids
        if (entry := read.entries.get(each)) is not None and entry.days.last <= last
    }
    causes = await request.causes(evidence.values())
    recorders = await request.recorders(evidence.values())
    told = told_of(found).get(file_id, set())
    await request.note({file_id: told | categories_of(evidence.values())}, "findings")

    def shown(entry: AnyEntry) -> EntryAnswer:
        return entry_json(entry, read, request.sees, read.entries, causes=causes, recorders=recorders)

    items = [
        {
            **finding_json(each, kind=request.kind),
            "evidence": [shown(evidence[entry]) for entry in each.entries if entry in evidence],
        }
        for each in found
    ]
    body = {"items": items, "next": None, "known_position": point.known}
    return JsonResponse(body, headers={"Ledger-Position": str(point.known)})


async def obligations(
    request: FileRequest,
    file_id: UUID,
    day: Day = None,
    as_of: AsOf = None,
    state: Annotated[list[State] | None, Query(description="All of them by default.")] = None,
    rule: RuleFilter = None,
    due_since: DueSince = None,
    due_until: DueUntil = None,
    due_within_days: DueWithinDays = None,
    overdue_days: OverdueDays = None,
    evidence: WithEvidence = True,  # noqa: FBT002 - of the query string
    known_at: KnownAt = None,
) -> JsonResponse:
    """List a file's obligations on a day, each with its state.

    Each has the entries that started and met it, in a sentence.
    """
    # What is due goes on, also in a restricted file: of its entries only those are told that are not.
    point = await file_point(request, file_id, one_day(day, as_of), known_at, "entries")
    read, on = point.file, point.day
    request.check_rules(rule, point.rulebook)
    last = last_due(on, due_until, due_within_days, overdue_days)

    def asked_for() -> tuple[list[ObligationAnswer], dict[UUID, set[Category]]]:
        listed = [
            obligation
            for obligation in request.visible(due_at(point, file_id))
            if (now := obligation.state(on)) is not None
            and (not state or now in state)
            and (not rule or obligation.rule in rule)
            and (due_since or date.min) <= obligation.due_on <= last
        ]
        items = [obligation_json(each, on, kind=request.kind) for each in listed]
        told = evidence_in(request, read, (entry for item in items if evidence for entry in entries_of(item)))
        shown = [{**item, "evidence": told.of(entries_of(item))} for item in items]
        revealed = told_of(listed)
        for categories in told.categories.values():
            revealed.setdefault(file_id, set()).update(categories)
        return shown, revealed

    items, categories = await compute(asked_for, len(read.entries))
    await request.note(categories, "obligations")
    body = {"items": items, "next": None, "known_position": point.known}
    return JsonResponse(body, headers={"Ledger-Position": str(point.known)})


async def readiness(
    request: FileRequest, file_id: UUID, day: Day = None, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """Return whether a young person is ready to leave care on a day, gate by gate."""
    point = await file_point(request, file_id, one_day(day, as_of), known_at)
    read, on = point.file, point.day
    asked = partial(ready_on, read, file_id, point.rulebook, on, request.sees)
    ready = await compute(asked, len(read.entries))
    await request.note({file_id: ready.revealed(request.sees)}, "readiness")
    body = {**readiness_json(ready, on, request.sees), "known_position": point.known}
    return JsonResponse(body, headers={"Ledger-Position": str(point.known)})


def _listed(model: Any) -> dict[int | str, dict[str, Any]]:  # noqa: ANN401 - a type
    return OF_FILE | listed(model)


def _answers(model: Any) -> dict[int | str, dict[str, Any]]:  # noqa: ANN401 - a type
    return OF_FILE | {200: {"model": model}}


for _kind in PATHS:
    _at = path_of(_kind)
    router.get(_at, responses=_listed(file_answer(_kind)))(
        of_kind(_kind, in_formats(FILE_TABLE, one_page)(file))
    )
    router.get(f"{_at}/obligations", responses=_listed(answer_about(_kind, ObligationsAnswer)))(
        of_kind(_kind, in_formats(of_one_file(OBLIGATIONS_TABLE), one_page)(obligations))
    )
    router.get(f"{_at}/findings", responses=_listed(answer_about(_kind, FindingsAnswer)))(
        of_kind(_kind, in_formats(of_one_file(FINDINGS_TABLE), one_page)(findings))
    )
    if _kind == "child":
        router.get(f"{_at}/summary", responses=_answers(SummaryAnswer))(of_kind(_kind, summary))
        router.get(f"{_at}/readiness", responses=_listed(ReadinessKnownAnswer))(
            of_kind(_kind, in_formats(GATES_TABLE, one_page)(readiness))
        )
