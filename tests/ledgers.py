"""Ledgers made for one test, and appends to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from psycopg.conninfo import make_conninfo

from ledger.migrate import DEFAULT_LEDGER, Roles, migrate
from ledger.store import Append, Limits, Prepared, Store

PASSWORD = "not a secret"


@dataclass(frozen=True)
class Urls:
    """Where a ledger is: entered as superuser, as its writer and as its reader."""

    superuser: str
    writer: str
    reader: str


async def make_ledger(database_url: str, name: str = DEFAULT_LEDGER) -> Urls:
    """Migrate an empty database."""
    roles = Roles.of(name)
    await migrate(database_url, name, passwords={roles.writer: PASSWORD, roles.reader: PASSWORD})
    return Urls(
        database_url,
        make_conninfo(database_url, user=roles.writer, password=PASSWORD),
        make_conninfo(database_url, user=roles.reader, password=PASSWORD),
    )


def store_of(urls: Urls, name: str = DEFAULT_LEDGER, limits: Limits | None = None) -> Store:
    """Return a store, to be entered, as one process has."""
    return Store(urls.writer, urls.reader, name, limits=limits)


def an_append(
    stream: UUID | None = None,
    expected: int = 0,
    *,
    entries: int = 1,
    ids: Sequence[UUID] | None = None,
    fingerprint: bytes = b"the same request",
    reads: tuple[tuple[UUID, int], ...] = (),
    bulk: bool = False,
) -> Append:
    """Return entries on a stream, a new one when not said."""
    prepared = tuple(
        Prepared(
            entry_id=entry_id,
            version=version,
            type="CareModeAssigned",
            schema=1,
            occurred_on=date(2024, 3, 5),
            occurred_until=date(2024, 3, 5),
            body=f"sealed {entry_id}".encode(),
        )
        for version, entry_id in enumerate(ids or [uuid4() for _ in range(entries)], expected + 1)
    )
    return Append(stream or uuid4(), "child", None, expected, prepared, fingerprint, reads, bulk)
