"""Departure and death (离院 · 死亡)."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Month,
    NotBefore,
    Past,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.events.adoption.assessment import ON_THE_WAY
from domain.events.care import ended as care_ended
from domain.events.community.rolls import off_rolls
from domain.events.entitlement.allowance import paid_too_long
from domain.events.entrusted import ended as entrusting_ended
from domain.events.guardianship import given_back, guardian_case
from domain.events.insurance import INSURED
from domain.events.intake import INTAKE
from domain.events.leave import ended as leave_ended
from domain.events.medical.illness import ILLNESS, PALLIATIVE_CARE, REGISTERED_ILLNESS
from domain.events.placement.arrangements import OF_A_GROWN_UP
from domain.events.placement.preparing import old_enough
from domain.events.safety import MISSING
from domain.events.schooling import EDUCATION, PUT_OFF
from domain.file import EVERY, Attribute, Facts
from domain.life import DEPARTED, STAGE, Life
from domain.refusal import Refusal, Refusals, breach, uncertain
from domain.shared_fields import DecidedBy, DecisionTaken, Grounds

STANDARD: Final = "DB63/T 1892-2021《儿童福利机构 儿童离院规范》"
ADOPTED: Final = frozenset({"01", "02", "03"})
APPROVED: Final = "approved"
"""A code of `decision`."""
DEAD: Final = "06"
OLD_ENOUGH: Final = {"05": "independent", "09": ""}
"""Reasons for which nobody leaves before some age, by the case of its number (I23)."""
ENDED_BY_DEATH: Final[tuple[Attribute[Any], ...]] = (
    EDUCATION,
    PUT_OFF,
    INSURED,
    ILLNESS,
    REGISTERED_ILLNESS,
    PALLIATIVE_CARE,
    *OF_A_GROWN_UP,
)
PARENTS_FOUND, GUARDIAN_RESTORED = "04", "11"
"""Reasons for which a child goes back to its family: codes of `departure_reason`."""


class DepartureProposed(
    Event, zh="提出离院", en="Departure proposed", source=STANDARD, ends_with="departure"
):
    """It was proposed that the child leave the institution's care."""

    reason: Annotated[Answered[str], Label("离院原因", "Reason"), Code("departure_reason")]
    receiver: Annotated[Answered[Text], Label("接收人或者接收单位", "Received by"), Personal(Category.FAMILY)]
    grounds: Annotated[Grounds, Personal(Category.FAMILY)]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE


class DepartureApproved(
    Event, zh="离院审批", en="Departure approved", source=STANDARD, ends_with="departure", once=True
):
    """The competent body decided on a proposed departure."""

    proposal: Annotated[Answered[UUID], Label("离院申请", "Proposal"), Refers("DepartureProposed")]
    decision: DecisionTaken
    decided_by: Annotated[DecidedBy, Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (DepartureProposed,)


class DepartureCompleted(
    Event, zh="离院", en="Departure completed", source=STANDARD, ends_with=None, once=True
):
    """The child left the institution's care."""

    reason: Annotated[Answered[str], Label("离院原因", "Reason"), Code("departure_reason")]
    receiver: Annotated[Answered[Text], Label("接收人或者接收单位", "Received by"), Personal(Category.FAMILY)]
    last_allowance_month: Annotated[Answered[Month], Label("基本生活费末领年月", "Last month of allowance")]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        """After an adoption or a death no other reason for leaving is left (I20, E06)."""
        reason, died, stage = known(self.reason), death(life), life.now(STAGE)
        if died is not None and reason != DEAD:
            yield _otherwise("E06", died, reason, Label("离院原因应为死亡", "the reason is the death"))
        elif stage is not None and stage.held.value == "adopted" and reason not in {*ADOPTED, DEAD}:
            yield _otherwise(
                "I20", stage.entry, reason, Label("离院原因应为收养", "the reason is the adoption")
            )

        yield from self._given_back(life)
        yield from old_enough(life, case=OLD_ENOUGH.get(reason or "", "none"))
        yield from paid_too_long(life, known(self.last_allowance_month))

    def _given_back(self, life: Life) -> Refusals:
        """What is to be shown before the child goes back to its family (I21)."""
        reason, case, stage = known(self.reason), guardian_case(life), life.now(STAGE)
        if reason == PARENTS_FOUND:
            yield from given_back(life, "parents_found")
        if reason in {PARENTS_FOUND, GUARDIAN_RESTORED}:
            yield from given_back(life, case)
        elif reason is None and death(life) is None and (stage is None or stage.held.value != "adopted"):
            yield uncertain("I21", detail=Label("离院原因不明", "the reason is not known"))

    def holds(self, entry: AnyEntry) -> Facts:
        reason = known(self.reason) or "99"
        stage = "adopted" if reason in ADOPTED else "died" if reason == DEAD else "departed"
        yield STAGE.since(entry.days, stage)
        yield from closed(entry, reason)


class ChildDied(
    Event,
    zh="死亡",
    en="Child died",
    source="《户口登记条例》第8条；《殡葬管理条例》第23条（2026-03-29以前：第13条）",
    once=True,
):
    """The child died."""

    place: Annotated[Answered[Text], Label("死亡地点", "Place"), Personal(Category.HEALTH)]
    cause: Annotated[Answered[Text], Label("死亡原因", "Cause"), Personal(Category.HEALTH)]
    cause_class: Annotated[
        Answered[str], Label("死因类别", "Class of cause"), Code("death_cause"), Personal(Category.HEALTH)
    ]
    certifier: Annotated[Answered[Title], Label("出具证明单位", "Certified by"), Personal(Category.HEALTH)]
    is_abnormal: Annotated[
        Answered[bool], Label("是否非正常死亡", "Abnormal death"), Personal(Category.HEALTH)
    ]
    reported_to: Annotated[Answered[Title], Label("报告对象", "Reported to"), Personal(Category.HEALTH)]
    reported_at: Annotated[Answered[datetime], Label("报告时间", "Reported at"), NotBefore(), Past()]
    disposal: Annotated[Answered[str], Label("遗体处置方式", "Disposal"), Code("disposal")]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "died")
        yield from closed(entry, DEAD)
        yield from off_rolls(entry)
        for attribute in ENDED_BY_DEATH:
            yield attribute.since(entry.days, None, key=EVERY)


def death(life: Life) -> AnyEntry | None:
    """Return the entry by which the person is dead on that day: the death, or else a departure by death."""
    died, left = life.all(ChildDied), life.all(DepartureCompleted)
    if died:
        return died[0]
    return next((entry for entry in left if known(entry.event.reason) == DEAD), None) if left else None


def _otherwise(rule: str, before: AnyEntry, reason: str | None, detail: Label) -> Refusal:
    return (uncertain if reason is None else breach)(rule, before, detail=detail)


def closed(entry: AnyEntry, reason: str) -> Facts:
    """That life in the institution is over, with the way into a family (I31)."""
    yield DEPARTED.since(entry.days, reason)
    yield from care_ended(entry)
    if reason == DEAD:
        yield MISSING.since(entry.days, None)
    for attribute in ON_THE_WAY:
        yield attribute.since(entry.days, None, key=EVERY)
    yield from leave_ended(entry)
    yield from entrusting_ended(entry)
