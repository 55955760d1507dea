"""The childcare subsidy (育儿补贴): who cares for a child under three applies for it every year."""

from typing import Final

from domain.entry import AnyEntry
from domain.event import Label, known
from domain.events.entitlement.allowance import AllowanceApplied, AllowanceGranted
from domain.events.intake import entered
from domain.life import Life
from domain.refusal import Refusals, no_evidence, uncertain
from domain.standing import standing
from domain.when import day_after

CHILDCARE: Final = "childcare"
"""The code of `allowance_line`."""


@standing("R-ALW-3")
def subsidy_is_applied_for(life: Life) -> Refusals:
    """A child in care below the age, for which nobody has applied within the time."""
    intake = entered(life)
    age = None if intake is None else life.number("R-ALW-3", case="age")
    older = None if age is None else life.aged(age.value)
    within = None if age is None or older else life.number("R-ALW-3", case="applied")
    if intake is None or within is None:
        return
    asked: list[AnyEntry] = [*life.all(AllowanceApplied), *life.all(AllowanceGranted)]
    applied = [entry for entry in asked if known(entry.event.line) == CHILDCARE]
    if any(not life.reached(day_after(within.ends(entry.days).last)) for entry in applied):
        return
    if older is None:
        yield uncertain(
            "R-ALW-3", intake.entry, detail=Label("出生日期不明", "the birth leaves the age open")
        )
    else:
        yield no_evidence("R-ALW-3", intake.entry)
