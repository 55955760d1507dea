"""Schooling (就学): reported, enrolled, moved, deferred, ended."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Name, Number, Part, Personal, Text, known
from domain.file import Attribute, Facts
from domain.when import Days

COMPULSORY: Final = "《义务教育法》第11条"


class Education(Part):
    """The stage and the form of somebody's schooling, as far as known."""

    stage: Annotated[str | None, Label("学段", "Stage"), Code("school_stage")]
    form: Annotated[str | None, Label("就学形式", "Form"), Code("school_form")]


EDUCATION: Final[Attribute[Education]] = Attribute("schooling", "enrolled", Label("在学", "At school"))
PUT_OFF: Final[Attribute[str]] = Attribute(
    "schooling", "put_off", Label("缓学或休学", "Schooling deferred or suspended")
)


class SchoolAgeReported(
    Event,
    zh="向教育部门报备学龄儿童",
    en="School age reported",
    source="威海市民政局等《实施意见》(2021-11-08) 二(四)",
):
    """The education authority was told of a child of school age."""

    authority: Annotated[
        Answered[Name], Label("教育行政部门", "Education authority"), Personal(Category.IDENTITY)
    ]
    list_no: Annotated[Answered[Number], Label("名册编号", "Number of the list"), Personal(Category.IDENTITY)]


class SchoolEnrolled(Event, zh="入学", en="School enrolled", source=COMPULSORY):
    """The child began a stage of schooling, in whatever form."""

    stage: Annotated[Answered[str], Label("学段", "Stage"), Code("school_stage")]
    form: Annotated[Answered[str], Label("就学形式", "Form"), Code("school_form")]
    school: Annotated[Answered[Name], Label("学校", "School"), Personal(Category.CONTACT)]
    student_roll_no: Annotated[
        Answered[Number], Label("学籍号", "Student roll number"), Personal(Category.IDENTITY)
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield EDUCATION.since(entry.days, Education(stage=known(self.stage), form=known(self.form)))
        yield PUT_OFF.since(entry.days, None)


class StudentRollTransferred(
    Event,
    zh="学籍转移",
    en="Student roll transferred",
    source="威海市民政局等《实施意见》(2021-11-08) 四(二)",
):
    """The student roll went from one school to another; stage and form go on."""

    from_school: Annotated[Answered[Name], Label("转出学校", "From school"), Personal(Category.CONTACT)]
    to_school: Annotated[Answered[Name], Label("转入学校", "To school"), Personal(Category.CONTACT)]
    explanation: Annotated[Answered[Text], Label("转学原因", "Why"), Personal(Category.IDENTITY)]


class DeferralOrSuspensionApproved(
    Event, zh="批准缓学或休学", en="Deferral or suspension approved", source=COMPULSORY
):
    """The township government or the county's education authority let schooling begin later or pause."""

    decision: Annotated[Answered[str], Label("批准事项", "What was approved"), Code("school_put_off")]
    approved_by: Annotated[Answered[Name], Label("批准机关", "Approved by"), Personal(Category.IDENTITY)]
    starts_on: Annotated[Answered[date], Label("开始日期", "Starts on")]
    ends_on: Annotated[Answered[date], Label("结束日期", "Ends on")]

    def holds(self, entry: AnyEntry) -> Facts:
        starts = known(self.starts_on)
        yield PUT_OFF.since(
            entry.days if starts is None else Days.on(starts),
            known(self.decision) or "unknown",
            until=known(self.ends_on),
        )


class SchoolingEnded(Event, zh="学业结束", en="Schooling ended", source=COMPULSORY):
    """A stage of schooling ended, by graduation or otherwise."""

    end_reason: Annotated[Answered[str], Label("结束原因", "How it ended"), Code("school_end_reason")]
    certificate_no: Annotated[
        Answered[Number] | None, Label("证书编号", "Certificate number"), Personal(Category.IDENTITY)
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield EDUCATION.since(entry.days, None)
