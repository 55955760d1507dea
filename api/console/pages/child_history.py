"""A child's life: every entry with both its dates, the latest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.responses import RedirectResponse

from api.console.child_frame import AboutChild, ChildPage
from api.console.page_route import PageRoute
from api.console.value_display import at, event_label
from api.console.words import Words
from api.contract.problems import Problem
from api.http import directory_names, timeline
from api.http.cursors import Cursor
from domain.codes import tables
from domain.when import day_after, day_before, days_in_month

router = APIRouter(prefix="/console", route_class=PageRoute)

TimelineOrder: TypeAlias = Literal["occurred", "recorded"]
"""By which of its two dates an entry stands in the history."""
SEE_OTHER: Final = 303
LATE_DAYS: Final = 7
"""Days after which an entry that was recorded later is called late."""
_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An entry as the history tells it: `head` is what happened, `rest` what is said of it.

    `by` is who recorded it, empty if the reader may not know; `undone_by` the version of the entry by which
    it is struck through, None if that is on another page.
    """

    entry: Mapping[str, Any]
    head: str
    rest: str
    year: str
    recorded_on: date
    by: str
    late: int
    undone_by: int | None


@router.get("/children/{child}/history")
async def child_history(
    asked: AboutChild,
    order: TimelineOrder | None = None,
    month: Annotated[str | None, Query(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")] = None,
    cursor: Cursor = None,
) -> Response:
    """Show a page of the history, from a month backwards or from its end."""
    file = await asked.file()
    filters: dict[str, Any] = {"latest_first": True, "limit": _ROWS, "cursor": cursor}
    if cursor is None:
        filters |= {
            "order": order or "occurred",
            "as_of": asked.as_of,
            "known_at": asked.known_at,
            "until": None if month is None else _end_of(month),
        }
    listed = await asked.page.answer(timeline.entries, asked.child, **filters)
    names = await _names(asked, listed["items"])
    by = order or "occurred"
    lines = [_line(asked.page.words, each, listed["items"], names, by) for each in listed["items"]]
    return asked.render(
        "child-history.html",
        "history",
        file,
        documents=partial(_documents, asked.page.words),
        years=[(year, list(each)) for year, each in groupby(lines, key=lambda line: line.year)],
        listed=listed,
        order=by,
        month=month or "",
        first=cursor is None,
    )


@router.get("/children/{child}/step")
async def step(asked: AboutChild, back: bool | None = None) -> Response:  # noqa: FBT001 - of the address
    """Lead to the day of the next entry on the axis that is set, or of the one before."""
    known = _day(asked.known_at)
    recorded = known is not None and asked.as_of is None
    day = (known if recorded else asked.as_of) or asked.page.context.today
    bound = {"until": day_before(day)} if back else {"since": day_after(day)}
    found = await asked.page.answer(
        timeline.entries,
        asked.child,
        order="recorded" if recorded else "occurred",
        latest_first=back or False,
        known_at=None if recorded else asked.known_at,
        limit=1,
        **bound,
    )
    if not found["items"]:
        return RedirectResponse(asked.at(""), SEE_OTHER)
    (entry,) = found["items"]
    if recorded:
        recorded_on = at(entry["recorded_at"]).date().isoformat()
        return RedirectResponse(replace(asked, known_at=recorded_on).at(""), SEE_OTHER)
    on = date.fromisoformat(entry["occurred_until"])
    return RedirectResponse(replace(asked, as_of=on).at(""), SEE_OTHER)


def _day(text: str | None) -> date | None:
    """Return the day that `known_at` names; None for a position, an instant or the present."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _documents(words: Words, entry: Mapping[str, Any]) -> str:
    """Return the papers of an entry by their kinds, with their days."""
    kinds = tables()["document_kind"].codes
    said = []
    for each in entry["documents"]:
        kind = each["kind"] if isinstance(each["kind"], str) else ""
        issued = each["issued_on"] if isinstance(each["issued_on"], str) else ""
        said.append(f"{words.label(kinds[kind]) if kind in kinds else kind} {issued}".strip())
    return words("list.joint").join(filter(None, said))


def _line(
    words: Words,
    entry: Mapping[str, Any],
    entries: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
    by: TimelineOrder,
) -> HistoryLine:
    recorded_on = at(entry["recorded_at"]).date()
    head = event_label(words, entry["type"])
    undone = entry["rejected_by"] or entry["corrected_by"] or entry["withdrawn_by"]
    versions = {each["entry_id"]: each["version"] for each in entries}
    return HistoryLine(
        entry,
        head,
        words.said(entry, "sentence").removeprefix(head).lstrip("。. "),
        str(recorded_on.year) if by == "recorded" else entry["occurred_until"][:4],
        recorded_on,
        names.get(entry["recorded_by"]["user"], ""),
        entry["lag_days"] if (entry["lag_days"] or 0) > LATE_DAYS else 0,
        versions.get(undone) if undone else None,
    )


async def _names(asked: ChildPage, entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of those who recorded, as far as the reader may know them."""
    names = {}
    for user in dict.fromkeys(each["recorded_by"]["user"] for each in entries):
        try:
            person = await asked.page.answer(directory_names.person, UUID(user))
        except Problem:
            continue
        names[user] = person["name"] or ""
    return names


def _end_of(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, days_in_month(year, number))
