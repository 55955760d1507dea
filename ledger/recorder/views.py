"""The schema of a projection over a children's ledger, which the ledger's reader fills.

Its tables are made anew, and so counted again from the first entry, when their text has changed or the ledger
began another epoch.
"""

from hashlib import sha256
from importlib.resources import files

from psycopg.sql import SQL, Identifier, Literal

from ledger.roles import Roles
from ledger.store import queries
from ledger.store.connecting import connect
from ledger.store.schemas import bring_together, create_schema

_TRACKING = files("ledger").joinpath("sql/tables/tracking.sql").read_text("utf-8")


def schema_of(ledger: str, projection: str) -> str:
    """Return the name of the schema of a projection over a children's ledger."""
    return f"{ledger}_view_{projection.lower()}"


async def make_view(owner_url: str, ledger: str, projection: str, tables: str) -> None:
    """Create the schema of a projection with its tracking and its tables, unless it is up to date.

    `tables` are the statements that make them. As owner; the reader may read and write the rows.
    """
    roles, schema = Roles.of(ledger), schema_of(ledger, projection)
    names = {
        "schema": Identifier(schema),
        "ledger": Identifier(ledger),
        "owner": Identifier(roles.owner),
        "reader": Identifier(roles.reader),
    }
    async with await connect(owner_url) as connection:
        await queries.execute(connection, "SELECT FROM {ledger}.migration FOR UPDATE", **names)
        cursor = await connection.execute(
            SQL(
                "SELECT epoch, obj_description(to_regnamespace(%s), 'pg_namespace') FROM {ledger}.head"
            ).format(**names),
            [schema],
        )
        ((epoch, made),) = await cursor.fetchall()
        wanted = sha256(f"{epoch} {_TRACKING} {tables}".encode()).hexdigest()
        if made == wanted:
            return
        await queries.execute(
            connection, "SET LOCAL ROLE {owner}", "DROP SCHEMA IF EXISTS {schema} CASCADE", **names
        )
        await create_schema(connection, schema, roles.owner)
        await queries.execute(
            connection,
            "COMMENT ON SCHEMA {schema} IS {wanted}",
            "SET LOCAL search_path = {schema}, pg_temp",
            wanted=Literal(wanted),
            **names,
        )
        await queries.execute_all(connection, queries.split(f"{_TRACKING}{tables}"))
        await queries.execute(
            connection,
            "GRANT USAGE ON SCHEMA {schema} TO {reader}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {reader}",
            **names,
        )
    await bring_together(owner_url, ledger)
