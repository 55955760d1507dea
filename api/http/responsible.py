"""The filter of lists by who must act next: a role, or a person by their role and the files they act in."""

from dataclasses import replace
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from api.contract.problems import invalid
from api.http.dependencies import RequestContext
from api.identity.acting import acting_rules
from api.identity.permissions import Role, may_know
from domain.label import Label
from ledger.codec.messages import InvalidValue
from ledger.codec.notation import NOTATIONS
from projections.acting_rules import ActingRules, Charge

_ROLES: Final = tuple(role.value for role in Role)


def _role_or_person(value: str) -> str:
    if value not in _ROLES and not NOTATIONS[UUID].fits(value):
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(_ROLES)}, UUID"})
    return value


Responsible: TypeAlias = Annotated[
    str,
    AfterValidator(_role_or_person),
    Field(json_schema_extra={"anyOf": [{"enum": [*_ROLES]}, {"format": "uuid"}]}),
]
"""A role, or the id of a user."""
ResponsibleFilter: TypeAlias = Annotated[
    Responsible | None,
    Query(
        description="Of which this role must act first, in the files that it has in charge; or a user, by"
        " their role, in those of their institution or place."
    ),
]
_NOBODY: Final = Label("没有该角色或者用户", "is no role, nor a user whom you may know")


async def acting(request: RequestContext, responsible: str | None) -> ActingRules | None:
    """Return on what a role or a person must act first, to list that alone; None for all.

    Raises the problem `invalid` for a person whom the caller may not know.
    """
    if responsible is None:
        return None
    rules = request.ledger.rulebook.rules
    if responsible in _ROLES:
        return acting_rules(Role(responsible), rules)
    member = await request.container.identity.member(UUID(responsible))
    if member is None or not may_know(
        request.actor, member.member, member.role, member.institution, member.prefix
    ):
        raise invalid([InvalidValue("/query/responsible", _NOBODY)])
    own = Charge(member.institution, member.prefix)
    return replace(acting_rules(member.role, rules), charge=own)
