"""Temporary leave (请假外出): holidays with relatives, a stay in hospital, a camp."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_to
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    NotBefore,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.events.intake import INTAKE
from domain.file import Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation, until_handed_over
from domain.refusal import Refusals, breach, no_evidence
from domain.when import Days

RULES: Final = "本系统规则（儿童请假外出登记）"
AWAY: Final[Attribute[Answered[str]]] = Attribute("leave", "away", Label("请假外出", "On leave"))
"""Why the child is away for a time: a code of `leave_reason`."""


class TemporaryLeaveStarted(
    Event, zh="请假外出", en="Temporary leave started", source=RULES, ends_with="departure"
):
    """The child left for a time and is to come back."""

    leave_reason: Annotated[Answered[str], Label("外出事由", "Reason"), Code("leave_reason")]
    destination: Annotated[Answered[Title], Label("去向", "Destination"), Personal(Category.CONTACT)]
    accompanied_by: Annotated[
        Answered[Text], Label("陪同人或者接领人", "Accompanied by"), Personal(Category.CONTACT)
    ]
    return_due_on: Annotated[Answered[date], Label("应返日期", "Return due on"), NotBefore()]
    approved_by: Annotated[Answered[Title], Label("批准人", "Approved by"), Personal(Category.IDENTITY)]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        """Who is away returns before leaving again (R-LEA-2), and somebody approved the leave (R-LEA-3)."""
        away = life.now(AWAY)
        if away is not None:
            yield breach("R-LEA-2", away.entry)
        if known(self.approved_by) is None:
            yield no_evidence("R-LEA-3", at="/data/approved_by")

    def holds(self, entry: AnyEntry) -> Facts:
        yield AWAY.since(entry.days, self.leave_reason)


class TemporaryLeaveEnded(
    Event, zh="外出返回", en="Temporary leave ended", source=RULES, ends_with="departure", once=True
):
    """The child came back from leave."""

    leave: Annotated[Answered[UUID], Label("外出登记", "Leave"), Refers("TemporaryLeaveStarted")]
    condition: Annotated[Answered[Text], Label("返回时情况", "Condition"), Personal(Category.HEALTH)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (TemporaryLeaveStarted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield AWAY.since(entry.days, None)


def ended(entry: AnyEntry) -> Facts:
    """That nobody is awaited back any more."""
    yield AWAY.since(entry.days, None)


@obligation("R-LEA-1", TemporaryLeaveStarted)
def comes_back(history: History) -> Iterator[Clock]:
    """Who is on leave comes back by the day that was said, or else by the rule's number of days."""
    return until_handed_over(history, _awaited(history))


def _awaited(history: History) -> Iterator[Clock]:
    started = history.all(TemporaryLeaveStarted)
    answers: list[AnyEntry] = [*history.all(TemporaryLeaveEnded)]
    for leave, back in zip(started, answers_to(started, answers, "leave"), strict=True):
        said, limit = known(leave.event.return_due_on), history.number("R-LEA-1", entry=leave)
        stay = history.stay_on(leave.days.last)
        if stay is None or limit is None:
            continue
        yield Clock(
            rule="R-LEA-1",
            opened_on=leave.days.last,
            due=limit.ends(leave.days) if said is None else Days.on(said),
            started_by=(leave,),
            met_by=back,
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit if said is None else None,
        )
