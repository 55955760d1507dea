"""How the logs stand: how far each is signed, by whom it was cosigned, and how anybody verifies it."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import render
from api.contract.problems import Problem
from api.http import log_proofs

router = page_router()


@router.get("/log")
async def log_state(page: SignedIn) -> Response:
    """Show the log of entries and that of accesses, each with its checkpoint and who cosigned it."""
    logs = {
        "entries": await page.answer(log_proofs.log),
        "accesses": await page.answer(log_proofs.access_log),
    }
    checkpoints = {
        "entries": await _text(page, log_proofs.checkpoint),
        "accesses": await _text(page, log_proofs.access_checkpoint),
    }
    return render(page, "log.html", logs=logs, checkpoints=checkpoints, forked=_forked(logs))


async def _text(page: SignedIn, question: Any) -> str | None:  # noqa: ANN401 - an answer of the log
    """Return a checkpoint as it was signed; None before the first."""
    try:
        return bytes((await question(page.context)).body).decode()
    except Problem as problem:
        if problem.code != "not_found":
            raise
        return None


def _forked(logs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the logs that were found not to begin with what was signed."""
    return [name for name, each in logs.items() if each["forked"]]
