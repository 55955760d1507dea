"""Forms that are kept on the server: drafts, and what came when the session behind it had ended.

A form is kept below a ticket, for the person who filled it in alone. It is sealed under the key of the child
whom it is about, so that it goes with that key, or under that person's own where it is about no child's file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import orjson

from api.clock import WallClock
from api.identity.tokens import digest
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from ledger.ledger import Ledger
from ledger.sealing.cipher import Seal
from ledger.sealing.keys import KeyDestroyedError
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "kept_forms.sql")
FORMS_EACH: Final = limit(
    20,
    Area.COSTS,
    Label(
        "为一个人保留的草稿和未能提交的表单", "Drafts, and forms sent too late, that are kept of one person"
    ),
    why=Label("草稿列在一页上，随时可以接着填写", "They are listed on one page, and one goes on with them"),
    beyond=Label("最早的一份不再保留", "The oldest one is kept no longer"),
)
KEPT_DAYS: Final = limit(
    14,
    Area.COSTS,
    Label("保留草稿和未能提交的表单的天数", "Days for which a draft, or a form sent too late, is kept"),
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

    async def keep(
        self, person: UUID, form: KeptForm, *, ticket: UUID | None = None, about: UUID | None = None
    ) -> UUID:
        """Keep a form for somebody, sealed, and return the ticket by which they find it again.

        One with the same `ticket` is replaced. `about` is the child whose file the form is about: of one who
        was erased nothing is kept, and the ticket finds nothing.
        """
        ticket, now, subject = ticket or uuid4(), self._clock(), about or person
        try:
            seal = await self._ledger.seal_for([subject], [Category.IDENTITY], make=True)
        except KeyDestroyedError:
            return ticket
        content = orjson.dumps({"address": form.address, "fields": form.fields}).decode()
        sealed = seal.seal(subject, Category.IDENTITY, content, _CONTENT)
        async with self._writers.connection() as connection, connection.transaction():
            await connection.execute(SQL["forget_old"], [now - timedelta(days=KEPT_DAYS)])
            await connection.execute(SQL["forget"], [ticket, person])
            await connection.execute(SQL["keep"], [ticket, person, subject, now, sealed])
            await connection.execute(SQL["trim"], [person, person, FORMS_EACH])
        return ticket

    async def forget(self, person: UUID, ticket: UUID) -> None:
        """Forget a form of this person, if there is one."""
        async with self._writers.connection() as connection:
            await connection.execute(SQL["forget"], [ticket, person])

    async def forget_about(self, subjects: Iterable[UUID]) -> None:
        """Forget every form that is about one of these, whoever keeps it."""
        async with self._writers.connection() as connection:
            await connection.execute(SQL["forget_about"], [list(subjects)])

    async def find(self, person: UUID, ticket: UUID) -> KeptForm | None:
        """Return the form that a ticket of this person stands for; None if there is none any more."""
        since = self._clock() - timedelta(days=KEPT_DAYS)
        async with self._readers.connection() as connection:
            row = await (await connection.execute(SQL["kept"], [ticket, person, since])).fetchone()
        if row is None:
            return None
        subject, sealed = row
        seal = await self._ledger.seal_for([subject], [Category.IDENTITY])
        return _opened(seal, subject, sealed)

    async def all_of(self, person: UUID) -> list[tuple[UUID, datetime, KeptForm]]:
        """Return the forms of this person with their tickets and when each was kept, the latest first.

        One that is about a child who was erased is none any more.
        """
        since = self._clock() - timedelta(days=KEPT_DAYS)
        async with self._readers.connection() as connection:
            rows = await (await connection.execute(SQL["all_kept"], [person, since])).fetchall()
        seal = await self._ledger.seal_for({row[2] for row in rows}, [Category.IDENTITY])
        opened = [(ticket, at, _opened(seal, subject, sealed)) for ticket, at, subject, sealed in rows]
        return [(ticket, at, form) for ticket, at, form in opened if form is not None]


def _opened(seal: Seal, subject: UUID, sealed: bytes) -> KeptForm | None:
    content = seal.open(subject, Category.IDENTITY, bytes(sealed), _CONTENT)
    if content is None:
        return None
    kept = orjson.loads(content)
    return KeptForm(kept["address"], [(name, value) for name, value in kept["fields"]])
