"""Readers: each turns what stands in a cell into a value, or says why there is none.

Besides a value and a `Fault`, a reader gives what a mark says that stands in place of a value (`marks`).
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias
from unicodedata import normalize

from api.folding import folded
from api.imports.cells.days import read_days
from api.imports.cells.marks import mark, no_words
from api.imports.cells.raw import LOST_FROM, Raw, as_written, clean, odd_digits
from api.imports.faults import Fault
from domain.codes import tables
from domain.event import LONGEST_NAME, Unknown
from domain.text import is_term, is_text

NOT_ON_PAPER: Final = Unknown("not_on_paper")
_SCIENTIFIC: Final = re.compile(r"[0-9](\.[0-9]+)?[Ee][+]?[0-9]+")
_NUMERAL: Final = re.compile("[0-9〇零一二三四五六七八九十百千]")
_HAN: Final = r"[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U000fffff]"
"""Chinese characters, and the private ones that stand for such."""
_SPACED: Final = re.compile(f"({_HAN} )+{_HAN}{{1,2}}")
_STRAY: Final = " \t\r\n\u00a0\u3000\u00ad\u200b\u200e\u200f\u2060\ufeff"
"""What programs leave around a text that is copied."""

Read: TypeAlias = Any
"""A value, `Unknown`, `NOTHING` or a `Fault`: whichever kind of value the column has."""
Reader: TypeAlias = Callable[[Raw], Read]
"""Reads a cell."""


def text() -> Reader:
    """What somebody says, as written but for stray blanks."""
    return _words(4000, is_text)


def title() -> Reader:
    """The name of what is no person."""
    return _words(200, _is_plain_line)


def _words(longest: int, seen: Callable[[str], bool]) -> Reader:
    """Words of which everything can be `seen` as they are written."""

    def read(raw: Raw) -> Read:
        said = no_words(raw)
        if said is not None:
            return said
        return _fitting(clean(raw), longest, is_text) if seen(as_written(raw)) else Fault.ODD_CHARACTERS

    return read


def _is_plain_line(written: str) -> bool:
    """Whether nothing within the words is hidden or lost; line breaks are for looks, marks around stray."""
    return is_term(re.sub(r"[\t\r\n]+", " ", written.strip(_STRAY)))


def _fitting(words: str, longest: int, holds: Callable[[str], bool]) -> str | Fault:
    """Words that an event may hold, or why not."""
    if len(words) > longest:
        return Fault.TOO_LONG
    return words if holds(words) else Fault.ODD_CHARACTERS


def name() -> Reader:
    """The name of a person; blanks behind single Chinese characters are for looks (`王 小明`).

    Other blanks part a name of another script, or what may be two names, and stay.
    """
    plain = _words(LONGEST_NAME, _is_plain_line)

    def read(raw: Raw) -> Read:
        said = plain(raw)
        return said.replace(" ", "") if isinstance(said, str) and _SPACED.fullmatch(said) else said

    return read


def number() -> Reader:
    """The number of a paper or a person, without blanks."""

    def read(raw: Raw) -> Read:
        said = no_words(raw)
        if said is not None:
            return said
        written = clean(raw).replace(" ", "")
        lost = not abs(raw) < LOST_FROM if isinstance(raw, int | float) else _SCIENTIFIC.fullmatch(written)
        if lost:
            return Fault.LOST_DIGITS
        if not _NUMERAL.search(written):
            return Fault.NOT_A_NUMBER
        return _fitting(written, 100, is_term)

    return read


def file_number() -> Reader:
    """A child's number, in one spelling however wide or large its characters are."""
    plain = number()

    def read(raw: Raw) -> Read:
        said = plain(raw)
        if isinstance(said, str):
            return Fault.NOT_A_NUMBER if odd_digits(said) else normalize("NFKC", said).upper()
        return said

    return read


def citizen_id() -> Reader:
    """A citizen id as written, its last sign in upper case."""
    plain = number()

    def read(raw: Raw) -> Read:
        said = plain(raw)
        return said.upper() if isinstance(said, str) else said

    return read


def serial() -> Reader:
    """What numbers the rows; words beside are none."""
    plain = text()

    def read(raw: Raw) -> Read:
        said = plain(raw)
        return Fault.NOT_A_NUMBER if isinstance(said, str) and not any(map(str.isnumeric, said)) else said

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
        if found is not None and not odd_digits(raw):
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
        if odd_digits(raw) or (coded is None and worded is None):
            said = mark(raw)
            return Fault.UNKNOWN_CODE if said is None else said
        if coded is not None and worded is not None and coded != worded:
            return Fault.CONTRADICTS
        return coded or worded

    return read


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
