"""Back to the family (回归家庭): asked for, shown who asks, decided, and seen to afterwards.

The return itself is the departure for that reason (`DepartureCompleted`), and the assessment that precedes
it that of the guardian (`GuardianshipAssessed`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_to
from domain.entry import Entry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Event,
    IdNumber,
    Label,
    Name,
    NotBefore,
    Number,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.events.departure import GUARDIAN_RESTORED, PARENTS_FOUND, STANDARD, DepartureCompleted
from domain.events.guardianship import (
    MINORS_LAW,
    RETURNED,
    GuardianshipTerminated,
    TemporaryGuardianshipStarted,
    given_back,
    guardian_case,
    heard,
)
from domain.events.intake import of_stay
from domain.events.parents import (
    ABLE,
    COURT_REVOKED,
    UNABLE,
    GuardianshipAssessed,
    GuardianshipRevocationAdjudicated,
)
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, against, breach, no_evidence, uncertain
from domain.shared_fields import ChildView, DecidedBy, DecisionTaken, IsChildAsked, PersonId
from domain.visiting import planned_and_agreed

SHANGHAI_79: Final = "《上海市未成年人保护条例》第79条"
BACK: Final = frozenset({PARENTS_FOUND, GUARDIAN_RESTORED})
APPROVED: Final = "approved"
"""A code of `decision`."""
RETRACTED: Final = "restoration_judgment"
"""The paper by which a court took back that it revoked a guardian."""


class FamilyReunificationRequested(
    Event,
    zh="申请领回儿童",
    en="Family reunification requested",
    source=f"{STANDARD}；{MINORS_LAW}第93条",
    seals=Category.FAMILY,
    ends_with="adoption",
):
    """A parent or another guardian asked for the child back."""

    guardian: Annotated[PersonId, Label("申请领回的监护人", "Guardian")]
    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.FAMILY, subject="guardian")]
    id_no: Annotated[
        Answered[IdNumber], Label("证件号码", "Id number"), Personal(Category.FAMILY, subject="guardian")
    ]
    phone_no: Annotated[
        Answered[Number], Label("联系电话", "Phone"), Personal(Category.FAMILY, subject="guardian")
    ]
    address: Annotated[
        Answered[Text], Label("住址", "Address"), Personal(Category.FAMILY, subject="guardian")
    ]
    relation: Annotated[Answered[str], Label("与儿童关系", "Relation"), Code("guardian_relation")]


class GuardianIdentityVerified(
    Event,
    zh="领回人身份核验",
    en="Guardian's identity verified",
    source=STANDARD,
    seals=Category.FAMILY,
    ends_with="adoption",
):
    """It was looked into whether who asks for the child is who they say, and the child's guardian."""

    guardian: Annotated[PersonId, Label("申请领回的监护人", "Guardian")]
    means: Annotated[
        Answered[AtLeastOne[str]], Label("核验方式", "Verified by"), Code("identity_verification")
    ]
    is_proven: Annotated[Answered[bool], Label("身份和监护关系是否查明", "Proven")]
    verified_by: Annotated[Answered[Title], Label("核验单位", "Verifying body"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FamilyReunificationRequested,)

    def papers(self) -> tuple[str, ...]:
        return ("kinship_proof",) if known(self.is_proven) is True else ()


class ReunificationDecided(
    Event,
    zh="回归家庭审批",
    en="Reunification decided",
    source=f"{STANDARD}；{MINORS_LAW}第93条",
    seals=Category.FAMILY,
    ends_with="adoption",
    once=True,
):
    """The competent civil-affairs department decided whether the child goes back, and when it is visited."""

    request: Annotated[
        Answered[UUID], Label("所答复的申请", "The request"), Refers("FamilyReunificationRequested")
    ]
    decision: DecisionTaken
    decided_by: Annotated[DecidedBy, Personal(Category.FAMILY)]
    is_child_asked: IsChildAsked
    child_view: Annotated[ChildView, Personal(Category.IDENTITY)] = None
    visits_on: Annotated[Answered[AtLeastOne[date]] | None, Label("计划随访日期", "Visits on")] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FamilyReunificationRequested,)

    def refusals(self, life: Life) -> Refusals:
        yield from heard(life, known(self.is_child_asked))
        if known(self.decision) in {None, APPROVED} and known(self.visits_on) is None:
            yield no_evidence("R-RET-2", detail=Label("计划随访日期不明", "the planned days are not known"))


