"""心理关爱: a row for each test of mental health, and for each counselling session."""

from typing import Final

from api.imports.cells.measures import amount, counted
from api.imports.cells.values import code, day, name, text, title
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.event import Points
from domain.events.psychology import CounsellingSessionHeld, PsychAssessed
from domain.events.rehabilitation import OfADay

MINUTES: Final = {"分钟": "1", "分": "1", "min": "1", "小时": "60", "h": "60"}


def assessed(row: Row) -> DatedEvent | None:
    """Return the test, with its scale and its result."""
    if not any(row.says(column) for column in ("测评日期", "测评量表", "分值", "测评等级")):
        return None
    event = paper(
        PsychAssessed,
        scale_name=row.answer("测评量表"),
        score=row.answer("分值"),
        level=row.answer("测评等级"),
    )
    return DatedEvent(event, row.when("测评日期"))


def counselled(row: Row) -> DatedEvent | None:
    """Return the session, with how long it was and how it went."""
    if not any(row.says(column) for column in ("辅导日期", "辅导时长(分钟)", "辅导情况")):
        return None
    event = paper(
        CounsellingSessionHeld,
        minutes=row.answer("辅导时长(分钟)"),
        counsellor=row.answer("辅导人"),
        situation=row.answer("辅导情况"),
    )
    return DatedEvent(event, row.when("辅导日期"))


PSYCHOLOGY: Final = Layout(
    name="心理测评",
    others=("心理健康", "心理辅导", "心理关爱", "心理咨询"),
    columns=with_common(
        Column("测评日期", day(), ("测评时间", "心理测评日期", "测试日期")),
        Column("测评量表", title(), ("量表", "量表名称", "测评工具", "测试量表")),
        Column("分值", amount(Points, {"分": "1"}), ("测评分值", "得分", "测评得分", "总分")),
        Column(
            "测评等级",
            code(
                "psych_level",
                {
                    "正常": "normal",
                    "无异常": "normal",
                    "轻度异常": "mild",
                    "中度异常": "moderate",
                    "重度异常": "severe",
                },
            ),
            ("测评结果", "等级", "结果", "测评结论"),
        ),
        Column("辅导日期", day(), ("辅导时间", "心理辅导日期", "咨询日期")),
        Column("辅导时长(分钟)", counted(OfADay, MINUTES), ("辅导时长", "时长", "咨询时长"), units=MINUTES),
        Column("辅导人", name(), ("心理咨询师", "咨询师", "辅导老师", "辅导人员")),
        Column("辅导情况", text(), ("辅导内容", "咨询情况", "辅导记录")),
    ),
    makes=(assessed, counselled),
    key=("测评日期", "测评量表", "辅导日期"),
)
