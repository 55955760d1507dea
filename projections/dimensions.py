"""What children are counted by: each dimension is a row, an attribute that stands in clear or a situation.

By what is sealed wholly those alone count who see it, and it is kept as keyed hashes (`Dimension.derived`);
of any other personal attribute there are no spans. Whose value is not known is
counted under `UNKNOWN`, of whom nothing is recorded under `NOTHING`, and whose age may lie in two bands under
`UNCERTAIN`, so that the cells of a dimension add up to everybody.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from domain.event import Category, Event
from domain.events.adoption.stage import STAGE_CHANGES_WITH, adoption_stage
from domain.events.care import CARE_MODE
from domain.events.community.caring import RISK
from domain.events.community.rolls import ON_ROLL
from domain.events.entitlement.welfare_status import WELFARE_STATUS
from domain.events.guardianship import GUARDIANSHIP
from domain.events.health import DISABILITY
from domain.events.household import REGISTERED
from domain.events.insurance import INSURED
from domain.events.intake import CATEGORY, CHILD_CATEGORY, ORIGIN, SEX, SITUATION
from domain.events.medical.illness import REGISTERED_ILLNESS
from domain.events.placement.preparing import ROUTE
from domain.events.schooling import EDUCATION
from domain.file import Attribute
from domain.health_state import HEALTH_STATE
from domain.label import Label
from domain.life import Life

NOTHING: Final = "nothing"
UNKNOWN: Final = "unknown"
UNCERTAIN: Final = "uncertain"
SituationColumn: TypeAlias = Literal["institution", "place", "stage"]

_NOT_RECORDED: Final = Label("没有记录", "Nothing recorded")


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """A value that follows from what is sealed wholly under a category, and changes with these alone."""

    category: Category
    of: Callable[[Life], str | None]
    changes_with: tuple[Attribute[Any] | type[Event], ...]


def _adoption_stage(life: Life) -> str | None:
    found = adoption_stage(life)
    return None if found is None else found[0]


@dataclass(frozen=True, slots=True)
class Dimension:
    """What children are counted by: its label, and where its value stands.

    That is a `column` of a child's situation, or an `attribute`, of whose value `part` is the member that
    counts, or it is `derived` from several; without any of these it is the age. Of values that hold at the
    same time the one counts that began last.
    `table` is that of its codes; of a region the first `digits` count. `nothing` is what it means that
    nothing holds. Grades stand in their table with the worst first.
    """

    label: Label
    attribute: Attribute[Any] | None = None
    derived: DerivedValue | None = None
    column: SituationColumn | None = None
    part: str | None = None
    table: str | None = None
    digits: int | None = None
    nothing: Label = _NOT_RECORDED
    worst_first: bool = False

    @property
    def has_rows(self) -> bool:
        """Whether there are rows that say by which value each child is counted."""
        return self.attribute is not None or self.derived is not None

    @property
    def hides(self) -> frozenset[Category]:
        """The categories of personal data that a count by it tells of."""
        return frozenset() if self.derived is None else frozenset({self.derived.category})


AGE_BAND: Final = "age_band"
COUNTY: Final = 6
"""Digits of the code of a county."""
DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType(
    {
        "institution": Dimension(
            Label("机构", "Institution"),
            column="institution",
            nothing=Label("不在机构", "In no institution"),
        ),
        "place": Dimension(
            Label("属地县（市、区）", "County in charge"),
            column="place",
            table="region",
            digits=COUNTY,
            nothing=Label("由机构负责", "In the charge of an institution"),
        ),
        "origin": Dimension(
            Label("来源县（市、区）", "County of origin"), ORIGIN, table="region", digits=COUNTY
        ),
        "sex": Dimension(Label("性别", "Sex"), SEX, table="sex"),
        AGE_BAND: Dimension(Label("年龄段", "Age band"), nothing=Label("出生日期不详", "Birth not known")),
        "stage": Dimension(Label("阶段", "Stage"), column="stage", table="stage"),
        "child_category": Dimension(
            Label("儿童类别", "Child category"), CHILD_CATEGORY, table="child_category"
        ),
        "intake_category": Dimension(Label("接收类别", "Intake category"), CATEGORY, table="intake_category"),
        "situation": Dimension(Label("儿童情况", "Child's situation"), SITUATION, table="child_situation"),
        "welfare_status": Dimension(
            Label("认定身份", "Welfare status"), WELFARE_STATUS, table="welfare_status"
        ),
        "community_roll": Dimension(
            Label("在册类别", "Community roll"),
            ON_ROLL,
            table="community_roll",
            nothing=Label("不在册", "On no roll"),
        ),
        "guardianship": Dimension(Label("监护类型", "Guardianship"), GUARDIANSHIP, table="guardianship_type"),
        "care_mode": Dimension(Label("养育方式", "Care mode"), CARE_MODE, table="care_mode"),
        "household": Dimension(
            Label("户口", "Household registration"),
            REGISTERED,
            part="household_class",
            table="household_class",
        ),
        "household_nature": Dimension(
            Label("户口性质", "Nature of the household"),
            REGISTERED,
            part="household_nature",
            table="household_nature",
        ),
        "insurance": Dimension(
            Label("医保", "Medical insurance"),
            INSURED,
            table="insurance_scheme",
            nothing=Label("没有参保记录", "No enrolment recorded"),
        ),
        "schooling": Dimension(
            Label("学段", "School stage"),
            EDUCATION,
            part="stage",
            table="school_stage",
            nothing=Label("没有在学记录", "At no school, as recorded"),
        ),
        "school_form": Dimension(
            Label("就学形式", "Form of schooling"),
            EDUCATION,
            part="form",
            table="school_form",
            nothing=Label("没有在学记录", "At no school, as recorded"),
        ),
        "disability": Dimension(
            Label("残疾类别", "Disability"),
            DISABILITY,
            part="disability_class",
            table="disability_class",
            nothing=Label("无残疾或者没有评定", "None, or not assessed"),
        ),
        "health_state": Dimension(
            Label("健康状况", "State of health"),
            HEALTH_STATE,
            table="health_state",
            nothing=Label("没有评定", "Not said by an examination"),
        ),
        "health": Dimension(
            Label("登记的疾病", "Registered illness"),
            REGISTERED_ILLNESS,
            table="registered_illness_class",
            nothing=Label("没有登记慢性病、重病", "No chronic or serious one registered"),
        ),
        "risk": Dimension(
            Label("风险等级", "Risk grade"),
            RISK,
            part="grade",
            table="risk_grade",
            worst_first=True,
            nothing=Label("没有评级", "Not graded"),
        ),
        "risk_colour": Dimension(
            Label("管理颜色", "Risk colour"),
            RISK,
            part="colour",
            table="risk_colour",
            worst_first=True,
            nothing=Label("没有评级", "Not graded"),
        ),
        "adoption_stage": Dimension(
            Label("收养阶段", "Stage of adoption"),
            derived=DerivedValue(Category.ADOPTION, _adoption_stage, STAGE_CHANGES_WITH),
            table="adoption_stage",
            nothing=Label("不在收养流程中", "Not on the way to an adoption"),
        ),
        "placement_route": Dimension(
            Label("安置方式", "Placement route"),
            ROUTE,
            table="placement_route",
            nothing=Label("没有确定", "Not decided"),
        ),
    }
)
"""Every dimension by its name in addresses and answers."""


def hidden_in(names: Iterable[str]) -> frozenset[Category]:
    """Return the categories of personal data that a count by these dimensions tells of."""
    return frozenset[Category]().union(*(DIMENSIONS[name].hides for name in names))


SETS_OF_BANDS: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {"national_system": (0, 4, 7, 14, 18), "adoption": (0, 1, 3, 6, 10, 14, 18)}
)
"""Named sets of age bands, by the full years with which each begins; the last has no end.

Those of the national system are 0-3, 4-6, 7-13, 14-17 and 18 or more (domain.md C1), those of adoption
statistics under 1, 1-3, 3-6, 6-10, 10-14, 14-18, each without its end (domain.md C8), and 18 or more.
"""


def band_names(begins: tuple[int, ...]) -> list[str]:
    """Return the names of age bands by the full years that they contain, such as `4-6`, `0` and `18+`."""
    names = [
        str(first) if after == first + 1 else f"{first}-{after - 1}" for first, after in pairwise(begins)
    ]
    return [*names, f"{begins[-1]}+"]
