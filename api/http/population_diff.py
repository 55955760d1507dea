"""The files in a caller's scope that differ between two points on both axes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends

from api.contract.encoding import JsonResponse
from api.contract.file_differences import DifferingListing
from api.contract.file_kinds import PATHS
from api.contract.problems import invalid
from api.contract.tables_across_files import DIFFERENCES_TABLE
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal, packed
from api.http.dependencies import RequestContext, list_request
from api.http.file_points import FilePoint
from api.http.file_snapshots import FileSnapshot, file_difference, file_snapshot
from api.http.list_formats import in_formats, listed
from api.http.two_points import From, FromKnownAt, To, ToKnownAt, TwoPoints, files_points, two_points
from api.identity.restricted import restricted
from domain.event import Category
from domain.file import ATTRIBUTES
from domain.joined_files import joined_by
from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue
from ledger.compute import compute
from projections.opened import OpenedFile, files_opened
from projections.paging import Page
from projections.scopes import StreamScope

router = callers_router("across files")

_MODELS: Final = ("register", "unlisted")
OfPopulation: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]

FILES_COMPARED: Final = limit(
    100,
    Area.COSTS,
    Label("GET /diff 一页比较的档案数", "Files that a page of GET /diff compares"),
    why=Label("每一份档案都要在两个时点重新计算", "Each is computed anew at both points"),
    beyond=Label("其余在下一页", "The rest is on the next page"),
)
ENTRIES_COMPARED: Final = limit(
    20_000,
    Area.COSTS,
    Label("GET /diff 一页读取的条目数", "Entries that a page of GET /diff reads"),
    why=Label("约半秒的读取和计算", "About half a second of reading and computing"),
    beyond=Label("其余在下一页", "The rest is on the next page"),
)
FILES_COUNTED: Final = limit(
    5_000,
    Area.COSTS,
    Label("GET /diff 合计时比较的档案数", "Files that GET /diff compares to count those that differ"),
    why=Label("每一份档案都要在两个时点重新计算", "Each is computed anew at both points"),
    beyond="invalid",
)
_TOO_MANY: Final = Label("需比较的档案过多", "would compare more files than are read at once")
_LATER: Final = Label(
    "请不写此项，或者取相近的两个时点", "leave it out, or ask for points of one day with less in between"
)
_MOVED_POSITIONS: Final = 10_000
"""Positions of which the files that moved are looked up at once; beyond, each file is looked at."""
_FILES_AT_ONCE: Final = 25


@dataclass(frozen=True, slots=True)
class _Differing:
    """A differing file as listed, and the categories of personal data that it and its findings reveal."""

    item: dict[str, Any]
    personal: set[Category]
    told: frozenset[Category]


@router.get("/diff", responses=listed(DifferingListing, "other_epoch"))
@in_formats(DIFFERENCES_TABLE)
async def population_difference(
    request: OfPopulation,
    from_: From = None,
    to: To = None,
    from_known_at: FromKnownAt = None,
    to_known_at: ToKnownAt = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the children's files that differ between two points, in the order of the register.

    A page compares a bounded number of files, so it may have few and a next one all the same. Files that
    cannot differ, where the days are equal and nothing was recorded in between, are passed over. Of a file
    that is joined to another at one of the points everything is gone there, and the difference is that of the
    file that stays.
    """
    position = request.container.projector.position_of(*_MODELS)
    # What the register does not show yet is not known here, so that the last page misses no file.
    points = await two_points(request, (from_, to), (from_known_at, to_known_at), cursor, through=position)
    items, start = await _differing(request, points, limit)
    counted = await _total(request, points) if total else None
    for purpose, read_of in (
        ("diff", {each.item["child"]: each.personal for each in items}),
        ("findings", {each.item["child"]: each.told - each.personal for each in items}),
    ):
        await request.note(read_of, purpose)
    digest = request.ledger.rulebook.digest
    body = {
        "items": [each.item for each in items],
        "next": None if start is None else packed(replace(points, start=start)),
        "total": counted,
        **points.answers(digest, digest),
    }
    return JsonResponse(body, headers={"Ledger-Position": str(position)})


async def _differing(
    request: RequestContext, points: TwoPoints, limit: int
) -> tuple[list[_Differing], int | None]:
    """Return the next files that differ, and where what follows them begins, None at the end."""
    page = await _opened(request, points)
    items: list[_Differing] = []
    start, read, more = points.start, 0, page.next is not None
    rows = page.rows
    while rows and len(items) < limit and read < ENTRIES_COMPARED:
        piece = _piece(rows, ENTRIES_COMPARED - read)
        both = await files_points(request, [row.child for row in piece], points)
        stays = await _files_that_stay(request, both, points)
        for row in piece:
            if len(items) == limit:
                break
            start, rows = row.opened, rows[1:]
            if row.child in both:
                read += row.version
                items += await _compared(request, row.child, *both[row.child], points, stays)
    return items, start if more or rows else None