class ReturnNotified(
    Event, zh="领回情况通报", en="Return notified", source=SHANGHAI_79, seals=Category.FAMILY
):
    """School, police and the committee of the place were told that the child is back, in confidence."""

    bodies: Annotated[Answered[AtLeastOne[str]], Label("通报对象", "Bodies told"), Code("notified_body")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (DepartureCompleted,)


class ReunificationFollowUpMade(
    Event, zh="回归家庭随访", en="Reunification follow-up made", source=SHANGHAI_79, seals=Category.FAMILY
):
    """Somebody saw or heard how child and guardian are getting on after the return."""

    mode: Annotated[Answered[str], Label("随访方式", "Mode"), Code("visit_mode")]
    guarding: Annotated[Answered[Text], Label("监护情况", "How it is brought up"), Personal(Category.FAMILY)]
    living: Annotated[Answered[Text], Label("生活情况", "Living"), Personal(Category.FAMILY)]
    schooling: Annotated[Answered[Text], Label("学习情况", "Schooling"), Personal(Category.IDENTITY)]
    risk: Annotated[Answered[str], Label("风险等级", "Risk"), Code("visit_risk")]
    next_on: Annotated[date | None, Label("下次随访日期", "Next visit"), NotBefore()] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (DepartureCompleted,)


@against(DepartureCompleted)
def may_leave_to_family(left: DepartureCompleted, life: Life) -> Refusals:
    """I21, of a departure to the family."""
    reason = known(left.reason)
    if reason in BACK:
        yield from _may_return(life, asks_for_kinship=reason != PARENTS_FOUND)


@against(GuardianshipTerminated)
def may_be_given_back(terminated: GuardianshipTerminated, life: Life) -> Refusals:
    """I21, of a guardianship that ended since the child goes back."""
    if known(terminated.reason) in RETURNED:
        yield from _may_return(life, asks_for_kinship=True)


def _may_return(life: Life, *, asks_for_kinship: bool) -> Refusals:
    """What speaks against a return beside papers that are not there: what is recorded of who asks (I21)."""
    requests = of_stay(life, FamilyReunificationRequested)
    request = requests[-1] if requests else None
    guardian = None if request is None else request.event.guardian
    yield from _who_asks(life, guardian, asks_for_kinship=asks_for_kinship)
    if guardian_case(life) == "temporary":
        yield from _fit_again(life, guardian)
    yield from _not_revoked(life, guardian)
    if request is not None:
        yield from _approved(life, request)


def _who_asks(life: Life, guardian: UUID | None, *, asks_for_kinship: bool) -> Refusals:
    verified = [
        each for each in of_stay(life, GuardianIdentityVerified) if guardian in {None, each.event.guardian}
    ]
    proven = known(verified[-1].event.is_proven) if verified else None
    if verified and proven is None:
        detail = Label("领回人身份是否查明不详", "whether it was proven who asks is not known")
        yield uncertain("I21", verified[-1], detail=detail)
    elif verified and not proven:
        detail = Label("领回人身份未查明", "who asks was not proven")
        yield breach("I21", verified[-1], detail=detail)
    elif guardian is not None and not verified and asks_for_kinship:
        yield from given_back(life, "parents_found")


def _fit_again(life: Life, guardian: UUID | None) -> Refusals:
    """The last assessment during temporary guardianship counts."""
    started = life.last(TemporaryGuardianshipStarted)
    assessed = [
        each
        for each in life.all(GuardianshipAssessed)
        if guardian in {None, each.event.guardian}
        and (started is None or each.days.last >= started.days.earliest)
    ]
    result = known(assessed[-1].event.result) if assessed else ABLE
    if result == UNABLE:
        detail = Label("经评估监护人不具备履行监护职责条件", "the guardian was assessed as not fit")
        yield breach("I21", assessed[-1], detail=detail)
    elif result != ABLE:
        detail = Label("监护能力评估结果不明", "what the assessment found is not known")
        yield uncertain("I21", assessed[-1], detail=detail)


def _not_revoked(life: Life, guardian: UUID | None) -> Refusals:
    """Of a guardian whom a court revoked there is the judgment that restores them."""
    judged = {each.event.guardian: each for each in life.all(GuardianshipRevocationAdjudicated)}
    own = [each for each in judged.values() if guardian in {None, each.event.guardian}]
    if RETRACTED in life.papers()[0]:
        return
    for each in own:
        result = known(each.event.result)
        if result == COURT_REVOKED and guardian is not None:
            detail = Label("监护人资格已被撤销，未恢复", "the guardian was revoked and not restored")
            yield breach("I21", each, detail=detail)
        elif result in {None, COURT_REVOKED}:
            detail = Label("领回人的监护人资格是否已被撤销不明", "whether who asks was revoked is not known")
            yield uncertain("I21", each, detail=detail)


def _approved(life: Life, request: Entry[FamilyReunificationRequested]) -> Refusals:
    """R-RET-1: civil affairs approved that the child goes back."""
    requests = life.all(FamilyReunificationRequested)
    answers = answers_to(requests, life.all(ReunificationDecided), "request")
    decided = dict(zip((each.original for each in requests), answers, strict=True))[request.original]
    decision = None if decided is None else known(decided.event.decision)
    if decided is None:
        yield no_evidence("R-RET-1", request, detail=Label("尚未登记审批", "no decision is recorded"))
    elif decision is None:
        yield uncertain("R-RET-1", decided, detail=Label("审批结果不明", "what was decided is not known"))
    elif decision != APPROVED:
        yield breach("R-RET-1", decided, detail=Label("审批未同意", "it was not approved"))


@obligation("R-RET-2", ReunificationDecided, ReunificationFollowUpMade)
def follow_ups(history: History) -> Iterator[Clock]:
    """Once the child is back, each visit that was planned or agreed on is made; a new plan replaces both."""
    plans = [
        each
        for each in history.all(ReunificationDecided)
        if known(each.event.visits_on) and history.first(DepartureCompleted, after=each.days.earliest)
    ]
    yield from planned_and_agreed("R-RET-2", history, plans, history.all(ReunificationFollowUpMade))
