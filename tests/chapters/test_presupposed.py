"""What an event presupposes: what it ends, answers or goes on with is recorded, or found missing (E16)."""

from typing import Final

import pytest

from domain.changes import changes
from domain.event import CATALOGUE, Event
from tests.support.given import Given, given, some

NAMES: Final = [name for name, kind in CATALOGUE.items() if kind.presupposes(kind.__new__(kind))]
ENDS_WHAT_MAY_BE_UNRECORDED: Final = {
    "AdoptionRegistered": "ends whatever of the way there is recorded",
    "AdultPlaced": "ends whatever care is recorded",
    "ChildAdmitted": "ends an earlier departure where there was one",
    "ChildDied": "ends whatever is recorded",
    "ChildReceived": "ends an earlier departure where there was one",
    "ChildTransferred": "ends whatever care is recorded",
    "DepartureCompleted": "ends whatever care is recorded",
    "FilesSeparated": "each file holds its own again",
    "FosterFamilyClosed": "I11 asks for its steps",
    "FosterFamilyRejected": "I11 asks for its steps",
    "FosterPlacementStarted": "ends a trial with the family where there was one",
    "GuardianshipRestored": "the rules of restoring ask whose guardianship it was",
    "HouseholdCancelled": "the child may have been registered before it came",
    "LongTermGuardianshipConfirmed": "ends a review where there was one",
    "ParentageConfirmed": "ends a claim where there was one",
    "PlaceOfCareChanged": "ends a request where there was one",
    "ReferralReceived": "ends an earlier refusal where there was one",
    "SchoolEnrolled": "ends a deferral where there was one",
    "TemporaryGuardianshipStarted": "ends an earlier restoration where there was one",
}
"""Events that end an attribute of which nothing need be recorded, with the reason."""


def said(file: Given) -> set[str]:
    return {judgement.rule.id for judgement in file.judgements}


def presupposed(kind: type[Event]) -> list[type[Event]]:
    """What comes before an event, from the beginning on, each of which presupposes the one before."""
    before = kind.presupposes(kind.__new__(kind))
    return [*presupposed(before[0]), before[0]] if before else []


@pytest.mark.rule("E16")
def test_what_an_event_presupposes_is_missing_until_it_is_recorded_whenever_that_is() -> None:
    for name in NAMES:
        kind = CATALOGUE[name]
        event, before = some(kind), [some(each) for each in presupposed(kind)]
        assert "E16" in said(given().when("2024-03-10", event)), name
        for day in ("2024-03-09", "2024-03-10"):
            file = given(*((day, each) for each in before)).when("2024-03-10", event)
            assert said(file).isdisjoint({"E14", "E16"}), (name, day)
        after = said(given(*(("2024-03-11", each) for each in before)).when("2024-03-10", event))
        assert ("E14" in after, "E16" in after) == (True, False), name
        # Of an open day it may have come before, and is not missing.
        perhaps = given(*(("2024-03", each) for each in before)).when("2024-03-10", event)
        assert "E16" not in said(perhaps), name
        late = given(("2024-03-10", event), *(("2024-03-09", each) for each in before))
        assert "E16" not in {rule for rule, _ in late.found()}, name


def test_whoever_ends_what_another_event_begins_presupposes_that_or_it_is_said_why_not() -> None:
    silent = set()
    for name, kind in CATALOGUE.items():
        begins, ends = [
            {change.attribute for change in changes(kind) if change.effect == effect}
            for effect in ("begins", "ends")
        ]
        if ends - begins and name not in NAMES:
            silent.add(name)
    assert silent ^ set(ENDS_WHAT_MAY_BE_UNRECORDED) == set()
