"""Readers: each turns the content of a cell into a value, or into the reason why there is none.

Besides a value and a `Fault`, a reader returns the meaning of a mark (`marks`).
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias
from unicodedata import normalize
from uuid import UUID

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
"""Chinese characters, and private ones in their place."""
_YES_NO: Final = {
    **dict.fromkeys(("是", "有", "√", "✓", "✔", "☑", "y", "yes", "true"), True),
    **dict.fromkeys(("否", "不是", "没有", "n", "no", "false"), False),
}
_SPACED: Final = re.compile(f"({_HAN} )+{_HAN}{{1,2}}")
_STRAY: Final = " \t\r\n\u00a0\u3000\u00ad\u200b\u200e\u200f\u2060\ufeff"
"""Characters that programs leave around copied text."""

Read: TypeAlias = Any
"""A value of the column's type, `Unknown`, `NOTHING` or a `Fault`."""
Reader: TypeAlias = Callable[[Raw], Read]
"""Parses a cell."""


def text() -> Reader:
    """Return a reader of free text, as written except for stray blanks."""
    return _words(4000, is_text)


def title() -> Reader:
    """Return a reader of a name that is not a person's."""
    return _words(200, _is_plain_line)


def _words(longest: int, seen: Callable[[str], bool]) -> Reader:
    """Return a reader of words that are `seen` entirely as written."""

    def read(raw: Raw) -> Read:
        marked = no_words(raw)
        if marked is not None:
            return marked
        return _fitting(clean(raw), longest, is_text) if seen(as_written(raw)) else Fault.ODD_CHARACTERS

    return read


def _is_plain_line(written: str) -> bool:
    """Whether no word is hidden or lost; line breaks are layout, and marks around the words are stray."""
    return is_term(re.sub(r"[\t\r\n]+", " ", written.strip(_STRAY)))


def _fitting(words: str, longest: int, holds: Callable[[str], bool]) -> str | Fault:
    """Return the words if an event may hold them, otherwise the fault."""
    if len(words) > longest:
        return Fault.TOO_LONG
    return words if holds(words) else Fault.ODD_CHARACTERS


def name() -> Reader:
    """Return a reader of a person's name; blanks between single Chinese characters are layout (`王 小明`).

    Other blanks, in a name of another script or between what may be two names, are kept.
    """
    plain = _words(LONGEST_NAME, _is_plain_line)
    return then(plain, lambda words: words.replace(" ", "") if _SPACED.fullmatch(words) else words)


def then(plain: Reader, change: Callable[[str], Read]) -> Reader:
    """Return a reader that changes the words which a plainer reader returns."""

    def read(raw: Raw) -> Read:
        words = plain(raw)
        return change(words) if isinstance(words, str) else words

    return read


def number() -> Reader:
    """Return a reader of the number of a paper or a person, without blanks."""

    def read(raw: Raw) -> Read:
        marked = no_words(raw)
        if marked is not None:
            return marked
        written = clean(raw).replace(" ", "")
        lost = not abs(raw) < LOST_FROM if isinstance(raw, int | float) else _SCIENTIFIC.fullmatch(written)
        if lost:
            return Fault.LOST_DIGITS
        if not _NUMERAL.search(written):
            return Fault.NOT_A_NUMBER
        return _fitting(written, 100, is_term)

    return read


def file_number() -> Reader:
    """Return a reader of a child's file number, in one spelling for any width and case."""

    def spelled(numeral: str) -> Read:
        return Fault.NOT_A_NUMBER if odd_digits(numeral) else normalize("NFKC", numeral).upper()

    return then(number(), spelled)


def citizen_id() -> Reader:
    """Return a reader of a citizen id as written, with its last sign in upper case."""
    return then(number(), str.upper)


def serial() -> Reader:
    """Return a reader of a row's serial number, without words."""
    return then(text(), lambda words: words if any(map(str.isnumeric, words)) else Fault.NOT_A_NUMBER)


def day() -> Reader:
    """Return a reader of a day, a month or a year."""

    def read(raw: Raw) -> Read:
        marked = mark(raw)
        return read_days(raw) if marked is None else marked

    return read


def code(table: str, words: Mapping[str, str] | None = None) -> Reader:
    """Return a reader of a code of a table, its label, or one of these other words by the code they mean."""
    by_word = {folded(word): meant for word, meant in (words or {}).items()}

    def read(raw: Raw) -> Read:
        written = folded(as_written(raw))
        key = by_word.get(written) or _spellings(table).get(written)
        if key is not None and not odd_digits(raw):
            return key
        marked = mark(raw)
        return Fault.UNKNOWN_CODE if marked is None else marked

    return read


def yes_no(words: Mapping[str, bool] | None = None) -> Reader:
    """Return a reader of whether something holds, by the usual words, a tick, or one of these other words."""
    by_word = _YES_NO | {folded(word): meant for word, meant in (words or {}).items()}

    def read(raw: Raw) -> Read:
        meant = by_word.get(folded(as_written(raw)))
        if meant is not None:
            return meant
        marked = mark(raw)
        return Fault.UNKNOWN_CODE if marked is None else marked

    return read


def names() -> Reader:
    """Return a reader of the names of several persons, with 、, a comma or a semicolon between them."""
    one = name()

    def read(raw: Raw) -> Read:
        marked = no_words(raw)
        if marked is not None:
            return marked
        persons = [one(person) for person in re.split("[、,，;；]", as_written(raw)) if clean(person)]
        unusable = (person for person in persons if not isinstance(person, str))
        return next(unusable, tuple(persons))

    return read


def file_id(otherwise: Fault) -> Reader:
    """Return a reader of the id of another file in the ledger, with the fault of anything else."""

    def identified(written: str) -> Read:
        try:
            return UUID(written)
        except ValueError:
            return otherwise

    return then(text(), identified)


def file_id_or_name() -> Reader:
    """Return a reader of the id of another file in the ledger, or else of the name that it goes by."""

    def identified(written: str) -> Read:
        try:
            return UUID(written)
        except ValueError:
            return written

    return then(text(), identified)


def coded_word(table: str, words: Mapping[str, str]) -> Reader:
    """Return a reader of a code with words (`A1 查找不到父母`), or either alone; both must agree."""
    by_word = {folded(word): meant for word, meant in words.items()}

    def read(raw: Raw) -> Read:
        written = folded(as_written(raw))
        match = re.fullmatch(r"([a-z]\d?|\d+)[-:、.)]*(.*)", written)
        coded = _spellings(table).get(match[1]) if match else None
        rest = match[2] if match and coded is not None else written
        worded = by_word.get(rest) or _spellings(table).get(rest)
        if odd_digits(raw) or (coded is None and worded is None):
            marked = mark(raw)
            return Fault.UNKNOWN_CODE if marked is None else marked
        if coded is not None and worded is not None and coded != worded:
            return Fault.CONTRADICTS
        return coded or worded

    return read


@cache
def _spellings(table: str) -> dict[str, str]:
    """Return the codes of a table by their spellings; a nationality with or without 族."""
    keys: dict[str, str] = {}
    for key, label in tables()[table].codes.items():
        for word in (key, label.zh, label.en, key.lstrip("0")):
            if word:
                keys.setdefault(folded(word), key)
        if table == "ethnic_group" and label.zh.endswith("族"):
            keys.setdefault(folded(label.zh[:-1]), key)
    return keys
