"""For how many an institution is there, and where they live: beds, posts, wards, homes (规模 · 养育单元)."""

from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    Part,
    Personal,
    Refers,
    Title,
    Unit,
    known,
)
from domain.file import Attribute, Facts

WEIHAI: Final = "威海市民政局等《实施意见》（2021-11-08）"
SCALE: Final = f"{WEIHAI}四（二）（机构编制）；床位数为本系统规则（没有查到规定核定办法的文本）"
CARE: Final = f"{WEIHAI}二（一）（家庭式养育、分类养育）；养育单元的登记为本系统规则"


class CareUnit(Part):
    """A ward or a family-style home of an institution, with its places."""

    name: Annotated[Answered[str], Label("名称", "Name")]
    unit_kind: Annotated[Answered[str], Label("种类", "Kind"), Code("care_unit_kind")]
    places: Annotated[Answered[int], Label("床位数", "Places"), Unit("places", "张")]


BEDS: Final[Attribute[Answered[int]]] = Attribute(
    "capacity", "approved_beds", Label("核定床位数", "Approved beds"), kind="institution"
)
POSTS: Final[Attribute[Answered[int]]] = Attribute(
    "capacity", "staff_posts", Label("人员编制数", "Staff posts"), kind="institution"
)
CARE_UNITS: Final[Attribute[CareUnit]] = Attribute(
    "capacity",
    "care_units",
    Label("养育单元", "Wards and homes"),
    personal=Category.CONTACT,
    several=True,
    kind="institution",
)
"""Each ward or home under the entry that opened it, until it closes.

A home may be called after those who keep it, and a child is found by it: it is shown as where a child lives.
"""


class StandingNumbersSet(
    Event, zh="核定床位和编制", en="Approved beds and posts set", source=SCALE, kind="institution"
):
    """An institution has so many approved beds and staff posts from the day on, instead of before."""

    approved_beds: Annotated[Answered[Count], Label("核定床位数", "Approved beds"), Unit("places", "张")]
    staff_posts: Annotated[Answered[Count], Label("人员编制数", "Staff posts"), Unit("people", "名")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield BEDS.since(entry.days, self.approved_beds)
        yield POSTS.since(entry.days, self.staff_posts)


class CareUnitOpened(Event, zh="养育单元设立", en="Ward or home opened", source=CARE, kind="institution"):
    """A ward or a family-style home of the institution began to take children in."""

    name: Annotated[Answered[Title], Label("名称", "Name"), Personal(Category.CONTACT)]
    unit_kind: Annotated[Answered[str], Label("种类", "Kind"), Code("care_unit_kind")]
    places: Annotated[Answered[Count], Label("床位数", "Places"), Unit("places", "张")]

    def holds(self, entry: AnyEntry) -> Facts:
        unit = CareUnit(name=self.name, unit_kind=self.unit_kind, places=self.places)
        yield CARE_UNITS.since(entry.days, unit, key=str(entry.original))


class CareUnitClosed(
    Event, zh="养育单元撤销", en="Ward or home closed", source=CARE, kind="institution", once=True
):
    """A ward or a family-style home took nobody in any more, and nobody lived in it, from the day on."""

    unit: Annotated[Answered[UUID], Label("所撤销的养育单元", "Ward or home"), Refers("CareUnitOpened")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (CareUnitOpened,)

    def holds(self, entry: AnyEntry) -> Facts:
        unit = known(self.unit)
        if unit is not None:
            yield CARE_UNITS.since(entry.days, None, key=str(unit))
