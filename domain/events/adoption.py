"""Adoption (收养): from the question whether a child may be adopted to the last visit afterwards.

All of it is sealed once and for all (民法典 1110), except the registrar's notice, which is public.
What is about the adopters is sealed under their own key: an adopting party, one person or a couple, is
one subject.
"""

from datetime import date
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
    Number,
    Part,
    Personal,
    Text,
    Unit,
    known,
)
from domain.file import Attribute, Facts
from domain.life import STAGE

CIVIL_CODE: Final = "民法典"
REGISTRATION_MEASURES: Final = "中国公民收养子女登记办法"
ASSESSMENT_MEASURES: Final = "收养评估办法（试行）"

ADOPTABILITY: Final[Attribute[str]] = Attribute(
    "adoption", "adoptability", Label("送养条件", "Adoptability"), Category.ADOPTION
)
INTEGRATING: Final[Attribute[date]] = Attribute(
    "adoption", "integrating", Label("融合期", "Integrating"), Category.ADOPTION
)
CONCLUSION: Final[Attribute[str]] = Attribute(
    "adoption", "conclusion", Label("评估结论", "Assessment's conclusion"), Category.ADOPTION
)
ADOPTED: Final[Attribute[str]] = Attribute(
    "adoption", "category", Label("收养类别", "Adoption category"), Category.ADOPTION
)


