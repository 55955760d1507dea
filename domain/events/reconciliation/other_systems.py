"""Other systems: which items of theirs are compared with a file, and what the file says of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from domain.event import known
from domain.events.health import DISABILITY, DISABILITY_CERTIFICATE, Disability
from domain.events.household import CITIZEN_ID, registration
from domain.events.insurance import INSURED, cover
from domain.events.intake import ETHNIC_GROUP, NAME, SEX
from domain.events.national_roll import ENROLLED
from domain.events.schooling import EDUCATION, Education
from domain.file import Attribute
from domain.life import BIRTH, Life

T = TypeVar("T")

OurValue: TypeAlias = Callable[[Life], str | None]
"""What a life says of an item: a code, a text, or a day as in 2019-03-05; None if it says nothing."""


@dataclass(frozen=True, slots=True)
class OtherSystem:
    """Whose data are compared: the `items`, and whether a child is listed there as far as its file says.

    `lists` is None where no file says so: a row of theirs, or none, is then no difference.
    """

    items: tuple[str, ...]
    lists: Callable[[Life], bool] | None = None


def _now(life: Life, attribute: Attribute[T]) -> T | None:
    fact = life.now(attribute)
    return None if fact is None else known(fact.held.value)


def _of(attribute: Attribute[str]) -> OurValue:
    return lambda life: _now(life, attribute)


def _birth(life: Life) -> str | None:
    """Return the birth; one that is not known to the day as its first and last day, as far as known."""
    born = _now(life, BIRTH)
    if born is None:
        return None
    return born.last.isoformat() if born.exact else f"{born.first or ''}/{born.last}"


def _registered(part: str) -> OurValue:
    def said(life: Life) -> str | None:
        fact = registration(life)
        value: str | None = None if fact is None else getattr(fact.held.value, part)
        return value

    return said


def _education(life: Life) -> Education | None:
    return _now(life, EDUCATION)


def _schooled(part: str) -> OurValue:
    return lambda life: getattr(_education(life), part, None)


def _insured(life: Life) -> str | None:
    covers = [known(fact.held.value) for fact in life.each(INSURED)]
    return covers[-1] if covers else None


def _disability(life: Life) -> Disability | None:
    return _now(life, DISABILITY)


def _disabled(part: str) -> OurValue:
    return lambda life: getattr(_disability(life), part, None)


OURS: Final[Mapping[str, OurValue]] = MappingProxyType(
    {
        "name": _of(NAME),
        "sex": _of(SEX),
        "birth": _birth,
        "citizen_id": _of(CITIZEN_ID),
        "ethnic_group": _of(ETHNIC_GROUP),
        "household_class": _registered("household_class"),
        "household_region": _registered("region"),
        "school_stage": _schooled("stage"),
        "school_form": _schooled("form"),
        "insurance_scheme": _insured,
        "disability_class": _disabled("disability_class"),
        "disability_grade": _disabled("grade"),
    }
)
"""What a life says of each item that has a value, by its code of `compared_item`."""

WHO: Final = ("name", "sex", "birth", "citizen_id", "ethnic_group")
"""Items that say who a child is."""
_HOUSEHOLD: Final = ("household_class", "household_region")
_DISABILITY: Final = ("disability_class", "disability_grade")
OTHER_SYSTEMS: Final[Mapping[str, OtherSystem]] = MappingProxyType(
    {
        "national": OtherSystem(
            (*WHO, *_HOUSEHOLD, *_DISABILITY), lambda life: life.now(ENROLLED) is not None
        ),
        "school_roll": OtherSystem(
            (*WHO, "school_stage", "school_form"), lambda life: _education(life) is not None
        ),
        "insurance": OtherSystem((*WHO, "insurance_scheme"), lambda life: cover(life) is not None),
        "household": OtherSystem((*WHO, *_HOUSEHOLD), lambda life: registration(life) is not None),
        "residence": OtherSystem((*WHO, "household_region")),
        "disability": OtherSystem(
            (*WHO, *_DISABILITY), lambda life: life.now(DISABILITY_CERTIFICATE) is not None
        ),
    }
)
"""Every other system by its code of `other_system`."""
