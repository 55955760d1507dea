"""A place hands in its roll of children outside institutions; an institution's register is refused one."""

from uuid import UUID

import orjson
import pytest

from api.identity.permissions import Role
from api.imports.faults import Fault
from api.imports.reading.kinds import read_workbook
from api.imports.reading.workbook import Sheet
from api.imports.recognition.tables import recognise
from api.imports.register_import import prepare_roll, run_import, standing_for
from api.imports.report.import_report import Report
from api.imports.streams import Streams
from domain.events.community.rolls import (
    ChildIdentified,
    LeftBehindRollEntered,
    MigrantRollEntered,
    RollLeft,
    SupportRollEntered,
)
from domain.events.household import CitizenIdAssigned
from domain.events.intake import IdentityRecorded
from domain.file import File
from domain.scope import scope_of
from tests.support.client import TOWNSHIP, Served, new_key
from tests.support.imports_http import done, hand_in, told_of
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Paper, roster, workbook

PLACE = TOWNSHIP
BORN_2015 = "371099201503010014"
MIGRANT = Paper(
    "流动儿童花名册",
    (
        *("序号", "编号", "姓名", "性别", "民族", "出生日期", "身份证号", "户籍所在地", "流入日期"),
        *("随行情况", "发现途径", "纳入日期", "退出日期", "退出原因", "备注"),
    ),
)
LEFT_BEHIND = Paper(
    "农村留守儿童台账", ("儿童姓名", "性别", "出生日期", "身份证号码", "父母务工情况", "外出时间")
)
SUPPORT = Paper("机构外儿童名册", ("姓名", "出生日期", "儿童类别", "认定日期"))
ZHAO = {
    "序号": 1,
    "编号": "LD001",
    "姓名": "赵小山",
    "性别": "男",
    "民族": "汉族",
    "出生日期": "2015.3.1",
    "身份证号": BORN_2015,
    "户籍所在地": "别处某县",
    "流入日期": "2023-09-01",
    "随行情况": "父母",
    "发现途径": "学校",
    "纳入日期": "2024-04-02",
}


async def taken(served: Served, *sheets: Paper, role: str = "township", dry_run: bool = False) -> Report:
    """Hand a roll in for the place."""
    content = read_workbook(workbook(*sheets), "名册.xlsx")
    handed_in = await prepare_roll(served.container, content, PLACE, dry_run=dry_run)
    recorder = (await served.actor(role)).recorder
    return await run_import(served.container, handed_in, recorder, lambda _done, _rows: None)


async def file_of(served: Served, key: str) -> File:
    """Return the file of a child of the roll, by what the place knows it by; empty if there is none."""
    container = served.container
    owner = standing_for(container, PLACE).institution
    stream = Streams(container.ledger, container.projector, owner, PLACE).new(key)
    return await container.ledger.file(stream) or File(stream)


async def test_a_migrant_child_is_identified_and_put_on_its_roll_and_taken_off_it(served: Served) -> None:
    left = ZHAO | {"退出日期": "2025年7月1日", "退出原因": "返乡"}

    report = await taken(served, MIGRANT.row(**left))

    file = await file_of(served, BORN_2015)
    (found,), (entered,) = file.of(ChildIdentified), file.of(MigrantRollEntered)
    assert (found.event.identified_by, found.event.identified_as) == ("school", "migrant")
    assert (str(entered.event.left_home_on), entered.event.companion) == ("2023-09-01", "both_parents")
    assert str(entered.days.last) == "2024-04-02"
    (identity,), (number,) = file.of(IdentityRecorded), file.of(CitizenIdAssigned)
    assert (identity.event.name, identity.event.sex, number.event.citizen_id) == ("赵小山", "1", BORN_2015)
    (gone,) = file.of(RollLeft)
    assert (gone.event.roll, gone.event.reason, str(gone.days.last)) == ("migrant", "returned", "2025-07-01")
    assert (scope_of(file).place, scope_of(file).institution) == (PLACE, None)
    # What no event has a field for is kept as it was written, and reported.
    assert {(line.column, line.value) for line in report.values} == {
        ("编号", "LD001"),
        ("户籍所在地", "别处某县"),
    }
    assert "户籍所在地写作「别处某县」" in "".join(each.note or "" for each in file.entries.values())
    told = report.json()
    assert (told["institution"], told["region"]) == (None, PLACE)
    assert (told["rows"], told["recorded"], told["rejected"]) == (1, 1, 0)
    assert told["cells"]["filled"] == sum(count for name, count in told["cells"].items() if name != "filled")


async def test_a_left_behind_child_without_a_number_is_known_by_name_and_birth(served: Served) -> None:
    row = {"儿童姓名": "王小明", "性别": "女", "出生日期": "2016-05-04", "父母务工情况": "双方外出"}

    await taken(served, LEFT_BEHIND.row(**row))

    file = await file_of(served, "王小明 2016-05-04 2016-05-04")
    (entered,) = file.of(LeftBehindRollEntered)
    assert entered.event.parents_away == "both"
    assert (await taken(served, LEFT_BEHIND.row(**row))).json()["entries"] == 0


async def test_the_column_says_the_roll_where_the_title_says_none(served: Served) -> None:
    row = {"姓名": "李小红", "出生日期": "2014-01-02", "儿童类别": "散居孤儿", "认定日期": "2020-06"}

    report = await taken(served, SUPPORT.row(**row))

    (entered,) = (await file_of(served, "李小红 2014-01-02 2014-01-02")).of(SupportRollEntered)
    assert entered.event.roll == "dispersed_orphan"
    assert report.json()["recorded"] == 1


