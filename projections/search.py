"""How a name is found: by any of its characters in a row, by its pinyin and by its initials.

A name is turned into terms, of which only keyed hashes are stored; a query is turned into the terms that a
name must have. Whoever sees the stored hashes learns how often which term occurs, and with a list of common
names can guess at the most frequent ones; without the key nobody can tell which name a term belongs to.
"""

import os
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from typing import Final

# Characters are read one by one: a dictionary of phrases would take 45 MB and not be used.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import Style, pinyin

LONGEST: Final = 8
"""Characters of a name that are found in a row; a longer query is found by all of its rows of so many."""
SYLLABLES: Final = 6
"""Syllables in a row by which a name is found in pinyin."""
_READINGS: Final = 32
"""Ways kept of reading so many syllables, where characters have several readings."""
_SURNAMES: Final = {"黑": "he", "贠": "yun"}
"""Readings as a surname that the dictionary lacks."""


def fold_text(text: str) -> str:
    """Return a text as it is searched: full-width as half-width, lower case, no blanks or marks, ü as v."""
    return "".join(_words(text))


def whole_number(number: str) -> str:
    """Return the term of a number, the same however wide or large its characters are; marks count."""
    return "".join(unicodedata.normalize("NFKC", number).casefold().split())


def is_hanzi(letter: str) -> bool:
    """Whether a character is a Chinese one."""
    return unicodedata.name(letter, "").startswith("CJK UNIFIED IDEOGRAPH")


def whole_name(name: str) -> str:
    """Return the term that only a name itself has, and none that merely contains it."""
    return f"={fold_text(name)}"


def terms_of_name(name: str) -> set[str]:
    """Return every term by which a name is found: characters in a row, beginnings of pinyin and initials."""
    folded = fold_text(name)
    found = {whole_name(name)} | {
        folded[start:end] for start in range(len(folded)) for end in range(start + 1, start + LONGEST + 1)
    }
    syllables = list(_syllables(name))
    for start in range(len(syllables)):
        for reading in islice(product(*syllables[start : start + SYLLABLES]), _READINGS):
            found.update(_beginnings("".join(reading)))
            found.update(_beginnings("".join(syllable[0] for syllable in reading)))
    return found


def terms_of_query(query: str) -> set[str]:
    """Return the terms that a name must all have to be found; none for a query without a character."""
    folded = fold_text(query)
    if len(folded) > LONGEST and any(map(is_hanzi, folded)):
        return {folded[start : start + LONGEST] for start in range(len(folded) - LONGEST + 1)}
    return {folded} if folded else set()


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    return "".join(letter if _is_letter(letter) else " " for letter in folded).split()


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
                yield [other]
            other = ""
            yield _readings(letter)
        if other:
            yield [other]


@cache
def _readings(letter: str) -> list[str]:
    found = [syllable.replace("ü", "v") for syllable in pinyin(letter, style=Style.NORMAL, heteronym=True)[0]]
    if letter in _SURNAMES:
        found.append(_SURNAMES[letter])
    # As it is typed on different keyboards, and as it stands in passports.
    found += [syllable.replace("v", typed) for syllable in found for typed in ("u", "yu") if "v" in syllable]
    return list(dict.fromkeys(found))


def _beginnings(text: str) -> Iterator[str]:
    return (text[:end] for end in range(1, len(text) + 1))
