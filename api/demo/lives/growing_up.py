"""Young people who are not there yet: too young, forgotten, unassessed, at school, in the army."""

from datetime import date, timedelta
from decimal import Decimal

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.placing import assessed, at_college, case_opened, youth
from api.demo.lives.upbringing import identity, may_leave
from api.demo.people import FEMALE, MALE
from domain.events.departure import DepartureCompleted
from domain.events.entitlement.allowance import AllowanceGranted
from domain.events.entitlement.study_grant import StudyGrantGranted
from domain.events.guardianship import GuardianshipTerminated
from domain.events.insurance import InsuranceStatusChecked
from domain.events.intake import ChildReceived, IntakeCategoryDetermined
from domain.events.placement.arrangements import Enlisted, EnlistmentRegistered, MilitaryServiceEnded
from domain.events.schooling import SchoolingEnded
from domain.when import Days, birthday


def next_in_line(present: Present) -> LifeCourse:
    """A young woman turns 18 in less than a month; her case was opened late, and she is not assessed yet."""
    child = present.turning(18, in_days=25, sex=FEMALE)
    yield from youth(present, child, school_until=present.ago(days=140))
    yield from case_opened(present.ago(days=40))


def forgotten_at_seventeen(present: Present) -> LifeCourse:
    """A young man of almost eighteen: nobody has opened his case, or applied for his identity card."""
    yield from youth(present, present.turning(18, in_days=120, sex=MALE), card=None)


def seventeen(present: Present) -> LifeCourse:
    """A young woman is seventeen; there is time to open her case. Her identity card came late."""
    yield from youth(present, present.turning(17, in_days=-60, sex=FEMALE), card=150)


def grown_unnoticed(present: Present) -> LifeCourse:
    """A young woman turned 18 six weeks ago, and was not assessed; her first allowance came only then."""
    child = present.turning(18, in_days=-45, sex=FEMALE)
    yield from youth(present, child, school_until=present.ago(days=120))
    yield from case_opened(present.ago(days=250))
    month = f"{present.ago(days=30):%Y-%m}"
    yield on(
        present.ago(days=30), AllowanceGranted, line="202", standard_yuan=Decimal(1900), first_month=month
    )


def assessed_at_last(present: Present) -> LifeCourse:
    """A young woman was assessed two months after turning 18; her plan is being written."""
    child = present.turning(18, in_days=-100, sex=FEMALE)
    yield from youth(present, child, school_until=present.ago(days=180))
    yield from case_opened(present.ago(days=300))
    yield from assessed(present.ago(days=40))


def still_at_school(present: Present) -> LifeCourse:
    """A young woman of 18 studies on, with a grant: the question is put off."""
    child = present.turning(18, in_days=-200, sex=FEMALE)
    left_school = birthday(child.born, 17)
    yield from youth(present, child, school_until=left_school)
    yield from at_college(left_school + timedelta(days=10))
    yield from case_opened(birthday(child.born, 17.5) - timedelta(days=4))
    yield on(
        present.ago(days=60),
        StudyGrantGranted,
        academic_year=present.ago(days=60).year,
        amount_yuan=Decimal(10000),
        frequency="monthly",
        starts_on=present.ago(days=50),
    )


def in_the_army(present: Present) -> LifeCourse:
    """A young man joined the army when he left school."""
    child = present.turning(18, in_days=-430, sex=MALE)
    grown = birthday(child.born, 18)
    yield from youth(present, child, school_until=birthday(child.born, 17))
    yield from at_college(birthday(child.born, 17) + timedelta(days=10))
    yield from case_opened(birthday(child.born, 17.5) - timedelta(days=8))
    yield on(grown - timedelta(days=30), EnlistmentRegistered)
    yield on(grown + timedelta(days=60), SchoolingEnded, stage="college", end_reason="completed")
    yield on(grown + timedelta(days=66), Enlisted)


