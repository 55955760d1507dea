"""The ledger: what is recorded stands, once; what is forbidden does not; files are told as known then."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection

from api.demo.life_recording import RefusedLifeError, record_in_turn
from domain.envelope import ExceptionClaim, Reason
from domain.event import Erased, Event
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied
from domain.events.health import PhysicalExamined
from domain.events.household import HouseholdRegistered
from domain.events.institution.particulars import InstitutionOpened, RulebookAdopted
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn, ExceptionApproved
from domain.file import File
from domain.rulebook import Rulebook
from ledger.codec.parsing import InvalidError
from ledger.ledger import Ledger
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.recording import handler
from ledger.recording.outcome import (
    Denied,
    Hindrance,
    KeepsMoving,
    KeyMismatch,
    Outcome,
    Recorded,
    Refused,
    Rehearsal,
    StaleVersion,
    Withheld,
)
from ledger.recording.request import Draft, Recording
from ledger.sealing.keys import Keys
from ledger.store.append import Placed
from tests.support.client import NOW
from tests.support.given import CLERK, INSTITUTION, REGION, ROW, SUPERVISOR, days, some
from tests.support.ledgers import Urls, a_superuser, all_entries, rows, store_of
from tests.support.whole_events import free_texts, full, full_entry

Process = Callable[[], AbstractAsyncContextManager[Ledger]]


@pytest.fixture
def process(urls: Urls, tmp_path: Path) -> Process:
    """Return what starts another process on the same ledger, with nothing in its memory."""

    @asynccontextmanager
    async def start() -> AsyncIterator[Ledger]:
        async with store_of(urls) as store:
            keys = await Keys.opened(store, tmp_path / "key", DEFAULT_LEDGER)
            yield Ledger(store, keys, Rulebook.shipped(), DEFAULT_LEDGER)

    return start


@pytest.fixture
async def ledger(process: Process) -> AsyncIterator[Ledger]:
    async with process() as ledger:
        yield ledger


def draft(on: str, event: Event, **said: Any) -> Draft:
    return Draft(event=event, days=days(on), **said)


def recording(*drafts: Draft, child: UUID | None = None, key: str | None = None, **said: Any) -> Recording:
    """Return a clerk's request; it opens a file when no child is named."""
    values: dict[str, Any] = {"region": REGION, "origin": "api", "recorder": CLERK}
    return Recording(stream=child, drafts=drafts, key=key or str(uuid4()), **values | said)


async def record(ledger: Ledger, *drafts: Draft, **said: Any) -> Outcome:
    return await ledger.record(recording(*drafts, **said), now=NOW)


async def recorded(ledger: Ledger, *drafts: Draft, **said: Any) -> Recorded:
    outcome = await record(ledger, *drafts, **said)
    assert isinstance(outcome, Recorded), outcome
    return outcome


RECEIVED = draft("2024-03-05", some(ChildReceived))
EXAMINED = draft("2024-03-08", some(PhysicalExamined, summary="良好"))
DIED = draft("2024-04-01", some(ChildDied))
EXAMINED_LATER = draft("2024-05-01", some(PhysicalExamined, summary="良好"))


@pytest.fixture
async def child(ledger: Ledger) -> UUID:
    """Record that a child was received."""
    return (await recorded(ledger, RECEIVED)).stream


def refusals(outcome: Outcome) -> set[str]:
    assert isinstance(outcome, Refused), outcome
    return {judgement.rule.id for judgement in outcome.refusals}


# Recording and reading


async def test_what_is_recorded_is_read_back_whole_by_another_process(
    process: Process, ledger: Ledger
) -> None:
    entry = full_entry(full(HouseholdRegistered))
    said = Draft(
        event=entry.event,
        days=entry.days,
        at=entry.at,
        estimated=entry.estimated,
        documents=entry.documents,
        note=entry.note,
        noted_on=entry.noted_on,
        noted_by=entry.noted_by,
        cause=entry.cause,
    )
    outcome = await recorded(ledger, said, origin="paper")
    async with process() as other:
        file = await other.file(outcome.stream)
        assert file
        assert tuple(file.entries.values()) == outcome.entries
        assert await all_entries(other) == list(outcome.entries)
    assert (outcome.version, outcome.position) == (1, 1)
    assert outcome.entries[0].event == entry.event


