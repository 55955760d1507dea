"""Safety of an institution: drills, upkeep, patrols, inspections, cameras (安全管理)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from annotated_types import Ge, Le

from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    Month,
    NotAfter,
    Personal,
    Text,
    Title,
    known,
)
from domain.events.institution.duties import by_month_end, recurring, since_opening
from domain.events.institution.staff import TrainingHeld
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, uncertain
from domain.when import add, days_in_month

SYSTEM: Final = "全国儿童福利信息系统（NS）机构消防、食品、医疗职责"
SPECIAL: Final = "全国儿童福利信息系统（NS）专项检查"
FIRE: Final = "fire"

Problems = Annotated[Answered[Text], Label("发现的问题", "Problems found"), Personal(Category.IDENTITY)]


class DrillConducted(
    Event,
    zh="应急演练",
    en="Drill conducted",
    source="威海市民政局等《实施意见》（2021-11-08）二（七）",
    kind="institution",
):
    """The institution practised what to do in an emergency."""

    drill: Annotated[Answered[str], Label("演练种类", "Drill"), Code("drill")]
    participants: Annotated[Answered[Count], Label("参加人数", "Participants")]
    problems: Problems


class FireEquipmentMaintained(
    Event, zh="消防设施维护保养", en="Fire equipment maintained", source=SYSTEM, kind="institution"
):
    """The fire equipment of the institution was inspected and kept in order."""

    provider: Annotated[Answered[Title], Label("维护保养单位", "Maintained by"), Personal(Category.IDENTITY)]
    is_in_order: Annotated[Answered[bool], Label("是否完好有效", "In order")]
    problems: Problems


class FirePatrolsLogged(
    Event, zh="防火巡查记录", en="Fire patrols logged", source=SYSTEM, kind="institution"
):
    """The log of a month's fire patrols was closed: on how many of its days somebody patrolled.

    A patrol every day is not an entry of its own; the paper log is, by month.
    """

    month: Annotated[Month, Label("月份", "Month")]
    days_patrolled: Annotated[
        Answered[Annotated[int, Ge(0), Le(31)]], Label("巡查天数", "Days on which somebody patrolled")
    ]
    problems: Problems

    def refusals(self, life: Life) -> Refusals:
        year, month = map(int, self.month.split("-"))
        patrolled = known(self.days_patrolled)
        if patrolled is None:
            yield uncertain("R-FIR-4")
        elif patrolled < days_in_month(year, month):
            yield breach("R-FIR-4")


class SafetyInspected(
    Event,
    zh="安全检查",
    en="Safety inspected",
    source="威海市民政局等《实施意见》（2021-11-08）四（二）",
    kind="institution",
):
    """Somebody inspected one area of the institution's safety: the institution itself or an authority."""

    area: Annotated[Answered[str], Label("检查领域", "Area"), Code("inspection_area")]
    inspected_by: Annotated[Answered[Title], Label("检查单位", "Inspected by"), Personal(Category.IDENTITY)]
    result: Annotated[Answered[str], Label("检查结果", "Result"), Code("inspection_grade")]
    problems: Problems


class CameraRecordingsChecked(
    Event,
    zh="监控录像保存检查",
    en="Camera recordings checked",
    source="《儿童福利机构管理办法》（民政部令第63号，条文未核实）",
    kind="institution",
):
    """Somebody looked from which day on the recordings of the cameras are still kept."""

    kept_since: Annotated[Answered[date], Label("最早录像日期", "Day of the oldest recordings"), NotAfter()]
    is_complete: Annotated[Answered[bool], Label("是否覆盖全部监控点位", "Of all cameras")]

    def refusals(self, life: Life) -> Refusals:
        limit, since = life.number("D21"), known(self.kept_since)
        if limit is None:
            return
        if since is None or known(self.is_complete) is None:
            yield uncertain("D21")
        elif self.is_complete is False or not life.reached(add(since, months=limit.value)):
            yield breach("D21")


@obligation("D31", kind="institution")
def fire_drills_recur(history: History) -> Iterator[Clock]:
    """The institution practises what to do in a fire, again and again."""
    drills = [each for each in history.all(DrillConducted) if known(each.event.drill) == FIRE]
    yield from recurring("D31", history, since_opening(history, drills))


@obligation("R-FIR-1", kind="institution")
def fire_training_recurs(history: History) -> Iterator[Clock]:
    """The institution trains its people in fire safety, again and again."""
    trained = [each for each in history.all(TrainingHeld) if known(each.event.subject) == FIRE]
    yield from recurring("R-FIR-1", history, since_opening(history, trained))


@obligation("R-FIR-2", kind="institution")
def fire_equipment_is_maintained(history: History) -> Iterator[Clock]:
    """The fire equipment is inspected and kept in order, again and again."""
    done = since_opening(history, history.all(FireEquipmentMaintained))
    yield from recurring("R-FIR-2", history, done, ends=by_month_end)


@obligation("R-FIR-3", kind="institution")
def fire_patrols_are_logged(history: History) -> Iterator[Clock]:
    """The log of the daily patrols is closed, again and again."""
    logged = since_opening(history, history.all(FirePatrolsLogged))
    yield from recurring("R-FIR-3", history, logged, ends=by_month_end)
