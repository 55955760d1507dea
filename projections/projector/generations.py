"""The read models' generations: the tables of one version of rules and code, each in a separate schema.

The register of generations, in the ledger's schema, has the position of each, and the files that stopped a
read model. The owner makes a new generation, which is filled beside the one in use; one UPDATE marks it as
built, and every process sees that by itself.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from ledger.roles import Roles
from ledger.store import queries
from ledger.store.connecting import connect
from ledger.store.schemas import bring_together, create_schema
from projections.markers import Unversioned, marked
from projections.model import ReadModel

GENERATION_SQL: Final = queries.load_composable("projections.projector", "generations.sql")
NOWHERE: Final = UUID(int=0)
"""Sorts before every file."""
EVERYWHERE: Final = UUID(int=2**128 - 1)
"""Sorts after every file."""
KNOWN_RANGE: Final = "known_range"
"""Stands among what files stopped for the rows of what was known when, of all read models."""
KEPT: Final = 1
"""Generations kept behind the one in use, for a return to them."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The class of the error that stopped a read model, and the position up to which it is written wholly.

    The position is None where a file cannot be read, since nobody can have recorded in it.
    """

    position: int | None
    error: str


_NOWHERE_STOPPED: Final = Stopped(None, "")


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation from its register; `walked` is how far it is built, `stopped` by name of read model.

    `known_walked` and `known_position` say the same of what was known at earlier positions.
    """

    number: int
    schema: str
    stopped: Mapping[str, Stopped]
    unwritten: Sequence[tuple[bool, UUID, UUID]]
    """The parts not written wholly, of what was known when or not, each after an id and through another."""
    version: str
    shape: str
    models: list[str]
    position: int
    walked: UUID | None
    built: bool
    known_walked: UUID | None
    known_position: int

    @property
    def progress(self) -> float:
        """The written share of its files, from 0 to 1, estimated from the ids, since these are random."""
        return 1.0 if self.built else self._written(self.walked, known=False)

    @property
    def known_progress(self) -> float:
        """The share of its files of which it is written what was known when, from 0 to 1, likewise."""
        return self._written(self.known_walked, known=True)

    def _written(self, walked: UUID | None, *, known: bool) -> float:
        left = sum(through.int - after.int for of, after, through in self.unwritten if of is known)
        return 0.0 if walked is None else 1.0 - left / EVERYWHERE.int

    @property
    def known_through(self) -> int | None:
        """The last position as known at which it answers; None until the files are written once.

        It answers at none after what a file stopped.
        """
        if self.known_walked != EVERYWHERE:
            return None
        stopped = self.stopped.get(KNOWN_RANGE, _NOWHERE_STOPPED).position
        return self.known_position if stopped is None else min(self.known_position, stopped)

    def position_of(self, *models: str) -> int:
        """Return the position up to which these read models show all that could be recorded."""
        if self.walked != EVERYWHERE:
            return 0
        stopped = (self.stopped[name].position for name in models if name in self.stopped)
        return min([self.position, *(each for each in stopped if each is not None)])


async def generations(connection: AsyncConnection[Any], ledger: str) -> list[Generation]:
    """Return the generations of a ledger, the newest first. Requires the reader or owner role."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(GENERATION_SQL["generations"].format(ledger=Identifier(ledger)))
        listed = []
        async for number, parts, *columns, first in cursor:
            stopped = {model: Stopped(*each) for model, each in first.items()}
            unwritten = [(known, UUID(after), UUID(through)) for known, after, through in parts]
            listed.append(Generation(number, schema(ledger, number), stopped, unwritten, *columns))
        return listed


def schema(ledger: str, number: int) -> str:
    """Return the name of the schema that has the tables of a generation."""
    return f"{ledger}_views_{number}"


def to_read(every: Sequence[Generation], version: str, shape: str) -> Generation | None:
    """Return the generation to read from: the newest built one of this version, else of the same tables."""
    built = [each for each in every if each.built and each.shape == shape]
    return next((each for each in built if each.version == version), built[0] if built else None)


def to_write(every: Sequence[Generation], version: str) -> Generation | None:
    """Return the generation to write: the newest built one of this version, else the one to be built."""
    of_version = [each for each in every if each.version == version]
    return next((each for each in of_version if each.built), of_version[0] if of_version else None)


async def make(
    owner_url: str, ledger: str, models: Sequence[ReadModel[Any]], version: str, *, anew: bool = False
) -> int:
    """Make the tables of a generation of this version, if there is none, and return its number.

    With `anew`, make a generation beside a built one; an unfinished one is resumed. Safe to call
    concurrently. Requires the owner role.
    """
    async with await connect(owner_url) as connection:
        await _own(connection, ledger)
        every = await generations(connection, ledger)
        current = to_write(every, version)
        unfinished = [each for each in every if each.version == version and not each.built]
        if current is not None and not (anew and current.built):
            return current.number
        if unfinished:
            return unfinished[0].number
        number = 1 + max((each.number for each in every), default=0)
        await _make(connection, ledger, number, models)
        names = [model.name for model in models]
        await connection.execute(GENERATION_SQL["enter"], [number, version, shape_of(models), names])
    await bring_together(owner_url, ledger)
    return number


async def prepare(owner_url: str, ledger: str, models: Sequence[ReadModel[Any]], rulebook: str) -> None:
    """Make this version's tables, to be built, and drop generations not kept. Requires the owner role."""
    await make(owner_url, ledger, models, version_of(rulebook, models))
    await drop_older(owner_url, ledger, KEPT)


