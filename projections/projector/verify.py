"""Verification of the read models: every file is read, and its rows are recomputed and compared.

Each piece of the tables is read in one snapshot, while recording and catching up continue. The register's row
says how many of a file's entries the rows show. Sealed values are compared opened, since two seals of one
value differ.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import args_row
from psycopg.sql import SQL, Identifier

from domain.file import File, fold
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.ledger import Ledger
from ledger.sealing.cipher import Seal, SealBrokenError
from ledger.store.pools import Pool
from projections.model import ReadModel, RowContext
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, NOWHERE, Generation, generations
from projections.projector.writer import FILES_AT_ONCE, chunks
from projections.register import REGISTER

Rows: TypeAlias = dict[str, dict[UUID, list[Any]]]
"""The rows of some files by read model and file."""

_PATIENCE: Final = 5
"""Attempts to compare a file that is being changed."""
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A file whose rows in a read model differ from the recomputed ones, without a name."""

    model: str
    child: UUID


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive files in one snapshot: the position of each one's last entry, and the rows.

    The rows may include those of files that do not exist.
    """

    own: Generation
    last: Mapping[UUID, int]
    rows: Rows


class Verification:
    """Recomputes the rows of all files, and compares them with a generation's tables."""

    def __init__(self, ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = models

    async def differences(self, number: int, told: Callable[[float], None]) -> AsyncIterator[Difference]:
        """Yield the differences of a generation, file by file; `told` is called with the progress, 0 to 1."""
        after = NOWHERE
        while after != EVERYWHERE:
            through = await self._next(after)
            for each in await self._compared(number, after, through):
                yield each
            told(through.int / EVERYWHERE.int)
            after = through

    async def _next(self, after: UUID) -> UUID:
        """Return the last file of the next piece; if there is none, EVERYWHERE."""
        files = await self._ledger.streams("child", after, FILES_AT_ONCE)
        piece = next(chunks(files), [EVERYWHERE])
        return EVERYWHERE if len(piece) == len(files) < FILES_AT_ONCE else piece[-1]

    async def _compared(self, number: int, after: UUID, through: UUID) -> list[Difference]:
        for _ in range(_PATIENCE):
            piece = await self._look(number, after, through)
            found = await self._differing(piece)
            position = min(each.position for each in piece.own.models.values())
            if all(piece.last.get(each.child, 0) <= position for each in found):
                break
            # One read model may show a new entry before another does.
            await asyncio.sleep(_PAUSE_SECONDS)
        return found

    async def _look(self, number: int, after: UUID, through: UUID) -> Piece:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            every = await generations(connection, self._ledger.name)
            own = next(each for each in every if each.number == number)
            rows: Rows = {}
            for model in self._models:
                rows[model.name] = await _rows_between(connection, own.schema, model, after, through)
            return Piece(own, await self._last_between(connection, after, through), rows)

    async def _last_between(self, connection: AsyncConnection, after: UUID, through: UUID) -> dict[UUID, int]:
        cursor = await connection.execute(
            GENERATION_SQL["last_entries"].format(ledger=Identifier(self._ledger.name)), [after, through]
        )
        return dict(await cursor.fetchall())

    async def _differing(self, piece: Piece) -> list[Difference]:
        files = await self._ledger.files(piece.last, keep=False)
        named = {child for own in piece.rows.values() for child in own}
        seal = await self._ledger.seal_of(
            {child: files.get(child) or File(child) for child in {*files, *named}}
        )
        readings = {child: await self._readings(file, seal, piece.own) for child, file in files.items()}
        found = [
            Difference(model.name, child)
            for model in self._models
            for child in piece.rows[model.name]
            if child not in files
        ]
        for child, file in files.items():
            differing = await asyncio.to_thread(self._of_file, piece, file, readings[child], seal)
            found += (Difference(model, child) for model in differing)
        return found

    async def _readings(self, file: File, seal: Seal, own: Generation) -> list[RowContext]:
        """Return the contexts that may apply to a file: a rulebook adopted since may not be applied yet."""
        assert file.stream is not None  # noqa: S101 - it has entries
        institution, position = scope_of(file).institution, min(each.position for each in own.models.values())
        rulebooks: dict[str, Rulebook] = {}
        for known in (position, None):
            rulebook = await self._ledger.rulebook_known(institution, known)
            rulebooks.setdefault(rulebook.digest, rulebook)
        return [RowContext(file.stream, rulebook, seal) for rulebook in rulebooks.values()]

    def _of_file(self, piece: Piece, file: File, readings: Sequence[RowContext], seal: Seal) -> list[str]:
        """Return the read models whose rows of a file differ from the recomputed ones."""
        child = readings[0].child
        register = piece.own.models[REGISTER.name].position
        shown = next(iter(piece.rows[REGISTER.name].get(child, [])), None)
        version = 0 if shown is None else shown.version
        told_of = [entry.version for entry in file.entries.values() if entry.position <= register]
        differing = []
        if version < max(told_of, default=0):
            differing.append(REGISTER.name)
            version = file.version
        state = fold(entry for entry in file.entries.values() if entry.version <= version)
        for model in self._models:
            settled = piece.last[child] <= min(register, piece.own.models[model.name].position)
            unsure = differing or piece.own.models[model.name].position != register
            if model.name in differing or (unsure and not settled):
                # No table states which of the file's entries the rows show.
                continue
            rows = piece.rows[model.name].get(child, [])
            written = _comparable(model, rows, seal)
            if not any(written == _computed(model, state, reading) for reading in readings):
                differing.append(model.name)
        return differing


async def _rows_between(
    connection: AsyncConnection, schema: str, model: ReadModel[Any], after: UUID, through: UUID
) -> dict[UUID, list[Any]]:
    columns = SQL(", ").join(map(Identifier, model.columns))
    found: dict[UUID, list[Any]] = {}
    async with connection.cursor(row_factory=args_row(model.row)) as cursor:
        await cursor.execute(
            SQL("SELECT {} FROM {} WHERE child > %s AND child <= %s").format(
                columns, Identifier(schema, model.name)
            ),
            [after, through],
        )
        async for row in cursor:
            found.setdefault(row.child, []).append(row)
    return found


def _computed(model: ReadModel[Any], file: File, reading: RowContext) -> list[object]:
    if not file.entries:
        return []
    return _comparable(model, model.rows(file, reading), reading.seal)


def _comparable(model: ReadModel[Any], rows: Iterable[Any], seal: Seal) -> list[object]:
    """Return rows with their sealed values opened, in an order that depends on nothing but their values."""
    return sorted((_opened(model, row, seal) for row in rows), key=repr)


def _opened(model: ReadModel[Any], row: Any, seal: Seal) -> object:  # noqa: ANN401 - of whatever model
    try:
        return model.opened(row, seal)
    except SealBrokenError:
        return row
