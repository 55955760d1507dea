"""How the service runs, for whoever administers the ledger; it tells nothing of any file."""

from importlib.metadata import version

from api.bootstrap import Container
from api.contract.administration_answers import CheckpointAnswer, RunningStateAnswer
from api.contract.encoding import JsonResponse
from api.contract.problems import WITHIN
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest
from api.http.probes import state_of
from api.identity.administration import Act, check_act
from ledger.log.checkpoint import Checkpoint
from ledger.log.transparency_log import TransparencyLog

router = callers_router("administration")


@router.get("/running-state", response_model=RunningStateAnswer, responses=WITHIN)
async def running_state(request: FileRequest) -> JsonResponse:
    """Tell whether all can be answered, how far lists are behind, the last backup and checkpoints."""
    check_act(request.actor, Act.LOOK)
    container = request.container
    state = await state_of(container)
    missing: list[str] = state.get("missing", [])
    backed_up = state.get("key_backup", "none")
    body: RunningStateAnswer = {
        "version": version("childledger"),
        "ready": not missing,
        "missing": missing,
        "stopped": state.get("stopped", {}),
        "position": (await request.ledger.head()).position,
        "projection_lag": state.get("projection_lag"),
        "key_backup_verified_at": backed_up["verified_at"] if isinstance(backed_up, dict) else None,
        "log": await _checkpoint(container, container.transparency_log),
        "access_log": await _checkpoint(container, container.log_of_accesses),
    }
    return JsonResponse(body)


async def _checkpoint(container: Container, log: TransparencyLog) -> CheckpointAnswer | None:
    note = await log.published()
    if note is None:
        return None
    size = Checkpoint.read(note.text).size
    return {
        "size": size,
        "leaves": await log.size(),
        "signed_at": await log.signed_at(),
        "forked": container.is_forked(log),
    }
