"""Recording over HTTP: judged, durable, never twice, all of it or none, and only by who may."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.http import duplicates
from api.identity.permissions import Role
from domain.event import CATALOGUE, Event
from domain.events.adoption.assessment import AdopterApplicationReceived
from domain.events.archive import EXTRACTS, SCANS
from domain.events.care import CareModeAssigned
from domain.events.erasure import DONE_BY_OPERATOR
from domain.events.household import CitizenIdAssigned
from domain.events.institution.particulars import OPERATED
from domain.events.institution.reporting import ISSUED
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.record import EntryRestored, EntryWithdrawn, ExceptionApproved
from domain.scope import FileScope
from ledger.files.cache import FileCache
from tests.support.client import TOWNSHIP, Served, new_key
from tests.support.given import citizen_id, some
from tests.support.http_given import Story, a_story, sent
from tests.support.waiting import PATIENCE
from tests.support.whole_events import full

RECORDING = {Role.STAFF, Role.SUPERVISOR}
RECEIVED = ("2024-03-05", some(ChildReceived))
WARD = ("2024-03-06", some(CareModeAssigned, mode="ward"))
FOSTER = ("2024-05-01", some(CareModeAssigned, mode="foster"))


def named(name: str = "王小明", born: str = "2019-03-05", sex: str = "1", **said: Any) -> tuple[str, Any]:
    event = some(IdentityRecorded, name=name, birth_on=date.fromisoformat(born), sex=sex, **said)
    return ("2024-03-05", event)


async def a_child(served: Served) -> Story:
    return await a_story(served).given(RECEIVED)


# A new file


async def test_a_file_is_opened_with_its_first_events(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    answer = await staff.post(
        "/children", json={"events": [sent(*RECEIVED), sent(*named())]}, headers=new_key()
    )
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == {"child", "version", "position", "entries", "findings"}
    assert answer.headers["Location"] == f"/children/{body['child']}"
    assert answer.headers["ETag"] == '"2"'
    assert answer.headers["Ledger-Position"] == str(body["position"])
    first, second = body["entries"]
    assert (first["type"], second["type"]) == ("ChildReceived", "IdentityRecorded")
    assert (first["version"], second["version"], body["version"]) == (1, 2, 2)
    assert second["position"] == body["position"] == first["position"] + 1
    assert first["stream"] == body["child"]
    assert second["data"]["name"] == "王小明"
    assert second["data"]["name_basis"] == {"unknown": "not_asked"}
    assert second["recorded_by"]["role"] == "staff"
    assert second["recorded_by"]["institution"] == str(served.home.institution)
    assert (second["region"], second["origin"]) == ("371099", "api")
    assert second["recorded_at"].endswith("Z")
    assert "王小明" in second["sentence_zh"]
    assert (await staff.get(answer.headers["Location"])).json()["version"] == 2


async def test_a_file_is_opened_for_ones_own_institution_only(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    events = [sent(*RECEIVED)]
    other = {"institution": str(served.elsewhere.institution), "events": events}
    answer = await staff.post("/children", json=other, headers=new_key())
    assert (answer.status_code, answer.json()["code"]) == (409, "institution_mismatch")
    own = {"institution": str(served.home.institution), "events": events}
    assert (await staff.post("/children", json=own, headers=new_key())).status_code == 201


async def test_a_dry_run_tells_what_would_come_of_it_and_records_nothing(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    before = (await served.container.ledger.head()).position
    answer = await staff.post(
        "/children?dry_run=true", json={"events": [sent(*RECEIVED), sent(*named(born="2009-03-05"))]}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"would", "refusals", "findings", "impact", "possible_duplicates"}
    assert (body["would"], body["refusals"], body["possible_duplicates"]) == ("record", [], [])
    (stage,) = [each for each in body["impact"]["status"] if each["attribute"] == "stage"]
    assert (stage["chapter"], stage["before"], stage["after"]) == ("life", [], [{"value": "received"}])
    opened = {each["after"]["rule"]: each for each in body["impact"]["obligations"]}
    assert opened["D10"]["before"] is None
    assert opened["D10"]["after"]["due_on"] == "2024-03-05"
    assert (await served.container.ledger.head()).position == before


@pytest.mark.rule("R-INT-5")
async def test_a_dry_run_of_a_new_file_lists_who_may_be_the_same_child(served: Served) -> None:
    known = await a_story(served).given(RECEIVED, named())
    await a_story(served).given(RECEIVED, named("王小明明"))
    await a_story(served).given(RECEIVED, named(born="2012-01-01"))
    await a_story(served).given(RECEIVED, named(sex="2"))
    await served.a_child("王小明", "2019-03-05", elsewhere=True)
    await served.projected()
    staff = await served.as_(Role.STAFF)

    async def alike(*happened: tuple[str, Any]) -> list[dict[str, Any]]:
        events = [sent(*each) for each in happened]
        answer = await staff.post("/children?dry_run=true", json={"events": events})
        assert answer.status_code == 200
        return list(answer.json()["possible_duplicates"])

    (found,) = await alike(RECEIVED, named())
    assert (found["child"], found["kind"]) == (known.child, "possible_duplicate")
    assert found["zh"]
    assert found["en"]
    assert found["source"]
    # A day of birth that is not known may be the same one, and a name in other letters is the same name.
    vague = named("王 小明", born="2019-01-01", birth_until=date(2019, 12, 31))
    assert [each["child"] for each in await alike(RECEIVED, vague)] == [known.child]
    assert await alike(RECEIVED, named("李小红")) == []
    assert await alike(RECEIVED) == []


async def test_of_two_who_give_one_number_at_once_the_later_is_told_of_the_first(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "WAIT_SECONDS", PATIENCE)
    one, other = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
    assigned = some(CitizenIdAssigned, citizen_id=citizen_id("2019-03-05"))
    for number, first in (
        ("I33", ("2024-03-05", some(ChildReceived, file_no="XH-0901"))),
        ("I32", ("2024-03-05", assigned)),
    ):
        body = {"events": [sent(*first)]}
        opened = [
            answer.json()
            for answer in await asyncio.gather(
                *(each.post("/children", json=body, headers=new_key()) for each in (one, other))
            )
        ]
        first_one, later = sorted(opened, key=lambda each: int(each["position"]))
        told = {each["rule"]: each["others"] for each in later["findings"] if each["others"]}
        assert told == {number: [first_one["child"]]}


# Events


async def test_several_events_are_recorded_together_or_not_at_all(served: Served) -> None:
    story = await a_child(served)
    (await story.when(WARD, ("2024-04-01", some(ChildAdmitted, intake_category="A1")))).refused("I01")
    assert (await story.asked())["version"] == 1
    came = await story.when(WARD, named())
    assert [entry["version"] for entry in came.recorded().body["entries"]] == [2, 3]
    assert came.response.headers["ETag"] == '"3"'


async def test_an_event_may_be_sent_by_itself(served: Served) -> None:
    story = await a_child(served)
    staff = await served.as_(Role.STAFF)
    answer = await staff.post(f"/children/{story.child}/events", json=sent(*WARD), headers=new_key())
    assert answer.status_code == 201
    assert [entry["type"] for entry in answer.json()["entries"]] == ["CareModeAssigned"]
    assert "Location" not in answer.headers


async def test_every_event_can_be_sent(served: Served) -> None:
    """Whatever the rules say to it: it is read as it was sent, and a dry run tells what would come of it."""
    supervisor = await served.as_(Role.SUPERVISOR)
    for name, kind in CATALOGUE.items():
        event = sent("2024-03-05", full(kind), documents=["photo"], note="附注", noted_by="经手人")
        answer = await supervisor.post("/children?dry_run=true", json={"events": [event]})
        if issubclass(kind, (*OPERATED, *ISSUED, *EXTRACTS, *SCANS, *DONE_BY_OPERATOR)):
            # By the operator alone, or a report, an extract and a scan with their bytes.
            assert answer.status_code == 403, (name, answer.text)
            continue
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json()["would"] == ("record" if not answer.json()["refusals"] else "refuse")


async def test_values_are_answered_as_they_were_meant(served: Served) -> None:
    story = a_story(served)
    staff = await served.as_(Role.STAFF)
    event = sent("2024-03-05", some(ChildReceived))
    event["data"] |= {
        "height_cm": 48.10,
        "weight_kg": "3.200",
        "found_at": "2024-03-05T07:15:30+08:00",
        "found_on": {"unknown": "not_known"},
    }
    event |= {"at": "2024-03-05T16:00:00.5+08:00", "noted_on": "2024-03-06", "estimated": True}
    raw = await staff.post("/children", json={"events": [event]}, headers=new_key())
    assert raw.status_code == 201, raw.text
    story.child = raw.json()["child"]
    (entry,) = (await story.asked("/entries"))["items"]
    told = raw.json()["entries"][0]
    assert entry == told | {"recorded_by": told["recorded_by"] | {"name": "示例工作人员"}}
    data = entry["data"]
    assert (data["height_cm"], data["weight_kg"]) == ("48.1", "3.2")
    assert data["found_at"] == "2024-03-04T23:15:30.000000Z"
    assert data["found_on"] == {"unknown": "not_known"}
    assert (entry["at"], entry["estimated"]) == ("2024-03-05T08:00:00.500000Z", True)


async def test_a_day_may_be_an_interval_or_have_no_known_beginning(served: Served) -> None:
    for said, first, last in (
        ("2024-03-05", "2024-03-05", "2024-03-05"),
        ("2019-09", "2019-09-01", "2019-09-30"),
        ("2019", "2019-01-01", "2019-12-31"),
        ("..2024-03-05", None, "2024-03-05"),
    ):
        story = await a_story(served).given((said, some(ChildReceived)))
        (entry,) = (await story.asked("/entries"))["items"]
        assert (entry["occurred_on"], entry["occurred_until"]) == (first, last)
        received = (await story.asked())["intake"]["received"]
        assert received["since"] == first
        assert received.get("since_until") == (None if first == last else last)


# What is sent


async def problem_of(served: Served, event: Any, **more: Any) -> dict[str, Any]:
    """The problem with a request to open a file."""
    staff = await served.as_(Role.STAFF)
    answer = await staff.post("/children", json={"events": [event]} | more, headers=new_key())
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    return body


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": "ChildFound"}, "/events/0/type"),
    ({"type": 7}, "/events/0/type"),
    ({"occurred_on": None}, "/events/0/occurred_on"),
    ({"occurred_on": None, "occurred_until": None}, "/events/0/occurred_on"),
    ({"occurred_on": "5 March"}, "/events/0/occurred_on"),
    ({"occurred_on": 20240305}, "/events/0/occurred_on"),
    ({"at": "2024-03-05T08:00:00"}, "/events/0/at"),
    ({"at": "0001-01-01T00:00:00+14:00"}, "/events/0/at"),
    ({"region": "371099"}, "/events/0/region"),
    ({"data": []}, "/events/0/data"),
    ({"data": {"mode": "ward"}}, "/events/0/data/unit"),
    ({"data": {"mode": "ward", "unit": {"unknown": "perhaps"}}}, "/events/0/data/unit/unknown"),
    ({"data": {"mode": "ward", "unit": "一", "ward": "二"}}, "/events/0/data/ward"),
    ({"documents": [{"kind": "photo", "sha256": "short"}]}, "/events/0/documents/0/sha256"),
    ({"corrects": str(uuid4())}, "/events/0/reason"),
    ({"reason": {"code": "incorrect_data", "explanation": "抄错"}}, "/events/0/reason"),
    ({"exception": {"rule": "I01"}}, "/events/0/exception/reason"),
]


async def test_what_is_not_as_it_should_be_is_pointed_at_in_two_languages(
    served: Served, subtests: pytest.Subtests
) -> None:
    for change, pointer in WRONG:
        with subtests.test(pointer, change=change):
            whole = {**sent("2024-03-05", some(CareModeAssigned, mode="ward")), "occurred_until": None}
            problem = await problem_of(served, whole | change)
            assert (problem["status"], problem["code"]) == (422, "invalid")
            assert pointer in {error["pointer"] for error in problem["errors"]}
            assert all(error["detail"] and error["detail_zh"] for error in problem["errors"])


async def test_what_is_left_empty_is_asked_for_in_one_sentence(served: Served) -> None:
    whole = sent(*WARD)
    for change, pointer, said in (
        (
            {"exception": {"rule": "", "reason": "other"}},
            "/events/0/exception/rule",
            ("填写规则编号", "id of a rule"),
        ),
        (
            {"data": {"mode": "ward"}},
            "/events/0/data/unit",
            ("必须填写：内容不详的，填写 {", "must be answered: where"),
        ),
        (
            {"data": {"mode": "ward", "unit": ""}},
            "/events/0/data/unit",
            ("须填写，不得为空：内容不详的", "must be filled in: where"),
        ),
    ):
        problem = await problem_of(served, whole | change)
        (error,) = [each for each in problem["errors"] if each["pointer"] == pointer]
        assert said[0] in error["detail_zh"]
        assert said[1] in error["detail"]
        assert error["detail_zh"].count("：") == 1
    empty = await problem_of(served, whole, events=[])
    assert [(each["detail_zh"], each["detail"]) for each in empty["errors"]] == [
        ("至少填写一项", "at least one item")
    ]


async def test_everything_that_is_wrong_is_said_at_once(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    good = sent(*WARD)
    events = [good, good | {"type": "Nothing"}, good | {"occurred_on": "once"}, 7]
    answer = await staff.post("/children", json={"events": events}, headers=new_key())
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/events/1/type", "/events/2/occurred_on", "/events/3"}


async def test_no_problem_repeats_what_was_sent(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    event = sent(*named("王小明")) | {"note": ["王小明"], "occurred_on": "王小明"}
    event["data"] |= {"name": ["王小明"], "sex": {"王小明": 1}, "birth_on": "王小明"}
    answer = await staff.post("/children", json={"events": [event]}, headers=new_key())
    assert answer.status_code == 422
    assert "王小明" not in answer.text


NOT_TAKEN = [
    (b"{", "application/json", 400, "malformed"),
    (b"\xff\xfe", "application/json", 400, "malformed"),
    (b'{"events": [NaN]}', "application/json", 400, "malformed"),
    (b"[" * 10_000, "application/json", 400, "malformed"),
    (b'{"events": [], "events": []}', "application/json", 400, "malformed"),
    (b'{"events": [{"note": "\\ud800"}]}', "application/json", 422, "invalid"),
    (b"[]", "application/json", 422, "invalid"),
    (b'{"events": []}', "application/json", 422, "invalid"),
    (b"events=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    (b"{}", "", 415, "unsupported_media_type"),
    (b" " * (2 * 1024 * 1024 + 1), "application/json", 413, "too_large"),
]


async def test_a_body_that_cannot_be_taken_is_a_problem(served: Served, subtests: pytest.Subtests) -> None:
    staff = await served.as_(Role.STAFF)
    for content, media_type, status, code in NOT_TAKEN:
        with subtests.test(code, content=content[:40]):
            headers = new_key() | ({"Content-Type": media_type} if media_type else {})
            answer = await staff.post("/children", content=content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_one_event_may_be_only_so_large(served: Served) -> None:
    event = sent("2024-03-05", some(CareModeAssigned)) | {
        "documents": [{"kind": "photo", "issuer": "民" * 199} for _ in range(100)],
        "note": "大" * 4000,
    }
    assert (await problem_of(served, event | {"data": {"x": "大" * 90_000}}))["code"] == "too_large"


async def test_recording_needs_a_key(served: Served, subtests: pytest.Subtests) -> None:
    staff = await served.as_(Role.STAFF)
    keys: list[Any] = [None, "", " ", "带汉字".encode(), "a" * 201, "two words"]
    for key in keys:
        with subtests.test(key=key):
            headers = {} if key is None else {"Idempotency-Key": key}
            answer = await staff.post("/children", json={"events": [sent(*RECEIVED)]}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


# Again, and at once


async def test_a_request_that_is_repeated_is_answered_and_not_recorded_again(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    key = {"Idempotency-Key": "k" * 200}
    body = {"events": [sent(*RECEIVED), sent(*named())]}
    first = await staff.post("/children", json=body, headers=key)
    again = await staff.post("/children", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    for header in ("ETag", "Ledger-Position", "Location"):
        assert again.headers[header] == first.headers[header]
    path = f"{first.headers['Location']}/events"
    later = {"Idempotency-Key": "later"}
    assert (await staff.post(path, json=sent(*WARD), headers=later)).status_code == 201
    assert (await staff.post(path, json=sent(*FOSTER), headers=new_key())).status_code == 201
    again = await staff.post(path, json=sent(*WARD), headers=later)
    assert (again.status_code, again.json()["version"]) == (200, 3)


async def test_a_key_is_used_for_one_request_only(served: Served) -> None:
    story, other = await a_child(served), await a_child(served)
    staff = await served.as_(Role.STAFF)
    key = new_key()
    path = f"/children/{story.child}/events"
    assert (await staff.post(path, json=sent(*WARD), headers=key)).status_code == 201
    for elsewhere, event in ((path, FOSTER), (f"/children/{other.child}/events", WARD)):
        answer = await staff.post(elsewhere, json=sent(*event), headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    answer = await staff.post("/children", json={"events": [sent(*WARD)]}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


async def test_keys_are_the_actors_own(served: Served) -> None:
    key = new_key()
    for role in RECORDING:
        client = await served.as_(role)
        answer = await client.post("/children", json={"events": [sent(*RECEIVED)]}, headers=key)
        assert answer.status_code == 201


async def test_a_replayed_key_shows_nothing_of_a_file_that_is_no_longer_ones_own(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = await served.as_(Role.STAFF)
    key, body = new_key(), {"events": [sent(*RECEIVED), sent(*named())]}
    assert (await staff.post("/children", json=body, headers=key)).status_code == 201
    given_away = FileScope("child", served.elsewhere.institution, (), None)
    monkeypatch.setattr("api.http.dependencies.scope_of", lambda _: given_away)
    answer = await staff.post("/children", json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    many = {"items": [{"child": str(uuid4()), "events": [sent(*WARD)]}]}
    (item,) = (await staff.post("/entries", json=many, headers=key)).json()["items"]
    assert (item["status"], item["problem"]["code"]) == (404, "not_found")


async def test_the_same_request_sent_many_times_at_once_is_recorded_once(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    key, body = new_key(), {"events": [sent(*RECEIVED)]}
    answers = await asyncio.gather(*(staff.post("/children", json=body, headers=key) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["child"] for answer in answers}) == 1


async def test_who_may_record_is_decided_by_the_file_as_it_is_not_as_it_is_at_hand(
    served: Served, handing_over: Event
) -> None:
    # Given a child who is handed over to the institution elsewhere
    story = await a_story(served).given(RECEIVED)
    before = await served.container.ledger.file(UUID(story.child))
    assert before is not None
    await story.given(("2024-06-01", handing_over))

    async def recorded(*, elsewhere: bool) -> int:
        # And a process that has not heard of it yet
        served.container.ledger.repository.cache = FileCache()
        served.container.ledger.repository.cache.put(before)
        staff = await served.as_(Role.STAFF, elsewhere=elsewhere)
        event = sent("2024-07-01", some(IdentityRecorded, name="王小明"))
        answer = await staff.post(f"/children/{story.child}/events", json=event, headers=new_key())
        return answer.status_code

    # Then only those in charge now may record, whoever was in charge of what is at hand
    assert await recorded(elsewhere=False) == 404
    assert await recorded(elsewhere=True) == 201


async def test_a_stale_version_is_refused_with_the_current_one(served: Served) -> None:
    story = await a_child(served)
    staff = await served.as_(Role.STAFF)
    path = f"/children/{story.child}/events"
    for version, status in (("2", 412), ("1", 201), ("1", 412)):
        match = new_key() | {"If-Match": f'"{version}"'}
        answer = await staff.post(path, json=sent(*named()), headers=match)
        assert answer.status_code == status
    assert (answer.json()["code"], answer.json()["version"]) == ("stale", 2)
    for anything in ("7", '"x"', 'W/"2"', '""'):
        answer = await staff.post(path, json=sent(*WARD), headers=new_key() | {"If-Match": anything})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    answer = await staff.post(path, json=sent(*WARD), headers=new_key() | {"If-Match": "*"})
    assert answer.status_code == 201


async def test_without_a_version_recorders_at_once_are_judged_one_after_the_other(served: Served) -> None:
    story = await a_child(served)
    staff = await served.as_(Role.STAFF)
    path = f"/children/{story.child}/events"
    modes = ["ward", "foster", "family_style", "hospital"]
    answers = await asyncio.gather(
        *(
            staff.post(path, json=sent("2024-03-06", some(CareModeAssigned, mode=mode)), headers=new_key())
            for mode in modes
        )
    )
    # Of two that begin on one day neither is the former: one stands, the others are refused (I27).
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert (await story.asked())["version"] == 2


# Who


async def test_only_staff_and_supervisors_in_charge_record(served: Served) -> None:
    young = await a_child(served)
    grown = await a_story(served).given(RECEIVED, named(born="2009-03-05"))
    expected = {
        Role.STAFF: (201, 201),
        Role.SUPERVISOR: (201, 201),
        Role.AUDITOR: (403, 403),
        Role.PLACEMENT_OFFICER: (404, 403),
        Role.BUREAU: (403, 403),
        Role.TOWNSHIP: (404, 404),
        Role.ADMINISTRATOR: (403, 403),
    }
    assert expected.keys() == set(Role)
    places = {Role.BUREAU: served.home.region, Role.TOWNSHIP: TOWNSHIP}
    for role, statuses in expected.items():
        client = await served.as_(role)
        for story, status in zip((young, grown), statuses, strict=True):
            for query in ("", "?dry_run=true"):
                answer = await client.post(
                    f"/children/{story.child}/events{query}",
                    json=sent("2024-03-07", some(ChildReceived)),
                    headers=new_key(),
                )
                assert answer.status_code == (200 if query and status == 201 else status), role
        many = {"items": [{"child": young.child, "events": [sent(*named())]}]}
        received = {"events": [sent(*RECEIVED)]} | ({"region": places[role]} if role in places else {})
        opened = await client.post("/children", json=received, headers=new_key())
        recorded = await client.post("/entries", json=many, headers=new_key())
        assert opened.status_code == (201 if role in RECORDING else 403), role
        if role in RECORDING:
            assert recorded.status_code == 200
        elif role in places:
            # Who records in the files of a place is told for each item that this is none.
            assert [each["status"] for each in recorded.json()["items"]] == [statuses[0]], role
        else:
            assert recorded.status_code == 403, role


@pytest.mark.parametrize("role", RECORDING)
async def test_a_file_elsewhere_is_as_unknown_as_one_that_does_not_exist(served: Served, role: Role) -> None:
    foreign, nobody = await served.a_child(elsewhere=True), uuid4()
    client = await served.as_(role)
    seen = []
    for child in (foreign, nobody, served.home.institution):
        answer = await client.post(f"/children/{child}/events", json=sent(*WARD), headers=new_key())
        many = {"items": [{"child": str(child), "events": [sent(*WARD)]}]}
        (item,) = (await client.post("/entries", json=many, headers=new_key())).json()["items"]
        assert item["status"] == 404
        assert answer.status_code == 404
        seen.append((answer.json(), item["problem"]))
    assert seen[0] == seen[1] == seen[2]


async def test_exceptions_are_decided_by_supervisors_by_every_path(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    admitted = ("2024-04-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})
    (entry,) = (await story.when(admitted)).recorded("I01").entries
    event = sent("2024-04-02", some(ExceptionApproved, entry=UUID(entry), explanation="同意"))
    many = {"items": [{"child": story.child, "events": [event]}]}
    staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
    alone = await staff.post(f"/children/{story.child}/events", json=event, headers=new_key())
    opening = await staff.post("/children", json={"events": [event]}, headers=new_key())
    (item,) = (await staff.post("/entries", json=many, headers=new_key())).json()["items"]
    assert (alone.status_code, opening.status_code, item["status"]) == (403, 403, 403)
    (item,) = (await supervisor.post("/entries", json=many, headers=new_key())).json()["items"]
    assert item["status"] == 201


# Corrections


async def test_a_correction_replaces_the_whole_event_and_the_wrong_one_stays_readable(served: Served) -> None:
    story = await a_child(served)
    (wrong,) = (await story.when(named("王小名"))).recorded().entries
    (right,) = (await story.when((*named("王小明"), {"corrects": wrong}))).recorded("X11").entries
    entries = {entry["entry_id"]: entry for entry in (await story.asked("/entries"))["items"]}
    assert entries[wrong]["corrected_by"] == right
    assert entries[wrong]["data"]["name"] == "王小名"
    assert entries[right]["corrects"] == wrong
    assert entries[right]["reason"]["code"] == "incorrect_data"
    assert (await story.asked())["identity"]["name"]["value"] == "王小明"
    # What was known then is answered as it was.
    before = await story.asked(known_at=entries[wrong]["position"])
    assert before["identity"]["name"]["value"] == "王小名"


async def test_an_entry_is_withdrawn_and_restored(served: Served) -> None:
    story = await a_child(served)
    (entry,) = (await story.when(WARD)).recorded().entries
    withdrawn = some(EntryWithdrawn, entry=UUID(entry), explanation="录错儿童")
    (by,) = (await story.when(("2024-06-01", withdrawn))).recorded().entries
    shown = {each["entry_id"]: each for each in (await story.asked("/entries"))["items"]}
    assert shown[entry]["withdrawn_by"] == by
    assert (await story.asked())["care"]["mode"] is None
    restored = some(EntryRestored, entry=UUID(entry), explanation="没有录错")
    (await story.when(("2024-06-02", restored))).recorded()
    assert (await story.asked())["care"]["mode"]["value"] == "ward"


async def test_a_correction_of_another_type_is_refused(served: Served) -> None:
    story = await a_child(served)
    (entry,) = (await story.when(WARD)).recorded().entries
    (await story.when((*named(), {"corrects": entry}))).refused("E04")


# Many files


async def many(served: Served, items: list[Any], role: Role = Role.STAFF, **more: Any) -> Any:
    """Record in many files and return the answer's items."""
    client = await served.as_(role)
    query = more.pop("params", {})
    key = more.pop("key", None) or new_key()
    answer = await client.post("/entries", json={"items": items} | more, headers=key, params=query)
    assert answer.status_code == 200, answer.text
    found = answer.json()["items"]
    assert [item["index"] for item in found] == list(range(len(items)))
    return found


