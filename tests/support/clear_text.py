"""Looking for texts that are found nowhere else, in whatever may hold them in clear."""

import re
import subprocess
from pathlib import Path
from typing import Final

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from api.settings import Settings

MARKER = re.compile("标记[0-9]{6}号")
WRITTEN: Final = {
    "as it is": re.compile("标记([0-9]{6})号".encode()),
    "in hexadecimal": re.compile(rb"e6a087e8aeb0((?:3[0-9]){6})e58fb7"),
    "escaped": re.compile(rb"\\u6807\\u8bb0([0-9]{6})\\u53f7"),
}
"""A marker in bytes, by how it may be written there."""


async def every_value(settings: Settings) -> str:
    """Everything that stands in any table of the database's own schemas, as PostgreSQL would print it."""
    assert settings.database_url is not None
    found = []
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        cursor = await connection.execute(
            """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            """
        )
        for schema, table in await cursor.fetchall():
            rows = await connection.execute(SQL("SELECT * FROM {}").format(Identifier(schema, table)))
            # Bytes as what they may spell, all else as it reads.
            found += [_readable(value) for row in await rows.fetchall() for value in row]
    return "\n".join(found)


def _readable(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, list):
        return "\n".join(map(_readable, value))
    return str(value)


def markers_in(raw: bytes) -> set[str]:
    """Every marker that stands in bytes, however it is written."""
    found = {how: {match[1] for match in of.finditer(raw)} for how, of in WRITTEN.items()}
    found["in hexadecimal"] = {bytes.fromhex(each.decode()) for each in found["in hexadecimal"]}
    return {f"标记{number.decode()}号" for numbers in found.values() for number in numbers}


def files_below(*folders: Path) -> list[Path]:
    """Every file below folders."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


async def data_of_the_server(settings: Settings) -> Path:
    """Where PostgreSQL keeps its files."""
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        told = await (await connection.execute("SELECT current_setting('data_directory')")).fetchone()
    assert told is not None
    return Path(told[0])


def unpacked(folder: Path, programs: Path) -> bytes:
    """What the dumps of a backup hold, as they would be read in."""
    found = b""
    for dump in folder.glob("*.dump"):
        restore: list[str | Path] = [programs / "pg_restore", "--file=-", dump]
        found += subprocess.run(restore, capture_output=True, check=True).stdout
    return found
