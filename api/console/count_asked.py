"""What the pages of counts are asked: by what, of whom, and as known when; and how they say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode

from fastapi import Depends, Query

from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest
from api.console.points_of_time import read_known_at, read_last_day
from api.console.words import Words
from api.contract.census_answers import value_label
from api.contract.dimension_filters import (
    DIMENSION_LABELS,
    DimensionName,
    by_dimension,
    coded_values,
    dimensions_seen,
)
from api.http.counting import AgeBandsAsked, CountedWhere, institution_names
from domain.label import Label

_MOST_OFFERED: Final = 12
"""Codes of a table up to which a list of choices offers each."""
DayText: TypeAlias = Annotated[str | None, Query(max_length=40)]
CountedByTwo: TypeAlias = Annotated[list[DimensionName] | None, Query(max_length=2)]


@dataclass(frozen=True, slots=True)
class CountAsked:
    """What is counted by (nothing is by default), of whom, and as known when; None is now."""

    by: tuple[str, ...]
    where: tuple[str, ...]
    bands: str | None
    known_at: str | None

    @property
    def answered(self) -> dict[str, Any]:
        """What the answers are asked for."""
        return {"where": list(self.where) or None, "bands": self.bands, "known_at": self.known_at}

    def address(self, path: str, **more: date | str | None) -> str:
        """Return the address of a page of counts that is asked so, with what it is asked besides."""
        written = [("by", each) for each in self.by] + [("where", each) for each in self.where]
        further = {"bands": self.bands, "known_at": self.known_at, **more}
        written += [(name, str(value)) for name, value in further.items() if value is not None]
        return f"{path}?{urlencode(written)}" if written else path

    def without(self, value: str) -> "CountAsked":
        """Return the same, not narrowed by a value."""
        return replace(self, where=tuple(each for each in self.where if each != value))


def _asked(
    by: CountedByTwo = None,
    where: CountedWhere = None,
    bands: AgeBandsAsked = None,
    known_at: DayText = None,
) -> CountAsked:
    """Return what is asked; what is chosen twice counts once."""
    return CountAsked(
        tuple(dict.fromkeys(by or ())),
        tuple(dict.fromkeys(where or ())),
        bands,
        read_known_at(known_at, "known_at"),
    )


AskedCount: TypeAlias = Annotated[CountAsked, Depends(_asked)]
"""What a page of counts is asked."""


def read_day(text: str | None, name: str, otherwise: date) -> date:
    """Return the day that is meant, `otherwise` where none is. Raises the problem `invalid`."""
    return read_last_day(text, name) or otherwise


@dataclass(frozen=True, slots=True)
class OfferedValues:
    """The values of a dimension by which counts can be narrowed: as addresses have them, with their names."""

    label: str
    values: Sequence[tuple[str, str]]


async def narrowing(page: PageRequest, asked: Sequence[str]) -> dict[str, Any]:
    """Return what the filter of counts shows: by what it is narrowed, in words, and by what it could be."""
    words, names = page.words, await institution_names(page.context, ["institution"])
    overseen = await institutions_overseen(page)
    offered = [
        OfferedValues(
            words.label(DIMENSION_LABELS["institution"]),
            [(f"institution:{each}", name) for each, name in overseen.items()],
        ),
        *_coded(page),
    ]
    return {
        "narrowed": [(each, told_value(words, each, names)) for each in asked],
        "offered": [each for each in offered if each.values],
    }


async def told_values(page: PageRequest, where: Iterable[str]) -> list[str]:
    """Return in words by what a list or a count is narrowed."""
    names = await institution_names(page.context, [*by_dimension(where)])
    return [told_value(page.words, each, names) for each in where]


def told_value(words: Words, value: str, institutions: dict[str, str]) -> str:
    """Return a dimension with one of its values, in words."""
    name, _, code = value.partition(":")
    label = words.label(DIMENSION_LABELS[name])
    return f"{label}{words('history.colon')}{words.label(value_label(name, code, institutions))}"


def dimensions_offered(page: PageRequest) -> dict[str, Label]:
    """Return what the reader may count by, with what it is called."""
    return dimensions_seen(page.context.sees)


def _coded(page: PageRequest) -> Iterable[OfferedValues]:
    words = page.words
    for name, label in dimensions_offered(page).items():
        codes = coded_values(name)
        if 0 < len(codes) <= _MOST_OFFERED:
            yield OfferedValues(
                words.label(label),
                [(f"{name}:{code}", words.label(value_label(name, code, {}))) for code in codes],
            )
