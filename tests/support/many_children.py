"""Read models of many children: the rows of one, with what was known when, as often as asked for."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier

from projections import READ_MODELS
from projections.model import ReadModel

_COPY = SQL("""
    INSERT INTO {table} ({columns})
    SELECT {values} FROM {table} CROSS JOIN generate_series(1, %s) AS n WHERE {key} = ANY (%s)
""")
_DATES = SQL("""
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND atttypid = 'date'::regtype AND attnum > 0
""")
_INDEXES = SQL("""
    SELECT coalesce(c.conname, r.relname), c.conname IS NOT NULL,
           coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid))
      FROM pg_index i
      JOIN pg_class r ON r.oid = i.indexrelid
      LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
     WHERE i.indrelid = %s::regclass
""")


def every_table() -> Iterator[tuple[ReadModel[Any], str]]:
    """Yield each table of the read models, with its own."""
    for model in READ_MODELS:
        yield model, model.name
        yield model, model.known_table


async def multiply(
    connection: AsyncConnection,
    schema: str,
    files: Collection[UUID],
    children: int,
    *,
    tables: Iterable[tuple[ReadModel[Any], str]] | None = None,
) -> None:
    """Give so many others the rows of each of these files, on other days; requires the tables' owner.

    By default in every table.
    """
    for model, table in tables or every_table():
        columns = [*model.columns, *(("known_from", "known_until") if table != model.name else ())]
        found = await connection.execute(_DATES, [f"{schema}.{table}"])
        days = {name for (name,) in await found.fetchall()}
        values = [_value(name, model.key, name in days) for name in columns]
        statement = _COPY.format(
            table=Identifier(schema, table),
            columns=SQL(", ").join(map(Identifier, columns)),
            values=SQL(", ").join(values),
            key=Identifier(model.key),
        )
        async with _without_indexes(connection, schema, table):
            await connection.execute(statement, [children, list(files)])


@asynccontextmanager
async def _without_indexes(connection: AsyncConnection, schema: str, table: str) -> AsyncIterator[None]:
    """Take the indexes and keys of a table away meanwhile, and write no log: it takes half as long."""
    own = Identifier(schema, table)
    await connection.execute(SQL("ALTER TABLE {} SET UNLOGGED").format(own))
    await connection.execute("SET maintenance_work_mem = '512MB'")
    found = await (await connection.execute(_INDEXES, [f"{schema}.{table}"])).fetchall()
    for name, is_key, _ in found:
        drop = SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(own, Identifier(name))
        await connection.execute(drop if is_key else SQL("DROP INDEX {}").format(Identifier(schema, name)))
    yield
    for name, is_key, definition in found:
        add = SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(own, Identifier(name), SQL(definition))
        await connection.execute(add if is_key else SQL(definition))


def _value(name: str, key: str, is_day: bool) -> Composable:  # noqa: FBT001 - of a column
    column = Identifier(name)
    if name == key:
        return SQL("md5({}::text || n)::uuid").format(column)
    if name == "opened":
        return SQL("{} + n").format(column)
    if name.endswith("term"):
        return SQL("sha256({} || n::text::bytea)").format(column)
    if is_day:
        return SQL("CASE WHEN {0} < '9000-01-01' THEN {0} - n %% 700 ELSE {0} END").format(column)
    return column
