"""Queries about one file of any kind, on any day, as known at any time."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import date
from functools import partial
from re import fullmatch
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Query

from api.contract.encoding import JsonResponse
from api.contract.entries import EntryAnswer, TimelineAnswer, entry_json
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.file_status import file_answer, file_json
from api.contract.obligations import ObligationAnswer, ObligationsAnswer, obligation_json
from api.contract.problems import WITHIN, invalid, responses
from api.contract.readiness import ReadinessKnownAnswer, readiness_json
from api.http.dependencies import AsOf, Day, FileRequest, KnownAt, RequestContext, categories_of
from api.http.duplicates import alike_files
from api.http.of_kind import of_kind
from domain.event import Category
from domain.label import Label
from domain.life import Life
from domain.obligations import State
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.codec.messages import InvalidValue
from ledger.compute import compute
from projections.findings import findings_of
from projections.fostered import crowded
from projections.obligations import obligations_of
from projections.paging import MOST
from projections.projector.projector import NotBuiltError
from projections.readiness import ready_on
from projections.withholding import told_of

router = APIRouter(tags=["one file"])

PageLimit: TypeAlias = Annotated[int, Query(ge=1, le=MOST, description="Items of a page.")]
Cursor: TypeAlias = Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")]
RuleFilter: TypeAlias = Annotated[
    str | None, Query(pattern="^[A-Za-z0-9-]{1,20}$", description="One rule's id, such as D11.")
]
_TWO_DAYS = InvalidValue(
    "/query/as_of",
    Label("与 day 不一致", "is another day than `day`"),
    Label("只写其中一个", "give one of them"),
)


def no_cursor(place: str = "/query/cursor") -> InvalidValue:
    """Return the error that a cursor belongs to no page of this list."""
    return InvalidValue(place, Label("不是此列表的游标", "is none of this list"))


async def _of_several_files(request: FileRequest, file_id: UUID, book: Rulebook, day: date) -> int:
    """Return the number of findings on a day that other files make of this one."""
    placed = 0
    with suppress(NotBuiltError):
        async with request.container.projector.reading() as connection:
            placed = await crowded(connection, book, file_id, day)
    return placed + await alike_files(request, file_id, day)


async def file(
    request: FileRequest, file_id: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """Return a file's status on a day, as known at a position, an instant or the end of a day."""
    known = await request.known(known_at)
    read = await request.file(file_id, known=known, about=as_of)
    day, book = as_of or request.today, await request.ledger.rulebook_of(read)
    scope = scope_of(read)
    # What other files state is known only as of now.
    of_several = await _of_several_files(request, file_id, book, day) if known_at is None else 0

    def status() -> tuple[dict[str, Any], set[Category]]:
        findings = [each for each in request.visible(findings_of(read, file_id, book)) if each.speaks(day)]
        obligations = request.visible(obligations_of(read, file_id, book))
        shown = file_json(
            Life(read, day, book),
            day,
            obligations=obligations,
            findings=len(findings) + of_several,
            sees=request.sees,
            kind=request.kind,
        )
        return shown, told_of([*findings, *obligations]).get(file_id, set())

    answer, counted = await compute(status, len(read.entries))
    body = {
        request.kind: file_id,
        "version": read.version,
        "position": read.position,
        "known_position": known,
        "as_of": day,
        "institution": scope.institution,
        **({"place": scope.place} if request.kind == "child" else {}),
        **answer,
    }
    shown = {each.personal for each in read.attributes() if each.personal is not None}
    await request.note({file_id: shown}, "file")
    # Not everyone who may know of the access may know that there is something to count.
    await request.note({file_id: counted - shown}, "findings")
    return JsonResponse(body, headers={"ETag": f'"{read.version}"', "Ledger-Position": str(known)})


async def entries(
    request: FileRequest,
    file_id: UUID,
    order: Annotated[
        Literal["occurred", "recorded"] | None, Query(description="`occurred` by default.")
    ] = None,
    known_at: KnownAt = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List a file's entries, each with both its dates and its amendments."""
    if cursor is None:
        turn = _Turn(await request.known(known_at), 0, order or "occurred", known_at or "")
    else:
        turn = await _resume(request, cursor, order, known_at)
    known = turn.known
    read = await request.file(file_id, known=known, about=date.min)
    last, end = request.until(read), turn.start + limit

    def paged() -> tuple[list[EntryAnswer], set[Category], bool]:
        line = [entry for entry in read.entries.values() if entry.days.last <= last]
        line.sort(key=lambda entry: entry.version)
        if turn.order == "occurred":
            line.sort(key=lambda entry: (entry.days.last, entry.days.earliest))
        shown = line[turn.start : end]
        items = [entry_json(entry, read, request.sees, read.entries) for entry in shown]
        return items, categories_of(shown), end < len(line)

    items, categories, more = await compute(paged, len(read.entries))
    await request.note({file_id: categories}, "entries")
    body = {
        "items": items,
        "next": await _continue(request, turn._replace(start=end)) if more else None,
        "known_position": known,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(known)})


