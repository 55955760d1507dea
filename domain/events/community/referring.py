"""What is asked of others for a child outside institutions, and what came of it (转介 · 热线 · 外展服务)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    NotAfter,
    Number,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.events.community.rolls import GUIZHOU, RUGAO
from domain.file import EVERY, Attribute, Facts
from domain.obligations import Clock, History, obligation

WEIHAI: Final = "威海市民政局等《实施意见》（2021-11-08）"
SERVED: Final[Attribute[date]] = Attribute(
    "community", "served", Label("接受机构外展服务", "Served by an institution"), several=True
)


class CareReferralMade(
    Event, zh="转介帮扶", en="Care referral made", source=f"{RUGAO}三（一）；{GUIZHOU}二、三"
):
    """An authority or a service was asked to help the child."""

    referred_for: Annotated[Answered[str], Label("转介事项", "Referred for"), Code("referred_for")]
    referred_to: Annotated[Answered[Title], Label("转介单位", "Referred to"), Personal(Category.FAMILY)]
    needs: Annotated[Answered[Text], Label("需求", "Needs"), Personal(Category.FAMILY)]


class CareReferralReturned(
    Event,
    zh="转介结果反馈",
    en="Care referral returned",
    source=f"{RUGAO}三（一）；{GUIZHOU}三（八）",
    once=True,
):
    """The authority or service said what came of the referral."""

    referral: Annotated[Answered[UUID], Label("转介", "Referral"), Refers("CareReferralMade")]
    outcome: Annotated[Answered[str], Label("办理结果", "Outcome"), Code("referral_outcome")]
    answer: Annotated[Answered[Text], Label("反馈内容", "Answer"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (CareReferralMade,)


class HotlineCaseReceived(
    Event,
    zh="受理热线个案",
    en="Hotline case received",
    seals=Category.SAFEGUARDING,
    source=f"{RUGAO}三（二）",
    ends_with=None,
):
    """Somebody called the hotline for the protection of minors about the child."""

    case_no: Annotated[Answered[Number], Label("热线工单号", "Case number")]
    call: Annotated[Answered[str], Label("来电类别", "Kind of call"), Code("hotline_call")]
    called_at: Annotated[Answered[datetime], Label("来电时间", "Called at"), NotAfter()]
    told: Annotated[Answered[Text], Label("反映内容", "What was told")]


class HotlineCaseHandled(
    Event,
    zh="热线个案办结",
    en="Hotline case handled",
    seals=Category.SAFEGUARDING,
    source=f"{RUGAO}三（二）",
    ends_with=None,
    once=True,
):
    """What the hotline was told was looked into, and the caller answered: the loop is closed."""

    case: Annotated[Answered[UUID], Label("热线个案", "Hotline case"), Refers("HotlineCaseReceived")]
    outcome: Annotated[Answered[str], Label("办理结果", "Outcome"), Code("referral_outcome")]
    done: Annotated[Answered[Text], Label("处置情况", "What was done")]
    is_caller_told: Annotated[Answered[bool], Label("是否回复来电人", "The caller was told")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (HotlineCaseReceived,)


class OutsideServiceStarted(
    Event, zh="开展机构外展服务", en="Outside service started", source=f"{WEIHAI}二（八）"
):
    """An institution began to serve a disabled child who does not live in it."""

    service: Annotated[Answered[str], Label("服务内容", "Service"), Code("outside_service")]
    provider: Annotated[Answered[Title], Label("服务机构", "Provider"), Personal(Category.HEALTH)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVED.since(entry.days, entry.days.last, key=known(self.service) or "")


class OutsideServiceEnded(
    Event,
    zh="结束机构外展服务",
    en="Outside service ended",
    source=f"{WEIHAI}二（八）",
    ends_with=None,
    once=True,
):
    """The service came to its end."""

    service: Annotated[Answered[str], Label("服务内容", "Service"), Code("outside_service")]
    result: Annotated[Answered[Text], Label("服务成效", "Result"), Personal(Category.HEALTH)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (OutsideServiceStarted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield SERVED.since(entry.days, None, key=known(self.service) or EVERY)


@obligation("R-COM-8", CareReferralMade)
def returned(history: History) -> Iterator[Clock]:
    """Whoever the child was referred to says what came of it."""
    return answers_due("R-COM-8", history, CareReferralMade, CareReferralReturned, field="referral")


@obligation("R-COM-9", HotlineCaseReceived)
def handled(history: History) -> Iterator[Clock]:
    """What the hotline was told is looked into, and closed.

    Which case was closed is sealed wholly and not read: the last one that waits.
    """
    return answers_due("R-COM-9", history, HotlineCaseReceived, HotlineCaseHandled, field=None)
