"""Long files, long bodies and dry runs keep nobody else waiting, and are given only so much."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from httpx2 import AsyncClient, Response

from api.budgets import Budget, Budgets
from api.contract import bodies
from api.contract.problems import MOST_FAULTS
from api.http import record_many
from api.identity.permissions import Role
from domain.events.care import CareModeAssigned
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.file import File
from domain.life import Life
from domain.when import Days
from ledger import compute
from ledger.codec import mapping
from ledger.codec.parsing import check
from ledger.files.cache import FileCache
from ledger.files.repository import AT_ONCE, FileRepository
from ledger.recording import handler
from ledger.recording.attempt import Attempt
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW, Served, new_key
from tests.support.given import some
from tests.support.waiting import PATIENCE, until

LONG = 1200
"""Entries of a long file: several times as many as anything may be done with at once."""
EVENT = {
    "type": "CareModeAssigned",
    "occurred_on": "2024-03-05",
    "data": {"mode": "ward", "unit": {"unknown": "not_asked"}},
}


async def a_long_file(served: Served, entries: int = LONG) -> UUID:
    """Open a file of so many entries."""
    supervisor = await served.actor(Role.SUPERVISOR)
    first = date(2014, 3, 5)
    events = [some(ChildReceived), some(IdentityRecorded, name="王小明", birth_on=date(2012, 3, 5))]
    events += [some(CareModeAssigned if number % 2 else PhysicalExamined) for number in range(entries - 2)]
    drafts = [
        Draft(event=event, days=Days.on(first + timedelta(days=number)))
        for number, event in enumerate(events)
    ]
    stream: UUID | None = None
    for start in range(0, entries, 300):
        recording = Recording(
            stream=stream,
            drafts=tuple(drafts[start : start + 300]),
            region=served.home.region,
            origin="import",
            recorder=supervisor.recorder,
            key=uuid4().hex,
        )
        (outcome,) = await served.container.ledger.record_bulk([recording], now=NOW)
        assert isinstance(outcome, Recorded), outcome
        stream = outcome.stream
    assert stream is not None
    await served.projected()
    return stream


class Stretches:
    """What is done on the event loop between two of its turns, at most, and in all, by the kind of work."""

    def __init__(self) -> None:
        self.worst: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self._now: Counter[str] = Counter()

    def counted(self, kind: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return what does the work and counts it."""

        def counting(*given: Any, **named: Any) -> Any:
            self.all[kind] += 1
            if threading.current_thread() is threading.main_thread():
                self._now[kind] += 1
            return work(*given, **named)

        return counting

    async def watch(self) -> None:
        """Notice each turn of the event loop."""
        while True:
            self.worst |= self._now
            self._now.clear()
            await asyncio.sleep(0)

    def begin(self) -> None:
        """Count from now on."""
        self.worst.clear()
        self.all.clear()


@pytest.fixture
async def stretches(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stretches]:
    """Count what is decoded, folded, judged and checked."""
    stretches = Stretches()
    monkeypatch.setattr(mapping, "decode", stretches.counted("decoded", mapping.decode))
    monkeypatch.setattr(File, "add", stretches.counted("folded", File.add))
    monkeypatch.setattr(Life, "__init__", stretches.counted("judged", Life.__init__))
    monkeypatch.setattr("ledger.recording.request.check", stretches.counted("checked", check))
    watching = asyncio.create_task(stretches.watch())
    yield stretches
    watching.cancel()


def forget(served: Served) -> None:
    """Keep no file at hand, so that it is read again."""
    served.container.ledger.repository.cache = FileCache(25_000)


# Turns


async def test_of_a_long_file_little_is_done_between_two_turns_of_the_event_loop(
    served: Served, stretches: Stretches, subtests: pytest.Subtests
) -> None:
    child = await a_long_file(served)
    staff = await served.as_(Role.STAFF)
    head = (await served.container.ledger.head()).position
    file, many = f"/children/{child}", {"items": [{"child": str(child), "events": [EVENT]}]}
    refused = EVENT | {"occurred_on": "2001-01-01"}
    asked: list[tuple[str, str, Any, int]] = [
        ("GET", file, None, 200),
        ("GET", f"{file}?known_at={head - 10}", None, 200),
        ("GET", f"{file}/entries?limit=500", None, 200),
        ("GET", f"{file}/obligations", None, 200),
        ("GET", f"{file}/readiness", None, 200),
        ("POST", f"{file}/events?dry_run=true", EVENT, 200),
        ("POST", "/entries?dry_run=true", many, 200),
        ("POST", f"{file}/events", EVENT, 201),
        ("POST", f"{file}/events", refused, 422),
        ("POST", f"{file}/events", {"events": [EVENT] * 300}, 201),
        ("POST", "/entries", {"items": many["items"] * 200}, 200),
    ]
    for method, path, body, status in asked:
        with subtests.test(path=path, body=len(str(body))):
            # Else it may come to hand again by the read models, which follow.
            await served.projected()
            forget(served)
            stretches.begin()
            answer = await staff.request(method, path, json=body, headers=new_key())
            await asyncio.sleep(0)
            assert answer.status_code == status, answer.text
            assert stretches.all["decoded"] >= LONG, "it was read"
            assert stretches.all["folded"] >= LONG, "it was folded"
            assert max(stretches.worst.values(), default=0) <= AT_ONCE


