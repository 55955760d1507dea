"""A list as JSON, as CSV and as a workbook: the same rows, as much of them as the caller may see."""

import csv
from datetime import date, datetime
from io import StringIO
from itertools import product
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
import pytest
from httpx2 import AsyncClient, Response

from api.app import create_app
from api.contract.csv_lines import CSV, TableCell, csv_line
from api.contract.value_words import VALUE_WORDS
from api.contract.workbook_parts import LONGEST, XLSX, WorkbookParts
from api.http import access, list_formats
from api.identity.permissions import Role
from api.identity.reading_reasons import HEADER
from api.imports.cells.raw import as_written
from api.imports.reading.kinds import read_workbook
from api.settings import Settings
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.every_list import ASKED
from tests.support.given import given, some
from tests.support.stored import kept

APP: Final = create_app(Settings())
LISTS: Final = sorted(
    path
    for path, operations in APP.openapi()["paths"].items()
    for content in [operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})]
    if any(
        told in str(each.get("schema", {}).get("$ref", ""))
        for each in content.values()
        for told in ("Listing", "CensusAnswer")
    )
    and not path.startswith(("/event-types", "/codes"))
    # Who is on the ledger is an administrator's to see, on a page.
    and path not in {"/questions", "/tokens", "/users"}
)
"""The lists and counts across files."""
FURTHER: Final = (
    "/obligations/counts",
    "/findings/counts",
    "/late/counts",
    "/allowance-months/sums",
    "/census/flows",
    "/census/series",
    "/placements/counts",
    "/users",
    "/tokens",
)
"""What is asked by filters, too, and answered as a table."""
NO_TABLE: Final = {
    "/access-log": "how far a log is signed",
    "/log": "how far a log is signed",
    "/verify": "how far the entries are verified",
    "/health/live": "whether it runs",
    "/health/ready": "whether it answers",
    "/running-state": "how it runs, to those who run it",
    "/codes": "what codes mean, for programs",
    "/event-types": "what may be recorded, for programs",
    "/rules": "by what is judged, which the rule pages print",
    "/imports": "what one person handed in, whose report is a workbook",
    "/own-work": "what one person did last, on their own page",
}
"""What is answered across files as JSON alone, and why nobody needs it as a table."""
NAME, FORMULA, NUMBER = "标记甲乙", '=HYPERLINK("http://x")', "0012024000000000017"


async def two_children(served: Served) -> list[UUID]:
    """Given a child whose number has more digits than a spreadsheet keeps, and one named like a formula."""
    children = [
        await kept(
            served,
            given(
                ("2016-03-05", some(ChildReceived, file_no=number)),
                ("2016-03-05", some(IdentityRecorded, name=name, birth_on=date(2010, 1, 5), sex="1")),
                ("2016-03-20", some(ChildAdmitted)),
            ),
        )
        for name, number in ((NAME, NUMBER), (FORMULA, "2024-03"))
    ]
    await served.projected()
    return children


async def whole(client: AsyncClient, path: str, form: str = "csv", **query: Any) -> Response:
    answer = await client.get(path, params={"format": form, **query})
    assert answer.status_code == 200, answer.text
    return answer


def lines(answer: Response) -> list[list[str]]:
    """The lines of CSV, with the apostrophe taken away from each text that has one before it."""
    text = answer.content.decode("utf-8-sig")
    return [[cell.removeprefix("'") for cell in line] for line in csv.reader(StringIO(text))]


def said(item: Any, path: str) -> Any:
    """What an item has in a member, or in one of a member."""
    for name in path.split("."):
        item = None if item is None else item[name]
    return item


def sheets(content: bytes) -> list[list[list[str]]]:
    """The texts of a workbook by sheet and row."""
    book = read_workbook(content, "list.xlsx")
    return [[[as_written(raw) for raw in row] for row in sheet.rows] for sheet in book.sheets]


def test_every_list_across_files_is_known_here() -> None:
    assert {"/children", "/families", "/obligations", "/readiness", "/findings", "/exceptions", "/late"} < {
        *LISTS
    }


