"""Emergency access (紧急查阅): one reads at once what one's role does not see, and it is reviewed after."""

from collections.abc import Iterator
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_always_due, by_another
from domain.event import AtLeastOne, Category, Code, Event, Label, Personal, Refers, Text
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals

TO_PROTECT: Final = "《个人信息保护法》第13条第1款第4项"
AFTERWARDS: Final = "《未成年人网络保护条例》第36条；本系统规则（事后复核）"


class EmergencyAccessTaken(
    Event, zh="紧急查阅", en="Emergency access taken", source=TO_PROTECT, ends_with=None
):
    """Who recorded it reads what their role does not see of this file, for an emergency of the child.

    It is given at once, and ends by itself after some hours.
    """

    ground: Annotated[str, Label("紧急情形", "Emergency"), Code("emergency_ground")]
    sets: Annotated[AtLeastOne[str], Label("查阅范围", "What is read"), Code("emergency_set")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]


class EmergencyAccessReviewed(
    Event,
    zh="紧急查阅复核",
    en="Emergency access reviewed",
    source=AFTERWARDS,
    ends_with=None,
    once=True,
):
    """Somebody else than who took it looked at what was read, and whether the emergency called for it."""

    access: Annotated[UUID, Label("紧急查阅", "Emergency access"), Refers("EmergencyAccessTaken")]
    outcome: Annotated[str, Label("复核意见", "Outcome"), Code("emergency_review")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (EmergencyAccessTaken,)

    def refusals(self, life: Life) -> Refusals:
        """Nobody reviews their own access (R-EMG-2)."""
        return by_another("R-EMG-2", life, self.access, at="/data/access")


@obligation("R-EMG-1", EmergencyAccessTaken)
def is_reviewed(history: History) -> Iterator[Clock]:
    """Each emergency access is reviewed within the rule's number, wherever the child is by then."""
    return answers_always_due(
        "R-EMG-1", history, EmergencyAccessTaken, EmergencyAccessReviewed, field="access"
    )
