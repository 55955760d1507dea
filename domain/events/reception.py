"""What coming into care asks for beside the reception itself: answers, papers, assessments."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_to
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotBefore,
    Number,
    Part,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.events.intake import DECLINED, INTAKE, MEASURES, NOTICE_83, ChildReceived, ReferralReceived
from domain.events.search import FindRelativesNoticePublished
from domain.file import EVERY, Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation, stage_of
from domain.refusal import Refusals, breach, no_evidence, uncertain, unless
from domain.repeating import by_named_day, no_day

WEIHAI: Final = "威海市民政局等《实施意见》（2021-11-08）二（一）"
NOT_OURS: Final = frozenset({"not_eligible", "guardian_acts", "elsewhere"})
"""Reasons, codes of `referral_decline_reason`, for which a child is rightly not taken in."""
OURS: Final = frozenset({"no_place", "papers_missing", "ill"})
"""Reasons that do not release the institution from taking an eligible child in."""
AGAIN: Final = Label("已再次移送", "referred again")

MISSING: Final[Attribute[str]] = Attribute(
    "reception", "missing", Label("入院所缺材料", "Papers missing on reception"), several=True
)
"""The kinds of paper that were missing when the papers were last verified."""
ASSESSED: Final[Attribute[date]] = Attribute(
    "reception", "assessed", Label("儿童抚养综合评估", "Care assessment made")
)


class ReferralDeclined(Event, zh="不予接收", en="Referral declined", source=WEIHAI, once=True):
    """The institution did not take in a child that was sent or announced to it."""

    referral: Annotated[Answered[UUID], Label("所答复的移送", "The referral"), Refers("ReferralReceived")]
    reason: Annotated[Answered[str], Label("不予接收原因", "Reason"), Code("referral_decline_reason")]
    explanation: Annotated[Answered[Text], Label("理由说明", "Explanation"), Personal(Category.IDENTITY)]
    sent_to: Annotated[
        Title | None, Label("儿童去向", "Where the child went"), Personal(Category.CONTACT)
    ] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ReferralReceived,)

    def refusals(self, life: Life) -> Refusals:
        """An eligible child is taken in; who is not, is told why (R-INT-3)."""
        reason = known(self.reason)
        if reason in OURS:
            yield breach("R-INT-3")
        elif reason not in NOT_OURS:
            yield uncertain("R-INT-3", detail=Label("不予接收的原因不明", "the reason is not clear"))

    def holds(self, entry: AnyEntry) -> Facts:
        yield DECLINED.since(entry.days, self.reason)


class CheckedPaper(Part):
    """One kind of paper that was looked for on reception."""

    kind: Annotated[str, Label("材料种类", "Kind of paper"), Code("document_kind")]
    is_present: Annotated[Answered[bool], Label("是否齐备", "Present")]


class IntakeVerified(Event, zh="接收资料核验", en="Intake papers verified", source=MEASURES):
    """The papers that came with the child were looked through, kind by kind."""

    items: Annotated[Answered[AtLeastOne[CheckedPaper]], Label("核验清单", "Checklist")]
    verifier: Annotated[Answered[Name], Label("核验人", "Verified by"), Personal(Category.IDENTITY)]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def holds(self, entry: AnyEntry) -> Facts:
        yield MISSING.since(entry.days, None, key=EVERY)
        for item in known(self.items) or ():
            if known(item.is_present) is False:
                yield MISSING.since(entry.days, item.kind, key=item.kind)


class TemporaryCareAgreementSigned(
    Event, zh="临时代养协议签订", en="Temporary-care agreement signed", source=f"{NOTICE_83}一（一）"
):
    """The police and the institution agreed that a foundling is cared for while its parents are sought."""

    agreement_no: Annotated[
        Answered[Number], Label("协议编号", "Agreement number"), Personal(Category.IDENTITY)
    ]
    other_party: Annotated[Answered[Title], Label("委托方", "Other party"), Personal(Category.IDENTITY)]

    def papers(self) -> tuple[str, ...]:
        return ("temporary_care_agreement",)

    def refusals(self, life: Life) -> Refusals:
        """The police certify first that they found nobody, and the notice follows the agreement (R-INT-2)."""
        if "found_child_certificate" not in life.papers()[0]:
            detail = Label("捡拾报案证明尚未登记", "the found-child certificate is not recorded")
            yield no_evidence("R-INT-2", detail=detail)
        received, entry = life.last(ChildReceived), life.entry
        for notice in life.all(FindRelativesNoticePublished):
            same_stay = received is None or notice.days.last >= received.days.earliest
            if entry is not None and same_stay and notice.days.earliest < entry.days.last:
                before = notice.days.last < entry.days.earliest
                detail = Label("寻亲公告早于协议", "the notice is earlier")
                yield from unless("R-INT-2", False if before else None, notice, detail=detail)
                return


class CareAssessmentMade(
    Event,
    zh="儿童抚养综合评估",
    en="Care assessment made",
    source=WEIHAI,
    seals=Category.HEALTH,
    ends_with="departure",
):
    """It was assessed how the child is and what it needs: on intake, and from time to time in care."""

    assessment_kind: Annotated[Answered[str], Label("评估类型", "Kind"), Code("care_assessment_kind")]
    physical: Annotated[Answered[Text], Label("身体状况", "Physical state"), Personal(Category.HEALTH)]
    psychological: Annotated[
        Answered[Text], Label("心理状况", "Psychological state"), Personal(Category.HEALTH)
    ]
    development: Annotated[Answered[Text], Label("发育状况", "Development"), Personal(Category.HEALTH)]
    family_background: Annotated[
        Answered[Text], Label("家庭背景", "Family background"), Personal(Category.FAMILY)
    ]
    needs: Annotated[Answered[Text], Label("需求", "Needs"), Personal(Category.HEALTH)]
    suggested: Annotated[Answered[str], Label("建议安置方式", "Suggested placement"), Code("suggested_care")]
    assessor: Annotated[Answered[Name], Label("评估人", "Assessed by"), Personal(Category.IDENTITY)]
    next_on: Annotated[Answered[date], Label("下次评估日期", "Next assessment"), NotBefore()]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        yield from no_day("R-CARE-1", self.next_on)

    def holds(self, entry: AnyEntry) -> Facts:
        yield ASSESSED.since(entry.days, entry.days.last)


@obligation("R-INT-9", ReferralReceived)
def referral_is_answered(history: History) -> Iterator[Clock]:
    """A referral is answered by a reception or a refusal; the next referral of the child replaces it."""
    referrals = history.all(ReferralReceived)
    declined = answers_to(referrals, history.all(ReferralDeclined), "referral")
    for index, (referral, refused) in enumerate(zip(referrals, declined, strict=True)):
        limit = history.number("R-INT-9", entry=referral)
        if limit is None:
            continue
        taken = [
            entry
            for kind in INTAKE
            for entry in history.all(kind)
            if entry.days.last >= referral.days.earliest
        ]
        answers = [*taken, *(() if refused is None else (refused,))]
        ends = [(later.days.last, AGAIN) for later in referrals[index + 1 : index + 2]]
        gone = history.gone(after=referral.days.last)
        if gone is not None:
            ends.append((gone.held.since, stage_of(gone)))
        void_on, because = min(ends, key=lambda end: end[0], default=(None, None))
        yield Clock(
            rule="R-INT-9",
            opened_on=referral.days.last,
            due=limit.ends(referral.days),
            started_by=(referral,),
            met_by=min(answers, key=lambda entry: entry.days.last, default=None),
            void_on=void_on,
            void_because=because,
            number=limit,
        )


@obligation("R-CARE-1", CareAssessmentMade)
def assessed_again(history: History) -> Iterator[Clock]:
    """A child in care is assessed again by the day that its last assessment named."""
    return by_named_day("R-CARE-1", history, CareAssessmentMade)
