"""The app: the one place that joins container and routes, also for tests and commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from threading import Lock
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from api.bootstrap import Container
from api.clock import WallClock, utc_now
from api.console import installation as console
from api.contract import problems, requests
from api.digest_mail import digests_sent
from api.http import (
    access,
    administered_institutions,
    administered_users,
    allowance_sums,
    bundles,
    catalogue,
    census,
    census_moves,
    census_series,
    chronology,
    counts,
    decisions,
    difference_list,
    directory_names,
    docs,
    dossiers,
    emergencies,
    erasures,
    errors,
    exceptions,
    explain,
    extract_verification,
    extracts,
    family_lists,
    feed,
    file_diff,
    file_restriction,
    file_statements,
    group_counts,
    hand_over,
    hindsight,
    institution_lists,
    integrity,
    issued_tokens,
    lateness,
    lists,
    log_proofs,
    move_one,
    one_entry,
    one_file,
    own_data,
    own_work,
    paper_bytes,
    placement_outcomes,
    population_diff,
    probes,
    question_catalogue,
    question_lists,
    readiness_board,
    reconciliations,
    record_many,
    record_one,
    reports,
    running_state,
    statement_lists,
    timeline,
    weekly_digest,
)
from api.http import import_jobs as imports
from api.http.head import HeadAsGet, Secured
from api.http.request_log import RequestLog
from api.settings import Settings
from api.tenants import open_tenants

_VERSION: Final = version("childledger")
_DOCUMENTING: Final = Lock()
_DOCUMENTED: Final[dict[str, Any]] = {}


def _routes() -> list[BaseRoute]:
    """Return the routes of all addresses, in the order in which a request is compared with them."""
    open_to_all = (probes, docs, extract_verification)
    recording = (record_one, record_many, move_one, imports, reconciliations, reports, extracts)
    of_one_file = (
        one_file,
        timeline,
        chronology,
        one_entry,
        explain,
        file_diff,
        hindsight,
        hand_over,
        own_data,
        dossiers,
        file_restriction,
        decisions,
    )
    # The list of institutions comes before their files, whose ids stand in the place of its last word.
    of_files = (institution_lists, *of_one_file, access, integrity, file_statements, statement_lists)
    across_files = (
        lists,
        family_lists,
        counts,
        group_counts,
        census,
        census_moves,
        census_series,
        readiness_board,
        placement_outcomes,
        question_catalogue,
        question_lists,
        emergencies,
        erasures,
        lateness,
        allowance_sums,
        own_work,
        weekly_digest,
        exceptions,
        difference_list,
        population_diff,
        feed,
    )
    chapters = (
        *open_to_all,
        *recording,
        *of_files,
        paper_bytes,
        *across_files,
        log_proofs,
        bundles,
        directory_names,
        administered_institutions,
        administered_users,
        issued_tokens,
        running_state,
        catalogue,
    )
    return [*(route for chapter in chapters for route in chapter.router.routes), *console.routes()]


_ROUTES: Final = _routes()
"""Shared by the apps of a process."""


def create_app(
    settings: Settings | None = None, *, clock: WallClock = utc_now, apart: bool = False
) -> FastAPI:
    """Make the app; it opens its tenants at startup and closes them at shutdown.

    With `apart` another process of the service follows the ledgers.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_tenants(settings, clock, follow=not apart, apart=apart) as app.state.tenants,
            digests_sent(app.state.tenants, settings, clock),
        ):
            yield

    app = FastAPI(
        title="childledger",
        version=_VERSION,
        description="An append-only ledger of children's lives in state care.",
        lifespan=lifespan,
        routes=_ROUTES,
        # FastAPI's pages load scripts from other hosts; `docs` replaces them.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # No redirects, which would be built from the host that the client names.
        redirect_slashes=False,
        # Its answers hold messages of exceptions.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(RequestLog)
    app.add_middleware(Secured, tls=settings.tls_handled)
    errors.install(app)
    app.state.settings = settings
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # FastAPI's own way to change it
    return app


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[Container]:
    """Open the app's tenants without serving, for commands and tests; yield the commands' container."""
    async with app.router.lifespan_context(app):
        yield app.state.tenants.preferred


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description, which all apps share: made at the first request, by any thread."""
    with _DOCUMENTING:
        if not _DOCUMENTED:
            schema = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=_ROUTES
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas |= {"Problem": dict(problems.SCHEMA), **requests.schemas()}
            _DOCUMENTED.update(schema)
    return _DOCUMENTED
