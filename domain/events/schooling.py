"""Schooling (就学): reported, enrolled, moved, deferred, ended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    NotBefore,
    Number,
    Part,
    Personal,
    Text,
    Title,
    known,
)
from domain.file import EVERY, Attribute, Facts
from domain.life import BIRTH, Life
from domain.obligations import Clock, History, Stay, obligation
from domain.refusal import Refusals, breach, no_evidence, only_if, uncertain
from domain.standing import standing
from domain.when import LAST_DAY, Days, birthday, day_before

COMPULSORY: Final = "《义务教育法》第11条"
PRESCHOOL: Final = "preschool"
FINISHED: Final = frozenset({"graduated", "completed"})
BEYOND: Final = frozenset({"junior", "senior", "vocational", "college", "university"})
"""Stages with whose end compulsory schooling is over."""
GROWN_AT: Final = 16
"""Full years with which nobody owes schooling any more."""
AGE_UNKNOWN: Final = Label(
    "出生日期不详，是否适龄待查明", "whether of school age is open, for the birth is not known"
)
GROWN: Final = Label("已满十六周岁", "turned sixteen")
DEFERRED: Final = Label("已批准延缓入学或者休学", "a deferral was approved")


class Education(Part):
    """The stage and the form of somebody's schooling, as far as known."""

    stage: Annotated[str | None, Label("学段", "Stage"), Code("school_stage")]
    form: Annotated[str | None, Label("就学形式", "Form"), Code("school_form")]


EDUCATION: Final[Attribute[Education]] = Attribute(
    "schooling", "enrolled", Label("就学", "At school"), several=True
)
"""The stage under way, each under its own key, so that a former stage may end after the next began."""
PUT_OFF: Final[Attribute[str]] = Attribute(
    "schooling", "put_off", Label("延缓入学或者休学", "Schooling deferred or suspended")
)


class SchoolAgeReported(
    Event,
    zh="向教育部门报备学龄儿童",
    en="School age reported",
    source="威海市民政局等《实施意见》（2021-11-08）二（四）",
):
    """The education authority was told of a child of school age."""

    authority: Annotated[
        Answered[Title], Label("教育行政部门", "Education authority"), Personal(Category.IDENTITY)
    ]
    list_no: Annotated[Answered[Number], Label("名册编号", "Number of the list"), Personal(Category.IDENTITY)]


class SchoolEnrolled(Event, zh="入学", en="School enrolled", source=COMPULSORY):
    """The child began a stage of schooling, in whatever form."""

    stage: Annotated[Answered[str], Label("学段", "Stage"), Code("school_stage")]
    form: Annotated[Answered[str], Label("就学形式", "Form"), Code("school_form")]
    school: Annotated[Answered[Title], Label("学校", "School"), Personal(Category.CONTACT)]
    student_roll_no: Annotated[
        Answered[Number], Label("学籍号", "Student roll number"), Personal(Category.IDENTITY)
    ]

    @property
    def compulsory(self) -> bool | None:
        """Whether it is compulsory schooling or what follows it, no preschool; None where nothing says so."""
        said = {known(self.stage), known(self.form)}
        return False if PRESCHOOL in said else None if said == {None} else True

    def holds(self, entry: AnyEntry) -> Facts:
        stage = known(self.stage)
        yield EDUCATION.since(entry.days, None, key=EVERY)
        yield EDUCATION.since(entry.days, Education(stage=stage, form=known(self.form)), key=stage or "")
        yield PUT_OFF.since(entry.days, None)


