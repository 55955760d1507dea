"""The address of the database, and the roles for it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from psycopg import OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from api.settings import LEDGER, Settings
from domain.label import Label
from domain.limit import Area, limit
from ledger.data_folder import check_own, unusable
from ledger.postgres import credentials
from ledger.postgres.catalog import CATALOG
from ledger.postgres.check import AlteredError, check_schema, check_text
from ledger.postgres.embedded import Server, embedded
from ledger.postgres.migrate import check, migrate
from ledger.roles import Roles
from ledger.store.connecting import connect

CONNECT_SECONDS: Final = limit(
    10,
    Area.DATABASE,
    Label("连接数据库的秒数", "Seconds to connect to the database"),
    why=Label("失去的服务器不会拒绝，只是不答复", "A server that is gone refuses nobody, and answers nobody"),
    beyond="unavailable",
)
GONE_SECONDS: Final = limit(
    30,
    Area.DATABASE,
    Label(
        "远程数据库无应答多久算断开（秒）",
        "Seconds of silence after which a remote database has gone",
    ),
    why=Label("网络断开时没有人通知", "Nobody tells when a network is cut"),
    beyond="unavailable",
)
_PATIENCE: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": GONE_SECONDS // 2,
    "keepalives_interval": GONE_SECONDS // 6,
    "keepalives_count": 3,
    "tcp_user_timeout": GONE_SECONDS * 1000,
}
"""Default parameters of libpq; those of TCP apply to remote servers only."""


class OwnerError(Exception):
    """The writer or the reader would be the owner, who may alter recorded entries."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The database's addresses as owner (None if unknown here), as writer and as reader."""

    owner: str | None
    writer: str
    reader: str

    def of(self, role: str) -> str | None:
        """Return the address for `owner`, `writer` or `reader`, as a URL."""
        address = {"owner": self.owner, "writer": self.writer, "reader": self.reader}[role]
        return None if address is None else as_url(address)


def without_owner(settings: Settings) -> Settings:
    """Return settings by which another process finds the same ledgers, as their writer and reader alone.

    The embedded database has been started, and its address as owner stands in the settings.
    """
    if settings.database_url is None:
        return settings
    owner, roles = settings.database_url.get_secret_value(), Roles.named(LEDGER)
    found = {
        name: SecretStr(credentials.url_as(owner, role, settings.data))
        for name, role in (("writer_url", roles.writer), ("reader_url", roles.reader))
        if getattr(settings, name) is None
    }
    return settings.model_copy(update={"database_url": None, **found})


def as_url(conninfo: str) -> str:
    """Return a conninfo as a URL with every parameter in its query, as libpq accepts."""
    parameters = {name: value for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    return f"postgresql://?{urlencode(parameters, quote_via=quote)}"


@asynccontextmanager
async def located(settings: Settings) -> AsyncIterator[Addresses]:
    """Locate the database, or start the embedded one if none is configured; leave the ledger unchanged."""
    async with AsyncExitStack() as stack:
        yield await _find(settings, stack)


@asynccontextmanager
async def addresses(
    settings: Settings, *, altered: Callable[[AlteredError], None] | None = None
) -> AsyncIterator[Addresses]:
    """Locate the database, or start the embedded one if none is configured, and migrate the ledger.

    No connection as owner remains. Raises OwnerError if the writer or the reader is the owner, and
    MigrationError; that the schema was altered is told to `altered`, where that is given, and not raised.
    """
    async with AsyncExitStack() as stack:
        database = await _find(settings, stack)
        await check_text(database.owner or database.reader)
        if database.owner is None:
            await check(database.reader, settings.ledger)
        else:
            await migrate(database.owner, settings.ledger, passwords=await _lost(settings, database))
        try:
            await check_schema(database.reader, settings.ledger)
        except AlteredError as error:
            if altered is None:
                raise
            altered(error)
        for address in (database.writer, database.reader):
            await _refuse_owner(address, settings.ledger)
        yield database


async def _find(settings: Settings, stack: AsyncExitStack) -> Addresses:
    if settings.data.exists():
        check_own(settings.data)
    owner, writer, reader = map(settings.address, ("database", "writer", "reader"))
    if owner is None and (writer is None or reader is None):
        server = await stack.enter_async_context(_embedded(settings))
        owner = server.url
    roles = Roles.of(settings.ledger)
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(error) from error
    check_own(settings.data)
    return Addresses(
        owner if owner is None else _bounded(owner),
        _bounded(writer or credentials.url_as(owner or "", roles.writer, settings.data)),
        _bounded(reader or credentials.url_as(owner or "", roles.reader, settings.data)),
    )


def _bounded(conninfo: str) -> str:
    """Return an address with timeouts for a server that is lost."""
    return make_conninfo("", **(_PATIENCE | conninfo_to_dict(conninfo)))


@asynccontextmanager
async def _embedded(settings: Settings) -> AsyncIterator[Server]:
    """Run the embedded server in a thread; a cancelled start is undone."""
    leaving = threading.Event()
    server = embedded(settings.data, leaving=leaving)
    starting = asyncio.create_task(asyncio.to_thread(server.__enter__))
    try:
        running = await asyncio.shield(starting)
    except asyncio.CancelledError:
        leaving.set()
        await asyncio.wait([starting])
        if starting.exception() is None:
            await asyncio.to_thread(server.__exit__, None, None, None)
        raise
    try:
        yield running
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def _lost(settings: Settings, database: Addresses) -> dict[str, str]:
    """Return the passwords kept in DATA by role, if the roles cannot log in with them (yet)."""
    roles = Roles.of(settings.ledger)
    urls = {roles.writer: settings.writer_url, roles.reader: settings.reader_url}
    entered = [await _enters(database.writer), await _enters(database.reader)]
    if all(entered):
        return {}
    return {role: credentials.password(settings.data, role) for role, url in urls.items() if url is None}


async def _enters(address: str) -> bool:
    try:
        async with await connect(address):
            return True
    except OperationalError:
        return False


async def _refuse_owner(address: str, ledger: str) -> None:
    async with await connect(address) as connection:
        cursor = await connection.execute(CATALOG["owns"], [Roles.of(ledger).owner])
        if await cursor.fetchone() != (False,):
            message = (
                "账本的写入者和读取者不得是其所有者：见 CHILDLEDGER_WRITER_URL。"
                " The writer and the reader of a ledger must be nobody who owns it:"
                " see CHILDLEDGER_WRITER_URL."
            )
            raise OwnerError(message)
