"""Styles of OpenDocument cells: their number formats, and which are struck through."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from api.imports.reading.formats import GENERAL
from api.imports.reading.parts import Walker

_FORMATS: Final = frozenset(
    {"number-style", "date-style", "time-style", "percentage-style", "currency-style", "text-style"}
)
_MOMENTS: Final = {
    "year": "yyyy",
    "era": "yyyy",
    "month": "mm",
    "day": "dd",
    "hours": "hh",
    "minutes": "mm",
    "seconds": "ss",
    "day-of-week": "aaa",
}
_COUNT: Final = re.compile("[0-9]{1,9}")
_LONGEST_WORDS: Final = 100
"""Characters of the words beside a number in a number format."""
_MOST_PARENTS: Final = 20
_REPEATED: Final = 2**20
"""Repetitions of a cell or a row at most, which is the height of a sheet."""


@dataclass(slots=True)
class _Style:
    """The style of cells or texts: its format, and whether it is struck through, unless a parent decides."""

    parent: str = ""
    format: str = ""
    struck: bool | None = None


class Look(Walker):
    """The styles by name, and the number formats, spelled as in Office Open XML."""

    def __init__(self) -> None:
        self._styles: dict[str, _Style] = {}
        self._formats: dict[str, str] = {}
        self._style = _Style()
        self._format: list[str] | None = None
        self._heard: list[str] | None = None
        self._percent = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Process the start of an element."""
        if name in _FORMATS:
            self._format, self._percent = [], name == "percentage-style"
            self._formats[attributes.get("name", "")] = GENERAL
        elif self._format is not None:
            self._piece(self._format, name, attributes)
        elif name == "style":
            self._style = _Style(
                attributes.get("parent-style-name", ""), attributes.get("data-style-name", "")
            )
            self._styles[attributes.get("name", "")] = self._style
        elif name == "text-properties":
            line = attributes.get("text-line-through-style", attributes.get("text-line-through-type"))
            if line is not None:
                self._style.struck = line != "none"

    def end(self, name: str) -> None:
        """Process the end of an element."""
        if self._heard is not None and self._format is not None and name in {"text", "currency-symbol"}:
            words, self._heard = "".join(self._heard).replace('"', ""), None
            self._format.append("%" if self._percent and words.strip() == "%" else f'"{words}"')
        elif name in _FORMATS and self._format is not None:
            # The format that was begun last.
            self._formats[next(reversed(self._formats))] = "".join(self._format) or GENERAL
            self._format = None

    def text(self, text: str) -> None:
        """Process a piece of text."""
        if self._heard is not None:
            self._heard.append(text[:_LONGEST_WORDS])

    def format(self, style: str) -> str:
        """Return the number format of a style, or of the first of its parents that has one."""
        for each in self._line(style):
            if each.format in self._formats:
                return self._formats[each.format]
        return GENERAL

    def struck(self, style: str) -> bool:
        """Return whether a style is struck through."""
        return next((each.struck for each in self._line(style) if each.struck is not None), False)

    def _line(self, name: str) -> Iterator[_Style]:
        for _ in range(_MOST_PARENTS):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = style.parent

    def _piece(self, pieces: list[str], name: str, attributes: Mapping[str, str]) -> None:
        if name in {"text", "currency-symbol"}:
            self._heard = []
        elif name == "hours" and attributes.get("truncate-on-overflow") == "false":
            pieces.append("[h]")
        elif name in _MOMENTS:
            pieces.append(_MOMENTS[name])
        elif name == "number":
            pieces.append("0" * times(attributes.get("min-integer-digits", "1"), 20) or "#")
            pieces.append("." + "0" * times(attributes.get("decimal-places", "0"), 20))
            if not attributes.get("decimal-places", "0").strip("0"):
                pieces.pop()
        elif name in {"scientific-number", "fraction"}:
            pieces.append("0E+0")
        elif name == "text-content":
            pieces.append("@")


def times(written: str | None, most: int = _REPEATED) -> int:
    """Return the number of repetitions, by default one."""
    if written is None:
        return 1
    return min(int(written), most) if _COUNT.fullmatch(written) else most
