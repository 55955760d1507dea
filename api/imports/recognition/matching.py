"""Matching of headings to the columns of layouts."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple, TypeAlias

from api.folding import folded
from api.imports.cells.raw import Raw
from api.imports.layout import FILE_NO, NAME, Column, Layout
from api.imports.layouts import LAYOUTS
from api.imports.layouts.columns import CHILD_NAME, FILE_NUMBER, REMARK, SERIAL
from api.imports.reading.workbook import BLANK

Texts: TypeAlias = Mapping[int, tuple[str, ...]]
"""The headings of each column, from top to bottom."""

COMMON: Final = frozenset({column.heading for column in (SERIAL, FILE_NUMBER, CHILD_NAME, REMARK)})
"""Headings that do not distinguish layouts, since every sheet may have them."""
_BRACKETS: Final = re.compile(r"[(\[{【〔《].*?[)\]}】〕》]")
_NUMBERED: Final = re.compile(r"\(?[0-9]{1,2}[.、)]\)?(?=\D)")
_STARS: Final = "*:：★☆※●▲△◆■#.,、;?!_-/"
_OF_THE_CHILD: Final = re.compile("(儿童|孩子|本人|个人)?(自然|基本)?(信息|情况|资料)?")
"""A heading over several columns about the child, which any column may be."""


class Claim(NamedTuple):
    """How well a heading matches a column of a layout; the lowest is the best."""

    order: int
    rank: int
    place: int
    column: Column


def known_layouts(texts: Texts) -> Iterator[tuple[Layout, dict[int, Column]]]:
    """Yield the layouts with a key among these headings, and the columns that they name, each once."""
    claims: dict[Layout, list[Claim]] = defaultdict(list)
    for place, parts in texts.items():
        shorter = (*map(_shorter, parts[:-1]), parts[-1])
        for order, text in enumerate(dict.fromkeys((*spellings(parts), *spellings(shorter)))):
            for layout, rank, column in _index().get(text, ()):
                claims[layout].append(Claim(order, rank, place, column))
        if len(parts) > 1:
            _claim_alone(claims, place, parts)
    for layout in (layout for layout in LAYOUTS if layout in claims):
        columns: dict[int, Column] = {}
        for claim in sorted(claims[layout], key=lambda claim: claim[:3]):
            if claim.place not in columns and claim.column not in columns.values():
                columns[claim.place] = claim.column
        if any(column.heading in {FILE_NO, NAME} for column in columns.values()):
            yield layout, columns


def _claim_alone(claims: dict[Layout, list[Claim]], place: int, parts: tuple[str, ...]) -> None:
    """Claim columns by the lower headings alone, if the upper ones only group columns of the layout."""
    for upper in range(1, len(parts)):
        groups = parts[:upper]
        of_the_child = all(_OF_THE_CHILD.fullmatch(folded(group)) for group in groups)
        for order, text in enumerate(spellings(parts[upper:]), 4 * upper):
            for layout, rank, column in _index().get(text, ()):
                gathered = column.heading not in COMMON and all(gathers(group, layout) for group in groups)
                if of_the_child or gathered:
                    claims[layout].append(Claim(order, rank, place, column))


def _shorter(text: str) -> str:
    """Return an upper heading without its general word: `接收情况` is `接收`."""
    return text.removesuffix("情况").removesuffix("信息")


def gathers(text: str, layout: Layout) -> bool:
    """Whether a text groups columns of a layout: it begins their headings, or the layout's name."""
    group = folded(text)
    begun = _shorter(group)
    headings = (heading for column in layout.columns for heading in (column.heading, *column.others))
    known = (layout.name, *layout.others, *headings)
    return _OF_THE_CHILD.fullmatch(group) is not None or any(folded(each).startswith(begun) for each in known)


def spellings(parts: tuple[str, ...]) -> tuple[str, str]:
    """Return a heading to compare by, with its text in brackets and without."""
    whole = heading_text("".join(parts))
    return whole, heading_text(_BRACKETS.sub("", whole))


@lru_cache(maxsize=20_000)
def heading_text(text: str) -> str:
    """Return a heading to compare by: without blanks, stars and a number before it."""
    plain = folded(text).strip(_STARS)
    return _NUMBERED.sub("", plain, count=1).strip(_STARS) if _NUMBERED.match(plain) else plain


@cache
def _index() -> dict[str, list[tuple[Layout, int, Column]]]:
    """Return every heading of every layout in its spellings; a column's usual heading ranks first."""
    index: dict[str, list[tuple[Layout, int, Column]]] = defaultdict(list)
    for layout in LAYOUTS:
        for column in layout.columns:
            for rank, heading in enumerate((column.heading, *column.others)):
                whole, bare = spellings((heading,))
                units = (f"{between}{unit}" for unit in column.units for between in ("", "/", ":"))
                for text in dict.fromkeys((whole, bare, *(heading_text(f"{bare}{unit}") for unit in units))):
                    index[text].append((layout, min(rank, 1), column))
    return index


@cache
def _keys() -> frozenset[str]:
    wanted = {FILE_NO, NAME}
    return frozenset(
        text for text, claims in _index().items() if any(each.heading in wanted for *_, each in claims)
    )


def is_key(raw: Raw) -> bool:
    """Whether a cell is a heading that identifies children."""
    return isinstance(raw, str) and raw != BLANK and not _keys().isdisjoint(spellings((raw,)))


def is_wordy(raw: Raw) -> bool:
    """Whether a cell is text without digits outside brackets, as headings are."""
    return isinstance(raw, str) and re.search("[0-9]", _BRACKETS.sub("", folded(raw))) is None


def is_named(text: str, column: Column) -> bool:
    """Whether a heading is one of the column's."""
    return heading_text(text) in map(heading_text, (column.heading, *column.others))


def is_heading(text: str) -> bool:
    """Whether a text is the heading of any column."""
    return not _index().keys().isdisjoint(spellings((text,)))
