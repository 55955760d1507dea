"""What follows a child to another institution: guardianship, who pays, and the household registration."""

from typing import Annotated

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Number, Personal, Title
from domain.events.entitlement.allowance import AllowanceGranted
from domain.events.guardianship import GUARDIAN
from domain.events.household import HouseholdTransferred
from domain.events.transfer.handing_over import TRANSFERS, ChildTransferred
from domain.file import Facts
from domain.life import Life
from domain.refusal import Refusals, no_evidence, uncertain
from domain.shared_fields import FirstMonth
from domain.standing import standing


class GuardianResponsibilityTransferred(
    Event,
    zh="监护责任转移",
    en="Guardian responsibility transferred",
    source=f"{TRANSFERS}；《未成年人保护法》第94条",
    ends_with="adoption",
):
    """Another civil-affairs department took over the State's guardianship of the child."""

    from_body: Annotated[
        Answered[Title], Label("原监护机关", "Guardian body before"), Personal(Category.FAMILY)
    ]
    to_body: Annotated[Answered[Title], Label("现监护机关", "Guardian body after"), Personal(Category.FAMILY)]
    decision_no: Annotated[
        Answered[Number], Label("决定文号", "Number of the decision"), Personal(Category.FAMILY)
    ]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ChildTransferred,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIAN.since(entry.days, self.to_body)


class AllowancePayerChanged(
    Event,
    zh="生活费发放单位变更",
    en="Allowance payer changed",
    source=TRANSFERS,
    schema=2,
    ends_with="death",
):
    """Another body pays the child's allowance from that month on."""

    allowance_line: Annotated[Answered[str], Label("生活费类别", "Allowance"), Code("allowance_line")]
    from_payer: Annotated[Answered[Title], Label("原发放单位", "Paid by before"), Personal(Category.FAMILY)]
    to_payer: Annotated[Answered[Title], Label("现发放单位", "Paid by after"), Personal(Category.FAMILY)]
    first_month: FirstMonth

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AllowanceGranted,)


@standing("R-MOV-1", ChildTransferred)
def household_follows(life: Life) -> Refusals:
    """A child in care is registered where it was handed over to, unless the hand-over says why not."""
    handed = life.last(ChildTransferred)
    if handed is None or handed.event.to_institution is None or not life.in_care:
        return
    limit = life.number("R-MOV-1", of=handed)
    moved = [each for each in life.all(HouseholdTransferred) if each.days.last >= handed.days.earliest]
    over = None if limit is None else life.passed(limit.ends(handed.days))
    if limit is None or moved or handed.event.household_stays_because is not None or over is False:
        return
    if over is None:
        yield uncertain("R-MOV-1", handed, by=limit)
    else:
        yield no_evidence("R-MOV-1", handed, by=limit)
