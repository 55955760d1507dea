"""Young people and the authorities: what is asked and answered, and a placement that did not last."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from api.demo.life_building import Happening, LifeCourse, Present, on
from api.demo.lives.placing import assessed, case_opened, plan_approved, settled_in, youth
from api.demo.people import FEMALE, MALE
from domain.events.placement.applying import (
    CapacityDeterminationApplied,
    HardshipSupportApplied,
    HardshipSupportInvestigated,
    HardshipSupportPublicityEnded,
    PlacementApplicationDecided,
    PlacementApplicationMade,
)
from domain.events.placement.arrangements import EmploymentArranged, HardshipSupportDecided, StudyContinued
from domain.events.placement.placed import AdultPlaced
from domain.events.placement.transition import (
    PlacementReversed,
    PlacementSubsidyPaid,
    TransitionPeriodEnded,
    TransitionPeriodStarted,
)
from domain.when import add, birthday

BUREAU = "望海区住房和城乡建设局"
TOWNSHIP = "星河路街道办事处"


def asked(day: date, applied_for: str) -> Happening:
    """An authority was asked for something."""
    return on(day, PlacementApplicationMade, applied_for=applied_for, applied_to=BUREAU)


def answered(day: date, application: UUID, decision: str = "approved") -> Happening:
    """The authority answered."""
    return on(
        day,
        PlacementApplicationDecided,
        application=application,
        decision=decision,
        decided_by=BUREAU,
        grounds="符合条件" if decision == "approved" else "名额已满",
    )


def applied(day: date) -> Happening:
    """Support in hardship was applied for."""
    return on(day, HardshipSupportApplied, applied_to=TOWNSHIP, support_form="residential")


def waiting_for_answers(present: Present) -> LifeCourse:
    """A young woman who cannot live alone: one application was refused, one forgotten, and one is new."""
    child = present.turning(18, in_days=-240, sex=FEMALE)
    yield from youth(present, child, school_until=present.ago(days=300))
    yield from case_opened(birthday(child.born, 17.5))
    yield from assessed(present.ago(days=230), able=False)
    yield on(
        present.ago(days=220), CapacityDeterminationApplied, court="望海区人民法院", applicant="望海区民政局"
    )
    first = yield applied(present.ago(days=210))
    yield on(present.ago(days=200), HardshipSupportInvestigated, application=first, opinion="approved")
    yield on(
        present.ago(days=192),
        HardshipSupportPublicityEnded,
        application=first,
        started_on=present.ago(days=199),
        has_objection=True,
    )
    yield on(
        present.ago(days=120), HardshipSupportDecided, decision="refused", applied_on=present.ago(days=210)
    )
    yield applied(present.ago(days=90))
    housing = yield asked(present.ago(days=80), "housing")
    yield answered(present.ago(days=60), housing)
    training = yield asked(present.ago(days=79), "training")
    yield answered(present.ago(days=40), training, "refused")
    yield asked(present.ago(days=50), "employment")
    yield asked(present.ago(days=10), "employment")
    yield applied(present.ago(days=6))
    yield on(present.ago(days=5), StudyContinued, stage="vocational", ends_on=present.ago(days=-200))


def back_again(present: Present) -> LifeCourse:
    """A young man lived on his own for half a year, lost his work, and came back."""
    child = present.turning(18, in_days=-500, sex=MALE)
    placed = present.ago(days=400)
    yield from youth(present, child, placed, school_until=birthday(child.born, 17.5))
    yield from case_opened(birthday(child.born, 17.5))
    yield from assessed(birthday(child.born, 18))
    yield from plan_approved(add(placed, days=-60), "social")
    yield applied(add(placed, days=-8))
    work = yield asked(add(placed, days=-50), "employment")
    yield answered(add(placed, days=-40), work)
    yield asked(add(placed, days=-9), "army")
    yield from settled_in(add(placed, days=-7))
    yield on(add(placed, days=-6), EmploymentArranged, employer="望海食品厂", post="包装工")
    yield on(
        placed, AdultPlaced, route="social", hukou_state="decided", transition_end_on=add(placed, months=12)
    )
    yield on(placed, TransitionPeriodStarted, ends_on=add(placed, months=12), responsible="姜老师")
    yield on(
        add(placed, days=5),
        PlacementSubsidyPaid,
        subsidy="furnishing",
        amount_yuan=Decimal(8000),
        mode="2",
    )
    back = add(placed, days=190)
    yield on(back, PlacementReversed, reason="lost_work", grounds="工厂停产，无力支付房租")
    yield on(back, TransitionPeriodEnded, reason="returned")


APPLYING_FOR_HELP = (waiting_for_answers, back_again)
