"""What waits to be appended: bounded, interactive before bulk, and bulk not for ever last."""

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
    """How much is appended at once, how much may wait, and for how long it is tried.

    A batch has at most `batch_appends` of `batch_bytes` together, or one append. While `queue_appends` or
    `queue_bytes` wait, interactive appends are refused; bulk appends wait for room as soon as half of it is
    taken, and go first once none of them was taken for `bulk_patience` seconds. A batch is tried for
    `patience` seconds, whether the database hangs or is lost and sought again: what an earlier try has stored
    is then found repeated.
    """

    batch_appends: int = 5000
    batch_bytes: int = 1024 * 1024
    queue_appends: int = QUEUE_APPENDS
    queue_bytes: int = QUEUE_BYTES
    bulk_patience: float = 1
    patience: float = APPEND_SECONDS


@dataclass(slots=True, eq=False)
class PendingAppends:
    """Appends that are judged in one transaction, and the future of whoever waits for them."""

    appends: Sequence[Append]
    atomic: bool
    answer: asyncio.Future[list[AppendAnswer]]
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum([append.size for append in self.appends])

    def answered(self, judgements: list[AppendAnswer]) -> None:
        """Tell whoever waits, unless they have gone."""
        if not self.answer.done():
            self.answer.set_result(judgements)

    def failed(self, message: str, cause: BaseException | None = None) -> None:
        """Tell whoever waits that it failed, by an exception of their own."""
        if not self.answer.done():
            failure = AppendFailedError(message)
            failure.__cause__ = cause
            self.answer.set_exception(failure)


class AppendQueue:
    """What waits, in two lines; one task takes from them."""

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
        """Whether nothing more is taken in."""
        return self._closed

    @property
    def full(self) -> bool:
        """Whether nothing interactive can be taken in."""
        return self._appends >= self._limits.queue_appends or self._bytes >= self._limits.queue_bytes

    @property
    def waiting(self) -> tuple[int, int]:
        """How many appends wait, and how many bytes they have."""
        return self._appends, self._bytes

    async def room_for_bulk(self) -> None:
        """Wait, one after the other, until half of the queue is free or it is closed."""
        async with self._turn:
            while self._half_full and not self._closed:
                self._left.clear()
                await self._left.wait()

    def put(self, waiting: Sequence[PendingAppends], *, bulk: bool) -> None:
        """Queue appends, next to each other."""
        if bulk and not self._bulk:
            self._bulk_since = monotonic()
        (self._bulk if bulk else self._interactive).extend(waiting)
        for each in waiting:
            self._appends += len(each.appends)
            self._bytes += each.size
        self._arrived.set()

    async def arrival(self) -> bool:
        """Wait until something waits; False when it is closed and nothing does."""
        await self._arrived.wait()
        return bool(self._interactive or self._bulk)

    def take(self) -> list[PendingAppends]:
        """Take the next batch, or nothing when whoever waited has gone."""
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
        """Take nothing more in."""
        self._closed = True
        self._arrived.set()
        self._left.set()

    def fail(self, message: str) -> None:
        """Tell everybody who waits that nothing comes of it."""
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
