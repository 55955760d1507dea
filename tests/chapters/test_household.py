"""Household registration, citizen ids and identity cards."""

from datetime import date

import pytest

from domain.citizen_id import flaw, read
from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.household import (
    APPLIED,
    CITIZEN_ID,
    IDENTITY_CARD,
    REGISTERED,
    SOCIAL_SECURITY_CARD,
    CitizenIdAssigned,
    HouseholdEntryChanged,
    HouseholdRegistered,
    HouseholdRegistrationApplied,
    HouseholdTransferred,
    IdCardApplied,
    IdCardIssued,
    Registration,
    SocialSecurityCardIssued,
)
from domain.events.intake import NAME, ChildReceived, IdentityRecorded
from domain.life import BIRTH
from domain.when import Days
from tests.support.given import Given, citizen_id, given, some

GIRL, BOY = "002", "001"
BORN = "2010-06-03"


def girl(born: str = BORN, until: str | None = None) -> IdentityRecorded:
    last = None if until is None else date.fromisoformat(until)
    return some(IdentityRecorded, sex="2", birth_on=date.fromisoformat(born), birth_until=last)


def raised(*, born: str = BORN, received: str = "2012-03-05") -> Given:
    """A girl in care."""
    return given((received, some(ChildReceived)), (received, girl(born)))


# What a number says


def test_a_number_says_county_birth_and_sex() -> None:
    said = read("371099201309030054")
    assert said is not None
    assert (said.county, said.born, said.sex) == ("371099", date(2013, 9, 3), "1")


def test_the_check_character_may_be_an_x_of_either_size() -> None:
    with_x = next(
        text
        for text in (citizen_id(BORN, sequence=f"{count:03}") for count in range(1, 100))
        if text[-1] == "X"
    )
    assert read(with_x) == read(with_x.lower()) is not None


@pytest.mark.parametrize(
    "written",
    [
        "371099201309030055",  # another check character
        "371099201309300054",  # digits swapped
        "37109920130903005",  # one short
        "3710992013090300541",  # one long
        "371099130903005",  # the fifteen digits of former times
        "３７１０９９２０１３０９０３００５４",  # full-width digits
        citizen_id("2013-02-30"),  # no such day
    ],
)
def test_what_cannot_be_a_citizen_id_says_nothing(written: str) -> None:
    assert read(written) is None


# I30


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (citizen_id("2013-09-03"), None),
        (f"{citizen_id('2013-09-03')[:-1]}Q", "位数或者字符不符"),
        (citizen_id("2013-09-03")[:-1], "位数或者字符不符"),
        (f"{citizen_id('2013-09-03')}0", "位数或者字符不符"),
        (citizen_id("2013-02-30"), "出生日期不存在"),
        ("371099201309030000", "校验码不符"),
    ],
)
def test_what_is_wrong_with_a_number_is_said_without_it(number: str, said: str | None) -> None:
    wrong = flaw(number)
    assert (None if wrong is None else wrong.zh) == said
    file = given().when("2016-01-05", some(HouseholdRegistered, citizen_id=number))
    found = file.recorded("I30") if said else file.recorded()
    assert {each.refusal.detail for each in found.judgements} == ({wrong} if said else set())


def test_a_number_that_agrees_is_held_from_the_day_it_was_given() -> None:
    written = citizen_id(BORN, sequence=GIRL)
    file = raised().when("2012-09-01", some(CitizenIdAssigned, citizen_id=written)).recorded()
    assert file.now(CITIZEN_ID, "2012-08-31") is None
    assert file.now(CITIZEN_ID, "2012-09-01") == written


def test_a_number_with_a_wrong_check_character_is_kept_as_written_and_not_used() -> None:
    wrong = citizen_id(BORN, sequence=GIRL)[:-1] + (
        "0" if citizen_id(BORN, sequence=GIRL)[-1] != "0" else "1"
    )
    event = some(CitizenIdAssigned, citizen_id=wrong)
    file = raised().when("2012-09-01", event).recorded("I30")
    assert file.found() == {("I30", "number_as_written")}
    assert file.now(CITIZEN_ID, "2012-09-01") is None
    assert file.last.event == event


def test_a_number_of_another_birth_date_or_sex_is_a_breach() -> None:
    for written in (citizen_id("2010-06-04", sequence=GIRL), citizen_id(BORN, sequence=BOY)):
        file = raised().when("2012-09-01", some(CitizenIdAssigned, citizen_id=written)).recorded("I30")
        assert file.found() == {("I30", "breach")}


def test_a_number_within_an_imprecise_birth_agrees() -> None:
    file = given(("2012-03-05", girl("2010-06-01", until="2010-06-30")))
    file.when("2012-09-01", some(CitizenIdAssigned, citizen_id=citizen_id(BORN, sequence=GIRL))).recorded()