async def drop_older(owner_url: str, ledger: str, keep: int) -> list[int]:
    """Drop all generations except the newest built one, `keep` built ones before it, and unbuilt newer ones.

    Return their numbers. Requires the owner role.
    """
    async with await connect(owner_url) as connection:
        await _own(connection, ledger)
        every = await generations(connection, ledger)
        oldest = [each.number for each in every if each.built][: keep + 1][-1:]
        dropped = [each.number for each in every if oldest and each.number < oldest[0]]
        for number in dropped:
            # Take the locks in the order of the projectors.
            await connection.execute(GENERATION_SQL["drop"], [number])
            await connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema(ledger, number))))
    return dropped


async def _own(connection: AsyncConnection, ledger: str) -> None:
    """Become the owner within the ledger's schema, one process at a time, without blocking other roles."""
    await queries.execute(
        connection,
        "SET LOCAL ROLE {owner}",
        "SET LOCAL search_path = {ledger}, pg_temp",
        "SELECT FROM migration FOR UPDATE",
        owner=Identifier(Roles.of(ledger).owner),
        ledger=Identifier(ledger),
    )


async def _make(
    connection: AsyncConnection, ledger: str, number: int, models: Sequence[ReadModel[Any]]
) -> None:
    roles, views = Roles.of(ledger), Identifier(schema(ledger, number))
    reader = Identifier(roles.reader)
    await create_schema(connection, schema(ledger, number), roles.owner)
    await queries.execute(connection, "SET LOCAL search_path = {views}, pg_temp", views=views)
    for model in models:
        await queries.execute_all(connection, queries.split(model.table))
        identity = SQL(", ").join(map(Identifier, model.identity))
        statement = GENERATION_SQL["known_table"].format(
            known=Identifier(model.known_table), table=Identifier(model.name), identity=identity
        )
        await connection.execute(statement)
        await queries.execute_all(connection, model.known_indexes)
        for column in marked(model.row, Unversioned):
            moving = GENERATION_SQL["version_grant"].format(
                column=Identifier(column), table=Identifier(model.name), reader=reader
            )
            await connection.execute(moving)
        if model.shares is not None:
            for name in ("shared_table", "shared_key", "shared_grant"):
                await connection.execute(
                    GENERATION_SQL[name].format(
                        shared=Identifier(model.shared_table),
                        column=Identifier(model.shares),
                        table=Identifier(model.name),
                        reader=reader,
                    )
                )
    await queries.execute(
        connection,
        "GRANT USAGE ON SCHEMA {views} TO {reader}",
        "GRANT SELECT, INSERT, DELETE ON {tables} TO {reader}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON {known} TO {reader}",
        "SET LOCAL search_path = {ledger}, pg_temp",
        views=views,
        reader=reader,
        tables=SQL(", ").join(Identifier(model.name) for model in models),
        known=SQL(", ").join(Identifier(model.known_table) for model in models),
        ledger=Identifier(ledger),
    )


def version_of(rulebook: str, models: Sequence[ReadModel[Any]]) -> str:
    """Return the digest of what rows depend on besides the entries: rulebook, code, tables and kept data."""
    names = ",".join(model.name for model in models)
    return hashlib.sha256(f"{rulebook} {names} {_data()} {_code()}".encode()).hexdigest()


def shape_of(models: Sequence[ReadModel[Any]]) -> str:
    """Return the digest of what a query depends on: the tables."""
    tables = (f"{model.table}{model.shares or ''}" for model in models)
    return hashlib.sha256("\0".join(tables).encode()).hexdigest()


ROWS_DEPEND_ON: Final = (
    "domain",
    "ledger/canonical.py",
    "ledger/codec",
    "ledger/sealing",
    "projections",
)
"""Code from which rows are made: what happens, how it is read, and the read models themselves."""
DATA_DEPENDED_ON: Final = ("chinese-calendar", "python-stdnum")
"""Packages whose data answers come from: the days off, and the divisions with their years."""
MACHINE: Final = "projector"
"""The folder that writes them, whatever they are."""


@cache
def _data() -> str:
    return ",".join(f"{name} {version(name)}" for name in DATA_DEPENDED_ON)


@cache
def _code() -> str:
    return digest_of(Path(__file__).parents[2])


def digest_of(sources: Path) -> str:
    """Return the hash of all code below a folder of sources that rows depend on."""
    digest = hashlib.sha256()
    for name in ROWS_DEPEND_ON:
        for text in _texts(sources / name):
            digest.update(text)
    return digest.hexdigest()


def _texts(item: Path) -> Iterator[bytes]:
    if item.is_dir():
        for each in sorted(item.iterdir(), key=lambda each: each.name):
            if each.name != MACHINE:
                yield from _texts(each)
    elif item.suffix in {".py", ".toml", ".sql"}:
        yield f"\0{item.name}\0".encode()
        yield item.read_bytes()
