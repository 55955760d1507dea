"""An identity provider by which people sign in: OpenID Connect, the code flow with PKCE, state and nonce.

What it says is believed once its ID token is signed by a key of its own, for this service, for this sign-in
and now; then the account is known, and what somebody may do is the directory's.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any, Final, Self, cast

import orjson
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import AsyncClient, HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

DISCOVERY: Final = "/.well-known/openid-configuration"
_KNOWN_SECONDS: Final = 600.0
"""Seconds for which a provider's addresses are known."""
_PATIENCE_SECONDS: Final = 10.0
_LEEWAY_SECONDS: Final = 60
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""By which a provider signs: with a key of its own, never with one that others hold, nor with none."""


class ProviderAwayError(Exception):
    """The identity provider does not answer, or not as one does."""


class ProviderRefusedError(Exception):
    """The sign-in did not come about: it was not begun here, was broken off, or what came does not hold."""


@dataclass(frozen=True, slots=True)
class BegunSignIn:
    """A sign-in that goes on at the provider: what its browser keeps until it comes back."""

    state: str
    nonce: str
    verifier: str
    back: str

    @property
    def kept(self) -> str:
        """The form in which a browser keeps it."""
        return orjson.dumps(asdict(self)).hex()

    @classmethod
    def read(cls, kept: str) -> Self | None:
        """Return what a browser has kept; None if it is none."""
        try:
            said = orjson.loads(bytes.fromhex(kept))
            return cls(**{name: str(said[name]) for name in ("state", "nonce", "verifier", "back")})
        except (ValueError, KeyError, TypeError):
            return None


class IdentityProvider:
    """One identity provider, by its issuer."""

    def __init__(self, issuer: str, client: str, secret: str | None, redirect: str) -> None:
        """Take the names of the provider and of this service, and the address that it leads back to."""
        self.issuer = issuer
        self._client_id = client
        self._secret = secret
        self._redirect = redirect
        self._known: tuple[float, Mapping[str, Any]] | None = None

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            self._secret,
            scope="openid",
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            timeout=_PATIENCE_SECONDS,
        )

    async def begin(self, back: str) -> tuple[str, BegunSignIn]:
        """Return the address at which somebody signs in, and what their browser keeps meanwhile.

        Raises ProviderAwayError.
        """
        begun = BegunSignIn(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back
        )
        endpoint = (await self._addresses())["authorization_endpoint"]
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                endpoint, state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(address), begun

    async def subject(self, begun: BegunSignIn, *, code: str, state: str) -> str:
        """Return whose account it is with which somebody has come back.

        Raises ProviderAwayError, and ProviderRefusedError.
        """
        if not secrets.compare_digest(state.encode(), begun.state.encode()):
            raise ProviderRefusedError
        addresses = await self._addresses()
        try:
            async with self._client() as client:
                tokens = await client.fetch_token(
                    addresses["token_endpoint"], code=code, code_verifier=begun.verifier
                )
            keys = await self._fetched(addresses["jwks_uri"])
            signed = jwt.decode(
                tokens["id_token"],
                KeySet.import_key_set(cast("KeySetSerialization", keys)),
                algorithms=[*_ALGORITHMS],
            )
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                    "nonce": {"essential": True, "value": begun.nonce},
                },
                {"nonce": begun.nonce, "client_id": self._client_id},
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
            subject = claims["sub"]
        except HTTPError as error:
            raise ProviderAwayError from error
        except (OAuthError, JoseError, KeyError, ValueError, TypeError) as error:
            raise ProviderRefusedError from error
        if not isinstance(subject, str) or not subject:
            raise ProviderRefusedError
        return subject

    async def _addresses(self) -> Mapping[str, Any]:
        """Return the provider's addresses, as it publishes them itself."""
        if self._known is None or self._known[0] < monotonic():
            found = await self._fetched(self.issuer.rstrip("/") + DISCOVERY)
            named = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
            if found.get("issuer") != self.issuer or not named <= found.keys():
                raise ProviderAwayError
            self._known = (monotonic() + _KNOWN_SECONDS, found)
        return self._known[1]

    @staticmethod
    async def _fetched(address: str) -> dict[str, Any]:
        try:
            async with AsyncClient(timeout=_PATIENCE_SECONDS) as client:
                answer = await client.get(address)
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
        except (HTTPError, ValueError) as error:
            raise ProviderAwayError from error
        return found
