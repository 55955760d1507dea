"""JSON pointers to errors in a request, of known names only: no name or value from the caller."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from api.contract.requests import KINDS
from domain.codes import tables
from domain.event import CATALOGUE
from ledger.codec.messages import InvalidValue, wording
from ledger.codec.parsing import described, members

_IN_ADDRESS: Final = frozenset({"path", "query", "header"})
"""The places of parameters, whose names the route has declared."""
_DIGITS: Final = 6
"""Digits of an item's number; a longer number may be that of a paper."""


def faults(errors: Iterable[Mapping[str, Any]]) -> list[InvalidValue]:
    """Return the errors for those that pydantic lists (`type`, `loc`, `ctx`)."""
    return [
        InvalidValue(pointer(error["loc"]), wording(str(error["type"]), error.get("ctx") or {}, error["msg"]))
        for error in errors
    ]


def pointer(location: Iterable[str | int]) -> str:
    """Return a location as a JSON pointer, up to the first part that may be the caller's word."""
    place = "".join(f"/{part}" for part in location)
    if place.split("/")[1:2] and place.split("/")[1] in _IN_ADDRESS:
        return place
    return ours(place.removeprefix("/body"))


def ours(place: str) -> str:
    """Return a JSON pointer as far as its parts are known names, or numbers of a list."""
    parts: list[str] = []
    for part in place.split("/")[1:]:
        if part not in vocabulary() and not (part.isascii() and part.isdigit() and len(part) <= _DIGITS):
            break
        parts.append(part)
    return "".join(f"/{part}" for part in parts)


@cache
def vocabulary() -> frozenset[str]:
    """Return all names of members and all codes: none of them is a person's name at any place."""
    kinds: list[type] = [*CATALOGUE.values(), *KINDS]
    codes = (code for table in tables().values() for code in table.codes)
    return frozenset([*codes, *(name for kind in kinds for name in _names(kind))])


def _names(kind: type) -> Iterator[str]:
    for name, annotation in members(kind).items():
        yield name
        for inner in (*described(annotation), *described(annotation, ["0"])):
            yield from _names(inner)
