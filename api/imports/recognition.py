"""Which kind of sheet a sheet is, where its columns stand, and what each of its rows is.

A sheet is known by its headings; its title only decides where headings do not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from typing import Final

from api.imports.cells import Raw, as_written, clean, folded
from api.imports.days import read_days
from api.imports.layout import FILE_NO, Column, Layout, headed
from api.imports.layouts import LAYOUTS
from api.imports.layouts.shared import CHILD_NAME, FILE_NUMBER, REMARK, SERIAL
from api.imports.workbook import BLANK, Sheet, letter
from domain.when import Days

LAST_HEADING_ROW: Final = 30
"""Headings stand at the top."""
COMMON: Final = frozenset({column.heading for column in (SERIAL, FILE_NUMBER, CHILD_NAME, REMARK)})
"""Headings that tell nothing, since every sheet may have them."""
_BRACKETS: Final = re.compile(r"[(\[].*?[)\]]")
_TOTAL: Final = re.compile(r"(合计|总计|共计|小计|累计|总数|本页合计)[:：]?.*|共\d+[人名条行].*")
_SIGNATURE: Final = re.compile(
    r"(制表|填表|填报|审核|复核|审批|经办|负责|分管|主管|单位负责|联系)(人|单位|领导)?(\(?签[字名章]?\)?|日期|时间|电话)?[:：].*"
    r"|(签字|签名|盖章|签章|公章)[:：)].*|(注|备注|说明)[:：].*"
)
_BANNER: Final = re.compile(
    r"(?P<label>(?:填报|编制|上报|报送|制表|统计)(?:单位|机构|日期|时间)|单位名称|机构名称|单位|机构|日期)"
    r"(?:[(（]盖?章?[)）])?\s*[:：]\s*"
)


class RowKind(StrEnum):
    """What a row is; only `data` rows tell of children."""

    TITLE = "title"
    HEADING = "heading"
    TOTAL = "total"
    SIGNATURE = "signature"
    BLANK = "blank"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands above the headings: who tells, and up to which day."""

    institution: str | None = None
    issued_on: date | None = None


@dataclass(frozen=True)
class Reading:
    """A sheet as recognised: `layout` None when it is of no known kind.

    `heading` is the row of the headings from 1, 0 where there are none; `columns` are the known ones by their
    place from 0; `kinds` tells each row's kind.
    """

    sheet: Sheet
    layout: Layout | None
    heading: int
    columns: dict[int, Column]
    kinds: list[RowKind]
    banner: Banner

    @cached_property
    def _headings(self) -> list[str]:
        return [clean(raw) for raw in self.sheet.rows[self.heading - 1]] if self.heading else []

    def heading_of(self, column: int) -> str:
        """The text above a column, its letter where there is none."""
        written = self._headings[column] if column < len(self._headings) else ""
        return written or letter(column)


def recognise(sheet: Sheet) -> Reading:
    """Tell what a sheet is."""
    best: tuple[int, int, Layout | None, dict[int, Column]] = (0, 0, None, {})
    for number, row in enumerate(sheet.rows[:LAST_HEADING_ROW], 1):
        for layout in LAYOUTS:
            columns = match(row, layout)
            score = _score(columns, layout, sheet.title)
            if score > best[0]:
                best = (score, number, layout, columns)
    _, heading, known, columns = best
    if known is None:
        heading, columns = _table_of_children(sheet)
    kinds = [kind_of(number, row, heading, columns, sheet) for number, row in enumerate(sheet.rows, 1)]
    return Reading(sheet, known, heading, columns, kinds, banner(sheet.rows[: max(heading - 1, 0)]))


def match(row: Sequence[Raw], layout: Layout) -> dict[int, Column]:
    """Which columns of a layout a row of headings names, by their place; of two alike the first."""
    found: dict[int, Column] = {}
    names = _names(layout.columns)
    for whole in (True, False):
        for place, raw in enumerate(row):
            column = names.get(heading_text(raw, whole=whole))
            if column is not None and place not in found and column not in found.values():
                found[place] = column
    return found


