"""Commands about institutions, their members and tokens."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from cyclopts import App, Parameter, validators

from api.cli.container import command_container, known_institution, stoppable
from api.cli.output import Flag, answer, note
from api.identity.directory import Institution
from api.identity.permissions import Role
from api.identity.tokens import LONGEST_DAYS
from api.institutions import change_institution, open_institution, remark

TokenDays: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=LONGEST_DAYS))]

institution = App(name="institution", help="Institutions.")
user = App(name="user", help="The staff directory.")
token = App(name="token", help="Bearer tokens.")


@institution.command(name="add")
@stoppable
async def add_institution(name: str, /, *, uscc: str | None = None, region: str | None = None) -> int:
    """Open an institution and print its id.

    Args:
        name: Its full name.
        uscc: Its unified social credit code (统一社会信用代码).
        region: The county it lies in (GB/T 2260, six digits); unknown by default, and then in no region.
    """
    async with command_container() as container:
        opened = await open_institution(container, name, uscc=uscc, region=region)
        for sentence in remark(opened, container.ledger.rulebook):
            note(sentence)
        answer(str(opened.institution))
        return 0


@institution.command(name="change")
@stoppable
async def change_of_institution(
    institution: str,
    /,
    *,
    name: str | None = None,
    uscc: str | None = None,
    region: str | None = None,
) -> int:
    """Record what changed of an institution, or became known, and print it as it is now.

    Args:
        institution: Its id or its name.
        name: Its new full name.
        uscc: Its unified social credit code (统一社会信用代码).
        region: The county it lies in (GB/T 2260, six digits).
    """
    async with command_container() as container:
        known = (await known_institution(container, institution)).institution
        if name is uscc is region is None:
            note(
                "没有写明变更了什么（--name、--uscc、--region）。"
                " Say what changed: --name, --uscc or --region."
            )
            return 1
        changed = await change_institution(container, known, name=name, uscc=uscc, region=region)
        for sentence in remark(changed, container.ledger.rulebook):
            note(sentence)
        answer(_shown(changed))
        return 0


@institution.command(name="list")
@stoppable
async def list_institutions() -> int:
    """List all institutions: id, name, region and unified social credit code."""
    async with command_container() as container:
        for each in await container.identity.institutions():
            answer(_shown(each))
        return 0


@user.command(name="add")
@stoppable
async def add_user(
    name: str, /, *, role: Role, institution: str | None = None, region: str | None = None
) -> int:
    """Add a member to the directory and print the id.

    Args:
        name: The member's name, which is stored sealed.
        role: The member's role in this ledger.
        institution: Of staff, supervisor and auditor: its id or its name.
        region: Of placement-officer and bureau: 2, 4 or 6 digits of GB/T 2260.
    """
    async with command_container() as container:
        home = None if institution is None else (await known_institution(container, institution)).institution
        answer(str((await container.identity.add_member(name, role, institution=home, region=region)).user))
        return 0


@token.command(name="new")
@stoppable
async def new_token(
    user: UUID,
    /,
    *,
    days: TokenDays | None = None,
    purpose: str = "command line",
    may_not_approve: Flag = False,
) -> int:
    """Make a token and print it; it is shown only once.

    Args:
        user: The id of the member.
        days: Its lifetime in days; CHILDLEDGER_TOKEN_DAYS by default.
        purpose: What it is for.
        may_not_approve: Make a token that cannot approve or reject exceptions, whatever the member's role.
    """
    async with command_container() as container:
        if user not in await container.identity.names([user]):
            note("没有这个人员编号。 There is nobody with this id.")
            return 1
        lives = container.settings.token_days if days is None else days
        may_approve = not may_not_approve
        answer(await container.identity.issue(user, days=lives, purpose=purpose, may_approve=may_approve))
        return 0


@token.command(name="list")
@stoppable
async def list_tokens() -> int:
    """List all tokens by id, with their members and their ends; never the tokens themselves."""
    async with command_container() as container:
        members = {each.member: each for each in await container.identity.members()}
        for each in await container.identity.tokens():
            member = members[each.member]
            ended = "revoked" if each.revoked_at else f"until {_day(each.expires_at)}"
            used = f"used {_day(each.used_at)}" if each.used_at else "never used"
            columns = [str(each.token), member.role, member.name or "–", each.purpose, ended, used]
            answer("  ".join(columns if each.may_approve else [*columns, "may not approve"]))
        return 0


@token.command(name="revoke")
@stoppable
async def revoke_token(token: UUID, /) -> int:
    """Revoke a token; every server refuses it within a second.

    Args:
        token: Its id, as `token list` shows it.
    """
    async with command_container() as container:
        if await container.identity.revoke(token):
            return 0
        note("没有这个未吊销的令牌。 There is no such token that is not revoked.")
        return 1


def _shown(institution: Institution) -> str:
    region, uscc = institution.region or "region unknown", institution.uscc or "–"
    return f"{institution.institution}  {institution.name}  {region}  {uscc}"


def _day(instant: datetime) -> str:
    return instant.date().isoformat()
