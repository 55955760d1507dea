"""成年安置: a row for each young person, from the assessment to the first visit after care."""

import re
from typing import Final

from api.imports.cells.values import Read, code, day, then, title
from api.imports.faults import Fault
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from api.imports.layouts.household import MOVED, transferred
from domain.events.placement.arrangements import (
    EmploymentArranged,
    HousingArranged,
    VocationalTrainingCompleted,
)
from domain.events.placement.placed import AdultPlaced, AfterCareVisitMade
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementPlanApproved,
    CapacityDetermined,
)

CAPACITIES: Final = {
    "完全": "full",
    "限制": "limited",
    "无": "none",
    "完全行为能力": "full",
    "限制行为能力": "limited",
    "无行为能力": "none",
}
ROUTES: Final = {
    "特困供养": "hardship",
    "特困人员供养": "hardship",
    "集中供养": "hardship",
    "社会安置": "social",
    "独立生活": "social",
}
ABILITIES: Final = {
    "能自理": "full",
    "部分自理": "partial",
    "不能自理": "none",
    "完全自理": "full",
    "有": "full",
    "无": "none",
    "完全": "full",
    "部分": "partial",
}
WORK: Final = re.compile(r"(.+?)(就业|上班|工作|务工)")


def _occupation(words: str) -> Read:
    """Return work or a training, as written: `物流公司就业`, `烘焙技能培训`."""
    return words if words.endswith("培训") or WORK.fullmatch(words) else Fault.UNKNOWN_ITEM


def assessed(row: Row) -> DatedEvent:
    """Return the assessment of the young person, with its purpose."""
    event = paper(AdultPlacementAssessed, labour=row.answer("劳动能力"), self_care=row.answer("生活自理"))
    return DatedEvent(event, row.when("评估日期"))


def capacity(row: Row) -> DatedEvent | None:
    """Return the determination of the capacity to decide alone, unless it is yet to be determined."""
    result = row.value("民事行为能力")
    return None if result is None else DatedEvent(paper(CapacityDetermined, result=result), row.by())


def plan(row: Row) -> DatedEvent | None:
    """Return the approval of the plan, with its route."""
    if not row.says("方案批准日期"):
        return None
    event = paper(AdultPlacementPlanApproved, route=row.answer("安置方式"))
    return DatedEvent(event, row.when("方案批准日期"))


def housing(row: Row) -> DatedEvent:
    """Return the arrangement of housing."""
    return DatedEvent(paper(HousingArranged), row.when("住房落实日期"))


def employment(row: Row) -> DatedEvent | None:
    """Return the young person's employment."""
    match = WORK.fullmatch(row.value("就业/培训") or "")
    return None if match is None else DatedEvent(paper(EmploymentArranged, employer=match[1]), row.by())


def training(row: Row) -> DatedEvent | None:
    """Return the young person's training."""
    occupation = row.value("就业/培训") or ""
    if not occupation.endswith("培训"):
        return None
    return DatedEvent(paper(VocationalTrainingCompleted, training=occupation), row.by())


def placed(row: Row) -> DatedEvent | None:
    """Return the placement as an adult."""
    if not row.says("安置日期"):
        return None
    return DatedEvent(paper(AdultPlaced, route=row.answer("安置方式")), row.when("安置日期"))


def followed_up(row: Row) -> DatedEvent:
    """Return the first visit after the placement."""
    return DatedEvent(paper(AfterCareVisitMade), row.when("随访日期"))


PLACEMENT: Final = Layout(
    name="成年安置",
    others=("成年安置情况", "成年孤儿安置", "安置"),
    columns=with_common(
        Column("评估日期", day(), ("安置评估日期", "成年评估日期")),
        Column("劳动能力", code("placement_ability", ABILITIES), ("劳动能力评估",)),
        Column("生活自理", code("placement_ability", ABILITIES), ("生活自理能力", "自理能力")),
        Column("民事行为能力", code("civil_capacity", CAPACITIES), ("行为能力",)),
        Column("方案批准日期", day(), ("安置方案批准日期", "方案审批日期")),
        Column("安置方式", code("placement_route", ROUTES), ("安置类型", "安置去向")),
        Column("住房落实日期", day(), ("住房日期", "落实住房日期")),
        Column("就业/培训", then(title(), _occupation), ("就业", "就业培训", "就业或培训", "就业情况")),
        Column("户口迁移日期", day(), MOVED),
        Column("安置日期", day(), ("安置时间", "完成安置日期")),
        Column("随访日期", day(), ("回访日期", "首次随访日期", "随访时间")),
    ),
    makes=(assessed, capacity, plan, housing, employment, training, transferred, placed, followed_up),
    decisive=("安置日期",),
    facts=frozenset({transferred}),
)
