"""Routes whose answers are described when the interface is, and not whenever a process begins to answer."""

from collections.abc import Mapping
from typing import Any, Final, get_origin

from fastapi import APIRouter
from pydantic import ConfigDict
from typing_extensions import is_typeddict

_LATER: Final = ConfigDict(defer_build=True)


class DescribedLater(APIRouter):
    """A router that leaves the schemas of answers to whoever describes them: no answer is checked by them.

    To build them took a fifth of the time in which a process starts.
    """

    def add_api_route(self, path: str, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - FastAPI's own
        """Add a route as FastAPI does."""
        responses: Mapping[Any, Mapping[str, Any]] = named.get("responses") or {}
        for model in (answer.get("model") for answer in responses.values()):
            if is_typeddict(get_origin(model) or model):
                model.__pydantic_config__ = _LATER  # type: ignore[union-attr]  # pydantic's name for it
        super().add_api_route(path, *arguments, **named)
