"""A workbook is read whole: what stands in a cell is used as it is shown, or listed with what is wrong."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlwt  # type: ignore[import-untyped] # it has no types

from api.imports.cells import values
from api.imports.cells.days import read_days
from api.imports.cells.raw import Counted, Raw, Unusable
from api.imports.faults import Fault
from api.imports.layout import RowOf
from api.imports.reading.kinds import read_workbook
from api.imports.reading.workbook import Sheet, Workbook
from api.imports.recognition.register_reading import Stray, read_register
from api.imports.register_import import prepare, run_import
from api.imports.report.import_report import Report
from api.imports.streams import Streams
from domain.event import Event
from domain.events.health import PhysicalExamined
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.schooling import SchoolEnrolled
from domain.when import Days
from tests.support.client import Served
from tests.support.given import TODAY
from tests.support.registers.counter import Counter
from tests.support.registers.paper import HEADINGS, roster, roster_of
from tests.support.registers.written import (
    a_cell,
    changed,
    only,
    opendocument,
    read,
    sheet_xml,
    written,
    written_old,
)

SEPTEMBER = date(2019, 9, 1)
COUNT = 43709
"""1 September 2019, counted from 1900."""
CALCULATED = "xl/workbook.xml"


def unusable(words: str, fault: Fault) -> Unusable:
    """A cell that is filled and cannot be used."""
    return Unusable(words, fault)


def in_format(value: float, code: str) -> bytes:
    """A workbook with one number in that format."""
    return written(lambda book, sheet: sheet.write_number(0, 0, value, book.add_format({"num_format": code})))


def in_old_format(value: float, code: str) -> bytes:
    """The same as an old workbook."""
    style = xlwt.easyxf(num_format_str=code)
    return written_old(lambda _, sheet: sheet.write(0, 0, value, style))


SHOWN: list[tuple[float, str, Raw]] = [
    (COUNT, 'yyyy"年"m"月"', "2019年9月"),
    (COUNT, "mmm-yy", "2019年9月"),
    (COUNT, "yyyy.mm", "2019年9月"),
    (COUNT, "yyyy", "2019年"),
    (COUNT, 'm"月"d"日"', "9月1日"),
    (COUNT, "aaaa", "星期日"),
    (COUNT, 'yyyy"年"m"月"d"日"', SEPTEMBER),
    (COUNT, "[$-804]yyyy/m/d;@", SEPTEMBER),
    (COUNT + 0.5, "yyyy-mm-dd", SEPTEMBER),
    (COUNT + 0.5, "yyyy-mm-dd hh:mm", datetime(2019, 9, 1, 12)),  # noqa: DTZ001 - a cell has no zone
    (0.5, "h:mm", "12:00"),
    (1.5, "[h]:mm", "36:00"),
    (59, "yyyy-m-d", date(1900, 2, 28)),
    (61, "yyyy-m-d", date(1900, 3, 1)),
    (60, "yyyy-m-d", unusable("60", Fault.IMPOSSIBLE_DATE)),
    (0, "yyyy-m-d", unusable("0", Fault.IMPOSSIBLE_DATE)),
    (-1, "yyyy-m-d", unusable("-1", Fault.IMPOSSIBLE_DATE)),
    (7, "0000", "0007"),
    (7, '"CS"000', "CS007"),
    (6315550000, "0000-0000000", "0631-5550000"),
    (1.2, '0.00"m"', "1.2m"),
    (12.34, "0.0", 12.34),
    (1234.5, "#,##0.00", 1234.5),
    (0.855, "0%", "85.5%"),
    (1, '[=1]"男";[=2]"女"', "男"),
    (3, '[=1]"男";[=2]"女"', 3),
    (0, '0;-0;"无"', "无"),
    (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 0),
    (-5, "0.00_);[Red](0.00)", -5),
    (3.7109920150301e17, "0" * 18, 3.7109920150301e17),
]


@pytest.mark.parametrize(("value", "code", "expected"), SHOWN)
@pytest.mark.parametrize("made", [in_format, in_old_format], ids=["xlsx", "xls"])
def test_a_number_is_read_as_its_cell_shows_it(
    made: Callable[[float, str], bytes], value: float, code: str, expected: Raw
) -> None:
    assert only(made(value, code)) == expected


@pytest.mark.parametrize("number", [27, 57])
def test_a_format_that_is_named_by_number_alone_is_that_of_a_chinese_office(number: int) -> None:
    content = changed(
        in_format(COUNT, "yyyy-mm-dd"),
        "xl/styles.xml",
        lambda text: text.replace('numFmtId="164" fontId', f'numFmtId="{number}" fontId'),
    )

    assert only(content) == "2019年9月"


@pytest.mark.parametrize("shown", ["2019年9月", "2019年"])
def test_what_shows_less_than_a_day_is_read_as_no_more(shown: str) -> None:
    days = read_days(shown)

    assert isinstance(days, Days)
    assert days.first == (SEPTEMBER if "月" in shown else date(2019, 1, 1))
    assert not days.exact


def test_a_day_of_opendocument_is_read_as_its_cell_shows_it() -> None:
    month = (
        '<number:date-style style:name="N1"><number:year number:style="long"/><number:text>年</number:text>'
        "<number:month/><number:text>月</number:text></number:date-style>"
        '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>'
        '<style:style style:name="ce2" style:family="table-cell" style:parent-style-name="ce1"/>'
    )
    day = {"value_type": "date", "date_value": "2019-09-01"}

    assert read(
        opendocument(
            [a_cell("2019年9月", style_name="ce1", **day)],
            [a_cell("2019年9月", style_name="ce2", **day)],
            [a_cell("2019-09-01", **day)],
            [a_cell("2019-09-01 12:00", value_type="date", date_value="2019-09-01T12:00:00")],
            styles=month,
        )
    ) == [("2019年9月",), ("2019年9月",), (SEPTEMBER,), (datetime(2019, 9, 1, 12),)]  # noqa: DTZ001 - the same


def test_a_number_of_opendocument_is_read_as_its_cell_shows_it() -> None:
    styles = (
        '<number:number-style style:name="N1"><number:text>CS</number:text>'
        '<number:number number:min-integer-digits="3" number:decimal-places="0"/></number:number-style>'
        '<number:percentage-style style:name="N2"><number:number number:min-integer-digits="1"/>'
        "<number:text>%</number:text></number:percentage-style>"
        '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>'
        '<style:style style:name="ce2" style:family="table-cell" style:data-style-name="N2"/>'
    )

    assert read(
        opendocument(
            [a_cell("CS007", style_name="ce1", value_type="float", value="7")],
            [a_cell("50%", style_name="ce2", value_type="percentage", value="0.5")],
            [a_cell("10.5", value_type="float", value="10.5")],
            [a_cell("TRUE", value_type="boolean", boolean_value="true")],
            styles=styles,
        )
    ) == [("CS007",), ("50%",), (10.5,), (True,)]


# -- days counted from 1904


def test_days_that_are_counted_from_1904_are_those_days() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_datetime(0, 0, SEPTEMBER, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number(1, 0, COUNT - 1462)
        sheet.write_string(2, 0, str(COUNT - 1462))
        sheet.write_number(3, 0, 95.5)

    rows = read(written(write, date_1904=True))

    assert [read_days(row[0]) for row in rows[:3]] == [Days.on(SEPTEMBER)] * 3
    assert str(rows[3][0]) == "95.5"


def test_days_of_an_old_workbook_may_be_counted_from_1904_too() -> None:
    def write(book: Any, sheet: Any) -> None:
        book.dates_1904 = True
        sheet.write(0, 0, COUNT - 1462, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        sheet.write(1, 0, COUNT - 1462)

    assert [read_days(row[0]) for row in read(written_old(write))] == [Days.on(SEPTEMBER)] * 2


def test_days_of_opendocument_may_be_counted_from_1904_too() -> None:
    day = "<table:null-date table:date-value='1904-01-01'/>"
    before = f"<table:calculation-settings>{day}</table:calculation-settings>"

    ((number,),) = read(opendocument([a_cell("39521", value_type="float", value="39521")], before=before))

    assert isinstance(number, Counted)
    assert read_days(number) == Days.on(date(2012, 3, 15))


# -- formulas and errors


def test_a_formula_that_no_program_has_calculated_is_listed() -> None:
    content = sheet_xml(
        written(lambda _book, _sheet: None), "<row><c><f>DATE(2012,3,15)</f></c><c><f>A1</f><v/></c></row>"
    )

    assert read(content) == [
        (unusable("=DATE(2012,3,15)", Fault.NOT_CALCULATED), unusable("=A1", Fault.NOT_CALCULATED))
    ]


def test_the_nought_that_a_writing_program_gives_every_formula_is_no_result() -> None:
    assert only(written(lambda _, sheet: sheet.write_formula(0, 0, "=1+1"))) == unusable(
        "=1+1", Fault.NOT_CALCULATED
    )


def test_a_formula_that_was_calculated_is_its_result() -> None:
    cells = (
        "<row><c><f>1-1</f><v>0</v></c><c t='str'><f>A1</f><v>男</v></c><c t='str'><f>A1</f><v></v></c>"
        "<c t='b'><f>A1</f><v>1</v></c></row>"
    )
    content = sheet_xml(written(lambda _book, _sheet: None), cells)

    assert read(changed(content, CALCULATED, lambda text: text.replace('fullCalcOnLoad="1"', ""))) == [
        (0, "男", "", True)
    ]


def test_a_formula_without_a_result_is_listed_of_an_old_workbook_and_of_opendocument_too() -> None:
    formula = xlwt.Formula("1+1")

    assert only(written_old(lambda _, sheet: sheet.write(0, 0, formula))) == unusable(
        "=", Fault.NOT_CALCULATED
    )
    assert only(opendocument([a_cell(formula="of:=1+1")])) == unusable("=1+1", Fault.NOT_CALCULATED)


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"])
def test_an_error_is_listed_as_it_stands_whether_it_is_one_or_says_so(error: str) -> None:
    cell = f"<row><c t='e'><v>{error}</v></c></row>"

    assert only(sheet_xml(written(lambda _book, _sheet: None), cell)) == unusable(error, Fault.ERROR_VALUE)
    assert only(written(lambda _, sheet: sheet.write_string(0, 0, error))) == unusable(
        error, Fault.ERROR_VALUE
    )


def test_an_error_of_other_programs_is_listed_too() -> None:
    def write(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "########")
        sheet.write(1, 0, "Err:502")
        sheet.row(2).set_cell_error(0, 0x2A)

    rows = read(written_old(write))
    assert rows == [
        (unusable("########", Fault.ERROR_VALUE),),
        (unusable("Err:502", Fault.ERROR_VALUE),),
        (unusable("#N/A", Fault.ERROR_VALUE),),
    ]
    error = a_cell("#N/A", value_type="string").replace(
        "<table:table-cell", "<table:table-cell calcext:value-type='error'"
    )
    assert only(opendocument([error])) == unusable("#N/A", Fault.ERROR_VALUE)


# -- merged cells


def test_what_is_merged_over_several_rows_stands_in_each_of_them() -> None:
    def write(_: Any, sheet: Any) -> None:
        sheet.write_column(0, 0, ["CS001", "CS002", "CS003"])
        sheet.merge_range(0, 1, 2, 1, "集体户")

    assert read(written(write)) == [("CS001", "集体户"), ("CS002", "集体户"), ("CS003", "集体户")]


def test_the_same_in_an_old_workbook_and_in_opendocument() -> None:
    def write(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "CS001")
        sheet.write(1, 0, "CS002")
        sheet.write_merge(0, 1, 1, 1, "集体户")

    spanned = a_cell("集体户", value_type="string", number_rows_spanned="2")
    covered = "<table:covered-table-cell/>"

    expected = [("CS001", "集体户"), ("CS002", "集体户")]
    assert read(written_old(write)) == expected
    first, second = (a_cell(number, value_type="string") for number in ("CS001", "CS002"))
    assert read(opendocument([first, spanned], [second, covered])) == expected


def test_a_row_in_which_nothing_stands_but_a_part_of_what_is_merged_stays_blank() -> None:
    def write(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "CS001")
        sheet.merge_range(0, 1, 3, 1, "集体户")
        sheet.write(5, 0, "合计")

    assert read(written(write)) == [("CS001", "集体户"), (), (), (), (), ("合计",)]


def test_what_stands_hidden_below_merged_cells_is_listed() -> None:
    content = written(lambda _, sheet: sheet.write_row(0, 0, ["集体户", "居民户"]))
    merged = "</sheetData><mergeCells><mergeCell ref='A1:B1'/></mergeCells>"
    content = changed(content, "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", merged))

    assert read(content) == [("集体户", unusable("居民户", Fault.MERGED))]


# -- struck through, hidden, rich


def test_what_is_struck_through_wholly_or_in_part_is_listed() -> None:
    def write(book: Any, sheet: Any) -> None:
        struck, plain = book.add_format({"font_strikeout": True}), book.add_format()
        sheet.write_string(0, 0, "王小明", struck)
        sheet.write_number(0, 1, 7, struck)
        sheet.write_rich_string(0, 2, plain, "李小", struck, "红")
        sheet.write_rich_string(0, 3, plain, "李小", book.add_format({"bold": True}), "红")
        sheet.write_blank(0, 4, None, struck)

    assert read(written(write)) == [
        (
            unusable("王小明", Fault.STRUCK_THROUGH),
            unusable("7", Fault.STRUCK_THROUGH),
            unusable("李小红", Fault.STRUCK_THROUGH),
            "李小红",
        )
    ]


def test_the_same_of_an_old_workbook_and_of_opendocument() -> None:
    struck = xlwt.easyxf("font: struck_out on")
    styles = (
        '<style:style style:name="ce1" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="T1" style:family="text">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    )
    whole = a_cell("王小明", value_type="string", style_name="ce1")
    part = a_cell("王小@", value_type="string").replace("@", '<text:span text:style-name="T1">明</text:span>')

    expected = unusable("王小明", Fault.STRUCK_THROUGH)
    assert only(written_old(lambda _, sheet: sheet.write(0, 0, "王小明", struck))) == expected
    assert read(opendocument([whole, part], styles=styles)) == [(expected, expected)]


def test_what_is_hidden_is_there_like_all_else() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "王小明")
        sheet.write_string(1, 1, "李小红")
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        hidden = book.add_worksheet("藏")
        hidden.write_string(0, 0, "赵大山")
        hidden.hide()

    sheets = read_workbook(written(write)).sheets

    assert [sheet.rows for sheet in sheets] == [[("王小明",), ("", "李小红")], [("赵大山",)]]


def test_texts_are_read_whole_however_a_program_has_written_them() -> None:
    cells = (
        "<row>"
        "<c t='inlineStr'><is><t>王小明</t></is></c>"
        "<c t='inlineStr'><is><r><t>李</t></r><r><rPr><b/></rPr><t>小红</t></r></is></c>"
        "<c t='inlineStr'><is><t>赵大山</t><rPh sb='0' eb='3'><t>zhao</t></rPh></is></c>"
        "<c t='inlineStr'><is><t>甲_x000A_乙_x005F_x0041_</t></is></c>"
        "<c t='d'><v>2019-09-01</v></c>"
        "</row>"
    )

    assert read(sheet_xml(written(lambda _book, _sheet: None), cells)) == [
        ("王小明", "李小红", "赵大山", "甲\n乙_x0041_", SEPTEMBER)
    ]


def test_an_instant_with_its_zone_is_on_its_day_in_china() -> None:
    ((raw,),) = read(
        sheet_xml(written(lambda _book, _sheet: None), "<row><c t='d'><v>2019-07-28T16:00:00Z</v></c></row>")
    )

    assert read_days(raw) == Days.on(date(2019, 7, 29))


def test_notes_and_drawings_beside_a_cell_of_opendocument_are_no_part_of_it() -> None:
    note = "<office:annotation><text:p>批注</text:p></office:annotation>"
    cell = a_cell("王小明", value_type="string").replace("<text:p>", f"{note}<text:p>")

    assert only(opendocument([cell])) == "王小明"


def test_blanks_and_lines_of_a_text_of_opendocument_are_kept() -> None:
    cell = a_cell("甲@乙", value_type="string").replace("@", "<text:s text:c='2'/>丙</text:p><text:p>")

    assert only(opendocument([cell])) == "甲  丙\n乙"


def test_rows_and_cells_of_opendocument_that_are_repeated_are_there_as_often() -> None:
    row = [a_cell("甲", value_type="string", number_columns_repeated="2")]
    content = opendocument(row)
    content = changed(
        content,
        "content.xml",
        lambda text: text.replace("<table:table-row>", "<table:table-row table:number-rows-repeated='3'>"),
    )

    assert read(content) == [("甲", "甲")] * 3


# -- what becomes of it


def test_a_cell_that_cannot_be_used_tells_its_fault_and_its_words() -> None:
    examined = Unusable("#REF!", Fault.ERROR_VALUE)
    rows: list[tuple[Raw, ...]] = [tuple(HEADINGS["体检"]), ("CS001", "王小明", examined)]

    register = read_register(Workbook("台账.xlsx", "", 0, [Sheet(0, "体检", rows)]), TODAY)

    _, cell = list(register.cells(RowOf(0, 2)))[-1]
    assert (cell.heading, cell.written, cell.fault) == ("体检日期", "#REF!", Fault.ERROR_VALUE)


def test_a_file_number_that_cannot_be_used_is_none() -> None:
    number = Unusable("=A1", Fault.NOT_CALCULATED)
    rows: list[tuple[Raw, ...]] = [tuple(HEADINGS["体检"]), (number, "王小明", "2020-02-01")]

    register = read_register(Workbook("台账.xlsx", "", 0, [Sheet(0, "体检", rows)]), TODAY)

    assert (register.children, register.strays) == ({}, [Stray(RowOf(0, 2), Fault.NOT_CALCULATED)])
    assert (register.children, register.strays) == ({}, [Stray(RowOf(0, 2), Fault.NOT_CALCULATED)])


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1f", "\u200b", "\u202e", "\u2066", "\ufeff", "\ufffd"])
def test_no_character_within_a_name_is_dropped(mark: str) -> None:
    name = f"王{mark}小明"

    assert [read(name) for read in (values.name(), values.title())] == [Fault.ODD_CHARACTERS] * 2


@pytest.mark.parametrize("around", [" ", "\n", "\u3000", "\u200b", "\ufeff", "\u200e"])
def test_what_stands_around_a_name_is_stray(around: str) -> None:
    assert values.name()(f"{around}王小明{around}") == "王小明"


def test_a_line_break_within_a_name_is_for_its_looks() -> None:
    assert (values.name()("王\n小明"), values.name()("José\nMaría")) == ("王小明", "José María")


@pytest.mark.parametrize(
    "name", ["张\U0003158e", "王\ue863", "李\U00020bb7", "葛\U000e0100城", "阿依古丽·买买提"]
)
def test_characters_that_are_rare_private_or_variants_are_kept(name: str) -> None:
    assert values.name()(name) == name


def test_a_remark_that_shows_otherwise_than_it_is_written_is_listed() -> None:
    assert values.text()("备\u202e注") is Fault.ODD_CHARACTERS
    assert values.text()("备\u200b注\n二") == "备注 二"


async def taken(served: Served, content: bytes) -> tuple[Report, Streams]:
    """Import a workbook of an institution that nobody knows, as the operating system's administrator."""
    container = served.container
    handed_in = await prepare(container, read_workbook(content, "台账.xlsx"))
    recorder = (await container.identity.operator()).recorder
    report = await run_import(container, handed_in, recorder, lambda _done, _rows: None)
    return report, Streams(container.ledger, container.projector, report.institution.institution)


