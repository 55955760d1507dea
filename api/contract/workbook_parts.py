"""A workbook (.xlsx, ECMA-376) that is written while it is sent: no file, and no more memory than a page.

Every text is a text cell: none is a formula, and no digit of a number is lost. Days are days. Libraries make
workbooks in memory or in files, and what stands in these rows is not to lie in a file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from api.contract.csv_lines import TableCell, local_time

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TITLE: Final = 31
"""Characters of the title of a sheet."""
LONGEST: Final = 32_000
"""Characters of a text; a cell holds 32,767."""

_CUT: Final = "……"
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it the days of workbooks are not those of the calendar."""
_ZERO: Final = date(1899, 12, 30)
_DAY_SECONDS: Final = 24 * 60 * 60
_ROW, _DAY, _INSTANT, _HEADING, _NUMBER = 0, 1, 2, 3, 4
"""Formats of cells: texts, days, instants, headings, numbers."""
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_AN_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS: Final = "application/vnd.openxmlformats-package.relationships+xml"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class _Outlet:
    """What has been written and not been sent yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Do nothing: whoever sends takes what there is."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class WorkbookParts:
    """A workbook of two sheets: rows as they come, and what is said about them once they are known.

    Each method returns the bytes that can be sent by then; `begin`, any number of `rows`, and `end`.
    """

    def __init__(self, titles: tuple[str, str]) -> None:
        """`titles` are those of the sheets."""
        self._outlet = _Outlet()
        self._zip = ZipFile(self._outlet, "w", ZIP_DEFLATED)  # type: ignore[call-overload]  # it only writes to it
        self._sheet: IO[bytes] | None = None
        self._titles = titles
        self._columns = 0
        self._lines = 0

    def begin(self, headings: Sequence[str], widths: Sequence[int]) -> bytes:
        """Begin with the headings of the columns and their widths in characters."""
        for name, text in _around(self._titles):
            self._zip.writestr(_part(name), text)
        self._columns = len(headings)
        self._sheet = self._zip.open(_part("xl/worksheets/sheet1.xml"), "w")
        frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        self._sheet.write(_begun(widths, frozen).encode())
        return self._add([headings], _HEADING)

    def rows(self, rows: Iterable[Sequence[TableCell]]) -> bytes:
        """Add rows."""
        return self._add(rows, _ROW)

    def end(self, about: Sequence[Sequence[TableCell]]) -> bytes:
        """End with the second sheet, of lines that say what the rows are about."""
        assert self._sheet is not None  # noqa: S101 - it was begun
        last = f"{_letters(self._columns - 1)}{max(self._lines, 1)}"
        self._sheet.write(f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>'.encode())
        self._sheet.close()
        lines = "".join(_line(number, cells, _ROW) for number, cells in enumerate(about, 1))
        told = f"{_begun((28, 60))}{lines}</sheetData></worksheet>"
        self._zip.writestr(_part("xl/worksheets/sheet2.xml"), told)
        self._zip.close()
        return self._outlet.taken()

    def _add(self, rows: Iterable[Sequence[TableCell]], looks: int) -> bytes:
        assert self._sheet is not None  # noqa: S101 - it was begun
        for cells in rows:
            self._lines += 1
            self._sheet.write(_line(self._lines, cells, looks).encode())
        return self._outlet.taken()


def _part(name: str) -> ZipInfo:
    """Return a part without a moment of its making, so that the same rows are the same bytes."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    return info


def _begun(widths: Sequence[int], frozen: str = "") -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    view = f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
    return f'{_HEAD}<worksheet xmlns="{_SHEET}">{view}<cols>{columns}</cols><sheetData>'


def _line(number: int, cells: Sequence[TableCell], looks: int) -> str:
    written = (_cell(f"{_letters(column)}{number}", each, looks) for column, each in enumerate(cells))
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(place: str, cell: TableCell, looks: int) -> str:
    match cell:
        case None | "":
            return ""
        case datetime() if (serial := _serial(local_time(cell))) is not None:
            return f'<c r="{place}" s="{_INSTANT}"><v>{serial}</v></c>'
        case date() if not isinstance(cell, datetime) and cell >= _FIRST_DAY:
            return f'<c r="{place}" s="{_DAY}"><v>{(cell - _ZERO).days}</v></c>'
        case int():
            return f'<c r="{place}" s="{_NUMBER}"><v>{cell:d}</v></c>'
        case Decimal():
            return f'<c r="{place}" s="{_NUMBER}"><v>{cell:f}</v></c>'
    text = cell if isinstance(cell, str) else cell.isoformat()
    if len(text) > LONGEST:
        text = text[:LONGEST] + _CUT
    said = f'<is><t xml:space="preserve">{_escaped(text)}</t></is>'
    return f'<c r="{place}" s="{looks}" t="inlineStr">{said}</c>'


def _serial(moment: datetime) -> float | None:
    if moment.date() < _FIRST_DAY:
        return None
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return (moment.date() - _ZERO).days + seconds / _DAY_SECONDS


def _escaped(text: str) -> str:
    plain = _LIKE_AN_ESCAPE.sub("_x005F_", text)
    return escape(_NOT_IN_XML.sub(lambda each: f"_x{ord(each[0]):04X}_", plain))


def _letters(column: int) -> str:
    rest, last = divmod(column, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)


def _around(titles: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the parts beside the sheets: what kinds of parts there are, and how cells look."""
    numbers = range(1, len(titles) + 1)
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{each}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for each in numbers
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{_RELATIONSHIPS}"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{sheets}'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
        ),
    )
    yield (
        "_rels/.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ),
    )
    named = "".join(
        f'<sheet name="{escape(title[:LONGEST_TITLE])}" sheetId="{each}" r:id="rId{each}"/>'
        for each, title in zip(numbers, titles, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>',
    )
    related = "".join(
        f'<Relationship Id="rId{each}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{each}.xml"/>'
        for each in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{related}'
            f'<Relationship Id="rId{len(titles) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
            "</Relationships>"
        ),
    )
    yield "xl/styles.xml", _styles()


def _styles() -> str:
    top = '<alignment vertical="top" wrapText="1"/>'
    formats = "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"'
        f' applyFont="1" applyAlignment="1">{top}</xf>'
        for number, font in ((49, 0), (164, 0), (165, 0), (49, 1), (1, 0))
    )
    font = '<sz val="11"/><name val="宋体"/><charset val="134"/>'
    return (
        f'{_HEAD}<styleSheet xmlns="{_SHEET}"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="5">{formats}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
