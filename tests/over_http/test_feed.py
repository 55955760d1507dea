"""The feed: whoever follows it gets every entry that is theirs to read, once, in the order of recording."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import psycopg
import pytest
from httpx2 import AsyncClient
from psycopg import AsyncConnection

from api import tail
from api.budgets import Budget, Budgets
from api.contract.problems import Problem
from api.http import dependencies
from api.http import feed as feeding
from api.identity.permissions import Action, Role, allowed
from api.settings import Settings
from domain.event import Event
from domain.events.care import CareModeAssigned
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.scope import scope_of
from ledger.files.repository import FileRepository
from projections.projector.projector import NotBuiltError, Projector
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story
from tests.support.ledgers import all_entries
from tests.support.waiting import PATIENCE, until

BIRTHS = ("2008-06-01", "2010-11-22", "2010-11-23", "2019-01-01")
"""Sixteen long since, today, tomorrow, and not for years."""
Asked: TypeAlias = tuple[asyncio.Task[Any] | None, str]
"""A statement, and the task that asked it."""
RECEIVED = ("2024-03-05", some(ChildReceived))


async def everybody(served: Served) -> AsyncIterator[tuple[Role, bool, AsyncClient]]:
    """A client of each role, at home and elsewhere."""
    for role in Role:
        for elsewhere in (False, True):
            yield role, elsewhere, await served.as_(role, elsewhere=elsewhere)


async def ask(client: AsyncClient, **query: Any) -> tuple[list[dict[str, Any]], str]:
    """The entries of one answer, and the cursor to go on from."""
    answer = await client.get("/entries", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.text
    cursor = answer.headers["Ledger-Cursor"]
    assert cursor.endswith(f"-{answer.headers['Ledger-Position']}")
    return [orjson.loads(line) for line in answer.text.splitlines()], cursor


async def followed(client: AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """Every entry, answer by answer, until the feed moves on no more."""
    found: list[dict[str, Any]] = []
    before, cursor = "", "0"
    while cursor != before:
        entries, following = await ask(client, after=cursor, **query)
        found += entries
        before, cursor = cursor, following
    return found


async def children_of_all_ages(served: Served) -> list[UUID]:
    """Children at home and elsewhere, by turns."""
    return [
        await served.a_child("王小明", born, elsewhere=elsewhere)
        for born in BIRTHS
        for elsewhere in (False, True)
    ]


async def readable(served: Served, role: Role, *, elsewhere: bool) -> list[int]:
    """The positions of all entries that the rule for one file lets somebody read."""
    actor = await served.actor(role, elsewhere=elsewhere)
    ledger = served.container.ledger
    entries = await all_entries(ledger)
    files = await ledger.files({entry.stream for entry in entries})
    return [
        entry.position
        for entry in entries
        if allowed(
            actor, Action.READ, scope_of(files[entry.stream]), today=date(2026, 11, 22), about=entry.days.last
        )
    ]


def positions(entries: list[dict[str, Any]]) -> list[int]:
    return [entry["position"] for entry in entries]


# Without gap or repetition


@pytest.mark.parametrize("limit", [1, 2, 7])
async def test_whoever_goes_on_from_the_cursor_gets_all_that_is_theirs_once_and_in_order(
    served: Served, limit: int
) -> None:
    await children_of_all_ages(served)
    async for role, elsewhere, client in everybody(served):
        own = await readable(served, role, elsewhere=elsewhere)
        assert positions(await followed(client, limit=limit)) == own
        assert positions((await ask(client))[0]) == own


async def test_small_windows_and_batches_change_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await children_of_all_ages(served)
    auditor = await served.as_(Role.AUDITOR)
    whole, cursor = await ask(auditor)
    for name in ("WINDOW", "WINDOWS", "AT_ONCE", "FILES_AT_ONCE", "FATES"):
        monkeypatch.setattr(feeding, name, 2)
    assert await ask(auditor) == (whole, cursor)
    assert await followed(auditor, limit=3) == whole
    assert await ask(auditor, after=4, through=6) == (
        [each for each in whole if 4 < each["position"] <= 6],
        "1-6",
    )


async def test_the_cursor_moves_on_where_nothing_is_the_readers(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    _, cursor = await ask(staff)
    for _ in range(3):
        await served.a_child(elsewhere=True)
    head = (await served.container.ledger.head()).position
    assert await ask(staff, after=cursor) == ([], f"1-{head}")
    assert await ask(staff, after=cursor, limit=1) == ([], f"1-{head}")
    mine = await served.a_child()
    found, end = await ask(staff, after=f"1-{head}", limit=500)
    assert {entry["stream"] for entry in found} == {str(mine)}
    assert await ask(staff, after=end) == ([], end)


async def test_what_is_recorded_while_an_answer_is_read_is_in_the_next_one(served: Served) -> None:
    await served.a_child()
    auditor = await served.as_(Role.AUDITOR)
    found: list[int] = []
    async with auditor.stream("GET", "/entries") as answer:
        end = int(answer.headers["Ledger-Position"])
        await served.a_child()
        found += [orjson.loads(line)["position"] async for line in answer.aiter_lines()]
    assert found[-1] == end
    rest, _ = await ask(auditor, after=answer.headers["Ledger-Cursor"])
    found += positions(rest)
    assert all(before < after for before, after in pairwise(found))
    assert found == await readable(served, Role.AUDITOR, elsewhere=False)


async def test_a_cursor_that_is_none_is_a_problem(served: Served, subtests: pytest.Subtests) -> None:
    auditor = await served.as_(Role.AUDITOR)
    for query in (
        {"after": "-1"},
        {"after": "1-"},
        {"after": "one"},
        {"limit": 0},
        {"limit": 501},
        {"wait": 26},
    ):
        with subtests.test(query=query):
            answer = await auditor.get("/entries", params=query)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
            assert answer.json()["errors"][0]["pointer"] == f"/query/{next(iter(query))}"


# Whose it is


@pytest.mark.own_statements
async def test_the_register_and_the_file_itself_decide_alike(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are missing, or older than their files, are not believed; those that are right are."""
    children = await children_of_all_ages(served)
    await served.projected()

    async def shown() -> list[list[int]]:
        return [positions((await ask(client))[0]) async for _, _, client in everybody(served)]

    settled = await shown()
    async with served.container.projector.reading() as connection:
        forged = """
            WITH gone AS (DELETE FROM register WHERE child = ANY (%s) RETURNING register.*)
            INSERT INTO register
            SELECT (jsonb_populate_record(NULL::register, to_jsonb(gone) || jsonb_build_object(
                       'institution', %s::uuid, 'sixteen_on', NULL, 'version', version - 1))).*
              FROM gone
        """
        await connection.execute("SET TRANSACTION READ WRITE")
        await connection.execute(forged, [children[:4], served.home.institution])
        await connection.execute("DELETE FROM register WHERE child = ANY (%s)", [children[4:]])
    assert await shown() == settled

    def unbuilt(_: Projector) -> Any:
        raise NotBuiltError(0.5)

    monkeypatch.setattr(Projector, "read_from", property(unbuilt))
    assert await shown() == settled


