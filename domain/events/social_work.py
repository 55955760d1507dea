"""Social work (社会工作): needs, placement plan, cases with their reviews, company from outside."""

from collections.abc import Iterator
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    Name,
    Personal,
    Refers,
    Text,
    Title,
    Unit,
    known,
)
from domain.events.community.rolls import GUIZHOU, RUGAO, times_on
from domain.events.psychology import COUNSELLING as SOCIAL_WORK
from domain.events.psychology import OPINION_2025
from domain.events.rehabilitation import OfADay
from domain.file import Attribute, Facts
from domain.obligations import Clock, History, obligation
from domain.repeating import repeated
from domain.reviewing import reviews_due

SOCIAL_WORK_CASE: Final[Attribute[str]] = Attribute(
    "social_work", "case", Label("社会工作个案", "Case of social work"), several=True
)
"""The cases under way, each under the id of the entry that opened it."""
PLACEMENT_GOAL: Final[Attribute[str]] = Attribute(
    "social_work", "placement_goal", Label("安置目标", "Aim of the placement plan")
)
COMPANION: Final[Attribute[str]] = Attribute(
    "social_work", "companion", Label("结对关爱", "Paired with"), several=True
)
"""With whom the child is paired, each under the id of the entry that paired it."""


class NeedsAssessed(
    Event,
    zh="儿童需求评估",
    en="Needs assessed",
    source=SOCIAL_WORK,
    seals=Category.HEALTH,
    ends_with="adoption",
):
    """A social worker assessed what the child needs."""

    needs: Annotated[Answered[tuple[str, ...]], Label("需求领域", "Needs"), Code("social_need")]
    summary: Annotated[Answered[Text], Label("评估结论", "Summary"), Personal(Category.HEALTH)]
    assessor: Annotated[Answered[Name], Label("评估人", "Assessed by"), Personal(Category.HEALTH)]


