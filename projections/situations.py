"""In whose charge and at which stage each child was over time, so that the register answers for any day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, TypeVar
from uuid import UUID

from domain.event import Erased
from domain.events.intake import ADMITTED, RECEIVED
from domain.file import Attribute, File
from domain.life import BIRTH, STAGE, gone_since
from domain.scope import charges, scope_of
from domain.when import LAST_DAY, day_after, day_before
from projections.model import ReadModel, RowContext

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a child stood from `since` through `until`: in whose charge, at which stage, since when.

    Whoever is counted is so by age, too: `birth_on` to `sixteen_on` are those of the register.
    """

    child: UUID
    since: date
    until: date
    institution: UUID | None
    place: str | None
    stage: str | None
    received_on: date | None
    admitted_on: date | None
    departed_on: date | None
    birth_on: date | None
    birth_until: date | None
    sixteen_on: date | None


def rows(file: File, reading: RowContext) -> Iterator[Situation]:
    """Yield one row per interval of days, from the first day on which something certainly happened."""
    begun = file.begun
    if begun is None:
        return
    charged, stages = charges(file), file.spans(STAGE)
    born, grown = _by(file, BIRTH, LAST_DAY), scope_of(file).sixteen_on
    days = {begun, *(since for since, _ in charged), *(span.since for span in stages)}
    days.update(day_after(span.until) for span in stages if span.until < LAST_DAY)
    days.update(fact.since for each in (RECEIVED, ADMITTED) for fact in file.facts(each).get("", ()))
    for since, following in pairwise([*sorted(day for day in days if day >= begun), None]):
        assert since is not None  # noqa: S101 - the last one only follows
        whose = [each for day, each in charged if day <= since][-1]
        yield Situation(
            child=reading.stream,
            since=since,
            until=LAST_DAY if following is None else day_before(following),
            institution=whose if isinstance(whose, UUID) else None,
            place=whose if isinstance(whose, str) else None,
            stage=next((span.value for span in stages if span.since <= since <= span.until), None),
            received_on=_by(file, RECEIVED, since),
            admitted_on=_by(file, ADMITTED, since),
            departed_on=gone_since(file, since),
            birth_on=None if born is None else born.first,
            birth_until=None if born is None else born.last,
            sixteen_on=grown,
        )


def _by(file: File, attribute: Attribute[T], day: date) -> T | None:
    """Return the latest value of an attribute by a day, even if it holds no longer."""
    values = (fact.held.value for fact in reversed(file.facts(attribute).get("", ())) if fact.since <= day)
    return next((value for value in values if value is not None and not isinstance(value, Erased)), None)


SITUATIONS: Final = ReadModel("situations", Situation, rows)
