"""On what ground the State is the child's guardian (监护)."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Number, Personal, Title, known
from domain.events.intake import ADMITTED, ChildAdmitted, entered, lacking
from domain.file import Attribute, Facts
from domain.life import ADULT, Life
from domain.refusal import Refusals, breach, no_evidence, uncertain, unless
from domain.rulebook import Pack
from domain.shared_fields import ChildView, Court, DecidedBy, Grounds, IsChildAsked, PersonId
from domain.standing import standing
from domain.when import Days

BY_JUDGMENT: Final = "4"
"""The long-term ground that is a court's judgment."""
NOT_FOUND: Final = "1"
"""The ground, of either guardianship, that parents are not found."""
SHOWN_NOT_FOUND: Final = frozenset({"found_child_certificate", "unclaimed_statement", "final_not_found"})
"""Papers of which each shows that the parents were looked for and not found: codes of `document_kind`."""
TEMPORARY, LONG_TERM, ENTRUSTED = "temporary", "long_term", "entrusted"
"""Codes of `guardianship_type`; a child in entrusted care keeps its own guardian."""
RETURNED: Final = frozenset({"returned", "guardian_restored"})
"""Reasons, codes of `guardianship_end`, for which the child goes back to its guardian."""
MINORS_LAW: Final = "《未成年人保护法》"
CIVIL_CODE: Final = "《民法典》"
CONVERTED: Final = "converted"
"""The reason, a code of `guardianship_end`, for which temporary guardianship alone ended."""

GUARDIANSHIP: Final[Attribute[str]] = Attribute("guardianship", "type", Label("监护类型", "Guardianship"))
"""A code of `guardianship_type`. Civil affairs is the guardian, not the institution."""
REVIEW: Final[Attribute[Answered[date]]] = Attribute(
    "guardianship", "review", Label("监护复核日期", "Review due")
)
GUARDIAN: Final[Attribute[Answered[str]]] = Attribute(
    "guardianship", "body", Label("监护机关", "Guardian body"), Category.FAMILY
)
REVOKED: Final[Attribute[UUID]] = Attribute(
    "guardianship", "revoked", Label("被撤销资格的监护人", "Guardian who was revoked"), several=True
)
"""Guardians whom a court revoked, each under its id, until a court restores them."""
RESTORED: Final[Attribute[UUID]] = Attribute(
    "guardianship", "restored", Label("恢复资格的监护人", "Guardian who was restored")
)
"""The guardian whom a court restored, until civil affairs is guardian again."""


class TemporaryGuardianshipStarted(
    Event,
    zh="临时监护开始",
    en="Temporary guardianship started",
    source=f"{MINORS_LAW}第92条",
    ends_with="adoption",
):
    """A civil-affairs department took on temporary guardianship."""

    ground: Annotated[Answered[str], Label("临时监护情形", "Ground"), Code("temporary_ground")]
    guardian_body: Annotated[Answered[Title], Label("监护机关", "Guardian body"), Personal(Category.FAMILY)]
    review_due_on: Annotated[Answered[date], Label("复核日期", "Review due on"), NotBefore()]

    def refusals(self, life: Life) -> Refusals:
        yield from _temporary(life, known(self.review_due_on))

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _begun(entry, TEMPORARY, self.guardian_body)
        yield REVIEW.since(entry.days, self.review_due_on)


class TemporaryGuardianshipExtended(
    Event,
    zh="临时监护延长",
    en="Temporary guardianship extended",
    source=f"{MINORS_LAW}第92条、第93条；《上海市未成年人保护条例》第77条",
    ends_with="adoption",
):
    """On review it was decided that temporary guardianship goes on, until the next review."""

    review_due_on: Annotated[Answered[date], Label("复核日期", "Review due on"), NotBefore()]
    grounds: Annotated[Grounds, Personal(Category.FAMILY)]
    decided_by: Annotated[DecidedBy, Personal(Category.FAMILY)]
    is_child_asked: IsChildAsked
    child_view: Annotated[ChildView, Personal(Category.IDENTITY)] = None

    def follows(self) -> tuple[type[Event], ...]:
        return (TemporaryGuardianshipStarted,)

    def refusals(self, life: Life) -> Refusals:
        yield from _goes_on(life)
        yield from _temporary(life, known(self.review_due_on))
        yield from heard(life, known(self.is_child_asked))

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIANSHIP.since(entry.days, TEMPORARY)
        yield REVIEW.since(entry.days, self.review_due_on)


DECIDED: Final = (TemporaryGuardianshipStarted, TemporaryGuardianshipExtended)
"""Decisions that temporary guardianship begins or goes on, each with the day of the next one."""


