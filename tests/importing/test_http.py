"""A register is handed in over HTTP, by staff of the institution whose it is."""

import orjson
import pytest

from tests.support.client import Served
from tests.support.imports_http import NDJSON, done, hand_in
from tests.support.registers.paper import roster, workbook

ASKED_NOBODY = {"unknown": "not_asked"}
ADMITTED = {
    "admission_no": ASKED_NOBODY,
    "archive_no": ASKED_NOBODY,
    "intake_category": "A1",
    "guardianship_type": ASKED_NOBODY,
}


async def test_staff_hand_a_register_in_and_ask_what_came_of_it(served: Served) -> None:
    staff = await served.as_("staff")

    answer = await hand_in(staff, workbook(roster()))

    assert answer.status_code == 202
    assert answer.json()["state"] in {"queued", "running"}
    told = await done(staff, answer.headers["Location"])
    assert (told["state"], told["progress"], told["rows"], told["recorded"]) == ("done", 1.0, 1, 1)
    await served.projected()
    listed = (await staff.get("/children", params={"file_no": "CS001"})).json()["items"]
    assert [item["name"] for item in listed] == ["王小明"]


async def test_a_dry_run_records_nothing(served: Served) -> None:
    staff = await served.as_("staff")
    before = await served.container.ledger.head()

    answer = await hand_in(staff, workbook(roster()), query="?dry_run=true")

    told = await done(staff, answer.headers["Location"])
    assert told["entries"] == 2
    assert (await served.container.ledger.head()).position == before.position


async def test_another_institution_s_register_is_not_taken(served: Served) -> None:
    answer = await hand_in(await served.as_("staff"), workbook(roster(institution="山里市儿童福利院")))

    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "institution_mismatch")
    assert "山里市儿童福利院" in told["detail"]
    assert "山里市儿童福利院" in told["detail_zh"]


@pytest.mark.parametrize("role", ["auditor", "placement_officer", "administrator"])
async def test_only_who_records_may_import(served: Served, role: str) -> None:
    answer = await hand_in(await served.as_(role), workbook(roster()))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_what_is_no_workbook_is_refused(served: Served) -> None:
    staff = await served.as_("staff")

    assert (await hand_in(staff, b"not a workbook")).json()["code"] == "malformed"
    assert (await hand_in(staff, workbook(roster()), media_type="text/plain")).status_code == 415
    nothing = workbook(("说明", [["本表由办公室填写"]]))
    assert (await hand_in(staff, nothing)).json()["code"] == "malformed"


async def test_lines_are_recorded_each_by_itself_and_once(served: Served) -> None:
    child = await served.a_child()
    stranger = await served.a_child(elsewhere=True)
    mode = {
        "type": "CareModeAssigned",
        "occurred_on": "2024-03-06",
        "data": {"mode": "ward", "unit": ASKED_NOBODY},
    }
    wrong = mode | {"data": {"mode": "ward"}}
    lines = [
        {"child": str(child), "events": [mode]},
        {"child": str(child), "events": [mode]},
        {"child": str(stranger), "events": [mode]},
        {"child": str(child), "events": [wrong]},
        {"events": [mode]},
    ]
    body = b"\n".join([*map(orjson.dumps, lines), b"", b"no JSON"])
    staff = await served.as_("staff")

    first = await done(staff, (await hand_in(staff, body, media_type=NDJSON)).headers["Location"])
    again = await done(staff, (await hand_in(staff, body, media_type=NDJSON)).headers["Location"])

    assert (first["rows"], first["recorded"], first["already"], first["entries"]) == (6, 2, 1, 2)
    assert first["other_rows"]["blank"] == 1
    assert [(each["row"], each["code"], each.get("pointer")) for each in first["rejections"]] == [
        (3, "not_found", None),
        (4, "invalid", "/events/0/data/unit"),
        (7, "malformed", None),
    ]
    assert (again["recorded"], again["already"], again["rejected"]) == (0, 3, 3)


async def test_a_line_that_was_refused_is_there_no_more_often_than_it_is_sent(served: Served) -> None:
    child = await served.a_child()
    admitted = {"type": "ChildAdmitted", "occurred_on": "2026-11-21", "data": ADMITTED}
    mode = {
        "type": "CareModeAssigned",
        "occurred_on": "2024-03-06",
        "data": {"mode": "ward", "unit": ASKED_NOBODY},
    }
    body = b"\n".join([orjson.dumps({"child": str(child), "events": [mode, admitted]})] * 3)
    staff = await served.as_("staff")

    for query in ("?dry_run=true", ""):
        handed_in = await hand_in(staff, body, media_type=NDJSON, query=query)
        told = await done(staff, handed_in.headers["Location"])
        assert (told["recorded"], told["already"]) == (0, 0)
        assert [(each["row"], each["code"], each["pointer"]) for each in told["rejections"]] == [
            (row, "I01", "/events/1") for row in (1, 2, 3)
        ]


async def test_a_dry_run_of_lines_records_nothing(served: Served) -> None:
    child = await served.a_child()
    mode = {
        "type": "CareModeAssigned",
        "occurred_on": "2024-03-06",
        "data": {"mode": "ward", "unit": ASKED_NOBODY},
    }
    body = orjson.dumps({"child": str(child), "events": [mode]})
    staff = await served.as_("staff")
    before = await served.container.ledger.head()

    answer = await hand_in(staff, body, media_type=NDJSON, query="?dry_run=true")

    assert (await done(staff, answer.headers["Location"]))["recorded"] == 1
    assert (await served.container.ledger.head()).position == before.position


async def test_an_import_is_told_to_nobody_elsewhere(served: Served) -> None:
    staff = await served.as_("staff")
    address = (await hand_in(staff, workbook(roster()))).headers["Location"]
    await done(staff, address)

    assert (await (await served.as_("staff", elsewhere=True)).get(address)).status_code == 404
    assert (await staff.get("/imports/00000000-0000-4000-8000-000000000000")).status_code == 404
