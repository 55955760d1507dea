"""户口登记: where the child is registered, and where the registration went."""

from typing import Final

from api.imports.cells.values import code, day, text, title
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.events.household import HouseholdRegistered, HouseholdRegistrationApplied, HouseholdTransferred


def applied(row: Row) -> DatedEvent | None:
    """Return the application for registration."""
    if not row.says("申请日期"):
        return None
    return DatedEvent(paper(HouseholdRegistrationApplied, **_where(row)), row.when("申请日期"))


def registered(row: Row) -> DatedEvent | None:
    """Return the entry in a household register."""
    if not row.says("落户日期"):
        return None
    return DatedEvent(paper(HouseholdRegistered, **_where(row)), row.when("落户日期"))


def _where(row: Row) -> dict[str, object]:
    return {"police_station": row.answer("派出所"), "household_class": row.answer("户口类别")}


def transferred(row: Row) -> DatedEvent:
    """Return the transfer of the registration, with its destination."""
    event = paper(HouseholdTransferred, to_place=row.value("迁往地"))
    return DatedEvent(event, row.when("户口迁移日期"))


MOVED: Final = ("迁出日期", "户口迁出日期", "迁移日期", "户口迁移时间")

HOUSEHOLD: Final = Layout(
    name="户口登记",
    others=("户籍登记", "落户情况", "户口情况"),
    columns=with_common(
        Column("申请日期", day(), ("申请落户日期", "申报日期", "申请时间")),
        Column("落户日期", day(), ("户口登记日期", "落户时间", "登记户口日期")),
        Column(
            "户口类别",
            code(
                "household_class",
                {"集体户": "1", "福利院集体户": "1", "福利院集体户口": "1", "机构集体户": "1"},
            ),
            ("户别", "户口类型"),
        ),
        Column("派出所", title(), ("落户派出所", "户籍派出所", "登记派出所")),
        Column("户口迁移日期", day(), MOVED),
        Column("迁往地", text(), ("迁入地", "迁往地址", "户口迁往地")),
    ),
    makes=(applied, registered, transferred),
    facts=frozenset({transferred}),
)
