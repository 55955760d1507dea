"""How old somebody was on a day: in full years, from birth to death, and open where the birth is."""

from datetime import date

import pytest

from api.contract.file_status import age_json
from domain.events.departure import DEAD, ChildDied, DepartureCompleted
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.given import Given, days, given, some


def born(on: str, *happened: tuple[str, object]) -> Given:
    """A child received in 2013 who was born then, of whom this is recorded too."""
    birth = days(on)
    identity = some(IdentityRecorded, birth_on=birth.first or birth.last, birth_until=birth.last)
    return given(("2013-05-02", some(ChildReceived)), ("2013-05-02", identity), *happened)


def age(child: Given, day: str) -> tuple[int, bool] | None:
    """Full years, and whether they are uncertain."""
    told = age_json(child.on(day), date.fromisoformat(day))
    return None if told is None else (told["years"], told["uncertain"])


@pytest.mark.parametrize(
    ("day", "years"),
    [
        ("0001-01-01", None),
        ("2009-06-01", None),
        ("2011-05-04", None),
        ("2011-05-05", (0, False)),
        ("2012-05-04", (0, False)),
        ("2012-05-05", (1, False)),
        ("2026-11-22", (15, False)),
    ],
)
def test_who_is_not_born_yet_is_not_0_years_old(day: str, years: tuple[int, bool] | None) -> None:
    assert age(born("2011-05-05"), day) == years


@pytest.mark.parametrize(
    ("day", "years"),
    [
        ("2011-04-30", None),
        ("2011-05-01", (0, True)),
        ("2011-05-30", (0, True)),
        ("2011-05-31", (0, False)),
        ("2012-05-01", (0, True)),
        ("2012-05-31", (1, False)),
    ],
)
def test_an_age_is_open_where_the_birth_is(day: str, years: tuple[int, bool] | None) -> None:
    assert age(born("2011-05"), day) == years


@pytest.mark.parametrize("died", [some(ChildDied), some(DepartureCompleted, reason=DEAD)])
def test_who_has_died_grows_no_older(died: ChildDied | DepartureCompleted) -> None:
    child = born("2011-05-05", ("2019-05-04", died))
    assert age(child, "2019-05-03") == age(child, "2019-05-04") == age(child, "2026-11-22") == (7, False)


def test_who_died_before_being_born_has_no_age() -> None:
    assert age(born("2011-05-05", ("2010-01-01", some(ChildDied))), "2026-11-22") is None
