"""Lists in three forms: a page as JSON, or the whole list as CSV or as a workbook.

A table is the list's own pages, one after the other, row by row: the same question, permission, masking and
access log. It is written while it is sent, so that its length takes no memory.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import wraps
from inspect import Parameter as Argument
from inspect import signature
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, cast
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.budgets import Budget
from api.contract.csv_lines import CSV, MARK, TableCell, csv_line
from api.contract.encoding import JsonResponse, dumps
from api.contract.list_tables import LinesOf, ListTable, headings, in_language
from api.contract.problems import ANYWHERE, Problem, invalid, responses
from api.contract.sentences import Language
from api.contract.value_words import called
from api.contract.workbook_parts import XLSX, WorkbookParts
from api.http.dependencies import RequestContext
from api.http.streamed import Streamed
from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue
from projections.paging import MOST

MOST_ROWS: Final = limit(
    200_000,
    Area.ANSWERS,
    Label("列表存为表格（CSV、工作簿）的行数", "Rows of a list as a table (CSV, workbook)"),
    why=Label(
        "电子表格软件最多一百万行，且整表须一次读完", "Spreadsheets end at a million, and it is read at once"
    ),
    beyond=Label("最后一行注明还有更多", "Its last line says that there are more"),
)
ListFormat: TypeAlias = Literal["json", "csv", "xlsx"]
PageQuestion: TypeAlias = Callable[..., Awaitable[JsonResponse]]
TableOf: TypeAlias = Callable[[Mapping[str, Any]], ListTable]
"""Returns the table of a list by the arguments of its endpoint."""

_MEDIA: Final[Mapping[ListFormat, str]] = {"json": "application/json", "csv": CSV, "xlsx": XLSX}
_OF_PAGES: Final = ("limit", "cursor", "total")
_NO_PAGES: Final = Label("表格是整个列表，不分页", "a table is the whole list and has no pages")
_LEAVE_OUT: Final = Label("请不写此项，或者取 JSON", "leave it out, or ask for JSON")
_MORE: Final = Label(
    "此处只列前 {count} 行，还有更多；请用筛选条件缩小范围。",
    "Only the first {count} rows are listed, and there are more: narrow the list by its filters.",
)
_ABOUT: Final = Label("说明", "About")
_LIST: Final = Label("列表", "List")
_ON: Final = Label("截至日期", "As of")
_KNOWN: Final = Label("所知时点（账本位置）", "As known at (position of the ledger)")
_MADE: Final = Label("生成时间", "Made at")
_ROWS: Final = Label("行数", "Rows")
_NOTE: Final = Label("注", "Note")


class TableAsked(NamedTuple):
    """A list that is asked for as a table: in which form, and in which language."""

    form: Literal["csv", "xlsx"]
    language: Language = "zh"


def listed(model: Any, *codes: str) -> dict[int | str, dict[str, Any]]:  # noqa: ANN401 - a type
    """Return the documentation of a list's answers: its page, its tables, and its problems."""
    whole = {"schema": {"type": "string", "format": "binary"}}
    tables: dict[str, Any] = {CSV: whole, XLSX: whole}
    page = {"model": model, "content": tables, "description": "A page as JSON, or the whole list as a table."}
    return ANYWHERE | responses("not_acceptable", "too_many_requests", *codes) | {200: page}


async def table_asked(
    http: Request,
    format: Annotated[  # noqa: A002 - the word that callers know
        ListFormat | None,
        Query(
            description="The whole list as a table, or a page as JSON; by `Accept` where it is left out."
            " A table's headings are Chinese, or English by `Accept-Language`."
        ),
    ] = None,
) -> TableAsked | None:
    """Return which table is asked for; None for a page as JSON.

    Raises the problems `not_acceptable`, and `invalid` where a page of a table is asked for.
    """
    form = _accepted(http) if format is None else format
    if form == "json":
        return None
    paged = [name for name in _OF_PAGES if name in http.query_params]
    if paged:
        raise invalid(InvalidValue(f"/query/{name}", _NO_PAGES, _LEAVE_OUT) for name in paged)
    return TableAsked(form, _language(http))


AsTable: TypeAlias = Annotated[TableAsked | None, Depends(table_asked)]


def in_formats(
    table: ListTable | TableOf, pages: Callable[..., dict[str, Any]] | None = None
) -> Callable[[PageQuestion], PageQuestion]:
    """Return what lets an endpoint that answers a page answer the whole list as a table, too.

    Where one endpoint answers several lists, `table` returns that of the one that is asked for.

    `pages` returns what the endpoint is asked for a page of a table, by its arguments and a cursor; without
    it, limit and cursor are arguments of the endpoint.
    """
    turn = _page if pages is None else pages

    def of(question: PageQuestion) -> PageQuestion:
        @wraps(question)
        async def answered(
            request: RequestContext,
            *,
            as_table: TableAsked | None = None,
            **asked: Any,  # noqa: ANN401 - passed on
        ) -> JsonResponse:
            if as_table is None:
                return await _having_items(request, question, asked)
            # Whoever calls the function by itself asks for a page, and for a page is answered JSON.
            return cast("JsonResponse", await _table(request, question, asked, as_table, table, turn))

        whole = signature(question)
        further = Argument("as_table", Argument.KEYWORD_ONLY, default=None, annotation=AsTable)
        answered.__signature__ = whole.replace(parameters=[*whole.parameters.values(), further])  # type: ignore[attr-defined]  # as `inspect` reads it
        return answered

    return of


