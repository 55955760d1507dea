"""Budgets: how many activities of one kind may run at once, for one person and in all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from api.contract.problems import Problem
from domain.label import Label
from domain.limit import Area, limit

REQUESTS_EACH: Final = limit(
    250,
    Area.COSTS,
    Label("一个人同时进行的请求", "Requests that one person has under way"),
    why=Label("一个人不应占用全部连接", "One person is not to hold all connections"),
    beyond="too_many_requests",
)
AT_ONCE_EACH: Final = limit(
    8,
    Area.COSTS,
    Label("一个人同时得到处理的请求", "Requests of one person that are answered at once"),
    why=Label("否则一个人的许多请求会让其他人久等", "Else many of one person keep the others waiting"),
    beyond=Label("其余请求排队", "The others wait for their turn"),
)
REQUESTS: Final = limit(
    1000,
    Area.COSTS,
    Label("同时进行的请求", "Requests that are under way"),
    why=Label("与连接数相同", "As many as there are connections"),
    beyond="unavailable",
)
POLLS_EACH: Final = limit(
    200,
    Area.COSTS,
    Label("一个人同时等待新条目的请求（wait）", "Waits for new entries of one person (`wait`)"),
    why=Label("每个等待占用一个连接", "Each holds a connection"),
    beyond="too_many_requests",
)
POLLS: Final = limit(
    500,
    Area.COSTS,
    Label("同时等待新条目的请求（wait）", "Waits for new entries in all (`wait`)"),
    why=Label("一半连接留给其他请求", "Half of the connections are for everybody else"),
    beyond="unavailable",
)
FEEDS_EACH: Final = limit(
    2,
    Area.COSTS,
    Label("一个人同时读取的无上限条目流", "Feeds without `limit` of one person"),
    why=Label("解密全部条目占用处理器", "All entries are opened for it, which takes the processor"),
    beyond="too_many_requests",
)
FEEDS: Final = limit(
    8,
    Area.COSTS,
    Label("同时读取的无上限条目流", "Feeds without `limit` in all"),
    why=Label("解密全部条目占用处理器", "All entries are opened for it, which takes the processor"),
    beyond="unavailable",
)
REHEARSALS_EACH: Final = limit(
    2,
    Area.COSTS,
    Label("一个人同时进行的试运行", "Dry runs of one person"),
    why=Label("每次须把档案判定两遍", "Each judges a file twice over"),
    beyond="too_many_requests",
)
REHEARSALS: Final = limit(
    16,
    Area.COSTS,
    Label("同时进行的试运行", "Dry runs in all"),
    why=Label("逐个进行，再多则等待过久", "They are done one by one, and more would wait for long"),
    beyond="unavailable",
)
TABLES_EACH: Final = limit(
    2,
    Area.COSTS,
    Label("一个人同时取得的整表（CSV、工作簿）", "Lists as tables (CSV, workbook) of one person"),
    why=Label("整表逐页读取并解密", "All of its pages are read and opened"),
    beyond="too_many_requests",
)
TABLES: Final = limit(
    8,
    Area.COSTS,
    Label("同时取得的整表（CSV、工作簿）", "Lists as tables (CSV, workbook) in all"),
    why=Label("整表逐页读取并解密", "All of its pages are read and opened"),
    beyond="unavailable",
)
PAPERS_EACH: Final = limit(
    4,
    Area.COSTS,
    Label("一个人同时存入的材料影像", "Scans of papers that one person sends at once"),
    why=Label("到齐以前占用磁盘", "They take disk until all has arrived"),
    beyond="too_many_requests",
)
PAPERS: Final = limit(
    16,
    Area.COSTS,
    Label("同时存入的材料影像", "Scans of papers that are sent at once, in all"),
    why=Label("到齐以前占用磁盘", "They take disk until all has arrived"),
    beyond="unavailable",
)
DOSSIERS_EACH: Final = limit(
    1,
    Area.COSTS,
    Label("一个人同时印制的卷宗", "Dossiers that one person prints at once"),
    why=Label("印制占用处理器", "To set them takes the processor"),
    beyond="too_many_requests",
)
DOSSIERS: Final = limit(
    2,
    Area.COSTS,
    Label("同时印制的卷宗", "Dossiers that are printed at once, in all"),
    why=Label("印制占用处理器", "To set them takes the processor"),
    beyond="unavailable",
)
CHECKS: Final = limit(
    4,
    Area.COSTS,
    Label("同时查验的摘录（/verify）", "Extracts that are checked at once (`/verify`)"),
    why=Label("无需令牌，每次须读两遍档案", "It needs no token, and each reads a file twice"),
    beyond="unavailable",
)


class Budget:
    """A limit of concurrent activities for each person and in all; one more is refused."""

    def __init__(self, each: int, total: int) -> None:
        self._each = each
        self._total = total
        self._by_person: Counter[UUID] = Counter()

    def take(self, person: UUID) -> None:
        """Start an activity. Raises the problems `too_many_requests` and `unavailable`."""
        if self._by_person[person] >= self._each:
            raise Problem("too_many_requests")
        if self._by_person.total() >= self._total:
            raise Problem("unavailable")
        self._by_person[person] += 1

    def give_back(self, person: UUID) -> None:
        """End an activity."""
        self._by_person[person] -= 1
        if not self._by_person[person]:
            del self._by_person[person]

    @contextmanager
    def taken(self, person: UUID) -> Iterator[None]:
        """Run an activity for the block. Raises as `take` does."""
        self.take(person)
        try:
            yield
        finally:
            self.give_back(person)


class Turn:
    """The turn of one request among those of its person, which it gives up during waits."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._held = False

    async def take(self) -> None:
        """Wait for the turn, unless it is held."""
        if not self._held:
            await self._turns.acquire()
            self._held = True

    def give_back(self) -> None:
        """Pass the turn to the next request."""
        if self._held:
            self._held = False
            self._turns.release()

    @asynccontextmanager
    async def given_up(self) -> AsyncIterator[None]:
        """Give the turn up for the block, if held, and take it again."""
        held = self._held
        self.give_back()
        try:
            yield
        finally:
            if held:
                await self.take()


class Turns:
    """Turns of requests: a few of each person run at once, and the rest wait without affecting others."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._of: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, person: UUID) -> Turn:
        """Return the turn, not yet taken, of one more request of a person."""
        return Turn(self._of.setdefault(person, asyncio.Semaphore(self._at_once)))


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of one ledger."""

    polls: Budget = field(default_factory=lambda: Budget(POLLS_EACH, POLLS))
    feeds: Budget = field(default_factory=lambda: Budget(FEEDS_EACH, FEEDS))
    tables: Budget = field(default_factory=lambda: Budget(TABLES_EACH, TABLES))
    papers: Budget = field(default_factory=lambda: Budget(PAPERS_EACH, PAPERS))
    rehearsals: Budget = field(default_factory=lambda: Budget(REHEARSALS_EACH, REHEARSALS))
    dossiers: Budget = field(default_factory=lambda: Budget(DOSSIERS_EACH, DOSSIERS))
    checks: Budget = field(default_factory=lambda: Budget(1, CHECKS))
