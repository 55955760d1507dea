"""Group commit: one task appends together what arrives during the commit of the batch before."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from time import monotonic

from psycopg import AsyncCursor, DataError, IntegrityError, InterfaceError, OperationalError
from psycopg.errors import (
    DeadlockDetected,
    ProgramLimitExceeded,
    ReadOnlySqlTransaction,
    SerializationFailure,
)

from ledger.store import arrays
from ledger.store.append import Append, AppendFailedError, OverloadedError
from ledger.store.append_batch import AppendAnswer, append_batch, last_position
from ledger.store.append_queue import AppendQueue, PendingAppends, QueueLimits
from ledger.store.connecting import connect, is_direct, is_lost
from ledger.tasks import cancel_all

FIRST_DELAY = 0.05
LONGEST_DELAY = 1.0
PASSING = (DeadlockDetected, ReadOnlySqlTransaction, SerializationFailure)
"""Errors that another connection may not raise: after a failover, this one may lead to a standby."""
REFUSED = (DataError, IntegrityError, ProgramLimitExceeded)
"""Errors caused by an append, not by the database."""


class WentBackError(Exception):
    """The ledger lacks entries that were acknowledged, as after a failover to a server without them."""


class GroupCommit:
    """Appends in batches; the failure of a batch fails every submission in it.

    `committed` is called with the last position of each batch, `observed` with its entries and seconds.
    """

    def __init__(
        self,
        url: str,
        committed: Callable[[int], None],
        limits: QueueLimits,
        observed: Callable[[int, float], None] | None = None,
    ) -> None:
        self._url = url
        self._committed = committed
        self._observed = observed
        self._patience = limits.patience
        self._queue = AppendQueue(limits)
        self._expected = 0
        self._cursor: AsyncCursor | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> tuple[int, int]:
        """The number of appends that wait for a batch, and their bytes."""
        return self._queue.waiting

    @property
    def expected(self) -> int:
        """The last position that the ledger is known to have."""
        return self._expected

    def expect(self, position: int, *, of_new_epoch: bool = False) -> None:
        """Append to no ledger that ends before a position, or before what was accepted here.

        In a new epoch the positions after its beginning are not expected any more.
        """
        self._expected = position if of_new_epoch else max(self._expected, position)

    def start(self) -> None:
        """Start the task that appends."""
        self._task = asyncio.create_task(self._run(), name="group commit")

    async def close(self) -> None:
        """Accept no more appends; append the pending ones, for at most `patience` seconds."""
        self._queue.close()
        if self._task:
            await asyncio.wait([self._task], timeout=self._patience)
            await cancel_all([self._task])

    async def submit(self, appends: Sequence[Append], *, atomic: bool) -> list[AppendAnswer]:
        """Queue appends next to each other and wait for their answers; `atomic` appends all or nothing.

        Raises OverloadedError and AppendFailedError.
        """
        groups = [appends] if atomic or len(appends) == 1 else [[append] for append in appends]
        bulk = all(append.bulk for append in appends)
        if bulk:
            await self._queue.room_for_bulk()
        elif self._queue.full:
            raise OverloadedError
        if self._queue.closed:
            message = "the store is closing"
            raise AppendFailedError(message)
        loop = asyncio.get_running_loop()
        waiting = [PendingAppends(group, len(group) > 1, loop.create_future()) for group in groups]
        self._queue.put(waiting, bulk=bulk)
        if len(waiting) == 1:
            return await waiting[0].answer
        answers = await asyncio.gather(*(each.answer for each in waiting))
        return [judgement for answer in answers for judgement in answer]

    async def _run(self) -> None:
        try:
            while await self._queue.arrival():
                await asyncio.sleep(0)  # Submitters that the last batch answered may join this one.
                batch = self._queue.take()
                if batch:
                    await self._answer(batch)
        finally:
            self._queue.close()
            self._queue.fail("the store is closing")
            await self._disconnect()

    async def _answer(self, batch: list[PendingAppends]) -> None:
        began = monotonic()
        appends = [append for each in batch for append in each.appends]
        try:
            judgements = await self._append(appends, atomic=batch[0].atomic)
            following = iter(judgements)
            for each in batch:
                each.answered(list(islice(following, len(each.appends))))
            last = max((each.last for each in judgements if each.verdict == "accepted"), default=0)
            self.expect(last)
            self._committed(last)
            if self._observed:
                self._observed(sum(len(append.entries) for append in appends), monotonic() - began)
        except BaseException as error:
            if isinstance(error, REFUSED) and len(batch) > 1:
                # Bisect, so that one faulty append does not fail the others.
                middle = len(batch) // 2
                await self._answer(batch[:middle])
                await self._answer(batch[middle:])
                return
            for each in batch:
                each.failed(f"the batch failed: {type(error).__name__}", error)
            if not isinstance(error, Exception):
                raise

    async def _append(self, appends: Sequence[Append], *, atomic: bool) -> list[AppendAnswer]:
        delay = FIRST_DELAY
        async with asyncio.timeout(self._patience):
            while True:
                try:
                    return self._checked(await append_batch(await self._connected(), appends, atomic=atomic))
                except BaseException as error:
                    lost = (
                        isinstance(error, OperationalError | InterfaceError)
                        if self._cursor is None
                        else is_lost(self._cursor.connection, error)
                    )
                    await self._disconnect()
                    if not (lost or isinstance(error, PASSING)):
                        raise
                await asyncio.sleep(delay)
                delay = min(2 * delay, LONGEST_DELAY)

    async def _connected(self) -> AsyncCursor:
        if self._cursor is None or self._cursor.connection.closed:
            connection = await connect(self._url, autocommit=True)
            arrays.register(connection)
            self._cursor = connection.cursor()
            if await is_direct(connection):
                connection.prepare_threshold = 0
            self._check(await last_position(self._cursor) + 1)
        return self._cursor

    def _checked(self, answers: list[AppendAnswer]) -> list[AppendAnswer]:
        """Return the answers, if no position was given before, as through a pooler that hides a failover."""
        for answer in answers:
            if answer.verdict == "accepted":
                self._check(answer.first)
        return answers

    def _check(self, following: int) -> None:
        """Raise WentBackError if the next position is one that was given already."""
        if following <= self._expected:
            message = f"the ledger ends before position {self._expected}"
            raise WentBackError(message)

    async def _disconnect(self) -> None:
        if self._cursor:
            await self._cursor.connection.close()
            self._cursor = None
