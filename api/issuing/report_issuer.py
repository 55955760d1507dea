"""Whose a report is: an institution's, of the children in its charge, or a bureau's, of all in its region."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.codes import tables
from domain.rulebook import NATION

_LEVELS: Final = (6, 4, 2, 0)
"""Digits of the code of a county, a prefecture, a province, and the nation."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose a report is, and the file in which it stands; `region` is a bureau's, None for an institution."""

    file: UUID
    region: str | None = None

    @property
    def name(self) -> str | None:
        """What the region is called; None for an institution."""
        if self.region is None:
            return None
        code = tables()["region"].codes.get(self.region)
        return "全国" if self.region == NATION else self.region if code is None else code.zh


def region_of(places: str) -> str:
    """Return the code of the region whose places have codes that begin so."""
    return places.ljust(len(NATION), "0")


def places_in(region: str) -> str:
    """Return how the codes of the places in a region begin."""
    return next(region[:digits] for digits in reversed(_LEVELS) if not region[digits:].strip("0"))


def regions_around(region: str) -> list[str]:
    """Return the regions that a place lies in, its own first."""
    return list(dict.fromkeys(region_of(region[:digits]) for digits in _LEVELS))


def region_file(named: Callable[..., UUID], region: str) -> UUID:
    """Return the id of the file in which the reports of a region stand, which its first one opens."""
    return named("region", region)
