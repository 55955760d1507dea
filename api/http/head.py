"""Headers of every answer, and the method `HEAD`."""

from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURE: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
"""Default headers of an answer: not cached, not framed, media type not guessed."""
BY_TLS_ALONE: Final = (b"strict-transport-security", b"max-age=31536000")


class Secured:
    """Adds the security headers to every answer; with `tls`, also the one that requires TLS."""

    def __init__(self, app: ASGIApp, *, tls: bool = False) -> None:
        self._app = app
        self._more = (*SECURE, BY_TLS_ALONE) if tls else SECURE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ())]
                present = {name.lower() for name, _ in headers}
                headers += (each for each in self._more if each[0] not in present)
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, answer if scope["type"] == "http" else send)


class _EnoughError(OSError):
    """The rest of an answer is not needed."""


class HeadAsGet:
    """Answers `HEAD` as `GET` without the body, and lists it wherever `GET` is allowed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] != "HEAD":
            await self._app(scope, receive, _allowing_head(send))
        else:
            scope.setdefault("state", {})  # shared by both
            as_get = {**scope, "method": "GET"}
            try:
                await self._app(as_get, receive, _without_body(_allowing_head(send)))
            except (_EnoughError, ClientDisconnect):
                pass
            finally:
                scope["route"] = as_get.get("route")


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
