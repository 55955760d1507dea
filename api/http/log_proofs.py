"""The transparency logs over HTTP: checkpoints, tiles, and proofs that an entry or an access stands in one.

The forms are those of c2sp.org/tlog-tiles and /tlog-proof, which tools of others read.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, TypeAlias

from fastapi import Path, Response

from api.contract.encoding import JsonResponse
from api.contract.entries import instant
from api.contract.problems import WITHIN, not_found
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest, RequestContext
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import Action, role_may
from api.witnesses import policy_of
from ledger.log.checkpoint import Checkpoint, Note, NoteError
from ledger.log.policy import Witness
from ledger.log.tiles import Tile
from ledger.log.transparency_log import TransparencyLog

router = callers_router("log")

_TEXT: Final = "text/plain"
_BYTES: Final = "application/octet-stream"
_MOST_PATH: Final = 60
"""Characters of a tile's path; that of the largest position is shorter."""


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """A witness, and when it cosigned the checkpoint, null if it did not; `valid` says if by its own key."""

    name: str
    cosigned_at: str | None
    valid: bool


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """A log: its origin, the key that verifies what it signs, and how far it is signed.

    `size` is the number of leaves in the signed tree, and `root` its hash in hex; null before the first.
    `recorded` is how many leaves there are, signed or not. `witnesses` are those whom the operator names to
    cosign the checkpoint. `forked` says that the tree was found not to begin with what was signed, by the
    service or a witness.
    """

    origin: str
    key: str
    size: int
    root: str | None
    recorded: int
    witnesses: list[WitnessAnswer]
    forked: bool


def _answered(kind: str, what: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {kind: {"schema": {"type": "string"}}}, "description": what}}


_NOTE: Final = _answered(_TEXT, "A signed note (c2sp.org/tlog-checkpoint).")
_HASHES: Final = _answered(_BYTES, "Hashes, or leaves each after its length (c2sp.org/tlog-tiles).")
_PROOF: Final = _answered(_TEXT, "A proof of inclusion (c2sp.org/tlog-proof@v1).")
TilePath: TypeAlias = Annotated[
    str, Path(max_length=_MOST_PATH, description="As `0/000`, `entries/x001/067.p/5`.")
]
LogPosition: TypeAlias = Annotated[int, Path(ge=1, le=2**53, description="The position in the log, from 1.")]


@router.get("/log", response_model=LogAnswer, responses=WITHIN)
async def log(request: FileRequest) -> JsonResponse:
    """Say what the log is called, by which key it is verified, and how far it is signed.

    For supervisor, auditor and administrator, as all of the log.
    """
    return await _said(request, request.container.transparency_log)


@router.get("/access-log", response_model=LogAnswer, responses=WITHIN)
async def access_log(request: FileRequest) -> JsonResponse:
    """Say the same of the log of accesses, in which each reading of personal data is a leaf."""
    return await _said(request, request.container.log_of_accesses)


@router.get("/log/checkpoint", response_class=Response, responses=WITHIN | _NOTE)
async def checkpoint(request: FileRequest) -> Response:
    """Return the last checkpoint that the log signed; not found before the first."""
    return await _checkpoint(request, request.container.transparency_log)


@router.get("/access-log/checkpoint", response_class=Response, responses=WITHIN | _NOTE)
async def access_checkpoint(request: FileRequest) -> Response:
    """Return the last checkpoint that the log of accesses signed; not found before the first."""
    return await _checkpoint(request, request.container.log_of_accesses)


@router.get("/log/tile/{tile:path}", response_class=Response, responses=WITHIN | _HASHES)
async def log_tile(request: FileRequest, tile: TilePath) -> Response:
    """Return a tile of the signed tree, or a bundle of its leaves; not found if it does not reach it."""
    return await _tile(request, request.container.transparency_log, tile)


@router.get("/access-log/tile/{tile:path}", response_class=Response, responses=WITHIN | _HASHES)
async def access_tile(request: FileRequest, tile: TilePath) -> Response:
    """Return a tile of the signed tree of accesses, or a bundle of its leaves."""
    return await _tile(request, request.container.log_of_accesses, tile)


@router.get("/entries/{position}/proof", response_class=Response, responses=WITHIN | _PROOF)
async def proof(request: FileRequest, position: LogPosition) -> Response:
    """Return the proof that an entry stands in the signed tree; not found until the log reaches it."""
    return await _proof(request, request.container.transparency_log, position)


@router.get("/accesses/{position}/proof", response_class=Response, responses=WITHIN | _PROOF)
async def access_proof(request: FileRequest, position: LogPosition) -> Response:
    """Return the proof that an access stands in the signed tree; not found until the log reaches it."""
    return await _proof(request, request.container.log_of_accesses, position)


async def _said(request: RequestContext, own: TransparencyLog) -> JsonResponse:
    _check(request)
    note = await own.published()
    signed = None if note is None else Checkpoint.read(note.text)
    size, root = (0, None) if signed is None else (signed.size, signed.root.hex())
    policy = await policy_of(request.container.settings, own)
    answer = LogAnswer(
        own.origin,
        own.verifier,
        size,
        root,
        await own.rows.last(),
        [_witness(name, each, note) for name, each in sorted(policy.witnesses.items())],
        request.container.is_forked(own),
    )
    return JsonResponse(asdict(answer))


def _witness(name: str, witness: Witness, note: Note | None) -> WitnessAnswer:
    try:
        at = None if note is None else witness.key.verified(note)
    except NoteError:
        return WitnessAnswer(name, None, valid=False)
    told = None if at is None else instant(datetime.fromtimestamp(at, UTC))
    return WitnessAnswer(name, told, valid=True)


async def _checkpoint(request: RequestContext, own: TransparencyLog) -> Response:
    _check(request)
    note = await own.published()
    if note is None:
        raise not_found()
    return Response(str(note), media_type=_TEXT)


async def _tile(request: RequestContext, own: TransparencyLog, path: str) -> Response:
    _check(request)
    asked = Tile.of_path(f"tile/{path}")
    content = None if asked is None else await own.tile(asked)
    if content is None:
        raise not_found()
    return Response(content, media_type=_BYTES)


async def _proof(request: RequestContext, own: TransparencyLog, position: int) -> Response:
    _check(request)
    proved = await own.proof(position)
    if proved is None:
        raise not_found()
    return Response(str(proved), media_type=_TEXT)


def _check(request: RequestContext) -> None:
    """Raise the problem `forbidden` unless the caller may verify; no leaf names a file."""
    if not role_may(request.actor.role, Action.VERIFY):
        raise forbidden(request.actor.role, roles_that_may(Action.VERIFY))
