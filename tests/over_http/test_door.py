"""The door: what anybody may read without a token, what every head says, and words that show the way."""

import hashlib
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

import api
from api.app import create_app
from api.identity.permissions import Role
from api.settings import Settings
from domain.codes import tables
from domain.events.family.profile import FamilyRegistered
from domain.events.intake import ChildReceived
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import a_story, sent

APP = create_app(Settings())
READ = [path for path, operations in APP.openapi()["paths"].items() if "get" in operations]
OPEN = ["/docs", "/docs/docs.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/openapi.json"]
VENDORED = Path(api.__file__).parent / "vendor" / "swagger-ui"
RECEIVED = ("2024-03-05", some(ChildReceived))


async def addresses(served: Served) -> list[str]:
    """Every address that is read, of files that are there."""
    staff = await served.as_(Role.STAFF)
    registered = {"events": [sent("2024-03-05", some(FamilyRegistered))]}
    opened = await staff.post("/families", json=registered, headers=new_key())
    named = {
        "child": await served.a_child(),
        "family": opened.json()["family"],
        "institution": served.home.institution,
        "job": uuid4(),
        "report": uuid4(),
        "type": "CareModeAssigned",
        "table": "stage",
        "field": "findings",
        "document": uuid4(),
        "question": "A3",
        "position": 1,
        "tile": "0/000.p/1",
        "entry_id": uuid4(),
        "entry": uuid4(),
        "person": (await served.actor(Role.STAFF)).user,
        "user": uuid4(),
        "token": uuid4(),
    }
    return [path.format(**named) for path in READ]


# Documented to everybody


@pytest.mark.parametrize("path", OPEN)
async def test_the_documentation_needs_no_token_and_says_nothing_of_a_ledger(
    served: Served, path: str
) -> None:
    child = await served.a_child("欧阳小明")
    answer = await (await served.client()).get(path)
    assert answer.status_code == 200
    for told in (
        served.container.settings.ledger,
        served.home.name,
        str(served.home.institution),
        str(child),
    ):
        assert told not in answer.text


async def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_that_stands_in_it(
    served: Served,
) -> None:
    client = await served.client()
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    policy = dict(each.strip().split(" ", 1) for each in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "//" not in page.text
    assert not re.search(r"<script>|<script [^>]*>[^<]|<style|style=| on\w+=", page.text)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) >= 4
    for each in loaded:
        assert (await client.get(f"/{each}")).status_code == 200, each


async def test_the_page_shows_every_address(served: Served) -> None:
    client = await served.client()
    assert 'url: "openapi.json"' in (await client.get("/docs/docs.js")).text
    documented = (await client.get("/openapi.json")).json()
    assert documented["paths"].keys() == APP.openapi()["paths"].keys()


async def test_no_other_file_is_read_by_its_name(served: Served) -> None:
    client = await served.client()
    for name in ("docs.py", "..%2Fapp.py", "%2e%2e/app.py", "SHA256SUMS", "LICENSE"):
        assert (await client.get(f"/docs/{name}")).status_code == 404


