"""The timeline of one file: its entries in the order in which they happened or were recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Query

from api.contract.encoding import JsonResponse
from api.contract.entries import EntryAnswer, TimelineAnswer, entry_json
from api.contract.file_kinds import PATHS, path_of
from api.contract.problems import OF_FILE, invalid, responses
from api.http.authentication import callers_router
from api.http.cursors import Cursor, CursorNumber, PageLimit, packed, resumed
from api.http.dependencies import FileRequest, KnownAt, RequestContext, categories_of
from api.http.of_kind import of_kind
from domain.entry import LATE_DAYS, AnyEntry
from domain.event import CATALOGUE, Category, Kind
from domain.event import chapter as chapter_of
from domain.file import ATTRIBUTES, TURN, names_entry
from domain.label import Label
from domain.limit import Area, limit
from domain.when import FIRST_DAY, LAST_DAY, day_of
from ledger.codec.messages import InvalidValue, unknown_word
from ledger.compute import compute

router = callers_router("one file")

TimelineAxis: TypeAlias = Literal["occurred", "recorded"]
MOST_TYPES: Final = limit(
    20,
    Area.REQUESTS,
    Label("一次按事件类型筛选的类型数", "Types of event that a timeline is narrowed to"),
    why=Label("游标须记住所选的类型", "The cursor of the next page has them all"),
    beyond="invalid",
)


@dataclass(frozen=True, slots=True)
class TimelineTurn:
    """A page of a timeline: what was asked for, the position as known at which it is read, and its start.

    `known_at` is the parameter that `known` was pinned to.
    """

    epoch: CursorNumber
    known: CursorNumber
    start: CursorNumber
    order: TimelineAxis
    latest_first: bool
    known_at: str | None
    as_of: date | None
    since: date | None
    until: date | None
    type: list[str] | None
    chapter: str | None
    late_or_amended: bool | None
    recorded_by: UUID | None

    def has(self, entry: AnyEntry) -> bool:
        """Whether the timeline, as asked for, has an entry."""
        days = (FIRST_DAY if self.since is None else self.since, self.until or LAST_DAY)
        return (
            days[0] <= self._day(entry) <= days[1]
            and (self.as_of is None or entry.days.last <= self.as_of)
            and (self.type is None or entry.type in self.type)
            and (self.chapter is None or self.chapter in _chapters(entry))
            and self.recorded_by in {None, entry.recorded_by.user}
        )

    def _day(self, entry: AnyEntry) -> date:
        if self.order == "occurred" or entry.recorded_at is None:
            return entry.days.last
        return day_of(entry.recorded_at)


async def entries(
    request: FileRequest,
    file_id: UUID,
    order: Annotated[TimelineAxis | None, Query(description="`occurred` by default.")] = None,
    latest_first: Annotated[
        bool | None, Query(description="Whether the latest come first; false by default.")
    ] = None,
    as_of: Annotated[date | None, Query(description="What had happened by this day; all by default.")] = None,
    known_at: KnownAt = None,
    since: Annotated[
        date | None, Query(description="The first day, of happening or of recording as `order` says.")
    ] = None,
    until: Annotated[date | None, Query(description="The last day, of the same.")] = None,
    type: Annotated[  # noqa: A002 - as entries name it
        list[str] | None,
        Query(min_length=1, max_length=MOST_TYPES, description="Types of event; all by default."),
    ] = None,
    chapter: Annotated[
        str | None, Query(max_length=40, description="What belongs to one chapter of a life, or changes it.")
    ] = None,
    late_or_amended: Annotated[
        bool | None,
        Query(
            description=f"Only what was recorded more than {LATE_DAYS} days late, what amends another entry,"
            " and what was amended."
        ),
    ] = None,
    recorded_by: Annotated[
        UUID | None, Query(description="The user who recorded; anybody by default.")
    ] = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List a file's entries, each with both its dates, the days between them, and its amendments.

    An entry whose day is not known exactly counts on its latest day, as it does in the file.
    """
    asked = {
        "order": order,
        "latest_first": latest_first,
        "known_at": known_at,
        "as_of": as_of,
        "since": since,
        "until": until,
        "type": type,
        "chapter": chapter,
        "late_or_amended": late_or_amended,
        "recorded_by": recorded_by,
    }
    if cursor is None:
        await _check(request, type, chapter, recorded_by)
        head, known = await request.ledger.head(), await request.known(known_at)
        turn = TimelineTurn(
            head.epoch,
            known,
            0,
            order or "occurred",
            latest_first or False,
            known_at,
            as_of,
            since,
            until,
            type,
            chapter,
            late_or_amended,
            recorded_by,
        )
    else:
        turn = await resumed(request, TimelineTurn, cursor, asked)
    read = await request.file(file_id, known=turn.known, about=date.min, tells="entries")
    last, end, told = request.until(read), turn.start + limit, request.unrestricted(read)
    causes = await request.causes(read.entries.values())
    recorders = await request.recorders(read.entries.values())

    def paged() -> tuple[list[EntryAnswer], set[Category], bool]:
        line = [each for each in read.entries.values() if each.days.last <= last and turn.has(each)]
        line = [*filter(told, line)]
        if turn.late_or_amended:
            amended = {*map(names_entry, read.entries.values())}
            line = [each for each in line if each.is_late or names_entry(each) or each.entry_id in amended]
        line.sort(key=TURN)
        if turn.order == "occurred":
            line.sort(key=lambda entry: (entry.days.last, entry.days.earliest))
        if turn.latest_first:
            line.reverse()
        shown = line[turn.start : end]
        items = [
            entry_json(entry, read, request.sees, read.entries, causes=causes, recorders=recorders)
            for entry in shown
        ]
        return items, categories_of(shown), end < len(line)

    items, categories, more = await compute(paged, len(read.entries))
    await request.note({file_id: categories}, "entries")
    body = {
        "items": items,
        "next": packed(replace(turn, start=end)) if more else None,
        "known_position": turn.known,
        "restricted": bool(request.restrictions),
    }
    return JsonResponse(body, headers={"Ledger-Position": str(turn.known)})


