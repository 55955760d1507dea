"""Of whom rehabilitation, schooling, psychological care or health care is open (A5, A7, A9, A11)."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from domain.answering import answers_to
from domain.asked_lists.question_list import (
    WAITING,
    Gap,
    HeldSpan,
    QuestionList,
    RowSubject,
    Told,
    clock_of,
    day_of_entry,
    derived,
    due_next,
    field_of,
    years_old,
)
from domain.entry import AnyEntry, Entry
from domain.event import Answered, Label, Unknown, known
from domain.events.health import DISABILITY, Disability, PhysicalExamined
from domain.events.medical.vaccination import (
    PROGRAMME_COMPLETED,
    AwaitedDose,
    VaccinationBooked,
    VaccinationDeferred,
    VaccinationGiven,
    VaccinationProgrammeCompleted,
)
from domain.events.psychology import PsychAssessed
from domain.events.rehab_support import RehabSubsidyApplied, RehabSubsidyDecided, RehabSubsidySettled
from domain.events.rehabilitation import PLAN, RehabAssessed, RehabPlanMade, RehabSessionDelivered
from domain.events.schooling import (
    EDUCATION,
    PUT_OFF,
    DeferralOrSuspensionApproved,
    SchoolAgeReported,
    SchoolEnrolled,
)
from domain.life import ADULT, IN_CARE, STAGE

NOT_ASSESSED: Final = Label("没有康复评估", "no rehabilitation assessment")
NO_PLAN: Final = Label("没有进行中的康复方案", "no rehabilitation plan under way")
NO_ROLL_NUMBER: Final = Label("在校而未登记学籍号", "at school, no roll number on record")
NO_NEXT_DOSE: Final = Label("下一剂次未登记", "next dose not on record")
NEXT_DOSE: Final = "next_dose"
DOSES: Final = ("R-MED-5", "R-MED-8")
"""By which rules doses are due."""
SUBSIDY_STATES: Final = {
    "not_applied": Label("未申请", "Not applied for"),
    "applied": Label("已申请、待审批", "Applied for"),
    "approved": Label("已同意", "Approved"),
    "refused": Label("不同意", "Refused"),
    "withdrawn": Label("已撤回", "Withdrawn"),
    "settled": Label("已结算", "Settled"),
}
"""How far the subsidy of a disabled child's rehabilitation has come."""
ITEMS: Final = {
    "D13": Label("体检", "Examination"),
    "R-MED-4": Label("预防接种证", "Vaccination certificate"),
    "R-MED-5": Label("补种", "Deferred vaccination"),
    "R-MED-8": Label("预约接种", "Booked vaccination"),
    NEXT_DOSE: Label("下一剂次", "Next dose"),
}
"""What is due, by the rule by which it is; and what is not known to be."""


# A5: rehabilitation and its subsidy


def _without_plan(row: RowSubject) -> Iterator[Gap]:
    """What is missing in the rehabilitation of a disabled child in care."""
    disability = row.life.now(DISABILITY)
    if disability is None or not row.life.in_care:
        return
    if row.life.last(RehabAssessed) is None:
        yield Gap(NOT_ASSESSED, (RehabAssessed,), (disability.entry,))
    if not row.life.each(PLAN):
        made = row.life.last(RehabPlanMade)
        by = (disability.entry,) if made is None else (disability.entry, made)
        yield Gap(NO_PLAN, (RehabPlanMade,), by)


def _disability(row: RowSubject) -> tuple[Disability | None, tuple[AnyEntry, ...]]:
    fact = row.life.now(DISABILITY)
    return (None, ()) if fact is None else (fact.held.value, (fact.entry,))


def _disability_class(row: RowSubject) -> Told | None:
    value, by = _disability(row)
    return None if value is None else Told(value.disability_class, by)


def _grade(row: RowSubject) -> Told | None:
    value, by = _disability(row)
    return None if value is None else Told(value.grade or Unknown("not_known"), by)


def _sum(counts: Sequence[Answered[int]]) -> int | Unknown:
    """Return the sum, not known where one of them is not."""
    every = [known(each) for each in counts]
    return Unknown("not_known") if None in every else sum(each for each in every if each is not None)


def _planned(row: RowSubject) -> Told | None:
    plan = row.life.last(RehabPlanMade)
    if plan is None:
        return None
    items = plan.event.items
    if isinstance(items, Unknown):
        return Told(items, (plan,))
    return Told(_sum([each.planned_count for each in known(items) or ()]), (plan,))


