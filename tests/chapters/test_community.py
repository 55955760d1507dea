"""Children outside institutions: on which roll they belong, and what is due while they are on one."""

from datetime import date
from typing import Any

import pytest

from domain.events.community.caring import (
    ENTRUSTED,
    RISK,
    CommunityVisitMade,
    CommunityVisitsPlanned,
    EntrustedGuardianshipConfirmed,
    Risk,
    RiskGradeAssessed,
)
from domain.events.community.charge import InstitutionalCareRequested, PlaceOfCareChanged
from domain.events.community.referring import (
    SERVED,
    CareReferralMade,
    CareReferralReturned,
    HotlineCaseHandled,
    HotlineCaseReceived,
    OutsideServiceEnded,
    OutsideServiceStarted,
)
from domain.events.community.rolls import (
    ON_ROLL,
    ChildIdentified,
    LeftBehindRollEntered,
    MigrantRollEntered,
    RollInformationVerified,
    RollLeft,
    SupportRollEntered,
)
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.file import File
from domain.life import STAGE
from domain.obligations import clocks
from domain.when import Days
from tests.support.given import NOT_ASKED, Given, given, some

GUIYANG = "520102003"
"""A township in Guizhou, whose text is checked."""
RUGAO = "320682"
HERE = {"region": GUIYANG}


def born(on: str = "2012-06-15") -> Given:
    """A child found outside institutions who was born on a day."""
    identity = some(IdentityRecorded, birth_on=date.fromisoformat(on))
    return given(("2025-03-01", some(ChildIdentified), HERE), ("2025-03-01", identity, HERE))


def migrant(**said: Any) -> MigrantRollEntered:
    """Who came with its mother from another province on 1 March 2025."""
    basis: dict[str, Any] = {
        "home_region": "431224",
        "lives_in": "520102",
        "left_home_on": date(2025, 3, 1),
        "companion": "one_parent",
        "is_within_one_city": False,
    }
    return MigrantRollEntered(**(basis | said))


def left_behind(**said: Any) -> LeftBehindRollEntered:
    basis: dict[str, Any] = {"parents_away": "both", "is_rural": True, "away_since": date(2025, 1, 10)}
    return LeftBehindRollEntered(**(basis | said))


def states(file: Given, rule: str, *days: str) -> list[list[str | None]]:
    """The states of the clocks of a rule on each of several days."""
    return [[clock.state(date.fromisoformat(day)) for clock in file.clocks(rule)] for day in days]


# The roll of migrant children (R-COM-1)


@pytest.mark.rule("R-COM-1")
@pytest.mark.parametrize(
    ("day", "refused"),
    [("2025-08-31", True), ("2025-09-01", True), ("2025-09-02", False)],  # six months end on 1 September
)
def test_a_migrant_child_has_lived_elsewhere_for_six_months(day: str, refused: bool) -> None:  # noqa: FBT001
    born().when(day, migrant(), **HERE).refused(*["R-COM-1"] * refused)


@pytest.mark.rule("R-COM-1")
@pytest.mark.parametrize(
    ("birth", "refused"),
    [("2009-10-11", False), ("2009-10-10", True), ("2009-10-09", True)],  # sixteen on 10 October 2025
)
def test_a_migrant_child_is_below_sixteen(birth: str, refused: bool) -> None:  # noqa: FBT001
    born(birth).when("2025-10-10", migrant(), **HERE).refused(*["R-COM-1"] * refused)


@pytest.mark.rule("R-COM-1")
@pytest.mark.parametrize(
    "said", [{"home_region": "520102"}, {"is_within_one_city": True}, {"companion": "nobody"}]
)
def test_a_migrant_child_left_its_county_with_a_guardian_and_not_only_its_district(
    said: dict[str, Any],
) -> None:
    born().when("2025-10-10", migrant(**said), **HERE).refused("R-COM-1")


@pytest.mark.rule("R-COM-1")
@pytest.mark.parametrize(
    "unknown", ["home_region", "lives_in", "left_home_on", "companion", "is_within_one_city"]
)
def test_what_is_not_known_of_a_migrant_child_is_a_finding(unknown: str) -> None:
    file = born().when("2025-10-10", migrant(**{unknown: NOT_ASKED}), **HERE).recorded("R-COM-1")
    assert file.found() == {("R-COM-1", "uncertain")}


