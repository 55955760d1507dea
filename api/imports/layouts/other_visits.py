"""安置后随访, 走访探视, 寄养探访: a row for each visit to a young adult, at home, in a foster family."""

from typing import Final

from api.imports.cells.measures import amount
from api.imports.cells.values import code, day, name, text, yes_no
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import FAMILY, VISIT_MODES, with_common
from domain.event import Points
from domain.events.community.caring import CommunityVisitMade
from domain.events.foster.foster_visits import FosterVisitMade
from domain.events.placement.placed import AfterCareVisitMade

LIVING: Final = Column("生活情况", text(), ("生活状况",))
HEALTH: Final = Column("健康情况", text(), ("健康状况", "身体情况"))
GROWTH: Final = Column("成长情况", text(), ("成长状况", "发展情况"))


def after_care(row: Row) -> DatedEvent:
    """Return the visit to the young person after the placement."""
    event = paper(
        AfterCareVisitMade,
        mode=row.answer("随访方式"),
        living=row.answer(LIVING.heading),
        growth=row.answer(GROWTH.heading),
        health=row.answer(HEALTH.heading),
        housing=row.answer("住房情况"),
        job=row.answer("就业情况"),
        **_next(row, "下次随访"),
    )
    return DatedEvent(event, row.when("随访日期"))


def community(row: Row) -> DatedEvent:
    """Return the visit to the child where it lives, outside the institution."""
    others = {"health": HEALTH.heading, "schooling": "就学情况"}
    event = paper(
        CommunityVisitMade,
        visitor=row.answer("走访人员"),
        mode=row.answer("走访方式"),
        guardianship=row.answer("监护情况"),
        is_risk_found=row.answer("是否发现风险"),
        next_on=row.day("下次走访"),
        **{field: row.value(column) for field, column in others.items()},
    )
    return DatedEvent(event, row.when("走访日期"))


def fostered(row: Row) -> DatedEvent | None:
    """Return the visit to the child in its foster family, if the ledger has the family's file."""
    if row.value(FAMILY.heading) is None:
        return None
    score = {"score": row.answer("随访评分")} if row.says("随访评分") else {}
    event = paper(
        FosterVisitMade,
        family=row.answer(FAMILY.heading),
        visited_by=row.answer("探访人"),
        living=row.answer(LIVING.heading),
        health=row.answer(HEALTH.heading),
        growth=row.answer(GROWTH.heading),
        is_other_family_wished=row.answer("是否希望更换家庭"),
        **score,
        **_next(row, "下次探访"),
    )
    return DatedEvent(event, row.when("探访日期"))


def _next(row: Row, column: str) -> dict[str, object]:
    """Return the day of the next visit, which stays out if the paper gives no single one."""
    row.day(column)
    days = row.value(column)
    return {} if days is None else {"next_on": days.last}


AFTER_CARE_VISITS: Final = Layout(
    name="安置后随访",
    others=("成年后随访", "随访记录", "安置后回访", "安置随访"),
    columns=with_common(
        Column("随访日期", day(), ("随访时间", "回访日期")),
        Column("随访方式", code("visit_mode", VISIT_MODES), ("回访方式", "方式")),
        LIVING,
        GROWTH,
        HEALTH,
        Column("住房情况", text(), ("居住情况", "住房状况")),
        Column("就业情况", text(), ("就业状况", "工作情况")),
        Column("下次随访", day(), ("下次随访日期", "下次随访时间"), ahead=True),
    ),
    makes=(after_care,),
    key=("随访日期",),
)

COMMUNITY_VISITS: Final = Layout(
    name="走访探视",
    others=("走访", "入户走访", "走访记录", "探视记录"),
    columns=with_common(
        Column("走访日期", day(), ("走访时间", "探视日期", "入户日期")),
        Column(
            "走访人员",
            code(
                "community_visitor",
                {"督导员": "supervisor", "民政局": "bureau", "社工": "social_worker", "志愿者": "volunteer"},
            ),
            ("走访人员类别", "走访人", "探视人员"),
        ),
        Column("走访方式", code("visit_mode", VISIT_MODES), ("探视方式", "方式")),
        Column("监护情况", text(), ("监护状况", "监护人情况")),
        HEALTH,
        Column("就学情况", text(), ("就学状况", "学习情况")),
        Column("是否发现风险", yes_no({"无风险": False, "有风险": True}), ("发现风险", "有无风险")),
        Column("下次走访", day(), ("下次走访日期", "下次走访时间"), ahead=True),
    ),
    makes=(community,),
    key=("走访日期", "走访人员"),
)

FOSTER_VISITS: Final = Layout(
    name="寄养探访",
    others=("寄养家庭探访", "寄养随访", "寄养回访", "寄养家庭回访"),
    columns=with_common(
        FAMILY,
        Column("探访日期", day(), ("探访时间", "随访日期", "回访日期")),
        Column("探访人", name(), ("探访人员", "随访人", "回访人")),
        LIVING,
        HEALTH,
        GROWTH,
        Column("是否希望更换家庭", yes_no(), ("希望更换家庭", "是否要求更换家庭")),
        Column("随访评分", amount(Points, {"分": "1"}), ("评分", "探访评分")),
        Column("下次探访", day(), ("下次探访日期", "下次探访时间"), ahead=True),
    ),
    makes=(fostered,),
    key=(FAMILY.heading, "探访日期"),
)
