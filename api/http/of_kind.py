"""Endpoints about one file, written once and served for files of each kind."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import signature
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Path

from api.contract.encoding import JsonResponse
from api.http.dependencies import RequestContext
from domain.event import Kind

Endpoint: TypeAlias = Callable[..., Awaitable[JsonResponse]]

_FILE: Final = "file_id"
"""The parameter of an endpoint that is the id of the file."""


def of_kind(kind: Kind, endpoint: Endpoint) -> Endpoint:
    """Return an endpoint for files of a kind: its request is of it, and its path names the file by it."""

    @wraps(endpoint)
    async def asked_of_kind(request: RequestContext, **asked: Any) -> JsonResponse:  # noqa: ANN401 - passed on
        if kind in asked:
            asked[_FILE] = asked.pop(kind)
        return await endpoint(request.of(kind), **asked)

    whole = signature(endpoint)
    parameters = [
        each.replace(name=kind, annotation=Annotated[UUID, Path()]) if each.name == _FILE else each
        for each in whole.parameters.values()
    ]
    asked_of_kind.__signature__ = whole.replace(parameters=parameters)  # type: ignore[attr-defined]  # as `inspect` reads it
    return asked_of_kind
