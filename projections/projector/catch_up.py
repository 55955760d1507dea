"""Catching up with the ledger: each entry is processed exactly once, in batches, for all models in one pass.

A batch names the files that have changed; the projector reads each as it is now, at least up to the batch's
end, and replaces its rows. The position advances by compare-and-set in the same transaction, so that of two
concurrent processes one does nothing. A larger backlog makes larger batches, which write a file once however
often it changed.

A read model that fails is stopped at its position, and the others continue without it. It is retried from
time to time until it has caught up with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg import AsyncConnection, Rollback
from psycopg.sql import SQL, Identifier

from domain.events.institution import RulebookAdopted
from domain.file import AMENDMENTS
from ledger.ledger import Ledger
from ledger.store.append import Moved
from ledger.store.pools import Pool
from projections.model import ReadModel
from projections.projector.generations import GENERATION_SQL, NOWHERE, Generation
from projections.projector.writer import FILES_AT_ONCE, PoisonError, RowWriter, chunks, disposable
from projections.register import REGISTER

log = structlog.get_logger()

BATCH: Final = 100_000
"""Entries processed at a time at most; only the ids of their files are held in memory."""
AGAIN: Final = timedelta(seconds=60)
"""Delay before a stopped read model is retried."""
_ADOPTING: Final = AMENDMENTS | {RulebookAdopted.__name__}


class LeftError(Exception):
    """The process was asked to stop during a batch, which is rolled back."""


@dataclass(frozen=True, slots=True)
class Group:
    """Read models that advance together from one position, at most to another."""

    models: tuple[str, ...]
    start: int
    end: int


class CatchUp:
    """Keeps the tables of a generation up with the ledger."""

    def __init__(self, ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = {model.name: model for model in models}
        self._writer = RowWriter(ledger)
        self._again: set[str] = set()
        self._told: set[tuple[int, str, str]] = set()
        self._shown_at: tuple[int, tuple[str, ...], int] | None = None
        self._shown: dict[UUID, int] = {}
        self.leaving = False

    def try_again(self) -> None:
        """Retry every stopped read model at once."""
        self._again = set(self._models)

    async def step(self, own: Generation, limit: int = BATCH) -> int:
        """Process at most `limit` more entries for each group; return their total."""
        head = (await self._ledger.head()).position
        taken = 0
        for group in self._groups(own, head):
            taken += await self._step(own, group, limit)
        return taken

    async def _step(self, own: Generation, group: Group, limit: int) -> int:
        """Process a batch, without the read models that fail."""
        while group.models:
            try:
                return await self._batch(own, group, min(group.end, group.start + limit))
            except PoisonError as poison:
                await self.stop(own, poison, group.start)
                going = tuple(name for name in group.models if name not in poison.models)
                group = replace(group, models=going)
        return 0

    async def stop(self, own: Generation, poison: PoisonError, position: int) -> None:
        """Stop read models at their position; log it once."""
        self._again.difference_update(poison.models)
        async with self._pool.connection() as connection:
            await connection.execute(
                GENERATION_SQL["stop"],
                [poison.kind, datetime.now(UTC), own.number, poison.models, position],
            )
        for name in poison.models:
            if (position, name, poison.kind) not in self._told:
                self._told.add((position, name, poison.kind))
                log.warning("read model stopped", model=name, position=position, error=poison.kind)

    def _groups(self, own: Generation, head: int) -> Iterable[Group]:
        """Yield the running groups, the foremost first, each up to the one before; then those to retry."""
        now = datetime.now(UTC)
        going = [(each.position, name) for name, each in own.models.items() if each.stopped_by is None]
        end = head
        for position, members in groupby(sorted(going, reverse=True), key=lambda each: each[0]):
            if position < end:
                yield Group(tuple(name for _, name in members), position, end)
            end = position
        foremost = max((position for position, _ in going), default=head)
        for name, each in own.models.items():
            due = each.stopped_at is not None and (name in self._again or each.stopped_at + AGAIN <= now)
            if due and each.position < foremost:
                yield Group((name,), each.position, foremost)

    async def _batch(self, own: Generation, group: Group, through: int) -> int:
        models = [self._models[name] for name in group.models]
        written: dict[UUID, int] = {}
        async with disposable(self._pool) as (connection, batch):
            advanced = await connection.execute(
                GENERATION_SQL["advance"],
                [through, own.number, list(group.models), group.start],
            )
            if advanced.rowcount != len(models):
                # Another process has advanced from this position.
                raise Rollback(batch)
            moved = await self._ledger.moved(group.start, through)
            files = await self._files(connection, own, group, moved)
            for children in chunks(files):
                if self.leaving:
                    raise LeftError
                written |= await self._writer.write(connection, own.schema, models, children, keep=True)
        if advanced.rowcount != len(models):
            return 0
        self._shown_at = (own.number, group.models, through)
        self._shown = _ahead(moved, self._shown | written)
        return through - group.start

    async def _files(
        self, connection: AsyncConnection, own: Generation, group: Group, moved: Sequence[Moved]
    ) -> list[tuple[UUID, int]]:
        """Return the files whose rows a batch may change, with their numbers of entries."""
        if self._shown_at != (own.number, group.models, group.start):
            self._shown = {}
        shown = self._shown
        files = {
            each.stream: each.version
            for each in moved
            if each.kind == "child" and shown.get(each.stream, 0) < each.version
        }
        adopting = [
            each.stream
            for each in moved
            if each.kind == "institution" and not _ADOPTING.isdisjoint(each.types)
        ]
        if adopting:
            # The adoption of a rulebook changes the judgements of all files of the institution.
            files = await self._in_charge(connection, own, group, adopting) | files
        return list(files.items())

    async def _in_charge(
        self, connection: AsyncConnection, own: Generation, group: Group, institutions: list[UUID]
    ) -> dict[UUID, int]:
        """Return the children of institutions, from the register; all children if it is behind."""
        register = own.models.get(REGISTER.name)
        if register is not None and register.position >= group.start:
            cursor = await connection.execute(
                SQL("SELECT child, version FROM {} WHERE institution = ANY (%s)").format(
                    Identifier(own.schema, REGISTER.name)
                ),
                [institutions],
            )
            return dict(await cursor.fetchall())
        found: dict[UUID, int] = {}
        while page := await self._ledger.streams("child", next(reversed(found), NOWHERE), FILES_AT_ONCE):
            found |= page
        return found


def _ahead(moved: Sequence[Moved], shown: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return the streams already written beyond this batch, with versions, so the next batch skips them."""
    told = {each.stream: each.version for each in moved}
    return {child: version for child, version in shown.items() if version > told.get(child, 0)}
