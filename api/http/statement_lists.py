"""Statements across files: what files say line by line, in lists that are sorted and counted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, SortedBy
from api.contract.listing import CountedListing
from api.contract.problems import invalid
from api.contract.statement_answers import institutions_of, line_json, listed_line, told_json, told_of_line
from api.contract.statement_tables import STATEMENT_TABLES
from api.http.authentication import callers_router
from api.http.column_filters import ColumnWhere
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.evidence import evidence
from api.http.file_points import one_day
from api.http.file_statements import SinceDay, StatementAsked, UntilDay, lines_asked, statement_asked
from api.http.list_formats import in_formats, listed
from api.http.list_pages import (
    ListView,
    counted_listing,
    institution_names,
    list_page,
    list_view,
    opened_rows,
    with_names,
)
from api.http.listed_files import listed_files
from api.http.next_to_act import PEOPLE_MODELS, NextToAct
from api.identity.acting import NOBODY_ACTS, ToAct, to_record_any
from domain.event import Category
from domain.file import File
from domain.joined_files import is_listed
from domain.label import Label
from domain.limit import Area, limit
from domain.rulebook import Rulebook
from domain.statement import KeptLine, Statement, StatementLine
from domain.statements import STATEMENTS
from ledger.codec.messages import InvalidValue
from ledger.compute import compute
from projections.listed_lines import LISTED, SORTS, LinesAsked, ListedLine, TooManyMovedError, listed_line_of
from projections.listed_lines import statement_lines as lines_across
from projections.paging import MOST, Page
from projections.statement_lines import line_of, personal_of

router = callers_router()

MODELS: Final = ("register", "statement_files", "statement_lines", *PEOPLE_MODELS)
"""The read models that the lists ask."""
MOST_FILES: Final = limit(
    100,
    Area.ANSWERS,
    Label("明细列表一页所打开的档案", "Files opened for a page of a statement across files"),
    why=Label(
        "早于档案最近变化的日期，须逐份重算", "On a day before they last changed, each is computed whole"
    ),
    beyond=Label("其余列在后页", "The others are on the pages that follow"),
)
MOST_MOVED: Final = limit(
    5_000,
    Area.COSTS,
    Label("排序或者合计时所打开的档案", "Files opened to sort or count a statement"),
    why=Label(
        "早于档案最近变化的日期，须逐份重算", "On a day before they last changed, each is computed whole"
    ),
    beyond="invalid",
)
MOST_SUMMED: Final = limit(
    100_000,
    Area.COSTS,
    Label("一次合计的明细行数", "Lines of a statement that are summed at once"),
    why=Label("逐页读取", "They are read page by page"),
    beyond="invalid",
)
_TOO_MANY_LINES: Final = Label("需合计的明细过多", "would sum more lines than are read at once")
_TOO_MANY_MOVED: Final = Label(
    "此日期之后有变化的档案过多", "is before the last change of more files than are opened at once"
)
_NARROWER: Final = Label("请逐个机构查询", "ask for one institution after the other")
OfFiles: TypeAlias = Annotated[RequestContext, Depends(list_request(*MODELS))]
ToldLine: TypeAlias = tuple[UUID, StatementLine, set[Category]]
"""A line, whose it is, and the categories on which it rests."""


def _across_files(statement: Statement[Any]) -> Callable[..., Awaitable[JsonResponse]]:
    sorted_by = Annotated[str | None, Query(description=SORT), SortedBy(SORTS[statement.name])]

    async def statement_across_files(
        request: OfFiles,
        since: SinceDay = None,
        until: UntilDay = None,
        where: ColumnWhere = None,
        institution: UUID | None = None,
        day: Day = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        sort: sorted_by = None,
        total: WithTotal = False,  # noqa: FBT002 - of the query string
        limit: PageLimit = 50,
        cursor: Cursor = None,
    ) -> JsonResponse:
        await request.check_institution(institution, "/query/institution")
        view = await list_view(request, known_at, cursor, *MODELS)
        asked = statement_asked(
            statement, one_day(day, as_of) or request.today, since, until, where, institution
        )
        page = await statement_page(request, asked, view, limit=limit, sort=sort, total=total)
        lines = await told_lines(request, asked, page.rows)
        items = [{"child": child, **line_json(line, request.sees)} for child, line, _ in lines]
        told: dict[UUID, set[Category]] = {}
        for child, line, on in lines:
            told.setdefault(child, {Category.IDENTITY}).update(on | told_of_line(line, request.sees))
        entries = await evidence(request, (each for item in items for each in item["entries"]))
        for child, categories in entries.categories.items():
            told.setdefault(child, set()).update(categories)
        await request.note(told, statement.name)
        names = await institution_names(request, institutions_of(items))
        who = NextToAct(asked.day, _acting)
        named = await with_names(request, items, view.known, who, entries.scopes)
        told_items = [told_json(each, entries.answers, names) for each in named]
        return counted_listing(told_items, page, view, STATEMENT_TABLES[statement.name])

    return statement_across_files


def _acting(item: dict[str, Any], placed: bool) -> ToAct:  # noqa: FBT001 - of a file
    open_for = item["settled_by"]
    return to_record_any(open_for, placed=placed) if open_for else NOBODY_ACTS


async def statement_page(
    request: RequestContext,
    asked: StatementAsked,
    view: ListView,
    *,
    limit: int,
    sort: str | None = None,
    total: bool = False,
) -> Page[ListedLine]:
    """Return a page of the lines of all files; whoever shows them notes the access.

    Raises the problem `invalid` where more files would be opened than are at once.
    """
    lines = LinesAsked(
        statement=asked.statement,
        since=asked.since,
        until=asked.until,
        values=asked.wanted,
        of_files=partial(_of_files, request, asked, view),
        step=min(limit, MOST_FILES),
        most=MOST_MOVED,
    )
    try:
        return await list_page(
            request,
            lines_across,
            view,
            day=asked.day,
            asked=asked.mark,
            institution=asked.institution,
            tools={"keyed": request.ledger.term, "lines": lines},
            limit=limit,
            sort=sort,
            total=total,
        )
    except TooManyMovedError:
        raise invalid([InvalidValue("/query/institution", _TOO_MANY_MOVED, _NARROWER)]) from None


async def told_lines(
    request: RequestContext, asked: StatementAsked, rows: Sequence[ListedLine]
) -> list[ToldLine]:
    """Return the lines of rows, as they are told on the day, with what is personal that the caller sees."""
    opened = await opened_rows(request, LISTED, rows)
    sealed = {row.child for row in opened if row.personal is not None}
    seal = await request.ledger.seal_for(sealed, request.sees)
    told: list[ToldLine] = []
    for row in opened:
        on = {*map(Category, row.rests_on)}
        if row.line is not None:
            told.append((row.child, row.line, on))
            continue
        personal = personal_of(row.child, row.personal, seal, request.sees)
        kept = line_of(asked.statement, row.content, personal)
        months = None if row.through is None else (row.told_on, row.told_on)
        told += ((row.child, line, on) for line in asked.statement.told(KeptLine(kept, months), asked.day))
    return told


async def every_line(
    request: RequestContext, asked: StatementAsked, view: ListView
) -> AsyncIterator[Mapping[UUID, Sequence[Mapping[str, Any]]]]:
    """Yield the lines of all files from the first on, some at a time.

    Raises the problem `invalid` where these are more than are read at once.
    """
    read, following = 0, None
    while True:
        page = await statement_page(request, asked, replace(view, cursor=following), limit=MOST)
        read += len(page.rows)
        if read > MOST_SUMMED:
            raise invalid([InvalidValue("/query/institution", _TOO_MANY_LINES, _NARROWER)])
        lines: dict[UUID, list[Mapping[str, Any]]] = {}
        for child, line, _ in await told_lines(request, asked, page.rows):
            lines.setdefault(child, []).append(line_json(line, request.sees))
        yield lines
        if page.next is None:
            return
        following = page.next.removeprefix(view.pinned)
        await request.still()


async def _of_files(
    request: RequestContext, asked: StatementAsked, view: ListView, files: Mapping[UUID, int]
) -> list[ListedLine]:
    """Return the lines of files that are opened for them, each with the position of its first entry."""
    found: list[ListedLine] = []
    async for piece in listed_files(request, [*files], view.known):
        for child, file, rulebook in piece:
            if is_listed(file):
                rows = partial(_of_file, request, asked, file, rulebook, child, files[child])
                found += await compute(rows, len(file.entries))
    return found


def _of_file(
    request: RequestContext, asked: StatementAsked, file: File, rulebook: Rulebook, child: UUID, opened: int
) -> list[ListedLine]:
    told = (
        listed_line_of(asked.statement, line, on, child=child, opened=opened)
        for line, on, _ in lines_asked(asked, file, rulebook, request.sees)
    )
    return [*LISTED.numbered(told, request.ledger.term)]


for _statement in STATEMENTS:
    _all = _across_files(_statement)
    _all.__name__ = _statement.name.replace("-", "_")
    _all.__doc__ = f"List across files: {_statement.label.en}."
    router.get(
        f"/{_statement.name}",
        responses=listed(CountedListing[listed_line(_statement)]),  # type: ignore[misc]  # made at run time
        tags=["across files"],
    )(in_formats(STATEMENT_TABLES[_statement.name])(_all))
