"""康复: assessments, plans, and the sessions of a day; 事项 distinguishes them."""

from typing import Final

from api.imports.cells.measures import amount
from api.imports.cells.raw import Raw
from api.imports.cells.values import NOT_ON_PAPER, Read, Reader, code, day, name, text, then, title
from api.imports.faults import Fault
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.event import Points, Unknown
from domain.events.rehabilitation import (
    PlannedItem,
    RehabAssessed,
    RehabPlanMade,
    RehabSessionDelivered,
    Score,
)

ASSESSED, PLANNED, TRAINED = "评估", "方案", "训练"
MATTERS: Final = {
    "评估": ASSESSED,
    "康复评估": ASSESSED,
    "方案": PLANNED,
    "康复方案": PLANNED,
    "计划": PLANNED,
    "训练": TRAINED,
    "康复训练": TRAINED,
}
"""The words of 事项."""
LONGEST_DOMAIN: Final = 200
PHASES: Final = {"初评": "initial", "中评": "mid", "末评": "final", "初次评估": "initial"}
MODES: Final = {"言语训练": "ST", "物理训练": "PT", "作业训练": "OT", "认知": "cognition"}


def _phase_or_mode() -> Reader:
    """Return a reader of the one column for the phase of an assessment and the kind of training."""
    phase, mode = code("rehab_assessment_type", PHASES), code("rehab_mode", MODES)

    def read(raw: Raw) -> Read:
        assessment = phase(raw)
        return mode(raw) if assessment is Fault.UNKNOWN_CODE else assessment

    return read


def assessed(row: Row) -> DatedEvent | None:
    """Return the assessment of the child's abilities, in one domain on one scale."""
    if row.value("事项") != ASSESSED:
        return None
    _fit(row, phase=True)
    domain, score = row.value("内容"), row.value("分值/次数")
    scored = domain is not None and score is not None and len(domain) <= LONGEST_DOMAIN
    if not scored:
        row.refuse("分值/次数", Fault.NOT_PLACED)
    event = paper(
        RehabAssessed,
        assessment_type=row.answer("评估类型/项目"),
        scores=(Score(domain=domain, value=score),) if scored else NOT_ON_PAPER,
        summary=NOT_ON_PAPER if scored else row.answer("内容"),
        assessor=row.answer("康复师"),
    )
    return DatedEvent(event, row.when("日期"))


def planned(row: Row) -> DatedEvent | None:
    """Return the plan: how many sessions of which kind."""
    if row.value("事项") != PLANNED:
        return None
    _fit(row, phase=False)
    item = PlannedItem(mode=row.answer("评估类型/项目"), planned_count=_count(row))
    event = paper(RehabPlanMade, goals=row.answer("内容"), items=(item,), planner=row.answer("康复师"))
    return DatedEvent(event, row.when("日期"))


def trained(row: Row) -> DatedEvent | None:
    """Return the sessions of one kind on one day."""
    if row.value("事项") != TRAINED:
        return None
    _fit(row, phase=False)
    event = paper(
        RehabSessionDelivered,
        item=row.answer("评估类型/项目"),
        count=_count(row),
        therapist=row.answer("康复师"),
        situation=row.answer("内容"),
    )
    return DatedEvent(event, row.when("日期"))


def _fit(row: Row, *, phase: bool) -> None:
    """Set aside a phase in a row of training, and a kind of training in a row of an assessment."""
    item = row.value("评估类型/项目")
    if item is not None and (item in {"initial", "mid", "final"}) != phase:
        row.refuse("评估类型/项目", Fault.UNKNOWN_CODE)


def _count(row: Row) -> int | Unknown:
    number = row.answer("分值/次数")
    if isinstance(number, Unknown):
        return number
    if number == number.to_integral_value():
        return int(number)
    row.refuse("分值/次数", Fault.NOT_A_NUMBER)
    return NOT_ON_PAPER


REHABILITATION: Final = Layout(
    name="康复",
    others=("康复记录", "康复训练", "康复情况"),
    columns=with_common(
        Column("日期", day(), ("康复日期", "训练日期", "时间")),
        Column(
            "事项",
            then(title(), lambda matter: MATTERS.get(matter, Fault.UNKNOWN_ITEM)),
            ("类型", "康复事项"),
        ),
        Column("内容", text(), ("康复内容", "训练内容")),
        Column("评估类型/项目", _phase_or_mode(), ("评估类型", "项目", "康复项目", "训练项目")),
        Column("分值/次数", amount(Points, {"次": "1", "分": "1"}), ("次数", "分值", "得分")),
        Column("康复师", name(), ("治疗师", "训练师", "康复老师")),
    ),
    makes=(assessed, planned, trained),
    key=("日期", "事项", "评估类型/项目"),
)
