"""A roll of children outside institutions is refused, and said so; a roster stays a roster."""

import pytest

from api.imports.faults import Fault
from api.imports.reading.workbook import Sheet
from api.imports.recognition.tables import recognise
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Paper, roster

MIGRANT = Paper(
    "流动儿童花名册",
    ("序号", "编号", "姓名", "性别", "出生日期", "户籍所在地", "现居住地", "流入日期", "监护人"),
)
LEFT_BEHIND = Paper("农村留守儿童台账", ("儿童姓名", "性别", "身份证号码", "父母务工情况", "监护人姓名"))


async def test_no_child_outside_is_recorded_by_an_institutions_register(counter: Counter) -> None:
    migrant = MIGRANT.row(
        序号=1, 编号="LD001", 姓名="赵小山", 性别="男", 出生日期="2015.3.1", 流入日期="2024年1月"
    )
    left_behind = LEFT_BEHIND.row(儿童姓名="王小明", 性别="男", 父母务工情况="双方外出")

    report = await counter.take(roster(), migrant, left_behind)

    assert [(line.sheet, line.row, line.code, line.value) for line in report.rejections] == [
        ("流动儿童花名册", 4, "outside_institutions", "LD001"),
        ("农村留守儿童台账", 4, "outside_institutions", "王小明"),
    ]
    assert (await counter.file("LD001")).entries == {}
    assert report.json()["recorded"] == 1


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
        ("流动儿童花名册", "机构外儿童名册"),
        ("社会散居孤儿名册", "机构外儿童名册"),
    ],
)
def test_who_stands_on_a_sheet_is_told_by_its_title_where_its_headings_do_not(
    title: str, layout: str
) -> None:
    heads = ("编号", "姓名", "性别", "出生日期")
    (table,) = recognise(Sheet(0, title, [heads, ("CS001", "王小明", "男", "2015-03-01")], ()))
    assert table.layout is not None
    assert table.layout.name == layout
