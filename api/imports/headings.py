"""Where the headings of tables stand in a sheet, in one row or several, and which columns they name.

A table is known by its headings; titles only decide where headings do not.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final, NamedTuple

from api.folding import folded
from api.imports.cells import Raw, Unusable, clean
from api.imports.faults import Fault
from api.imports.layout import FILE_NO, NAME, Column, Layout
from api.imports.layouts import LAYOUTS
from api.imports.layouts.roster import RECEIVED, ROSTER
from api.imports.layouts.shared import CHILD_NAME, FILE_NUMBER, REMARK, SERIAL
from api.imports.workbook import BLANK, Sheet

COMMON: Final = frozenset({column.heading for column in (SERIAL, FILE_NUMBER, CHILD_NAME, REMARK)})
"""Headings that tell nothing, since every sheet may have them."""
MOST_ROWS: Final = 3
"""Rows that the headings of one table take."""
MOST_BESIDE: Final = 4
"""Tables that stand side by side below one row of headings."""
MOST_TRIES: Final = 2000
"""Rows of a sheet of which it is asked whether they are headings."""
_BRACKETS: Final = re.compile(r"[(\[{【〔《].*?[)\]}】〕》]")
_NUMBERED: Final = re.compile(r"\(?[0-9]{1,2}[.、)]\)?(?=\D)")
_STARS: Final = "*:：★☆※●▲△◆■#.,、;?!_-/"
_OF_THE_CHILD: Final = re.compile("(儿童|孩子|本人|个人)?(自然|基本)?(信息|情况|资料)?")
"""A heading over several columns that tell of the child, as all of them do."""


class Claim(NamedTuple):
    """How well a text above a column fits one of a layout's, the lowest first."""

    order: int
    rank: int
    place: int
    column: Column


