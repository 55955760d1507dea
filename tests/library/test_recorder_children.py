"""A children's ledger through the eventsourcing library: followed by its reader, sealed, never written."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import (
    InfrastructureFactoryError,
    NotSupportedError,
    ProgrammingError,
    StoredEvent,
)
from psycopg.sql import SQL, Identifier

from ledger.recorder import EntryRecorded, Factory, LedgerTrackingRecorder
from ledger.recorder.child_streams import EntryNotification
from projections.activity import make_table
from tests.support.client import Served
from tests.support.places import ROOT
from tests.support.waiting import PATIENCE

NAME = "王小明"


TAMPERING: tuple[LiteralString, ...] = (
    "INSERT INTO {ledger}.entry DEFAULT VALUES",
    "UPDATE {ledger}.entry SET body = ''",
    "DELETE FROM {ledger}.entry",
    "UPDATE {ledger}.head SET library = true",
    "SELECT {ledger}.settle(now())",
    "CREATE TABLE mine ()",
    "DROP TABLE tracking",
)
REFUSED = r"permission denied|must be owner"


@pytest.fixture
async def served_with_a_child(served: Served) -> Served:
    await served.a_child(NAME)
    return served


@pytest.fixture
def env(served_with_a_child: Served) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "ledger.recorder",
        "CHILDLEDGER_LEDGER": served_with_a_child.container.settings.ledger,
        "CHILDLEDGER_READER_URL": served_with_a_child.container.addresses.reader,
    }


@pytest.fixture
def children(env: dict[str, str]) -> Iterator[Application[UUID]]:
    with Application[UUID](env) as application:
        yield application


async def test_the_notification_log_has_every_entry_at_its_position(
    served_with_a_child: Served, children: Application[UUID]
) -> None:
    entries = await served_with_a_child.container.ledger.store.read(0, 100)
    log = await asyncio.to_thread(children.notification_log.select, start=1, limit=10)
    assert len(entries) > 2
    assert log == [
        EntryNotification(each.stream, each.version, each.type, each.body, each.position, each.recorded_at)
        for each in entries
    ]
    assert await asyncio.to_thread(children.recorder.max_notification_id) == len(entries)


def test_an_entry_is_given_sealed(children: Application[UUID]) -> None:
    log = children.notification_log.select(start=1, limit=10, topics=["IdentityRecorded"])
    (entry,) = [children.mapper.to_domain_event(notification) for notification in log]
    assert isinstance(entry, EntryRecorded)
    assert entry.document["type"] == "IdentityRecorded"
    assert entry.document["sealed"]
    assert NAME not in str(entry.document)


async def test_what_is_recorded_is_heard_of(served_with_a_child: Served, children: Application[UUID]) -> None:
    last = await asyncio.to_thread(children.recorder.max_notification_id)
    with ExitStack() as stack:
        subscribed = children.recorder.subscribe(gt=last, topics=["ChildReceived"])
        following = await asyncio.to_thread(stack.enter_context, subscribed)
        child = await served_with_a_child.a_child()
        heard = await asyncio.to_thread(next, following)
    assert (heard.originator_id, heard.topic) == (child, "ChildReceived")


def test_nothing_is_recorded_through_it(env: dict[str, str], children: Application[UUID]) -> None:
    before = children.recorder.max_notification_id()
    with pytest.raises(NotSupportedError, match="read-only"):
        children.save(Aggregate())
    with pytest.raises(NotSupportedError, match="read-only"):
        children.recorder.insert_events([StoredEvent(uuid4(), 1, "ChildDied", b"{}")])
    with pytest.raises(NotSupportedError, match="read-only"):
        children.factory.process_recorder()
    with pytest.raises(NotSupportedError, match="read-only"):
        Application[UUID]({**env, "IS_SNAPSHOTTING_ENABLED": "y"})
    assert children.recorder.max_notification_id() == before


async def test_its_role_could_not_either(served_with_a_child: Served, env: dict[str, str]) -> None:
    container = served_with_a_child.container
    await make_table(container.addresses.owner or "", container.settings.ledger)

    def tamper() -> None:
        factory = Factory(env)
        factory.env.name = "activity"
        view: LedgerTrackingRecorder = factory.tracking_recorder()
        for statement in TAMPERING:
            tried = SQL(statement).format(ledger=Identifier(container.settings.ledger))
            with pytest.raises(ProgrammingError, match=REFUSED), view.transaction() as cursor:
                cursor.execute(tried)
        factory.close()

    await asyncio.to_thread(tamper)


def test_the_owner_is_not_let_in(served_with_a_child: Served, env: dict[str, str]) -> None:
    owner = served_with_a_child.container.addresses.owner or ""
    with pytest.raises(InfrastructureFactoryError, match="set CHILDLEDGER_READER_URL"):
        Factory({"CHILDLEDGER_LEDGER": env["CHILDLEDGER_LEDGER"], "CHILDLEDGER_DATABASE_URL": owner})
    with pytest.raises(InfrastructureFactoryError, match="as one who owns it"):
        Factory({**env, "CHILDLEDGER_READER_URL": owner})


def test_beside_an_owner_s_address_the_reader_s_is_used(
    served_with_a_child: Served, env: dict[str, str]
) -> None:
    owner = served_with_a_child.container.addresses.owner or ""
    factory = Factory({**env, "CHILDLEDGER_DATABASE_URL": owner})
    with psycopg.connect(factory.database.url) as connection:
        assert connection.info.user == f"{env['CHILDLEDGER_LEDGER']}_reader"
    factory.close()


# The document


def script(*titles: str) -> str:
    """The code of sections of the document, as one script."""
    page = (ROOT / "docs/eventsourcing.md").read_text("utf-8")
    sections = dict(zip(*[iter(re.split(r"^## (.*)\n", page, flags=re.MULTILINE)[1:])] * 2, strict=True))
    return "\n".join(
        code for title in titles for code in re.findall(r"```python\n(.*?)```", sections[title], re.DOTALL)
    )


def run(path: Path, code: str, env: dict[str, str]) -> str:
    path.write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_document_s_application_and_projection_run(database_url: str, tmp_path: Path) -> None:
    env = {"PERSISTENCE_MODULE": "ledger.recorder", "CHILDLEDGER_DATABASE_URL": database_url}
    run(tmp_path / "training.py", script("An application", "A projection"), env)


def test_the_document_reads_a_childrens_ledger(env: dict[str, str], tmp_path: Path) -> None:
    said = run(tmp_path / "reading.py", script("A children's ledger"), env)
    assert re.search(r"^\d+ .* ChildReceived api$", said, re.MULTILINE)
    assert "read-only" in said