def test_every_question_and_every_count_has_its_table() -> None:
    as_json_alone = {
        path
        for path, operations in APP.openapi()["paths"].items()
        for content in [operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})]
        if "{" not in path and content.keys() == {"application/json"}
    }
    assert as_json_alone == NO_TABLE.keys()


async def test_what_is_counted_is_a_table_with_the_list_behind_each_number(served: Served) -> None:
    await two_children(served)
    client = await served.as_(Role.SUPERVISOR)
    for path in ("/counts", "/digest", "/readiness/counts"):
        answer = await whole(client, path)
        headings, *rows = lines(answer)
        at, number = headings.index("名单地址"), headings.index("人数" if "人数" in headings else "项数")
        told = orjson.loads((await client.get(path)).content)
        for row in rows:
            listed = await client.get(f"{row[at]}&limit=500")
            assert len(listed.json()["items"]) == int(row[number]), (path, row)
            assert row[at] in str(told)
        assert len(rows) == str(told).count("'list': ") + len(told.get("lists", ())), path
        assert [row[: len(headings)] for row in sheets((await whole(client, path, "xlsx")).content)[0]] == [
            headings,
            *rows,
        ]
        assert answer.headers["ledger-position"] == str(told["known_position"])


async def test_every_list_is_answered_in_three_forms_with_the_same_rows_and_the_same_notes(
    served: Served, subtests: pytest.Subtests
) -> None:
    children = await two_children(served)
    client = await served.as_(Role.SUPERVISOR)
    searches = ("/children/search", "/families/search")

    async def asked(path: str, **query: str) -> Response:
        if path in searches:
            return await client.post(path, json={"q": NAME}, params=query)
        return await client.get(path, params={**query, **ASKED.get(path, {})})

    async def noted(child: UUID) -> list[tuple[str, tuple[str, ...]]]:
        accesses = await served.container.access.of(child, limit=500)
        return [(each.purpose, tuple(each.categories)) for each in accesses]

    for path in (*(each.format(question="A3") for each in LISTS), *searches):
        with subtests.test(path):
            told, added = {}, []
            for form in ("json", "csv", "xlsx"):
                before = [len(await noted(child)) for child in children]
                told[form] = await asked(path, format=form)
                after = [await noted(child) for child in children]
                added.append([each[: len(each) - was] for each, was in zip(after, before, strict=True)])
            page = told["json"].json()
            for member, words in page.get("labels", {}).items():
                assert {
                    code for each in page["items"] if isinstance(code := said(each, member), str)
                } <= words.keys()
                assert all(each["zh"] and each["en"] for each in words.values())
            headings, *rows = lines(told["csv"])
            assert len(rows) == len(page["items"]), told["csv"].text
            first, about = sheets(told["xlsx"].content)
            assert [first[0], len(first) - 1] == [headings, len(rows)]
            assert len(about) >= 4
            assert added[0] == added[1] == added[2]
            for answer in (told["csv"], told["xlsx"]):
                assert answer.headers["ledger-position"] == told["json"].headers["ledger-position"]
            english = None if path in (*searches, *ASKED) else await whole(client, path)
            if english is not None:
                assert english.headers["content-type"] == "text/csv; charset=utf-8"


async def test_a_register_opens_in_a_spreadsheet_without_a_formula_and_without_losing_a_digit(
    served: Served,
) -> None:
    children = await two_children(served)
    client = await served.as_(Role.STAFF)
    text = await whole(client, "/children")
    assert text.content.startswith("\ufeff姓名,档案编号,性别,出生日期,".encode())
    assert f"'{NUMBER}" in text.text
    assert "'2024-03" in text.text
    assert '"\'=HYPERLINK(""http://x"")"' in text.text
    headings, first, second = lines(text)
    assert first[:7] == [NAME, NUMBER, "男性", "2010-01-05", "否", "在院", "2016-03-20"]
    assert (second[0], second[1]) == (FORMULA, "2024-03")
    assert first[headings.index("档案标识")] == str(children[0])
    book = await whole(client, "/children", "xlsx")
    listed, about = sheets(book.content)
    assert (listed[1][:2], listed[2][:2]) == ([NAME, NUMBER], [FORMULA, "2024-03"])
    assert ["列表", "儿童名册"] in [row[:2] for row in about]
    assert b"<f>" not in book.content
    (raw,) = list(read_workbook(book.content, "a.xlsx").sheets[0].rows[1][3:4])
    assert as_written(raw).startswith("2010-01-05")


