"""The tables of a sheet: the kind of each, the places of its columns, and the kind of each row."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import Final, TypeAlias

from api.folding import folded
from api.imports.cells.raw import Raw, Unusable, as_written, clean
from api.imports.cells.values import Read
from api.imports.faults import Fault
from api.imports.layout import FILE_NO, NAME, Column, Layout
from api.imports.layouts import LAYOUTS
from api.imports.layouts.columns import SERIAL
from api.imports.reading.workbook import BLANK, Merged, Sheet, letter
from api.imports.recognition.banners import (
    Banner,
    banner,
    is_banner,
    is_caption,
    is_label,
    is_page,
    is_signature,
)
from api.imports.recognition.headings import Heading, headings_of

RawRow: TypeAlias = tuple[Raw, ...]
"""The cells of a row."""

_TOTAL: Final = re.compile(r"(合计|总计|共计|小计|累计|总数|本页合计)[:：]?.*|共[0-9]+[人名条行].*")
_COUNT: Final = re.compile("[0-9]+[人名条行个]")
_TITLE: Final = re.compile(r".*(表|册|台账|情况|记录|登记|名单|一览|统计)([(（].*)?")


class RowKind(StrEnum):
    """The kind of a row; only `data` rows are about children. A `title` is any text beside a table."""

    TITLE = "title"
    HEADING = "heading"
    TOTAL = "total"
    SIGNATURE = "signature"
    BLANK = "blank"
    DATA = "data"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One recognised table of a sheet, or a sheet without any.

    `number` is the table's from 0 in the workbook. `rows` are its rows from the sheet's row `first` on, in
    which the cells of a table beside it are blank; `kinds` has the kind of each. `heading` is None if there
    is no table. `loose` are the rows above the headings, by their numbers in the sheet, with more than a
    title.
    """

    number: int
    sheet: Sheet
    first: int
    rows: Sequence[RawRow]
    heading: Heading | None
    kinds: Sequence[RowKind]
    banner: Banner
    loose: frozenset[int]
    read: dict[tuple[int, type, Raw], Read] = field(default_factory=dict, compare=False)
    """Cached readings of equal cells that tell children apart, since their rows repeat them."""

    @property
    def layout(self) -> Layout | None:
        """The layout of the table; None for an unknown kind."""
        return self.heading.layout if self.heading else None

    @property
    def columns(self) -> Mapping[int, Column]:
        """The known columns by their place from 0."""
        return self.heading.columns if self.heading else {}

    def row(self, number: int) -> RawRow:
        """Return a row of the table, by its number in the sheet."""
        return self.rows[number - self.first]

    def of_kind(self, kind: RowKind) -> Iterator[int]:
        """Yield the rows of one kind, by their numbers in the sheet."""
        return (number for number, each in enumerate(self.kinds, self.first) if each is kind)

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell of the sheet belongs to the table, filled or not."""
        left, right = (self.heading.left, self.heading.right) if self.heading else (0, None)
        return 0 <= row - self.first < len(self.rows) and left <= column and (right is None or column < right)

    def is_data(self, row: int) -> bool:
        """Whether a row, by its number in the sheet, is a data row of the table."""
        return 0 <= row - self.first < len(self.rows) and self.kinds[row - self.first] is RowKind.DATA

    def place_of(self, heading: str) -> int | None:
        """Return the place of a known column by its usual heading."""
        for place, column in self.columns.items():  # faster than a generator, for every row
            if column.heading == heading:
                return place
        return None

    def heading_of(self, column: int) -> str:
        """Return the heading of a column, or its letter if there is none."""
        return (self.heading.texts.get(column) if self.heading else None) or letter(column)


def recognise(sheet: Sheet, number: int = 0) -> list[Table]:
    """Return the tables of a sheet, numbered from `number`; a sheet without any is one unknown table."""
    sheet = replace(sheet, merged=tuple(sorted(sheet.merged, key=attrgetter("top"))))
    rows = sheet.rows
    headings = list(headings_of(sheet))
    if not headings:
        loose = frozenset(each for each, row in enumerate(rows, 1) if not is_blank_row(row))
        kinds = [RowKind.BLANK if is_blank_row(row) else RowKind.TITLE for row in rows]
        return [Table(number, sheet, 1, rows, None, kinds, banner(rows, Banner()), loose)]
    tables: list[Table] = []
    starts = [1]
    starts += (_first_title(sheet, before[0], after[0]) for before, after in pairwise(headings))
    for beside, start, stop in zip(headings, starts, [*starts[1:], len(rows) + 1], strict=True):
        known = tables[-1].banner if tables else Banner()
        for heading in beside:
            rows_of_table = _own(rows[start - 1 : stop - 1], start, heading)
            tables.append(_table(number + len(tables), sheet, start, rows_of_table, heading, known))
    return tables


def is_blank_row(row: RawRow) -> bool:
    """Whether a row is blank."""
    return all(raw == BLANK for raw in row)


def _own(rows: Sequence[RawRow], start: int, heading: Heading) -> Sequence[RawRow]:
    """Return a table's rows without the cells of those beside it; rows above belong to the first one."""
    if heading.left == 0 and heading.right is None:
        return rows
    above = heading.rows.start - start
    titles = rows[:above] if heading.left == 0 else [()] * above
    cut = ((BLANK,) * heading.left + tuple(row[heading.left : heading.right]) for row in rows[above:])
    return [*titles, *cut]


