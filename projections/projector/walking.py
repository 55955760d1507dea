"""The parts in which the files of a generation are written first, by as many processes as there are.

Whoever writes some files of a part holds its row; others go on with another part. How far a part is written
is stored in the same transaction as the rows, so that a killed process leaves nothing out and nothing half
done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import Identifier

from ledger.ledger import Ledger
from ledger.store.append import StreamVersion
from projections.model import ReadModel
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, NOWHERE, Generation
from projections.projector.writer import FILES_AT_ONCE, chunks

PARTS: Final = 16
"""Into how many parts files fall, by the beginnings of their ids, which are random."""
IN_PARTS: Final = 20_000
"""Entries from which on a ledger is worth parts, and other processes."""


@dataclass(frozen=True, slots=True)
class WalkedPiece:
    """The next files of a part, which is written up to `walked` with them."""

    files: Sequence[StreamVersion]
    through: UUID
    walked: UUID


async def begin_parts(connection: AsyncConnection, generation: int, head: int, *, known: bool) -> None:
    """Divide the files of a generation, of a ledger with so many entries."""
    number = PARTS if head >= IN_PARTS else 1
    ends = [UUID(int=EVERYWHERE.int * place // number) for place in range(1, number + 1)]
    await connection.execute(GENERATION_SQL["parts"], [generation, known, ends, [NOWHERE, *ends[:-1]]])


async def next_piece(
    connection: AsyncConnection, ledger: Ledger, generation: int, kinds: Sequence[str], *, known: bool
) -> WalkedPiece | None:
    """Hold a part that nobody else does, and return its next files; None if there is no such part.

    The part is written up to there if the transaction commits.
    """
    found = await connection.execute(GENERATION_SQL["next_part"], [generation, known])
    row = await found.fetchone()
    if row is None:
        return None
    through, after = row
    page = await ledger.streams(kinds, after, FILES_AT_ONCE)
    within = [each for each in page if each.stream <= through]
    files = next(chunks(within), [])
    more = len(files) < len(within) or len(within) == FILES_AT_ONCE
    walked = files[-1].stream if more else through
    piece = WalkedPiece(files, through, walked)
    await connection.execute(GENERATION_SQL["walk"], [walked, generation, known, through])
    return piece


async def all_walked(
    connection: AsyncConnection, generation: Generation, models: Sequence[ReadModel[Any]], *, known: bool
) -> bool:
    """Say that all parts are written, if they are; return whether this process was the first to."""
    statement = GENERATION_SQL["known_walked" if known else "walked"]
    done = await connection.execute(statement, [EVERYWHERE, generation.number, EVERYWHERE])
    if done.rowcount:
        for model in models:
            if model.shares is not None:
                table = model.known_table if known else model.name
                sharing = GENERATION_SQL["share_all"].format(
                    shared=Identifier(generation.schema, model.shared_table),
                    column=Identifier(model.shares),
                    table=Identifier(generation.schema, table),
                    key=Identifier(model.key),
                )
                await connection.execute(sharing)
    return done.rowcount > 0
