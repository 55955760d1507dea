"""Those who ask to adopt: a couple that meets what the law asks."""

from typing import Any
from uuid import UUID

from domain.event import Unknown
from domain.events.adoption.assessment import AdopterApplicationReceived, Applicant
from tests.support.given import some

ADOPTER = UUID("00000000-0000-4000-8000-00000000000a")


def application(
    children: int | Unknown = 0, adopter: UUID = ADOPTER, **said: Any
) -> AdopterApplicationReceived:
    """A couple of forty and thirty-eight that meets what the law asks, but for what is said."""
    couple = (some(Applicant, sex="1", age=40), some(Applicant, sex="2", age=38))
    answers: dict[str, Any] = {
        "applicants": couple,
        "marital": "21",
        "health_certificate": "suitable",
        "crime_check": "clear",
    }
    return some(AdopterApplicationReceived, adopter=adopter, children_count=children, **(answers | said))
