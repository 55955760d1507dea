"""Reports: issued as an event with their digest, the same when computed again, and what differs explained."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from api.identity.permissions import Role
from api.issuing import computed_report, printed_page, progress_report, recomputed_report
from domain.event import Category
from domain.events.departure import ChildDied
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.label import Label
from tests.support.adoptions import FOUNDLING, HARDSHIP, registered, small_child
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import JsonObject, a_story
from tests.support.issued import known_in_lists
from tests.support.stored import erase, kept

YEAR = {"report": "progress", "year": 2026}


async def children(served: Served, number: int, sex: str, on: str = "2016-03-05") -> None:
    for _ in range(number):
        await a_story(served).given((on, some(ChildReceived)), (on, some(IdentityRecorded, sex=sex)))


async def issue(served: Served, key: dict[str, str] | None = None, **more: Any) -> JsonObject:
    supervisor = await served.as_(Role.SUPERVISOR)
    answer = await supervisor.post("/reports", json={**YEAR, **more}, headers=key or new_key())
    assert answer.status_code == 201, answer.text
    body: JsonObject = answer.json()
    assert answer.headers["Location"] == f"/reports/{body['issued']['id']}"
    return body


def table(content: JsonObject, name: str) -> dict[str, list[int | None]]:
    """The numbers of a table by the first value of each row; of the totals by none."""
    (found,) = (each for each in content["tables"] if each["table"] == name)
    rows = {row["values"][0]["value"]: row["counts"] for row in found["rows"]}
    return {**rows, "": found["totals"]}


async def test_a_report_stays_as_it_was_issued_whatever_is_recorded_later(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await children(served, 6, "1")
    await children(served, 7, "2", on="2026-02-01")
    await known_in_lists(served)
    supervisor = await served.as_(Role.SUPERVISOR)
    dry = await supervisor.post("/reports", json=YEAR, params={"dry_run": "true"})
    assert (dry.status_code, dry.json()["issued"]) == (200, None)
    key = new_key()
    issued = await issue(served, key)
    content = issued["content"]
    assert content == dry.json()["content"], "a dry run tells what would be issued"
    assert table(content, "sexes") == {"1": [6], "2": [7], "": [13]}
    assert table(content, "changes")[""] == [6, 7, 0, 0, 0, 13]
    assert (content["period"]["from"], content["as_of"]) == ("2025-11-01", "2026-10-31")

    again = await supervisor.post("/reports", json=YEAR, headers=key)
    assert (again.status_code, again.json()["issued"]) == (200, issued["issued"]), "the same key issues once"

    # Entries about days of the period, which become known later, change nothing.
    await children(served, 3, "1")
    await a_story(served).given(("2020-01-01", some(ChildReceived)), ("2021-01-01", some(ChildDied)))
    await known_in_lists(served)
    path = f"/reports/{issued['issued']['id']}"
    kept = await supervisor.get(path)
    digest = sha256(kept.content)
    assert digest.hexdigest() == issued["sha256"] == issued["issued"]["sha256"]
    assert kept.headers["Repr-Digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    compared = (await supervisor.get(f"{path}/comparison")).json()
    assert compared["same"] is True
    assert (compared["differences"], compared["reasons"]) == ([], [])
    own = f"/institutions/{served.home.institution}"
    file = await supervisor.get(f"{own}/entries/{issued['issued']['id']}")
    said = file.json()["entry"]["data"]
    assert said["sha256"] == issued["sha256"], "an event of the institution has it"
    by_hand = {"type": "ReportIssued", "occurred_on": "2026-11-02", "data": said}
    corrected = by_hand | {
        "corrects": issued["issued"]["id"],
        "reason": {"code": "incorrect_data", "explanation": "抄错"},
    }
    for event in (by_hand, corrected):
        refused = await supervisor.post(f"{own}/events", json={"events": [event]}, headers=new_key())
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), refused.text
        assert "POST /reports" in refused.json()["detail"]

    # Another definition is the reason of what differs then.
    sexes = next(each for each in progress_report.PROGRESS.tables if each.name == "sexes")

    async def nobody(_source: object) -> list[Any]:
        return []

    other = replace(sexes, definition=Label("另一口径", "Another definition"), rows=nobody)
    changed = replace(
        progress_report.PROGRESS,
        tables=tuple(other if each is sexes else each for each in progress_report.PROGRESS.tables),
    )
    monkeypatch.setattr(computed_report, "REPORTS", {"progress": changed})
    monkeypatch.setattr("api.http.reports.REPORTS", {"progress": changed})
    compared = (await supervisor.get(f"{path}/comparison")).json()
    assert (compared["same"], [each["reason"] for each in compared["reasons"]]) == (False, ["definitions"])
    differing = {(*(each["values"] or [""]), each["then"], each["now"]) for each in compared["differences"]}
    assert differing == {("1", 6, None), ("2", 7, None), ("", 13, 0)}
    assert {each["table"] for each in compared["differences"]} == {"sexes"}
    assert (await supervisor.get(path)).content == kept.content


async def a_page_is_printed_where_there_is_its_font(
    served: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = await served.as_(Role.SUPERVISOR)
    if printed_page.FONT.exists():
        page = await supervisor.get(path, params={"format": "pdf"})
        assert (page.status_code, page.headers["Content-Type"]) == (200, "application/pdf"), page.text
        assert page.content.startswith(b"%PDF-")
        assert (await supervisor.get(path, params={"format": "pdf"})).content == page.content
    monkeypatch.setattr(printed_page, "FONT", Path("/nowhere/of.ttc"))
    refused = await supervisor.get(path, params={"format": "pdf"})
    assert (refused.status_code, refused.json()["code"]) == (501, "not_printable")
    assert "fonts-noto-cjk" in refused.json()["detail"]
    assert "fonts-noto-cjk" in refused.json()["detail_zh"]


async def test_small_numbers_are_told_in_no_form_of_a_report_and_each_role_sees_its_own(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await children(served, 3, "1")
    await children(served, 9, "2")
    await known_in_lists(served)
    issued = await issue(served)
    assert table(issued["content"], "sexes") == {"1": [None], "2": [None], "": [12]}
    supervisor = await served.as_(Role.SUPERVISOR)
    path = f"/reports/{issued['issued']['id']}"
    book = await supervisor.get(path, params={"format": "xlsx"})
    assert book.content == (await supervisor.get(path, params={"format": "xlsx"})).content
    parts = ZipFile(BytesIO(book.content))
    assert len([name for name in parts.namelist() if "/charts/" in name and "rels" not in name]) > 0
    assert "性别 Sexes" in parts.read("xl/sharedStrings.xml").decode()

    await a_page_is_printed_where_there_is_its_font(served, path, monkeypatch)
    answered = {"sources": {"unknown": "not_asked"}, "resolved": 0, "system": "household"}
    run = {
        "type": "DataComparisonRun",
        "occurred_on": "2026-07-02",
        "data": {**answered, "compared": {"unknown": "not_asked"}, "differences": 8},
    }
    noted = await supervisor.post(
        f"/institutions/{served.home.institution}/events", json={"events": [run]}, headers=new_key()
    )
    assert noted.status_code == 201, noted.text
    for report, part in (("half_yearly", 2), ("quarterly", 3), ("placement", None)):
        more = await issue(served, report=report, part=part)
        if report == "half_yearly":
            runs = table(more["content"], "runs")
            assert runs == {"household": ["unknown", 8], "": None}, "what nobody knows is not none"
            asked = {"format": "xlsx"}
            book = await supervisor.get(f"/reports/{more['issued']['id']}", params=asked)
            assert "不详 Not known" in ZipFile(BytesIO(book.content)).read("xl/sharedStrings.xml").decode()
        compared = await supervisor.get(f"/reports/{more['issued']['id']}/comparison")
        assert compared.json()["same"] is True, compared.text

    for role in (Role.AUDITOR, Role.BUREAU, Role.ADMINISTRATOR, Role.STAFF):
        client = await served.as_(role)
        listed = (await client.get("/reports")).json()
        assert [each["report"] for each in listed["items"]] == [
            "placement",
            "quarterly",
            "half_yearly",
            "progress",
        ], role
        assert (await client.get(path)).status_code == 200
    first = (await supervisor.get("/reports", params={"limit": 3})).json()
    rest = (await supervisor.get("/reports", params={"limit": 3, "cursor": first["next"]})).json()
    assert ([each["report"] for each in rest["items"]], rest["next"]) == (["progress"], None)
    for role in (Role.PLACEMENT_OFFICER, Role.TOWNSHIP):
        client = await served.as_(role)
        assert (await client.get("/reports")).json()["items"] == []
        assert (await client.get(path)).status_code == 404
    for role in (Role.STAFF, Role.TOWNSHIP):
        client = await served.as_(role)
        assert (await client.post("/reports", json=YEAR, headers=new_key())).status_code == 403


async def test_a_later_report_tells_nobody_how_few_came_since_an_earlier_one(served: Served) -> None:
    """One child came in September: the quarter less its first two months would tell it."""
    quarter: dict[str, Any] = {"report": "quarterly", "part": 3}
    await children(served, 6, "1", on="2026-07-05")
    await children(served, 1, "2", on="2026-09-10")
    await known_in_lists(served)
    august = await issue(served, **quarter, as_of="2026-08-30")
    assert table(august["content"], "changes")[""] == [0, 6, 0, 0, 0, 6]
    await known_in_lists(served)
    september = await issue(served, **quarter)
    assert table(september["content"], "changes")[""] == [0, None, 0, 0, 0, None]
    supervisor = await served.as_(Role.SUPERVISOR)
    for each in (august, september):
        compared = await supervisor.get(f"/reports/{each['issued']['id']}/comparison")
        assert compared.json()["same"] is True, "what was issued before is as known then"


def test_of_two_comparisons_with_one_system_on_one_day_each_is_told_that_differs() -> None:
    def runs(*found: int) -> JsonObject:
        of = [{"value": "household"}, {"value": "2026-07-02"}]
        rows = [{"values": of, "counts": [90, each]} for each in found]
        columns = [{"column": "compared"}, {"column": "differences"}]
        return {"tables": [{"table": "runs", "counts": columns, "rows": rows, "totals": None}]}

    differing = [*recomputed_report.differing_cells(runs(7, 8), runs(6, 8, 9))]
    assert [(each["column"], each["then"], each["now"]) for each in differing] == [
        ("differences", 7, 6),
        ("compared", None, 90),
        ("differences", None, 9),
    ]


OF_SEXES: JsonObject = {
    "table": "sexes",
    "definition": {"zh": "按性别", "en": "By sex"},
    "counted": {"by": ["sex"]},
    "by": [{"column": "sex"}],
    "counts": [{"column": "count"}],
    "rows": [{"values": [{"value": "1", "zh": "男性", "en": "Male"}], "counts": [7]}],
    "totals": [7],
}
REPORTED: JsonObject = {
    "rules": "a" * 64,
    "programme": {"version": "1", "read_models": "b"},
    "erased": 0,
    "definitions": [],
    "tables": [OF_SEXES],
}
ANOTHER_NUMBER = {**OF_SEXES, "rows": [{**OF_SEXES["rows"][0], "counts": [8]}], "totals": [8]}
REWORDED = {**OF_SEXES, "rows": [{"values": [{"value": "1", "zh": "男", "en": "Boys"}], "counts": [7]}]}


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"rules": "c" * 64, "tables": [ANOTHER_NUMBER]}, ["rules"]),
        ({"programme": {"version": "2", "read_models": "b"}, "tables": [ANOTHER_NUMBER]}, ["programme"]),
        ({"rules": "c" * 64, "definitions": [{"zh": "另一口径", "en": "Other"}]}, ["rules", "definitions"]),
        ({"tables": [{**ANOTHER_NUMBER, "counted": {"by": ["sex"], "bands": [0, 18]}}]}, ["definitions"]),
        ({"erased": 1}, ["erased"]),
        ({"tables": [REWORDED]}, ["words"]),
        ({"tables": [ANOTHER_NUMBER]}, ["unexplained"]),
        ({"rules": "c" * 64, "erased": 1, "tables": [ANOTHER_NUMBER]}, ["rules", "erased"]),
    ],
)
def test_whatever_differs_has_a_reason_and_a_number_without_one_is_said_to_have_none(
    now: JsonObject, why: list[str]
) -> None:
    again = {**REPORTED, **now}
    differs = bool([*recomputed_report.differing_cells(REPORTED, again)])
    assert differs is (again["tables"][0]["totals"] != [7])
    assert recomputed_report.reasons(REPORTED, again, differs=differs) == why
    assert all(recomputed_report.WHY[each].zh and recomputed_report.WHY[each].en for each in why)


async def test_how_children_were_adopted_is_counted_where_it_tells_of_none(served: Served) -> None:
    adopted = [
        await kept(served, small_child(("2025-05-01", registered(category))))
        for category in [FOUNDLING] * 7 + [HARDSHIP] * 5
    ]
    await known_in_lists(served)
    issued = await issue(served, report="adoption", year=2025)
    content = issued["content"]
    told = {each["table"]: table(content, each["table"]) for each in content["tables"]}
    crossing = {each["table"] for each in content["tables"] if "by" in each["counted"]} & {
        each["table"] for each in content["tables"] if "sealed" in each["counted"]
    }
    assert {*told} >= crossing >= {"adoption_category_sexes", "income_ages", "region_disabilities"}
    assert {name for name, numbers in told.items() if numbers[""] != [12]} == {*crossing, "business"}
    assert told["business"]["registered"] == [None], "that no adoption ended would be told"
    assert (told["ages"]["1-2"], told["months"]["2025-05"]) == ([12], [12])
    assert told["adoption_category"][FOUNDLING] == [7]
    assert told["adoption_category"][HARDSHIP] == [None], "that the rest is none would be told"
    # All adopters are married and have no child, which would tell it of each.
    for name in ("marital", "children", "income", "region"):
        assert {each["counts"][0] for each in _rows(content, name)} == {None}
    # Seven of one category and of one age are told, and of no adopters what would be that of each.
    (ages,) = (each for each in content["tables"] if each["table"] == "adoption_category_ages")
    place = [each["column"] for each in ages["counts"]].index("age_band:1-2")
    assert told["adoption_category_ages"][FOUNDLING][place] == 7
    assert told["adoption_category_ages"][HARDSHIP][place] is None
    assert {each["counts"][place] for each in _rows(content, "income_ages")} == {None}

    bureau = await served.as_(Role.BUREAU)
    path = f"/reports/{issued['issued']['id']}"
    assert (await bureau.get(path)).json() == content
    await erase(served, adopted[0], Category.ADOPTION)
    compared = (await bureau.get(f"{path}/comparison")).json()
    assert [each["reason"] for each in compared["reasons"]] == ["erased"]
    assert (compared["same"], compared["differences"]) == (False, []), "else it would tell what was erased"
    assert compared["sha256_now"] is None


def _rows(content: JsonObject, name: str) -> list[JsonObject]:
    (found,) = (each for each in content["tables"] if each["table"] == name)
    rows: list[JsonObject] = found["rows"]
    return rows


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"year": 2026, "part": 1}, "/part"),
        ({"report": "quarterly"}, "/part"),
        ({"report": "half_yearly", "part": 3}, "/part"),
        ({"year": 2028}, "/year"),
        ({"as_of": "2025-10-31"}, "/as_of"),
        ({"report": "adoption"}, "/year"),
        ({"as_of": "2026-11-01"}, "/as_of"),
    ],
)
async def test_a_report_is_of_days_in_its_period_that_have_come(
    served: Served, asked: JsonObject, pointer: str
) -> None:
    supervisor = await served.as_(Role.SUPERVISOR)
    answer = await supervisor.post("/reports", json={**YEAR, **asked}, headers=new_key())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
