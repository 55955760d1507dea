"""An allowance after the 18th birthday (超龄续发): applied for, decided, and what is paid without it."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Personal, Refers, Title, known
from domain.events.entitlement.allowance import AFTER_ADOPTION, ALLOWANCE, AllowanceGranted, entitled_until
from domain.file import Attribute, Facts
from domain.life import ADULT, Life
from domain.refusal import Refusals, breach
from domain.shared_fields import AppliedTo, DecidedBy, DecisionTaken
from domain.standing import standing

OVER_AGE: Final = "全国儿童福利信息系统（NS）超龄续发"
APPROVED: Final = "approved"

CONTINUED: Final[Attribute[Answered[str]]] = Attribute(
    "entitlement", "continued", Label("超龄续发", "Allowance continued after 18")
)
"""Why an allowance goes on after 18, through the last day for which that was approved."""


class OverAgeContinuationApplied(
    Event, zh="申请超龄续发", en="Over-age continuation applied for", source=OVER_AGE
):
    """It was asked that the allowance go on after the 18th birthday."""

    reason: Annotated[Answered[str], Label("续发原因", "Reason"), Code("over_age_reason")]
    school: Annotated[Answered[Title] | None, Label("就读学校", "School"), Personal(Category.CONTACT)] = None
    applied_to: AppliedTo


class OverAgeContinuationDecided(
    Event, zh="超龄续发审批", en="Over-age continuation decided", source=OVER_AGE, once=True
):
    """It was decided whether the allowance goes on after 18, and through which day."""

    application: Annotated[
        Answered[UUID], Label("所答复的申请", "Answers"), Refers("OverAgeContinuationApplied")
    ]
    decision: DecisionTaken
    reason: Annotated[Answered[str], Label("续发原因", "Reason"), Code("over_age_reason")]
    until: Annotated[Answered[date], Label("续发截止日期", "Through"), NotBefore()]
    decided_by: DecidedBy

    def presupposes(self) -> tuple[type[Event], ...]:
        return (OverAgeContinuationApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        if known(self.decision) == APPROVED:
            yield CONTINUED.since(entry.days, self.reason, until=known(self.until))


@standing("R-ALW-1", AllowanceGranted)
def paid_by_right(life: Life) -> Refusals:
    """An allowance that is not stopped after death, adoption or the 18th birthday, nor continued."""
    allowances = life.each(ALLOWANCE)
    ended = entitled_until(life) if allowances else None
    for paid in allowances:
        if ended is not None and (ended.value == "died" or paid.held.value not in AFTER_ADOPTION):
            detail = Label("死亡或者被收养后未停发", "it is not stopped after the death or the adoption")
            yield breach("R-ALW-1", paid.entry, ended.fact.entry, detail=detail)
        elif ended is None and life.aged(ADULT) and life.now(CONTINUED) is None:
            detail = Label("年满十八周岁，未停发也未批准续发", "of age, neither stopped nor continued")
            yield breach("R-ALW-1", paid.entry, detail=detail)
