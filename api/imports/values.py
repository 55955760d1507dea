"""Readers: each turns what stands in a cell into a value, or says why there is none.

Besides a value and a `Fault`, a reader may give `Unknown` where the paper says that it is not known, and
`NOTHING` for a mark that says nothing, such as a dash.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final, TypeAlias

from api.imports.cells import Raw, as_written, clean, folded
from api.imports.days import read_days
from api.imports.faults import Fault
from domain.codes import tables
from domain.event import Unknown

NOT_KNOWN: Final = Unknown("not_known")
NOT_ON_PAPER: Final = Unknown("not_on_paper")
NOTHING: Final = object()
"""What a dash or an empty remark says."""

_DASHES: Final = frozenset(
    {"-", "--", "---", "—", "——", "–", "/", "//", "\\", "无", "空", "n/a", "。", ".", "…"}
)
_UNKNOWN_WORDS: Final = frozenset(
    {"不详", "未知", "不明", "不清", "不清楚", "不知", "待查", "?", "??", "unknown"}
)
_MEASURE: Final = re.compile(r"[¥￥]?([+-]?\d+(?:\.\d+)?)(.*)")
_LONGEST_NUMBER: Final = 100
_LOST: Final = 10**15
"""From here on a spreadsheet no longer keeps every digit of a number."""

Read: TypeAlias = Any
"""A value, `Unknown`, `NOTHING` or a `Fault`: whichever kind of value the column has."""
Reader: TypeAlias = Callable[[Raw], Read]
"""Reads a cell."""


def mark(raw: Raw) -> Read | None:
    """What a mark says that stands in place of a value; None where something else stands there."""
    if not isinstance(raw, str):
        return None
    word = folded(raw)
    if word in _UNKNOWN_WORDS:
        return NOT_KNOWN
    return NOTHING if word in _DASHES else None


def text(longest: int = 4000) -> Reader:
    """Words, as written but for stray blanks."""

    def read(raw: Raw) -> Read:
        said = mark(raw)
        if said is not None:
            return said
        words = clean(raw)
        return words if len(words) <= longest else Fault.TOO_LONG

    return read


def name() -> Reader:
    """A name; blanks between Chinese characters are stray."""
    plain = text(200)

    def read(raw: Raw) -> Read:
        said = plain(raw)
        if isinstance(said, str) and not said.isascii():
            return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", said)
        return said

    return read


def number() -> Reader:
    """The number of a paper or a person, without blanks."""

    def read(raw: Raw) -> Read:
        said = mark(raw)
        if said is not None:
            return said
        if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= _LOST:
            return Fault.LOST_DIGITS
        written = clean(raw).replace(" ", "")
        return written if len(written) <= _LONGEST_NUMBER else Fault.TOO_LONG

    return read


def citizen_id() -> Reader:
    """A citizen id as written, its last sign in upper case."""
    plain = number()

    def read(raw: Raw) -> Read:
        said = plain(raw)
        return said.upper() if isinstance(said, str) else said

    return read


def day() -> Reader:
    """A day, a month or a year."""

    def read(raw: Raw) -> Read:
        said = mark(raw)
        return read_days(raw) if said is None else said

    return read


def code(table: str, words: Mapping[str, str] | None = None) -> Reader:
    """A code of a table: the code, its word, or one of these other words, by the code each means."""
    own = {folded(word): meant for word, meant in (words or {}).items()}

    def read(raw: Raw) -> Read:
        written = folded(as_written(raw))
        found = own.get(written) or _spellings(table).get(written)
        if found is not None:
            return found
        said = mark(raw)
        return Fault.UNKNOWN_CODE if said is None else said

    return read


def coded_word(table: str, words: Mapping[str, str]) -> Reader:
    """A code of a table followed by words (`A1 查找不到父母`), or either alone; both must mean the same."""
    by_word = {folded(word): meant for word, meant in words.items()}

    def read(raw: Raw) -> Read:
        written = folded(as_written(raw))
        match = re.fullmatch(r"([a-z]\d?|\d+)[-:、.)]*(.*)", written)
        coded = _spellings(table).get(match[1]) if match else None
        rest = match[2] if match and coded is not None else written
        worded = by_word.get(rest) or _spellings(table).get(rest)
        if coded is None and worded is None:
            said = mark(raw)
            return Fault.UNKNOWN_CODE if said is None else said
        if coded is not None and worded is not None and coded != worded:
            return Fault.CONTRADICTS
        return coded or worded

    return read


def amount(lowest: int, highest: int, units: Mapping[str, str] | None = None) -> Reader:
    """A number between two bounds, with or without a unit behind it; `units` are those, by their factors."""
    factors = {"": Decimal(1)} | {folded(unit): Decimal(factor) for unit, factor in (units or {}).items()}

    def read(raw: Raw) -> Read:
        said = mark(raw)
        if said is not None:
            return said
        match = _MEASURE.fullmatch(folded(as_written(raw)).replace(",", ""))
        factor = None if match is None else factors.get(match[2])
        if match is None or factor is None:
            return Fault.NOT_A_NUMBER
        value = Decimal(match[1]) * factor
        return value if lowest <= value <= highest else Fault.OUT_OF_RANGE

    return read


def whole(lowest: int, highest: int, suffixes: str = "") -> Reader:
    """A whole number between two bounds; one of the suffixes may follow it, as 次 does."""

    def read(raw: Raw) -> Read:
        said = mark(raw)
        if said is not None:
            return said
        try:
            value = Decimal(folded(as_written(raw)).rstrip(suffixes))
        except InvalidOperation:
            return Fault.NOT_A_NUMBER
        if value != value.to_integral_value():
            return Fault.NOT_A_NUMBER
        return int(value) if lowest <= value <= highest else Fault.OUT_OF_RANGE

    return read


def unit_of(heading: str) -> str:
    """The unit that a heading names in brackets: `身高(cm)` has `cm`; empty where it names none."""
    match = re.search(r"[(\[]([^()\[\]]*)[)\]]$", folded(heading))
    return match[1] if match else ""


@cache
def _spellings(table: str) -> dict[str, str]:
    """The codes of a table by how they may be written; a group name with or without 族."""
    found: dict[str, str] = {}
    for key, label in tables()[table].codes.items():
        for word in (key, label.zh, label.en, key.lstrip("0")):
            if word:
                found.setdefault(folded(word), key)
        if table == "ethnic_group" and label.zh.endswith("族"):
            found.setdefault(folded(label.zh[:-1]), key)
    return found