class PlacementPlanMade(
    Event,
    zh="制定安置计划",
    en="Placement plan made",
    source=SOCIAL_WORK,
    seals=Category.HEALTH,
    ends_with="departure",
):
    """It was planned where the child is to grow up, from an assessment of its needs."""

    goal: Annotated[Answered[str], Label("安置目标", "Aim"), Code("placement_goal")]
    assessment: Annotated[Answered[UUID], Label("所引用的需求评估", "Based on"), Refers("NeedsAssessed")]
    measures: Annotated[Answered[Text], Label("安置措施", "Measures"), Personal(Category.HEALTH)]
    planner: Annotated[Answered[Name], Label("制定人", "Planned by"), Personal(Category.HEALTH)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (NeedsAssessed,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield PLACEMENT_GOAL.since(entry.days, known(self.goal) or "unknown")


class SocialWorkCaseOpened(
    Event,
    zh="社会工作个案立案",
    en="Social-work case opened",
    source=SOCIAL_WORK,
    seals=Category.HEALTH,
    ends_with="adoption",
):
    """A social worker took up a case for the child.

    What tells of harm is a safeguarding concern, and is recorded as that.
    """

    need: Annotated[Answered[str], Label("服务领域", "Need"), Code("social_need")]
    problem: Annotated[Answered[Text], Label("个案问题", "Problem"), Personal(Category.HEALTH)]
    plan: Annotated[Answered[Text], Label("服务计划", "Plan of service"), Personal(Category.HEALTH)]
    social_worker: Annotated[Answered[Name], Label("社会工作者", "Social worker"), Personal(Category.HEALTH)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield SOCIAL_WORK_CASE.since(entry.days, known(self.need) or "unknown", key=str(entry.original))


class SocialWorkCaseReviewed(
    Event, zh="社会工作个案评估", en="Social-work case reviewed", source=SOCIAL_WORK, seals=Category.HEALTH
):
    """It was reviewed how far the plan of a case was carried out, and what comes next."""

    case: Annotated[Answered[UUID], Label("所评估的个案", "The case"), Refers("SocialWorkCaseOpened")]
    progress: Annotated[Answered[Text], Label("计划落实情况", "Progress"), Personal(Category.HEALTH)]
    next_steps: Annotated[Text | None, Label("下一步计划", "Next steps"), Personal(Category.HEALTH)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SocialWorkCaseOpened,)


class SocialWorkCaseClosed(
    Event,
    zh="社会工作个案结案",
    en="Social-work case closed",
    source=SOCIAL_WORK,
    seals=Category.HEALTH,
    ends_with=None,
    once=True,
):
    """A case was closed, with what came of it."""

    case: Annotated[Answered[UUID], Label("所结案的个案", "The case"), Refers("SocialWorkCaseOpened")]
    reason: Annotated[Answered[str], Label("结案原因", "Why"), Code("case_end_reason")]
    effect: Annotated[Answered[Text], Label("服务成效", "Effect"), Personal(Category.HEALTH)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SocialWorkCaseOpened,)

    def holds(self, entry: AnyEntry) -> Facts:
        case = known(self.case)
        if case is not None:
            yield SOCIAL_WORK_CASE.since(entry.days, None, key=str(case))


class CaseConferenceHeld(
    Event,
    zh="个案会商",
    en="Case conference held",
    source="威海市民政局等《实施意见》（2021-11-08）三（二）",
    seals=Category.HEALTH,
):
    """Those who look after the child, of several units, conferred on its case."""

    subject: Annotated[Answered[Text], Label("会商事项", "Conferred on"), Personal(Category.HEALTH)]
    units: Annotated[
        Answered[tuple[Title, ...]], Label("参加单位", "Units present"), Personal(Category.HEALTH)
    ]
    agreed: Annotated[Answered[Text], Label("会商意见", "Agreed"), Personal(Category.HEALTH)]


class IntegrationActivityHeld(Event, zh="社会融入活动", en="Integration activity held", source=SOCIAL_WORK):
    """The child took part in something outside the institution."""

    activity: Annotated[Answered[str], Label("活动类型", "Kind of activity"), Code("integration_activity")]
    organiser: Annotated[Answered[Title], Label("组织单位", "Organised by"), Personal(Category.CONTACT)]
    description: Annotated[Answered[Text], Label("活动情况", "What was done"), Personal(Category.CONTACT)]


class VolunteerVisitMade(Event, zh="志愿者探访", en="Volunteer visit made", source=SOCIAL_WORK):
    """Volunteers of an organisation visited the child."""

    organisation: Annotated[
        Answered[Title], Label("志愿服务组织", "Organisation"), Personal(Category.CONTACT)
    ]
    volunteers: Annotated[Answered[Count], Label("志愿者人数", "Volunteers"), Unit(None, "人")]
    minutes: Annotated[Answered[OfADay], Label("服务时长", "Duration"), Unit("min", "分钟")]
    service: Annotated[Answered[Text], Label("服务内容", "What was done"), Personal(Category.CONTACT)]


class FamilyEducationGiven(
    Event,
    zh="家庭教育指导",
    en="Family education given",
    source=f"{GUIZHOU}三（七）；{RUGAO}三（一）",
    seals=Category.FAMILY,
):
    """Those who bring the child up were advised how to."""

    given_by: Annotated[Answered[Title], Label("指导单位", "Given by"), Personal(Category.FAMILY)]
    given_to: Annotated[Answered[Text], Label("接受指导人", "Given to"), Personal(Category.FAMILY)]
    topic: Annotated[Answered[Title], Label("指导内容", "Topic"), Personal(Category.FAMILY)]


class CompanionPaired(
    Event,
    zh="结对关爱",
    en="Paired with a companion",
    source=f"{OPINION_2025}（二十一）",
    ends_with="adoption",
):
    """The child was paired with somebody who cares for it from outside: an 爱心妈妈, a charity."""

    partner: Annotated[Answered[str], Label("结对对象类型", "Kind of companion"), Code("companion")]
    name: Annotated[Answered[Title], Label("结对对象", "Paired with"), Personal(Category.CONTACT)]
    support: Annotated[Answered[Text], Label("关爱内容", "What is promised"), Personal(Category.CONTACT)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield COMPANION.since(entry.days, known(self.partner) or "unknown", key=str(entry.original))


class CompanionPairingEnded(
    Event,
    zh="结对关爱结束",
    en="Pairing ended",
    source=f"{OPINION_2025}（二十一）",
    ends_with=None,
    once=True,
):
    """A pairing ended."""

    pairing: Annotated[Answered[UUID], Label("所结束的结对", "The pairing"), Refers("CompanionPaired")]
    explanation: Annotated[Answered[Text], Label("结束原因", "Why"), Personal(Category.CONTACT)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (CompanionPaired,)

    def holds(self, entry: AnyEntry) -> Facts:
        pairing = known(self.pairing)
        if pairing is not None:
            yield COMPANION.since(entry.days, None, key=str(pairing))


@obligation("R-SOC-1", SocialWorkCaseOpened)
def case_reviews(history: History) -> Iterator[Clock]:
    """A case is reviewed again and again until it is closed."""
    return reviews_due(
        "R-SOC-1", history, SocialWorkCaseOpened, SocialWorkCaseReviewed, SocialWorkCaseClosed, "case"
    )


@obligation("R-SOC-2")
def family_education(history: History) -> Iterator[Clock]:
    """The family of a child on a roll outside institutions is advised every year."""
    return repeated("R-SOC-2", history, FamilyEducationGiven, during=times_on(history))
