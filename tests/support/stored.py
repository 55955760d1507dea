"""Entries as the ledger stores them, judged by nobody: as bytes, or the entries of a whole file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from api.identity.permissions import Role
from domain.entry import AnyEntry
from domain.event import Category, Event
from ledger.codec.split import split
from ledger.ledger import Ledger
from ledger.postgres.migrate import keys_of
from ledger.recording.candidates import Candidate
from ledger.recording.request import Recording
from ledger.sealing.cipher import Keyring
from tests.support.client import Served
from tests.support.given import Given, given
from tests.support.strategies import IDS

LEDGER = "childledger"


@dataclass
class Body:
    """A stored entry, as far as decoding asks."""

    body: bytes
    position: int = 7
    recorded_at: datetime = datetime(2026, 11, 22, 8, 15, 30, 123456, tzinfo=UTC)


def ring_for(entry: AnyEntry) -> Keyring:
    """Return a ring with a key for all that is personal in an entry."""
    return Keyring(LEDGER, {pair: AESGCM(os.urandom(32)) for pair in split(entry).personal})


def an_entry(event: Event) -> AnyEntry:
    """Return an entry as it comes back from the ledger, with nothing said in its envelope."""
    return given().entry("2024-03-05", event).recorded(Body.position, Body.recorded_at)


def moved(entries: Sequence[AnyEntry], stream: UUID) -> list[AnyEntry]:
    """The same entries as another child's, with ids of their own."""
    ids = {old: uuid5(stream, str(old)) for old in IDS}

    def anew(event: Any) -> Any:
        own = {spec.name: getattr(event, spec.name) for spec in fields(event)}
        return replace(event, **{name: ids[value] for name, value in own.items() if value in ids})

    return [
        replace(
            entry,
            entry_id=ids[entry.entry_id],
            stream=stream,
            event=anew(entry.event),
            corrects=entry.corrects and ids[entry.corrects],
        )
        for entry in entries
    ]


async def keep(ledger: Ledger, entries: Sequence[AnyEntry]) -> None:
    """Store entries of one stream as they are, judged by nobody."""
    recorder = entries[0].recorded_by
    recording = Recording(
        stream=entries[0].stream,
        drafts=(),
        region=entries[0].region,
        origin="api",
        recorder=recorder,
        key=uuid4().hex,
    )
    outlines = [split(entry) for entry in entries]
    ring = await ledger.keys.ring({pair for each in outlines for pair in each.personal}, make=True)
    candidate = Candidate(0, recording, entries[0].stream, tuple(entry.entry_id for entry in entries))
    candidate.entries = tuple(entries)
    await ledger.store.append(candidate.append([each.encode(ring) for each in outlines], b"-", bulk=False))


async def kept(served: Served, told: Given) -> UUID:
    """Store a file as it is told, in the charge of the institution at home, and return its id."""
    supervisor = (await served.actor(Role.SUPERVISOR)).recorder
    await keep(served.container.ledger, [replace(entry, recorded_by=supervisor) for entry in told.entries])
    await served.projected()
    return told.stream


async def erase(served: Served, subject: UUID, *categories: Category) -> None:
    """Destroy the keys of a subject in these categories, for a service that has opened none of them yet."""
    owner, ledger = served.container.addresses.owner, served.container.ledger
    assert owner is not None
    keys = Identifier(keys_of(ledger.name), "data_key")
    statement = SQL("UPDATE {} SET wrapped = NULL WHERE subject = %s AND category = ANY (%s)").format(keys)
    async with await AsyncConnection.connect(owner) as connection:
        erased = await connection.execute(statement, [subject, [each.value for each in categories]])
        assert erased.rowcount == len(categories)
    ledger.keys._open.clear()  # noqa: SLF001 - as of a process that begins after it
    ledger.repository.cache.clear()


async def noted(served: Served, query: str, *values: object) -> list[Any]:
    """Ask the database of a service."""
    async with served.container.projector.reading() as connection:
        return await (await connection.execute(query.encode(), list(values))).fetchall()


async def as_owner(served: Served, statement: str, *parameters: object) -> Any:
    """Do what only the owner can; return the first row there is."""
    owner = served.container.addresses.owner
    assert owner is not None
    async with await AsyncConnection.connect(owner) as connection:
        path = SQL("SET LOCAL search_path = {}").format(Identifier(served.container.ledger.name))
        await connection.execute(path)
        cursor = await connection.execute(statement.encode(), parameters)
        assert cursor.rowcount > 0
        return await cursor.fetchone() if cursor.description else None