async def told(served: Served, streams: Streams, number: str, kind: type[Event]) -> list[Any]:
    """The standing entries of one kind in a child's file."""
    file = await served.container.ledger.file(streams.new(number))
    return [] if file is None else list(file.of(kind))


def test_a_heading_that_is_struck_through_is_none() -> None:
    retired = Unusable("身高(cm)", Fault.STRUCK_THROUGH)
    rows: list[tuple[Raw, ...]] = [
        ("儿童编号", "姓名", "体检日期", retired, "体检机构", "结论"),
        ("CS001", "王小明", "2020-02-01", 95.0),
    ]

    register = read_register(Workbook("台账.xlsx", "", 0, [Sheet(0, "体检", rows)]), TODAY)

    column, cell = list(register.cells(RowOf(0, 2)))[-1]
    assert (column, cell.heading) == (None, "内容已划去：身高(cm)")


async def test_a_row_that_is_struck_through_is_rejected_for_that(served: Served) -> None:
    def write(book: Any, sheet: Any) -> None:
        struck = book.add_format({"font_strikeout": True})
        paper = roster()
        for number, row in enumerate(paper.grid):
            sheet.write_row(number, 0, row)
        sheet.write_row(4, 0, ["", "CS002", "李小红", "", "", "", "", "", "2016-05-02"], struck)

    report, streams = await taken(served, written(write))

    assert [(line.row, line.column, line.value, line.code) for line in report.rejections] == [
        (5, "儿童编号", "CS002", "struck_through")
    ]
    assert await told(served, streams, "CS001", ChildReceived)
    assert not await told(served, streams, "CS002", ChildReceived)


