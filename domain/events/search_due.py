"""What is due in the search for a rescued child's parents: notices, certificates, the way here (D01-D04)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.answering import answers_to
from domain.entry import AnyEntry
from domain.event import Label, known
from domain.events.intake import SITUATION, ChildReceived, ReferralReceived
from domain.events.search import (
    RESCUED,
    FindRelativesNoticeExpired,
    FindRelativesNoticePublished,
    FindRelativesNoticeWithdrawn,
    NotFoundCertificateIssued,
    ParentageConfirmed,
)
from domain.life import IN_CARE, STAGE
from domain.obligations import Clock, History, obligation
from domain.when import LAST_DAY, day_after, day_before


@obligation("D02")
def notice_runs_out(history: History) -> Iterator[Clock]:
    """When the days of a rescued child's notice have passed, it is recorded that nobody claimed it (D02).

    That is void once the notice is withdrawn.
    """
    published = history.all(FindRelativesNoticePublished)
    withdrawn = answers_to(published, history.all(FindRelativesNoticeWithdrawn), "notice")
    for notice, taken_back in zip(published, withdrawn, strict=True):
        limit = history.number("D02", entry=notice)
        if limit is None:
            continue
        stated = notice.days.plus(days=known(notice.event.notice_days) or 0)
        passed = max(limit.ends(notice.days), stated, key=lambda days: days.last).passed
        for since, until in _rescued(history, notice.days.last):
            void_on, because = _void(history, notice.days.last, until, taken_back)
            yield Clock(
                rule="D02",
                opened_on=max(notice.days.last, since),
                due=passed,
                started_by=(notice,),
                met_by=_expiry(history, notice, passed.earliest),
                void_on=void_on,
                void_because=because,
                number=limit,
            )


@obligation("D04")
def final_certificate(history: History) -> Iterator[Clock]:
    """Twelve months after receiving a rescued child, the police certify that no parents were found (D04)."""
    yield from _certificates(history, "D04", frozenset({"final"}), waits=True)


def _certificates(history: History, rule: str, kinds: frozenset[str], *, waits: bool) -> Iterator[Clock]:
    """Yield what a rescued child's reception makes due: a certificate of one of these kinds.

    It comes within the time, or `waits` until that has passed.
    """
    for received in history.all(ChildReceived):
        limit = history.number(rule, entry=received)
        if limit is None:
            continue
        ends = limit.ends(received.days)
        due = ends.passed if waits else ends
        after = max(due.earliest, received.days.last) if waits else received.days.last
        for since, until in _rescued(history, received.days.last):
            void_on, because = _void(history, received.days.last, until)
            yield Clock(
                rule=rule,
                opened_on=max(received.days.last, since),
                due=due,
                started_by=(received,),
                met_by=_certificate(history, after, kinds),
                void_on=void_on,
                void_because=because,
                number=limit,
            )


def _rescued(history: History, day: date) -> list[tuple[date, date]]:
    """The first and last days on which the child counted as rescued, without what ended before that day."""
    periods: list[tuple[date, date]] = []
    for span in history.spans(SITUATION):
        if span.value != RESCUED:
            continue
        goes_on = bool(periods) and periods[-1][1] == day_before(span.since)
        since = periods.pop()[0] if goes_on else span.since
        periods.append((since, span.until))
    return [(since, until) for since, until in periods if until >= day]


def _expiry(history: History, notice: AnyEntry, after: date) -> AnyEntry | None:
    """Return the first expiry of a notice that came when its days may have passed."""
    for expired in history.all(FindRelativesNoticeExpired):
        if known(expired.event.notice) in {None, notice.original} and expired.days.last >= max(
            after, notice.days.last
        ):
            return expired
    return None


def _certificate(history: History, after: date, kinds: frozenset[str]) -> AnyEntry | None:
    for certificate in history.all(NotFoundCertificateIssued):
        if certificate.days.last >= after and known(certificate.event.certificate_kind) in kinds:
            return certificate
    return None


def _void(
    history: History, day: date, rescued_until: date, withdrawn: AnyEntry | None = None
) -> tuple[date | None, Label | None]:
    """Return the first day without requirement, and why.

    The parents were found, the child is gone or was not rescued, or the notice was withdrawn.
    """
    reasons: list[tuple[date, Label]] = []
    if withdrawn is not None:
        reasons.append((withdrawn.days.last, FindRelativesNoticeWithdrawn.label))
    confirmed = history.first(ParentageConfirmed, after=day)
    if confirmed is not None:
        reasons.append((confirmed.days.last, ParentageConfirmed.label))
    stay = next((stay for stay in history.stays() if stay.until >= day), None)
    if stay is not None and stay.void_on is not None and stay.void_because is not None:
        reasons.append((stay.void_on, stay.void_because))
    if rescued_until < LAST_DAY:
        reasons.append((day_after(rescued_until), Label("不属打拐解救儿童", "not a rescued child")))
    return min(reasons, key=lambda reason: reason[0], default=(None, None))


@obligation("D01")
def interim_certificate(history: History) -> Iterator[Clock]:
    """A month after a rescued child came, the police certify that no parents were found so far (D01)."""
    yield from _certificates(history, "D01", frozenset({"interim", "final"}), waits=False)


@obligation("D03", FindRelativesNoticeExpired)
def brought_to_institution(history: History) -> Iterator[Clock]:
    """A rescued child whose notice ran out in a rescue agency is brought here within seven days (D03)."""
    for expired in history.all(FindRelativesNoticeExpired):
        limit, day = history.number("D03", entry=expired), expired.days.last
        if limit is None or not _elsewhere(history, day):
            continue
        for since, until in _rescued(history, day):
            void_on, because = _void(history, day, until)
            yield Clock(
                rule="D03",
                opened_on=max(day, since),
                due=limit.ends(expired.days),
                started_by=(expired,),
                met_by=history.first(ChildReceived, after=expired.days.earliest),
                void_on=void_on,
                void_because=because,
                number=limit,
            )


RESCUE_AGENCY: Final = "rescue_agency"


def _elsewhere(history: History, day: date) -> bool:
    """Whether a child that is not in care here stays in a rescue agency, or nobody says that it does not."""
    stage = history.on(day).now(STAGE)
    if stage is not None and stage.held.value in IN_CARE:
        return False
    referrals = [entry for entry in history.all(ReferralReceived) if entry.days.earliest <= day]
    return not referrals or known(referrals[-1].event.referral_source) in {None, RESCUE_AGENCY}
