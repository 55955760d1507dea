"""The marks of the other language on a page, by which a reader of the screen says its words rightly."""

import re
from typing import Final

from api.contract.sentences import Language

_CHARACTERS: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CHINESE: Final = re.compile(rf"[0-9]*[{_CHARACTERS}][{_CHARACTERS}0-9·\u3001-\u301f\uff00-\uffef]*")
_ENGLISH: Final = re.compile(r"[A-Z][\w’'-]*(?:[ ,;:]+[\w’'-]+){3,}[^<>]*")
"""A sentence: words alone, such as the name of a file, are no reason to change the voice."""
_TEXT: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>([^<>]*[^<>\s][^<>]*)(?=</([a-zA-Z0-9]+))?")
_WITHOUT_ELEMENTS: Final = frozenset({"option", "textarea", "text", "title"})
"""In these no other element stands, or none that this would add."""


def with_languages(html: str, language: Language) -> str:
    """Return a page on which texts in the language that is not its own say which one that is.

    A text that has an element for itself is marked there, another one by an element of its own.
    """
    of, other = (_CHINESE, "zh") if language == "en" else (_ENGLISH, "en")

    def marked(found: re.Match[str]) -> str:
        closes, name, attributes, text, closed_by = found.groups()
        if " lang=" in attributes or not of.search(text):
            return found[0]
        whole = closed_by == name and of.fullmatch(text.strip()) is not None
        if not closes and (whole or name in _WITHOUT_ELEMENTS):
            return f'<{name}{attributes} lang="{other}">{text}'
        spans = of.sub(lambda words: f'<span lang="{other}">{words[0]}</span>', text)
        return f"<{closes}{name}{attributes}>{spans}"

    return _TEXT.sub(marked, html)
