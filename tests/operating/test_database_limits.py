"""No statement, lock or idle transaction of the service holds the database for ever."""

import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from api.app import create_app, running
from api.database import addresses
from api.identity.permissions import Role
from api.settings import Settings
from ledger.data_folder import DataError
from ledger.postgres.migrate import IDLE_SECONDS, LOCK_SECONDS, STATEMENT_SECONDS, migrate
from ledger.roles import Roles
from projections.projector.writer import disposable
from tests.support.client import NOW, Served
from tests.support.ledgers import a_superuser

SHOWN = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[psycopg.AsyncConnection]:
    """Give the database as its owner."""
    assert settings.database_url is not None
    async with a_superuser(settings.database_url.get_secret_value()) as connection:
        yield connection


async def set_for(owner: psycopg.AsyncConnection, role: str, name: str, value: str | None) -> None:
    change = "ALTER ROLE {} RESET {}" if value is None else "ALTER ROLE {} SET {} = {}"
    parts = [sql.Identifier(role), sql.Identifier(name), *([] if value is None else [sql.Literal(value)])]
    await owner.execute(sql.SQL(change).format(*parts))


async def shown(address: str, names: Sequence[str] = SHOWN) -> list[str]:
    async with await psycopg.AsyncConnection.connect(address) as connection:
        rows = [await (await connection.execute(f"SHOW {name}".encode())).fetchone() for name in names]
    return [row[0] for row in rows if row]


async def test_writer_and_reader_are_bounded_and_the_owner_is_not(settings: Settings) -> None:
    bounds = [f"{STATEMENT_SECONDS}s", f"{LOCK_SECONDS}s", f"{IDLE_SECONDS // 60}min"]
    async with addresses(settings) as found:
        assert await shown(found.writer) == await shown(found.reader) == bounds
        assert found.owner is not None
        assert await shown(found.owner) == ["0", "0", "0"]


async def test_the_writer_keeps_its_plans_whatever_is_appended(settings: Settings) -> None:
    async with addresses(settings) as found:
        plans = [await shown(address, ["plan_cache_mode"]) for address in (found.writer, found.reader)]
    assert plans == [["force_generic_plan"], ["auto"]]


async def test_bounds_that_somebody_has_set_are_left_alone(
    settings: Settings, owner: psycopg.AsyncConnection
) -> None:
    role = Roles.of(settings.ledger).reader
    await set_for(owner, role, "statement_timeout", "7s")
    try:
        async with addresses(settings) as found:
            assert (await shown(found.reader))[0] == "7s"
    finally:
        await set_for(owner, role, "statement_timeout", None)
        await migrate(owner.info.dsn, settings.ledger)


async def test_who_waits_for_a_lock_too_long_is_told_to_come_later(
    served: Served, settings: Settings, owner: psycopg.AsyncConnection
) -> None:
    child = await served.a_child()
    role = Roles.of(settings.ledger).writer
    await set_for(owner, role, "lock_timeout", "50ms")
    app = create_app(settings, clock=lambda: NOW)
    try:
        async with running(app) as container:
            staff = await replace(served, app=app, container=container).as_(Role.STAFF)
            async with owner.transaction():
                await owner.execute(
                    sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(
                        sql.Identifier(settings.ledger, "access")
                    )
                )
                answer = await staff.get(f"/children/{child}")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["Retry-After"]
            assert (await staff.get(f"/children/{child}")).status_code == 200
    finally:
        await set_for(owner, role, "lock_timeout", None)
        await migrate(owner.info.dsn, settings.ledger)


async def test_rows_of_a_long_file_may_take_their_time(served: Served) -> None:
    async with disposable(served.container.readers) as (connection, _):
        rows = [await (await connection.execute(f"SHOW {name}".encode())).fetchone() for name in SHOWN]
    assert [row and row[0] for row in rows] == ["0", f"{LOCK_SECONDS}s", "0"]


async def test_a_remote_server_that_has_gone_is_noticed(settings: Settings) -> None:
    async with addresses(settings) as found:
        for address in (found.writer, found.reader):
            async with await psycopg.AsyncConnection.connect(address) as connection:
                said = connection.info.get_parameters()
            assert said["connect_timeout"] == "10"
            assert said["tcp_user_timeout"] == "30000"


async def test_a_folder_into_which_others_may_write_is_not_used(settings: Settings) -> None:
    settings.data.chmod(0o777)
    with pytest.raises(DataError, match="chmod go-w"):
        async with addresses(settings):
            pass
    settings.data.chmod(0o700)
    async with addresses(settings):
        pass


def test_a_service_allows_itself_as_many_files_as_it_can() -> None:
    script = """
import resource
from api.serving import files_allowed
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
print(files_allowed() == hard == resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout == "True\n"