@pytest.mark.rule("R-COM-1")
def test_a_migrant_child_of_unknown_age_is_a_finding() -> None:
    file = given(("2025-03-01", some(ChildIdentified), HERE)).when("2025-10-10", migrant(), **HERE)
    file.recorded("R-COM-1")
    assert file.found() == {("R-COM-1", "uncertain")}


@pytest.mark.rule("R-COM-1")
def test_where_the_definition_was_not_checked_it_warns() -> None:
    born().when("2025-10-10", migrant(companion="nobody"), region="371099001").recorded("R-COM-1")


# The roll of left-behind children (R-COM-2)


@pytest.mark.rule("R-COM-2")
@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ({}, set()),
        ({"parents_away": "one_other_unable"}, set()),
        ({"parents_away": "one_other_able"}, {"breach"}),
        ({"parents_away": "none"}, {"breach"}),
        ({"is_rural": False}, {"breach"}),
        ({"parents_away": NOT_ASKED}, {"uncertain"}),
        ({"is_rural": NOT_ASKED}, {"uncertain"}),
    ],
)
def test_a_left_behind_child_is_of_the_country_and_nobody_of_its_parents_can_look_after_it(
    said: dict[str, Any], kinds: set[str]
) -> None:
    file = born().and_("2025-04-01", left_behind(**said), **HERE)
    assert {kind for _, kind in file.found()} == kinds


@pytest.mark.rule("R-COM-2")
@pytest.mark.parametrize(
    ("birth", "found"), [("2009-04-02", False), ("2009-04-01", True), ("2009-03-31", True)]
)
def test_a_left_behind_child_is_below_sixteen(birth: str, found: bool) -> None:  # noqa: FBT001
    assert bool(born(birth).and_("2025-04-01", left_behind(), **HERE).found()) is found


# On the rolls and off them


def test_a_child_may_be_on_several_rolls_and_leaves_each_by_itself() -> None:
    file = (
        born()
        .and_("2025-04-01", left_behind())
        .and_("2025-05-01", some(SupportRollEntered, roll="in_difficulty"))
    )
    file.and_("2025-06-01", some(RollLeft, roll="left_behind"))

    def on(day: str) -> set[str | None]:
        return {fact.held.value for fact in file.on(day).each(ON_ROLL)}

    assert on("2025-03-31") == set()
    assert on("2025-05-31") == {"left_behind", "in_difficulty"}
    assert on("2025-06-01") == {"in_difficulty"}


@pytest.mark.parametrize("ends", [ChildReceived, ChildDied])
def test_who_is_taken_in_or_dies_is_on_no_roll_and_nothing_of_it_is_due(ends: type[Any]) -> None:
    file = born().and_("2025-04-01", left_behind()).and_("2025-04-20", some(ends))
    assert file.on("2025-04-20").each(ON_ROLL) == []
    for rule in ("R-COM-4", "R-COM-6", "R-COM-7", "D26"):
        assert set(states(file, rule, "2025-04-20")[0]) == {"void"}, rule
    assert str(file.clocks("D26")[0].void_because) in {"已接收 Received", "已死亡 Died"}


def test_who_was_taken_off_a_roll_is_told_so() -> None:
    file = born().and_("2025-04-01", left_behind()).and_("2025-04-20", some(RollLeft, roll="left_behind"))
    assert str(file.clock("D26").void_because) == "已退出名册 taken off the roll"


@pytest.mark.rule("R-COM-10")
@pytest.mark.parametrize(
    ("day", "refused"), [("2025-05-31", False), ("2025-06-01", True), ("2025-06-02", True)]
)
def test_a_child_in_care_is_not_one_outside(day: str, refused: bool) -> None:  # noqa: FBT001
    of_children_outside = (
        some(ChildIdentified),
        migrant(),
        left_behind(),
        some(SupportRollEntered, roll="in_difficulty"),
        some(PlaceOfCareChanged, place="371099001"),
        some(InstitutionalCareRequested),
    )
    for event in of_children_outside:
        judged = born().and_("2025-06-01", some(ChildReceived)).when(day, event).judgements
        assert ("R-COM-10" in {each.rule.id for each in judged if each.refuses}) is refused, event


