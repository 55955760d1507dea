"""Every answer that is not the one asked for has one form and two languages, and repeats nothing sent."""

import logging
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
import pytest
from fastapi import Depends, FastAPI, Query, Request
from httpx2 import ASGITransport, AsyncClient, Response
from psycopg import OperationalError
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from api.contract.pointers import faults, pointer
from api.contract.problems import KINDS, Problem, invalid, not_found, responses
from api.http import errors
from api.http.request_body import body
from api.http.request_log import RequestLog
from api.identity.tokens import always
from ledger.sealing.wrapping import KeyUnavailableError
from ledger.store.append import AppendFailedError, OverloadedError
from tests.support.logged import logged

MARKER = "王小明"


def app_that(failure: BaseException | None = None) -> FastAPI:
    app = FastAPI()
    app.add_middleware(RequestLog)
    errors.install(app)

    @app.get("/failing")
    async def failing() -> None:
        if failure is not None:
            raise failure

    @app.get("/asking/{number}")
    async def asking(
        number: UUID, limit: Annotated[int, Query(ge=1, le=500)], kind: Literal["due", "met"] = "due"
    ) -> None: ...

    async def let_in(request: Request) -> None:
        request.state.still = always

    @app.post("/telling", dependencies=[Depends(let_in)])
    async def telling(raw: Annotated[bytes, Depends(body(limit=20))]) -> int:
        return len(raw)

    return app


async def ask(app: FastAPI, path: str, method: str = "GET", **sent: Any) -> Response:
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        return await client.request(method, path, **sent)


def check_form(answer: Response, code: str) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == said["status"] == KINDS[code].status
    assert said["code"] == code
    assert said["type"].endswith(f"/problems/{code}")
    assert said["title"]
    assert said["detail"]
    assert said["detail_zh"]
    return said


@pytest.mark.parametrize("code", KINDS)
async def test_each_problem_is_answered_in_two_languages_under_its_status(code: str) -> None:
    check_form(await ask(app_that(Problem(code)), "/failing"), code)


async def test_a_problem_says_more_where_there_is_more_to_say() -> None:
    said = check_form(await ask(app_that(Problem("stale", version=7)), "/failing"), "stale")
    assert said["version"] == 7


async def test_what_is_not_there_and_what_is_not_yours_are_the_same_answer() -> None:
    unknown_path = await ask(app_that(), "/no-such-thing")
    out_of_scope = await ask(app_that(not_found()), "/failing")
    assert unknown_path.content == out_of_scope.content
    check_form(unknown_path, "not_found")


