"""What another department holds: its file is compared with ours, and each difference is decided on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import Query, Response

from api.console.addresses import addressed, sorted_at
from api.console.count_asked import DayText, read_day
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.import_pages import KINDS_OF_FILES
from api.console.points_of_time import read_last_day
from api.console.recordable import recordable
from api.console.rendering import render
from api.console.upload import uploaded
from api.contract.filters import ComparedItemCode, OtherSystemCode
from api.contract.problems import Problem
from api.http import difference_list
from api.http.cursors import Cursor
from api.http.duplicates import caught_up
from api.http.import_starting import MAY_IMPORT, NDJSON
from api.http.reconciliations import MOST_BYTES, TheirBytes, check_reconciling, reconciled
from domain.codes import tables
from domain.label import Label

router = page_router()

_PATH: Final = "/console/differences"
_COMPARE: Final = "/console/reconciliations"
_ROWS: Final = 50
_MOST_SHOWN: Final = 100
"""Lines of each part of what came of a comparison that a page shows."""
_KINDS: Final = {ending: kind for ending, kind in KINDS_OF_FILES.items() if kind != NDJSON}
_KEY: Final = "^[0-9a-f]{32}$"
_SHA256: Final = "^[0-9a-f]{64}$"
_NO_FILE: Final = Label("没有选择文件。", "No file was chosen.")
_OTHER_KIND: Final = Label(
    "只能比对 .xlsx、.xls、.ods 或者 .csv 文件。", "Files are compared that end in .xlsx, .xls, .ods or .csv."
)


@router.get("/differences")
async def differences(
    page: SignedIn,
    state: difference_list.StateAsked = None,
    system: OtherSystemCode | None = None,
    item: ComparedItemCode | None = None,
    institution: UUID | None = None,
    found_since: DayText = None,
    sort: difference_list.DifferenceSort = None,
    cursor: Cursor = None,
) -> Response:
    """List what differs from others' data: what each side says, and how each ended or is decided."""
    asked = {
        "state": state,
        "system": system,
        "item": item,
        "institution": institution,
        "found_since": read_last_day(found_since, "found_since"),
        "sort": sort,
    }
    listed = await page.answer(difference_list.differences, **asked, limit=_ROWS, cursor=cursor)
    open_ones = {UUID(each["child"]) for each in listed["items"] if each["state"] == "open"}
    return render(
        page,
        "differences.html",
        listed=listed,
        asked=asked,
        systems=tables()["other_system"].codes,
        items=tables()["compared_item"].codes,
        outcomes=tables()["difference_outcome"].codes,
        decidable={str(each) for each in await recordable(page, open_ones)},
        compares=page.role in MAY_IMPORT,
        institutions=await institutions_overseen(page),
        sorted_at=sorted_at(_PATH, asked),
        here_first=addressed(_PATH, asked),
        here_next=addressed(_PATH, {**asked, "cursor": listed["next"]}),
        first=cursor is None,
    )


@router.get("/reconciliations")
async def choose_their_file(
    page: SignedIn, system: OtherSystemCode | None = None, as_of: DayText = None
) -> Response:
    """Ask whose file it is and of which day, then for the file."""
    if page.role not in MAY_IMPORT:
        check_reconciling(page.context, page.context.today)
    day = read_day(as_of, "as_of", page.context.today)
    return _asked_for(page, system, day)


@router.post("/reconciliations")
async def compare(
    page: SignedIn,
    system: OtherSystemCode,
    as_of: date,
    seen: Annotated[str | None, Query(pattern=_SHA256)] = None,
    key: Annotated[str | None, Query(pattern=_KEY)] = None,
) -> Response:
    """Compare a file of theirs: at first to look, then the same file to record what differs."""
    check_reconciling(page.context, as_of)
    try:
        their = await _handed_in(page)
        records = key is not None and seen == their.digest
        told = await page.answer(
            reconciled,
            page.http.app.state.tenants.reading,
            their,
            system=system,
            as_of=as_of,
            key=f"c:{key}" if records else None,
        )
    except Problem as problem:
        if problem.code in {"unauthenticated", "timed_out", "other_person", "forbidden"}:
            raise
        return _asked_for(page, system, as_of, problem)
    if records:
        await caught_up(page.context, *difference_list.MODELS)
    other = seen is not None and not records
    return render(
        page,
        "reconciled.html",
        status=409 if other else 200,
        told=told,
        other=other,
        parts=_parts(told),
        again=addressed(
            _COMPARE, {"system": system, "as_of": as_of, "seen": their.digest, "key": uuid4().hex}
        ),
        kinds=_kinds(),
        most=_MOST_SHOWN,
        systems=tables()["other_system"].codes,
        items=tables()["compared_item"].codes,
        outcomes=tables()["difference_outcome"].codes,
    )


async def _handed_in(page: PageRequest) -> TheirBytes:
    """Return the file of the form. Raises the problems of bodies, and `malformed` for another kind."""
    upload = await uploaded(page.http, "file", MOST_BYTES)
    page.take_from_reader(upload.shown_to)
    media_type = _KINDS.get(upload.name.rpartition(".")[2].lower())
    if media_type is None:
        raise Problem("malformed", _OTHER_KIND if upload.name else _NO_FILE)
    return TheirBytes(b"".join([part async for part in upload.parts]), media_type)


def _asked_for(page: PageRequest, system: str | None, day: date, problem: Problem | None = None) -> Response:
    return render(
        page,
        "reconcile.html",
        status=200 if problem is None else problem.kind.status,
        system=system,
        day=day,
        problem=problem,
        kinds=_kinds(),
        action=addressed(_COMPARE, {"system": system, "as_of": day}),
        systems=tables()["other_system"].codes,
    )


def _kinds() -> str:
    return ", ".join(f".{each}" for each in _KINDS)


def _parts(told: Mapping[str, Any]) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Return the rows of theirs that were compared with nobody, by why."""
    return [(name, told[name]) for name in ("rows_only_there", "rows_not_compared") if told[name]]
