"""Each access to personal data is a leaf of a log of its own, and what is altered behind it is named."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import orjson
import pytest
from psycopg.errors import InsufficientPrivilege

from api.identity import access_log
from domain.label import Label
from ledger.leaf_comparison import NO_ROW, PARTS, TWICE
from ledger.monitor import MISSING, STRAY
from ledger.postgres.migrate import DEFAULT_LEDGER
from tests.support.ledgers import Urls, a_superuser
from tests.support.noted_accesses import NotedAccesses, opened_accesses


@pytest.fixture
async def noted(urls: Urls, tmp_path: Path) -> AsyncIterator[NotedAccesses]:
    """Ten accesses to one child's file, in a log that is signed."""
    async with opened_accesses(urls, tmp_path) as noted:
        await noted.read(10)
        await noted.log.catch_up()
        yield noted


async def test_each_access_is_a_leaf_that_tells_neither_who_nor_whose(noted: NotedAccesses) -> None:
    """Given accesses, when their log has grown, then each leaf commits to its record and names nobody."""
    records = await noted.rows.records(0, 100)
    assert [record.position for record in records] == [*range(1, 11)]
    hashes = set()
    for record in records:
        leaf = await noted.log.leaf_at(record.position)
        assert leaf is not None
        for told in (record.child, record.member, record.institution, record.purpose, "identity", "care"):
            assert str(told) not in leaf.decode()
        said = orjson.loads(leaf)
        assert sorted(said) == ["h", "l", "n", "r", "s", "z"]
        assert (said["n"], said["l"]) == (record.position, noted.log.origin)
        assert said["h"] == b64encode(record.commitment[-1]).decode()
        hashes.add(said["h"])
    assert len(hashes) == 10, "equal accesses have hashes of their own"
    assert await noted.found() == []


ALTERED = {
    "who": ("UPDATE access SET member = gen_random_uuid() WHERE position = 4", [(4, PARTS["h"])]),
    "why": ("UPDATE access SET reason = 'audit' WHERE position = 4", [(4, PARTS["h"])]),
    "what": ("UPDATE access SET categories = '{identity}' WHERE position = 4", [(4, PARTS["h"])]),
    "when": (
        "UPDATE access SET at = at - interval '1 day' WHERE position = 4",
        [(4, PARTS["h"]), (4, PARTS["r"])],
    ),
    "whose": (
        "UPDATE access SET child = gen_random_uuid() WHERE position = 4",
        [(4, PARTS["h"]), (4, PARTS["s"])],
    ),
    "deleted": ("DELETE FROM access WHERE position = 4", [(4, NO_ROW)]),
    "tail": (
        "DELETE FROM access WHERE position > 9; UPDATE access_head SET position = 9",
        [(10, NO_ROW)],
    ),
    "inserted": (
        (
            "CREATE TABLE other AS TABLE access; DELETE FROM other WHERE position <> 4;"
            "UPDATE other SET position = 11; INSERT INTO access TABLE other"
        ),
        [(11, STRAY)],
    ),
    "twice": (
        (
            "ALTER TABLE access DROP CONSTRAINT access_pkey;"
            "INSERT INTO access SELECT * FROM access WHERE position = 4"
        ),
        [(4, TWICE)],
    ),
}
"""What somebody does as the database's superuser, and what the monitor says of it."""


@pytest.mark.parametrize(("statements", "wrong"), ALTERED.values(), ids=ALTERED)
async def test_an_access_that_is_altered_deleted_or_inserted_is_named_with_its_place(
    noted: NotedAccesses, urls: Urls, statements: str, wrong: list[tuple[int, Label]]
) -> None:
    """Given a signed log of accesses, when the database is altered behind it, then the place is named."""
    async with a_superuser(urls.superuser, DEFAULT_LEDGER) as superuser:
        for statement in statements.split(";"):
            await superuser.execute(statement.encode())
    assert await noted.found() == wrong


async def test_an_access_that_goes_before_it_is_a_leaf_is_missing(noted: NotedAccesses, urls: Urls) -> None:
    """Given accesses after the signed ones, when one of them is deleted, then it is named."""
    await noted.read(3)
    async with a_superuser(urls.superuser, DEFAULT_LEDGER) as superuser:
        await superuser.execute("DELETE FROM access WHERE position = 12")
    assert await noted.found() == [(12, MISSING)]


async def test_several_processes_note_without_gaps(
    urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given two processes that note more than a statement takes, then no position is left out."""
    monkeypatch.setattr(access_log, "AT_ONCE", 3)
    async with opened_accesses(urls, tmp_path) as one, opened_accesses(urls, tmp_path) as other:
        await asyncio.gather(*(each.read() for each in (one, other) for _ in range(20)))
        await asyncio.gather(one.log.catch_up(), other.log.catch_up())
        assert [record.position for record in await one.rows.records(0, 100)] == [*range(1, 41)]
        assert await one.log.size() == 40
        assert await other.found() == []


async def test_who_stops_waiting_is_noted_all_the_same(noted: NotedAccesses) -> None:
    """Given somebody who goes away while their access is being noted, then it is noted."""
    asking = asyncio.create_task(noted.read())
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await noted.access.close()
    assert await noted.rows.last() == 11


async def test_accesses_are_added_and_neither_altered_nor_removed(noted: NotedAccesses) -> None:
    """Given the roles that serve requests, then neither adds a line by itself, or alters or removes one."""
    statements = (
        "INSERT INTO access SELECT * FROM access",
        "UPDATE access SET purpose = ''",
        "DELETE FROM access",
        "TRUNCATE access",
        "UPDATE access_head SET position = 0",
        "SELECT FROM access_head FOR UPDATE",
    )
    for pool, statement in product(noted.rows.pools, statements):
        async with pool.connection() as connection:
            with pytest.raises(InsufficientPrivilege):
                await connection.execute(statement.encode())