async def obligations(
    request: FileRequest,
    file_id: UUID,
    day: Day = None,
    as_of: AsOf = None,
    state: Annotated[list[State] | None, Query(description="All of them by default.")] = None,
    rule: RuleFilter = None,
    known_at: KnownAt = None,
) -> JsonResponse:
    """List a file's obligations on a day, each with its state and the entries that decided it."""
    day, known = _one_day(day, as_of), await request.known(known_at)
    read = await request.file(file_id, known=known, about=day)
    on, book = day or request.today, await request.ledger.rulebook_of(read)
    request.check_rule(rule, book)

    def asked_for() -> tuple[list[ObligationAnswer], dict[UUID, set[Category]]]:
        listed = [
            obligation
            for obligation in request.visible(obligations_of(read, file_id, book))
            if (now := obligation.state(on)) is not None
            and (not state or now in state)
            and rule in {None, obligation.rule}
        ]
        items = [obligation_json(each, on, kind=request.kind) for each in listed]
        return items, told_of(listed)

    items, categories = await compute(asked_for, len(read.entries))
    await request.note(categories, "obligations")
    body = {"items": items, "next": None, "known_position": known}
    return JsonResponse(body, headers={"Ledger-Position": str(known)})


async def readiness(
    request: FileRequest, file_id: UUID, day: Day = None, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """Return whether a young person is ready to leave care on a day, gate by gate."""
    day, known = _one_day(day, as_of), await request.known(known_at)
    read = await request.file(file_id, known=known, about=day)
    on, book = day or request.today, await request.ledger.rulebook_of(read)
    ready = await compute(partial(ready_on, read, file_id, book, on, request.sees), len(read.entries))
    await request.note({file_id: ready.revealed(request.sees)}, "readiness")
    body = {**readiness_json(ready, on, request.sees), "known_position": known}
    return JsonResponse(body, headers={"Ledger-Position": str(known)})


def _one_day(day: date | None, as_of: date | None) -> date | None:
    """Return the day given under either name. Raises the problem `invalid` for two days."""
    if day is not None and as_of is not None and day != as_of:
        raise invalid([_TWO_DAYS])
    return day or as_of


class _Turn(NamedTuple):
    """A page of a timeline: its start, its order, and the position as known at which it is read.

    `known_at` is the original parameter for that position.
    """

    known: int
    start: int
    order: str
    known_at: str


async def _continue(request: RequestContext, turn: _Turn) -> str:
    text = ":".join(map(str, ((await request.ledger.head()).epoch, *turn)))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def _resume(request: RequestContext, cursor: str, order: str | None, known_at: str | None) -> _Turn:
    """Return the page that a cursor continues with; no other parameter may contradict it."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    match = fullmatch(r"([0-9]{1,9}):([0-9]{1,18}):([0-9]{1,9}):(occurred|recorded):(.{0,40})", text)
    if match is None or order not in {None, match[4]} or known_at not in {None, match[5]}:
        raise invalid([no_cursor()])
    await request.check_epoch(int(match[1]), int(match[2]), await request.ledger.head())
    return _Turn(int(match[2]), int(match[3]), match[4], match[5])


def _answers(model: Any) -> dict[int | str, dict[str, Any]]:  # noqa: ANN401 - a type
    return WITHIN | {200: {"model": model}}


for _kind in PATHS:
    _at = path_of(_kind)
    router.get(_at, responses=_answers(file_answer(_kind)))(of_kind(_kind, file))
    router.get(f"{_at}/entries", responses=_answers(TimelineAnswer) | responses("other_epoch"))(
        of_kind(_kind, entries)
    )
    router.get(f"{_at}/obligations", responses=_answers(answer_about(_kind, ObligationsAnswer)))(
        of_kind(_kind, obligations)
    )
    if _kind == "child":
        router.get(f"{_at}/readiness", responses=_answers(ReadinessKnownAnswer))(of_kind(_kind, readiness))
