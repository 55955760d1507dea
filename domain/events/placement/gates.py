"""The fourteen gates of readiness for adult placement (成年安置条件), each a question of one day.

What each asks, its source and its numbers stand in `rules/placement.toml` as G01 to G14.
"""

from dataclasses import replace
from typing import Any, Final, TypeAlias

from domain.entry import AnyEntry, Entry
from domain.event import Unknown, known
from domain.events.entitlement.allowance import ALLOWANCE_ENDS
from domain.events.entitlement.study_grant import STUDY_GRANT
from domain.events.household import IDENTITY_CARD, HouseholdTransferred, IdCardIssued, is_own, registration
from domain.events.insurance import cover
from domain.events.intake import SEX, ChildAdmitted, ChildReceived
from domain.events.placement.applying import CapacityDeterminationApplied
from domain.events.placement.arrangements import (
    EMPLOYED,
    HOUSED,
    MALE,
    ArchiveHandedOver,
    BankAccountHandedOver,
    BelongingsHandedOver,
    Enlisted,
    EnlistmentRegistered,
    FollowUpPlanned,
    HardshipSupportDecided,
    HardshipSupportPlaced,
    HouseholdDestinationDecided,
    MilitaryServiceEnded,
    SocialSecurityTransferred,
    VocationalTrainingCompleted,
    busy,
)
from domain.events.placement.preparing import (
    CASE,
    ROUTE,
    AdultPlacementAssessed,
    AdultPlacementPlanApproved,
    CapacityDetermined,
    YoungPersonConsentRecorded,
)
from domain.file import Fact
from domain.life import ADULT, BIRTH, Life
from domain.readiness import GateResult, gate, met, not_applicable, uncertain, unknown, unmet
from domain.when import Days, add, day_after

GateEvidence: TypeAlias = tuple[AnyEntry | None, str, str]
"""The entry that shows one thing a gate asks for, None while it is missing; its name in zh and en."""

HandedOver: TypeAlias = BankAccountHandedOver | BelongingsHandedOver | ArchiveHandedOver

ROUTE_GATES: Final[dict[str | None, tuple[int, ...]]] = {"social": (8, 10), "hardship": (9,)}
"""The gates without which a young person is not placed by that route (I23)."""
ON_THEIR_OWN: Final = frozenset({"adult_placement", "army", "marriage"})
"""Reasons for which a household registration follows a person into their own life."""


def route(life: Life) -> str | None:
    """The route by which the person is to leave care, as last approved."""
    fact = life.now(ROUTE)
    return None if fact is None else known(fact.held.value)


def preparing_from(life: Life) -> Days | None:
    """Return the day by which the case is opened, as its clock counts it (I22); None while no birth is known.

    Where no number counts, that is the eighteenth birthday.
    """
    birth = life.now(BIRTH)
    intake: AnyEntry | None = life.last(ChildReceived)
    if intake is None:
        intake = life.last(ChildAdmitted)
    born = None if birth is None else birth.held.value
    if born is None:
        return None
    limit = life.number("I22", of=intake, on=born.turns(ADULT).last)
    return born.turns(ADULT, months=0 if limit is None else -limit.value)


@gate(1, "已到启动年龄并已启动成年安置", "Old enough, case opened", "info")
def case_opened(life: Life) -> GateResult:
    """Is the person old enough, and was the case opened?"""
    begins = preparing_from(life)
    grown = None if begins is None else life.arrived(begins)
    if grown is None:
        return uncertain("出生日期不明确，无法判断年龄", "the birth leaves the age open")
    if not grown:
        return unmet("未到启动成年安置的年龄", "the age from which the case is opened")
    case = life.now(CASE)
    return unmet("尚未启动成年安置", "the case opened") if case is None else met(case.entry)


@gate(2, "成年安置评估在六个月以内", "Assessed within six months", "blocks")
def assessed(life: Life) -> GateResult:
    """Was the person assessed, and not too long ago?"""
    assessment = life.last(AdultPlacementAssessed)
    if assessment is None:
        return unmet("尚未进行成年安置评估", "the placement assessment")
    valid = life.number("G02", of=assessment)
    if valid is None:
        return met(assessment)
    expired = life.passed(valid.ends(assessment.days))
    if expired:
        return unmet(
            "成年安置评估已超过六个月，应当重新评估",
            "a new assessment, as the last one has run out",
            assessment,
        )
    if expired is None:
        return uncertain(
            "评估日期不明确，无法判断是否在有效期内",
            "the day of the assessment is not known well enough",
            assessment,
        )
    return met(assessment)


@gate(3, "未在校就读且未服现役", "Neither at school nor in the army", "blocks")
def free(life: Life) -> GateResult:
    """Is the person neither at a full-time school nor in the army? Else the question is put off."""
    fact = busy(life)
    if fact is None:
        return met()
    return unmet(
        "仍在全日制学校就读或者服现役",
        "the end of full-time school or army service",
        fact.entry,
        deferring=True,
    )


@gate(4, "安置方案已批准", "Plan approved", "blocks")
def planned(life: Life) -> GateResult:
    """Is there an approved plan?"""
    plan = life.last(AdultPlacementPlanApproved)
    return unmet("尚无经批准的安置方案", "an approved plan") if plan is None else met(plan)


