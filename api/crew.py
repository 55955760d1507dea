"""One member of each role with a token each: for a demonstration, and for trying what was imported."""

from typing import Final
from uuid import uuid5

from api.identity import Identity, Institution
from api.permissions import OF_INSTITUTION, OF_REGION, Role

_NAMES: Final = {
    Role.STAFF: "示例职员",
    Role.SUPERVISOR: "示例主管",
    Role.AUDITOR: "示例审计员",
    Role.PLACEMENT_OFFICER: "示例安置专员",
    Role.BUREAU: "示例民政局",
    Role.ADMINISTRATOR: "示例管理员",
}


async def tokens_for_every_role(
    identity: Identity, institution: Institution, *, purpose: str, days: int
) -> dict[Role, str]:
    """Return a new token for a made-up member of each role, bound to the institution or to its prefecture.

    The members of one purpose are the same each time; its earlier tokens are revoked.
    """
    await identity.revoke_purpose(purpose)
    tokens = {}
    for role in Role:
        member = await identity.add_member(
            _NAMES[role],
            role,
            institution=institution.institution if role in OF_INSTITUTION else None,
            prefix=institution.region[:4] if role in OF_REGION else None,
            member=uuid5(institution.institution, f"{purpose} {role}"),
        )
        tokens[role] = await identity.issue(member.user, days=days, purpose=purpose)
    return tokens
