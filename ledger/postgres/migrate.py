"""Creating and migrating a ledger: its schemas, its three roles, its numbered migrations.

A ledger is one schema, with its key store in a second one, `<ledger>_keys`, and its read models in more of
them. `<ledger>_owner` owns all, and logs in only where it was made so beforehand; `<ledger>_writer` may
append, and change no entry; `<ledger>_reader` reads, and writes read models. Roles belong to the cluster: its
ledgers need different names, even in different databases.
"""

import asyncio
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple
from hashlib import sha256
from typing import TypeAlias

from psycopg import AsyncConnection, errors
from psycopg.sql import SQL, Identifier, Literal

from domain.label import Label
from domain.limit import Area, limit
from ledger.postgres.catalog import CATALOG
from ledger.roles import Roles
from ledger.store import queries
from ledger.store.connecting import connect
from ledger.store.schemas import bring_together, create_schema, is_citus, let_owner_in

Migration: TypeAlias = tuple[str, str]
"""Name and SQL. In the SQL `:"writer"` and `:"reader"` stand for the names of the ledger's roles."""

STATEMENT_SECONDS = limit(
    30,
    Area.DATABASE,
    Label("一条语句的秒数", "Seconds of one statement of the service"),
    why=Label("没有人等待更久，却会一直占用连接", "Nobody waits for longer, and it would hold a connection"),
    beyond="unavailable",
)
LOCK_SECONDS = limit(
    10,
    Area.DATABASE,
    Label("等待锁的秒数", "Seconds that a statement waits for a lock"),
    why=Label("持有锁的会话可能已停滞", "Who holds it may hang"),
    beyond="unavailable",
)
IDLE_SECONDS = limit(
    60,
    Area.DATABASE,
    Label("事务中闲置的秒数", "Seconds that a transaction may idle"),
    why=Label("它占着锁和旧版本的行", "It holds locks and old versions of rows"),
    beyond="unavailable",
)
_TIMEOUTS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
}
"""Settings of the two roles that log in; long work of theirs sets its own for its transaction."""
_KEEPING_PLANS = {"plan_cache_mode": "force_generic_plan"}
"""Settings of the writer on one server: to make a plan of `append` takes longer than to follow it."""
_IN_A_CLUSTER = {"citus.enable_non_colocated_router_query_pushdown": "on", "plan_cache_mode": "auto"}
"""Settings of both in a Citus cluster: two schemas are asked where both lie, by values, not by plans."""
DEFAULT_LEDGER = "childledger"
_NUMBERED = re.compile(r"\d{4}_\w+")
_ATTEMPTS = 8
_COLLISIONS = (
    errors.DuplicateObject,
    errors.DuplicateSchema,
    errors.DuplicateTable,
    errors.UniqueViolation,
    errors.InternalError_,  # "tuple concurrently updated": a role changed twice at once
)


class MigrationError(Exception):
    """The database cannot be brought to, or is not in, the state that this version of the code needs."""


def keys_of(ledger: str) -> str:
    """Return the schema of a ledger's key store."""
    return f"{ledger}_keys"


async def migrate(
    owner_url: str,
    ledger: str = DEFAULT_LEDGER,
    *,
    passwords: Mapping[str, str] | None = None,
    library: bool = False,
) -> None:
    """Create the ledger or migrate it; do nothing if no migration is missing.

    The roles are committed first, then all else in one transaction, a statement at a time.

    `owner_url` enters as a superuser, as a role that may create roles and schemas, or as a member of an
    owner role made beforehand. `passwords` are set for the roles they name. A ledger for the
    eventsourcing `library` has tables of its own, no key store. Several may migrate at once. Raises
    MigrationError when the database is newer, was tampered with or has a ledger of the other kind there.
    """
    roles = Roles.of(ledger)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with await connect(owner_url) as connection:
                async with connection.transaction():
                    await _make_roles(connection, ledger, roles)
                    await _set_settings(connection, roles)
                    await _set_passwords(connection, passwords or {})
                async with connection.transaction():
                    for schema, migrations in _plan(ledger, library=library):
                        await _make_schema(connection, schema, roles)
                        await _catch_up(connection, schema, roles, migrations)
        except _COLLISIONS:
            if attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(0.05 * attempt)
        else:
            break
    await bring_together(owner_url, ledger)


