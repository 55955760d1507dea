"""From the question whether a child may be adopted to the report of the assessment."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, TypeAlias

from annotated_types import Le

from domain.entry import AnyEntry
from domain.event import (
    Amount,
    Answered,
    AtLeastOne,
    Category,
    Code,
    Count,
    Event,
    IdNumber,
    Label,
    Name,
    Part,
    Past,
    Personal,
    Points,
    Region,
    Text,
    Title,
    Unit,
)
from domain.events.search import TOO_EARLY, ParentageConfirmed
from domain.file import Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, unless
from domain.shared_fields import AdopterId
from domain.when import day_after

CIVIL_CODE: Final = "《民法典》"
REGISTRATION_MEASURES: Final = "《中国公民收养子女登记办法》"
ASSESSMENT_MEASURES: Final = "《收养评估办法（试行）》"
ADOPTABILITY: Final[Attribute[Answered[str]]] = Attribute(
    "adoption", "adoptability", Label("送养条件", "Adoptability"), Category.ADOPTION
)
INTEGRATING: Final[Attribute[date]] = Attribute(
    "adoption", "integrating", Label("融合期", "Integrating"), Category.ADOPTION
)
AVAILABLE: Final[Attribute[date]] = Attribute(
    "adoption", "available", Label("待收养", "Shown as adoptable"), Category.ADOPTION
)
MATCHED: Final[Attribute[date]] = Attribute(
    "adoption", "matched", Label("已匹配收养人", "Matched with adopters"), Category.ADOPTION
)
ASSESSING: Final[Attribute[date]] = Attribute(
    "adoption", "assessing", Label("收养评估中", "Adopters being assessed"), Category.ADOPTION
)
"""From the notice, the consent or the start of an assessment until its report."""
CONCLUSION: Final[Attribute[Answered[str]]] = Attribute(
    "adoption", "conclusion", Label("评估结论", "Assessment's conclusion"), Category.ADOPTION
)
ON_THE_WAY: Final[tuple[Attribute[date], ...]] = (AVAILABLE, MATCHED, ASSESSING, INTEGRATING)
"""What is over once the child is adopted, has left or has died."""


class AdoptabilityAssessed(
    Event,
    zh="送养条件评估",
    en="Adoptability assessed",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1093条、第1094条",
    ends_with="adoption",
):
    """The institution decided whether the child may be placed for adoption."""

    basis: Annotated[Answered[str], Label("送养依据", "Ground"), Code("adoptability_basis")]
    health: Annotated[Answered[Text], Label("健康状况", "Health")]
    decision: Annotated[Answered[str], Label("评估结论", "Decision"), Code("adoptability")]
    child_wish: Annotated[
        Answered[Text] | None, Label("儿童意愿（八周岁以上）", "Wish of a child of 8 or more")
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield ADOPTABILITY.since(entry.days, self.decision)


Years: TypeAlias = Annotated[Count, Le(150)]
"""Years of somebody's life."""


class Applicant(Part):
    """One of those who ask to adopt."""

    name: Annotated[Answered[Name], Label("姓名", "Name")]
    citizen_id: Annotated[Answered[IdNumber], Label("公民身份号码", "Citizen id")]
    sex: Annotated[Answered[str], Label("性别", "Sex"), Code("sex")]
    age: Annotated[Answered[Years], Label("年龄", "Age"), Unit("years", "周岁")]
    birth_on: Annotated[Answered[date] | None, Label("出生日期", "Born on"), Past()] = None


