"""The possible values of a field, derived once from its annotation."""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le

from domain.event import Code, Event, KeptAs, Part, Unknown, fields_of


@dataclass(frozen=True, slots=True)
class FieldType:
    """A field's values: of `type`, None if `optional`, Unknown if the field may be answered so.

    A tuple has the shape of its `items`. `choices` are the only values if given, `code` the table that lists
    them. `limits` are the constraints of `annotated_types`. `kept_as` writes a text as it is kept.
    """

    type: type
    items: "FieldType | None" = None
    choices: tuple[str, ...] = ()
    code: str | None = None
    limits: tuple[Any, ...] = ()
    optional: bool = False
    unknown: bool = False
    kept_as: Callable[[str], str] | None = None


_SHAPES: Final[dict[type, dict[str, FieldType]]] = {}


def field_types(kind: type[Event] | type[Part]) -> dict[str, FieldType]:
    """Return the shapes of the fields of an event, or of a part of one, by name."""
    if kind not in _SHAPES:
        _SHAPES[kind] = {spec.name: field_type(spec.annotation) for spec in fields_of(kind)}
    return _SHAPES[kind]


def bounds(kind: Any) -> tuple[Decimal, Decimal]:  # noqa: ANN401 - annotations have no type of their own
    """Return the least and the greatest value that a number's annotation allows."""
    limits = field_type(kind).limits
    least = max(Decimal(str(limit.ge)) for limit in limits if isinstance(limit, Ge))
    return least, min(Decimal(str(limit.le)) for limit in limits if isinstance(limit, Le))


def field_type(annotation: Any) -> FieldType:  # noqa: ANN401 - annotations have no type of their own
    """Return the shape that an annotation describes."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = field_type(arguments[0])
        code = next((marker.table for marker in arguments[1:] if isinstance(marker, Code)), inner.code)
        limits = tuple(marker for marker in arguments[1:] if type(marker).__module__ == "annotated_types")
        kept_as = next(
            (marker.write for marker in arguments[1:] if isinstance(marker, KeptAs)), inner.kept_as
        )
        if inner.items is not None and code is not None:
            return replace(inner, items=replace(inner.items, code=code), limits=(*inner.limits, *limits))
        return replace(inner, code=code, limits=(*inner.limits, *limits), kept_as=kept_as)
    if origin in {Union, types.UnionType}:
        (value,) = (each for each in arguments if each not in {Unknown, type(None)})
        inner = field_type(value)
        return replace(
            inner,
            optional=inner.optional or type(None) in arguments,
            unknown=inner.unknown or Unknown in arguments,
        )
    if origin is tuple:
        return FieldType(tuple, items=field_type(arguments[0]))
    if origin is Literal:
        return FieldType(str, choices=arguments)
    if origin is Mapping:
        return FieldType(dict, items=field_type(arguments[1]))
    if issubclass(annotation, StrEnum):
        return FieldType(annotation, choices=tuple(annotation))
    return FieldType(annotation)
