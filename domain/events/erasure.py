"""Erasure (删除个人信息): asked for, approved by two others or rejected, put off by a hold, and done."""

from collections.abc import Iterator
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Count,
    Event,
    Label,
    OfFile,
    Personal,
    Refers,
    Text,
    known,
)
from domain.events.archive import ArchiveAppraised, ArchiveOpened, ArchiveSealed
from domain.file import TURN, File
from domain.life import STAGE, Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, no_evidence, once_passed
from domain.shared_fields import ChildId, PersonId
from domain.when import Days, day_of

ERASING: Final = "《个人信息保护法》第47条"
BY_TWO: Final = "《个人信息保护法》第51条；本系统规则（由另外两人批准）"
PUT_OFF: Final = "《个人信息保护法》第47条第2款；本系统规则（暂缓删除）"
ARCHIVED: Final = (ArchiveOpened, ArchiveSealed, ArchiveAppraised)
"""What says for how long the archive is kept."""
APPROVALS: Final = 2
"""People who approve an erasure, neither of them who recorded the request."""
WHATEVER_IS_KEPT: Final = frozenset({"unlawful", "court_order"})
"""Codes of `erasure_ground` for which the time that files are kept does not matter."""
PERMANENT: Final = "permanent"
"""A code of `retention`."""

OtherPerson: TypeAlias = Annotated[PersonId | None, Label("儿童以外的当事人", "Of another person"), OfFile()]
"""Whose data is erased, if they are a person named in the file and not the one whose file it is."""
ErasedCategories: TypeAlias = Annotated[
    AtLeastOne[str], Label("删除的信息类别", "Categories"), Code("personal_category")
]


class ErasureRequested(Event, zh="申请删除个人信息", en="Erasure requested", source=ERASING, ends_with=None):
    """That personal data of some categories be erased was asked for; who asked is the person, or another."""

    asked_by: Annotated[Answered[str], Label("申请方", "Asked by"), Code("data_right_asker")]
    ground: Annotated[str, Label("删除的事由", "Ground"), Code("erasure_ground")]
    categories: ErasedCategories
    person: OtherPerson = None
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None


ErasureRequestId: TypeAlias = Annotated[UUID, Label("删除申请", "Request"), Refers("ErasureRequested")]


class ErasureApproved(Event, zh="批准删除个人信息", en="Erasure approved", source=BY_TWO, ends_with=None):
    """One of the two who approve an erasure did."""

    request: ErasureRequestId
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ErasureRequested,)

    def refusals(self, life: Life) -> Refusals:
        yield from _another_each(life, self.request)
        yield from _put_off(life)
        yield from _kept(life, self.request)


class ErasureRejected(
    Event, zh="不予删除个人信息", en="Erasure rejected", source=BY_TWO, ends_with=None, once=True
):
    """An erasure was not approved, or stopped before it was done; whoever asked is told why in writing."""

    request: ErasureRequestId
    ground: Annotated[Answered[str], Label("不予删除的理由", "Ground"), Code("erasure_rejection")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ErasureRequested,)


class ErasureHoldImposed(Event, zh="暂缓删除", en="Erasure put on hold", source=PUT_OFF, ends_with=None):
    """Nothing of the file is erased while this holds, as during a lawsuit."""

    ground: Annotated[Answered[str], Label("暂缓的原因", "Ground"), Code("erasure_hold")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None


class ErasureHoldLifted(
    Event, zh="解除暂缓删除", en="Hold on erasure lifted", source=PUT_OFF, ends_with=None, once=True
):
    """The ground of a hold is gone."""

    hold: Annotated[UUID, Label("暂缓登记", "Hold"), Refers("ErasureHoldImposed")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ErasureHoldImposed,)


class ErasureStarted(
    Event, zh="开始删除个人信息", en="Erasure started", source=ERASING, ends_with=None, once=True
):
    """An erasure begins: from now on nothing of these categories is sealed for that person any more."""

    request: ErasureRequestId
    categories: ErasedCategories
    person: OtherPerson = None
    joined: Annotated[tuple[ChildId, ...], Label("一并删除的并入档案", "Joined files erased with it")] = ()

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ErasureApproved,)

    def refusals(self, life: Life) -> Refusals:
        yield from _not_yet(life, self.request)
        yield from _put_off(life)
        yield from _kept(life, self.request)


class ErasureCompleted(
    Event, zh="个人信息已删除", en="Erasure completed", source=ERASING, ends_with=None, once=True
):
    """The keys are destroyed, and what else was kept under them is gone; the evidence of it."""

    request: ErasureRequestId
    keys: Annotated[Count, Label("已销毁的数据密钥数", "Data keys destroyed")]
    scans: Annotated[Count, Label("已清除的材料影像数", "Scans purged")]
    copies: Annotated[Count, Label("已换新的密钥库副本数", "Copies of the key store replaced")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ErasureStarted,)


ON_ERASURES: Final = (ErasureApproved, ErasureRejected, ErasureHoldImposed, ErasureHoldLifted)
"""What a supervisor decides."""
DONE_BY_OPERATOR: Final = (ErasureStarted, ErasureCompleted)
"""What the command records that erases, and nobody else."""


def approvals_of(file: File, request: Entry[ErasureRequested]) -> list[Entry[ErasureApproved]]:
    """Return the approvals of a request as it stands, the first of each person, in the order of recording."""
    firsts: dict[UUID, Entry[ErasureApproved]] = {}
    for each in sorted(file.of(ErasureApproved), key=TURN):
        if each.event.request == request.original and each.turn > request.turn:
            firsts.setdefault(each.recorded_by.user, each)
    return list(firsts.values())


