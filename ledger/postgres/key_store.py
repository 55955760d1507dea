"""What is done with the key store as its owner: rewrapping and destroying keys, and proving a backup of it.

Nobody who serves requests may change a key that is stored.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Self, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import TupleRow

from ledger.postgres.migrate import keys_of
from ledger.sealing.cipher import Pair
from ledger.sealing.keys import context_of
from ledger.sealing.wrapping import KeyWrapper, UnwrapError
from ledger.store import queries
from ledger.store.connecting import connect

SQL: Final = queries.load("ledger.postgres", "key_store.sql")
AT_ONCE: Final = 500
"""Keys that are rewrapped in one transaction; a rotation that is killed goes on after the last of them."""
Progress: TypeAlias = Callable[[float], None]
_AGAIN_SECONDS: Final = 0.05
_BEFORE_ALL: Final[Pair] = (UUID(int=0), "")


class KeyStore:
    """The key store of one ledger, entered as its owner."""

    def __init__(self, connection: AsyncConnection, ledger: str) -> None:
        self._connection = connection
        self._ledger = ledger

    @classmethod
    @asynccontextmanager
    async def entered(cls, owner_url: str, ledger: str) -> AsyncIterator[Self]:
        """Enter the key store of a ledger that was migrated."""
        async with await connect(owner_url, autocommit=True) as connection:
            yield cls(connection, ledger)

    async def _ask(self, statement: str, parameters: Sequence[object]) -> AsyncCursor:
        """Return the answer to a statement; its search path is its transaction's, as a pooler demands."""
        async with self._connection.transaction():
            path = sql.Identifier(keys_of(self._ledger))
            await self._connection.execute(sql.SQL("SET LOCAL search_path = {}").format(path))
            return await self._connection.execute(SQL[statement], parameters)

    async def left(self, wrapping_key: bytes) -> tuple[int, int]:
        """Return how many keys another wrapping key wrapped than this, and how many there are."""
        cursor = await self._ask("left", [wrapping_key])
        ((left, every),) = await cursor.fetchall()
        return left, every

    async def rewrap(self, wrapper: KeyWrapper, progress: Progress) -> int:
        """Wrap every key by the wrapping key in use that another one wrapped; return how many.

        In batches, while it is read and added to; a key that is added meanwhile by another wrapping key is
        rewrapped, too. Raises UnwrapError and KeyUnavailableError.
        """
        current = await wrapper.in_use()
        expected, _ = await self.left(current)
        done, left = 0, expected
        while left:
            async for rows in self._pieces("otherwise_wrapped", current):
                done += await self._rewrap(rows, wrapper)
                progress(min(done / expected, 1.0))
            left, _ = await self.left(current)
            # What is left was added meanwhile, or somebody is about to destroy it.
            await asyncio.sleep(_AGAIN_SECONDS if left else 0)
        return done

    async def check(self, wrapper: KeyWrapper, progress: Progress) -> tuple[int, int]:
        """Return how many keys there are, and how many of them do not unwrap. Raises KeyUnavailableError."""
        _, every = await self.left(await wrapper.in_use())
        read = refused = 0
        async for rows in self._pieces("wrapped"):
            read += len(rows)
            try:
                await self._unwrapped(rows, wrapper)
            except UnwrapError:
                refused += await self._refused(rows, wrapper)
            progress(min(read / every, 1.0))
        return read, refused

    async def destroy(self, pairs: Iterable[Pair]) -> int:
        """Destroy the keys of these subjects and categories for ever; return how many places these are."""
        subjects, categories = zip(*sorted(pairs, key=str), strict=True)
        asked = [list(subjects), [str(each) for each in categories]]
        return (await self._ask("destroy", asked)).rowcount

    async def note_backup(self, wrapping_key: bytes) -> None:
        """Note that a backup of a wrapping key was verified now."""
        await self._ask("note_backup", [wrapping_key])

    async def _pieces(self, statement: str, *conditions: bytes) -> AsyncIterator[list[TupleRow]]:
        after: Pair = _BEFORE_ALL
        while True:
            cursor = await self._ask(statement, [*after, *conditions, AT_ONCE])
            rows = await cursor.fetchall()
            if not rows:
                return
            yield rows
            after = (rows[-1][0], rows[-1][1])

    async def _rewrap(self, rows: Sequence[TupleRow], wrapper: KeyWrapper) -> int:
        keys = await self._unwrapped(rows, wrapper)
        anew = await wrapper.wrap(keys, self._contexts(rows))
        subjects, categories, before = (list(column) for column in zip(*rows, strict=True))
        cursor = await self._ask("rewrap", [subjects, categories, before, anew])
        return cursor.rowcount

    async def _refused(self, rows: Sequence[TupleRow], wrapper: KeyWrapper) -> int:
        refused = 0
        for row in rows:
            try:
                await self._unwrapped([row], wrapper)
            except UnwrapError:
                refused += 1
        return refused

    async def _unwrapped(self, rows: Sequence[TupleRow], wrapper: KeyWrapper) -> list[bytes]:
        return await wrapper.unwrap([wrapped for *_, wrapped in rows], self._contexts(rows))

    def _contexts(self, rows: Sequence[TupleRow]) -> list[bytes]:
        return [context_of(self._ledger, (subject, category)) for subject, category, _ in rows]
