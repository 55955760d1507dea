"""The scope of a file: the institution in charge, those in charge before, and what else decides access."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final
from uuid import UUID

from domain.event import Kind, Label
from domain.file import Attribute, File, Span
from domain.life import BIRTH
from domain.when import birthday, day_before

CHARGE: Final[Attribute[UUID]] = Attribute("life", "charge", Label("负责机构", "Institution in charge"))
"""The institution in charge, from the day of a hand-over on; before the first, the file's opener."""
OFFICER_AGE: Final = 16
"""Full years from which a young person's placement may be prepared (domain.md 2.15)."""


@dataclass(frozen=True, slots=True)
class Former:
    """An institution that handed the child over, and the last day of its charge."""

    institution: UUID
    until: date


@dataclass(frozen=True, slots=True)
class FileScope:
    """The facts of a file that decide which actors may read it.

    `institution` is in charge now, and its region is the file's; `former` were in charge before, each of them
    once. `sixteen_on` is the first day on which the person has certainly completed 16 years, None while the
    birth is not known.
    """

    kind: Kind
    institution: UUID | None
    former: tuple[Former, ...]
    sixteen_on: date | None


def scope_of(file: File) -> FileScope:
    """Return the scope of a file. The file must have an entry."""
    opened = next(iter(file.entries.values()))
    opener = opened.stream if opened.kind == "institution" else opened.recorded_by.institution
    spans = file.spans(CHARGE)
    institution = spans[-1].value if spans else opener
    return FileScope(
        kind=opened.kind,
        institution=institution,
        former=_former(opener, spans, institution),
        sixteen_on=_sixteen_on(file),
    )


def _former(opener: UUID | None, spans: list[Span[UUID]], institution: UUID | None) -> tuple[Former, ...]:
    """Return every institution but the one in charge, with the last day before its last hand-over."""
    until: dict[UUID, date] = {}
    if spans and opener is not None:
        until[opener] = day_before(spans[0].since)
    for span, following in pairwise(spans):
        until[span.value] = day_before(following.since)
    return tuple(Former(each, day) for each, day in until.items() if each != institution)


def _sixteen_on(file: File) -> date | None:
    facts = file.facts(BIRTH).get("", [])
    born = facts[-1].held.value if facts else None
    return None if born is None else birthday(born.last, OFFICER_AGE)