async def test_many_files_are_recorded_in_each_by_itself(served: Served) -> None:
    first, second = await a_child(served), await a_child(served)
    foreign = await served.a_child(elsewhere=True)
    items = [
        {"child": first.child, "events": [sent(*WARD), sent(*named())]},
        {"child": second.child, "events": [sent(*WARD), sent("2024-04-01", some(ChildAdmitted))]},
        {"child": str(foreign), "events": [sent(*WARD)]},
        {"child": second.child, "events": [sent(*WARD) | {"type": "Nothing"}]},
        {"child": second.child, "events": [sent(*FOSTER)]},
        "nothing",
    ]
    key = new_key()
    found = await many(served, items, key=key)
    assert [item["status"] for item in found] == [201, 422, 404, 422, 201, 422]
    codes = {item["index"]: item["problem"]["code"] for item in found if "problem" in item}
    assert codes == {1: "refused", 2: "not_found", 3: "invalid", 5: "invalid"}
    assert [refusal["rule"] for refusal in found[1]["problem"]["refusals"]] == ["I01"]
    assert found[3]["problem"]["errors"][0]["pointer"] == "/items/3/events/0/type"
    assert [entry["type"] for entry in found[0]["entries"]] == ["CareModeAssigned", "IdentityRecorded"]
    assert (await second.asked())["version"] == 2

    again = await many(served, items, key=key)
    assert [item["status"] for item in again] == [200, 422, 404, 422, 200, 422]
    assert again[0]["entries"] == found[0]["entries"]


