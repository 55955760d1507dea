"""机构外儿童名册: migrant and left-behind children, dispersed orphans and others on a roll.

An institution's register is refused such rows: the child's township or the bureau identifies it, opens its
file and is in charge of it.
"""

from typing import Final

from api.imports.cells.values import code, day, text
from api.imports.faults import Fault
from api.imports.layout import Column, Layout
from api.imports.layouts.columns import BORN, CITIZEN_ID, ETHNIC_GROUP, SEX, with_common

KINDS: Final = ("流动儿童", "留守儿童", "散居孤儿", "困境儿童", "事实无人抚养儿童")
"""The rolls by the words of their titles, which may say 名册 or 花名册 too, as a roster's does."""

OUTSIDE_ROLLS: Final = Layout(
    name="机构外儿童名册",
    others=tuple(f"{kind}{title}" for kind in KINDS for title in ("", "名册", "花名册")),
    columns=with_common(
        SEX,
        ETHNIC_GROUP,
        BORN,
        CITIZEN_ID,
        Column("发现途径", code("identified_by"), ("发现方式", "来源途径")),
        Column("名册类别", code("community_roll"), ("儿童类别", "儿童类型", "发现类别", "保障类型")),
        Column("纳入日期", day(), ("纳入名册日期", "入册日期", "登记建档日期", "认定日期")),
        Column("户籍地", text(), ("户籍所在地", "户籍地址")),
        Column("居住地", text(), ("现居住地", "居住地址", "现住址", "家庭住址")),
        Column("离开户籍地日期", day(), ("流入日期", "流入时间")),
        Column("随行监护人", code("migrant_companion"), ("随行情况",)),
        Column("父母外出情况", code("parents_away"), ("外出情况", "父母务工情况")),
        Column("父母外出日期", day(), ("外出日期", "外出时间")),
        Column("退出日期", day(), ("退出名册日期", "减员日期")),
        Column("退出原因", code("roll_left_reason"), ("退出名册原因",)),
    ),
    makes=(),
    refused=Fault.OUTSIDE_INSTITUTIONS,
)