def chapters_of(kind: Kind) -> set[str]:
    """Return the chapters of the events and of the attributes of files of a kind."""
    own = {chapter_of(each) for each in CATALOGUE.values() if each.kind == kind}
    return own | {each.chapter for each in ATTRIBUTES.values() if each.kind == kind}


def _chapters(entry: AnyEntry) -> set[str]:
    """Return the chapter of an entry's event, and those of the attributes that it speaks of."""
    return {chapter_of(type(entry.event)), *(held.attribute.chapter for held in entry.event.holds(entry))}


async def _check(
    request: RequestContext, types: Sequence[str] | None, chapter: str | None, person: UUID | None
) -> None:
    """Raise the problem `invalid` if a filter names a type, a chapter or a person that there is not."""
    faults = list(unknown_types(request, types or ()))
    chapters = sorted(chapters_of(request.kind))
    if chapter is not None and chapter not in chapters:
        faults.append(unknown_word("/query/chapter", _NO_CHAPTER, chapter, chapters))
    if person is not None and not await request.container.identity.names([person]):
        faults.append(InvalidValue("/query/recorded_by", _NOBODY))
    if faults:
        raise invalid(faults)


def unknown_types(request: RequestContext, types: Sequence[str]) -> Iterator[InvalidValue]:
    """Yield what is said of types of event that files of the request's kind do not have."""
    known = [name for name, each in CATALOGUE.items() if each.kind == request.kind]
    for name in types:
        if name not in known:
            yield unknown_word("/query/type", _NO_TYPE, name, known)


_NO_CHAPTER: Final = Label("没有该章节", "no such chapter")
_NO_TYPE: Final = Label("没有该事件类型", "no such type of event")
_NOBODY: Final = Label("没有该编号的人员", "there is nobody with this id")

for _kind in PATHS:
    router.get(
        f"{path_of(_kind)}/entries",
        responses=OF_FILE | {200: {"model": TimelineAnswer}} | responses("other_epoch"),
    )(of_kind(_kind, entries))
