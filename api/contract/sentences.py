"""An entry in one sentence, in Chinese and in English: what happened, and each of its values by its label.

Days and months in Chinese are as GB/T 15835 has them: 2026年4月1日.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from annotated_types import Predicate

from domain.codes import tables
from domain.event import Category, Erased, Event, Field, Label, Part, Unit, fields_of, is_month, known
from domain.field_types import field_type
from domain.when import SHANGHAI, in_chinese

Language: TypeAlias = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class _Punctuation:
    """The marks of a language: after the event, a label, a value, an item, and around a group of values."""

    head: str
    colon: str
    semicolon: str
    comma: str
    opening: str
    closing: str
    stop: str


_MARKS: Final[Mapping[Language, _Punctuation]] = MappingProxyType(
    {
        "zh": _Punctuation("。", "：", "；", "、", "（", "）", "。"),
        "en": _Punctuation(". ", ": ", "; ", ", ", "(", ")", "."),
    }
)
_TRUTH: Final = {True: Label("是", "yes"), False: Label("否", "no")}
_WITHHELD: Final = Label("不予显示", "not shown")
_ERASED: Final = Label("已依法删除", "erased by law")


def sentence(event: Event, language: Language, sees: AbstractSet[Category]) -> str:
    """Return the event as one sentence, without ids and unknown values.

    Hidden values are withheld, even if they are empty, and named together at its end, as erased ones are.
    """
    marks = _MARKS[language]
    clauses = marks.semicolon.join(_clauses(event, language, sees))
    return f"{_in(event.label, language)}{marks.head if clauses else ''}{clauses}{marks.stop}"


def _clauses(event: Event | Part, language: Language, sees: AbstractSet[Category]) -> Iterator[str]:
    marks, hidden, erased = _MARKS[language], list[str](), list[str]()
    for spec in fields_of(type(event)):
        if spec.personal is not None and spec.personal.category not in sees:
            hidden.append(_in(spec.label, language))
            continue
        if isinstance(getattr(event, spec.name), Erased):
            erased.append(_in(spec.label, language))
            continue
        value = known(getattr(event, spec.name))
        if value is None or value == () or isinstance(value, (UUID, Mapping)):
            continue
        beside = partial(getattr, event)
        coded = spec if spec.code_by is None else replace(spec, code=spec.code_beside(beside))
        yield f"{_in(spec.label, language)}{marks.colon}{_say(value, coded, language)}"
    for unsaid, why in ((hidden, _WITHHELD), (erased, _ERASED)):
        if unsaid:
            yield f"{marks.comma.join(unsaid)}{marks.colon}{_in(why, language)}"


def _say(value: Any, spec: Field, language: Language) -> str:  # noqa: ANN401 - whatever a field holds
    marks = _MARKS[language]
    match value:
        case bool():
            return _in(_TRUTH[value], language)
        case tuple():
            return marks.comma.join(_say(item, spec, language) for item in value)
        case Part():
            clauses = marks.semicolon.join(_clauses(value, language, frozenset(Category)))
            return f"{marks.opening}{clauses}{marks.closing}"
        case date():
            return _moment(value, language)
        case int() | Decimal():
            return _counted(value, spec.unit, language)
        case str() if spec.code is not None:
            label = tables()[spec.code.table].codes.get(value)
            return value if label is None else _in(label, language)
        case str() if language == "zh" and is_month(value) and _is_of_months(spec):
            year, month = map(int, value.split("-"))
            return f"{year}年{month}月"
    return str(value)


def _moment(moment: date, language: Language) -> str:
    if isinstance(moment, datetime):
        local = moment.astimezone(SHANGHAI)
        return f"{in_chinese(local)}{local:%H:%M}" if language == "zh" else f"{local:%Y-%m-%d %H:%M}"
    return in_chinese(moment) if language == "zh" else moment.isoformat()


def _counted(number: int | Decimal, unit: Unit | None, language: Language) -> str:
    if unit is None:
        return str(number)
    if language == "zh":
        return f"{number}{unit.zh}"
    return f"{number} {unit.symbol}" if unit.symbol else str(number)


def _is_of_months(spec: Field) -> bool:
    limits = field_type(spec.annotation).limits
    return any(isinstance(each, Predicate) and each.func is is_month for each in limits)


def _in(label: Label, language: Language) -> str:
    return label.zh if language == "zh" else label.en
