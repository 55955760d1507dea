"""Statements: what files say line by line, of one file and across files, a page of files at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.list_tables import of_one_file
from api.contract.listing import CountedListing
from api.contract.problems import OF_FILE, invalid
from api.contract.statement_answers import is_settled, line_json, listed_line, statement_answer, told_of_line
from api.contract.statement_tables import STATEMENT_TABLES
from api.http.column_filters import ColumnWhere, WantedValues, has_values, wanted_values
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, FileRequest, KnownAt, RequestContext, list_request
from api.http.file_points import file_point, one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import ListView, list_page, list_view, listing, with_names
from api.http.listed_files import listed_files
from api.http.lists import several
from api.identity.acting import roles_that_record_any
from api.identity.permissions import Role
from domain.event import Category
from domain.file import File
from domain.joined_files import is_listed
from domain.label import Label
from domain.limit import Area, limit
from domain.obligations import History
from domain.resting import noting_each
from domain.rulebook import Rulebook
from domain.statement import Statement, StatementLine
from domain.statements.aid_cases import AID_CASES
from domain.statements.allowance_months import ALLOWANCE_MONTHS
from domain.statements.given_out import GIVEN_OUT
from domain.statements.illness_costs import ILLNESS_COSTS
from domain.statements.institution_transfers import TRANSFERS
from domain.statements.paper_sets import PAPER_SETS
from domain.statements.referrals import REFERRALS
from domain.when import add
from ledger.codec.messages import InvalidValue
from ledger.compute import compute
from projections.files_with import FileWith, files_with

router = APIRouter()

STATEMENTS: Final[tuple[Statement[Any], ...]] = (
    ILLNESS_COSTS,
    AID_CASES,
    REFERRALS,
    TRANSFERS,
    PAPER_SETS,
    ALLOWANCE_MONTHS,
    GIVEN_OUT,
)
MOST_FILES: Final = limit(
    100,
    Area.ANSWERS,
    Label("明细列表一页所读的档案", "Files read for a page of a statement across files"),
    why=Label("每份档案都要整份解密、重算", "Each is opened and computed whole"),
    beyond=Label("其余列在后页", "The others are on the pages that follow"),
)
MOST_SUMMED: Final = limit(
    5_000,
    Area.COSTS,
    Label("一次合计的有明细的档案数", "Files with lines that are summed or counted at once"),
    why=Label("每份档案都要整份解密、重算", "Each is opened and computed whole"),
    beyond="invalid",
)
_TOO_MANY: Final = Label("需合计的档案过多", "would sum more files than are read at once")
_NARROWER: Final = Label("请逐个机构查询", "ask for one institution after the other")
_STEPS: Final = 10
"""Steps of a page at most, each of as many files as the page may have, most of which may have nothing."""
_ENOUGH: Final = 2000
"""Lines with which a page ends after the files of a step."""

OfFiles: TypeAlias = Annotated[RequestContext, Depends(list_request("register"))]
SinceDay: TypeAlias = Annotated[date | None, Query(description="The first day of what lines are about.")]
UntilDay: TypeAlias = Annotated[date | None, Query(description="The last day of what lines are about.")]
StatementLines: TypeAlias = tuple[list[dict[str, Any]], set[Category]]
"""The lines of a file as they are answered, and the categories of what they tell."""


@dataclass(frozen=True, slots=True)
class StatementAsked:
    """What is asked of each file: which statement, on which day, with lines about which days and of what.

    `mark` is what of it a cursor belongs to. `institution` keeps the files in its charge.
    """

    statement: Statement[Any]
    day: date
    since: date | None
    until: date | None
    wanted: WantedValues
    mark: tuple[object, ...]
    institution: UUID | None = None

    def keeps(self, line: StatementLine) -> bool:
        """Whether a line is about one of the days, or about a day that is not known."""
        return line.on is None or (self.since or date.min) <= line.on <= (self.until or date.max)


def statement_asked(
    statement: Statement[Any],
    day: date,
    since: date | None,
    until: date | None,
    where: Sequence[str] | None,
    institution: UUID | None = None,
) -> StatementAsked:
    """Return what is asked of each file by these filters. Raises the problem `invalid`."""
    mark = (statement.name, since, until, several(where))
    if since is None and statement.months is not None:
        since = add(min(day, until or day), months=-statement.months)
    wanted = wanted_values(where, STATEMENT_TABLES[statement.name].coded)
    return StatementAsked(statement, day, since, until, wanted, mark, institution)


async def statement_lines(
    request: RequestContext, asked: StatementAsked, file: File, rulebook: Rulebook
) -> StatementLines:
    """Return the lines of a file; what rests on a category that the caller does not see is left out."""

    def read() -> StatementLines:
        found, _ = noting_each(asked.statement.lines(History(file, rulebook), asked.day))
        items: list[dict[str, Any]] = []
        told: set[Category] = set()
        for line, on in found:
            answer = line_json(line, request.sees)
            if on <= request.sees and asked.keeps(line) and has_values(answer, asked.wanted):
                items.append(answer)
                told |= on | told_of_line(line, request.sees)
        return items, told

    return await compute(read, len(file.entries))


def _of_file(statement: Statement[Any]) -> Callable[..., Awaitable[JsonResponse]]:
    async def statement_of_file(
        request: FileRequest,
        child: UUID,
        since: SinceDay = None,
        until: UntilDay = None,
        where: ColumnWhere = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
    ) -> JsonResponse:
        point = await file_point(request, child, as_of, known_at)
        asked = statement_asked(statement, point.day, since, until, where)
        items, told = await statement_lines(request, asked, point.file, point.rulebook)
        await request.note({child: told}, statement.name)
        body = {
            "child": child,
            "as_of": point.day,
            "known_position": point.known,
            "items": items,
            "next": None,
        }
        return JsonResponse(body, headers={"Ledger-Position": str(point.known)})

    return statement_of_file


def _across_files(statement: Statement[Any]) -> Callable[..., Awaitable[JsonResponse]]:
    async def statement_across_files(
        request: OfFiles,
        since: SinceDay = None,
        until: UntilDay = None,
        where: ColumnWhere = None,
        institution: UUID | None = None,
        day: Day = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        total: WithTotal = False,  # noqa: FBT002 - of the query string
        limit: PageLimit = 50,
        cursor: Cursor = None,
    ) -> JsonResponse:
        await request.check_institution(institution, "/query/institution")
        view = await list_view(request, known_at, cursor, "register")
        asked = statement_asked(
            statement, one_day(day, as_of) or request.today, since, until, where, institution
        )
        files, following = await lines_across(request, asked, view, limit)
        counted = await _total(request, asked, view) if total else None
        told = {child: {*categories, Category.IDENTITY} for child, (_, categories) in files.items()}
        await request.note(told, statement.name)
        items = [{"child": child, **line} for child, (lines, _) in files.items() for line in lines]
        acting = _acting if is_settled(statement.line) else None
        named = await with_names(request, items, view.known, acting)
        return listing(named, following, view, total=counted)

    return statement_across_files


async def _total(request: RequestContext, asked: StatementAsked, view: ListView) -> int:
    """Count the lines of all files; nothing of them is told. Raises `invalid` where these are too many."""
    with request.container.budgets.tables.taken(request.actor.user):
        return sum(
            [len(lines) async for files in every_line(request, asked, view) for lines in files.values()]
        )


async def every_line(
    request: RequestContext, asked: StatementAsked, view: ListView
) -> AsyncIterator[Mapping[UUID, Sequence[Mapping[str, Any]]]]:
    """Yield the lines of all files from the first on, some files at a time.

    Raises the problem `invalid` where more files than are read at once have some.
    """
    read, following = 0, None
    while True:
        files, following = await lines_across(request, asked, replace(view, cursor=following), MOST_FILES)
        read += len(files)
        if read > MOST_SUMMED:
            raise invalid([InvalidValue("/query/institution", _TOO_MANY, _NARROWER)])
        yield {child: lines for child, (lines, _) in files.items()}
        if following is None:
            return
        following = following.removeprefix(view.pinned)
        await request.still()


async def lines_across(
    request: RequestContext, asked: StatementAsked, view: ListView, limit: int
) -> tuple[dict[UUID, StatementLines], str | None]:
    """Return the lines of the next files that have some, in the order of the register, and what follows.

    Whoever shows them notes the access.
    """
    found: dict[UUID, StatementLines] = {}
    step, read, following = min(limit, MOST_FILES), 0, view.cursor
    for _ in range(_STEPS):
        page = await list_page(
            request,
            files_with,
            replace(view, cursor=following),
            day=asked.day,
            types=tuple(each.__name__ for each in asked.statement.about),
            asked=asked.mark,
            institution=asked.institution,
            limit=step,
        )
        found |= await _of_files(request, asked, page.rows, view)
        read += sum(row.has for row in page.rows)
        following = None if page.next is None else page.next.removeprefix(view.pinned)
        lines = sum(len(each) for each, _ in found.values())
        if page.next is None or read + step > MOST_FILES or lines >= min(limit, _ENOUGH):
            break
    return found, page.next


def _acting(item: dict[str, Any], placed: bool) -> Sequence[Role]:  # noqa: FBT001 - of a file
    open_for = item["settled_by"]
    return roles_that_record_any(open_for, placed=placed) if open_for else ()


async def _of_files(
    request: RequestContext, asked: StatementAsked, rows: Sequence[FileWith], view: ListView
) -> dict[UUID, StatementLines]:
    """Return the lines of the files that have some, in the order of the rows."""
    having = [row.child for row in rows if row.has]
    found: dict[UUID, StatementLines] = {}
    async for child, file, rulebook in listed_files(request, having, view.known):
        if is_listed(file):
            lines = await statement_lines(request, asked, file, rulebook)
            if lines[0]:
                found[child] = lines
    return found


for _statement in STATEMENTS:
    _table, _what = STATEMENT_TABLES[_statement.name], _statement.label.en
    _one, _all = _of_file(_statement), _across_files(_statement)
    _name = _statement.name.replace("-", "_")
    _one.__name__, _one.__doc__ = f"{_name}_of_file", f"List of one file: {_what}."
    _all.__name__ = _name
    _all.__doc__ = f"""List across files: {_what}.

    `limit` is the number of files whose lines a page has; a page may have fewer, and a next one all the same.
    `total` counts lines, for which all files are read.
    """
    router.get(
        f"/children/{{child}}/{_statement.name}",
        responses=OF_FILE | listed(statement_answer(_statement)),
        tags=["one file"],
    )(in_formats(of_one_file(_table), one_page)(_one))
    router.get(
        f"/{_statement.name}",
        responses=listed(CountedListing[listed_line(_statement)]),  # type: ignore[misc]  # made at run time
        tags=["across files"],
    )(in_formats(_table)(_all))
