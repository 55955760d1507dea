"""Addresses of pages, with what is asked there."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode


def addressed(path: str, asked: Mapping[str, object]) -> str:
    """Return an address with what is asked there, as far as anything is."""
    query = urlencode({name: value for name, value in asked.items() if value is not None}, doseq=True)
    return f"{path}?{query}" if query else path


def sorted_at(path: str, asked: Mapping[str, object]) -> Callable[[str], str]:
    """Return what says where a list is, asked so, in another order: from its first page on."""
    return lambda sort: addressed(path, {**asked, "sort": sort})