async def check(url: str, ledger: str = DEFAULT_LEDGER, *, library: bool = False) -> None:
    """Raise MigrationError unless the ledger is as this version migrates it; any of its roles may ask."""
    async with await connect(url) as connection:
        await check_by(connection, ledger, library=library)


async def check_by(connection: AsyncConnection, ledger: str, *, library: bool = False) -> None:
    """Check the same by an open connection."""
    for schema, migrations in _plan(ledger, library=library):
        try:
            missing = _missing(await _applied(connection, schema), migrations)
        except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
            message = (
                f"此数据库中没有账本 {ledger}：请先以所有者身份启动一次。"
                f" There is no ledger {ledger} in this database: migrate it first, as its owner."
            )
            raise MigrationError(message) from error
        if missing:
            lacking = ", ".join(name for name, _ in missing)
            message = (
                f"账本 {ledger} 缺少 {lacking}：请先以所有者身份启动一次。"
                f" The ledger {ledger} lacks {lacking}: migrate it first, as its owner."
            )
            raise MigrationError(message)


async def is_library(url: str, ledger: str) -> bool | None:
    """Return whether a ledger is one of the eventsourcing library's; None if this role sees no ledger."""
    async with await connect(url) as connection:
        try:
            applied = await _applied(connection, ledger)
        except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege):
            return None
    return _has_library(applied)


def _plan(ledger: str, *, library: bool) -> Iterable[tuple[str, Sequence[Migration]]]:
    """Each schema with its migrations."""
    migrations = queries.migrations("ledger", "sql/migrations")
    if library:
        yield ledger, [*migrations, *queries.migrations("ledger", "sql/library")]
    else:
        yield keys_of(ledger), queries.migrations("ledger", "sql/keys")
        yield ledger, migrations


def _has_library(names: Container[str]) -> bool:
    return any(name in names for name, _ in queries.migrations("ledger", "sql/library"))


async def _make_roles(connection: AsyncConnection, ledger: str, roles: Roles) -> None:
    cursor = await connection.execute(CATALOG["roles"], [list(astuple(roles))])
    present = {name for name, _ in await cursor.fetchall()}
    if roles.owner not in present:
        # A role that is no superuser must be a member to hand a schema over.
        owner = Identifier(roles.owner)
        await queries.execute(
            connection, "CREATE ROLE {owner} NOLOGIN", "GRANT {owner} TO CURRENT_USER", owner=owner
        )
    if await is_citus(connection):
        await let_owner_in(connection, roles.owner)
    for role in (roles.writer, roles.reader):
        if role not in present:
            names = {"role": role, "ledger": ledger, "keys": keys_of(ledger)}
            await queries.execute(
                connection,
                "CREATE ROLE {role} LOGIN",
                "ALTER ROLE {role} SET search_path = {ledger}, {keys}",
                "ALTER ROLE {role} SET timezone = 'UTC'",
                **{key: Identifier(name) for key, name in names.items()},
            )


async def _set_settings(connection: AsyncConnection, roles: Roles) -> None:
    """Give the two roles that log in their settings, unless they have others or we may not."""
    clustered = await is_citus(connection)
    every = _TIMEOUTS | (_IN_A_CLUSTER if clustered else {})
    wanted = {roles.writer: every if clustered else every | _KEEPING_PLANS, roles.reader: every}
    cursor = await connection.execute(CATALOG["roles"], [list(wanted)])
    for role, settings in await cursor.fetchall():
        given = dict(each.split("=", 1) for each in settings)
        if clustered and given.items() >= _KEEPING_PLANS.items():
            given.pop("plan_cache_mode")  # as it was set by us before the server became one of several
        with suppress(errors.InsufficientPrivilege):
            async with connection.transaction():
                for name in sorted(wanted[role].keys() - given.keys()):
                    alter = SQL("ALTER ROLE {} SET {} = {}")
                    await connection.execute(
                        alter.format(Identifier(role), Identifier(name), Literal(wanted[role][name]))
                    )


