"""Restricted files: what is restricted, by a decision or by an adoption, and who may read it until when."""

from datetime import date
from uuid import uuid4

import pytest

from domain.event import Event
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.departure import ChildDied
from domain.events.intake import ChildReceived
from domain.events.record import EntryWithdrawn
from domain.events.restriction import (
    ProcessingRestricted,
    RestrictedFileAccessApproved,
    RestrictedFileAccessRejected,
    RestrictedFileAccessRequested,
    RestrictionLifted,
)
from domain.requested_access import access_of, requested_accesses
from domain.scope import scope_of
from domain.when import LAST_DAY
from tests.support.given import CLERK, SUPERVISOR, Given, given, some

RECEIVED = ("2016-03-01", some(ChildReceived))
ADOPTED = ("2024-05-06", some(AdoptionRegistered, adopter=uuid4()))
ASKED = ("2024-06-01", some(RestrictedFileAccessRequested), {"by": CLERK})


def through(file: Given) -> date | None:
    return scope_of(file.file).restricted_through


def test_an_adoption_restricts_what_occurred_before_it_by_itself() -> None:
    assert through(given(RECEIVED)) is None
    assert through(given(RECEIVED, ADOPTED)) == date(2024, 5, 5)


def test_what_an_adoption_restricts_opens_when_the_child_comes_back_and_not_by_a_death() -> None:
    adopted = given(RECEIVED, ADOPTED)
    assert through(adopted.and_("2025-01-01", some(ChildDied))) == date(2024, 5, 5)
    assert through(given(RECEIVED, ADOPTED).and_("2025-01-01", some(ChildReceived))) is None


def test_a_withdrawn_adoption_restricts_nothing() -> None:
    adopted = given(RECEIVED, ADOPTED)
    registered = adopted.entries[-1].entry_id
    assert through(adopted.and_("2024-05-07", some(EntryWithdrawn, entry=registered))) is None


def test_a_restriction_is_of_the_whole_file_until_it_is_lifted() -> None:
    restricted = given(RECEIVED, ("2024-06-01", some(ProcessingRestricted)))
    assert through(restricted) == LAST_DAY
    assert through(restricted.and_("2024-06-02", some(RestrictionLifted))) is None


def decided(kind: type, day: str = "2024-06-02") -> Given:
    asked = given(RECEIVED, ASKED)
    return asked.and_(day, some(kind, request=asked.entries[-1].entry_id), by=SUPERVISOR)


@pytest.mark.parametrize(
    ("day", "state"),
    [("2024-07-01", "approved"), ("2024-07-02", "approved"), ("2024-07-03", "ended")],
)
def test_an_approved_access_ends_by_itself_after_30_days(day: str, state: str) -> None:
    file, on = decided(RestrictedFileAccessApproved).file, date.fromisoformat(day)
    (access,) = requested_accesses(file)
    assert access.state(on) == state
    assert (access_of(file, CLERK.user, on) is not None) is (state == "approved")
    assert access_of(file, SUPERVISOR.user, on) is None


def test_what_waits_or_was_rejected_gives_no_access() -> None:
    for file, state in (
        (given(RECEIVED, ASKED).file, "waiting"),
        (decided(RestrictedFileAccessRejected).file, "rejected"),
    ):
        (access,) = requested_accesses(file)
        assert access.state(date(2024, 6, 3)) == state
        assert access_of(file, CLERK.user, date(2024, 6, 3)) is None


def test_an_approval_does_not_count_for_what_is_asked_otherwise_after_it() -> None:
    file = decided(RestrictedFileAccessApproved)
    otherwise = some(RestrictedFileAccessRequested, purpose="other")
    asked = file.and_("2024-06-01", otherwise, corrects=file.entries[1], by=SUPERVISOR).file
    (access,) = requested_accesses(asked)
    assert (access.state(date(2024, 6, 3)), access.asker) == ("waiting", CLERK.user)


@pytest.mark.rule("R-LIM-1")
@pytest.mark.parametrize("kind", [RestrictedFileAccessApproved, RestrictedFileAccessRejected])
def test_nobody_decides_on_their_own_access(kind: type) -> None:
    for by, rules in ((CLERK, ["R-LIM-1"]), (SUPERVISOR, [])):
        asked = given(RECEIVED, ASKED)
        decision: Event = some(kind, request=asked.last.entry_id)
        asked.when("2024-06-02", decision, by=by).refused(*rules)


@pytest.mark.rule("R-LIM-2")
@pytest.mark.parametrize(
    ("day", "state"), [("2024-06-03", "due"), ("2024-06-04", "due"), ("2024-06-05", "overdue")]
)
def test_a_request_to_read_waits_for_a_decision_also_after_an_adoption(day: str, state: str) -> None:
    asked = given(RECEIVED, ADOPTED, ASKED)
    assert asked.clock("R-LIM-2").state(date.fromisoformat(day)) == state


@pytest.mark.rule("R-LIM-2")
@pytest.mark.parametrize("kind", [RestrictedFileAccessApproved, RestrictedFileAccessRejected])
def test_either_decision_answers_a_request_to_read(kind: type) -> None:
    assert decided(kind).clock("R-LIM-2").state(date(2024, 6, 10)) == "met"
