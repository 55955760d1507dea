"""Visits that were planned for after leaving care (R-VIS-1)."""

from collections.abc import Iterator

from domain.entry import AnyEntry
from domain.event import known
from domain.events.placement.arrangements import FollowUpPlanned
from domain.events.placement.placed import AfterCareVisitMade
from domain.obligations import Clock, History, obligation
from domain.visiting import planned_visits


@obligation("R-VIS-1")
def follow_up(history: History) -> Iterator[Clock]:
    """Each visit of a plan, and each next one that a visit agreed on, is made; a new plan replaces both."""
    made = history.all(AfterCareVisitMade)
    for index, plan in enumerate(plans := history.all(FollowUpPlanned)):
        days = known(plan.event.visits_on) or ()
        yield from planned_visits("R-VIS-1", history, plan, days, made, replaced_by=plans[index + 1 :])
    agreed = [visit for visit in made if visit.event.next_on is not None]
    for visit in agreed:
        again: list[AnyEntry] = [
            later
            for later in sorted([*plans, *agreed], key=lambda entry: (entry.days.last, entry.version))
            if (later.days.last, later.version) > (visit.days.last, visit.version)
        ]
        days = () if visit.event.next_on is None else (visit.event.next_on,)
        yield from planned_visits("R-VIS-1", history, visit, days, made, replaced_by=again)
