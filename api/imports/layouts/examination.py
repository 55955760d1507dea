"""体检: a row for each examination."""

from typing import Final

from api.imports.cells.measures import amount
from api.imports.cells.values import code, day, text, title
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.event import Height, Weight
from domain.events.health import PhysicalExamined

CENTIMETRES: Final = {"cm": "1", "厘米": "1", "公分": "1", "m": "100", "米": "100"}
STATES: Final = {
    "健康": "10",
    "良好": "10",
    "一般": "20",
    "较弱": "20",
    "体弱": "20",
    "慢性病": "30",
}
KILOGRAMS: Final = {"kg": "1", "公斤": "1", "千克": "1", "斤": "0.5"}


def examined(row: Row) -> DatedEvent:
    """Return the examination of the child, with its results."""
    event = paper(
        PhysicalExamined,
        organisation=row.answer("体检机构"),
        height_cm=row.answer("身高(cm)"),
        weight_kg=row.answer("体重(kg)"),
        summary=row.answer("结论"),
        state=row.value("健康状况"),
    )
    return DatedEvent(event, row.when("体检日期"))


EXAMINATION: Final = Layout(
    name="体检",
    others=("体检记录", "健康体检", "体检情况"),
    columns=with_common(
        Column("体检日期", day(), ("检查日期", "体检时间")),
        Column("身高(cm)", amount(Height, CENTIMETRES), ("身高", "身长"), units=CENTIMETRES),
        Column("体重(kg)", amount(Weight, KILOGRAMS), ("体重",), units=KILOGRAMS),
        Column("体检机构", title(), ("体检医院", "检查机构", "医院", "体检单位")),
        Column("健康状况", code("health_state", STATES), ("健康情况", "健康等级")),
        Column("结论", text(), ("体检结论", "体检结果", "检查结果", "结果")),
    ),
    makes=(examined,),
    key=("体检日期",),
)
