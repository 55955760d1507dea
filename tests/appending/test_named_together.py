"""What several files name is judged with all of them: three children never come into one foster family."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.event import Event
from domain.events.care import FOSTER_FAMILY
from domain.events.family.foster_steps import (
    APPLICATION,
    FamilyMember,
    FamilyMembersRecorded,
    FosterFamilyApplied,
    FosterFamilyApproved,
    FosterFamilyAssessed,
    FosterFamilyClosed,
    FosterFamilyTrained,
)
from domain.events.family.profile import FamilyRegistered
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementEnded, FosterPlacementStarted
from domain.events.intake import ChildReceived
from domain.events.record import EntryWithdrawn
from ledger.ledger import Ledger
from ledger.recording.outcome import Outcome, Recorded, Refused, Rehearsal
from ledger.recording.request import Draft, Recording
from ledger.store.append import Accepted, Stale
from ledger.store.store import Store
from tests.support.client import NOW
from tests.support.given import CLERK, REGION, days, some
from tests.support.ledgers import an_append

STEPS = (
    FosterFamilyApplied,
    FosterFamilyAssessed,
    FosterFamilyApproved,
    FosterFamilyTrained,
)
SUITABLE: dict[type[Event], dict[str, object]] = {
    FosterFamilyApplied: {"is_healthy": True, "crime_check": "clear"},
    FosterFamilyAssessed: {"result": "suitable"},
}


def recording(stream: UUID | None, *happened: tuple[str, Event], **said: Any) -> Recording:
    return Recording(
        stream=stream,
        drafts=tuple(Draft(event=event, days=days(on)) for on, event in happened),
        region=REGION,
        origin="api",
        recorder=CLERK,
        key=str(uuid4()),
        **said,
    )


async def stands(ledger: Ledger, each: Recording) -> UUID:
    outcome = await ledger.record(each, now=NOW)
    assert isinstance(outcome, Recorded), outcome
    return outcome.stream


def registered(*steps: type[Event], born: str = "2010-01-01") -> Recording:
    """A couple with one child of their own, and the steps it has gone through."""
    child = some(FamilyMember, relation="child", birth_on=date.fromisoformat(born))
    happened = [
        ("2024-01-10", some(FamilyRegistered)),
        ("2024-01-10", some(FamilyMembersRecorded, members=(child,))),
    ]
    happened += [("2024-02-01", some(step, **SUITABLE.get(step, {}))) for step in steps]
    return recording(None, *happened, kind="family")


async def a_family(ledger: Ledger, *steps: type[Event], born: str = "2010-01-01") -> UUID:
    return await stands(ledger, registered(*(steps or STEPS), born=born))


async def a_child(ledger: Ledger, family: UUID) -> UUID:
    """A child in care, for whom an agreement with the family was signed."""
    agreement = some(FosterAgreementSigned, family=family, caregiver_birth_on=date(1980, 1, 1))
    received = ("2024-01-05", some(ChildReceived))
    return await stands(ledger, recording(None, received, ("2024-02-10", agreement)))


def placing(child: UUID, family: UUID, on: str = "2024-03-01", **said: Any) -> Recording:
    placed = some(FosterPlacementStarted, family=family, child_consent="agree")
    return recording(child, (on, placed), **said)


async def fostered(ledger: Ledger, children: list[UUID]) -> int:
    files = await ledger.repository.files(children)
    return sum(bool(file.spans(FOSTER_FAMILY)) for file in files.values())


def refusals(outcome: Outcome | Any) -> set[str]:
    assert isinstance(outcome, Refused | Rehearsal), outcome
    return {judgement.rule.id for judgement in outcome.refusals}


@pytest.mark.rule("I10")
async def test_a_family_fosters_two_children_and_no_third(ledger: Ledger) -> None:
    family = await a_family(ledger)
    children = [await a_child(ledger, family) for _ in range(3)]
    first = await stands(ledger, placing(children[0], family))
    await stands(ledger, placing(children[1], family))
    assert refusals(await ledger.record(placing(children[2], family), now=NOW)) == {"I10"}
    (rehearsed,) = await ledger.rehearse([placing(children[2], family)], now=NOW)
    assert refusals(rehearsed) == {"I10"}

    await stands(ledger, recording(first, ("2024-06-01", some(FosterPlacementEnded))))
    assert refusals(await ledger.record(placing(children[2], family, "2024-05-31"), now=NOW)) == {"I10"}
    await stands(ledger, placing(children[2], family, "2024-06-01"))


@pytest.mark.rule("I10")
@pytest.mark.parametrize("already", [0, 1])
async def test_of_many_that_are_placed_at_once_by_two_processes_two_come_in(
    processes: list[Ledger], already: int
) -> None:
    family = await a_family(processes[0])
    children = [await a_child(processes[0], family) for _ in range(6)]
    for child in children[:already]:
        await stands(processes[0], placing(child, family))
    outcomes = await asyncio.gather(
        *(
            processes[number % 2].record(placing(child, family), now=NOW)
            for number, child in enumerate(children[already:])
        )
    )
    assert sum(isinstance(outcome, Recorded) for outcome in outcomes) == 2 - already
    assert {rule for each in outcomes if not isinstance(each, Recorded) for rule in refusals(each)} == {"I10"}
    assert await fostered(processes[1], children) == 2


async def test_what_is_recorded_together_all_or_nothing_is_judged_together(ledger: Ledger) -> None:
    family = await a_family(ledger)
    children = [await a_child(ledger, family) for _ in range(3)]
    three = await ledger.record_all([placing(child, family) for child in children], now=NOW, atomic=True)
    assert not any(isinstance(outcome, Recorded) for outcome in three)
    assert await fostered(ledger, children) == 0
    two = await ledger.record_all([placing(child, family) for child in children[:2]], now=NOW, atomic=True)
    assert all(isinstance(outcome, Recorded) for outcome in two)
    assert await fostered(ledger, children) == 2


async def test_a_family_may_be_registered_all_or_nothing_with_the_placement_into_it(ledger: Ledger) -> None:
    family = uuid4()
    child = await a_child(ledger, family)
    for steps, stand in ((STEPS[:2], False), (STEPS, True)):
        both = [replace(registered(*steps), stream=family), placing(child, family)]
        outcomes = await ledger.record_all(both, now=NOW, atomic=True)
        assert all(isinstance(outcome, Recorded) for outcome in outcomes) is stand


async def test_a_placement_that_was_withdrawn_leaves_room(ledger: Ledger) -> None:
    family = await a_family(ledger)
    children = [await a_child(ledger, family) for _ in range(3)]
    for child in children[:2]:
        await stands(ledger, placing(child, family))
    placed = (await ledger.repository.files(children[:1]))[children[0]].of(FosterPlacementStarted)[0]
    withdrawal = some(EntryWithdrawn, entry=placed.entry_id, explanation="误录")
    await stands(ledger, recording(children[0], ("2024-04-01", withdrawal)))
    await stands(ledger, placing(children[2], family))


@pytest.mark.rule("I11")
@pytest.mark.parametrize("missing", [*STEPS, None])
async def test_a_child_is_placed_after_every_step_of_the_family(
    ledger: Ledger, missing: type[Event] | None
) -> None:
    steps = [step for step in STEPS if step is not missing]
    if missing in {FosterFamilyApplied, FosterFamilyAssessed}:
        # Without them there is no approval either.
        steps.remove(FosterFamilyApproved)
    family = await a_family(ledger, *steps)
    child = await a_child(ledger, family)
    outcome = await ledger.record(placing(child, family, "2024-02-29"), now=NOW)
    if missing is None:
        assert isinstance(outcome, Recorded)
    else:
        assert refusals(outcome) == {"I11"}


@pytest.mark.rule("I11")
async def test_a_child_is_placed_neither_before_the_steps_nor_after_the_closure_nor_with_nobody(
    ledger: Ledger,
) -> None:
    family = await a_family(ledger)
    child = await a_child(ledger, family)
    nobody = uuid4()
    stranger = await a_child(ledger, nobody)
    assert refusals(await ledger.record(placing(stranger, nobody), now=NOW)) == {"I11"}
    await stands(ledger, recording(family, ("2024-03-01", some(FosterFamilyClosed)), kind="family"))
    assert refusals(await ledger.record(placing(child, family), now=NOW)) == {"I11"}
    await stands(ledger, placing(child, family, "2024-02-29"))


@pytest.mark.rule("I10")
async def test_a_family_with_an_own_child_below_six_takes_no_other(ledger: Ledger) -> None:
    for born, taken in (("2018-03-01", True), ("2018-03-02", False)):
        family = await a_family(ledger, born=born)
        child = await a_child(ledger, family)
        outcome = await ledger.record(placing(child, family), now=NOW)
        assert isinstance(outcome, Recorded if taken else Refused)


async def test_history_is_recorded_as_found_whatever_the_family_has(ledger: Ledger) -> None:
    family = uuid4()
    child = await a_child(ledger, family)
    placed = placing(child, family)
    drafts = tuple(replace(draft, noted_on=date(2024, 3, 1)) for draft in placed.drafts)
    outcome = await ledger.record(replace(placed, drafts=drafts, origin="paper"), now=NOW)
    assert isinstance(outcome, Recorded)
    assert {finding.rule.id for finding in outcome.findings if finding.as_found} == {"I11"}


async def test_an_append_is_stale_when_another_one_has_named_what_it_names(store: Store) -> None:
    name = uuid4()
    first = an_append(names=(name,), reads=((name, 0),))
    assert isinstance(await store.append(first), Accepted)
    assert await store.append(an_append(names=(name,), reads=((name, 0),))) == Stale(0)
    assert isinstance(await store.append(an_append(names=(name,), reads=((name, 1),))), Accepted)
    assert [stream for _, stream in await store.naming([name])] == [
        first.stream,
        (await store.read(1, 1))[0].stream,
    ]
    # Who reads a stream without naming it is not concerned with who names it.
    assert isinstance(await store.append(an_append(reads=((name, 0),))), Accepted)


async def test_appends_of_one_batch_that_name_the_same_are_judged_one_after_the_other(store: Store) -> None:
    name = uuid4()
    both = [an_append(names=(name,), reads=((name, 0),)) for _ in range(2)]
    assert [type(verdict) for verdict in await store.append_all(both)] == [Accepted, Stale]
    together = [an_append(names=(name,), reads=((name, version),)) for version in (1, 2)]
    assert [type(each) for each in await store.append_all(together, atomic=True)] == [Accepted, Accepted]


@pytest.mark.rule("I11")
async def test_a_family_of_another_institution_is_answered_as_one_that_is_not_there(ledger: Ledger) -> None:
    elsewhere = replace(registered(*STEPS), institution=uuid4())
    theirs = await stands(ledger, elsewhere)
    said = []
    for family in (theirs, uuid4()):
        child = await a_child(ledger, family)
        (rehearsed,) = await ledger.rehearse([placing(child, family)], now=NOW)
        assert isinstance(rehearsed, Rehearsal)
        said.append([(each.rule.id, each.refusal.detail) for each in rehearsed.judgements])
    assert said[0] == said[1]
    assert ("I11", APPLICATION) in said[0]
