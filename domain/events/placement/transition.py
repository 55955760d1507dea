"""The time after a placement: the transition into society (D30), its money, and the way back into care."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Personal, Title, known
from domain.events.intake import ADMITTED
from domain.events.placement.arrangements import TRANSITION
from domain.events.placement.placed import PLACED, AdultPlaced
from domain.events.placement.preparing import DESIGN, SEED_RULES, AdultPlacementPlanApproved
from domain.file import Facts
from domain.life import CASE_CLOSED, DEPARTED, STAGE
from domain.shared_fields import Grounds, PaymentMode, Yuan

SHENZHEN: Final = "深圳市社会福利机构成年孤儿安置办法（2019）"


class TransitionPeriodStarted(
    Event,
    zh="过渡期开始",
    en="Transition period started",
    source=f"{SHENZHEN}；{DESIGN}",
    ends_with="adoption",
):
    """The time began in which a placed young person is still supported in living on their own."""

    ends_on: Annotated[Answered[date], Label("过渡期截止日期", "Transition ends on"), NotBefore()]
    responsible: Annotated[Answered[Title], Label("责任人", "Responsible"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdultPlaced,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield TRANSITION.since(entry.days, entry.days.last, until=known(self.ends_on))


class TransitionPeriodEnded(
    Event, zh="过渡期结束", en="Transition period ended", source=f"{SHENZHEN}；{DESIGN}", once=True
):
    """The support in living on their own ended."""

    reason: Annotated[Answered[str], Label("结束原因", "Reason"), Code("transition_end")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (TransitionPeriodStarted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield TRANSITION.since(entry.days, None)


class PlacementSubsidyPaid(
    Event,
    zh="发放安置补助",
    en="Placement subsidy paid",
    source=f"{SEED_RULES}；{SHENZHEN}",
    ends_with="adoption",
):
    """Money was paid for settling in or for living on their own."""

    subsidy: Annotated[Answered[str], Label("补助项目", "Subsidy"), Code("placement_subsidy")]
    amount_yuan: Yuan
    mode: PaymentMode

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdultPlaced, AdultPlacementPlanApproved)


class PlacementReversed(
    Event,
    zh="安置中止返院",
    en="Placement reversed",
    source=f"{SEED_RULES}；{DESIGN}",
    ends_with="adoption",
    once=True,
):
    """A placement failed, and the young person lives in the institution again."""

    reason: Annotated[Answered[str], Label("返院原因", "Reason"), Code("reversal_reason")]
    grounds: Annotated[Grounds, Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdultPlaced,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "in_care")
        yield ADMITTED.since(entry.days, entry.days.last)
        for ended in (PLACED, DEPARTED, CASE_CLOSED, TRANSITION):
            yield ended.since(entry.days, None)