def rejection_of(file: File, request: Entry[ErasureRequested]) -> Entry[ErasureRejected] | None:
    """Return the rejection of a request as it stands; None if there is none."""
    rejections = (each for each in file.of(ErasureRejected) if each.event.request == request.original)
    return next((each for each in rejections if each.turn > request.turn), None)


def holds_of(file: File) -> list[Entry[ErasureHoldImposed]]:
    """Return the holds that were not lifted."""
    lifted = {each.event.hold for each in file.of(ErasureHoldLifted)}
    return [each for each in file.of(ErasureHoldImposed) if each.original not in lifted]


def _request(life: Life, request: UUID) -> Entry[ErasureRequested] | None:
    return next((each for each in life.file.of(ErasureRequested) if each.original == request), None)


def _another_each(life: Life, request: UUID) -> Refusals:
    """An erasure is approved by two people, neither of them who recorded the request (R-ERA-1)."""
    asked = life.file.entries.get(request)
    if asked is None or life.entry is None:
        return
    own: list[AnyEntry] = [asked, *life.file.amendments(request)]
    standing = _request(life, request)
    if standing is not None:
        own += [each for each in approvals_of(life.file, standing) if each.original != life.entry.original]
    mine = [each for each in own if each.recorded_by.user == life.entry.recorded_by.user]
    for each in mine[:1]:
        yield breach("R-ERA-1", each, at="/data/request")


def _put_off(life: Life) -> Refusals:
    """Nothing is erased while there is a hold (R-ERA-2)."""
    for each in holds_of(life.file)[:1]:
        yield breach("R-ERA-2", each)


def _kept(life: Life, request: UUID) -> Refusals:
    """Nothing is erased before the time is over for which the file is kept (R-ERA-3)."""
    standing = _request(life, request)
    if standing is None or standing.event.ground in WHATEVER_IS_KEPT:
        return
    archived: list[AnyEntry] = [each for kind in ARCHIVED for each in life.all(kind)]
    said = (each for each in archived if known(each.event.retention) is not None)
    source = max(said, key=TURN, default=None)
    retention = None if source is None else known(source.event.retention)
    if retention == PERMANENT:
        detail = Label("档案保管期限为永久", "the archive is kept permanently")
        yield breach("R-ERA-3", source, detail=detail)
        return
    stage = life.now(STAGE)
    if not life.gone or stage is None:
        detail = Label("儿童尚未离院", "the child has not left")
        yield no_evidence("R-ERA-3", source, detail=detail)
        return
    number = life.number("R-ERA-3", of=stage.entry, case=retention or "") or life.number("R-ERA-3")
    if number is not None:
        yield from once_passed("R-ERA-3", life, number.ends(stage.entry.days), source, by=number)


def _not_yet(life: Life, request: UUID) -> Refusals:
    """An erasure starts once two approved it and the days to stop it are over (R-ERA-4)."""
    standing = _request(life, request)
    approvals = [] if standing is None else approvals_of(life.file, standing)
    if standing is None or len(approvals) < APPROVALS or rejection_of(life.file, standing) is not None:
        yield no_evidence("R-ERA-4", standing, at="/data/request")
        return
    last = approvals[APPROVALS - 1]
    number = life.number("R-ERA-4", of=last)
    if number is not None:
        yield from once_passed("R-ERA-4", life, number.ends(approved_on(last)), last, by=number)


def approved_on(approval: Entry[ErasureApproved]) -> Days:
    """Return the day from which an erasure may be stopped: none before the approval was recorded."""
    recorded = approval.recorded_at
    return Days.on(approval.days.last if recorded is None else max(approval.days.last, day_of(recorded)))


@obligation("R-ERA-5", ErasureRequested)
def requests_are_decided(history: History) -> Iterator[Clock]:
    """A request to erase is approved by two, or rejected, within the rule's days."""
    for request in history.all(ErasureRequested):
        approvals = approvals_of(history.file, request)
        decision: AnyEntry | None = rejection_of(history.file, request)
        if decision is None and len(approvals) >= APPROVALS:
            decision = approvals[APPROVALS - 1]
        limit = history.number("R-ERA-5", entry=request)
        if limit is not None:
            yield Clock(
                rule="R-ERA-5",
                opened_on=request.days.last,
                due=limit.ends(request.days),
                started_by=(request,),
                met_by=decision,
                number=limit,
            )


@obligation("R-ERA-6", ErasureApproved)
def approved_erasures_are_carried_out(history: History) -> Iterator[Clock]:
    """What two have approved is erased within the rule's days, unless it is rejected after all."""
    completed = {each.event.request: each for each in history.all(ErasureCompleted)}
    for request in history.all(ErasureRequested):
        approvals = approvals_of(history.file, request)
        if len(approvals) < APPROVALS:
            continue
        last = approvals[APPROVALS - 1]
        rejection, limit = rejection_of(history.file, request), history.number("R-ERA-6", entry=last)
        if limit is not None:
            yield Clock(
                rule="R-ERA-6",
                opened_on=last.days.last,
                due=limit.ends(approved_on(last)),
                started_by=(last,),
                met_by=completed.get(request.original),
                void_on=None if rejection is None else rejection.days.last,
                void_because=None if rejection is None else ErasureRejected.label,
                number=limit,
            )
