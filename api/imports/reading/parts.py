"""The parts of a workbook that is a ZIP archive of XML, as in Office Open XML and OpenDocument."""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, NoReturn
from xml.parsers import expat

from api.imports.reading.collector import LONGEST_TEXT
from api.imports.reading.unreadable import PROTECTED, UnreadableFileError, damaged, too_much
from domain.label import Label
from domain.limit import Area, limit

MOST_BYTES: Final = limit(
    256 * 1024 * 1024,
    Area.IMPORTS,
    Label("文件解压后的字节数", "Bytes of a file when it is unpacked"),
    why=Label("压缩文件可膨胀千倍", "What is packed may grow a thousandfold"),
    beyond="malformed",
)
MOST_PARTS: Final = limit(
    5_000,
    Area.IMPORTS,
    Label("一个工作簿压缩包内的文件", "Parts of a workbook's archive"),
    why=Label("每张工作表只有几个", "A sheet has a few"),
    beyond="malformed",
)
_TOO_LARGE: Final = Label(
    f"文件解压后超过 {MOST_BYTES:,} 字节", f"Unpacked, the file has more than {MOST_BYTES:,} bytes"
)
_NO_MEMORY: Final = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
)
"""Errors for a part that is missing, truncated, or compressed or written in an unknown way."""
_ENCRYPTED: Final = 1
_CHUNK: Final = 64 * 1024


class Walker:
    """Receives a part's elements and texts in order, by names without namespaces.

    It ignores everything that a subclass does not process.
    """

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Process the start of an element."""

    def end(self, name: str) -> None:
        """Process the end of an element."""

    def text(self, text: str) -> None:
        """Process a piece of text."""


@dataclass(slots=True)
class Rich:
    """A text being read: its pieces, and whether a part of it is struck through."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    struck: bool = False

    def add(self, text: str) -> None:
        """Add a piece; a text that is too long already needs no more."""
        if self.length <= LONGEST_TEXT:
            self.pieces.append(text[: LONGEST_TEXT + 1])
        self.length += len(text)

    @property
    def words(self) -> str:
        """The text."""
        return "".join(self.pieces)


class Parts:
    """The parts of an archive by name. Raises UnreadableFileError for one that cannot be read."""

    def __init__(self, content: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
        except _BROKEN as error:
            raise damaged() from error
        entries = self._archive.infolist()
        self.names = frozenset(entry.filename for entry in entries)
        if len(self.names) < len(entries):
            raise damaged()
        if sum(entry.file_size for entry in entries) > MOST_BYTES or len(entries) > MOST_PARTS:
            raise too_much(_TOO_LARGE)
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise UnreadableFileError(PROTECTED)

    def walk(self, name: str, walker: Walker) -> None:
        """Walk through an XML part. Raises UnreadableFileError if it is missing or damaged."""
        local, in_none = _Local(), set[str]()
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        start, end = walker.start, walker.end

        def started(name: str, attributes: dict[str, str]) -> None:
            # Attributes of cells, of which there are most, are in no namespace.
            if attributes and not in_none.issuperset(attributes):
                attributes = {local[key]: value for key, value in attributes.items()}
                in_none.update(key for key in attributes if local[key] == key)
            start(local[name], attributes)

        parser.StartElementHandler = started
        parser.EndElementHandler = lambda name: end(local[name])
        parser.CharacterDataHandler = walker.text
        try:
            with self._archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
                parser.Parse(b"", True)  # noqa: FBT003 - the same
        except expat.ExpatError as error:
            if error.code == _NO_MEMORY:
                raise MemoryError from error
            raise damaged() from error
        except _BROKEN as error:
            raise damaged() from error


_SEPARATOR: Final = " "
_EXTENSION: Final = "ext:"
_EXTENSION_SPACE: Final = ":calcext:"
"""Part of the namespace of LibreOffice's attributes, which are more exact than the standard's."""


class _Local(dict[str, str]):
    """Names without their namespaces."""

    def __missing__(self, name: str) -> str:
        space, _, local = name.rpartition(_SEPARATOR)
        self[name] = local = f"{_EXTENSION}{local}" if _EXTENSION_SPACE in space else local
        return local


def _refuse(*_: object) -> NoReturn:
    """Refuse declarations of entities: no program writes them in a workbook."""
    raise damaged()