def test_who_left_an_institution_may_be_found_outside() -> None:
    file = given(("2024-01-01", some(ChildReceived)), ("2025-01-01", some(DepartureCompleted, reason="11")))
    file.when("2025-02-01", some(ChildIdentified)).refused()
    assert file.now(STAGE, "2025-02-01") == "outside"


# At sixteen (R-COM-3)


@pytest.mark.rule("R-COM-3")
def test_who_turns_sixteen_is_to_be_taken_off_the_roll() -> None:
    file = born("2010-02-10").and_("2025-04-01", left_behind())
    clock = file.clock("R-COM-3")
    assert [clock.state(date(2026, 2, day)) for day in (9, 10, 11)] == [None, "due", "due"]
    assert [clock.state(date(2026, 3, day)) for day in (11, 12, 13)] == ["due", "due", "overdue"]
    file.and_("2026-02-20", some(RollLeft, roll="left_behind"))
    assert file.clock("R-COM-3").state(date(2026, 2, 20)) == "met"


@pytest.mark.rule("R-COM-3")
@pytest.mark.parametrize(("day", "asked"), [("2026-02-09", 0), ("2026-02-10", 0), ("2026-02-11", 1)])
def test_nothing_is_due_at_sixteen_for_who_left_before(day: str, asked: int) -> None:
    file = born("2010-02-10").and_("2025-04-01", left_behind()).and_(day, some(RollLeft, roll="left_behind"))
    assert len(file.clocks("R-COM-3")) == asked


# Comparing what is known: D25 and D26


@pytest.mark.rule("D25")
def test_what_is_known_of_a_migrant_child_is_compared_every_half_year() -> None:
    file = born().and_("2025-10-10", migrant(), **HERE)
    clock = file.clock("D25")
    assert (clock.due, clock.number is not None and clock.number.verified) == (
        Days.on(date(2026, 4, 10)),
        True,
    )
    assert states(file, "D25", "2026-04-09", "2026-04-10", "2026-04-11") == [["due"], ["due"], ["overdue"]]
    file.and_("2026-04-10", some(RollInformationVerified), **HERE)
    assert states(file, "D25", "2026-04-11") == [["met", "due"]]


@pytest.mark.rule("D26")
def test_what_is_known_of_a_left_behind_child_is_brought_up_to_date_every_quarter() -> None:
    file = born().and_("2025-04-01", left_behind(), region=RUGAO)
    clock = file.clock("D26")
    assert clock.due == Days.on(date(2025, 7, 1))
    assert clock.number is not None
    assert not clock.number.verified, "the text of the place speaks of a bulletin a quarter"
    assert states(file, "D26", "2025-06-30", "2025-07-01", "2025-07-02") == [["due"], ["due"], ["overdue"]]


# How often a child is visited: R-COM-4, R-COM-5


@pytest.mark.rule("R-COM-4")
def test_director_and_supervisor_visit_each_at_their_own_interval() -> None:
    file = born().and_("2025-04-01", left_behind())
    director, supervisor = sorted(file.clocks("R-COM-4"), key=lambda clock: clock.due.last)
    assert [director.due.last, supervisor.due.last] == [date(2025, 5, 1), date(2025, 7, 1)]
    file.and_("2025-04-25", some(CommunityVisitMade, visitor="director"))
    file.and_("2025-04-26", some(CommunityVisitMade, visitor=NOT_ASKED))
    assert states(file, "R-COM-4", "2025-05-25", "2025-05-26") == [
        ["met", "due", "due"],
        ["met", "overdue", "due"],
    ]


@pytest.mark.rule("R-COM-5")
def test_a_planned_visit_is_made_by_who_planned_it_on_its_day() -> None:
    file = born().and_(
        "2025-04-01", some(CommunityVisitsPlanned, visitor="director", visits_on=(date(2025, 4, 20),))
    )
    assert states(file, "R-COM-5", "2025-04-19", "2025-04-20", "2025-04-21") == [
        ["due"],
        ["due"],
        ["overdue"],
    ]
    file.and_("2025-04-18", some(CommunityVisitMade, visitor="supervisor"))
    assert states(file, "R-COM-5", "2025-04-21") == [["overdue"]]
    file.and_("2025-04-19", some(CommunityVisitMade, visitor="director"))
    assert states(file, "R-COM-5", "2025-04-21") == [["met"]]


