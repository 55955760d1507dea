"""Addresses of pages, with what is asked there."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Request

from api.console.page_request import HOME
from api.http.request_body import BODILESS

SHOWN: Final = f"{HOME}/shown/"
"""Where the pages stand that tell what came of a form, by their tickets."""
LONGEST_ADDRESS: Final = 4000
_LEADING_AWAY: Final = ("\\", "//", "/.", "/%2e")


def addressed(path: str, asked: Mapping[str, object]) -> str:
    """Return an address with what is asked there, as far as anything is."""
    query = urlencode({name: value for name, value in asked.items() if value is not None}, doseq=True)
    return f"{path}?{query}" if query else path


def sorted_at(path: str, asked: Mapping[str, object]) -> Callable[[str], str]:
    """Return what says where a list is, asked so, in another order: from its first page on."""
    return lambda sort: addressed(path, {**asked, "sort": sort})


def here(address: str | None) -> str | None:
    """Return an address if it is one of a page here."""
    if (
        address is None
        or len(address) > LONGEST_ADDRESS
        or not address.isascii()
        or not address.isprintable()
    ):
        return None
    below = address == HOME or address.startswith((f"{HOME}/", f"{HOME}?"))
    leads_away = any(part in address.lower() for part in _LEADING_AWAY)
    return address if below and not leads_away else None


def page_asked_for(request: Request) -> str:
    """Return the address of the page that a request asks for, or on which the form stood that it sends.

    Where a form came from is said by the browser; of one that does not say it is where it was sent to.
    """
    path, query = request.url.path, request.url.query
    if request.method in BODILESS:
        return f"{path}?{query}" if query else path
    said = urlsplit(request.headers.get("referer", ""))
    if said.netloc != request.url.netloc:
        return path
    if said.path.startswith(SHOWN):
        return here(next(iter(parse_qs(said.query).get("of", ())), None)) or path
    return here(f"{said.path}?{said.query}" if said.query else said.path) or path
