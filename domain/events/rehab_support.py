"""What supports rehabilitation (康复救助 · 辅助器具 · 外送康复): subsidies, devices, training elsewhere."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_to
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Event,
    Label,
    NotBefore,
    Number,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.events.health import DISABILITY, DisabilityAssessed, DisabilityCertificateIssued
from domain.events.rehabilitation import RehabPlanClosed, RehabPlanMade
from domain.file import Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, no_evidence, uncertain
from domain.renewing import renewals
from domain.repeating import by_named_day, no_day
from domain.shared_fields import AppliedTo, DecidedBy, DecisionTaken, Yuan
from domain.standing import standing
from domain.when import Days

SUBSIDY: Final = "国务院《关于建立残疾儿童康复救助制度的意见》（国发〔2018〕20号）"
PLANS: Final = "《残疾预防和残疾人康复条例》第21条"
SUBSIDISED: Final = frozenset({"1", "2", "3", "4", "5", "7"})
"""Codes of `disability_class` for which the subsidy is meant."""
MENTAL: Final = "6"
"""The class under which autism is certified, for which the subsidy is meant too, among others."""
APPROVED: Final = "approved"

EXTERNAL: Final[Attribute[Answered[str]]] = Attribute(
    "rehab_support", "external", Label("外送康复", "In rehabilitation elsewhere"), Category.CONTACT
)


class RehabSubsidyApplied(
    Event, zh="申请康复救助", en="Rehabilitation subsidy applied for", source=SUBSIDY, seals=Category.HEALTH
):
    """The county's federation of disabled persons was asked to pay for surgery, a device or training."""

    applied_to: AppliedTo
    items: Annotated[Answered[AtLeastOne[str]], Label("救助项目", "For"), Code("rehab_subsidy_item")]
    provider: Annotated[
        Answered[Title], Label("定点康复机构", "Designated provider"), Personal(Category.HEALTH)
    ]


class RehabSubsidyDecided(
    Event,
    zh="康复救助审批",
    en="Rehabilitation subsidy decided",
    source=SUBSIDY,
    seals=Category.HEALTH,
    once=True,
):
    """It was decided whether, and how much, the subsidy pays."""

    application: Annotated[Answered[UUID], Label("所答复的申请", "Answers"), Refers("RehabSubsidyApplied")]
    decision: DecisionTaken
    decided_by: DecidedBy
    amount_yuan: Yuan

    def presupposes(self) -> tuple[type[Event], ...]:
        return (RehabSubsidyApplied,)


class RehabSubsidySettled(
    Event,
    zh="康复救助结算",
    en="Rehabilitation subsidy settled",
    source=SUBSIDY,
    seals=Category.HEALTH,
    ends_with=None,
):
    """What the provider did was paid."""

    application: Annotated[Answered[UUID], Label("所结算的申请", "Settles"), Refers("RehabSubsidyApplied")]
    amount_yuan: Yuan

    def presupposes(self) -> tuple[type[Event], ...]:
        return (RehabSubsidyDecided,)


class AssistiveDeviceFitted(
    Event, zh="适配辅助器具", en="Assistive device fitted", source=SUBSIDY, seals=Category.HEALTH
):
    """A device was fitted; whether it still fits is looked at on the day that is said."""

    device: Annotated[Answered[Title], Label("辅助器具", "Device"), Personal(Category.HEALTH)]
    provider: Annotated[Answered[Title], Label("适配机构", "Fitted by"), Personal(Category.HEALTH)]
    next_on: Annotated[Answered[date], Label("下次复查日期", "Next review"), NotBefore()]

    def refusals(self, life: Life) -> Refusals:
        yield from no_day("R-REH-3", self.next_on)


class AssistiveDeviceReviewed(
    Event, zh="辅助器具复查", en="Assistive device reviewed", source=SUBSIDY, seals=Category.HEALTH
):
    """Somebody looked whether a device still fits."""

    fitting: Annotated[Answered[UUID], Label("所复查的适配", "The device"), Refers("AssistiveDeviceFitted")]
    is_fitting: Annotated[Answered[bool], Label("是否仍适用", "Still fits")]
    next_on: Annotated[date | None, Label("下次复查日期", "Next review"), NotBefore()] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AssistiveDeviceFitted,)


class ExternalRehabStarted(
    Event,
    zh="外送康复开始",
    en="External rehabilitation started",
    source="全国儿童福利信息系统（NS）选送康复",
    seals=Category.HEALTH,
    ends_with="departure",
):
    """The child was sent to another place to be trained there, through a day if one is said."""

    base: Annotated[Answered[Title], Label("康复基地", "Place"), Personal(Category.CONTACT)]
    agreement_no: Annotated[Answered[Number], Label("协议编号", "Agreement"), Personal(Category.HEALTH)]
    until: Annotated[Answered[date], Label("计划结束日期", "Planned until"), NotBefore()]

    def refusals(self, life: Life) -> Refusals:
        yield from no_day("R-REH-4", self.until)

    def holds(self, entry: AnyEntry) -> Facts:
        yield EXTERNAL.since(entry.days, self.base)


