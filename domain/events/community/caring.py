"""What is done for a child on a roll: its risk is graded, it is visited, its guardian signs (关爱服务)."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Annotated, Final

from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotBefore,
    Part,
    Personal,
    Text,
    known,
)
from domain.events.community.rolls import GUIZHOU, LEFT_BEHIND, RUGAO, times_on
from domain.file import Attribute, Facts
from domain.obligations import Clock, History, obligation
from domain.repeating import repeated
from domain.shared_fields import ValidTo
from domain.visiting import planned_visits, visits_end
from domain.when import Days

VISITORS: Final = ("director", "supervisor")
"""Who visits at intervals: the village's child director and the township's child supervisor."""


class Risk(Part):
    """How much a child is at risk, by grade and by colour, as far as known."""

    grade: Annotated[Answered[str], Label("风险等级", "Grade"), Code("risk_grade")]
    colour: Annotated[str | None, Label("管理颜色", "Colour"), Code("risk_colour")]


RISK: Final[Attribute[Risk]] = Attribute("community", "risk", Label("风险等级", "Risk"))
ENTRUSTED: Final[Attribute[date]] = Attribute(
    "community", "entrusted", Label("委托监护确认书签订", "Entrusted guardianship confirmed")
)


class RiskGradeAssessed(
    Event, zh="风险等级评估", en="Risk grade assessed", source=f"{GUIZHOU}一（二）；{RUGAO}二（一）"
):
    """How much the child is at risk was graded, from its factors; another grade follows in time."""

    grade: Annotated[Answered[str], Label("风险等级", "Grade"), Code("risk_grade")]
    colour: Annotated[str | None, Label("管理颜色", "Colour"), Code("risk_colour")] = None
    factors: Annotated[
        Answered[tuple[str, ...]],
        Label("风险因素", "Factors"),
        Code("risk_factor"),
        Personal(Category.FAMILY),
    ]
    measures: Annotated[Answered[Text], Label("关爱保护措施", "Measures"), Personal(Category.FAMILY)]
    next_review_on: Annotated[Answered[date], Label("下次评估日期", "Next review"), NotBefore()]

    def holds(self, entry: AnyEntry) -> Facts:
        yield RISK.since(entry.days, Risk(grade=self.grade, colour=self.colour))


class CommunityVisitsPlanned(
    Event,
    zh="走访计划",
    en="Community visits planned",
    source=f"{RUGAO}三（一）；山东省儿童发展规划（儿童与福利）10",
):
    """The days were planned on which the child is to be visited."""

    visitor: Annotated[Answered[str], Label("走访人员", "Visitor"), Code("community_visitor")]
    visits_on: Annotated[Answered[AtLeastOne[date]], Label("计划走访日期", "Visits on")]


class CommunityVisitMade(
    Event,
    zh="走访探视",
    en="Community visit made",
    source=f"{RUGAO}三（一）；山东省儿童发展规划（儿童与福利）10",
):
    """Somebody saw how the child lives, and who looks after it."""

    visitor: Annotated[Answered[str], Label("走访人员", "Visitor"), Code("community_visitor")]
    mode: Annotated[Answered[str], Label("走访方式", "Mode"), Code("visit_mode")]
    guardianship: Annotated[Answered[Text], Label("监护情况", "Guardianship"), Personal(Category.FAMILY)]
    health: Annotated[Text | None, Label("健康状况", "Health"), Personal(Category.HEALTH)] = None
    schooling: Annotated[Text | None, Label("就学情况", "Schooling"), Personal(Category.FAMILY)] = None
    is_risk_found: Annotated[Answered[bool], Label("是否发现风险", "A risk was found")]
    next_on: Annotated[Answered[date], Label("下次走访日期", "Next visit"), NotBefore()]


class EntrustedGuardianshipConfirmed(
    Event,
    zh="签订委托监护责任确认书",
    en="Entrusted guardianship confirmed",
    source=f"{RUGAO}三（一）；国务院办公厅《关于进一步加强困境儿童福利保障工作的意见》（2025-05-07）（十六）",
):
    """The parents who work away and the person who looks after the child signed who is responsible."""

    entrusted_to: Annotated[Answered[Name], Label("受委托人", "Entrusted to"), Personal(Category.FAMILY)]
    relation: Annotated[Answered[Text], Label("与儿童关系", "Relation"), Personal(Category.FAMILY)]
    is_able: Annotated[Answered[bool], Label("受委托人是否具备监护能力", "Able to look after the child")]
    valid_to: ValidTo

    def holds(self, entry: AnyEntry) -> Facts:
        yield ENTRUSTED.since(entry.days, entry.days.last, until=known(self.valid_to))


@obligation("R-COM-4")
def visits(history: History) -> Iterator[Clock]:
    """While a child is on a roll, director and supervisor visit it again and again, each in their time."""
    on_roll = times_on(history)
    for visitor in VISITORS:
        yield from repeated(
            "R-COM-4",
            history,
            CommunityVisitMade,
            case=partial(_always, visitor),
            during=on_roll,
            counts=partial(_made_by, visitor),
        )


def _always(case: str, _: Days) -> str:
    return case


def _made_by(visitor: str, entry: Entry[CommunityVisitMade]) -> bool:
    return known(entry.event.visitor) == visitor


@obligation("R-COM-5")
def planned(history: History) -> Iterator[Clock]:
    """Each visit of a plan, and each next one that a visit agreed on, is made, unless planned anew."""
    made, plans = history.all(CommunityVisitMade), history.all(CommunityVisitsPlanned)
    ahead: list[tuple[AnyEntry, str | None, tuple[date, ...]]] = [
        (plan, known(plan.event.visitor), known(plan.event.visits_on) or ()) for plan in plans
    ]
    ahead += [
        (visit, known(visit.event.visitor), (day,))
        for visit in made
        if (day := known(visit.event.next_on)) is not None
    ]
    ahead.sort(key=lambda each: (each[0].days.last, each[0].turn))
    for index, (plan, visitor, days) in enumerate(ahead):
        again = [later for later, other, _ in ahead[index + 1 :] if other == visitor]
        by = [visit for visit in made if known(visit.event.visitor) == visitor]
        yield from planned_visits("R-COM-5", history, plan, days, by, again, _visits_end)


def _visits_end(history: History, after: date) -> tuple[date, Label] | None:
    """Return as `visits_end` does; who was on a roll is visited no more once it is on none."""
    off = (
        (time.void_on, time.void_because)
        for time in times_on(history)
        if time.since <= after <= time.until and time.void_on is not None and time.void_because is not None
    )
    ends = [end for end in (visits_end(history, after), next(off, None)) if end is not None]
    return min(ends, key=lambda end: end[0], default=None)


@obligation("R-COM-6")
def graded(history: History) -> Iterator[Clock]:
    """Who is on a roll is graded, and graded again by the day that the last grading named."""
    for time in times_on(history):
        grades = [
            each for each in history.all(RiskGradeAssessed) if time.since <= each.days.last <= time.until
        ]
        for started, following in pairwise([time.began.entry, *grades, None]):
            limit = None
            if started is not None:
                case = "again" if isinstance(started.event, RiskGradeAssessed) else "first"
                limit = history.number("R-COM-6", entry=started, case=case)
            if started is None or limit is None:
                continue
            named = getattr(started.event, "next_review_on", None)
            day = known(named)
            yield Clock(
                rule="R-COM-6",
                opened_on=started.days.last,
                due=limit.ends(started.days) if day is None else Days.on(day),
                started_by=(started,),
                met_by=following,
                void_on=time.void_on,
                void_because=time.void_because,
                number=limit if day is None else None,
            )


@obligation("R-COM-7")
def entrusted(history: History) -> Iterator[Clock]:
    """For every left-behind child it is signed who looks after it, and signed anew by the last valid day.

    Only somebody who is able to look after a child counts.
    """
    for time in times_on(history, LEFT_BEHIND):
        entered = time.began.entry
        limit = history.number("R-COM-7", entry=entered)
        if limit is None:
            continue
        signed = [
            each
            for each in history.all(EntrustedGuardianshipConfirmed)
            if known(each.event.is_able) and _covers(each, time.since) and each.days.last <= time.until
        ]
        for started, following in zip([entered, *signed], [*signed, None], strict=True):
            lasts = known(getattr(started.event, "valid_to", None))
            if started is entered or lasts is not None:
                yield Clock(
                    rule="R-COM-7",
                    opened_on=started.days.last,
                    due=limit.ends(entered.days) if lasts is None else Days.on(lasts),
                    started_by=(started,),
                    met_by=following,
                    void_on=time.void_on,
                    void_because=time.void_because,
                    number=limit if started is entered else None,
                )


def _covers(signed: Entry[EntrustedGuardianshipConfirmed], day: date) -> bool:
    """Whether a confirmation was signed on a day or later, or was still valid then."""
    valid_to = known(signed.event.valid_to)
    return signed.days.last >= day or (valid_to is not None and valid_to >= day)
