"""The queue of appends: bounded, interactive appends before bulk ones, without starving the bulk ones."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from domain.label import Label
from domain.limit import Area, limit
from ledger.store.append import Append, AppendFailedError
from ledger.store.append_batch import AppendAnswer

QUEUE_APPENDS: Final = limit(
    20_000,
    Area.DATABASE,
    Label("等待写入的记录", "Recordings that wait to be stored"),
    why=Label("在内存中等候；导入只占一半", "They wait in memory; imports leave half of the room"),
    beyond="unavailable",
)
QUEUE_BYTES: Final = limit(
    64 * 1024 * 1024,
    Area.DATABASE,
    Label("等待写入的字节数", "Bytes that wait to be stored"),
    why=Label("在内存中等候；导入只占一半", "They wait in memory; imports leave half of the room"),
    beyond="unavailable",
)
APPEND_SECONDS: Final = limit(
    10,
    Area.DATABASE,
    Label("写入一批记录的秒数", "Seconds for what is recorded to be stored"),
    why=Label(
        "更久则数据库停滞；以同一键重发不会重复",
        "It hangs if it takes longer; the same key records nothing twice",
    ),
    beyond="unavailable",
)


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """The size of a batch, the size of the queue, and the time for which a batch is tried.

    A batch has at most `batch_appends` of `batch_bytes` together, or one append. A queue of `queue_appends`
    or `queue_bytes` refuses interactive appends. Bulk appends wait while the queue is at least half full, and
    go first once none of them was taken for `bulk_patience` seconds. The store tries a batch for `patience`
    seconds and reconnects as needed; it then finds repeated what an earlier attempt stored.
    """

    batch_appends: int = 5000
    batch_bytes: int = 1024 * 1024
    queue_appends: int = QUEUE_APPENDS
    queue_bytes: int = QUEUE_BYTES
    bulk_patience: float = 1
    patience: float = APPEND_SECONDS


@dataclass(slots=True, eq=False)
class PendingAppends:
    """Appends that one transaction judges together, and the future of the submitter."""

    appends: Sequence[Append]
    atomic: bool
    answer: asyncio.Future[list[AppendAnswer]]
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum([append.size for append in self.appends])

    def answered(self, judgements: list[AppendAnswer]) -> None:
        """Resolve the future, unless the submitter was cancelled."""
        if not self.answer.done():
            self.answer.set_result(judgements)

    def failed(self, message: str, cause: BaseException | None = None) -> None:
        """Fail the future with an exception of its own."""
        if not self.answer.done():
            failure = AppendFailedError(message)
            failure.__cause__ = cause
            self.answer.set_exception(failure)


class AppendQueue:
    """Pending appends in two lines, interactive and bulk; one task takes from both."""

    def __init__(self, limits: QueueLimits) -> None:
        self._limits = limits
        self._interactive: deque[PendingAppends] = deque()
        self._bulk: deque[PendingAppends] = deque()
        self._appends = 0
        self._bytes = 0
        self._bulk_since = 0.0
        self._closed = False
        self._arrived = asyncio.Event()
        self._left = asyncio.Event()
        self._turn = asyncio.Lock()

    @property
    def closed(self) -> bool:
        """Whether the queue accepts no more appends."""
        return self._closed

    @property
    def full(self) -> bool:
        """Whether the queue has no room for interactive appends."""
        return self._appends >= self._limits.queue_appends or self._bytes >= self._limits.queue_bytes

    @property
    def waiting(self) -> tuple[int, int]:
        """The number of waiting appends and their bytes."""
        return self._appends, self._bytes

    async def room_for_bulk(self) -> None:
        """Wait until half of the queue is free or it is closed; waiters proceed one at a time."""
        async with self._turn:
            while self._half_full and not self._closed:
                self._left.clear()
                await self._left.wait()

    def put(self, waiting: Sequence[PendingAppends], *, bulk: bool) -> None:
        """Queue appends next to each other."""
        if bulk and not self._bulk:
            self._bulk_since = monotonic()
        (self._bulk if bulk else self._interactive).extend(waiting)
        for each in waiting:
            self._appends += len(each.appends)
            self._bytes += each.size
        self._arrived.set()

    async def arrival(self) -> bool:
        """Wait until an append is queued; return False if the queue is closed and empty."""
        await self._arrived.wait()
        return bool(self._interactive or self._bulk)

    def take(self) -> list[PendingAppends]:
        """Take the next batch, without the appends whose submitter was cancelled; it may be empty."""
        batch: list[PendingAppends] = []
        size = count = 0
        lines = [self._interactive, self._bulk]
        if self._bulk and monotonic() - self._bulk_since >= self._limits.bulk_patience:
            lines.reverse()
        for line in lines:
            while line:
                following = line[0]
                if batch and (
                    following.atomic
                    or batch[0].atomic
                    or size + following.size > self._limits.batch_bytes
                    or count + len(following.appends) > self._limits.batch_appends
                ):
                    break
                self._pop(line)
                if not following.answer.done():
                    batch.append(following)
                    size += following.size
                    count += len(following.appends)
        if not self._interactive and not self._bulk and not self._closed:
            self._arrived.clear()
        if not self._half_full:
            self._left.set()
        return batch

    def close(self) -> None:
        """Accept no more appends."""
        self._closed = True
        self._arrived.set()
        self._left.set()

    def fail(self, message: str) -> None:
        """Fail every pending append."""
        for line in (self._interactive, self._bulk):
            while line:
                self._pop(line).failed(message)

    @property
    def _half_full(self) -> bool:
        return 2 * self._appends >= self._limits.queue_appends or 2 * self._bytes >= self._limits.queue_bytes

    def _pop(self, line: deque[PendingAppends]) -> PendingAppends:
        waiting = line.popleft()
        self._appends -= len(waiting.appends)
        self._bytes -= waiting.size
        if line is self._bulk:
            self._bulk_since = monotonic()
        return waiting
