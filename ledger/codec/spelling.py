"""The stored spelling of values: numbers to their last digit, citizen ids in one way."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from domain.event import Event, Label, Part
from domain.field_types import FieldType, field_types
from ledger.canonical import measurable
from ledger.codec.messages import NUMBER, UNMEASURED

NUMERAL: Final = r"^(?!-0(\.0+)?$)-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,12})?([Ee][+-]?[0-9]{1,2})?$"
"""A JSON number without blanks, underscores, needless zeros or digits of another script."""
_NUMERAL: Final = re.compile(NUMERAL)
Amiss: TypeAlias = Callable[[str, Label], object]
"""Receives an error at a JSON pointer."""


def spelled(document: Any, kind: type[Event] | type[Part], at: str, amiss: Amiss) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON of an event or a part of one, each value in its stored spelling.

    `amiss` receives the numbers that validation would change; values of another type are left to validation.
    """
    if not isinstance(document, dict):
        return document
    known, alike = field_types(kind), _spelled_alike(kind)
    return {
        name: each
        if each is None or name not in known or (name in alike and type(each) is not Decimal)
        else _spelled(each, known[name], f"{at}/{name}", amiss)
        for name, each in document.items()
    }


_ALIKE: Final[dict[type, frozenset[str]]] = {}


def _spelled_alike(kind: type[Event] | type[Part]) -> frozenset[str]:
    """Return the fields in which each value has one spelling, unless it is a number that they do not hold."""
    if kind not in _ALIKE:
        _ALIKE[kind] = frozenset(
            name
            for name, each in field_types(kind).items()
            if each.kept_as is None and each.items is None and not issubclass(each.type, Decimal | Part)
        )
    return _ALIKE[kind]


def _spelled(value: Any, annotated: FieldType, at: str, amiss: Amiss) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict() if issubclass(annotated.type, Part):
            return spelled(value, annotated.type, at, amiss)
        case list() if annotated.items is not None:
            return [
                _spelled(each, annotated.items, f"{at}/{place}", amiss) for place, each in enumerate(value)
            ]
        case Decimal() if not measurable(value):
            amiss(at, UNMEASURED)
        case Decimal() if annotated.type is Decimal:
            return _spelled(format(value, "f"), annotated, at, amiss)
        case str() if annotated.type is Decimal and not _NUMERAL.fullmatch(value):
            amiss(at, NUMBER)
        case str() if annotated.kept_as is not None:
            return annotated.kept_as(value)
    return value
