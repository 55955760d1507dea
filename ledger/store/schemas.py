"""Making the schemas of a ledger, on one server or on a Citus cluster that is sharded by schema.

The servers of a cluster show what a transaction made to the role that made it, and to no other before it is
committed; they enter one another as that role. Each schema lies whole on one of them, and what is asked of
two schemas together is answered there only if both lie there.
"""

from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from ledger.store import queries
from ledger.store.connecting import connect

_SQL = queries.load("ledger.store", "schemas.sql")


async def is_citus(connection: AsyncConnection[Any]) -> bool:
    """Tell whether a database is one of a Citus cluster."""
    return (await connection.execute(_SQL["citus"])).rowcount > 0


async def let_owner_in(connection: AsyncConnection[Any], owner: str) -> None:
    """Let the servers of a cluster enter one another as an owner, who has no password for anybody else."""
    cursor = await connection.execute(_SQL["owner_lacks"], {"owner": owner})
    for (statement,) in await cursor.fetchall():
        await connection.execute(statement.encode())


async def create_schema(connection: AsyncConnection[Any], schema: str, owner: str) -> None:
    """Create a schema of the owner, and be the owner from then on in this transaction.

    Where the owner may create schemas it does so itself.
    """
    cursor = await connection.execute(_SQL["may_create"], [owner])
    become = SQL("SET LOCAL ROLE {owner}").format(owner=Identifier(owner))
    await connection.execute(become if await cursor.fetchone() == (True,) else "RESET ROLE")
    await queries.execute(
        connection,
        "CREATE SCHEMA {schema} AUTHORIZATION {owner}",
        schema=Identifier(schema),
        owner=Identifier(owner),
    )
    await connection.execute(become)


async def bring_together(owner_url: str, ledger: str) -> None:
    """Move the schemas of a ledger in a cluster to the server of its entries; who writes in them waits.

    Does nothing elsewhere. As owner of the ledger, after its schemas are committed. One start at a time: the
    cluster refuses to move what another one moves.
    """
    async with await connect(owner_url) as connection:
        if not await is_citus(connection):
            return
        await connection.execute(_SQL["move_alone"])
        cursor = await connection.execute(_SQL["apart"], {"ledger": ledger})
        for schema, server in await cursor.fetchall():
            await connection.execute(_SQL["move"], [schema, server])
