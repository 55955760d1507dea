"""Verification of the read models: every file is read, and its rows are recomputed and compared.

Each piece of the tables is read in one snapshot, while recording and catching up continue. The rows of a
file show all its entries up to the generation's position, and perhaps later ones. What was known when is
compared at two positions of each file: where its writing stands, and at one of its entries. Of the values
that two files have it is found which are not kept as such, for lists begin with these. Sealed values are
compared opened, since two seals of one value differ.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import kwargs_row
from psycopg.sql import SQL, Identifier

from domain.file import File
from domain.joined_files import as_known
from domain.scope import scope_of
from ledger.ledger import Ledger
from ledger.sealing.cipher import Seal, SealBrokenError
from ledger.store.pools import Pool
from projections.model import ReadModel, RowContext
from projections.projector.adopted_rulebooks import AdoptedRulebooks, counting, ever_in_charge
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, NOWHERE, Generation, generations
from projections.projector.known_rows import comparable
from projections.projector.writer import FILES_AT_ONCE, RowsKey, chunks, contexts_of, of_kind

Rows: TypeAlias = dict[str, dict[UUID, list[Any]]]
"""The rows of some files by read model and file."""

_PATIENCE: Final = 5
"""Attempts to compare a file that is being changed."""
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A file whose rows in a read model differ from the recomputed ones, without a name."""

    model: str
    stream: UUID


