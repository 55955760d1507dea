"""Headings of tables in a sheet, in one row or several, and the columns that they name.

A table is recognised by its headings; titles only decide if headings hardly do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.folding import folded
from api.imports.cells.raw import Raw, Unusable, clean
from api.imports.faults import Fault
from api.imports.layout import FILE_NO, NAME, Column, Layout
from api.imports.layouts.columns import FILE_NUMBER, SERIAL
from api.imports.layouts.roster import RECEIVED, ROSTER
from api.imports.reading.workbook import BLANK, Sheet
from api.imports.recognition.matching import (
    COMMON,
    Texts,
    gathers,
    heading_text,
    is_key,
    is_named,
    is_wordy,
    known_layouts,
)

MOST_ROWS: Final = 3
"""Rows of the headings of one table."""
MOST_BESIDE: Final = 4
"""Tables side by side below one row of headings."""
TITLE_COUNTS: Final = 2.5
"""Columns that a title outweighs: several sheets of visits have nearly the same headings."""
MOST_TRIES: Final = 2000
"""Rows of a sheet that are examined as headings."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The headings of one table.

    `rows` are their rows, from 1; `layout` is None for a table of children of unknown kind; `columns` are the
    known ones by their place from 0; `texts` are the headings of each place. The table has the columns from
    `left` on and, if another table is beside it, before `right`.
    """

    rows: range
    layout: Layout | None
    columns: Mapping[int, Column]
    texts: Mapping[int, str]
    left: int = 0
    right: int | None = None


def headings_of(sheet: Sheet) -> Iterator[tuple[Heading, ...]]:
    """Find the headings of a sheet from top to bottom, those of tables side by side together."""
    number, free, tries = 1, 1, 0
    above: tuple[Heading, ...] = ()
    while number <= len(sheet.rows) and tries < MOST_TRIES:
        row = sheet.rows[number - 1]
        heading = None
        if any(map(is_key, row)) and not any(_has_number(row, each) for each in above):
            tries += 1
            heading = _heading_at(sheet, number, free)
        if heading is None:
            number += 1
            continue
        above = _side_by_side(sheet, heading)
        yield above
        number = free = heading.rows.stop


def _has_number(row: Sequence[Raw], above: Heading) -> bool:
    """Whether a row belongs to a child by the headings above it: it has a file number."""
    return any(
        column.heading == FILE_NO
        and place < len(row)
        and isinstance(column.plain_value(row[place]), str)
        and not is_wordy(row[place])
        for place, column in above.columns.items()
    )


def _heading_at(sheet: Sheet, number: int, free: int) -> Heading | None:
    """Return the headings that include a row, from the first row on that is `free`."""
    least = 2 if free > 1 and _joined(sheet, number) else 1
    best: Heading | None = None
    most = 0.0
    for rows in _stacks(number, free, len(sheet.rows)):
        texts = _texts([sheet.rows[row - 1] for row in rows])
        known = [(layout, columns, _specific(columns)) for layout, columns in known_layouts(texts)]
        fitting = [layout for layout, _, specific in known if specific]
        titled = {
            each for title in _titles_above(sheet, rows.start, free) for each in _titled(title, fitting)
        }
        for layout, columns, specific in known:
            score = specific + TITLE_COUNTS * (layout in titled)
            enough = least if layout in titled or _says_who_was_received(layout, columns, texts) else 2
            if specific >= enough and score > most:
                best, most = Heading(rows, layout, columns, _written(texts)), score
    if best is None:
        return _table_of_children(sheet, number, joined=least > 1)
    return _with_the_row_below(sheet, _with_the_row_above(sheet, best, free))


def _specific(columns: Mapping[int, Column]) -> int:
    """Return the number of columns that distinguish layouts."""
    return sum(column.heading not in COMMON for column in columns.values())


def _says_who_was_received(layout: Layout, columns: Mapping[int, Column], texts: Texts) -> bool:
    """Whether a table states the reception of each child and has only known columns: a short roster."""
    return (
        layout is ROSTER
        and len(columns) == len(texts)
        and any(column.heading == RECEIVED for column in columns.values())
    )


def _joined(sheet: Sheet, number: int) -> bool:
    """Whether a row continues the one above, which is neither blank nor a title."""
    return number > 1 and sum(raw != BLANK for raw in sheet.rows[number - 2]) > 1


def _stacks(number: int, free: int, last: int) -> Iterator[range]:
    """Yield the consecutive rows that include this one, the fewest first."""
    for size in range(1, MOST_ROWS + 1):
        for top in range(number, number - size, -1):
            if free <= top and top + size - 1 <= last:
                yield range(top, top + size)


def _titles_above(sheet: Sheet, top: int, free: int) -> Iterator[str]:
    yield sheet.title
    for row in sheet.rows[max(free, top - MOST_ROWS) - 1 : top - 1]:
        yield from (clean(raw) for raw in row if isinstance(raw, str) and raw != BLANK)


def _titled(title: str, layouts: Sequence[Layout]) -> Iterator[Layout]:
    """Yield those of the layouts that a title names by the longest name: `寄养回访` is no `回访`."""
    written = folded(title)
    named = {
        layout: max(len(name) for name in map(folded, (layout.name, *layout.others)) if name in written)
        for layout in layouts
        if any(folded(name) in written for name in (layout.name, *layout.others))
    }
    return (layout for layout, length in named.items() if length == max(named.values()))


def _texts(rows: Sequence[Sequence[Raw]]) -> dict[int, tuple[str, ...]]:
    """Return the headings of each column, from top to bottom; one that spans columns counts for each."""
    width = max(map(len, rows))
    above: dict[int, tuple[str, ...]] = {}
    for depth, row in enumerate(rows):
        below = rows[depth + 1] if depth + 1 < len(rows) else ()
        spanning = ""
        for place in range(width):
            text = _at(row, place)
            if text:
                spanning = text if _at(below, place) else ""
            elif _at(below, place):
                text = spanning
            else:
                spanning = ""
            if text and text != above.get(place, ("",))[-1]:
                above[place] = (*above.get(place, ()), text)
    return above


def _at(row: Sequence[Raw], place: int) -> str:
    raw = row[place] if place < len(row) else BLANK
    # A heading that is struck through is not valid.
    return f"{raw.fault.value.zh}：{clean(raw)}" if isinstance(raw, Unusable) else clean(raw)


def _written(texts: Texts) -> dict[int, str]:
    return {place: " ".join(parts) for place, parts in texts.items()}


def _with_the_row_above(sheet: Sheet, heading: Heading, free: int) -> Heading:
    """Add a row that only groups columns of the headings below it."""
    rows = range(heading.rows.start - 1, heading.rows.stop)
    if heading.layout is None or len(rows) > MOST_ROWS or rows.start < free:
        return heading
    groups = {place: raw for place, raw in enumerate(sheet.rows[rows.start - 1]) if raw != BLANK}
    gathering = (
        isinstance(raw, str) and place in heading.texts and gathers(raw, heading.layout)
        for place, raw in groups.items()
    )
    if len(groups) < 2 or not all(gathering):  # noqa: PLR2004 - one alone is a title
        return heading
    texts = _texts([sheet.rows[number - 1] for number in rows])
    return replace(heading, rows=rows, texts=_written(texts))


def _with_the_row_below(sheet: Sheet, heading: Heading) -> Heading:
    """Add a row that only divides columns of the headings above it, even if none of it is known."""
    rows = range(heading.rows.start, heading.rows.stop + 1)
    if len(rows) > MOST_ROWS or rows.stop > len(sheet.rows) + 1:
        return heading
    row = sheet.rows[rows.stop - 2]
    filled = [place for place, raw in enumerate(row) if raw != BLANK]
    dividing = [place for place in filled if place not in heading.texts]
    divides = dividing and all(place - 1 in filled for place in dividing)
    if not divides or not all(_divides(place, row[place], heading) for place in filled):
        return heading
    texts = _texts([sheet.rows[number - 1] for number in rows])
    return replace(heading, rows=rows, texts=_written(texts))


def _divides(place: int, raw: Raw, heading: Heading) -> bool:
    """Whether a cell below a heading only names the part that its column is."""
    if not is_wordy(raw):
        return False
    column = heading.columns.get(place)
    if column is None or clean(raw) == heading.texts[place]:
        return True
    read = column.plain_value(raw)
    return column.heading not in COMMON and (isinstance(read, Fault) or read == clean(raw))


def _table_of_children(sheet: Sheet, number: int, *, joined: bool) -> Heading | None:
    """Return the headings of a table of children of unknown kind; none if `joined` to the row above."""
    row = sheet.rows[number - 1]
    places = [place for place, raw in enumerate(row) if isinstance(raw, str) and is_named(raw, FILE_NUMBER)]
    filled = [raw for raw in row if raw != BLANK]
    if joined or not places or len(filled) == 1 or not all(map(is_wordy, filled)):
        return None
    return Heading(range(number, number + 1), None, {places[0]: FILE_NUMBER}, _written(_texts([row])))


def _side_by_side(sheet: Sheet, heading: Heading) -> tuple[Heading, ...]:
    """Split tables side by side: the same key is above each, and more than the key."""
    keys = (
        place for key in (FILE_NO, NAME) for place, column in heading.columns.items() if column.heading == key
    )
    key = next(keys)
    lefts = [0]
    for place, text in sorted(heading.texts.items()):
        if place > key and heading_text(text) == heading_text(heading.texts[key]):
            numbered = is_named(heading.texts.get(place - 1, ""), SERIAL)
            lefts.append(place - 1 if numbered else place)
    if not 1 < len(lefts) <= MOST_BESIDE:
        return (heading,)
    rights = [*lefts[1:], None]
    parts = [_part(sheet, heading, left, right) for left, right in zip(lefts, rights, strict=True)]
    tables = tuple(part for part in parts if part is not None)
    return tables if len(tables) == len(lefts) else (heading,)


def _part(sheet: Sheet, heading: Heading, left: int, right: int | None) -> Heading | None:
    """Return the headings between two columns as a separate table; None if there are none."""
    rows = [(BLANK,) * left + tuple(sheet.rows[number - 1][left:right]) for number in heading.rows]
    texts = _texts(rows)
    known = ((_specific(columns), layout, columns) for layout, columns in known_layouts(texts))
    specific, layout, columns = max(known, key=lambda each: each[0], default=(0, None, {}))
    if specific > 1:
        return Heading(heading.rows, layout, columns, _written(texts), left, right)
    numbers = [place for place, text in _written(texts).items() if is_named(text, FILE_NUMBER)]
    if not left or not numbers or len(texts) == 1:
        return None
    return Heading(heading.rows, None, {numbers[0]: FILE_NUMBER}, _written(texts), left, right)
