"""The JSON Schema of each event's data, for forms, clients and the frozen schemas."""

import json
from collections.abc import Callable
from typing import Final

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, Predicate

from domain.codes import tables
from domain.event import Event, Field, Part, fields_of, is_month
from domain.field_types import FieldType, field_type
from domain.text import is_digits, is_hash, is_line, is_place_code, is_term, is_text
from ledger.canonical import LARGEST_INTEGER, Json
from ledger.codec.spelling import NUMERAL

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final[dict[str, Json]] = {
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER},
    "Decimal": {"type": ["string", "number"], "pattern": NUMERAL},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "UUID": {"type": "string", "format": "uuid"},
}
_UNKNOWN: Final[Json] = {
    "type": "object",
    "properties": {"unknown": {"enum": ["not_asked", "not_known", "not_on_paper"]}},
    "required": ["unknown"],
    "additionalProperties": False,
}
_CONTROLS: Final = r"\u0000-\u001F\u007F-\u009F"
_CONTROLS_BUT_BREAKS: Final = r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F"


def _seen(without: str) -> str:
    return f"^[^{without}]*[^\\s{_CONTROLS}][^{without}]*$"


_PATTERNS: Final[dict[Callable[..., bool], str]] = {
    is_digits: "^[0-9]*$",
    is_hash: "^[0-9a-f]{64}$",
    is_line: _seen(_CONTROLS),
    is_term: _seen(_CONTROLS),
    is_text: _seen(_CONTROLS_BUT_BREAKS),
    is_place_code: "^(0[1-9]|[1-9][0-9])[0-9]{4}([0-9]{3})?$",
    is_month: "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$",
}
"""The forms of texts, as far as all dialects of patterns agree; `domain.text` refuses more."""


def schema(kind: type[Event]) -> Json:
    """Return the JSON Schema of an event's data, with labels, code tables, units and personal fields."""
    return {
        "$schema": DIALECT,
        "title": kind.label.zh,
        "x-label-en": kind.label.en,
        "description": kind.__doc__,
        "x-type": kind.__name__,
        "x-schema": kind.schema,
        "x-kind": kind.kind,
        "x-seals": kind.seals,
        "x-source": kind.source,
        **_object(kind),
    }


def _object(kind: type[Event] | type[Part]) -> Json:
    specs = fields_of(kind)
    return {
        "type": "object",
        "properties": {spec.name: _field(spec) for spec in specs},
        "required": [spec.name for spec in specs if spec.required],
        "additionalProperties": False,
    }


def _field(spec: Field) -> Json:
    marks: Json = {"title": spec.label.zh, "x-label-en": spec.label.en}
    if spec.personal:
        marks["x-personal"] = spec.personal.category
        if spec.personal.subject:
            marks["x-subject"] = spec.personal.subject
    if spec.unit and spec.unit.symbol:
        marks["x-unit"] = spec.unit.symbol
    if spec.refers:
        marks["x-refers"] = spec.refers.type
    if spec.id_of:
        marks["x-id-of"] = list(spec.id_of)
    return marks | _value(field_type(spec.annotation))


def _value(annotated: FieldType) -> Json:
    allowed = [_known(annotated)]
    if annotated.unknown:
        allowed.append(_UNKNOWN)
    if annotated.optional:
        allowed.append({"type": "null"})
    return allowed[0] if len(allowed) == 1 else {"anyOf": allowed}


def _known(annotated: FieldType) -> Json:
    if annotated.items is not None and annotated.type is tuple:
        return {"type": "array", "items": _value(annotated.items)} | _limits(annotated)
    if annotated.items is not None:
        return {"type": "object", "additionalProperties": _value(annotated.items)} | _limits(annotated)
    if issubclass(annotated.type, Part):
        return _object(annotated.type)
    if annotated.choices:
        return {"enum": list(annotated.choices)}
    schema = _TYPES[annotated.type.__name__] | _limits(annotated)
    if annotated.code is not None:
        schema["x-code"] = annotated.code
        if tables()[annotated.code].complete:
            schema = {"x-code": annotated.code, "enum": list(tables()[annotated.code].codes)}
    return schema


def _limits(annotated: FieldType) -> Json:
    keywords: Json = {}
    size = {"tuple": "Items", "dict": "Properties"}.get(annotated.type.__name__, "Length")
    for limit in annotated.limits:
        match limit:
            case MinLen(least):
                keywords[f"min{size}"] = least
            case MaxLen(most):
                keywords[f"max{size}"] = most
            case Ge(least):
                keywords["minimum"] = least
            case Gt(least):
                keywords["exclusiveMinimum"] = least
            case Le(most):
                keywords["maximum"] = most
            case Lt(most):
                keywords["exclusiveMaximum"] = most
            case Predicate(holds):
                keywords["pattern"] = _PATTERNS[holds]
            case _:
                message = f"no schema for {limit}"
                raise TypeError(message)
    return keywords


def frozen(kind: type[Event]) -> str:
    """Return the schema for `tests/schemas/`, by which every recorded event stays readable."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"
