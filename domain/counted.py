"""What the numbers of rules count: its words after a number, and which numbers make sense."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from domain.label import Label
from domain.rulebook import Rule


@dataclass(frozen=True, slots=True)
class _Counted:
    """How Chinese writes it after a number, and the least and the greatest number."""

    zh: str
    least: int
    greatest: int


_COUNTED: Final[Mapping[str, _Counted]] = MappingProxyType(
    {
        "days": _Counted("天", 1, 36_500),
        "working_days": _Counted("个工作日", 1, 2_500),
        "months": _Counted("个月", 1, 1_200),
        "years": _Counted("年", 1, 150),
        "month": _Counted("月", 1, 12),
        "grade": _Counted("级", 1, 4),
        "points": _Counted("分", 1, 1_000),
        "children": _Counted("名", 0, 100),
        "persons": _Counted("名", 1, 100),
        "reports": _Counted("份", 1, 1),
        "records": _Counted("条", 0, 0),
    }
)
"""By the unit as rules write it."""


def counted(value: int, unit: str) -> Label:
    """Return a number with its unit: in Chinese, and as a pack writes it."""
    known, written = _COUNTED.get(unit), f"{value} {unit}"
    return Label(written if known is None else f"{value}{known.zh}", written)


def in_english(value: int, unit: str) -> str:
    """Return a number with its unit as a sentence says it."""
    if unit in {"month", "grade"}:
        return f"{unit} {value}"
    several = unit.replace("_", " ")
    one = "child" if unit == "children" else several.removesuffix("s")
    return f"{value} {one if value == 1 else several}"


def sensible(rule: Rule, case: str, unit: str) -> tuple[int, int]:
    """Return the least and the greatest number that make sense for a rule in one case.

    They are the rule's own bounds, else those of the unit. Where both are one, the rule reads no number, and
    its number only says where and from when it counts. A time of 0 makes sense where the shipped rulebook has
    one: on the day itself, or none at all (D32).
    """
    of_unit = _COUNTED[unit]
    shipped = [each.value for each in rule.packs if (each.case, each.unit) == (case, unit)]
    least, greatest = min([of_unit.least, *shipped]), of_unit.greatest
    for bound in (each for each in rule.bounds if each.case == case):
        least = least if bound.least is None else bound.least
        greatest = greatest if bound.greatest is None else bound.greatest
    return least, greatest
