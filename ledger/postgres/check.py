"""Whether a database is what the code was written for: how it stores text, and every table as it was made.

`sql/schema.txt` describes what the migrations make, a line a piece; `make schema` writes it anew after one
was added or an object that they include was changed, and a test holds the two equal. To read, each object
stands in a file of its own in `sql/tables`, `sql/functions` and `sql/privileges`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Final

from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from ledger.postgres.catalog import CATALOG
from ledger.postgres.migrate import MigrationError, keys_of
from ledger.roles import Roles
from ledger.store.connecting import connect

_SOUND: Final = frozenset({"c", "C", "POSIX", "C.UTF-8", "C.UTF8"})
"""The provider libc with locales that sort by code points, however their names are written."""
_SHOWN: Final = 5


class WronglyStoredError(MigrationError):
    """The database stores or sorts text so that some of it would be lost or misplaced."""


class AlteredError(MigrationError):
    """The ledger's schema is not as its migrations made it: it was altered."""


class OlderLedgerError(MigrationError):
    """The ledger was written by an earlier version, in a form that is not safe to use."""

    def __init__(self, ledger: str) -> None:
        super().__init__(
            f"账本 {ledger} 由较早的版本写成：条目编号可被猜出，条目被改动也无从发现。"
            "请用另一个 DATA 或数据库建立新账本，重新导入。 "
            f"The ledger {ledger} was written by an earlier version: the ids of its entries can be guessed, "
            "and that entries were altered would not be noticed. Begin a new ledger, with another DATA or "
            "database, and import again."
        )


async def check_text(url: str) -> None:
    """Raise WronglyStoredError unless the database holds UTF-8, in the order of code points."""
    # Without it, a database without an encoding would answer in bytes.
    async with await connect(make_conninfo(url, client_encoding="UTF8")) as connection:
        cursor = await connection.execute(CATALOG["storage"])
        row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - the database that was asked is there
    encoding, provider, *locales = row
    # The builtin provider sorts by code points whatever its locale; ICU, never.
    sound = provider == "b" or {provider, *(each.upper() for each in locales)} <= _SOUND
    if encoding == "UTF8" and sound:
        return
    if encoding != "UTF8":
        wrong = (
            f"数据库的编码是 {encoding}，不是 UTF8，存不下所有汉字。 "
            f"The database's encoding is {encoding}, not UTF8, and does not hold every character."
        )
    else:
        named = f"{'ICU' if provider == 'i' else 'libc'} {'/'.join(dict.fromkeys(locales))}"
        wrong = (
            f"数据库的排序规则是 {named}，不是 C 或 C.UTF-8：系统升级后文字次序会变，索引会漏掉记录。 "
            f"The database sorts text as {named}, not C or C.UTF-8: an upgrade of the system may change that "
            "order, and indexes would miss rows that are there."
        )
    message = f"{wrong} Make it by CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'."
    raise WronglyStoredError(message)


async def check_schema(url: str, ledger: str) -> None:
    """Raise AlteredError unless the ledger's schemas are as described; any of its roles may ask."""
    expected = set(files("ledger").joinpath("sql/schema.txt").read_text("utf-8").splitlines())
    actual = set(await description(url, ledger))
    if actual == expected:
        return
    missing, added = sorted(expected - actual), sorted(actual - expected)
    message = (
        f"账本 {ledger} 的结构被改动过：缺少 {len(missing)} 项，多出 {len(added)} 项。 "
        f"The schema of the ledger {ledger} was altered."
        f"{_listed(' Missing: ', missing)}{_listed(' Not ours: ', added)}"
    )
    raise AlteredError(message)


async def description(url: str, ledger: str) -> list[str]:
    """Describe a ledger's two schemas, a line a piece, in words that are the same for every ledger."""
    lines = []
    roles = asdict(Roles.of(ledger))
    async with await connect(url) as connection:
        for part, schema in (("ledger", ledger), ("keys", keys_of(ledger))):
            await connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(schema)))
            cursor = await connection.execute(CATALOG["description"], roles | {"schema": schema})
            lines += [f"{part}: {line}" for (line,) in await cursor.fetchall()]
    return sorted(lines)


def _listed(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    more = f" … and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"{title}{'; '.join(lines[:_SHOWN])}{more}."
