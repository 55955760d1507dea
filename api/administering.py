"""What an administrator does to people and their tokens: asked for, noted in the access log, then done.

The same functions serve the API, the pages and the commands. At the machine, its operator acts
(`at_machine`), who lets in whom they made: they hold the keys of the ledger anyway.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from api.bootstrap import Container
from api.folding import folded_name
from api.identity.administration import Act, check_act
from api.identity.directory import IdentityError, Member
from api.identity.mail_addresses import check_address
from api.identity.permissions import Actor, Role
from domain.event import Category
from domain.label import Label

_NOBODY: Final = Label("没有该编号的人员。", "There is nobody with this id.")
_NO_TOKEN: Final = Label("没有该编号的有效令牌。", "There is no such token that is not revoked.")
_NO_LOGIN: Final = Label("此人没有用户名，请先给予。", "This person has no user name; give them one first.")
_OTHER_NAME: Final = Label(
    "所填姓名与此人的姓名不同，没有办理。", "The name is not this person's, and nothing was done."
)
_NO_PROVIDER: Final = Label(
    "没有设定单位统一认证（CHILDLEDGER_OIDC_ISSUER）。",
    "There is no identity provider (CHILDLEDGER_OIDC_ISSUER).",
)


class NoSuchError(IdentityError):
    """There is no such person or token."""


@dataclass(frozen=True, slots=True)
class NewRole:
    """As what somebody is on the ledger, and of which institution or region."""

    role: Role
    institution: UUID | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Administering:
    """An administrator at work. Each act raises the problems of `check_act`, and IdentityError."""

    container: Container
    actor: Actor
    at_machine: bool = field(default=False, kw_only=True)

    @property
    def _by(self) -> UUID | None:
        return None if self.at_machine else self.actor.user

    async def _about(self, user: UUID, act: Act, *, named: str | None = None) -> Member:
        """Return whom an act is about, once it may be done; `named` is their name, typed once more."""
        member = await self.container.identity.member(user)
        check_act(self.actor, act, None if self.at_machine else member)
        if member is None:
            raise NoSuchError(_NOBODY)
        if named is not None and folded_name(named) != folded_name(member.name or ""):
            raise IdentityError(_OTHER_NAME)
        return member

    async def _note(self, user: UUID, act: Act) -> None:
        await self.container.access.note(self.actor, {user: (Category.IDENTITY,)}, act.value)

    async def add(
        self,
        name: str,
        what: NewRole,
        *,
        login: str | None = None,
        mail: str | None = None,
        member: UUID | None = None,
    ) -> UUID:
        """Add somebody to the directory, with a user name if one is given; return the id."""
        check_act(self.actor, Act.ADD)
        identity, logins = self.container.identity, self.container.logins
        await identity.bound(what.role, institution=what.institution, region=what.region)
        if login is not None:
            await logins.check_free(login, member)
        if mail is not None:
            check_address(mail)
        added = await identity.add_member(
            name,
            what.role,
            institution=what.institution,
            region=what.region,
            member=member,
            granted_by=self._by,
        )
        await self._note(added.user, Act.ADD)
        if login is not None:
            await logins.give(added.user, login)
        if mail is not None:
            await self.container.mail_addresses.give(added.user, mail)
        return added.user

    async def give_login(self, user: UUID, login: str) -> None:
        """Give somebody a user name."""
        await self._about(user, Act.ADD)
        await self.container.logins.check_free(login, user)
        await self._note(user, Act.ADD)
        await self.container.logins.give(user, login)

    async def change_role(self, user: UUID, what: NewRole, *, named: str) -> None:
        """Make somebody something else, which ends all by which they enter."""
        await self._about(user, Act.CHANGE_ROLE, named=named)
        identity = self.container.identity
        await identity.bound(what.role, institution=what.institution, region=what.region)
        await self._note(user, Act.CHANGE_ROLE)
        # Before they are something else: what they entered with was handed to what they were.
        await self.container.logins.end(user)
        await self.container.identity_links.take_away(user)
        await identity.change_role(
            user, what.role, institution=what.institution, region=what.region, granted_by=self._by
        )

    async def let_in(self, user: UUID) -> str:
        """End somebody's password and sessions; return a token for the first sign-in, shown only once."""
        await self._about(user, Act.LET_IN)
        if user not in await self.container.logins.states(user):
            raise IdentityError(_NO_LOGIN)
        await self._note(user, Act.LET_IN)
        await self.container.identity.note_let_in(user, self._by)
        days = self.container.settings.first_sign_in_days
        return await self.container.logins.reset_password(user, days=days)

    async def end(self, user: UUID, *, named: str | None = None) -> None:
        """End somebody's sessions, tokens and password at once."""
        await self._about(user, Act.END, named=named)
        await self._note(user, Act.END)
        await self.container.logins.end(user)
        await self.container.identity_links.take_away(user)
        await self.container.mail_addresses.take_away(user)

    async def end_sessions(self, user: UUID, *, named: str | None = None) -> int:
        """End all sessions of somebody; return their number."""
        await self._about(user, Act.END_SESSIONS, named=named)
        await self._note(user, Act.END_SESSIONS)
        return await self._end_sessions(user)

    async def _end_sessions(self, user: UUID) -> int:
        sessions = await self.container.identity.sessions_of(user)
        return sum([await self.container.sessions.end_one(user, session) for session, *_ in sessions])

    async def bind(self, user: UUID, subject: str | None) -> None:
        """Bind the account by which somebody signs in at the identity provider, or none any more."""
        await self._about(user, Act.BIND)
        issuer = self.container.settings.oidc_issuer
        if issuer is None:
            raise IdentityError(_NO_PROVIDER)
        await self._note(user, Act.BIND)
        if subject is None:
            await self.container.identity_links.take_away(user)
            await self._end_sessions(user)
            return
        await self.container.identity_links.give(user, issuer, subject)
        await self.container.identity.note_let_in(user, self._by)

    async def end_factor(self, user: UUID, *, named: str | None = None) -> None:
        """End somebody's second factor and sessions; they enrol another one when they sign in."""
        await self._about(user, Act.END_FACTOR, named=named)
        await self._note(user, Act.END_FACTOR)
        await self.container.identity.note_grant(user, self._by)
        await self.container.second_factors.end(user)
        await self._end_sessions(user)

    async def make_token(
        self, user: UUID, *, purpose: str, days: int | None = None, may_approve: bool = True
    ) -> str:
        """Make a token of somebody and return it, shown only once."""
        await self._about(user, Act.MAKE_TOKEN)
        identity, settings = self.container.identity, self.container.settings
        lives = settings.token_days if days is None else days
        identity.check_token(purpose, lives)
        await self._note(user, Act.MAKE_TOKEN)
        await identity.note_let_in(user, self._by)
        return await identity.issue(user, days=lives, purpose=purpose, may_approve=may_approve)

    async def revoke_token(self, token: UUID, *, named: str | None = None) -> None:
        """Revoke a token by its id; `named` is the name of whose it is."""
        check_act(self.actor, Act.REVOKE_TOKEN)
        identity = self.container.identity
        known = await identity.token(token)
        if known is None:
            raise NoSuchError(_NO_TOKEN)
        await self._about(known.member, Act.REVOKE_TOKEN, named=named)
        await self._note(known.member, Act.REVOKE_TOKEN)
        if not await identity.revoke(token):
            raise NoSuchError(_NO_TOKEN)


async def at_the_machine(container: Container) -> Administering:
    """Return the machine's operator at work."""
    return Administering(container, await container.identity.operator(), at_machine=True)
