"""Of whom an adoption is on its way, and which adopted children are to be visited (A6, A10)."""

from itertools import count
from typing import Final

from domain.asked_lists.question_list import (
    QuestionList,
    RowSubject,
    Told,
    day_of_entry,
    derived,
    field_of,
    of_clock,
)
from domain.entry import AnyEntry
from domain.event import Category, Label
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.adoption.visits import PostAdoptionVisitMade

ADOPTION: Final = frozenset({Category.ADOPTION})


# A10: visits after an adoption


def _registered(row: RowSubject) -> AnyEntry | None:
    """The adoption after which a visit is made."""
    started = of_clock(row).started_by[0]
    if isinstance(started.event, AdoptionRegistered):
        return started
    before = [each for each in row.life.all(AdoptionRegistered) if each.days.last <= started.days.last]
    return before[-1] if before else None


def _visit_no(row: RowSubject) -> Told:
    """Which visit it is: of those after the adoption, or of those planned or agreed on since."""
    clock = of_clock(row)
    alike = [
        each
        for each in row.clocks
        if each.rule == clock.rule and (clock.rule != "D32" or each.started_by == clock.started_by)
    ]
    ordered = sorted(alike, key=lambda each: each.due.last)
    return Told(next(number for number, each in zip(count(1), ordered) if each is clock), clock.started_by)


def _done_on(row: RowSubject) -> Told | None:
    visit = of_clock(row).met_by
    return None if visit is None or visit.days.last > row.day else Told(visit.days, (visit,))


QuestionList(
    "A10",
    columns=(
        day_of_entry("registered_on", Label("登记日期", "Registered on"), AdoptionRegistered, _registered),
        derived("visit_no", "第几次回访", "Visit", "number", _visit_no),
        derived(
            "due_on",
            "到期日",
            "Due on",
            "day",
            lambda row: Told(of_clock(row).due, of_clock(row).started_by),
        ),
        derived("done_on", "回访日期", "Visited on", "day", _done_on),
        day_of_entry("last_visit_on", Label("上次回访日期", "Last visit on"), PostAdoptionVisitMade),
        field_of("next_on", Label("约定的下次回访", "Next visit"), PostAdoptionVisitMade, "next_on"),
        field_of("risk", Label("风险等级", "Risk"), PostAdoptionVisitMade, "risk"),
    ),
    obligations=("D32", "R-VIS-2"),
    each_clock=True,
    hides=ADOPTION,
)
