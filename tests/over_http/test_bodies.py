"""A body is read for somebody with a token only, and no more of it than its route takes."""

import re
from typing import Any

from fastapi import FastAPI
from starlette.types import Message, Scope

from api.app import create_app
from api.contract.file_kinds import PATHS
from api.http.administering_requests import MOST_BYTES as MOST_OF_ACTS
from api.http.lists import MOST_BYTES as MOST_OF_A_SEARCH
from api.http.reconciliations import MOST_BYTES as MOST_OF_THEIRS
from api.http.record_many import MOST_BYTES as MOST_OF_MANY
from api.http.request_body import MOST_BYTES, MOST_UNASKED
from api.identity.permissions import Role
from api.settings import Settings
from tests.support.client import Served

ACTS_ON_SOMEBODY = (
    "role",
    "login",
    "first-sign-in",
    "end",
    "sessions/end",
    "second-factor/end",
    "account",
)
LARGEST = Settings.model_fields["import_bytes"].default
SOME = "00000000-0000-4000-8000-000000000000"
TAKES = {
    "/children": MOST_BYTES,
    "/families": MOST_BYTES,
    **{f"{path}/{SOME}/events": MOST_BYTES for path in PATHS.values()},
    **{f"{path}/{SOME}/entries/{SOME}/move": MOST_BYTES for path in ("/children", "/families")},
    "/entries": MOST_OF_MANY,
    "/children/search": MOST_OF_A_SEARCH,
    "/families/search": MOST_OF_A_SEARCH,
    "/imports": LARGEST,
    f"/imports/{SOME}/record": MOST_OF_A_SEARCH,
    "/reconciliations": MOST_OF_THEIRS,
    "/reports": MOST_OF_A_SEARCH,
    f"/children/{SOME}/extracts": MOST_OF_A_SEARCH,
    **dict.fromkeys(
        (
            "/institutions",
            f"/institutions/{SOME}/particulars",
            f"/institutions/{SOME}/rulebook",
            "/users",
            *(
                f"/users/{SOME}/{act}"
                for act in (
                    "role",
                    "login",
                    "first-sign-in",
                    "end",
                    "sessions/end",
                    "second-factor/end",
                    "account",
                )
            ),
            "/tokens",
            f"/tokens/{SOME}/revoke",
        ),
        MOST_OF_ACTS,
    ),
}
PUT = {f"/children/{SOME}/documents/{SOME}"}
"""What takes the bytes of a paper that an entry cites: `test_scans`."""
OF_ANYBODY = {"/verify"}
"""What takes a file of anybody, and reads no further than that it is no PDF: `test_extracts`."""
ASKED = {"/reconciliations": b"system=household&as_of=2026-11-20"}
"""What is asked beside the body, where a route asks for more."""
PIECE = b"[" * 65536


def walked() -> list[tuple[str, str]]:
    """Return every method with every path of the app, and a path that there is not."""
    paths: dict[str, Any] = create_app().openapi()["paths"]
    return [
        (method.upper(), re.sub(r"\{\w+\}", SOME, path))
        for path, methods in [*paths.items(), ("/nowhere", {"post": None})]
        for method in methods
    ]


async def answered(app: FastAPI, method: str, path: str, token: str | None = None) -> tuple[int, int]:
    """Send a body without end; return the status, and how many bytes of it were taken."""
    taken, status = 0, 0

    async def receive() -> Message:
        nonlocal taken
        taken += len(PIECE)
        assert taken < 2 * LARGEST
        return {"type": "http.request", "body": PIECE, "more_body": True}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    kinds = {"/imports": b"application/x-ndjson", "/reconciliations": b"text/csv"}
    headers = [(b"content-type", kinds.get(path, b"application/json"))]
    if token is not None:
        headers += [(b"authorization", f"Bearer {token}".encode()), (b"idempotency-key", b"endless")]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": ASKED.get(path, b""),
        "root_path": "",
        "scheme": "http",
        "headers": headers,
        "server": ("childledger.test", 80),
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    await app(scope, receive, send)
    return status, taken


async def test_of_somebody_without_a_token_nothing_of_a_body_is_read(served: Served) -> None:
    open_to_all = {"/health/live", "/health/ready", "/metrics", "/openapi.json", "/verify"}
    for method, path in walked():
        status, taken = await answered(served.app, method, path)
        expected = 404 if path == "/nowhere" else 200 if path in open_to_all else 401
        if path in OF_ANYBODY and method == "POST":
            expected = 415
        assert (method, path, status, taken) == (method, path, expected, 0)


async def test_of_a_body_no_more_is_read_than_its_route_takes(served: Served) -> None:
    child, token = await served.a_child(), served.tokens[Role.STAFF]
    for path, most in TAKES.items():
        status, taken = await answered(served.app, "POST", path.replace(SOME, str(child)), token)
        assert (path, status) == (path, 413)
        assert taken <= most + len(PIECE)


def test_every_route_that_takes_a_body_is_tried_here() -> None:
    assert {path for method, path in walked() if method != "GET"} == {*TAKES, *PUT, *OF_ANYBODY, "/nowhere"}


async def test_a_body_where_none_is_taken_is_not_read(served: Served) -> None:
    child, staff = await served.a_child(), await served.as_(Role.STAFF)
    for path in ("/children", f"/children/{child}", "/entries?limit=1", "/rules"):
        for size, status in ((MOST_UNASKED, 200), (MOST_UNASKED + 1, 413)):
            answer = await staff.request("GET", path, content=b"x" * size)
            assert (path, answer.status_code) == (path, status)
    nobody = await (await served.client()).request("GET", "/children", content=b"x" * 100_000)
    assert nobody.status_code == 401
