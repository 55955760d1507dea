"""Columns shared by several sheets."""

from typing import Final

from api.imports.cells.values import file_number, name, serial, text
from api.imports.layout import FILE_NO, NAME, Column

SERIAL: Final = Column("序号", serial(), ("编号序号", "No", "No.", "行号"), serves="other")
FILE_NUMBER: Final = Column(
    FILE_NO, file_number(), ("编号", "儿童编码", "儿童档案号", "儿童号", "档案编号", "院内编号"), serves="key"
)
CHILD_NAME: Final = Column(NAME, name(), ("儿童姓名", "孩子姓名", "姓 名"), serves="key")
REMARK: Final = Column("备注", text(), ("备 注", "说明", "附注", "其他说明"))


def with_common(*columns: Column) -> tuple[Column, ...]:
    """Return the columns of a sheet about children, with those that all such sheets share."""
    return SERIAL, FILE_NUMBER, CHILD_NAME, *columns, REMARK
