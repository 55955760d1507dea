"""Adult placement (成年安置): from half a year before 18 to the last visit after care.

Two routes lead out of care: into society, or into support for persons in extreme hardship. Readiness
for either is asked by the gates in `domain/gates.py`.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from annotated_types import MinLen

from domain.entry import AnyEntry, Entry
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
    NotAfter,
    NotBefore,
    Number,
    Part,
    Personal,
    Points,
    Region,
    Text,
    Title,
    Unit,
    known,
)
from domain.events.intake import INTAKE, SEX
from domain.events.schooling import EDUCATION, SchoolingEnded
from domain.file import Attribute, Fact, Facts
from domain.life import STAGE, Life, over_time
from domain.obligations import Clock, History, Stay, obligation
from domain.readiness import GATES
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.when import FIRST_DAY, LAST_DAY, Days, day_after

E = TypeVar("E", bound=Event)

ANHUI: Final = "安徽省2022年成年安置规定"
SEED_RULES: Final = "威海市民政局等《实施意见》(2021-11-08) 二（五）；国办发〔2025〕18号（十七）"
SERVICE_LAW: Final = "《兵役法》"
HARDSHIP_RULES: Final = "《社会救助暂行办法》第14条、第16条；特困人员认定办法"
DESIGN: Final = "本系统规程"

ROUTE_GATES: Final[dict[str | None, tuple[int, ...]]] = {"social": (8, 10), "hardship": (9,)}
"""The gates without which a young person is not placed by that route (I23)."""
AT_HOME: Final = frozenset({"home_teaching", "remote"})
"""Forms of schooling that do not keep anybody at school all day: codes of `school_form`."""
MALE: Final = "1"
ADULT: Final = 18

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
    score: Annotated[Points, Label("得分", "Score")]


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


class CapacityDetermined(
    Event, zh="民事行为能力认定", en="Capacity determined", source="《民法典》第24条、第28条、第32条"
):
    """A court decided on an adult's capacity, and who is guardian where it is not full."""

    court: Annotated[Answered[Title], Label("法院", "Court"), Personal(Category.FAMILY)]
    result: Annotated[Answered[str], Label("认定结果", "Result"), Code("civil_capacity")]
    guardian: Annotated[UUID | None, Label("监护人", "Guardian")] = None
    guardian_name: Annotated[
        Answered[Title] | None,
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
    responsible: Annotated[Answered[Title], Label("责任人", "Responsible")]
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
    approver: Annotated[Answered[Title], Label("批准单位", "Approved by"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield ROUTE.since(entry.days, known(self.route))


class YoungPersonConsentRecorded(
    Event, zh="本人意愿", en="Young person's consent recorded", source="《民法典》第18条、第35条"
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
    Event, zh="就业落实", en="Employment arranged", source=f"{SEED_RULES}；《就业促进法》第52条"
):
    """The young person has work, from that day on, until `ends_on` where the contract says so."""

    employer: Annotated[Answered[Title], Label("用人单位", "Employer"), Personal(Category.CONTACT)]
    post: Annotated[Answered[Title], Label("岗位", "Post"), Personal(Category.IDENTITY)]
    ends_on: Annotated[date | None, Label("合同终止日", "Until"), NotBefore()] = None

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


class EnlistmentRegistered(Event, zh="兵役登记", en="Enlistment registered", source=f"{SERVICE_LAW}第15条"):
    """The young man was entered in the first military service registration."""

    office: Annotated[
        Answered[Title], Label("兵役机关", "Military service office"), Personal(Category.CONTACT)
    ]


class Enlisted(Event, zh="入伍", en="Enlisted", source=f"{SERVICE_LAW}第20条"):
    """The young person joined the army."""

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVING.since(entry.days, entry.days.last)


class Discharged(Event, zh="退役", en="Discharged", source=f"{SERVICE_LAW}第17条"):
    """The young person left the army."""

    def follows(self) -> tuple[type[Event], ...]:
        return (Enlisted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVING.since(entry.days, None)


class HardshipSupportDecided(
    Event, zh="特困供养审核确认", en="Hardship support decided", source=HARDSHIP_RULES
):
    """The authority decided on an application for support in extreme hardship."""

    decision: Annotated[Answered[str], Label("决定", "Decision"), Code("hardship_decision")]
    applied_on: Annotated[Answered[date], Label("申请日期", "Applied on"), NotAfter()]
    investigated_on: Annotated[
        Answered[date], Label("调查核实日期", "Investigated on"), NotBefore("applied_on"), NotAfter()
    ]
    publicity_from_on: Annotated[Answered[date] | None, Label("公示起", "Publicity from")] = None
    publicity_to_on: Annotated[
        Answered[date] | None, Label("公示止", "Publicity to"), NotBefore("publicity_from_on")
    ] = None
    benefit_month: Annotated[Answered[Month] | None, Label("起领年月", "Paid from")] = None
    care_level: Annotated[
        Answered[str] | None, Label("照料护理等级", "Level of care"), Code("care_level")
    ] = None
    institution: Annotated[
        Answered[Title] | None, Label("供养服务机构", "Institution"), Personal(Category.CONTACT)
    ] = None


class HardshipSupportPlaced(
    Event,
    zh="特困供养落实",
    en="Hardship support placed",
    source="《社会救助暂行办法》第19条；特困人员认定办法",
):
    """A place in which the person will be supported was confirmed."""

    support_form: Annotated[Answered[str], Label("供养形式", "Form of support"), Code("support_form")]
    institution: Annotated[Answered[Title], Label("供养服务机构", "Institution"), Personal(Category.CONTACT)]
    is_medical_handover_done: Annotated[Answered[bool], Label("医疗交接完成", "Medical hand-over done")]


class HouseholdDestinationDecided(
    Event,
    zh="户口去向确定",
    en="Household destination decided",
    source=f"{SEED_RULES}；《户口登记条例》第10条",
):
    """It was decided where the person's household registration goes, or why it stays for the time being."""

    hukou_state: Annotated[Answered[str], Label("户口状况", "Household registration"), Code("hukou_state")]
    to_region: Annotated[Region | None, Label("迁往地区", "To region"), Code("region")] = None
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.CONTACT)] = None


class BankAccountHandedOver(Event, zh="银行账户移交", en="Bank account handed over", source=DESIGN):
    """The young person received their own account with what was saved for them."""

    bank: Annotated[Answered[Title], Label("开户银行", "Bank"), Personal(Category.IDENTITY)]
    account_no: Annotated[Answered[Number], Label("账号", "Account"), Personal(Category.IDENTITY)]
    balance_yuan: Annotated[Answered[Amount], Label("余额", "Balance"), Unit("yuan")]
    is_signed: Annotated[Answered[bool], Label("本人签收", "Signed for")]


class HandedOverItem(Part):
    """A thing that was handed over, and how many of it."""

    description: Annotated[Text, Label("物品", "What it is")]
    count: Annotated[Count, Label("数量", "Number")] = 1


class BelongingsHandedOver(
    Event, zh="随身物品移交", en="Belongings handed over", source=f"《儿童福利机构管理办法》；{DESIGN}"
):
    """The young person received what the institution had kept for them."""

    items: Annotated[
        Answered[tuple[HandedOverItem, ...]], Label("物品", "Items"), Personal(Category.IDENTITY)
    ]
    is_signed: Annotated[Answered[bool], Label("本人签收", "Signed for")]


class ArchiveHandedOver(Event, zh="档案移交", en="Archive handed over", source=f"DB36/T 2141-2025；{DESIGN}"):
    """The person's own papers and file went to whoever keeps them from now on."""

    receiver: Annotated[Answered[Title], Label("接收单位", "Receiver"), Personal(Category.CONTACT)]
    archive_no: Annotated[Answered[Number], Label("档案号", "Archive number"), Personal(Category.IDENTITY)]
    is_signed: Annotated[Answered[bool], Label("签收", "Signed for")]


class SocialSecurityTransferred(
    Event, zh="社会保险关系转移", en="Social security transferred", source=SEED_RULES
):
    """The person's insurance went on elsewhere or in another scheme."""

    agency: Annotated[Answered[Title], Label("转入经办机构", "Receiving agency"), Personal(Category.CONTACT)]
    to_region: Annotated[Answered[Region], Label("转入地区", "To region"), Code("region")]


class AdultPlaced(Event, zh="安置完成", en="Adult placed", source=f"{ANHUI}；{SEED_RULES}"):
    """The young person began to live as an adult outside the institution's care."""

    route: Annotated[Answered[str], Label("安置方式", "Route"), Code("placement_route")]
    region: Annotated[Answered[Region], Label("居住地区", "Region"), Code("region")]
    address: Annotated[Answered[Text], Label("居住地址", "Address"), Personal(Category.CONTACT)]
    hukou_state: Annotated[Answered[str], Label("户口状况", "Household registration"), Code("hukou_state")]
    contact: Annotated[Answered[Text], Label("联系方式", "Contact"), Personal(Category.CONTACT)]
    transition_end_on: Annotated[Answered[date], Label("过渡期止", "Transition ends on"), NotBefore()]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        plan, route = life.last(AdultPlacementPlanApproved), known(self.route)
        if plan is None:
            yield no_evidence("I23", detail=Label("无批准的安置方案", "no approved plan is recorded"))
            return
        planned = known(plan.event.route)
        if route is not None and planned is not None and planned != route:
            yield breach("I23", plan, detail=Label("与批准的安置方式不同", "the plan approved another route"))
            return
        for number in ROUTE_GATES.get(route or planned, ()):
            yield from _through(number, life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "placed")
        yield PLACED.since(entry.days, known(self.route) or "unknown")


class FollowUpPlanned(Event, zh="随访计划", en="Follow-up planned", source=f"{SEED_RULES}；{DESIGN}"):
    """It was set when the young person will be visited after leaving care."""

    visits_on: Annotated[Answered[Annotated[tuple[date, ...], MinLen(1)]], Label("计划随访日期", "Visits on")]
    responsible: Annotated[Answered[Title], Label("责任人", "Responsible"), Personal(Category.IDENTITY)]


class AfterCareVisitMade(Event, zh="安置后随访", en="After-care visit made", source=SEED_RULES):
    """Somebody saw or heard how the young person lives after leaving care."""

    mode: Annotated[Answered[str], Label("随访方式", "Mode"), Code("visit_mode")]
    living: Annotated[Answered[Text], Label("生活情况", "Living"), Personal(Category.IDENTITY)]
    growth: Annotated[Answered[Text], Label("成长情况", "Growth"), Personal(Category.IDENTITY)]
    health: Annotated[Answered[Text], Label("健康情况", "Health"), Personal(Category.HEALTH)]
    housing: Annotated[Answered[Text], Label("住房情况", "Housing"), Personal(Category.CONTACT)]
    job: Annotated[Answered[Text], Label("就业情况", "Job"), Personal(Category.IDENTITY)]
    next_on: Annotated[date | None, Label("下次随访", "Next visit"), NotBefore()] = None

    def follows(self) -> tuple[type[Event], ...]:
        return (AdultPlaced,)


def _through(number: int, life: Life) -> Refusals:
    """I23: what keeps a young person from passing a gate of the chosen route."""
    answer = GATES[number].ask(life)
    if answer.state == "uncertain":
        yield uncertain("I23", detail=answer.missing)
    elif answer.state not in {"met", "not_applicable"}:
        yield no_evidence("I23", detail=answer.missing)


def busy(life: Life) -> Fact[Any] | None:
    """What keeps a person from being placed yet: full-time school, or the army."""
    schooling = life.now(EDUCATION)
    if (
        schooling is not None
        and schooling.held.value is not None
        and schooling.held.value.form not in AT_HOME
    ):
        return schooling
    return life.now(SERVING)


@obligation("I22")
def case_is_opened(history: History) -> Iterator[Clock]:
    """Half a year before 18 the placement case is opened; the year before that is there to prepare it."""
    for stay, adult in _growing_up(history):
        limit = history.rulebook["I22"].number(stay.began.entry.region, adult.last)
        if limit is None:
            continue
        opens = max(adult.plus(months=-12).last, stay.since)
        due = adult.plus(months=-limit.value)
        if stay.until < opens:
            continue
        yield Clock(
            rule="I22",
            opened_on=opens,
            due=due if due.last >= opens else Days.on(opens),
            started_by=_because(history, stay),
            met_by=_first(history, AdultPlacementCaseOpened, stay.since, stay.void_on),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )


@obligation("D15")
def is_assessed(history: History) -> Iterator[Clock]:
    """The assessment is made in the last half-year before 18; of who was at school then, after leaving it."""
    for stay, adult in _growing_up(history):
        limit = history.rulebook["D15"].number(stay.began.entry.region, adult.last, "before_18")
        if limit is None:
            continue
        window = adult.plus(months=-limit.value)
        opens = max(window.last, stay.since)
        if stay.until < opens:
            continue
        void_on, because = stay.void_on, stay.void_because
        if (void_on is None or void_on > adult.last) and busy(history.on(adult.last)) is not None:
            void_on, because = adult.last, Label("仍在校或者服役", "still at school or in the army")
        yield Clock(
            rule="D15",
            opened_on=opens,
            due=adult,
            started_by=_because(history, stay),
            met_by=_first(history, AdultPlacementAssessed, window.earliest, void_on),
            void_on=void_on,
            void_because=because,
            number=limit,
        )
        yield from _assessed_after_leaving(history, stay, adult)


def _assessed_after_leaving(history: History, stay: Stay, adult: Days) -> Iterator[Clock]:
    """One clock for each time a grown-up in care leaves school or the army, void when either begins again."""
    for since, until, before in _free(history, adult.last, stay.until):
        limit = history.rulebook["D15"].number(stay.began.entry.region, since, "left_school")
        if limit is None:
            continue
        void_on, because = stay.void_on, stay.void_because
        if until < stay.until:
            void_on, because = day_after(until), Label("又在校或者服役", "at school or in the army again")
        left = _left(history, since)
        yield Clock(
            rule="D15",
            opened_on=since,
            due=(Days.on(since) if left is None else left.days).plus(months=limit.value),
            started_by=(left or before.entry,),
            met_by=_first(history, AdultPlacementAssessed, since, void_on),
            void_on=void_on,
            void_because=because,
            number=limit,
        )


def _free(history: History, start: date, end: date) -> Iterator[tuple[date, date, Fact[Any]]]:
    """The times after school or the army, first and last day, each with what came before it."""
    before: Fact[Any] | None = None
    times = over_time(history.file, history.rulebook, busy, start, end)
    for is_free, neighbours in groupby(times, key=lambda time: time[2] is None):
        own = list(neighbours)
        if is_free and before is not None:
            yield own[0][0], own[-1][1], before
        before = own[-1][2]


@obligation("D18")
def service_is_registered(history: History) -> Iterator[Clock]:
    """A man in care is registered for military service in the year in which he turns 18."""
    sex = history.on(LAST_DAY).now(SEX)
    if sex is None or sex.held.value != MALE:
        return
    for stay, adult in _growing_up(history):
        limit = history.rulebook["D18"].number(stay.began.entry.region, adult.last)
        opens = max(date(adult.last.year, 1, 1), stay.since)
        if limit is None or stay.until < opens:
            continue
        first = None if adult.first is None else date(adult.first.year, 12, 31)
        yield Clock(
            rule="D18",
            opened_on=opens,
            due=Days(first, date(adult.last.year, 12, 31)),
            started_by=_because(history, stay),
            met_by=_first(history, EnlistmentRegistered, FIRST_DAY, stay.void_on),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )


def _growing_up(history: History) -> Iterator[tuple[Stay, Days]]:
    """Each stay in care that began before the eighteenth birthday, with that birthday."""
    adult = history.turns(ADULT)
    if adult is not None:
        yield from ((stay, adult) for stay in history.stays() if stay.since <= adult.last)


def _because(history: History, stay: Stay) -> tuple[AnyEntry, ...]:
    birth = history.birth()
    return (stay.began.entry,) if birth is None else (birth.entry,)


def _left(history: History, day: date) -> AnyEntry | None:
    """The entry by which somebody left school or the army on a day."""
    ends: list[AnyEntry] = [*history.all(SchoolingEnded), *history.all(Discharged)]
    return next((entry for entry in ends if entry.days.last == day), None)


def _first(history: History, kind: type[E], since: date, before: date | None) -> Entry[E] | None:
    """The first of one kind from a day on, no later than another."""
    found = history.first(kind, after=since)
    return None if found is None or (before is not None and found.days.last > before) else found
