"""Columns shared by several sheets."""

from typing import Final

from api.imports.cells.values import citizen_id, code, day, file_id_or_name, file_number, name, serial, text
from api.imports.layout import FILE_NO, NAME, Column

SERIAL: Final = Column("序号", serial(), ("编号序号", "No", "No.", "行号"), serves="other")
FILE_NUMBER: Final = Column(
    FILE_NO, file_number(), ("编号", "儿童编码", "儿童档案号", "儿童号", "档案编号", "院内编号"), serves="key"
)
CHILD_NAME: Final = Column(NAME, name(), ("儿童姓名", "孩子姓名", "姓 名"), serves="key")
SEX: Final = Column("性别", code("sex", {"男": "1", "女": "2", "m": "1", "f": "2", "男孩": "1", "女孩": "2"}))
ETHNIC_GROUP: Final = Column("民族", code("ethnic_group"), ("族别",))
BORN: Final = Column("出生日期", day(), ("出生年月日", "出生年月", "生日", "出生时间"))
CITIZEN_ID: Final = Column("身份证号", citizen_id(), ("公民身份号码", "身份证号码", "身份号码", "身份证"))
FAMILY: Final = Column(
    "寄养家庭档案编号",
    file_id_or_name(),
    (
        "寄养家庭",
        "寄养家庭编号",
        "寄养家庭档案号",
        "家庭档案编号",
        "寄养家庭姓名",
        "寄养家庭户主",
        "寄养家庭申请人",
        "寄养家长",
    ),
    serves="family",
)
"""The foster family by the id of its file, or by who applied, if that is the name of one family only."""
VISIT_MODES: Final = {"上门": "home", "家访": "home", "电话回访": "phone", "视频回访": "video"}
YUAN: Final = {"元": "1", "万元": "10000"}
REMARK: Final = Column("备注", text(), ("备 注", "说明", "附注", "其他说明"))


def with_common(*columns: Column) -> tuple[Column, ...]:
    """Return the columns of a sheet about children, with those that all such sheets share."""
    return SERIAL, FILE_NUMBER, CHILD_NAME, *columns, REMARK