def _table(
    number: int, sheet: Sheet, start: int, rows: Sequence[RawRow], heading: Heading, known: Banner
) -> Table:
    above = heading.rows.start - start
    body = _Body(heading, frozenset(row for row in rows[:above] if not is_blank_row(row)))

    def kind(place: int, row: RawRow) -> RowKind:
        if is_blank_row(row):
            return RowKind.BLANK
        if place + start in heading.rows:
            return RowKind.HEADING
        return RowKind.TITLE if place < above else body.kind(row)

    kinds = [kind(place, row) for place, row in enumerate(rows)]
    rows = _divided(sheet.merged, start, rows, kinds, heading)
    titles = [row for row, kind in zip(rows, kinds, strict=True) if kind is RowKind.TITLE]
    loose = frozenset(each for each, row in enumerate(rows[:above], start) if row and not is_caption(row))
    return Table(number, sheet, start, rows, heading, kinds, banner(titles, known), loose)


def _divided(
    merged: Sequence[Merged], start: int, rows: Sequence[RawRow], kinds: Sequence[RowKind], heading: Heading
) -> Sequence[RawRow]:
    """Return the rows with cells merged across headings made unusable: such a cell may belong to either.

    `merged` is ordered from top to bottom.
    """
    reaching = slice(*(bisect_left(merged, row, key=attrgetter("top")) for row in (start, start + len(rows))))
    divided = list(rows)
    for each in merged[reaching]:
        if sum(each.left <= place <= each.right for place in heading.texts) < 2:  # noqa: PLR2004 - several
            continue
        for place in range(each.top - start, min(each.bottom - start + 1, len(rows))):
            row = divided[place]
            if kinds[place] is RowKind.DATA and each.left < len(row) and row[each.left] != BLANK:
                cell = Unusable(as_written(row[each.left]), Fault.MERGED)
                divided[place] = (*row[: each.left], cell, *row[each.left + 1 :])
    return divided


def _first_title(sheet: Sheet, before: Heading, after: Heading) -> int:
    """Return the row in which the titles of the lower of two tables begin."""
    start = number = after.rows.start
    while number - 1 >= before.rows.stop:
        number -= 1
        row = sheet.rows[number - 1]
        if is_blank_row(row):
            if start < after.rows.start:
                break
        elif _is_title(row, before):
            start = number
        else:
            break
    return start


def _is_title(row: RawRow, before: Heading) -> bool:
    """Whether a row below a table is the title or the banner of the next one."""
    if is_banner(row):
        return True
    place = next(place for place, raw in enumerate(row) if raw != BLANK)
    raw, text = row[place], clean(row[place])
    if not isinstance(raw, str) or any(clean(other) != text for other in row[place:] if other != BLANK):
        return False
    if is_page(raw) or _TITLE.fullmatch(text) or folded(text) in {folded(layout.name) for layout in LAYOUTS}:
        return True
    column = before.columns.get(place)
    headless = column is None or column.heading in {SERIAL.heading, FILE_NO}
    return headless and not re.search("[0-9]", folded(text)) and not _is_total(raw) and not is_label(raw)


class _Body:
    """Decides the kinds of the rows below headings and titles."""

    def __init__(self, heading: Heading, titles: frozenset[RawRow]) -> None:
        self._columns = heading.columns
        self._titles = titles
        self._headings = {
            place: {folded(text), *(folded(part) for part in text.split())}
            for place, text in heading.texts.items()
            if place in heading.columns
        }
        places = (place for place, column in heading.columns.items() if column.heading == FILE_NO)
        self._place = next(places, -1)
        self._number = heading.columns.get(self._place)
        self._above: tuple[type, Raw, bool] = str, BLANK, False

    def kind(self, row: RawRow) -> RowKind:
        """Return the kind of a row that is not blank."""
        first = next(place for place, raw in enumerate(row) if raw != BLANK)
        number = row[self._place] if 0 <= self._place < len(row) else BLANK
        if self._repeats(row):
            return RowKind.HEADING
        if row in self._titles or (is_page(row[first]) and sum(raw != BLANK for raw in row) == 1):
            return RowKind.TITLE
        if number != BLANK and self._remembered(number):
            return RowKind.DATA
        if _is_total(number) or (self._leads(first) and _is_total(row[first])):
            return RowKind.TOTAL
        if is_signature(row, noted=self._leads(first)):
            return RowKind.TITLE if is_banner(row) else RowKind.SIGNATURE
        return RowKind.DATA

    def _repeats(self, row: RawRow) -> bool:
        """Whether a row repeats the headings, as on the next printed page."""
        again = sum(
            place < len(row) and isinstance(row[place], str) and folded(clean(row[place])) in texts
            for place, texts in self._headings.items()
        )
        return again > len(self._columns) / 2

    def _leads(self, place: int) -> bool:
        """Whether neither a place nor any before it holds data of a child."""
        column = self._columns.get(place)
        return column is None or column.serves is not None or column.heading == NAME

    def _remembered(self, raw: Raw) -> bool:
        """Return `_is_number` of the number above, which rows of one child repeat, or of this one."""
        kind, above, is_number = self._above
        if kind is not type(raw) or above != raw:
            is_number = self._is_number(raw)
            self._above = type(raw), raw, is_number
        return is_number

    def _is_number(self, raw: Raw) -> bool:
        """Whether a row with this file number belongs to a child, whatever its other words."""
        if self._number is None or _COUNT.fullmatch(folded(clean(raw))) or _is_total(raw) or is_label(raw):
            return False
        return isinstance(self._number.plain_value(raw), str)


def _is_total(raw: Raw) -> bool:
    return _TOTAL.fullmatch(folded(clean(raw))) is not None