@dataclass(frozen=True, slots=True)
class LastEntry:
    """The kind of a stream, the position of its last entry, and that of one of them."""

    kind: str
    position: int
    sampled: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive files in one snapshot: the last entry of each, the rows, and what stopped a read model.

    The rows may include those of files that do not exist.
    """

    generation: Generation
    last: Mapping[UUID, LastEntry]
    rows: Rows
    stopped: AbstractSet[RowsKey]
    known: Mapping[tuple[str, UUID, int], list[Any]]
    """Rows as known at positions, by read model, file and position."""
    unshared: AbstractSet[RowsKey]
    """Whose values other files have, too, without that being kept: the table that should, and the file."""

    def positions_of(self, stream: UUID) -> list[int]:
        """Return the positions as known at which a file is compared."""
        through = self.generation.known_through
        if through is None or stream not in self.last:
            return []
        return sorted({min(through, self.last[stream].position), min(through, self.last[stream].sampled)})


class Verification:
    """Recomputes the rows of all files, and compares them with a generation's tables."""

    def __init__(self, ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = models
        self._kinds = sorted({model.kind for model in models})
        self._adopted = AdoptedRulebooks(ledger)

    async def differences(self, number: int, progress: Callable[[float], None]) -> AsyncIterator[Difference]:
        """Yield the differences of a generation, file by file; `progress` is told the part done, 0 to 1.

        A file that stopped a read model is one of them.
        """
        after = NOWHERE
        while after != EVERYWHERE:
            through = await self._next(after)
            for each in await self._compared(number, after, through):
                yield each
            progress(through.int / EVERYWHERE.int)
            after = through

    async def _next(self, after: UUID) -> UUID:
        """Return the last file of the next piece; if there is none, EVERYWHERE."""
        files = await self._ledger.streams(self._kinds, after, FILES_AT_ONCE)
        piece = next(chunks(files), [])
        return EVERYWHERE if len(piece) == len(files) < FILES_AT_ONCE else piece[-1].stream

    async def _compared(self, number: int, after: UUID, through: UUID) -> list[Difference]:
        for _ in range(_PATIENCE):
            piece = await self._look(number, after, through)
            differing = await self._differing(piece)
            behind = (piece.last[each.stream] for each in differing if each.stream in piece.last)
            if all(last.position <= piece.generation.position for last in behind):
                break
            # A file that moved may be in the charge of another institution, with another rulebook.
            await asyncio.sleep(_PAUSE_SECONDS)
        return differing

    async def _look(self, number: int, after: UUID, through: UUID) -> Piece:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            every = await generations(connection, self._ledger.name)
            generation = next(each for each in every if each.number == number)
            rows: Rows = {}
            for model in self._models:
                rows[model.name] = await _rows_between(connection, generation.schema, model, after, through)
            ledger = Identifier(self._ledger.name)
            last = await connection.execute(
                GENERATION_SQL["last_entries"].format(ledger=ledger), [self._kinds, after, through]
            )
            stopped = await connection.execute(
                GENERATION_SQL["stopped_files"].format(ledger=ledger), [number, after, through]
            )
            piece = Piece(
                generation,
                {stream: LastEntry(*each) for stream, *each in await last.fetchall()},
                rows,
                set(await stopped.fetchall()),
                {},
                await _unshared(connection, generation.schema, self._models, after, through),
            )
            asked = [(stream, each) for stream in piece.last for each in piece.positions_of(stream)]
            known: dict[tuple[str, UUID, int], list[Any]] = {}
            for model in self._models:
                known |= await _rows_known(connection, generation.schema, model, asked)
            return replace(piece, known=known)

    async def _differing(self, piece: Piece) -> list[Difference]:
        unknown = {
            (name, stream)
            for name, of_model in piece.rows.items()
            for stream in of_model
            if stream not in piece.last
        }
        written = [
            stream
            for stream, last in piece.last.items()
            if any((model.name, stream) not in piece.stopped for model in of_kind(last.kind, self._models))
        ]
        files = await self._ledger.files(written, keep="none")
        seal = await self._ledger.seal_of(files)
        # A rulebook adopted since may not be applied yet.
        now, then = [
            await contexts_of(self._ledger, files, seal, known) for known in (None, piece.generation.position)
        ]
        differing = unknown | piece.stopped | piece.unshared
        for stream, file in files.items():
            contexts = dict.fromkeys((then[stream], now[stream]))
            differing |= await asyncio.to_thread(self._of_file, piece, file, [*contexts])
            differing |= await self._known_otherwise(piece, file, seal)
        return [Difference(*each) for each in sorted(differing)]

    async def _known_otherwise(self, piece: Piece, file: File, seal: Seal) -> set[RowsKey]:
        """Return whose rows of a file, as known at earlier positions, differ from the recomputed ones."""
        assert file.stream is not None  # noqa: S101 - a file with entries
        stream, differing = file.stream, set[RowsKey]()
        positions = piece.positions_of(stream)
        adoptions = await self._adopted.of(ever_in_charge(file.entries.values()), max(positions, default=0))
        for position in positions:
            then = await self._ledger.file(stream, position) or File(stream)
            adopted = adoptions[scope_of(then).institution if then.entries else None]
            context = RowContext(stream, counting(adopted, position), seal)
            for model in of_kind(piece.last[stream].kind, self._models):
                rows = piece.known.get((model.name, stream, position), [])
                if not await asyncio.to_thread(_equal, model, rows, then, context, comparable):
                    differing.add((model.known_table, stream))
        return differing

    def _of_file(self, piece: Piece, file: File, contexts: Sequence[RowContext]) -> AbstractSet[RowsKey]:
        """Return whose rows of a file differ from the recomputed ones, at the position that differs least."""
        stream = contexts[0].stream
        last = piece.last[stream]
        models = [
            model for model in of_kind(last.kind, self._models) if (model.name, stream) not in piece.stopped
        ]
        # Those of the stream itself: by its entries it is known what was joined to it.
        own = (entry.position for entry in file.entries.values() if entry.stream == stream)
        positions = [0, *(position for position in own if position <= last.position)]
        shown = sum(position <= piece.generation.position for position in positions) - 1
        least = {(model.name, stream) for model in models}
        for position, context in product(positions[shown:], contexts):
            state = as_known(file, position)
            differing = {
                (model.name, stream)
                for model in models
                if not _equal(model, piece.rows[model.name].get(stream, []), state, context)
            }
            least = min(least, differing, key=len)
            if not least:
                break
        return least


async def _rows_between(
    connection: AsyncConnection, schema: str, model: ReadModel[Any], after: UUID, through: UUID
) -> dict[UUID, list[Any]]:
    columns, key = SQL(", ").join(map(Identifier, model.columns)), Identifier(model.key)
    rows: dict[UUID, list[Any]] = {}
    async with connection.cursor(row_factory=kwargs_row(model.row)) as cursor:
        await cursor.execute(
            SQL("SELECT {columns} FROM {table} WHERE {key} > %s AND {key} <= %s").format(
                columns=columns, table=Identifier(schema, model.name), key=key
            ),
            [after, through],
        )
        async for row in cursor:
            rows.setdefault(getattr(row, model.key), []).append(row)
    return rows


async def _rows_known(
    connection: AsyncConnection, schema: str, model: ReadModel[Any], asked: Sequence[tuple[UUID, int]]
) -> dict[tuple[str, UUID, int], list[Any]]:
    statement = GENERATION_SQL["known_rows"].format(
        columns=SQL(", ").join(Identifier("k", name) for name in model.columns),
        known=Identifier(schema, model.known_table),
        key=Identifier(model.key),
    )
    known: dict[tuple[str, UUID, int], list[Any]] = {}
    cursor = await connection.execute(statement, [[each for each, _ in asked], [each for _, each in asked]])
    async for position, *values in cursor:
        row = model.row(**dict(zip(model.columns, values, strict=True)))
        known.setdefault((model.name, getattr(row, model.key), position), []).append(row)
    return known


async def _unshared(
    connection: AsyncConnection, schema: str, models: Sequence[ReadModel[Any]], after: UUID, through: UUID
) -> set[RowsKey]:
    found: set[RowsKey] = set()
    for model in models:
        if model.shares is None:
            continue
        for table in (model.name, model.known_table):
            statement = GENERATION_SQL["unshared"].format(
                shared=Identifier(schema, model.shared_table),
                column=Identifier(model.shares),
                table=Identifier(schema, table),
                key=Identifier(model.key),
            )
            cursor = await connection.execute(statement, [after, through])
            found |= {(model.shared_table, stream) for (stream,) in await cursor.fetchall()}
    return found


def _equal(
    model: ReadModel[Any],
    rows: Iterable[Any],
    file: File,
    context: RowContext,
    form: Callable[[ReadModel[Any], Any, Seal], object] | None = None,
) -> bool:
    """Whether rows are those of a file, compared in a form, by default as they are when opened."""
    try:
        computed = list(model.rows_of(file, context)) if file.entries else []
    except Exception:  # noqa: BLE001 - rows that cannot be recomputed differ
        return False
    compared = partial(_opened, form or _as_opened, model, context.seal)
    # In an order that depends on nothing but their values.
    return sorted(map(compared, rows), key=repr) == sorted(map(compared, computed), key=repr)


def _as_opened(model: ReadModel[Any], row: Any, seal: Seal) -> object:  # noqa: ANN401 - of whatever model
    return model.opened(row, seal)


def _opened(
    form: Callable[[ReadModel[Any], Any, Seal], object],
    model: ReadModel[Any],
    seal: Seal,
    row: Any,  # noqa: ANN401 - of whatever model
) -> object:
    try:
        return form(model, row, seal)
    except SealBrokenError:
        return row
