"""The assessment of adopters while it goes on: who makes it (R-ADO-3), what is reported at once (R-ADO-4)."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotAfter,
    Number,
    Personal,
    Text,
    Title,
    known,
)
from domain.events.adoption.assessment import (
    ASSESSING,
    ASSESSMENT_MEASURES,
    AdoptionAssessmentConsented,
    AdoptionAssessmentNoticeGiven,
)
from domain.file import Facts
from domain.life import Life
from domain.refusal import Refusals, breach, no_evidence, uncertain, unless
from domain.shared_fields import AdopterId
from domain.when import Days

THIRD_PARTY: Final = "third_party"
"""The code of `assessment_body` for a body that assesses under an agreement."""
LATE: Final = Label("报告晚于发现当日", "it was reported after the day on which it was found")
HARM: Final = "harm_to_minors"
"""The code of `assessment_finding` of which the police are told, too."""


class AdoptionAssessmentStarted(
    Event,
    zh="收养评估开始",
    en="Adoption assessment started",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
    ends_with="adoption",
):
    """Civil affairs, or a third party under an agreement, began to assess the adopters."""

    body: Annotated[Answered[str], Label("评估主体", "Assessing body"), Code("assessment_body")]
    assessors: Annotated[Answered[tuple[Name, ...]], Label("评估人员", "Assessors")]
    agreement_no: Annotated[Number | None, Label("委托协议编号", "Number of the agreement")] = None
    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None

    def refusals(self, life: Life) -> Refusals:
        """R-ADO-3: an own team has enough members, and a third party an agreement."""
        limit, body, assessors = life.number("R-ADO-3"), known(self.body), known(self.assessors)
        if limit is None:
            return
        enough = assessors is not None and len(assessors) >= limit.value
        if body is None and not (enough and self.agreement_no is not None):
            yield uncertain("R-ADO-3", detail=Label("评估主体不明", "who assesses is not known"))
        elif body == THIRD_PARTY and self.agreement_no is None:
            yield no_evidence("R-ADO-3", detail=Label("未登记委托协议", "no agreement is recorded"))
        elif body not in {None, THIRD_PARTY} and assessors is None:
            yield no_evidence("R-ADO-3", detail=Label("未登记评估人员", "nobody is named"), by=limit)
        elif body not in {None, THIRD_PARTY} and not enough:
            detail = Label(f"评估人员少于{limit.value}名", f"fewer than {limit.value}")
            yield breach("R-ADO-3", detail=detail, by=limit)

    def holds(self, entry: AnyEntry) -> Facts:
        yield ASSESSING.since(entry.days, entry.days.last)


class AdoptionAssessmentFindingReported(
    Event,
    zh="收养评估期间情形报告",
    en="Adoption assessment finding reported",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
):
    """What speaks against the adopters came to light while they were assessed, and was reported that day."""

    situation: Annotated[Answered[str], Label("报告情形", "Situation"), Code("assessment_finding")]
    found_on: Annotated[Answered[date], Label("发现日期", "Found on"), NotAfter()]
    reported_to: Annotated[Answered[Title], Label("报告对象", "Reported to")]
    is_police_told: Annotated[Answered[bool], Label("是否报告公安机关", "Police told")]
    account: Annotated[
        Text | None, Label("情况说明", "Account"), Personal(Category.ADOPTION, subject="adopter")
    ] = None
    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionAssessmentStarted, AdoptionAssessmentConsented, AdoptionAssessmentNoticeGiven)

    def refusals(self, life: Life) -> Refusals:
        """R-ADO-4: it is reported on the day on which it is found, and harm to a child to the police, too."""
        limit, entry, found = life.number("R-ADO-4"), life.entry, known(self.found_on)
        if limit is None or entry is None:
            return
        if found is None:
            detail = Label("发现日期未登记", "when it was found is not recorded")
            yield uncertain("R-ADO-4", detail=detail, by=limit)
        else:
            last = limit.ends(Days.on(found)).last
            prompt = True if entry.days.last <= last else False if entry.days.earliest > last else None
            yield from unless("R-ADO-4", prompt, detail=LATE, by=limit)
        situation, told = known(self.situation), known(self.is_police_told)
        if situation is None and not told:
            yield uncertain("R-ADO-4", detail=Label("报告情形不明", "what was found is not known"))
        elif situation == HARM:
            yield from unless("R-ADO-4", told, detail=Label("未报告公安机关", "the police were not told"))