@pytest.mark.rule("I30")
@pytest.mark.parametrize(
    ("county", "expected"),
    [("371003", []), ("371081", ["I30"]), ("371002", []), ("371098", ["I30"])],
)
def test_the_county_of_a_number_has_counted_since_the_birth(county: str, expected: list[str]) -> None:
    # 371081 was the city of Wendeng until 2014; the district has been 371003 since.
    number = citizen_id("2015-09-03", county=county, sequence=GIRL)
    given().when("2016-01-05", some(CitizenIdAssigned, citizen_id=number)).recorded(*expected)


def test_a_number_given_before_its_county_was_abolished_stays_right() -> None:
    number = citizen_id("2014-09-03", county="371081", sequence=GIRL)
    given().when("2020-01-05", some(CitizenIdAssigned, citizen_id=number)).recorded()


def test_a_number_of_an_unknown_county_is_uncertain() -> None:
    written = citizen_id(BORN, county="371098", sequence=GIRL)
    file = raised().when("2012-09-01", some(CitizenIdAssigned, citizen_id=written)).recorded("I30")
    assert file.found() == {("I30", "uncertain")}


def test_the_number_in_the_household_register_is_judged_alike() -> None:
    wrong = some(HouseholdRegistered, citizen_id="371099201006030000")
    assert raised().when("2012-09-01", wrong).recorded("I30").found() == {("I30", "number_as_written")}
    unsaid = some(HouseholdRegistered, citizen_id=Unknown("not_on_paper"))
    raised().when("2012-09-01", unsaid).recorded()


def test_a_corrected_birth_shows_that_the_number_no_longer_agrees() -> None:
    file = raised().and_("2012-09-01", some(CitizenIdAssigned, citizen_id=citizen_id(BORN, sequence=GIRL)))
    assert file.found() == set()
    file.and_("2012-03-05", girl("2010-08-03"), corrects=file.entries[1])
    assert file.found() == {("I30", "breach"), ("X11", "correction_unapproved")}
    agreeing = some(CitizenIdAssigned, citizen_id=citizen_id("2010-08-03", sequence=GIRL))
    file.and_("2012-09-01", agreeing, corrects=file.entries[2])
    assert file.found() == {("X11", "correction_unapproved")}


# Registration succeeds registration


def test_who_applied_is_not_yet_registered() -> None:
    file = given(
        ("2012-09-13", some(HouseholdRegistrationApplied, household_class="1")),
        ("2012-10-18", some(HouseholdRegistered, household_class="1", region="371099")),
    )
    assert file.now(APPLIED, "2012-09-13") == date(2012, 9, 13)
    assert file.now(REGISTERED, "2012-10-17") is None
    assert file.now(REGISTERED, "2012-10-18") == Registration(household_class="1", region="371099")


def test_what_nature_a_household_has_is_part_of_the_registration() -> None:
    file = given(("2012-10-18", some(HouseholdRegistered, household_nature="agricultural")))
    registered = file.now(REGISTERED, "2012-10-18")
    assert registered is not None
    assert registered.household_nature == "agricultural"


def test_a_transfer_moves_the_registration_without_a_gap() -> None:
    file = given(
        ("2012-10-18", some(HouseholdRegistered, household_class="1", region="371099")),
        ("2026-02-25", some(HouseholdTransferred, to_region="371002", transfer_reason="adult_placement")),
    )
    assert file.now(REGISTERED, "2026-02-24") == Registration(household_class="1", region="371099")
    assert file.now(REGISTERED, "2026-02-25") == Registration(household_class=None, region="371002")


def test_a_registration_recorded_late_does_not_undo_a_later_transfer() -> None:
    file = given(
        ("2026-02-25", some(HouseholdTransferred, to_region="371002")),
        ("2012-10-18", some(HouseholdRegistered, household_class="1", region="371099")),
    )
    assert file.now(REGISTERED, "2026-03-01") == Registration(household_class=None, region="371002")


def test_a_changed_entry_changes_the_name_from_that_day_and_the_birth_for_the_whole_life() -> None:
    change = some(HouseholdEntryChanged, new_name="望小满", new_birth=date(2010, 8, 3))
    file = given(
        ("2012-03-05", some(IdentityRecorded, name="望小雨", birth_on=date(2010, 6, 3))),
        ("2016-11-10", change),
    )
    assert [file.now(NAME, day) for day in ("2016-11-09", "2016-11-10")] == ["望小雨", "望小满"]
    assert file.now(BIRTH, "2013-01-01") == Days.on(date(2010, 8, 3))


# D11


