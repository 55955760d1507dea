"""What a recorder says about an event, each field declared once.

The request schema, the sealing, the stored form and the answer of an envelope derive from its fields and
their markers, as they do for an event.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from annotated_types import MaxLen, MinLen, Predicate

from domain.event import (
    Code,
    Field,
    Label,
    Name,
    Number,
    Part,
    SealedWithEvent,
    TellsOfEvent,
    Text,
    Title,
    fields_of,
)
from domain.limit import Area, limit
from domain.text import is_hash

MOST_DOCUMENTS: Final = limit(
    100,
    Area.FACTS,
    Label("一个事件的材料", "Papers of one event"),
    why=Label("没有事件需要更多", "No event rests on more"),
    beyond="invalid",
)
Sha256: TypeAlias = Annotated[str, Predicate(is_hash)]
"""The hash of a paper's bytes, in hexadecimal digits."""


REGISTER_ROW: Final = "register_row"
"""The kind of paper that a row of a register is cited as."""


class Document(Part):
    """A paper that supports an entry."""

    kind: Annotated[str, MinLen(1), MaxLen(40), Label("种类", "Kind"), Code("document_kind")]
    number: Annotated[Number | None, Label("编号", "Number"), SealedWithEvent()] = None
    issuer: Annotated[Title | None, Label("出具单位", "Issuer"), SealedWithEvent()] = None
    issued_on: Annotated[date | None, Label("出具日期", "Issued on")] = None
    sha256: Annotated[Sha256 | None, Label("文件校验值", "Hash of the file"), SealedWithEvent()] = None


class Reason(Part):
    """Why an entry is corrected."""

    code: Annotated[Literal["incorrect_data", "did_not_occur"], Label("原因", "Reason")]
    explanation: Annotated[Text, Label("说明", "Explanation"), SealedWithEvent()]


class ExceptionClaim(Part):
    """A recorder's claim that a forbidden entry is justified, until a second person decides."""

    rule: Annotated[str, MinLen(1), MaxLen(20), Label("规则", "Rule")]
    reason: Annotated[Text, Label("理由", "Reason"), SealedWithEvent()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a recorder says about an event, beside the days on which it happened.

    `at` is the instant, `estimated` whether the days are estimated; `noted_on` and `noted_by` belong to the
    paper that the event was copied from. `corrects` names the original entry that this one replaces whole.
    """

    estimated: Annotated[bool, Label("日期是否为推定", "The days are estimated")] = False
    at: Annotated[datetime | None, Label("发生时刻", "At")] = None
    documents: Annotated[tuple[Document, ...], MaxLen(MOST_DOCUMENTS), Label("材料", "Papers")] = ()
    note: Annotated[Text | None, Label("备注", "Note"), SealedWithEvent()] = None
    noted_on: Annotated[date | None, Label("原始记录日期", "Noted on")] = None
    noted_by: Annotated[Name | None, Label("原始记录人", "Noted by"), SealedWithEvent()] = None
    corrects: Annotated[UUID | None, Label("更正的条目", "Corrects")] = None
    reason: Annotated[Reason | None, Label("更正原因", "Reason of the correction")] = None
    exception: Annotated[ExceptionClaim | None, Label("例外申请", "Exception claimed"), TellsOfEvent()] = None


def envelope_fields() -> tuple[Field, ...]:
    """Return the fields of an envelope, with their markers."""
    return fields_of(Envelope)
