"""Preparing adult placement: the case, the assessment, the capacity, the plan and the person's own will."""

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
    Part,
    Personal,
    Points,
    Text,
    Title,
    Unit,
)
from domain.file import Attribute, Facts
from domain.life import BIRTH, Life
from domain.refusal import Refusals, unless
from domain.shared_fields import PersonId

ANHUI: Final = "安徽省2022年成年安置规定"
SEED_RULES: Final = "威海市民政局等《实施意见》（2021-11-08）二（五）；国办发〔2025〕18号（十七）"
SERVICE_LAW: Final = "《兵役法》"
HARDSHIP_RULES: Final = (
    "《社会救助法》第16条、第37条、第44条、第45条；2026-06-30以前：《社会救助暂行办法》第14条、第16条；"
    "《特困人员认定办法》"
)
CAPACITY_LAW: Final = "《民法典》第24条、第28条、第32条"
DESIGN: Final = "本系统规则"
CASE: Final[Attribute[Answered[str]]] = Attribute("placement", "case", Label("成年安置启动", "Case opened"))
CAPACITY: Final[Attribute[Answered[str]]] = Attribute(
    "placement", "capacity", Label("民事行为能力", "Civil capacity")
)
CONCLUSION: Final[Attribute[Answered[str]]] = Attribute(
    "placement", "conclusion", Label("评估结论", "Assessment's conclusion")
)
ROUTE: Final[Attribute[Answered[str]]] = Attribute("placement", "route", Label("安置方式", "Route"))


class AdultPlacementCaseOpened(
    Event,
    zh="成年安置启动",
    en="Adult placement case opened",
    source=f"{ANHUI}；{DESIGN}",
    ends_with="adoption",
):
    """The institution began to prepare a young person's leaving care as an adult."""

    trigger: Annotated[Answered[str], Label("启动原因", "Trigger"), Code("placement_trigger")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield CASE.since(entry.days, self.trigger)


class AbilityScore(Part):
    """The score reached in one dimension."""

    dimension: Annotated[str, Label("评估项目", "Dimension"), Code("placement_dimension")]
    score: Annotated[Points, Label("得分", "Score"), Unit(None, "分")]


class AdultPlacementAssessed(
    Event,
    zh="成年安置评估",
    en="Adult placement assessed",
    source=f"{ANHUI}；{SEED_RULES}",
    ends_with="adoption",
):
    """The institution assessed whether and how the young person can live as an adult."""

    assessors: Annotated[
        Answered[AtLeastOne[Name]], Label("评估人员", "Assessors"), Personal(Category.IDENTITY)
    ]
    labour: Annotated[Answered[str], Label("劳动能力", "Labour ability"), Code("placement_ability")]
    capacity: Annotated[Answered[str], Label("民事行为能力", "Civil capacity"), Code("placement_ability")]
    self_care: Annotated[Answered[str], Label("生活自理能力", "Self-care"), Code("placement_ability")]
    mental: Annotated[Answered[str], Label("精神状况", "Mental state"), Code("placement_ability")]
    physical: Annotated[Answered[str], Label("身体状况", "Physical state"), Code("placement_ability")]
    skills: Annotated[Answered[Text], Label("职业技能", "Skills"), Personal(Category.IDENTITY)]
    wish: Annotated[Answered[Text], Label("本人意愿", "Wish"), Personal(Category.IDENTITY)]
    conclusion: Annotated[Answered[str], Label("评估结论", "Conclusion"), Code("placement_conclusion")]
    scores: Annotated[tuple[AbilityScore, ...] | None, Label("得分", "Scores")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield CONCLUSION.since(entry.days, self.conclusion)


class CapacityDetermined(Event, zh="民事行为能力认定", en="Capacity determined", source=CAPACITY_LAW):
    """A court decided on an adult's capacity, and who is guardian where it is not full."""

    court: Annotated[Answered[Title], Label("人民法院", "Court"), Personal(Category.FAMILY)]
    result: Annotated[Answered[str], Label("认定结果", "Result"), Code("civil_capacity")]
    guardian: Annotated[PersonId | None, Label("监护人", "Guardian")] = None
    guardian_name: Annotated[
        Answered[Title] | None,
        Label("监护人姓名或者名称", "Guardian's name"),
        Personal(Category.FAMILY, subject="guardian"),
    ] = None
    guardian_kind: Annotated[
        Answered[str] | None, Label("监护人类别", "Kind of guardian"), Code("adult_guardian")
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield CAPACITY.since(entry.days, self.result)


class Measure(Part):
    """One thing a placement plan sets out to do."""

    kind: Annotated[str, Label("措施", "Measure"), Code("placement_measure")]
    responsible: Annotated[Answered[Title], Label("责任人", "Responsible")]
    due_on: Annotated[Answered[date], Label("完成期限", "Due on")]


class AdultPlacementPlanApproved(
    Event,
    zh="安置方案批准",
    en="Adult placement plan approved",
    source=f"{ANHUI}（一人一案）",
    ends_with="adoption",
):
    """The plan for one young person was approved: the route and what has to be done."""

    route: Annotated[Answered[str], Label("安置方式", "Route"), Code("placement_route")]
    measures: Annotated[Answered[tuple[Measure, ...]], Label("措施", "Measures"), Personal(Category.IDENTITY)]
    approver: Annotated[Answered[Title], Label("批准单位", "Approved by"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield ROUTE.since(entry.days, self.route)


class YoungPersonConsentRecorded(
    Event,
    zh="征询本人意愿",
    en="Young person's consent recorded",
    source="《民法典》第18条、第35条",
    ends_with="adoption",
):
    """The young person was asked about the plan: their view as a minor, their decision as an adult."""

    result: Annotated[Answered[str], Label("本人意见", "Answer"), Code("consent_result")]
    form: Annotated[Answered[str], Label("表达方式", "Form"), Code("consent_form")]
    statement: Annotated[Text | None, Label("本人陈述", "Statement"), Personal(Category.IDENTITY)] = None


def old_enough(life: Life, *, case: str = "", rule: str = "I23") -> Refusals:
    """Whoever an event is of has the age that the number of a rule says; that of I23, of leaving care."""
    limit, birth = life.number(rule, case=case), life.now(BIRTH)
    if limit is not None:
        own = None if birth is None else birth.entry
        detail = Label(f"未满{limit.value}周岁", f"younger than {limit.value}")
        yield from unless(rule, life.aged(limit.value), own, detail=detail, by=limit)
