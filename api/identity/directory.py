"""The directory: institutions, members, and the tokens of people and programs."""

import asyncio
import getpass
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID, uuid4

from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow, args_row, tuple_row
from pydantic import TypeAdapter, ValidationError

from api.clock import WallClock
from api.folding import folded_name
from api.identity.permissions import OF_INSTITUTION, OF_PLACES, OF_REGION, Actor, Role
from api.identity.tokens import LONGEST_DAYS, digest, new_token
from domain.event import Answered, Category, Name
from domain.label import Label
from domain.text import TOWNSHIP_DIGITS, is_place_code
from ledger.codec.messages import wording
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool, fetch

SQL: Final = queries.load("api.identity", "directory.sql")
TRUSTED_SECONDS: Final = 1.0
"""Seconds for which a token's last look-up is valid."""
_MOST_TRUSTED: Final = 10_000
SESSION: Final = "console"
"""The purpose of tokens that are sessions."""
_NAMES: Final = "member.name"
_CALLED: Final = Label("名称", "name")


_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)


class IdentityError(Exception):
    """The request cannot be fulfilled; `said` gives the reason to whoever asked."""

    def __init__(self, said: Label) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution; `institution` is the id of its stream, `region` None if it is unknown."""

    institution: UUID
    name: str
    uscc: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the directory; `name` is None once erased.

    `prefix` begins the codes of the regions that a placement officer or a bureau is bound to: empty for the
    nation, None if the region is unknown. Of a township it is its code. `granted_by` gave the role or ended a
    second factor, and `let_in_by` handed out a token last; None where the machine's operator did.
    """

    member: UUID
    name: str | None
    role: Role
    institution: UUID | None
    prefix: str | None
    granted_by: UUID | None
    let_in_by: UUID | None