class StudentRollTransferred(
    Event,
    zh="学籍转移",
    en="Student roll transferred",
    source="威海市民政局等《实施意见》（2021-11-08）四（二）",
):
    """The student roll went from one school to another; stage and form go on."""

    from_school: Annotated[Answered[Title], Label("转出学校", "From school"), Personal(Category.CONTACT)]
    to_school: Annotated[Answered[Title], Label("转入学校", "To school"), Personal(Category.CONTACT)]
    explanation: Annotated[Answered[Text], Label("转学原因", "Why"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SchoolEnrolled,)


class DeferralOrSuspensionApproved(
    Event, zh="批准延缓入学或者休学", en="Deferral or suspension approved", source=COMPULSORY
):
    """The township government or the county's education authority let schooling begin later or pause."""

    decision: Annotated[Answered[str], Label("批准事项", "What was approved"), Code("school_put_off")]
    approved_by: Annotated[Answered[Title], Label("批准机关", "Approved by"), Personal(Category.IDENTITY)]
    starts_on: Annotated[Answered[date], Label("开始日期", "Starts on")]
    ends_on: Annotated[Answered[date], Label("结束日期", "Ends on"), NotBefore("starts_on")]

    def holds(self, entry: AnyEntry) -> Facts:
        starts = known(self.starts_on)
        yield PUT_OFF.since(
            entry.days if starts is None else Days.on(starts),
            known(self.decision) or "unknown",
            until=known(self.ends_on),
        )


class SchoolingEnded(
    Event, zh="就学结束", en="Schooling ended", source=COMPULSORY, ends_with=None, once=True
):
    """A stage of schooling ended, by graduation or otherwise; whatever was under way, where none is said."""

    stage: Annotated[Answered[str] | None, Label("学段", "Stage"), Code("school_stage")] = None

    end_reason: Annotated[Answered[str], Label("结束原因", "How it ended"), Code("school_end_reason")]
    certificate_no: Annotated[
        Answered[Number] | None, Label("证书编号", "Certificate number"), Personal(Category.IDENTITY)
    ] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SchoolEnrolled,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield EDUCATION.since(entry.days, None, key=known(self.stage) or EVERY)


def school_year_after(day: date, month: int) -> date:
    """Return the first day of the school year that begins after a day: the next first of that month."""
    year = day.year if day < date(day.year, month, 1) else day.year + 1
    return LAST_DAY if year > LAST_DAY.year else date(year, month, 1)


@standing("I09")
def at_school(life: Life) -> Refusals:
    """A child of 6 to 15 in care is at school in some form, or has an approved deferral or suspension."""
    if not life.in_care or life.aged(GROWN_AT) is True or life.now(PUT_OFF) is not None:
        return
    birth = life.now(BIRTH)
    six = None if birth is None or birth.held.value is None else birthday(birth.held.value.last, 6)
    age, month = life.number("D14", on=six), life.number("R-EDU-1", on=six)
    if age is not None and month is not None:
        turned = life.turns(age.value)
        begun = None if turned is None else life.arrived(_school_years_after(turned, month.value))
        yield from only_if(_perhaps_grown(life, begun), _out_of_school(life, month.value), AGE_UNKNOWN)


def _school_years_after(turned: Days, month: int) -> Days:
    """Return the days on which the school year may begin after one of these days."""
    return Days(school_year_after(turned.earliest, month), school_year_after(turned.last, month))


def _perhaps_grown(life: Life, begun: bool | None) -> bool | None:  # noqa: FBT001 - an answer
    """Return the answer whether school age has begun; None where it may be over."""
    return None if begun and life.aged(GROWN_AT) is None else begun


def _out_of_school(life: Life, month: int) -> Refusals:
    education, ended = life.now(EDUCATION), life.last(SchoolingEnded)
    if education is not None:
        yield from _compulsory(education.entry)
    elif _moved_on(life, ended):
        return
    elif ended is None:
        yield no_evidence("I09")
    elif not _between_stages(life, ended, month):
        yield breach("I09", ended, detail=Label("就学结束后未再就学", "not at school since it ended"))


@standing("R-EDU-5")
def told_to_the_authority(life: Life) -> Refusals:
    """Of a child of school age in care that has entered no school the education authority was told."""
    if not life.in_care or life.aged(GROWN_AT) is True or life.now(PUT_OFF) is not None:
        return
    age = life.number("D14")
    if (
        age is None
        or life.last(SchoolAgeReported) is not None
        or life.last(StudentRollTransferred) is not None
    ):
        return
    entered = any(entry.event.compulsory is not False for entry in life.all(SchoolEnrolled))
    if not entered:
        of_age = _perhaps_grown(life, life.aged(age.value))
        yield from only_if(of_age, iter((no_evidence("R-EDU-5"),)), AGE_UNKNOWN)


def _compulsory(enrolled: Entry[SchoolEnrolled]) -> Refusals:
    """I09: the schooling under way is no preschool, as far as its stage or its form says."""
    if enrolled.event.compulsory is None:
        yield uncertain(
            "I09", enrolled, detail=Label("学段和就学形式不详", "neither stage nor form is known")
        )
    elif not enrolled.event.compulsory:
        yield breach("I09", enrolled, detail=Label("仍在学前阶段", "still in preschool"))


def _moved_on(life: Life, ended: Entry[SchoolingEnded] | None) -> bool:
    """Whether a school took the student roll, which shows that the child goes there, in whatever form."""
    moved = life.last(StudentRollTransferred)
    return moved is not None and (ended is None or moved.days.last >= ended.days.last)


def _between_stages(life: Life, ended: Entry[SchoolingEnded], month: int) -> bool:
    """Whether a stage was finished and the next has not begun yet, or was the last compulsory one."""
    if known(ended.event.end_reason) not in FINISHED:
        return False
    last = life.last(SchoolEnrolled)
    stage = known(ended.event.stage) or (None if last is None else known(last.event.stage))
    return stage in BEYOND or not life.reached(school_year_after(ended.days.last, month))


@obligation("D14")
def school_entry(history: History) -> Iterator[Clock]:
    """A child enters school with the school year that begins after it turns six.

    An approved deferral ends the clock and starts another one, due with the school year after the
    deferral; none, where the deferral's end is not known.
    """
    birth, six, grown = history.birth(), history.turns(6), history.turns(16)
    if birth is None or six is None or grown is None:
        return
    age = history.number("D14", entry=birth.entry, on=six.last)
    month = history.number("R-EDU-1", entry=birth.entry, on=six.last)
    turned = None if age is None else history.turns(age.value)
    if turned is None or month is None:
        return
    entered = next((entry for entry in history.all(SchoolEnrolled) if entry.event.compulsory), None)
    for stay in history.stays():
        if stay.until < turned.last or stay.since >= grown.last:
            continue
        came = day_before(stay.since)
        clock = Clock(
            rule="D14",
            opened_on=max(turned.last, stay.since),
            due=Days(
                school_year_after(max(turned.earliest, came), month.value),
                school_year_after(max(turned.last, came), month.value),
            ),
            started_by=(birth.entry,),
            void_on=min(stay.void_on or LAST_DAY, grown.last),
            void_because=stay.void_because if stay.until < grown.last else GROWN,
            number=age,
            verified=month.verified,
        )
        for approval in _approvals(history, stay, entered):
            day, ends = approval.days.last, known(approval.event.ends_on)
            if day > clock.opened_on:
                yield replace(clock, void_on=day, void_because=DEFERRED)
            if ends is None:
                break
            clock = replace(
                clock,
                opened_on=max(clock.opened_on, day),
                due=Days.on(max(clock.due.last, school_year_after(ends, month.value))),
                started_by=(birth.entry, approval),
            )
        else:
            yield replace(clock, met_by=entered)
        if entered is not None and entered.days.last <= stay.until:
            return


def _approvals(
    history: History, stay: Stay, entered: Entry[SchoolEnrolled] | None
) -> Iterator[Entry[DeferralOrSuspensionApproved]]:
    """What was approved before school was entered and the child left."""
    until = stay.until if entered is None else min(stay.until, day_before(entered.days.last))
    return (entry for entry in history.all(DeferralOrSuspensionApproved) if entry.days.last <= until)