def _score(columns: dict[int, Column], layout: Layout, title: str) -> int:
    """How much speaks for a layout: twice its own headings, and the title; 0 when too little does."""
    headings = {column.heading for column in columns.values()}
    own = len(headings - COMMON)
    titled = any(folded(name) in folded(title) for name in (layout.name, *layout.others))
    if FILE_NO not in headings or own < (1 if titled else 2):
        return 0
    return 2 * own + titled


def _table_of_children(sheet: Sheet) -> tuple[int, dict[int, Column]]:
    """The headings of a table of children that is of no known kind."""
    for number, row in enumerate(sheet.rows[:LAST_HEADING_ROW], 1):
        names = _names((FILE_NUMBER,))
        found = {
            place: FILE_NUMBER for place, raw in enumerate(row) if heading_text(raw, whole=True) in names
        }
        if len(found) == 1 and sum(raw != BLANK for raw in row) > 1:
            return number, found
    return 0, {}


def kind_of(
    number: int, row: Sequence[Raw], heading: int, columns: dict[int, Column], sheet: Sheet
) -> RowKind:
    """What a row is."""
    words = [(place, clean(raw)) for place, raw in enumerate(row) if raw != BLANK]
    if not words:
        return RowKind.BLANK
    if number == heading:
        return RowKind.HEADING
    if number < heading or not heading:
        return RowKind.TITLE
    if _repeats(row, sheet.rows[heading - 1], columns):
        return RowKind.HEADING
    if tuple(row) in sheet.rows[: heading - 1]:
        return RowKind.TITLE
    numbered = any(place in columns and columns[place].heading == FILE_NO for place, _ in words)
    first = words[0][1]
    if any(_TOTAL.fullmatch(word) for _, word in words[:3]):
        return RowKind.TOTAL
    if not numbered or len(words) == 1 or _SIGNATURE.fullmatch(first):
        if any(_SIGNATURE.fullmatch(word) for _, word in words):
            return RowKind.SIGNATURE
        if any(_BANNER.match(word) for _, word in words):
            return RowKind.TITLE
    return RowKind.DATA


def _repeats(row: Sequence[Raw], headings: Sequence[Raw], columns: dict[int, Column]) -> bool:
    """Whether the headings stand there again, as on the next printed page."""
    same = sum(
        folded(as_written(row[place])) == folded(as_written(headings[place]))
        for place in columns
        if place < len(row)
    )
    return same > len(columns) / 2


def banner(rows: Sequence[Sequence[Raw]]) -> Banner:
    """Who tells and up to which day, as far as the rows above the headings say."""
    institution: str | None = None
    issued_on: date | None = None
    for row in rows:
        for label, said in _labelled(row):
            if label.endswith(("日期", "时间")):
                days = read_days(said)
                issued_on = issued_on or (days.last if isinstance(days, Days) else None)
            elif isinstance(said, str):
                institution = institution or clean(said) or None
    return Banner(institution, issued_on)


def _labelled(row: Sequence[Raw]) -> list[tuple[str, Raw]]:
    """What follows each label, in its cell or the next filled one."""
    cells = [raw for raw in row if raw != BLANK]
    found: list[tuple[str, Raw]] = []
    for number, raw in enumerate(cells):
        if not isinstance(raw, str):
            continue
        text = clean(raw)
        labels = list(_BANNER.finditer(text))
        for at, label in enumerate(labels):
            end = labels[at + 1].start() if at + 1 < len(labels) else len(text)
            said: Raw = text[label.end() : end].strip()
            if said == BLANK and number + 1 < len(cells):
                said = cells[number + 1]
            found.append((label["label"], said))
    return found


def heading_text(raw: Raw, *, whole: bool) -> str:
    """A heading to compare by, with what stands in brackets or without."""
    text = folded(as_written(raw)).strip("*:：")
    return text if whole else _BRACKETS.sub("", text)


@cache
def _names(columns: tuple[Column, ...]) -> dict[str, Column]:
    names: dict[str, Column] = {}
    for heading, column in headed(columns):
        for whole in (True, False):
            names.setdefault(heading_text(heading, whole=whole), column)
    return names
