"""Asking: one file on any day as known at any time, and the same questions across files."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Answer, plain
from api.faults import Fault
from api.permissions import Action, allowed
from api.problems import ANYWHERE, WITHIN, invalid
from api.question import Asking, AsOf, Day, KnownAt, asking, caught_up
from api.shapes import clock_json, entry_json, file_json, finding_json, obligation_json, restricted
from domain.charge import scope_of
from domain.entry import AnyEntry
from domain.event import Category, fields_of
from domain.file import ATTRIBUTES, File
from domain.life import Life
from domain.obligations import Clock, clocks
from domain.readiness import readiness
from domain.rulebook import Rulebook
from projections import findings as found
from projections import obligations as due
from projections import readiness as ready
from projections import register as listed
from projections.paging import MOST, CursorError, Page
from projections.search import fold_text, matches, terms_of_query

router = APIRouter(tags=["asking"])

Limit: TypeAlias = Annotated[int, Query(ge=1, le=MOST, description="Items of a page.")]
Cursor: TypeAlias = Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")]
One: TypeAlias = Annotated[Asking, Depends(asking)]
Many: TypeAlias = Annotated[Asking, Depends(caught_up)]
State: TypeAlias = Literal["due", "overdue", "met", "met_late", "void"]
Status: TypeAlias = Literal["ready", "not_ready", "deferred"]
FEED_BATCH: Final = 500


class Search(BaseModel):
    """A search of the register: by characters, pinyin or initials of a name, or by the file number."""

    model_config = ConfigDict(strict=True, extra="forbid")

    q: Annotated[str, Field(min_length=1, max_length=100)]
    file_no: Annotated[str | None, Field(max_length=100)] = None
    stage: Annotated[str | None, Field(max_length=40)] = None
    institution: UUID | None = None
    departed: bool | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str | None, Field(max_length=2000)] = None


@router.get("/children", responses=ANYWHERE)
async def register(
    own: Many,
    file_no: Annotated[str | None, Query(max_length=100)] = None,
    stage: Annotated[str | None, Query(max_length=40)] = None,
    institution: UUID | None = None,
    departed: bool | None = None,  # noqa: FBT001 – a filter of the query string
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer:
    """List the register."""
    asked = Search.model_construct(
        q="",
        file_no=file_no,
        stage=stage,
        institution=institution,
        departed=departed,
        limit=limit,
        cursor=cursor,
    )
    return await _register(own, asked)


@router.post("/children/search", responses=ANYWHERE)
async def search(own: Many, asked: Search) -> Answer:
    """Search the register by name, so that no name stands in an address."""
    return await _register(own, asked)


async def _register(own: Asking, asked: Search) -> Answer:
    seal = await own.ledger.seal_for((), ())
    equal: dict[str, object] = {"stage": asked.stage, "institution": asked.institution}
    if asked.file_no is not None:
        equal["file_no_term"] = seal.term(fold_text(asked.file_no))
    page = await _page(
        own,
        listed.register,
        day=own.today,
        equal={name: value for name, value in equal.items() if value is not None},
        departed=asked.departed,
        terms=[seal.term(term) for term in terms_of_query(asked.q)] if Category.IDENTITY in own.sees else [],
        limit=asked.limit,
        cursor=asked.cursor,
    )
    rows = page.rows if not asked.q or Category.IDENTITY in own.sees else []
    opener = await own.ledger.seal_for([row["child"] for row in rows], (Category.IDENTITY,))
    items = []
    for row in rows:
        opened: dict[str, Any] = {
            "name": restricted(Category.IDENTITY),
            "file_no": restricted(Category.IDENTITY),
        }
        if Category.IDENTITY in own.sees:
            opened = {
                name: None if row[name] is None else opener.open(row["child"], Category.IDENTITY, row[name])
                for name in opened
            }
            if asked.q and not _asked_for(opened, asked.q):
                continue
        items.append(_register_row(row, opened))
    await own.note({item["child"]: (Category.IDENTITY,) for item in items}, "register")
    return Answer({"items": items, "next": page.next})


def _asked_for(opened: Mapping[str, str | None], query: str) -> bool:
    name, file_no = opened["name"] or "", opened["file_no"] or ""
    # A former name is found too, by its terms alone.
    return (
        matches(name, query) or fold_text(query) == fold_text(file_no) or len(fold_text(query)) <= len("汉字")
    )


def _register_row(row: Mapping[str, Any], opened: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "child": row["child"],
        "file_no": opened["file_no"],
        "name": opened["name"],
        "sex": row["sex"],
        "birth_on": row["birth_on"],
        "stage": row["stage"],
        "institution": row["institution"],
        "admitted_on": row["admitted_on"],
        "departed_on": row["departed_on"],
        "overdue": row["overdue"],
    }


@router.get("/children/{child}", responses=WITHIN)
async def file(own: One, child: UUID, as_of: AsOf = None, known_at: KnownAt = None) -> Answer:
    """Answer a file's status on a day, as known at a position, an instant or the end of a day."""
    known = await own.known(known_at)
    read = await own.file(child, known=known, about=as_of)
    day, book = as_of or own.today, await own.rulebook(read)
    speaking = [row for row in findings_of(read, book) if _speaks(row, day)]
    scope = scope_of(read)
    body = {
        "child": child,
        "version": read.version,
        "position": read.position,
        "known_position": known,
        "as_of": day,
        "institution": scope.institution,
        **file_json(
            Life(read, day, book), day, clocks=clocks(read, book), findings=len(speaking), sees=own.sees
        ),
    }
    personal = (attribute.personal for attribute in ATTRIBUTES.values() if read.facts(attribute))
    await own.note({child: [each for each in personal if each is not None]}, "file")
    return Answer(body, headers={"ETag": f'"{read.version}"', "Ledger-Position": str(read.position)})


