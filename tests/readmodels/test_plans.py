"""What a statement costs does not grow with the ledger: none of them reads all entries."""

import re
from collections.abc import AsyncIterator, Iterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from api.identity.access_log import NEWEST
from api.identity.access_log import SQL as ACCESS
from api.identity.directory import SQL as IDENTITY
from domain.event import CATALOGUE, Part, fields_of
from ledger.log.leaves import SQL as LEAVES
from ledger.log.transparency_log import SQL as LOG
from ledger.store import queries
from ledger.store.append_batch import SQL as STORE
from tests.support.citus import needs_one_server
from tests.support.ledgers import a_superuser, make_ledger, rows

LISTED = queries.load("projections", "listed_entries.sql")
LATE = queries.load("projections", "late_entries.sql")
FILL = """
    INSERT INTO entry (position, recorded_at, entry_id, stream, kind, version, type, schema, occurred_on,
                       occurred_until, fingerprint, body)
    SELECT n, '2020-01-01'::timestamptz + n * interval '1 second', md5('entry ' || n)::uuid,
           md5('stream ' || n % 600)::uuid, 'child', (n - 1) / 600 + 1, 'CareModeAssigned', 1, '2020-01-01',
           '2020-01-01', '\\x00', decode(repeat(md5(n::text), 8), 'hex')
      FROM generate_series(1, 60000) AS n;
    UPDATE head SET position = 60000, recorded_at = '2020-01-01'::timestamptz + 60000 * interval '1 second';
    INSERT INTO institution
    SELECT md5('institution ' || n)::uuid, n, n, '371099' FROM generate_series(1, 3000) AS n;
    INSERT INTO member (member, name, role)
    SELECT md5('member ' || n)::uuid, 'x', 'administrator' FROM generate_series(1, 3000) AS n;
    INSERT INTO token (member, digest, purpose, made_at, expires_at)
    SELECT member, sha256(uuid_send(member)), 'test', now(), now() FROM member;
    INSERT INTO childledger_keys.data_key
    SELECT md5('stream ' || n)::uuid, 'identity', 'x' FROM generate_series(1, 3000) AS n;
"""
SOME = str(UUID(int=1))
TWO = f"ARRAY['{SOME}'::uuid, '{UUID(int=2)}'::uuid]"
ASKED: dict[str, dict[str, str] | list[str]] = {
    "read": {"after": "59000", "through": "59500", "limit": "500"},
    "rows": {"after": "59000", "through": "59500", "limit": "500"},
    "stream": {"stream": f"'{SOME}'::uuid", "after": "0", "known": "60000"},
    "streams": {"streams": TWO, "after": "ARRAY[0, 50]", "known": "60000"},
    "amending": {
        "streams": TWO,
        "after": "ARRAY[0, 50]",
        "known": "60000",
        "types": "ARRAY['EntryWithdrawn']",
    },
    "moved": {"after": "59000", "through": "59500"},
    "files": {"kinds": "ARRAY['child']", "after": f"'{SOME}'::uuid", "limit": "100"},
    "entries": [TWO],
    "keys": [TWO, "ARRAY['identity', 'contact']"],
}


@pytest.fixture
async def grown(database_url: str) -> AsyncIterator[AsyncConnection]:
    """Give a ledger of many entries in files of a hundred, with statistics, as vacuum leaves it."""
    await make_ledger(database_url)
    async with a_superuser(database_url, "childledger", "childledger_keys") as connection:
        await connection.execute(FILL.encode())
        await connection.execute("VACUUM ANALYZE")
        yield connection


def filled_in(statement: bytes, values: dict[str, str] | list[str]) -> str:
    text = statement.decode()
    if isinstance(values, dict):
        return re.sub(r"%\((\w+)\)[bs]", lambda name: values[name[1]], text)
    rest = iter(values)
    return re.sub(r"%[bs]", lambda _: next(rest), text)


