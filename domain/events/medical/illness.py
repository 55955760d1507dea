"""Illnesses (患病): each an episode that its diagnosis opens, with what is registered and reported of it.

What few may know is restricted (design 5.3), and so that its absence tells nothing either: the name of an
illness that is not to be known, psychiatric or other, has a field of its own beside the name for everyday
use; and what is reported of an infectious disease is sealed whole, for any may be HIV.
"""

from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotAfter,
    NotBefore,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.file import Attribute, Facts

NATIONAL_SYSTEM: Final = "全国儿童福利信息系统（NS）"

OfEpisode: TypeAlias = Annotated[Answered[UUID], Label("所属病程", "Episode"), Refers("IllnessDiagnosed")]
"""The diagnosis that opened the episode to which something belongs."""
Disease: TypeAlias = Annotated[Answered[Title], Label("疾病名称", "Disease"), Personal(Category.HEALTH)]
Hospital: TypeAlias = Annotated[Answered[Title], Label("医疗机构", "Hospital"), Personal(Category.HEALTH)]
Doctor: TypeAlias = Annotated[Answered[Name], Label("医生", "Doctor"), Personal(Category.HEALTH)]


ILLNESS: Final[Attribute[date]] = Attribute("medical", "illness", Label("患病", "Ill since"), several=True)
"""The days from which illnesses are treated, each under the id of the entry that opened its episode."""
REGISTERED_ILLNESS: Final[Attribute[Answered[str]]] = Attribute(
    "medical", "registered_illness", Label("慢性病或者重大疾病", "Chronic or serious illness"), several=True
)
"""The classes under which illnesses are registered, each under the id of its entry."""
PALLIATIVE_CARE: Final[Attribute[date]] = Attribute(
    "medical", "palliative_care", Label("安宁疗护", "Palliative care since")
)


class IllnessDiagnosed(
    Event, zh="疾病诊断", en="Illness diagnosed", source=NATIONAL_SYSTEM, seals=Category.HEALTH
):
    """An illness was diagnosed, with which its episode begins."""

    disease: Disease
    hospital: Hospital
    doctor: Doctor
    restricted_disease: Annotated[
        Title | None,
        Label("限制知悉的疾病名称", "Disease that few may know"),
        Personal(Category.RESTRICTED_HEALTH),
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield ILLNESS.since(entry.days, entry.days.last, key=str(entry.original))


class IllnessEpisodeClosed(
    Event,
    zh="病程结束",
    en="Illness episode closed",
    source="本系统规则",
    seals=Category.HEALTH,
    ends_with=None,
    once=True,
):
    """The treatment of an illness was over."""

    episode: OfEpisode
    outcome: Annotated[Answered[str], Label("转归", "Outcome"), Code("treatment_outcome")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (IllnessDiagnosed,)

    def holds(self, entry: AnyEntry) -> Facts:
        episode = known(self.episode)
        if episode is not None:
            yield ILLNESS.since(entry.days, None, key=str(episode))


class InfectiousDiseaseReported(
    Event,
    zh="传染病报告",
    en="Infectious disease reported",
    source="《传染病防治法》（条文未核实）",
    seals=Category.RESTRICTED_HEALTH,
):
    """An infectious disease, or the suspicion of one, was reported: HIV as any other."""

    disease: Annotated[Answered[Title], Label("疾病名称", "Disease")]
    disease_class: Annotated[
        Answered[str], Label("传染病类别", "Class of disease"), Code("infectious_disease_class")
    ]
    is_suspected: Annotated[Answered[bool], Label("是否疑似", "Suspected only")]
    reported_to: Annotated[Answered[Title], Label("报告对象", "Reported to")]
    is_isolated: Annotated[Answered[bool], Label("是否隔离", "Isolated")]
    infected_on: Annotated[date | None, Label("感染日期", "Infected on"), NotAfter()] = None
    infection_route: Annotated[
        str | None, Label("感染途径", "Route of infection"), Code("infection_route")
    ] = None
    episode: Annotated[
        UUID | None, Label("治疗所属病程", "Episode of its treatment"), Refers("IllnessDiagnosed")
    ] = None


class ChronicOrSeriousIllnessRegistered(
    Event,
    zh="慢性病、重大疾病登记",
    en="Chronic or serious illness registered",
    source=NATIONAL_SYSTEM,
    seals=Category.HEALTH,
):
    """An illness was registered as chronic or serious, with which more of its treatment is paid for."""

    episode: OfEpisode
    illness_class: Annotated[Answered[str], Label("类别", "Class"), Code("registered_illness_class")]
    registered_with: Annotated[
        Answered[Title], Label("登记单位", "Registered with"), Personal(Category.HEALTH)
    ]
    valid_to: Annotated[date | None, Label("有效期止", "Valid to"), NotBefore()] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield REGISTERED_ILLNESS.since(
            entry.days, self.illness_class, until=self.valid_to, key=str(entry.original)
        )


class PalliativeCareStarted(
    Event, zh="开始安宁疗护", en="Palliative care started", source="本系统规则", seals=Category.HEALTH
):
    """From that day on the child is cared for to live without pain, no longer to be cured."""

    episode: OfEpisode
    unit: Annotated[Answered[Title], Label("照护单位", "Cared for by"), Personal(Category.HEALTH)]
    doctor: Doctor
    plan: Annotated[Text | None, Label("照护方案", "Plan of care"), Personal(Category.HEALTH)] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield PALLIATIVE_CARE.since(entry.days, entry.days.last)
