"""The national roll of children whom the State supports (增员 · 减员)."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Month,
    Number,
    Part,
    Past,
    Personal,
    Title,
    known,
)
from domain.events.departure import ADOPTED
from domain.events.entitlement.allowance import paid_too_long
from domain.events.intake import lacking
from domain.file import Attribute, Facts
from domain.life import STAGE, Life
from domain.refusal import Refusals, breach, uncertain
from domain.shared_fields import DecisionTaken
from domain.standing import standing
from domain.when import Days

NATIONAL_SYSTEM: Final = "全国儿童福利信息系统（NS）"
BY_MISTAKE: Final = "08"
"""The reason of a removal, a code of `departure_reason`, that the child should never have been enrolled."""

ENROLLED: Final[Attribute[date]] = Attribute(
    "national_roll", "enrolled", Label("全国系统增员", "On the national roll")
)


class RollApproval(Part):
    """What one body on the way from the institution upwards decided."""

    body: Annotated[Title, Label("审批单位", "Body")]
    decision: DecisionTaken
    decided_on: Annotated[date | None, Label("审批日期", "Decided on")] = None


class EnrolledOnNationalRoll(
    Event, zh="全国系统增员", en="Enrolled on the national roll", source=f"{NATIONAL_SYSTEM}增员"
):
    """The child was entered on the national roll, approved body by body."""

    national_no: Annotated[
        Answered[Number], Label("全国系统儿童编号", "National number"), Personal(Category.IDENTITY)
    ]
    reported_on: Annotated[Answered[date], Label("上报日期", "Reported on"), Past()]
    approvals: Annotated[
        Answered[tuple[RollApproval, ...]], Label("逐级审批", "Approvals"), Personal(Category.IDENTITY)
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield ENROLLED.since(entry.days, entry.days.last)


class RemovedFromNationalRoll(
    Event,
    zh="全国系统减员",
    en="Removed from the national roll",
    source=f"{NATIONAL_SYSTEM}减员",
    ends_with=None,
    once=True,
):
    """The child was taken off the national roll, and for which reason."""

    reason: Annotated[Answered[str], Label("减员原因", "Reason"), Code("departure_reason")]
    last_allowance_month: Annotated[Answered[Month], Label("基本生活费末领年月", "Last month of allowance")]
    approvals: Annotated[
        Answered[tuple[RollApproval, ...]], Label("逐级审批", "Approvals"), Personal(Category.IDENTITY)
    ]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (EnrolledOnNationalRoll,)

    def refusals(self, life: Life) -> Refusals:
        """Who is removed has left, and that is shown (R-ROLL-1)."""
        yield from _exit_shown(life, known(self.reason))
        yield from paid_too_long(life, known(self.last_allowance_month))

    def holds(self, entry: AnyEntry) -> Facts:
        yield ENROLLED.since(entry.days, None)


def _exit_shown(life: Life, reason: str | None) -> Refusals:
    stage = life.now(STAGE)
    if reason is None:
        yield uncertain("R-ROLL-1", detail=Label("减员原因不明", "the reason is not known"))
    elif reason != BY_MISTAKE and life.in_care:
        detail = Label("儿童仍在院", "the child is in care")
        yield breach("R-ROLL-1", None if stage is None else stage.entry, detail=detail)
    registered = stage is not None and stage.held.value == "adopted" and reason in ADOPTED
    there, _ = life.papers()
    for papers in () if reason is None or registered else life.papers_for("R-ROLL-1", reason):
        yield from lacking("R-ROLL-1", papers, [kind for kind in papers.kinds if kind not in there])


@standing("R-ROLL-2", EnrolledOnNationalRoll)
def is_removed(life: Life) -> Refusals:
    """Who left care is still on the national roll, though the time in which to report it has passed."""
    enrolled, stage = life.now(ENROLLED), life.now(STAGE)
    if enrolled is None or stage is None or not life.gone:
        return
    limit = life.number("R-ROLL-2", of=stage.entry)
    if limit is not None and life.passed(limit.ends(Days.on(stage.held.since))):
        yield breach("R-ROLL-2", stage.entry, enrolled.entry, by=limit)
