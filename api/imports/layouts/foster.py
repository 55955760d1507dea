"""家庭寄养: a row for each foster family of a child, from the trial to the end of the placement.

A family is known by the id of its own file, or by the name of who applied; a row of none is set aside whole.
"""

from typing import Final

from api.imports.cells.values import code, day, name, number, text
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import FAMILY, with_common
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementEnded, FosterPlacementStarted
from domain.events.foster.matches import FosterMatchStarted


def matched(row: Row) -> DatedEvent | None:
    """Return the beginning of the trial of living together."""
    if not _says(row, "融合开始日期"):
        return None
    return DatedEvent(paper(FosterMatchStarted, family=row.answer(FAMILY.heading)), row.when("融合开始日期"))


def agreed(row: Row) -> DatedEvent | None:
    """Return the agreement with the family on the care of this child."""
    if not _says(row, "协议签订日期", "协议编号"):
        return None
    event = paper(
        FosterAgreementSigned,
        family=row.answer(FAMILY.heading),
        agreement_no=row.answer("协议编号"),
        starts_on=row.day("协议起始日期"),
        ends_on=row.day("协议终止日期"),
        caregiver=row.answer("主要照料人"),
        caregiver_birth_on=row.day("主要照料人出生日期"),
    )
    return DatedEvent(event, row.when("协议签订日期"))


def placed(row: Row) -> DatedEvent | None:
    """Return the placement, under the agreement with the family that is in force then."""
    if not _says(row, "寄养开始日期"):
        return None
    event = paper(
        FosterPlacementStarted,
        family=row.answer(FAMILY.heading),
        child_consent=row.answer("儿童意愿"),
    )
    return DatedEvent(event, row.when("寄养开始日期"))


def ended(row: Row) -> DatedEvent | None:
    """Return the end of the placement, with its reason."""
    if not _says(row, "寄养结束日期", "结束原因"):
        return None
    event = paper(FosterPlacementEnded, reason=row.answer("结束原因"), account=row.answer("结束情况说明"))
    return DatedEvent(event, row.when("寄养结束日期"))


def _says(row: Row, *columns: str) -> bool:
    """Whether the row names a family that has a file, and says one of these."""
    return row.value(FAMILY.heading) is not None and any(map(row.says, columns))


FOSTER_CARE: Final = Layout(
    name="家庭寄养",
    others=("寄养登记", "寄养情况", "寄养儿童", "寄养台账"),
    columns=with_common(
        FAMILY,
        Column("融合开始日期", day(), ("融合开始", "试养开始日期", "融合日期")),
        Column("协议签订日期", day(), ("签订日期", "签约日期", "签订协议日期")),
        Column("协议编号", number(), ("协议号", "寄养协议编号")),
        Column("协议起始日期", day(), ("协议开始日期", "协议期起"), ahead=True),
        Column("协议终止日期", day(), ("协议到期日期", "协议截止日期", "协议期止"), ahead=True),
        Column("主要照料人", name(), ("照料人", "主要照顾人")),
        Column("主要照料人出生日期", day(), ("照料人出生日期",)),
        Column("寄养开始日期", day(), ("寄养日期", "寄养起始日期", "寄养时间")),
        Column(
            "儿童意愿",
            code("consent_result", {"愿意": "agree", "不愿意": "disagree"}),
            ("征求儿童意见结果", "儿童意见", "本人意愿"),
        ),
        Column("寄养结束日期", day(), ("解除寄养日期", "终止寄养日期", "寄养终止日期")),
        Column(
            "结束原因",
            code(
                "foster_end_reason",
                {"返院": "back", "更换家庭": "another_family", "收养": "adopted", "成年": "of_age"},
            ),
            ("解除原因", "终止原因", "寄养结束原因"),
        ),
        Column("结束情况说明", text(), ("解除情况", "情况说明")),
    ),
    makes=(matched, agreed, placed, ended),
    key=(FAMILY.heading,),
    decisive=("寄养结束日期",),
)
