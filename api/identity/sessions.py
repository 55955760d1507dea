"""Sessions of the console: tokens that a browser holds, which end by themselves when nobody uses them.

A session is begun with a password or a token and is a token itself, of the same table: kept as a digest
only, of one ledger, counted as used, revoked at once, and ended with the token that it was begun with. The
API takes no session, and the console no other token.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from api.clock import WallClock
from api.identity.directory import Identity, TokenHolder
from api.identity.identity_links import IdentityLinks
from api.identity.logins import CheckedPassword, Logins
from api.identity.permissions import Actor
from api.identity.reading_reasons import USUAL_REASON, ReadingReason
from api.identity.tokens import digest
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "sessions.sql")
TICKETS_EACH: Final = limit(
    50,
    Area.COSTS,
    Label("一次登录所保留的查找条件", "Searches that are kept of one session"),
    why=Label(
        "返回上一页时仍须可用，更早的无人再看", "The Back key asks for them; older ones nobody asks for"
    ),
    beyond=Label("最早的一条不再保留", "The oldest one is kept no longer"),
)
_QUERY: Final = "search_ticket.query"


@dataclass(frozen=True, slots=True)
class Session:
    """One session that goes on: whose it is, why they read, and when it ends unless it is used.

    In one that `passed`, its holder showed a second factor.
    """

    session: UUID
    actor: Actor
    reason: ReadingReason
    idle_until: datetime
    until: datetime
    passed: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in ended: the secret of the session, or none, and until when nobody is to try again."""

    secret: str | None = None
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BegunSession:
    """One of somebody's sessions, in a list: when it was begun and last used, and why they read in it."""

    session: UUID
    begun_at: datetime
    used_at: datetime
    reason: ReadingReason