def body_page(asked: Mapping[str, Any], cursor: str | None) -> dict[str, Any]:
    """Return what a search is asked for a page of a table, whose filters stand in its body as `raw`.

    Raises the problem `invalid` where the body asks for a page itself.
    """
    try:
        sent = orjson.loads(asked["raw"])
    except orjson.JSONDecodeError:
        sent = None
    if not isinstance(sent, dict):
        # The search itself says what is wrong with its body.
        return dict(asked)
    paged = [name for name in _OF_PAGES if name in sent]
    if paged:
        raise invalid(InvalidValue(f"/{name}", _NO_PAGES, _LEAVE_OUT) for name in paged)
    return {**asked, "raw": dumps({**sent, "limit": MOST, "cursor": cursor})}


def one_page(asked: Mapping[str, Any], _: str | None) -> dict[str, Any]:
    """Return what a list about one file is asked, which has no pages."""
    return dict(asked)


def page_after(asked: Mapping[str, Any], cursor: str | None) -> dict[str, Any]:
    """Return what a list is asked for a page of a table that goes on `after` the last item of the one before.

    Raises the problem `invalid` where a table is asked to begin somewhere else.
    """
    if cursor is None and asked.get("after") is not None:
        raise invalid([InvalidValue("/query/after", _NO_PAGES, _LEAVE_OUT)])
    return {**asked, "limit": MOST, "after": None if cursor is None else UUID(cursor)}


def _page(asked: Mapping[str, Any], cursor: str | None) -> dict[str, Any]:
    return {**asked, "limit": MOST, "cursor": cursor}


class _TableResponse(Streamed):
    """A table while it is sent; its budget is given back when that ends, however it ends."""

    def __init__(self, rows: AsyncIterator[bytes], media: str, headers: Mapping[str, str]) -> None:
        super().__init__(rows, media_type=media, headers=headers)
        self.ended: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.ended()


async def _having_items(
    request: RequestContext, question: PageQuestion, asked: Mapping[str, Any]
) -> JsonResponse:
    """Return the first page from a cursor on that has items, or the last one.

    What is read file by file may have nothing in all files of a page. It is read on as a table is then, and
    counts as one, so that nobody has to ask for page after page that is empty.
    """
    page = await question(request, **asked)
    following = _after_nothing(page)
    if following is None:
        return page
    total = orjson.loads(page.body).get("total")
    # The items of all pages are counted once.
    uncounted = {**asked, "total": False} if total is not None else asked
    with request.container.budgets.tables.taken(request.actor.user):
        while following is not None:
            await request.still()
            page = await question(request, **{**uncounted, "cursor": following})
            following = _after_nothing(page)
    if total is None:
        return page
    told = {"Ledger-Position": page.headers["Ledger-Position"]}
    return JsonResponse({**orjson.loads(page.body), "total": total}, headers=told)


_NOTHING: Final = b'{"items":[],'


def _after_nothing(page: JsonResponse) -> str | None:
    """Return the cursor of the page that follows one without items."""
    if not bytes(page.body).startswith(_NOTHING):
        return None
    following = orjson.loads(page.body)["next"]
    return following if isinstance(following, str) else None


async def _table(
    request: RequestContext,
    question: PageQuestion,
    asked: Mapping[str, Any],
    as_table: TableAsked,
    of: ListTable | TableOf,
    turn: Callable[..., dict[str, Any]],
) -> StreamingResponse:
    """Return a list as a table; problems are those of its first page, which is asked for before it begins."""
    request.check_reason()
    request = replace(request, noted=set())
    budget: Budget = request.container.budgets.tables
    budget.take(request.actor.user)
    try:
        first = await question(request, **turn(asked, None))
        table = of if isinstance(of, ListTable) else of(asked)
        position = first.headers["Ledger-Position"]
        pages = _pages(request, question, asked, first, turn, table.lines)
        about = list(_about(request, table, asked, as_table.language, position))
        form = _csv if as_table.form == "csv" else _workbook
        media = _MEDIA[as_table.form]
        name = f"{table.name}-as-of-{_on(request, asked)}-known-at-{position}.{as_table.form}"
        answer = _TableResponse(
            form(pages, table, as_table.language, about),
            f"{media}; charset=utf-8" if media == CSV else media,
            {"Content-Disposition": f'attachment; filename="{name}"', "Ledger-Position": position},
        )
    except BaseException:
        budget.give_back(request.actor.user)
        raise
    answer.ended = lambda: budget.give_back(request.actor.user)
    return answer


