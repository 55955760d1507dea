"""Visits after an adoption (D32), and those that were planned or agreed on (R-VIS-2)."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Annotated, Final

from domain.entry import AnyEntry, Entry
from domain.event import Answered, AtLeastOne, Category, Code, Event, Label, NotBefore, Text, Title, known
from domain.events.adoption.registration import ADOPTION_ENDED, AdoptionRegistered
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, no_evidence
from domain.rulebook import Pack
from domain.visiting import made_by, planned_and_agreed, visits_end

VISITING: Final = "山东省儿童发展规划（儿童与法律保护）；上海市2006年收养回访规定"
ADOPTION_OVER: Final = Label("收养关系已解除或者撤销", "the adoption was dissolved or revoked")


class PostAdoptionVisitPlanned(
    Event,
    zh="收养回访计划",
    en="Post-adoption visit planned",
    seals=Category.ADOPTION,
    source=VISITING,
):
    """It was set when child and adopters will be visited."""

    visits_on: Annotated[Answered[AtLeastOne[date]], Label("计划回访日期", "Visits on")]
    responsible: Annotated[Answered[Title], Label("责任人", "Responsible")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)

    def refusals(self, life: Life) -> Refusals:
        if known(self.visits_on) is None:
            yield no_evidence("R-VIS-2", detail=Label("计划回访日期不明", "the planned days are not known"))


class PostAdoptionVisitMade(
    Event,
    zh="收养回访",
    en="Post-adoption visit made",
    seals=Category.ADOPTION,
    source=VISITING,
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

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)


class PostAdoptionVisitMissed(
    Event,
    zh="收养回访未成",
    en="Post-adoption visit missed",
    seals=Category.ADOPTION,
    source=VISITING,
):
    """A visit that was to be made could not be made; it goes on being due, or on the next day agreed on."""

    planned_on: Annotated[Answered[date], Label("计划回访日期", "Planned for")]
    reason: Annotated[Answered[str], Label("未成原因", "Reason"), Code("visit_missed_reason")]
    next_on: Annotated[Answered[date], Label("下次回访日期", "Next visit"), NotBefore()]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)


@obligation("D32", AdoptionRegistered)
def visits(history: History) -> Iterator[Clock]:
    """After registration child and adopters are visited: one clock a visit, each met within its own time."""
    for adoption in history.all(AdoptionRegistered):
        registered = adoption.days.last
        ended = adoption_visits_end(history, registered)
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


@obligation("R-VIS-2", PostAdoptionVisitPlanned, PostAdoptionVisitMade, PostAdoptionVisitMissed)
def agreed_visits(history: History) -> Iterator[Clock]:
    """The visits of a plan, and the next one that was agreed on, are made, unless they are planned anew."""
    plans, made = history.all(PostAdoptionVisitPlanned), history.all(PostAdoptionVisitMade)
    missed = history.all(PostAdoptionVisitMissed)
    yield from planned_and_agreed("R-VIS-2", history, plans, made, adoption_visits_end, put_off=missed)


def adoption_visits_end(history: History, after: date) -> tuple[date, Label] | None:
    """Return the first day without any visit required, and why: also that the adoption is over."""
    over = (span.since for span in history.spans(ADOPTION_ENDED) if span.since > after)
    ends = [visits_end(history, after), *((day, ADOPTION_OVER) for day in over)]
    return min((end for end in ends if end is not None), key=lambda end: end[0], default=None)


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
