"""By when temporary guardianship is decided on anew (D06)."""

from collections.abc import Iterator
from datetime import date

from domain.entry import AnyEntry
from domain.event import known
from domain.events.guardianship import (
    DECIDED,
    NOT_FOUND,
    GuardianshipRestored,
    GuardianshipTerminated,
    LongTermGuardianshipConfirmed,
    TemporaryGuardianshipStarted,
    review_by,
)
from domain.events.search import NotFoundCertificateIssued, ParentageConfirmed
from domain.obligations import Clock, History, obligation, stage_of
from domain.rulebook import Pack
from domain.when import Days


@obligation("D06")
def temporary_guardianship_is_reviewed(history: History) -> Iterator[Clock]:
    """Temporary guardianship ends, becomes long-term or is decided on anew by the day of its review.

    Where the police are to find the parents, a region may say by when they tell what they found.
    """
    for decided in (entry for kind in DECIDED for entry in history.all(kind)):
        due, limit = review_by(decided, history.number("D06", entry=decided))
        yield from _due(history, decided, due, limit, _decided(history, decided))
    for started in history.all(TemporaryGuardianshipStarted):
        search = history.number("D06", entry=started, case="search")
        if search is not None and known(started.event.ground) == NOT_FOUND:
            yield from _due(history, started, search.ends(started.days), search, _searched(history, started))


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


def _decided(history: History, decided: AnyEntry) -> AnyEntry | None:
    """Return what ended it, or the next decision on it."""
    kinds = (LongTermGuardianshipConfirmed, GuardianshipTerminated, GuardianshipRestored, *DECIDED)
    return _first([entry for kind in kinds for entry in history.all(kind) if entry is not decided], decided)


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
    return entry.days.last, entry.turn