class LongTermGuardianshipConfirmed(
    Event,
    zh="长期监护确认",
    en="Long-term guardianship confirmed",
    source=f"{MINORS_LAW}第94条",
    ends_with="adoption",
):
    """It was decided that civil affairs is the child's long-term guardian."""

    ground: Annotated[Answered[str], Label("长期监护情形", "Ground"), Code("long_term_ground")]
    judgment_no: Annotated[
        Answered[Number] | None, Label("判决书编号", "Judgment number"), Personal(Category.FAMILY)
    ] = None
    guardian_body: Annotated[Title | None, Label("监护机关", "Guardian body"), Personal(Category.FAMILY)] = (
        None
    )

    def impossible(self, entry: AnyEntry) -> Refusals:
        if known(self.ground) == BY_JUDGMENT and self.judgment_no is None:
            yield no_evidence("E11", detail=Label("判决书编号", "Judgment number"))

    def refusals(self, life: Life) -> Refusals:
        """That parents are not found is shown by a paper, or by what amounts to it (I06)."""
        ground = known(self.ground)
        if ground is None:
            yield uncertain("I06", detail=Label("长期监护情形不详", "the ground is not known"))
        elif ground == NOT_FOUND and not life.papers()[0] & SHOWN_NOT_FOUND:
            yield no_evidence("I06")

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _begun(entry, LONG_TERM, self.guardian_body)
        yield REVIEW.since(entry.days, None)


class GuardianChanged(
    Event,
    zh="监护机关变更",
    en="Guardian changed",
    source=f"{MINORS_LAW}第92条、第94条；{CIVIL_CODE}第30条、第31条",
    ends_with="adoption",
):
    """Another civil-affairs department became the guardian, of the same kind as before.

    Where the child was handed over to another institution, `ChildTransferred` says so.
    """

    from_body: Annotated[Answered[Title], Label("原监护机关", "From"), Personal(Category.FAMILY)]
    to_body: Annotated[Answered[Title], Label("现监护机关", "To"), Personal(Category.FAMILY)]
    reason: Annotated[Answered[str], Label("变更原因", "Reason"), Code("guardian_change_reason")]
    is_child_asked: IsChildAsked
    child_view: Annotated[ChildView, Personal(Category.IDENTITY)] = None

    def refusals(self, life: Life) -> Refusals:
        yield from _goes_on(life)
        yield from heard(life, known(self.is_child_asked))

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIAN.since(entry.days, self.to_body)


class GuardianshipRestored(
    Event, zh="恢复监护人资格", en="Guardianship restored", source=f"{CIVIL_CODE}第38条", ends_with="adoption"
):
    """A court gave a guardian back the guardianship that it had revoked, which ends that of the State."""

    guardian: Annotated[PersonId, Label("监护人", "Guardian")]
    court: Annotated[Court, Personal(Category.FAMILY)]
    judgment_no: Annotated[
        Answered[Number], Label("判决书编号", "Judgment number"), Personal(Category.FAMILY)
    ]
    is_child_asked: IsChildAsked
    child_view: Annotated[ChildView, Personal(Category.IDENTITY)] = None

    def papers(self) -> tuple[str, ...]:
        return ("restoration_judgment",)

    def refusals(self, life: Life) -> Refusals:
        yield from heard(life, known(self.is_child_asked))

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _released(entry)
        yield REVOKED.since(entry.days, None, key=str(self.guardian))
        yield RESTORED.since(entry.days, self.guardian)


class GuardianshipTerminated(
    Event,
    zh="监护终止",
    en="Guardianship terminated",
    source=f"《民法典》第39条；{MINORS_LAW}第93、95条",
    ends_with=None,
    once=True,
):
    """The guardianship of civil affairs ended; one that was converted to long-term goes on as such."""

    reason: Annotated[Answered[str], Label("终止原因", "Reason"), Code("guardianship_end")]

    def refusals(self, life: Life) -> Refusals:
        reason = known(self.reason)
        if reason in RETURNED:
            yield from given_back(life, guardian_case(life))
        elif reason is None and guardian_case(life) is not None:
            yield uncertain("I21", detail=Label("终止原因不明", "the reason is not known"))

    def presupposes(self) -> tuple[type[Event], ...]:
        return (TemporaryGuardianshipStarted, LongTermGuardianshipConfirmed)

    def holds(self, entry: AnyEntry) -> Facts:
        if known(self.reason) == CONVERTED:
            # The State stays guardian, whichever of both papers was written first.
            yield REVIEW.since(entry.days, None)
        else:
            yield from _released(entry)


