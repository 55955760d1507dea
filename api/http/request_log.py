"""The log of requests: by the route's template, never by path or query."""

from time import perf_counter
from typing import Final
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.contract.problems import Problem

log = structlog.get_logger()
UNMATCHED: Final = "unmatched"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestLog:
    """Logs and times each request, and answers an unexpected error with 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, began, status = uuid4().hex, perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            log.exception("unexpected", exc_info=error)
            if status:
                raise
            await Problem("unexpected").response(scope, receive, answer)
        finally:
            if (ended := scope.get("state", {}).get("ended")) is not None:
                ended()
            self._say(scope, status, perf_counter() - began)

    @staticmethod
    def _say(scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        actor = scope.get("state", {}).get("actor")
        who = {} if actor is None else {"user": str(actor.user), "role": actor.role.value}
        milliseconds = round(seconds * 1000, 1)
        method = scope["method"] if scope["method"] in METHODS else UNMATCHED  # a caller may send any text
        log.info("answered", method=method, route=route, status=status, milliseconds=milliseconds, **who)
        tenants = getattr(scope["app"].state, "tenants", None)
        if tenants is not None and status:
            ledger = scope.get("state", {}).get("ledger", "")
            tenants.requests.answered(ledger, method, route, status, seconds)
