"""Values by which children are counted and listed: a dimension, a value of one, and age bands."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from domain.codes import tables
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from projections.dimensions import (
    AGE_BAND,
    DIMENSIONS,
    NOTHING,
    SETS_OF_BANDS,
    UNCERTAIN,
    UNKNOWN,
    band_names,
    hidden_in,
)

MOST_WHERE: Final = limit(
    50,
    Area.REQUESTS,
    Label("一次统计的限定条件数", "Values by which a census is narrowed"),
    why=Label("各项的取值没有更多", "Dimensions have no more that are asked for at once"),
    beyond="invalid",
)
DIMENSION_LABELS: Final[Mapping[str, Label]] = MappingProxyType(
    {name: dimension.label for name, dimension in DIMENSIONS.items()}
)
"""What each dimension is called, by its name."""
_BANDS: Final = re.compile(r"0(,[1-9][0-9]?){1,19}")


def _one_of(value: str, known: Iterable[str]) -> str:
    if value not in known:
        raise PydanticKnownError("literal_error", {"expected": ", ".join(known)})
    return value


def _dimension(name: str) -> str:
    return _one_of(name, DIMENSIONS)


DimensionName: TypeAlias = Annotated[
    str, AfterValidator(_dimension), Field(json_schema_extra={"enum": list(DIMENSIONS)})
]
"""The name of what children are counted by."""


def _dimension_value(text: str) -> str:
    name, _, value = text.partition(":")
    dimension = DIMENSIONS[_dimension(name)]
    if value in {NOTHING, UNKNOWN, UNCERTAIN}:
        return text
    if name == "institution":
        try:
            return f"{name}:{UUID(value)}"
        except ValueError:
            raise PydanticKnownError("uuid_type") from None
    if name == AGE_BAND:
        # Which bands there are is asked for beside it.
        return text
    assert dimension.table is not None  # noqa: S101 - all others are coded
    known = tables()[dimension.table].codes
    if dimension.table == "region":
        if not re.fullmatch("[0-9]{6}", value):
            raise PydanticKnownError("string_pattern_mismatch", {"pattern": "[0-9]{6}"})
    else:
        _one_of(value, known)
    return text


DimensionValue: TypeAlias = Annotated[str, AfterValidator(_dimension_value), Field(max_length=80)]
"""A dimension with one of its values, such as `care_mode:foster`."""


def _bands(text: str) -> str:
    begins = begins_of(text)
    if not (text in SETS_OF_BANDS or _BANDS.fullmatch(text)) or list(begins) != sorted(set(begins)):
        raise PydanticKnownError("literal_error", {"expected": ", ".join([*SETS_OF_BANDS, "0,6,14,18"])})
    return text


AgeBands: TypeAlias = Annotated[str, AfterValidator(_bands), Field(max_length=80)]
"""A named set of age bands, or the full years with which each begins, such as `0,6,14,18`."""


def begins_of(bands: str | None) -> tuple[int, ...]:
    """Return the full years with which age bands begin; those of the national system by default."""
    if bands is None or bands in SETS_OF_BANDS:
        return SETS_OF_BANDS[bands or "national_system"]
    return tuple(int(each) for each in bands.split(",") if each.isascii() and each.isdigit())


def by_dimension(values: Iterable[str]) -> dict[str, list[str]]:
    """Return the values that are asked for by their dimension, each once."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for text in values:
        name, _, value = text.partition(":")
        if value not in found[name]:
            found[name].append(value)
    return dict(found)


def dimensions_seen(sees: AbstractSet[Category]) -> dict[str, Label]:
    """Return by what those count who see these categories, with what it is called."""
    return {name: label for name, label in DIMENSION_LABELS.items() if hidden_in([name]) <= sees}


def nothing_of(name: str) -> str:
    """Return the value of those of whom nothing is recorded in a dimension, such as `household:nothing`."""
    return f"{name}:{NOTHING}"


def coded_values(name: str) -> list[str]:
    """Return the codes of a dimension with what stands for none of them; empty if it has no codes."""
    table = DIMENSIONS[name].table
    return [] if table is None else [*tables()[table].codes, NOTHING]


def no_bands(values: Iterable[str], bands: str | None) -> list[str]:
    """Return the values that are of an age band which there is not among these."""
    known = {*band_names(begins_of(bands)), NOTHING, UNCERTAIN}
    return [each for each in by_dimension(values).get(AGE_BAND, ()) if each not in known]
