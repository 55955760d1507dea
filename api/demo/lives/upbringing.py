"""Shared parts of most lives: intake, examinations, insurance, schooling and registration."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from api.demo.life_building import Happening, LifeCourse, Present, on
from api.demo.people import Person
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureApproved, DepartureProposed
from domain.events.guardianship import LongTermGuardianshipConfirmed
from domain.events.health import PhysicalExamined
from domain.events.household import (
    CitizenIdAssigned,
    HouseholdRegistered,
    HouseholdRegistrationApplied,
    IdCardApplied,
    IdCardIssued,
)
from domain.events.insurance import InsuranceContributionPaid, InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import (
    AdmissionApproved,
    ChildAdmitted,
    ChildReceived,
    IdentityRecorded,
    IntakeCategoryDetermined,
    ReferralReceived,
)
from domain.events.medical.vaccination import VaccinationProgrammeCompleted
from domain.events.schooling import SchoolAgeReported, SchoolEnrolled, SchoolingEnded
from domain.when import add, birthday

ORPHAN_PAPERS: Final = ("death_proof", "no_other_guardian_report")
STAGES: Final = (("primary", 6, 12), ("junior", 12, 15), ("vocational", 15, 18))
"""Stages of schooling with the ages after which they begin and end."""
APART: Final = ((0.5, 25), (1, 80), (3, 170), (20, 355))
"""Days between examinations, below each age."""


def identity(child: Person, day: date, **known: object) -> Happening:
    """The child's identity was recorded."""
    return on(
        day,
        IdentityRecorded,
        **{"name": child.name, "sex": child.sex, "birth_on": child.born, "is_birth_estimated": False} | known,
    )


def received(child: Person, day: date, file_no: str, **known: object) -> LifeCourse:
    """The child was received, with everything due on that day."""
    yield on(day, ChildReceived, file_no=file_no, **known)
    yield on(day, InsuranceStatusChecked, is_insured=False, is_identity_verified=True)
    yield identity(child, day)


def orphan_taken_in(child: Person, day: date, file_no: str) -> LifeCourse:
    """An orphan came, with all papers, and was admitted within the week."""
    yield on(day, ReferralReceived, referral_source="county_civil_affairs", child_situation="15")
    yield from received(child, day, file_no, place="望海区民政局")
    yield on(day, IntakeCategoryDetermined, category="A2", child_category="1")
    yield on(day + timedelta(days=5), AdmissionApproved)
    admitted = day + timedelta(days=7)
    yield on(
        admitted,
        ChildAdmitted,
        intake_category="A2",
        guardianship_type="long_term",
        admission_no=f"入-{file_no}",
    ).with_papers(*ORPHAN_PAPERS)
    yield on(admitted, LongTermGuardianshipConfirmed, ground="2")
    yield on(admitted, CareModeAssigned, mode="family_style", unit="向日葵家庭")
    yield from registered(child, day + timedelta(days=60))


def registered(child: Person, day: date) -> LifeCourse:
    """The child was entered in the institution's household register, and so got a citizen id."""
    yield on(day - timedelta(days=15), HouseholdRegistrationApplied)
    yield on(day, HouseholdRegistered, address="望海区星河路1号")
    yield on(day, CitizenIdAssigned, citizen_id=child.citizen_id)


def brought_up(
    child: Person,
    came: date,
    until: date,
    *,
    card_after: int | None = 20,
    school_until: date | None = None,
    examined_until: date | None = None,
) -> LifeCourse:
    """Years in the institution: examinations, contributions, school, and an identity card at sixteen.

    `card_after` is the number of days between the sixteenth birthday and the application. School ends on
    `school_until`, if that is not the end of a stage, and examinations with `examined_until`.
    """
    years = [
        *_examined(child, came, min(until, examined_until or until)),
        *_insured(came, until),
        *_schooled(child, came, until, school_until or until),
        *(() if card_after is None else _card(child, until, card_after)),
    ]
    in_turn = sorted(years, key=lambda happening: happening.draft.days.last)
    for happening in in_turn:  # noqa: UP028 - a list takes no answers, and `yield from` would send it some
        yield happening


