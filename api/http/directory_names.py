"""Who stands behind an id: a person for those who may know them, an institution for everybody."""

from dataclasses import asdict
from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.named_people import InstitutionNameAnswer, PersonAnswer
from api.contract.problems import WITHIN, not_found
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest
from api.identity.permissions import may_know

router = callers_router("directory")


@router.get("/people/{person}", responses=WITHIN | {200: {"model": PersonAnswer}})
async def person(request: FileRequest, person: UUID) -> JsonResponse:
    """Return the name and role of a user, for those who share their institution or supervise it."""
    member = await request.container.identity.member(person)
    if member is None or not may_know(request.actor, person, member.role, member.institution, member.prefix):
        raise not_found()
    shown = asdict(member)
    body = {"person": person, **{name: shown[name] for name in ("name", "role", "institution")}}
    return JsonResponse(body)


@router.get("/institutions/{institution}/name", responses=WITHIN | {200: {"model": InstitutionNameAnswer}})
async def institution_name(request: FileRequest, institution: UUID) -> JsonResponse:
    """Return the name of an institution, for everybody who meets its id in an answer."""
    known = await request.container.identity.institution(institution)
    if known is None:
        raise not_found()
    return JsonResponse({"institution": institution, "name": known.name})