@router.get("/children/{child}/entries", responses=WITHIN)
async def entries(
    own: One,
    child: UUID,
    order: Literal["occurred", "recorded"] = "occurred",
    known_at: KnownAt = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer:
    """List a file's entries, each with both its dates and what became of it."""
    known, start = _resume(cursor) if cursor is not None else (await own.known(known_at), 0)
    read = await own.file(child, known=known, about=date.min)
    last = await own.until(read)
    line = [entry for entry in read.entries.values() if entry.days.last <= last]
    line.sort(key=lambda entry: entry.version)
    if order == "occurred":
        line.sort(key=lambda entry: (entry.days.last, entry.days.earliest, entry.version))
    shown = line[start : start + limit]
    await own.note({child: categories_of(shown)}, "entries")
    more = start + limit < len(line)
    return Answer(
        {
            "items": [entry_json(entry, read, own.sees) for entry in shown],
            "next": _continue(known, start + limit) if more else None,
            "known_position": known,
        }
    )


@router.get("/children/{child}/obligations", responses=WITHIN)
async def obligations_of(
    own: One, child: UUID, day: Day = None, as_of: AsOf = None, known_at: KnownAt = None
) -> Answer:
    """List what is due, overdue, met and void in a file on a day, with the entries that decided it."""
    on = day or as_of
    known = await own.known(known_at)
    read = await own.file(child, known=known, about=on)
    on = on or own.today
    book = await own.rulebook(read)
    items = [
        clock_json(child, clock, on, book) for clock in clocks(read, book) if clock.state(on) is not None
    ]
    return Answer({"items": items, "next": None, "known_position": known})


@router.get("/children/{child}/readiness", responses=WITHIN)
async def readiness_of(
    own: One, child: UUID, day: Day = None, as_of: AsOf = None, known_at: KnownAt = None
) -> Answer:
    """Answer whether a young person is ready to leave care on a day, gate by gate."""
    on = day or as_of
    known = await own.known(known_at)
    read = await own.file(child, known=known, about=on)
    on = on or own.today
    book = await own.rulebook(read)
    answer = readiness(Life(read, on, book), book, ready.route_of)
    row = {
        "child": child,
        "status": answer.status,
        "route": answer.route,
        "turns_18_on": ready.turns_18_on(read, book),
        "gates": ready.gates_json(answer, book),
    }
    return Answer({**readiness_json(row, on, _next_clock(read, book, on)), "known_position": known})


@router.get("/obligations", responses=ANYWHERE)
async def obligations(
    own: Many,
    day: Day = None,
    state: Annotated[list[State] | None, Query(description="`due` and `overdue` by default.")] = None,
    rule: Annotated[str | None, Query(max_length=20)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer:
    """List what is due and overdue on a day across files."""
    on = day or own.today
    states = tuple(state or ("due", "overdue"))
    page = await _page(own, due.obligations, day=on, states=states, rule=rule, limit=limit, cursor=cursor)
    book = own.ledger.rulebook
    return Answer({"items": [obligation_json(row, on, book) for row in page.rows], "next": page.next})


@router.get("/readiness", responses=ANYWHERE)
async def readiness_across(
    own: Many,
    day: Day = None,
    within_months: Annotated[int | None, Query(ge=0, le=240)] = None,
    status: Status | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer:
    """List each young person's readiness on a day, those who turn 18 first first."""
    on = day or own.today
    page = await _page(
        own, ready.readiness, day=on, within_months=within_months, status=status, limit=limit, cursor=cursor
    )
    items = [
        readiness_json(
            row, on, {"due_on": row["next_due_on"], "rule": row["next_rule"]} if row["next_rule"] else None
        )
        for row in page.rows
    ]
    return Answer({"items": items, "next": page.next})


@router.get("/findings", responses=ANYWHERE)
async def findings(
    own: Many,
    day: Day = None,
    rule: Annotated[str | None, Query(max_length=20)] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer:
    """List what speaks against files on a day: breaches, gaps, exceptions without approval, doubts."""
    on = day or own.today
    page = await _page(own, found.findings, day=on, rule=rule, kind=kind, limit=limit, cursor=cursor)
    book = own.ledger.rulebook
    return Answer({"items": [finding_json(row, book) for row in page.rows], "next": page.next})


@router.get(
    "/entries",
    responses=ANYWHERE | {200: {"content": {"application/x-ndjson": {}}, "description": "One entry a line."}},
    response_class=StreamingResponse,
)
async def feed(
    own: One,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    through: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
) -> StreamingResponse:
    """Stream the entries that are the caller's to read; `Ledger-Position` says how far it goes."""
    head = (await own.ledger.store.head()).position
    end = head if through is None else min(through, head)
    return StreamingResponse(
        _feed(own, after, end), media_type="application/x-ndjson", headers={"Ledger-Position": str(end)}
    )


async def _feed(own: Asking, after: int, end: int) -> AsyncIterator[bytes]:
    position = after
    while position < end:
        batch = await own.ledger.entries_after(position, FEED_BATCH, end)
        if not batch:
            return
        position = batch[-1].position
        files = await own.ledger.files({entry.stream for entry in batch})
        shown = [entry for entry in batch if _may_read(own, files[entry.stream], entry)]
        streams = {entry.stream for entry in shown}
        read = {
            stream: categories_of(entry for entry in shown if entry.stream == stream) for stream in streams
        }
        await own.note(read, "feed")
        for entry in shown:
            yield orjson.dumps(entry_json(entry, None, own.sees), default=plain) + b"\n"


def _may_read(own: Asking, file: File, entry: AnyEntry) -> bool:
    return allowed(own.actor, Action.READ, scope_of(file), today=own.today, about=entry.days.last)


def categories_of(entries: Iterable[AnyEntry]) -> set[Category]:
    """The categories of personal data that entries hold."""
    found: set[Category] = set()
    for entry in entries:
        found.update(spec.personal.category for spec in fields_of(type(entry.event)) if spec.personal)
        if entry.note or entry.documents or entry.noted_by:
            found.add(entry.event.seals)
    return found


def findings_of(file: File, rulebook: Rulebook) -> list[dict[str, Any]]:
    """What speaks against one file, as rows of the read model."""
    return [
        {"child": file.stream, **dict(zip(found.FINDINGS.columns, row, strict=True))}
        for row in found.rows_under(file, rulebook)
    ]


def _speaks(row: Mapping[str, Any], day: date) -> bool:
    return row["found_on"] <= day and (row["until"] is None or day <= row["until"])


def readiness_json(row: Mapping[str, Any], day: date, following: Mapping[str, Any] | None) -> dict[str, Any]:
    """Readiness, of the read model or of a file, in the words of the contract."""
    return {
        "child": row["child"],
        "day": day,
        "status": row["status"],
        "advisory": True,
        "route": row["route"],
        "turns_18_on": row["turns_18_on"],
        "gates": row["gates"],
        "next": following,
    }


def _following(row: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"due_on": row["next_due_on"], "rule": row["next_rule"]} if row["next_rule"] else None


def _next_clock(file: File, rulebook: Rulebook, day: date) -> dict[str, Any] | None:
    waiting: list[Clock] = [
        clock for clock in clocks(file, rulebook) if clock.state(day) in {"due", "overdue"}
    ]
    return {"due_on": waiting[0].due.last, "rule": waiting[0].rule} if waiting else None


async def _page(own: Asking, question: Any, **asked: Any) -> Page:  # noqa: ANN401 – a read model's question
    try:
        async with own.house.readers.connection() as connection:
            page: Page = await question(connection, own.scope, **asked)
    except CursorError:
        raise invalid([Fault("/query/cursor", "is none of this list", "不是此列表的游标")]) from None
    return page


def _continue(known: int, start: int) -> str:
    return urlsafe_b64encode(f"{known}:{start}".encode()).decode().rstrip("=")


def _resume(cursor: str) -> tuple[int, int]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    if not (match := re.fullmatch(r"([0-9]{1,18}):([0-9]{1,9})", text)):
        raise invalid([Fault("/query/cursor", "is none of this list", "不是此列表的游标")])
    return int(match[1]), int(match[2])
