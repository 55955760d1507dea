"""Asking about one file: on any day, as known at any time."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from re import fullmatch
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import Answer
from api.contract import FileAnswer, Obligations, ReadinessKnown, Timeline
from api.faults import Fault
from api.problems import WITHIN, invalid, responses
from api.question import Asking, AsOf, Day, KnownAt, One, categories_of
from api.shapes import entry_json, file_json, obligation_json, readiness_json
from domain.charge import scope_of
from domain.file import ATTRIBUTES
from domain.life import Life
from domain.obligations import State
from projections.findings import findings_of
from projections.obligations import obligations_of
from projections.paging import MOST
from projections.readiness import ready_on

router = APIRouter(tags=["one file"])

Limit: TypeAlias = Annotated[int, Query(ge=1, le=MOST, description="Items of a page.")]
Cursor: TypeAlias = Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")]
Rule: TypeAlias = Annotated[
    str | None, Query(pattern="^[A-Za-z0-9-]{1,20}$", description="One rule's id, such as D11.")
]
NO_CURSOR = Fault("/query/cursor", "is none of this list", "不是此列表的游标")


@router.get("/children/{child}", responses=WITHIN | {200: {"model": FileAnswer}})
async def file(own: One, child: UUID, as_of: AsOf = None, known_at: KnownAt = None) -> Answer:
    """Answer a file's status on a day, as known at a position, an instant or the end of a day."""
    known = await own.known(known_at)
    read = await own.file(child, known=known, about=as_of)
    day, book = as_of or own.today, await own.ledger.rulebook_of(read)
    body = {
        "child": child,
        "version": read.version,
        "position": read.position,
        "known_position": known,
        "as_of": day,
        "institution": scope_of(read).institution,
        **file_json(
            Life(read, day, book),
            day,
            obligations=list(obligations_of(read, child, book)),
            findings=sum(finding.speaks(day) for finding in findings_of(read, child, book)),
            sees=own.sees,
        ),
    }
    personal = (attribute.personal for attribute in ATTRIBUTES.values() if read.facts(attribute))
    await own.note({child: [each for each in personal if each is not None]}, "file")
    return Answer(body, headers={"ETag": f'"{read.version}"', "Ledger-Position": str(known)})


@router.get(
    "/children/{child}/entries", responses=WITHIN | responses("other_epoch") | {200: {"model": Timeline}}
)
async def entries(
    own: One,
    child: UUID,
    order: Literal["occurred", "recorded"] = "occurred",
    known_at: KnownAt = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer:
    """List a file's entries, each with both its dates and what became of it."""
    known, start = (await own.known(known_at), 0) if cursor is None else await _resume(own, cursor)
    read = await own.file(child, known=known, about=date.min)
    last = own.until(read)
    line = [entry for entry in read.entries.values() if entry.days.last <= last]
    line.sort(key=lambda entry: entry.version)
    if order == "occurred":
        line.sort(key=lambda entry: (entry.days.last, entry.days.earliest))
    end = start + limit
    shown = line[start:end]
    await own.note({child: categories_of(shown)}, "entries")
    body = {
        "items": [entry_json(entry, read, own.sees) for entry in shown],
        "next": await _continue(own, known, end) if end < len(line) else None,
        "known_position": known,
    }
    return Answer(body, headers={"Ledger-Position": str(known)})


@router.get("/children/{child}/obligations", responses=WITHIN | {200: {"model": Obligations}})
async def obligations(
    own: One,
    child: UUID,
    day: Day = None,
    as_of: AsOf = None,
    state: Annotated[list[State] | None, Query(description="All of them by default.")] = None,
    rule: Rule = None,
    known_at: KnownAt = None,
) -> Answer:
    """List what is due, overdue, met and void in a file on a day, with the entries that decided it."""
    day, known = day or as_of, await own.known(known_at)
    read = await own.file(child, known=known, about=day)
    on, book = day or own.today, await own.ledger.rulebook_of(read)
    items = [
        obligation_json(obligation, on)
        for obligation in obligations_of(read, child, book)
        if (now := obligation.state(on)) is not None
        and (not state or now in state)
        and rule in {None, obligation.rule}
    ]
    return Answer(
        {"items": items, "next": None, "known_position": known}, headers={"Ledger-Position": str(known)}
    )


@router.get("/children/{child}/readiness", responses=WITHIN | {200: {"model": ReadinessKnown}})
async def readiness(
    own: One, child: UUID, day: Day = None, as_of: AsOf = None, known_at: KnownAt = None
) -> Answer:
    """Answer whether a young person is ready to leave care on a day, gate by gate."""
    day, known = day or as_of, await own.known(known_at)
    read = await own.file(child, known=known, about=day)
    on, book = day or own.today, await own.ledger.rulebook_of(read)
    body = {**readiness_json(ready_on(read, child, book, on), on), "known_position": known}
    return Answer(body, headers={"Ledger-Position": str(known)})


async def _continue(own: Asking, known: int, start: int) -> str:
    epoch = (await own.ledger.store.head()).epoch
    return urlsafe_b64encode(f"{epoch}:{known}:{start}".encode()).decode().rstrip("=")


async def _resume(own: Asking, cursor: str) -> tuple[int, int]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    match = fullmatch(r"([0-9]{1,9}):([0-9]{1,18}):([0-9]{1,9})", text)
    if match is None:
        raise invalid([NO_CURSOR])
    epoch, known, start = map(int, match.groups())
    await own.check_epoch(epoch, known, await own.ledger.store.head())
    return known, start