async def test_the_same_roll_again_adds_nothing_and_a_dry_run_records_nothing(served: Served) -> None:
    rehearsed = await taken(served, MIGRANT.row(**ZHAO), dry_run=True)
    assert (rehearsed.json()["recorded"], (await file_of(served, BORN_2015)).entries) == (1, {})

    first = await taken(served, MIGRANT.row(**ZHAO))
    again = await taken(served, MIGRANT.row(**ZHAO))

    assert first.json()["entries"] == rehearsed.json()["entries"] > 0
    assert (again.json()["entries"], again.json()["already"]) == (0, 1)


async def test_a_child_whom_the_township_recorded_by_hand_gets_no_second_file(served: Served) -> None:
    township = await served.as_("township")
    said = [
        ("ChildIdentified", {"identified_by": "school", "identified_as": "migrant"}),
        ("CitizenIdAssigned", {"citizen_id": BORN_2015}),
    ]
    events = [{"type": kind, "occurred_on": "2024-04-01", "data": data} for kind, data in said]
    opened = await township.post("/children", json={"events": events}, headers=new_key())
    assert opened.status_code == 201, opened.text
    await served.projected()

    await taken(served, MIGRANT.row(**ZHAO))

    await served.projected()
    (listed,) = (await township.get("/children")).json()["items"]
    assert (listed["child"], listed["name"]) == (opened.json()["child"], "赵小山")


async def test_a_row_that_says_no_child_is_rejected_with_what_it_says(served: Served) -> None:
    report = await taken(served, MIGRANT.row(姓名="无名", 纳入日期="2024-04-02").row(**ZHAO))

    assert [(line.row, line.code, line.value) for line in report.rejections] == [(4, "no_identity", "无名")]
    assert report.json()["recorded"] == 1


async def test_an_institutions_sheets_are_not_a_places_to_hand_in(served: Served) -> None:
    report = await taken(served, roster(), MIGRANT.row(**ZHAO))

    assert [(line.sheet, line.code) for line in report.rejections] == [("儿童花名册", "no_roll")]
    assert report.json()["recorded"] == 1


async def test_no_child_outside_is_recorded_by_an_institutions_register(counter: Counter) -> None:
    left_behind = LEFT_BEHIND.row(儿童姓名="王小明", 性别="男", 父母务工情况="双方外出")

    report = await counter.take(roster(), MIGRANT.row(**ZHAO), left_behind)

    assert [(line.sheet, line.row, line.code, line.value) for line in report.rejections] == [
        ("流动儿童花名册", 4, "outside_institutions", "LD001"),
        ("农村留守儿童台账", 4, "outside_institutions", "王小明"),
    ]
    assert report.json()["recorded"] == 1


async def test_a_township_hands_its_roll_in_over_http_and_reads_its_children(served: Served) -> None:
    township = await served.as_("township")

    answer = await hand_in(township, workbook(MIGRANT.row(**ZHAO)))

    told = await done(township, answer.headers["Location"])
    assert (told["state"], told["recorded"], told["institution"]) == ("done", 1, None)
    await served.projected()
    (listed,) = (await township.get("/children")).json()["items"]
    assert (listed["name"], listed["institution"]) == ("赵小山", None)
    child = UUID(listed["child"])
    due = await township.get(f"/children/{child}/obligations")
    assert due.status_code == 200


async def test_a_bureau_says_for_which_place_and_only_for_its_own(served: Served) -> None:
    bureau, township = await served.as_("bureau"), await served.as_("township")
    roll = workbook(MIGRANT.row(**ZHAO))

    assert (await hand_in(bureau, roll)).json()["errors"][0]["pointer"] == "/query/region"
    assert (await hand_in(bureau, roll, query="?region=110101")).json()["code"] == "institution_mismatch"
    elsewhere = await hand_in(township, roll, query="?region=371099002")
    assert elsewhere.json()["code"] == "institution_mismatch"
    answer = await hand_in(bureau, roll, query=f"?region={PLACE}")
    told = await done(bureau, answer.headers["Location"])
    assert (told["recorded"], told["region"]) == (1, PLACE)


async def test_a_township_hands_lines_in_as_it_records(served: Served) -> None:
    found = {"identified_by": "school", "identified_as": "migrant"}
    event = {"type": "ChildIdentified", "occurred_on": "2024-04-01", "data": found}

    told = await told_of(await served.as_("township"), orjson.dumps({"events": [event]}))

    assert (told["state"], told["recorded"], told["institution"]) == ("done", 1, None)


async def test_an_institution_names_no_place(served: Served) -> None:
    answer = await hand_in(await served.as_(Role.STAFF), workbook(roster()), query=f"?region={PLACE}")
    assert answer.json()["code"] == "institution_mismatch"


def test_the_reason_is_told_in_both_languages() -> None:
    label = Fault.OUTSIDE_INSTITUTIONS.value
    assert "乡镇（街道）" in label.zh
    assert "township" in label.en.casefold()


@pytest.mark.parametrize(
    ("title", "layout"),
    [
        ("儿童花名册", "儿童花名册"),
        ("在院儿童", "儿童花名册"),
        ("表1", "儿童花名册"),
        ("流动儿童花名册", "流动儿童名册"),
        ("社会散居孤儿名册", "散居孤儿名册"),
        ("机构外儿童名册", "机构外儿童名册"),
    ],
)
def test_who_stands_on_a_sheet_is_told_by_its_title_where_its_headings_do_not(
    title: str, layout: str
) -> None:
    heads = ("编号", "姓名", "性别", "出生日期")
    (table,) = recognise(Sheet(0, title, [heads, ("CS001", "王小明", "男", "2015-03-01")], ()))
    assert table.layout is not None
    assert table.layout.name == layout
