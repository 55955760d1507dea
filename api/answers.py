"""Answers as JSON: days, instants and ids in the forms of the contract."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from fastapi import Response

from ledger.showing import instant

JSON: Final = "application/json"


class Answer(Response):
    """An answer in JSON."""

    media_type = JSON

    def __init__(
        self,
        content: Any = None,  # noqa: ANN401 – anything that JSON can say
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(content, status_code, headers)

    def render(self, content: Any) -> bytes:  # noqa: ANN401 – anything that JSON can say
        """Return the content's bytes."""
        return orjson.dumps(content, default=plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def plain(value: object) -> str | list[Any]:
    """Return a value that JSON has no form for as text or a list."""
    if isinstance(value, datetime):
        return instant(value) or ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    message = f"{type(value).__name__} has no form in an answer"
    raise TypeError(message)
