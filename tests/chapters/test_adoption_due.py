"""What an adoption makes due: the end of the notice, the trial, the report and the visits."""

from datetime import date

import pytest

from domain.events.adoption.assessment import (
    AdoptionAssessmentConsented,
    IntegrationEnded,
    IntegrationStarted,
    RegistrarNoticeExpired,
    RegistrarNoticePublished,
)
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.search import ParentageConfirmed
from domain.pack_faults import faults
from domain.rule_pack import RulePack, drafted
from domain.rulebook import Rulebook
from tests.support.adoptions import CLAIMANT, registered, report, small_child, visited
from tests.support.given import given, some

# D07


@pytest.mark.rule("D07")
def test_the_notice_runs_sixty_days_and_its_end_is_recorded() -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)))
    clock = file.clock("D07")
    assert clock.due.last == date(2025, 5, 1)
    assert (clock.number is not None, clock.number and clock.number.verified) == (True, True)
    asked = (date(2025, 2, 28), date(2025, 3, 1), date(2025, 5, 1), date(2025, 5, 2))
    assert [clock.state(day) for day in asked] == [None, "due", "due", "overdue"]
    on_time = file.and_("2025-05-01", some(RegistrarNoticeExpired)).clock("D07")
    assert on_time.state(date(2025, 5, 1)) == "met"


@pytest.mark.rule("D07")
@pytest.mark.parametrize("day", ["2025-03-02", "2025-04-30"])
def test_an_expiry_within_the_sixty_days_is_a_finding_and_does_not_meet_the_notice(day: str) -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)))
    file.when(day, some(RegistrarNoticeExpired)).recorded("D07")
    assert file.found() == {("D07", "breach")}
    assert file.clock("D07").state(date(2025, 5, 2)) == "overdue"
    after = given(("2025-03-01", some(RegistrarNoticePublished)))
    after.when("2025-05-01", some(RegistrarNoticeExpired)).recorded()


def test_a_notice_recorded_as_expired_a_day_late_is_met_late() -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)), ("2025-05-02", some(RegistrarNoticeExpired)))
    assert file.clock("D07").state(date(2025, 5, 2)) == "met_late"


def test_a_notice_of_which_only_the_month_is_known_runs_out_within_an_interval() -> None:
    clock = given(("2025-03", some(RegistrarNoticePublished))).clock("D07")
    assert (clock.due.first, clock.due.last) == (date(2025, 5, 1), date(2025, 5, 31))


def test_nobody_waits_for_a_notice_after_the_adoption_found_parents_or_a_new_notice() -> None:
    for ends in (registered(), some(ParentageConfirmed, claimant=CLAIMANT), some(DepartureCompleted)):
        file = given(("2025-03-01", some(RegistrarNoticePublished)), ("2025-04-10", ends))
        assert file.clock("D07").state(date(2025, 4, 9)) == "due"
        assert file.clock("D07").state(date(2025, 4, 10)) == "void"
    anew = given(
        ("2025-03-01", some(RegistrarNoticePublished)),
        ("2025-04-10", some(RegistrarNoticePublished)),
        ("2025-06-10", some(RegistrarNoticeExpired)),
    )
    assert [clock.state(date(2025, 6, 10)) for clock in anew.clocks("D07")] == ["void", "met"]


# D09


@pytest.mark.rule("D09")
def test_a_short_integration_and_a_late_report_warn_and_never_refuse() -> None:
    started = ("2025-01-01", some(IntegrationStarted))
    given(started).when("2025-01-30", some(IntegrationEnded)).recorded("D09")
    given(started).when("2025-01-31", some(IntegrationEnded)).recorded()
    consented = ("2025-01-01", some(AdoptionAssessmentConsented))
    given(consented).when("2025-03-02", report()).recorded()
    given(consented).when("2025-03-03", report()).recorded("D09")


# D32


def test_four_visits_follow_an_adoption_and_meet_their_clocks_in_turn() -> None:
    file = small_child(("2025-01-31", registered()))
    clocks = file.clocks("D32")
    assert [clock.due.last for clock in clocks] == [
        date(2025, 2, 28),
        date(2025, 4, 30),
        date(2025, 7, 31),
        date(2026, 1, 31),
    ]
    assert not any(clock.number and clock.number.verified for clock in clocks)
    file.and_("2025-02-28", visited()).and_("2025-05-01", visited())
    states = [clock.state(date(2025, 8, 1)) for clock in file.clocks("D32")]
    assert states == ["met", "overdue", "met", "due"]
    file.and_("2025-07-20", visited())
    states = [clock.state(date(2025, 8, 1)) for clock in file.clocks("D32")]
    assert states == ["met", "met_late", "met", "due"]


@pytest.mark.rule("D32")
def test_four_calls_in_the_first_week_are_the_first_visit_and_no_other() -> None:
    file = small_child(("2025-01-31", registered()))
    for day in ("2025-02-01", "2025-02-02", "2025-02-04", "2025-02-06"):
        file.and_(day, some(PostAdoptionVisitMade, mode="phone"))
    states = [clock.state(date(2026, 2, 1)) for clock in file.clocks("D32")]
    assert states == ["met", "overdue", "overdue", "overdue"]


