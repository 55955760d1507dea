"""Schooling: entered with the school year after the sixth birthday, stage after stage."""

from datetime import date

import pytest

from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.schooling import (
    EDUCATION,
    PUT_OFF,
    DeferralOrSuspensionApproved,
    Education,
    SchoolAgeReported,
    SchoolEnrolled,
    SchoolingEnded,
    StudentRollTransferred,
    school_year_after,
)
from domain.rulebook import Rulebook
from domain.when import Days
from tests.support.given import NOT_ASKED, Given, given, some


def raised(*, born: str = "2015-05-05", received: str = "2018-01-10") -> Given:
    """A child in care who turns six on 5 May 2021."""
    identity = some(IdentityRecorded, birth_on=date.fromisoformat(born))
    return given((received, some(ChildReceived)), (received, identity))


def enrolled(stage: str, form: str = "regular") -> SchoolEnrolled:
    return some(SchoolEnrolled, stage=stage, form=form)


def ended(stage: str | None = None, reason: str = "graduated") -> SchoolingEnded:
    return some(SchoolingEnded, stage=stage, end_reason=reason)


def put_off(starts: str | None, ends: str | None, decision: str = "deferral") -> DeferralOrSuspensionApproved:
    return some(
        DeferralOrSuspensionApproved,
        decision=decision,
        starts_on=NOT_ASKED if starts is None else date.fromisoformat(starts),
        ends_on=NOT_ASKED if ends is None else date.fromisoformat(ends),
    )


def days(*said: str) -> list[date]:
    return [date.fromisoformat(one) for one in said]


def lapse(kind: str, first: str, last: str) -> tuple[str, date, date]:
    return (kind, date.fromisoformat(first), date.fromisoformat(last))


# D14


@pytest.mark.rule("D14")
@pytest.mark.parametrize(
    ("born", "due"),
    [("2015-08-31", "2021-09-01"), ("2015-09-01", "2022-09-01"), ("2015-05-05", "2021-09-01")],
)
def test_school_is_entered_with_the_school_year_after_the_sixth_birthday(born: str, due: str) -> None:
    clock = raised(born=born).clock("D14")
    assert clock.due == Days.on(date.fromisoformat(due))
    assert clock.state(clock.due.last) == "due"
    assert clock.state(date.fromordinal(clock.due.last.toordinal() + 1)) == "overdue"


@pytest.mark.parametrize(
    ("entered", "state"), [("2021-08-30", "met"), ("2021-09-01", "met"), ("2021-09-02", "met_late")]
)
def test_enrolling_meets_it_in_whatever_form(entered: str, state: str) -> None:
    for form in ("regular", "special_school", "home_teaching", "special_class", "remote"):
        file = raised().and_(entered, enrolled("primary", form))
        assert file.clock("D14").state(date(2021, 10, 1)) == state


def test_preschool_does_not_meet_it() -> None:
    assert (
        raised().and_("2019-09-01", enrolled("preschool")).clock("D14").state(date(2021, 9, 2)) == "overdue"
    )


def test_a_birth_known_by_its_year_makes_the_day_due_an_interval() -> None:
    identity = some(IdentityRecorded, birth_on=date(2015, 1, 1), birth_until=date(2015, 12, 31))
    file = given(("2018-01-10", some(ChildReceived)), ("2018-01-10", identity))
    assert file.clock("D14").due == Days(date(2021, 9, 1), date(2022, 9, 1))


def test_a_child_received_at_school_age_enters_with_the_next_school_year() -> None:
    assert raised(received="2023-10-10").clock("D14").due == Days.on(date(2024, 9, 1))
    assert raised(received="2023-09-01").clock("D14").due == Days.on(date(2023, 9, 1))
    at_school_before = raised(received="2023-10-10").and_("2021-09-01", enrolled("primary"))
    assert at_school_before.clock("D14").state(date(2023, 10, 10)) == "met"


def test_a_deferral_ends_the_clock_and_starts_one_to_the_school_year_after_it() -> None:
    file = raised().and_("2021-08-20", put_off("2021-09-01", "2022-08-31"))
    first, second = file.clocks("D14")
    assert [first.state(day) for day in days("2021-08-19", "2021-08-20")] == ["due", "void"]
    assert [second.state(day) for day in days("2021-08-19", "2021-08-20", "2022-09-01", "2022-09-02")] == [
        None,
        "due",
        "due",
        "overdue",
    ]
    file.and_("2022-09-01", enrolled("primary", "special_school"))
    assert [clock.state(date(2022, 9, 1)) for clock in file.clocks("D14")] == ["void", "met"]