def nodes(plan: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Every node of a plan, with the table it reads."""
    yield str(plan["Node Type"]), str(plan.get("Relation Name", ""))
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    for each in below:
        yield from nodes(each)


async def scans(connection: AsyncConnection, statement: str) -> list[tuple[str, str]]:
    """The tables that a statement reads from one end to the other."""
    (row,) = await rows(connection, f"EXPLAIN (FORMAT JSON) {statement}")
    return [each for each in nodes(row[0][0]["Plan"]) if each[0] == "Seq Scan" and each[1] != "head"]


@needs_one_server
async def test_no_statement_reads_a_table_from_end_to_end(grown: AsyncConnection) -> None:
    own = {name: await scans(grown, filled_in(STORE[name], values)) for name, values in ASKED.items()}
    own["holder"] = await scans(grown, filled_in(IDENTITY["holder"], ["sha256('x')"]))
    assert own == {name: [] for name in own}
    assert await scans(grown, "SELECT * FROM entry WHERE type = 'x'"), "a scan would be seen"


@needs_one_server
async def test_what_was_recorded_late_is_found_in_the_order_of_its_delay(grown: AsyncConnection) -> None:
    """Of the entries alone: whose files are in scope is looked up for each."""
    asked = f"{LATE['late'].decode()} ORDER BY lead, position LIMIT 51"
    (row,) = await rows(grown, f"EXPLAIN (FORMAT JSON) {asked}")
    found = {name for name, _ in nodes(row[0][0]["Plan"])}
    assert "Index Scan" in found
    assert found.isdisjoint({"Seq Scan", "Sort", "Incremental Sort"})


async def test_what_was_recorded_late_is_found_past_all_imports(grown: AsyncConnection) -> None:
    imported = """
        INSERT INTO entry (position, recorded_at, entry_id, stream, kind, version, type, schema,
                           occurred_until, body)
        SELECT 60000 + n, '2020-02-01', md5('late ' || n)::uuid, md5('late ' || n)::uuid, 'child', 1, 'x', 1,
               '2000-01-01', '{"origin":"import"}'
          FROM generate_series(1, 5000) AS n
    """
    await grown.execute(imported.encode())
    await grown.execute("VACUUM ANALYZE entry")
    asked = f"{LATE['late'].decode()} {LATE['not_imported'].decode()} ORDER BY lead, position LIMIT 51"
    ((plan,),) = await rows(grown, f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked}")
    assert plan[0]["Plan"]["Shared Hit Blocks"] < 50, "none of the imports is read"
    assert {name for name, _ in nodes(plan[0]["Plan"])}.isdisjoint({"Seq Scan", "Sort", "Incremental Sort"})


READ = """
    INSERT INTO access (position, at, request, member, role, child, categories, purpose, known, reason, salt)
    SELECT n, '2020-01-01'::timestamptz + n * interval '1 second', 'x', md5('member ' || n % 50)::uuid,
           'staff', md5('stream ' || n % 600)::uuid, '{identity}', 'file', n, 'care',
           uuid_send(md5(n::text)::uuid)
      FROM generate_series(1, 60000) AS n;
    UPDATE access_head SET position = 60000;
    INSERT INTO log (leaves, epoch, origin, size)
    SELECT each, 1, each, 60000 FROM unnest('{entry,access}'::text[]) AS each;
    INSERT INTO log_tile
    SELECT each, 1, 0, n, '\\x00'
      FROM unnest('{entry,access}'::text[]) AS each, generate_series(0, 5000) AS n;
"""
OWN = 100
"""How often the file was read."""
OF_FILE = {"child": "md5('stream 1')::uuid", "before": str(NEWEST), "limit": "51"}
ANY = dict.fromkeys(("since", "until"), "NULL::timestamptz") | {
    "user": "NULL::uuid",
    "purpose": "NULL::text",
    "reason": "NULL::text",
    "telling": "ARRAY['findings']",
    "sees": "ARRAY['identity']",
}
READINGS: dict[str, tuple[bytes, dict[str, str] | list[str], int]] = {
    "the first page of a file's accesses": (ACCESS["of"], OF_FILE | ANY, OWN),
    "a later page of them": (ACCESS["of"], OF_FILE | ANY | {"before": "30000"}, OWN),
    "those by a day": (ACCESS["of"], OF_FILE | ANY | {"until": "'2020-01-01 10:00:00+00'::timestamptz"}, OWN),
    "what somebody last read of it": (
        ACCESS["last_read"],
        ["md5('stream 1')::uuid", "md5('member 1')::uuid"],
        OWN,
    ),
    "the leaves of the log of accesses": (LEAVES["accesses"], {"after": "59000", "through": "59256"}, 256),
    "its last leaf": (LEAVES["last_access"], {}, 1),
    "leaves beyond it": (LEAVES["stray_accesses"], {}, 1),
    "its tiles": (
        LOG["tiles"],
        {"leaves": "'access'", "epoch": "1", "levels": "ARRAY[0, 0]", "numbers": "ARRAY[17, 4711]"},
        2,
    ),
    "how far it is signed": (LOG["grown"], {"leaves": "'access'", "epoch": "1"}, 2),
}
"""What is asked of the log of accesses: the statement, its values, and how many rows are read at most."""
SMALL = {"access_head", "log", "epoch"}
"""Tables of one row, or of one for each log and epoch."""


@needs_one_server
async def test_the_log_of_accesses_is_read_by_its_indexes(
    grown: AsyncConnection, subtests: pytest.Subtests
) -> None:
    """However often others were read: no more rows than what is shown, or than the file's own."""
    await grown.execute(READ.encode())
    await grown.execute("VACUUM ANALYZE access, access_head, log, log_tile")
    for asked, (statement, values, most) in READINGS.items():
        with subtests.test(asked):
            text = filled_in(statement, values)
            ((plan,),) = await rows(grown, f"EXPLAIN (ANALYZE, FORMAT JSON) {text}")
            found = [each for each in read(plan[0]["Plan"]) if each[1] not in SMALL]
            assert "Seq Scan" not in {name for name, _, _ in found}
            assert max((count for _, _, count in found), default=0) <= most
    assert await scans(grown, "SELECT * FROM access WHERE purpose = 'x'"), "a scan would be seen"


async def test_emergencies_and_erasures_are_found_past_all_other_entries(grown: AsyncConnection) -> None:
    """Of the entries alone: whose files are in scope is looked up for each."""
    for place, kind in enumerate(LISTED):
        was = f"UPDATE entry SET type = '{kind}' WHERE position % 100 = {place}"  # noqa: S608 - our own names
        await grown.execute(was.encode())
    await grown.execute("VACUUM ANALYZE entry")
    for statement, more in product(LISTED.values(), ("", " AND recorded_at <= '2020-01-01 10:00:00+00'")):
        asked = f"{statement.decode()}{more} ORDER BY turn LIMIT 51"
        ((plan,),) = await rows(grown, f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}")
        found = {*read(plan[0]["Plan"])}
        assert {name for name, _, _ in found}.isdisjoint({"Seq Scan", "Bitmap Heap Scan"})
        assert max(count for _, _, count in found) <= 600, "none of another type is read"


def read(plan: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Every node of a plan, with the table it reads and how many rows of it."""
    passed = plan.get("Rows Removed by Filter", 0)
    yield (
        plan["Node Type"],
        plan.get("Relation Name", ""),
        (plan["Actual Rows"] + passed) * plan["Actual Loops"],
    )
    for each in plan.get("Plans", []):
        yield from read(each)


def test_no_event_says_of_itself_what_tells_an_import() -> None:
    """By these bytes of its body an import is known, so no part of an event may write them."""
    fields = {each.name for kind in CATALOGUE.values() for each in fields_of(kind)}
    parts = {each.name for part in Part.__subclasses__() for each in fields_of(part)}
    assert "origin" not in fields | parts


async def test_an_instant_is_found_in_a_few_steps(grown: AsyncConnection) -> None:
    """By halving: twice as many entries are one step more."""
    asked = "SELECT position_at('2020-01-01 05:00:00+00')"
    assert await rows(grown, asked) == [(18_000,)]
    ((plan,),) = await rows(grown, f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked}")
    assert plan[0]["Plan"]["Shared Hit Blocks"] < 300