def _done(row: RowSubject) -> Told | None:
    """The sessions under the last plan: those that name it or, as papers often do, none, from its day on."""
    plan = row.life.last(RehabPlanMade)
    if plan is None:
        return None
    delivered = [each for each in row.life.all(RehabSessionDelivered) if _under(plan, each)]
    return Told(_sum([each.event.count for each in delivered]), (plan, *delivered))


def _under(plan: Entry[RehabPlanMade], session: Entry[RehabSessionDelivered]) -> bool:
    named = known(session.event.plan)
    return session.days.last >= plan.days.earliest if named is None else named == plan.original


def _subsidy(row: RowSubject) -> Told:
    life = row.life
    asked = life.all(RehabSubsidyApplied)
    if not asked:
        return Told("not_applied")
    (decided,) = answers_to(asked, life.all(RehabSubsidyDecided), "application")[-1:]
    (settled,) = answers_to(asked, life.all(RehabSubsidySettled), "application")[-1:]
    by = tuple(each for each in (asked[-1], decided, settled) if each is not None)
    if settled is not None:
        return Told("settled", by)
    return Told("applied" if decided is None else decided.event.decision, by)


QuestionList(
    "A5",
    columns=(
        derived("disability", "残疾类别", "Disability", "code", _disability_class, codes="disability_class"),
        derived("grade", "残疾等级", "Grade", "code", _grade, codes="disability_grade"),
        derived("age", "年龄", "Age", "number", years_old),
        day_of_entry("last_assessed_on", Label("上次评估日期", "Last assessed on"), RehabAssessed),
        field_of("plan_ends_on", Label("方案结束日期", "Plan ends on"), RehabPlanMade, "ends_on"),
        derived("sessions_done", "已做次数", "Sessions done", "number", _done),
        derived("sessions_planned", "计划次数", "Sessions planned", "number", _planned),
        derived("subsidy", "康复救助", "Subsidy", "code", _subsidy, codes=SUBSIDY_STATES),
    ),
    obligations=("R-REH-2", "R-REH-3", "R-REH-4"),
    findings=("R-REH-1", "I08"),
    spans=(HeldSpan(DISABILITY),),
    gaps=_without_plan,
)


# A7: at school, in whatever form


def _education(row: RowSubject, of: str) -> Told | None:
    fact = row.life.now(EDUCATION)
    if fact is None or fact.held.value is None:
        return None
    return Told(getattr(fact.held.value, of) or Unknown("not_known"), (fact.entry,))


def _put_off_until(row: RowSubject) -> Told | None:
    """Until when schooling is deferred or suspended, while it is."""
    fact = row.life.now(PUT_OFF)
    event = None if fact is None else fact.entry.event
    if fact is None or not isinstance(event, DeferralOrSuspensionApproved):
        return None
    return Told(event.ends_on, (fact.entry,))


def _without_roll_number(row: RowSubject) -> Iterator[Gap]:
    """The schooling that goes on, no preschool, of a child in care of whom no roll number is recorded."""
    if not row.life.in_care:
        return
    for fact in row.life.each(EDUCATION):
        enrolled = fact.entry.event
        if not isinstance(enrolled, SchoolEnrolled) or enrolled.compulsory is False:
            continue
        if known(enrolled.student_roll_no) is None:
            yield Gap(NO_ROLL_NUMBER, (SchoolEnrolled,), (fact.entry,))


QuestionList(
    "A7",
    columns=(
        derived("age", "年龄", "Age", "number", years_old),
        derived("form", "就学形式", "Form", "code", lambda row: _education(row, "form"), codes="school_form"),
        derived("stage", "学段", "Stage", "code", lambda row: _education(row, "stage"), codes="school_stage"),
        field_of("roll_no", Label("学籍号", "Student roll number"), SchoolEnrolled, "student_roll_no"),
        day_of_entry("reported_on", Label("向教育部门报备日期", "Reported on"), SchoolAgeReported),
        derived("put_off_until", "延缓、休学至", "Deferred until", "day", _put_off_until),
    ),
    obligations=("D14",),
    findings=("I09", "R-EDU-5", "R-EDU-2"),
    spans=(HeldSpan(EDUCATION),),
    gaps=_without_roll_number,
)


# A9: psychological care


