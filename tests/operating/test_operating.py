"""What its operator sees: health while the database goes and comes, measures, logs that name nobody."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import orjson
import pytest
import structlog
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from psycopg import OperationalError
from pydantic import SecretStr

from api import logs
from api.app import create_app, running
from api.institutions import open_institution
from api.settings import Settings
from domain.events.care import CareModeAssigned
from ledger.postgres.embedded import embedded
from ledger.store.append import AppendFailedError, OverloadedError
from ledger.store.append_queue import QueueLimits
from tests.support.client import NOW, Served, new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.ledgers import an_append, make_ledger, store_of
from tests.support.waiting import PATIENCE

# Health


async def answer(client: AsyncClient, path: str, status: int) -> Response:
    """What is answered once it is answered with this status."""
    async with asyncio.timeout(PATIENCE):
        said = await client.get(path)
        while said.status_code != status:
            await asyncio.sleep(0.1)
            said = await client.get(path)
    return said


async def test_it_lives_while_the_database_is_away_and_is_ready_when_it_is_back(folder: Path) -> None:
    server = embedded(folder / "database", durable=False)
    (folder / "database").mkdir(mode=0o711)
    url = SecretStr((await asyncio.to_thread(server.__enter__)).url)
    app: FastAPI = create_app(Settings(database_url=url, data=folder / "own"), clock=lambda: NOW)
    async with (
        running(app) as container,
        AsyncClient(transport=ASGITransport(app=app), base_url="http://childledger.test") as client,
    ):
        await answer(client, "/health/ready", 200)
        assert 'childledger_up{ledger="childledger"} 1.0' in (await client.get("/metrics")).text

        await asyncio.to_thread(server.__exit__, None, None, None)
        missing = await answer(client, "/health/ready", 503)
        assert missing.json()["missing"] == ["database"]
        assert missing.headers["retry-after"]
        assert (await client.get("/health/live")).json() == {"status": "live"}
        assert 'childledger_up{ledger="childledger"} 0.0' in (await client.get("/metrics")).text

        server = embedded(folder / "database", durable=False)
        await asyncio.to_thread(server.__enter__)
        try:
            await answer(client, "/health/ready", 200)
            before = (await container.ledger.head()).position
            for name in ("望海市儿童福利院（测试）", "山南市儿童福利院（测试）", "山北市儿童福利院（测试）"):
                with suppress(OperationalError):  # as 503 would tell: the connection at hand was lost
                    await open_institution(container, name, region="990101")
            after = (await container.ledger.head()).position
            assert after > before
            assert await container.projector.reached(after, PATIENCE), "the read models go on"
            assert 'childledger_up{ledger="childledger"} 1.0' in (await client.get("/metrics")).text
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)


# Measures


async def test_measures_show_what_waits_and_which_connections_are_used(served: Served) -> None:
    await served.a_child()
    measures = (await (await served.client()).get("/metrics")).text
    own = f'ledger="{served.container.settings.ledger}"'
    named = {line.split()[0] for line in measures.replace(own, "").splitlines()}
    assert named >= {
        "childledger_append_seconds_count{}",
        "childledger_batch_entries_sum{}",
        "childledger_append_queue{}",
        "childledger_append_queue_bytes{}",
        "childledger_projection_lag_entries{}",
        'childledger_reading_connections{,state="idle"}',
        'childledger_reading_connections{,state="used"}',
        "childledger_reading_queue{}",
        "childledger_position{}",
    }


async def test_the_depth_of_the_queue_counts_appends_and_bytes(database_url: str) -> None:
    urls = await make_ledger(database_url)
    async with store_of(urls, limits=QueueLimits(queue_appends=3)) as store:
        assert store.waiting == (0, 0)
        appends = [an_append(entries=2) for _ in range(3)]
        waiting = asyncio.create_task(store.append_all(appends))
        await asyncio.sleep(0)
        assert store.waiting == (3, sum(append.size for append in appends))
        with pytest.raises(OverloadedError):
            await store.append(an_append())
        await waiting
        assert store.waiting == (0, 0)


# Logs

PLANTED = "欧阳植入"
PLANTED_NUMBER = "37109920090305771X"
WARD = sent("2024-03-06", some(CareModeAssigned, mode="ward"))


@contextmanager
def all_that_is_said(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What is said meanwhile, by a process that logs as one that serves: its lines are here afterwards."""
    before = logging.getLogger().handlers[:]
    logs.configure()
    lines: list[str] = []
    try:
        yield lines
    finally:
        logging.basicConfig(handlers=before, level=logging.WARNING, force=True)
        structlog.reset_defaults()
        told = capfd.readouterr()
        lines += (told.out + told.err).splitlines()