async def test_an_entry_is_recorded_for_the_institution_that_is_named(ledger: Ledger) -> None:
    administrator = replace(CLERK, role="administrator", institution=None)
    outcome = await recorded(ledger, RECEIVED, recorder=administrator, institution=INSTITUTION)
    assert outcome.entries[0].recorded_by == replace(administrator, institution=INSTITUTION)


async def test_a_file_that_nobody_opened_is_not_there(ledger: Ledger) -> None:
    assert await ledger.file(uuid4()) is None
    assert await ledger.files([uuid4()]) == {}


async def test_many_files_are_read_at_once_at_hand_or_not(process: Process, ledger: Ledger) -> None:
    children = [(await recorded(ledger, RECEIVED)).stream for _ in range(3)]
    async with process() as other:
        await other.file(children[0])
        await recorded(ledger, EXAMINED, child=children[0])
        files = await other.files([*children, uuid4()])
        assert {child: file.version for child, file in files.items()} == dict(
            zip(children, (2, 1, 1), strict=True)
        )


async def test_a_file_is_told_as_it_was_known(process: Process, ledger: Ledger, child: UUID) -> None:
    before = await ledger.known()
    await recorded(ledger, EXAMINED, child=child)
    async with process() as fresh:
        for source in (ledger, fresh):
            then = await source.file(child, before)
            assert then
            assert (then.version, then.position) == (1, before)
            now = await source.file(child)
            assert now
            assert now.version == 2
            assert await source.file(child, before - 1) is None
            assert (await source.files([child], before))[child].version == 1


async def test_known_at_means_a_position_an_instant_or_the_end_of_a_day(ledger: Ledger, child: UUID) -> None:
    second = await recorded(ledger, EXAMINED, child=child)
    moment = second.entries[0].recorded_at
    assert moment
    today = (moment + timedelta(hours=8)).date()
    assert await ledger.known() == await ledger.known(today) == await ledger.known(moment) == 2
    assert await ledger.known(moment - timedelta(microseconds=1)) == 1
    assert await ledger.known(today - timedelta(days=1)) == 0
    assert await ledger.known(1) == 1
    assert await ledger.known(99) == 2
    assert await ledger.known(date.min) == 0
    assert await ledger.known(date.max) == 2


async def test_no_personal_text_lies_in_the_database(urls: Urls, ledger: Ledger) -> None:
    entry = full_entry(full(HouseholdRegistered))
    await recorded(
        ledger, Draft(event=entry.event, days=entry.days, note=entry.note, documents=entry.documents)
    )
    async with await AsyncConnection.connect(urls.superuser) as connection:
        tables = await rows(
            connection,
            "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname LIKE %s",
            [f"{DEFAULT_LEDGER}%"],
        )
        stored = b""
        for (table,) in tables:
            async with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as copy:
                stored += b"".join([bytes(block) async for block in copy])
    texts = free_texts(entry.event) + free_texts((entry.note, entry.documents))
    assert texts
    assert [text for text in texts if text.encode() in stored] == []


async def test_an_erased_child_stays_in_every_answer(urls: Urls, process: Process, child: UUID) -> None:
    async with process() as ledger:
        await recorded(ledger, EXAMINED, child=child)
    async with a_superuser(urls.superuser, f"{DEFAULT_LEDGER}_keys") as connection:
        await connection.execute("DELETE FROM data_key WHERE subject = %s", [child])
    async with process() as ledger:
        file = await ledger.file(child)
        assert file
        assert [entry.type for entry in file.entries.values()] == ["ChildReceived", "PhysicalExamined"]
        (examined,) = file.of(PhysicalExamined)
        assert examined.event.summary == Erased("health")  # type: ignore[comparison-overlap]
        await recorded(ledger, DIED, child=child)


# Judging


async def test_what_rules_forbid_is_refused_and_leaves_no_trace(
    urls: Urls, ledger: Ledger, child: UUID
) -> None:
    await recorded(ledger, DIED, child=child)
    outcome = await record(ledger, EXAMINED_LATER, child=child)
    assert refusals(outcome) == {"E06"}
    assert isinstance(outcome, Refused)
    assert await ledger.known() == 2
    async with a_superuser(urls.superuser, f"{DEFAULT_LEDGER}_keys") as connection:
        sealed = await connection.execute(
            "SELECT FROM data_key WHERE category = 'health' AND subject = %s", [child]
        )
        assert sealed.rowcount == 0