@dataclass(frozen=True, slots=True)
class Token:
    """A token in a list: everything except the token itself."""

    token: UUID
    member: UUID
    purpose: str
    may_approve: bool
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Whose a token is; one with a `reason` is a session of the console, `last_used` as far as is stored.

    One that is good `once` lets its holder set a password, and nothing else. With a session that `passed`, a
    second factor was shown.
    """

    token: UUID
    actor: Actor
    expires_at: datetime
    last_used: datetime
    reason: str | None
    once: bool
    passed: bool
    trusted_until: float


class Identity:
    """The directory of one ledger. Times come from `clock`; names are sealed with the ledger's keys."""

    def __init__(self, ledger: Ledger, writers: Pool, readers: Pool, clock: WallClock) -> None:
        self._ledger = ledger
        self._writers = writers
        self._readers = readers
        self._clock = clock
        self._holders: dict[bytes, TokenHolder] = {}
        self._looking: dict[bytes, asyncio.Task[TokenHolder | None]] = {}
        self._used: dict[UUID, datetime] = {}

    async def authenticate(self, token: str) -> Actor | None:
        """Return the actor of a token; None if it is mistyped, unknown, expired or revoked.

        None too if it is a session, or for a first sign-in. A token that another process revoked is refused
        within `TRUSTED_SECONDS`.
        """
        holder = await self.holder(token)
        if holder is None or holder.reason is not None or holder.once:
            return None
        self.use(holder)
        return holder.actor

    async def holder(self, token: str) -> TokenHolder | None:
        """Return the holder of a token or a session, which does not count as a use; None if there is none."""
        known_by = digest(token, self._ledger.name)
        if known_by is None:
            return None
        holder = self._holders.get(known_by)
        if holder is None or holder.trusted_until < monotonic():
            holder = await self._looked_up(known_by)
        return None if holder is None or holder.expires_at <= self._clock() else holder

    def use(self, holder: TokenHolder) -> None:
        """Note that a token is used now."""
        self._used[holder.token] = self._clock()

    def last_used(self, holder: TokenHolder) -> datetime:
        """Return when a token was last used, as far as this process and the database know."""
        return max(holder.last_used, self._used.get(holder.token, holder.last_used))

    async def _looked_up(self, known_by: bytes) -> TokenHolder | None:
        """Return the holder of a token, by one query for all concurrent requests with it."""
        looking = self._looking.get(known_by)
        if looking is None:
            looking = self._looking[known_by] = asyncio.create_task(self._look_up(known_by))
        try:
            return await asyncio.shield(looking)
        finally:
            if looking.done() and self._looking.get(known_by) is looking:
                del self._looking[known_by]

    async def _look_up(self, known_by: bytes) -> TokenHolder | None:
        if len(self._holders) >= _MOST_TRUSTED:
            self._holders.clear()
        self._holders.pop(known_by, None)
        trusted_until = monotonic() + TRUSTED_SECONDS
        for token, expires_at, used, reason, once, passed, may_approve, *who in await self._read(
            "holder", known_by
        ):
            member, role, institution, region, prefix = who
            within = await self._within(prefix) if role in OF_REGION else None
            actor = _actor(member, Role(role), institution, region, within, prefix, may_approve=may_approve)
            self._holders[known_by] = TokenHolder(
                token, actor, expires_at, used, reason, once, passed, trusted_until
            )
        return self._holders.get(known_by)

    async def _within(self, prefix: str | None) -> frozenset[UUID]:
        """Return the institutions known to be in the region of a prefix."""
        return frozenset(each for (each,) in await self._read("institutions_within", prefix))

    async def institutions(self) -> list[Institution]:
        """List every institution by name."""
        return [Institution(*row) for row in await self._read("institutions")]

    async def institution(self, institution: UUID) -> Institution | None:
        """Return an institution by its id."""
        return next((Institution(*row) for row in await self._read("institution", institution)), None)

    async def institution_named(self, name: str) -> Institution | None:
        """Return an institution by its name in any spelling; an exact match has precedence."""
        alike = [each for each in await self.institutions() if folded_name(each.name) == folded_name(name)]
        return min(alike, key=lambda each: each.name != name, default=None)

    async def enter(self, institution: Institution) -> None:
        """Create or update an institution. Raises IdentityError if another one has its name or code."""
        try:
            await self._write("enter_institution", *astuple(institution))
        except UniqueViolation:
            message = Label(
                f"另有机构使用此名称或统一社会信用代码，不是 {institution.institution}。",
                f"There is another institution of this name or code than {institution.institution}.",
            )
            raise IdentityError(message) from None
        self._holders.clear()

    async def operator(self) -> Actor:
        """Return the operating system user as the administrator of commands; created on first use."""
        name = getpass.getuser()
        member = self._ledger.named("operator", name)
        return await self.add_member(name, Role.ADMINISTRATOR, member=member)

    async def add_member(
        self,
        name: str,
        role: Role,
        *,
        institution: UUID | None = None,
        region: Answered[str] | None = None,
        member: UUID | None = None,
        granted_by: UUID | None = None,
    ) -> Actor:
        """Add a member to the directory; the same `member` is added once.

        Staff, supervisor and auditor are bound to an institution, placement officer and bureau to a region
        (of a nation, province, prefecture or county), a township to its own code of nine digits, an
        administrator to neither. A member bound to an unknown region sees no file. `granted_by` is the
        administrator who gives the role, None for the machine's operator. Raises IdentityError.
        """
        _check(name)
        home, prefix = await self.bound(role, institution=institution, region=region)
        member = member or uuid4()
        seal = await self._ledger.seal_for([member], [Category.IDENTITY], make=True)
        sealed = seal.seal(member, Category.IDENTITY, name, _NAMES)
        await self._write("add_member", member, sealed, role.value, institution, prefix, granted_by)
        within = await self._within(prefix) if role in OF_REGION else None
        return _actor(member, role, institution, home.region if home else None, within, prefix)

    async def bound(
        self, role: Role, *, institution: UUID | None, region: Answered[str] | None
    ) -> tuple[Institution | None, str | None]:
        """Return the institution and the prefix of regions to which a role is bound.

        Raises IdentityError as `add_member` does.
        """
        if (institution is None) == (role in OF_INSTITUTION):
            message = (
                Label(
                    f"{role} 须写明所属机构（--institution）。",
                    f"A {role} is bound to an institution: say --institution.",
                )
                if role in OF_INSTITUTION
                else Label(
                    f"{role} 不属于任何机构（--institution）。", f"A {role} is bound to no institution."
                )
            )
            raise IdentityError(message)
        regional = role in OF_REGION | OF_PLACES
        if (region is None) == regional:
            message = (
                Label(f"{role} 须写明所辖地区（--region）。", f"A {role} is bound to a region: say --region.")
                if regional
                else Label(f"{role} 没有所辖地区（--region）。", f"A {role} is bound to no region.")
            )
            raise IdentityError(message)
        home = None if institution is None else await self.institution(institution)
        if institution is not None and home is None:
            message = Label(f"没有该机构：{institution}。", f"There is no institution {institution}.")
            raise IdentityError(message)
        prefix = None
        if role is Role.TOWNSHIP:
            prefix = _township(region)
        elif isinstance(region, str):
            prefix = region_prefix(region)
        return home, prefix

    async def members(self) -> list[Member]:
        """Return all members, with names."""
        return await self._opened(await self._read("members"))

    async def member(self, member: UUID) -> Member | None:
        """Return a member by id."""
        return next(iter(await self.members_of([member])), None)

    async def actor(self, member: UUID) -> Actor | None:
        """Return who a member is when nobody asks in their name: one who decides on nothing (`DECIDED`)."""
        for role, institution, region, prefix in await self._read("actor", member):
            within = await self._within(prefix) if Role(role) in OF_REGION else None
            return _actor(member, Role(role), institution, region, within, prefix, may_approve=False)
        return None

    async def names(self, members: Iterable[UUID]) -> dict[UUID, str | None]:
        """Return the names of members; None for an erased one."""
        return {each.member: each.name for each in await self.members_of(members)}

    async def members_of(self, members: Iterable[UUID]) -> list[Member]:
        """Return the members with these ids."""
        return await self._opened(await self._read("members_of", list(members)))

    async def _opened(self, rows: list[TupleRow]) -> list[Member]:
        seal = await self._ledger.seal_for([row[0] for row in rows], [Category.IDENTITY])
        return [
            Member(member, seal.open(member, Category.IDENTITY, name, _NAMES), Role(role), *bound)
            for member, name, role, *bound in rows
        ]

    async def issue(
        self, member: UUID, *, days: int, purpose: str, may_approve: bool = True, once: bool = False
    ) -> str:
        """Make a token valid for `days` and return it; it is shown only once. `purpose` says what it is for.

        A token without `may_approve` decides on nothing (`DECIDED`). One that is good `once` is for a first
        sign-in, in which its holder sets a password.
        """
        self.check_token(purpose, days)
        now = self._clock()
        until = now + timedelta(days=days)
        return await self._added(member, purpose, now, until, may_approve=may_approve, once=once)

    @staticmethod
    def check_token(purpose: str, days: int) -> None:
        """Raise IdentityError unless a token can be made for this purpose, for so many days."""
        _check(purpose, Label("用途", "purpose"))
        if not 1 <= days <= LONGEST_DAYS:
            message = Label(
                f"令牌的有效期须为 1 至 {LONGEST_DAYS} 天。", f"A token lives for 1 to {LONGEST_DAYS} days."
            )
            raise IdentityError(message)

    async def begin_session(
        self, member: UUID, reason: str, until: datetime, *, holder: TokenHolder | None = None
    ) -> str:
        """Make a session of the console and return it, as `issue` does a token.

        One that a token's holder begins with it does not outlast it and may approve no more.
        """
        return await self._added(
            member,
            SESSION,
            self._clock(),
            until if holder is None else min(until, holder.expires_at),
            may_approve=holder is None or holder.actor.may_approve,
            reason=reason,
            begun_with=None if holder is None else holder.token,
        )

    async def sessions_of(self, member: UUID) -> list[tuple[UUID, datetime, datetime, str]]:
        """Return somebody's sessions that have not ended: id, begin, last use as far as is known, reason."""
        return [
            (token, begun_at, max(used_at, self._used.get(token, used_at)), reason)
            for token, begun_at, used_at, reason in await self._read("sessions_of", member, self._clock())
        ]

    async def revoke_session(self, session: UUID, member: UUID) -> bool:
        """Revoke a session of a member; return whether there was one to revoke."""
        return bool(self._forget(await self._write("revoke_session", self._clock(), session, member)))

    async def _added(
        self,
        member: UUID,
        purpose: str,
        now: datetime,
        until: datetime,
        *,
        may_approve: bool,
        reason: str | None = None,
        begun_with: UUID | None = None,
        once: bool = False,
    ) -> str:
        token = new_token(self._ledger.name)
        known_by = digest(token, self._ledger.name)
        await self._write(
            "add_token", member, known_by, purpose, may_approve, now, until, reason, begun_with, once
        )
        return token

    async def change_role(
        self,
        member: UUID,
        role: Role,
        *,
        institution: UUID | None,
        region: Answered[str] | None,
        granted_by: UUID | None,
    ) -> None:
        """Make a member something else. Raises IdentityError as `add_member` does."""
        _, prefix = await self.bound(role, institution=institution, region=region)
        await self._write("change_role", role.value, institution, prefix, granted_by, member)
        self.forget()

    async def note_grant(self, member: UUID, by: UUID | None) -> None:
        """Note who last changed as whom, or with what second factor, a member enters."""
        await self._write("note_grant", by, member)

    async def note_let_in(self, member: UUID, by: UUID | None) -> None:
        """Note who last handed out a token of a member."""
        await self._write("note_let_in", by, member)

    async def members_after(
        self, after: UUID | None, limit: int, *, role: Role | None, institution: UUID | None
    ) -> list[Member]:
        """Return the members that come after one in the order of roles and ids, at most so many."""
        asked = {"after": after, "limit": limit, "role": role, "institution": institution}
        async with self._readers.connection() as connection:
            cursor = await connection.execute(SQL["members_after"], asked)
            return await self._opened(await cursor.fetchall())

    async def tokens_after(self, after: UUID | None, limit: int, *, member: UUID | None) -> list[Token]:
        """Return the tokens that enter now, no sessions, the newest first, after one, at most so many."""
        asked = {"after": after, "limit": limit, "member": member, "now": self._clock()}
        async with self._readers.connection() as connection:
            cursor = connection.cursor(row_factory=args_row(Token))
            return await (await cursor.execute(SQL["tokens_after"], asked)).fetchall()

    async def token(self, token: UUID) -> Token | None:
        """Return a token by its id."""
        async with self._readers.connection() as connection:
            cursor = connection.cursor(row_factory=args_row(Token))
            return await (await cursor.execute(SQL["token"], [token])).fetchone()

    async def tokens(self) -> list[Token]:
        """Return all tokens, the oldest first."""
        async with self._readers.connection() as connection:
            cursor = connection.cursor(row_factory=args_row(Token))
            return await (await cursor.execute(SQL["tokens"])).fetchall()

    async def revoke(self, token: UUID) -> bool:
        """Revoke a token by its id; return whether there was one to revoke."""
        return bool(self._forget(await self._write("revoke", self._clock(), token)))

    async def revoke_secret(self, secret: str) -> None:
        """Revoke a token or a session by itself, wherever it is known already."""
        self._forget(await self._write("revoke_digest", self._clock(), digest(secret, self._ledger.name)))

    async def revoke_purpose(self, purpose: str) -> int:
        """Revoke every token of a purpose; return their number."""
        return self._forget(await self._write("revoke_purpose", self._clock(), purpose))

    def _forget(self, revoked: list[TupleRow]) -> int:
        self.forget()
        return len(revoked)

    def forget(self) -> None:
        """Look up anew whose each token is, after some were revoked."""
        # All of them: sessions that were begun with a revoked token end with it.
        self._holders.clear()
        self._looking.clear()

    async def keep_used(self, every: float = 10.0) -> None:
        """Store the times at which tokens were last used, every `every` seconds, until cancelled."""
        while True:
            await asyncio.sleep(every)
            await self.write_used()

    async def write_used(self) -> None:
        """Store the times at which tokens were last used."""
        used = dict(self._used)
        if used:
            await self._write("used", list(used), list(used.values()))
        # What is being stored counts as used meanwhile: a session is to end by its last use.
        self._used = {token: at for token, at in self._used.items() if used.get(token) != at}

    async def _read(self, statement: str, *parameters: object) -> list[TupleRow]:
        return await fetch(self._readers, SQL[statement], parameters, tuple_row)

    async def _write(self, statement: str, *parameters: object) -> list[TupleRow]:
        async with self._writers.connection() as connection:
            cursor = await connection.execute(SQL[statement], parameters)
            return await cursor.fetchall() if cursor.description else []