@pytest.mark.rule("D32")
@pytest.mark.parametrize(
    ("day", "states"), [("2025-02-28", ["met", "due"]), ("2025-03-01", ["overdue", "met"])]
)
def test_a_visit_is_for_the_time_it_lies_in(day: str, states: list[str]) -> None:
    file = small_child(("2025-01-31", registered()), (day, visited()))
    assert [clock.state(date(2025, 3, 2)) for clock in file.clocks("D32")][:2] == states


@pytest.mark.rule("D32")
def test_a_visit_made_late_is_for_the_time_it_was_planned_for() -> None:
    planned = some(PostAdoptionVisitMade, mode="home", planned_on=date(2025, 2, 26))
    file = small_child(("2025-01-31", registered()), ("2025-03-03", planned))
    states = [clock.state(date(2025, 3, 3)) for clock in file.clocks("D32")]
    assert states == ["met_late", "due", "due", "due"]
    early = some(PostAdoptionVisitMade, mode="phone", planned_on=date(2026, 1, 31))
    file = small_child(("2025-01-31", registered()), ("2025-02-02", early))
    assert [clock.state(date(2026, 2, 1)) for clock in file.clocks("D32")][-1] == "overdue"


def test_shanghai_asks_for_one_visit_within_three_months() -> None:
    clock = given(("2025-01-31", registered(registrar_region="310101"))).clock("D32")
    assert clock.due.last == date(2025, 4, 30)
    assert clock.number is not None
    assert clock.number.verified


def test_a_place_that_sets_one_visit_still_asks_for_the_others_unless_it_says_that_there_are_none() -> None:
    def visits(*said: tuple[str, int]) -> list[date]:
        numbers = "".join(
            f"""
[[number]]
rule = "D32"
case = "{case}"
region = "000000"
value = {value}
unit = "months"
source = "示例办法"
verified = true
"""
            for case, value in said
        )
        shipped = Rulebook.shipped()
        pack = RulePack("nation", {"nation.toml": numbers})
        assert faults(pack, shipped) == []
        file = given(("2025-01-31", registered()), rulebook=drafted(shipped, shipped, [pack]))
        return [clock.due.last for clock in file.clocks("D32")]

    defaults = [date(2025, 4, 30), date(2025, 7, 31), date(2026, 1, 31)]
    assert visits(("1", 2)) == [date(2025, 3, 31), *defaults]
    assert visits(("1", 2), ("3", 0)) == [date(2025, 3, 31), defaults[0], defaults[2]]
    assert visits(("1", 2), ("2", 0), ("3", 0), ("4", 0)) == [date(2025, 3, 31)]


def test_no_visit_is_asked_for_after_death_or_when_the_child_is_in_care_again() -> None:
    for ends in (some(ChildDied), some(ChildReceived)):
        file = given(("2025-01-31", registered()), ("2025-02-20", visited()), ("2025-03-10", ends))
        states = [clock.state(date(2025, 3, 10)) for clock in file.clocks("D32")]
        assert states == ["met", "void", "void", "void"]


@pytest.mark.rule("R-VIS-2")
def test_the_visit_that_was_agreed_on_falls_due_on_its_day() -> None:
    def agreed(day: str) -> PostAdoptionVisitMade:
        return some(PostAdoptionVisitMade, mode="home", next_on=date.fromisoformat(day))

    file = small_child(("2025-01-31", registered()), ("2025-02-20", agreed("2025-06-20")))
    clock = file.clock("R-VIS-2")
    days = (date(2025, 2, 19), date(2025, 2, 20), date(2025, 6, 20), date(2025, 6, 21))
    assert [clock.state(day) for day in days] == [None, "due", "due", "overdue"]
    called_at_once = file.and_("2025-02-25", visited()).clock("R-VIS-2")
    assert called_at_once.state(date(2025, 6, 21)) == "overdue"
    made = file.and_("2025-06-18", visited()).clock("R-VIS-2")
    assert made.state(date(2025, 6, 20)) == "met"

    anew = small_child(("2025-01-31", registered()), ("2025-02-20", agreed("2025-06-20")))
    first, second = anew.and_("2025-03-20", agreed("2025-09-20")).clocks("R-VIS-2")
    assert (first.state(date(2025, 3, 20)), second.state(date(2025, 9, 21))) == ("void", "overdue")
    for ends in (some(ChildDied), some(ChildReceived)):
        ended = small_child(("2025-01-31", registered()), ("2025-02-20", agreed("2025-06-20")))
        assert ended.and_("2025-05-01", ends).clock("R-VIS-2").state(date(2025, 5, 1)) == "void"


def test_leaving_the_institution_does_not_end_the_visits() -> None:
    file = given(("2025-01-31", registered()), ("2025-02-03", some(DepartureCompleted, reason="01")))
    assert [clock.state(date(2025, 3, 1)) for clock in file.clocks("D32")] == ["overdue", "due", "due", "due"]


def test_visits_after_a_second_adoption_do_not_meet_those_of_the_first() -> None:
    file = given(
        ("2023-01-31", registered()),
        ("2023-02-10", visited()),
        ("2023-03-10", some(ChildReceived)),
        ("2025-01-31", registered()),
        ("2025-02-10", visited()),
    )
    states = [clock.state(date(2025, 3, 1)) for clock in file.clocks("D32")]
    assert states.count("met") == 2
    assert states.count("void") == 3


def test_correcting_the_day_of_registration_moves_the_visits() -> None:
    file = small_child(("2025-06-01", registered()))
    file.and_("2025-06-11", registered(), corrects=file.last)
    assert file.clocks("D32")[0].due.last == date(2025, 7, 11)
