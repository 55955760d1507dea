"""What was answered to each referral of a child, when and why (domain.md 4.2 B2)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from domain.event import known
from domain.events.intake import INTAKE, ReferralReceived
from domain.events.reception import ReferralDeclined, referral_is_answered
from domain.label import Label
from domain.obligations import History, State
from domain.statement import Private, Statement, StatementLine, named, private, rule_then
from domain.when import FIRST_DAY

_OPEN: Final = frozenset[State]({"due", "overdue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredReferral(StatementLine):
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
        rule = rule_then(history, clock.rule, referral)
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
            rule=rule.id,
            source=rule.source if clock.number is None else clock.number.source,
            verified=rule.verified and (clock.number is None or clock.number.verified),
            settled_by=named(*INTAKE, ReferralDeclined) if state in _OPEN else (),
        )


def _stand_since(history: History) -> date:
    """Return the day since which nothing was answered, replaced or ended."""
    days = [
        day
        for clock in referral_is_answered(history)
        for day in (clock.opened_on, clock.void_on, None if clock.met_by is None else clock.met_by.days.last)
        if day is not None
    ]
    return max(days, default=FIRST_DAY)


def _on_day(line: AnsweredReferral, day: date) -> AnsweredReferral:
    """Return a referral as it waits on a day: with how many days, and whether that is too long."""
    days = line.days if line.answered_on is not None else (day - line.on).days
    if line.state not in _OPEN:
        return replace(line, days=days)
    return replace(line, days=days, state="overdue" if line.due_on < day else "due")


REFERRALS: Final = Statement(
    "referrals",
    Label("移送及答复", "Referrals and their answers"),
    (ReferralReceived,),
    AnsweredReferral,
    answered_referrals,
    _stand_since,
    on_day=_on_day,
)