async def test_a_childs_situation_its_changes_and_its_readiness_are_tables_in_words(served: Served) -> None:
    child, _ = await two_children(served)
    client, masked = await served.as_(Role.STAFF), await served.as_(Role.ADMINISTRATOR)
    status = await whole(client, f"/children/{child}", as_of="2026-11-01")
    assert lines(status)[0] == ["部分", "项目", "内容", "自", "至", "条目标识"]
    said = {(part, field): value for part, field, value, *_ in lines(status)}
    assert said["身份", "姓名"] == NAME
    assert said["身份", "性别"] == "男性"
    assert said["", "阶段"] == "在院"
    assert said["", "年龄"] == "16 岁"
    assert said["", "逾期事项"].isdecimal()
    hidden = {field: value for _, field, value, *_ in lines(await whole(masked, f"/children/{child}"))}
    assert hidden["姓名"] == "不予显示：身份信息"
    changes = await whole(client, f"/children/{child}/diff", **{"from": "2016-03-04", "to": "2016-03-20"})
    told = {(part, what): after for part, what, _, _, _, after, _ in lines(changes)}
    assert told["项目", "阶段"] == "在院"
    assert told["项目", "姓名"] == NAME
    page = await client.get(f"/children/{child}/diff", params={"from": "2016-03-04", "to": "2016-03-20"})
    entries = [line for line in lines(changes) if line[0] == "其间条目"]
    assert [line[5] for line in entries] == [each["entry"]["sentence_zh"] for each in page.json()["entries"]]
    gates = lines(await whole(client, f"/children/{child}/readiness"))
    answer = (await client.get(f"/children/{child}/readiness")).json()
    assert [line[1] for line in gates if line[0].isdecimal()] == [each["name_zh"] for each in answer["gates"]]
    assert ["结论", "尚不具备条件"] in [line[1:3] for line in gates]
    book = await whole(client, f"/children/{child}", "xlsx")
    assert sheets(book.content)[0][0] == lines(status)[0]