@gate(5, "民事行为能力已确定", "Capacity settled", "blocks")
def capacity_settled(life: Life) -> GateResult:
    """Is the capacity full by law and assessment, or decided by a court, with a guardian if not full?"""
    decision, assessment = life.last(CapacityDetermined), life.last(AdultPlacementAssessed)
    if decision is not None:
        return _decided_capacity(decision)
    if assessment is None:
        return unmet("尚未评估或者认定民事行为能力", "an assessment or a decision of capacity")
    capacity = known(assessment.event.capacity)
    if capacity is None:
        return unknown("民事行为能力不详", "the capacity is unknown", assessment)
    if capacity == "full":
        return met(assessment)
    asked = life.last(CapacityDeterminationApplied)
    return unmet("尚无人民法院对民事行为能力的认定", "a court's decision of capacity", assessment, asked)


def _decided_capacity(decision: Entry[CapacityDetermined]) -> GateResult:
    event = decision.event
    result = known(event.result)
    if result is None:
        return unknown("民事行为能力认定结果不详", "the result is unknown", decision)
    stated = [each for each in (event.guardian, event.guardian_name, event.guardian_kind) if each is not None]
    if result == "full" or any(known(each) is not None for each in stated):
        return met(decision)
    if stated:
        return unknown("监护人不详", "the guardian is unknown", decision)
    return unmet("尚未确定监护人", "a guardian", decision)


@gate(6, "已落户并持有十年期居民身份证", "Registered, with an adult identity card", "blocks")
def identified(life: Life) -> GateResult:
    """Is the person registered in a household, and do they hold a valid card of an adult?"""
    registered, card = registration(life), life.now(IDENTITY_CARD)
    if registered is None or card is None:
        return _all(
            (_entry(registered), "户口登记", "household registration"),
            (_entry(card), "有效的居民身份证", "a valid identity card"),
        )
    if isinstance(card.entry.event, IdCardIssued) and not is_own(life, known(card.entry.event.card_no)):
        return unmet(
            "居民身份证号码与本人公民身份号码不一致", "a card with the person's own number", card.entry
        )
    event, months = card.entry.event, life.number("G06", of=card.entry)
    if not isinstance(event, IdCardIssued) or months is None:
        return met(registered.entry, card.entry)
    begins, ends = known(event.valid_from) or card.entry.days.last, known(event.valid_to)
    if ends is None:
        return unknown("居民身份证有效期不详", "how long the card is valid is unknown", card.entry)
    if day_after(ends) < add(begins, months=months.value):
        return unmet("居民身份证有效期不足十年", "an adult's card, valid for ten years", card.entry)
    return met(registered.entry, card.entry)


@gate(7, "基本医保有效并有社会保险关系转移安排", "Insured, with a plan for the transfer", "warns")
def insured(life: Life) -> GateResult:
    """Is the person insured, and was the insurance transferred or is that planned?"""
    transferred = life.last(SocialSecurityTransferred) or _measure(life, "insurance")
    return _all(
        (cover(life), "有效的基本医保参保", "medical insurance"),
        (transferred, "社会保险关系转移安排", "a plan for the transfer"),
    )


@gate(8, "社会化安置条件", "Ready for life in society", "blocks")
def settled(life: Life) -> GateResult:
    """By the social route: is there a home, an income and everything that is the person's own?"""
    return _by_route("social", life) or _all(
        (_entry(life.now(HOUSED)), "住房", "housing"),
        (
            _entry(life.now(EMPLOYED)) or life.last(VocationalTrainingCompleted),
            "就业或者职业培训",
            "a job or a training",
        ),
        (_signed(life.last(BankAccountHandedOver)), "银行账户移交", "the bank account handed over"),
        (_signed(life.last(BelongingsHandedOver)), "随身物品移交", "the belongings handed over"),
        (_signed(life.last(ArchiveHandedOver)), "档案移交", "the file handed over"),
    )


@gate(9, "特困人员救助供养条件", "Ready for support in hardship", "blocks")
def supported(life: Life) -> GateResult:
    """By the hardship route: is support approved, the place confirmed and medical care handed over?"""
    other = _by_route("hardship", life)
    if other is not None:
        return other
    decision, place = life.last(HardshipSupportDecided), life.last(HardshipSupportPlaced)
    if decision is not None and isinstance(decision.event.decision, Unknown):
        return unknown("特困人员救助供养审核确认结果不详", "the decision is unknown", decision)
    if place is not None and isinstance(place.event.is_medical_handover_done, Unknown):
        return unknown("医疗交接情况不详", "whether medical care was handed over is unknown", place)
    approved = decision is not None and known(decision.event.decision) == "approved"
    handed_over = place is not None and known(place.event.is_medical_handover_done)
    return _all(
        (decision if approved else None, "特困人员救助供养审核确认", "approval of support"),
        (place, "供养服务机构或者供养去向", "a place"),
        (place if handed_over else None, "医疗交接", "the medical hand-over"),
    )


