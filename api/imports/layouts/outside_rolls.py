"""机构外儿童名册: migrant and left-behind children, dispersed orphans and others on a roll.

The place in charge hands its roll in; an institution's register is refused such rows. A row opens the file of
a child, who is known by its citizen id, or else by its name and birth.
"""

from typing import Final

from api.imports.cells.values import NOT_ON_PAPER, code, day, name, text
from api.imports.faults import Fault
from api.imports.layout import FILE_NO, NAME, Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import BORN, CITIZEN_ID, ETHNIC_GROUP, REMARK, SERIAL, SEX
from domain.event import Event
from domain.events.community.rolls import (
    LEFT_BEHIND,
    MIGRANT,
    ChildIdentified,
    LeftBehindRollEntered,
    MigrantRollEntered,
    RollLeft,
    SupportRollEntered,
)
from domain.events.household import CitizenIdAssigned
from domain.events.intake import IdentityRecorded
from domain.when import Days

ENTERED: Final = "纳入日期"
LEFT: Final = "退出日期"
ROLL: Final = "名册类别"
ROLLS: Final = {
    "流动儿童": MIGRANT,
    "留守儿童": LEFT_BEHIND,
    "散居孤儿": "dispersed_orphan",
    "困境儿童": "in_difficulty",
    "事实无人抚养儿童": "unsupported",
}
"""The rolls by the words of their titles and of their column."""
_AWAY: Final = {
    "双方外出": "both",
    "双方外出务工": "both",
    "父母均外出": "both",
    "均未外出": "none",
    "未外出": "none",
}
_FOUND: Final = {
    "村居": "director",
    "村（居）": "director",
    "走访": "director",
    "学校": "school",
    "公安": "police",
    "热线": "hotline",
    "本人申请": "family",
    "家长申请": "family",
}
_COMPANIONS: Final = {
    "父母": "both_parents",
    "随父母": "both_parents",
    "父亲": "one_parent",
    "母亲": "one_parent",
    "祖父母": "other_guardian",
    "外祖父母": "other_guardian",
    "无": "nobody",
}
_ENDINGS: Final = {
    "年满16周岁": "of_age",
    "满16周岁": "of_age",
    "返乡": "returned",
    "死亡": "died",
    "收养": "adopted",
}


def roll_of(row: Row) -> object:
    """Return the roll of a row: what it says itself, else what the title of its sheet says."""
    return (
        row.answer(ROLL) if row.says(ROLL) else ROLLS.get(row.layout.name.removesuffix("名册"), NOT_ON_PAPER)
    )


def identification(row: Row) -> DatedEvent:
    """Return that the child was found, not later than it was put on the roll."""
    row.used.add(NAME if row.says(NAME) else CITIZEN_ID.heading)
    event = paper(ChildIdentified, identified_by=row.answer("发现途径"), identified_as=roll_of(row))
    return DatedEvent(event, row.by(ENTERED, LEFT))


def person(row: Row) -> DatedEvent:
    """Return the identity, as written; the birth date holds for the whole life."""
    born = row.answer(BORN.heading)
    event = paper(
        IdentityRecorded,
        name=row.answer(NAME),
        sex=row.answer(SEX.heading),
        ethnic_group=row.answer(ETHNIC_GROUP.heading),
        birth_on=born.first if isinstance(born, Days) else born,
        birth_until=born.last if isinstance(born, Days) and not born.exact else None,
    )
    return DatedEvent(event, row.by(ENTERED, LEFT))


def numbered(row: Row) -> DatedEvent:
    """Return the citizen id, as written."""
    return DatedEvent(
        paper(CitizenIdAssigned, citizen_id=row.answer(CITIZEN_ID.heading)), row.by(ENTERED, LEFT)
    )


def entry(row: Row) -> DatedEvent | None:
    """Return that the child was put on the roll; None where no roll is said."""
    roll = roll_of(row)
    event: Event
    if roll == MIGRANT:
        event = paper(
            MigrantRollEntered,
            left_home_on=row.day("离开户籍地日期"),
            companion=row.answer("随行监护人"),
        )
    elif roll == LEFT_BEHIND:
        event = paper(
            LeftBehindRollEntered,
            parents_away=row.answer("父母外出情况"),
            away_since=row.day("父母外出日期"),
        )
    elif isinstance(roll, str):
        event = paper(SupportRollEntered, roll=roll)
    else:
        return None
    # Who stands on a roll was put on it, though the row may say nothing else.
    row.used.add(NAME if row.says(NAME) else CITIZEN_ID.heading)
    return DatedEvent(event, row.when(ENTERED, LEFT))


def leaving(row: Row) -> DatedEvent | None:
    """Return that the child was taken off the roll."""
    if not row.says(LEFT):
        return None
    return DatedEvent(paper(RollLeft, roll=roll_of(row), reason=row.answer("退出原因")), row.when(LEFT))


def _layout(title: str, *others: str) -> Layout:
    return Layout(
        name=title,
        others=others,
        columns=(
            SERIAL,
            Column(FILE_NO, text(), ("编号", "儿童编码", "儿童档案号", "档案编号")),
            Column(NAME, name(), ("儿童姓名", "孩子姓名", "姓 名")),
            SEX,
            ETHNIC_GROUP,
            BORN,
            CITIZEN_ID,
            Column("发现途径", code("identified_by", _FOUND), ("发现方式", "来源途径")),
            Column(ROLL, code("community_roll", ROLLS), ("儿童类别", "儿童类型", "发现类别", "保障类型")),
            Column(ENTERED, day(), ("纳入名册日期", "入册日期", "登记建档日期", "认定日期")),
            Column("户籍地", text(), ("户籍所在地", "户籍地址")),
            Column("居住地", text(), ("现居住地", "居住地址", "现住址", "家庭住址")),
            Column("离开户籍地日期", day(), ("流入日期", "流入时间")),
            Column("随行监护人", code("migrant_companion", _COMPANIONS), ("随行情况",)),
            Column("父母外出情况", code("parents_away", _AWAY), ("外出情况", "父母务工情况")),
            Column("父母外出日期", day(), ("外出日期", "外出时间")),
            Column(LEFT, day(), ("退出名册日期", "减员日期")),
            Column("退出原因", code("roll_left_reason", _ENDINGS), ("退出名册原因",)),
            REMARK,
        ),
        makes=(identification, person, numbered, entry, leaving),
        key=(ROLL,),
        decisive=(LEFT,),
        facts=frozenset({identification, person, numbered}),
        refused=Fault.OUTSIDE_INSTITUTIONS,
    )


OUTSIDE_ROLLS: Final = (
    _layout("机构外儿童名册"),
    *(_layout(f"{kind}名册", kind, f"{kind}花名册", f"{kind}台账") for kind in ROLLS),
)
"""The sheet whose title says no roll, and one for each title that does."""