class ExternalRehabEnded(
    Event,
    zh="外送康复结束",
    en="External rehabilitation ended",
    source="全国儿童福利信息系统（NS）选送康复",
    seals=Category.HEALTH,
    ends_with=None,
    once=True,
):
    """The child came back from another place, with what was achieved there."""

    started: Annotated[Answered[UUID], Label("所结束的外送", "Ends"), Refers("ExternalRehabStarted")]
    evaluation: Annotated[Answered[Text], Label("效果评价", "Evaluation"), Personal(Category.HEALTH)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ExternalRehabStarted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield EXTERNAL.since(entry.days, None)


@standing("R-REH-1", DisabilityAssessed, DisabilityCertificateIssued)
def subsidy_is_applied_for(life: Life) -> Refusals:
    """A child in care with such a disability, below the age of the subsidy, for which nobody applied."""
    assessed, disability = life.last(DisabilityAssessed), life.now(DISABILITY)
    if (assessed is None and disability is None) or not life.in_care:
        return
    age = life.number("R-REH-1")
    if age is None or life.last(RehabSubsidyApplied) is not None:
        return
    older, value = life.aged(age.value), None if disability is None else disability.held.value
    if older:
        return
    if assessed is not None and known(assessed.event.disability_class) is None:
        detail = Label("残疾类别不详", "the class of disability is not known")
        yield uncertain("R-REH-1", assessed, detail=detail, by=age)
    elif disability is None or value is None or value.disability_class not in {*SUBSIDISED, MENTAL}:
        return
    elif value.disability_class == MENTAL:
        detail = Label("精神残疾，是否孤独症不详", "a mental disability: whether it is autism is not said")
        yield uncertain("R-REH-1", disability.entry, detail=detail, by=age)
    elif older is None:
        detail = Label("出生日期不明", "the birth leaves the age open")
        yield uncertain("R-REH-1", disability.entry, detail=detail, by=age)
    else:
        yield no_evidence("R-REH-1", disability.entry, by=age)


@obligation("R-REH-2", RehabPlanMade)
def plan_is_concluded(history: History) -> Iterator[Clock]:
    """A plan is closed, with its effect, by the last day for which it was made, or it is replaced."""
    plans = history.all(RehabPlanMade)
    closed: list[AnyEntry] = [*history.all(RehabPlanClosed)]
    for plan, closing in zip(plans, answers_to(plans, closed, "plan"), strict=True):
        ends, limit = known(plan.event.ends_on), history.number("R-REH-2", entry=plan)
        stay = history.stay_on(plan.days.last)
        if ends is None or limit is None or stay is None:
            continue
        yield Clock(
            rule="R-REH-2",
            opened_on=plan.days.last,
            due=limit.ends(Days.on(ends)),
            started_by=(plan,),
            met_by=closing,
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )


@obligation("R-REH-3", AssistiveDeviceFitted, AssistiveDeviceReviewed)
def device_is_reviewed(history: History) -> Iterator[Clock]:
    """Whether a device still fits is looked at by the day that was said before."""
    return by_named_day("R-REH-3", history, AssistiveDeviceFitted, AssistiveDeviceReviewed, about=_device)


def _device(entry: AnyEntry) -> object:
    fitted = isinstance(entry.event, AssistiveDeviceFitted)
    return entry.original if fitted else known(entry.event.fitting)


@obligation("R-REH-4", ExternalRehabStarted)
def comes_back(history: History) -> Iterator[Clock]:
    """Who is trained elsewhere is back by the day that was said."""
    started = history.all(ExternalRehabStarted)
    ended: list[AnyEntry] = [*history.all(ExternalRehabEnded)]
    for sent, back in zip(started, answers_to(started, ended, "started"), strict=True):
        until = known(sent.event.until)
        stay = history.stay_on(sent.days.last)
        if until is not None and stay is not None:
            yield Clock(
                rule="R-REH-4",
                opened_on=sent.days.last,
                due=Days.on(until),
                started_by=(sent,),
                met_by=back,
                void_on=stay.void_on,
                void_because=stay.void_because,
            )


@obligation("R-DIS-2", DisabilityCertificateIssued)
def certificate_is_renewed(history: History) -> Iterator[Clock]:
    """A disability certificate with a last day is followed by another one by then."""
    return renewals(
        "R-DIS-2", history, DisabilityCertificateIssued, lambda issued: known(issued.event.valid_to)
    )