class AdoptabilityAssessed(
    Event,
    zh="送养条件评估",
    en="Adoptability assessed",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE} 1093, 1094",
):
    """The institution decided whether the child may be placed for adoption."""

    basis: Annotated[Answered[str], Label("送养依据", "Ground"), Code("adoptability_basis")]
    health: Annotated[Answered[Text], Label("健康状况", "Health")]
    decision: Annotated[Answered[str], Label("结论", "Decision"), Code("adoptability")]
    child_wish: Annotated[
        Answered[Text] | None, Label("儿童意愿（8岁以上）", "Wish of a child of 8 or more")
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield ADOPTABILITY.since(entry.days, known(self.decision))


class Applicant(Part):
    """One of those who ask to adopt."""

    name: Annotated[Answered[Name], Label("姓名", "Name")]
    citizen_id: Annotated[Answered[Number], Label("公民身份号码", "Citizen id")]
    sex: Annotated[Answered[str], Label("性别", "Sex"), Code("sex")]
    age: Annotated[Answered[Count], Label("年龄", "Age"), Unit("years")]


class AdopterApplicationReceived(
    Event,
    zh="收养申请",
    en="Adopter's application received",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE} 1098, 1100, 1101；{REGISTRATION_MEASURES} 6",
):
    """A person or a couple asked to adopt this child; `adopter` is that party."""

    adopter: Annotated[UUID, Label("收养人", "Adopter")]
    applicants: Annotated[
        Answered[tuple[Applicant, ...]],
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
        Answered[Count], Label("子女数", "Children"), Personal(Category.ADOPTION, subject="adopter")
    ]
    household: Annotated[
        Answered[Text], Label("家庭情况", "Household"), Personal(Category.ADOPTION, subject="adopter")
    ]
    motive: Annotated[
        Answered[Text], Label("收养动机", "Motive"), Personal(Category.ADOPTION, subject="adopter")
    ]
    housing: Annotated[
        Answered[Text], Label("住房", "Housing"), Personal(Category.ADOPTION, subject="adopter")
    ]
    has_own_room: Annotated[
        Answered[bool], Label("儿童独立房间", "Own room"), Personal(Category.ADOPTION, subject="adopter")
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


class RegistrarNoticePublished(
    Event,
    zh="收养登记机关公告",
    en="Registrar's notice published",
    source=f"{CIVIL_CODE} 1105；{REGISTRATION_MEASURES} 8",
):
    """The adoption registrar published a notice to find the birth parents."""

    registrar: Annotated[Answered[Name], Label("收养登记机关", "Registrar"), Personal(Category.IDENTITY)]


class RegistrarNoticeExpired(
    Event, zh="收养登记公告期满", en="Registrar's notice expired", source=f"{REGISTRATION_MEASURES} 8"
):
    """The registrar's notice ran out and nobody had claimed the child."""


class AdoptionAssessmentConsented(
    Event,
    zh="确认同意收养评估",
    en="Adoption assessment consented to",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
):
    """The adopters, told in writing what will be looked at, agreed to be assessed."""

    adopter: Annotated[UUID | None, Label("收养人", "Adopter")] = None


class IntegrationStarted(
    Event, zh="融合开始", en="Integration started", seals=Category.ADOPTION, source=ASSESSMENT_MEASURES
):
    """Child and adopters began to live together on trial."""

    adopter: Annotated[UUID | None, Label("收养人", "Adopter")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield INTEGRATING.since(entry.days, entry.days.last)


class IntegrationEnded(
    Event, zh="融合结束", en="Integration ended", seals=Category.ADOPTION, source=ASSESSMENT_MEASURES
):
    """The time of living together on trial ended."""

    observations: Annotated[Answered[tuple[Text, ...]], Label("观察记录", "Observations")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield INTEGRATING.since(entry.days, None)


class AdoptionAssessmentReportIssued(
    Event,
    zh="收养评估报告",
    en="Adoption assessment report issued",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE} 1105；{ASSESSMENT_MEASURES}",
):
    """The assessment of adopters and integration was concluded in a signed report."""

    body: Annotated[Answered[str], Label("评估主体", "Assessing body"), Code("assessment_body")]
    assessors: Annotated[Answered[tuple[Name, ...]], Label("评估人员", "Assessors")]
    conclusion: Annotated[Answered[str], Label("评估结论", "Conclusion"), Code("assessment_conclusion")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield CONCLUSION.since(entry.days, known(self.conclusion))


class ChildConsentRecorded(
    Event,
    zh="被收养人同意",
    en="Child's consent recorded",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE} 1104",
):
    """A child was asked whether they want this adoption; one of 8 or more must agree."""

    form: Annotated[Answered[str], Label("表达方式", "Form"), Code("consent_form")]
    witness: Annotated[Answered[Name], Label("见证人", "Witness")]
    result: Annotated[Answered[str], Label("本人意见", "Answer"), Code("consent_result")]


class RelatedPartyConsentRecorded(
    Event,
    zh="其他有抚养义务的人意见",
    en="Related party's consent recorded",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE} 1096；{REGISTRATION_MEASURES} 7",
):
    """Somebody else with a duty to support an orphan was asked, or it was found that there is nobody."""

    result: Annotated[Answered[str], Label("意见", "Answer"), Code("related_party_answer")]
    person: Annotated[UUID | None, Label("有抚养义务的人", "Person")] = None
    name: Annotated[
        Answered[Name] | None, Label("姓名", "Name"), Personal(Category.ADOPTION, subject="person")
    ] = None
    relation: Annotated[
        Answered[str] | None,
        Label("与儿童关系", "Relation"),
        Code("support_relation"),
        Personal(Category.ADOPTION, subject="person"),
    ] = None


class AdoptionRegistered(
    Event,
    zh="收养登记",
    en="Adoption registered",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE} 1105；{REGISTRATION_MEASURES} 8",
):
    """The adoption was registered and holds from that day; `adopter` is the adopting party."""

    category: Annotated[Answered[str], Label("收养类别", "Category"), Code("adoption_category")]
    registrar: Annotated[Answered[Name], Label("收养登记机关", "Registrar")]
    certificate_no: Annotated[Answered[Number], Label("收养登记证号", "Certificate number")]
    adopter: Annotated[Answered[UUID], Label("收养人", "Adopter")]
    new_name: Annotated[Answered[Name], Label("收养后姓名", "New name")]
    decision: Annotated[
        Text | None,
        Label("评估结论不符合时的登记决定", "Decision to register in spite of a negative report"),
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "adopted")
        category = known(self.category)
        if category is not None:
            yield ADOPTED.since(entry.days, category)
        yield INTEGRATING.since(entry.days, None)


class PostAdoptionVisitMade(
    Event,
    zh="收养回访",
    en="Post-adoption visit made",
    seals=Category.ADOPTION,
    source="山东省儿童发展规划（儿童与法律保护）；上海市收养回访（2006）",
):
    """Somebody saw or heard how child and adopters are getting on."""

    planned_on: Annotated[Answered[date], Label("计划日期", "Planned for")]
    mode: Annotated[Answered[str], Label("回访方式", "Mode"), Code("visit_mode")]
    living: Annotated[Answered[Text], Label("生活情况", "Living")]
    health: Annotated[Answered[Text], Label("健康情况", "Health")]
    schooling: Annotated[Answered[Text], Label("就学情况", "Schooling")]
    relationship: Annotated[Answered[Text], Label("亲子关系", "Relationship")]
    risk: Annotated[Answered[str], Label("风险", "Risk"), Code("visit_risk")]
    next_on: Annotated[Answered[date], Label("下次回访", "Next visit")]
