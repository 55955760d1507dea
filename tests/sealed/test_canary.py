"""Canaries planted for one child and one parent lie nowhere in clear, and nowhere at all once erased."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
import pytest

from api.bootstrap import open_container
from api.cli.backup_commands import backing_up, restoring
from api.identity.permissions import Role
from api.settings import Settings
from api.witnesses import policy_of
from domain.changes import changes
from domain.event import CATALOGUE, Category, Event, chapter, fields_of
from domain.events.restriction import RESTRICTING
from domain.scope import CHARGE, PLACE
from ledger.log.publishing import publish
from ledger.monitor import log_flaws
from ledger.paper_verification import paper_flaws
from ledger.postgres.backup import newest
from ledger.postgres.tools import programs_for
from ledger.verification import flaws
from tests.support.clear_text import (
    MARKER,
    data_of_the_server,
    every_value,
    files_below,
    markers_in,
    unpacked,
)
from tests.support.client import Served
from tests.support.erasures import approved, erased, later
from tests.support.given import Given
from tests.support.logged import logged
from tests.support.scans import PDF, stored
from tests.support.stored import kept
from tests.support.whole_events import free_texts, full, full_entry, marker

OWN: Final = frozenset({"erasure", "filing", "record"})
"""Chapters whose events act on the record itself."""
SAID: Final = [
    kind
    for kind in CATALOGUE.values()
    if kind.kind == "child"
    and chapter(kind) not in OWN
    and kind not in RESTRICTING
    and {CHARGE, PLACE}.isdisjoint(change.attribute for change in changes(kind))
]
"""Events of a child that stays with its institution."""
OTHER: Final = "李小花"


def about(parent: UUID, event: Event) -> Any:
    """The same event, in which whoever else it tells of is one parent."""
    named = {spec.personal.subject for spec in fields_of(type(event)) if spec.personal} - {None}
    whole: Any = event
    return replace(whole, **{str(name): parent for name in named})


def a_life(parent: UUID) -> Given:
    """A file with every event there is, and a marker in every text of each and of its envelope."""
    told = Given()
    for version, kind in enumerate(SAID, 1):
        entry = full_entry(about(parent, full(kind)), corrects=None, reason=None)
        told.entries.append(
            replace(entry, entry_id=uuid4(), stream=told.stream, version=version, position=version)
        )
    return told


AGED: Final = timedelta(days=60)


class Then(datetime):
    """The clock when the backup is so old."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        """The present instant, so much later."""
        return datetime.now(tz) + AGED


async def nothing_is_wrong(settings: Settings) -> dict[UUID, set[str]]:
    """Verify a ledger with its log and papers then; return the markers and names that its files tell."""
    async with open_container(settings, lambda: Then.now(UTC), follow=False) as container:
        ledger, told = container.ledger, dict[UUID, set[str]]()
        assert [each async for each in flaws(ledger, lambda _: None)] == []
        for log in (container.transparency_log, container.log_of_accesses):
            assert [each async for each in log_flaws(log, lambda _: None)] == []
        # What a backup brought back of an erased scan lies there since today, until it is swept.
        scans = paper_flaws(ledger, container.papers, datetime.now(UTC), lambda _: None)
        assert [each async for each in scans] == []
        for stream in await ledger.streams(["child"], UUID(int=0), 100):
            file = await ledger.file(stream.stream)
            assert file is not None
            told[stream.stream] = {text for each in file.entries.values() for text in _texts(each)}
        return told


def _texts(entry: Any) -> list[str]:
    return [*free_texts(entry), *([OTHER] if OTHER in repr(entry.event) else [])]


@pytest.mark.usefixtures("restricting_nothing")
async def test_what_was_planted_lies_nowhere_in_clear_and_once_erased_no_backup_brings_it_back(
    served: Served,
    settings: Settings,
    elsewhere: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backup of sixty days ago opens with today's key store, except for what was erased since."""
    parent, backups, exported = uuid4(), tmp_path / "backups", tmp_path / "exported"
    with logged(logging.DEBUG) as spoken:
        child, other = await kept(served, a_life(parent)), await served.a_child(OTHER)
        supervisor, auditor = await served.as_(Role.SUPERVISOR), await served.as_(Role.AUDITOR)
        entries = await supervisor.get(f"/children/{child}/entries", params={"limit": 500})
        assert entries.status_code == 200, entries.text
        cited = next(each for each in entries.json()["items"] if each["papers"])
        scanned = await stored(
            supervisor, child, cited["papers"][0]["document"], PDF + marker().encode(), "application/pdf"
        )
        assert scanned.status_code == 201, scanned.text
        planted = set(MARKER.findall(entries.text))
        assert len(planted) > 3 * len(SAID)
        for log in (served.container.transparency_log, served.container.log_of_accesses):
            await log.catch_up()
        assert await backing_up(settings, backups) == 0
        before = newest(backups, settings.ledger)
        monkeypatch.setattr("ledger.postgres.backup.datetime", Then)

        await approved(served, child, tuple(Category), explanation=marker())
        await approved(served, child, tuple(Category), person=parent, explanation=marker())
        async with later(served, child, AGED) as container:
            assert len(await erased(container, child, [backups])) == 2
        await served.projected()
        for client in (supervisor, auditor):
            for path in ("", "/entries", "/findings", "/obligations", "/chronology", "/access"):
                answer = await client.get(f"/children/{child}{path}")
                assert answer.status_code == 200, (path, answer.text)
                assert not MARKER.search(answer.text), path
        entries = await auditor.get(f"/children/{child}/entries", params={"limit": 500})
        shown = entries.json()["items"]
        assert {kind.__name__ for kind in SAID} <= {each["type"] for each in shown}
        bundle = await auditor.get(f"/children/{child}/bundle")
        assert bundle.status_code == 200
        assert not markers_in(await bundle.aread())
        for log in (served.container.transparency_log, served.container.log_of_accesses):
            await log.catch_up()
        log = served.container.transparency_log
        assert await publish(log, exported, await policy_of(settings, log), lambda _: None) > 0
        assert await backing_up(settings, backups) == 0
        everything = await every_value(settings)
    assert MARKER.findall(everything) == []
    assert MARKER.findall(spoken.getvalue()) == []
    assert markers_in(await asyncio.to_thread(unpacked, backups, await programs_for(18))) == set()
    server = await data_of_the_server(settings)
    found = files_below(exported, backups, settings.data, server / "pg_wal")
    for file in (*found, *server.parent.glob("*.log")):
        assert not markers_in(file.read_bytes()) & planted, file.name

    # An entry that is brought back says nothing that was erased, and all else; what is proved stays proved.
    assert await restoring(elsewhere, backups, before) == 0
    for told in (await nothing_is_wrong(settings), await nothing_is_wrong(elsewhere)):
        assert told == {child: set(), other: {OTHER}}
    made = [orjson.loads(each.read_bytes())["made_at"] for each in (before, newest(backups, settings.ledger))]
    assert datetime.fromisoformat(made[1]) - datetime.fromisoformat(made[0]) >= AGED
    assert orjson.loads(before.read_bytes())["position"] < (await served.container.ledger.head()).position
