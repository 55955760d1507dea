"""Cleaning of texts for storage, and folding for comparison: two spellings of a name are one name."""

import unicodedata
from functools import lru_cache
from typing import Final

from domain.text import CONTROLS, HIDDEN

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
_HIDDEN: Final = frozenset(code for first, last in (*CONTROLS, *HIDDEN) for code in range(first, last + 1))
_DOTS: Final = str.maketrans(dict.fromkeys("•・‧∙⋅᛫⸱ꞏ⦁●.", "·"))


@lru_cache(maxsize=20_000)
def cleaned(text: str) -> str:
    """Return the text to store: without stray blanks and invisible marks, in usual width."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    spaced = text.translate(_FULL_WIDTH)
    visible = "".join(
        " " if mark.isspace() else mark for mark in spaced if mark.isspace() or ord(mark) not in _HIDDEN
    )
    return " ".join(visible.split())


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Return the text to compare by: compatibility forms, case, blanks and joiners do not matter."""
    written = unicodedata.normalize("NFKC", cleaned(text)).casefold()
    return "".join(sign for sign in "".join(written.split()) if unicodedata.category(sign) != "Cf")


def folded_name(text: str) -> str:
    """Return the name of a person or body to compare by: folded, with all dots between its parts alike."""
    return folded(text).translate(_DOTS)
