"""Adult placement (成年安置): from half a year before 18 to the last visit after care.

Two routes lead out of care: into society, or into support for persons in extreme hardship. Readiness
for either is asked by the gates in `domain/gates.py`.
"""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from annotated_types import MinLen

from domain.entry import AnyEntry
from domain.event import (
    Amount,
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    Month,
    Name,
    Number,
    Part,
    Personal,
    Region,
    Text,
    Unit,
    known,
)
from domain.file import Attribute, Facts
from domain.life import STAGE

ANHUI: Final = "安徽省成年安置规定（2022）"
SEED_RULES: Final = "威海市实施意见（2021）二（五）；国办发〔2025〕18号（十七）"
SERVICE_LAW: Final = "兵役法"
HARDSHIP_RULES: Final = "社会救助暂行办法 14, 16；特困人员认定办法"
DESIGN: Final = "DESIGN"

CASE: Final[Attribute[str]] = Attribute("placement", "case", Label("安置启动", "Case opened"))
CAPACITY: Final[Attribute[str]] = Attribute("placement", "capacity", Label("民事行为能力", "Civil capacity"))
CONCLUSION: Final[Attribute[str]] = Attribute(
    "placement", "conclusion", Label("评估结论", "Assessment's conclusion")
)
ROUTE: Final[Attribute[str]] = Attribute("placement", "route", Label("安置方式", "Route"))
HOUSED: Final[Attribute[str]] = Attribute("placement", "housing", Label("住房", "Housing"))
EMPLOYED: Final[Attribute[date]] = Attribute("placement", "employed", Label("就业", "Employed"))
SERVING: Final[Attribute[date]] = Attribute("placement", "serving", Label("服现役", "In the army"))
PLACED: Final[Attribute[str]] = Attribute("placement", "placed", Label("安置完成", "Placed"))


