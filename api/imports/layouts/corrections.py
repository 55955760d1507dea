"""更正登记: a row for each value of another sheet that was found wrong.

Its rows make no events: each gives the former and the present value in another sheet, so that the entry made
of that sheet's row is corrected.
"""

from typing import Final

from api.imports.cells.values import day, name, text, title
from api.imports.layout import Column, Layout
from api.imports.layouts.columns import CHILD_NAME, FILE_NUMBER, REMARK, SERIAL

NOTED: Final = "登记日期"
ITEM: Final = "更正项目"
BEFORE: Final = "原内容"
AFTER: Final = "更正后内容"
BASIS: Final = "更正依据"
CLERK: Final = "经办人"

CORRECTIONS: Final = Layout(
    name="更正登记",
    others=("信息更正", "更正", "变更登记"),
    columns=(
        SERIAL,
        Column(NOTED, day(), ("更正日期", "登记时间")),
        FILE_NUMBER,
        CHILD_NAME,
        Column(ITEM, title(), ("更正内容项目", "项目", "更正事项", "变更项目")),
        Column(BEFORE, text(), ("更正前内容", "更正前", "原值", "变更前")),
        Column(AFTER, text(), ("更正后", "更正为", "新值", "变更后")),
        Column(BASIS, text(), ("更正原因", "依据", "变更原因")),
        Column(CLERK, name(), ("登记人", "经手人")),
        REMARK,
    ),
    makes=(),
    key=(NOTED, ITEM),
    remark=None,
)