async def _pages(
    request: RequestContext,
    question: PageQuestion,
    asked: Mapping[str, Any],
    first: JsonResponse,
    turn: Callable[..., dict[str, Any]],
    lines: LinesOf | None,
) -> AsyncIterator[tuple[Sequence[Mapping[str, Any]], bool]]:
    """Yield the items of each page, with whether that is all that is listed although there are more."""
    page, count, is_first = orjson.loads(first.body), 0, True
    while True:
        listed_here = page["items"] if lines is None else await asyncio.to_thread(lines, page, is_first)
        items, said = listed_here[: MOST_ROWS - count], page.get("next")
        # Of what is no list, `next` may be something else that follows.
        following = said if isinstance(said, str) else None
        count += len(items)
        cut = count == MOST_ROWS and (following is not None or len(items) < len(listed_here))
        yield items, cut
        if following is None or cut:
            return
        is_first = False
        await request.still()
        page = orjson.loads((await question(request, **turn(asked, following))).body)


async def _csv(
    pages: AsyncIterator[tuple[Sequence[Mapping[str, Any]], bool]],
    table: ListTable,
    language: Language,
    _: list[list[TableCell]],
) -> AsyncIterator[bytes]:
    yield MARK + csv_line(headings(table, language))
    async for items, cut in pages:
        yield b"".join(csv_line(table.row(each, language)) for each in items)
        if cut:
            yield csv_line([in_language(_MORE, language).format(count=MOST_ROWS)])


async def _workbook(
    pages: AsyncIterator[tuple[Sequence[Mapping[str, Any]], bool]],
    table: ListTable,
    language: Language,
    about: list[list[TableCell]],
) -> AsyncIterator[bytes]:
    book = WorkbookParts((in_language(table.title, language), in_language(_ABOUT, language)))
    yield book.begin(headings(table, language), [each.width for each in table.columns])
    count = 0
    async for items, cut in pages:
        count += len(items)
        yield book.rows(table.row(each, language) for each in items)
        if cut:
            more: TableCell = in_language(_MORE, language).format(count=MOST_ROWS)
            yield book.rows([[more]])
            about = [*about, [in_language(_NOTE, language), more]]
    yield book.end([*about, [in_language(_ROWS, language), count]])


def _about(
    request: RequestContext, table: ListTable, asked: Mapping[str, Any], language: Language, position: str
) -> Iterator[list[TableCell]]:
    """Yield what a workbook says of itself: of which list, day and position it is, and by which filters."""
    yield [in_language(_LIST, language), in_language(table.title, language)]
    yield [in_language(_ON, language), _on(request, asked)]
    yield [in_language(_KNOWN, language), int(position)]
    yield [in_language(_MADE, language), request.now]
    if table.note is not None:
        yield [in_language(_NOTE, language), in_language(table.note, language)]
    filters = {
        name: value for name, value in _each(asked).items() if name not in _NO_FILTERS and value is not None
    }
    for name, value in filters.items():
        values = value if isinstance(value, list) else [value]
        yield [in_language(called("filter", name), language), "；".join(map(_written, values))]


_NO_FILTERS: Final = frozenset({*_OF_PAGES, "raw", "day", "as_of", "child", "family", "file_id", "question"})


def _written(value: str | int | date | UUID) -> str:
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
    return str(value)


def _on(request: RequestContext, asked: Mapping[str, Any]) -> date:
    """Return the day that a list is asked for."""
    each = _each(asked)
    given: date | None = each.get("day") or each.get("as_of") or each.get("to")
    return given or request.today


def _each(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return every parameter that is asked for, those too that several endpoints have in common."""
    every = dict(asked)
    for name, value in asked.items():
        if is_dataclass(value):
            del every[name]
            every |= {each.name: getattr(value, each.name) for each in fields(value)}
    return every


def _language(http: Request) -> Language:
    """Return the language that a request prefers: Chinese, unless English comes first."""
    ranked = sorted(_ranked(http, "accept-language"), key=lambda each: -each[1])
    for tag, weight in ranked:
        if weight > 0 and tag.partition("-")[0] in {"zh", "en", "*"}:
            return "en" if tag.startswith("en") else "zh"
    return "zh"


def _accepted(http: Request) -> ListFormat:
    """Return the form that a request accepts most, JSON among equals. Raises the problem `not_acceptable`."""
    ranges = dict(_ranked(http, "accept")) or {"*/*": 1.0}

    def weight(form: ListFormat) -> float:
        media = _MEDIA[form]
        kind = media.partition("/")[0]
        found = (ranges[each] for each in (media, f"{kind}/*", "*/*") if each in ranges)
        return next(found, 0.0)

    best = max(_MEDIA, key=weight)
    if weight(best) == 0:
        raise Problem("not_acceptable")
    return best


def _ranked(http: Request, header: str) -> Iterator[tuple[str, float]]:
    """Yield what a header of content negotiation names, in lower case, with its weight (RFC 9110, 12.4.2)."""
    for part in ",".join(http.headers.getlist(header)).split(","):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        if name:
            try:
                yield name, min(max(float(weight), 0.0), 1.0)
            except ValueError:
                yield name, 0.0
