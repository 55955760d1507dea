"""Second factors: a code that an app on one's own device shows for half a minute (TOTP, RFC 6238).

Whoever decides, supervises, audits or administers shows one at each sign-in to the console, where the
operator asks for it. The secret is sealed under the person's key. A code is good once, tries are counted as
those of passwords are, and what is lost another administrator ends. Tokens of the API ask for none: they are
made by an administrator for a purpose, and end.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import pyotp
from psycopg import AsyncCursor

from api.clock import WallClock
from api.identity.directory import Identity
from api.identity.logins import Logins
from api.identity.permissions import Role
from api.identity.sessions import Session
from domain.event import Category
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "second_factors.sql")
FACTORED: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.BUREAU, Role.ADMINISTRATOR})
"""The roles that show a second factor where one is required."""
STEP_SECONDS: Final = 30
_AROUND: Final = (0, -1, 1)
"""Steps before and after now whose codes are taken: clocks of devices differ, and typing takes time."""
_ISSUER: Final = "childledger"
_FIELD: Final = "second_factor.secret"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody enters into their app: the secret, and the address that a QR code of it has."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """Whether a code was right, or until when nobody is to try again."""

    right: bool
    wait_until: datetime | None = None


class SecondFactors:
    """The second factors of one ledger. Times come from `clock`."""

    def __init__(
        self, identity: Identity, ledger: Ledger, writers: Pool, clock: WallClock, *, required: bool
    ) -> None:
        self._identity = identity
        self._ledger = ledger
        self._writers = writers
        self._clock = clock
        self.required = required

    def lacking(self, session: Session) -> bool:
        """Return whether a session opens nothing until its holder shows a second factor."""
        return self.required and session.actor.role in FACTORED and not session.passed

    async def since(self, members: Iterable[UUID]) -> Mapping[UUID, datetime]:
        """Return since when members have a second factor, those who have one."""
        async with self._writers.connection() as connection:
            rows = await (await connection.execute(SQL["since"], [list(members)])).fetchall()
        return dict(rows)

    async def enrolment(self, member: UUID, login: str) -> Enrolment | None:
        """Return what somebody enters into their app, the same until a code was right; None from then on.

        `login` is by what name the app lists it.
        """
        secret, confirmed_at = await self._kept(member)
        if confirmed_at is not None:
            return None
        if secret is None:
            seal = await self._ledger.seal_for([member], [Category.IDENTITY], make=True)
            made = seal.seal(member, Category.IDENTITY, pyotp.random_base32(), _FIELD)
            async with self._writers.connection() as connection:
                await connection.execute(SQL["add"], [member, made])
            secret, confirmed_at = await self._kept(member)
        if secret is None or confirmed_at is not None:
            return None
        address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)
        return Enrolment(secret, address)

    async def _kept(self, member: UUID) -> tuple[str | None, datetime | None]:
        async with self._writers.connection() as connection:
            row = await (await connection.execute(SQL["of"], [member])).fetchone()
        if row is None:
            return None, None
        seal = await self._ledger.seal_for([member], [Category.IDENTITY])
        secret = seal.open(member, Category.IDENTITY, bytes(row[0]), _FIELD)
        return (secret if isinstance(secret, str) else None), row[1]

    async def show(self, session: Session, code: str) -> CheckedCode:
        """Check a code, and let the session open everything if it is right; the first one enrols.

        Each try is counted before it is made. A code that was used, or is older than one, is wrong.
        """
        member, now = session.actor.user, self._clock()
        counted = self._ledger.named("second factor", str(member))
        async with self._writers.connection() as connection:
            may_try, wait_until = await Logins.counted(connection, counted, now)
        if not may_try:
            return CheckedCode(right=False, wait_until=wait_until)
        secret, _ = await self._kept(member)
        step = None if secret is None else _step_of(secret, code, now)
        async with self._writers.connection() as connection, connection.transaction():
            used = step is not None and await _found(
                await connection.execute(SQL["use"], {"step": step, "now": now, "member": member})
            )
            if not used:
                return CheckedCode(right=False, wait_until=wait_until if wait_until > now else None)
            await connection.execute(SQL["pass"], [now, session.session])
            await Logins.forget_tries(connection, counted)
        self._identity.forget()
        return CheckedCode(right=True)

    async def end(self, member: UUID) -> None:
        """End somebody's second factor; they enrol another one when they sign in."""
        async with self._writers.connection() as connection:
            await connection.execute(SQL["end"], [member])


async def _found(cursor: AsyncCursor[Any]) -> bool:
    return await cursor.fetchone() is not None


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return of which step near now a code is; None if of none."""
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    current, totp = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    steps = (current + each for each in _AROUND)
    return next((step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), digits)), None)