async def _total(request: RequestContext, points: TwoPoints) -> int:
    """Count the files that differ; nothing of them is told.

    Raises the problem `invalid` where more files would have to be compared than at once.
    """
    count, start = 0, 0
    with request.container.budgets.tables.taken(request.actor.user):
        for _ in range(FILES_COUNTED // FILES_COMPARED):
            items, following = await _differing(request, replace(points, start=start), FILES_COMPARED)
            count += len(items)
            if following is None:
                return count
            start = following
            await request.still()
    raise invalid([InvalidValue("/query/total", _TOO_MANY, _LATER)])


async def _opened(request: RequestContext, points: TwoPoints) -> Page[OpenedFile]:
    """Return the files to compare next: all in scope, or those that can differ if these are few."""
    among = None
    before, after = sorted((points.from_known, points.to_known))
    if points.from_day == points.to_day and after - before <= _MOVED_POSITIONS:
        # An institution that moved may have adopted another rulebook.
        among = {each.stream for each in await request.ledger.moved(before, after)}
    async with request.container.projector.reading() as connection:
        return await files_opened(
            connection, request.readable, after=points.start, limit=FILES_COMPARED, among=among
        )


def _piece(rows: list[OpenedFile], entries: int) -> list[OpenedFile]:
    """Return the next files to read at once: at least one, and no more entries than are left to read."""
    piece: list[OpenedFile] = []
    for row in rows[:_FILES_AT_ONCE]:
        if piece and sum(each.version for each in piece) + row.version > entries:
            break
        piece.append(row)
    return piece


async def _files_that_stay(
    request: RequestContext, both: Mapping[UUID, tuple[FilePoint, FilePoint]], points: TwoPoints
) -> dict[UUID, UUID | None]:
    """Return, of files joined to another at a point, the one that stays; None if it may not be read."""
    joinings = {
        child: joining.event.kept
        for child, each in both.items()
        if (joining := next(filter(None, (joined_by(point.file) for point in each)), None)) is not None
    }
    scopes = await request.scopes(set(joinings.values())) if joinings else {}
    about = max(points.from_day, points.to_day)
    return {
        child: kept if _tells_whole(request, scopes.get(kept), about) else None
        for child, kept in joinings.items()
    }


def _tells_whole(request: RequestContext, stays: StreamScope | None, about: date) -> bool:
    told = request.reads(stays, about)
    return told and stays is not None and stays.scope is not None and not restricted(stays.scope)


async def _compared(
    request: RequestContext,
    child: UUID,
    first: FilePoint,
    second: FilePoint,
    points: TwoPoints,
    stays: Mapping[UUID, UUID | None],
) -> list[_Differing]:
    """Return the file as it is listed if it differs, else nothing."""
    # The address of a joined file answers nobody who may not read the one that stays.
    if _cannot_differ(first, second) or stays.get(child, child) is None:
        return []
    asked = partial(_difference, request, child, first, second, points, stays.get(child))
    return await compute(asked, max(len(first.file.entries), len(second.file.entries)))


def _cannot_differ(first: FilePoint, second: FilePoint) -> bool:
    """Whether a file is the same at both points: the same day, the same entries, the same rules."""
    return (first.day, first.file.position, first.rulebook.digest) == (
        second.day,
        second.file.position,
        second.rulebook.digest,
    )


def _difference(
    request: RequestContext,
    child: UUID,
    first: FilePoint,
    second: FilePoint,
    points: TwoPoints,
    kept: UUID | None,
) -> list[_Differing]:
    before, after = (
        # Its address answers nothing of it where it is joined to another.
        FileSnapshot() if joined_by(each.file) else file_snapshot(each, child, request.sees)
        for each in (first, second)
    )
    differing = file_difference(before, after)
    paths = list(dict.fromkeys(each.path for each in differing.all))
    if not paths:
        return []
    latest = first.file if points.from_known > points.to_known else second.file
    entries = sum(bool(points.between(each)) for each in latest.entries.values())
    item = {
        "child": child,
        "counts": {
            "fields": len(differing.fields),
            "obligations": len(differing.obligations),
            "gates": len(differing.gates),
            "findings": len(differing.findings),
            "entries": entries,
        },
        "paths": paths,
        "joined_to": kept,
        "difference": f"{PATHS['child']}/{kept or child}/diff?{_query(points)}",
    }
    personal = {
        attribute.personal
        for each in differing.fields
        if (attribute := ATTRIBUTES.get(_named(each.path))) is not None and attribute.personal is not None
    }
    return [_Differing(item, personal, before.told | after.told)]


def _named(path: str) -> tuple[str, str]:
    chapter, _, name = path.partition(".")
    return chapter, name


def _query(points: TwoPoints) -> str:
    return urlencode(
        {
            "from": points.from_day.isoformat(),
            "to": points.to_day.isoformat(),
            "from_known_at": points.from_known,
            "to_known_at": points.to_known,
        }
    )