@pytest.mark.rule("R-COM-5")
def test_the_next_visit_that_was_agreed_on_takes_the_place_of_what_was_agreed_before() -> None:
    file = born()
    for made, following in (("2025-04-01", "2025-06-01"), ("2025-05-20", "2025-07-01")):
        file.and_(made, some(CommunityVisitMade, visitor="director", next_on=date.fromisoformat(following)))
    assert states(file, "R-COM-5", "2025-06-30", "2025-07-02") == [["met", "due"], ["met", "overdue"]]


@pytest.mark.rule("R-COM-5")
@pytest.mark.parametrize(
    ("left", "state"), [("2025-05-01", "void"), ("2025-05-02", "due"), ("2025-05-03", "due")]
)
def test_who_was_taken_off_its_last_roll_is_visited_no_more(left: str, state: str) -> None:
    file = born().and_("2025-04-01", left_behind())
    file.and_("2025-04-10", some(CommunityVisitMade, visitor="director", next_on=date(2025, 5, 10)))
    file.and_(left, some(RollLeft, roll="left_behind"))
    assert states(file, "R-COM-5", "2025-05-01") == [[state]]
    assert str(file.clock("R-COM-5").void_because) == "已退出名册 taken off the roll"


@pytest.mark.rule("R-COM-5")
def test_who_was_taken_in_is_visited_no_more_and_it_is_said_why() -> None:
    file = born().and_("2025-04-01", left_behind())
    file.and_("2025-04-10", some(CommunityVisitMade, visitor="director", next_on=date(2025, 5, 10)))
    file.and_("2025-05-02", some(ChildReceived))
    assert states(file, "R-COM-5", "2025-05-02") == [["void"]]
    assert str(file.clock("R-COM-5").void_because) == "已接收 Received"


# Grading of risk: R-COM-6


@pytest.mark.rule("R-COM-6")
def test_risk_is_graded_and_graded_again_on_the_day_that_was_named() -> None:
    file = born().and_("2025-04-01", left_behind())
    assert states(file, "R-COM-6", "2025-04-30", "2025-05-01", "2025-05-02") == [
        ["due"],
        ["due"],
        ["overdue"],
    ]
    file.and_("2025-04-10", some(RiskGradeAssessed, grade="medium", next_review_on=date(2025, 8, 1)))
    assert states(file, "R-COM-6", "2025-08-01", "2025-08-02") == [["met", "due"], ["met", "overdue"]]
    file.and_("2025-08-01", some(RiskGradeAssessed, grade="high", colour="red"))
    assert file.now(RISK, "2025-07-31") == Risk(grade="medium", colour=None)
    assert file.now(RISK, "2025-08-01") == Risk(grade="high", colour="red")
    # No day was named: half a year.
    assert states(file, "R-COM-6", "2026-02-01", "2026-02-02") == [
        ["met", "met", "due"],
        ["met", "met", "overdue"],
    ]


# Who looks after the child (R-COM-7)


def signed(valid_to: object, *, is_able: object = True) -> EntrustedGuardianshipConfirmed:
    return some(EntrustedGuardianshipConfirmed, valid_to=valid_to, is_able=is_able)


@pytest.mark.rule("R-COM-7")
def test_a_left_behind_child_is_entrusted_to_somebody_who_signs() -> None:
    file = born().and_("2025-04-01", left_behind())
    assert states(file, "R-COM-7", "2025-04-30", "2025-05-01", "2025-05-02") == [
        ["due"],
        ["due"],
        ["overdue"],
    ]
    file.and_("2025-04-12", signed(date(2026, 4, 11)))
    assert states(file, "R-COM-7", "2025-05-02") == [["met", "due"]]
    assert file.now(ENTRUSTED, "2026-04-11") == date(2025, 4, 12)
    assert file.now(ENTRUSTED, "2026-04-12") is None


@pytest.mark.rule("R-COM-7")
def test_a_confirmation_is_signed_anew_by_its_last_day() -> None:
    file = born().and_("2025-04-01", left_behind()).and_("2025-04-12", signed(date(2025, 12, 31)))
    assert states(file, "R-COM-7", "2025-12-30", "2025-12-31", "2026-01-01") == [
        ["met", "due"],
        ["met", "due"],
        ["met", "overdue"],
    ]
    file.and_("2025-12-31", signed(NOT_ASKED))
    assert states(file, "R-COM-7", "2026-01-01") == [["met", "met"]]


