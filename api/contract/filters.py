"""Values of filters: only existing ones are valid, and a mistyped one is refused."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from domain.codes import tables
from projections.sorting import Sorts

_STAGES: Final = tuple(tables()["stage"].codes)
_ROUTES: Final = tuple(tables()["placement_route"].codes)
_OTHER_SYSTEMS: Final = tuple(tables()["other_system"].codes)
_ITEMS: Final = tuple(tables()["compared_item"].codes)
_REPORTS: Final = tuple(tables()["report"].codes)
RECIPIENTS: Final = tuple(tables()["escalation_recipient"].codes)
"""Who may be told of what stays overdue, by codes of `escalation_recipient`."""


def _one_of(code: str, codes: tuple[str, ...]) -> str:
    if code not in codes:
        raise PydanticKnownError("literal_error", {"expected": ", ".join(codes)})
    return code


Stage: TypeAlias = Annotated[
    str, AfterValidator(partial(_one_of, codes=_STAGES)), Field(json_schema_extra={"enum": list(_STAGES)})
]
"""A code of the table `stage`."""
Route: TypeAlias = Annotated[
    str, AfterValidator(partial(_one_of, codes=_ROUTES)), Field(json_schema_extra={"enum": list(_ROUTES)})
]
"""A code of the table `placement_route`."""
_PLACED: Final = (*_ROUTES, "unknown")
PlacedRoute: TypeAlias = Annotated[
    str, AfterValidator(partial(_one_of, codes=_PLACED)), Field(json_schema_extra={"enum": list(_PLACED)})
]
"""A code of the table `placement_route`, or that the route is not known."""
OtherSystemCode: TypeAlias = Annotated[
    str,
    AfterValidator(partial(_one_of, codes=_OTHER_SYSTEMS)),
    Field(json_schema_extra={"enum": list(_OTHER_SYSTEMS)}),
]
"""A code of the table `other_system`."""
ComparedItemCode: TypeAlias = Annotated[
    str, AfterValidator(partial(_one_of, codes=_ITEMS)), Field(json_schema_extra={"enum": list(_ITEMS)})
]
"""A code of the table `compared_item`."""
ReportCode: TypeAlias = Annotated[
    str, AfterValidator(partial(_one_of, codes=_REPORTS)), Field(json_schema_extra={"enum": list(_REPORTS)})
]
"""A code of the table `report`."""
RecipientCode: TypeAlias = Annotated[
    str,
    AfterValidator(partial(_one_of, codes=RECIPIENTS)),
    Field(json_schema_extra={"enum": list(RECIPIENTS)}),
]
"""A code of the table `escalation_recipient`."""


SORT: Final = (
    "What the list is sorted by; with `-` before it the other way round. What has no value there comes last,"
    " and what is alike is sorted as the list is without it."
)


@dataclass(frozen=True, slots=True)
class SortedBy:
    """Marks the parameter that says by what a list is sorted, None for its own order."""

    sorts: Sorts

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - as pydantic calls it
        """Return the schema of the names of the columns by which the list may be sorted."""
        return core_schema.nullable_schema(core_schema.literal_schema([*self.sorts.names]))