def home_from_the_army(present: Present) -> LifeCourse:
    """A young man came back from the army last week; he had been registered for service a month late."""
    child = present.turning(18, in_days=-900, sex=MALE)
    year = birthday(child.born, 18).year + 1
    yield from youth(present, child, school_until=birthday(child.born, 17))
    yield from at_college(birthday(child.born, 17) + timedelta(days=10))
    yield from case_opened(birthday(child.born, 17.5) - timedelta(days=8))
    yield on(date(year, 2, 1), EnlistmentRegistered)
    yield on(date(year, 2, 20), SchoolingEnded, stage="college", end_reason="completed")
    yield on(date(year, 3, 1), Enlisted)
    yield on(present.ago(days=9), MilitaryServiceEnded)


def never_registered(present: Present) -> LifeCourse:
    """A student turned 18 last year, and was not registered for military service."""
    child = present.who(date(present.today.year - 19, 5, 20), MALE)
    left_school = birthday(child.born, 17)
    yield from youth(present, child, school_until=left_school)
    yield from at_college(left_school + timedelta(days=10))
    yield from case_opened(birthday(child.born, 17.5) - timedelta(days=1))


def eighteen_this_year(present: Present) -> LifeCourse:
    """A young man turns 18 in the middle of this year; he is to be registered for service by its end."""
    year = present.today.year
    yield from youth(present, present.who(date(year - 18, 7, 1), MALE))
    yield from case_opened(date(year - 1, 12, 20))


def sixteen(present: Present) -> LifeCourse:
    """A girl turned sixteen a month ago, and may have her identity card now."""
    yield from youth(present, present.turning(16, in_days=-30, sex=FEMALE), card=None)


def home_at_sixteen(present: Present) -> LifeCourse:
    """A girl's father was well again, and she went home a month after turning sixteen."""
    child = present.turning(16, in_days=-100, sex=FEMALE)
    left = present.ago(days=70)
    yield from youth(present, child, left - timedelta(days=1), card=None)
    yield from went_home(left)


def home_at_seventeen(present: Present) -> LifeCourse:
    """A young man went back to his family last year, before anybody had prepared his leaving."""
    child = present.who(date(present.today.year - 19, 11, 1), MALE)
    left = date(present.today.year - 1, 6, 1)
    yield from youth(present, child, left - timedelta(days=1))
    yield from went_home(left)


def went_home(day: date) -> LifeCourse:
    """The guardian was restored, and took the child home."""
    yield on(day, GuardianshipTerminated, reason="guardian_restored")
    yield from may_leave(day, "11", "监护人")
    yield on(day, DepartureCompleted, reason="11", receiver="监护人", last_allowance_month=f"{day:%Y-%m}")


def born_some_year(present: Present) -> LifeCourse:
    """Of a young woman only the year of birth is known, and of her assessment about when it was made."""
    child = present.turning(17.5, in_days=-200, sex=FEMALE)
    came = present.ago(years=3)
    yield on(came, ChildReceived, file_no=present.file_no, found_place="汽车站候车厅")
    yield on(came, InsuranceStatusChecked, is_insured=False, is_identity_verified=True)
    yield identity(
        child,
        came,
        birth_until=child.born + timedelta(days=364),
        is_birth_estimated=True,
        birth_method="bone_age",
        medical_age_opinion="骨龄约十四至十五岁",
    ).with_papers("bone_age_report")
    yield on(came, IntakeCategoryDetermined, category="B1", child_situation="03")
    yield from assessed(Days(present.ago(months=6, days=10), present.ago(months=6) + timedelta(days=10)))


GROWING_UP = (
    next_in_line,
    forgotten_at_seventeen,
    seventeen,
    grown_unnoticed,
    assessed_at_last,
    still_at_school,
    in_the_army,
    home_from_the_army,
    never_registered,
    eighteen_this_year,
    sixteen,
    home_at_sixteen,
    home_at_seventeen,
    born_some_year,
)