class Sessions:
    """The sessions of one ledger, and what was searched for in each. Times come from `clock`."""

    def __init__(
        self,
        identity: Identity,
        logins: Logins,
        ledger: Ledger,
        pools: tuple[Pool, Pool],
        clock: WallClock,
        *,
        idle: timedelta,
        life: timedelta,
    ) -> None:
        """`pools` are the writer's and the reader's; `idle` and `life` are the times after which one ends."""
        self._identity = identity
        self._logins = logins
        self._ledger = ledger
        self._writers, self._readers = pools
        self._clock = clock
        self._idle = idle
        self._life = life

    async def begin(self, token: str, reason: ReadingReason | None = None) -> str | None:
        """Begin a session with a token and return its secret.

        None if the token is none, is a session or is for a first sign-in.
        """
        holder = await self._identity.holder(token)
        if holder is None or holder.reason is not None or holder.once:
            return None
        self._identity.use(holder)
        reason = reason or USUAL_REASON[holder.actor.role]
        return await self._begun(holder.actor.user, reason, holder)

    async def begin_by_password(
        self, name: str, password: str, reason: ReadingReason | None = None
    ) -> SignIn:
        """Begin a session by user name and password. Raises the problems of `Logins.checked`."""
        checked = await self._logins.checked(name, password)
        return SignIn(await self._begun_by_password(checked, reason), checked.wait_until)

    async def begin_by_account(self, issuer: str, subject: str, links: IdentityLinks) -> str | None:
        """Begin a session by an account of an identity provider; None if it is bound to nobody."""
        whose = await links.whose(issuer, subject)
        member = None if whose is None else await self._identity.member(whose)
        if member is None:
            return None
        secret = await self._begun(member.member, USUAL_REASON[member.role])
        if await links.whose(issuer, subject) == whose:
            return secret
        # It was taken from them meanwhile, and with it every session that there was.
        await self._identity.revoke_secret(secret)
        return None

    async def first(self, token: str) -> Actor | None:
        """Return who has a token for a first sign-in; None if it is none that is valid now."""
        holder = await self._identity.holder(token)
        return holder.actor if holder is not None and holder.once else None

    async def begin_first(self, token: str, password: str, reason: ReadingReason | None = None) -> str | None:
        """Set the password of somebody who signs in for the first time, and begin their session.

        None if the token is none any more that is good for that.
        """
        holder = await self._identity.holder(token)
        if holder is None or not holder.once:
            return None
        checked = await self._logins.set_first_password(holder.token, holder.actor.user, password)
        return None if checked is None else await self._begun_by_password(checked, reason)

    async def _begun_by_password(self, checked: CheckedPassword, reason: ReadingReason | None) -> str | None:
        member = None if checked.member is None else await self._identity.member(checked.member)
        if member is None:
            return None
        secret = await self._begun(member.member, reason or USUAL_REASON[member.role])
        if await self._logins.still(checked):
            return secret
        # The password was changed or ended meanwhile, and with it every session that there was.
        await self._identity.revoke_secret(secret)
        return None

    async def _begun(self, member: UUID, reason: ReadingReason, holder: TokenHolder | None = None) -> str:
        now = self._clock()
        async with self._writers.connection() as connection:
            # Those of sessions that ended by themselves.
            await connection.execute(SQL["forget_old_tickets"], [now - self._life])
            await connection.execute(SQL["forget_old_shown"], [now - self._life])
        return await self._identity.begin_session(member, reason, now + self._life, holder=holder)

    async def find(self, secret: str) -> Session | None:
        """Return the session of a secret, which counts as a use; None if there is none that goes on."""
        holder = await self._identity.holder(secret)
        if holder is None or holder.reason is None:
            return None
        now = self._clock()
        if now >= self._identity.last_used(holder) + self._idle:
            return None
        self._identity.use(holder)
        return self._session(holder, holder.reason, min(now + self._idle, holder.expires_at))

    @staticmethod
    def _session(holder: TokenHolder, reason: str, idle_until: datetime) -> Session:
        return Session(
            holder.token, holder.actor, ReadingReason(reason), idle_until, holder.expires_at, holder.passed
        )

    async def end(self, secret: str) -> bool:
        """End the session of a secret at once, also one that nobody used for too long.

        Return whether the secret was that of a session, which is good for nothing from now on. Any other
        token stays as it is.
        """
        known_by = digest(secret, self._ledger.name)
        async with self._readers.connection() as connection:
            row = await (await connection.execute(SQL["session"], [known_by])).fetchone()
        if row is None:
            return False
        session, person = row
        await self.end_one(person, session)
        return True

    async def end_one(self, person: UUID, session: UUID) -> bool:
        """End one of somebody's sessions at once; return whether there was one to end."""
        ended = await self._identity.revoke_session(session, person)
        if ended:
            async with self._writers.connection() as connection:
                await connection.execute(SQL["forget_tickets"], [session])
                await connection.execute(SQL["forget_shown"], [session])
        return ended

    async def others(self, session: Session) -> list[BegunSession]:
        """Return the other sessions that go on of whoever has one, the latest first."""
        since = self._clock() - self._idle
        return [
            BegunSession(other, begun_at, used_at, ReadingReason(reason))
            for other, begun_at, used_at, reason in await self._identity.sessions_of(session.actor.user)
            if other != session.session and used_at > since
        ]

    async def end_others(self, session: Session) -> int:
        """End the other sessions of whoever has one at once; return their number."""
        others = await self.others(session)
        return sum([await self.end_one(session.actor.user, each.session) for each in others])

    async def keep_query(self, session: Session, query: str) -> UUID:
        """Keep what was searched for, sealed, and return the ticket by which it is found again."""
        ticket, person = uuid4(), session.actor.user
        seal = await self._ledger.seal_for([person], [Category.IDENTITY], make=True)
        sealed = seal.seal(person, Category.IDENTITY, query, _QUERY)
        async with self._writers.connection() as connection:
            await connection.execute(SQL["add_ticket"], [ticket, session.session, self._clock(), sealed])
            await connection.execute(SQL["trim_tickets"], [session.session, session.session, TICKETS_EACH])
        return ticket

    async def query(self, session: Session, ticket: UUID) -> str | None:
        """Return what a ticket of this session stands for; None if there is none or it is erased."""
        async with self._readers.connection() as connection:
            cursor = await connection.execute(SQL["ticket"], [ticket, session.session])
            row = await cursor.fetchone()
        if row is None:
            return None
        person = session.actor.user
        seal = await self._ledger.seal_for([person], [Category.IDENTITY])
        opened = seal.open(person, Category.IDENTITY, bytes(row[0]), _QUERY)
        return opened if isinstance(opened, str) else None