async def test_however_many_long_files_are_read_at_once_one_piece_is_decoded_a_turn(
    served: Served, stretches: Stretches
) -> None:
    children = [await a_long_file(served, 600) for _ in range(3)]
    forget(served)
    stretches.begin()
    await asyncio.gather(*(served.container.ledger.file(child) for child in children))
    assert stretches.all["decoded"] == 1800
    assert stretches.worst["decoded"] <= compute.FEW


async def test_short_work_goes_to_no_thread() -> None:
    here = threading.current_thread()
    assert await compute.compute(threading.current_thread, compute.FEW) is here
    assert await compute.compute(threading.current_thread, compute.FEW + 1) is not here


# What is not theirs


async def test_a_file_that_is_not_theirs_is_not_read_to_say_so(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, unknown = await served.a_child(elsewhere=True), uuid4()
    head = (await served.container.ledger.head()).position
    # Whoever follows the ledger reads every file.
    assert await served.container.projector.known_reached(head, PATIENCE)
    await served.projected()
    forget(served)
    read: set[UUID] = set()
    original = FileRepository.files

    async def watched(self: FileRepository, streams: Any, *rest: Any, **more: Any) -> Any:
        asked = list(streams)
        read.update(asked)
        return await original(self, asked, *rest, **more)

    monkeypatch.setattr(FileRepository, "files", watched)
    for role in (Role.STAFF, Role.SUPERVISOR, Role.BUREAU):
        client = await served.as_(role)
        for ask in ASKING:
            theirs, nobodys = await ask(client, child), await ask(client, unknown)
            assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
            # A bureau is asked for which place it hands in before any line is read.
            asked = b"/query/region" in theirs.content and (role, ask) == (Role.BUREAU, import_as_line)
            assert b"not_found" in theirs.content or theirs.status_code == 403 or asked
    assert child not in read


async def status(client: AsyncClient, child: UUID) -> Response:
    return await client.get(f"/children/{child}?as_of=2024-06-01")


async def entries(client: AsyncClient, child: UUID) -> Response:
    return await client.get(f"/children/{child}/entries")


async def obligations(client: AsyncClient, child: UUID) -> Response:
    return await client.get(f"/children/{child}/obligations")


async def readiness(client: AsyncClient, child: UUID) -> Response:
    return await client.get(f"/children/{child}/readiness")


async def access(client: AsyncClient, child: UUID) -> Response:
    return await client.get(f"/children/{child}/access")


async def record(client: AsyncClient, child: UUID) -> Response:
    return await client.post(f"/children/{child}/events", json=EVENT, headers=new_key())


async def rehearse(client: AsyncClient, child: UUID) -> Response:
    return await client.post(f"/children/{child}/events?dry_run=true", json=EVENT)


async def record_as_item(client: AsyncClient, child: UUID) -> Response:
    body = {"items": [{"child": str(child), "events": [EVENT]}]}
    return await client.post("/entries", json=body, headers=new_key())


async def import_as_line(client: AsyncClient, child: UUID) -> Response:
    line = orjson.dumps({"child": str(child), "events": [EVENT]})
    headers = new_key() | {"Content-Type": "application/x-ndjson"}
    answer = await client.post("/imports", content=line, headers=headers)
    if answer.status_code == 202:
        path = answer.headers["Location"]
        while (answer := await client.get(path)).json()["state"] in {"queued", "running"}:  # noqa: ASYNC110 - as clients do
            await asyncio.sleep(0.01)
        # But for what it was handed in as, which the child's id is part of.
        return Response(200, content=b"not_found" if b"not_found" in answer.content else answer.content)
    return answer


ASKING = (status, entries, obligations, readiness, access, record, rehearse, record_as_item, import_as_line)


async def test_where_the_register_does_not_know_a_file_yet_the_file_itself_says_whose_it_is(
    served: Served,
) -> None:
    child = await served.a_child(elsewhere=True)
    await served.projected()
    forged = """
        WITH gone AS (DELETE FROM register WHERE child = %s RETURNING register.*)
        INSERT INTO register
        SELECT (jsonb_populate_record(
                   NULL::register,
                   to_jsonb(gone) || jsonb_build_object('institution', %s::uuid, 'version', version - 1)
               )).*
          FROM gone
    """
    async with served.container.projector.reading() as connection:
        await connection.execute("SET TRANSACTION READ WRITE")
        await connection.execute(forged, [child, served.home.institution])
    forget(served)
    assert (await status(await served.as_(Role.STAFF), child)).status_code == 404
    assert (await status(await served.as_(Role.STAFF, elsewhere=True), child)).status_code == 200
    body = {"items": [{"child": str(child), "events": [EVENT]}]}
    forget(served)
    (item,) = (await (await served.as_(Role.STAFF)).post("/entries", json=body, headers=new_key())).json()[
        "items"
    ]
    assert item["status"] == 404


# Budgets of dry runs


async def test_a_dry_run_has_at_most_fifty_items(served: Served) -> None:
    child = await served.a_child()
    staff = await served.as_(Role.STAFF)
    item = {"child": str(child), "events": [EVENT]}
    for items, status in ((50, 200), (51, 422)):
        answer = await staff.post("/entries?dry_run=true", json={"items": [item] * items})
        assert answer.status_code == status
    assert answer.json()["errors"][0]["pointer"] == "/items"


async def test_what_a_dry_run_has_no_budget_for_is_told_item_by_item(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_many, "REHEARSED_ENTRIES", 3)
    child = await served.a_child()
    staff = await served.as_(Role.STAFF)
    items = [{"child": str(child), "events": [EVENT]}] * 4
    answer = await staff.post("/entries?dry_run=true", json={"items": items})
    assert [each["status"] for each in answer.json()["items"]] == [200, 200, 429, 429]
    assert answer.json()["items"][3]["problem"]["code"] == "too_many_requests"
    recorded = await staff.post("/entries", json={"items": items}, headers=new_key())
    assert {each["status"] for each in recorded.json()["items"]} == {201}


@pytest.mark.parametrize("path", ["/children", "/children/{child}/events", "/entries"])
async def test_of_one_person_and_in_all_only_so_many_dry_runs_are_under_way(
    served: Served, path: str
) -> None:
    child = await served.a_child()
    staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
    person, budget = (await served.actor(Role.STAFF)).user, Budget(1, 2)
    served.app.state.tenants.enter(replace(served.container, budgets=Budgets(rehearsals=budget)))
    item = {"child": str(child), "events": [EVENT]}
    body: dict[str, Any] = {"items": [item]} if path == "/entries" else {"events": [EVENT]}
    address = f"{path.format(child=child)}?dry_run=true"

    async def told(client: AsyncClient) -> tuple[int, bool]:
        answer = await client.post(address, json=body)
        return answer.status_code, "Retry-After" in answer.headers

    usual = await told(staff)
    with budget.taken(person):
        assert await told(staff) == (429, True)
        assert await told(supervisor) == usual
        with budget.taken(UUID(int=1)):
            assert await told(supervisor) == (503, True)
    assert await told(staff) == usual


async def test_a_dry_run_waits_for_others_not_for_ever(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, staff = await served.a_child(), await served.as_(Role.STAFF)
    monkeypatch.setattr(handler, "PATIENCE_SECONDS", 0.05)
    begun, go, rehearsed = threading.Event(), threading.Event(), Attempt.rehearsed

    def waiting(*given: Any) -> Any:
        begun.set()
        go.wait(PATIENCE)
        return rehearsed(*given)

    monkeypatch.setattr(Attempt, "rehearsed", waiting)
    monkeypatch.setattr(compute, "FEW", 0)
    first = asyncio.create_task(rehearse(staff, child))
    await until(begun.is_set)
    answer = await rehearse(staff, child)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    go.set()
    assert (await first).status_code == 200


async def test_all_or_nothing_is_for_files_that_fit_into_memory_together(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_many, "MOST_TOGETHER", 3)
    children = [await served.a_child() for _ in range(2)]
    staff = await served.as_(Role.STAFF)
    body = {"items": [{"child": str(child), "events": [EVENT]} for child in children]}
    answer = await staff.post("/entries", json=body | {"all_or_nothing": True}, headers=new_key())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert (await staff.post("/entries", json=body, headers=new_key())).status_code == 200


# What is made of a body


async def test_a_body_of_very_many_values_is_not_read(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "loads", None)
    staff = await served.as_(Role.STAFF)
    child = await served.a_child()
    junk = b'{"items":[' + b"[]," * bodies.MOST_VALUES + b"[]]}"
    for path in ("/entries", "/children", f"/children/{child}/events"):
        headers = new_key() | {"Content-Type": "application/json"}
        answer = await staff.post(path, content=junk, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_the_items_of_a_request_have_only_so_many_events(served: Served) -> None:
    child = str(await served.a_child())
    staff = await served.as_(Role.STAFF)
    for more, status in ((0, 200), (1, 422)):
        items = [{"child": child, "events": [{}] * 500}] * 3 + [
            {"child": child, "events": [{}] * (500 + more)}
        ]
        items[-1:] = [{"child": child, "events": [{}] * 500}, {"child": child, "events": [{}]}][: 1 + more]
        answer = await staff.post("/entries", json={"items": items}, headers=new_key())
        assert answer.status_code == status
    assert answer.json()["errors"][0]["pointer"] == "/items"


async def test_of_very_many_faults_the_first_are_listed_and_the_answer_says_so(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    child = await served.a_child()
    answer = await staff.post(f"/children/{child}/events", json={"events": [{}] * 500}, headers=new_key())
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == MOST_FAULTS
    assert str(MOST_FAULTS) in answer.json()["detail"]
    assert str(MOST_FAULTS) in answer.json()["detail_zh"]
