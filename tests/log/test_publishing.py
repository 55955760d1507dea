"""The log as a directory: tools of others read it, and what was taken away before stays as it was."""

from pathlib import Path

import pytest
from tlog_scales import signing
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from ledger.log.policy import NOBODY, Policy
from ledger.log.publishing import KEY, OtherLogError, publish
from tests.support.ledgers import Urls
from tests.support.transparency import opened_log

NOBODYS = Policy(quorum=NOBODY)


async def test_what_was_published_is_added_to_and_read_by_others(urls: Urls, tmp_path: Path) -> None:
    """Given a log that was published, when it has grown, then only what is new is written."""
    folder = tmp_path / "log"
    told: list[float] = []
    async with opened_log(urls, tmp_path) as ledger:
        assert await publish(ledger.log, folder, NOBODYS, told.append) == 0
        assert not folder.exists()
        await ledger.record(300)
        await ledger.caught_up()
        assert await publish(ledger.log, folder, NOBODYS, told.append) == 300
        full = folder / "tile" / "entries" / "000"
        written = full.stat().st_ino
        await ledger.record(300)
        checkpoint = await ledger.caught_up()
        assert await publish(ledger.log, folder, NOBODYS, told.append) == 600
        assert full.stat().st_ino == written
        assert (folder / KEY).read_text("utf-8") == f"{ledger.log.verifier}\n"

        reader = TilesReader(LocalBackend(folder))
        theirs = reader.get_checkpoint()
        theirs.verify(signing.Vkey.from_string((folder / KEY).read_text("utf-8").strip()))
        assert reader.calculate_root_hash() == theirs.root_hash == checkpoint.root
        assert reader.get_entry(599) == await ledger.log.leaf_at(600)
    assert told[-1] == 1


async def test_the_directory_of_another_log_is_left_alone(urls: Urls, tmp_path: Path) -> None:
    """Given the directory of another log, when a log is published there, then that is refused."""
    async with opened_log(urls, tmp_path) as ledger:
        await ledger.record(1)
        await ledger.caught_up()
        await publish(ledger.log, tmp_path / "log", NOBODYS, lambda _: None)
        (tmp_path / "log" / KEY).write_text("other+00000000+AAAA\n", "utf-8")
        with pytest.raises(OtherLogError):
            await publish(ledger.log, tmp_path / "log", NOBODYS, lambda _: None)
