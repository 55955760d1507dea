"""The eventsourcing library as it comes: its PostgreSQL module with its documented defaults."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, IntegrityError, StoredEvent
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from api.settings import Settings
from ledger.postgres import credentials
from ledger.recorder import Factory
from tests.bench.storms import Attempt


def environment(settings: Settings, connections: int) -> dict[str, str]:
    """Return the library's settings for a database, all by default but a connection for each thread."""
    assert settings.database_url is not None
    where = conninfo_to_dict(settings.database_url.get_secret_value())
    data = Path(str(where["passfile"])).parent
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(where["dbname"]),
        "POSTGRES_HOST": str(where["host"]),
        "POSTGRES_PORT": str(where.get("port") or "5432"),
        "POSTGRES_USER": str(where["user"]),
        "POSTGRES_PASSWORD": credentials.password(data, str(where["user"])),
        "POSTGRES_POOL_SIZE": str(connections),
    }


@contextmanager
def our_recorder(url: str) -> Iterator[ApplicationRecorder]:
    """Give our application recorder for the library, with a ledger of its own."""
    factory = Factory({"CHILDLEDGER_DATABASE_URL": url})
    try:
        yield factory.application_recorder()
    finally:
        factory.close()


@contextmanager
def recorder(environ: dict[str, str]) -> Iterator[ApplicationRecorder]:
    """Give the library's application recorder, with its tables."""
    factory = InfrastructureFactory.construct(Environment("stock", environ))
    try:
        yield factory.application_recorder()
    finally:
        factory.close()


def write(stock: ApplicationRecorder, line: Sequence[Attempt]) -> None:
    """Record attempts one after the other."""
    for attempt in line:
        entry = attempt.entry
        event = StoredEvent(attempt.stream, entry.version, entry.type, entry.body)
        try:
            stock.insert_events([event])
        except IntegrityError:
            assert attempt.stale
        else:
            assert not attempt.stale
