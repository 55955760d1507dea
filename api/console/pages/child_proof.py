"""A file against the log: whether each entry is as recorded and stands in the log, and what to take away."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from api.console.child_frame import AboutChild
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import render
from api.contract.explanation_words import CATEGORIES
from api.http import bundles, chronology, integrity, log_proofs
from api.http.bundles import MOST_CHOSEN
from api.http.errors import problem_of
from api.identity.permissions import SEES, Action, role_may
from domain.event import Category

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

_ROWS: Final = 100
_OUT_OF_REACH: Final = frozenset({"not_found", "forbidden", "restricted"})


@router.get("/children/{child}/proof")
async def child_proof(
    asked: AboutChild, after: Annotated[int, Query(ge=0, le=2**31, description="Entries before.")] = 0
) -> Response:
    """Verify the file entry by entry as it is read, and show what was found; an altered one, too."""
    page = asked.page
    verified = await page.answer(integrity.integrity, asked.child)
    log = await page.answer(log_proofs.log)
    told = {
        "verified": verified,
        "log": log,
        "child": asked.child,
        "exports": role_may(page.role, Action.EXPORT),
        "first_bad": next(iter(verified["items"]), None),
    }
    now = asked.of_now()
    try:
        file = await now.summary()
        dated = (await page.answer(chronology.chronology, asked.child))["items"]
    except Exception as error:
        problem = problem_of(error)
        if problem is None or problem.code in _OUT_OF_REACH:
            raise
        # Nobody can read the file; what is wrong with it can be told all the same.
        return render(page, "file-altered.html", **told)
    return await now.render(
        "child-proof.html",
        "proof",
        file,
        path="/proof",
        rows=_rows(dated[after : after + _ROWS], verified, log),
        after=after,
        following=after + _ROWS if after + _ROWS < len(dated) else None,
        categories={each.value: CATEGORIES[each] for each in Category if each in SEES[page.role]},
        **told,
    )


def _rows(
    dated: Sequence[Mapping[str, Any]], verified: Mapping[str, Any], log: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], str, Mapping[str, Any] | None]]:
    """Return entries, each with how it stands and what is wrong with it."""
    flaws = {each["position"]: each for each in verified["items"]}
    return [
        (
            each,
            "altered"
            if each["position"] in flaws
            else "proved"
            if each["position"] <= log["size"]
            else "not_yet",
            flaws.get(each["position"]),
        )
        for each in dated
    ]


async def _within_budget(page: SignedIn) -> AsyncIterator[None]:
    """Reserve a budget until what is saved is complete."""
    with page.context.container.budgets.tables.taken(page.context.actor.user):
        yield


@downloads.get("/children/{child}/bundle", dependencies=[Depends(_within_budget)])
async def saved_bundle(
    page: SignedIn,
    child: UUID,
    position: Annotated[list[int] | None, Query(max_length=MOST_CHOSEN)] = None,
    category: Annotated[list[Category] | None, Query()] = None,
    since: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """Save the file with its proofs, of all its entries or of those that were chosen."""
    return await bundles.bundle(page.context, child, position=position, category=category, since=since)


@downloads.get("/log/proofs/{position}")
async def saved_proof(page: SignedIn, position: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
    """Save the proof that an entry stands in the log."""
    return _named(await log_proofs.proof(page.context, position), f"entry-{position}.tlog-proof")


@downloads.get("/log/checkpoint")
async def saved_checkpoint(page: SignedIn) -> Response:
    """Save the last checkpoint that the log signed."""
    return _named(await log_proofs.checkpoint(page.context), "checkpoint.txt")


@downloads.get("/log/accesses/checkpoint")
async def saved_access_checkpoint(page: SignedIn) -> Response:
    """Save the last checkpoint that the log of accesses signed."""
    return _named(await log_proofs.access_checkpoint(page.context), "access-checkpoint.txt")


def _named(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