def test_what_others_have_made_is_kept_as_they_made_it() -> None:
    for line in (VENDORED / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name


async def test_the_code_tables_are_listed(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    listed = (await client.get("/codes")).json()
    assert [table["table"] for table in listed["items"]] == list(tables())
    assert listed["next"] is None
    for table in listed["items"]:
        assert (await client.get(f"/codes/{table['table']}")).json() == table


# Heads


async def answers(served: Served) -> list[Response]:
    """Answers of every kind: read, recorded, refused, not there, not yours, without a token."""
    supervisor, nobody = await served.as_(Role.SUPERVISOR), await served.client()
    paths = await addresses(served)
    found = [await client.get(path) for path in [*paths, "/nowhere"] for client in (supervisor, nobody)]
    found.append(await supervisor.post("/children", json={"events": [sent(*RECEIVED)]}, headers=new_key()))
    found.append(await supervisor.post("/children", json={}, headers=new_key()))
    found.append(await supervisor.delete("/children"))
    assert {answer.status_code for answer in found} >= {200, 201, 401, 404, 405, 422}
    return found


async def test_every_answer_is_kept_by_nobody_framed_by_nobody_and_of_the_type_it_says(
    served: Served,
) -> None:
    for answer in await answers(served):
        assert answer.headers["cache-control"] == "no-store", answer.request.url
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers


async def test_where_tls_is_handled_browsers_are_told_to_come_by_it_alone() -> None:
    app = create_app(Settings(tls_handled=True))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        answer = await client.get("/health/live")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_what_nobody_expected_is_answered_with_the_same_head(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.container.identity, "institution", None)
    client = await served.as_(Role.STAFF)
    answer = await client.get("/children", params={"institution": str(uuid4())})
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")


def same_for_both(path: str, answer: Response) -> dict[str, str]:
    """What the head says but for what differs from one answer to the next."""
    measures = {"content-length"} if path.startswith(("/metrics", "/health")) else set()
    return {name: value for name, value in answer.headers.items() if name not in {"x-request-id"} | measures}


async def test_a_head_is_answered_wherever_the_rest_is_and_without_it(served: Served) -> None:
    paths = await addresses(served)
    await served.projected()
    for client in (await served.as_(Role.SUPERVISOR), await served.client()):
        for path in [*paths, *OPEN, "/nowhere", "/children?nmae=x"]:
            whole, head = await client.get(path), await client.head(path)
            assert head.content == b"", path
            assert head.status_code == whole.status_code, path
            # What tells of requests is longer by each of them.
            tells_of_requests = path.startswith(("/metrics", "/health")) or "/access" in path
            varying = {"x-request-id", "content-length"} if tells_of_requests else {"x-request-id"}
            assert {name: value for name, value in head.headers.items() if name not in varying} == {
                name: value for name, value in whole.headers.items() if name not in varying
            }, path


async def test_where_nothing_is_read_there_is_no_head(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.head(f"/children/{uuid4()}/events")
    assert (answer.status_code, answer.content) == (405, b"")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/children/", "/health/live/", "/docs/", "/entries/?limit=1"])
async def test_no_address_leads_to_another_one(served: Served, path: str) -> None:
    for client in (await served.as_(Role.SUPERVISOR), await served.client()):
        answer = await client.get(path, headers={"Host": "elsewhere.example"})
        assert answer.status_code == 404
        assert "location" not in answer.headers


async def test_where_something_was_recorded_is_told_without_a_host(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    answer = await client.post(
        "/children", json={"events": [sent(*RECEIVED)]}, headers={"Host": "elsewhere.example", **new_key()}
    )
    assert answer.headers["location"] == f"/children/{answer.json()['child']}"


@pytest.mark.parametrize(
    "path", ["/children", "/children/search", "/families/search", "/entries", "/imports"]
)
async def test_what_is_no_json_is_read_only_of_who_has_a_token(served: Served, path: str) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "a"}
    answer = await (await served.client()).post(path, content=b"{", headers=headers)
    assert answer.status_code == 401


# Words that show the way


async def said(answer: Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    return body


async def test_a_version_without_its_quotes_is_told_how_it_is_written(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.STAFF)
    for version in ("1", 'W/"1"', "'1'", '"1', '"1", "2"', '"one"'):
        body = await said(
            await client.post(
                f"/children/{story.child}/events",
                json=sent(*RECEIVED),
                headers=[("Idempotency-Key", "k"), ("If-Match", version)],
            ),
            400,
            "malformed",
        )
        assert '"7"' in body["detail"]
        assert '"7"' in body["detail_zh"]


async def test_a_key_that_is_none_is_told_also_where_nothing_would_be_recorded(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.STAFF)
    path = f"/children/{story.child}/events?dry_run=true"
    headers = {"Idempotency-Key": "with blanks"}
    await said(await client.post(path, json=sent(*RECEIVED), headers=headers), 400, "idempotency_key_missing")
    assert (await client.post(path, json=sent(*RECEIVED))).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/json; charset=gb18030", "application/json+x"]
)
async def test_a_body_of_another_type_is_told_which_ones_are_taken(served: Served, kind: str) -> None:
    client = await served.as_(Role.STAFF)
    for path, taken in (("/children", "application/json"), ("/imports", "application/x-ndjson")):
        answer = await client.post(path, content=b"{}", headers={"Content-Type": kind, **new_key()})
        body = await said(answer, 415, "unsupported_media_type")
        assert taken in body["detail"]
        assert taken in body["detail_zh"]
        assert taken in answer.headers["accept"]


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
async def test_json_may_say_that_it_is_in_utf_8(served: Served, kind: str) -> None:
    client = await served.as_(Role.STAFF)
    answer = await client.post(
        "/children/search", content='{"q": "王"}'.encode(), headers={"Content-Type": kind}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('{"q": "王小明"', "line 1, column 12"),
        ('{\n "q": "王小明",\n}', "line 3, column 1"),
        ('{"q": "王小明"} {"q": 1}', "line 1, column 14"),
        ('{"q": 王小明}', "line 1, column 7"),
    ],
)
async def test_what_is_no_json_is_told_from_where_on_and_not_repeated(
    served: Served, content: str, where: str
) -> None:
    client = await served.as_(Role.STAFF)
    headers = {"Content-Type": "application/json"}
    body = await said(
        await client.post("/children/search", content=content.encode(), headers=headers), 400, "malformed"
    )
    assert where in body["detail"]
    assert "王小明" not in str(body)
    line, column = re.findall("[0-9]+", where)
    assert f"第 {line} 行第 {column} 列" in body["detail_zh"]
