"""No value becomes another on its way in: numbers, members said twice, citizen ids with a small x."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.ric import calc_check_digit

from api.contract import bodies
from api.contract.entries import event_json
from api.contract.problems import Problem
from api.identity.permissions import Role
from domain.citizen_id import written
from domain.events.health import PhysicalExamined
from domain.events.household import CITIZEN_ID, CitizenIdAssigned
from domain.events.intake import ChildReceived
from domain.rulebook import Rulebook
from ledger.codec.parsing import InvalidError, parse_event
from tests.support.client import Served, new_key
from tests.support.given import given as happened
from tests.support.given import some
from tests.support.http_given import a_story
from tests.support.http_given import sent as written_as_sent

EXAMINED = event_json(some(PhysicalExamined))
ODD = [
    '"1_0"', '" 12 "', '"12 "', '"１２"', '"1²"', '"٣"', '"+1"', '"007"', '".5"', '"5."', '""', '"0x10"',
    '"1,5"', '"NaN"', '"Infinity"', '"-0"', "-0.0", '"1e-999999999"', '"1e999999999"', "1e-999999999",
    "1e999999999",     "1e-13", "0.1234567890123", "true", "[1]", "99999999999999999999",
    "9" * 5000, "-0",
]  # fmt: skip


@pytest.mark.parametrize("number", ODD)
def test_a_number_in_an_odd_spelling_is_no_number(number: str) -> None:
    raw = json.dumps(EXAMINED | {"height_cm": "here"}).replace('"here"', number)
    with pytest.raises(InvalidError) as raised:
        parse_event("PhysicalExamined", raw.encode(), "/data")
    assert [problem.pointer for problem in raised.value.problems] == ["/data/height_cm"]


@pytest.mark.parametrize("number", ['"1"', '"3"', "1.0", "99999999999999999999", "true", '"１"'])
def test_what_counts_is_a_whole_number_written_as_one(number: str) -> None:
    raw = json.dumps({"items": [{"what": "衣物", "count": "here"}]}).replace('"here"', number)
    with pytest.raises(InvalidError) as raised:
        parse_event("BelongingsHandedOver", raw.encode())
    assert "/items/0/count" in {problem.pointer for problem in raised.value.problems}


@given(whole=st.integers(20, 249), places=st.integers(0, 12), digits=st.integers(0, 10**12))
def test_a_number_is_kept_to_its_last_digit(whole: int, places: int, digits: int) -> None:
    number = Decimal(f"{whole}.{digits % 10**places:0{places}d}") if places else Decimal(whole)
    for text in (f"{number:f}", f'"{number:f}"'):
        raw = json.dumps(EXAMINED | {"height_cm": "here"}).replace('"here"', text)
        assert parse_event("PhysicalExamined", raw.encode()) == some(PhysicalExamined, height_cm=number)


FINE = "151.123456789012"
"""A height that no binary fraction holds."""


@pytest.mark.parametrize("quoted", [True, False])
async def test_a_number_is_answered_to_its_last_digit_however_it_is_sent(
    served: Served,
    quoted: bool,  # noqa: FBT001 - either way
) -> None:
    child = (await a_story(served).given(("2024-03-05", some(ChildReceived)))).child
    event = json.dumps(written_as_sent("2024-03-05", some(PhysicalExamined, height_cm=Decimal(77))))
    event = event.replace('"77"', json.dumps(FINE) if quoted else FINE)
    bodies = {
        f"/children/{child}/events": [event, f'{{"events": [{event}]}}'],
        "/children": [f'{{"events": [{event}]}}'],
        "/entries": [f'{{"items": [{{"child": "{child}", "events": [{event}]}}]}}'],
    }
    staff = await served.as_(Role.STAFF)
    for path, sent_so in bodies.items():
        for body in sent_so:
            headers = new_key() | {"Content-Type": "application/json"}
            answer = await staff.post(path, content=body.encode(), headers=headers)
            said = answer.json()["items"][0] if path == "/entries" else answer.json()
            assert said["entries"][0]["data"]["height_cm"] == FINE


# Said twice


TWICE = {
    "in the body": '{"events": [], "events": []}',
    "in an event": '{"events": [{"type": "ChildDied", "type": "ChildReceived"}]}',
    "in its data": '{"events": [{"data": {"name": "林小一", "name": "林小二"}}]}',
    "in a part of its data": '{"events": [{"data": {"items": [{"what": "衣", "what": "鞋"}]}}]}',
    "with the same value": '{"events": [{"data": {"name": "林小一", "name": "林小一"}}]}',
    "spelled otherwise": '{"events": [{"data": {"name": "林小一", "n\\u0061me": "林小二"}}]}',
}


@pytest.mark.parametrize("body", TWICE.values(), ids=TWICE)
async def test_a_member_that_is_said_twice_is_not_guessed(served: Served, body: str) -> None:
    staff = await served.as_(Role.STAFF)
    headers = new_key() | {"Content-Type": "application/json"}
    answer = await staff.post("/children", content=body.encode(), headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "malformed")
    assert "twice" in problem["detail"]
    assert "重复" in problem["detail_zh"]


@pytest.mark.parametrize("body", ['{"q": "王", "q": "林"}', '{"q": "王", "limit": 1, "limit": 2}'])
async def test_what_is_searched_for_is_not_guessed_either(served: Served, body: str) -> None:
    staff = await served.as_(Role.STAFF)
    headers = {"Content-Type": "application/json"}
    answer = await staff.post("/children/search", content=body.encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("line", [*TWICE.values(), '{"child": "a", "child": "b", "events": []}'])
def test_a_line_of_many_is_not_guessed_either(line: str) -> None:
    with pytest.raises(Problem) as raised:
        bodies.line(line.encode(), Rulebook.shipped())
    assert raised.value.code == "malformed"


# An instant


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("2024-03-05T08:15:30.123456Z", True),
        ("2024-03-05T08:15:30.123456000Z", True),
        ("2024-03-05T08:15:30.1234567Z", False),
        ("1709626530", False),
        ("2024-03-05T08:15Z", False),
    ],
)
def test_an_instant_is_no_finer_than_it_is_kept(written: str, taken: bool) -> None:  # noqa: FBT001 - what is expected
    said = event_json(some(ChildReceived)) | {"found_at": written}
    if taken:
        event = parse_event("ChildReceived", said)
        assert event == some(ChildReceived, found_at=datetime(2024, 3, 5, 8, 15, 30, 123456, UTC))
        return
    with pytest.raises(InvalidError) as raised:
        parse_event("ChildReceived", said)
    assert [problem.pointer for problem in raised.value.problems] == ["/found_at"]


# A small x


def _id_with_x() -> str:
    numbers = (f"371099201203{day:02}04{last}" for day in range(1, 28) for last in (0, 2, 4, 6, 8))
    return next(f"{number}X" for number in numbers if calc_check_digit(f"{number}X") == "X")


def test_a_small_x_at_the_end_of_a_citizen_id_is_kept_as_a_capital_one() -> None:
    number = _id_with_x()
    event = parse_event("CitizenIdAssigned", {"citizen_id": number.lower()})
    assert event == some(CitizenIdAssigned, citizen_id=number)


@given(number=st.text("0123456789xX", min_size=1, max_size=20))
def test_what_is_no_citizen_id_is_kept_as_written(number: str) -> None:
    kept = written(number)
    assert kept == number or (len(number) == 18 and kept == number[:17] + "X")
    assert kept[-1:] not in set("0123456789X") or kept.upper() == number.upper()


def test_a_small_x_that_stands_already_is_read_as_a_capital_one() -> None:
    number = _id_with_x()
    file = happened(("2024-03-05", some(CitizenIdAssigned, citizen_id=number.lower())))
    assert file.now(CITIZEN_ID, "2024-03-06") == number


async def test_a_citizen_id_is_answered_as_it_is_kept_however_it_was_typed(served: Served) -> None:
    number = _id_with_x()
    story = await a_story(served).given(("2024-03-05", some(CitizenIdAssigned, citizen_id=number.lower())))
    staff = await served.as_(Role.STAFF)
    file = (await staff.get(f"/children/{story.child}")).json()
    assert file["household"]["citizen_id"]["value"] == number
    entries = (await staff.get(f"/children/{story.child}/entries")).json()["items"]
    assert [entry["data"]["citizen_id"] for entry in entries if entry["type"] == "CitizenIdAssigned"] == [
        number
    ]
