"""Who works at an institution: qualified, checked for crimes, trained (工作人员)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    Name,
    Number,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.events.institution.duties import recurring, since_opening
from domain.events.institution.responsibilities import left
from domain.file import Facts
from domain.obligations import Clock, History, obligation
from domain.renewing import expiring
from domain.shared_fields import ValidTo

PROTECTION: Final = "《未成年人保护法》第62条"
LEFT: Final = Label("已离职", "left the institution")
YEARLY: Final = "yearly"
HIRING: Final = "hiring"
FOUND: Final = "found"


class StaffQualificationRecorded(
    Event,
    zh="工作人员资格登记",
    en="Staff qualification recorded",
    source="威海市民政局等《实施意见》（2021-11-08）二（二）",
    kind="institution",
):
    """Somebody who works at the institution holds a qualification, for the first time or anew."""

    staff_no: Annotated[Number, Label("工号", "Staff number"), Personal(Category.IDENTITY)]
    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.IDENTITY)]
    post: Annotated[Answered[str], Label("岗位", "Post"), Code("staff_post")]
    qualification: Annotated[Title, Label("资格名称", "Qualification"), Personal(Category.IDENTITY)]
    certificate_no: Annotated[
        Answered[Number], Label("证书编号", "Certificate number"), Personal(Category.IDENTITY)
    ]
    valid_to: ValidTo


class StaffLeft(Event, zh="工作人员离职", en="Staff member left", source=PROTECTION, kind="institution"):
    """Somebody left the institution of their own accord, or as their contract ended."""

    staff_no: Annotated[Answered[Number], Label("工号", "Staff number"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield from left(entry, self.staff_no)


class StaffDismissed(
    Event, zh="解聘工作人员", en="Staff member dismissed", source=PROTECTION, kind="institution"
):
    """Somebody was dismissed, in whose case a check found a record of a crime."""

    staff_no: Annotated[Answered[Number], Label("工号", "Staff number"), Personal(Category.IDENTITY)]
    check: Annotated[
        Answered[UUID],
        Label("所依据的违法犯罪记录查询", "Check that found it"),
        Refers("StaffCrimeRecordChecked"),
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield from left(entry, self.staff_no)


class StaffCrimeRecordChecked(
    Event,
    zh="工作人员违法犯罪记录查询",
    en="Staff checked for crime records",
    source=PROTECTION,
    kind="institution",
):
    """Police and procuratorate were asked whether staff, or applicants, have records of crimes."""

    occasion: Annotated[Answered[str], Label("查询时机", "Occasion"), Code("crime_check_occasion")]
    checked: Annotated[Answered[Count], Label("查询人数", "People checked")]
    result: Annotated[Answered[str], Label("查询结果", "Result"), Code("crime_check_result")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None


class TrainingHeld(
    Event,
    zh="培训",
    en="Training held",
    source="威海市民政局等《实施意见》（2021-11-08）三（三）；山东省某市儿童发展规划·儿童与福利（10）",
    kind="institution",
):
    """The institution trained its staff, or directors and supervisors of children in villages and towns."""

    audience: Annotated[Answered[str], Label("培训对象", "Audience"), Code("training_audience")]
    subject: Annotated[Answered[str], Label("培训内容", "Subject"), Code("training_subject")]
    attended: Annotated[Answered[Count], Label("参训人数", "People who attended")]
    hours: Annotated[Count | None, Label("学时", "Hours")] = None


@obligation("D20", kind="institution")
def staff_are_checked_every_year(history: History) -> Iterator[Clock]:
    """All staff are checked for crime records every year, from the opening on."""
    yearly = [each for each in history.all(StaffCrimeRecordChecked) if known(each.event.occasion) == YEARLY]
    yield from recurring("D20", history, since_opening(history, yearly))


@obligation("R-STA-1", kind="institution")
def who_has_a_record_is_dismissed(history: History) -> Iterator[Clock]:
    """Whoever works here and is found to have a record of such a crime is dismissed."""
    yield from answers_due(
        "R-STA-1",
        history,
        StaffCrimeRecordChecked,
        StaffDismissed,
        field="check",
        asks=lambda each: known(each.event.result) == FOUND and known(each.event.occasion) != HIRING,
    )


@obligation("R-STA-2", kind="institution")
def qualifications_are_renewed(history: History) -> Iterator[Clock]:
    """A qualification is renewed by its last day, while its holder works here."""
    held: defaultdict[tuple[str, str], list[Entry[StaffQualificationRecorded]]] = defaultdict(list)
    for each in history.all(StaffQualificationRecorded):
        held[str(each.event.staff_no), each.event.qualification].append(each)
    for (staff_no, _), entries in held.items():
        left = sorted(_left(history, staff_no), key=lambda each: each.days.last)
        yield from expiring(
            "R-STA-2", history, entries, lambda each: known(each.event.valid_to), ends=left, because=LEFT
        )


def _left(history: History, staff_no: str) -> Iterator[AnyEntry]:
    yield from (each for each in history.all(StaffLeft) if known(each.event.staff_no) == staff_no)
    yield from (each for each in history.all(StaffDismissed) if known(each.event.staff_no) == staff_no)


@obligation("D29", kind="institution")
def directors_are_trained_every_year(history: History) -> Iterator[Clock]:
    """Who trains the directors of children trains them every year, from the first training on."""
    trained = [each for each in history.all(TrainingHeld) if known(each.event.audience) == "child_directors"]
    yield from recurring("D29", history, trained)
