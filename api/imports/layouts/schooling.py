"""就学: a row for each stage of schooling, from its beginning to its end."""

from typing import Final

from api.imports.cells.values import code, day, number, title
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.events.schooling import SchoolEnrolled, SchoolingEnded


def enrolled(row: Row) -> DatedEvent:
    """Return the beginning of a stage, with school and form."""
    event = paper(
        SchoolEnrolled,
        stage=row.answer("学段"),
        form=row.answer("就学形式"),
        school=row.answer("学校"),
        student_roll_no=row.answer("学籍号"),
    )
    return DatedEvent(event, row.when("入学日期"))


def ended(row: Row) -> DatedEvent | None:
    """Return the end of the stage, with its result."""
    if not row.says("结束日期") and not row.says("结束原因"):
        return None
    event = paper(SchoolingEnded, stage=row.value("学段"), end_reason=row.answer("结束原因"))
    return DatedEvent(event, row.when("结束日期"))


SCHOOLING: Final = Layout(
    name="就学",
    others=("就学情况", "教育", "入学情况", "学籍"),
    columns=with_common(
        Column("入学日期", day(), ("入学时间", "就学日期", "入学年月")),
        Column(
            "学段",
            code(
                "school_stage",
                {
                    "幼儿园": "preschool",
                    "学前": "preschool",
                    "高中": "senior",
                    "职高": "vocational",
                    "中专": "vocational",
                    "技校": "vocational",
                    "本科": "university",
                    "大学": "university",
                },
            ),
            ("教育阶段", "就学阶段"),
        ),
        Column(
            "就学形式",
            code(
                "school_form",
                {
                    "特校": "special_school",
                    "特殊学校": "special_school",
                    "普校": "regular",
                    "普通就读": "regular",
                    "特教班": "special_class",
                    "福利院特教班": "special_class",
                },
            ),
            ("教育形式", "就读形式", "就读方式"),
        ),
        Column("学校", title(), ("就读学校", "学校名称", "所在学校")),
        Column("学籍号", number(), ("学籍编号", "全国学籍号")),
        Column("结束日期", day(), ("毕业日期", "离校日期", "结束时间")),
        Column(
            "结束原因",
            code("school_end_reason", {"辍学": "left", "转出": "changed", "肄业": "completed"}),
            ("离校原因", "结束方式"),
        ),
    ),
    makes=(enrolled, ended),
    key=("学段", "学校"),
    decisive=("结束日期",),
)
