"""A workbook is read whole: what stands in a cell is used as it is shown, or listed with what is wrong."""

from api.imports.cells import Raw, Unusable
from api.imports.faults import Fault
from api.imports.layout import RowOf
from api.imports.register import Stray, read_register
from api.imports.workbook import Sheet, Workbook
from tests.given import TODAY
from tests.registers.paper import HEADINGS


def test_a_cell_that_can_not_be_used_tells_its_fault_and_its_words() -> None:
    examined = Unusable("#REF!", Fault.ERROR_VALUE)
    rows: list[tuple[Raw, ...]] = [tuple(HEADINGS["体检"]), ("CS001", "王小明", examined)]

    register = read_register(Workbook("台账.xlsx", "", 0, [Sheet(0, "体检", rows)]), TODAY)

    _, cell = list(register.cells(RowOf(0, 2)))[-1]
    assert (cell.heading, cell.written, cell.fault) == ("体检日期", "#REF!", Fault.ERROR_VALUE)


def test_a_file_number_that_can_not_be_used_is_none() -> None:
    number = Unusable("=A1", Fault.NOT_CALCULATED)
    rows: list[tuple[Raw, ...]] = [tuple(HEADINGS["体检"]), (number, "王小明", "2020-02-01")]

    register = read_register(Workbook("台账.xlsx", "", 0, [Sheet(0, "体检", rows)]), TODAY)

    assert (register.children, register.strays) == ({}, [Stray(RowOf(0, 2), Fault.NOT_CALCULATED)])
