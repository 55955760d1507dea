"""Workbooks written cell by cell, by the programs that tests have: new ones, old ones, OpenDocument."""

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter  # type: ignore[import-untyped] # it has no types
import xlwt  # type: ignore[import-untyped] # the same

from api.imports.cells.raw import Raw
from api.imports.reading.kinds import read_workbook

SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{name}="{_ODF}:{space}:1.0"'
    for name, space in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "number": "datastyle",
        "fo": "xsl-fo-compatible",
        "draw": "drawing",
    }.items()
)


def written(write: Callable[[Any, Any], object], **options: Any) -> bytes:
    """A workbook with one sheet, that is written by a function of the workbook and the sheet."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        write(book, book.add_worksheet("表"))
    return file.getvalue()


def written_old(write: Callable[[Any, Any], object]) -> bytes:
    """The same, as a workbook of Excel 97."""
    book, file = xlwt.Workbook(encoding="utf-8"), BytesIO()
    write(book, book.add_sheet("表"))
    book.save(file)
    return file.getvalue()


def opendocument(*rows: Sequence[str], styles: str = "", before: str = "") -> bytes:
    """A spreadsheet of OpenDocument whose cells are written in XML; `before` stands before its table."""
    table = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{before}"
        f'<table:table table:name="表">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return archive({"mimetype": SPREADSHEET, "content.xml": content})


def a_cell(shown: str = "", **attributes: str) -> str:
    """A cell of OpenDocument: what it shows, and its attributes (`value_type` is `office:value-type`)."""
    spaces = {"style_name": "table", "formula": "table"}
    named = "".join(
        f" {_space(name, spaces)}:{name.replace('_', '-')}={quoteattr(value)}"
        for name, value in attributes.items()
    )
    return f"<table:table-cell{named}><text:p>{escape(shown)}</text:p></table:table-cell>"


def _space(name: str, spaces: Mapping[str, str]) -> str:
    return "table" if name.startswith("number_") else spaces.get(name, "office")


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of these parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return file.getvalue()


def changed(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """An archive one part of which is changed."""
    parts = parts_of(content)
    return archive(parts | {part: change(made_text(parts[part]))})


def parts_of(content: bytes) -> dict[str, str | bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(BytesIO(content)) as made:
        return {name: made.read(name) for name in made.namelist()}


def made_text(part: str | bytes) -> str:
    """A part as text."""
    return part if isinstance(part, str) else part.decode()


def made_bytes(part: str | bytes) -> bytes:
    """A part as bytes."""
    return part.encode() if isinstance(part, str) else part


def sheet_xml(content: bytes, cells: str) -> bytes:
    """A workbook whose one sheet holds these rows, in XML."""

    def put(text: str) -> str:
        return re.sub(
            r"<sheetData ?/>|<sheetData>.*</sheetData>",
            lambda _: f"<sheetData>{cells}</sheetData>",
            text,
            flags=re.DOTALL,
        )

    return changed(content, "xl/worksheets/sheet1.xml", put)


def read(content: bytes) -> list[tuple[Raw, ...]]:
    """The rows of the first sheet."""
    return read_workbook(content, "台账").sheets[0].rows


def only(content: bytes) -> Raw:
    """What stands in the only filled cell."""
    ((_, _, raw),) = read_workbook(content, "台账").sheets[0].filled()
    return raw
