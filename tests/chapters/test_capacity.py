"""How many beds and posts an institution has, and which wards and homes, from which day on."""

from domain.event import Answered, Unknown
from domain.events.institution.capacity import (
    BEDS,
    CARE_UNITS,
    POSTS,
    CareUnitClosed,
    CareUnitOpened,
    StandingNumbersSet,
)
from tests.support.given import Given, given, some

NOT_TOLD = Unknown("not_known")


def numbers(house: Given, day: str) -> tuple[Answered[int] | None, Answered[int] | None]:
    """The beds and the posts on a day; None where none were set."""
    life = house.on(day)
    beds, posts = (life.now(each) for each in (BEDS, POSTS))
    return (None if beds is None else beds.held.value, None if posts is None else posts.held.value)


def units(house: Given, day: str) -> list[tuple[Answered[str], Answered[int]]]:
    """The wards and homes that are open on a day, with their places."""
    held = [fact.held.value for fact in house.on(day).each(CARE_UNITS)]
    return [(each.name, each.places) for each in held if each is not None]


def opened(name: str, places: int) -> CareUnitOpened:
    return some(CareUnitOpened, name=name, unit_kind="ward", places=places)


def test_the_numbers_set_last_hold_from_their_day_on_instead_of_those_before() -> None:
    house = given(
        ("2026-03-01", StandingNumbersSet(approved_beds=100, staff_posts=40)),
        ("2026-05-01", StandingNumbersSet(approved_beds=120, staff_posts=0)),
    )
    assert numbers(house, "2026-02-28") == (None, None)
    assert numbers(house, "2026-03-01") == numbers(house, "2026-04-30") == (100, 40)
    assert numbers(house, "2026-05-01") == (120, 0)


def test_that_a_number_is_not_known_is_a_value_and_replaces_what_was_said_before() -> None:
    house = given(
        ("2026-03-01", StandingNumbersSet(approved_beds=100, staff_posts=NOT_TOLD)),
        ("2026-05-01", StandingNumbersSet(approved_beds=NOT_TOLD, staff_posts=52)),
    )
    assert numbers(house, "2026-04-30") == (100, NOT_TOLD)
    assert numbers(house, "2026-05-01") == (NOT_TOLD, 52)


def test_a_ward_is_open_from_its_day_on_until_the_day_on_which_it_closes() -> None:
    house = given(("2026-03-01", opened("一楼", 20)))
    first = house.last.entry_id
    house.and_("2026-04-01", opened("二楼", 30)).and_("2026-05-01", CareUnitClosed(unit=first))
    assert units(house, "2026-02-28") == []
    assert units(house, "2026-03-01") == [("一楼", 20)]
    assert units(house, "2026-04-30") == [("一楼", 20), ("二楼", 30)]
    assert units(house, "2026-05-01") == [("二楼", 30)]


def test_where_it_is_not_known_which_ward_closed_none_is_ended() -> None:
    house = given(("2026-03-01", opened("一楼", 20)), ("2026-05-01", CareUnitClosed(unit=NOT_TOLD)))
    assert units(house, "2026-05-01") == [("一楼", 20)]


def test_of_a_ward_nothing_need_be_known() -> None:
    house = given(("2026-03-01", some(CareUnitOpened, name=NOT_TOLD, places=NOT_TOLD)))
    assert units(house, "2026-03-01") == [(NOT_TOLD, NOT_TOLD)]


def test_what_closes_was_opened_before_and_closes_once() -> None:
    given().when("2026-05-01", some(CareUnitClosed)).recorded("E16")
    house = given(("2026-03-01", opened("一楼", 20)))
    first = house.last.entry_id
    house.and_("2026-05-01", CareUnitClosed(unit=first))
    house.when("2026-06-01", CareUnitClosed(unit=first)).recorded("E18")
