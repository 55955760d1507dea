"""What of a child's file was given out: to whom, why, on whose approval, on what basis (domain.md 4.2 B8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.answering import answers_to
from domain.entry import AnyEntry
from domain.event import Event, known
from domain.events.adoption.proposing import DisclosureGiven
from domain.events.archive import ArchiveCheckedOut, ArchiveReturned, ArchiveTransferred, ExtractIssued
from domain.events.placement.arrangements import ArchiveHandedOver
from domain.label import Label
from domain.obligations import History
from domain.resting import note
from domain.statement import Private, Statement, StatementLine, last_day_of, named, private, rule_then


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOut(StatementLine):
    """Something that was lent, handed over or told to somebody outside.

    `event` is the type of the entry that says so, and `basis` the text under which that is done. `body` is
    whose `receiver` is; each is null where that kind of entry does not say it. What was lent is due back on
    `due_on` and came back on `returned_on`.
    """

    on: date
    event: str
    receiver: Private | None
    body: Private | None
    purpose: Private | None
    approved_by: Private | None
    basis: str
    due_on: date | None
    returned_on: date | None


_ASKED_BACK_BY: Final = "R-ARC-1"
"""The rule by which what was lent comes back."""
_RECEIVER: Final[dict[type[Event], str]] = {
    ArchiveHandedOver: "receiver",
    ArchiveTransferred: "receiver",
    DisclosureGiven: "adopter",
    ExtractIssued: "recipient",
}
"""The field that says to whom something went for good, or who was told."""


def given_out(history: History, day: date) -> Iterator[GivenOut]:
    """Yield what was given out by a day."""
    life = history.on(day)
    lent = life.all(ArchiveCheckedOut)
    for checkout, back in zip(lent, answers_to(lent, life.all(ArchiveReturned), "checkout"), strict=True):
        rule = rule_then(history, _ASKED_BACK_BY, checkout)
        yield GivenOut(
            on=checkout.days.last,
            event=checkout.type,
            receiver=private(checkout, "borrower"),
            body=private(checkout, "borrowing_body"),
            purpose=private(checkout, "purpose"),
            approved_by=private(checkout, "approved_by"),
            basis=checkout.event.source,
            due_on=known(checkout.event.due_on),
            returned_on=None if back is None else back.days.last,
            entries=tuple(each.entry_id for each in (checkout, back) if each is not None),
            rule=rule.id,
            source=rule.source,
            verified=rule.verified,
            settled_by=named(ArchiveReturned) if back is None else (),
        )
    # What is sealed last, since an actor who may not see that it was told is shown nothing after it.
    for kind, field in _RECEIVER.items():
        # Whether there is such an entry at all is as secret as what it says.
        note(*kind.sealed)
        yield from (_gone(each, field) for each in life.all(kind))


def _gone(entry: AnyEntry, field: str) -> GivenOut:
    return GivenOut(
        on=entry.days.last,
        event=entry.type,
        receiver=private(entry, field),
        body=None,
        purpose=private(entry, "purpose") if isinstance(entry.event, ExtractIssued) else None,
        approved_by=None,
        basis=entry.event.source,
        due_on=None,
        returned_on=None,
        entries=(entry.entry_id,),
    )


GIVEN_OUT: Final = Statement(
    "given-out",
    Label("向外提供的档案材料和信息", "Papers and information given out"),
    (ArchiveCheckedOut, *_RECEIVER),
    GivenOut,
    given_out,
    lambda history: last_day_of(history, (ArchiveCheckedOut, ArchiveReturned, *_RECEIVER)),
)
