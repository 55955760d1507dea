"""How a name is found: by one or more of its characters, by its pinyin and by its initials.

A name is turned into terms, of which only keyed hashes are stored; a query is turned into the terms that a
name must have. Where a query says more than its terms can (three characters in a row), the caller compares
the opened names.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final

from pypinyin import Style, pinyin

_SURNAMES: Final = {
    "仇": "qiu", "单": "shan", "曾": "zeng", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "任": "ren",
    "盖": "ge", "缪": "miao", "翟": "zhai", "瞿": "qu", "冼": "xian", "覃": "qin", "乐": "yue", "繁": "po",
    "员": "yun", "折": "she", "黑": "he", "秘": "bi", "召": "shao", "种": "chong", "隗": "wei", "逄": "pang",
    "句": "gou", "尉": "yu", "牟": "mu", "谌": "chen", "郗": "xi", "乜": "nie", "佴": "nai", "贠": "yun",
    "佘": "she", "柏": "bai", "卜": "bu", "晁": "chao", "应": "ying", "宁": "ning", "葛": "ge", "纪": "ji",
    "车": "che", "石": "shi", "那": "na", "洗": "xian", "祭": "zhai", "都": "du", "能": "nai", "占": "zhan",
    "於": "yu", "燕": "yan", "华": "hua", "訾": "zi", "褚": "chu", "鲍": "bao", "薄": "bo", "过": "guo",
    "哈": "ha", "阚": "kan", "亓": "qi", "万": "wan", "不": "fou", "盛": "sheng", "晟": "cheng", "藏": "zang",
    "适": "kuo", "眭": "sui", "么": "yao", "闫": "yan", "郇": "xun", "钭": "tou", "妫": "gui", "揣": "chuai",
    "沈": "shen", "洪": "hong", "殷": "yin", "臧": "zang", "教": "jiao", "艾": "ai",
    "吕": "lv",
}  # fmt: skip
"""Readings that a character has as a surname and a dictionary often puts second."""

_MANY: Final = 64
"""Combinations of readings kept for one name; a name of ordinary length has far fewer."""


def fold_text(text: str) -> str:
    """A text as it is searched: full-width as half-width, lower case, without blanks and marks, ü as v."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    return "".join(letter for letter in folded if letter.isalnum())


def is_hanzi(letter: str) -> bool:
    """Whether a character is a Chinese one."""
    return unicodedata.name(letter, "").startswith("CJK UNIFIED IDEOGRAPH")


def terms_of_name(name: str) -> set[str]:
    """Every term by which a name is found: characters, pairs of them, runs of pinyin and of initials."""
    folded = fold_text(name)
    found = {*folded, *(folded[at : at + 2] for at in range(len(folded) - 1))}
    for reading in _readings(folded):
        for start in range(len(reading)):
            run = reading[start:]
            found.update(_beginnings("".join(run)))
            found.update(_beginnings("".join(syllable[0] for syllable in run)))
    return found


def terms_of_query(query: str) -> set[str]:
    """The terms that a name must all have to be found; none for a query without a letter or character."""
    folded = fold_text(query)
    if any(is_hanzi(letter) for letter in folded):
        pairs = {folded[at : at + 2] for at in range(len(folded) - 1)}
        return pairs or set(folded)
    return {folded} if folded else set()


def matches(name: str, query: str) -> bool:
    """Whether an opened name is one that the query asks for."""
    folded = fold_text(query)
    if any(is_hanzi(letter) for letter in folded):
        return folded in fold_text(name)
    return folded in terms_of_name(name)


def _beginnings(text: str) -> Iterator[str]:
    for end in range(1, len(text) + 1):
        yield text[:end]


def _readings(folded: str) -> Iterator[tuple[str, ...]]:
    options = [sorted(_syllables(letter, first=at == 0)) for at, letter in enumerate(folded)]
    for count, reading in enumerate(product(*options)):
        if count == _MANY:
            return
        yield reading


@cache
def _syllables(letter: str, *, first: bool) -> frozenset[str]:
    if not is_hanzi(letter):
        return frozenset({letter})
    found = {syllable for syllable in pinyin(letter, style=Style.NORMAL, heteronym=True)[0] if syllable}
    if first and letter in _SURNAMES:
        found.add(_SURNAMES[letter])
    found |= {syllable.replace("lv", "lu").replace("nv", "nu") for syllable in found}
    return frozenset(syllable.replace("ü", "v") for syllable in found)