async def _set_passwords(connection: AsyncConnection, passwords: Mapping[str, str]) -> None:
    for role, password in passwords.items():
        # Hashed here, so that no statement log contains the password.
        secret = connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        ).decode()
        await connection.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(secret)))


async def _make_schema(connection: AsyncConnection, schema: str, roles: Roles) -> None:
    cursor = await connection.execute(CATALOG["schema"], [schema])
    if cursor.rowcount:
        return
    names = asdict(roles) | {"schema": schema}
    await create_schema(connection, schema, roles.owner)
    await queries.execute(
        connection,
        "GRANT USAGE ON SCHEMA {schema} TO {writer}, {reader}",
        "CREATE TABLE {schema}.migration (name text PRIMARY KEY, checksum bytea NOT NULL)",
        "GRANT SELECT ON {schema}.migration TO {writer}, {reader}",
        "RESET ROLE",
        **{key: Identifier(name) for key, name in names.items()},
    )


async def _catch_up(
    connection: AsyncConnection, schema: str, roles: Roles, migrations: Sequence[Migration]
) -> None:
    # The owner locks the rows of `migration`, which keeps no reader waiting.
    await queries.execute(
        connection,
        "SET LOCAL ROLE {owner}",
        "SET LOCAL search_path = {schema}, pg_temp",
        "SELECT FROM migration FOR UPDATE",
        schema=Identifier(schema),
        owner=Identifier(roles.owner),
    )
    for name, text in _missing(await _applied(connection, schema), migrations):
        made = text.replace(':"writer"', f'"{roles.writer}"').replace(':"reader"', f'"{roles.reader}"')
        await queries.execute_all(connection, queries.split(made))
        await connection.execute(
            "INSERT INTO migration (name, checksum) VALUES (%s, %s)", [name, checksum(text)]
        )
    await connection.execute("RESET ROLE")


async def _applied(connection: AsyncConnection, schema: str) -> dict[str, bytes]:
    cursor = await connection.execute(
        SQL("SELECT name, checksum FROM {}").format(Identifier(schema, "migration"))
    )
    return dict(await cursor.fetchall())


def _missing(applied: Mapping[str, bytes], migrations: Sequence[Migration]) -> list[Migration]:
    known = {name: checksum(text) for name, text in migrations}
    if applied and _has_library(applied) != _has_library(known):
        message = (
            "儿童账本与 eventsourcing 库的账本不能互相转换。"
            " A children's ledger and one of the eventsourcing library's are not made of one another."
        )
        raise MigrationError(message)
    unknown = sorted(name for name in applied if _NUMBERED.fullmatch(name) and name not in known)
    changed = sorted(name for name in known if applied.get(name, known[name]) != known[name])
    if changed or (unknown and not known.keys() <= applied.keys()):
        names = ", ".join(changed or unknown)
        zh, en = (
            ("与本程序的内容不同", "was applied with another text than this version has")
            if changed
            else ("不是本程序的迁移", "is no migration of this version")
        )
        message = (
            f"此账本由另一版本建立，不能使用：{names} {zh}。请用另一个 DATA 或数据库建立新账本，重新导入。 "
            f"Another version made this ledger, and it cannot be used: {names} {en}. Begin a new ledger, with"
            " another DATA or database, and import again."
        )
        raise MigrationError(message)
    if unknown:
        message = (
            f"数据库比本程序新（{', '.join(unknown)}）：请升级程序。"
            f" The database is newer than this version: it has {', '.join(unknown)}."
        )
        raise MigrationError(message)
    return [(name, text) for name, text in migrations if name not in applied]


def checksum(text: str) -> bytes:
    """Return the SHA-256 of a migration with all that it includes."""
    return sha256(text.encode()).digest()
