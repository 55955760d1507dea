"""Health examinations and disability (体检 · 残疾)."""

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Annotated, Final

from domain.citizen_id import flaw, written
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Height,
    Label,
    NotBefore,
    Number,
    Part,
    Personal,
    Text,
    Title,
    Unit,
    Weight,
    known,
)
from domain.events.household import CITIZEN_ID
from domain.file import Attribute, Facts
from domain.health_state import HealthState, found_state
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, number_as_written
from domain.repeating import repeated
from domain.when import Days, birthday


class Disability(Part):
    """A disability by class and grade, as far as known."""

    disability_class: Annotated[str, Label("残疾类别", "Class"), Code("disability_class")]
    grade: Annotated[str | None, Label("残疾等级", "Grade"), Code("disability_grade")]


DISABILITY: Final[Attribute[Disability]] = Attribute("health", "disability", Label("残疾", "Disability"))
DISABILITY_CERTIFICATE: Final[Attribute[Disability]] = Attribute(
    "health", "disability_certificate", Label("残疾人证", "Disability certificate")
)
NOT_DISABLED: Final = "0"
CERTIFICATE_NO: Final = re.compile(r"(.{18})([1-7])([1-4])(B[0-9]{1,2})?")
"""A citizen id, the class, the grade, and which replacement it is."""


class PhysicalExamined(
    Event,
    zh="体检",
    en="Physically examined",
    source="全国儿童福利信息系统（NS）体检",
    seals=Category.HEALTH,
):
    """The child was examined and measured."""

    organisation: Annotated[Answered[Title], Label("体检机构", "Examined by"), Personal(Category.HEALTH)]
    height_cm: Annotated[
        Answered[Height], Label("身高", "Height"), Unit("cm", "厘米"), Personal(Category.HEALTH)
    ]
    weight_kg: Annotated[
        Answered[Weight], Label("体重", "Weight"), Unit("kg", "千克"), Personal(Category.HEALTH)
    ]
    summary: Annotated[Answered[Text], Label("体检结论", "Conclusion"), Personal(Category.HEALTH)]
    state: HealthState = None

    def holds(self, entry: AnyEntry) -> Facts:
        return found_state(entry, self.state)


class DisabilityAssessed(
    Event,
    zh="残疾评定",
    en="Disability assessed",
    source="GB/T 26341-2010",
    seals=Category.HEALTH,
):
    """A disability, or that there is none, was established."""

    disability_class: Annotated[Answered[str], Label("残疾类别", "Class"), Code("disability_class")]
    grade: Annotated[Answered[str] | None, Label("残疾等级", "Grade"), Code("disability_grade")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        kind = known(self.disability_class)
        if kind == NOT_DISABLED:
            yield DISABILITY.since(entry.days, None)
        elif kind is not None:
            yield DISABILITY.since(entry.days, Disability(disability_class=kind, grade=known(self.grade)))


class DisabilityCertificateIssued(
    Event,
    zh="核发残疾人证",
    en="Disability certificate issued",
    source="GB/T 26341-2010",
    seals=Category.HEALTH,
):
    """A disability certificate was issued."""

    certificate_no: Annotated[
        Answered[Number], Label("残疾人证号", "Certificate number"), Personal(Category.HEALTH)
    ]
    disability_class: Annotated[Answered[str], Label("残疾类别", "Class"), Code("disability_class")]
    grade: Annotated[Answered[str], Label("残疾等级", "Grade"), Code("disability_grade")]
    valid_to: Annotated[Answered[date], Label("有效期止", "Valid to"), NotBefore()]

    def refusals(self, life: Life) -> Refusals:
        number = known(self.certificate_no)
        if number is None:
            return
        parts = CERTIFICATE_NO.fullmatch(number)
        if parts is None:
            detail = Label(
                "位数、字符或者残疾类别、等级代码不符",
                "wrong length or characters, or no such class or grade",
            )
            yield number_as_written("R-DIS-1", detail=detail)
            return
        wrong = flaw(parts[1])
        if wrong is not None:
            detail = Label(f"证号中的公民身份号码{wrong.zh}", f"the citizen id in it has {wrong.en}")
            yield number_as_written("R-DIS-1", detail=detail)
            return
        said = (known(self.disability_class), known(self.grade))
        if any(own not in {None, digit} for own, digit in zip(said, parts.group(2, 3), strict=True)):
            yield breach("R-DIS-1", detail=Label("证号与类别或等级不符", "it says another class or grade"))
        recorded = life.now(CITIZEN_ID)
        if recorded is not None and known(recorded.held.value) not in {None, written(parts[1])}:
            yield breach(
                "R-DIS-1",
                recorded.entry,
                detail=Label("证号与已登记的公民身份号码不一致", "it says another citizen id"),
            )

    def holds(self, entry: AnyEntry) -> Facts:
        kind = known(self.disability_class)
        if kind is not None:
            disability = Disability(disability_class=kind, grade=known(self.grade))
            yield DISABILITY.since(entry.days, disability)
            yield DISABILITY_CERTIFICATE.since(entry.days, disability, until=known(self.valid_to))


BANDS: Final = (("under_6_months", 6), ("under_12_months", 12), ("under_36_months", 36))
"""The ages, in months, below which examinations follow each other more closely."""
OLDER: Final = "older"


@obligation("D13")
def examinations(history: History) -> Iterator[Clock]:
    """While a child is in care one examination follows another, the sooner the younger it is."""
    return repeated("D13", history, PhysicalExamined, case=partial(_band, history))


def _band(history: History, on: Days) -> str:
    """The age band on a day; a birth that is not known to the day counts as the latest possible."""
    birth = history.birth()
    born = None if birth is None else birth.held.value
    if born is None:
        return OLDER
    return next((band for band, months in BANDS if on.last < birthday(born.last, 0, months=months)), OLDER)
