"""Who signs in by which account of an identity provider, as an administrator bound it beforehand.

The provider says who somebody is, and nothing else: role and scope are the directory's. An account is found
by a keyed digest of its issuer and subject (OpenID Connect Core 1.0, 2), which are kept in no other way.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from api.clock import WallClock
from api.identity.directory import IdentityError
from domain.label import Label
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "identity_links.sql")
_TAKEN: Final = Label("该账号已绑定到另一人。", "The account is bound to another person.")


class IdentityLinks:
    """The accounts by which people of one ledger sign in. Times come from `clock`."""

    def __init__(self, ledger: Ledger, writers: Pool, clock: WallClock) -> None:
        self._ledger = ledger
        self._writers = writers
        self._clock = clock

    def _known_by(self, issuer: str, subject: str) -> UUID:
        return self._ledger.named("identity link", f"{issuer}\n{subject}")

    async def give(self, member: UUID, issuer: str, subject: str) -> None:
        """Bind an account to somebody in place of any other. Raises IdentityError if it is another's."""
        if await self.whose(issuer, subject) not in {None, member}:
            raise IdentityError(_TAKEN)
        async with self._writers.connection() as connection, connection.transaction():
            await connection.execute(SQL["take_away"], [member])
            await connection.execute(
                SQL["give"], [self._known_by(issuer, subject), member, issuer, self._clock()]
            )
        if await self.whose(issuer, subject) != member:
            raise IdentityError(_TAKEN)

    async def take_away(self, member: UUID) -> None:
        """Bind somebody to no account any more."""
        async with self._writers.connection() as connection:
            await connection.execute(SQL["take_away"], [member])

    async def whose(self, issuer: str, subject: str) -> UUID | None:
        """Return whose an account is; None if it is bound to nobody."""
        async with self._writers.connection() as connection:
            cursor = await connection.execute(SQL["whose"], [self._known_by(issuer, subject)])
            row = await cursor.fetchone()
        return None if row is None else row[0]

    async def since(self, members: Iterable[UUID]) -> Mapping[UUID, datetime]:
        """Return since when members are bound to an account, those who are."""
        async with self._writers.connection() as connection:
            return dict(await (await connection.execute(SQL["since"], [list(members)])).fetchall())