def test_a_deferral_approved_late_leaves_the_days_before_it_overdue() -> None:
    first, second = raised().and_("2021-10-08", put_off("2021-10-08", "2022-08-31")).clocks("D14")
    assert [first.state(day) for day in days("2021-10-07", "2021-10-08")] == ["overdue", "void"]
    assert second.due == Days.on(date(2022, 9, 1))


def test_a_second_deferral_follows_the_first() -> None:
    file = raised().and_("2021-08-20", put_off("2021-09-01", "2022-08-31"))
    file.and_("2022-08-15", put_off("2022-09-01", "2023-08-31"))
    assert [clock.due.last for clock in file.clocks("D14")] == days("2021-09-01", "2022-09-01", "2023-09-01")


def test_a_deferral_without_a_known_end_leaves_nothing_due() -> None:
    (only,) = raised().and_("2021-08-20", put_off(None, None)).clocks("D14")
    assert only.state(date(2021, 9, 2)) == "void"


def test_a_deferral_approved_before_the_sixth_birthday_is_counted_from_the_start() -> None:
    clock = raised().and_("2021-04-01", put_off("2021-09-01", "2022-08-31")).clock("D14")
    assert (clock.opened_on, clock.due) == (date(2021, 5, 5), Days.on(date(2022, 9, 1)))


def test_nothing_is_due_once_the_child_is_gone_or_sixteen() -> None:
    gone = raised().and_("2021-07-01", some(DepartureCompleted)).clock("D14")
    assert gone.state(date(2021, 7, 1)) == "void"
    assert raised().and_("2020-07-01", some(DepartureCompleted)).clocks("D14") == []
    assert raised().clock("D14").state(date(2031, 5, 5)) == "void"
    assert raised(received="2031-06-01").clocks("D14") == []


def test_the_law_counts_for_who_turned_six_under_it() -> None:
    assert raised(born="2000-08-31", received="2004-01-01").clocks("D14") == []
    assert raised(born="2000-09-01", received="2004-01-01").clock("D14").due == Days.on(date(2007, 9, 1))


@pytest.mark.rule("R-EDU-1")
def test_the_school_year_begins_after_and_not_on_the_day() -> None:
    assert [school_year_after(day, 9) for day in days("2021-08-31", "2021-09-01", "9999-12-31")] == [
        date(2021, 9, 1),
        date(2022, 9, 1),
        date.max,
    ]


@pytest.mark.rule("R-EDU-1")
@pytest.mark.parametrize(
    ("born", "due"),
    [("2015-02-28", "2021-03-01"), ("2015-03-01", "2022-03-01"), ("2015-03-02", "2022-03-01")],
)
def test_the_month_in_which_a_school_year_begins_is_that_of_the_rulebook(born: str, due: str) -> None:
    texts = Rulebook.shipped().texts
    in_spring = texts["schooling.toml"].replace("value = 9\n", "value = 3\n")
    file = raised(born=born)
    file.rulebook = Rulebook({**texts, "schooling.toml": in_spring})
    assert file.clock("D14").due == Days.on(date.fromisoformat(due))


# I09


@pytest.mark.rule("I09")
def test_a_student_roll_that_was_transferred_shows_that_the_child_is_at_school() -> None:
    child = raised().and_("2021-10-10", some(StudentRollTransferred))
    assert child.lapses("I09", "2022-10-01") == [lapse("no_evidence", "2021-09-01", "2021-10-09")]
    child.and_("2022-03-01", ended("primary", "left"))
    assert child.lapses("I09", "2022-10-01")[1:] == [lapse("breach", "2022-03-01", "2022-10-01")]


def test_a_child_who_should_be_at_school_and_is_not_is_found_day_by_day() -> None:
    file = raised()
    assert file.lapses("I09", "2021-08-31") == []
    assert file.lapses("I09", "2021-10-01") == [lapse("no_evidence", "2021-09-01", "2021-10-01")]
    file.and_("2021-11-08", enrolled("primary", "home_teaching"))
    assert file.lapses("I09", "2022-10-01") == [lapse("no_evidence", "2021-09-01", "2021-11-07")]


