"""Where a page shows the list that an answer names by its address."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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
