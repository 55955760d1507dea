"""The life that a file tells: every entry with both its dates, the latest first, and birthdays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Query, Response

from api.console.drafts import drafts
from api.console.entry_display import EntryLine, documents, entry_line
from api.console.file_frame import AboutFile, FilePage, of_files
from api.console.page_route import page_router
from api.console.points_of_time import read_last_day
from api.console.value_display import days
from api.console.words import WORDS
from api.http import timeline
from api.http.cursors import Cursor
from domain.when import FIRST_DAY, LAST_DAY, Days, month_end

router = page_router()

TimelineOrder: TypeAlias = Literal["occurred", "recorded"]
"""By which of its two dates an entry stands in the history."""
_ROWS: Final = 50
_AGES: Final = (6, 8, 14, 16, 18)
"""Birthdays on which the law begins or ends something: school, a say of one's own, work, full age."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of the history: an entry, or the birthday on which an `age` was reached.

    `undone_by` is the entry by which it is struck through, with its version if it stands on this page.
    """

    year: str
    day: date
    line: EntryLine | None
    occurred: str = ""
    age: int = 0
    undone_by: str | None = None
    undone_number: int | None = None


@of_files(router.get, "/history")
async def file_history(
    asked: AboutFile,
    order: TimelineOrder | None = None,
    chapter: Annotated[str | None, Query(max_length=40)] = None,
    month: Annotated[str | None, Query(max_length=40)] = None,
    recorded: UUID | None = None,
    late_or_amended: bool | None = None,  # noqa: FBT001 - a filter of the address
    below: date | None = None,
    cursor: Cursor = None,
) -> Response:
    """Show a page of the history, from a month backwards or from its end.

    `below` is the day of the last line of the page before, `recorded` the entry that has just been so.
    """
    until = _end_of_month(read_last_day(month, "month"))
    file = await asked.summary()
    by = order or "occurred"
    filters: dict[str, Any] = {
        "order": by,
        "chapter": chapter,
        "late_or_amended": late_or_amended,
        "until": until,
        **asked.point,
    }
    listed = await asked.page.answer(
        timeline.entries, asked.file_id, latest_first=True, limit=_ROWS, cursor=cursor, **filters
    )
    lines = _lines(asked, listed["items"], by)
    if asked.kind == "child" and by == "occurred" and not late_or_amended and chapter in {None, "identity"}:
        above = filters["until"] or asked.day
        lines = _with_birthdays(asked, file, lines, min(above, asked.day), below, last=listed["next"] is None)
    chosen = {
        "order": by,
        "chapter": chapter,
        "month": None if until is None else f"{until:%Y-%m}",
        "late_or_amended": "true" if late_or_amended else None,
    }
    following = {"below": lines[-1].day if lines else None, "cursor": listed["next"]}
    return await asked.render(
        "file-history.html",
        "history",
        file,
        documents=partial(documents, asked.page.words),
        years=[(year, list(each)) for year, each in groupby(lines, key=lambda line: line.year)],
        listed=listed,
        recorded=recorded
        and next((each for each in listed["items"] if each["entry_id"] == str(recorded)), None),
        begun=[each for each in await drafts(asked.page) if each.at.file == asked.about] if recorded else [],
        chosen=chosen,
        chapters=[each for each in WORDS["chapter"] if each in timeline.chapters_of(asked.kind)],
        again=asked.at("/history", **chosen),
        following=asked.at("/history", **chosen, **following),
        first=cursor is None,
    )


def _lines(asked: FilePage, entries: Sequence[Mapping[str, Any]], by: TimelineOrder) -> list[HistoryLine]:
    versions = {each["entry_id"]: each["version"] for each in entries}
    return [_line(asked, each, versions, by) for each in entries]


def _line(
    asked: FilePage, entry: Mapping[str, Any], versions: Mapping[str, int], by: TimelineOrder
) -> HistoryLine:
    line = entry_line(asked.page.words, entry)
    undone = entry["rejected_by"] or entry["corrected_by"] or entry["withdrawn_by"]
    day = line.recorded_on if by == "recorded" else date.fromisoformat(entry["occurred_until"])
    return HistoryLine(
        str(day.year), day, line, line.occurred, undone_by=undone, undone_number=versions.get(undone or "")
    )


def _with_birthdays(
    asked: FilePage,
    file: Mapping[str, Any],
    lines: Sequence[HistoryLine],
    above: date,
    below: date | None,
    *,
    last: bool,
) -> list[HistoryLine]:
    """Return the lines of a page with the birthdays that fall between its days."""
    end = FIRST_DAY if last or not lines else lines[-1].day
    birthdays = [
        each
        for each in _birthdays(asked, file)
        if end <= each.day <= above and each.day < (below or LAST_DAY)
    ]
    return sorted([*lines, *birthdays], key=lambda line: line.day, reverse=True)


def _birthdays(asked: FilePage, file: Mapping[str, Any]) -> Iterator[HistoryLine]:
    birth = file["identity"]["birth"]
    if birth is None or not isinstance(birth.get("value_until"), str):
        return
    first = None if birth["value"] is None else date.fromisoformat(birth["value"])
    born = Days(first, date.fromisoformat(birth["value_until"]))
    for years in _AGES:
        on = born.turns(years)
        begun = None if on.first is None else on.first.isoformat()
        shown = days(asked.page.words, begun, on.last.isoformat())
        yield HistoryLine(str(on.last.year), on.last, None, shown, age=years)


def _end_of_month(day: date | None) -> date | None:
    return None if day is None else month_end(day)
