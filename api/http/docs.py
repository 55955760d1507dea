"""The documentation of the API: `openapi.json`, and a page that shows it, from the service's own files.

It reveals nothing of a ledger, so it requires no token.
"""

import asyncio
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from api.contract.encoding import JsonResponse
from api.contract.problems import not_found
from api.http.parameters import NOTHING_UNKNOWN

router = APIRouter(include_in_schema=False, dependencies=[NOTHING_UNKNOWN])

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""Content policy of the page: the service's own files, and the icons within its style sheet."""
CACHED: Final = "public, max-age=3600"
_OWN: Final = files("api.http")
_SWAGGER: Final = files("api") / "vendor" / "swagger-ui"
PAGE: Final = (_OWN / "docs.html").read_bytes()
ASSETS: Final[Mapping[str, tuple[bytes, str]]] = MappingProxyType(
    {
        file.name: (file.read_bytes(), media_type)
        for file, media_type in (
            (_OWN / "docs.js", "text/javascript"),
            (_SWAGGER / "swagger-ui-bundle.js", "text/javascript"),
            (_SWAGGER / "swagger-ui.css", "text/css"),
            (_SWAGGER / "favicon-32x32.png", "image/png"),
        )
    }
)
"""The files of the page, with their media types."""


@router.get("/openapi.json")
async def openapi(request: Request) -> JsonResponse:
    """Return the OpenAPI description of all routes."""
    # Making it takes seconds, once.
    return JsonResponse(await asyncio.to_thread(request.app.openapi))


@router.get("/docs")
async def docs() -> Response:
    """Return the page that shows the OpenAPI description."""
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@router.get("/docs/{asset}")
async def asset(name: Annotated[str, Path(alias="asset")]) -> Response:
    """Return a file that the page loads."""
    asset = ASSETS.get(name)
    if asset is None:
        raise not_found()
    content, media_type = asset
    return Response(content, media_type=media_type, headers={"Cache-Control": CACHED})
