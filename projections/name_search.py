"""How a name is found: by any of its characters in a row, by its pinyin and by its initials.

A name is turned into terms, of which only keyed hashes are stored; a query is turned into the terms that a
name must have. Whoever sees the stored hashes learns how often which term occurs, and with a list of common
names can guess at the most frequent ones; without the key nobody can tell which name a term belongs to.
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

# Characters are read one by one: a dictionary of phrases would take 45 MB and not be used.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import Style, pinyin

ROW: Final = 8
"""Letters in a row that make a term; a longer query is found by all of its rows of so many."""
MOST_OF_A_NAME: Final = 1400
"""Terms of one name: where readings of its characters would make more, each character has fewer of them."""
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
"""Letters that are no other letter with a mark, as they are typed without a keyboard for them."""
_HANZI: Final = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xE000, 0xFAFF),
    (0x20000, 0x3FFFF),
    (0xF0000, 0x10FFFF),
)
"""Chinese characters by their blocks, private ones among them; not every table knows each of them yet."""


def fold_text(text: str) -> str:
    """Return a text as it is searched: full-width as half-width, lower case, no blanks or marks, ü as v."""
    return "".join(_words(text))


def whole_number(number: str) -> str:
    """Return the term of a number, the same however wide or large its characters are; marks count."""
    return "".join(unicodedata.normalize("NFKC", number).casefold().split())


def is_hanzi(letter: str) -> bool:
    """Whether a character is a Chinese one."""
    return any(first <= ord(letter) <= last for first, last in _HANZI)


def whole_name(name: str) -> str:
    """Return the term that only a name itself has, and none that merely contains it."""
    return f"={fold_text(name)}"


def terms_of_names(names: Iterable[str]) -> set[str]:
    """Return every term by which a file is found that has these names, the latest first."""
    found: set[str] = set()
    full = False
    for name in names:
        more = {whole_name(name)} if full else terms_of_name(name)
        full = full or len(found) + len(more) > MOST_TERMS
        found |= {whole_name(name)} if full else more
        if len(found) >= MOST_TERMS:
            break
    return found


def terms_of_name(name: str) -> set[str]:
    """Return every term by which a name is found: characters in a row, beginnings of pinyin and initials."""
    first = name[:LONGEST_NAME]
    found = {whole_name(name)} | _rows([[letter] for letter in fold_text(first)])
    syllables = list(_syllables(first))
    most = max((len(readings) for readings in syllables), default=0)
    for count in range(most, 1, -1):
        with suppress(_TooManyError):
            return found | _heard([readings[:count] for readings in syllables], MOST_OF_A_NAME - len(found))
    return found | _heard([readings[:1] for readings in syllables])


def terms_of_query(query: str) -> set[str]:
    """Return the terms that a name must all have to be found; none for a query without a character."""
    folded = fold_text(query)
    return {folded[:ROW]} | _inner(folded, 1) if folded else set()


def _inner(text: str, start: int) -> set[str]:
    """Return the terms of rows within a text, from a letter on; a text may begin with none of them."""
    return {f"~{text[at : at + ROW]}" for at in range(start, len(text) - ROW + 1)}


class _TooManyError(Exception):
    """There are more ways to read a name than it may have terms."""


def _heard(syllables: list[list[str]], most: int | None = None) -> set[str]:
    """Return what a name is found by as it is read, and by the initials. Raises _TooManyError."""
    initials = [list(dict.fromkeys(reading[0] for reading in readings)) for readings in syllables]
    found = _rows(syllables, most) | _rows(initials, most)
    if most is not None and len(found) > most:
        raise _TooManyError
    return found


def _rows(syllables: list[list[str]], most: int | None = None) -> set[str]:
    """Return what a name is found by that begins with one of its syllables, and every row within.

    Raises _TooManyError where there are more ways to read it than are asked for at most.
    """
    found: set[str] = set()
    seen: set[tuple[tuple[str, ...], ...]] = set()
    ways = 0
    for start in range(len(syllables)):
        ahead = tuple(map(tuple, syllables[start : start + ROW + 1]))
        if ahead in seen:
            continue
        seen.add(ahead)
        for first in ahead[0]:
            # As far as a row reaches that begins with this syllable's last letter.
            length = len(first) + ROW - 1
            for text in _ways(first, ahead[1:], length):
                found.update(text[:end] for end in range(1, min(len(text), ROW) + 1))
                found |= _inner(text[:length], 0)
                ways += 1
                if most is not None and max(ways, len(found)) > most:
                    raise _TooManyError
    return found


def _ways(first: str, ahead: Sequence[Sequence[str]], length: int) -> Iterator[str]:
    """Yield every way to read on from a syllable for so many letters, or to the end."""
    if len(first) >= length or not ahead:
        yield first
        return
    for reading in ahead[0]:
        yield from _ways(first + reading, ahead[1:], length)


def _words(text: str) -> list[str]:
    # A small u with two dots is typed as v; every other letter as it is without its marks.
    folded = unicodedata.normalize("NFKD", text).casefold().replace("u\u0308", "v").translate(_TYPED)
    kept = (letter for letter in folded if unicodedata.category(letter)[0] != "M")
    return "".join(letter if _is_letter(letter) else " " for letter in kept).split()


def _is_letter(sign: str) -> bool:
    """Whether it is a letter or a digit, also one of a font's own or one that the tables here do not know."""
    return sign.isalnum() or unicodedata.category(sign) in {"Co", "Cn"}


def _syllables(name: str) -> Iterator[list[str]]:
    """Yield the readings of each syllable; what is not Chinese is one syllable a word."""
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
    """Return a word as it may be typed, where it has an ü."""
    return list(dict.fromkeys(word.replace("v", typed) for typed in ("v", "u", "ue")))


@cache
def _readings(letter: str) -> list[str]:
    found = [syllable.replace("ü", "v") for syllable in pinyin(letter, style=Style.NORMAL, heteronym=True)[0]]
    if letter in _SURNAMES:
        found.append(_SURNAMES[letter])
    # As it is typed on different keyboards, and as it stands in passports.
    found += [syllable.replace("v", typed) for syllable in found for typed in ("u", "yu") if "v" in syllable]
    return list(dict.fromkeys(found))
