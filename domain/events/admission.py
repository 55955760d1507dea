"""What an admission rests on: the papers of its case, a foundling's notice, a street child's months."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from domain.entry import AnyEntry, Entry
from domain.event import Label, known
from domain.events.guardianship import TemporaryGuardianshipStarted
from domain.events.intake import (
    CATEGORY,
    FOUND_AS,
    SITUATION,
    AdmissionApproved,
    ChildAdmitted,
    ChildReceived,
    ReferralReceived,
    lacking,
)
from domain.events.search import (
    CLAIM,
    PARENT,
    WITHDRAWN,
    DnaSampleCollected,
    FindRelativesNoticePublished,
    withdrawals,
)
from domain.life import Life
from domain.refusal import Refusals, against, breach, no_evidence, once_passed, uncertain, unless
from domain.rulebook import Pack
from domain.when import Days

SOUGHT: Final = frozenset({"A1", "B1", "B2", "B3"})
"""Categories of children whose parents are being sought or were not found."""
NOT_FOUND_CATEGORY: Final = "A1"
"""The category of a child whose parents cannot be found, as against those whose parents are being sought."""
TRACES: Final = (ReferralReceived, ChildReceived, DnaSampleCollected, TemporaryGuardianshipStarted)
"""What shows that a child is in somebody's care, and nobody knows whose it is."""
APPROVED_EARLY: Final = Label("审批早于寻亲公告期满", "it was approved before the notice had run out")


def category_of(admitted: ChildAdmitted, life: Life) -> str | None:
    """Return the category of an admission, else the one that was determined before it."""
    determined = life.now(CATEGORY)
    return known(admitted.intake_category) or (None if determined is None else determined.held.value)


def found_as(category: str, life: Life) -> str:
    """Return the case of the required papers: a found child's situation, else the category (R-INT-1).

    A child of unknown parents counts as abandoned, unless its situation says otherwise.
    """
    if category not in SOUGHT:
        return category
    situation = life.now(SITUATION)
    case = None if situation is None else FOUND_AS.get(situation.held.value or "")
    return case or ("abandoned" if category == NOT_FOUND_CATEGORY else category)


@against(ChildAdmitted)
def papers_are_there(admitted: ChildAdmitted, life: Life) -> Refusals:
    """The papers of its case are on file, or come with the admission (I01)."""
    category = category_of(admitted, life)
    if category is None:
        yield no_evidence("I01", detail=Label("接收类别不详", "the intake category is not known"))
        return
    case = found_as(category, life)
    there, untold = life.papers()
    open_kinds = {kind for event in untold for kind in event.sealed_papers} - there
    asked_for = life.papers_for("I01", case)
    for papers in asked_for:
        yield from lacking("I01", papers, [kind for kind in papers.kinds if kind not in there | open_kinds])
    # Last, since an actor who may not see these values is shown nothing after them.
    if open_kinds.intersection(kind for papers in asked_for for kind in papers.kinds):
        open_kinds.difference_update(kind for event in untold for kind in event.papers())
        for papers in asked_for:
            yield from lacking("I01", papers, [kind for kind in papers.kinds if kind in open_kinds])


@against(ChildAdmitted)
def notice_has_run(admitted: ChildAdmitted, life: Life) -> Refusals:
    """A foundling is admitted after its notice ran out unclaimed, and was approved after that (I02)."""
    yield from _of_case("abandoned", "I02", _unclaimed, admitted, life)


@against(ChildAdmitted)
def stayed_unidentified(admitted: ChildAdmitted, life: Life) -> Refusals:
    """A street child is admitted after it has stayed unidentified for three months (D05)."""
    yield from _of_case("street", "D05", _unidentified, admitted, life)


def _of_case(
    case: str, rule: str, ask: Callable[[Life, Pack], Refusals], admitted: ChildAdmitted, life: Life
) -> Refusals:
    """Ask a rule about the admission of a found child of that case, by the number for its category and day.

    One number is for children whose parents cannot be found, another one for those whose parents are being
    sought. Of the latter it is uncertain whether it is such a case, where nobody says how it was found.
    """
    category = category_of(admitted, life)
    if category not in SOUGHT or category is None:
        return
    found = found_as(category, life)
    limit = life.number(rule, case="not_found" if category == NOT_FOUND_CATEGORY else "being_sought")
    if limit is None or found not in {case, category}:
        return
    for refusal in ask(life, limit):
        yield refusal if found == case else replace(refusal, kind="uncertain")


def _unclaimed(life: Life, limit: Pack) -> Refusals:
    claims = [*life.each(CLAIM), *life.each(PARENT)]
    if claims:
        detail = Label("有未了结或者已确认的认领", "a claim is open or was confirmed")
        yield breach("I02", *(claim.entry for claim in claims), detail=detail)
    received = life.last(ChildReceived)
    published = [
        (notice, withdrawn)
        for notice, withdrawn in withdrawals(life)
        if received is None or notice.days.last >= received.days.earliest
    ]
    notices = [notice for notice, withdrawn in published if not _cut_short(notice, withdrawn, limit)]
    there, _ = life.papers()
    if published and not notices:
        yield breach("I02", published[-1][0], published[-1][1], detail=WITHDRAWN)
        return
    if not notices:
        if "find_relatives_notice" in there and "unclaimed_statement" not in there:
            yield uncertain("I02", detail=Label("公告日期未登记", "the day of the notice is not recorded"))
        return
    notice = notices[0]
    own = known(notice.event.notice_days)
    least, by = (limit.ends(notice.days), limit) if own is None else (notice.days.plus(days=own), None)
    yield from once_passed("I02", life, least, notice, by=by)
    if own is not None and own < limit.value:
        yield from once_passed("I02", life, limit.ends(notice.days), notice, by=limit)
    approved = life.last(AdmissionApproved)
    if approved is not None:
        after = _after(approved.days, least)
        yield from unless("I02", after, approved, notice, detail=APPROVED_EARLY, by=by)


def _cut_short(notice: Entry[FindRelativesNoticePublished], withdrawn: AnyEntry | None, limit: Pack) -> bool:
    """Whether a notice was or may have been withdrawn before it had run out."""
    own = known(notice.event.notice_days)
    ends = limit.ends(notice.days) if own is None else notice.days.plus(days=own)
    return withdrawn is not None and withdrawn.days.earliest <= ends.last


def _after(days: Days, end: Days) -> bool | None:
    """Whether something happened after a period that ends on these days; None where that is left open."""
    if days.earliest > end.last:
        return True
    return None if days.last > end.earliest else False


def _unidentified(life: Life, limit: Pack) -> Refusals:
    """The months count from the day on which the child was found.

    Where that is not recorded, it was no later than the first trace in the file.
    """
    received = life.last(ChildReceived)
    found_on = None if received is None else known(received.event.found_on)
    if found_on is not None:
        yield from once_passed("D05", life, limit.ends(Days.on(found_on)), received, by=limit)
        return
    traces = [entry for kind in TRACES for entry in life.all(kind)[:1]]
    first = min(traces, key=lambda entry: entry.days.last, default=None)
    if first is None or not life.passed(limit.ends(first.days)):
        detail = Label("发现日期未登记", "the day it was found is not recorded")
        yield uncertain("D05", first, detail=detail, by=limit)