class AdopterApplicationReceived(
    Event,
    zh="收养申请",
    en="Adopter's application received",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1098条、第1100条、第1101条；{REGISTRATION_MEASURES}第6条",
    ends_with="adoption",
):
    """A person or a couple asked to adopt this child; `adopter` is that party."""

    adopter: Annotated[AdopterId, Label("收养人", "Adopter")]
    applicants: Annotated[
        Answered[AtLeastOne[Applicant]],
        Label("申请人", "Applicants"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    marital: Annotated[
        Answered[str],
        Label("婚姻状况", "Marital status"),
        Code("marital"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    children_count: Annotated[
        Answered[Count],
        Label("子女数量", "Children"),
        Unit(None, "名"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    household: Annotated[
        Answered[Text], Label("家庭情况", "Household"), Personal(Category.ADOPTION, subject="adopter")
    ]
    motive: Annotated[
        Answered[Text], Label("收养动机", "Motive"), Personal(Category.ADOPTION, subject="adopter")
    ]
    housing: Annotated[
        Answered[Text], Label("住房情况", "Housing"), Personal(Category.ADOPTION, subject="adopter")
    ]
    has_own_room: Annotated[
        Answered[bool],
        Label("儿童是否有独立房间", "Own room"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    health_certificate: Annotated[
        Answered[str],
        Label("健康检查证明", "Health certificate"),
        Code("adopter_health"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    crime_check: Annotated[
        Answered[str],
        Label("违法犯罪记录核查", "Crime check"),
        Code("crime_check"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    income_yuan: Annotated[
        Answered[Amount] | None,
        Label("家庭年收入", "Yearly income of the household"),
        Unit("yuan", "元"),
        Personal(Category.ADOPTION, subject="adopter"),
    ] = None
    region: Annotated[
        Answered[Region] | None,
        Label("收养人常住地区", "Region where they live"),
        Code("region"),
        Personal(Category.ADOPTION, subject="adopter"),
    ] = None


class RegistrarNoticePublished(
    Event,
    zh="收养登记公告",
    en="Registrar's notice published",
    source=f"{CIVIL_CODE}第1105条；{REGISTRATION_MEASURES}第8条",
    ends_with="adoption",
):
    """The adoption registrar published a notice to find the birth parents."""

    registrar: Annotated[Answered[Title], Label("收养登记机关", "Registrar"), Personal(Category.IDENTITY)]
    registrar_region: Annotated[
        Region | None, Label("收养登记机关所在地区", "Region of the registrar"), Code("region")
    ] = None


class RegistrarNoticeExpired(
    Event,
    zh="收养登记公告期满无人认领",
    en="Registrar's notice expired",
    source=f"{REGISTRATION_MEASURES}第8条",
    once=True,
):
    """The registrar's notice ran out and nobody had claimed the child."""

    def presupposes(self) -> tuple[type[Event], ...]:
        return (RegistrarNoticePublished,)

    def refusals(self, life: Life) -> Refusals:
        notice = life.last(RegistrarNoticePublished)
        limit = None if notice is None else life.number("D07", of=notice)
        if notice is not None and limit is not None:
            yield from unless("D07", life.passed(limit.ends(notice.days)), notice, detail=TOO_EARLY, by=limit)


class AdoptionAssessmentNoticeGiven(
    Event,
    zh="收养评估书面告知",
    en="Adoption assessment notice given",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
    ends_with="adoption",
):
    """The adopters were told in writing that and how they will be assessed."""

    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield ASSESSING.since(entry.days, entry.days.last)


class AdoptionAssessmentConsented(
    Event,
    zh="确认同意收养评估",
    en="Adoption assessment consented to",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
    ends_with="adoption",
):
    """The adopters, told in writing what will be looked at, agreed to be assessed."""

    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionAssessmentNoticeGiven,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield ASSESSING.since(entry.days, entry.days.last)


class IntegrationStarted(
    Event,
    zh="融合开始",
    en="Integration started",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
    ends_with="adoption",
):
    """Child and adopters began to live together on trial."""

    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield INTEGRATING.since(entry.days, entry.days.last)


class IntegrationEnded(
    Event,
    zh="融合结束",
    en="Integration ended",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
    ends_with=None,
    once=True,
):
    """The time of living together on trial ended."""

    observations: Annotated[Answered[tuple[Text, ...]], Label("观察记录", "Observations")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (IntegrationStarted,)

    def refusals(self, life: Life) -> Refusals:
        started, limit = life.last(IntegrationStarted), life.number("D09", case="integration")
        if started is not None and limit is not None:
            yield from unless("D09", life.arrived(limit.ends(started.days)), started)

    def holds(self, entry: AnyEntry) -> Facts:
        yield INTEGRATING.since(entry.days, None)


class AdoptionAssessmentReportIssued(
    Event,
    zh="收养评估报告",
    en="Adoption assessment report issued",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1105条；{ASSESSMENT_MEASURES}",
):
    """The assessment of adopters and integration was concluded in a signed report."""

    body: Annotated[Answered[str], Label("评估主体", "Assessing body"), Code("assessment_body")]
    assessors: Annotated[Answered[tuple[Name, ...]], Label("评估人员", "Assessors")]
    conclusion: Annotated[Answered[str], Label("评估结论", "Conclusion"), Code("assessment_conclusion")]
    score: Annotated[Answered[Points] | None, Label("评估得分", "Score")] = None
    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None

    def refusals(self, life: Life) -> Refusals:
        consent, limit = life.last(AdoptionAssessmentConsented), life.number("D09", case="report")
        if consent is not None and limit is not None:
            late = life.passed(limit.ends(consent.days))
            yield from unless("D09", None if late is None else not late, consent)

    def holds(self, entry: AnyEntry) -> Facts:
        yield CONCLUSION.since(entry.days, self.conclusion)
        yield ASSESSING.since(entry.days, None)


@obligation("D07", RegistrarNoticePublished)
def notice_runs_out(history: History) -> Iterator[Clock]:
    """When the days of the registrar's notice have passed, it is recorded that nobody claimed the child."""
    for notice in history.all(RegistrarNoticePublished):
        limit = history.number("D07", entry=notice)
        if limit is None:
            continue
        ends = min(_notice_ends(history, notice), key=lambda end: end[0], default=None)
        passed = limit.ends(notice.days).passed
        expired = history.first(RegistrarNoticeExpired, after=max(passed.earliest, notice.days.last))
        yield Clock(
            rule="D07",
            opened_on=notice.days.last,
            due=passed,
            started_by=(notice,),
            met_by=expired,
            void_on=None if ends is None else ends[0],
            void_because=None if ends is None else ends[1],
            number=limit,
        )


def _notice_ends(history: History, notice: AnyEntry) -> Iterator[tuple[date, Label]]:
    """Yield the days on which a notice becomes pointless, each with the reason."""
    published = notice.days.last
    gone = history.gone(after=published)
    if gone is not None:
        yield gone.held.since, Label("已离院或者已收养", "left care or adopted")
    confirmed = history.first(ParentageConfirmed, after=published)
    if confirmed is not None:
        yield confirmed.days.last, Label("已找到亲属", "relatives found")
    again = history.first(RegistrarNoticePublished, after=day_after(published))
    if again is not None:
        yield again.days.last, Label("已重新公告", "published anew")
