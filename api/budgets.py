"""Budgets: how much of one kind may be under way at once, of one person and of all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from api.problems import Problem
from domain.label import Label
from domain.limit import Area, limit

REQUESTS_EACH: Final = limit(
    250,
    Area.COSTS,
    Label("一个人同时进行的请求", "Requests that one person has under way"),
    why=Label("一个人不应占用全部连接", "One person is not to hold all connections"),
    beyond="too_many_requests",
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


class Budget:
    """So many at once of each person, and so many in all; one more is told to come later."""

    def __init__(self, each: int, total: int) -> None:
        self._each = each
        self._total = total
        self._by_person: Counter[UUID] = Counter()

    def take(self, person: UUID) -> None:
        """Begin one. Raises the problems `too_many_requests` and `unavailable`."""
        if self._by_person[person] >= self._each:
            raise Problem("too_many_requests")
        if self._by_person.total() >= self._total:
            raise Problem("unavailable")
        self._by_person[person] += 1

    def give_back(self, person: UUID) -> None:
        """End one."""
        self._by_person[person] -= 1
        if not self._by_person[person]:
            del self._by_person[person]

    @contextmanager
    def taken(self, person: UUID) -> Iterator[None]:
        """Have one under way for the block. Raises as `take` does."""
        self.take(person)
        try:
            yield
        finally:
            self.give_back(person)


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of one ledger."""

    polls: Budget = field(default_factory=lambda: Budget(POLLS_EACH, POLLS))
    feeds: Budget = field(default_factory=lambda: Budget(FEEDS_EACH, FEEDS))
    rehearsals: Budget = field(default_factory=lambda: Budget(REHEARSALS_EACH, REHEARSALS))
