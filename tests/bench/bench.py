"""Where the benchmark runs: one durable embedded PostgreSQL, and a furnished database for whoever asks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, rmtree
from typing import Final
from uuid import uuid4

from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api.bootstrap import Container, open_container
from api.demo.members import tokens_for_every_role
from api.identity.directory import Institution
from api.identity.permissions import Role
from api.institutions import open_institution
from api.settings import Settings
from domain.entry import Recorder
from ledger.postgres.embedded import embedded
from tests.support.client import HOME
from tests.support.folders import a_folder
from tests.support.given import CLERK, INSTITUTION, REGION

LEDGER: Final = "bench"
TEMPLATE: Final = "furnished"
NOW: Final = datetime(2026, 11, 22, 4, tzinfo=UTC)
"""The present of every row: midday of 22 November 2026 in Asia/Shanghai."""


def now() -> datetime:
    """Return the present of every row."""
    return NOW


NOWHERE: Final = Institution(INSTITUTION, HOME, None, REGION)


@dataclass(frozen=True, slots=True)
class Bench:
    """One server with a furnished database to copy; `size` scales how much each row does (1: all of it)."""

    server: str
    data: Path
    size: float
    home: Institution = NOWHERE
    recorder: Recorder = CLERK
    token: str = ""
    kept: set[str] = field(default_factory=set)
    """The databases that are filled, and kept for all rows."""

    def of(self, number: int) -> int:
        """Return how many of so many things are done at this size."""
        return max(2, round(number * self.size))

    @asynccontextmanager
    async def database(self, of: str = TEMPLATE) -> AsyncIterator[Settings]:
        """Give the settings of a copy of a database, by default of one with no more than staff."""
        name = f"row_{uuid4().hex[:12]}"
        try:
            yield await self._made(name, of)
        finally:
            await self._dropped(name)

    async def kept_database(self, name: str, fill: Callable[[Settings], Awaitable[None]]) -> Settings:
        """Return the settings of a database that is filled for the first row that asks for it."""
        if name not in self.kept:
            try:
                await fill(await self._made(name, TEMPLATE))
            except BaseException:
                await self._dropped(name)
                raise
            self.kept.add(name)
        return self.settings(name)

    @asynccontextmanager
    async def container(self) -> AsyncIterator[Container]:
        """Give a container on a database of its own, whose read models stand still."""
        async with self.database() as settings, open_container(settings, now, follow=False) as container:
            yield container

    @staticmethod
    def url(settings: Settings) -> str:
        """Return where a database is, entered as superuser."""
        assert settings.database_url is not None
        return settings.database_url.get_secret_value()

    def settings(self, database: str) -> Settings:
        """Return the settings of a database of this server."""
        url = SecretStr(make_conninfo(self.server, dbname=database))
        return Settings(database_url=url, data=self.data / "databases" / database, ledger=LEDGER)

    async def _made(self, name: str, of: str) -> Settings:
        await self._say("CREATE DATABASE {} TEMPLATE {}", name, of)
        settings = self.settings(name)
        copytree(self.settings(of).data, settings.data)
        return settings

    async def _dropped(self, name: str) -> None:
        await self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        rmtree(self.settings(name).data, ignore_errors=True)

    async def _say(self, statement: str, *names: str) -> None:
        async with await AsyncConnection.connect(self.server, autocommit=True) as connection:
            await connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@asynccontextmanager
async def furnished(size: float, folder: Path | None = None) -> AsyncIterator[Bench]:
    """Start the server in a folder that is removed in the end, with one institution and its staff."""
    with a_folder("childledger-bench-", folder) as data, embedded(data) as server:
        yield await furnish(server.url, data, size)


async def furnish(server: str, data: Path, size: float) -> Bench:
    """Make the database that others are copied from: one institution, and its staff with a token."""
    bench = Bench(server, data, size)
    async with await AsyncConnection.connect(server, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0".encode())
    async with open_container(bench.settings(TEMPLATE), now, follow=False) as container:
        home = await open_institution(container, HOME, region=REGION)
        tokens = await tokens_for_every_role(container.identity, home, purpose="bench", days=30)
        staff = await container.identity.authenticate(tokens[Role.STAFF])
    assert staff is not None
    return replace(bench, home=home, recorder=staff.recorder, token=tokens[Role.STAFF])
