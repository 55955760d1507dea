"""Fields that events of many chapters share: each with its label, unit and code table, said once.

An event names one as it names any other: `amount_yuan: Yuan`. What somebody writes is sealed under
the category of the event.
"""

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from annotated_types import Ge, Le

from domain.event import (
    Amount,
    Answered,
    Code,
    IdOf,
    Label,
    Month,
    Number,
    Past,
    SealedWithEvent,
    Text,
    Title,
    Unit,
)

InstitutionInLedger: TypeAlias = Annotated[UUID, IdOf(("institution",))]
"""An institution of this ledger: nothing is handed over to what nobody can act for (E15)."""
ChildId: TypeAlias = Annotated[UUID, IdOf(("child",))]
"""A child's file."""
FamilyId: TypeAlias = Annotated[UUID, IdOf(("family",))]
"""A family's file."""
PersonId: TypeAlias = Annotated[UUID, IdOf(("person",))]
"""A person who has no file, such as a guardian: the same one in every entry."""
AdopterId: TypeAlias = Annotated[UUID, IdOf(("person", "family"))]
"""Who adopts together, by one id in every file: that of their family's file, or one without a file."""
EntryId: TypeAlias = Annotated[UUID, IdOf(("entry",))]
"""An entry of the same file, of whichever type."""
LedgerPosition: TypeAlias = Annotated[int, Ge(1), Le(2**53 - 1)]
"""A position of the ledger, from 1."""
Yuan: TypeAlias = Annotated[Answered[Amount], Label("金额", "Amount"), Unit("yuan", "元")]
"""The money of one application, decision or payment."""
AppliedTo: TypeAlias = Annotated[Answered[Title], Label("受理单位", "Applied to"), SealedWithEvent()]
"""The body that an application went to."""
DecisionTaken: TypeAlias = Annotated[Answered[str], Label("审批结果", "Decision"), Code("decision")]
"""What was decided about an application."""
DecidedBy: TypeAlias = Annotated[Answered[Title], Label("审批单位", "Decided by"), SealedWithEvent()]
"""The body that decided."""
PaymentMode: TypeAlias = Annotated[Answered[str], Label("发放方式", "Paid by"), Code("payment_mode")]
"""How money was paid out."""
FirstMonth: TypeAlias = Annotated[Answered[Month], Label("起始年月", "First month")]
"""The first month for which something is paid or holds."""
LastMonth: TypeAlias = Annotated[Answered[Month], Label("截止年月", "Last month")]
"""The last month for which something is paid or holds."""
Grounds: TypeAlias = Annotated[Answered[Text], Label("理由", "Grounds"), SealedWithEvent()]
"""Why something was decided or done, in words."""
ValidTo: TypeAlias = Annotated[Answered[date], Label("有效期止", "Valid to")]
"""The last day on which a certificate is valid."""
AppliedOn: TypeAlias = Annotated[Answered[date], Label("申请日期", "Applied on"), Past()]
"""The day of the application that a decision answers."""
IsChildAsked: TypeAlias = Annotated[Answered[bool], Label("是否征求儿童意见", "The child was asked")]
"""Whether the child was asked what it wants, before what concerns it was decided."""
ChildView: TypeAlias = Annotated[Text | None, Label("儿童意见", "What the child wants")]
"""What the child said that it wants."""
Court: TypeAlias = Annotated[Answered[Title], Label("人民法院", "Court")]
"""The court that judged."""
JudgmentNo: TypeAlias = Annotated[Answered[Number], Label("判决书编号", "Judgment number")]
"""The number of a judgment."""
