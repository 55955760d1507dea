"""One member of each role with a token each: for a demonstration, and for a look at imported data."""

from typing import Final
from uuid import uuid5

from api.identity.directory import Identity, Institution
from api.identity.permissions import OF_INSTITUTION, OF_PLACES, OF_REGION, Actor, Role
from domain.event import Unknown

ROLES: Final = {
    Role.STAFF: "工作人员",
    Role.SUPERVISOR: "负责人（主管）",
    Role.AUDITOR: "审计人员",
    Role.PLACEMENT_OFFICER: "成年安置工作人员",
    Role.BUREAU: "民政部门工作人员",
    Role.TOWNSHIP: "乡镇儿童督导员",
    Role.ADMINISTRATOR: "系统管理员",
}
"""What each role is called."""


async def demo_members(
    identity: Identity,
    institution: Institution,
    *,
    purpose: str,
    called: str = "示例{}",
    township: str | None = None,
) -> dict[Role, Actor]:
    """Return a fictional member of each role, bound to the institution, to its prefecture or to a township.

    Without a `township` there is nobody of that role: which townships there are, no institution tells.

    The members are `called` by their roles, without a person's name. Those of one purpose and prefecture are
    the same each time. While the institution's region is unknown, a member bound to it sees no file.
    """
    prefecture = None if institution.region is None else institution.region[:4]
    members = {}
    for role, label in ROLES.items():
        if role is Role.TOWNSHIP and township is None:
            continue
        bound = prefecture if role in OF_REGION else township if role is Role.TOWNSHIP else None
        members[role] = await identity.add_member(
            called.format(label),
            role,
            institution=institution.institution if role in OF_INSTITUTION else None,
            region=bound or Unknown("not_known") if role in OF_REGION | OF_PLACES else None,
            member=uuid5(institution.institution, f"{purpose} {role}{bound or ''}"),
        )
    return members


async def tokens_for_every_role(
    identity: Identity,
    institution: Institution,
    *,
    purpose: str,
    days: int,
    called: str = "示例{}",
    may_approve: bool = True,
    township: str | None = None,
) -> dict[Role, str]:
    """Return a new token for each of the members; earlier tokens stay valid."""
    members = await demo_members(identity, institution, purpose=purpose, called=called, township=township)
    return {
        role: await identity.issue(actor.user, days=days, purpose=purpose, may_approve=may_approve)
        for role, actor in members.items()
    }
