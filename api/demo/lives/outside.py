"""Children outside institutions: looked after well, hardly at all, and until an institution took one in."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps

from api.demo.life_building import Happening, LifeCourse, Present, Teller, on
from api.demo.lives.upbringing import identity
from api.demo.people import FEMALE, MALE, REGION
from domain.event import Event
from domain.events.community.caring import (
    CommunityVisitMade,
    CommunityVisitsPlanned,
    EntrustedGuardianshipConfirmed,
    RiskGradeAssessed,
)
from domain.events.community.charge import InstitutionalCareRequested
from domain.events.community.referring import (
    CareReferralMade,
    CareReferralReturned,
    HotlineCaseHandled,
    HotlineCaseReceived,
    OutsideServiceEnded,
    OutsideServiceStarted,
)
from domain.events.community.rolls import (
    ChildIdentified,
    LeftBehindRollEntered,
    MigrantRollEntered,
    RollInformationVerified,
    RollLeft,
    SupportRollEntered,
)
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.social_work import FamilyEducationGiven


def _by_township(life: Callable[[Present], LifeCourse]) -> Callable[[Present], LifeCourse]:
    """Let the township record a life."""

    @wraps(life)
    def told(present: Present) -> LifeCourse:
        course = life(present)
        happening = next(course, None)
        while happening is not None:
            entry = yield happening.by_township()
            try:
                happening = course.send(entry)
            except StopIteration:
                happening = None

    return told


@_by_township
def well_looked_after(present: Present) -> LifeCourse:
    """A girl of sixteen: twice left behind, then a migrant; what is due was done, now and then too late."""
    child, found = present.turning(16, in_days=-10, sex=FEMALE), present.ago(years=3)

    def later(days: int) -> date:
        return found + timedelta(days=days)

    yield on(found, ChildIdentified, identified_by="director", identified_as="left_behind")
    yield identity(child, found)
    yield _left_behind(found)
    yield _entrusted(later(10), later(420))
    yield _visit(later(20), "director")
    yield on(later(60), RollInformationVerified, compared_with="doorstep", is_changed=False)
    yield on(later(200), RollInformationVerified, compared_with="education", is_changed=False)
    yield on(later(400), RollLeft, roll="left_behind", reason="parents_back")
    yield _left_behind(later(500))
    yield _entrusted(later(560), later(660))
    yield on(later(640), RollLeft, roll="left_behind", reason="parents_back")
    yield _migrant(present.ago(months=14))
    for day in (later(100), present.ago(months=1)):
        yield on(day, FamilyEducationGiven, given_by="望海区妇女联合会", given_to="祖母", topic="亲情陪伴")
    yield _graded(present.ago(months=13, days=10), "high", present.ago(months=6))
    yield _graded(present.ago(months=5), "medium", present.ago(days=-30))
    for months in (9, 2):
        yield on(
            present.ago(months=months), RollInformationVerified, compared_with="police", is_changed=False
        )
    plan, again = present.ago(months=11), present.ago(months=9)
    yield on(present.ago(months=12), CommunityVisitsPlanned, visitor="director", visits_on=(plan, again))
    yield _visit(plan, "director")
    yield _visit(again + timedelta(days=5), "director")
    yield _visit(present.ago(days=20), "supervisor")
    yield _visit(present.ago(days=10), "director", present.ago(days=-20))
    yield _left_behind(present.ago(days=20))
    yield from _asked(present.ago(months=8), CareReferralMade, CareReferralReturned, "referral", 20)
    yield from _asked(present.ago(months=6), CareReferralMade, CareReferralReturned, "referral", 50)
    yield on(present.ago(days=10), CareReferralMade, referred_for="schooling")
    yield from _asked(present.ago(months=7), HotlineCaseReceived, HotlineCaseHandled, "case", 2)
    yield from _asked(present.ago(months=5), HotlineCaseReceived, HotlineCaseHandled, "case", 60)
    yield on(present.ago(days=3), HotlineCaseReceived, call="help")


@_by_township
def hardly_looked_after(present: Present) -> LifeCourse:
    """A boy turned sixteen two months ago; he was put on two rolls without a reason, and nobody came."""
    child, found = present.turning(16, in_days=-60, sex=MALE), present.ago(months=14)
    yield on(found, ChildIdentified, identified_by="data", identified_as="migrant")
    yield identity(child, found)
    yield _migrant(found, companion="nobody")
    yield on(found, LeftBehindRollEntered, parents_away="one_other_able", is_rural=True, away_since=found)
    yield on(
        present.ago(months=3),
        CommunityVisitsPlanned,
        visitor="supervisor",
        visits_on=(present.ago(months=2),),
    )
    yield on(present.ago(months=2), CareReferralMade, referred_for="living")
    yield on(present.ago(months=2), HotlineCaseReceived, call="report")


def taken_in_from_outside(present: Present) -> LifeCourse:
    """A disabled boy whom an institution served was then taken in by it, and everything else was void."""
    yield from _until_taken_in(present)
    yield on(present.ago(days=95), ChildReceived, file_no=present.file_no)
    yield on(present.ago(days=70), ChildIdentified, identified_as="in_difficulty").on_paper()
    yield on(present.ago(days=60), DepartureCompleted, reason="12", receiver="市儿童福利院").with_papers(
        "departure_confirmation"
    )


@_by_township
def _until_taken_in(present: Present) -> LifeCourse:
    child, found = present.turning(16, in_days=-140, sex=MALE), present.ago(days=160)
    yield on(found, ChildIdentified, identified_by="school", identified_as="in_difficulty")
    yield identity(child, found)
    yield on(found, SupportRollEntered, roll="in_difficulty")
    yield _migrant(found)
    yield _left_behind(found)
    yield on(found, OutsideServiceStarted, service="rehabilitation")
    yield on(present.ago(days=130), RollLeft, roll="left_behind", reason="of_age")
    yield _left_behind(present.ago(days=129))
    yield on(present.ago(days=110), OutsideServiceEnded, service="rehabilitation")
    yield on(present.ago(days=100), RollLeft, roll="left_behind", reason="entered_in_error")
    yield _left_behind(present.ago(days=99))
    yield on(
        present.ago(days=98), CommunityVisitsPlanned, visitor="director", visits_on=(present.ago(days=90),)
    )
    yield on(present.ago(days=96), CareReferralMade, referred_for="temporary_guardianship")
    yield on(present.ago(days=96), HotlineCaseReceived, call="report")
    yield on(present.ago(days=96), InstitutionalCareRequested, institution=present.institution)


def _entrusted(day: date, valid_to: date) -> Happening:
    return on(day, EntrustedGuardianshipConfirmed, entrusted_to="姚桂兰", is_able=True, valid_to=valid_to)


def _left_behind(day: date) -> Happening:
    return on(day, LeftBehindRollEntered, parents_away="both", is_rural=True, away_since=day)


def _migrant(day: date, companion: str = "one_parent") -> Happening:
    return on(
        day,
        MigrantRollEntered,
        home_region="371082",
        lives_in=REGION,
        left_home_on=day - timedelta(days=400),
        companion=companion,
        is_within_one_city=False,
    )


def _graded(day: date, grade: str, review: date) -> Happening:
    return on(day, RiskGradeAssessed, grade=grade, factors=("poor_guardian",), next_review_on=review)


def _visit(day: date, visitor: str, following: date | None = None) -> Happening:
    said: dict[str, object] = {} if following is None else {"next_on": following}
    return on(day, CommunityVisitMade, visitor=visitor, mode="home", is_risk_found=False, **said)


def _asked(day: date, asked: type[Event], answer: type[Event], field: str, days: int) -> LifeCourse:
    """Yield a question and its answer so many days after."""
    question = yield on(day, asked)
    yield on(day + timedelta(days=days), answer, **{field: question, "outcome": "done"})


def _known_to_the_township(years: int, sex: str) -> Teller:
    """Return the life of a child of so many years and a half, known to the township since a visit."""

    @_by_township
    def told(present: Present) -> LifeCourse:
        found = present.ago(months=20)
        yield on(found, ChildIdentified, identified_by="director", identified_as="in_difficulty")
        yield identity(present.turning(years, in_days=-180, sex=sex), found)

    return told


_IN_EACH_BAND = (3, 3, 3, 3, 3, 5, 5, 5, 6, 6, 8, 9, 10, 11, 12, 14, 14, 15, 15, 15)
KNOWN_TO_THE_TOWNSHIP = tuple(
    _known_to_the_township(years, (MALE, FEMALE)[place % 2]) for place, years in enumerate(_IN_EACH_BAND)
)
"""Five and more of each sex and in each band of age, so that reports of the institution tell numbers.

What is left of a public number without the institution's would else be small, and be withheld with it.
"""
OUTSIDE = (well_looked_after, hardly_looked_after, taken_in_from_outside)