def test_preschool_at_school_age_is_a_breach() -> None:
    file = (
        raised()
        .and_("2019-09-01", enrolled("preschool", "preschool"))
        .and_("2022-09-01", enrolled("primary"))
    )
    assert file.lapses("I09", "2023-01-01") == [lapse("breach", "2021-09-01", "2022-08-31")]


def test_an_approved_deferral_or_suspension_excuses_until_it_ends() -> None:
    file = raised().and_("2021-08-20", put_off("2021-09-01", "2022-08-31"))
    assert file.lapses("I09", "2022-10-01") == [lapse("no_evidence", "2022-09-01", "2022-10-01")]
    file.and_("2022-09-01", enrolled("primary"))
    file.and_("2023-03-01", put_off("2023-03-01", None, "suspension")).and_(
        "2023-03-01", ended(reason="left")
    )
    assert file.lapses("I09", "2024-01-01") == []


def test_the_holidays_between_two_stages_are_no_gap_and_leaving_school_is_one() -> None:
    file = (
        raised(born="2012-05-05").and_("2018-09-01", enrolled("primary")).and_("2024-07-10", ended("primary"))
    )
    assert file.lapses("I09", "2024-08-31") == []
    assert file.lapses("I09", "2024-09-30") == [lapse("breach", "2024-09-01", "2024-09-30")]
    file.and_("2024-09-01", enrolled("junior"))
    assert file.lapses("I09", "2024-09-30") == []
    file.and_("2025-03-03", ended("junior", "left"))
    assert file.lapses("I09", "2025-03-31") == [lapse("breach", "2025-03-03", "2025-03-31")]


def test_who_finished_junior_school_before_sixteen_owes_no_more_schooling() -> None:
    file = (
        raised(born="2009-12-05")
        .and_("2015-09-01", enrolled("primary"))
        .and_("2021-09-01", enrolled("junior"))
    )
    file.and_("2024-07-10", ended())
    assert file.lapses("I09", "2026-01-01") == []


def test_the_question_is_asked_of_children_in_care_up_to_fifteen() -> None:
    file = raised(born="2009-05-05", received="2016-01-10").and_("2020-04-01", some(DepartureCompleted))
    assert file.lapses("I09") == [lapse("no_evidence", "2016-01-10", "2020-03-31")]
    grown = raised(born="2009-05-05", received="2025-01-10")
    assert grown.lapses("I09") == [lapse("no_evidence", "2025-01-10", "2025-05-04")]


@pytest.mark.rule("I09")
def test_of_whom_the_birth_leaves_it_open_whether_they_are_of_school_age_it_is_a_doubt() -> None:
    identity = some(IdentityRecorded, birth_on=date(2015, 1, 1), birth_until=date(2015, 12, 31))
    file = given(("2018-01-10", some(ChildReceived)), ("2018-01-10", identity))
    assert file.lapses("I09", "2022-09-30") == [
        lapse("uncertain", "2021-09-01", "2022-08-31"),
        lapse("no_evidence", "2022-09-01", "2022-09-30"),
    ]
    assert file.lapses("I09", "2031-12-31")[-1] == lapse("uncertain", "2031-01-01", "2031-12-30")
    unknown = given(("2018-01-10", some(ChildReceived)))
    assert unknown.lapses("I09", "2018-01-31") == [lapse("uncertain", "2018-01-10", "2018-01-31")]
    unknown.and_("2018-01-20", enrolled("primary"))
    assert unknown.lapses("I09", "2018-01-31") == [lapse("uncertain", "2018-01-10", "2018-01-19")]


# R-EDU-5


@pytest.mark.rule("R-EDU-5")
def test_of_a_child_of_six_that_has_entered_no_school_the_authority_is_told() -> None:
    child = raised()
    assert child.lapses("R-EDU-5", "2021-05-04") == []
    assert child.lapses("R-EDU-5", "2021-05-06") == [lapse("no_evidence", "2021-05-05", "2021-05-06")]
    for told in (some(SchoolAgeReported), enrolled("primary"), put_off("2021-05-10", None)):
        heard = raised().and_("2021-05-10", told)
        assert heard.lapses("R-EDU-5", "2021-10-01") == [lapse("no_evidence", "2021-05-05", "2021-05-09")]
    small = raised().and_("2021-05-01", enrolled("preschool", "preschool"))
    assert small.lapses("R-EDU-5", "2021-05-06") == [lapse("no_evidence", "2021-05-05", "2021-05-06")]
    grown = raised(born="2009-05-05", received="2025-01-10")
    assert grown.lapses("R-EDU-5") == [lapse("no_evidence", "2025-01-10", "2025-05-04")]
    unknown = given(("2018-01-10", some(ChildReceived)))
    assert unknown.lapses("R-EDU-5", "2018-01-11") == [lapse("uncertain", "2018-01-10", "2018-01-11")]


