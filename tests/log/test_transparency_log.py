"""The transparency log of a ledger: every entry is a leaf, in order, and what was signed is never unsaid."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from ledger.log import transparency_log
from ledger.log.checkpoint import Checkpoint, NoteError
from ledger.log.leaves import SALT
from ledger.log.tiles import BUNDLES, Tile, TilePlace, tiles
from ledger.log.transparency_log import FOLDER, ForkError
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.tasks import cancel_all
from tests.support.ledgers import Urls, a_superuser
from tests.support.transparency import OpenedLog, opened_log
from tests.support.waiting import until


@pytest.fixture
async def ledger(urls: Urls, tmp_path: Path) -> AsyncIterator[OpenedLog]:
    async with opened_log(urls, tmp_path) as ledger:
        yield ledger


async def test_every_entry_is_a_leaf_that_commits_to_its_stored_bytes(ledger: OpenedLog) -> None:
    """Given entries of two files, when the log has grown, then each leaf has its hash and names neither."""
    one, other = uuid4(), uuid4()
    await ledger.record(2, one)
    await ledger.record(1, other)
    await ledger.record(1, one, 2)
    assert (await ledger.caught_up()).size == 4

    rows = await ledger.store.rows(0, 10, 10)
    leaves = [await ledger.leaf(row.position) for row in rows]
    for row, leaf in zip(rows, leaves, strict=True):
        assert leaf["h"] == b64encode(sha256(row.body).digest()).decode()
        assert (leaf["n"], leaf["v"], leaf["z"], leaf["l"]) == (
            row.position,
            row.version,
            1,
            ledger.log.origin,
        )
        assert leaf["r"] == f"{row.recorded_at:%Y-%m-%dT%H:%M:%S.%f}Z"
        assert str(row.stream) not in str(leaf)
    names = [leaf["s"] for leaf in leaves]
    assert names[0] == names[1] == names[3] != names[2]


async def test_what_is_recorded_later_leaves_the_log_consistent(ledger: OpenedLog) -> None:
    """Given a signed log, when more is recorded, then the earlier tree is the beginning of the later one."""
    await ledger.record(300)
    before = await ledger.caught_up()
    await ledger.record(300)
    after = await ledger.caught_up()
    assert (before.size, after.size) == (300, 600)
    for tile in tiles(600):
        assert await ledger.log.tile(tile) is not None
    old = await ledger.log.tile(Tile(TilePlace(BUNDLES, 1), 44))
    new = await ledger.log.tile(Tile(TilePlace(BUNDLES, 1), 256))
    assert old is not None
    assert new is not None
    assert new.startswith(old)
    assert await ledger.log.tile(Tile(TilePlace(0, 2), 89)) is None
    assert await ledger.log.proof(601) is None
    await ledger.leaf(1)
    await ledger.leaf(600)


async def test_a_log_far_behind_is_followed_to_its_last_entry_and_signed(
    ledger: OpenedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given more entries than the log takes at a time, when it is followed, then all are signed."""
    monkeypatch.setattr(transparency_log, "AT_ONCE", 3)
    await ledger.record(10)

    async def signed() -> bool:
        note = await ledger.log.published()
        return note is not None and Checkpoint.read(note.text).size == 10

    following = asyncio.create_task(ledger.log.follow())
    await until(signed)
    await cancel_all([following])


async def test_several_processes_let_one_log_grow(urls: Urls, tmp_path: Path) -> None:
    """Given two processes, when both let the log grow, then it has each entry once."""
    async with opened_log(urls, tmp_path) as one, opened_log(urls, tmp_path) as other:
        for _ in range(5):
            await asyncio.gather(one.record(40), one.caught_up(), other.caught_up(), other.record(20))
        await asyncio.gather(one.caught_up(), other.caught_up())
        assert await one.caught_up() == await other.caught_up()
        assert (await one.caught_up()).size == 300
        for position in (1, 60, 256, 300):
            assert (await other.leaf(position))["n"] == position


async def test_a_tree_that_was_altered_is_not_signed_again(urls: Urls, tmp_path: Path) -> None:
    """Given a signed log, when its tiles are altered or it goes back, then nothing is signed any more."""
    async with opened_log(urls, tmp_path) as ledger:
        await ledger.record(3)
        await ledger.caught_up()
        async with a_superuser(urls.superuser, DEFAULT_LEDGER) as superuser:
            await superuser.execute(
                "UPDATE log_tile SET content = set_byte(content, 0, get_byte(content, 0) # 1) WHERE level = 0"
            )
            await ledger.record(1)
            with pytest.raises(ForkError, match="not those that were signed"):
                await ledger.caught_up()
            await superuser.execute("UPDATE log SET size = 2, note = NULL")
            with pytest.raises(ForkError, match="3 were signed before"):
                await ledger.log.sign()


async def test_an_entry_that_is_missing_ends_the_log(urls: Urls, tmp_path: Path) -> None:
    """Given an entry that was deleted before it was a leaf, when the log grows, then it names the place."""
    async with opened_log(urls, tmp_path) as ledger:
        await ledger.record(3)
        async with a_superuser(urls.superuser, DEFAULT_LEDGER) as superuser:
            await superuser.execute("DELETE FROM entry WHERE position = 2")
        with pytest.raises(ForkError, match="The entry 2 is missing"):
            await ledger.log.grow()


async def test_the_last_signed_checkpoint_is_kept_outside_the_database(
    ledger: OpenedLog, tmp_path: Path
) -> None:
    """Given a signed log, when the file that keeps the checkpoint is altered, then nothing is signed."""
    await ledger.record(1)
    checkpoint = await ledger.caught_up()
    (kept,) = [path for path in (tmp_path / FOLDER).iterdir() if path.suffix != ".lock"]
    assert kept.read_text("utf-8").startswith(checkpoint.text)
    kept.write_text(kept.read_text("utf-8").replace("\n1\n", "\n2\n"), "utf-8")
    await ledger.record(1)
    with pytest.raises(NoteError):
        await ledger.caught_up()


async def test_without_its_salt_a_stream_is_linked_to_no_leaf(urls: Urls, tmp_path: Path) -> None:
    """Given a file whose salt was destroyed, when more is recorded in it, then each leaf has its own name."""
    stream = uuid4()
    async with opened_log(urls, tmp_path) as ledger:
        await ledger.record(1, stream)
        await ledger.caught_up()
        async with a_superuser(urls.superuser, DEFAULT_LEDGER, f"{DEFAULT_LEDGER}_keys") as superuser:
            gone = "UPDATE data_key SET wrapped = NULL WHERE subject = %s AND category = %s"
            assert (await superuser.execute(gone, [stream, SALT])).rowcount == 1
        await ledger.record(2, stream, 1)
        await ledger.caught_up()
        names = [(await ledger.leaf(position))["s"] for position in (1, 2, 3)]
        assert len(set(names)) == 3
