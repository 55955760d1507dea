"""One member of each role with a token each: for a demonstration, and for trying what was imported."""

from typing import Final
from uuid import uuid5

from api.identity import Identity, Institution
from api.permissions import OF_INSTITUTION, OF_REGION, Actor, Role

_NAMES: Final = {
    Role.STAFF: "示例职员",
    Role.SUPERVISOR: "示例主管",
    Role.AUDITOR: "示例审计员",
    Role.PLACEMENT_OFFICER: "示例安置专员",
    Role.BUREAU: "示例民政局",
    Role.ADMINISTRATOR: "示例管理员",
}


async def crew(identity: Identity, institution: Institution, *, purpose: str) -> dict[Role, Actor]:
    """Return a made-up member of each role, bound to the institution or to its prefecture.

    Those of one purpose are the same each time.
    """
    return {
        role: await identity.add_member(
            _NAMES[role],
            role,
            institution=institution.institution if role in OF_INSTITUTION else None,
            prefix=institution.region[:4] if role in OF_REGION else None,
            member=uuid5(institution.institution, f"{purpose} {role}"),
        )
        for role in Role
    }


async def tokens_for_every_role(
    identity: Identity, institution: Institution, *, purpose: str, days: int
) -> dict[Role, str]:
    """Return a new token for each of the crew; the earlier ones of the same purpose are revoked."""
    await identity.revoke_purpose(purpose)
    members = await crew(identity, institution, purpose=purpose)
    return {
        role: await identity.issue(actor.user, days=days, purpose=purpose) for role, actor in members.items()
    }
