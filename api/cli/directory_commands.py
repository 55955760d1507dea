"""Commands about institutions, their members and tokens."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from cyclopts import Parameter, validators

from api.administering import Administering, NewRole, at_the_machine
from api.cli.container import command_container, known_institution, stoppable
from api.cli.output import Flag, answer, commands, note
from api.identity.directory import Institution
from api.identity.permissions import Role
from api.identity.tokens import LONGEST_DAYS
from api.institutions import change_institution, open_institution, remark

TokenDays: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=LONGEST_DAYS))]

institution = commands("institution", "机构。 Institutions.")
user = commands("user", "人员名录。 The staff directory.")
token = commands("token", "令牌。 Bearer tokens.")


@institution.command(name="add")
@stoppable
async def add_institution(name: str, /, *, uscc: str | None = None, region: str | None = None) -> int:
    """设立机构并显示其编号。 Open an institution and print its id.

    Args:
        name: 机构全称。 Its full name.
        uscc: 统一社会信用代码。 Its unified social credit code.
        region: 所在县（市、区）的六位行政区划代码（GB/T 2260）；不填写的，所在地区不详。
            The county it lies in (GB/T 2260, six digits); unknown by default, and then in no region.
    """
    async with command_container() as container:
        opened = await open_institution(container, name, uscc=uscc, region=region)
        for sentence in remark(opened, container.ledger.rulebook):
            note(str(sentence))
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
    """登记机构信息变更并显示现有信息。 Record what changed of an institution, and print it.

    Args:
        institution: 机构编号或者名称。 Its id or its name.
        name: 新的机构全称。 Its new full name.
        uscc: 统一社会信用代码。 Its unified social credit code.
        region: 所在县（市、区）的六位行政区划代码（GB/T 2260）。
            The county it lies in (GB/T 2260, six digits).
    """
    async with command_container() as container:
        known = (await known_institution(container, institution)).institution
        if name is uscc is region is None:
            note(
                "请填写变更的项目（--name、--uscc、--region）。 Say what changed: --name, --uscc or --region."
            )
            return 1
        changed = await change_institution(container, known, name=name, uscc=uscc, region=region)
        for sentence in remark(changed, container.ledger.rulebook):
            note(str(sentence))
        answer(_shown(changed))
        return 0


@institution.command(name="list")
@stoppable
async def list_institutions() -> int:
    """列出全部机构。 List all institutions: id, name, region and unified social credit code."""
    async with command_container() as container:
        for each in await container.identity.institutions():
            answer(_shown(each))
        return 0


@user.command(name="add")
@stoppable
async def add_user(
    name: str,
    /,
    *,
    role: Role,
    institution: str | None = None,
    region: str | None = None,
    login: str | None = None,
    mail: str | None = None,
) -> int:
    """登记人员并显示其编号。 Add a member to the directory and print the id.

    Args:
        name: 姓名，加密保存。 The member's name, which is stored sealed.
        role: 在本账本中的角色。 The member's role in this ledger.
        institution: 工作人员、负责人（主管）和审计人员所属机构的编号或者名称。
            Of staff, supervisor and auditor: its id or its name.
        region: 成年安置工作人员和民政部门人员所辖地区的行政区划代码（2、4或者6位）；
            乡镇（街道）儿童督导员、儿童主任为九位区划代码。
            Of placement-officer and bureau: 2, 4 or 6 digits of GB/T 2260; of township: its nine digits.
        login: 网页登录的用户名，同一账本内不得重复；另显示第一次登录用的令牌。
            The user name for the console, unique in this ledger; prints a token for the first sign-in too.
        mail: 每周摘要寄往的电子邮件地址，加密保存。 Where the weekly digest is sent, which is stored sealed.
    """
    async with command_container() as container:
        home = None if institution is None else (await known_institution(container, institution)).institution
        operator = await at_the_machine(container)
        member = await operator.add(name, NewRole(role, home, region), login=login, mail=mail)
        answer(str(member))
        if login is not None:
            await _first_token(operator, member)
        return 0


@user.command(name="list")
@stoppable
async def list_users() -> int:
    """列出全部人员及其用户名。 List everybody: id, role, name, user name, and since when with a password."""
    async with command_container() as container:
        logins = await container.logins.states()
        for each in await container.identity.members():
            login = logins.get(each.member)
            since = None if login is None else login.password_set_at
            state = "no password" if since is None else f"password of {_day(since)}"
            named = "–" if login is None else login.name or "–"
            answer("  ".join((str(each.member), each.role, each.name or "–", named, state)))
        return 0


@user.command(name="login")
@stoppable
async def give_login(user: UUID, login: str, /) -> int:
    """给人员用户名并显示第一次登录用的令牌。 Give a member a user name, and print a first token.

    Args:
        user: 人员编号。 The id of the member.
        login: 网页登录的用户名，同一账本内不得重复。 The user name for the console, unique in this ledger.
    """
    async with command_container() as container:
        operator = await at_the_machine(container)
        await operator.give_login(user, login)
        await _first_token(operator, user)
        return 0


@user.command(name="mail")
@stoppable
async def give_mail(user: UUID, address: str | None = None, /) -> int:
    """设定每周摘要寄往的地址；不写地址则不再寄送。 Say where a member's weekly digest is sent, or nowhere.

    Args:
        user: 人员编号。 The id of the member.
        address: 电子邮件地址，加密保存；不写则不再寄送。 The address, stored sealed; none sends no more.
    """
    async with command_container() as container:
        if user not in await container.identity.names([user]):
            note("没有该编号的人员。 There is nobody with this id.")
            return 1
        if address is None:
            await container.mail_addresses.take_away(user)
        else:
            await container.mail_addresses.give(user, address)
        return 0


@user.command(name="reset-password")
@stoppable
async def reset_password(login: str, /) -> int:
    """废止口令并显示重新设定用的令牌。 End a password, and print a token with which to set another.

    Args:
        login: 用户名。 The user name.
    """
    async with command_container() as container:
        await _first_token(await at_the_machine(container), await container.logins.member(login))
        return 0


@user.command(name="reset-second-factor")
@stoppable
async def reset_second_factor(login: str, /) -> int:
    """废止第二重验证，下次登录时重新登记。 End a second factor; another is enrolled at the next sign-in.

    Args:
        login: 用户名。 The user name.
    """
    async with command_container() as container:
        operator = await at_the_machine(container)
        await operator.end_factor(await container.logins.member(login))
        return 0


@user.command(name="end")
@stoppable
async def end_user(login: str, /) -> int:
    """立即终止一人的全部登录、令牌和口令。 End all sessions and tokens of somebody at once, and the password.

    Args:
        login: 用户名。 The user name.
    """
    async with command_container() as container:
        operator = await at_the_machine(container)
        await operator.end(await container.logins.member(login))
        return 0


async def _first_token(operator: Administering, member: UUID) -> None:
    answer(await operator.let_in(member))
    days = operator.container.settings.first_sign_in_days
    note(
        f"此令牌用于在网页登录并设定口令，{days} 天内有效，仅显示一次。"
        f" It is for signing in to the console and setting a password, within {days} days, and shown once."
    )


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
    """签发令牌，仅显示一次。 Make a token and print it; it is shown only once.

    Args:
        user: 人员编号。 The id of the member.
        days: 有效天数，默认为 CHILDLEDGER_TOKEN_DAYS。
            Its lifetime in days; CHILDLEDGER_TOKEN_DAYS by default.
        purpose: 用途。 What it is for.
        may_not_approve: 令牌不能用于批准或者驳回，也不能并档、分档，不论人员角色。
            Make a token that cannot approve, reject, or join files, whatever the member's role.
    """
    async with command_container() as container:
        operator, may_approve = await at_the_machine(container), not may_not_approve
        answer(await operator.make_token(user, purpose=purpose, days=days, may_approve=may_approve))
        return 0


@token.command(name="list")
@stoppable
async def list_tokens() -> int:
    """列出全部令牌的编号、人员和期限，不显示令牌。 List all tokens by id, never the tokens themselves."""
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
    """吊销令牌，一秒内失效。 Revoke a token; every server refuses it within a second.

    Args:
        token: 令牌编号，见 token list。 Its id, as `token list` shows it.
    """
    async with command_container() as container:
        await (await at_the_machine(container)).revoke_token(token)
        return 0


def _shown(institution: Institution) -> str:
    region, uscc = institution.region or "region unknown", institution.uscc or "–"
    return f"{institution.institution}  {institution.name}  {region}  {uscc}"


def _day(instant: datetime) -> str:
    return instant.date().isoformat()
