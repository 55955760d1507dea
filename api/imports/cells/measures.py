"""Parsing of handwritten numbers, with or without a unit, exactly or not at all."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from api.folding import folded
from api.imports.cells.marks import mark
from api.imports.cells.raw import Raw, clean
from api.imports.cells.values import Read, Reader
from api.imports.faults import Fault
from domain.field_types import bounds
from ledger.canonical import measurable

_NUMBER: Final = r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
"""A comma separates thousands, and precedes three digits."""
_BARE: Final = re.compile(_NUMBER)
_MEASURE: Final = re.compile(rf"[¥￥]? ?(?P<number>{_NUMBER}) ?(?P<unit>[^0-9].*)?")
_WHOLE: Final = re.compile(r"([+-]?[0-9]+)(\.0+)?")
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("−"): "-"}
_BRACKETED: Final = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_NOTES: Final = frozenset({"必填", "选填", "必须", "可空"})


def amount(kind: Any, units: Mapping[str, str] | None = None) -> Reader:  # noqa: ANN401 - an annotation
    """Return a reader of a number within the bounds of its kind; `units` are accepted, with their factors."""
    lowest, highest = bounds(kind)
    factors = {"": Decimal(1)} | {folded(unit): Decimal(factor) for unit, factor in (units or {}).items()}

    def read(raw: Raw) -> Read:
        marked = mark(raw)
        if marked is not None:
            return marked
        match = _MEASURE.fullmatch(_numeric(raw))
        factor = None if match is None else factors.get(folded(match["unit"] or ""))
        if match is None or factor is None:
            return Fault.NOT_A_NUMBER
        value = Decimal(match["number"].replace(",", "")) * factor
        if not measurable(value):
            return Fault.TOO_LONG
        return value if lowest <= value <= highest else Fault.OUT_OF_RANGE

    return read


def whole(kind: Any, suffixes: str = "") -> Reader:  # noqa: ANN401 - an annotation
    """Return a reader of a whole number within the bounds of its kind; a suffix such as 次 may follow."""
    lowest, highest = bounds(kind)

    def read(raw: Raw) -> Read:
        marked = mark(raw)
        if marked is not None:
            return marked
        match = _WHOLE.fullmatch(_numeric(raw).rstrip(f"{suffixes} "))
        if match is None:
            return Fault.NOT_A_NUMBER
        value = Decimal(match[1])
        return int(value) if lowest <= value <= highest else Fault.OUT_OF_RANGE

    return read


def counted(kind: Any, units: Mapping[str, str] | None = None) -> Reader:  # noqa: ANN401 - an annotation
    """Return a reader of a whole number of its kind in any of the `units`, such as minutes: `1.5小时`."""
    measured = amount(kind, units)

    def read(raw: Raw) -> Read:
        value = measured(raw)
        if not isinstance(value, Decimal):
            return value
        return int(value) if value == value.to_integral_value() else Fault.NOT_A_NUMBER

    return read


def is_number(raw: Raw) -> bool:
    """Whether a cell holds a number, or a text of nothing but a number."""
    return not isinstance(raw, bool) and _BARE.fullmatch(_numeric(raw)) is not None


def _numeric(raw: Raw) -> str:
    """Return a cell as text with digits and signs in usual width, and no other change."""
    return clean(raw).translate(_FULL_WIDTH)


def unit_of(heading: str, units: Iterable[str]) -> str:
    """Return the unit in a heading, `身高(cm)` or `身高cm`; empty if there is none.

    A text in brackets that is none of the `units` counts as an unknown unit.
    """
    written = folded(heading)
    in_brackets = (each.removeprefix("单位:") for each in _BRACKETED.findall(written))
    bracketed = "".join(each for each in in_brackets if each not in _NOTES)
    bare = _BRACKETED.sub("", written).strip("*★:")
    ends = (unit for unit in sorted(units, key=len, reverse=True) if bare.endswith(unit))
    return bracketed or next(ends, "")
