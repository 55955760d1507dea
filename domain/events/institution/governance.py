"""How an institution is run: its own rules and plans, and the milestones of its programme (制度 · 规划)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    NotBefore,
    Number,
    Personal,
    Refers,
    Title,
    known,
)
from domain.file import Attribute, Facts
from domain.obligations import Clock, History, obligation
from domain.rulebook import Pack
from domain.when import Days

WEIHAI: Final = "威海市民政局等《实施意见》（2021-11-08）"

INTERNAL_RULES: Final[Attribute[str]] = Attribute(
    "governance",
    "internal_rules",
    Label("现行内部制度", "Internal rules in force"),
    several=True,
    kind="institution",
)


class InternalRulesAdopted(
    Event, zh="内部制度制定", en="Internal rules adopted", source=f"{WEIHAI}二（七）", kind="institution"
):
    """The institution adopted rules of its own on a subject, or an emergency plan, or revised them."""

    subject: Annotated[str, Label("制度类别", "Subject"), Code("internal_rules")]
    title: Annotated[Answered[Title], Label("制度名称", "Title"), Personal(Category.IDENTITY)]
    document_no: Annotated[Answered[Number], Label("文号", "Document number"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield INTERNAL_RULES.since(entry.days, self.subject, key=self.subject)


class MilestoneSet(
    Event, zh="工作目标确定", en="Milestone set", source=f"{WEIHAI}一、四（一）", kind="institution"
):
    """A plan set the institution a goal, with the day by which it is to be reached."""

    milestone: Annotated[Answered[Title], Label("工作目标", "Milestone"), Personal(Category.IDENTITY)]
    plan: Annotated[Answered[Title], Label("所依据的方案", "Plan"), Personal(Category.IDENTITY)]
    reach_by: Annotated[Answered[date], Label("完成时限", "Reach by"), NotBefore()]


class MilestoneReached(
    Event,
    zh="工作目标完成",
    en="Milestone reached",
    source=f"{WEIHAI}一、四（一）",
    kind="institution",
    once=True,
):
    """The institution reached a goal that was set."""

    milestone: Annotated[Answered[UUID], Label("所完成的目标", "Milestone"), Refers("MilestoneSet")]
    accepted_by: Annotated[Answered[Title], Label("验收单位", "Accepted by"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MilestoneSet,)


def _set_day(limit: Pack, goal: Entry[MilestoneSet]) -> Days:
    day = known(goal.event.reach_by)
    return limit.ends(goal.days) if day is None else Days.on(day)


@obligation("R-GOV-1", kind="institution")
def milestones_are_reached(history: History) -> Iterator[Clock]:
    """A goal is reached by the day that was set for it."""
    yield from answers_due("R-GOV-1", history, MilestoneSet, MilestoneReached, field="milestone", by=_set_day)