@gate(10, "户口去向已确定", "Household destination settled", "blocks")
def household_settled(life: Life) -> GateResult:
    """Has the registration moved, or was it decided where it goes, or why it stays? Else no social route."""
    moved = next((entry for entry in reversed(life.all(HouseholdTransferred)) if _is_own(life, entry)), None)
    decided = life.last(HouseholdDestinationDecided)
    state = None if decided is None else known(decided.event.hukou_state)
    answer = _all(
        (
            moved or (decided if state not in {None, "undecided"} else None),
            "户口去向",
            "where the registration goes",
        )
    )
    if moved is None and decided is not None and state == "kept" and decided.event.explanation is None:
        answer = unmet("未写明暂留集体户的理由", "the reason for keeping the registration", decided)
    return replace(answer, weight="blocks" if route(life) == "social" else "warns")


def _is_own(life: Life, moved: Entry[HouseholdTransferred]) -> bool:
    """Whether a move is one into the person's own life, by its reason or, where that is unknown, its day."""
    reason, begins = known(moved.event.transfer_reason), preparing_from(life)
    if reason is not None or begins is None:
        return reason in ON_THEIR_OWN
    return moved.days.earliest >= begins.last


@gate(11, "本人意愿", "The person's own will", "blocks")
def willing(life: Life) -> GateResult:
    """Was the person asked about this route, and do they agree, as far as they can say?"""
    consent = life.last(YoungPersonConsentRecorded)
    if consent is None:
        return unmet("尚未征询本人意愿", "the person's own view")
    result = known(consent.event.result)
    if result is None:
        return unknown("本人意见不详", "the person's answer is unknown", consent)
    plans = life.all(AdultPlacementPlanApproved)
    routes = [known(plan.event.route) for plan in plans[-2:]]
    if len(set(routes)) > 1 and consent.days.last < plans[-1].days.earliest:
        return unmet("尚未就变更后的安置方式征询本人意愿", "the person's view of the new route", consent)
    decision = life.last(CapacityDetermined)
    speaks_through_guardian = decision is not None and known(decision.event.result) in {"limited", "none"}
    if result == "agree" or (result == "unable" and speaks_through_guardian):
        return met(consent)
    return unmet("尚未取得本人同意", "the person's consent", consent)


@gate(12, "基本生活费停发或者助学金发放有安排", "Allowance's end or study grant planned", "warns")
def money_planned(life: Life) -> GateResult:
    """Is it planned when the allowance ends, or when the study grant begins?"""
    found = _entry(life.now(ALLOWANCE_ENDS)) or _entry(life.now(STUDY_GRANT)) or _measure(life, "allowance")
    return _all((found, "基本生活费停发或者助学金发放安排", "a plan for the allowance or the study grant"))


@gate(13, "初次兵役登记", "Registered for military service", "warns")
def registered_for_service(life: Life) -> GateResult:
    """Is a man registered for military service?"""
    sex = life.now(SEX)
    if sex is None or sex.held.value not in {"1", "2"}:
        return unknown("性别不详", "the sex is unknown", _entry(sex))
    if sex.held.value != MALE:
        return not_applicable(sex.entry)
    registered: AnyEntry | None = life.last(EnlistmentRegistered)
    served: AnyEntry | None = life.last(Enlisted) or life.last(MilitaryServiceEnded)
    return _all((registered or served, "初次兵役登记", "military service registration"))


@gate(14, "随访计划", "Follow-up planned", "warns")
def follow_up_planned(life: Life) -> GateResult:
    """Are the visits after leaving care scheduled?"""
    return _all((life.last(FollowUpPlanned), "随访计划", "a schedule of visits"))


def _by_route(wanted: str, life: Life) -> GateResult | None:
    """Return the result that the approved route decides; None if it is the gate's own route."""
    plan = life.last(AdultPlacementPlanApproved)
    if plan is None:
        return unmet("尚无经批准的安置方案", "an approved route")
    planned_route = known(plan.event.route)
    if planned_route is None:
        return unknown("经批准的安置方式不详", "the approved route is unknown", plan)
    return None if planned_route == wanted else not_applicable(plan)


def _measure(life: Life, kind: str) -> AnyEntry | None:
    """Return the approved plan, if it has a measure of that kind."""
    plan = life.last(AdultPlacementPlanApproved)
    measures = None if plan is None else known(plan.event.measures)
    return plan if any(measure.kind == kind for measure in measures or ()) else None


def _signed(entry: Entry[HandedOver] | None) -> AnyEntry | None:
    """Return the hand-over, unless it states that it was not signed for."""
    return None if entry is None or entry.event.is_signed is False else entry


def _entry(fact: Fact[Any] | None) -> AnyEntry | None:
    return None if fact is None else fact.entry


def _all(*pieces: GateEvidence) -> GateResult:
    """Return met by all these entries, or unmet with the names of the missing ones."""
    there = [entry for entry, _, _ in pieces if entry is not None]
    missing = [(zh, en) for entry, zh, en in pieces if entry is None]
    if not missing:
        return met(*there)
    return unmet(
        f"尚未落实：{'、'.join(zh for zh, _ in missing)}", ", ".join(en for _, en in missing), *there
    )
