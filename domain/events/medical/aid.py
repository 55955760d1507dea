"""Aid with the costs of an illness: applied for, decided on, and who it is for (R-MED-2, R-MED-6, R-MED-7).

The emergency relief fund, the Tomorrow Plan, medical assistance and charities pay after an application and
its decision; what they pay is a `MedicalCostCovered` like every payment.
"""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import Answered, Category, Code, Event, Label, Number, Personal, Refers, known
from domain.events.health import DISABILITY
from domain.events.intake import entered
from domain.events.medical.costs import FundingLayer, waterfall
from domain.events.medical.illness import NATIONAL_SYSTEM, OfEpisode
from domain.events.medical.treatment import CARE_TEXT, EmergencyRescued
from domain.events.schooling import EDUCATION
from domain.file import Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, no_evidence, uncertain, unless
from domain.shared_fields import AppliedTo, DecidedBy, DecisionTaken, Grounds, Yuan
from domain.standing import standing
from domain.when import day_after

EMERGENCY_FUND, TOMORROW_PLAN = "emergency_fund", "tomorrow_plan"
"""Codes of `funding_layer`."""
TOMORROW_TEXT: Final = "《宁夏“明天计划”项目实施细则》（2025）"
UPLOADED_TEXT: Final = "如皋市民政局《2021年儿童福利工作要点》（2021-04-07）二（四）"

OfApplication: TypeAlias = Annotated[
    Answered[UUID], Label("所引用的救助申请", "Application"), Refers("MedicalAidApplied")
]

OPEN_AID: Final[Attribute[str]] = Attribute(
    "medical", "aid_applied_for", Label("已申请、待审批的医疗救助", "Aid applied for"), several=True
)
"""The layers applied for and not yet decided on, each under the id of the application."""


class MedicalAidApplied(
    Event,
    zh="申请医疗费用救助",
    en="Medical aid applied",
    source=f"{CARE_TEXT}；{TOMORROW_TEXT}；{NATIONAL_SYSTEM}",
    seals=Category.HEALTH,
    ends_with=None,
):
    """It was applied for that a fund, a programme or a charity pays for an illness."""

    episode: OfEpisode
    layer: FundingLayer
    applied_to: Annotated[AppliedTo, Personal(Category.HEALTH)]
    amount_yuan: Yuan
    eligible_as: Annotated[
        Answered[str] | None, Label("明天计划对象类别", "Eligible as"), Code("tomorrow_plan_category")
    ] = None
    is_insured: Annotated[Answered[bool] | None, Label("是否参保", "Insured")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        layer = known(self.layer)
        if layer is not None:
            yield OPEN_AID.since(entry.days, layer, key=str(entry.original))

    def refusals(self, life: Life) -> Refusals:
        """The Tomorrow Plan is for some only (R-MED-6)."""
        layer = known(self.layer)
        if layer is None:
            yield uncertain("R-MED-6", detail=Label("资金渠道不明", "the funding layer is not known"))
        elif layer == TOMORROW_PLAN:
            yield from _eligible(known(self.eligible_as), life)


class MedicalAidApplicationChanged(
    Event,
    zh="变更医疗费用救助申请",
    en="Medical aid application changed",
    source=NATIONAL_SYSTEM,
    seals=Category.HEALTH,
    ends_with=None,
):
    """An application for aid was changed before it was decided on or settled."""

    application: OfApplication
    amount_yuan: Yuan
    grounds: Annotated[Grounds, Personal(Category.HEALTH)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MedicalAidApplied,)


class MedicalAidDecided(
    Event,
    zh="审批医疗费用救助",
    en="Medical aid decided",
    source=f"{CARE_TEXT}；{TOMORROW_TEXT}；{NATIONAL_SYSTEM}",
    seals=Category.HEALTH,
    ends_with=None,
    once=True,
):
    """It was decided whether a fund, a programme or a charity pays for an illness, and how much."""

    application: OfApplication
    decision: DecisionTaken
    decided_by: Annotated[DecidedBy, Personal(Category.HEALTH)]
    amount_yuan: Yuan

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MedicalAidApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        application = known(self.application)
        if application is not None:
            yield OPEN_AID.since(entry.days, None, key=str(application))


class MedicalAidUploaded(
    Event,
    zh="上传医疗救助工作信息",
    en="Medical aid uploaded",
    source=UPLOADED_TEXT,
    seals=Category.HEALTH,
    ends_with=None,
):
    """What was done for an application was uploaded to the national system, whose number may be known."""

    application: OfApplication
    system_no: Annotated[
        Answered[Number] | None,
        Label("全国儿童福利信息系统编号", "Number in the national system"),
        Personal(Category.HEALTH),
    ] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MedicalAidApplied,)


