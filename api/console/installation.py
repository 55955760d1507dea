"""The console joined to the app: its pages, the files that they load, and the way to it from the front."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute

from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.pages import (
    admin_institutions,
    admin_people,
    admin_state,
    approvals,
    board,
    census_changes,
    census_counts,
    child_dossier,
    child_emergency,
    child_extract,
    child_join,
    child_move,
    child_papers,
    child_proof,
    child_readiness,
    child_restriction,
    child_scans,
    children,
    children_outside,
    digest,
    draft_list,
    emergency_list,
    erasure_list,
    family_list,
    family_opening,
    file_amend,
    file_chapters,
    file_comparison,
    file_due,
    file_entry,
    file_explanation,
    file_findings,
    file_history,
    file_readers,
    file_record,
    file_step,
    found,
    import_pages,
    institution_list,
    kept,
    key_help,
    late,
    log_state,
    numbers_over_time,
    preferences,
    receive,
    record_for_many,
    report_pages,
    rules_in_force,
    second_factor,
    shown,
    sign_in,
    single_sign_on,
    supervised_counts,
    their_data,
    today,
    verify_extract,
)
from api.console.rendering import FOR_EVER, SERVED
from api.contract.problems import Problem, not_found

PAGES: Final = (
    sign_in,
    verify_extract,
    single_sign_on,
    second_factor,
    today,
    children,
    receive,
    family_list,
    family_opening,
    institution_list,
    file_chapters,
    file_step,
    file_explanation,
    child_extract,
    file_history,
    file_entry,
    file_amend,
    child_move,
    child_join,
    child_restriction,
    child_emergency,
    file_due,
    child_dossier,
    child_readiness,
    file_findings,
    child_papers,
    child_scans,
    file_comparison,
    file_record,
    file_readers,
    child_proof,
    log_state,
    record_for_many,
    draft_list,
    found,
    approvals,
    board,
    census_counts,
    census_changes,
    numbers_over_time,
    supervised_counts,
    report_pages,
    their_data,
    digest,
    import_pages,
    emergency_list,
    erasure_list,
    late,
    admin_institutions,
    admin_people,
    admin_state,
    children_outside,
    rules_in_force,
    kept,
    shown,
    key_help,
    preferences,
)
"""The modules of the pages."""
_FOUND: Final = 303
_files = APIRouter(include_in_schema=False)
_rest = page_router()


@_files.get("/console/static/{file}")
async def static_file(file: Annotated[str, Path()]) -> Response:
    """Return a file that the pages load; under another content it has another name."""
    found = SERVED.get(file)
    if found is None:
        raise not_found()
    content, media_type = found
    return Response(content, media_type=media_type, headers={"Cache-Control": FOR_EVER})


@_files.get("/")
async def front_page(request: Request) -> Response:
    """Lead a browser to the console."""
    if "text/html" not in request.headers.get("accept", ""):
        raise not_found()
    return RedirectResponse("/console", _FOUND)


@_rest.get("/{anything:path}")
async def no_such_page(page: SignedIn, anything: str) -> Response:  # noqa: ARG001 - it shows the frame alone
    """Answer an address of no page, to somebody who is signed in."""
    raise Problem("not_found")


def routes() -> list[BaseRoute]:
    """Return the routes of the console."""
    downloads = (
        admin_institutions.downloads,
        admin_people.downloads,
        board.downloads,
        census_counts.downloads,
        census_changes.downloads,
        numbers_over_time.downloads,
        found.downloads,
        child_dossier.downloads,
        child_proof.downloads,
        report_pages.downloads,
        import_pages.downloads,
        child_scans.downloads,
    )
    pages = (module.router for module in PAGES)
    return [
        route
        for router in (_files, single_sign_on.callbacks, *pages, *downloads, _rest)
        for route in router.routes
    ]
