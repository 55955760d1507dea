"""The characters that a text may have, so that all readers see the same: one rule for every way in.

Characters of every script are kept as they are, including private ones and those unknown to the tables here.
The rule refuses invisible characters, those that display a text otherwise than it is compared, and a name or
a number that names nothing.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points from one to another, both included."""

CONTROLS: Final[Ranges] = (
    (0x00, 0x08),
    (0x0B, 0x0C),
    (0x0E, 0x1F),
    (0x7F, 0x9F),
    (0x202A, 0x202E),  # embeddings and overrides of direction
    (0x2066, 0x206F),  # isolates, and what is deprecated
    (0xD800, 0xDFFF),  # halves of a pair
    (0xFDD0, 0xFDEF),  # never characters, as the last two of every plane
    (0xFFF9, 0xFFFB),
    *((plane | 0xFFFE, plane | 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)
"""Excluded from every text: controls except tab and line break, direction overrides, non-characters."""
HIDDEN: Final[Ranges] = (
    (0x09, 0x0D),
    (0xAD, 0xAD),
    (0x061C, 0x061C),
    (0x200B, 0x200B),
    (0x200E, 0x200F),
    (0x2028, 0x2029),
    (0x2060, 0x2065),
    (0xFEFF, 0xFEFF),
    (0xE0000, 0xE007F),
)
"""Also excluded from a line: line breaks, and invisible marks that no script needs."""
BLANK: Final[Ranges] = (
    (0x09, 0x0D),
    (0x1C, 0x20),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0xAD, 0xAD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Characters that show nothing: blanks, fillers, and ignorable ones (Default_Ignorable_Code_Point)."""
LOST: Final[Ranges] = ((0xFFFC, 0xFFFD),)
"""Characters with which programs replace those that they could not keep: the original is lost."""
DRAWN: Final[Ranges] = (
    (0x2190, 0x245F),
    (0x2500, 0x27BF),
    (0x2900, 0x2BFF),
    (0x3000, 0x303F),
)
"""The ranges of arrows, boxes, stars and ticks, which forms have in place of a word."""
COUNTY_DIGITS: Final = 6
TOWNSHIP_DIGITS: Final = 9
"""Of the codes of places: a township's begin with those of its county."""


def is_text(text: str) -> bool:
    """Return whether a text has a visible character and no excluded one."""
    return _REFUSED_IN_TEXT.search(text) is None and _SEEN.search(text) is not None


def is_line(text: str) -> bool:
    """Return whether it is a text of one line, such as a name or a number, without invisible marks."""
    return _REFUSED_IN_LINE.search(text) is None and _SEEN.search(text) is not None


def is_term(text: str) -> bool:
    """Return whether it is a line that can be a name or a number: with a letter, a digit or a picture.

    A dash, a question mark or a lone accent is no answer; a missing value has its own form.
    """
    return is_line(text) and any(map(_names, text))


def is_digits(text: str) -> bool:
    """Return whether it has only the digits 0 to 9, of no other script and none raised."""
    return text.isascii() and text.isdecimal()


def is_place_code(text: str) -> bool:
    """Return whether it is the code of a county (six digits) or of a township (nine), by its form."""
    return is_digits(text) and len(text) in {COUNTY_DIGITS, TOWNSHIP_DIGITS} and not text.startswith("00")


def is_hash(text: str) -> bool:
    """Return whether it is a SHA-256 in lower-case hexadecimal digits."""
    return _HASH.fullmatch(text) is not None


@lru_cache(maxsize=20_000)
def _names(sign: str) -> bool:
    category = unicodedata.category(sign)
    if category == "So":
        return not _is_in(sign, DRAWN, LOST)
    # Characters unknown to the tables here, and private ones, may be names.
    of_names = category in {"Co", "Cn"} or (category[0] in "LN" and category != "Lm")
    return of_names and not _is_in(sign, BLANK)


def _is_in(sign: str, *ranges: Ranges) -> bool:
    return any(first <= ord(sign) <= last for each in ranges for first, last in each)


def _any_of(*ranges: Ranges) -> str:
    return "".join(f"\\U{first:08X}-\\U{last:08X}" for each in ranges for first, last in each)


_REFUSED_IN_TEXT: Final = re.compile(f"[{_any_of(CONTROLS)}]")
_REFUSED_IN_LINE: Final = re.compile(f"[{_any_of(CONTROLS, HIDDEN, LOST)}]")
_HASH: Final = re.compile("[0-9a-f]{64}")
_SEEN: Final = re.compile(f"[^{_any_of(CONTROLS, BLANK, LOST)}]")
