"""From which age on somebody works, serves and is prepared for adult life (R-PLC-2, R-PLC-3, R-PLC-4)."""

from datetime import date
from typing import Final

from domain.event import Event, Label, known
from domain.events.household import HouseholdCancelled
from domain.events.placement.applying import CapacityDeterminationApplied, PlacementApplicationMade
from domain.events.placement.arrangements import (
    EmploymentArranged,
    Enlisted,
    EnlistmentRegistered,
    FollowUpPlanned,
    HouseholdDestinationDecided,
    HousingArranged,
    StudyContinued,
)
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    AdultPlacementPlanApproved,
    CapacityDetermined,
    YoungPersonConsentRecorded,
    old_enough,
)
from domain.life import BIRTH, Life
from domain.refusal import Refusals, against, breach, no_evidence, uncertain

ARMY: Final = "army"
"""A code of `household_cancel_reason`."""


@against(
    AdultPlacementCaseOpened,
    AdultPlacementAssessed,
    AdultPlacementPlanApproved,
    YoungPersonConsentRecorded,
    CapacityDeterminationApplied,
    FollowUpPlanned,
    HouseholdDestinationDecided,
    HousingArranged,
    PlacementApplicationMade,
    StudyContinued,
)
def old_enough_to_prepare(event: Event, life: Life) -> Refusals:  # noqa: ARG001 - whatever it says
    """R-PLC-2: nobody is prepared for adult life as a small child."""
    yield from old_enough(life, rule="R-PLC-2", case="preparing")


@against(CapacityDetermined)
def adult_before_court(determined: CapacityDetermined, life: Life) -> Refusals:  # noqa: ARG001 - as above
    """R-PLC-2: the capacity that a court decides on is an adult's."""
    yield from old_enough(life, rule="R-PLC-2", case="capacity")


@against(EmploymentArranged)
def old_enough_to_work(employed: EmploymentArranged, life: Life) -> Refusals:  # noqa: ARG001 - as above
    """R-PLC-3: nobody is employed as a child."""
    yield from old_enough(life, rule="R-PLC-3")


@against(Enlisted)
def old_enough_to_serve(enlisted: Enlisted, life: Life) -> Refusals:  # noqa: ARG001 - as above
    """R-PLC-4: nobody is taken into the army before the least age."""
    yield from old_enough(life, rule="R-PLC-4")


@against(EnlistmentRegistered)
def of_the_year(registered: EnlistmentRegistered, life: Life) -> Refusals:  # noqa: ARG001 - as above
    """R-PLC-2: he is registered for service in the year in which he comes of age, or later."""
    limit, birth = life.number("R-PLC-2", case="registration"), life.now(BIRTH)
    if limit is None or life.entry is None:
        return
    turns, own = life.turns(limit.value), None if birth is None else birth.entry
    detail = Label(f"当年不满{limit.value}周岁", f"does not turn {limit.value} in that year")
    year_ends = date(life.entry.days.last.year, 12, 31)
    if turns is not None and turns.earliest > year_ends:
        yield breach("R-PLC-2", own, detail=detail, by=limit)
    elif turns is None or turns.last > year_ends:
        yield uncertain("R-PLC-2", own, detail=detail, by=limit)


@against(HouseholdCancelled)
def enlisted_for_it(cancelled: HouseholdCancelled, life: Life) -> Refusals:
    """Whose registration was cancelled to enter the army is recorded as enlisted, then or later (E16)."""
    enlisted = life.perhaps(Enlisted) or life.ahead(Enlisted) is not None
    if known(cancelled.cancel_reason) == ARMY and not enlisted:
        yield no_evidence("E16", detail=Enlisted.label)
