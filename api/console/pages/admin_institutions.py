"""Institutions: opened, changed, and the rulebooks they adopt, for whoever administers the ledger."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Depends, Query, Response

from api.console.admin_form import ADMIN, UNUSABLE, SavedForm, as_saved, attempted
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render
from api.console.sent_form import readers_form
from api.contract.problems import not_found
from api.http import administered_institutions

router = page_router("/console/admin")
downloads = page_router("/console/admin")
"""What is saved, and no page."""

InstitutionActDone: TypeAlias = Literal["opened", "changed", "adopted"]
"""What was done just now."""
_FIELDS: Final = ("name", "uscc", "region")
_LARGEST_PACK: Final = 512 * 1024


@router.get("/institutions")
async def institution_page(page: SignedIn) -> Response:
    """List the institutions, and offer to open one."""
    return await _all(page, {}, ())


@downloads.get("/institutions.{form}")
async def saved_institutions(page: SignedIn, form: SavedForm) -> Response:
    """Save all institutions, as `GET /institutions` answers them."""
    return await administered_institutions.institutions(page.context, as_table=as_saved(page, form))


@router.post("/institutions")
async def open_institution(
    page: SignedIn, sent: Annotated[Mapping[str, str], Depends(readers_form(*_FIELDS))]
) -> Response:
    """Open an institution."""
    opened, faults = await attempted(page, administered_institutions.open_one, sent=sent)
    if faults:
        return await _all(page, sent, faults)
    return lead_to(f"{ADMIN}/institutions/{opened['institution']}?done=opened")


@router.get("/institutions/{institution}")
async def one_institution(
    page: SignedIn, institution: UUID, done: Annotated[InstitutionActDone | None, Query()] = None
) -> Response:
    """Show one institution, and what the shipped rulebook would change for it."""
    return await _one(page, institution, done=done)


@router.post("/institutions/{institution}")
async def change_institution(
    page: SignedIn,
    institution: UUID,
    sent: Annotated[Mapping[str, str], Depends(readers_form(*_FIELDS))],
) -> Response:
    """Record what changed of an institution."""
    _, faults = await attempted(page, administered_institutions.change_one, institution, sent=sent)
    if faults:
        return await _one(page, institution, filled=sent, faults=faults)
    return lead_to(f"{ADMIN}/institutions/{institution}?done=changed")


@router.post("/institutions/{institution}/rulebook")
async def adopt_rulebook(
    page: SignedIn,
    institution: UUID,
    sent: Annotated[
        Mapping[str, str], Depends(readers_form("digest", "pack", "text", "without", most=_LARGEST_PACK))
    ],
) -> Response:
    """Adopt the rulebook whose changes the page showed, or show those with another pack first."""
    wanted = _rulebook(sent)
    tried = await attempted(page, administered_institutions.adopt, institution, sent=wanted, dry_run=True)
    if tried[1] or tried[0]["faults"] or sent["digest"] != tried[0]["digest"]:
        return await _one(page, institution, pack=sent, tried=tried)
    _, faults = await attempted(page, administered_institutions.adopt, institution, sent=wanted)
    if faults:
        return await _one(page, institution, pack=sent, tried=(None, faults))
    return lead_to(f"{ADMIN}/institutions/{institution}?done=adopted")


def _rulebook(sent: Mapping[str, str]) -> dict[str, Any]:
    packs = [{"name": sent["pack"].strip() or "pack", "text": sent["text"]}] if sent["text"].strip() else []
    without = [sent["without"].strip()] if sent["without"].strip() else []
    return {"digest": sent["digest"], "packs": packs, "without": without}


async def _all(page: PageRequest, filled: Mapping[str, str], faults: Sequence[str]) -> Response:
    listed = await page.answer(administered_institutions.institutions)
    return render(
        page,
        "admin-institutions.html",
        status=UNUSABLE if faults else 200,
        listed=listed,
        filled=filled,
        faults=faults,
    )


async def _one(
    page: PageRequest,
    institution: UUID,
    *,
    done: InstitutionActDone | None = None,
    filled: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
    pack: Mapping[str, str] | None = None,
    tried: tuple[Any, Sequence[str]] | None = None,
) -> Response:
    listed = await page.answer(administered_institutions.institutions)
    one = next((each for each in listed["items"] if each["institution"] == str(institution)), None)
    if one is None:
        raise not_found()
    asked = {"digest": "", "packs": [], "without": []}
    changes, wrong = tried or await attempted(
        page, administered_institutions.adopt, institution, sent=asked, dry_run=True
    )
    if changes is None:
        changes, _ = await attempted(
            page, administered_institutions.adopt, institution, sent=asked, dry_run=True
        )
    return render(
        page,
        "admin-institution.html",
        status=UNUSABLE if faults or wrong or changes["faults"] else 200,
        institution=one,
        done=done,
        filled=filled or one,
        faults=faults,
        pack=pack or {},
        changes=changes,
        wrong=wrong,
    )
