"""Search for names: by consecutive characters, by pinyin and by initials.

A name has terms, of which only keyed hashes are stored; a query has the terms that a name must have. The
stored hashes reveal how often each term occurs, and with a list of common names allow guesses at the most
frequent ones; without the key, no hash can be matched to a name.
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Final

from domain.event import LONGEST_NAME
from domain.label import Label
from domain.limit import Area, limit

# Characters are read one by one: a dictionary of phrases would take 45 MB without being used.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import Style, pinyin

ROW: Final = 8
"""Consecutive letters of a term; a longer query is split into all its sequences of this length."""
MOST_OF_A_NAME: Final = 1400
"""Terms of one name; if its readings would make more, fewer readings of each character are used."""
MOST_TERMS: Final = limit(
    4000,
    Area.COSTS,
    Label("一份档案的检索词数", "Search terms of a file"),
    why=Label(
        "每记一条都要重写；多音字再多，也不拖慢他人",
        "They are written anew with each entry, and no name, however many its readings, holds up the others",
    ),
    beyond=Label(
        "先用较少的读音，再只用最近的姓名；其余姓名以全名检索",
        "Fewer readings are used, then the latest names only; the others are found by the whole name",
    ),
)
_SURNAMES: Final = {"黑": "he", "贠": "yun"}
"""Readings as a surname that the dictionary lacks."""
_TYPED: Final = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that do not decompose into a letter and a mark, as typed on other keyboards."""
_HANZI: Final = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xE000, 0xFAFF),
    (0x20000, 0x3FFFF),
    (0xF0000, 0x10FFFF),
)
"""Blocks of Chinese characters, private ones among them; some tables lack a part of these."""


def fold_text(text: str) -> str:
    """Return a text in the form for search: half-width, lower case, without blanks or marks, ü as v."""
    return "".join(_words(text))


def whole_number(number: str) -> str:
    """Return the term of a number, independent of the width and case of its characters; marks count."""
    return "".join(unicodedata.normalize("NFKC", number).casefold().split())


def is_hanzi(letter: str) -> bool:
    """Whether a character is a Chinese one."""
    return any(first <= ord(letter) <= last for first, last in _HANZI)


def whole_name(name: str) -> str:
    """Return the term of exactly this name, not of names that contain it."""
    return f"={fold_text(name)}"


def terms_of_names(names: Iterable[str]) -> set[str]:
    """Return all search terms of a file with these names, the latest first."""
    terms: set[str] = set()
    full = False
    for name in names:
        more = {whole_name(name)} if full else terms_of_name(name)
        full = full or len(terms) + len(more) > MOST_TERMS
        terms |= {whole_name(name)} if full else more
        if len(terms) >= MOST_TERMS:
            break
    return terms


def terms_of_name(name: str) -> set[str]:
    """Return all search terms of a name: consecutive characters, beginnings of pinyin, and initials."""
    first = name[:LONGEST_NAME]
    terms = {whole_name(name)} | _rows([[letter] for letter in fold_text(first)])
    syllables = list(_syllables(first))
    most = max((len(readings) for readings in syllables), default=0)
    for count in range(most, 1, -1):
        with suppress(_TooManyError):
            return terms | _heard([readings[:count] for readings in syllables], MOST_OF_A_NAME - len(terms))
    return terms | _heard([readings[:1] for readings in syllables])


def terms_of_query(query: str) -> set[str]:
    """Return the terms that a name must all have to match; none for a query without a character."""
    folded = fold_text(query)
    return {folded[:ROW]} | _inner(folded, 1) if folded else set()


def _inner(text: str, start: int) -> set[str]:
    """Return the terms of the sequences within a text, from a letter on; these need not begin the text."""
    return {f"~{text[at : at + ROW]}" for at in range(start, len(text) - ROW + 1)}


class _TooManyError(Exception):
    """A name has more readings than its terms may number."""


def _heard(syllables: list[list[str]], most: int | None = None) -> set[str]:
    """Return the terms of the readings and of the initials. Raises _TooManyError."""
    initials = [list(dict.fromkeys(reading[0] for reading in readings)) for readings in syllables]
    terms = _rows(syllables, most) | _rows(initials, most)
    if most is not None and len(terms) > most:
        raise _TooManyError
    return terms


def _rows(syllables: list[list[str]], most: int | None = None) -> set[str]:
    """Return the terms that begin at a syllable, and every sequence within.

    Raises _TooManyError if there are more readings than `most`.
    """
    terms: set[str] = set()
    seen: set[tuple[tuple[str, ...], ...]] = set()
    ways = 0
    for start in range(len(syllables)):
        ahead = tuple(map(tuple, syllables[start : start + ROW + 1]))
        if ahead in seen:
            continue
        seen.add(ahead)
        for first in ahead[0]:
            # The reach of a sequence that begins with this syllable's last letter.
            length = len(first) + ROW - 1
            for text in _ways(first, ahead[1:], length):
                terms.update(text[:end] for end in range(1, min(len(text), ROW) + 1))
                terms |= _inner(text[:length], 0)
                ways += 1
                if most is not None and max(ways, len(terms)) > most:
                    raise _TooManyError
    return terms


def _ways(first: str, ahead: Sequence[Sequence[str]], length: int) -> Iterator[str]:
    """Yield every reading of a syllable and the next ones, up to a number of letters or to the end."""
    if len(first) >= length or not ahead:
        yield first
        return
    for reading in ahead[0]:
        yield from _ways(first + reading, ahead[1:], length)


def _words(text: str) -> list[str]:
    # A small u with two dots is typed as v; every other letter loses its marks.
    folded = unicodedata.normalize("NFKD", text).casefold().replace("u\u0308", "v").translate(_TYPED)
    kept = (letter for letter in folded if unicodedata.category(letter)[0] != "M")
    return "".join(letter if _is_letter(letter) else " " for letter in kept).split()


def _is_letter(sign: str) -> bool:
    """Whether a character is a letter or a digit, or one in private use or unknown to the tables here."""
    return sign.isalnum() or unicodedata.category(sign) in {"Co", "Cn"}


def _syllables(name: str) -> Iterator[list[str]]:
    """Yield the readings of each syllable; a word that is not Chinese is one syllable."""
    for word in _words(name):
        other = ""
        for letter in word:
            if not is_hanzi(letter):
                other += letter
                continue
            if other:
                yield _spellings(other)
            other = ""
            yield _readings(letter)
        if other:
            yield _spellings(other)


def _spellings(word: str) -> list[str]:
    """Return the spellings of a word, of which one with ü has several."""
    return list(dict.fromkeys(word.replace("v", typed) for typed in ("v", "u", "ue")))


@cache
def _readings(letter: str) -> list[str]:
    terms = [syllable.replace("ü", "v") for syllable in pinyin(letter, style=Style.NORMAL, heteronym=True)[0]]
    if letter in _SURNAMES:
        terms.append(_SURNAMES[letter])
    # The spellings of different keyboards and of passports.
    terms += [syllable.replace("v", typed) for syllable in terms for typed in ("u", "yu") if "v" in syllable]
    return list(dict.fromkeys(terms))
