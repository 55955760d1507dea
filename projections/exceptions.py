"""What a second person decides on, across files: exceptions claimed, and corrections of what matters."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.event import Category
from domain.file import File
from domain.second_person import ApprovalKind, ApprovalState, ForApproval, for_approval, for_approval_of
from domain.when import day_of
from ledger.store import queries
from projections.acting_rules import ActingRules
from projections.known import as_known
from projections.markers import Blank, Hashed, Internal
from projections.model import ReadModel, RowContext, RowParts
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, in_place, page
from projections.sorting import Key, Sorts, alike, as_day, as_id, as_number
from projections.withholding import Withholding, listed


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """An entry that a second person decides on, with the rule, in words that name no person.

    The `entry` was recorded on `recorded_on`, and decided on by `decision` on `decided_on`, which are None
    while it waits. `evidence` are the entries that decided that the rule speaks against it, or that it
    corrects. `number` identifies a stored row within its file.
    """

    child: UUID
    number: Annotated[int, Internal()]
    rests_on: list[str]
    kind: Annotated[str, Hashed()]
    rule: Annotated[str, Hashed()]
    state: Annotated[str, Hashed()]
    occurred_on: Annotated[date, Internal()]
    recorded_on: date
    decided_on: Annotated[date | None, Internal()]
    entry: Annotated[UUID | None, Blank(), Internal()]
    decision: Annotated[UUID | None, Blank(), Internal()]
    evidence: Annotated[list[UUID], Blank([]), Internal()]
    zh: Annotated[str, Blank("")]
    en: Annotated[str, Blank("")]
    source: Annotated[str, Blank("")]
    verified: Annotated[bool, Blank(value=False)]
    sealed: Annotated[bytes | None, Internal()] = None

    def waited(self, day: date) -> int:
        """Return the days from its recording to its decision, while it waits to a day."""
        return max(((self.decided_on or day) - self.recorded_on).days, 0)


def row_of(each: ForApproval, child: UUID) -> ExceptionRow:
    """Return what a second person decides on in one file as a row."""
    entry, judgement, decision = each.entry, each.judgement, each.decision
    sentence = judgement.rule.sentence(judgement.refusal.detail)
    return ExceptionRow(
        child=child,
        number=0,
        rests_on=listed(judgement.refusal.rests_on),
        kind=each.kind,
        rule=judgement.rule.id,
        state=each.state,
        occurred_on=entry.days.last,
        recorded_on=_recorded(entry),
        decided_on=None if decision is None else _recorded(decision),
        entry=entry.entry_id,
        decision=None if decision is None else decision.entry_id,
        evidence=[each for each in judgement.refusal.evidence if each != entry.entry_id],
        zh=sentence.zh,
        en=sentence.en,
        source=judgement.source,
        verified=judgement.verified,
    )


def _recorded(entry: Any) -> date:  # noqa: ANN401 - an entry of any event
    return day_of(entry.recorded_at) if entry.recorded_at else entry.days.last


WITHHELD: Final = Withholding("exceptions", ExceptionRow, ("kind", "rule", "recorded_on", "entry"))


def rows(file: File, reading: RowContext) -> Iterator[ExceptionRow]:
    """Yield one row per entry that a second person decides on."""
    found = for_approval(file, reading.rulebook)
    return WITHHELD.rows((row_of(each, reading.stream) for each in found), reading.seal)


def _entries(keys: Iterable[object]) -> Iterator[UUID]:
    return (each for each in keys if isinstance(each, UUID))


def _rows_of_entry(file: File, reading: RowContext, entry: UUID) -> Iterator[ExceptionRow]:
    found = for_approval_of(file, entry, reading.rulebook)
    return WITHHELD.rows((row_of(each, reading.stream) for each in found), reading.seal)


EXCEPTIONS: Final = ReadModel(
    "exceptions", ExceptionRow, rows, WITHHELD.opened, parts=RowParts(_entries, _rows_of_entry)
)

_SQL: Final = queries.load_composable("projections", "exceptions.sql")
_KEY: Final[Key] = {"e.recorded_on": as_day, "e.child": as_id, "e.number": as_number}
WAITS: Final[ApprovalState] = "waiting"
"""The state of what somebody must still decide on."""
SORTS: Final = Sorts(ExceptionRow, "e", alike("recorded_on", "state", "kind", "rule"))


async def exceptions(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    day: date,
    state: ApprovalState | None = None,
    kind: ApprovalKind | None = None,
    rule: str | Sequence[str] | None = None,
    institution: UUID | None = None,
    place: str | None = None,
    acting: ActingRules | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[ExceptionRow]:
    """Return what a second person decides on of all that had happened by a day, the longest-waiting first.

    `acting` keeps what waits until somebody decides, who are the first that must, `place` what is in its
    charge. `known` is the position as known at which it is read, None for now. Rows may be `WITHHELD`. What
    rests on a category outside `sees` is left out. `keyed` hashes terms.
    """
    then = as_known(known, {"exceptions": EXCEPTIONS})
    if acting is not None and state not in {None, WAITS}:
        return Page([], None, 0 if turn.total else None)
    state = state if acting is None else WAITS
    where = [
        scope,
        # Within coalesce, for PostgreSQL takes the bare comparison for a rare match and reads all rows.
        Condition(SQL("coalesce(e.rests_on <@ %(sees)s, false)"), {"sees": listed(sees)}),
        Condition(SQL("e.occurred_on <= %(day)s"), {"day": day}),
        await WITHHELD.saying(connection, "e", keyed, then, state=state, kind=kind, rule=rule),
    ]
    if institution is not None:
        where.append(in_charge(institution))
    if place is not None:
        where.append(in_place(place))
    if acting is not None:
        where.append(acting.deciding())
    select = _SQL["exceptions"]
    return await page(connection, ExceptionRow, select, where, _KEY, turn=turn, sorts=SORTS, tables=then)
