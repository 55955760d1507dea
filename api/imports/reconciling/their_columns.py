"""The columns of others' files, by the item that each says: those of registers, under their headings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.imports.cells.values import code
from api.imports.layout import Column, Layout
from api.imports.layouts.columns import BORN, CHILD_NAME, CITIZEN_ID, ETHNIC_GROUP, SEX
from api.imports.layouts.household import HOUSEHOLD
from api.imports.layouts.insurance import INSURANCE
from api.imports.layouts.roster import ROSTER
from api.imports.layouts.schooling import SCHOOLING


def _of(layout: Layout, heading: str) -> Column:
    return next(column for column in layout.columns if column.heading == heading)


REGISTERED_IN: Final = Column(
    "户籍地区", code("region"), ("户籍所在地", "户籍地", "户口所在地", "户籍区划", "户籍地区划")
)
THEIR_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "citizen_id": CITIZEN_ID,
        "name": CHILD_NAME,
        "sex": SEX,
        "birth": BORN,
        "ethnic_group": ETHNIC_GROUP,
        "household_class": _of(HOUSEHOLD, "户口类别"),
        "household_region": REGISTERED_IN,
        "school_stage": _of(SCHOOLING, "学段"),
        "school_form": _of(SCHOOLING, "就学形式"),
        "insurance_scheme": _of(INSURANCE, "险种"),
        "disability_class": _of(ROSTER, "残疾类别"),
        "disability_grade": _of(ROSTER, "残疾等级"),
    }
)
"""The column of each item of `compared_item` that has a value."""
