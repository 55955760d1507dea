"""What supports schooling (教育支持): assessment, individual plans, home teaching, dropping out, aid."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    ByNextYear,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotBefore,
    Personal,
    Refers,
    Text,
    Title,
    Unit,
    Year,
)
from domain.events.rehabilitation import OfADay
from domain.events.schooling import EDUCATION, SchoolEnrolled
from domain.file import Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, Stay, obligation, stage_of
from domain.refusal import Refusals, breach
from domain.repeating import by_named_day, no_day, repeated
from domain.shared_fields import Yuan
from domain.standing import standing
from domain.when import LAST_DAY, day_after

DISABLED_EDUCATION: Final = "《残疾人教育条例》"
AT_HOME: Final = "home_teaching"
"""The code of `school_form`."""
OTHERWISE: Final = Label("不再送教上门", "not taught at home any more")

DROPPED_OUT: Final[Attribute[Answered[str]]] = Attribute(
    "teaching", "dropped_out", Label("失学", "Out of school, why")
)


class EducationAbilityAssessed(
    Event,
    zh="教育能力评估",
    en="Education ability assessed",
    source=f"{DISABLED_EDUCATION}第20条",
    seals=Category.RESTRICTED_HEALTH,
):
    """The expert committee said in which form the child can be taught.

    The result may be used for education and rehabilitation only, and is sealed wholly.
    """

    committee: Annotated[Answered[Title], Label("残疾人教育专家委员会", "Expert committee")]
    result: Annotated[Answered[Text], Label("评估结果", "Result")]
    recommended_form: Annotated[Answered[str], Label("建议就学形式", "Recommended"), Code("school_form")]


class IepMade(
    Event,
    zh="制定个别化教育计划",
    en="Individual education plan made",
    source=f"{DISABLED_EDUCATION}第24条",
    seals=Category.HEALTH,
):
    """A plan for this child's education was made, to be looked at again on the day that is said."""

    goals: Annotated[Answered[Text], Label("教育目标", "Goals"), Personal(Category.HEALTH)]
    teacher: Annotated[Answered[Name], Label("负责教师", "Teacher"), Personal(Category.HEALTH)]
    next_on: Annotated[Answered[date], Label("下次评议日期", "Next review"), NotBefore()]

    def refusals(self, life: Life) -> Refusals:
        yield from no_day("R-EDU-4", self.next_on)


class IepReviewed(
    Event,
    zh="个别化教育计划评议",
    en="Individual education plan reviewed",
    source=f"{DISABLED_EDUCATION}第24条",
    seals=Category.HEALTH,
):
    """A plan was looked at: what was achieved, and what changes."""

    plan: Annotated[Answered[UUID], Label("所评议的计划", "The plan"), Refers("IepMade")]
    progress: Annotated[Answered[Text], Label("进展", "Progress"), Personal(Category.HEALTH)]
    next_on: Annotated[date | None, Label("下次评议日期", "Next review"), NotBefore()] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (IepMade,)


class HomeTeachingDelivered(
    Event, zh="送教上门", en="Home teaching delivered", source=f"{DISABLED_EDUCATION}第17条"
):
    """A teacher taught the child where it lives, or over distance."""

    minutes: Annotated[Answered[OfADay], Label("时长", "Duration"), Unit("min", "分钟")]
    teacher: Annotated[Answered[Name], Label("教师", "Teacher"), Personal(Category.CONTACT)]
    subject: Annotated[Answered[Title], Label("教学内容", "Subject"), Personal(Category.CONTACT)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SchoolEnrolled,)


class DropoutDetected(Event, zh="发现失学", en="Dropout detected", source="《义务教育法》第13条"):
    """A child that is enrolled, or should be, does not go to school any more."""

    cause: Annotated[Answered[str], Label("失学原因", "Cause"), Code("dropout_cause")]
    last_attended_on: Annotated[date | None, Label("最后到校日期", "Last at school")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield DROPPED_OUT.since(entry.days, self.cause)


class DropoutReturned(Event, zh="返校", en="Dropout returned", source="《义务教育法》第13条", once=True):
    """A child that had dropped out goes to school again."""

    school: Annotated[Answered[Title], Label("学校", "School"), Personal(Category.CONTACT)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (DropoutDetected,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield DROPPED_OUT.since(entry.days, None)


class StudentAidGranted(
    Event,
    zh="学生资助",
    en="Student aid granted",
    source="国务院办公厅《关于进一步加强困境儿童福利保障工作的意见》（2025-05-07）（九）",
):
    """A fee was waived or a grant was made for a school year."""

    aid_kind: Annotated[Answered[str], Label("资助项目", "Kind of aid"), Code("student_aid")]
    academic_year: Annotated[
        Answered[Year],
        Label("学年起始年份", "Academic year, by the year it begins"),
        Unit(None, "年"),
        ByNextYear(),
    ]
    amount_yuan: Yuan


@standing("R-EDU-2", DropoutDetected)
def goes_to_school(life: Life) -> Refusals:
    """A child below sixteen that has dropped out goes to school again; of unknown age too."""
    dropped = life.now(DROPPED_OUT)
    if dropped is None or life.aged(16) or life.gone:
        return
    again = life.last(SchoolEnrolled)
    if again is None or again.days.last < dropped.since:
        yield breach("R-EDU-2", dropped.entry)


@obligation("R-EDU-3", SchoolEnrolled)
def is_taught_at_home(history: History) -> Iterator[Clock]:
    """While a child is schooled at home, one lesson follows another in time."""
    return repeated("R-EDU-3", history, HomeTeachingDelivered, during=_at_home(history))


def _at_home(history: History) -> Iterator[Stay]:
    """The times of schooling at home, which end with another form and with leaving care."""
    for span in history.spans(EDUCATION):
        if span.value.form != AT_HOME:
            continue
        gone = history.gone(span.since)
        if gone is not None and gone.held.since <= span.until:
            yield Stay(span.fact, span.since, gone.held.since, gone.held.since, stage_of(gone))
        elif span.until != LAST_DAY:
            yield Stay(span.fact, span.since, span.until, day_after(span.until), OTHERWISE)
        else:
            yield Stay(span.fact, span.since, span.until)


@obligation("R-EDU-4", IepMade, IepReviewed)
def plan_is_reviewed(history: History) -> Iterator[Clock]:
    """An individual plan is looked at, or made anew, by the day that was said."""
    return by_named_day("R-EDU-4", history, IepMade, IepReviewed)
