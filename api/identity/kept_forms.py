"""Forms that came when the session behind them had ended: kept sealed until their sender signs in again.

A form is kept below a random ticket, under the key of the person whose session it was, so that it is found by
nobody else and goes with their key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import orjson

from api.clock import WallClock
from api.identity.tokens import digest
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "kept_forms.sql")
FORMS_EACH: Final = limit(
    20,
    Area.COSTS,
    Label("为一个人保留的未能提交的表单", "Forms kept of one person, sent after their session had ended"),
    why=Label("登录后即接着填写，更早的无人再看", "One goes on after signing in; older ones nobody asks for"),
    beyond=Label("最早的一份不再保留", "The oldest one is kept no longer"),
)
KEPT_DAYS: Final = limit(
    14,
    Area.COSTS,
    Label(
        "保留未能提交的表单的天数", "Days for which a form is kept that was sent after its session had ended"
    ),
    why=Label("节假日之后仍能接着填写", "One goes on after a holiday too"),
    beyond=Label("不再保留", "It is kept no longer"),
)
_CONTENT: Final = "kept_form.content"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was sent: the address it was sent to, and its fields in their order."""

    address: str
    fields: Sequence[tuple[str, str]]


class KeptForms:
    """The kept forms of one ledger. Times come from `clock`."""

    def __init__(self, ledger: Ledger, pools: tuple[Pool, Pool], clock: WallClock) -> None:
        """`pools` are the writer's and the reader's."""
        self._ledger = ledger
        self._writers, self._readers = pools
        self._clock = clock

    async def whose(self, secret: str) -> UUID | None:
        """Return whose session a secret was, even if it has ended since; None if it never was one."""
        known_by = digest(secret, self._ledger.name)
        if known_by is None:
            return None
        async with self._readers.connection() as connection:
            row = await (await connection.execute(SQL["whose"], [known_by])).fetchone()
        return None if row is None else row[0]

    async def keep(self, person: UUID, form: KeptForm) -> UUID:
        """Keep a form for somebody, sealed, and return the ticket by which they find it again."""
        ticket, now = uuid4(), self._clock()
        seal = await self._ledger.seal_for([person], [Category.IDENTITY], make=True)
        content = orjson.dumps({"address": form.address, "fields": form.fields}).decode()
        sealed = seal.seal(person, Category.IDENTITY, content, _CONTENT)
        async with self._writers.connection() as connection:
            await connection.execute(SQL["forget_old"], [now - timedelta(days=KEPT_DAYS)])
            await connection.execute(SQL["keep"], [ticket, person, now, sealed])
            await connection.execute(SQL["trim"], [person, person, FORMS_EACH])
        return ticket

    async def find(self, person: UUID, ticket: UUID) -> KeptForm | None:
        """Return the form that a ticket of this person stands for; None if there is none any more."""
        since = self._clock() - timedelta(days=KEPT_DAYS)
        async with self._readers.connection() as connection:
            row = await (await connection.execute(SQL["kept"], [ticket, person, since])).fetchone()
        if row is None:
            return None
        seal = await self._ledger.seal_for([person], [Category.IDENTITY])
        content = seal.open(person, Category.IDENTITY, bytes(row[0]), _CONTENT)
        if content is None:
            return None
        kept = orjson.loads(content)
        return KeptForm(kept["address"], [(name, value) for name, value in kept["fields"]])
