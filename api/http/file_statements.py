"""Statements of one file: what it says line by line on a day, and what is asked of the lines of any file."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import Query

from api.contract.encoding import JsonResponse
from api.contract.findings import evidence_json
from api.contract.list_tables import of_one_file
from api.contract.problems import OF_FILE
from api.contract.statement_answers import (
    institutions_of,
    line_json,
    statement_answer,
    told_json,
    told_of_line,
)
from api.contract.statement_tables import STATEMENT_TABLES
from api.http.authentication import callers_router
from api.http.column_filters import ColumnWhere, WantedValues, has_values, wanted_values
from api.http.dependencies import AsOf, FileRequest, KnownAt, RequestContext, categories_of
from api.http.file_points import file_point
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import institution_names
from api.http.lists import several
from domain.event import Category
from domain.file import File
from domain.obligations import History
from domain.resting import Categories, noting_each
from domain.rulebook import Rulebook
from domain.statement import Statement, StatementLine
from domain.statements import STATEMENTS
from domain.when import add
from ledger.compute import compute

router = callers_router()

SinceDay: TypeAlias = Annotated[date | None, Query(description="The first day of what lines are about.")]
UntilDay: TypeAlias = Annotated[date | None, Query(description="The last day of what lines are about.")]
LinesTold: TypeAlias = tuple[list[dict[str, Any]], set[Category]]
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


def lines_asked(
    asked: StatementAsked, file: File, rulebook: Rulebook, sees: AbstractSet[Category]
) -> Iterator[tuple[StatementLine, Categories, dict[str, Any]]]:
    """Yield the lines of a file that are asked for, with the categories each rests on, and each as answered.

    Those that rest on a category outside `sees` are left out.
    """
    found, _ = noting_each(asked.statement.lines(History(file, rulebook), asked.day))
    for line, on in found:
        if asked.keeps(line) and on <= sees and has_values(answer := line_json(line, sees), asked.wanted):
            yield line, on, answer


async def statement_lines(
    request: RequestContext, asked: StatementAsked, file: File, rulebook: Rulebook
) -> LinesTold:
    """Return the lines of a file, with the categories of what they tell."""

    def read() -> LinesTold:
        items: list[dict[str, Any]] = []
        told: set[Category] = set()
        for line, on, answer in lines_asked(asked, file, rulebook, request.sees):
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
        items, of_entries = await _with_entries(request, point.file, items)
        await request.note({child: told | of_entries}, statement.name)
        body = {
            "child": child,
            "as_of": point.day,
            "known_position": point.known,
            "items": items,
            "next": None,
            "labels": STATEMENT_TABLES[statement.name].labels(items),
        }
        return JsonResponse(body, headers={"Ledger-Position": str(point.known)})

    return statement_of_file


async def _with_entries(request: RequestContext, file: File, items: Sequence[dict[str, Any]]) -> LinesTold:
    """Return lines with the entries that they rest on, and the categories of what these tell."""
    named: Iterable[UUID] = dict.fromkeys(each for item in items for each in item["entries"])
    entries = [file.entries[each] for each in named if each in file.entries]
    evidence = {each.entry_id: evidence_json(each, request.sees, file.entries) for each in entries}
    names = await institution_names(request, institutions_of(items))
    return [told_json(each, evidence, names) for each in items], categories_of(entries)


for _statement in STATEMENTS:
    _one = _of_file(_statement)
    _one.__name__ = f"{_statement.name.replace('-', '_')}_of_file"
    _one.__doc__ = f"List of one file: {_statement.label.en}."
    router.get(
        f"/children/{{child}}/{_statement.name}",
        responses=OF_FILE | listed(statement_answer(_statement)),
        tags=["one file"],
    )(in_formats(of_one_file(STATEMENT_TABLES[_statement.name]), one_page)(_one))