def guardian_case(life: Life) -> str | None:
    """Return the case of what I21 asks for before a child goes back to its guardian; None if for nothing.

    That is by the last guardianship of the State: temporary, or long-term because the guardian was revoked.
    """
    last = life.lately(GUARDIANSHIP)
    if last is not None and last.value == TEMPORARY:
        return "temporary"
    event = None if last is None else last.fact.entry.event
    revoked = isinstance(event, LongTermGuardianshipConfirmed) and known(event.ground) == BY_JUDGMENT
    return "revoked" if revoked else None


def given_back(life: Life, case: str | None) -> Refusals:
    """I21: the papers that are on file before a child goes back to its family, in a case."""
    on_file, _ = life.papers()
    for papers in () if case is None else life.papers_for("I21", case):
        yield from lacking("I21", papers, [kind for kind in papers.kinds if kind not in on_file])


def heard(life: Life, is_asked: bool | None) -> Refusals:  # noqa: FBT001 - the answer itself
    """R-HEAR-1: a child that is old enough was asked what it wants, before what concerns it was decided."""
    limit = life.number("R-HEAR-1")
    of_age = None if limit is None else life.aged(limit.value)
    if limit is not None and of_age is not False and is_asked is not True:
        certain = is_asked is False and of_age is True
        yield from unless("R-HEAR-1", False if certain else None, by=limit)


def _begun(entry: AnyEntry, kind: str, body: Answered[str] | None) -> Facts:
    """That the State is guardian from this entry on."""
    yield GUARDIANSHIP.since(entry.days, kind)
    yield GUARDIAN.since(entry.days, body)
    yield RESTORED.since(entry.days, None)


def ended(entry: AnyEntry) -> Facts:
    """That who is guardian no longer concerns the State from this entry on."""
    yield from _released(entry)
    yield RESTORED.since(entry.days, None)


def _released(entry: AnyEntry) -> Facts:
    """That the State is no longer guardian from this entry on."""
    for attribute in (GUARDIANSHIP, GUARDIAN, REVIEW):
        yield attribute.since(entry.days, None)


def _temporary(life: Life, review: date | None) -> Refusals:
    """Long-term guardianship ends before a temporary one begins (I04), which is reviewed in time (I05)."""
    held, limit = life.now(GUARDIANSHIP), life.number("I05")
    if held is not None and held.held.value == LONG_TERM:
        yield breach("I04", held.entry, detail=Label("长期监护尚未终止", "long-term guardianship goes on"))
    if review is None:
        yield no_evidence("I05", detail=Label("未写明复核日期", "the day of its review is not known"))
    elif limit is not None and life.entry is not None and review > limit.ends(life.entry.days).last:
        yield breach("I05", detail=Label("复核日期超过期限", "its review is later than that"), by=limit)


def _goes_on(life: Life) -> Refusals:
    """I04: what goes on or changes its guardian has begun."""
    if life.now(GUARDIANSHIP) is None:
        yield no_evidence("I04", detail=Label("此前没有有效的监护", "no guardianship held before"))


@standing("I04")
def has_a_guardian(life: Life) -> Refusals:
    """A minor in care without a guardianship on record, that of the State or, in entrusted care, its own."""
    intake = entered(life)
    guarded = life.now(GUARDIANSHIP) is not None or life.now(RESTORED) is not None
    if intake is None or guarded or life.aged(ADULT):
        return
    admitted = None if life.now(ADMITTED) is None else life.last(ChildAdmitted)
    stated = None if admitted is None else known(admitted.event.guardianship_type)
    if stated is None:
        yield no_evidence("I04", intake.entry)
    elif stated != ENTRUSTED:
        detail = Label(
            "入院登记写明了监护类型，未登记监护情形", "the admission states its kind, and nothing its ground"
        )
        yield no_evidence("I04", admitted, detail=detail)


@standing("I05")
def is_reviewed(life: Life) -> Refusals:
    """Temporary guardianship that goes on after the day of its review, without another decision."""
    held = life.now(GUARDIANSHIP)
    if held is None or not isinstance(held.entry.event, DECIDED):
        return
    review, limit = review_by(held.entry, life.number("I05", of=held.entry))
    over = None if review is None else life.passed(review)
    if review is not None and over is not False:
        detail = Label("复核期限已过", "its review is overdue")
        yield from unless("I05", None if over is None else not over, held.entry, detail=detail, by=limit)


def review_by(started: AnyEntry, limit: Pack | None) -> tuple[Days | None, Pack | None]:
    """Return the last day until which it may go on, and the number that says so if it is not as stated."""
    event = started.event
    stated = known(event.review_due_on) if isinstance(event, DECIDED) else None
    ends = None if limit is None else limit.ends(started.days)
    if stated is not None and (ends is None or stated <= ends.last):
        return Days.on(stated), None
    return ends, limit
