"""Safety (安全 · 强制报告): incidents, harm that must be reported, and children who are missing.

An incident (an accident, an infection) is told to whoever cares for the child. What tells of harm or danger
is a *safeguarding concern*: an event of its own, sealed wholly with all that follows from it (design 5.3). So
no rule reads a sealed code to learn what must be reported, and the days on which it is due are those of
entries. Which concern a report names is sealed, too: it counts for the last one before it that has no report.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_always_due, answers_due, answers_to
from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Count,
    Event,
    Label,
    Name,
    NotAfter,
    NotBefore,
    Number,
    Part,
    Past,
    Personal,
    Refers,
    Text,
    Title,
    Unit,
    known,
)
from domain.file import Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation, until_handed_over
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.shared_fields import AppliedTo, DecidedBy, Grounds, Yuan
from domain.standing import standing
from domain.when import Days, day_of

REPORTING: Final = "《未成年人保护法》第11条第二款"
ANSWERING: Final = "《未成年人保护法》第11条第三款"
AID: Final = "《未成年人保护法》第104条、第111条"
AT_HOME: Final = "domestic_violence"
POLICE: Final = "police"

MISSING: Final[Attribute[Answered[str]]] = Attribute("safety", "missing", Label("下落不明", "Missing"))


class InvolvedPerson(Part):
    """Somebody who took part in an incident, and as what."""

    name: Annotated[Answered[Name], Label("姓名", "Name")]
    role: Annotated[Answered[str], Label("身份", "Part"), Code("incident_role")]


class IncidentOccurred(
    Event,
    zh="发生意外或者突发事件",
    en="Incident occurred",
    source="如皋市2021年儿童福利工作要点七；威海市民政局等《实施意见》（2021-11-08）二（七）",
    seals=Category.HEALTH,
):
    """Something happened that hurt or endangered the child: an accident, a fire, an infection, bad food."""

    incident_type: Annotated[Answered[str], Label("事件类型", "Kind of incident"), Code("incident_type")]
    severity: Annotated[Answered[str], Label("严重程度", "Severity"), Code("incident_severity")]
    is_cause_known: Annotated[Answered[bool], Label("原因是否查明", "The cause is known")]
    place: Annotated[Answered[Text], Label("发生地点", "Place"), Personal(Category.HEALTH)]
    description: Annotated[Answered[Text], Label("事件经过", "What happened"), Personal(Category.HEALTH)]
    witnesses: Annotated[
        Answered[tuple[Name, ...]], Label("在场人员", "Who was there"), Personal(Category.HEALTH)
    ]
    persons: Annotated[
        tuple[InvolvedPerson, ...] | None,
        Label("涉及人员", "Who took part"),
        Personal(Category.HEALTH),
    ] = None

    def refusals(self, life: Life) -> Refusals:
        """An incident without a known cause may be harm, and so is a concern that very day (I28)."""
        cause, entry = known(self.is_cause_known), life.entry
        if cause is True or entry is None or life.number("D19", of=entry) is None:
            return
        if any(each.days.last >= entry.days.earliest for each in life.all(SafeguardingConcernRaised)):
            return
        detail = Label(
            "原因未查明，当日未登记疑似侵害", "its cause is not known, and no concern was raised that day"
        )
        yield no_evidence("I28", detail=detail) if cause is False else uncertain("I28", detail=detail)


class IncidentReportedUp(
    Event,
    zh="意外或者突发事件上报",
    en="Incident reported up",
    source="威海市民政局等《实施意见》（2021-11-08）二（七）",
    seals=Category.HEALTH,
    ends_with=None,
):
    """An incident was reported to the authority in charge."""

    incident: Annotated[Answered[UUID], Label("所上报的事件", "The incident"), Refers("IncidentOccurred")]
    reported_to: Annotated[Answered[Title], Label("上报单位", "Reported to"), Personal(Category.HEALTH)]
    elapsed_min: Annotated[Answered[Count], Label("上报用时", "Time until then"), Unit("min", "分钟")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (IncidentOccurred,)


class SafeguardingConcernRaised(
    Event,
    zh="发现侵害或者危险情形",
    en="Safeguarding concern raised",
    source=REPORTING,
    seals=Category.SAFEGUARDING,
    ends_with=None,
):
    """Somebody found that the child was harmed, or may have been, or is in danger; also after it has left."""

    situation: Annotated[Answered[str], Label("情形", "Situation"), Code("concern_situation")]
    description: Annotated[Answered[Text], Label("具体情况", "What was found")]
    incident: Annotated[
        Answered[UUID] | None, Label("相关的意外事件", "Incident"), Refers("IncidentOccurred")
    ] = None


class MandatoryReportMade(
    Event,
    zh="强制报告",
    en="Mandatory report made",
    source=f"{REPORTING}、第130条；《反家庭暴力法》第14条",
    seals=Category.SAFEGUARDING,
    ends_with=None,
):
    """The institution reported harm or danger to the authorities; who reported it is confidential."""

    concern: Annotated[
        Answered[UUID], Label("所报告的情形", "The concern"), Refers("SafeguardingConcernRaised")
    ]
    situation: Annotated[Answered[str], Label("报告情形", "Situation"), Code("concern_situation")]
    reported_to: Annotated[
        Answered[AtLeastOne[str]], Label("受理部门", "Reported to"), Code("report_channel")
    ]
    discovered_at: Annotated[Answered[datetime], Label("发现时间", "Discovered at"), Past()]
    reported_at: Annotated[
        Answered[datetime], Label("报告时间", "Reported at"), NotBefore("discovered_at"), Past()
    ]
    reporter: Annotated[Answered[Name], Label("报告人", "Reported by")]
    receipt_no: Annotated[Answered[Number], Label("受理回执编号", "Number of the receipt")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SafeguardingConcernRaised,)

    def refusals(self, life: Life) -> Refusals:
        """Domestic violence is reported to the police (R-SAF-3)."""
        if life.number("R-SAF-3") is None:
            return
        situation, channels = known(self.situation), known(self.reported_to)
        if situation not in {None, AT_HOME} or POLICE in (channels or ()):
            return
        if situation is None or channels is None:
            yield uncertain("R-SAF-3")
        else:
            yield breach("R-SAF-3")


class MandatoryReportOutcomeReceived(
    Event,
    zh="收到强制报告处理结果",
    en="Outcome of a mandatory report received",
    source=ANSWERING,
    seals=Category.SAFEGUARDING,
    ends_with=None,
):
    """An authority said what came of a report."""

    report: Annotated[Answered[UUID], Label("所答复的报告", "The report"), Refers("MandatoryReportMade")]
    authority: Annotated[Answered[Title], Label("处理部门", "Authority")]
    result: Annotated[Answered[str], Label("处理结果", "Result"), Code("report_result")]
    explanation: Annotated[Text | None, Label("处理说明", "Explanation")] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MandatoryReportMade,)


class ProtectiveMeasureTaken(
    Event,
    zh="采取保护措施",
    en="Protective measure taken",
    source="《未成年人保护法》第20条、第111条；国务院办公厅《关于进一步加强困境儿童福利保障工作的意见》（2025-05-07）（十四）",
    seals=Category.SAFEGUARDING,
):
    """The child was protected from further harm."""

    concern: Annotated[
        Answered[UUID] | None, Label("所针对的情形", "The concern"), Refers("SafeguardingConcernRaised")
    ] = None
    measure: Annotated[Answered[str], Label("保护措施", "Measure"), Code("protective_measure")]
    is_staff_suspended: Annotated[Answered[bool], Label("是否停止工作人员履职", "Staff suspended")]
    description: Annotated[Answered[Text], Label("措施说明", "What was done")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SafeguardingConcernRaised, IncidentOccurred)


class LegalAidRequested(
    Event,
    zh="申请法律援助",
    en="Legal aid requested",
    source=AID,
    seals=Category.SAFEGUARDING,
    ends_with=None,
):
    """Legal aid was requested for the child."""

    applied_to: AppliedTo
    grounds: Grounds


class JudicialAssistanceGranted(
    Event,
    zh="获得司法救助",
    en="Judicial assistance granted",
    source=AID,
    seals=Category.SAFEGUARDING,
    ends_with=None,
):
    """A court, a procuratorate or the police supported the child."""

    decided_by: DecidedBy
    amount_yuan: Yuan
    grounds: Grounds


class ChildMissingReported(
    Event,
    zh="儿童走失报案",
    en="Child missing reported",
    source=f"{REPORTING}、第103条（查找失踪未成年人除外）",
    seals=Category.CONTACT,
):
    """It was reported to the police that the child is missing; it still is in care."""

    missing_kind: Annotated[Answered[str], Label("下落不明类型", "How it went missing"), Code("missing_kind")]
    last_seen_at: Annotated[Answered[datetime], Label("最后出现时间", "Last seen at"), NotAfter()]
    last_seen_place: Annotated[
        Answered[Text], Label("最后出现地点", "Last seen where"), Personal(Category.CONTACT)
    ]
    police_unit: Annotated[Answered[Title], Label("报案公安机关", "Police unit"), Personal(Category.CONTACT)]
    police_case_no: Annotated[
        Answered[Number], Label("报案编号", "Number at the police"), Personal(Category.CONTACT)
    ]

    def refusals(self, life: Life) -> Refusals:
        """It is reported soon after the child was last seen (R-SAF-4)."""
        seen, entry = known(self.last_seen_at), life.entry
        limit = None if entry is None else life.number("R-SAF-4", of=entry)
        if entry is None or limit is None:
            return
        if seen is None:
            yield uncertain("R-SAF-4", by=limit)
        elif entry.days.earliest > limit.ends(Days.on(day_of(seen))).last:
            yield breach("R-SAF-4", by=limit)

    def holds(self, entry: AnyEntry) -> Facts:
        seen = known(self.last_seen_at)
        since = entry.days if seen is None else Days.on(day_of(seen))
        yield MISSING.since(since, self.missing_kind)


class MissingChildFound(
    Event,
    zh="走失儿童找回",
    en="Missing child found",
    source=REPORTING,
    seals=Category.CONTACT,
    ends_with=None,
    once=True,
):
    """The missing child was found."""

    report: Annotated[Answered[UUID], Label("所对应的报案", "The report"), Refers("ChildMissingReported")]
    found_place: Annotated[Answered[Text], Label("找回地点", "Found where"), Personal(Category.CONTACT)]
    found_by: Annotated[Answered[Title], Label("找回单位", "Found by"), Personal(Category.CONTACT)]
    condition: Annotated[Answered[Text], Label("身体状况", "Condition"), Personal(Category.HEALTH)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ChildMissingReported,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield MISSING.since(entry.days, None)


@obligation("R-SAF-1", IncidentOccurred)
def incidents_reported_up(history: History) -> Iterator[Clock]:
    """An incident that is not minor is reported to the authority by the institution in charge."""
    due = answers_due(
        "R-SAF-1", history, IncidentOccurred, IncidentReportedUp, field="incident", case=_severity
    )
    return until_handed_over(history, due)


def _severity(incident: Entry[IncidentOccurred]) -> str:
    return known(incident.event.severity) or "unknown"


@obligation("D19", SafeguardingConcernRaised)
def concerns_reported(history: History) -> Iterator[Clock]:
    """Harm and danger are reported at once; that the child has left makes it no less due."""
    return answers_always_due("D19", history, SafeguardingConcernRaised, MandatoryReportMade, field=None)


@standing("I28", SafeguardingConcernRaised)
def harm_is_reported(life: Life) -> Refusals:
    """No concern stands without a mandatory report."""
    concerns, reports = life.all(SafeguardingConcernRaised), life.all(MandatoryReportMade)
    for concern, report in zip(concerns, answers_to(concerns, reports, None), strict=True):
        if report is None and life.number("D19", of=concern) is not None:
            yield no_evidence("I28", concern)


@obligation("R-SAF-2", MandatoryReportMade)
def outcomes_received(history: History) -> Iterator[Clock]:
    """The authority that was told says what came of it, to the institution that told it."""
    due = answers_due("R-SAF-2", history, MandatoryReportMade, MandatoryReportOutcomeReceived, field=None)
    return until_handed_over(history, due)


@standing("R-SAF-5")
def is_found(life: Life) -> Refusals:
    """Nobody is missing."""
    missing = life.now(MISSING)
    if missing is not None:
        yield breach("R-SAF-5", missing.entry)
