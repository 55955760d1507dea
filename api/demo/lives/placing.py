"""The steps of leaving care as an adult, shared by most lives."""

from datetime import date, timedelta
from decimal import Decimal

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import raised
from api.demo.people import Person
from domain.events.placement.arrangements import (
    ArchiveHandedOver,
    BankAccountHandedOver,
    BelongingsHandedOver,
    FollowUpPlanned,
    HandedOverItem,
    HouseholdDestinationDecided,
    HousingArranged,
    SavingsRecorded,
)
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    AdultPlacementPlanApproved,
    Measure,
    YoungPersonConsentRecorded,
)
from domain.events.schooling import SchoolEnrolled
from domain.when import Days, add, birthday


def youth(
    present: Present,
    child: Person,
    until: date | None = None,
    *,
    school_until: date | None = None,
    card: int | None = 20,
) -> LifeCourse:
    """An orphan of eleven came and was brought up here; school ends early if `school_until` is given."""
    came = birthday(child.born, 11)
    yield from raised(present, child, came, until, card_after=card, school_until=school_until)


def at_college(since: date) -> LifeCourse:
    """The young person studies full time."""
    yield on(since, SchoolEnrolled, stage="college", form="vocational", school="市职业技术学院")


def case_opened(day: date) -> LifeCourse:
    """The placement case was opened."""
    yield on(day, AdultPlacementCaseOpened, trigger="half_year_before")


def assessed(day: date | Days, *, able: bool = True) -> LifeCourse:
    """The young person was assessed: able to live alone, or only with help."""
    ability = "full" if able else "partial"
    yield on(
        day,
        AdultPlacementAssessed,
        assessors=("姜老师", "宫老师"),
        labour=ability,
        capacity=ability,
        self_care=ability,
        mental="full",
        physical="full",
        skills="会做简单饭菜" if able else "可自行穿衣",
        wish="想在城里工作" if able else "希望与熟人同住",
        conclusion="social" if able else "residential",
    )


def plan_approved(day: date, route: str) -> LifeCourse:
    """The plan was approved, after it was seen what was saved, and the young person was asked about it."""
    due = day + timedelta(days=60)
    yield on(day, SavingsRecorded, account_no="6200000000000000", balance_yuan=Decimal(18600))
    kinds = ("housing", "job", "insurance", "follow_up") if route == "social" else ("insurance", "follow_up")
    yield on(
        day,
        AdultPlacementPlanApproved,
        route=route,
        measures=tuple(Measure(kind=kind, responsible="姜老师", due_on=due) for kind in kinds),
    ).by_supervisor()
    yield on(
        day + timedelta(days=3),
        YoungPersonConsentRecorded,
        result="agree",
        form="oral_recorded",
        statement="同意",
    )


def settled_in(day: date) -> LifeCourse:
    """A home was arranged, and everything that belongs to the young person was handed over."""
    yield on(day, HousingArranged, housing_type="public_rental", address="望海区安居小区3号楼")
    yield on(day, BankAccountHandedOver, account_no="6200000000000000", balance_yuan=Decimal(18600))
    yield on(day, BelongingsHandedOver, items=(HandedOverItem(description="相册", count=1),))
    yield on(day, ArchiveHandedOver, receiver="望海区档案馆", archive_no="档-0001").with_papers("receipt")
    yield on(day, HouseholdDestinationDecided, hukou_state="decided", explanation="随住房迁往安居社区")


def visits_planned(day: date) -> LifeCourse:
    """The days of the visits were set."""
    yield on(day, FollowUpPlanned, visits_on=(add(day, months=1), add(day, months=6), add(day, months=12)))
