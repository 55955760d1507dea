"""What happens once: an end, an answer, a decision that is recorded again is found, with the first (E18)."""

from typing import Any, Final

import pytest

from domain.event import CATALOGUE, Event, fields_of
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.emergency import EmergencyAccessReviewed
from domain.events.erasure import ErasureCompleted, ErasureHoldLifted, ErasureRejected, ErasureStarted
from domain.events.funeral import FuneralCompleted
from domain.events.household import HouseholdCancelled, HouseholdRegistered
from domain.events.intake import ChildReceived
from domain.events.placement.placed import AdultPlaced
from domain.events.placement.transition import PlacementReversed
from domain.events.restriction import RestrictedFileAccessApproved, RestrictedFileAccessRejected
from domain.events.subject_access import SubjectAccessAnswered, SubjectAccessRefused
from tests.support.given import Given, given, some
from tests.support.whole_events import presupposed

ONCE: Final = [kind for kind in CATALOGUE.values() if kind.once]
AGAIN: Final[dict[type[Event], tuple[type[Event], ...]]] = {
    AdultPlaced: (PlacementReversed,),
    CATALOGUE["CaseClosed"]: (ChildReceived,),
    DepartureCompleted: (ChildReceived,),
    HouseholdCancelled: (HouseholdRegistered,),
}
"""With what it begins again, where that is not what it presupposes."""
SAID: Final[dict[type[Event], dict[str, Any]]] = {CATALOGUE["RollLeft"]: {"roll": "migrant"}}
"""What an event says by which it speaks of what its example begins with."""
NEVER_AGAIN: Final = {
    ChildDied,
    FuneralCompleted,
    EmergencyAccessReviewed,
    RestrictedFileAccessApproved,
    RestrictedFileAccessRejected,
    ErasureRejected,
    ErasureStarted,
    ErasureCompleted,
    ErasureHoldLifted,
    SubjectAccessAnswered,
    SubjectAccessRefused,
}
"""What nobody comes back from, and decisions, of which each names what it decides on."""


def told(file: Given) -> list[tuple[str, ...]]:
    """What E18 says against the last entry: the entries that it points to."""
    return [tuple(map(str, found.refusal.evidence)) for found in file.judgements if found.rule.id == "E18"]


def begun(kind: type[Event]) -> list[Event]:
    return [some(each) for each in (*presupposed(kind), *AGAIN.get(kind, ()))]


@pytest.mark.rule("E18")
@pytest.mark.parametrize("kind", ONCE, ids=lambda kind: kind.__name__)
def test_what_happens_once_is_found_when_it_is_recorded_again(kind: type[Event]) -> None:
    event = some(kind, **SAID.get(kind, {}))
    once = given(*(("2024-03-09", each) for each in begun(kind))).when("2024-03-10", event)
    assert told(once) == []
    first = str(once.last.entry_id)
    for day in ("2024-03-10", "2024-03-11"):
        twice = given(*(("2024-03-09", each) for each in begun(kind))).and_("2024-03-10", event)
        first = str(twice.last.entry_id)
        assert told(twice.when(day, event)) == [(first,)]
        assert ("E18", "breach") in twice.found()


@pytest.mark.rule("E18")
@pytest.mark.parametrize("kind", [k for k in ONCE if k not in NEVER_AGAIN], ids=lambda kind: kind.__name__)
def test_what_has_begun_again_may_end_again(kind: type[Event]) -> None:
    event = some(kind, **SAID.get(kind, {}))
    again = given(*(("2024-03-09", each) for each in begun(kind))).and_("2024-03-10", event)
    for each in begun(kind):
        again.and_("2024-03-11", each)
    assert told(again.when("2024-03-12", event)) == []


@pytest.mark.rule("E18")
def test_each_of_two_is_answered_once_and_neither_twice() -> None:
    for kind in ONCE:
        for spec in fields_of(kind):
            if spec.refers is None or spec.refers.type not in {
                each.__name__ for each in some(kind).presupposes()
            }:
                continue
            file = given(*(("2024-03-09", each) for each in begun(kind)))
            asked = CATALOGUE[spec.refers.type]
            one = file.and_("2024-03-09", some(asked)).last.original
            other = file.and_("2024-03-09", some(asked)).last.original
            first = file.and_("2024-03-10", some(kind, **{spec.name: one})).last
            assert told(file.when("2024-03-10", some(kind, **{spec.name: other}))) == []
            assert told(file.when("2024-03-10", some(kind, **{spec.name: one}))) == [(str(first.entry_id),)]
