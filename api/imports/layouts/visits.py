"""收养回访: a row for each visit after an adoption."""

from typing import Final

from api.imports.cells.values import code, day, text
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import VISIT_MODES, with_common
from domain.events.adoption.visits import PostAdoptionVisitMade


def visited(row: Row) -> DatedEvent:
    """Return the visit to child and adopters, with its findings."""
    event = paper(
        PostAdoptionVisitMade,
        mode=row.answer("回访方式"),
        living=row.answer("生活情况"),
        health=row.answer("健康情况"),
        schooling=row.answer("就学情况"),
        risk=row.answer("风险"),
        next_on=row.day("下次回访"),
    )
    return DatedEvent(event, row.when("回访日期"))


VISITS: Final = Layout(
    name="收养回访",
    others=("回访", "收养后回访", "回访记录"),
    columns=with_common(
        Column("回访日期", day(), ("回访时间",)),
        Column(
            "回访方式",
            code("visit_mode", VISIT_MODES),
            ("方式",),
        ),
        Column("生活情况", text(), ("生活状况",)),
        Column("健康情况", text(), ("健康状况", "身体情况")),
        Column("就学情况", text(), ("就学状况", "学习情况")),
        Column(
            "风险",
            code("visit_risk", {"低风险": "low", "中风险": "medium", "高风险": "high", "无风险": "none"}),
            ("风险等级", "风险程度"),
        ),
        Column("下次回访", day(), ("下次回访日期", "下次回访时间"), ahead=True),
    ),
    makes=(visited,),
    key=("回访日期",),
)