@dataclass(frozen=True, slots=True)
class Heading:
    """The headings of one table.

    `rows` are those that they take, from 1; `layout` is None for a table of children that is of no known
    kind; `columns` are the known ones by their place from 0; `texts` is what stands above each. The table
    takes the columns from `left` on and, where another one stands beside it, those before `right`.
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
        if any(map(_is_key, row)) and not any(_has_number(row, each) for each in above):
            tries += 1
            heading = _heading_at(sheet, number, free)
        if heading is None:
            number += 1
            continue
        above = _side_by_side(sheet, heading)
        yield above
        number = free = heading.rows.stop


def _has_number(row: Sequence[Raw], above: Heading) -> bool:
    """Whether a row tells of a child by the headings above it: it has a file number."""
    return any(
        column.heading == FILE_NO
        and place < len(row)
        and isinstance(column.said(row[place]), str)
        and not _is_wordy(row[place])
        for place, column in above.columns.items()
    )


def _heading_at(sheet: Sheet, number: int, free: int) -> Heading | None:
    """The headings of which a row is one, from the first row on that is `free`."""
    least = 2 if free > 1 and _joined(sheet, number) else 1
    best: Heading | None = None
    most = 0
    for rows in _stacks(number, free, len(sheet.rows)):
        texts = _texts([sheet.rows[row - 1] for row in rows])
        for layout, columns in _known(texts):
            own = sum(column.heading not in COMMON for column in columns.values())
            titled = own and any(_titles(row, layout) for row in _titles_above(sheet, rows.start, free))
            score = 2 * own + bool(titled)
            enough = least if titled or _says_who_was_received(layout, columns, texts) else 2
            if own >= enough and score > most:
                best, most = Heading(rows, layout, columns, _written(texts)), score
    if best is None:
        return _table_of_children(sheet, number, joined=least > 1)
    return _with_the_row_below(sheet, _with_the_row_above(sheet, best, free))


def _says_who_was_received(
    layout: Layout, columns: Mapping[int, Column], texts: Mapping[int, tuple[str, ...]]
) -> bool:
    """Whether a table says when each child was received and nothing that is not known: a short roster."""
    return (
        layout is ROSTER
        and len(columns) == len(texts)
        and any(column.heading == RECEIVED for column in columns.values())
    )


def _joined(sheet: Sheet, number: int) -> bool:
    """Whether a row goes on from the one above, which is neither blank nor a title."""
    return number > 1 and sum(raw != BLANK for raw in sheet.rows[number - 2]) > 1


def _stacks(number: int, free: int, last: int) -> Iterator[range]:
    """Rows in a row, of which one is this, the fewest first."""
    for size in range(1, MOST_ROWS + 1):
        for top in range(number, number - size, -1):
            if free <= top and top + size - 1 <= last:
                yield range(top, top + size)


def _titles_above(sheet: Sheet, top: int, free: int) -> Iterator[str]:
    yield sheet.title
    for row in sheet.rows[max(free, top - MOST_ROWS) - 1 : top - 1]:
        yield from (clean(raw) for raw in row if isinstance(raw, str) and raw != BLANK)


def _titles(title: str, layout: Layout) -> bool:
    return any(folded(name) in folded(title) for name in (layout.name, *layout.others))


def _texts(rows: Sequence[Sequence[Raw]]) -> dict[int, tuple[str, ...]]:
    """What stands above each column, from top to bottom; what spans several columns stands above each."""
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
    # A heading that is struck through is none any more.
    return f"{raw.fault.label.zh}：{clean(raw)}" if isinstance(raw, Unusable) else clean(raw)


def _written(texts: Mapping[int, tuple[str, ...]]) -> dict[int, str]:
    return {place: " ".join(parts) for place, parts in texts.items()}


def _known(texts: Mapping[int, tuple[str, ...]]) -> Iterator[tuple[Layout, dict[int, Column]]]:
    """The layouts that have a key among these texts, with the columns that they name, each once."""
    claims: dict[Layout, list[Claim]] = defaultdict(list)
    for place, parts in texts.items():
        shorter = (*map(_shorter, parts[:-1]), parts[-1])
        for order, text in enumerate(dict.fromkeys((*_spellings(parts), *_spellings(shorter)))):
            for layout, rank, column in _index().get(text, ()):
                claims[layout].append(Claim(order, rank, place, column))
        if len(parts) > 1:
            _claim_alone(claims, place, parts)
    for layout in (layout for layout in LAYOUTS if layout in claims):
        found: dict[int, Column] = {}
        for claim in sorted(claims[layout], key=lambda claim: claim[:3]):
            if claim.place not in found and claim.column not in found.values():
                found[claim.place] = claim.column
        if any(column.heading in {FILE_NO, NAME} for column in found.values()):
            yield layout, found


def _claim_alone(claims: dict[Layout, list[Claim]], place: int, parts: tuple[str, ...]) -> None:
    """Take the lower texts without the upper ones, where these only gather columns of the layout."""
    for upper in range(1, len(parts)):
        groups = parts[:upper]
        of_the_child = all(_OF_THE_CHILD.fullmatch(folded(group)) for group in groups)
        for order, text in enumerate(_spellings(parts[upper:]), 4 * upper):
            for layout, rank, column in _index().get(text, ()):
                gathered = column.heading not in COMMON and all(_gathers(group, layout) for group in groups)
                if of_the_child or gathered:
                    claims[layout].append(Claim(order, rank, place, column))


def _shorter(text: str) -> str:
    """A heading above others without the word that it stands above them: `接收情况` is `接收`."""
    return text.removesuffix("情况").removesuffix("信息")


def _gathers(text: str, layout: Layout) -> bool:
    """Whether a text stands above several columns of a layout: it is how its headings begin, or its name."""
    group = folded(text)
    begun = _shorter(group)
    headings = (heading for column in layout.columns for heading in (column.heading, *column.others))
    known = (layout.name, *layout.others, *headings)
    return _OF_THE_CHILD.fullmatch(group) is not None or any(folded(each).startswith(begun) for each in known)


def _spellings(parts: tuple[str, ...]) -> tuple[str, str]:
    """A heading to compare by, with what stands in brackets and without."""
    whole = heading_text("".join(parts))
    return whole, heading_text(_BRACKETS.sub("", whole))


@lru_cache(maxsize=20_000)
def heading_text(text: str) -> str:
    """A heading to compare by: without blanks, stars and a number before it."""
    plain = folded(text).strip(_STARS)
    return _NUMBERED.sub("", plain, count=1).strip(_STARS) if _NUMBERED.match(plain) else plain


@cache
def _index() -> dict[str, list[tuple[Layout, int, Column]]]:
    """Every heading of every layout as it may be written; a column's usual one ranks first."""
    index: dict[str, list[tuple[Layout, int, Column]]] = defaultdict(list)
    for layout in LAYOUTS:
        for column in layout.columns:
            for rank, heading in enumerate((column.heading, *column.others)):
                whole, bare = _spellings((heading,))
                units = (f"{between}{unit}" for unit in column.units for between in ("", "/", ":"))
                for text in dict.fromkeys((whole, bare, *(heading_text(f"{bare}{unit}") for unit in units))):
                    index[text].append((layout, min(rank, 1), column))
    return index


