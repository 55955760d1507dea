"""Health examinations and disability (体检 · 残疾)."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import (
    Amount,
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    Number,
    Part,
    Personal,
    Text,
    Unit,
    known,
)
from domain.file import Attribute, Facts


class Disability(Part):
    """A disability by class and grade, as far as known."""

    disability_class: Annotated[str, Label("残疾类别", "Class"), Code("disability_class")]
    grade: Annotated[str | None, Label("残疾等级", "Grade"), Code("disability_grade")]


DISABILITY: Final[Attribute[Disability]] = Attribute("health", "disability", Label("残疾", "Disability"))
DISABILITY_CERTIFICATE: Final[Attribute[Disability]] = Attribute(
    "health", "disability_certificate", Label("残疾人证", "Disability certificate")
)
NOT_DISABLED: Final = "0"


class PhysicalExamined(
    Event,
    zh="体检",
    en="Physically examined",
    source="全国儿童福利信息系统 体检",
    seals=Category.HEALTH,
):
    """The child was examined and measured."""

    organisation: Annotated[Answered[Name], Label("体检机构", "Examined by"), Personal(Category.HEALTH)]
    height_cm: Annotated[Answered[Amount], Label("身高", "Height"), Unit("cm"), Personal(Category.HEALTH)]
    weight_kg: Annotated[Answered[Amount], Label("体重", "Weight"), Unit("kg"), Personal(Category.HEALTH)]
    summary: Annotated[Answered[Text], Label("结论", "Conclusion"), Personal(Category.HEALTH)]


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
    valid_to: Annotated[Answered[date], Label("有效期止", "Valid to")]

    def holds(self, entry: AnyEntry) -> Facts:
        kind = known(self.disability_class)
        if kind is not None:
            disability = Disability(disability_class=kind, grade=known(self.grade))
            yield DISABILITY.since(entry.days, disability)
            yield DISABILITY_CERTIFICATE.since(entry.days, disability, until=known(self.valid_to))