async def test_what_goes_wrong_names_nobody_in_answeredor_logs(
    served: Served, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same name and number wherever somebody can write, while one thing after another fails."""
    child = await served.a_child(PLANTED)
    staff, bureau = await served.as_("staff"), await served.as_("bureau")
    stranger, forger = await served.client(), await served.client(f"cl_{PLANTED_NUMBER}")
    with all_that_is_said(capfd) as lines:
        answered = [
            answer for each in (staff, bureau, stranger, forger) for answer in await asked(each, child)
        ]
        noted = WARD | {"note": PLANTED}
        answered.append(await bureau.post(f"/children/{child}/events", json=noted, headers=new_key()))
        failed = []
        for failing, error in (
            ("head", RuntimeError(PLANTED)),
            ("streams", RuntimeError(PLANTED)),
            ("append_all", AppendFailedError(PLANTED_NUMBER)),
        ):
            await served.projected()
            position = (await served.container.ledger.head()).position
            assert await served.container.projector.known_reached(position, PATIENCE)
            with monkeypatch.context() as patched:
                patched.setattr(served.container.ledger.store, failing, _failing(error))
                failed += [
                    await staff.get(f"/children/{child}?as_of=2024-03-06"),
                    await staff.post(f"/children/{child}/events", json=WARD, headers=new_key()),
                ]
    assert {answer.status_code for answer in answered} == {400, 401, 403, 404, 405, 415, 422}
    assert {answer.status_code for answer in failed} == {200, 201, 500, 503}

    said = [orjson.loads(line) for line in lines]
    assert len([line for line in said if line["event"] == "answered"]) == len(answered) + len(failed)
    assert {line["error"] for line in said if line["event"] == "unexpected"} == {"RuntimeError"}
    refusals = [answer for answer in answered + failed if answer.status_code >= 400]
    for text in (*lines, *(refusal.text + str(refusal.headers) for refusal in refusals)):
        assert PLANTED not in text
        assert PLANTED_NUMBER not in text
    assert not [line for line in lines if str(child) in line], "nor which file it was"


async def asked(client: AsyncClient, child: UUID) -> list[Response]:
    """What is answered to a name and a number in paths, queries, bodies, headers and keys."""
    named = {
        "type": "IdentityRecorded",
        "occurred_on": "2024-03-05",
        "data": {"name": PLANTED, "citizen_id": PLANTED_NUMBER, PLANTED: PLANTED},
    }
    key, own = {"Idempotency-Key": PLANTED_NUMBER}, new_key() | {"If-Match": PLANTED_NUMBER}
    kind = {"Content-Type": f"text/{PLANTED_NUMBER}"}
    return [
        await client.get(f"/children/{PLANTED}"),
        await client.get(f"/children/{PLANTED_NUMBER}/entries"),
        await client.get(f"/{PLANTED}"),
        await client.get("/children", params={"as_of": PLANTED, PLANTED: PLANTED_NUMBER}),
        await client.get("/census", params={"day": PLANTED_NUMBER}),
        await client.get(f"/children/{child}/explain/{PLANTED}"),
        await client.get(f"/event-types/{PLANTED}"),
        await client.request(PLANTED_NUMBER, "/children"),
        await client.post("/children", json=named, headers=new_key()),
        await client.post("/children", json=[named, PLANTED], headers=new_key()),
        await client.post("/children", content=f'{{"{PLANTED}": '.encode(), headers=new_key()),
        await client.post("/children", content=f'"{PLANTED}'.encode("gb18030"), headers=new_key()),
        await client.post(f"/children/{child}/events", json=named, headers=key),
        await client.post(f"/children/{child}/events", json=WARD, headers=own),
        await client.post("/children/search", json={PLANTED: PLANTED, "name": [PLANTED_NUMBER]}),
        await client.post("/imports", content=PLANTED.encode(), headers=kind | new_key()),
    ]


def _failing(error: Exception) -> Callable[..., Awaitable[None]]:
    async def fail(*_: object, **__: object) -> None:
        raise error from ValueError(PLANTED)

    return fail


async def test_what_libraries_say_is_logged_without_what_they_fill_in(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with all_that_is_said(capfd) as lines:
        told = {"message": "Task exception was never retrieved", "exception": RuntimeError(PLANTED)}
        asyncio.get_running_loop().call_exception_handler(told | {"future": PLANTED})
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", PLANTED)
    task, pool = (orjson.loads(line) for line in lines)
    assert (task["event"], task["error"]) == ("Task exception was never retrieved", "RuntimeError")
    assert (pool["event"], pool["logger"]) == ("error connecting in %r: %s", "psycopg.pool")
    assert {task["level"], pool["level"]} == {"error", "warning"}
    assert PLANTED not in "".join(lines)