class AdultPlacementCaseOpened(
    Event, zh="成年安置启动", en="Adult placement case opened", source=f"{ANHUI}；{DESIGN}"
):
    """The institution began to prepare a young person's leaving care as an adult."""

    trigger: Annotated[Answered[str], Label("启动原因", "Trigger"), Code("placement_trigger")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield CASE.since(entry.days, known(self.trigger) or "other")


class AbilityScore(Part):
    """The score reached in one dimension."""

    dimension: Annotated[str, Label("维度", "Dimension"), Code("placement_dimension")]
    score: Annotated[Amount, Label("得分", "Score")]


class AdultPlacementAssessed(
    Event, zh="成年安置评估", en="Adult placement assessed", source=f"{ANHUI}；{SEED_RULES}"
):
    """The institution assessed whether and how the young person can live as an adult."""

    assessors: Annotated[
        Answered[tuple[Name, ...]], Label("评估人员", "Assessors"), Personal(Category.IDENTITY)
    ]
    labour: Annotated[Answered[str], Label("劳动能力", "Labour ability"), Code("placement_ability")]
    capacity: Annotated[Answered[str], Label("民事行为能力", "Civil capacity"), Code("placement_ability")]
    self_care: Annotated[Answered[str], Label("生活自理", "Self-care"), Code("placement_ability")]
    mental: Annotated[Answered[str], Label("精神状况", "Mental state"), Code("placement_ability")]
    physical: Annotated[Answered[str], Label("身体状况", "Physical state"), Code("placement_ability")]
    skills: Annotated[Answered[Text], Label("技能", "Skills"), Personal(Category.IDENTITY)]
    wish: Annotated[Answered[Text], Label("本人意愿", "Wish"), Personal(Category.IDENTITY)]
    conclusion: Annotated[Answered[str], Label("评估结论", "Conclusion"), Code("placement_conclusion")]
    scores: Annotated[tuple[AbilityScore, ...] | None, Label("得分", "Scores")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield CONCLUSION.since(entry.days, known(self.conclusion))


class CapacityDetermined(Event, zh="民事行为能力认定", en="Capacity determined", source="民法典 24, 28, 32"):
    """A court decided on an adult's capacity, and who is guardian where it is not full."""

    court: Annotated[Answered[Name], Label("法院", "Court"), Personal(Category.FAMILY)]
    result: Annotated[Answered[str], Label("认定结果", "Result"), Code("civil_capacity")]
    guardian: Annotated[UUID | None, Label("监护人", "Guardian")] = None
    guardian_name: Annotated[
        Answered[Name] | None,
        Label("监护人姓名或者名称", "Guardian's name"),
        Personal(Category.FAMILY, subject="guardian"),
    ] = None
    guardian_kind: Annotated[
        Answered[str] | None, Label("监护人类别", "Kind of guardian"), Code("adult_guardian")
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield CAPACITY.since(entry.days, known(self.result))


class Measure(Part):
    """One thing a placement plan sets out to do."""

    kind: Annotated[str, Label("措施", "Measure"), Code("placement_measure")]
    responsible: Annotated[Answered[Name], Label("责任人", "Responsible")]
    due_on: Annotated[Answered[date], Label("完成期限", "Due on")]


class AdultPlacementPlanApproved(
    Event,
    zh="安置方案批准",
    en="Adult placement plan approved",
    source=f"{ANHUI}（一人一案）",
):
    """The plan for one young person was approved: the route and what has to be done."""

    route: Annotated[Answered[str], Label("安置方式", "Route"), Code("placement_route")]
    measures: Annotated[Answered[tuple[Measure, ...]], Label("措施", "Measures"), Personal(Category.IDENTITY)]
    approver: Annotated[Answered[Name], Label("批准单位", "Approved by"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield ROUTE.since(entry.days, known(self.route))


class YoungPersonConsentRecorded(
    Event, zh="本人意愿", en="Young person's consent recorded", source="民法典 18, 35"
):
    """The young person was asked about the plan: their view as a minor, their decision as an adult."""

    result: Annotated[Answered[str], Label("本人意见", "Answer"), Code("consent_result")]
    form: Annotated[Answered[str], Label("表达方式", "Form"), Code("consent_form")]
    statement: Annotated[Text | None, Label("本人陈述", "Statement"), Personal(Category.IDENTITY)] = None


class HousingArranged(Event, zh="住房落实", en="Housing arranged", source=SEED_RULES):
    """A place to live was arranged, from that day on."""

    housing_type: Annotated[Answered[str], Label("住房类型", "Kind"), Code("housing_type")]
    address: Annotated[Answered[Text], Label("地址", "Address"), Personal(Category.CONTACT)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield HOUSED.since(entry.days, known(self.housing_type) or "unknown")


class EmploymentArranged(
    Event, zh="就业落实", en="Employment arranged", source=f"{SEED_RULES}；就业促进法 52"
):
    """The young person has work, from that day on, until `ends_on` where the contract says so."""

    employer: Annotated[Answered[Name], Label("用人单位", "Employer"), Personal(Category.CONTACT)]
    post: Annotated[Answered[Name], Label("岗位", "Post"), Personal(Category.IDENTITY)]
    ends_on: Annotated[date | None, Label("合同终止日", "Until")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield EMPLOYED.since(entry.days, entry.days.last, until=self.ends_on)


class VocationalTrainingCompleted(
    Event, zh="职业培训完成", en="Vocational training completed", source=SEED_RULES
):
    """The young person completed a vocational training."""

    training: Annotated[Answered[Name], Label("培训项目", "Training"), Personal(Category.IDENTITY)]
    provider: Annotated[Answered[Name], Label("培训机构", "Provider"), Personal(Category.CONTACT)]
    started_on: Annotated[Answered[date], Label("开始日期", "Started on")]
    certificate_no: Annotated[
        Number | None, Label("证书编号", "Certificate number"), Personal(Category.IDENTITY)
    ] = None


class EnlistmentRegistered(Event, zh="兵役登记", en="Enlistment registered", source=f"{SERVICE_LAW} 15"):
    """The young man was entered in the first military service registration."""

    office: Annotated[
        Answered[Name], Label("兵役机关", "Military service office"), Personal(Category.CONTACT)
    ]


class Enlisted(Event, zh="入伍", en="Enlisted", source=f"{SERVICE_LAW} 20"):
    """The young person joined the army."""

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVING.since(entry.days, entry.days.last)


class Discharged(Event, zh="退役", en="Discharged", source=f"{SERVICE_LAW} 17"):
    """The young person left the army."""

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVING.since(entry.days, None)


class HardshipSupportDecided(
    Event, zh="特困供养审核确认", en="Hardship support decided", source=HARDSHIP_RULES
):
    """The authority decided on an application for support in extreme hardship."""

    decision: Annotated[Answered[str], Label("决定", "Decision"), Code("hardship_decision")]
    applied_on: Annotated[Answered[date], Label("申请日期", "Applied on")]
    investigated_on: Annotated[Answered[date], Label("调查核实日期", "Investigated on")]
    publicity_from_on: Annotated[Answered[date] | None, Label("公示起", "Publicity from")] = None
    publicity_to_on: Annotated[Answered[date] | None, Label("公示止", "Publicity to")] = None
    benefit_month: Annotated[Answered[Month] | None, Label("起领年月", "Paid from")] = None
    care_level: Annotated[
        Answered[str] | None, Label("照料护理等级", "Level of care"), Code("care_level")
    ] = None
    institution: Annotated[
        Answered[Name] | None, Label("供养服务机构", "Institution"), Personal(Category.CONTACT)
    ] = None


class HardshipSupportPlaced(
    Event, zh="特困供养落实", en="Hardship support placed", source="社会救助暂行办法 19；特困人员认定办法"
):
    """A place in which the person will be supported was confirmed."""

    support_form: Annotated[Answered[str], Label("供养形式", "Form of support"), Code("support_form")]
    institution: Annotated[Answered[Name], Label("供养服务机构", "Institution"), Personal(Category.CONTACT)]
    is_medical_handover_done: Annotated[Answered[bool], Label("医疗交接完成", "Medical hand-over done")]


class HouseholdDestinationDecided(
    Event, zh="户口去向确定", en="Household destination decided", source=f"{SEED_RULES}；户口登记条例 10"
):
    """It was decided where the person's household registration goes, or why it stays for the time being."""

    hukou_state: Annotated[Answered[str], Label("户口状况", "Household registration"), Code("hukou_state")]
    to_region: Annotated[Region | None, Label("迁往地区", "To region"), Code("region")] = None
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.CONTACT)] = None


class BankAccountHandedOver(Event, zh="银行账户移交", en="Bank account handed over", source=DESIGN):
    """The young person received their own account with what was saved for them."""

    bank: Annotated[Answered[Name], Label("开户银行", "Bank"), Personal(Category.IDENTITY)]
    account_no: Annotated[Answered[Number], Label("账号", "Account"), Personal(Category.IDENTITY)]
    balance_yuan: Annotated[Answered[Amount], Label("余额", "Balance"), Unit("yuan")]
    is_signed: Annotated[Answered[bool], Label("本人签收", "Signed for")]


class HandedOverItem(Part):
    """A thing that was handed over, and how many of it."""

    description: Annotated[Text, Label("物品", "What it is")]
    count: Annotated[Count, Label("数量", "Number")] = 1


class BelongingsHandedOver(
    Event, zh="随身物品移交", en="Belongings handed over", source="儿童福利机构管理办法；DESIGN"
):
    """The young person received what the institution had kept for them."""

    items: Annotated[
        Answered[tuple[HandedOverItem, ...]], Label("物品", "Items"), Personal(Category.IDENTITY)
    ]
    is_signed: Annotated[Answered[bool], Label("本人签收", "Signed for")]


class ArchiveHandedOver(Event, zh="档案移交", en="Archive handed over", source="DB36/T 2141-2025；DESIGN"):
    """The person's own papers and file went to whoever keeps them from now on."""

    receiver: Annotated[Answered[Name], Label("接收单位", "Receiver"), Personal(Category.CONTACT)]
    archive_no: Annotated[Answered[Number], Label("档案号", "Archive number"), Personal(Category.IDENTITY)]
    is_signed: Annotated[Answered[bool], Label("签收", "Signed for")]


class SocialSecurityTransferred(
    Event, zh="社会保险关系转移", en="Social security transferred", source=SEED_RULES
):
    """The person's insurance went on elsewhere or in another scheme."""

    agency: Annotated[Answered[Name], Label("转入经办机构", "Receiving agency"), Personal(Category.CONTACT)]
    to_region: Annotated[Answered[Region], Label("转入地区", "To region"), Code("region")]


class AdultPlaced(Event, zh="安置完成", en="Adult placed", source=f"{ANHUI}；{SEED_RULES}"):
    """The young person began to live as an adult outside the institution's care."""

    route: Annotated[Answered[str], Label("安置方式", "Route"), Code("placement_route")]
    region: Annotated[Answered[Region], Label("居住地区", "Region"), Code("region")]
    address: Annotated[Answered[Text], Label("居住地址", "Address"), Personal(Category.CONTACT)]
    hukou_state: Annotated[Answered[str], Label("户口状况", "Household registration"), Code("hukou_state")]
    contact: Annotated[Answered[Text], Label("联系方式", "Contact"), Personal(Category.CONTACT)]
    transition_end_on: Annotated[Answered[date], Label("过渡期止", "Transition ends on")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "placed")
        yield PLACED.since(entry.days, known(self.route) or "unknown")


class FollowUpPlanned(Event, zh="随访计划", en="Follow-up planned", source=f"{SEED_RULES}；{DESIGN}"):
    """It was set when the young person will be visited after leaving care."""

    visits_on: Annotated[Answered[Annotated[tuple[date, ...], MinLen(1)]], Label("计划随访日期", "Visits on")]
    responsible: Annotated[Answered[Name], Label("责任人", "Responsible"), Personal(Category.IDENTITY)]


class AfterCareVisitMade(Event, zh="安置后随访", en="After-care visit made", source=SEED_RULES):
    """Somebody saw or heard how the young person lives after leaving care."""

    mode: Annotated[Answered[str], Label("随访方式", "Mode"), Code("visit_mode")]
    living: Annotated[Answered[Text], Label("生活情况", "Living"), Personal(Category.IDENTITY)]
    growth: Annotated[Answered[Text], Label("成长情况", "Growth"), Personal(Category.IDENTITY)]
    health: Annotated[Answered[Text], Label("健康情况", "Health"), Personal(Category.HEALTH)]
    housing: Annotated[Answered[Text], Label("住房情况", "Housing"), Personal(Category.CONTACT)]
    job: Annotated[Answered[Text], Label("就业情况", "Job"), Personal(Category.IDENTITY)]
    next_on: Annotated[date | None, Label("下次随访", "Next visit")] = None
