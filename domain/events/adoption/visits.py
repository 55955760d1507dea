"""Visits after an adoption (D32)."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Annotated

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Text
from domain.events.adoption.registration import AdoptionRegistered
from domain.life import STAGE
from domain.obligations import Clock, History, obligation
from domain.rulebook import Pack


class PostAdoptionVisitMade(
    Event,
    zh="收养回访",
    en="Post-adoption visit made",
    seals=Category.ADOPTION,
    source="山东省儿童发展规划（儿童与法律保护）；上海市2006年收养回访规定",
):
    """Somebody saw or heard how child and adopters are getting on."""

    planned_on: Annotated[Answered[date], Label("计划回访日期", "Planned for")]
    mode: Annotated[Answered[str], Label("回访方式", "Mode"), Code("visit_mode")]
    living: Annotated[Answered[Text], Label("生活情况", "Living")]
    health: Annotated[Answered[Text], Label("健康情况", "Health")]
    schooling: Annotated[Answered[Text], Label("就学情况", "Schooling")]
    relationship: Annotated[Answered[Text], Label("亲子关系", "Relationship")]
    risk: Annotated[Answered[str], Label("风险等级", "Risk"), Code("visit_risk")]
    next_on: Annotated[Answered[date], Label("下次回访日期", "Next visit"), NotBefore()]

    def follows(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)


@obligation("D32")
def visits(history: History) -> Iterator[Clock]:
    """After registration child and adopters are visited: one clock a visit, met by the visits in turn."""
    for adoption in history.all(AdoptionRegistered):
        registered = adoption.days.last
        ended = _visits_end(history, registered)
        made = [
            visit
            for visit in history.all(PostAdoptionVisitMade)
            if visit.days.last >= registered and (ended is None or visit.days.last <= ended[0])
        ]
        for index, limit in enumerate(_intervals(history, adoption)):
            yield Clock(
                rule="D32",
                opened_on=registered,
                due=limit.ends(adoption.days),
                started_by=(adoption,),
                met_by=made[index] if index < len(made) else None,
                void_on=None if ended is None else ended[0],
                void_because=None if ended is None else ended[1],
                number=limit,
            )


def _intervals(history: History, adoption: AnyEntry) -> Iterator[Pack]:
    """When the visits are due after registration, by the nearest region that says anything of it."""
    first = history.number("D32", entry=adoption, case="1")
    for visit in count(1):
        pack = history.number("D32", entry=adoption, case=str(visit))
        if first is None or pack is None or pack.region != first.region:
            return
        yield pack


def _visits_end(history: History, registered: date) -> tuple[date, Label] | None:
    """Return the first day on which no visit is required: the child died, or is in care again."""
    labels = {
        "died": Label("已死亡", "died"),
        "received": Label("重新接收", "in care again"),
        "in_care": Label("重新接收", "in care again"),
    }
    for span in history.spans(STAGE):
        if span.since > registered and span.value in labels:
            return span.since, labels[span.value]
    return None
