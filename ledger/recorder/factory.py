"""The factory that the library makes from its environment: the ledger, and the role that uses it."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    NotSupportedError,
    ProcessRecorder,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from ledger.postgres.catalog import CATALOG
from ledger.postgres.migrate import MigrationError, check, is_library, migrate
from ledger.recorder.child_streams import READ_ONLY, ChildrenRecorder, EntryMapper
from ledger.recorder.datastore import RECORDER_SQL, Datastore, translated
from ledger.recorder.recorders import (
    LedgerAggregateRecorder,
    LedgerApplicationRecorder,
    LedgerProcessRecorder,
    LedgerSnapshotRecorder,
)
from ledger.recorder.tracking import LedgerTrackingRecorder
from ledger.recorder.views import schema_of
from ledger.roles import Roles
from ledger.store.connecting import connect_in_thread

T = TypeVar("T")
TTrackingRecorder = TypeVar("TTrackingRecorder", bound=LedgerTrackingRecorder)
DEFAULT_LEDGER: Final = "es"
"""The ledger of an application without a name; `es_<name>`, in lower case, is that of one that has a name."""


class Factory(InfrastructureFactory[LedgerTrackingRecorder]):
    """Makes recorders over the ledger `CHILDLEDGER_LEDGER`.

    The factory creates a missing ledger for the library, by `CHILDLEDGER_DATABASE_URL`. It uses a children's
    ledger as its reader, by `CHILDLEDGER_READER_URL`, and read-only. Raises InfrastructureFactoryError for
    variables that are missing or do not fit.
    """

    DATABASE_URL = "CHILDLEDGER_DATABASE_URL"
    READER_URL = "CHILDLEDGER_READER_URL"
    LEDGER = "CHILDLEDGER_LEDGER"
    CREATE_TABLE = "CREATE_TABLE"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        name = self.env.name.lower()
        self.ledger = self.env.get(self.LEDGER) or (f"{DEFAULT_LEDGER}_{name}" if name else DEFAULT_LEDGER)
        try:
            self._owner = Roles.of(self.ledger).owner
            with translated():
                url, self.read_only = self._enter(
                    self.env.get(self.DATABASE_URL), self.env.get(self.READER_URL)
                )
        except (ValueError, MigrationError) as error:
            raise InfrastructureFactoryError(str(error)) from error
        self.database = Datastore(url, self.ledger)

    def mapper(
        self, transcoder: Transcoder | None = None, mapper_class: type[Mapper[Any]] | None = None
    ) -> Mapper[Any]:
        """Return the library's mapper; for a children's ledger, one that returns sealed entries."""
        return EntryMapper() if self.read_only else super().mapper(transcoder, mapper_class)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Return a recorder of `events` or of `snapshots`."""
        self._refuse_read_only()
        if purpose == "snapshots":
            return LedgerSnapshotRecorder(self.database)
        self._own()
        return LedgerAggregateRecorder(self.database)

    def application_recorder(self) -> ApplicationRecorder:
        """Return a recorder of an application's events; for a children's ledger, a read-only one."""
        if self.read_only:
            return ChildrenRecorder(self.database)
        self._own()
        kind = self._named(self.APPLICATION_RECORDER_TOPIC, LedgerApplicationRecorder)
        return kind(self.database)

    def tracking_recorder(
        self, tracking_recorder_class: type[TTrackingRecorder] | None = None
    ) -> TTrackingRecorder:
        """Return a recorder of tracking, a materialised view.

        For a children's ledger it writes to a schema of its own: see `make_view`.
        """
        named = self._named(self.TRACKING_RECORDER_TOPIC, LedgerTrackingRecorder)
        kind = tracking_recorder_class or cast("type[TTrackingRecorder]", named)
        name = self.env.name.lower()
        return kind(self.database, name, schema_of(self.ledger, name) if self.read_only else None)

    def process_recorder(self) -> ProcessRecorder:
        """Return a recorder that writes events and tracking in one transaction."""
        self._refuse_read_only()
        self._own()
        kind = self._named(self.PROCESS_RECORDER_TOPIC, LedgerProcessRecorder)
        return kind(self.database, self.env.name.lower())

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def _enter(self, database_url: str | None, reader_url: str | None) -> tuple[str, bool]:
        """Create or check the ledger; return its URL and whether it is read-only."""
        for url in (reader_url, database_url):
            library = _now(is_library(url, self.ledger)) if url else None
            if library is not None:
                break
        if library is False:
            if reader_url is None:
                message = f"{self.ledger} is a children's ledger: set {self.READER_URL}, for it is read here"
                raise InfrastructureFactoryError(message)
            _now(check(reader_url, self.ledger))
            self._refuse_owner(reader_url)
            return reader_url, True
        if database_url is None:
            message = f"there is no ledger {self.ledger} to be read: set {self.DATABASE_URL}, to make one"
            raise InfrastructureFactoryError(message)
        if strtobool(self.env.get(self.CREATE_TABLE) or "yes"):
            _now(migrate(database_url, self.ledger, library=True))
        else:
            _now(check(database_url, self.ledger, library=True))
        return database_url, False

    def _refuse_owner(self, url: str) -> None:
        with connect_in_thread(url) as connection:
            owns = connection.execute(CATALOG["owns"], [self._owner])
            if owns.fetchall() != [(False,)]:
                message = f"{self.READER_URL} enters {self.ledger} as one who owns it, not as its reader"
                raise InfrastructureFactoryError(message)

    def _own(self) -> None:
        """Claim the ledger for this application. Raises InfrastructureFactoryError if another one has it."""
        name, statement = self.env.name, self.database.statement
        self.database.run(lambda connection: connection.execute(statement(RECORDER_SQL["own"]), [name]))
        ((owner,),) = self.database.rows(statement(RECORDER_SQL["owner"]))
        if owner != name:
            message = (
                f"the ledger {self.ledger} has the events of the application {owner!r}, not of {name!r}:"
                f" set {name.upper()}_{self.LEDGER} to one of its own"
            )
            raise InfrastructureFactoryError(message)

    def _refuse_read_only(self) -> None:
        if self.read_only:
            raise NotSupportedError(READ_ONLY)

    def _named(self, key: str, default: type[T]) -> type[T]:
        topic = self.env.get(key)
        return resolve_topic(topic) if topic else default


def _now(doing: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, whether or not an event loop runs in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, doing).result()