def raised(
    present: Present,
    child: Person,
    came: date,
    until: date | None = None,
    *,
    taken_in: Callable[[Person, date, str], LifeCourse] = orphan_taken_in,
    card_after: int | None = 20,
    school_until: date | None = None,
    examined_until: date | None = None,
) -> LifeCourse:
    """A child was `taken_in`, and brought up until that day, or until today."""
    yield from taken_in(child, came, present.file_no)
    yield from brought_up(
        child,
        came,
        until or present.today,
        card_after=card_after,
        school_until=school_until,
        examined_until=examined_until,
    )


def _examined(child: Person, came: date, until: date) -> Iterator[Happening]:
    day = came + timedelta(days=10)
    while day <= until:
        age = (day - child.born).days / 365
        height, weight = 50 + min(age, 1) * 25 + min(max(age - 1, 0), 16) * 6, 4 + min(age, 18) * 3
        yield on(
            day,
            PhysicalExamined,
            height_cm=Decimal(f"{height:.1f}"),
            weight_kg=Decimal(f"{weight:.1f}"),
            state="10",
        )
        day += timedelta(days=next(days for below, days in APART if age < below))


def _insured(came: date, until: date) -> Iterator[Happening]:
    day = came + timedelta(days=1)
    if day <= until:
        yield on(day, InsuranceEnrolled, year=day.year, paid_on=day, benefit_from=day)
    for year in range(day.year + 1, until.year + 2):
        paid = date(year - 1, 11, 12)
        if day < paid <= until:
            yield on(paid, InsuranceContributionPaid, year=year, benefit_from=date(year, 1, 1))


def _schooled(child: Person, came: date, until: date, school_until: date) -> Iterator[Happening]:
    six = birthday(child.born, 6)
    if came <= six < until:
        yield on(six, SchoolAgeReported, list_no=f"学龄名册-{six.year}")
    for stage, begins, ends in STAGES:
        begun = max(september(birthday(child.born, begins)), came)
        ended = min(september(birthday(child.born, ends)) - timedelta(days=53), school_until)
        if begun >= min(ended, until):
            continue
        yield on(begun, SchoolEnrolled, stage=stage, form="regular")
        if stage == "primary" and begun > came:
            yield on(begun, VaccinationProgrammeCompleted)
        if ended < until:
            yield on(ended, SchoolingEnded, stage=stage, end_reason="graduated")


def september(day: date) -> date:
    """Return the first day of the school year that begins on a day or after it."""
    return date(day.year + (day > date(day.year, 9, 1)), 9, 1)


def _card(child: Person, until: date, after: int) -> Iterator[Happening]:
    applied = birthday(child.born, 16) + timedelta(days=after)
    issued = applied + timedelta(days=40)
    if applied <= until:
        yield on(applied, IdCardApplied)
    if issued <= until:
        yield card(issued)


def card(issued: date) -> Happening:
    """An identity card was issued, valid for ten years."""
    valid_to = add(issued, months=120) - timedelta(days=1)
    return on(issued, IdCardIssued, valid_from=issued, valid_to=valid_to)


def may_leave(day: date, reason: str, receiver: str, *, ahead: int = 5) -> LifeCourse:
    """That the child leave on a day was proposed and approved so many days ahead."""
    decided = day - timedelta(days=ahead)
    proposed = yield on(decided, DepartureProposed, reason=reason, receiver=receiver)
    yield on(decided, DepartureApproved, proposal=proposed, decision="approved")


def on_paper(life: LifeCourse) -> LifeCourse:
    """Return a life, or a part of one, as copied from an old file."""
    entry: UUID | None = None
    while True:
        try:
            happening = next(life) if entry is None else life.send(entry)
        except StopIteration:
            return
        entry = yield happening.on_paper()
