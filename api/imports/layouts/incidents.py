"""意外事件: a row for each accident or other incident."""

from typing import Final

from api.imports.cells.values import code, day, names, text, yes_no
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.events.safety import IncidentOccurred, InvolvedPerson

ROLES: Final = {
    "受伤人员": "injured",
    "致使发生的人员": "caused",
    "当班人员": "on_duty",
    "救助处置人员": "helped",
    "其他涉及人员": "other",
}
"""The columns of those who took part, each with a code of `incident_role`."""


def occurred(row: Row) -> DatedEvent:
    """Return the incident: what happened, where, and how grave it was."""
    event = paper(
        IncidentOccurred,
        incident_type=row.answer("事件类型"),
        severity=row.answer("严重程度"),
        is_cause_known=row.answer("原因是否查明"),
        place=row.answer("发生地点"),
        description=row.answer("事件经过"),
        witnesses=row.answer("在场人员"),
        persons=_persons(row),
    )
    return DatedEvent(event, row.when("发生日期"))


def _persons(row: Row) -> tuple[InvolvedPerson, ...] | None:
    """Return everybody whom the row names, by the column that says as what; None where it names nobody."""
    persons = tuple(
        InvolvedPerson(name=name, role=role)
        for column, role in ROLES.items()
        for name in row.value(column) or ()
    )
    return persons or None


INCIDENTS: Final = Layout(
    name="意外事件",
    others=("突发事件", "意外伤害", "事故登记", "意外或者突发事件"),
    columns=with_common(
        Column("发生日期", day(), ("事发日期", "发生时间", "事件日期", "事发时间")),
        Column(
            "事件类型",
            code(
                "incident_type",
                {
                    "摔伤": "injury",
                    "烫伤": "injury",
                    "跌倒": "injury",
                    "意外受伤": "injury",
                    "失火": "fire",
                    "食物中毒": "food",
                },
            ),
            ("事件类别", "意外类型", "事故类型"),
        ),
        Column(
            "严重程度",
            code("incident_severity", {"轻微": "minor", "严重": "serious", "特别严重": "major"}),
            ("程度", "事件等级"),
        ),
        Column(
            "原因是否查明",
            yes_no({"已查明": True, "查明": True, "未查明": False, "原因不明": False}),
            ("是否查明原因", "原因查明"),
        ),
        Column("发生地点", text(), ("事发地点", "地点")),
        Column("事件经过", text(), ("经过", "事情经过", "情况经过", "事件描述")),
        Column("在场人员", names(), ("在场人", "目击者", "见证人")),
        Column("受伤人员", names(), ("受伤人", "伤者")),
        Column("致使发生的人员", names(), ("肇事人", "责任人员")),
        Column("当班人员", names(), ("值班人员", "当班人", "值班人")),
        Column("救助处置人员", names(), ("处置人员", "处理人员", "救助人员")),
        Column("其他涉及人员", names(), ("涉及人员", "涉事人员", "相关人员")),
    ),
    makes=(occurred,),
    key=("发生日期", "事件类型"),
)
