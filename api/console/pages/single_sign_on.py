"""Signing in by the identity provider of one's office: there by a link, and back again."""

from importlib import import_module
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response

from api.console.addresses import here
from api.console.page_request import LEDGER_COOKIE
from api.console.page_route import page_router
from api.console.pages.sign_in import ShownDoor, door, entered
from api.console.rendering import lead_to
from api.contract.problems import Problem, not_found
from api.tenants import Tenants
from domain.label import Label

router = page_router()
callbacks = page_router(beside=())
"""What an identity provider leads back to, with parameters of its own beside those that it must."""

_LONGEST: Final = 4000
_FORBIDDEN: Final = 403
_MINUTES: Final = 15
_AWAY: Final = Label(
    "单位统一认证暂时无法使用。可以返回登录页，用用户名和口令登录。",
    "The sign-in of your office does not answer now. Go back and sign in by user name and password.",
)


@router.get("/sign-in/oidc")
async def sign_on(
    request: Request,
    next: Annotated[str | None, Query(max_length=_LONGEST)] = None,  # noqa: A002 - a word of the address
) -> Response:
    """Lead a browser to the identity provider."""
    module, provider = _provider(request)
    try:
        address, begun = await provider.begin(here(next) or "")
    except module.ProviderAwayError:
        raise Problem("unavailable", _AWAY) from None
    answer = lead_to(address)
    tls = request.app.state.settings.tls_handled
    answer.set_cookie(
        _cookie(tls=tls), begun.kept, _MINUTES * 60, path="/", secure=tls, httponly=True, samesite="lax"
    )
    return answer


@callbacks.get("/sign-in/oidc/callback")
async def signed_on(
    request: Request,
    code: Annotated[str, Query(max_length=_LONGEST)] = "",
    state: Annotated[str, Query(max_length=_LONGEST)] = "",
) -> Response:
    """Begin the session of somebody who comes back from the identity provider."""
    module, provider = _provider(request)
    tls = request.app.state.settings.tls_handled
    begun = module.BegunSignIn.read(request.cookies.get(_cookie(tls=tls), ""))
    answer = await _come_back(request, module, provider, begun, code, state)
    answer.delete_cookie(_cookie(tls=tls), path="/", secure=tls, httponly=True, samesite="lax")
    return answer


async def _come_back(
    request: Request,
    module: Any,  # noqa: ANN401 - of the optional module
    provider: Any,  # noqa: ANN401 - the same
    begun: Any,  # noqa: ANN401 - the same
    code: str,
    state: str,
) -> Response:
    back = None if begun is None else here(begun.back)
    if begun is None or not code:
        return door(request, ShownDoor(back, fault="single"), status=_FORBIDDEN)
    try:
        subject = await provider.subject(begun, code=code, state=state)
    except module.ProviderAwayError:
        raise Problem("unavailable", _AWAY) from None
    except module.ProviderRefusedError:
        return door(request, ShownDoor(back, fault="single"), status=_FORBIDDEN)
    tenants: Tenants = request.app.state.tenants
    known = request.cookies.get(LEDGER_COOKIE, "")
    for ledger in sorted(tenants.names, key=lambda name: name != known):
        container = tenants[ledger]
        secret = await container.sessions.begin_by_account(provider.issuer, subject, container.identity_links)
        if secret is not None:
            return await entered(request, back, secret, ledger)
    return door(request, ShownDoor(back, fault="unbound"), status=_FORBIDDEN)


def _provider(request: Request) -> tuple[Any, Any]:
    """Return the module of identity providers, which is optional, and the one of the settings.

    Raises the problem `not_found` without one.
    """
    state = request.app.state
    if state.settings.oidc_issuer is None:
        raise not_found()
    module = import_module("api.identity.identity_provider")
    if not hasattr(state, "identity_provider"):
        settings = state.settings
        secret = settings.oidc_client_secret
        state.identity_provider = module.IdentityProvider(
            settings.oidc_issuer,
            settings.oidc_client_id,
            None if secret is None else secret.get_secret_value(),
            f"{settings.public_url}/console/sign-in/oidc/callback",
        )
    return module, state.identity_provider


def _cookie(*, tls: bool) -> str:
    return "__Host-childledger-oidc" if tls else "childledger-oidc"