@cache
def _keys() -> frozenset[str]:
    wanted = {FILE_NO, NAME}
    return frozenset(
        text for text, own in _index().items() if any(each.heading in wanted for *_, each in own)
    )


def _is_key(raw: Raw) -> bool:
    return isinstance(raw, str) and raw != BLANK and not _keys().isdisjoint(_spellings((raw,)))


def _with_the_row_above(sheet: Sheet, heading: Heading, free: int) -> Heading:
    """Take in a row that only gathers columns of the headings below it."""
    rows = range(heading.rows.start - 1, heading.rows.stop)
    if heading.layout is None or len(rows) > MOST_ROWS or rows.start < free:
        return heading
    groups = {place: raw for place, raw in enumerate(sheet.rows[rows.start - 1]) if raw != BLANK}
    gathering = (
        isinstance(raw, str) and place in heading.texts and _gathers(raw, heading.layout)
        for place, raw in groups.items()
    )
    if len(groups) < 2 or not all(gathering):  # noqa: PLR2004 - one alone is a title
        return heading
    texts = _texts([sheet.rows[number - 1] for number in rows])
    return replace(heading, rows=rows, texts=_written(texts))


def _with_the_row_below(sheet: Sheet, heading: Heading) -> Heading:
    """Take in a row that only divides columns of the headings above it, though nothing in it is known."""
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
    """Whether a cell below a heading says no more than which part of it its column is."""
    if not _is_wordy(raw):
        return False
    column = heading.columns.get(place)
    if column is None or clean(raw) == heading.texts[place]:
        return True
    read = column.said(raw)
    return column.heading not in COMMON and (isinstance(read, Fault) or read == clean(raw))


def _is_wordy(raw: Raw) -> bool:
    """Whether a cell is text without digits but in brackets, as headings are."""
    return isinstance(raw, str) and re.search("[0-9]", _BRACKETS.sub("", folded(raw))) is None


def _table_of_children(sheet: Sheet, number: int, *, joined: bool) -> Heading | None:
    """The headings of a table of children that is of no known kind; none that goes `joined` on from a row."""
    row = sheet.rows[number - 1]
    names = {heading_text(name) for name in (FILE_NUMBER.heading, *FILE_NUMBER.others)}
    found = [place for place, raw in enumerate(row) if isinstance(raw, str) and heading_text(raw) in names]
    filled = [raw for raw in row if raw != BLANK]
    if joined or not found or len(filled) == 1 or not all(map(_is_wordy, filled)):
        return None
    return Heading(range(number, number + 1), None, {found[0]: FILE_NUMBER}, _written(_texts([row])))


def _side_by_side(sheet: Sheet, heading: Heading) -> tuple[Heading, ...]:
    """Tell tables apart that stand side by side: the same key stands above each, and all are known."""
    key = next(
        place
        for wanted in (FILE_NO, NAME)
        for place, column in heading.columns.items()
        if column.heading == wanted
    )
    lefts = [0]
    for place, text in sorted(heading.texts.items()):
        if place > key and heading_text(text) == heading_text(heading.texts[key]):
            numbered = heading_text(heading.texts.get(place - 1, "")) in _serials()
            lefts.append(place - 1 if numbered else place)
    rights = [*lefts[1:], None]
    if not 1 < len(lefts) <= MOST_BESIDE:
        return (heading,)
    parts = [_part(sheet, heading, left, right) for left, right in zip(lefts, rights, strict=True)]
    found = tuple(part for part in parts if part is not None)
    return found if len(found) == len(lefts) else (heading,)


def _part(sheet: Sheet, heading: Heading, left: int, right: int | None) -> Heading | None:
    """The headings between two columns as a table of its own, when it is of a known kind."""
    rows = [(BLANK,) * left + tuple(sheet.rows[number - 1][left:right]) for number in heading.rows]
    texts = _texts(rows)
    known: Iterable[tuple[int, Layout, dict[int, Column]]] = (
        (sum(column.heading not in COMMON for column in columns.values()), layout, columns)
        for layout, columns in _known(texts)
    )
    own, layout, columns = max(known, key=lambda each: each[0], default=(0, None, {}))
    return Heading(heading.rows, layout, columns, _written(texts), left, right) if own > 1 else None


@cache
def _serials() -> frozenset[str]:
    return frozenset(heading_text(name) for name in (SERIAL.heading, *SERIAL.others))
