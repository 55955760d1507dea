"""The display of a cell: a number or a day by its number format, as in a spreadsheet program.

A register is what people see. A number format may show less of a day than the cell holds, or more than the
number that it holds. Formats are those of ECMA-376 part 1, 18.8.30 and 18.8.31.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Final

from api.imports.cells.raw import LOST_FROM, Counted, Raw, Unusable, as_written
from api.imports.faults import Fault

GENERAL: Final = "General"
BUILT_IN: Final = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    **dict.fromkeys((32, 55), 'h"时"mm"分"'),
    **dict.fromkeys((33, 56), 'h"时"mm"分"ss"秒"'),
    34: 'h"时"mm"分"',
    35: 'h"时"mm"分"ss"秒"',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""Formats that files reference by number alone; 27 to 36 and 50 to 58 are those for Chinese."""

EPOCH_1900: Final = date(1899, 12, 30)
EPOCH_1904: Final = date(1904, 1, 1)
_LAST: Final = 2_958_465
"""31 December 9999, counted from 1900."""
_NO_SUCH_DAY: Final = 60
"""29 February 1900, which did not exist."""
_MILLISECONDS: Final = 86_400_000

_TOKEN: Final = re.compile(
    r"""
      (?P<literal> "[^"]*" | [\\!]. | \[\$[^\]-]*-?[^\]]*\] )
    | (?P<skipped> _. | \*. )
    | (?P<elapsed> \[(?:h+|m+|s+)\] )
    | (?P<bracket> \[[^\]]*\] )
    | (?P<general> General | G/通用格式 )
    | (?P<halves>  AM/PM | A/P | 上午/下午 )
    | (?P<power>   E[+-] )
    | (?P<moment>  y+ | e+ | b+ | g+ | m+ | d+ | h+ | s+(?:\.0+)? | a{3,4} )
    | (?P<digits>  [0\#?]+ )
    | (?P<mark>    [.,/%@] )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CONDITION: Final = re.compile(r"\[(?P<sign><=|>=|<>|<|>|=)(?P<bound>-?\d+(?:\.\d+)?)\]")
_COMPARES: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_COUNT: Final = re.compile("[1-9][0-9]{4}")
_WEEKDAYS: Final = "一二三四五六日"
_MONEY: Final = "¥￥$€£元 "


@dataclass(frozen=True, slots=True)
class Format:
    """One section of a number format.

    It applies to every number, or to those for which it `holds`. `moment` are the parts of a moment that it
    shows: of `ymdhs`, `n` for minutes, `w` for the day of the week. Otherwise `pieces` are its output in
    order: runs of digits (`0` must be shown, `#` need not be) and, quoted, words; None if it shows the number
    as such, rounded, grouped or scaled at most.
    """

    moment: frozenset[str] = frozenset()
    elapsed: bool = False
    pieces: tuple[str, ...] | None = None
    percent: bool = False
    condition: tuple[str, float] | None = None

    def holds(self, number: float) -> bool:
        """Whether the section's condition, if any, holds for a number."""
        return self.condition is None or _COMPARES[self.condition[0]](number, self.condition[1])


def shown(number: float, code: str, epoch: date = EPOCH_1900) -> Raw:
    """Return a number as its cell shows it: itself, a moment counted from the epoch, or text."""
    form = _section_for(code, number)
    if form.moment:
        return _from_count(number, form, epoch)
    if form.percent:
        return f"{(Decimal(repr(number)) * 100).normalize():f}%"
    written = None if form.pieces is None else _written(number, form.pieces)
    if written is not None:
        return written
    return number if epoch == EPOCH_1900 else Counted(number, epoch)


def shown_as_written(number: str, code: str, epoch: date = EPOCH_1900) -> Raw:
    """Return the same for a number in text form; any other text, or infinity, is unchanged."""
    try:
        value = float(number)
    except ValueError:
        return number
    return shown(value, code, epoch) if isfinite(value) else number


def shown_instant(written: str, code: str) -> Raw | None:
    """Return an ISO 8601 moment as its cell shows it; as written with a zone; None for another text."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return shown_moment(moment, code) if moment.tzinfo is None else written


def shown_moment(moment: datetime, code: str) -> Raw:
    """Return a moment as its cell shows it."""
    form = _sections(code)[0]
    return _moment(moment, form) if form.moment else _whole(moment)


def shown_text(text: str, code: str, epoch: date = EPOCH_1900) -> Raw:
    """Return a text as its cell shows it; one that may be a count of days has its day 0."""
    if "@" in code and code != "@":
        pieces = _sections(code)[-1].pieces or ()
        return "".join(text if piece == "@" else piece[1:] for piece in pieces) if "@" in pieces else text
    return Counted(float(text), epoch) if epoch != EPOCH_1900 and _COUNT.fullmatch(text) else text


def _section_for(code: str, number: float) -> Format:
    """Return the section that applies to a number."""
    sections = [each for each in _sections(code) if "@" not in (each.pieces or ())] or [Format()]
    if any(each.condition for each in sections):
        return next((each for each in sections if each.holds(number)), Format())
    if number < 0 and len(sections) > 1:
        # The sign is written in the section, by brackets or a colour.
        return sections[1] if sections[1].moment else Format()
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]  # noqa: PLR2004 - positive, negative, zero


@lru_cache(maxsize=1_000)
def _sections(code: str) -> tuple[Format, ...]:
    return tuple(_section(part) for part in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code))


def _section(code: str) -> Format:
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(code)]
    kinds = {kind for kind, _ in tokens}
    comparison = _CONDITION.search(code)
    condition = None if comparison is None else (comparison["sign"], float(comparison["bound"]))
    if {"moment", "elapsed"} & kinds and not {"digits", "general"} & kinds:
        return Format(_parts(tokens), elapsed="elapsed" in kinds, condition=condition)
    percent = any(text == "%" for _, text in tokens)
    return Format(pieces=_pieces(tokens), percent=percent, condition=condition)


def _parts(tokens: list[tuple[str, str]]) -> frozenset[str]:
    """Return the parts of a moment shown; `m` is minutes next to hours or seconds, `ddd` the weekday."""
    letters: list[str] = []
    for kind, text in tokens:
        if kind in {"moment", "elapsed"}:
            letter = text.strip("[]")[0].lower()
            weekday = letter == "a" or (letter == "d" and len(text) > 2)  # noqa: PLR2004 - `dd` is still a day
            letters.append("w" if weekday else {"e": "y", "b": "y", "g": "y"}.get(letter, letter))
    return frozenset(
        "n"
        if letter == "m" and (letters[at - 1 : at] == ["h"] or letters[at + 1 : at + 2] == ["s"])
        else letter
        for at, letter in enumerate(letters)
    )


def _pieces(tokens: list[tuple[str, str]]) -> tuple[str, ...] | None:
    """Return the output of a format of numbers and words; None if it shows the number as such."""
    pieces: list[str] = []
    for kind, text in tokens:
        if kind in {"power", "moment", "elapsed"} or text == "/":
            return None  # a power or a fraction
        if kind == "general":
            pieces.append("#")
        elif kind == "digits" or text in {".", ",", "@"}:
            pieces.append(text)
        elif kind == "literal" or (kind == "other" and text not in "+()"):
            pieces.append(f'"{_literal(text)}')
    words = "".join(piece[1:] for piece in pieces if piece.startswith('"')).strip(_MONEY)
    digits = "".join(piece for piece in pieces if not piece.startswith('"'))
    if not digits:
        return tuple(pieces) if any(map(str.isalnum, words)) else None
    if digits.endswith(","):
        return None  # in thousands
    whole = digits.partition(".")[0]
    return tuple(pieces) if words or whole.count("0") > 1 or digits == "@" else None


def _literal(text: str) -> str:
    if text.startswith("[$"):
        return text[2:-1].partition("-")[0]
    return text[1:-1] if text.startswith('"') else text[-1]


def _written(number: float, pieces: tuple[str, ...]) -> str | None:
    """Return a number written in pieces, with all its digits; None if the pieces do not determine it."""
    runs = [piece for piece in pieces if not piece.startswith('"') and piece != ","]
    if abs(number) >= LOST_FROM:
        return None
    exact = Decimal(repr(number))
    if not runs:
        return "".join(piece[1:] for piece in pieces)
    if exact != exact.to_integral_value() or "." in runs:
        first = next(at for at, piece in enumerate(pieces) if not piece.startswith('"'))
        last = max(at for at, piece in enumerate(pieces) if not piece.startswith('"'))
        if any(piece.startswith('"') for piece in pieces[first:last]):
            return None
        words = ["".join(piece[1:] for piece in each) for each in (pieces[:first], pieces[last + 1 :])]
        return f"{words[0]}{as_written(number)}{words[1]}".strip()
    left, written = f"{abs(int(exact))}", ""
    for at, piece in reversed(list(enumerate(pieces))):
        if piece.startswith('"'):
            written = piece[1:] + written
        elif piece != ",":
            first = not any(each for each in pieces[:at] if not each.startswith('"'))
            size = len(left) if first else len(piece)
            digits, left = left[-size:], left[:-size]
            written = digits.rjust(piece.count("0"), "0") + written
    return f"{'-' if exact < 0 else ''}{written}".strip()


def _from_count(count: float, form: Format, epoch: date) -> Raw:
    """Return the moment of a count of days, as shown; a nonexistent day cannot be used."""
    days, rest = divmod(round(count * _MILLISECONDS), _MILLISECONDS) if abs(count) <= _LAST else (-1, 0)
    if not form.moment & frozenset("ymdw"):
        return _clock(count, form)
    first = epoch
    if epoch == EPOCH_1900:
        if days in {0, _NO_SUCH_DAY}:
            days = -1
        elif days < _NO_SUCH_DAY:
            first = epoch + timedelta(days=1)
    if days < 0 or (epoch - EPOCH_1900).days + days > _LAST:
        return Unusable(as_written(count), Fault.IMPOSSIBLE_DATE)
    return _moment(
        datetime.combine(first + timedelta(days=days), time.min) + timedelta(milliseconds=rest), form
    )


def _moment(moment: datetime, form: Format) -> Raw:
    parts = form.moment
    if parts >= frozenset("ymd"):
        return _whole(moment) if "h" in parts else moment.date()
    if "y" in parts:
        return f"{moment.year}年" + (f"{moment.month}月" if "m" in parts else "")
    words = (f"{moment.month}月" if "m" in parts else "") + (f"{moment.day}日" if "d" in parts else "")
    if words:
        return words
    if "w" in parts:
        return f"星期{_WEEKDAYS[moment.weekday()]}"
    return moment.time().isoformat("seconds")


def _whole(moment: datetime) -> Raw:
    return moment.date() if moment.time() == time.min else moment


def _clock(count: float, form: Format) -> Raw:
    """Return a time of day, or elapsed hours and minutes."""
    if not 0 <= count <= _LAST:
        return Unusable(as_written(count), Fault.IMPOSSIBLE_DATE)
    seconds = round((count if form.elapsed else count % 1) * 86_400)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}" + (f":{second:02d}" if "s" in form.moment else "")
