"""What the head of every answer says, and `HEAD`, which asks for nothing else."""

from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURE: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
"""What an answer says unless it says otherwise: nobody keeps it, frames it, or guesses its type."""
BY_TLS_ALONE: Final = (b"strict-transport-security", b"max-age=31536000")


class Secured:
    """Adds to every answer what keeps it private; with `tls` also that it is asked for by TLS alone."""

    def __init__(self, app: ASGIApp, *, tls: bool = False) -> None:
        self._app = app
        self._more = (*SECURE, BY_TLS_ALONE) if tls else SECURE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ())]
                said = {name.lower() for name, _ in headers}
                headers += (each for each in self._more if each[0] not in said)
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, answer if scope["type"] == "http" else send)


class _EnoughError(OSError):
    """Nobody takes the rest of an answer."""


class HeadAsGet:
    """Answers `HEAD` as `GET`, without the body, and says so wherever `GET` is allowed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] != "HEAD":
            await self._app(scope, receive, _allowing_head(send))
        else:
            scope.setdefault("state", {})  # which both share
            own = {**scope, "method": "GET"}
            try:
                await self._app(own, receive, _without_body(_allowing_head(send)))
            except (_EnoughError, ClientDisconnect):
                pass
            finally:
                scope["route"] = own.get("route")


def _allowing_head(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                (
                    name,
                    value + b", HEAD" if name.lower() == b"allow" and b"GET" in value.split(b", ") else value,
                )
                for name, value in message.get("headers", ())
            ]
        await send(message)

    return answer


def _without_body(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if message.get("more_body"):
            raise _EnoughError

    return answer
