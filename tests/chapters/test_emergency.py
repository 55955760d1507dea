"""Emergency access: what is read under it, when it ends, and who reviews it by when."""

from datetime import timedelta

import pytest

from domain.emergency_access import EMERGENCY_HOURS, emergencies_of, emergency_accesses
from domain.event import Category
from domain.events.departure import ChildDied
from domain.events.emergency import EmergencyAccessReviewed, EmergencyAccessTaken
from domain.events.intake import ChildReceived
from domain.events.record import EntryWithdrawn
from tests.support.given import CLERK, SUPERVISOR, Given, given, some

RECEIVED = ("2024-03-01", some(ChildReceived))
TAKEN = some(EmergencyAccessTaken, sets=("restricted_health", "adoption"))


def taken() -> Given:
    return given(RECEIVED, ("2024-06-01", TAKEN, {"by": CLERK}))


def reviewed(on: str) -> Given:
    file = taken()
    review = some(EmergencyAccessReviewed, access=file.entries[-1].entry_id)
    return file.and_(on, review, by=SUPERVISOR)


def test_an_access_is_its_takers_alone_to_the_sets_that_were_asked_for_and_ends_by_itself() -> None:
    file = taken().file
    (access,) = emergency_accesses(file)
    assert access.categories == {Category.RESTRICTED_HEALTH, Category.ADOPTION}
    assert access.until == access.since + timedelta(hours=EMERGENCY_HOURS)
    just_before = access.until - timedelta(seconds=1)
    assert emergencies_of(file, CLERK.user, just_before) == [access]
    assert emergencies_of(file, CLERK.user, access.until) == []
    assert emergencies_of(file, SUPERVISOR.user, just_before) == []


def test_a_withdrawn_access_gives_nothing_and_is_told_all_the_same() -> None:
    file = taken()
    entry = file.entries[-1].entry_id
    withdrawn = file.and_("2024-06-01", some(EntryWithdrawn, entry=entry), by=SUPERVISOR).file
    (access,) = emergency_accesses(withdrawn)
    assert (access.taken_by, access.state(access.since)) == (CLERK.user, "withdrawn")
    assert emergencies_of(withdrawn, CLERK.user, access.since) == []


@pytest.mark.rule("R-EMG-1")
@pytest.mark.parametrize(("on", "state"), [("2024-06-04", "met"), ("2024-06-05", "met_late")])
def test_an_access_is_reviewed_within_three_days(on: str, state: str) -> None:
    clock = reviewed(on).clock("R-EMG-1")
    assert clock.due.last.isoformat() == "2024-06-04"
    assert clock.state(clock.due.last + timedelta(days=30)) == state


@pytest.mark.rule("R-EMG-1")
def test_an_access_is_reviewed_also_when_the_child_has_died() -> None:
    died = given(RECEIVED, ("2024-05-01", some(ChildDied)), ("2024-06-01", TAKEN, {"by": CLERK}))
    clock = died.clock("R-EMG-1")
    assert clock.state(clock.due.last + timedelta(days=1)) == "overdue"


@pytest.mark.rule("R-EMG-2")
def test_nobody_reviews_their_own_access() -> None:
    for by, rules in ((CLERK, ["R-EMG-2"]), (SUPERVISOR, [])):
        file = taken()
        review = some(EmergencyAccessReviewed, access=file.last.entry_id)
        file.when("2024-06-02", review, by=by).refused(*rules)
