"""Treatment (就医): as an outpatient, in hospital, by surgery, in an emergency.

A stay in hospital is no care mode: the child keeps its place in ward, home or family, so that neither its
beginning nor its end touches the care mode (I27). The care mode `hospital` is for who lives there.
"""

from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Name, Personal, Refers, Text, Title
from domain.events.medical.illness import NATIONAL_SYSTEM, Doctor, Hospital, OfEpisode
from domain.file import Attribute, Facts

CARE_TEXT: Final = "威海市民政局等《实施意见》（2021-11-08）二（二）"

GreenChannel: TypeAlias = Annotated[bool | None, Label("是否走绿色通道", "By the green channel")]
Escort: TypeAlias = Annotated[Answered[Name], Label("陪护人员", "Escorted by"), Personal(Category.HEALTH)]
TreatmentResult: TypeAlias = Annotated[Answered[str], Label("治疗结果", "Result"), Code("treatment_outcome")]
Remark: TypeAlias = Annotated[Text | None, Label("诊疗情况", "What was done"), Personal(Category.HEALTH)]

HOSPITAL_STAY: Final[Attribute[date]] = Attribute(
    "medical", "hospital_stay", Label("住院", "In hospital since")
)


class OutpatientTreated(
    Event,
    zh="门诊就医",
    en="Outpatient treated",
    source=f"{CARE_TEXT}、（八）；{NATIONAL_SYSTEM}",
    seals=Category.HEALTH,
):
    """The child was treated without staying in hospital, there or from afar."""

    episode: OfEpisode
    hospital: Hospital
    doctor: Doctor
    escort: Escort
    result: TreatmentResult
    remark: Remark = None
    is_green_channel: GreenChannel = None
    is_remote: Annotated[bool | None, Label("是否远程诊疗", "By remote medicine")] = None


class HospitalAdmitted(
    Event,
    zh="住院",
    en="Hospital admitted",
    source=f"{CARE_TEXT}；{NATIONAL_SYSTEM}",
    seals=Category.HEALTH,
    ends_with="departure",
):
    """The child was admitted to hospital, and stays there until discharged."""

    episode: OfEpisode
    hospital: Hospital
    doctor: Doctor
    escort: Escort
    is_green_channel: GreenChannel = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield HOSPITAL_STAY.since(entry.days, entry.days.last)


class HospitalDischarged(
    Event,
    zh="出院",
    en="Hospital discharged",
    source=NATIONAL_SYSTEM,
    seals=Category.HEALTH,
    ends_with=None,
    once=True,
):
    """The child left hospital."""

    admission: Annotated[Answered[UUID], Label("所引用的住院", "Admission"), Refers("HospitalAdmitted")]
    result: TreatmentResult
    advice: Annotated[Text | None, Label("出院医嘱", "Advice on discharge"), Personal(Category.HEALTH)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (HospitalAdmitted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield HOSPITAL_STAY.since(entry.days, None)


class SurgeryPerformed(
    Event, zh="手术", en="Surgery performed", source=NATIONAL_SYSTEM, seals=Category.HEALTH
):
    """The child was operated on."""

    episode: OfEpisode
    hospital: Hospital
    doctor: Doctor
    operation: Annotated[Answered[Title], Label("手术名称", "Operation"), Personal(Category.HEALTH)]
    consented_by: Annotated[
        Answered[Title], Label("知情同意签署单位", "Consent signed by"), Personal(Category.HEALTH)
    ]
    escort: Escort
    result: TreatmentResult


class EmergencyRescued(Event, zh="抢救", en="Emergency rescued", source=CARE_TEXT, seals=Category.HEALTH):
    """The child was rescued from danger to its life."""

    episode: OfEpisode
    hospital: Hospital
    doctor: Doctor
    is_uninsured: Annotated[Answered[bool], Label("是否未参保", "Not insured")]
    result: TreatmentResult
    is_green_channel: GreenChannel = None
