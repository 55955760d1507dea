"""What speaks against files, across all of them: listed, the longest-standing first, counted, and saved."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

from fastapi import Depends, Query, Response

from api.console.addresses import addressed, sorted_at
from api.console.list_links import narrowed_by
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.points_of_time import read_last_day
from api.console.recordable import recordable
from api.console.rendering import render
from api.http import group_counts, lists
from api.http.cursors import Cursor
from api.http.list_formats import TableAsked
from api.http.one_file import PlaceFilter, RuleId
from api.identity.permissions import Action
from domain.judging import FindingKind

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

_ROWS: Final = 50
_AT: Final = "/console/findings"
_COUNTS_AT: Final = "/console/findings/counts"
_SAME_ON_BOTH: Final = ("rule", "kind", "since", "institution", "place")
"""The filters that answers and pages name alike."""
FoundCountedBy: TypeAlias = Literal["rule", "kind", "institution"]


def _asked(
    rule: Annotated[RuleId | None, Query()] = None,
    kind: Annotated[FindingKind | None, Query()] = None,
    since: Annotated[str | None, Query(max_length=40)] = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
) -> dict[str, Any]:
    """Return the filters of these pages as answers take them, but for the rule: there may be several."""
    return {
        "rule": rule or None,
        "kind": kind,
        "since": read_last_day(since, "since"),
        "institution": institution,
        "place": place,
    }


AskedFindings: TypeAlias = Annotated[dict[str, Any], Depends(_asked)]


@router.get("/findings")
async def findings(
    page: SignedIn, asked: AskedFindings, sort: lists.FindingSort = None, cursor: Cursor = None
) -> Response:
    """Show a page of the findings of one rule or kind, since a day, of one institution or place, or all."""
    listed: Any = await page.answer(lists.findings, **_answered(asked), sort=sort, limit=_ROWS, cursor=cursor)
    alike = {UUID(row["child"]) for row in listed["items"] if row["others"]}
    sorted_so = {**asked, "sort": sort}
    return render(
        page,
        "findings.html",
        listed=listed,
        **await _filter(page, sorted_so),
        here_first=addressed(_AT, sorted_so),
        here_next=addressed(_AT, {**sorted_so, "cursor": listed["next"]}),
        saved=addressed("", sorted_so),
        sorted_at=sorted_at(_AT, sorted_so),
        first=cursor is None,
        joinable={str(child) for child in await recordable(page, alike, Action.JOIN)},
    )


@router.get("/findings/counts")
async def findings_counts(page: SignedIn, asked: AskedFindings, by: FoundCountedBy = "rule") -> Response:
    """Show how many findings there are by rule, kind or institution, each leading to its list."""
    counted = await page.answer(group_counts.counts_of_findings, by=by, **_answered(asked))
    return render(
        page,
        "findings-counts.html",
        counted=counted,
        rows=[
            (each, addressed(_AT, {**asked, **narrowed_by(each["list"], _SAME_ON_BOTH)}))
            for each in counted["items"]
        ],
        by=by,
        ways=get_args(FoundCountedBy),
        **await _filter(page, asked),
    )


@downloads.get("/findings.{form}")
async def saved_findings(
    page: SignedIn, form: Literal["csv", "xlsx"], asked: AskedFindings, sort: lists.FindingSort = None
) -> Response:
    """Save all that the page lists as CSV or as a workbook, as `GET /findings` answers it."""
    as_table = TableAsked(form, page.preferences.language)
    return await lists.findings(page.context, **_answered(asked), sort=sort, as_table=as_table)


def _answered(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the answers are asked for."""
    return {**asked, "rule": asked["rule"] and [asked["rule"]]}


async def _filter(page: PageRequest, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the filter of both pages shows, and where each of them is."""
    return {
        "asked": asked,
        "institutions": await institutions_overseen(page),
        "at": partial(addressed, _AT),
        "counts_at": lambda asked: addressed(_COUNTS_AT, {**asked, "sort": None}),
    }
