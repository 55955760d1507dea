"""Detection of a file's kind by its content, and its reading."""

import hashlib
import re
from enum import Enum
from pathlib import Path, PurePath
from typing import Final

from api.imports.reading.biff import COMPOUND, read_biff
from api.imports.reading.collector import Collector
from api.imports.reading.delimited import decoded, read_delimited
from api.imports.reading.ooxml import read_ooxml
from api.imports.reading.opendocument import CONTENT, read_opendocument
from api.imports.reading.parts import Parts
from api.imports.reading.unreadable import (
    EMPTY,
    IS_TEXT,
    NO_TABLE,
    NO_TEXT,
    NOT_THERE,
    UNKNOWN_KIND,
    UnreadableFileError,
)
from api.imports.reading.workbook import Sheet, Workbook

OPEN_XML: Final = "[Content_Types].xml"
_ARCHIVE: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_BINARY: Final = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
"""Beginnings of workbooks of Excel 95 and before, which are not in a compound document."""
_MARKUP: Final = re.compile(r"\s*(<|MIME-Version:)", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
"""Control characters, which occur in texts only by accident."""
_MOST_STRAY: Final = 0.1
"""The largest share of control characters in a text; in other files it is larger."""


class DeclaredKind(Enum):
    """The declared kind of a file; a file on disk has none."""

    WORKBOOK = "workbook"
    TEXT = "text"


def read_workbook(
    source: Path | bytes, name: str = "", *, declared: DeclaredKind | None = None, charset: str | None = None
) -> Workbook:
    """Read a file, or a file's bytes, of that name. Raises UnreadableFileError.

    A text has the named charset (`delimited.CHARSETS`), if there is one.
    """
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        raise UnreadableFileError(NOT_THERE) from error
    title = source.name if isinstance(source, Path) and not name else name
    sheets, says_whose = read_sheets(content, title, declared, charset)
    return Workbook(title, hashlib.sha256(content).hexdigest(), len(content), sheets, says_whose)


def read_sheets(
    content: bytes, name: str, declared: DeclaredKind | None, charset: str | None
) -> tuple[list[Sheet], bool]:
    """Return a file's sheets, and whether such a file names its institution. Raises UnreadableFileError."""
    if not content:
        raise UnreadableFileError(EMPTY)
    collector = Collector()
    archive = content.startswith(_ARCHIVE)
    if archive or content.startswith((COMPOUND, *_OLD_BINARY)):
        if declared is DeclaredKind.TEXT:
            raise UnreadableFileError(NO_TEXT)
        if archive:
            _read_archive(Parts(content), collector)
        else:
            read_biff(content, collector)
        return collector.sheets, True
    _refuse_other_than_table(content, charset)
    if declared is DeclaredKind.WORKBOOK:
        raise UnreadableFileError(IS_TEXT)
    read_delimited(content, charset, PurePath(name).stem or "CSV", collector)
    return collector.sheets, False


def _read_archive(parts: Parts, collector: Collector) -> None:
    if CONTENT in parts.names:
        read_opendocument(parts, collector)
    elif OPEN_XML in parts.names:
        read_ooxml(parts, collector)
    else:
        raise UnreadableFileError(UNKNOWN_KIND)


def _refuse_other_than_table(content: bytes, charset: str | None) -> None:
    """Raise UnreadableFileError for a file that is no text, or markup other than a table."""
    text = decoded(content, charset)
    if _MARKUP.match(text):
        raise UnreadableFileError(NO_TABLE)
    if not text.strip():
        raise UnreadableFileError(EMPTY)
    if len(text) - len(_CONTROL.sub("", text)) > _MOST_STRAY * len(text):
        raise UnreadableFileError(UNKNOWN_KIND)
