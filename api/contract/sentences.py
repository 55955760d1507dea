"""An entry in one sentence, in Chinese and in English: what happened, and each of its values by its label."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from domain.codes import tables
from domain.event import Category, Event, Field, Label, Part, fields_of, known
from domain.when import SHANGHAI

Language: TypeAlias = Literal["zh", "en"]

_PUNCTUATION: Final = {"zh": ("：", "；", "、", "。"), "en": (": ", "; ", ", ", ".")}
_TRUTH: Final = {True: Label("是", "yes"), False: Label("否", "no")}
_WITHHELD: Final = Label("（不予显示）", "(not shown)")


def sentence(event: Event, language: Language, sees: AbstractSet[Category]) -> str:
    """Return the event as one sentence, without ids and unknown values.

    A hidden value is withheld, even if it is empty.
    """
    colon, semicolon, _, stop = _PUNCTUATION[language]
    said = semicolon.join(_clauses(event, language, sees))
    return f"{_in(event.label, language)}{colon if said else ''}{said}{stop}"


def _clauses(event: Event | Part, language: Language, sees: AbstractSet[Category]) -> Iterator[str]:
    for spec in fields_of(type(event)):
        if spec.personal is not None and spec.personal.category not in sees:
            yield f"{_in(spec.label, language)} {_in(_WITHHELD, language)}"
            continue
        value = known(getattr(event, spec.name))
        if value is None or value == () or isinstance(value, (UUID, Mapping)):
            continue
        yield f"{_in(spec.label, language)} {_say(value, spec, language)}"


def _say(value: Any, spec: Field, language: Language) -> str:  # noqa: ANN401 - whatever a field holds
    match value:
        case bool():
            return _in(_TRUTH[value], language)
        case tuple():
            return _PUNCTUATION[language][2].join(_say(item, spec, language) for item in value)
        case Part():
            return "(" + _PUNCTUATION[language][2].join(_clauses(value, language, frozenset(Category))) + ")"
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case int() | Decimal():
            return f"{value} {spec.unit.symbol}" if spec.unit else str(value)
        case str() if spec.code is not None:
            label = tables()[spec.code.table].codes.get(value)
            return value if label is None else _in(label, language)
    return str(value)


def _in(label: Label, language: Language) -> str:
    return label.zh if language == "zh" else label.en
