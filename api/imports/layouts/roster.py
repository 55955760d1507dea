"""儿童花名册: the children, their arrival, their care and their departure."""

from typing import Final

from api.imports.cells.raw import clean
from api.imports.cells.values import NOT_ON_PAPER, code, coded_word, day, name, text, title
from api.imports.layout import FILE_NO, NAME, Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import BORN, CITIZEN_ID, ETHNIC_GROUP, FILE_NUMBER, REMARK, SERIAL, SEX
from domain.event import Event
from domain.events.care import CareModeAssigned
from domain.events.departure import DEAD, ChildDied, DepartureCompleted
from domain.events.guardianship import LongTermGuardianshipConfirmed, TemporaryGuardianshipStarted
from domain.events.health import DisabilityAssessed
from domain.events.household import CitizenIdAssigned
from domain.events.intake import (
    AdmissionApproved,
    ChildAdmitted,
    ChildReceived,
    IdentityRecorded,
    IntakeCategoryDetermined,
    ReferralReceived,
)
from domain.when import Days

RECEIVED: Final = "接收日期"
ADMITTED: Final = "正式入院日期"
ESTIMATED: Final = frozenset({"estimated", "bone_age"})
"""Sources of a birth date that make it an estimate."""
RESCUED: Final = "04"
SENDERS: Final = {
    "police": ("派出所", "公安局", "公安分局", "刑警", "警察"),
    "county_civil_affairs": ("民政局", "民政部门"),
    "rescue_agency": ("救助保护中心", "救助管理站", "救助站"),
    "hospital": ("医院", "卫生院", "保健院"),
    "court": ("人民法院", "法院"),
    "transfer": ("福利院", "福利中心"),
}
"""Kinds of sending units, by the ends of their names."""
CATEGORY_WORDS: Final = {
    "查找不到父母": "A1",
    "父母死亡": "A2",
    "父母丧失监护能力": "A3",
    "法院指定": "A4",
    "临时监护-打拐解救": "B1",
    "打拐解救": "B1",
}
"""Intake categories by their usual words; 临时监护 alone may be any of three and needs its code."""


def referral(row: Row) -> DatedEvent:
    """Return the referral, with its sender, not later than the reception."""
    unit = row.answer("送交单位")
    event = paper(
        ReferralReceived,
        handed_over_unit=unit,
        referral_source=_sender(unit),
        child_situation=_situation(row) or NOT_ON_PAPER,
    )
    return DatedEvent(event, row.by(RECEIVED, ADMITTED))


def _situation(row: Row) -> str | None:
    """Return the one situation that a category's words may name."""
    cell = row.cells.get("接收类别")
    return RESCUED if cell is not None and "打拐" in cell.written else None


def _sender(unit: object) -> object:
    if not isinstance(unit, str):
        return unit
    kinds = (kind for kind, ends in SENDERS.items() if unit.endswith(ends))
    return next(kinds, NOT_ON_PAPER)


def reception(row: Row) -> DatedEvent:
    """Return the reception of the child: a roster lists received children."""
    place = {"found_place": row.answer("捡拾(发现)地点")} if row.says("捡拾(发现)地点") else {}
    row.used.add(FILE_NO)
    return DatedEvent(paper(ChildReceived, file_no=row.file_no, **place), row.when(RECEIVED, ADMITTED))


def identity(row: Row) -> DatedEvent:
    """Return the identity, as written at admission; the birth date holds for the whole life."""
    born, method = row.answer("出生日期"), row.value("出生日期来源")
    basis = row.cells.get("出生日期来源")
    event = paper(
        IdentityRecorded,
        name=row.answer(NAME),
        sex=row.answer("性别"),
        ethnic_group=row.answer("民族"),
        birth_on=born.first if isinstance(born, Days) else born,
        birth_until=born.last if isinstance(born, Days) and not born.exact else None,
        is_birth_estimated=NOT_ON_PAPER if method is None else method in ESTIMATED,
        birth_method=method,
        birth_basis=NOT_ON_PAPER if basis is None or basis.fault else clean(basis.raw),
    )
    return DatedEvent(event, row.by(ADMITTED))


def citizen(row: Row) -> DatedEvent:
    """Return the citizen id, as written."""
    return DatedEvent(paper(CitizenIdAssigned, citizen_id=row.answer("身份证号")), row.by())


def category(row: Row) -> DatedEvent:
    """Return the category of intake."""
    event = paper(IntakeCategoryDetermined, category=row.answer("接收类别"), child_situation=_situation(row))
    return DatedEvent(event, row.by(ADMITTED))


def approval(row: Row) -> DatedEvent:
    """Return the approval of admission, whose day is 正式入院日期 too."""
    return DatedEvent(paper(AdmissionApproved), row.when(ADMITTED))