async def test_the_entries_between_two_points_are_all_in_their_table(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, _ = await two_children(served)
    monkeypatch.setattr(list_formats, "MOST", 1)
    client = await served.as_(Role.STAFF)
    told = lines(await whole(client, f"/children/{child}/diff", **{"from": "2016-03-04"}))
    assert [line[0] for line in told].count("其间条目") == 3
    assert len({tuple(line) for line in told}) == len(told)


async def test_a_table_is_named_by_its_day_and_what_was_known_and_by_nothing_personal(
    served: Served,
) -> None:
    await two_children(served)
    client = await served.as_(Role.STAFF)
    head = (await served.container.ledger.head()).position
    answer = await whole(client, "/children", "csv", file_no=NUMBER, as_of="2020-05-01", known_at=str(head))
    assert len(lines(answer)) == 2
    named = f'attachment; filename="children-as-of-2020-05-01-known-at-{head}.csv"'
    assert answer.headers["content-disposition"] == named
    book = await whole(client, "/obligations", "xlsx", rule="D10", state="overdue")
    assert {"规则", "状态"} <= {row[0] for row in sheets(book.content)[1] if row}


async def test_what_the_role_does_not_see_is_masked_in_a_table_and_what_is_out_of_scope_not_there(
    served: Served,
) -> None:
    await two_children(served)
    masked = lines(await whole(await served.as_(Role.ADMINISTRATOR), "/children"))[1]
    assert masked[:2] == ["不予显示：身份信息"] * 2
    assert len(lines(await whole(await served.as_(Role.STAFF, elsewhere=True), "/children"))) == 1
    assert (await (await served.client()).get("/children?format=csv")).status_code == 401
    bureau = await served.as_(Role.PLACEMENT_OFFICER)
    refused = await bureau.get("/families", params={"format": "csv"})
    assert refused.status_code == (await bureau.get("/families")).status_code


async def test_the_form_and_the_language_are_those_that_are_accepted(served: Served) -> None:
    await two_children(served)
    client = await served.as_(Role.STAFF)
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept, media in {
        "*/*": "application/json",
        browser: "application/json",
        "text/csv": CSV,
        "text/*": CSV,
        f"{XLSX}, application/json;q=0.5": XLSX,
        "application/pdf, text/csv;q=0.1": CSV,
    }.items():
        answer = await client.get("/obligations", headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == media, accept
    for accept in ("application/pdf", "text/html", "text/csv;q=0"):
        refused = await client.get("/obligations", headers={"Accept": accept})
        assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
        assert refused.headers["content-type"] == "application/problem+json"
        over = await client.get("/obligations", params={"format": "json"}, headers={"Accept": accept})
        assert over.status_code == 200
    for languages, heading in {
        "en": "Name",
        "en-GB,zh;q=0.8": "Name",
        "zh-CN,en;q=0.8": "姓名",
        "de": "姓名",
        "fr, en;q=0.3": "Name",
        "en;q=0, zh": "姓名",
    }.items():
        answer = await client.get("/children?format=csv", headers={"Accept-Language": languages})
        assert lines(answer)[0][0] == heading, languages


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"format": "pdf"}, "/query/format"),
        ({"format": "csv", "limit": "10"}, "/query/limit"),
        ({"format": "xlsx", "cursor": "abc"}, "/query/cursor"),
        ({"format": "csv", "stages": "in_care"}, "/query"),
    ],
)
async def test_what_no_table_is_asked_by_is_refused(
    served: Served, query: dict[str, str], pointer: str
) -> None:
    client = await served.as_(Role.STAFF)
    answer = await client.get("/children", params=query)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    searched = await client.post("/children/search?format=csv", json={"q": "王", "limit": 5})
    assert (searched.status_code, searched.json()["errors"][0]["pointer"]) == (422, "/limit")
    for path, body in product(("/children/search", "/families/search"), (b"[]", b"null", b"{", b"\xff")):
        page, table = [
            await client.post(f"{path}{form}", content=body, headers={"Content-Type": "application/json"})
            for form in ("", "?format=csv")
        ]
        assert (table.status_code, table.json()["code"]) == (page.status_code, page.json()["code"])
        assert page.status_code in {400, 422}


async def test_who_read_a_file_is_a_table_page_after_page_for_those_who_answer_for_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "MOST", 2)
    (child, _), reader = await two_children(served), await served.as_(Role.STAFF)
    for below in ("", "/entries", ""):
        told = await reader.get(f"/children/{child}{below}", headers={HEADER: "care"})
        assert told.status_code == 200
    path, client = f"/children/{child}/access", await served.as_(Role.AUDITOR)
    # Who asks this is noted, too, and asks only what the other one read.
    of = {"user": str((await served.actor(Role.STAFF)).user)}
    page = (await client.get(path, params={"limit": 2, **of})).json()
    assert page["next"] is not None
    rest = await client.get(path, params={"cursor": page["next"], **of})
    every = [*page["items"], *rest.json()["items"]]
    headings, *rows = lines(await whole(client, path, **of))
    assert headings[:6] == ["时间", "查阅人", "角色", "信息类别", "查询", "事由"]
    assert [row[4] for row in rows] == ["档案情况", "经历", "档案情况"]
    assert {(row[2], row[5]) for row in rows} == {("工作人员", "照料儿童")}
    assert [row[7] for row in rows] == [str(each["position"]) for each in every]
    first, _ = sheets((await whole(client, path, "xlsx", **of)).content)
    assert [row[1:6] for row in first] == [row[1:6] for row in (headings, *rows)]
    assert (await reader.get(path, params={"format": "csv"})).status_code == 403