@pytest.mark.rule("D11")
def test_the_identity_card_is_due_three_months_after_the_sixteenth_birthday() -> None:
    clock = raised().clock("D11")
    assert (clock.opened_on, clock.due) == (date(2026, 6, 3), Days.on(date(2026, 9, 3)))
    assert [clock.state(date(2026, *day)) for day in ((6, 2), (6, 3), (9, 3), (9, 4))] == [
        None,
        "due",
        "due",
        "overdue",
    ]


@pytest.mark.rule("D11")
@pytest.mark.parametrize(("applied", "state"), [("2026-09-03", "met"), ("2026-09-04", "met_late")])
def test_applying_meets_it_and_a_day_late_is_late(applied: str, state: str) -> None:
    file = raised().and_(applied, some(IdCardApplied)).and_("2026-10-20", some(IdCardIssued))
    assert file.clock("D11").state(date(2026, 10, 1)) == state


def test_a_card_issued_meets_it_where_no_application_is_on_record() -> None:
    assert raised().and_("2026-08-01", some(IdCardIssued)).clock("D11").state(date(2026, 8, 1)) == "met"


def test_a_childs_card_that_is_still_valid_at_sixteen_is_enough() -> None:
    valid = some(IdCardIssued, valid_from=date(2023, 1, 5), valid_to=date(2028, 1, 5))
    assert raised().and_("2023-01-05", valid).clock("D11").state(date(2026, 6, 3)) == "met"
    expired = some(IdCardIssued, valid_from=date(2020, 1, 5), valid_to=date(2025, 1, 5))
    assert raised().and_("2020-01-05", expired).clock("D11").state(date(2026, 9, 4)) == "overdue"


def test_an_imprecise_birth_makes_the_day_due_an_interval() -> None:
    file = given(("2012-03-05", some(ChildReceived)), ("2012-03-05", girl("2010-06-01", until="2010-06-30")))
    clock = file.clock("D11")
    assert clock.due == Days(date(2026, 9, 1), date(2026, 9, 30))
    assert clock.state(date(2026, 9, 30)) == "due"


def test_who_left_before_sixteen_is_not_asked_and_who_left_after_no_longer() -> None:
    assert raised().and_("2020-01-01", some(DepartureCompleted)).clocks("D11") == []
    clock = raised().and_("2026-07-01", some(DepartureCompleted)).clock("D11")
    assert [clock.state(date(2026, 6, 30)), clock.state(date(2026, 7, 1))] == ["due", "void"]


def test_who_came_back_without_a_card_is_asked_again() -> None:
    file = raised().and_("2026-07-01", some(DepartureCompleted)).and_("2026-10-01", some(ChildReceived))
    first, second = file.clocks("D11")
    assert first.state(date(2026, 10, 1)) == "void"
    assert (second.opened_on, second.state(date(2026, 10, 1))) == (date(2026, 10, 1), "overdue")


def test_no_law_asked_for_an_identity_card_before_2004() -> None:
    assert raised(born="1987-12-31", received="1990-01-01").clocks("D11") == []
    assert raised(born="1988-01-01", received="1990-01-01").clock("D11").opened_on == date(2004, 1, 1)


def test_a_corrected_birth_moves_the_day_due() -> None:
    file = raised()
    file.and_("2012-03-05", girl("2010-08-03"), corrects=file.entries[1])
    assert file.clock("D11").due == Days.on(date(2026, 11, 3))


# Cards


def test_a_renewed_card_follows_the_former_one_and_an_expired_one_leaves_a_gap() -> None:
    def card(start: date, end: date) -> IdCardIssued:
        return some(IdCardIssued, valid_from=start, valid_to=end)

    file = given(
        ("2015-01-05", card(date(2015, 1, 5), date(2020, 1, 5))),
        ("2019-12-01", card(date(2019, 12, 1), date(2024, 12, 1))),
        ("2025-03-01", card(date(2025, 3, 1), date(2035, 3, 1))),
    )
    days = ("2019-12-01", "2020-01-06", "2024-12-02", "2025-03-01")
    assert [file.now(IDENTITY_CARD, day) for day in days] == [
        date(2019, 12, 1),
        date(2019, 12, 1),
        None,
        date(2025, 3, 1),
    ]


def test_a_card_that_expires_before_it_begins_is_impossible() -> None:
    backwards = some(IdCardIssued, valid_from=date(2025, 3, 1), valid_to=date(2024, 3, 1))
    raised().when("2026-08-01", backwards).refused("E10")


def test_a_social_security_card_is_held_from_its_issue_on() -> None:
    file = given(("2024-05-06", some(SocialSecurityCardIssued)))
    assert file.now(SOCIAL_SECURITY_CARD, "2024-05-05") is None
    assert file.now(SOCIAL_SECURITY_CARD, "2024-05-06") == date(2024, 5, 6)
