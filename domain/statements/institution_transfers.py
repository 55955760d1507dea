"""Who is to go to another institution and who has gone, with what is open after it (domain.md 4.4 C7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Event, known
from domain.events.household import HouseholdTransferred
from domain.events.transfer.following import AllowancePayerChanged, GuardianResponsibilityTransferred
from domain.events.transfer.handing_over import ChildTransferred, TransferApproved, TransferProposed
from domain.label import Label
from domain.life import Life
from domain.obligations import History
from domain.statement import Private, Statement, StatementLine, last_day_of, named, private, rule_then

APPROVED: Final = "approved"
"""A code of `decision`."""
_MOVED_BY: Final = "R-MOV-1"
"""The rule by which the household registration follows."""
_READ: Final = (
    TransferProposed,
    TransferApproved,
    ChildTransferred,
    GuardianResponsibilityTransferred,
    AllowancePayerChanged,
    HouseholdTransferred,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(StatementLine):
    """One transfer to another institution: planned, decided on and done, and what followed it.

    `on` is the day of the hand-over, or for which it is planned, or on which it was proposed. `from_region`
    is that of who recorded it, `to_institution` the receiver where it is one of this ledger. The days on
    which guardianship, allowance and household registration followed are null while they have not.
    """

    on: date
    from_region: str | None
    to_institution: UUID | None
    receiver: Private
    transfer_reason: str | None
    planned_on: date | None
    decision: str | None
    decided_on: date | None
    done_on: date | None
    guardian_moved_on: date | None
    allowance_moved_on: date | None
    household_moved_on: date | None
    household_stays_because: Private | None


def transfers(history: History, day: date) -> Iterator[Transfer]:
    """Yield the transfers that were proposed or done by a day, each with the hand-over that came of it."""
    life = history.on(day)
    done = life.all(ChildTransferred)
    for proposed in life.all(TransferProposed):
        decided = [
            each for each in life.all(TransferApproved) if known(each.event.proposal) == proposed.original
        ]
        of_it = [
            each
            for each in done
            if each.days.last >= proposed.days.earliest
            and each.event.to_institution == proposed.event.to_institution
        ]
        handed = of_it[0] if of_it else None
        if handed is not None:
            done = [each for each in done if each is not handed]
        yield _transfer(history, life, proposed, decided[-1] if decided else None, handed)
    for handed in done:
        yield _transfer(history, life, None, None, handed)


def _transfer(
    history: History,
    life: Life,
    proposed: AnyEntry | None,
    decided: AnyEntry | None,
    handed: AnyEntry | None,
) -> Transfer:
    last = handed or proposed
    assert last is not None  # noqa: S101 - said by who calls
    planned = None if proposed is None else known(proposed.event.planned_on)

    def followed(kind: type[Event]) -> AnyEntry | None:
        if handed is None:
            return None
        later = (each for each in life.all(kind) if each.days.last >= handed.days.earliest)
        return next(later, None)

    guardian, payer, household = map(
        followed, (GuardianResponsibilityTransferred, AllowancePayerChanged, HouseholdTransferred)
    )
    entries = (proposed, decided, handed, guardian, payer, household)
    stays = None if handed is None else private(handed, "household_stays_because")
    to_move = household is None and (stays is None or stays.value is None)
    rule = None if handed is None or not to_move else rule_then(history, _MOVED_BY, handed)
    following = (
        (GuardianResponsibilityTransferred, guardian is None),
        (AllowancePayerChanged, payer is None),
        (HouseholdTransferred, to_move),
    )
    return Transfer(
        on=handed.days.last if handed is not None else planned or last.days.last,
        from_region=last.region,
        to_institution=last.event.to_institution,
        receiver=private(last, "receiver"),
        transfer_reason=known(last.event.transfer_reason),
        planned_on=planned,
        decision=None if decided is None else known(decided.event.decision),
        decided_on=None if decided is None else decided.days.last,
        done_on=None if handed is None else handed.days.last,
        guardian_moved_on=None if guardian is None else guardian.days.last,
        allowance_moved_on=None if payer is None else payer.days.last,
        household_moved_on=None if household is None else household.days.last,
        household_stays_because=stays,
        entries=tuple(each.entry_id for each in entries if each is not None),
        rule=None if rule is None else rule.id,
        source=None if rule is None else rule.source,
        verified=None if rule is None else rule.verified,
        settled_by=named(*(kind for kind, is_open in following if is_open))
        if handed is not None
        else _settled_by(decided),
    )


def _settled_by(decided: AnyEntry | None) -> tuple[str, ...]:
    """A transfer that is not done is decided on, and then done; one that was not approved is over."""
    if decided is None or known(decided.event.decision) is None:
        return named(TransferApproved)
    return named(ChildTransferred) if known(decided.event.decision) == APPROVED else ()


TRANSFERS: Final = Statement(
    "transfers",
    Label("移交其他机构", "Transfers to other institutions"),
    (TransferProposed, ChildTransferred),
    Transfer,
    transfers,
    lambda history: last_day_of(history, _READ),
)
