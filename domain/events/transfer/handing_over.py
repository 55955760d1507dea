"""A child is proposed for another institution, approved, and handed over: from then on that one is in charge.

The sender records all three. The receiver is named by its id in this ledger; one outside of it has only a
name, and then the child leaves this ledger's care. The receiver withdraws a hand-over that did not happen.
"""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Amount,
    Answered,
    AtLeastOne,
    Category,
    Code,
    Count,
    Event,
    Label,
    Name,
    NotBefore,
    Part,
    Personal,
    Refers,
    Text,
    Title,
    Unit,
    known,
    known_or_erased,
)
from domain.events.care import CARE_MODE, FOSTER_AGREEMENT, FOSTER_FAMILY, FOSTER_MATCH, SHORT_TERM
from domain.events.departure import APPROVED, closed
from domain.events.entrusted import AGREEMENT
from domain.events.guardianship import GUARDIAN
from domain.events.intake import FILE_NO, INTAKE
from domain.events.leave import AWAY
from domain.file import EVERY, Attribute, Facts
from domain.life import STAGE, Life
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.scope import CHARGE
from domain.shared_fields import DecidedBy, DecisionTaken, InstitutionInLedger

TRANSFERS: Final = (
    "民发〔2021〕44号；国务院办公厅《关于进一步加强困境儿童福利保障工作的意见》（2025-05-07）（十八）"
)
HANDED_OVER: Final = "12"
"""A code of `departure_reason`: to an institution that keeps no file here."""
HANDED_OVER_ON: Final[Attribute[date]] = Attribute(
    "transfer", "handed_over", Label("移交日期", "Handed over")
)

ENDS_HERE: Final[tuple[Attribute[Any], ...]] = (
    CARE_MODE,
    FOSTER_MATCH,
    FOSTER_AGREEMENT,
    FOSTER_FAMILY,
    SHORT_TERM,
    AGREEMENT,
    AWAY,
)
"""How and with whom the child lived, by what the institution arranged that is in charge no more."""


class TransferProposed(Event, zh="提出移交", en="Transfer proposed", source=TRANSFERS, ends_with="departure"):
    """It was proposed that another institution take charge of the child."""

    to_institution: Annotated[InstitutionInLedger | None, Label("接收机构编号", "Receiving institution")] = (
        None
    )
    receiver: Annotated[Answered[Title], Label("接收机构", "Receiver"), Personal(Category.IDENTITY)]
    transfer_reason: Annotated[Answered[str], Label("移交原因", "Reason"), Code("transfer_reason")]
    planned_on: Annotated[Answered[date], Label("计划移交日期", "Planned for"), NotBefore()]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE


class TransferApproved(
    Event, zh="移交审批", en="Transfer approved", source=TRANSFERS, ends_with="departure", once=True
):
    """The competent body decided whether the child goes to that institution."""

    proposal: Annotated[Answered[UUID], Label("移交方案", "Proposal"), Refers("TransferProposed")]
    to_institution: Annotated[InstitutionInLedger | None, Label("接收机构编号", "Receiving institution")] = (
        None
    )
    receiver: Annotated[Answered[Title], Label("接收机构", "Receiver"), Personal(Category.IDENTITY)]
    decision: DecisionTaken
    decided_by: Annotated[DecidedBy, Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (TransferProposed,)

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE


class TransferItem(Part):
    """One line of the hand-over list; `amount_yuan` where it is money."""

    kind: Annotated[Answered[str], Label("类别", "Kind"), Code("handover_item")]
    description: Annotated[Text, Label("名称", "What it is")]
    count: Annotated[Answered[Count], Label("数量", "Number")]
    is_original: Annotated[Answered[bool], Label("是否原件", "Original")]
    amount_yuan: Annotated[Amount | None, Label("金额", "Amount"), Unit("yuan", "元")] = None


class ChildTransferred(Event, zh="移交交接", en="Child transferred", source=TRANSFERS, ends_with="departure"):
    """The child and what belongs to it were handed over to another institution, by a signed list.

    From that day on the institution named by `to_institution` is in charge. It may be the one that records,
    of a child that came from an institution outside of this ledger.
    """

    from_institution: Annotated[
        Answered[Title], Label("移交机构", "Handed over by"), Personal(Category.IDENTITY)
    ]
    to_institution: Annotated[InstitutionInLedger | None, Label("接收机构编号", "Receiving institution")] = (
        None
    )
    receiver: Annotated[Answered[Title], Label("接收机构", "Receiver"), Personal(Category.IDENTITY)]
    from_guardian: Annotated[
        Answered[Title], Label("移交方监护机关", "Guardian body before"), Personal(Category.FAMILY)
    ]
    to_guardian: Annotated[
        Answered[Title], Label("接收方监护机关", "Guardian body after"), Personal(Category.FAMILY)
    ]
    transfer_reason: Annotated[Answered[str], Label("移交原因", "Reason"), Code("transfer_reason")]
    items: Annotated[
        Answered[tuple[TransferItem, ...]], Label("交接清单", "Hand-over list"), Personal(Category.IDENTITY)
    ]
    signers: Annotated[Answered[AtLeastOne[Name]], Label("签字人", "Signed by"), Personal(Category.IDENTITY)]
    household_stays_because: Annotated[
        Text | None,
        Label("户口不随迁的理由", "Why the household registration stays"),
        Personal(Category.IDENTITY),
    ] = None

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        """The competent body approved that the child go to that institution (R-MOV-2)."""
        if self.to_institution is not None and self.to_institution == in_charge(life):
            return
        decided = life.last(TransferApproved)
        decision = None if decided is None else known(decided.event.decision)
        if decided is None:
            yield no_evidence("R-MOV-2")
        elif decided.event.to_institution != self.to_institution:
            detail = Label("审批的是另一接收机构", "another receiver was approved")
            yield breach("R-MOV-2", decided, detail=detail)
        elif decision is None:
            yield uncertain("R-MOV-2", decided, detail=Label("审批结果不详", "the decision is not known"))
        elif decision != APPROVED:
            yield breach("R-MOV-2", decided, detail=Label("移交未获同意", "the transfer was not approved"))

    def holds(self, entry: AnyEntry) -> Facts:
        """What the receiver does on the same day, such as to give its own number, comes after this."""
        yield HANDED_OVER_ON.since(entry.days, entry.days.last)
        if self.to_institution is None:
            yield STAGE.since(entry.days, "departed")
            yield from closed(entry, HANDED_OVER)
            return
        guardian = known_or_erased(self.to_guardian)
        if guardian is not None:
            yield GUARDIAN.since(entry.days, guardian)
        yield CHARGE.since(entry.days, self.to_institution)
        yield FILE_NO.since(entry.days, None, gives_way=True)
        for attribute in ENDS_HERE:
            yield attribute.since(entry.days, None, key=EVERY, gives_way=True)


def in_charge(life: Life) -> UUID | None:
    """Return the institution in charge that day, beside what the entry being judged says."""
    charge = life.now(CHARGE)
    if charge is not None:
        return charge.held.value
    opened = life.file.opened if life.file.entries else life.entry
    institution = None if opened is None else opened.recorded_by.institution
    # Of a file that a place opened, the institution that took the child in records.
    return institution or (None if life.entry is None else life.entry.recorded_by.institution)
