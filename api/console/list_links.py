"""Where a page shows the list that an answer names by its address."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlsplit

PAGES_OF_LISTS: Final[Mapping[str, str]] = MappingProxyType(
    {"/children": "/console/children", "/census/moves": "/console/census/moves"}
)
"""The pages of lists that take the filters of the API by the same names."""


def page_of(address: str | None) -> str | None:
    """Return the address of the page that shows a list; None where an answer names none."""
    if address is None:
        return None
    path, mark, query = address.partition("?")
    return f"{PAGES_OF_LISTS[path]}{mark}{query}"


def narrowed_by(address: str, filters: Collection[str]) -> dict[str, str]:
    """Return by which of these filters the list of a count is narrowed, which its page calls alike."""
    return {name: value for name, value in parse_qsl(urlsplit(address).query) if name in filters}