def _actor(
    member: UUID,
    role: Role,
    institution: UUID | None,
    region: str | None,
    within: frozenset[UUID] | None,
    prefix: str | None,
    *,
    may_approve: bool = True,
) -> Actor:
    """Return the actor that a member is; what a township records, it records in its own region."""
    region = prefix if role is Role.TOWNSHIP else region
    return Actor(
        member, role, institution, region, within, may_approve, prefix if role in OF_PLACES else None
    )


def _township(region: Answered[str] | None) -> str:
    """Return the code of a township. Raises IdentityError unless it has nine digits."""
    if not isinstance(region, str) or not is_place_code(region) or len(region) != TOWNSHIP_DIGITS:
        message = Label(
            "township 须写明乡镇（街道）的九位区划代码（--region）。",
            "A township is bound to its own code: say --region with nine digits.",
        )
        raise IdentityError(message)
    return region


def _check(name: str, what: Label = _CALLED) -> None:
    """Raise IdentityError if a name is invalid."""
    try:
        _NAME.validate_python(name, strict=True)
    except ValidationError as error:
        first_error = error.errors(include_url=False, include_input=False)[0]
        words = wording(first_error["type"], first_error.get("ctx", {}), first_error["msg"])
        message = Label(f"{what.zh}{words.zh}。", f"The {what.en} {words.en}.")
        raise IdentityError(message) from None


def region_prefix(region: str) -> str:
    """Return the common prefix of all codes within a region: `3710` for `371000`, empty for the nation.

    Raises IdentityError unless the region has 2, 4 or 6 digits.
    """
    if not region.isascii() or not region.isdigit() or len(region) not in {2, 4, 6}:
        message = Label(
            f"{region!r} 不是行政区划代码：应为 GB/T 2260 的 2、4 或 6 位数字。",
            f"{region!r} is no region: 2, 4 or 6 digits of GB/T 2260.",
        )
        raise IdentityError(message)
    while region.endswith("00"):
        region = region[:-2]
    return region
