"""Departure and death (离院 · 死亡)."""

from datetime import datetime
from typing import Annotated, Final

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
    Text,
    Title,
    known,
)
from domain.events.adoption.assessment import INTEGRATING
from domain.events.care import ended as care_ended
from domain.events.insurance import INSURED
from domain.events.intake import INTAKE
from domain.events.placement.arrangements import EMPLOYED, HOUSED, SERVING
from domain.events.schooling import EDUCATION, PUT_OFF
from domain.file import EVERY, Facts
from domain.life import DEPARTED, STAGE

STANDARD: Final = "DB63/T 1892-2021《儿童福利机构 儿童离院规范》"
ADOPTED: Final = frozenset({"01", "02", "03"})
DEAD: Final = "06"


class DepartureCompleted(Event, zh="离院", en="Departure completed", source=STANDARD):
    """The child left the institution's care."""

    reason: Annotated[Answered[str], Label("离院原因", "Reason"), Code("departure_reason")]
    receiver: Annotated[Answered[Text], Label("接收人或者接收单位", "Received by"), Personal(Category.FAMILY)]
    last_allowance_month: Annotated[Answered[Month], Label("基本生活费末领年月", "Last month of allowance")]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def holds(self, entry: AnyEntry) -> Facts:
        reason = known(self.reason) or "99"
        stage = "adopted" if reason in ADOPTED else "died" if reason == DEAD else "departed"
        yield STAGE.since(entry.days, stage)
        yield from closed(entry, reason)


class ChildDied(Event, zh="死亡", en="Child died", source="《户口登记条例》第8条；《殡葬管理条例》第13条"):
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
        for attribute in (EDUCATION, PUT_OFF, INSURED, HOUSED, EMPLOYED, SERVING):
            yield attribute.since(entry.days, None, key=EVERY)


def closed(entry: AnyEntry, reason: str) -> Facts:
    """That life in the institution is over, with the integration into a family (I31)."""
    yield DEPARTED.since(entry.days, reason)
    yield from care_ended(entry)
    yield INTEGRATING.since(entry.days, None, key=EVERY)
