"""Referral, reception and admission (接收 · 入院)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final

from domain.codes import tables
from domain.entry import AnyEntry, Entry
from domain.envelope import REGISTER_ROW
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Height,
    Label,
    Name,
    NotAfter,
    Number,
    Part,
    Personal,
    Region,
    Text,
    Title,
    Unit,
    Weight,
    known,
    known_or_erased,
)
from domain.events.community.rolls import off_rolls
from domain.file import Attribute, Fact, Facts
from domain.health_state import HealthState, found_state
from domain.life import BIRTH, CASE_CLOSED, DEPARTED, STAGE, E, Life, deciding
from domain.refusal import Refusals, breach, listed_twice, no_evidence
from domain.resting import note
from domain.rulebook import Papers
from domain.scope import CHARGE
from domain.when import Days, day_after

NOTICE_83: Final = "民发〔2013〕83号"
MEASURES: Final = "《儿童福利机构管理办法》"

FILE_NO: Final[Attribute[str]] = Attribute(
    "intake", "file_no", Label("儿童编号", "File number"), Category.IDENTITY
)
DECLINED: Final[Attribute[Answered[str]]] = Attribute(
    "intake", "declined", Label("不予接收", "Referral declined")
)
"""Why the last referral was declined: a code of `referral_decline_reason`."""
RECEIVED: Final[Attribute[date]] = Attribute(
    "intake", "received", Label("接收", "Received"), stays_readable=True
)
CATEGORY: Final[Attribute[str]] = Attribute("intake", "category", Label("接收类别", "Intake category"))
SITUATION: Final[Attribute[str]] = Attribute("intake", "situation", Label("儿童情况", "Child's situation"))
CHILD_CATEGORY: Final[Attribute[str]] = Attribute(
    "intake", "child_category", Label("儿童类别", "Child category")
)
ORIGIN: Final[Attribute[str]] = Attribute("intake", "origin", Label("来源地区", "Region of origin"))
"""The region in which the child was found, as last received."""
ADMITTED: Final[Attribute[date]] = Attribute(
    "intake", "admitted", Label("入院", "Admitted"), stays_readable=True
)
NAME: Final[Attribute[str]] = Attribute("identity", "name", Label("姓名", "Name"), Category.IDENTITY)
SEX: Final[Attribute[str]] = Attribute("identity", "sex", Label("性别", "Sex"))
ETHNIC_GROUP: Final[Attribute[str]] = Attribute("identity", "ethnic_group", Label("民族", "Ethnic group"))


class ReferralReceived(Event, zh="接到移送", en="Referral received", source=f"{MEASURES}；{NOTICE_83}"):
    """A body or a person handed a child over, or asked the institution to take one in."""

    referral_source: Annotated[Answered[str], Label("移送来源", "Source"), Code("referral_source")]
    handed_over_by: Annotated[Answered[Text], Label("移送人", "Handed over by"), Personal(Category.CONTACT)]
    handed_over_unit: Annotated[
        Answered[Title], Label("移送单位", "Handing unit"), Personal(Category.CONTACT)
    ]
    phone_no: Annotated[Answered[Number], Label("联系电话", "Phone"), Personal(Category.CONTACT)]
    child_situation: Annotated[Answered[str], Label("儿童情况", "Child's situation"), Code("child_situation")]
    condition_at_handover: Annotated[
        Text | None,
        Label("移送时身体状况", "Condition at handover"),
        Personal(Category.HEALTH),
    ] = None

    def refusals(self, life: Life) -> Refusals:
        stage, charge = life.now(STAGE), life.now(CHARGE)
        # What happened on the day of the reception may have come before it, and to whom the child was handed
        # over since then it may be handed by whoever brings it.
        if stage is None or not life.in_care or not life.reached(day_after(stage.since)):
            return
        if charge is None or charge.since < stage.since:
            yield breach("I03", stage.entry)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "referred", gives_way=True)
        yield DECLINED.since(entry.days, None, gives_way=True)
        situation = known(self.child_situation)
        if situation is not None:
            yield SITUATION.since(entry.days, situation)


class ChildReceived(Event, zh="儿童接收", en="Child received", source=f"{NOTICE_83}；{MEASURES}"):
    """The institution took the child in, as the child was that day; admission may follow months later."""

    height_cm: Annotated[
        Answered[Height], Label("身高", "Height"), Unit("cm", "厘米"), Personal(Category.HEALTH)
    ]
    weight_kg: Annotated[
        Answered[Weight], Label("体重", "Weight"), Unit("kg", "千克"), Personal(Category.HEALTH)
    ]
    posture: Annotated[Answered[str], Label("体型", "Build"), Code("posture")]
    hair: Annotated[Answered[str], Label("发型", "Hair"), Code("hair")]
    hair_colour: Annotated[Answered[str], Label("发色", "Hair colour"), Code("hair_colour")]
    clothing: Annotated[Answered[Text], Label("衣着", "Clothing"), Personal(Category.IDENTITY)]
    marks: Annotated[
        Answered[Text],
        Label("体貌特征", "Identifying marks"),
        Personal(Category.IDENTITY),
    ]
    place: Annotated[Text | None, Label("接收地点", "Place of reception"), Personal(Category.IDENTITY)] = None
    found_on: Annotated[Answered[date] | None, Label("发现日期", "Found on"), NotAfter()] = None
    found_at: Annotated[datetime | None, Label("发现时间", "Found at"), NotAfter()] = None
    found_place: Annotated[
        Answered[Text] | None,
        Label("捡拾（发现）地点", "Found where"),
        Personal(Category.IDENTITY),
    ] = None
    found_region: Annotated[
        Answered[Region] | None, Label("发现地区", "Region where found"), Code("region")
    ] = None
    finder: Annotated[Answered[Text] | None, Label("捡拾人", "Finder"), Personal(Category.CONTACT)] = None
    disability_description: Annotated[
        Text | None, Label("残疾情况", "Disability"), Personal(Category.HEALTH)
    ] = None
    file_no: Annotated[Number | None, Label("儿童编号", "File number"), Personal(Category.IDENTITY)] = None

    def refusals(self, life: Life) -> Refusals:
        admitted = life.now(ADMITTED)
        # Who is admitted on the day of the reception is admitted after it.
        if admitted is not None and life.reached(day_after(admitted.since)):
            yield from _admitted_already(life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "received")
        yield DECLINED.since(entry.days, None)
        yield DEPARTED.since(entry.days, None)
        yield CASE_CLOSED.since(entry.days, None)
        yield from off_rolls(entry)
        yield RECEIVED.since(entry.days, entry.days.last)
        yield ORIGIN.since(entry.days, known(self.found_region))
        if self.file_no is not None:
            yield FILE_NO.since(entry.days, self.file_no)


class Belonging(Part):
    """One thing that came with the child; `photo` is the sha256 of a picture among the entry's papers."""

    description: Annotated[Text, Label("物品", "What it is")]
    storage_no: Annotated[Answered[Number], Label("保管编号", "Storage number")]
    is_identifying: Annotated[Answered[bool], Label("是否可识别身份", "Identifies the child")]
    photo: Annotated[Number | None, Label("照片", "Photograph")] = None


