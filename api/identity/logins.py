"""Sign-in by user name and password: names that are unique in a ledger, and how often somebody may try.

A name is stored as a keyed digest and sealed, and a password as what Argon2id makes of it, sealed too:
whoever has the database and not the key file cannot try passwords on it. Nobody is told whether a name is
anybody's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg import AsyncConnection
from psycopg.abc import Params

from api.clock import WallClock
from api.folding import folded
from api.identity.directory import Identity, IdentityError
from api.identity.passwords import PasswordHashing
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool

log = structlog.get_logger()
SQL: Final = queries.load("api.identity", "logins.sql")
TRIES: Final = limit(
    5,
    Area.COSTS,
    Label("以一个用户名连续登录不成的次数", "Sign-ins in a row by one user name that fail"),
    why=Label(
        "忘记口令的人试几次即可；猜口令的人要试很多次", "Who forgot it tries a few; who guesses tries many"
    ),
    beyond=Label(
        "等待1分钟，以后每次加倍，至多15分钟",
        "A wait of a minute, doubled with each further one up to 15 minutes",
    ),
)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=15)
REMEMBERED: Final = timedelta(days=1)
"""How long tries are counted after the last of them."""
SHORTEST_NAME, LONGEST_NAME = 2, 40
FIRST_SIGN_IN: Final = "first sign-in"
"""The purpose of tokens that are good for the first sign-in alone."""
_NOBODY: Final = UUID(int=0)
_NAME, _PASSWORD = "login.name", "login.password"


@dataclass(frozen=True, slots=True)
class LoginState:
    """By what name somebody signs in, None once erased; and since when they have a password, if they have."""

    name: str | None
    password_set_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckedPassword:
    """Whose a name and a password are, and since when; or until when nobody is to try again by that name."""

    member: UUID | None = None
    login: UUID = _NOBODY
    set_at: datetime | None = None
    wait_until: datetime | None = None


def wait_after(tries: int) -> timedelta:
    """Return how long somebody waits after so many tries in a row that failed."""
    if tries < TRIES:
        return timedelta()
    return min(FIRST_WAIT * (1 << min(tries - TRIES, 10)), LONGEST_WAIT)


def fault_of_login(name: str) -> Label | None:
    """Return why something can be no user name; None if it can."""
    written = folded(name)
    if SHORTEST_NAME <= len(written) <= LONGEST_NAME and all(
        sign.isalnum() or sign in "._-@" for sign in written
    ):
        return None
    return Label(
        f"用户名为 {SHORTEST_NAME} 至 {LONGEST_NAME} 个文字、字母、数字或者 . _ - @。",
        f"A user name has {SHORTEST_NAME} to {LONGEST_NAME} letters, digits or . _ - @.",
    )


class Logins:
    """The user names and passwords of one ledger. Times come from `clock`."""

    def __init__(
        self,
        identity: Identity,
        ledger: Ledger,
        writers: Pool,
        clock: WallClock,
        hashing: PasswordHashing,
        observed: Callable[[str], None],
    ) -> None:
        """`observed` is told how each check of a password ended: `entered`, `refused` or `put_off`."""
        self._identity = identity
        self._ledger = ledger
        self._writers = writers
        self._clock = clock
        self._hashing = hashing
        self._observed = observed

    def _known_by(self, name: str) -> UUID:
        return self._ledger.named("login", folded(name))

    async def _whose(self, name: str) -> UUID | None:
        async with self._writers.connection() as connection:
            row = await (await connection.execute(SQL["whose"], [self._known_by(name)])).fetchone()
        return None if row is None else row[0]

    async def give(self, member: UUID, name: str) -> None:
        """Give somebody a user name; the same one is given once. Raises IdentityError."""
        await self.check_free(name, member)
        seal = await self._ledger.seal_for([member], [Category.IDENTITY], make=True)
        sealed = seal.seal(member, Category.IDENTITY, name, _NAME)
        async with self._writers.connection() as connection:
            await connection.execute(SQL["give"], [self._known_by(name), member, sealed])
        if await self._whose(name) != member:
            message = Label(
                "此人已有用户名，或者该用户名已有人使用。", "They have a user name, or it is taken."
            )
            raise IdentityError(message)

    async def check_free(self, name: str, member: UUID | None = None) -> None:
        """Raise IdentityError if a name can be no user name, or is another's than the member's."""
        fault = fault_of_login(name)
        if fault is not None:
            raise IdentityError(fault)
        if await self._whose(name) not in {None, member}:
            message = Label(
                f"用户名 {name} 已有人使用，请另选一个。",
                f"The user name {name} is taken; choose another one.",
            )
            raise IdentityError(message)

    async def member(self, name: str) -> UUID:
        """Return who has a user name. Raises IdentityError if nobody has."""
        member = await self._whose(name)
        if member is None:
            message = Label(f"没有用户名 {name}。", f"Nobody has the user name {name}.")
            raise IdentityError(message)
        return member

    async def states(self, member: UUID | None = None) -> Mapping[UUID, LoginState]:
        """Return the user names of everybody, or of one member, by the members who have one."""
        async with self._writers.connection() as connection:
            rows = await (await connection.execute(SQL["names"], [member])).fetchall()
        seal = await self._ledger.seal_for([row[0] for row in rows], [Category.IDENTITY])
        return {
            who: LoginState(seal.open(who, Category.IDENTITY, bytes(name), _NAME), set_at)
            for who, name, set_at in rows
        }

    async def checked(self, name: str, password: str) -> CheckedPassword:
        """Check a user name and a password; nothing tells a name that is nobody's from a wrong password.

        Each try is counted before it is made, so that many at once are no more than one after the other.
        Raises the problem `unavailable` while too many passwords wait to be checked.
        """
        return await self._checked(self._known_by(name), password)

    async def checked_of(self, member: UUID, password: str) -> CheckedPassword:
        """Check the password of somebody who is signed in, as `checked` does."""
        async with self._writers.connection() as connection:
            row = await (await connection.execute(SQL["login_of"], [member])).fetchone()
        return await self._checked(_NOBODY if row is None else row[0], password)

    async def _checked(self, login: UUID, password: str) -> CheckedPassword:
        async with self._hashing.turn():
            return await self._checked_in_turn(login, password)

    async def _checked_in_turn(self, login: UUID, password: str) -> CheckedPassword:
        now = self._clock()
        async with self._writers.connection() as connection:
            may_try, wait_until = await self.counted(connection, login, now)
            if not may_try:
                self._observed("put_off")
                return CheckedPassword(wait_until=wait_until)
            row = await (await connection.execute(SQL["password"], [login])).fetchone()
        member, sealed, set_at = row or (_NOBODY, None, None)
        seal = await self._ledger.seal_for([member], [Category.IDENTITY])
        kept = None if sealed is None else seal.open(member, Category.IDENTITY, bytes(sealed), _PASSWORD)
        if not await self._hashing.verified(kept, password) or kept is None:
            self._observed("refused")
            return CheckedPassword(wait_until=wait_until if wait_until > now else None)
        self._observed("entered")
        async with self._writers.connection() as connection:
            await self.forget_tries(connection, login)
        if self._hashing.outdated(kept):
            anew = seal.seal(member, Category.IDENTITY, await self._hashing.hashed(password), _PASSWORD)
            async with self._writers.connection() as connection:
                await connection.execute(SQL["hash_anew"], [anew, login, sealed])
        return CheckedPassword(member, login, set_at)

    @staticmethod
    async def counted(connection: AsyncConnection[Any], login: UUID, now: datetime) -> tuple[bool, datetime]:
        """Count a try as one that fails; return whether it may be made, and until when one then waits."""
        await connection.execute(SQL["forget_old_tries"], [now - REMEMBERED])
        async with connection.transaction():
            await connection.execute(SQL["first_try"], [login, now, now])
            row = await (await connection.execute(SQL["tries"], [login])).fetchone()
            tries, wait_until = row or (0, now)
            if wait_until > now:
                return False, wait_until
            tries, wait_until = tries + 1, now + wait_after(tries + 1)
            await connection.execute(SQL["count_try"], [tries, now, wait_until, login])
        if wait_until > now:
            log.warning("sign-in fails again and again", tries=tries)
        return True, wait_until

    @staticmethod
    async def forget_tries(connection: AsyncConnection[Any], login: UUID) -> None:
        """Count no more what was tried in vain by a name."""
        await connection.execute(SQL["forget_tries"], [login])

    async def may_try(self, what: UUID) -> bool:
        """Count a try to guess something else, as one that fails; return whether it may be made."""
        async with self._writers.connection() as connection:
            may_try, _ = await self.counted(connection, what, self._clock())
        return may_try

    async def tried(self, what: UUID) -> None:
        """Count no more what was tried in vain, since it was found."""
        async with self._writers.connection() as connection:
            await self.forget_tries(connection, what)

    async def still(self, checked: CheckedPassword) -> bool:
        """Return whether a password that was checked has neither been changed nor ended meanwhile."""
        async with self._writers.connection() as connection:
            cursor = await connection.execute(SQL["still_set"], [checked.login, checked.set_at])
            return await cursor.fetchone() is not None

    async def set_first_password(self, token: UUID, member: UUID, password: str) -> CheckedPassword | None:
        """Set a password with a token that is for that, which ends with it; None if it is none any more."""
        return await self._set_password(member, password, first=token)

    async def change_password(self, checked: CheckedPassword, password: str, *, keep: UUID) -> bool:
        """Set another password in place of one that was checked, and end all sessions but the one to `keep`.

        Return whether that one was still set.
        """
        member = checked.member
        if member is None:
            return False
        return await self._set_password(member, password, keep=keep, instead=checked.set_at) is not None

    async def set_password(self, member: UUID, password: str) -> None:
        """Set somebody's password, and end all their sessions."""
        await self._set_password(member, password)

    async def _set_password(
        self,
        member: UUID,
        password: str,
        *,
        keep: UUID | None = None,
        first: UUID | None = None,
        instead: datetime | None = None,
    ) -> CheckedPassword | None:
        async with self._hashing.turn():
            hashed = await self._hashing.hashed(password)
        seal = await self._ledger.seal_for([member], [Category.IDENTITY], make=True)
        sealed, now = seal.seal(member, Category.IDENTITY, hashed, _PASSWORD), self._clock()
        async with self._writers.connection() as connection, connection.transaction():
            used = [[first]] if first is None else await _rows(connection, "use_first_token", [now, first])
            asked = {"password": sealed, "now": now, "member": member, "instead": instead}
            changed = await _rows(connection, "set_password", asked) if used else []
            if not changed:
                return None
            await connection.execute(SQL["end_sessions"], [now, member, keep])
            await connection.execute(SQL["forget_tries_of"], [member])
        self._identity.forget()
        return CheckedPassword(member, changed[0][0], now)

    async def reset_password(self, member: UUID, *, days: int) -> str:
        """End somebody's password and sessions, and return a token for the first sign-in, shown only once."""
        now = self._clock()
        async with self._writers.connection() as connection, connection.transaction():
            await connection.execute(SQL["end_password"], [member])
            await connection.execute(SQL["end_sessions"], [now, member, None])
            await connection.execute(SQL["forget_tries_of"], [member])
        self._identity.forget()
        return await self._identity.issue(member, days=days, purpose=FIRST_SIGN_IN, once=True)

    async def end(self, member: UUID) -> None:
        """End somebody's password, sessions and tokens at once; only `reset_password` lets them in again."""
        async with self._writers.connection() as connection, connection.transaction():
            await connection.execute(SQL["end_password"], [member])
            await connection.execute(SQL["end_tokens"], [self._clock(), member])
            await connection.execute(SQL["forget_tries_of"], [member])
        self._identity.forget()


async def _rows(connection: AsyncConnection[Any], statement: str, asked: Params) -> Sequence[Sequence[Any]]:
    return await (await connection.execute(SQL[statement], asked)).fetchall()