async def test_all_reasons_are_told_at_once(ledger: Ledger, child: UUID) -> None:
    await recorded(
        ledger, draft("2024-03-06", some(IdentityRecorded, birth_on=date(2024, 3, 1))), child=child
    )
    outcome = await record(
        ledger,
        draft("2024-02-01", some(CareModeAssigned)),
        draft("2027-01-01", some(CareModeAssigned)),
        child=child,
    )
    assert refusals(outcome) >= {"E02", "E07"}


async def test_one_draft_that_is_refused_keeps_the_others_out(ledger: Ledger, child: UUID) -> None:
    assert refusals(await record(ledger, EXAMINED, draft("2027-01-01", some(ChildDied)), child=child)) == {
        "E02"
    }
    assert await ledger.known() == 1


@pytest.mark.parametrize("drafts", [(DIED, EXAMINED_LATER), (EXAMINED_LATER, DIED)])
async def test_drafts_are_judged_with_all_of_them_folded_in_whatever_their_order(
    ledger: Ledger, child: UUID, drafts: tuple[Draft, ...]
) -> None:
    assert refusals(await record(ledger, *drafts, child=child)) == {"E06"}


async def test_a_late_true_fact_is_never_refused_for_what_came_after(ledger: Ledger, child: UUID) -> None:
    await recorded(ledger, EXAMINED_LATER, child=child)
    await recorded(ledger, DIED, child=child)


async def test_an_exception_stands_until_a_second_person_decides(ledger: Ledger, child: UUID) -> None:
    await recorded(ledger, DIED, child=child)
    claim = replace(EXAMINED_LATER, exception=ExceptionClaim(rule="E06", reason="尸检"))
    outcome = await recorded(ledger, claim, child=child)
    assert [(found.rule.id, found.excused) for found in outcome.findings] == [("E06", True)]
    approval = draft("2026-11-22", ExceptionApproved(entry=outcome.entries[0].entry_id, explanation="属实"))
    assert refusals(await record(ledger, approval, child=child)) >= {"X01"}
    await recorded(ledger, approval, child=child, recorder=SUPERVISOR)


async def test_a_correction_is_of_the_same_type_and_of_an_entry_that_is_there(
    ledger: Ledger, child: UUID
) -> None:
    examined = (await recorded(ledger, EXAMINED, child=child)).entries[0]
    reason = Reason(code="incorrect_data", explanation="抄写错误")
    right = replace(EXAMINED, corrects=examined.entry_id, reason=reason)
    assert refusals(await record(ledger, replace(right, corrects=uuid4()), child=child)) == {"E04"}
    assert refusals(await record(ledger, replace(right, event=some(CareModeAssigned)), child=child)) == {
        "E04"
    }
    corrected = await recorded(ledger, replace(right, days=days("2024-03-09")), child=child)
    file = await ledger.file(child)
    assert file
    assert file.of(PhysicalExamined) == list(corrected.entries)


async def test_a_withdrawal_is_never_refused(ledger: Ledger, child: UUID) -> None:
    file = await ledger.file(child)
    assert file
    (first,) = file.entries
    await recorded(ledger, draft("2026-11-22", EntryWithdrawn(entry=first, explanation="重复")), child=child)
    file = await ledger.file(child)
    assert file
    assert list(file.standing()) == []


async def test_what_would_not_be_read_back_is_not_recorded(ledger: Ledger, child: UUID) -> None:
    with pytest.raises(InvalidError):
        await record(ledger, draft("2024-03-08", some(PhysicalExamined, summary="")), child=child)
    assert await ledger.known() == 1


OPENED = draft("2026-01-01", some(InstitutionOpened, name="示例市儿童福利院", region=REGION))


def milder() -> Draft:
    """Return the adoption of a rulebook by which what happens after a death is only warned about."""
    book = Rulebook(
        {
            name: text.replace('id = "E06"\nstrength = "forbidden"', 'id = "E06"\nstrength = "warning"')
            for name, text in Rulebook.shipped().texts.items()
        }
    )
    return draft("2026-01-01", RulebookAdopted(digest=book.digest, content=book.texts))