# -- the sample cases


def listed(report: Report) -> dict[str, str]:
    """What is set aside: its words with its code, by its column."""
    return {line.column: f"{line.value} {line.code}" for line in report.values}


async def test_sample_merged_values(served: Served, cases: Path) -> None:
    report, streams = await taken(served, (cases / "merged-values.xlsx").read_bytes())

    for number in ("CS001", "CS002", "CS003"):
        (entry,) = await told(served, streams, number, HouseholdRegistered)
        assert entry.event.police_station == "望海派出所"
    assert len(await told(served, streams, "CS001", PhysicalExamined)) == 3
    assert not report.rejections
    assert not report.values


async def test_sample_formula_not_calculated(served: Served, cases: Path) -> None:
    report, _ = await taken(served, (cases / "formula-not-calculated.xlsx").read_bytes())

    assert listed(report) == {
        "出生日期": "=DATE(2012,3,15) not_calculated",
        "送交单位": '="望海"&"派出所" not_calculated',
        "性别": '=IF(1,"男") not_calculated',
    }


async def test_sample_error_values(served: Served, cases: Path) -> None:
    report, _ = await taken(served, (cases / "error-values.xlsx").read_bytes())

    assert listed(report) == {
        "民族": "#NAME? error_value",
        "出生日期": "#N/A error_value",
        "送交单位": "#REF! error_value",
    }


