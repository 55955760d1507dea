"""What was answered to each referral of a child, when and why (domain.md 4.2 B2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.event import known
from domain.events.intake import ReferralReceived
from domain.events.reception import ReferralDeclined, referral_is_answered
from domain.label import Label
from domain.obligations import History, State
from domain.statement import Private, Statement, private


@dataclass(frozen=True, slots=True)
class AnsweredReferral:
    """One referral: who sent the child, by when it was to be answered, and how it was.

    `answered_by` is the type of the event that answered it, null while none did; `days` are those from the
    referral to its answer, or to the day asked for. `reason` is why the child was not taken in.
    """

    on: date
    referral_source: str | None
    child_situation: str | None
    due_on: date
    state: State
    answered_on: date | None
    answered_by: str | None
    days: int
    reason: str | None
    explanation: Private | None
    sent_to: Private | None
    entries: tuple[UUID, ...]


def answered_referrals(history: History, day: date) -> Iterator[AnsweredReferral]:
    """Yield the referrals by a day."""
    for clock in referral_is_answered(history):
        (referral,), answer = clock.started_by, clock.met_by
        state = clock.state(day)
        if state is None:
            continue
        if answer is not None and answer.days.last > day:
            answer = None
        declined = answer if answer is not None and isinstance(answer.event, ReferralDeclined) else None
        yield AnsweredReferral(
            on=referral.days.last,
            referral_source=known(referral.event.referral_source),
            child_situation=known(referral.event.child_situation),
            due_on=clock.due.last,
            state=state,
            answered_on=None if answer is None else answer.days.last,
            answered_by=None if answer is None else answer.type,
            days=((day if answer is None else answer.days.last) - referral.days.last).days,
            reason=None if declined is None else known(declined.event.reason),
            explanation=None if declined is None else private(declined, "explanation"),
            sent_to=None if declined is None else private(declined, "sent_to"),
            entries=tuple(each.entry_id for each in (referral, answer) if each is not None),
        )


REFERRALS: Final = Statement(
    "referrals",
    Label("移送及答复", "Referrals and their answers"),
    (ReferralReceived,),
    AnsweredReferral,
    answered_referrals,
)
