"""Group commit: one task appends what arrives while the batch before it is being committed."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic

from psycopg import AsyncConnection, InterfaceError, OperationalError

from ledger import arrays
from ledger.appending import Judgement, append_batch
from ledger.appends import Append, AppendFailedError, OverloadedError

FIRST_DELAY = 0.05
LONGEST_DELAY = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is appended at once, how much may wait, and for how long a lost connection is sought again.

    A batch has at most `batch_bytes`, or one append. While `queue_bytes` wait, interactive appends are
    refused and bulk appends wait for room. When the connection is lost, the batch is tried again for
    `patience` seconds: what an earlier try has stored is then found repeated.
    """

    batch_bytes: int = 1024 * 1024
    queue_bytes: int = 64 * 1024 * 1024
    patience: float = 5


@dataclass(slots=True, eq=False)
class _Waiting:
    """Appends that are judged in one transaction, and the future of whoever waits for them."""

    appends: Sequence[Append]
    atomic: bool
    answer: asyncio.Future[list[Judgement]]
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum(append.size for append in self.appends)


class GroupCommit:
    """Appends in batches, interactive before bulk; when a batch fails, everybody who waits for it is told.

    `committed` is called with the last position of each batch, `observed` with its entries and seconds.
    """

    def __init__(
        self,
        url: str,
        committed: Callable[[int], None],
        limits: Limits,
        observed: Callable[[int, float], None] | None = None,
    ) -> None:
        self._url = url
        self._committed = committed
        self._observed = observed
        self._limits = limits
        self._interactive: deque[_Waiting] = deque()
        self._bulk: deque[_Waiting] = deque()
        self._queued = 0
        self._closing = False
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._connection: AsyncConnection | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to append."""
        self._task = asyncio.create_task(self._run(), name="group commit")

    async def close(self) -> None:
        """Append what waits, and take no more."""
        self._closing = True
        self._arrived.set()
        self._room.set()
        if self._task:
            await self._task

    async def submit(self, appends: Sequence[Append], *, atomic: bool) -> list[Judgement]:
        """Queue appends, next to each other, and wait for their judgements; `atomic`: all or nothing."""
        bulk = all(append.bulk for append in appends)
        while self._queued >= self._limits.queue_bytes and not self._closing:
            if not bulk:
                raise OverloadedError
            self._room.clear()
            await self._room.wait()
        if self._closing:
            message = "the store is closing"
            raise AppendFailedError(message)
        loop = asyncio.get_running_loop()
        groups = [appends] if atomic else [[append] for append in appends]
        waiting = [_Waiting(group, atomic and len(group) > 1, loop.create_future()) for group in groups]
        (self._bulk if bulk else self._interactive).extend(waiting)
        self._queued += sum(each.size for each in waiting)
        self._arrived.set()
        answers = await asyncio.gather(*(each.answer for each in waiting))
        return [judgement for answer in answers for judgement in answer]

    async def _run(self) -> None:
        try:
            while self._queued or not self._closing:
                await self._arrived.wait()
                await asyncio.sleep(0)  # Whoever the last batch answered may join this one.
                batch = self._gather()
                if batch:
                    await self._answer(batch)
        finally:
            self._closing = True
            _fail([*self._interactive, *self._bulk], "the store is closing")
            if self._connection:
                await self._connection.close()

    def _gather(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        for queue in (self._interactive, self._bulk):
            while queue:
                following = queue[0]
                if batch and (
                    following.atomic or batch[0].atomic or size + following.size > self._limits.batch_bytes
                ):
                    break
                queue.popleft()
                self._queued -= following.size
                if not following.answer.done():
                    batch.append(following)
                    size += following.size
        if not self._interactive and not self._bulk and not self._closing:
            self._arrived.clear()
        if self._queued < self._limits.queue_bytes:
            self._room.set()
        return batch

    async def _answer(self, batch: list[_Waiting]) -> None:
        appends = [append for each in batch for append in each.appends]
        began = monotonic()
        try:
            judgements = await self._append(appends, atomic=batch[0].atomic)
        except BaseException as error:
            _fail(batch, f"the batch failed: {type(error).__name__}", error)
            if not isinstance(error, Exception):
                raise
        else:
            following = iter(judgements)
            for each in batch:
                own = list(islice(following, len(each.appends)))
                if not each.answer.done():
                    each.answer.set_result(own)
            accepted = (judgement.last for judgement in judgements if judgement.verdict == "accepted")
            self._committed(max(accepted, default=0))
            if self._observed:
                self._observed(sum(len(append.entries) for append in appends), monotonic() - began)

    async def _append(self, appends: Sequence[Append], *, atomic: bool) -> list[Judgement]:
        deadline = monotonic() + self._limits.patience
        delay = FIRST_DELAY
        while True:
            try:
                connection = await self._connected()
                return await append_batch(connection, appends, atomic=atomic)
            except (OperationalError, InterfaceError):
                alive = self._connection is not None and not self._connection.closed
                if alive or monotonic() + delay > deadline:
                    raise
                await asyncio.sleep(delay)
                delay = min(2 * delay, LONGEST_DELAY)

    async def _connected(self) -> AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(
                self._url, autocommit=True, prepare_threshold=None
            )
            arrays.register(self._connection)
        return self._connection


def _fail(batch: Sequence[_Waiting], message: str, cause: BaseException | None = None) -> None:
    """Tell everybody who waits, each with an exception of their own."""
    for each in batch:
        if not each.answer.done():
            failure = AppendFailedError(message)
            failure.__cause__ = cause
            each.answer.set_exception(failure)