async def test_a_table_is_the_whole_list_or_says_that_there_is_more(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = await two_children(served)
    monkeypatch.setattr(list_formats, "MOST", 1)
    client = await served.as_(Role.STAFF)
    obligations = await client.get("/obligations")
    before = len(await served.container.access.of(children[0], limit=500))
    answer = lines(await whole(client, "/obligations"))
    assert len(answer) - 1 == len(obligations.json()["items"]) > 2
    noted = await served.container.access.of(children[0], limit=500)
    assert len({tuple(each.categories) for each in noted}) == len(noted) - before
    monkeypatch.setattr(list_formats, "MOST_ROWS", 2)
    *_, second, last = lines(await whole(client, "/obligations"))
    assert second in answer
    assert "还有更多" in last[0]
    listed, about = sheets((await whole(client, "/obligations", "xlsx")).content)
    assert "还有更多" in listed[-1][0]
    assert ["行数", "2"] in [row[:2] for row in about]


async def test_as_many_tables_are_under_way_as_one_person_may_have(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await served.as_(Role.STAFF)
    person = (await served.actor(Role.STAFF)).user
    with served.container.budgets.tables.taken(person), served.container.budgets.tables.taken(person):
        assert (await client.get("/children?format=csv")).status_code == 429
        assert (await client.get("/children")).status_code == 200
    for _ in range(4):
        assert (await client.get("/children?format=csv")).status_code == 200
        assert (await client.get(f"/children?format=csv&institution={uuid4()}")).status_code == 422
        assert (await client.head("/children?format=csv")).status_code == 200


def test_every_filter_of_a_list_has_words() -> None:
    own = {"format", "limit", "cursor", "total", "day", "as_of", "at_least"}
    filters = {
        each["name"]
        for path in (*LISTS, *FURTHER, "/children/{child}/access")
        for each in APP.openapi()["paths"][path]["get"].get("parameters", ())
        if each["in"] == "query"
    }
    assert {{"from": "from_"}.get(each, each) for each in filters - own} == VALUE_WORDS["filter"].keys()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\tx", "'\tx"),
        ("\rx", '"\'\rx"'),
        ("'x", "''x"),
        ("37109920090305123X", "37109920090305123X"),
        ("371099200903051234", "'371099200903051234"),
        ("0012", "'0012"),
        ("1E5", "'1E5"),
        ("3/4", "'3/4"),
        ("2024年3月", "'2024年3月"),
        ("第3号", "第3号"),
        ('a"b', '"a""b"'),
        ("a,b", '"a,b"'),
        ("", ""),
        (None, ""),
        (-5, "-5"),
        (date(2024, 3, 5), "2024-03-05"),
        (datetime.fromisoformat("2026-11-22T04:00:00.5Z"), "2026-11-22 12:00:00"),
    ],
)
def test_a_cell_of_csv_is_neither_run_nor_changed(cell: TableCell, written: str) -> None:
    assert csv_line([cell]) == f"{written}\r\n".encode()


@pytest.mark.parametrize("text", ["=1+1", "a\x00b", "_x0041_", "\ud800", "<&>\"'", " x ", "a\r\nb", "0012"])
def test_a_cell_of_a_workbook_is_a_text_as_it_is(text: str) -> None:
    book = WorkbookParts(("一", "二"))
    content = book.begin(["列"], [10]) + book.rows([[text], ["字" * (LONGEST + 1)]]) + book.end([["a", 1]])
    rows = sheets(content)[0]
    assert rows[0] == ["列"]
    if text != "\ud800":
        assert rows[1] == [text]
    assert len(rows[2][0]) == LONGEST + 2


def test_the_same_rows_are_the_same_bytes() -> None:
    def made() -> bytes:
        book = WorkbookParts(("一", "二"))
        return book.begin(["列"], [10]) + book.rows([["x", date(1899, 1, 1), 5, True]]) + book.end([])

    assert made() == made()
