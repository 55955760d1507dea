"""Read models of many children: the rows of one, with what was known when, as often as asked for."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier

from projections import READ_MODELS

_COPY = SQL("""
    INSERT INTO {table} ({columns})
    SELECT {values} FROM {table} CROSS JOIN generate_series(1, %s) AS n WHERE {key} = %s
""")
_DATES = SQL("""
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND atttypid = 'date'::regtype AND attnum > 0
""")


async def multiply(connection: AsyncConnection, schema: str, child: UUID, children: int) -> None:
    """Give so many other children the rows of this one, on other days; requires the tables' owner."""
    for model in READ_MODELS:
        for table in (model.name, model.known_table):
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
            await connection.execute(statement, [children, child])


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
