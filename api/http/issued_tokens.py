"""The tokens by which people and programs enter, for whoever administers the ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.contract import bodies
from api.contract.administration_answers import EndedAnswer, SecretAnswer, TokenAnswer
from api.contract.administration_tables import TOKENS_TABLE
from api.contract.encoding import JsonResponse
from api.contract.listing import Listing
from api.contract.requests import NamedRequest, TokenRequest
from api.http.administering_requests import ACTING, ActBody, AfterId, acting, directory_page
from api.http.authentication import callers_router
from api.http.cursors import PageLimit
from api.http.dependencies import FileRequest, RequestContext
from api.http.list_formats import in_formats, listed, page_after
from api.http.recording_requests import RecordingRequest, takes
from api.identity.administration import Act, check_act
from api.identity.directory import Token

router = callers_router("administration")


@router.get("/tokens", responses=listed(Listing[TokenAnswer]))
@in_formats(TOKENS_TABLE, pages=page_after)
async def tokens(
    request: FileRequest, user: UUID | None = None, limit: PageLimit = 50, after: AfterId = None
) -> JsonResponse:
    """List the tokens that enter now, the newest first, and no sessions; never what one enters with."""
    check_act(request.actor, Act.LOOK)
    found = await request.container.identity.tokens_after(after, limit + 1, member=user)
    page = found[:limit]
    items = await token_answers(request, page)
    return await directory_page(request, items, page[-1].token if len(found) > limit else None)


@router.post(
    "/tokens",
    status_code=201,
    response_model=SecretAnswer,
    responses=ACTING,
    openapi_extra=takes("TokenRequest"),
)
async def make_token(request: RecordingRequest, raw: ActBody) -> JsonResponse:
    """Make a token of somebody, for a purpose and until a day, and return it: shown this once."""
    check_act(request.actor, Act.MAKE_TOKEN)
    sent = bodies.valid(TokenRequest, raw)
    async with acting(request) as administering:
        token = await administering.make_token(
            sent.user, purpose=sent.purpose, days=sent.days, may_approve=sent.may_approve
        )
    return JsonResponse({"token": token, "expires_in_days": sent.days}, 201)


@router.post(
    "/tokens/{token}/revoke",
    response_model=EndedAnswer,
    responses=ACTING,
    openapi_extra=takes("NamedRequest"),
)
async def revoke_token(request: RecordingRequest, token: UUID, raw: ActBody) -> JsonResponse:
    """Revoke a token of whoever is named: every server refuses it within a second."""
    check_act(request.actor, Act.REVOKE_TOKEN)
    sent = bodies.valid(NamedRequest, raw)
    async with acting(request) as administering:
        await administering.revoke_token(token, named=sent.named)
    return JsonResponse({"ended": 1})


async def token_answers(request: RequestContext, tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """Return tokens in the form of answers, with whose they are."""
    holders = await request.container.identity.members_of({each.member for each in tokens})
    members = {each.member: each for each in holders}
    return [
        {
            "token": each.token,
            "user": each.member,
            "name": members[each.member].name,
            "role": members[each.member].role,
            **{
                name: getattr(each, name)
                for name in ("purpose", "may_approve", "made_at", "expires_at", "used_at")
            },
        }
        for each in tokens
    ]
