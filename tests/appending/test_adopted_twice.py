"""All that the same adopters adopt is judged together: nobody adopts more children than the law lets them."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.event import Event, Unknown
from domain.events.adoption.assessment import AdopterApplicationReceived
from domain.events.adoption.dissolving import AdoptionDissolved
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.departure import ChildDied
from domain.events.health import DisabilityCertificateIssued
from domain.events.intake import ChildReceived
from ledger.ledger import Ledger
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from ledger.store.store import Store
from tests.support.client import NOW
from tests.support.given import CLERK, REGION, days, some
from tests.support.ledgers import Urls, store_of

IN_DIFFICULTY, ORPHAN = "5", "2"


async def told(ledger: Ledger, stream: UUID | None, *happened: tuple[str, Event]) -> Recorded:
    """Record what papers of then say, so that it stands as found."""
    drafts = tuple(Draft(event=event, days=days(on), noted_on=date(2024, 9, 1)) for on, event in happened)
    recording = Recording(
        stream=stream, drafts=drafts, region=REGION, origin="paper", recorder=CLERK, key=str(uuid4())
    )
    outcome = await ledger.record(recording, now=NOW)
    assert isinstance(outcome, Recorded), outcome
    return outcome


async def a_child(ledger: Ledger, adopter: UUID, children: int = 0, *more: tuple[str, Event]) -> UUID:
    """A child, and an application of 10 January 2024 that says how many children the adopters have."""
    asked = some(AdopterApplicationReceived, adopter=adopter, children_count=children)
    return (
        await told(ledger, None, ("2023-01-05", some(ChildReceived)), ("2024-01-10", asked), *more)
    ).stream


async def adopt(
    ledger: Ledger,
    child: UUID,
    adopter: UUID | Unknown,
    on: str = "2024-03-01",
    category: str = IN_DIFFICULTY,
) -> list[str]:
    """Register an adoption; return what is said of the number of children."""
    outcome = await told(ledger, child, (on, some(AdoptionRegistered, adopter=adopter, category=category)))
    return [found.refusal.kind for found in outcome.findings if found.rule.id == "I16"]


@pytest.mark.rule("I16")
@pytest.mark.parametrize(("children", "most"), [(0, 2), (1, 1)])
async def test_who_has_no_child_adopts_two_and_who_has_one_adopts_one(
    ledger: Ledger, children: int, most: int
) -> None:
    adopter = uuid4()
    waiting = [await a_child(ledger, adopter, children) for _ in range(3)]
    said = [await adopt(ledger, child, adopter) for child in waiting]
    assert said == [[]] * most + [["breach"]] * (3 - most)


@pytest.mark.rule("I16")
async def test_an_adoption_counts_from_the_day_of_its_registration(ledger: Ledger) -> None:
    for on, said in (("2024-02-29", []), ("2024-03-01", ["breach"]), ("2024-03-02", ["breach"])):
        adopter = uuid4()
        first, second = [await a_child(ledger, adopter, 1) for _ in range(2)]
        await adopt(ledger, first, adopter)
        assert await adopt(ledger, second, adopter, on) == said


@pytest.mark.rule("I16")
@pytest.mark.parametrize(("on", "said"), [("2020-12-31", ["breach"]), ("2021-01-01", [])])
async def test_until_the_civil_code_nobody_adopted_a_second_child(
    ledger: Ledger, on: str, said: list[str]
) -> None:
    adopter = uuid4()
    asked = ("2020-01-10", some(AdopterApplicationReceived, adopter=adopter, children_count=0))
    received = ("2019-01-05", some(ChildReceived))
    first, second = [(await told(ledger, None, received, asked)).stream for _ in range(2)]
    assert await adopt(ledger, first, adopter, "2020-06-01") == []
    assert await adopt(ledger, second, adopter, on) == said


@pytest.mark.rule("I16")
async def test_orphans_and_disabled_children_are_adopted_beside_any_number(ledger: Ledger) -> None:
    adopter = uuid4()
    certified = (
        "2023-06-01",
        some(DisabilityCertificateIssued, disability_class="4", grade="1", valid_to=date(2030, 1, 1)),
    )
    waiting = [await a_child(ledger, adopter, 1) for _ in range(2)]
    disabled = await a_child(ledger, adopter, 1, certified)
    assert await adopt(ledger, waiting[0], adopter) == []
    assert await adopt(ledger, waiting[1], adopter, category=ORPHAN) == []
    assert await adopt(ledger, disabled, adopter) == []


@pytest.mark.rule("I16")
@pytest.mark.parametrize(
    "ended", [some(AdoptionDissolved, form="judgment"), some(ChildDied)], ids=lambda each: type(each).__name__
)
async def test_a_child_that_is_theirs_no_more_does_not_count(ledger: Ledger, ended: Event) -> None:
    adopter = uuid4()
    first, second = [await a_child(ledger, adopter, 1) for _ in range(2)]
    await adopt(ledger, first, adopter)
    await told(ledger, first, ("2024-06-01", ended))
    assert await adopt(ledger, second, adopter, "2024-06-01") == []


@pytest.mark.rule("I16")
async def test_of_adopters_who_are_not_known_nobody_can_say(ledger: Ledger) -> None:
    child = await a_child(ledger, uuid4())
    assert "uncertain" in await adopt(ledger, child, Unknown("not_known"))


async def test_of_two_who_are_registered_at_once_by_two_processes_one_is_too_many(
    processes: list[Ledger],
) -> None:
    adopter = uuid4()
    waiting = [await a_child(processes[0], adopter, 1) for _ in range(2)]
    said = await asyncio.gather(
        *(adopt(ledger, child, adopter) for ledger, child in zip(processes, waiting, strict=True))
    )
    assert sorted(said) == [[], ["breach"]]


@pytest.mark.parametrize("named", [uuid4(), Unknown("not_known")], ids=["known", "unknown"])
async def test_the_ledger_keeps_no_adopters_id_and_tells_not_whether_it_is_known(
    urls: Urls, ledger: Ledger, named: UUID | Unknown
) -> None:
    await adopt(ledger, await a_child(ledger, uuid4()), named)
    async with store_of(urls) as store:
        assert await _named(store) == 1
        assert not isinstance(named, UUID) or await store.naming([named]) == []


async def _named(store: Store) -> int:
    rows: list[Any] = await store._rows(store._readers, b"SELECT name FROM naming", [])  # noqa: SLF001 - no question asks for all names
    return len(rows)