async def test_another_method_is_told_which_ones_there_are() -> None:
    answer = await ask(app_that(), "/failing", "DELETE")
    check_form(answer, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_no_token_is_told_how_to_bring_one() -> None:
    answer = await ask(app_that(Problem("unauthenticated")), "/failing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "failure",
    [
        OverloadedError(),
        AppendFailedError(MARKER),
        OperationalError(MARKER),
        KeyUnavailableError(MARKER),
        Problem("unavailable"),
    ],
    ids=["overloaded", "append failed", "database away", "key service away", "unavailable"],
)
async def test_what_may_work_in_a_moment_says_when_to_try_again(failure: Exception) -> None:
    answer = await ask(app_that(failure), "/failing")
    check_form(answer, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert MARKER not in answer.text


async def test_what_nobody_expected_says_nothing_of_what_was_there() -> None:
    with logged() as spoken:
        answer = await ask(app_that(ValueError(f"could not read {MARKER}")), f"/failing?name={MARKER}")
    check_form(answer, "unexpected")
    written = spoken.getvalue()
    assert MARKER not in answer.text + written
    lines = [orjson.loads(line) for line in written.splitlines()]
    (failed,) = [line for line in lines if line["event"] == "unexpected"]
    assert failed["error"] == "ValueError"
    assert failed["where"][-1].endswith("failing")
    assert failed["request_id"] == answer.headers["x-request-id"]


async def test_words_of_other_libraries_are_logged_without_what_they_fill_in() -> None:
    with logged() as spoken:
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool", MARKER)
        logging.getLogger("asyncio").error("Task failed\nfuture: %s", MARKER, exc_info=ValueError(MARKER))
    written = spoken.getvalue()
    assert MARKER not in written
    assert [orjson.loads(line)["event"] for line in written.splitlines()] == [
        "error connecting in %r: %s",
        "Task failed",
    ]


async def test_a_request_is_logged_by_its_route_and_never_by_its_path_or_query() -> None:
    child = "3f2c0c1e-5b8e-4f0e-9d5c-000000000001"
    with logged() as spoken:
        await ask(app_that(), f"/asking/{child}?limit=5&name={MARKER}")
    written = spoken.getvalue()
    assert MARKER not in written
    assert child not in written
    lines = [orjson.loads(line) for line in written.splitlines()]
    (answered,) = [line for line in lines if line["event"] == "answered"]
    assert (answered["route"], answered["status"]) == ("/asking/{number}", 200)


# What is wrong with what was sent


async def test_wrong_parameters_are_named_and_not_repeated() -> None:
    answer = await ask(app_that(), f"/asking/{MARKER}?limit={MARKER}&kind={MARKER}")
    said = check_form(answer, "invalid")
    assert [each["pointer"] for each in said["errors"]] == ["/path/number", "/query/limit", "/query/kind"]
    assert MARKER not in answer.text


async def test_a_parameter_that_is_missing_or_too_large_says_so() -> None:
    child = "3f2c0c1e-5b8e-4f0e-9d5c-000000000001"
    (missing,) = (await ask(app_that(), f"/asking/{child}")).json()["errors"]
    assert missing == {"pointer": "/query/limit", "detail": "must be given", "detail_zh": "必须填写"}
    (too_large,) = (await ask(app_that(), f"/asking/{child}?limit=501")).json()["errors"]
    assert too_large["detail"] == "must be at most 500"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (("body", "events", 0, "data", "name"), "/events/0/data/name"),
        (("query", "known_at"), "/query/known_at"),
        (("body", "data", MARKER, "more"), "/data"),
        (("body", "data", "a" * 41), "/data"),
        ((), ""),
    ],
)
def test_a_pointer_never_holds_somebodys_words(location: tuple[str | int, ...], expected: str) -> None:
    assert pointer(location) == expected


@dataclass
class Sample:
    """Something that may be sent in many wrong ways."""

    count: int
    name: str
    kind: Literal["one", "two"]


@pytest.mark.parametrize(
    "sent",
    [
        {"count": MARKER, "name": 5, "kind": MARKER},
        {"count": 1, "name": "a", "kind": "one", MARKER: MARKER},
        {},
        MARKER,
        [MARKER],
    ],
)
def test_faults_are_told_in_two_languages_without_the_values(sent: object) -> None:
    with pytest.raises(ValidationError) as found:
        TypeAdapter(Sample).validate_python(sent, strict=True, extra="forbid")
    told = faults(found.value.errors())
    assert told
    assert all(each.sentence.en and each.sentence.zh for each in told)
    assert MARKER not in repr(told)
    assert invalid(told).body["errors"][0]["detail_zh"]


# Bodies


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"x" * 21, "application/json", "too_large"),
        (b"{}", "text/plain", "unsupported_media_type"),
        (b"{}", "", "unsupported_media_type"),
    ],
)
async def test_a_body_of_another_type_or_size_is_not_taken(content: bytes, kind: str, code: str) -> None:
    answer = await ask(app_that(), "/telling", "POST", content=content, headers={"content-type": kind})
    check_form(answer, code)


async def test_a_body_is_too_large_also_where_its_length_is_not_told() -> None:
    async def parts() -> Any:
        for _ in range(21):
            yield b"x"

    headers = {"content-type": "application/json"}
    check_form(await ask(app_that(), "/telling", "POST", content=parts(), headers=headers), "too_large")


async def test_a_body_of_the_right_type_may_say_its_character_set() -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    assert (await ask(app_that(), "/telling", "POST", content=b"{}", headers=headers)).json() == 2


def test_problems_are_documented_by_status_with_all_their_codes() -> None:
    documented = responses("invalid", "refused", "not_found")
    assert set(documented) == {404, 422}
    assert "`invalid`" in documented[422]["description"]
    assert "`refused`" in documented[422]["description"]
