"""The status that civil affairs recognise, and from which an allowance follows (身份认定)."""

from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Number, Personal, Region, known
from domain.file import EVERY, Attribute, Facts
from domain.shared_fields import AppliedOn, DecidedBy

RECOGNITION: Final = "民发〔2010〕161号；民发〔2019〕62号"

WELFARE_STATUS: Final[Attribute[str]] = Attribute(
    "entitlement", "welfare_status", Label("认定身份", "Recognised as"), several=True, stays_readable=True
)
"""The statuses that hold, each under its own code."""


class WelfareStatusRecognised(
    Event,
    zh="儿童身份认定",
    en="Welfare status recognised",
    source=RECOGNITION,
    schema=2,
    ends_with="adoption",
):
    """Civil affairs recognised the child as an orphan, as de facto unsupported, or as in difficulty.

    An application may be taken anywhere: `accepted_in` is where, if not where the decision was taken.
    """

    status: Annotated[Answered[str], Label("认定类别", "Status"), Code("welfare_status")]
    decided_by: DecidedBy
    applied_on: AppliedOn
    accepted_in: Annotated[Answered[Region] | None, Label("受理地", "Accepted in"), Code("region")] = None
    system_no: Annotated[
        Answered[Number] | None,
        Label("全国儿童福利信息系统编号", "Number in the national system"),
        Personal(Category.IDENTITY),
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        status = known(self.status) or "unknown"
        yield WELFARE_STATUS.since(entry.days, status, key=status)


class WelfareStatusEnded(
    Event,
    zh="儿童身份终止",
    en="Welfare status ended",
    source=RECOGNITION,
    schema=2,
    ends_with=None,
    once=True,
):
    """The child is not recognised as that any more."""

    status: Annotated[Answered[str], Label("认定类别", "Status"), Code("welfare_status")]
    reason: Annotated[Answered[str], Label("终止原因", "Reason"), Code("welfare_status_end")]
    decided_by: DecidedBy

    def presupposes(self) -> tuple[type[Event], ...]:
        return (WelfareStatusRecognised,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield WELFARE_STATUS.since(entry.days, None, key=known(self.status) or EVERY)
