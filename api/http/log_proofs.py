"""The transparency log over HTTP: its checkpoint, its tiles, and the proof that an entry stands in it.

The forms are those of c2sp.org/tlog-tiles and /tlog-proof, which tools of others read.
"""

from dataclasses import asdict, dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from api.contract.encoding import JsonResponse
from api.contract.problems import WITHIN, not_found
from api.http.dependencies import FileRequest, RequestContext
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import Action, role_may
from ledger.log.checkpoint import Checkpoint
from ledger.log.tiles import Tile

router = APIRouter(tags=["log"])

_TEXT: Final = "text/plain"
_BYTES: Final = "application/octet-stream"
_MOST_PATH: Final = 60
"""Characters of a tile's path; that of the largest position is shorter."""


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """The log: its origin, the key that verifies what it signs, and how far it is signed.

    `size` is the number of entries in the signed tree, and `root` its hash in hex; null before the first.
    """

    origin: str
    key: str
    size: int
    root: str | None


def _answered(kind: str, what: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {kind: {"schema": {"type": "string"}}}, "description": what}}


@router.get("/log", response_model=LogAnswer, responses=WITHIN)
async def log(request: FileRequest) -> JsonResponse:
    """Say what the log is called, by which key it is verified, and how far it is signed.

    For supervisor, auditor and administrator, as all of the log.
    """
    _check(request)
    own = request.container.transparency_log
    note = await own.published()
    signed = None if note is None else Checkpoint.read(note.text)
    size, root = (0, None) if signed is None else (signed.size, signed.root.hex())
    return JsonResponse(asdict(LogAnswer(own.origin, own.verifier, size, root)))


@router.get(
    "/log/checkpoint",
    response_class=Response,
    responses=WITHIN | _answered(_TEXT, "A signed note (c2sp.org/tlog-checkpoint)."),
)
async def checkpoint(request: FileRequest) -> Response:
    """Return the last checkpoint that the log signed; not found before the first."""
    _check(request)
    note = await request.container.transparency_log.published()
    if note is None:
        raise not_found()
    return Response(str(note), media_type=_TEXT)


@router.get(
    "/log/tile/{tile:path}",
    response_class=Response,
    responses=WITHIN | _answered(_BYTES, "Hashes, or leaves each after its length (c2sp.org/tlog-tiles)."),
)
async def log_tile(
    request: FileRequest,
    tile: Annotated[str, Path(max_length=_MOST_PATH, description="As `0/000`, `entries/x001/067.p/5`.")],
) -> Response:
    """Return a tile of the signed tree, or a bundle of its leaves; not found if it does not reach it."""
    _check(request)
    asked = Tile.of_path(f"tile/{tile}")
    content = None if asked is None else await request.container.transparency_log.tile(asked)
    if content is None:
        raise not_found()
    return Response(content, media_type=_BYTES)


@router.get(
    "/entries/{position}/proof",
    response_class=Response,
    responses=WITHIN | _answered(_TEXT, "A proof of inclusion (c2sp.org/tlog-proof@v1)."),
)
async def proof(
    request: FileRequest, position: Annotated[int, Path(ge=1, le=2**53, description="The entry's position.")]
) -> Response:
    """Return the proof that an entry stands in the signed tree; not found until the log reaches it."""
    _check(request)
    proved = await request.container.transparency_log.proof(position)
    if proved is None:
        raise not_found()
    return Response(str(proved), media_type=_TEXT)


def _check(request: RequestContext) -> None:
    """Raise the problem `forbidden` unless the caller may verify; no leaf names a file."""
    if not role_may(request.actor.role, Action.VERIFY):
        raise forbidden(request.actor.role, roles_that_may(Action.VERIFY))
