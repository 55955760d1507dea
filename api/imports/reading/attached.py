"""Comments and text boxes of a sheet of Office Open XML: text beside the cells is reported too."""

from collections.abc import Mapping
from typing import Final

from api.imports.faults import Fault
from api.imports.reading.collector import Collector
from api.imports.reading.parts import Parts, Rich, Walker
from api.imports.reading.references import cell_at, number, related, unescaped

_COMMENTS, _CONVERSATIONS, _DRAWING = "/comments", "/threadedComment", "/drawing"
_COPIED: Final = "tc="
"""Begins the author of a comment that only copies a conversation, for older programs."""


def read_attached(parts: Parts, sheet: str, collector: Collector) -> None:
    """Add the attachments of a sheet's cells to a collector, by its part. Raises UnreadableFileError."""
    # A part that is named but missing has no content.
    there = [each for each in related(parts, sheet) if each.target in parts.names]
    conversations = _Conversations(collector)
    for kind, walker in (
        (_CONVERSATIONS, conversations),
        (_COMMENTS, _Comments(collector, conversations.cells)),
        (_DRAWING, _Drawing(collector)),
    ):
        for each in there:
            if each.kind == kind:
                parts.walk(each.target, walker)


class _Conversations(Walker):
    """Comments of present programs: remarks on a cell with replies; `cells` are theirs."""

    def __init__(self, collector: Collector) -> None:
        self.cells: set[tuple[int, int]] = set()
        self._collector = collector
        self._cell = (0, 0)
        self._remark: Rich | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "threadedComment":
            self._cell = cell_at(attributes.get("ref", "").partition(":")[0])
        elif name == "text":
            self._remark = Rich()

    def end(self, name: str) -> None:
        if name == "text" and self._remark is not None:
            self.cells.add(self._cell)
            self._collector.attach(*self._cell, unescaped(self._remark.words), Fault.COMMENT)
            self._remark = None

    def text(self, text: str) -> None:
        if self._remark is not None:
            self._remark.add(text)


class _Comments(Walker):
    """Comments in the form of all programs, without the copies of `conversations` at these cells."""

    def __init__(self, collector: Collector, conversations: set[tuple[int, int]]) -> None:
        self._collector = collector
        self._conversations = conversations
        self._authors: list[str] = []
        self._author: list[str] | None = None
        self._cell = (0, 0)
        self._copied = False
        self._remark = Rich()
        self._spoken = self._inside = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "author":
            self._author = []
        elif name == "comment":
            self._cell = cell_at(attributes.get("ref", "").partition(":")[0])
            author = number(attributes.get("authorId"))
            known = author < len(self._authors) and self._authors[author].startswith(_COPIED)
            self._copied = known and self._cell in self._conversations
            self._remark = Rich()
        elif name == "rPh":
            self._spoken = True
        elif name == "t":
            self._inside = not self._spoken

    def end(self, name: str) -> None:
        if name == "author" and self._author is not None:
            self._authors.append("".join(self._author))
            self._author = None
        elif name == "t":
            self._inside = False
        elif name == "rPh":
            self._spoken = False
        elif name == "comment" and not self._copied:
            self._collector.attach(*self._cell, unescaped(self._remark.words), Fault.COMMENT)

    def text(self, text: str) -> None:
        if self._author is not None:
            self._author.append(text)
        elif self._inside:
            self._remark.add(text)


class _Drawing(Walker):
    """Texts of shapes, each at its upper left corner."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._cell = {"row": 0, "col": 0}
        self._from = False
        self._heard: Rich | None = None
        self._text: Rich | None = None
        self._instead = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Fallback":
            self._instead += 1
        elif name.endswith("Anchor"):
            self._cell = {"row": 0, "col": 0}
        elif name == "from":
            self._from = True
        elif self._from and name in self._cell:
            self._heard = Rich()
        elif name == "txBody" and not self._instead:
            self._text = Rich()
        elif self._text is not None:
            if name == "t":
                self._heard = self._text
            elif name == "br" or (name == "p" and self._text.length):
                self._text.add("\n")

    def end(self, name: str) -> None:
        if name == "Fallback":
            self._instead -= 1
        elif name == "from":
            self._from = False
        elif self._from and name in self._cell and self._heard is not None:
            self._cell[name] = number(self._heard.words)
        elif name == "txBody" and self._text is not None:
            row, column = self._cell["row"] + 1, self._cell["col"]
            self._collector.attach(row, column, self._text.words, Fault.TEXT_BOX)
            self._text = None
        if name in {"t", "row", "col"}:
            self._heard = None

    def text(self, text: str) -> None:
        if self._heard is not None:
            self._heard.add(text)
