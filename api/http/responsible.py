"""The filter of lists by who must act next: a role, or a person by what they answer for, or by their role."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from api.contract.filters import RecipientCode
from api.contract.problems import invalid
from api.http.dependencies import RequestContext
from api.identity.acting import acting_rules, answering_for
from api.identity.directory import Member
from api.identity.permissions import Role, families_sql, may_know
from domain.label import Label
from domain.responsibility import POSTS
from ledger.codec.messages import InvalidValue
from ledger.codec.notation import NOTATIONS
from projections.acting_rules import ActingRules, Charge
from projections.escalation_steps import escalation_steps, standing_at
from projections.paging import Condition
from projections.responsible_people import ResponsibleRow, institution_of_person, responsible_people

_PEOPLE: Final = "responsible_people"
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
"""A role, or the id of a user or of a responsible person."""
EscalatedTo: TypeAlias = Annotated[
    list[RecipientCode] | None,
    Query(
        description="Only what is overdue and was last escalated to one of these (`escalation_recipient`)."
    ),
]
ResponsibleFilter: TypeAlias = Annotated[
    Responsible | None,
    Query(
        description="Of which this role must act first, in the files that it has in charge; or a person whom"
        " an institution made responsible (`person` of `responsible_people`), in what they answer for on the"
        " day; or a user: as that person if they are one, else by their role, in the files of their"
        " institution or place."
    ),
]
_NOBODY: Final = Label(
    "没有该角色、用户或者责任人", "is no role, nor a user or a responsible person whom you may know"
)


@dataclass(frozen=True, slots=True)
class AskedOn:
    """When it is asked who answers for what: on a day, as known at a position, None for now.

    `escalates` says whether what is listed may be overdue, so that it may have been escalated.
    """

    day: date
    known: int | None
    escalates: bool = False


async def acting(request: RequestContext, responsible: str | None, on: AskedOn) -> ActingRules | None:
    """Return on what a role or a person must act first, to list that alone; None for all.

    Raises the problem `invalid` for a person whom the caller may not know.
    """
    if responsible is None:
        return None
    if responsible in _ROLES:
        return acting_rules(Role(responsible), request.ledger.rulebook.rules)
    asked = UUID(responsible)
    member = await request.container.identity.member(asked)
    if member is None:
        return await _as_named(request, asked, on)
    if not may_know(request.actor, member.member, member.role, member.institution, member.prefix):
        raise invalid([InvalidValue("/query/responsible", _NOBODY)])
    return await _as_member(request, member, on)


async def _as_member(request: RequestContext, member: Member, on: AskedOn) -> ActingRules:
    """Return on what a user must act: in what they answer for, or by their role where nobody named them."""
    own = Charge(member.institution, member.prefix)
    acts = replace(acting_rules(member.role, request.ledger.rulebook.rules), charge=own)
    if member.institution is None:
        return acts
    rows = await _rows(request, member.institution, on, member=member.member)
    held = {row.responsible_for for row in rows}
    if parts := held - {*POSTS}:
        acts = answering_for(parts, own)
    return await _with_told(request, acts, member.institution, held, on)


async def _as_named(request: RequestContext, person: UUID, on: AskedOn) -> ActingRules:
    """Return on what somebody must act whom an institution named: on nothing once that has ended."""
    scope = families_sql(request.actor, _PEOPLE)
    async with request.container.projector.reading() as connection:
        institution = await institution_of_person(connection, scope, person)
    if institution is None:
        raise invalid([InvalidValue("/query/responsible", _NOBODY)])
    rows = await _rows(request, institution, on, person=person)
    user = rows[0].member if rows else None
    member = None if user is None else await request.container.identity.member(user)
    if member is not None and member.institution == institution:
        return await _as_member(request, member, on)
    held = {row.responsible_for for row in rows}
    acts = answering_for(held - {*POSTS}, Charge(institution, None))
    return await _with_told(request, acts, institution, held, on)


async def escalated(
    request: RequestContext, recipients: Collection[str] | None, on: AskedOn
) -> Condition | None:
    """Return the condition of what was escalated to one of these recipients; None for all that is due."""
    if recipients is None:
        return None
    actor = request.actor
    # Those of others would say nothing of what the caller may be told of.
    own = actor.institutions if actor.institution is None else [actor.institution]
    async with request.container.projector.reading() as connection:
        steps = await escalation_steps(connection, day=on.day, known=on.known, institutions=own)
    return standing_at(steps, recipients, on.day)


async def _with_told(
    request: RequestContext, acts: ActingRules, institution: UUID, held: Collection[str], on: AskedOn
) -> ActingRules:
    """Return on what somebody acts with what was escalated to the posts that they hold."""
    posts = [each for each in POSTS if each in held]
    if not (posts and on.escalates):
        return acts
    async with request.container.projector.reading() as connection:
        steps = await escalation_steps(connection, day=on.day, known=on.known, institutions=[institution])
    return replace(acts, told=standing_at(steps, posts, on.day))


async def _rows(
    request: RequestContext, institution: UUID, on: AskedOn, **whose: UUID
) -> list[ResponsibleRow]:
    scope = families_sql(request.actor, _PEOPLE)
    async with request.container.projector.reading() as connection:
        return await responsible_people(
            connection, scope, day=on.day, known=on.known, institutions=[institution], **whose
        )
