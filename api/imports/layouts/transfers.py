"""移交: a row for each transfer to another institution: proposed, approved, handed over.

Who is in charge after the hand-over is decided by the receiver's id in the ledger, never by its name: without
it the hand-over itself is set aside.
"""

from typing import Final

from api.imports.cells.values import NOT_ON_PAPER, code, day, file_id, names, text, title
from api.imports.faults import Fault
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.events.transfer.handing_over import (
    ChildTransferred,
    TransferApproved,
    TransferItem,
    TransferProposed,
)

RECEIVER_ID: Final = "接收机构编号"
HANDED_OVER: Final = "移交日期"


def proposed(row: Row) -> DatedEvent | None:
    """Return the proposal, with the receiver and the planned day."""
    if not any(row.says(column) for column in ("提出日期", "计划移交日期")):
        return None
    event = paper(TransferProposed, **_receiver(row), **_reason(row), planned_on=row.day("计划移交日期"))
    return DatedEvent(event, row.when("提出日期"))


def approved(row: Row) -> DatedEvent | None:
    """Return the decision of the competent body."""
    if not any(row.says(column) for column in ("审批日期", "审批结果")):
        return None
    event = paper(
        TransferApproved,
        **_receiver(row),
        decision=row.answer("审批结果"),
        decided_by=row.answer("审批单位"),
    )
    return DatedEvent(event, row.when("审批日期"))


def handed_over(row: Row) -> DatedEvent | None:
    """Return the hand-over, by which the receiver takes charge; its list is one item as written."""
    if not row.says(HANDED_OVER):
        return None
    if row.value(RECEIVER_ID) is None:
        row.refuse(HANDED_OVER, Fault.NO_RECEIVER)
        return None
    items = row.value("交接清单")
    stays = row.value("户口不随迁理由")
    event = paper(
        ChildTransferred,
        **_receiver(row),
        **_reason(row),
        from_institution=row.answer("移交机构"),
        from_guardian=row.answer("移交方监护机关"),
        to_guardian=row.answer("接收方监护机关"),
        signers=row.answer("签字人"),
        household_stays_because=stays,
        **({} if items is None else {"items": (_item(items),)}),
    )
    return DatedEvent(event, row.when(HANDED_OVER))


def _item(description: str) -> TransferItem:
    return TransferItem(
        kind=NOT_ON_PAPER, description=description, count=NOT_ON_PAPER, is_original=NOT_ON_PAPER
    )


def _receiver(row: Row) -> dict[str, object]:
    return {"receiver": row.answer("接收机构"), "to_institution": row.value(RECEIVER_ID)}


def _reason(row: Row) -> dict[str, object]:
    return {"transfer_reason": row.answer("移交原因")}


TRANSFERS: Final = Layout(
    name="移交",
    others=("儿童移交", "移交登记", "移交交接", "机构间移交"),
    columns=with_common(
        Column("提出日期", day(), ("提出移交日期", "移交申请日期")),
        Column("计划移交日期", day(), ("拟移交日期", "计划日期"), ahead=True),
        Column(
            "移交原因",
            code(
                "transfer_reason",
                {
                    "县级移交地市级": "county_to_prefecture",
                    "医疗需要": "care_needs",
                    "康复需要": "care_needs",
                    "特殊教育需要": "care_needs",
                    "机构撤并": "institution_closed",
                },
            ),
            ("移交事由",),
        ),
        Column("接收机构", title(), ("接收单位", "接收机构名称")),
        Column(RECEIVER_ID, file_id(Fault.NO_RECEIVER), ("接收机构档案编号", "接收单位编号")),
        Column("审批日期", day(), ("移交审批日期", "批准日期")),
        Column(
            "审批结果",
            code("decision", {"批准": "approved", "通过": "approved", "不批准": "refused"}),
            ("审批意见",),
        ),
        Column("审批单位", title(), ("审批机关", "批准单位")),
        Column(HANDED_OVER, day(), ("移交时间", "交接日期", "交接时间")),
        Column("移交机构", title(), ("移交单位", "移出机构")),
        Column("移交方监护机关", title(), ("原监护机关",)),
        Column("接收方监护机关", title(), ("现监护机关",)),
        Column("交接清单", text(), ("移交清单", "交接物品", "移交材料")),
        Column("签字人", names(), ("交接人", "交接双方签字人")),
        Column("户口不随迁理由", text(), ("户口不迁理由",)),
    ),
    makes=(proposed, approved, handed_over),
    key=("接收机构",),
    decisive=(HANDED_OVER,),
)
