"""How far a child is on the way to an adoption, from adoptable to integrated."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from domain.entry import AnyEntry, Entry
from domain.event import Event, known
from domain.events.adoption.assessing import AdoptionAssessmentStarted
from domain.events.adoption.assessment import (
    ADOPTABILITY,
    ASSESSING,
    AVAILABLE,
    INTEGRATING,
    MATCHED,
    AdoptionAssessmentConsented,
    AdoptionAssessmentNoticeGiven,
    AdoptionAssessmentReportIssued,
    RegistrarNoticeExpired,
    RegistrarNoticePublished,
)
from domain.events.adoption.concluding import AdoptionRefused
from domain.file import Attribute
from domain.life import STAGE, Life

ADOPTABLE: Final = "adoptable"
"""The code of `adoptability`, and of the first stage, of who may be placed for adoption."""
STAGE_CHANGES_WITH: Final[tuple[Attribute[Any] | type[Event], ...]] = (
    STAGE,
    ADOPTABILITY,
    AVAILABLE,
    MATCHED,
    ASSESSING,
    INTEGRATING,
    RegistrarNoticePublished,
    RegistrarNoticeExpired,
    AdoptionAssessmentNoticeGiven,
    AdoptionAssessmentConsented,
    AdoptionAssessmentStarted,
    AdoptionAssessmentReportIssued,
    AdoptionRefused,
)
"""The attributes and events of which the stage is made: on no other day than theirs does it change."""


def adoption_stage(life: Life) -> tuple[str, AnyEntry] | None:
    """Return how far a child in care is by the day, and the entry by which it came there.

    The stage is a code of `adoption_stage`: the last that has begun counts.
    """
    return next(_reached(life), None) if life.in_care else None


def _reached(life: Life) -> Iterator[tuple[str, AnyEntry]]:
    """Yield the stages that have begun, the furthest first."""
    adoptable, shown = life.now(ADOPTABILITY), life.now(AVAILABLE)
    found = {
        "integration": _since_refusal(life, INTEGRATING),
        "assessment": _assessed_from(life),
        "notice": _notice(life),
        "matched": _since_refusal(life, MATCHED),
        "available": None if shown is None else shown.entry,
        ADOPTABLE: None if adoptable is None or known(adoptable.held.value) != ADOPTABLE else adoptable.entry,
    }
    return ((stage, entry) for stage, entry in found.items() if entry is not None)


def _notice(life: Life) -> Entry[RegistrarNoticePublished] | None:
    """The registrar's notice that has not been recorded as run out."""
    notice, expired = life.last(RegistrarNoticePublished), life.last(RegistrarNoticeExpired)
    over = notice is not None and expired is not None and expired.days.last >= notice.days.last
    return None if over else notice


def _since_refusal(life: Life, attribute: Attribute[date]) -> AnyEntry | None:
    """The entry by which something on the way holds, unless those adopters were refused since."""
    fact, refused = life.now(attribute), life.last(AdoptionRefused)
    if fact is None or (refused is not None and fact.since <= refused.days.last):
        return None
    return fact.entry


def _assessed_from(life: Life) -> AnyEntry | None:
    """The entry by which the assessment that goes on began."""
    if _since_refusal(life, ASSESSING) is None:
        return None
    report, refused = life.last(AdoptionAssessmentReportIssued), life.last(AdoptionRefused)
    over = [each.days.last for each in (report, refused) if each is not None]
    begun = [
        each
        for kind in (AdoptionAssessmentNoticeGiven, AdoptionAssessmentConsented, AdoptionAssessmentStarted)
        for each in life.all(kind)
        if each.days.last > max(over, default=date.min)
    ]
    return min(begun, key=lambda each: each.days.last, default=_since_refusal(life, ASSESSING))
