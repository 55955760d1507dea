"""Visits after an adoption (D32), and those that were agreed on (R-VIS-2)."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Annotated

from domain.entry import AnyEntry, Entry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Text, known
from domain.events.adoption.registration import AdoptionRegistered
from domain.obligations import Clock, History, obligation
from domain.rulebook import Pack
from domain.visiting import made_by, planned_visits, visits_end


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
    health: Annotated[Answered[Text], Label("健康状况", "Health")]
    schooling: Annotated[Answered[Text], Label("就学情况", "Schooling")]
    relationship: Annotated[Answered[Text], Label("亲子关系", "Relationship")]
    risk: Annotated[Answered[str], Label("风险等级", "Risk"), Code("visit_risk")]
    next_on: Annotated[Answered[date], Label("下次回访日期", "Next visit"), NotBefore()]

    def follows(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)


@obligation("D32")
def visits(history: History) -> Iterator[Clock]:
    """After registration child and adopters are visited: one clock a visit, each met within its own time."""
    for adoption in history.all(AdoptionRegistered):
        registered = adoption.days.last
        ended = visits_end(history, registered)
        intervals = sorted(
            ((limit.ends(adoption.days), limit) for limit in _intervals(history, adoption)),
            key=lambda interval: interval[0].last,
        )
        made = [
            (_made_for(visit, registered), visit)
            for visit in history.all(PostAdoptionVisitMade)
            if visit.days.last > registered and (ended is None or visit.days.last <= ended[0])
        ]
        for (due, limit), visit in zip(
            intervals, made_by([due.last for due, _ in intervals], made), strict=True
        ):
            yield Clock(
                rule="D32",
                opened_on=registered,
                due=due,
                started_by=(adoption,),
                met_by=visit,
                void_on=None if ended is None else ended[0],
                void_because=None if ended is None else ended[1],
                number=limit,
            )


@obligation("R-VIS-2")
def agreed_visits(history: History) -> Iterator[Clock]:
    """The next visit that a visit agreed on is made; it is void once another visit agrees on another day."""
    made = history.all(PostAdoptionVisitMade)
    agreed = [(visit, day) for visit in made if (day := known(visit.event.next_on)) is not None]
    for index, (visit, day) in enumerate(agreed):
        again = [later for later, _ in agreed[index + 1 :]]
        yield from planned_visits("R-VIS-2", history, visit, [day], made, replaced_by=again)


def _made_for(visit: Entry[PostAdoptionVisitMade], registered: date) -> date:
    """Return the day that a visit is for: the one it was planned for, if it was not made before that."""
    planned, made = known(visit.event.planned_on), visit.days.last
    return planned if planned is not None and registered < planned < made else made


def _intervals(history: History, adoption: AnyEntry) -> Iterator[Pack]:
    """When the visits are due after registration, each by its own number; 0 says that there is none."""
    for visit in count(1):
        pack = history.number("D32", entry=adoption, case=str(visit))
        if pack is None:
            return
        if pack.value > 0:
            yield pack