async def test_sample_month_shown_only(served: Served, cases: Path) -> None:
    _, streams = await taken(served, (cases / "month-shown-only.xlsx").read_bytes())

    for number in ("CS001", "CS002"):
        (entry,) = await told(served, streams, number, SchoolEnrolled)
        assert entry.days == Days(date(2019, 9, 1), date(2019, 9, 30))


async def test_sample_number_shown_with_zeros(served: Served, cases: Path) -> None:
    report, streams = await taken(served, (cases / "number-shown-with-zeros.xlsx").read_bytes())

    assert len(await told(served, streams, "0007", PhysicalExamined)) == 1
    assert not report.rejections


async def test_sample_mac_1904(served: Served, cases: Path) -> None:
    _, streams = await taken(served, (cases / "mac-1904.xlsx").read_bytes())

    for number in ("CS001", "CS002"):
        (entry,) = await told(served, streams, number, IdentityRecorded)
        assert entry.event.birth_on == date(2012, 3, 15)


async def test_sample_rare_characters(served: Served, cases: Path) -> None:
    _, streams = await taken(served, (cases / "rare-characters.xlsx").read_bytes())

    names = {
        number: (await told(served, streams, number, IdentityRecorded))[0].event.name
        for number in ("CS001", "CS002", "CS003")
    }
    assert names == {"CS001": "张\U0003158e", "CS002": "王\ue863", "CS003": "李\U00020bb7"}


@pytest.mark.parametrize("name", ["张\U0003158e", "王\ue863", "李\U00020bb7"])
async def test_a_child_of_a_rare_name_is_found_by_it_to_the_last_character(
    served: Served, counter: Counter, name: str
) -> None:
    await counter.take(roster_of({"姓名": name}, {"姓名": name[:1] + "小明"}))
    await served.projected()

    found = await (await served.as_("staff")).post("/children/search", json={"q": name})

    assert [item["name"] for item in found.json()["items"]] == [name]
