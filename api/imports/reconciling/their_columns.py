"""The columns of others' files, by the item that each says: those of registers, with others' headings."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Final

from api.imports.cells.marks import NOTHING
from api.imports.cells.raw import Raw, as_written, clean
from api.imports.cells.values import Read, code, number, then
from api.imports.faults import Fault
from api.imports.layout import Column, Layout
from api.imports.layouts.columns import BORN, CHILD_NAME, CITIZEN_ID, ETHNIC_GROUP, SEX
from api.imports.layouts.household import HOUSEHOLD
from api.imports.layouts.insurance import INSURANCE
from api.imports.layouts.roster import ROSTER
from api.imports.layouts.schooling import SCHOOLING
from domain.codes import tables

_read_region: Final = code("region")
_BOARDING: Final = frozenset({"走读", "住校", "寄宿", "借宿", "非寄宿"})
ID_DIGITS: Final = 18
_CERTIFICATE: Final = re.compile(r"\d{17}[\dXx][1-7][1-4](B\d+)?")
"""With B and a number it was issued anew so often."""
_NO_COUNTY: Final = "00"
"""The end of the code of a province or a prefecture."""


def region_or_address(raw: Raw) -> Read:
    """Return the region of a cell: by code or name, or the county with whose whole name an address begins."""
    read = _read_region(raw)
    if read is not Fault.UNKNOWN_CODE:
        return read
    address = "".join(clean(as_written(raw)).split())
    found = (_counties().get(address[:length]) for length in range(len(address), 0, -1))
    return next((each for each in found if each is not None), read)


def how_schooled(raw: Raw) -> Read:
    """Return the form of schooling; that somebody boards, which 就读方式 may say, is none."""
    return NOTHING if clean(as_written(raw)) in _BOARDING else HOW_SCHOOLED.read(raw)


@cache
def _counties() -> Mapping[str, str]:
    """Return the codes of counties by their whole names; a name that several had is none."""
    named: dict[str, list[str]] = {}
    for key, label in tables()["region"].codes.items():
        if not key.endswith(_NO_COUNTY):
            named.setdefault(label.zh, []).append(key)
    return {name: keys[0] for name, keys in named.items() if len(keys) == 1}


def _of(layout: Layout, heading: str, *others: str) -> Column:
    column = next(column for column in layout.columns if column.heading == heading)
    return _also(column, *others)


def _also(column: Column, *others: str) -> Column:
    return replace(column, others=(*column.others, *others))


REGISTERED_IN: Final = Column(
    "户籍地区",
    region_or_address,
    (
        "户籍所在地",
        "户籍地",
        "户口所在地",
        "户籍区划",
        "户籍地区划",
        "户籍地址",
        "户籍所在地区划代码",
        "户籍行政区划",
    ),
)
CERTIFICATE: Final = Column(
    "残疾人证号",
    then(number(), lambda told: told[:ID_DIGITS].upper() if _CERTIFICATE.fullmatch(told) else told),
    ("残疾证号", "残疾人证编号", "残疾人证号码", "残疾证号码"),
)
"""The number of a disability certificate: the citizen id, the class and the grade."""
HOW_SCHOOLED: Final = _of(SCHOOLING, "就学形式")
THEIR_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "citizen_id": _also(
            CITIZEN_ID, "身份证件号", "身份证件号码", "证件号码", "证件号", "有效证件号码", "公民身份证号码"
        ),
        "name": CHILD_NAME,
        "sex": SEX,
        "birth": BORN,
        "ethnic_group": ETHNIC_GROUP,
        "household_class": _of(HOUSEHOLD, "户口类别"),
        "household_region": REGISTERED_IN,
        "school_stage": _of(SCHOOLING, "学段", "就读学段", "教育阶段"),
        "school_form": replace(HOW_SCHOOLED, read=how_schooled),
        "insurance_scheme": _of(INSURANCE, "险种", "险种类型", "险种名称"),
        "disability_class": _of(ROSTER, "残疾类别", "残疾类型", "残疾种类"),
        "disability_grade": _of(ROSTER, "残疾等级"),
    }
)
"""The column of each item of `compared_item` that has a value."""
