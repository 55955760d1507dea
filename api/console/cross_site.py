"""The check that a form was sent from a page of this service, not from another site."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from api.contract.problems import Problem
from api.http.request_body import BODILESS
from domain.label import Label

_ELSEWHERE: Final = Label(
    "此表单不是从本系统的页面提交的，没有处理。请从本系统的页面重新提交。",
    "This form was not sent from a page of this service, and nothing was done. Send it from one.",
)


async def from_here(request: Request) -> None:
    """Raise the problem `forbidden` for a form from another site, or where the browser says nothing of it.

    Browsers say so by `Sec-Fetch-Site`, or to addresses without TLS by `Origin` alone.
    """
    if request.method in BODILESS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    here = urlsplit(origin).netloc == request.headers.get("host") if site is None else site == "same-origin"
    if not here:
        raise Problem("forbidden", _ELSEWHERE)
