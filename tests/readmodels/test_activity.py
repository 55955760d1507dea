"""What was recorded and how late is counted beside the service, each entry once, whatever comes between."""

import asyncio
import re
import time
from collections import Counter
from contextlib import ExitStack

import pytest
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from domain.event import CATALOGUE
from domain.events.intake import ChildAdmitted, ChildReceived
from domain.when import day_of
from ledger.recorder.views import schema_of
from ledger.roles import Roles
from projections.activity import NAME, make_table, recorded, runner
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story
from tests.support.ledgers import all_entries
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("counting")
Counts = dict[tuple[str, str], tuple[int, int]]
"""By type and origin: entries, and days late."""


async def expected(served: Served) -> Counts:
    """What the entries themselves say."""
    entries, late = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for entry in await all_entries(served.container.ledger):
        key = (type(entry.event).__name__, entry.origin)
        assert entry.recorded_at is not None
        entries[key] += 1
        late[key] += max(0, (day_of(entry.recorded_at) - entry.days.last).days)
    return {key: (entries[key], late[key]) for key in entries}


async def counted(served: Served) -> Counts:
    """What is counted, as soon as all is."""
    head = (await served.container.ledger.head()).position
    end = time.monotonic() + PATIENCE
    while True:
        found = await recorded(served.container.readers, served.container.settings.ledger)
        if sum(own.entries for own in found) >= head or time.monotonic() > end:
            return {(own.type, own.origin): (own.entries, own.days_late) for own in found}
        await asyncio.sleep(0.02)


async def test_every_entry_is_counted_with_how_late_it_was(served: Served) -> None:
    for _ in range(2):
        await served.a_child()
    assert await counted(served) == await expected(served)
    assert (await expected(served))["ChildReceived", "api"][0] == 2


async def test_the_measures_show_how_much_was_recorded_and_not_what(served: Served) -> None:
    await served.a_child()
    counts = await counted(served)
    text = (await (await served.client()).get("/metrics")).text
    shown = re.findall(r'^childledger_entries_recorded\{.*origin="(\w+)"\} (\S+)$', text, re.MULTILINE)
    origins = {origin for _, origin in counts}
    assert {origin: float(value) for origin, value in shown} == {
        origin: sum(entries for (_, other), (entries, _) in counts.items() if other == origin)
        for origin in origins
    }
    assert not [name for name in CATALOGUE if name in text]
    assert "late" not in text


async def test_the_measures_do_not_tell_what_was_refused(served: Served) -> None:
    story = await a_story(served).given(("2024-03-05", some(ChildReceived)))
    (await story.when(("2024-03-06", some(ChildAdmitted, intake_category="A1")))).refused("I01")
    text = (await (await served.client()).get("/metrics")).text
    assert re.search(r'^childledger_refusals_total\{.*strength="forbidden"\} 1.0$', text, re.MULTILINE)
    assert "I01" not in text


async def test_several_who_count_count_each_entry_once(served: Served) -> None:
    # Given three more who count, beside the service itself
    address, ledger = served.container.addresses.reader, served.container.settings.ledger
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(await asyncio.to_thread(runner, address, ledger))
        # When entries are recorded one after another
        for _ in range(10):
            await served.a_child()
        # Then nobody counts what another one has counted
        assert await counted(served) == await expected(served)
        await asyncio.sleep(0.2)
        assert await counted(served) == await expected(served)


async def test_counting_goes_on_when_its_connections_were_lost(served: Served) -> None:
    await served.a_child()
    before = await counted(served)
    reader = Roles.of(served.container.settings.ledger).reader
    async with await AsyncConnection.connect(
        served.container.addresses.owner or "", autocommit=True
    ) as superuser:
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = %s AND datname = current_database()",
            [reader],
        )
    await served.a_child()
    assert await counted(served) == await expected(served) != before


async def test_a_table_that_is_made_otherwise_is_counted_anew(served: Served) -> None:
    await served.a_child()
    before = await counted(served)
    owner, ledger = served.container.addresses.owner or "", served.container.settings.ledger
    # Given a table that this version does not know, as another one may have left it
    async with await AsyncConnection.connect(owner, autocommit=True) as superuser:
        schema = Identifier(schema_of(ledger, NAME))
        await superuser.execute(SQL("COMMENT ON SCHEMA {} IS 'another'").format(schema))
        await superuser.execute(SQL("UPDATE {}.activity SET entries = 1000").format(schema))
    # When the service starts
    await make_table(owner, ledger)
    # Then all is counted again from the first entry, also by who had counted on from where it was
    await served.a_child()
    assert await counted(served) == await expected(served) != before


async def test_a_new_epoch_is_counted_anew(served: Served) -> None:
    await served.a_child()
    before = await counted(served)
    owner, ledger = served.container.addresses.owner or "", served.container.settings.ledger
    async with await AsyncConnection.connect(owner, autocommit=True) as superuser:
        await superuser.execute(
            SQL("UPDATE {}.activity SET entries = 1000").format(Identifier(schema_of(ledger, NAME)))
        )
        await make_table(owner, ledger)
        assert await counted(served) != before
        await superuser.execute(SQL("UPDATE {}.head SET epoch = epoch + 1").format(Identifier(ledger)))
    await make_table(owner, ledger)
    await served.a_child()
    assert await counted(served) == await expected(served)
