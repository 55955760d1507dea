"""Entrusted care by an agreement, and leave for a time."""

from datetime import date

import pytest

from domain.events.departure import DepartureCompleted
from domain.events.entrusted import (
    AGREEMENT,
    EntrustedCareAgreementEnded,
    EntrustedCareAgreementRenewed,
    EntrustedCareAgreementSigned,
)
from domain.events.intake import ChildReceived
from domain.events.leave import AWAY, TemporaryLeaveEnded, TemporaryLeaveStarted
from tests.support.given import NOT_ASKED, Given, given, some

BACK_BY = date(2026, 2, 20)
UNTIL = date(2026, 12, 31)
LEFT = some(DepartureCompleted, reason="99")


def in_care() -> Given:
    return given(("2026-01-10", some(ChildReceived)))


def on_leave(**said: object) -> Given:
    return in_care().and_(
        "2026-02-10",
        some(
            TemporaryLeaveStarted,
            **{"leave_reason": "relatives", "return_due_on": BACK_BY, "approved_by": "标记院长"} | said,
        ),
    )


# R-LEA-1: who is on leave comes back


@pytest.mark.rule("R-LEA-1")
def test_who_is_on_leave_is_back_by_the_day_that_was_said() -> None:
    clock = on_leave().clock("R-LEA-1")
    assert [clock.state(date(2026, 2, day)) for day in (9, 10, 20, 21)] == [None, "due", "due", "overdue"]


@pytest.mark.rule("R-LEA-1")
@pytest.mark.parametrize(("on", "state"), [("2026-02-20", "met"), ("2026-02-21", "met_late")])
def test_the_return_clears_it_and_the_child_is_away_until_then(on: str, state: str) -> None:
    child = on_leave().and_(on, some(TemporaryLeaveEnded))
    assert child.clock("R-LEA-1").state(date(2026, 3, 1)) == state
    assert (child.now(AWAY, "2026-02-19"), child.now(AWAY, on)) == ("relatives", None)


@pytest.mark.rule("R-LEA-1")
def test_where_nobody_said_when_it_comes_back_a_week_is_borrowed() -> None:
    clock = on_leave(return_due_on=NOT_ASKED).clock("R-LEA-1")
    assert clock.due.last == date(2026, 2, 17)
    assert clock.number is not None
    assert not clock.number.verified


def test_who_leaves_care_while_on_leave_is_not_awaited_and_away_no_more() -> None:
    child = on_leave().and_("2026-02-15", LEFT)
    assert child.clock("R-LEA-1").state(date(2026, 2, 15)) == "void"
    assert child.now(AWAY, "2026-02-15") is None


@pytest.mark.rule("R-LEA-2")
def test_who_is_away_returns_before_leaving_again() -> None:
    again = some(TemporaryLeaveStarted, leave_reason="camp", approved_by="标记院长")
    on_leave().when("2026-02-11", again).recorded("R-LEA-2")
    child = on_leave().and_("2026-02-20", some(TemporaryLeaveEnded))
    child.when("2026-02-19", again).recorded("R-LEA-2")
    child = on_leave().and_("2026-02-20", some(TemporaryLeaveEnded))
    child.when("2026-02-20", again).recorded()
    child = on_leave().and_("2026-02-20", some(TemporaryLeaveEnded))
    child.when("2026-02-21", again).recorded()


@pytest.mark.rule("R-LEA-3")
def test_who_goes_on_leave_has_an_approval_that_says_whose_it_is() -> None:
    leave = TemporaryLeaveStarted
    in_care().when("2026-02-10", some(leave, approved_by="标记院长")).recorded()
    child = in_care().when("2026-02-10", some(leave, approved_by=NOT_ASKED)).recorded("R-LEA-3")
    (judgement,) = child.judgements
    assert (judgement.refusal.kind, judgement.refusal.at) == ("no_evidence", "/data/approved_by")


# R-ENT-1: an agreement is renewed or ended


def entrusted() -> Given:
    return in_care().and_("2026-01-10", some(EntrustedCareAgreementSigned, agreed_until=UNTIL))


@pytest.mark.rule("R-ENT-1")
def test_an_agreement_is_renewed_or_ended_by_its_last_day_and_told_a_month_before() -> None:
    clock = entrusted().clock("R-ENT-1")
    days = [date(2026, 11, 29), date(2026, 11, 30), UNTIL, date(2027, 1, 1)]
    assert [clock.state(day) for day in days] == [None, "due", "due", "overdue"]


@pytest.mark.rule("R-ENT-1")
@pytest.mark.parametrize(("on", "state"), [("2026-12-31", "met"), ("2027-01-01", "met_late")])
def test_a_renewal_clears_it_and_opens_the_next_one(on: str, state: str) -> None:
    child = entrusted().and_(on, some(EntrustedCareAgreementRenewed, agreed_until=date(2027, 12, 31)))
    first, second = child.clocks("R-ENT-1")
    assert first.state(date(2027, 1, 1)) == state
    assert (second.due.last, second.met_by) == (date(2027, 12, 31), None)


def test_the_end_of_an_agreement_clears_it_and_so_does_leaving_care() -> None:
    child = entrusted().and_("2026-12-01", some(EntrustedCareAgreementEnded))
    assert child.clock("R-ENT-1").state(UNTIL) == "met"
    assert (child.now(AGREEMENT, "2026-11-30"), child.now(AGREEMENT, "2026-12-01")) == (
        date(2026, 1, 10),
        None,
    )
    child = entrusted().and_("2026-12-01", LEFT)
    assert child.clock("R-ENT-1").state(UNTIL) == "void"
    assert child.now(AGREEMENT, "2026-12-01") is None


@pytest.mark.rule("R-ENT-1")
def test_of_an_agreement_whose_last_day_is_not_known_nothing_is_due_and_that_is_found() -> None:
    child = in_care().when("2026-01-10", some(EntrustedCareAgreementSigned)).recorded("R-ENT-1")
    child.when("2026-02-10", some(EntrustedCareAgreementRenewed)).recorded("R-ENT-1")
    assert child.clocks("R-ENT-1") == []