def admission(row: Row) -> DatedEvent | None:
    """Return the formal admission."""
    if not row.says(ADMITTED):
        return None
    return DatedEvent(paper(ChildAdmitted, intake_category=row.answer("接收类别")), row.when(ADMITTED))


def guardianship(row: Row) -> DatedEvent | None:
    """Return the ground of the State's guardianship."""
    kind = row.value("监护类型")
    events: dict[str, Event] = {
        "long_term": paper(LongTermGuardianshipConfirmed),
        "temporary": paper(TemporaryGuardianshipStarted),
    }
    event = events.get(kind)
    return None if event is None else DatedEvent(event, row.by())


def care(row: Row) -> DatedEvent:
    """Return the form of care."""
    return DatedEvent(paper(CareModeAssigned, mode=row.answer("养育方式")), row.by())


def disability(row: Row) -> DatedEvent | None:
    """Return the disability."""
    kind = row.value("残疾类别")
    if kind is None:
        return None
    grade = {"grade": row.answer("残疾等级")} if row.says("残疾等级") else {}
    return DatedEvent(paper(DisabilityAssessed, disability_class=kind, **grade), row.by())


def departure(row: Row) -> DatedEvent:
    """Return the departure, with its reason."""
    return DatedEvent(paper(DepartureCompleted, reason=row.answer("离院原因")), row.when("离院日期"))


def death(row: Row) -> DatedEvent | None:
    """Return the death, on the day of a departure by death."""
    if row.value("离院原因") != DEAD:
        return None
    return DatedEvent(paper(ChildDied), row.when("离院日期"))


ROSTER: Final = Layout(
    name="儿童花名册",
    others=("花名册", "儿童名册", "在院儿童", "儿童基本信息", "基本情况"),
    columns=(
        SERIAL,
        FILE_NUMBER,
        Column(NAME, name(), ("儿童姓名", "孩子姓名")),
        SEX,
        ETHNIC_GROUP,
        BORN,
        Column(
            "出生日期来源",
            code(
                "birth_method",
                {
                    "骨龄": "bone_age",
                    "推算": "estimated",
                    "估计": "estimated",
                    "户口本": "household_booklet",
                    "出生证明": "birth_certificate",
                    "本人或亲属陈述": "statement",
                },
            ),
            ("出生日期依据", "出生来源", "出生依据", "生日来源"),
        ),
        CITIZEN_ID,
        Column(RECEIVED, day(), ("接收时间", "接收年月日", "入站日期", "接收")),
        Column(ADMITTED, day(), ("入院日期", "入院时间", "正式入院时间", "正式入院")),
        Column("接收类别", coded_word("intake_category", CATEGORY_WORDS), ("入院类别", "接收类型", "类别")),
        Column("送交单位", title(), ("移送单位", "送养单位", "送交机关", "来源单位", "送入单位")),
        Column("捡拾(发现)地点", text(), ("捡拾地点", "发现地点", "拾捡地点", "捡拾/发现地点")),
        Column("监护类型", code("guardianship_type"), ("监护方式", "监护性质")),
        Column(
            "养育方式",
            code(
                "care_mode",
                {"寄养": "foster", "类家庭": "family_style", "院内养育": "ward", "集中养育": "ward"},
            ),
            ("抚养方式", "照料方式"),
        ),
        Column(
            "残疾类别",
            code(
                "disability_class",
                {
                    f"{word}残疾": key
                    for key, word in {
                        "1": "视力",
                        "2": "听力",
                        "3": "言语",
                        "4": "肢体",
                        "5": "智力",
                        "6": "精神",
                        "7": "多重",
                    }.items()
                }
                | {"无": "0", "健全": "0", "正常": "0"},
            ),
            ("残疾类型", "残疾种类"),
        ),
        Column(
            "残疾等级",
            code(
                "disability_grade",
                {"一": "1", "二": "2", "三": "3", "四": "4", "1级": "1", "2级": "2", "3级": "3", "4级": "4"},
            ),
            ("残疾级别", "等级"),
        ),
        Column("离院日期", day(), ("离院时间", "出院日期", "离院")),
        Column(
            "离院原因",
            code(
                "departure_reason",
                {
                    "被收养": "01",
                    "收养": "01",
                    "回归家庭": "04",
                    "去世": "06",
                    "死亡": "06",
                    "特困供养": "10",
                    "监护人恢复监护": "11",
                    "特困供养安置": "10",
                },
            ),
            ("离院去向", "出院原因", "减员原因"),
        ),
        REMARK,
    ),
    makes=(
        referral,
        reception,
        identity,
        citizen,
        category,
        approval,
        admission,
        guardianship,
        care,
        disability,
        departure,
        death,
    ),
    decisive=("离院日期",),
    states={
        guardianship: (LongTermGuardianshipConfirmed, TemporaryGuardianshipStarted),
        care: (CareModeAssigned,),
        disability: (DisabilityAssessed,),
    },
)
