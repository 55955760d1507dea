"""While a child is fostered: visits, major events, allowances, short-term care (R-FOS-1, R-FOS-2)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotBefore,
    Personal,
    Points,
    Text,
    Unit,
    known,
)
from domain.events.care import FOSTER_FAMILY, SHORT_TERM
from domain.events.family.foster_steps import FOSTER_MEASURES
from domain.events.foster.fostering import FosterPlacementStarted
from domain.events.foster.matches import Family, FosterMatchStarted
from domain.events.intake import INTAKE
from domain.file import Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation, stage_of
from domain.refusal import Refusals, breach, uncertain
from domain.shared_fields import FirstMonth, LastMonth, PaymentMode, Yuan
from domain.visiting import planned_and_agreed
from domain.when import LAST_DAY, day_after

FOSTERING_ENDED: Final = Label("寄养已结束", "the foster placement has ended")


class FosterVisitsPlanned(
    Event,
    zh="制定寄养探访计划",
    en="Foster visits planned",
    seals=Category.FAMILY,
    source=FOSTER_MEASURES,
    ends_with="departure",
):
    """It was planned on which days the child is visited in its foster family."""

    visits_on: Annotated[Answered[AtLeastOne[date]], Label("计划探访日期", "Days of visits")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterPlacementStarted, FosterMatchStarted)


class FosterVisitMade(
    Event,
    zh="寄养探访",
    en="Foster visit made",
    seals=Category.FAMILY,
    source="全国儿童福利信息系统（NS）",
    ends_with="departure",
):
    """The child was visited in its foster family."""

    family: Family
    visited_by: Annotated[Answered[Name], Label("探访人", "Visited by"), Personal(Category.FAMILY)]
    living: Annotated[Answered[Text], Label("生活情况", "Living"), Personal(Category.FAMILY)]
    health: Annotated[Answered[Text], Label("健康状况", "Health"), Personal(Category.HEALTH)]
    growth: Annotated[Answered[Text], Label("成长情况", "Growth"), Personal(Category.FAMILY)]
    is_other_family_wished: Annotated[
        Answered[bool], Label("是否希望更换家庭", "Wishes another family"), Personal(Category.FAMILY)
    ]
    score: Annotated[Answered[Points] | None, Label("随访评分", "Score"), Unit(None, "分")] = None
    next_on: Annotated[date | None, Label("下次探访日期", "Next visit"), NotBefore()] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterPlacementStarted, FosterMatchStarted)


class FosterMajorEventRecorded(
    Event,
    zh="寄养重大事件",
    en="Foster major event recorded",
    seals=Category.SAFEGUARDING,
    source="全国儿童福利信息系统（NS）",
    ends_with="departure",
):
    """Something grave happened while the child was in its foster family, and was dealt with."""

    event_kind: Annotated[Answered[str], Label("事件类别", "Kind"), Code("foster_major_event")]
    account: Annotated[Answered[Text], Label("事件经过", "Account")]
    handling: Annotated[Answered[Text], Label("处理情况", "Handling")]
    result: Annotated[Answered[Text], Label("处理结果", "Result")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterPlacementStarted, FosterMatchStarted)


class FosterAllowancePaid(
    Event,
    zh="发放寄养费用",
    en="Foster allowance paid",
    seals=Category.FAMILY,
    source="全国儿童福利信息系统（NS）",
    ends_with=None,
):
    """The foster family was paid for some months: for the child, for its own work, for what that cost."""

    family: Family
    first_month: FirstMonth
    last_month: LastMonth
    rearing_yuan: Annotated[Yuan, Label("养育费", "Rearing fee")]
    labour_yuan: Annotated[Yuan, Label("劳务补贴", "Labour subsidy")]
    work_yuan: Annotated[Yuan, Label("工作经费", "Work fee")]
    mode: PaymentMode

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterPlacementStarted,)


class ShortTermCareTaken(
    Event,
    zh="短期养育",
    en="Short-term care taken",
    seals=Category.FAMILY,
    source=FOSTER_MEASURES,
    ends_with="departure",
):
    """The institution, or another family, cared for a foster child for some days in its family's place."""

    until: Annotated[Answered[date], Label("截止日期", "Until"), NotBefore()]
    grounds: Annotated[Answered[Text], Label("原因", "Why"), Personal(Category.FAMILY)]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        """It lasts no longer than the rule's number of days (R-FOS-2)."""
        limit, until = life.number("D33", case="short_term"), known(self.until)
        if limit is None or life.entry is None:
            return
        if until is None:
            yield uncertain("R-FOS-2", by=limit)
        elif until > limit.ends(life.entry.days).last:
            yield breach("R-FOS-2", by=limit)

    def holds(self, entry: AnyEntry) -> Facts:
        yield SHORT_TERM.since(entry.days, entry.days.last, until=known(self.until))


@obligation("R-FOS-1", FosterVisitsPlanned, FosterVisitMade)
def foster_visits(history: History) -> Iterator[Clock]:
    """Each planned or agreed visit is made; a new plan, and the end of the placement, make it void."""
    plans, made = history.all(FosterVisitsPlanned), history.all(FosterVisitMade)
    yield from planned_and_agreed("R-FOS-1", history, plans, made, _fostering_ends)


def _fostering_ends(history: History, after: date) -> tuple[date, Label] | None:
    """Return the first day on which the child is not in that foster family any more, and why."""
    for span in history.spans(FOSTER_FAMILY):
        if span.until >= after:
            return None if span.until == LAST_DAY else (day_after(span.until), FOSTERING_ENDED)
    gone = history.gone(after)
    return None if gone is None else (gone.held.since, stage_of(gone))
