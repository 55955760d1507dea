"""Rehabilitation (康复): assessed, planned, delivered and closed."""

from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from annotated_types import Le

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    Name,
    NotBefore,
    Part,
    Personal,
    Points,
    Refers,
    Text,
    Title,
    Unit,
    known,
)
from domain.file import Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, breach, no_evidence
from domain.when import Days

REHABILITATION: Final = "《残疾预防和残疾人康复条例》第21条"


class Score(Part):
    """What a scale gave for one domain."""

    domain: Annotated[Title, Label("领域", "Domain")]
    value: Annotated[Points, Label("分值", "Score"), Unit(None, "分")]


OfADay: TypeAlias = Annotated[Count, Le(24 * 60)]
"""Minutes of one day."""


class PlannedItem(Part):
    """How many sessions of one kind a plan foresees."""

    mode: Annotated[Answered[str], Label("康复项目", "Kind of training"), Code("rehab_mode")]
    planned_count: Annotated[Answered[Count], Label("计划次数", "Planned sessions"), Unit(None, "次")]


class Term(Part):
    """The days for which a plan was made, as far as known."""

    starts_on: Annotated[date | None, Label("开始日期", "Starts on")]
    ends_on: Annotated[date | None, Label("结束日期", "Ends on")]


PLAN: Final[Attribute[Term]] = Attribute(
    "rehabilitation", "plan", Label("康复方案", "Rehabilitation plan"), several=True
)
"""The plans under way, each under the id of the entry that made it."""


class RehabAssessed(
    Event,
    zh="康复评估",
    en="Rehabilitation assessed",
    source=REHABILITATION,
    seals=Category.HEALTH,
    ends_with="adoption",
):
    """What the child needs, or how far it has come, was assessed on a scale."""

    assessment_type: Annotated[Answered[str], Label("评估类型", "Kind"), Code("rehab_assessment_type")]
    scale_name: Annotated[Answered[Title], Label("评估量表", "Scale"), Personal(Category.HEALTH)]
    scores: Annotated[Answered[tuple[Score, ...]], Label("评分", "Scores"), Personal(Category.HEALTH)]
    summary: Annotated[Answered[Text], Label("评估结论", "Summary"), Personal(Category.HEALTH)]
    assessor: Annotated[Answered[Name], Label("评估人", "Assessed by"), Personal(Category.HEALTH)]


class RehabPlanMade(
    Event,
    zh="制定康复方案",
    en="Rehabilitation plan made",
    source=REHABILITATION,
    seals=Category.HEALTH,
    ends_with="departure",
):
    """A plan was made from an assessment."""

    goals: Annotated[Answered[Text], Label("康复目标", "Goals"), Personal(Category.HEALTH)]
    items: Annotated[Answered[tuple[PlannedItem, ...]], Label("康复内容", "Items")]
    planner: Annotated[Answered[Name], Label("制定人", "Planned by"), Personal(Category.HEALTH)]
    starts_on: Annotated[Answered[date], Label("开始日期", "Starts on")]
    ends_on: Annotated[Answered[date], Label("结束日期", "Ends on"), NotBefore("starts_on")]
    assessment: Annotated[
        Answered[UUID], Label("所引用的康复评估", "Based on"), Refers("RehabAssessed", rule="I08")
    ]

    def refusals(self, life: Life) -> Refusals:
        """It rests on an assessment that had been made; where the paper does not say which, on any (I08)."""
        made = life.all(RehabAssessed)
        named = known(self.assessment)
        if named is None and not made:
            yield no_evidence("I08", detail=Label("尚未登记康复评估", "there is no assessment"))
        later = None if named is None else life.effective(named)
        if later is not None and later.type == "RehabAssessed" and later not in made:
            yield breach(
                "I08",
                later,
                detail=Label("康复评估日期晚于制定康复方案之日", "it was assessed after the plan was made"),
            )

    def holds(self, entry: AnyEntry) -> Facts:
        starts, ends = known(self.starts_on), known(self.ends_on)
        yield PLAN.since(
            entry.days if starts is None else Days.on(starts),
            Term(starts_on=starts, ends_on=ends),
            until=ends,
            key=str(entry.original),
        )


class RehabSessionDelivered(
    Event, zh="康复训练", en="Rehabilitation delivered", source=REHABILITATION, seals=Category.HEALTH
):
    """The child was trained: the sessions of one kind on one day."""

    plan: Annotated[
        Answered[UUID], Label("所引用的康复方案", "Under the plan"), Refers("RehabPlanMade", rule="I08")
    ]
    item: Annotated[Answered[str], Label("康复项目", "Kind of training"), Code("rehab_mode")]
    count: Annotated[Answered[Count], Label("训练次数", "Sessions of that day"), Unit(None, "次")]
    minutes: Annotated[Answered[OfADay], Label("训练时长", "Duration"), Unit("min", "分钟")]
    therapist: Annotated[Answered[Name], Label("康复师", "Therapist"), Personal(Category.HEALTH)]
    situation: Annotated[Answered[Text], Label("训练情况", "How it went"), Personal(Category.HEALTH)]

    def refusals(self, life: Life) -> Refusals:
        """It falls within the days of its plan; where the paper does not say which, of any (I08).

        A plan whose end is not known never contradicts.
        """
        named = known(self.plan)
        fits = bool(life.each(PLAN)) if named is None else life.under(PLAN, str(named)) is not None
        if fits:
            return
        plan: AnyEntry | None = life.last(RehabPlanMade) if named is None else life.effective(named)
        if named is not None and (plan is None or plan.type != "RehabPlanMade"):
            return
        if plan is None:
            yield no_evidence("I08", detail=Label("尚未登记康复方案", "there is no plan"))
        else:
            yield breach(
                "I08", plan, detail=Label("训练日期不在康复方案期间内", "it is outside the plan's days")
            )


class RehabPlanClosed(
    Event,
    zh="康复方案结束",
    en="Rehabilitation plan closed",
    source=REHABILITATION,
    seals=Category.HEALTH,
    ends_with=None,
    once=True,
):
    """A plan was closed, with what it achieved."""

    plan: Annotated[
        Answered[UUID], Label("所结束的康复方案", "The plan"), Refers("RehabPlanMade", rule="I08")
    ]
    score_gain: Annotated[Answered[Points] | None, Label("提高分值", "Score gained"), Unit(None, "分")] = None
    effect: Annotated[Answered[Text], Label("康复效果", "Effect"), Personal(Category.HEALTH)]
    problems: Annotated[Text | None, Label("存在问题", "Problems"), Personal(Category.HEALTH)] = None
    advice: Annotated[Text | None, Label("建议", "Advice"), Personal(Category.HEALTH)] = None
    is_continued: Annotated[Answered[bool], Label("是否继续康复", "To be continued")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (RehabPlanMade,)

    def holds(self, entry: AnyEntry) -> Facts:
        plan = known(self.plan)
        if plan is not None:
            yield PLAN.since(entry.days, None, key=str(plan))
