"""Nothing that somebody asks for is passed over: what is not known, or doubtfully written, is refused."""

from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from api.app import create_app
from api.contract.file_kinds import PATHS
from api.identity.permissions import Role
from api.identity.reading_reasons import HEADER, ReadingReason
from api.settings import Settings
from domain.codes import tables
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import a_story, sent

APP = create_app(Settings())
OPERATIONS = [
    (method, path, operation.get("parameters", []))
    for path, operations in APP.openapi()["paths"].items()
    for method, operation in operations.items()
]
NAME = "王小明"
LISTS = ("/children", "/obligations", "/readiness", "/findings", "/exceptions", "/differences")
RECEIVED = ("2024-03-05", some(ChildReceived))


def address(path: str) -> str:
    """Fill in a path: any id and any name."""
    ids = {
        name: str(uuid4())
        for name in ("job", "report", "entry", "entry_id", "document", "user", "token", *PATHS)
    }
    named = {
        "type": "x",
        "table": "stage",
        "field": "stage",
        "question": "A3",
        "position": 1,
        "tile": "0/000",
    }
    return path.format(person=uuid4(), **named, **ids)


def in_query(parameters: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The parameters that stand in the query, by name, with their schemas."""
    return {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}


def schemas_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema, or those that it is made of."""
    inner = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return [schema, *(each for one in inner for each in schemas_of(one))]


async def refused(answer: Response, pointer: str) -> dict[str, Any]:
    """Check that an answer refuses what stands there, without repeating it; return what is said of it."""
    assert answer.status_code == 422, (answer.request.url, answer.text)
    body = answer.json()
    assert body["code"] == "invalid"
    assert "登记" not in body["detail_zh"]
    (error,) = [each for each in body["errors"] if each["pointer"] == pointer]
    assert error["detail"]
    assert error["detail_zh"]
    said: dict[str, Any] = error
    return said


# Addresses


async def test_a_parameter_that_is_not_known_is_refused_by_every_address_which_says_what_it_knows(
    served: Served,
) -> None:
    client = await served.as_(Role.SUPERVISOR)
    names = ("nmae", NAME, "LIMIT", "limit ", "as_of[]")
    for name, (method, path, parameters) in product(names, OPERATIONS):
        answer = await client.request(method, address(path), params={name: "x"}, headers=new_key())
        error = await refused(answer, "/query")
        known = in_query(parameters)
        assert set(error.get("known", [])) == set(known), path
        assert all(each in error["detail"] and each in error["detail_zh"] for each in known), path
        assert name.strip() not in answer.text or name.strip() in known


async def test_the_name_that_was_most_likely_meant_is_told(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    error = await refused(await client.get("/children", params={"stages": "in_care"}), "/query")
    assert "did you mean stage?" in error["detail"]
    assert "是否应为 stage？" in error["detail_zh"]


async def test_without_a_token_nothing_is_told_of_what_is_known(served: Served) -> None:
    client = await served.client()
    assert (await client.get("/children", params={"nmae": "x"})).status_code == 401


async def test_what_is_taken_once_is_not_given_twice(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for method, path, parameters in OPERATIONS:
        for name, schema in in_query(parameters).items():
            if not any(each.get("type") == "array" for each in schemas_of(schema)):
                answer = await client.request(method, f"{address(path)}?{name}=1&{name}=1", headers=new_key())
                await refused(answer, f"/query/{name}")
    twice = [(HEADER, ReadingReason.SUPERVISION), (HEADER, ReadingReason.SUPERVISION)]
    client.headers.pop(HEADER)
    await refused(await client.get("/codes/sex", headers=twice), f"/header/{HEADER}")


async def test_a_parameter_is_left_out_or_has_a_value(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for value, (method, path, parameters) in product(("", " ", "\u3000"), OPERATIONS):
        for name in in_query(parameters):
            answer = await client.request(method, address(path), params={name: value}, headers=new_key())
            await refused(answer, f"/query/{name}")


async def test_what_is_no_utf_8_is_not_looked_for_as_something_else(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    await refused(await client.get("/children?file_no=%C2%ED-1"), "/query/file_no")


ODD: dict[tuple[str, str | None], tuple[str, ...]] = {
    ("string", "date"): (
        *("0", "1709596800", "2024-3-5", "20240305", "2024-03-05T00:00:00", "2024-03-05T00:00:00Z"),
        *(
            " 2024-03-05",
            "2024-03-05 ",
            "２０２４-03-05",
            "2024/03/05",
            "2024-W10-2",
            "2024-065",
            "2024-02-30",
        ),
        *("-2024-03-05", "today", "2024-03", "05.03.2024"),
    ),
    ("boolean", None): ("1", "0", "yes", "no", "on", "off", "t", "True", "TRUE", "是", " true"),
    ("integer", None): ("+5", " 5", "5 ", "5.0", "5e0", "٥", "５", "05", "1_0", "0x5", "五", "--5", "- 5"),
    ("string", "uuid"): (
        "12345678123412341234123456789abc",
        "{12345678-1234-1234-1234-123456789abc}",
        "urn:uuid:12345678-1234-1234-1234-123456789abc",
        " 12345678-1234-1234-1234-123456789abc",
        "1234567-81234-1234-1234-123456789abc",
    ),
}
"""By type and format, what validation libraries take and nobody should have to guess."""


async def test_a_value_is_written_in_one_way_only(served: Served, subtests: pytest.Subtests) -> None:
    client = await served.as_(Role.SUPERVISOR)
    tried: set[tuple[str, str | None]] = set()
    for method, path, parameters in OPERATIONS:
        for name, schema in in_query(parameters).items():
            for each in schemas_of(schema):
                kind = (each.get("type", ""), each.get("format"))
                for value in ODD.get(kind, ()):
                    tried.add(kind)
                    with subtests.test(path, name=name, value=value):
                        answer = await client.request(
                            method, address(path), params={name: value}, headers=new_key()
                        )
                        await refused(answer, f"/query/{name}")
    assert tried == set(ODD)


async def test_an_id_in_an_address_is_written_with_its_hyphens(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for written, (method, path, _) in product(ODD["string", "uuid"], OPERATIONS):
        for name in ("child", "job"):
            if f"{{{name}}}" in path:
                answer = await client.request(method, path.replace(f"{{{name}}}", written), headers=new_key())
                await refused(answer, f"/path/{name}")


ODD_MOMENTS = [
    *(
        "0005",
        "+5",
        " 5",
        "5.0",
        "٥",
        "-1",
        "2024-3-5",
        "20240305T081530Z",
        "2024-03-05T08:15:30",
        "2024-W10-2",
    ),
    *("2024-03-05 08:15:30Z", "2024-03-05T08:15Z", "2024-03-05T08:15:30+0800", "2024-03-05T08:15:30 08:00"),
]


async def test_known_at_is_a_position_an_instant_or_a_day_and_nothing_like_them(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.SUPERVISOR)
    for written in ODD_MOMENTS:
        answer = await client.get(f"/children/{story.child}", params={"known_at": written})
        error = await refused(answer, "/query/known_at")
        assert "2024-03-05T08:15:30Z" in error["detail"], written


async def test_two_names_of_one_thing_do_not_contradict_each_other(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.SUPERVISOR)
    for question in ("obligations", "readiness"):
        path = f"/children/{story.child}/{question}"
        both = {"day": "2024-03-06", "as_of": "2024-03-06"}
        assert (await client.get(path, params=both)).status_code == 200
        await refused(await client.get(path, params=both | {"as_of": "2024-03-07"}), "/query/as_of")
    await served.projected()
    for path in ("/obligations", "/readiness", "/findings", "/exceptions"):
        day, as_of = [(await client.get(path, params={name: "2024-03-06"})).json() for name in both]
        assert day == as_of
        assert (await client.get(path, params=both)).json() == day
        await refused(await client.get(path, params=both | {"as_of": "2024-03-07"}), "/query/as_of")


async def test_a_list_says_as_known_at_which_position_it_answers(served: Served) -> None:
    await served.a_child()
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    head = (await served.container.ledger.head()).position
    answers = [await client.get(path) for path in LISTS]
    answers.append(await client.post("/children/search", json={"q": "王"}))
    for answer in answers:
        assert answer.json()["known_position"] == head == int(answer.headers["Ledger-Position"])


async def test_a_page_goes_on_only_as_its_list_was_asked_for(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, *[("2024-03-05", some(IdentityRecorded))] * 3)
    client = await served.as_(Role.SUPERVISOR)
    path = f"/children/{story.child}/entries"
    first = (await client.get(path, params={"order": "recorded", "known_at": "3000", "limit": 2})).json()
    for same in ({}, {"order": "recorded"}, {"known_at": "3000"}):
        page = await client.get(path, params={"cursor": first["next"]} | same)
        assert [entry["version"] for entry in page.json()["items"]] == [3, 4]
    for other in ({"order": "occurred"}, {"known_at": "2999"}, {"known_at": "2024-03-05"}):
        await refused(await client.get(path, params={"cursor": first["next"]} | other), "/query/cursor")


async def test_a_page_of_a_list_goes_on_only_with_the_same_filters(served: Served) -> None:
    for _ in range(3):
        await served.a_child()
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    questions = {
        "/children": ({"departed": "false"}, {"departed": "true"}, {"stage": "in_care"}),
        "/obligations": (
            {"state": "overdue"},
            {"state": "met"},
            {"rule": "D10"},
            {"due_until": "2025-11-21"},
        ),
        "/readiness": ({"day": "2026-11-21"}, {"within_months": "12"}, {"status": "ready"}),
        "/findings": ({"kind": "breach"}, {"rule": "S01"}, {"day": "2026-11-21"}),
        "/families": ({"approved": "false"}, {"approved": "true"}),
    }
    cursors: dict[str, str] = {}
    for path, (asked, *_) in questions.items():
        first = (await client.get(path, params={"limit": "1", **asked})).json()
        if first["next"] is not None:
            cursors[path] = first["next"]
            again = await client.get(path, params={**asked, "cursor": first["next"], "limit": "2"})
            assert first["items"][0] not in again.json()["items"]
    assert len(cursors) >= 3
    for path, cursor in cursors.items():
        for other in questions[path][1:]:
            await refused(await client.get(path, params=other | {"cursor": cursor}), "/query/cursor")
        for elsewhere in questions.keys() - {path}:
            await refused(await client.get(elsewhere, params={"cursor": cursor}), "/query/cursor")


async def test_a_header_that_is_read_is_given_once(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.STAFF)
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b"), ("Content-Type", "application/json")]
    answer = await client.post(f"/children/{story.child}/events", content=b"{}", headers=headers)
    await refused(answer, "/header/Idempotency-Key")


# Filters


async def test_a_stage_that_there_is_not_answers_nobody_and_says_which_there_are(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for answer in (
        await client.get("/children", params={"stage": "in_caer"}),
        await client.post("/children/search", json={"q": NAME, "stage": "in_caer"}),
    ):
        (error,) = answer.json()["errors"]
        assert answer.status_code == 422
        assert error["pointer"].endswith("/stage")
        assert all(code in error["detail"] and code in error["detail_zh"] for code in tables()["stage"].codes)
    for stage in tables()["stage"].codes:
        assert (await client.get("/children", params={"stage": stage})).status_code == 200


async def test_a_rule_that_there_is_not_is_refused_wherever_one_may_be_asked_for(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.SUPERVISOR)
    for path in ("/obligations", "/findings", "/exceptions", f"/children/{story.child}/obligations"):
        for rule in ("D999", "d10", "D10x"):
            error = await refused(await client.get(path, params={"rule": rule}), "/query/rule")
            assert "/rules" in error["detail"]
        assert (await client.get(path, params={"rule": "D10"})).status_code == 200


async def test_an_institution_that_there_is_not_is_refused_and_another_one_shows_nothing(
    served: Served,
) -> None:
    await served.a_child(elsewhere=True)
    await served.projected()

    async def asked(client: AsyncClient, institution: UUID) -> Response:
        return await client.get("/children", params={"institution": str(institution)})

    for role in Role:
        client = await served.as_(role)
        await refused(await asked(client, uuid4()), "/query/institution")
        elsewhere = (await asked(client, served.elsewhere.institution)).json()["items"]
        assert len(elsewhere) == (role == Role.ADMINISTRATOR), role
        assert (await asked(client, served.home.institution)).json()["items"] == [], role
        if role != Role.ADMINISTRATOR:
            search = {"q": NAME, "institution": str(uuid4())}
            await refused(await client.post("/children/search", json=search), "/institution")


# Bodies


async def fault_of(client: AsyncClient, pointer: str, **change: Any) -> dict[str, Any]:
    event = sent("2024-03-05", some(IdentityRecorded)) | change
    return await refused(await client.post("/children", json={"events": [event]}, headers=new_key()), pointer)


async def test_a_member_that_is_not_known_is_answered_with_those_that_are(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    data = sent("2024-03-05", some(IdentityRecorded))["data"]
    error = await fault_of(client, "/events/0", zhang_san=1)
    assert {"type", "occurred_on", "data", "noted_by"} <= set(error["known"])
    error = await fault_of(client, "/events/0/data", data=data | {"nmae": NAME})
    assert "did you mean name?" in error["detail"]
    assert {"name", "sex", "birth_on"} <= set(error["known"])
    error = await fault_of(client, "/events/0/documents/0", documents=[{"kind": "other", "zhang": 1}])
    assert error["known"] == ["kind", "number", "issuer", "issued_on", "sha256"]
    answer = await client.post("/children/search", json={"q": NAME, "zhang_san": 1})
    assert "zhang" not in answer.text
    known = (await refused(answer, ""))["detail"].rsplit(": ", 1)[1]
    assert {"q", "limit", "cursor"} <= set(known.split(", "))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("departed", "yes"),
        ("departed", 1),
        ("limit", "5"),
        ("limit", 0),
        ("limit", 501),
        ("limit", True),
        ("institution", ODD["string", "uuid"][0]),
        ("stage", ""),
        ("file_no", ""),
        ("cursor", "x"),
    ],
)
async def test_a_search_is_asked_for_as_exactly_as_a_list(served: Served, member: str, value: object) -> None:
    client = await served.as_(Role.STAFF)
    answer = await client.post("/children/search", json={"q": NAME, member: value})
    await refused(answer, f"/{member}")


async def test_a_type_of_event_that_is_not_known_is_answered_with_the_one_most_like_it(
    served: Served,
) -> None:
    client = await served.as_(Role.STAFF)
    error = await fault_of(client, "/events/0/type", type="IdentityRecord")
    assert "did you mean IdentityRecorded?" in error["detail"]
    assert "/event-types" in error["detail_zh"]


ODD_DATES = ["1709596800", "0", "20240305", "2024-3-5", "2024-03-05T00:00:00Z"]


async def test_a_day_in_a_body_is_written_as_in_an_address(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    data = sent("2024-03-05", some(IdentityRecorded))["data"]
    for written in ODD_DATES:
        await fault_of(client, "/events/0/occurred_on", occurred_on=written)
        await fault_of(client, "/events/0/noted_on", noted_on=written)
        await fault_of(client, "/events/0/data/birth_on", data=data | {"birth_on": written})
        papers = [{"kind": "birth_certificate", "issued_on": written}]
        await fault_of(client, "/events/0/documents/0/issued_on", documents=papers)


async def test_an_instant_in_a_body_is_written_in_full(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    for written in ("1709596800", "2024-03-05 08:00:00Z", "2024-03-05T08:00Z", "2024-03-05T08:00:00+0800"):
        await fault_of(client, "/events/0/at", at=written)


@pytest.mark.parametrize("written", ODD["string", "uuid"])
async def test_an_id_in_a_body_is_written_with_its_hyphens(served: Served, written: str) -> None:
    client = await served.as_(Role.STAFF)
    await fault_of(client, "/events/0/corrects", corrects=written)
    body = {"institution": written, "events": [sent(*RECEIVED)]}
    await refused(await client.post("/children", json=body, headers=new_key()), "/institution")
    withdrawn = sent("2024-03-05", some(ChildReceived)) | {
        "type": "EntryWithdrawn",
        "data": {"entry": written, "explanation": "x"},
    }
    body = {"events": [withdrawn]}
    await refused(await client.post("/children", json=body, headers=new_key()), "/events/0/data/entry")
    answer = await client.post(
        "/entries", json={"items": [{"child": written, "events": [withdrawn]}]}, headers=new_key()
    )
    (item,) = answer.json()["items"]
    assert {error["pointer"] for error in item["problem"]["errors"]} >= {"/items/0/child"}


# What to write instead


async def test_who_has_no_answer_is_told_how_to_say_so(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    data = sent("2024-03-05", some(IdentityRecorded))["data"]
    without = {name: value for name, value in data.items() if name != "name"}
    for each in (without, data | {"name": None}, data | {"name": ""}):
        error = await fault_of(client, "/events/0/data/name", data=each)
        assert '{"unknown": "not_asked"}' in error["detail"]
        assert '{"unknown": "not_asked"}' in error["detail_zh"]


async def test_who_says_no_day_is_told_how_to_say_one(served: Served) -> None:
    client = await served.as_(Role.STAFF)
    event = sent(*RECEIVED)
    without = {name: value for name, value in event.items() if name != "occurred_on"}
    for each in (without, event | {"occurred_on": None, "occurred_until": None}):
        answer = await client.post("/children", json={"events": [each]}, headers=new_key())
        error = await refused(answer, "/events/0/occurred_on")
        assert "2024-03-05" in error["detail"]
        assert "occurred_until" in error["detail_zh"]