async def test_all_or_nothing_is_all_or_nothing(served: Served) -> None:
    first, second = await a_child(served), await a_child(served)
    good = [
        {"child": first.child, "events": [sent(*WARD)]},
        {"child": second.child, "events": [sent(*WARD)]},
    ]
    forbidden = {"child": second.child, "events": [sent("2024-04-01", some(ChildAdmitted))]}
    unknown = {"child": str(uuid4()), "events": [sent(*WARD)]}
    for bad, status in ((forbidden, 422), (unknown, 404)):
        found = await many(served, [*good, bad], all_or_nothing=True)
        assert [item["status"] for item in found] == [424, 424, status]
        assert found[0]["problem"]["code"] == "withheld"
    assert (await first.asked())["version"] == 1
    found = await many(served, good, all_or_nothing=True)
    assert [item["status"] for item in found] == [201, 201]
    positions = [item["entries"][0]["position"] for item in found]
    assert positions[1] == positions[0] + 1


async def test_what_was_recorded_in_the_wrong_file_is_moved_in_one_request(served: Served) -> None:
    wrong, right = await a_child(served), await a_child(served)
    (entry,) = (await wrong.when(WARD)).recorded().entries
    withdrawn = some(EntryWithdrawn, entry=UUID(entry), explanation="属另一名儿童")
    found = await many(
        served,
        [
            {"child": wrong.child, "events": [sent("2024-06-01", withdrawn)]},
            {"child": right.child, "events": [sent(*WARD)]},
        ],
        all_or_nothing=True,
    )
    assert [item["status"] for item in found] == [201, 201]
    assert (await wrong.asked())["care"]["mode"] is None
    assert (await right.asked())["care"]["mode"]["value"] == "ward"