def _open_since(rule: str, row: RowSubject) -> Told | None:
    """Since when the first question waits that is to be answered by a rule."""
    waiting = [each for each in row.clocks if each.rule == rule and each.state(row.day) in {"due", "overdue"}]
    first = min(waiting, key=lambda each: each.opened_on, default=None)
    return None if first is None else Told(first.started_by[0].days, first.started_by, first.rests_on)


QuestionList(
    "A9",
    columns=(
        day_of_entry("last_test_on", Label("上次测评日期", "Last test on"), PsychAssessed),
        field_of("level", Label("测评等级", "Level"), PsychAssessed, "level"),
        derived("test_due_on", "测评到期日", "Test due on", "day", lambda row: due_next(row, "D28")),
        derived(
            "concern_open_since",
            "异常待跟进起始日期",
            "Concern open since",
            "day",
            lambda row: _open_since("R-PSY-1", row),
        ),
        derived(
            "referral_open_since",
            "转介待回复起始日期",
            "Referral open since",
            "day",
            lambda row: _open_since("R-PSY-2", row),
        ),
        derived("due_on", "最早到期日", "First due on", "day", due_next),
    ),
    obligations=("D28", "R-PSY-1", "R-PSY-2"),
)


# A11, on examinations and vaccinations


def _unknown_next_dose(row: RowSubject) -> Iterator[Gap]:
    """A child in care, no adult, of whom no dose is awaited, and of whom nobody said that none is left."""
    life = row.life
    if not life.in_care or life.aged(ADULT) is True or life.now(PROGRAMME_COMPLETED) is not None:
        return
    awaited = (each for each in row.clocks if each.rule in DOSES and each.state(row.day) in WAITING)
    stay, last = row.history.stay_on(row.day), life.last(VaccinationGiven)
    if stay is None or next(awaited, None) is not None:
        return
    by = (stay.began.entry,) if last is None else (last,)
    yield Gap(NO_NEXT_DOSE, (VaccinationBooked, VaccinationProgrammeCompleted), by)


def _item(row: RowSubject) -> Told:
    clock = clock_of(row)
    return Told(NEXT_DOSE if clock is None else clock.rule)


def _awaited(row: RowSubject) -> AwaitedDose | None:
    clock = clock_of(row)
    started = None if clock is None else clock.started_by[0]
    is_dose = started is not None and isinstance(started.event, (VaccinationDeferred, VaccinationBooked))
    return started if is_dose else None


def _of_dose(of: str, row: RowSubject) -> Told | None:
    """What is said of the awaited dose; not known where nobody said which is next."""
    awaited = _awaited(row)
    if awaited is None:
        return Told(Unknown("not_known")) if clock_of(row) is None else None
    return Told(getattr(awaited.event, of), (awaited,))


def _due_on(row: RowSubject) -> Told:
    clock = clock_of(row)
    return Told(Unknown("not_known")) if clock is None else Told(clock.due, clock.started_by)


def _last_done(row: RowSubject) -> Told | None:
    """When it was last done: an examination, a dose of the same vaccine, or of any where none is known."""
    clock, awaited = clock_of(row), _awaited(row)
    if clock is not None and clock.rule == "D13":
        examined = row.life.last(PhysicalExamined)
        return None if examined is None else Told(examined.days, (examined,))
    if clock is not None and awaited is None:
        return None
    vaccine = None if awaited is None else known(awaited.event.vaccine)
    given = [
        each
        for each in row.life.all(VaccinationGiven)
        if vaccine is None or known(each.event.vaccine) == vaccine
    ]
    return Told(given[-1].days, (given[-1],)) if given else None


QuestionList(
    "A11",
    columns=(
        derived("item", "项目", "Item", "code", _item, codes=ITEMS),
        derived("vaccine", "疫苗", "Vaccine", "code", partial(_of_dose, "vaccine"), codes="vaccine"),
        derived("dose", "剂次", "Dose", "number", partial(_of_dose, "dose")),
        derived("due_on", "到期日", "Due on", "day", _due_on),
        derived("last_done_on", "上次日期", "Last done on", "day", _last_done),
    ),
    obligations=("D13", "R-MED-4", *DOSES),
    spans=(HeldSpan(STAGE, tuple(sorted(IN_CARE)), on_the_day=True),),
    gaps=_unknown_next_dose,
    each_clock=True,
)
