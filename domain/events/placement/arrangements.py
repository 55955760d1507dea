"""What is arranged for a life outside care: home, work, service, support, and what is handed over."""

from datetime import date
from typing import Annotated, Any, Final

from domain.entry import AnyEntry
from domain.event import (
    Amount,
    Answered,
    AtLeastOne,
    Category,
    Code,
    Count,
    Event,
    Label,
    Month,
    NotAfter,
    NotBefore,
    Number,
    Part,
    Personal,
    Region,
    Text,
    Title,
    Unit,
    known,
)
from domain.events.placement.preparing import DESIGN, HARDSHIP_RULES, SEED_RULES, SERVICE_LAW
from domain.events.schooling import EDUCATION, SchoolingEnded
from domain.file import Attribute, Fact, Facts
from domain.life import Life
from domain.refusal import Refusals, no_evidence

PROPERTY_LAW: Final = "《未成年人保护法》第16条；《民法典》第34条、第35条"
AT_HOME: Final = frozenset({"home_teaching", "remote"})
"""Forms of schooling that do not keep anybody at school all day: codes of `school_form`."""
MALE: Final = "1"
HOUSED: Final[Attribute[Answered[str]]] = Attribute("placement", "housing", Label("住房", "Housing"))
EMPLOYED: Final[Attribute[date]] = Attribute("placement", "employed", Label("就业", "Employed"))
SERVING: Final[Attribute[date]] = Attribute("placement", "serving", Label("服现役", "In the army"))
STUDYING_ON: Final[Attribute[Answered[str]]] = Attribute(
    "placement", "studying_on", Label("成年后继续就学", "Studies on after 18")
)
HARDSHIP: Final[Attribute[Answered[str]]] = Attribute(
    "placement", "hardship", Label("特困申请进度", "Application for hardship support")
)
"""How far an application has come: a code of the table `hardship_stage`."""
TRANSITION: Final[Attribute[date]] = Attribute("placement", "transition", Label("过渡期", "In transition"))
OF_A_GROWN_UP: Final[tuple[Attribute[Any], ...]] = (
    HOUSED,
    EMPLOYED,
    SERVING,
    STUDYING_ON,
    HARDSHIP,
    TRANSITION,
)
"""What a death ends."""