def _eligible(category: str | None, life: Life) -> Refusals:
    """Who the Tomorrow Plan is for: by age and, by category, by schooling or disability."""
    age = life.number("R-MED-6")
    if category is None:
        yield no_evidence("R-MED-6", detail=Label("未说明对象类别", "it does not say as whom"), by=age)
    elif category == "adopted_disabled":
        if life.now(DISABILITY) is None:
            yield no_evidence("R-MED-6", detail=Label("未登记残疾", "no disability is recorded"), by=age)
    elif age is not None:
        grown, is_student = life.aged(age.value), category == "student"
        fits = grown if is_student or grown is None else not grown
        if fits and is_student and not life.each(EDUCATION):
            yield no_evidence("R-MED-6", detail=Label("未登记在校就读", "no schooling is recorded"), by=age)
        yield from unless("R-MED-6", fits, detail=Label("年龄不符", "not of that age"), by=age)


@standing("R-MED-7", MedicalAidDecided)
def granted_aid_is_uploaded(life: Life) -> Refusals:
    """What the Tomorrow Plan was granted for is uploaded to the national system, from the day after on.

    What is not known to be another layer's, or refused, may be the Tomorrow Plan's.
    """
    layers = {each.original: known(each.event.layer) for each in life.all(MedicalAidApplied)}
    uploaded = {known(each.event.application) for each in life.all(MedicalAidUploaded)} - {None}
    for decided in life.all(MedicalAidDecided):
        application, decision = known(decided.event.application), known(decided.event.decision)
        layer = None if application is None else layers.get(application)
        is_concerned = decision in {"approved", None} and layer in {TOMORROW_PLAN, None}
        if is_concerned and application not in uploaded and life.reached(day_after(decided.days.last)):
            certain = decision is not None and layer is not None
            yield (no_evidence if certain else uncertain)("R-MED-7", decided)


@standing("R-MED-2")
def fund_is_applied_for(life: Life) -> Refusals:
    """An uninsured child in care was rescued, and nobody applied to the emergency relief fund.

    It is over once the illness is paid for. Whose insurance is not known may be uninsured.
    """
    intake = entered(life)
    rescues = [] if intake is None else life.all(EmergencyRescued)
    for rescue in rescues:
        uninsured = known(rescue.event.is_uninsured)
        here = intake is not None and rescue.days.last >= intake.entry.days.earliest
        if uninsured is False or not here or not life.reached(day_after(rescue.days.last)):
            continue
        if not _is_seen_to(rescue, life):
            yield (no_evidence if uninsured else uncertain)("R-MED-2", rescue)


def _is_seen_to(rescue: Entry[EmergencyRescued], life: Life) -> bool:
    """Whether nothing is left to pay, or the fund was applied to since, for this illness or one not said."""
    episode = known(rescue.event.episode)
    rest = None if episode is None else waterfall(life, episode).rest_yuan
    return (rest is not None and rest <= 0) or any(
        known(each.event.layer) == EMERGENCY_FUND
        and each.days.last >= rescue.days.earliest
        and (episode is None or known(each.event.episode) in {None, episode})
        for each in life.all(MedicalAidApplied)
    )
