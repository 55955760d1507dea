"""A fictional institution's register as a workbook: ten sheets, as child-welfare institutions keep them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from random import Random
from typing import Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

from api.demo.childhoods import childhoods
from api.demo.disorder import Sheets, spoil
from api.demo.handwriting import CellValue, Handwriting
from api.demo.records import SHEETS, Record

INSTITUTION: Final = "星河儿童福利院（虚构）"
SEED: Final = 371099

FILE_NO, NAME = "儿童编号", "姓名"
TITLES: Final = {
    "儿童花名册": "收留抚养儿童花名册",
    "户口登记": "儿童户口登记情况",
    "医保参保": "儿童医疗保险参保缴费台账",
    "就学": "儿童就学情况",
    "康复": "残疾儿童康复记录",
    "体检": "儿童体检记录",
    "收养": "送养及收养登记情况",
    "收养回访": "收养后回访记录",
    "成年安置": "成年安置情况",
    "更正登记": "信息更正登记",
}
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "儿童花名册": (
        "序号", FILE_NO, NAME, "性别", "民族", "出生日期", "出生日期来源", "身份证号", "接收日期",
        "正式入院日期", "接收类别", "送交单位", "捡拾(发现)地点", "监护类型", "养育方式", "残疾类别",
        "残疾等级", "离院日期", "离院原因", "备注",
    ),
    "户口登记": (
        FILE_NO, NAME, "申请日期", "落户日期", "户口类别", "派出所", "户口迁移日期", "迁往地", "备注",
    ),
    "医保参保": (
        FILE_NO, NAME, "核查日期", "参保日期", "险种", "待遇享受起始日", "缴费年度", "缴费日期", "金额(元)",
        "资助方式", "备注",
    ),
    "就学": (FILE_NO, NAME, "入学日期", "学段", "就学形式", "学校", "学籍号", "结束日期", "结束原因"),
    "康复": (FILE_NO, NAME, "日期", "事项", "内容", "评估类型/项目", "分值/次数", "康复师"),
    "体检": (FILE_NO, NAME, "体检日期", "身高(cm)", "体重(kg)", "体检机构", "结论"),
    "收养": (
        FILE_NO, NAME, "公告日期", "评估同意日期", "融合开始", "融合结束", "评估报告日期", "评估结论",
        "儿童意愿(8岁以上)", "登记日期", "收养登记证号", "收养类别", "备注",
    ),
    "收养回访": (
        FILE_NO, NAME, "回访日期", "回访方式", "生活情况", "健康情况", "就学情况", "风险", "下次回访",
    ),
    "成年安置": (
        FILE_NO, NAME, "评估日期", "劳动能力", "生活自理", "民事行为能力", "方案批准日期", "安置方式",
        "住房落实日期", "就业/培训", "户口迁移日期", "安置日期", "随访日期",
    ),
    "更正登记": (
        "登记日期", FILE_NO, NAME, "更正项目", "原内容", "更正后内容", "更正依据", "经办人",
    ),
}  # fmt: skip


def register(today: date, seed: int = SEED) -> bytes:
    """Make a register up to the end of the month before; the same for the same day and seed."""
    issued_on = today.replace(day=1) - timedelta(days=1)
    random = Random(f"disorder {seed}")  # noqa: S311 - nothing here is a secret
    sheets = tidy(seed, issued_on, today)
    children = len(sheets["儿童花名册"])
    spoil(sheets, random, issued_on)
    content = BytesIO()
    with Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime(issued_on.year, issued_on.month, 1)})  # noqa: DTZ001 - a file's property has no zone
        for title, rows in sheets.items():
            _write(book, title, _lines(title, rows, Handwriting(random), issued_on, children))
    return content.getvalue()


def tidy(seed: int, issued_on: date, today: date) -> Sheets:
    """Return the rows of every sheet without errors, with days as days."""
    children = childhoods(seed, issued_on, today)
    return {
        title: [
            {FILE_NO: child.file_no, NAME: child.person.name, **row}
            for child in children
            for row in keeper(child)
        ]
        for title, keeper in SHEETS.items()
    }


def _lines(
    title: str, rows: list[Record], hand: Handwriting, issued_on: date, children: int
) -> list[Sequence[CellValue]]:
    """Return a sheet from its title to its signature."""
    headings = HEADINGS[title]
    margin = [None] * (len(headings) - 2)
    lines: list[Sequence[CellValue]] = [
        [f"{INSTITUTION}{TITLES[title]}"],
        [f"填报单位:{INSTITUTION}", *margin, f"填报日期:{issued_on}"],
        headings,
    ]
    for number, row in enumerate(rows, 1):
        written = {heading: _written(heading, value, hand) for heading, value in row.items()}
        lines.append([number if heading == "序号" else written.get(heading) for heading in headings])
    if title == "儿童花名册":
        lines += [[None, "合计", f"{children}人"], ["制表人:姜老师", None, None, "审核人:"]]
    if title == "体检":
        lines.append(["合计", *margin, f"共{children}人"])
    return lines


def _written(heading: str, value: CellValue, hand: Handwriting) -> CellValue:
    if isinstance(value, date):
        return hand.day(value)
    if heading == "性别" and isinstance(value, str):
        return hand.sex(value)
    return hand.number(value) if heading == "身份证号" and isinstance(value, str) else value


def _write(book: Workbook, title: str, lines: list[Sequence[CellValue]]) -> None:
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "align": "center", "font_size": 14})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range(0, 0, 0, len(HEADINGS[title]) - 1, lines[0][0], bold)
    for row, line in enumerate(lines[1:], 1):
        for column, cell in enumerate(line):
            if isinstance(cell, date):
                sheet.write_datetime(row, column, cell, day)
            elif cell is not None:
                sheet.write(row, column, cell)
