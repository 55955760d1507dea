"""Answers as JSON: days, instants, numbers and ids in the forms of the contract."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from starlette.responses import Response

from api.contract.entries import instant
from ledger.canonical import canonical


class JsonResponse(Response):
    """An answer in JSON."""

    media_type = "application/json"

    def __init__(
        self,
        content: Any = None,  # noqa: ANN401 - anything that JSON can say
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(content, status_code, headers)

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - anything that JSON can say
        """Return the bytes of the content."""
        return dumps(content)


def dumps(content: Any) -> bytes:  # noqa: ANN401 - anything that JSON can say
    """Return a content as JSON."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Decimal():
            return orjson.loads(canonical(value))
        case set() | frozenset():
            return sorted(value)
    message = f"{type(value).__name__} has no form in an answer"
    raise TypeError(message)