@pytest.mark.parametrize("projected", [False, True], ids=["asking the files", "asking the register"])
async def test_a_former_institution_reads_what_occurred_until_the_hand_over(
    served: Served, handing_over: Event, *, projected: bool
) -> None:
    story = await a_story(served).given(
        RECEIVED,
        ("2024-06-01", handing_over),
        by=Role.SUPERVISOR,
    )
    other = await served.client(served.tokens_elsewhere[Role.SUPERVISOR])
    for on in ("2024-05-31", "2024-06-02"):
        came = await story.when((on, some(IdentityRecorded, name="王小明")), client=other)
        came.recorded()
    if projected:
        await served.projected()

    async def seen(**who: Any) -> list[str]:
        entries, _ = await ask(await served.as_(Role.STAFF, **who))
        return [entry["occurred_on"] for entry in entries if entry["kind"] == "child"]

    assert await seen() == ["2024-03-05", "2024-05-31"]
    assert await seen(elsewhere=True) == ["2024-03-05", "2024-06-01", "2024-05-31", "2024-06-02"]


async def test_what_is_not_the_readers_is_not_decoded(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = await children_of_all_ages(served)
    await served.projected()
    decoded: set[UUID] = set()
    original = FileRepository.decoded

    async def watched(self: FileRepository, stored: Any) -> Any:
        decoded.update(each.stream for each in stored if each.kind == "child")
        return await original(self, stored)

    monkeypatch.setattr(FileRepository, "decoded", watched)
    bureau = await served.as_(Role.BUREAU)
    entries, _ = await ask(bureau)
    assert decoded == set(children[::2]) == {UUID(e["stream"]) for e in entries if e["kind"] == "child"}


async def test_a_long_answer_is_decoded_in_small_parts(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await children_of_all_ages(served)
    monkeypatch.setattr(feeding, "AT_ONCE", 3)
    most = 0
    original = FileRepository.decoded

    async def watched(self: FileRepository, stored: Any) -> Any:
        nonlocal most
        most = max(most, len(stored))
        return await original(self, stored)

    await served.projected()
    auditor = await served.as_(Role.AUDITOR)
    monkeypatch.setattr(FileRepository, "decoded", watched)
    assert len((await ask(auditor))[0]) > 3
    assert most == 3


async def test_what_became_of_an_entry_is_told_as_the_timeline_tells_it(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, ("2024-03-06", some(IdentityRecorded, name='"corrects":"')))
    first, second = story.entries
    await story.given(
        ("2024-03-07", some(IdentityRecorded, name="王小明"), {"corrects": second}),
        ("2024-03-08", some(IdentityRecorded, name="王晓明"), {"corrects": second}),
        ("2024-03-09", some(CareModeAssigned, mode="ward")),
    )
    wrong = story.entries[-1]
    withdrawal = some(EntryWithdrawn, entry=UUID(wrong), explanation="录入有误。")
    await story.given(("2024-03-10", withdrawal))
    for role in (Role.SUPERVISOR, Role.BUREAU):
        entries, _ = await ask(await served.as_(role))
        told = [entry for entry in entries if entry["stream"] == story.child]
        assert told == (await story.asked("/entries", by=role, order="recorded"))["items"]
        assert [bool(entry["corrected_by"]) for entry in told] == [False, True, True, False, False, False]
        assert told[4]["withdrawn_by"] == told[5]["entry_id"]
    assert first == told[0]["entry_id"]


async def test_who_follows_the_feed_stands_in_the_access_log_of_each_file(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, ("2024-03-05", some(IdentityRecorded, name="王小明")))
    await ask(await served.as_(Role.STAFF), limit=500)
    await ask(await served.as_(Role.ADMINISTRATOR))
    (line,) = (await story.asked("/access"))["items"]
    assert (line["role"], line["purpose"], "identity" in line["categories"]) == ("staff", "feed", True)


# Waiting


async def test_who_waits_is_answered_as_soon_as_something_of_theirs_is_recorded(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    _, cursor = await ask(staff)
    waiting = asyncio.create_task(ask(staff, after=cursor, wait=25))
    await asyncio.sleep(0.1)
    await served.a_child(elsewhere=True)
    await asyncio.sleep(0.1)
    assert not waiting.done(), "what is recorded elsewhere is not theirs"
    child = await served.a_child()
    found, following = await asyncio.wait_for(waiting, PATIENCE)
    assert {entry["stream"] for entry in found} == {str(child)}
    head = (await served.container.ledger.head()).position
    assert following == f"1-{head}"


async def test_who_waits_in_vain_is_told_how_far_was_looked(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    _, cursor = await ask(staff)
    assert await ask(staff, after=cursor, wait=1) == ([], cursor)
    head = int(cursor.partition("-")[2])
    assert await ask(staff, after=cursor, wait=25, through=head) == ([], cursor), (
        "there is nothing to wait for"
    )


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Give everything that this process asks of the database, but for who enters, by which task."""
    asked: list[Asked] = []
    original = psycopg.AsyncCursor.execute

    async def watched(self: Any, query: Any, *rest: Any, **more: Any) -> Any:
        if "FROM token" not in str(query):
            asked.append((asyncio.current_task(), str(query)))
        return await original(self, query, *rest, **more)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", watched)
    return asked


@pytest.mark.parametrize(
    "path", ["/children/{}", "/children/{}/entries", "/children", "/obligations", "/entries"]
)
async def test_two_hundred_who_wait_ask_the_database_no_more_than_one(
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    statements: list[Asked],
    path: str,
) -> None:
    monkeypatch.setattr(dependencies, "PATIENCE_SECONDS", 1.0)
    child = await served.a_child()
    await served.projected()
    supervisor = await served.as_(Role.SUPERVISOR)
    far = {"at_least": (await served.container.ledger.head()).position + 1}
    address = path.format(child)
    assert (await supervisor.get(address)).status_code == 200
    statements.clear()
    answers = await asyncio.gather(*(supervisor.get(address, params=far) for _ in range(200)))
    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["Retry-After"] for answer in answers)
    # However long it takes, and whoever else asks meanwhile, those who wait do not.
    assert len({task for task, _ in statements}) < 40


async def test_two_hundred_who_wait_for_the_feed_ask_the_database_no_more_than_one(
    served: Served, statements: list[Asked]
) -> None:
    staff = await served.as_(Role.STAFF)
    _, cursor = await ask(staff)
    statements.clear()
    await asyncio.gather(*(ask(staff, after=cursor, wait=1) for _ in range(200)))
    # Each asks once where the ledger stands.
    assert len({task for task, statement in statements if "FROM head" not in statement}) < 40
    heads = Counter(task for task, statement in statements if "FROM head" in statement)
    assert len([times for times in heads.values() if times > 1]) < 40


async def test_of_what_is_not_theirs_the_database_is_asked_once_however_many_wait(
    served: Served, statements: list[Asked]
) -> None:
    staff = await served.as_(Role.STAFF)
    _, cursor = await ask(staff)
    waiting = [asyncio.create_task(ask(staff, after=cursor, wait=20)) for _ in range(100)]
    await until(lambda: served.container.tail.waiting == 100)
    statements.clear()
    await served.a_child(elsewhere=True)
    await served.projected()
    await until(lambda: any("LEFT JOIN register" in each for _, each in statements))
    assert not any(each.done() for each in waiting)
    await served.a_child()
    found = {tuple(positions(entries)) for entries, _ in await asyncio.gather(*waiting)}
    assert len(found) == 1
    assert len([each for _, each in statements if "LEFT JOIN register" in each]) < 10


async def test_who_is_told_the_same_is_told_by_one_reading_and_each_is_written_down(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
    _, cursor = await ask(staff)
    readings: list[int] = []
    original = FileRepository.amendments

    async def watched(self: FileRepository, after: Any, known: int) -> Any:
        readings.append(known)
        return await original(self, after, known)

    monkeypatch.setattr(FileRepository, "amendments", watched)
    askers = [staff, supervisor, *[staff] * 48]
    waiting = [asyncio.create_task(ask(each, after=cursor, wait=20)) for each in askers]
    await until(lambda: served.container.tail.waiting == 50)
    child = await served.a_child()
    answers = await asyncio.gather(*waiting)
    assert {entry["stream"] for entries, _ in answers for entry in entries} == {str(child)}
    assert len(readings) == 2, "once for each role that is shown other categories"
    accesses = (await supervisor.get(f"/children/{child}/access?limit=500")).json()["items"]
    assert len([line for line in accesses if line["purpose"] == "feed"]) == 50


@pytest.mark.own_statements
async def test_who_waits_too_far_behind_looks_for_themselves(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "KEPT", 1)
    staff = await served.as_(Role.STAFF)
    _, cursor = await ask(staff)
    await served.a_child(elsewhere=True)
    waiting = asyncio.create_task(ask(staff, after=cursor, wait=20))
    await until(lambda: served.container.tail.waiting == 1)
    mine = [await served.a_child() for _ in range(3)]
    found, following = await waiting
    found += (await ask(staff, after=following))[0]
    assert list(dict.fromkeys(entry["stream"] for entry in found)) == list(map(str, mine))


async def test_who_waits_is_let_go_when_the_service_is_to_stop(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    _, cursor = await ask(staff)
    waiting = asyncio.create_task(ask(staff, after=cursor, wait=25))
    await until(lambda: served.container.tail.waiting == 1)
    served.app.state.tenants.leave()
    assert await asyncio.wait_for(waiting, 20) == ([], cursor)
    assert await asyncio.wait_for(ask(staff, after=cursor, wait=25), 20) == ([], cursor)


# Budgets


@pytest.mark.parametrize(
    ("own", "asked"), [("polls", {"wait": 1}), ("feeds", {})], ids=["waiting", "without limit"]
)
async def test_of_each_person_and_in_all_only_so_many_are_under_way(
    served: Served, own: str, asked: dict[str, Any]
) -> None:
    staff, other = await served.as_(Role.STAFF), await served.as_(Role.AUDITOR)
    person = (await served.actor(Role.STAFF)).user
    budget = Budget(2, 3)
    budgets = replace(served.container.budgets, **{own: budget})
    served.app.state.tenants.enter(replace(served.container, budgets=budgets))
    for _ in range(3):
        assert (await staff.get("/entries", params=asked)).status_code == 200
    with budget.taken(person), budget.taken(person):
        answer = await staff.get("/entries", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert answer.headers["Retry-After"]
        assert (await staff.get("/entries", params={"limit": 1})).status_code == 200
        assert (await other.get("/entries", params=asked)).status_code == 200
        with budget.taken(UUID(int=1)):
            answer = await other.get("/entries", params=asked)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["Retry-After"]
    assert (await staff.get("/entries", params=asked)).status_code == 200


async def test_a_feed_is_under_way_until_its_last_line(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, person = await served.as_(Role.STAFF), (await served.actor(Role.STAFF)).user
    budget = Budget(1, 1)
    served.app.state.tenants.enter(replace(served.container, budgets=Budgets(feeds=budget)))
    refused: list[str] = []

    async def lines(*_: object) -> AsyncIterator[bytes]:
        for _line in range(2):
            with pytest.raises(Problem) as told:
                budget.take(person)
            refused.append(told.value.code)
            yield b"{}\n"

    monkeypatch.setattr(feeding.Reading, "all_lines", lines)
    assert (await staff.get("/entries")).status_code == 200
    assert refused == ["too_many_requests"] * 2
    budget.take(person)


async def test_one_person_has_only_so_many_requests_under_way(served: Served) -> None:
    staff, auditor = await served.as_(Role.STAFF), await served.as_(Role.AUDITOR)
    tenants, person = served.app.state.tenants, (await served.actor(Role.STAFF)).user
    tenants.under_way = Budget(2, 10)
    for path in ("/children", "/nowhere", "/children?limit=0"):
        assert (await staff.get(path)).status_code != 429
    with tenants.under_way.taken(person), tenants.under_way.taken(person):
        answer = await staff.get("/children")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert (await auditor.get("/children")).status_code == 200
    assert (await staff.get("/children")).status_code == 200


# After entries were lost


@pytest.mark.own_statements
async def test_a_cursor_goes_on_in_another_epoch_only_where_nothing_before_it_was_lost(
    served: Served, settings: Settings
) -> None:
    story = await a_story(served).given(RECEIVED, *[("2024-03-05", some(IdentityRecorded))] * 3)
    supervisor = await served.as_(Role.SUPERVISOR)
    entries, cursor = await ask(supervisor)
    kept = story.position - 2
    page = (await story.asked("/entries", limit=2))["next"]
    earlier = (await story.asked("/entries", limit=1, known_at=kept))["next"]
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as owner:
        await owner.execute(f"SET LOCAL search_path = {settings.ledger}".encode())
        await owner.execute("UPDATE head SET epoch = 2")
        await owner.execute("INSERT INTO epoch VALUES (2, %s, NULL, now())", [kept])

    for lost in (cursor, f"1-{kept + 1}", str(kept + 1), "3-1"):
        answer = await supervisor.get("/entries", params={"after": lost})
        assert (answer.status_code, answer.json()["code"]) == (409, "other_epoch")
        assert answer.json()["epoch"] == 2
        assert answer.json()["position"] == (0 if lost == "3-1" else kept)
        assert answer.json()["detail_zh"]
    rest = [entry for entry in entries if entry["position"] > kept]
    for standing in (f"1-{kept}", str(kept), f"2-{kept}"):
        assert await ask(supervisor, after=standing) == (rest, f"2-{story.position}")

    async def following(cursor: str) -> int:
        address = f"/children/{story.child}/entries"
        return (await supervisor.get(address, params={"cursor": cursor})).status_code

    assert (await following(page), await following(earlier)) == (409, 200)