async def test_a_dry_run_of_many_files_records_nothing(served: Served) -> None:
    story = await a_child(served)
    items = [
        {"child": story.child, "events": [sent(*WARD)]},
        {"child": story.child, "events": [sent("2024-04-01", some(ChildAdmitted))]},
        {"child": str(uuid4()), "events": [sent(*WARD)]},
    ]
    found = await many(served, items, params={"dry_run": True})
    assert [item.get("would") for item in found] == ["record", "refuse", None]
    assert [item["status"] for item in found] == [200, 200, 404]
    assert [refusal["rule"] for refusal in found[1]["refusals"]] == ["I01"]
    assert (await story.asked())["version"] == 1


async def test_five_hundred_items_are_taken_and_no_more(served: Served) -> None:
    story = await a_child(served)
    staff = await served.as_(Role.STAFF)
    item = {"child": story.child, "events": [sent("2024-03-05", some(ChildReceived))]}
    answer = await staff.post("/entries", json={"items": [item] * 501}, headers=new_key())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items")
    answer = await staff.post("/entries", json={"items": [item] * 500}, headers=new_key())
    assert [each["status"] for each in answer.json()["items"]] == [201] * 500
    last = answer.json()["items"][-1]["entries"][-1]
    assert answer.headers["Ledger-Position"] == str(last["position"])
    assert last["version"] == 501


# What is sealed


async def test_what_is_recorded_is_shown_to_who_sees_its_category_only(served: Served) -> None:
    story = await a_child(served)
    applied = some(AdopterApplicationReceived, motive="喜欢孩子", children_count=0)
    came = (await story.when(("2024-06-01", applied), by=Role.SUPERVISOR)).recorded()
    assert came.body["entries"][0]["data"]["motive"] == "喜欢孩子"
    (_, shown) = (await story.asked("/entries", by=Role.SUPERVISOR))["items"]
    assert shown["data"]["motive"] == "喜欢孩子"
    (_, masked) = (await story.asked("/entries", by=Role.STAFF))["items"]
    assert masked["data"]["motive"] == masked["data"]["children_count"] == {"restricted": "adoption"}
