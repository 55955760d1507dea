"""A monitor finds whatever a database administrator altered behind the log, and names the place."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from domain.label import Label
from ledger.leaf_comparison import NO_LEAF, NO_ROW, OTHER_HASH, PARTS
from ledger.log.leaves import SALT
from ledger.log.transparency_log import FOLDER
from ledger.monitor import FEWER, NOT_SIGNED, log_flaws
from ledger.postgres.migrate import DEFAULT_LEDGER, keys_of
from ledger.tree_comparison import OTHER_HASH_ABOVE, OTHER_TREE
from tests.support.ledgers import Urls, a_superuser
from tests.support.transparency import OpenedLog, opened_log

ENTRIES = 300
STREAM = uuid4()


@pytest.fixture
async def ledger(urls: Urls, tmp_path: Path) -> AsyncIterator[OpenedLog]:
    """A signed log of one file with two hundred entries, then of another with a hundred."""
    async with opened_log(urls, tmp_path) as ledger:
        await ledger.record(200, STREAM)
        await ledger.record(ENTRIES - 200)
        await ledger.caught_up()
        yield ledger


async def found(ledger: OpenedLog) -> list[tuple[int, Label]]:
    """What the monitor tells, as positions and words; the same, whichever process compares."""
    told: list[float] = []
    wrong = [(each.position, each.what) async for each in log_flaws(ledger.log, told.append)]
    assert told[-1] == 1
    assert wrong == [(each.position, each.what) async for each in log_flaws(ledger.log, told.append, few=0)]
    return wrong


async def test_nothing_is_wrong_with_a_log_as_it_was_signed(ledger: OpenedLog) -> None:
    assert await found(ledger) == []
    await ledger.record(1)
    assert await found(ledger) == [], "what no leaf tells yet is no fault"


CONTENT = "UPDATE entry SET body = body || '\\x20' WHERE position = 7"
MOMENT = "UPDATE entry SET recorded_at = recorded_at - interval '1 us' WHERE position = 7"
SWAPPED = (
    "UPDATE entry SET position = CASE position WHEN 7 THEN -8 ELSE -7 END WHERE position IN (7, 8);"
    "UPDATE entry SET position = -position WHERE position < 0"
)
ALTER = "UPDATE log_tile SET content = set_byte(content, 19, get_byte(content, 19) # 1)"
LEAF = f"{ALTER} WHERE level = -1 AND number = 1"
HASH = f"{ALTER} WHERE level = 0 AND number = 1"
ALTERED = {
    "content": (CONTENT, [(7, PARTS["h"])]),
    "moment": (MOMENT, [(7, PARTS["r"])]),
    "version": ("UPDATE entry SET version = 777 WHERE position = 7", [(7, PARTS["v"])]),
    "file": (
        "UPDATE entry SET stream = '0b1f4c7e-3a52-4d80-9c6b-5e2f7a9d1c34' WHERE position = 7",
        [(7, PARTS["s"])],
    ),
    "deleted": ("DELETE FROM entry WHERE position = 7", [(7, NO_ROW)]),
    "tail": ("DELETE FROM entry WHERE position > 299", [(300, NO_ROW)]),
    "swapped": (SWAPPED, [(each, PARTS[part]) for each in (7, 8) for part in "hrv"]),
    "leaf": (LEAF, [(257, PARTS["h"]), (257, OTHER_HASH), (300, OTHER_TREE)]),
    "hash": (HASH, [(257, OTHER_HASH)]),
    "leaves": (
        "DELETE FROM log_tile WHERE level = -1 AND number = 1",
        [*((each, NO_LEAF) for each in range(257, 301)), (300, OTHER_TREE)],
    ),
    "note": ("UPDATE log SET note = replace(note, '300', '299')", [(0, NOT_SIGNED)]),
    "wider": (
        "UPDATE log_tile SET content = content || '\\x0000' WHERE level = -1 AND number = 0",
        [*((each, NO_LEAF) for each in range(1, 257)), (300, OTHER_TREE), (1, OTHER_HASH_ABOVE)],
    ),
    "hash above the leaves": (f"{ALTER} WHERE level = 1", [(1, OTHER_HASH_ABOVE)]),
    "no hash above the leaves": ("DELETE FROM log_tile WHERE level = 1", [(1, OTHER_HASH_ABOVE)]),
    "moment of no calendar": (
        "UPDATE entry SET recorded_at = '20000-01-01' WHERE position = 7",
        [(7, PARTS["r"])],
    ),
    "shorter": ("UPDATE log SET size = 299, note = NULL", [(300, FEWER)]),
}
"""What somebody does as the database's superuser, and what the monitor says of it."""


@pytest.mark.parametrize(("statement", "wrong"), ALTERED.values(), ids=ALTERED)
async def test_what_was_altered_is_named_with_its_place(
    ledger: OpenedLog, urls: Urls, statement: str, wrong: list[tuple[int, Label]]
) -> None:
    """Given a signed log, when the database is altered behind it, then the place is named."""
    async with a_superuser(urls.superuser, DEFAULT_LEDGER) as superuser:
        for each in statement.split(";"):
            assert (await superuser.execute(each.encode())).rowcount
    assert await found(ledger) == wrong


async def test_entries_of_an_erased_file_are_verified_but_for_whose_they_are(
    ledger: OpenedLog, urls: Urls
) -> None:
    """Given a file whose salt was destroyed, then its entries stand, and what is altered is still named."""
    async with a_superuser(urls.superuser, DEFAULT_LEDGER, keys_of(DEFAULT_LEDGER)) as superuser:
        gone = "UPDATE data_key SET wrapped = NULL WHERE subject = %s AND category = %s"
        assert (await superuser.execute(gone, [STREAM, SALT])).rowcount == 1
        assert await found(ledger) == []
        await superuser.execute(MOMENT)
        await superuser.execute(
            "UPDATE entry SET stream = '0b1f4c7e-3a52-4d80-9c6b-5e2f7a9d1c34' WHERE position = 250"
        )
    assert await found(ledger) == [(7, PARTS["r"]), (250, PARTS["s"])]


async def test_a_log_that_was_made_anew_is_not_the_one_that_was_signed(
    ledger: OpenedLog, urls: Urls, tmp_path: Path
) -> None:
    """Given entry and log rewritten together, then the checkpoint that DATA keeps tells."""
    (kept,) = [path for path in (tmp_path / FOLDER).iterdir() if path.suffix != ".lock"]
    before = kept.read_text("utf-8")
    async with a_superuser(urls.superuser, DEFAULT_LEDGER) as superuser:
        await superuser.execute(CONTENT)
        await superuser.execute("DELETE FROM log_tile")
        await superuser.execute("UPDATE log SET size = 0, note = NULL")
    kept.unlink()
    await ledger.caught_up()
    assert await found(ledger) == []
    kept.write_text(before, "utf-8")
    assert await found(ledger) == [(ENTRIES, OTHER_TREE)]
