"""On what ground the State is the child's guardian (监护)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry, Entry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Number, Personal, Title, known
from domain.events.intake import ADMITTED, ChildAdmitted, entered, lacking
from domain.events.search import NotFoundCertificateIssued, ParentageConfirmed
from domain.file import Attribute, Facts
from domain.life import ADULT, Life
from domain.obligations import Clock, History, obligation, stage_of
from domain.refusal import Refusals, breach, no_evidence, uncertain, unless
from domain.rulebook import Pack
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

GUARDIANSHIP: Final[Attribute[str]] = Attribute("guardianship", "type", Label("监护类型", "Guardianship"))
"""A code of `guardianship_type`. Civil affairs is the guardian, not the institution."""
REVIEW: Final[Attribute[date]] = Attribute("guardianship", "review", Label("监护复核日期", "Review due"))


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
        """Long-term guardianship ends before another begins (I04); a review comes in time (I05)."""
        held = life.now(GUARDIANSHIP)
        if held is not None and held.held.value == LONG_TERM:
            yield breach(
                "I04", held.entry, detail=Label("长期监护尚未终止", "long-term guardianship goes on")
            )
        review, limit = known(self.review_due_on), life.number("I05")
        if review is None:
            yield no_evidence("I05", detail=Label("未写明复核日期", "the day of its review is not known"))
        elif limit is not None and life.entry is not None and review > limit.ends(life.entry.days).last:
            yield breach("I05", detail=Label("复核日期超过期限", "its review is later than that"), by=limit)

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIANSHIP.since(entry.days, TEMPORARY)
        yield REVIEW.since(entry.days, known(self.review_due_on))


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
        yield GUARDIANSHIP.since(entry.days, LONG_TERM)
        yield REVIEW.since(entry.days, None)


class GuardianshipTerminated(
    Event,
    zh="监护终止",
    en="Guardianship terminated",
    source=f"《民法典》第39条；{MINORS_LAW}第93、95条",
    ends_with=None,
):
    """The guardianship of civil affairs ended."""

    reason: Annotated[Answered[str], Label("终止原因", "Reason"), Code("guardianship_end")]

    def refusals(self, life: Life) -> Refusals:
        reason = known(self.reason)
        if reason in RETURNED:
            yield from given_back(life, guardian_case(life))
        elif reason is None and guardian_case(life) is not None:
            yield uncertain("I21", detail=Label("终止原因不明", "the reason is not known"))

    def follows(self) -> tuple[type[Event], ...]:
        return (TemporaryGuardianshipStarted, LongTermGuardianshipConfirmed)

    def holds(self, entry: AnyEntry) -> Facts:
        yield from ended(entry)


def guardian_case(life: Life) -> str | None:
    """Return the case of what I21 asks for before a child goes back to its guardian; None if for nothing.

    That is by the last guardianship of the State: temporary, or long-term because the guardian was revoked.
    """
    last = life.lately(GUARDIANSHIP)
    event = None if last is None else last.fact.entry.event
    if isinstance(event, TemporaryGuardianshipStarted):
        return "temporary"
    revoked = isinstance(event, LongTermGuardianshipConfirmed) and known(event.ground) == BY_JUDGMENT
    return "revoked" if revoked else None


def given_back(life: Life, case: str | None) -> Refusals:
    """I21: the papers that are on file before a child goes back to its family, in a case."""
    on_file, _ = life.papers()
    for papers in () if case is None else life.papers_for("I21", case):
        yield from lacking("I21", papers, [kind for kind in papers.kinds if kind not in on_file])


def ended(entry: AnyEntry) -> Facts:
    """That the State is no longer guardian from this entry on."""
    yield GUARDIANSHIP.since(entry.days, None)
    yield REVIEW.since(entry.days, None)


@standing("I04")
def has_a_guardian(life: Life) -> Refusals:
    """A minor in care without a guardianship on record, that of the State or, in entrusted care, its own."""
    intake = entered(life)
    if intake is None or life.now(GUARDIANSHIP) is not None or life.aged(ADULT):
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
    if held is None or not isinstance(held.entry.event, TemporaryGuardianshipStarted):
        return
    review, limit = _review(held.entry, life.number("I05", of=held.entry))
    over = None if review is None else life.passed(review)
    if review is not None and over is not False:
        detail = Label("复核期限已过", "its review is overdue")
        yield from unless("I05", None if over is None else not over, held.entry, detail=detail, by=limit)


@obligation("D06")
def temporary_guardianship_is_reviewed(history: History) -> Iterator[Clock]:
    """Temporary guardianship ends, becomes long-term or is decided on anew by the day of its review.

    Where the police are to find the parents, a region may say by when they tell what they found.
    """
    for started in history.all(TemporaryGuardianshipStarted):
        due, limit = _review(started, history.number("D06", entry=started))
        yield from _due(history, started, due, limit, _decided(history, started))
        search = history.number("D06", entry=started, case="search")
        if search is not None and known(started.event.ground) == NOT_FOUND:
            yield from _due(history, started, search.ends(started.days), search, _searched(history, started))


def _review(started: AnyEntry, limit: Pack | None) -> tuple[Days | None, Pack | None]:
    """Return the last day until which it may go on, and the number that says so if it is not as stated."""
    event = started.event
    stated = known(event.review_due_on) if isinstance(event, TemporaryGuardianshipStarted) else None
    ends = None if limit is None else limit.ends(started.days)
    if stated is not None and (ends is None or stated <= ends.last):
        return Days.on(stated), None
    return ends, limit


def _due(
    history: History, started: AnyEntry, due: Days | None, limit: Pack | None, met_by: AnyEntry | None
) -> Iterator[Clock]:
    gone = history.gone(after=started.days.last)
    if due is not None:
        yield Clock(
            rule="D06",
            opened_on=started.days.last,
            due=due,
            started_by=(started,),
            met_by=met_by,
            void_on=None if gone is None else gone.held.since,
            void_because=None if gone is None else stage_of(gone),
            number=limit,
        )


def _decided(history: History, started: Entry[TemporaryGuardianshipStarted]) -> AnyEntry | None:
    """Return what ended it, or the next decision on it."""
    decisions: list[AnyEntry] = [
        *history.all(LongTermGuardianshipConfirmed),
        *history.all(GuardianshipTerminated),
        *(entry for entry in history.all(TemporaryGuardianshipStarted) if entry is not started),
    ]
    return _first(decisions, started)


def _searched(history: History, started: AnyEntry) -> AnyEntry | None:
    final = (
        entry
        for entry in history.all(NotFoundCertificateIssued)
        if known(entry.event.certificate_kind) == "final"
    )
    return _first([*final, *history.all(ParentageConfirmed)], started)


def _first(entries: list[AnyEntry], started: AnyEntry) -> AnyEntry | None:
    later = (entry for entry in entries if _turn(entry) > _turn(started))
    return min(later, key=_turn, default=None)


def _turn(entry: AnyEntry) -> tuple[date, int]:
    return entry.days.last, entry.version