class HousingArranged(Event, zh="住房落实", en="Housing arranged", source=SEED_RULES):
    """A place to live was arranged, from that day on."""

    housing_type: Annotated[Answered[str], Label("住房类型", "Kind"), Code("housing_type")]
    address: Annotated[Answered[Text], Label("地址", "Address"), Personal(Category.CONTACT)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield HOUSED.since(entry.days, self.housing_type)


class EmploymentArranged(
    Event, zh="就业落实", en="Employment arranged", source=f"{SEED_RULES}；《就业促进法》第52条"
):
    """The young person has work, from that day on, until `ends_on` where the contract says so."""

    employer: Annotated[Answered[Title], Label("用人单位", "Employer"), Personal(Category.CONTACT)]
    post: Annotated[Answered[Title], Label("岗位", "Post"), Personal(Category.IDENTITY)]
    ends_on: Annotated[date | None, Label("合同终止日期", "Until"), NotBefore()] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield EMPLOYED.since(entry.days, entry.days.last, until=self.ends_on)


class VocationalTrainingCompleted(
    Event, zh="职业培训完成", en="Vocational training completed", source=SEED_RULES
):
    """The young person completed a vocational training."""

    training: Annotated[Answered[Title], Label("培训项目", "Training"), Personal(Category.IDENTITY)]
    provider: Annotated[Answered[Title], Label("培训机构", "Provider"), Personal(Category.CONTACT)]
    started_on: Annotated[Answered[date], Label("开始日期", "Started on"), NotAfter()]
    certificate_no: Annotated[
        Number | None, Label("证书编号", "Certificate number"), Personal(Category.IDENTITY)
    ] = None


class EnlistmentRegistered(
    Event,
    zh="初次兵役登记",
    en="Enlistment registered",
    source=f"{SERVICE_LAW}第15条；《征兵工作条例》第11条、第12条",
):
    """The young man was entered in the first military service registration."""

    office: Annotated[
        Answered[Title], Label("兵役机关", "Military service office"), Personal(Category.CONTACT)
    ]
    certificate_no: Annotated[
        Answered[Number] | None,
        Label("兵役登记凭证编号", "Registration certificate number"),
        Personal(Category.IDENTITY),
    ] = None


class Enlisted(Event, zh="入伍", en="Enlisted", source=f"{SERVICE_LAW}第20条"):
    """The young person joined the army."""

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVING.since(entry.days, entry.days.last)


class MilitaryServiceEnded(
    Event, zh="退役", en="Military service ended", source=f"{SERVICE_LAW}第17条", once=True
):
    """The young person left the army."""

    def presupposes(self) -> tuple[type[Event], ...]:
        return (Enlisted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVING.since(entry.days, None)


class StudyContinued(
    Event,
    zh="成年后继续就学",
    en="Study continued",
    source="《社会救助法》第16条第三款；安徽省2022年成年安置规定",
    ends_with="departure",
):
    """A grown-up goes on being cared for while they study, until the day on which that ends."""

    stage: Annotated[Answered[str], Label("学段", "Stage"), Code("school_stage")]
    school: Annotated[Answered[Title], Label("学校", "School"), Personal(Category.CONTACT)]
    ends_on: Annotated[Answered[date], Label("预计毕业日期", "Until"), NotBefore()]

    def holds(self, entry: AnyEntry) -> Facts:
        yield STUDYING_ON.since(entry.days, self.stage, until=known(self.ends_on))


class HardshipSupportDecided(
    Event,
    zh="特困人员救助供养审核确认",
    en="Hardship support decided",
    source=HARDSHIP_RULES,
    ends_with="adoption",
):
    """The authority decided on an application for support in extreme hardship."""

    decision: Annotated[Answered[str], Label("审核确认决定", "Decision"), Code("hardship_decision")]
    applied_on: Annotated[Answered[date], Label("申请日期", "Applied on"), NotAfter()]
    investigated_on: Annotated[
        Answered[date], Label("调查核实日期", "Investigated on"), NotBefore("applied_on"), NotAfter()
    ]
    publicity_from_on: Annotated[Answered[date] | None, Label("公示起始日期", "Publicity from")] = None
    publicity_to_on: Annotated[
        Answered[date] | None, Label("公示截止日期", "Publicity to"), NotBefore("publicity_from_on")
    ] = None
    benefit_month: Annotated[Answered[Month] | None, Label("起领年月", "Paid from")] = None
    care_level: Annotated[
        Answered[str] | None, Label("照料护理档次", "Level of care"), Code("care_level")
    ] = None
    institution: Annotated[
        Answered[Title] | None, Label("供养服务机构", "Institution"), Personal(Category.CONTACT)
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield HARDSHIP.since(entry.days, self.decision)


class HardshipSupportPlaced(
    Event,
    zh="特困人员救助供养落实",
    en="Hardship support placed",
    source="《社会救助法》第16条（2026-06-30以前：《社会救助暂行办法》第19条）；《特困人员认定办法》",
    ends_with="adoption",
):
    """A place in which the person will be supported was confirmed."""

    support_form: Annotated[Answered[str], Label("供养形式", "Form of support"), Code("support_form")]
    institution: Annotated[Answered[Title], Label("供养服务机构", "Institution"), Personal(Category.CONTACT)]
    is_medical_handover_done: Annotated[Answered[bool], Label("医疗交接是否完成", "Medical hand-over done")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (HardshipSupportDecided,)


class HouseholdDestinationDecided(
    Event,
    zh="户口去向确定",
    en="Household destination decided",
    source=f"{SEED_RULES}；《户口登记条例》第10条",
    ends_with="adoption",
):
    """It was decided where the person's household registration goes, or why it stays for the time being."""

    hukou_state: Annotated[Answered[str], Label("户口去向", "Household registration"), Code("hukou_state")]
    to_region: Annotated[Region | None, Label("迁往地区", "To region"), Code("region")] = None
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.CONTACT)] = None


class SavingsRecorded(Event, zh="儿童存款登记", en="Savings recorded", source=PROPERTY_LAW, ends_with=None):
    """What was saved for the child stood at this on the day, such as by a statement of its account.

    The last one before the account is handed over says what is to be handed over.
    """

    bank: Annotated[Answered[Title], Label("开户银行", "Bank"), Personal(Category.IDENTITY)]
    account_no: Annotated[Answered[Number], Label("账号", "Account"), Personal(Category.IDENTITY)]
    balance_yuan: Annotated[Answered[Amount], Label("余额", "Balance"), Unit("yuan", "元")]


class BankAccountHandedOver(
    Event, zh="银行账户移交", en="Bank account handed over", source=DESIGN, ends_with=None
):
    """The young person received their own account with what was saved for them."""

    bank: Annotated[Answered[Title], Label("开户银行", "Bank"), Personal(Category.IDENTITY)]
    account_no: Annotated[Answered[Number], Label("账号", "Account"), Personal(Category.IDENTITY)]
    balance_yuan: Annotated[Answered[Amount], Label("余额", "Balance"), Unit("yuan", "元")]
    is_signed: Annotated[Answered[bool], Label("本人是否签收", "Signed for")]


class HandedOverItem(Part):
    """A thing that was handed over, and how many of it."""

    description: Annotated[Text, Label("物品", "What it is")]
    count: Annotated[Count, Label("数量", "Number")] = 1


class BelongingsHandedOver(
    Event,
    zh="随身物品移交",
    en="Belongings handed over",
    source=f"《儿童福利机构管理办法》；{DESIGN}",
    ends_with=None,
):
    """The young person received what the institution had kept for them."""

    items: Annotated[
        Answered[tuple[HandedOverItem, ...]], Label("物品", "Items"), Personal(Category.IDENTITY)
    ]
    is_signed: Annotated[Answered[bool], Label("本人是否签收", "Signed for")]


class ArchiveHandedOver(
    Event, zh="档案移交", en="Archive handed over", source=f"DB36/T 2141-2025；{DESIGN}", ends_with=None
):
    """The person's own papers and file went to whoever keeps them from now on."""

    receiver: Annotated[Answered[Title], Label("接收单位", "Receiver"), Personal(Category.CONTACT)]
    archive_no: Annotated[Answered[Number], Label("档案号", "Archive number"), Personal(Category.IDENTITY)]
    is_signed: Annotated[Answered[bool], Label("是否签收", "Signed for")]


class SocialSecurityTransferred(
    Event, zh="社会保险关系转移", en="Social security transferred", source=SEED_RULES
):
    """The person's insurance went on elsewhere or in another scheme."""

    agency: Annotated[Answered[Title], Label("转入经办机构", "Receiving agency"), Personal(Category.CONTACT)]
    to_region: Annotated[Answered[Region], Label("转入地区", "To region"), Code("region")]


class FollowUpPlanned(
    Event, zh="随访计划", en="Follow-up planned", source=f"{SEED_RULES}；{DESIGN}", ends_with="adoption"
):
    """It was set when the young person will be visited after leaving care."""

    visits_on: Annotated[Answered[AtLeastOne[date]], Label("计划随访日期", "Visits on")]
    responsible: Annotated[Answered[Title], Label("责任人", "Responsible"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        if known(self.visits_on) is None:
            yield no_evidence("R-VIS-1", detail=Label("计划随访日期不明", "the planned days are not known"))


def busy(life: Life) -> Fact[Any] | None:
    """What keeps a person from being placed yet: full-time school, or the army."""
    schooling = life.now(EDUCATION)
    if (
        schooling is not None
        and schooling.held.value is not None
        and schooling.held.value.form not in AT_HOME
    ):
        return schooling
    studies, left = life.now(STUDYING_ON), life.last(SchoolingEnded)
    if studies is not None and (left is None or left.days.last < studies.since):
        return studies
    return life.now(SERVING)
