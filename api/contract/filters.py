"""Values of filters: only existing ones are valid, and a mistyped one is refused."""

from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from domain.codes import tables

_STAGES: Final = tuple(tables()["stage"].codes)


def _stage(code: str) -> str:
    if code not in _STAGES:
        raise PydanticKnownError("literal_error", {"expected": ", ".join(_STAGES)})
    return code


Stage: TypeAlias = Annotated[str, AfterValidator(_stage), Field(json_schema_extra={"enum": list(_STAGES)})]
"""A code of the table `stage`."""
