"""Visits that were planned for after leaving care (R-VIS-1)."""

from collections.abc import Iterator

from domain.events.placement.arrangements import FollowUpPlanned
from domain.events.placement.placed import AfterCareVisitMade
from domain.obligations import Clock, History, obligation
from domain.visiting import planned_and_agreed


@obligation("R-VIS-1", FollowUpPlanned, AfterCareVisitMade)
def follow_up(history: History) -> Iterator[Clock]:
    """Each visit of a plan, and each next one that a visit agreed on, is made; a new plan replaces both."""
    yield from planned_and_agreed(
        "R-VIS-1", history, history.all(FollowUpPlanned), history.all(AfterCareVisitMade)
    )