# Stage succeeds stage


def test_a_stage_succeeds_the_former_one_whether_or_not_that_was_ended() -> None:
    file = given(("2018-09-01", enrolled("primary")), ("2024-09-01", enrolled("junior")))
    assert file.now(EDUCATION, "2024-08-31") == Education(stage="primary", form="regular")
    assert [fact.held.value for fact in file.on("2024-09-01").each(EDUCATION)] == [
        Education(stage="junior", form="regular")
    ]
    file.and_("2027-07-10", ended())
    assert file.now(EDUCATION, "2027-07-10") is None


def test_a_stage_begun_before_the_former_one_ended_goes_on() -> None:
    file = given(
        ("2018-09-01", enrolled("primary")),
        ("2024-07-01", enrolled("junior")),
        ("2024-07-10", ended("primary")),
    )
    assert file.now(EDUCATION, "2024-07-10") == Education(stage="junior", form="regular")
    spans = [(span.value.stage, span.since, span.until) for span in file.file.spans(EDUCATION)]
    assert spans == [
        ("primary", date(2018, 9, 1), date(2024, 6, 30)),
        ("junior", date(2024, 7, 1), date.max),
    ]


def test_the_holidays_between_two_stages_are_seen_as_such() -> None:
    file = given(
        ("2018-09-01", enrolled("primary")),
        ("2024-07-10", ended("primary")),
        ("2024-09-01", enrolled("junior")),
    )
    assert file.now(EDUCATION, "2024-07-09") is not None
    assert file.now(EDUCATION, "2024-07-10") is None
    assert file.now(EDUCATION, "2024-09-01") is not None


def test_a_change_of_form_within_a_stage_succeeds_the_former_form() -> None:
    file = given(("2018-09-01", enrolled("primary")), ("2020-03-01", enrolled("primary", "inclusive")))
    assert file.now(EDUCATION, "2020-03-01") == Education(stage="primary", form="inclusive")
    assert len(file.file.spans(EDUCATION)) == 2


def test_a_transferred_roll_leaves_stage_and_form_as_they_are() -> None:
    file = given(("2018-09-01", enrolled("primary")), ("2020-03-01", some(StudentRollTransferred)))
    assert file.now(EDUCATION, "2020-03-01") == Education(stage="primary", form="regular")


def test_enrolling_again_ends_a_suspension() -> None:
    file = given(("2023-03-01", put_off(None, None, "suspension")), ("2023-09-01", enrolled("primary")))
    assert [file.now(PUT_OFF, day) for day in ("2023-03-01", "2023-08-31", "2023-09-01")] == [
        "suspension",
        "suspension",
        None,
    ]


def test_a_deferral_that_ends_before_it_begins_is_impossible() -> None:
    raised().when("2021-08-20", put_off("2022-09-01", "2021-08-31")).refused("E10")


def test_a_corrected_birth_moves_school_entry() -> None:
    file = raised()
    file.and_("2018-01-10", some(IdentityRecorded, birth_on=date(2015, 10, 5)), corrects=file.entries[1])
    assert file.clock("D14").due == Days.on(date(2022, 9, 1))
    assert file.lapses("I09", "2022-09-01") == [lapse("no_evidence", "2022-09-01", "2022-09-01")]


@pytest.mark.rule("D14", "I09")
def test_schooling_of_which_neither_stage_nor_form_is_known_is_no_entry_into_school() -> None:
    unknown = raised().and_("2021-08-30", some(SchoolEnrolled))
    assert unknown.clock("D14").state(date(2021, 9, 2)) == "overdue"
    assert {kind for kind, _, _ in unknown.lapses("I09", "2021-09-02")} == {"uncertain"}
    by_its_form = raised().and_("2021-08-30", some(SchoolEnrolled, form="regular"))
    assert by_its_form.clock("D14").state(date(2021, 9, 2)) == "met"
    assert by_its_form.lapses("I09", "2021-09-02") == []
