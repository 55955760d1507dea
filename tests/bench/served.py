"""The app in a process of its own, as it is served, with routes beside it that only the benchmark asks.

The first line it prints is its port. Its argument is how many processes answer.
"""

import sys
from cProfile import Profile
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse

from api import logs
from api.app import create_app, running
from api.clock import utc_now
from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.http.authentication import AuthenticatedDep, authenticated
from api.http.recording_requests import IdempotencyKey
from api.http.request_body import body
from api.serving import listen, run, serve
from api.serving_processes import beside
from api.settings import Settings
from tests.bench.bench import now
from tests.bench.profiling import told

router: Final = APIRouter(prefix="/bench", dependencies=[Depends(authenticated)])
profiler: Final = Profile()


@router.post("/children/{child}/events", status_code=201)
async def validated(
    own: AuthenticatedDep, child: UUID, key: IdempotencyKey, raw: Annotated[bytes, Depends(body())]
) -> JsonResponse:
    """Take what `POST /children/{child}/events` takes, from whom it takes it, and do nothing with it."""
    events = bodies.events(raw, own.container.ledger.rulebook)
    return JsonResponse(
        {"child": child, "key": key, "user": own.actor.user, "entries": len(events.drafts)}, 201
    )


@router.post("/profile/begun")
async def begin() -> JsonResponse:
    """Profile from now on."""
    profiler.enable()
    return JsonResponse({})


@router.post("/profile/ended")
async def end() -> PlainTextResponse:
    """Return the profile since it was begun."""
    profiler.disable()
    return PlainTextResponse(told(profiler))


async def main(workers: int) -> int:
    """Serve until told to stop."""
    # Processes beside this one know the machine's clock alone.
    app = create_app(Settings(), clock=now if workers == 1 else utc_now, apart=True)
    app.include_router(router)
    # As far ahead as recording, which is matched after a few others.
    app.router.routes.insert(0, app.router.routes.pop())
    with listen("127.0.0.1", 0) as listener:
        async with running(app), beside(app.state.tenants.settings, listener, workers=workers):
            sys.stdout.write(f"{listener.getsockname()[1]}\n")
            sys.stdout.flush()
            await serve(app, listener)
    return 0


if __name__ == "__main__":
    logs.configure()
    sys.exit(run(main(int(sys.argv[1]))))
