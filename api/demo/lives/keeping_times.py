"""Times that run, were kept or were missed: at the register, in a rescue, in an application."""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.finding_a_family import THE_TANGS, THE_WEIS, applied_for
from api.demo.lives.searching import notice, rescued
from api.demo.lives.upbringing import identity, may_leave, orphan_taken_in, received
from api.demo.people import FEMALE, MALE
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.household import HouseholdRegistrationApplied, HouseholdTransferred
from domain.events.intake import ChildAdmitted, ChildReceived, IntakeCategoryDetermined, ReferralReceived
from domain.events.medical.vaccination import VaccinationCertificateIssued, VaccinationDeferred
from domain.events.placement.arrangements import HardshipSupportDecided
from domain.events.search import FindRelativesNoticeExpired, ParentageConfirmed, PotentialRelativeClaimed

AUNT: Final = UUID("00000000-0000-4000-8000-0000000000d1")


def newborn(present: Present, *, age: int, applied: int | None = None, left: int | None = None) -> LifeCourse:
    """A baby whose mother cannot care for it came on its fifth day; ages are in days.

    Its birth was registered on the day on which it got its vaccination certificate.
    """
    child = present.who(present.ago(days=age), FEMALE)
    came = child.born + timedelta(days=5)
    yield on(came, ReferralReceived, referral_source="hospital", child_situation="15")
    yield from received(child, came, present.file_no, place="市妇幼保健院")
    yield on(came, IntakeCategoryDetermined, category="B3", child_situation="15")
    if applied is not None:
        day = child.born + timedelta(days=applied)
        yield on(day, HouseholdRegistrationApplied)
        yield on(day, VaccinationCertificateIssued, certificate_no=f"JZ{present.file_no}")
    if left is not None:
        yield on(
            child.born + timedelta(days=left - 5),
            VaccinationDeferred,
            vaccine="BCG",
            dose=1,
            reason="ill",
            until=child.born + timedelta(days=90),
        )
        yield from may_leave(child.born + timedelta(days=left), "11", "母亲")
        yield on(
            child.born + timedelta(days=left), DepartureCompleted, reason="11", receiver="母亲"
        ).with_papers("departure_confirmation")


def moved(present: Present, *, ago: int, arrived: int | None = None, left: int | None = None) -> LifeCourse:
    """A boy's household registration moved so many days ago, and he arrived or left so many days after."""
    child = present.who(present.ago(years=6), MALE)
    day = present.ago(days=ago)
    yield from orphan_taken_in(child, present.ago(years=1), present.file_no)
    yield on(
        day,
        HouseholdTransferred,
        transfer_reason="institution_transfer",
        to_place="望海区",
        moved_in_on=None if arrived is None else day + timedelta(days=arrived),
    )
    if left is not None:
        yield on(
            day + timedelta(days=left), DepartureCompleted, reason="12", receiver="市儿童福利院"
        ).with_papers("departure_confirmation")


def rescued_last_week(present: Present) -> LifeCourse:
    """A girl was rescued ten days ago, and the police still look for her parents."""
    yield from rescued(present.who(present.ago(years=3), FEMALE), present.ago(days=10), present.file_no)


def in_the_agency(present: Present, *, expired: tuple[int, ...], came: int | None, known: bool) -> LifeCourse:
    """A rescued boy is in the rescue agency; his notices ran out so many days ago, and he came here after."""
    referred = present.ago(days=max(expired) + 41)
    yield on(referred, ReferralReceived, referral_source="rescue_agency", child_situation="04")
    for days in expired:
        (happening,) = notice(present.ago(days=days + 31))
        published = yield happening
        yield on(present.ago(days=days), FindRelativesNoticeExpired, notice=published)
    if came is not None:
        yield on(present.ago(days=came), ChildReceived, file_no=present.file_no)
    if known:
        yield on(present.ago(days=1), PotentialRelativeClaimed, claimant=AUNT, name="尚桂芳", relation="姨母")
        yield on(present.ago(days=1), ParentageConfirmed, claimant=AUNT)


def asked_for_twice(present: Present) -> LifeCourse:
    """Two couples asked for a girl: the registrar is late with one, and has time for the other."""
    child = present.who(present.ago(years=4), FEMALE)
    yield from orphan_taken_in(child, present.ago(years=1), present.file_no)
    yield from applied_for(present.ago(days=45), THE_TANGS)
    yield from applied_for(present.ago(days=10), THE_WEIS)


def decided_after_months(present: Present) -> LifeCourse:
    """The authority took four months to decide on support for a young man."""
    child = present.turning(18, in_days=-200, sex=MALE)
    yield on(present.ago(years=2), ChildReceived, file_no=present.file_no)
    yield identity(child, present.ago(years=2))
    yield on(
        present.ago(days=20),
        HardshipSupportDecided,
        decision="refused",
        applied_on=present.ago(days=140),
        investigated_on=present.ago(days=60),
    )


def admitted_from_the_street(present: Present) -> LifeCourse:
    """A boy from the street was admitted after two months, and died in an accident that was told next day."""
    child = present.who(present.ago(years=14), MALE)
    came = present.ago(years=5)
    yield on(came, ReferralReceived, referral_source="rescue_agency", child_situation="03").on_paper()
    yield on(came, ChildReceived, file_no=present.file_no, found_on=came).on_paper()
    yield identity(child, came).on_paper()
    yield on(came + timedelta(days=60), ChildAdmitted, intake_category="A1").on_paper()
    yield on(
        came + timedelta(days=400), ChildDied, cause="溺水", cause_class="accident", is_abnormal=True
    ).on_paper()


KEEPING_TIMES = (
    partial(newborn, age=12),
    partial(newborn, age=60),
    partial(newborn, age=200, applied=20),
    partial(newborn, age=210, applied=50),
    partial(newborn, age=220, left=15),
    partial(moved, ago=2),
    partial(moved, ago=30),
    partial(moved, ago=50, arrived=6),
    partial(moved, ago=60, arrived=15),
    partial(moved, ago=40, left=5),
    rescued_last_week,
    partial(in_the_agency, expired=(20, 3), came=None, known=False),
    partial(in_the_agency, expired=(60, 25), came=20, known=False),
    partial(in_the_agency, expired=(5,), came=None, known=True),
    asked_for_twice,
    decided_after_months,
    admitted_from_the_street,
)