class BelongingsRegistered(Event, zh="随身物品登记", en="Belongings registered", source=MEASURES):
    """What the child had on reception was listed, to be kept for the child."""

    items: Annotated[
        tuple[Belonging, ...],
        Label("物品", "Belongings"),
        Personal(Category.IDENTITY),
    ]


class IdentityRecorded(
    Event, zh="身份登记", en="Identity recorded", source="《户口登记条例》第4、7条", ends_with=None
):
    """The child's name, sex, birth and ethnic group were recorded, with what they rest on.

    A birth that is not known to the day is an interval: `birth_on` its first day (unknown where only
    *not after* is known) and `birth_until` its last.
    """

    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.IDENTITY)]
    sex: Annotated[Answered[str], Label("性别", "Sex"), Code("sex")]
    birth_on: Annotated[Answered[date], Label("出生日期", "Born on")]
    is_birth_estimated: Annotated[Answered[bool], Label("出生日期是否为推定", "Birth is estimated")]
    ethnic_group: Annotated[Answered[str], Label("民族", "Ethnic group"), Code("ethnic_group")]
    name_basis: Annotated[
        Answered[Text],
        Label("命名依据", "Basis of the name"),
        Personal(Category.IDENTITY),
    ]
    birth_basis: Annotated[
        Answered[Text],
        Label("出生日期依据", "Basis of the birth date"),
        Personal(Category.IDENTITY),
    ]
    birth_until: Annotated[date | None, Label("出生日期不晚于", "Born until")] = None
    birth_method: Annotated[
        str | None,
        Label("出生日期来源", "How the birth date came about"),
        Code("birth_method"),
    ] = None
    medical_age_opinion: Annotated[
        Text | None,
        Label("医学年龄意见", "Medical opinion of age"),
        Personal(Category.HEALTH),
    ] = None

    def refusals(self, life: Life) -> Refusals:
        if life.entry is not None and _listed_twice(life.entry):
            yield listed_twice(
                "R-INT-5", detail=Label("同一台账中重复列出", "one register lists the child twice")
            )

    @property
    def born(self) -> Days | None:
        """The days on which the child may have been born; None where nothing is known."""
        first = known(self.birth_on)
        last = self.birth_until or first
        return None if last is None else Days(first, last)

    def impossible(self, entry: AnyEntry) -> Refusals:
        born = self.born
        if born is not None and born.earliest > born.last:
            yield breach("E01", detail=Label("出生日期", "Born"))
        elif born is not None and born.earliest > entry.days.last:
            yield breach("E07", detail=Label("出生日期", "Born"))
        elif born is not None and born.last > entry.days.last and not born.whole:
            yield breach("E10", detail=Label("出生日期不晚于", "Born until"))

    def holds(self, entry: AnyEntry) -> Facts:
        if self.born is not None:
            yield BIRTH.timeless(self.born)
        name, sex, group = (
            known_or_erased(self.name),
            known(self.sex),
            known(self.ethnic_group),
        )
        if name is not None:
            yield NAME.since(entry.days, name)
        if sex is not None:
            yield SEX.timeless(sex)
        if group is not None:
            yield ETHNIC_GROUP.timeless(group)