async def test_the_rulebook_that_an_institution_adopted_counts(ledger: Ledger) -> None:
    drafts = (OPENED, milder())
    institution = (await recorded(ledger, *drafts, kind="institution")).stream
    child = (await recorded(ledger, RECEIVED, DIED, institution=institution)).stream
    outcome = await recorded(ledger, EXAMINED_LATER, child=child)
    assert [found.rule.id for found in outcome.findings] == ["E06"]


async def test_where_no_file_is_kept_a_rulebook_is_read_once_and_counts_as_soon_as_it_is_adopted(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.files.repository.ADOPTED_SECONDS", 3600)
    keeping_none = Ledger(ledger.store, ledger.keys, ledger.rulebook, ledger.name, at_hand=0)
    institution = (await recorded(keeping_none, OPENED, kind="institution")).stream
    child = (await recorded(keeping_none, RECEIVED, DIED, institution=institution)).stream
    assert refusals(await record(keeping_none, EXAMINED_LATER, child=child)) == {"E06"}
    read, streams = list[UUID](), ledger.store.streams

    async def noting(ids: Iterable[UUID], **asked: Any) -> list[Placed]:
        read.extend(wanted := list(ids))
        return await streams(wanted, **asked)

    monkeypatch.setattr(ledger.store, "streams", noting)
    books = [await keeping_none.rulebook_at(institution) for _ in range(3)]
    assert books == [Rulebook.shipped()] * 3
    assert institution not in read

    await recorded(keeping_none, milder(), child=institution, kind="institution")
    outcome = await recorded(keeping_none, EXAMINED_LATER, child=child)

    assert [found.rule.id for found in outcome.findings] == ["E06"]


# Once


async def test_the_same_request_again_is_the_same_answer(process: Process, ledger: Ledger) -> None:
    request = recording(RECEIVED, EXAMINED, key="monday-1")
    first = await ledger.record(request, now=NOW)
    assert isinstance(first, Recorded)
    async with process() as other:
        for source in (ledger, other):
            again = await source.record(request, now=NOW)
            assert again == replace(first, repeated=True)
    assert await ledger.known() == 2


async def test_a_request_that_was_recorded_is_known_again_though_it_would_now_be_refused(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    request = recording(EXAMINED_LATER, child=child)
    first = await ledger.record(request, now=NOW)
    await recorded(ledger, DIED, child=child)
    assert isinstance(first, Recorded)
    async with process() as other:
        for source in (ledger, other):
            assert await source.record(request, now=NOW) == replace(first, repeated=True)


async def test_a_request_that_was_recorded_is_known_again_though_its_version_has_passed(
    ledger: Ledger, child: UUID
) -> None:
    request = recording(EXAMINED, child=child, expected=1)
    first = await ledger.record(request, now=NOW)
    assert isinstance(first, Recorded)
    assert await ledger.record(request, now=NOW) == replace(first, repeated=True)


async def test_a_key_used_for_something_else_is_refused(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    await recorded(ledger, EXAMINED, child=child, key="monday-1")
    other_child = (await recorded(ledger, RECEIVED)).stream
    async with process() as other:
        for source in (ledger, other):
            assert await record(source, DIED, child=child, key="monday-1") == KeyMismatch()
            assert await record(source, EXAMINED, child=other_child, key="monday-1") == KeyMismatch()
            assert await record(source, RECEIVED, key="monday-1") == KeyMismatch()
            refused = draft("2027-01-01", some(ChildDied))
            assert await record(source, refused, child=child, key="monday-1") == KeyMismatch()


async def test_keys_are_their_recorders_own(ledger: Ledger, child: UUID) -> None:
    for recorder in (CLERK, SUPERVISOR):
        outcome = await recorded(ledger, EXAMINED, child=child, key="monday-1", recorder=recorder)
        assert not outcome.repeated
    assert not (await recorded(ledger, EXAMINED, child=child, key="monday-1", item=1)).repeated


async def test_a_file_that_is_opened_twice_at_once_is_one_file(process: Process, ledger: Ledger) -> None:
    request = recording(RECEIVED, key="monday-1")
    async with process() as other:
        outcomes = await asyncio.gather(
            *(each.record(request, now=NOW) for each in (ledger, other) for _ in range(3))
        )
    assert all(isinstance(outcome, Recorded) for outcome in outcomes)
    assert len({outcome.stream for outcome in outcomes if isinstance(outcome, Recorded)}) == 1
    assert await ledger.known() == 1


# Versions


async def test_a_recorder_who_saw_another_version_is_told_the_current_one(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    async with process() as other:
        await other.file(child)
        await recorded(ledger, EXAMINED, child=child)
        assert await record(other, DIED, child=child, expected=1) == StaleVersion(2)
        assert await record(other, DIED, child=child, expected=3) == StaleVersion(2)
        assert (await recorded(other, DIED, child=child, expected=2)).version == 3


async def test_a_file_at_hand_that_is_behind_is_judged_again(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    async with process() as other:
        await other.file(child)
        await recorded(ledger, DIED, child=child)
        assert refusals(await record(other, EXAMINED_LATER, child=child)) == {"E06"}
        assert (await recorded(other, EXAMINED, child=child)).version == 3


async def test_nothing_is_refused_for_what_was_withdrawn_meanwhile(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    died = (await recorded(ledger, DIED, child=child)).entries[0].entry_id
    async with process() as other:
        await other.file(child)
        await recorded(
            ledger, draft("2026-11-22", EntryWithdrawn(entry=died, explanation="误记")), child=child
        )
        await recorded(other, EXAMINED_LATER, child=child)


async def test_two_processes_record_on_one_file_at_once(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    async with process() as other:
        requests = [(each, recording(EXAMINED, child=child)) for _ in range(14) for each in (ledger, other)]
        outcomes = await asyncio.gather(*(each.record(request, now=NOW) for each, request in requests))
    assert {outcome.version for outcome in outcomes if isinstance(outcome, Recorded)} == set(
        range(2, 2 + len(requests))
    )


async def test_who_has_waited_too_long_for_others_is_told_to_come_back_and_not_that_they_saw_another_version(
    ledger: Ledger, child: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "PATIENCE_SECONDS", 0.05)
    until = asyncio.get_running_loop().time() + 60
    async with ledger._handler._turns.of([child], until):  # noqa: SLF001 - somebody else's turn
        assert await record(ledger, EXAMINED, child=child) == KeepsMoving()
        both = [recording(EXAMINED, child=child), recording(RECEIVED)]
        assert await ledger.record_all(both, now=NOW, atomic=True) == [KeepsMoving(), KeepsMoving()]
        apart = await ledger.record_all(both, now=NOW)
        assert [type(outcome) for outcome in apart] == [KeepsMoving, Recorded]
    await recorded(ledger, EXAMINED, child=child)


async def test_the_demonstration_records_later_what_waited_too_long_for_its_turn(
    ledger: Ledger, child: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "PATIENCE_SECONDS", 0.05)
    record_all, rounds = ledger.record_all, list[list[type[Outcome]]]()

    async def busy_at_first(*asked: Any, **more: Any) -> list[Outcome]:
        until = asyncio.get_running_loop().time() + 60
        busy = [uuid4()] if rounds else [child]
        async with ledger._handler._turns.of(busy, until):  # noqa: SLF001 - somebody else's turn
            outcomes = await record_all(*asked, **more)
        rounds.append([type(outcome) for outcome in outcomes])
        monkeypatch.setattr(handler, "PATIENCE_SECONDS", 60)
        return outcomes

    # Given that, on a busy machine, somebody else records in the file of one of two lives
    monkeypatch.setattr(ledger, "record_all", busy_at_first)
    # When both are recorded
    await record_in_turn(ledger, [recording(EXAMINED, child=child), recording(RECEIVED)], now=NOW)
    # Then the one is recorded at once, and the other when its turn comes
    assert rounds == [[KeepsMoving, Recorded], [Recorded]]
    with pytest.raises(RefusedLifeError, match="Refused"):
        await record_in_turn(ledger, [recording(DIED, EXAMINED_LATER, child=child)], now=NOW)


async def test_a_recording_is_stale_when_a_stream_it_read_has_moved(ledger: Ledger, child: UUID) -> None:
    other_child = (await recorded(ledger, RECEIVED)).stream
    assert await record(ledger, EXAMINED, child=child, reads=((other_child, 5),)) == StaleVersion(1)
    await recorded(ledger, EXAMINED, child=child, reads=((other_child, 1),))


# Many


async def test_each_of_many_is_recorded_by_itself(ledger: Ledger, child: UUID) -> None:
    outcomes = await ledger.record_all(
        [
            recording(EXAMINED, child=child),
            recording(DIED, child=child),
            recording(EXAMINED_LATER, child=child),
            recording(RECEIVED),
        ],
        now=NOW,
    )
    assert [type(outcome) for outcome in outcomes] == [Recorded, Recorded, Refused, Recorded]


async def test_all_or_nothing(ledger: Ledger, child: UUID) -> None:
    good, bad = recording(RECEIVED), recording(draft("2027-01-01", some(ChildDied)), child=child)
    outcomes = await ledger.record_all([good, bad], now=NOW, atomic=True)
    assert outcomes[0] == Withheld()
    assert refusals(outcomes[1]) == {"E02"}
    assert await ledger.known() == 1
    stale = recording(EXAMINED, child=child, expected=7)
    assert await ledger.record_all([good, stale], now=NOW, atomic=True) == [Withheld(), StaleVersion(1)]
    mended = recording(EXAMINED, child=child, expected=1)
    outcomes = await ledger.record_all([good, mended], now=NOW, atomic=True)
    assert [type(outcome) for outcome in outcomes] == [Recorded, Recorded]
    assert await ledger.known() == 3


async def test_all_or_nothing_is_judged_again_when_a_file_has_moved(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    async with process() as other:
        await other.file(child)
        await recorded(ledger, EXAMINED, child=child)
        outcomes = await other.record_all(
            [recording(RECEIVED), recording(DIED, child=child)], now=NOW, atomic=True
        )
    assert [type(outcome) for outcome in outcomes] == [Recorded, Recorded]


async def test_a_register_goes_in_as_found_once(ledger: Ledger) -> None:
    """What it breaks are findings, judged with all of it; only what is impossible stays out."""
    child = uuid4()
    rows = [
        recording(replace(row, documents=(ROW,)), child=child, key=f"row {number}", origin="import")
        for number, row in enumerate([EXAMINED_LATER, DIED, RECEIVED, draft("2027-01-01", some(ChildDied))])
    ]
    first = await ledger.record_bulk(rows, now=NOW)
    assert [type(outcome) for outcome in first] == [Recorded, Recorded, Recorded, Refused]
    assert isinstance(first[0], Recorded)
    assert [found.rule.id for found in first[0].findings] == ["E06"]
    again = await ledger.record_bulk(rows, now=NOW)
    assert [outcome.repeated for outcome in again if isinstance(outcome, Recorded)] == [True] * 3
    assert await ledger.known() == 3


async def test_a_larger_register_of_the_same_rows_adds_only_what_is_new(ledger: Ledger) -> None:
    child = uuid4()
    rows = [
        recording(
            draft("2024-03-08", some(CareModeAssigned)), child=child, key=f"row {number}", origin="import"
        )
        for number in range(30)
    ]
    await ledger.record_bulk(rows[:10] + rows[20:], now=NOW)
    outcomes = await ledger.record_bulk(rows, now=NOW)
    assert [outcome.repeated for outcome in outcomes if isinstance(outcome, Recorded)] == (
        [True] * 10 + [False] * 10 + [True] * 10
    )


# Who may


def unless_died(file: File, recording: Recording) -> Hindrance | None:
    """Let nothing be recorded for a clerk in a file in which a death stands."""
    return Hindrance.ROLE if file.of(ChildDied) and recording.recorder == CLERK else None


@pytest.mark.parametrize("bulk", [False, True])
async def test_each_is_checked_on_its_file_as_those_before_it_have_left_it(
    ledger: Ledger,
    child: UUID,
    bulk: bool,  # noqa: FBT001 - a table
) -> None:
    wanted = [recording(each, child=child) for each in (EXAMINED, DIED, EXAMINED)]
    record_all = ledger.record_bulk if bulk else ledger.record_all
    outcomes = await record_all(wanted, now=NOW, checked=unless_died)
    assert [type(outcome) for outcome in outcomes] == [Recorded, Recorded, Denied]
    assert outcomes[-1] == Denied(Hindrance.ROLE)
    assert await ledger.known() == 3
    again = await record_all(wanted[:2], now=NOW, checked=unless_died)
    assert [isinstance(outcome, Recorded) and outcome.repeated for outcome in again] == [True, True]


async def test_of_all_or_nothing_nothing_is_recorded_where_one_is_denied(ledger: Ledger, child: UUID) -> None:
    wanted = [recording(each, child=child) for each in (EXAMINED, DIED, EXAMINED)]
    outcomes = await ledger.record_all(wanted, now=NOW, atomic=True, checked=unless_died)
    assert outcomes == [Withheld(), Withheld(), Denied(Hindrance.ROLE)]
    assert await ledger.known() == 1


async def test_what_is_refused_leaves_no_trace_on_who_may_record_after_it(
    ledger: Ledger, child: UUID
) -> None:
    unborn = draft("2027-01-01", some(ChildDied))
    wanted = [recording(each, child=child) for each in (unborn, EXAMINED)]
    for record_all in (ledger.record_bulk, ledger.record_all):
        outcomes = await record_all(wanted, now=NOW, checked=unless_died)
        assert [type(outcome) for outcome in outcomes] == [Refused, Recorded]


async def test_it_is_checked_again_where_the_file_has_moved(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    async with process() as other:
        await other.file(child)
        await recorded(ledger, DIED, child=child)
        wanted = recording(EXAMINED, child=child)
        assert await other.record(wanted, now=NOW, checked=unless_died) == Denied(Hindrance.ROLE)
        assert await other.rehearse([wanted], now=NOW, checked=unless_died) == [Denied(Hindrance.ROLE)]


async def test_of_a_file_that_one_may_not_record_in_not_even_its_version_is_told(
    process: Process, ledger: Ledger, child: UUID
) -> None:
    async with process() as other:
        await other.file(child)
        await recorded(ledger, DIED, child=child)
        wanted = recording(EXAMINED, child=child, expected=1)
        assert await other.record(wanted, now=NOW, checked=unless_died) == Denied(Hindrance.ROLE)
        assert await other.record(wanted, now=NOW) == StaleVersion(2)


async def test_what_was_refused_by_a_file_at_hand_that_has_moved_is_stale(
    process: Process, ledger: Ledger
) -> None:
    died = await recorded(ledger, DIED)
    stream = died.stream
    async with process() as other:
        await other.file(stream)
        withdrawn = EntryWithdrawn(entry=died.entries[0].entry_id, explanation="误录")
        await recorded(ledger, draft("2024-06-01", withdrawn), child=stream)
        outcome = await other.record(recording(EXAMINED_LATER, child=stream, expected=1), now=NOW)
        assert outcome == StaleVersion(2)


# Rehearsal


async def rehearsed(ledger: Ledger, *drafts: Draft, **said: Any) -> Rehearsal:
    (rehearsal,) = await ledger.rehearse([recording(*drafts, **said)], now=NOW)
    assert isinstance(rehearsal, Rehearsal)
    return rehearsal


async def test_a_rehearsal_tells_what_would_change_and_records_nothing(ledger: Ledger, child: UUID) -> None:
    await recorded(ledger, EXAMINED_LATER, child=child)
    rehearsal = await rehearsed(ledger, DIED, child=child)
    assert not rehearsal.refused
    (stage,) = [change for change in rehearsal.impact.status if change.attribute == "stage"]
    assert (stage.before, stage.after) == (("received",), ("died",))
    assert [found.rule.id for found in rehearsal.impact.findings] == ["E06", "R-DTH-1", "R-DTH-2"]
    assert await ledger.known() == 2
    refused = await rehearsed(ledger, draft("2027-01-01", some(ChildDied)), child=child)
    assert refused.refused


async def test_a_rehearsal_tells_what_would_be_due(ledger: Ledger, child: UUID) -> None:
    identity = draft("2024-03-06", some(IdentityRecorded, birth_on=date(2024, 3, 1)))
    rehearsal = await rehearsed(ledger, identity, child=child)
    opened = {
        change.after.rule for change in rehearsal.impact.obligations if change.before is None and change.after
    }
    assert "D11" in opened


async def test_a_rehearsal_may_open_a_file(ledger: Ledger) -> None:
    rehearsal = await rehearsed(ledger, RECEIVED)
    assert not rehearsal.refused
    assert {change.attribute for change in rehearsal.impact.status} >= {"stage", "received"}
    assert await ledger.known() == 0
