"""How a family comes to foster: members, application, assessment, review, training, closure (I11)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, TypeAlias

from annotated_types import Ge, Le

from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Event,
    IdNumber,
    Label,
    Name,
    NotBefore,
    Part,
    Past,
    Personal,
    Text,
    Title,
    Unit,
    known,
)
from domain.file import Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, breach, no_evidence, uncertain, unless
from domain.shared_fields import Yuan

FOSTER_MEASURES: Final = "《家庭寄养管理办法》（民政部令第54号，2014-12-01起施行）"
FOSTER_ASSESSMENT: Final = "MZ/T 122-2019《家庭寄养评估》"
SUITABLE: Final = "suitable"
OWN_CHILD: Final = "child"
"""A code of `family_relation`."""
APPROVED: Final[Attribute[date]] = Attribute(
    "fostering", "approved", Label("寄养家庭资格", "Approved as a foster family"), kind="family"
)
TRAINED: Final[Attribute[date]] = Attribute(
    "fostering", "trained", Label("寄养培训", "Trained as a foster family"), kind="family"
)
MEMBERS: Final[Attribute[Answered[int]]] = Attribute(
    "fostering", "members", Label("家庭成员人数", "Members of the family"), Category.FAMILY, kind="family"
)
ASSESSED: Final[Attribute[Answered[str]]] = Attribute(
    "fostering", "assessed", Label("寄养家庭评估结论", "Assessment of the family"), kind="family"
)
Assessors: TypeAlias = Annotated[
    Answered[AtLeastOne[Name]], Label("评估人员", "Assessors"), Personal(Category.FAMILY)
]
SquareMetres: TypeAlias = Annotated[Decimal, Ge(0), Le(10_000)]


class FamilyMember(Part):
    """One person who lives in a family."""

    name: Annotated[Answered[Name], Label("姓名", "Name")]
    relation: Annotated[Answered[str], Label("与申请人关系", "Relation"), Code("family_relation")]
    birth_on: Annotated[Answered[date], Label("出生日期", "Born on"), Past()]
    citizen_id: Annotated[IdNumber | None, Label("公民身份号码", "Citizen id")] = None


class FamilyMembersRecorded(
    Event,
    zh="登记家庭成员",
    en="Family members recorded",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第8条、第9条",
    kind="family",
):
    """Who lives in the family was recorded, anew whenever that has changed."""

    members: Annotated[
        Answered[AtLeastOne[FamilyMember]], Label("家庭成员", "Members"), Personal(Category.FAMILY)
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        members = self.members
        yield MEMBERS.since(entry.days, len(members) if isinstance(members, tuple) else members)


class FosterFamilyApplied(
    Event,
    zh="寄养家庭申请",
    en="Foster family applied",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第8条、第12条",
    kind="family",
):
    """The family asked to foster a child, and said how it lives."""

    income_yuan: Annotated[Yuan, Label("家庭人均年收入", "Yearly income per head")]
    area_sqm: Annotated[Answered[SquareMetres], Label("人均居住面积", "Area per head"), Unit("m²", "平方米")]
    is_healthy: Annotated[
        Answered[bool],
        Label("家庭成员是否未患传染病、精神疾病", "Free of infectious and mental disease"),
        Personal(Category.FAMILY),
    ]
    crime_check: Annotated[
        Answered[str],
        Label("犯罪记录核查", "Crime check"),
        Code("foster_crime_check"),
        Personal(Category.FAMILY),
    ]
    is_agreed_by_members: Annotated[Answered[bool], Label("家庭成员是否一致同意", "All members agree")]


class FosterFamilyAssessed(
    Event,
    zh="寄养家庭评估",
    en="Foster family assessed",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第12条；{FOSTER_ASSESSMENT}",
    kind="family",
):
    """The family was assessed, before it fosters or while it does."""

    assessment: Annotated[Answered[str], Label("评估类别", "Kind"), Code("foster_assessment")]
    result: Annotated[Answered[str], Label("评估结论", "Result"), Code("foster_match_result")]
    conclusion: Annotated[Answered[Text], Label("评估情况", "Findings"), Personal(Category.FAMILY)]
    assessors: Assessors

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterFamilyApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield ASSESSED.since(entry.days, self.result)


class FosterFamilyApproved(
    Event,
    zh="寄养家庭审核通过",
    en="Foster family approved",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第12条",
    kind="family",
):
    """The institution approved the family, and reported that to civil affairs for the record."""

    filed_on: Annotated[Answered[date], Label("报备日期", "Reported on"), NotBefore(), Past()]
    filed_with: Annotated[Answered[Title], Label("备案民政部门", "Reported to"), Personal(Category.FAMILY)]

    def refusals(self, life: Life) -> Refusals:
        """The family had applied, is fit to foster (I10), and was assessed as suitable (I11)."""
        applied = life.last(FosterFamilyApplied)
        if applied is None:
            yield no_evidence("I11", detail=APPLICATION)
        else:
            yield from _fit(applied)
        assessed = life.last(FosterFamilyAssessed)
        if assessed is None:
            yield no_evidence("I11", detail=ASSESSMENT)
            return
        result = known(assessed.event.result)
        if result != SUITABLE:
            detail = Label("评估结论不是适宜寄养", "it was not assessed as suitable")
            yield (uncertain if result is None else breach)("I11", assessed, detail=detail)

    def holds(self, entry: AnyEntry) -> Facts:
        yield APPROVED.since(entry.days, entry.days.last)


class FosterFamilyRejected(
    Event,
    zh="寄养家庭审核不通过",
    en="Foster family rejected",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第12条",
    kind="family",
    once=True,
    asks_who_names_it=True,
):
    """The institution did not approve the family, or no longer does."""

    grounds: Annotated[Answered[Text], Label("理由", "Grounds"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterFamilyApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield APPROVED.since(entry.days, None)


class FosterFamilyTrained(
    Event,
    zh="寄养家庭培训",
    en="Foster family trained",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第12条",
    kind="family",
):
    """The main caregiver was trained in caring for a foster child."""

    subject: Annotated[Answered[Title], Label("培训内容", "Subject"), Personal(Category.FAMILY)]
    trainer: Annotated[Answered[Title], Label("培训单位", "Trained by"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterFamilyApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield TRAINED.since(entry.days, entry.days.last)


class FosterFamilyClosed(
    Event,
    zh="寄养家庭结案",
    en="Foster family closed",
    seals=Category.FAMILY,
    source=FOSTER_ASSESSMENT,
    kind="family",
    once=True,
    asks_who_names_it=True,
):
    """The family fosters no more."""

    reason: Annotated[Answered[str], Label("结案原因", "Reason"), Code("foster_close_reason")]
    account: Annotated[Answered[Text], Label("情况说明", "Account"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterFamilyApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield APPROVED.since(entry.days, None)
        yield TRAINED.since(entry.days, None)


def _fit(applied: Entry[FosterFamilyApplied]) -> Refusals:
    """Nobody in the family has an infectious or mental disease, or a record of a crime (I10)."""
    checked = known(applied.event.crime_check)
    clear = None if checked in {None, "pending"} else checked == "clear"
    yield from unless("I10", known(applied.event.is_healthy), applied, detail=HEALTH)
    yield from unless("I10", clear, applied, detail=CRIME)


HEALTH: Final = Label(
    "家庭成员未患传染病、精神疾病", "nobody in the family has an infectious or mental disease"
)
CRIME: Final = Label("家庭成员无犯罪记录", "nobody in the family has a record of a crime")
APPLICATION: Final = Label("缺少寄养家庭申请", "the family's application is missing")
ASSESSMENT: Final = Label("缺少寄养家庭评估", "the family's assessment is missing")
STEPS: Final = (
    (FosterFamilyApplied, APPLICATION),
    (FosterFamilyAssessed, ASSESSMENT),
    (FosterFamilyApproved, Label("缺少寄养家庭审核", "the review of the family is missing")),
    (FosterFamilyTrained, Label("缺少寄养家庭培训", "the training of the family is missing")),
)
"""What stands in the family's file before a child is placed, and what is said where it does not (I11)."""