def _listed_twice(entry: AnyEntry) -> bool:
    """Whether two rows of one sheet of the same register tell of the child, as their numbers say."""
    note(entry.event.seals)
    rows = [
        (paper.sha256, paper.number.rpartition("!")[0])
        for paper in entry.documents
        if paper.kind == REGISTER_ROW and isinstance(paper.number, str)
    ]
    return len(set(rows)) < len(rows)


class IntakeMedicalExamined(Event, zh="入院体检", en="Intake medical examined", source=NOTICE_83):
    """The child was examined on intake, also for infectious diseases."""

    hospital: Annotated[Answered[Title], Label("体检医院", "Hospital"), Personal(Category.HEALTH)]
    infectious_screen: Annotated[
        Answered[str],
        Label("传染病检查结果", "Infectious-disease screening"),
        Code("screening_result"),
        Personal(Category.RESTRICTED_HEALTH),
    ]
    is_isolated_before_exam: Annotated[
        Answered[bool], Label("体检前是否隔离照料", "Isolated before the examination")
    ]
    findings: Annotated[Text | None, Label("检查所见", "Findings"), Personal(Category.HEALTH)] = None
    state: HealthState = None

    def holds(self, entry: AnyEntry) -> Facts:
        return found_state(entry, self.state)


class IntakeCategoryDetermined(
    Event,
    zh="接收类别认定",
    en="Intake category determined",
    source=MEASURES,
    schema=2,
    ends_with="adoption",
):
    """It was determined under which category the child is taken in."""

    category: Annotated[Answered[str], Label("接收类别", "Intake category"), Code("intake_category")]
    child_situation: Annotated[
        str | None, Label("儿童情况", "Child's situation"), Code("child_situation")
    ] = None
    child_category: Annotated[str | None, Label("儿童类别", "Child category"), Code("child_category")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        category = known(self.category)
        if category is not None:
            yield CATEGORY.since(entry.days, category)
        if self.child_situation is not None:
            yield SITUATION.since(entry.days, self.child_situation)
        if self.child_category is not None:
            yield CHILD_CATEGORY.since(entry.days, self.child_category)


class AdmissionApproved(
    Event, zh="入院审批", en="Admission approved", source=f"{NOTICE_83}；{MEASURES}", ends_with="adoption"
):
    """The competent civil-affairs body agreed that the child be admitted."""

    approving_body: Annotated[
        Answered[Title], Label("审批机关", "Approving body"), Personal(Category.IDENTITY)
    ]
    opinion: Annotated[Text | None, Label("审批意见", "Opinion"), Personal(Category.IDENTITY)] = None

    def papers(self) -> tuple[str, ...]:
        return ("acceptance_opinion",)


class ChildAdmitted(Event, zh="入院", en="Child admitted", source=MEASURES):
    """The child was formally admitted into the institution's care."""

    admission_no: Annotated[
        Answered[Number],
        Label("入院编号", "Admission number"),
        Personal(Category.IDENTITY),
    ]
    archive_no: Annotated[Answered[Number], Label("档案号", "Archive number"), Personal(Category.IDENTITY)]
    intake_category: Annotated[Answered[str], Label("接收类别", "Intake category"), Code("intake_category")]
    guardianship_type: Annotated[Answered[str], Label("监护类型", "Guardianship"), Code("guardianship_type")]
    ward: Annotated[Title | None, Label("所在科室或者家庭", "Ward or home"), Personal(Category.IDENTITY)] = (
        None
    )
    welfare_certificate_no: Annotated[
        Number | None,
        Label("儿童福利证号", "Welfare certificate number"),
        Personal(Category.IDENTITY),
    ] = None
    file_no: Annotated[Number | None, Label("儿童编号", "File number"), Personal(Category.IDENTITY)] = None

    def follows(self) -> tuple[type[Event], ...]:
        return (ChildReceived,)

    def refusals(self, life: Life) -> Refusals:
        yield from _admitted_already(life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "in_care")
        yield DEPARTED.since(entry.days, None)
        yield from off_rolls(entry)
        yield ADMITTED.since(entry.days, entry.days.last)
        category = known(self.intake_category)
        if category is not None:
            yield CATEGORY.since(entry.days, category)
        if self.file_no is not None:
            yield FILE_NO.since(entry.days, self.file_no)


@deciding("origin")
def region_of_origin(life: Life, started: AnyEntry | None) -> str | None:  # noqa: ARG001 - a child comes from somewhere, whatever started
    """The region in which the child was found, as last received."""
    received = life.last(ChildReceived)
    return None if received is None else known(received.event.found_region)


INTAKE: Final = (ChildReceived, ChildAdmitted)
"""Events by which a child comes into the institution's care."""


def of_stay(life: Life, kind: type[E]) -> list[Entry[E]]:
    """Return the entries of a type that do not lie before the last reception."""
    received = life.last(ChildReceived)
    return [each for each in life.all(kind) if received is None or each.days.last >= received.days.earliest]


def entered(life: Life) -> Fact[date] | None:
    """The fact by which a child in care entered, by reception or, where none is recorded, by admission."""
    return (life.now(RECEIVED) or life.now(ADMITTED)) if life.in_care else None


FOUND_AS: Final = {"03": "street", "04": "rescued", "05": "abandoned", "06": "abandoned"}
"""How such a child was found, by its situation."""


def lacking(rule: str, papers: Papers, missing: Sequence[str]) -> Refusals:
    """A rule's papers of which these kinds are not on file, named as the code table does."""
    labels = tables()["document_kind"].codes
    if missing:
        detail = Label(
            "缺少：" + "、".join(labels[kind].zh for kind in missing),
            "missing: " + ", ".join(labels[kind].en for kind in missing),
        )
        yield no_evidence(rule, detail=detail, by=papers)


def _admitted_already(life: Life) -> Refusals:
    """I03: who was admitted and has not left since, but for another institution to which the child came."""
    admitted, charge = life.now(ADMITTED), life.now(CHARGE)
    handed_over = admitted is not None and charge is not None and charge.since >= admitted.since
    if admitted is not None and not life.gone and not handed_over:
        yield breach("I03", admitted.entry)
