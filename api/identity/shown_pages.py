"""What came of forms that were sent, kept as pages for the session that sent them.

A browser that shows the answer to a form asks on reloading, and on coming back, whether to send the form once
more. So it is led to a page that it asks for instead. Such a page is kept as it was shown, whatever it tells:
a refusal beside what was typed, what a file that was handed in would change, a token that is shown once.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import orjson

from api.clock import WallClock
from api.identity.sessions import Session
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "shown_pages.sql")
PAGES_EACH: Final = limit(
    20,
    Area.COSTS,
    Label("一次登录所保留的提交结果页面", "Pages of what came of forms that are kept of one session"),
    why=Label(
        "返回上一页、刷新时仍须可用，更早的无人再看",
        "Back and Reload ask for them; older ones nobody asks for",
    ),
    beyond=Label("最早的一页不再保留，转到表单所在的页面", "The oldest is kept no longer; its form is shown"),
)
_CONTENT: Final = "shown_page.content"


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as it was shown: its status and its HTML; one to be shown `once` is gone when it was."""

    status: int
    html: str
    once: bool = False


class ShownPages:
    """The pages that are kept of the sessions of one ledger. Times come from `clock`."""

    def __init__(self, ledger: Ledger, pools: tuple[Pool, Pool], clock: WallClock) -> None:
        """`pools` are the writer's and the reader's."""
        self._ledger = ledger
        self._writers, self._readers = pools
        self._clock = clock

    async def keep(self, session: Session, page: ShownPage) -> UUID:
        """Keep a page for a session, sealed, and return the ticket by which it is asked for."""
        ticket, person = uuid4(), session.actor.user
        seal = await self._ledger.seal_for([person], [Category.IDENTITY], make=True)
        content = orjson.dumps([page.status, page.html, page.once]).decode()
        sealed = seal.seal(person, Category.IDENTITY, content, _CONTENT)
        async with self._writers.connection() as connection:
            await connection.execute(SQL["keep"], [ticket, session.session, self._clock(), sealed])
            await connection.execute(SQL["trim"], [session.session, session.session, PAGES_EACH])
        return ticket

    async def find(self, session: Session, ticket: UUID) -> ShownPage | None:
        """Return the page that a ticket of a session stands for; None if there is none any more."""
        async with self._readers.connection() as connection:
            row = await (await connection.execute(SQL["kept"], [ticket, session.session])).fetchone()
        if row is None:
            return None
        person = session.actor.user
        seal = await self._ledger.seal_for([person], [Category.IDENTITY])
        opened = seal.open(person, Category.IDENTITY, bytes(row[0]), _CONTENT)
        if not isinstance(opened, str):
            return None
        page = ShownPage(*orjson.loads(opened))
        if page.once:
            async with self._writers.connection() as connection:
                gone = await connection.execute(SQL["forget"], [ticket, session.session])
            return page if gone.rowcount else None
        return page

    async def forget_all(self) -> None:
        """Forget every page: it may tell what is erased now."""
        async with self._writers.connection() as connection:
            await connection.execute(SQL["forget_all"])
