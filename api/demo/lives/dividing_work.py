"""Who of the institution's staff answers for what, and whom it tells of what stays overdue."""

from typing import Final
from uuid import UUID

from api.demo.life_building import Happening, LifeCourse, Present, on
from domain.events.institution.responsibilities import (
    EscalationStep,
    EscalationStepsSet,
    ResponsibilityEnded,
    ResponsibilityGiven,
)
from domain.events.institution.staff import StaffLeft

DIRECTOR: Final = "工109"
STAFF: Final = {
    "工101": ("intake", "guardianship", "leaving"),
    "工102": ("health", "rehabilitation"),
    "工103": ("education", "social_work", "protection", "community"),
    "工104": ("care", "foster", "adoption"),
    "工105": ("placement", "entitlement"),
    "工106": ("archive", "data", "comparison", "personal_data"),
    "工107": ("premises", "management", "section_head"),
    "工108": ("deputy",),
    DIRECTOR: ("head", "approvals"),
    "工110": ("system_national", "system_provincial", "system_left_behind", "system_relief"),
}
"""For what each answers, by their number."""
STEPS: Final = ((1, "responsible"), (7, "section_head"), (15, "deputy"), (30, "head"), (180, "bureau"))
"""After how many days overdue whom it tells."""
_AGE: Final = 40


def divides_work(present: Present, director: UUID) -> LifeCourse:
    """An institution names who answers for what, of whom one left and one was relieved, and sets its steps.

    `director` is the user whom the director is.
    """
    yield _named(present, "工111", ("health",), months=30)
    yield _named(present, "工112", ("archive",), months=30)
    left = on(present.ago(months=20), StaffLeft, staff_no="工111")
    yield left.by_supervisor()
    yield on(present.ago(months=18), ResponsibilityEnded, staff_no="工112").by_supervisor()
    for staff_no, responsible_for in STAFF.items():
        user = director if staff_no == DIRECTOR else None
        yield _named(present, staff_no, responsible_for, months=18, user=user)
    steps = tuple(EscalationStep(after_days=days, to=to) for days, to in STEPS)
    yield on(present.ago(months=18), EscalationStepsSet, steps=steps).by_supervisor()


def _named(
    present: Present,
    staff_no: str,
    responsible_for: tuple[str, ...],
    *,
    months: int,
    user: UUID | None = None,
) -> Happening:
    given = on(
        present.ago(months=months),
        ResponsibilityGiven,
        staff_no=staff_no,
        name=present.who(present.ago(years=_AGE)).name,
        responsible_for=responsible_for,
        user=user,
    )
    return given.by_supervisor()