@pytest.mark.rule("R-COM-7")
@pytest.mark.parametrize(("is_able", "state"), [(True, "met"), (False, "overdue"), (NOT_ASKED, "overdue")])
def test_only_who_is_able_to_look_after_the_child_is_entrusted_with_it(is_able: object, state: str) -> None:
    file = born().and_("2025-04-01", left_behind())
    file.and_("2025-04-12", signed(NOT_ASKED, is_able=is_able))
    assert states(file, "R-COM-7", "2025-05-02") == [[state]]


@pytest.mark.rule("R-COM-7")
@pytest.mark.parametrize(
    ("valid_to", "met"),
    [("2025-03-31", ["due"]), ("2025-04-01", ["due", "met"]), ("2025-04-02", ["due", "met"])],
)
def test_a_confirmation_that_is_still_valid_counts(valid_to: str, met: list[str]) -> None:
    file = born().and_("2025-03-10", signed(date.fromisoformat(valid_to))).and_("2025-04-01", left_behind())
    assert states(file, "R-COM-7", "2025-04-01") == [met]


@pytest.mark.rule("R-COM-7")
def test_only_a_left_behind_child_needs_the_confirmation() -> None:
    assert born().and_("2025-10-10", migrant()).clocks("R-COM-7") == []


# What is asked of others (R-COM-8, R-COM-9)


@pytest.mark.rule("R-COM-8")
def test_a_referral_is_answered_within_thirty_days() -> None:
    file = born().and_("2025-04-01", some(CareReferralMade))
    assert states(file, "R-COM-8", "2025-04-30", "2025-05-01", "2025-05-02") == [
        ["due"],
        ["due"],
        ["overdue"],
    ]
    file.and_("2025-05-03", some(CareReferralReturned, referral=file.last.entry_id))
    assert states(file, "R-COM-8", "2025-05-03") == [["met_late"]]


@pytest.mark.rule("R-COM-9")
def test_a_case_of_the_hotline_is_closed_within_ten_working_days_and_told_to_few() -> None:
    file = born().and_("2025-06-03", some(HotlineCaseReceived))
    assert states(file, "R-COM-9", "2025-06-16", "2025-06-17", "2025-06-18") == [
        ["due"],
        ["due"],
        ["overdue"],
    ]
    file.and_("2025-06-10", some(HotlineCaseHandled, case=file.last.entry_id))
    assert states(file, "R-COM-9", "2025-06-18") == [["met"]]
    assert {str(each) for each in file.clock("R-COM-9").rests_on} == {"safeguarding"}


@pytest.mark.rule("R-COM-9")
@pytest.mark.parametrize("named", [0, 1])
def test_which_case_of_the_hotline_was_closed_is_told_by_no_day(named: int) -> None:
    file = given(("2025-06-03", some(HotlineCaseReceived)), ("2025-06-04", some(HotlineCaseReceived)))
    file.and_("2025-06-10", some(HotlineCaseHandled, case=file.entries[named].entry_id))
    assert states(file, "R-COM-9", "2025-06-11") == [["due", "met"]]


def test_an_institution_serves_a_child_outside() -> None:
    file = born().and_("2025-04-01", some(OutsideServiceStarted, service="rehabilitation"))
    file.and_("2025-09-01", some(OutsideServiceEnded, service="rehabilitation"))
    assert file.now(SERVED, "2025-08-31") == date(2025, 4, 1)
    assert file.now(SERVED, "2025-09-01") is None


def test_whatever_the_order_of_recording_the_same_is_due() -> None:
    file = born().and_("2025-04-01", left_behind()).and_("2025-04-10", some(RiskGradeAssessed))
    file.and_("2025-04-25", some(CommunityVisitMade, visitor="director")).and_(
        "2025-06-01", some(ChildReceived)
    )
    backwards = File()
    for entry in reversed(file.entries):
        backwards.add(entry)
    assert [str(clock) for clock in clocks(backwards, file.rulebook)] == [
        str(clock) for clock in clocks(file.file, file.rulebook)
    ]
