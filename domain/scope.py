"""The scope of a file: who is in charge, who was before, and what else decides access.

An institution is in charge of a child that it takes care of; a place (属地) of a child outside institutions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from annotated_types import MaxLen, MinLen, Predicate

from domain.event import Kind, Label
from domain.file import Attribute, File
from domain.life import BIRTH, GONE, IN_CARE, STAGE
from domain.resting import Categories, note, noting
from domain.text import is_place_code
from domain.when import FIRST_DAY, LAST_DAY, birthday, day_before

PlaceCode: TypeAlias = Annotated[str, MinLen(6), MaxLen(9), Predicate(is_place_code)]
"""A township by its nine digits, which begin with those of its county, or a county (GB/T 2260)."""
InCharge: TypeAlias = UUID | str
"""An institution by its id, or a place by its code."""

CHARGE: Final[Attribute[UUID]] = Attribute("life", "charge", Label("负责机构", "Institution in charge"))
"""The institution in charge, from the day of a hand-over on; before the first, the file's opener."""
PLACE: Final[Attribute[str]] = Attribute("life", "place", Label("属地", "Place in charge"))
"""The place in charge, from the day of a hand-over to it on."""
ASKED: Final[Attribute[UUID]] = Attribute("life", "asked", Label("商请收留的机构", "Institution asked"))
"""The institution that the place in charge has asked to take the child in."""
RESTRICTED: Final[Attribute[bool]] = Attribute(
    "restriction", "restricted", Label("限制处理", "Processing restricted")
)
"""That nobody reads the file without an approved purpose, from the day of a restriction on."""
TRANSFERRED: Final = Label("已移交", "transferred")
"""Why nothing is due any more that only the institution in charge before could do."""
_READ: Final = (BIRTH, STAGE, CHARGE, PLACE, ASKED, RESTRICTED)
"""What the scope of a file is read from, beside the entry that opened it."""
BUREAU: Final = "bureau"
"""The role of whoever supervises a region, as entries name it."""
OFFICER_AGE: Final = 16
"""Full years from which a young person's placement may be prepared (domain.md 2.15)."""


def handed_over(file: File, after: date) -> date | None:
    """Return the first day after another one on which the child was handed over within this ledger."""
    return next((span.since for span in file.spans(CHARGE) if span.since > after), None)


@dataclass(frozen=True, slots=True)
class Former:
    """An institution that handed the child over, and the last day of its charge."""

    institution: UUID
    until: date


@dataclass(frozen=True, slots=True)
class FormerPlace:
    """A place that was in charge of the child, and the last day of its charge."""

    place: str
    until: date


@dataclass(frozen=True, slots=True)
class FileScope:
    """The facts of a file that decide which actors may read it.

    `institution` or `place` is in charge now, and its region is the file's; `former` and `former_places` were
    in charge before, each of them once. `sixteen_on` is the first day on which the person has certainly
    completed 16 years, None while the birth is not known. `asked` is the institution that the place in charge
    has asked to take the child in. `restricted_through` is the last day about which nobody reads the file
    without an approved purpose, None where nothing is restricted, and `LAST_DAY` where everything is.
    """

    kind: Kind
    institution: UUID | None
    former: tuple[Former, ...]
    sixteen_on: date | None
    place: str | None = None
    former_places: tuple[FormerPlace, ...] = ()
    asked: UUID | None = None
    restricted_through: date | None = None


@dataclass(frozen=True, slots=True)
class _RememberedScope:
    """The scope of a file, the categories of what was read for it, and the file's size when it was read."""

    scope: FileScope
    read: Categories
    entries: int

    def holds(self, file: File) -> bool:
        changed, entries = file.changed, self.entries
        return all(changed.get(each, 0) <= entries for each in _READ)


def scope_of(file: File) -> FileScope:
    """Return the scope of a file, which remembers it. The file must have an entry."""
    remembered = file.scoped
    if not isinstance(remembered, _RememberedScope) or not remembered.holds(file):
        remembered = file.scoped = _RememberedScope(*noting(_scope_of, file), len(file.entries))
    note(*remembered.read)
    return remembered.scope


def _scope_of(file: File) -> FileScope:
    charged = charges(file)
    whose = charged[-1][1]
    until: dict[InCharge, date] = {}
    for (_, before), (since, _) in pairwise(charged):
        if before is not None:
            until[before] = day_before(since)
    if whose is not None:
        until.pop(whose, None)
    place, asked = (whose if isinstance(whose, str) else None), file.facts(ASKED).get("", [])
    return FileScope(
        kind=file.opened.kind,
        institution=whose if isinstance(whose, UUID) else None,
        former=tuple(Former(each, day) for each, day in until.items() if isinstance(each, UUID)),
        sixteen_on=_sixteen_on(file),
        place=place,
        former_places=tuple(FormerPlace(each, day) for each, day in until.items() if isinstance(each, str)),
        asked=asked[-1].held.value if asked and place is not None else None,
        restricted_through=_restricted_through(file),
    )


def _restricted_through(file: File) -> date | None:
    """Return the last day that is restricted: every day by a decision, those before an adoption by itself.

    An adopted child's file opens again when the child comes back, and not by a death (《民法典》第1110条).
    """
    decided = file.facts(RESTRICTED).get("", [])
    if decided and decided[-1].held.value:
        return LAST_DAY
    adopted: date | None = None
    for fact in file.facts(STAGE).get("", []):
        if fact.held.value == "adopted":
            adopted = adopted or fact.since
        elif fact.held.value not in GONE:
            adopted = None
    return None if adopted is None else day_before(adopted)


def charges(file: File) -> list[tuple[date, InCharge | None]]:
    """Return who has been in charge from which day on, the opener first.

    An institution that takes a child in takes it from a place, and never from another institution. What a
    bureau issues of its region stands in a file that is in the charge of that region.
    """
    opened = file.opened
    opener: InCharge | None = opened.recorded_by.institution
    if opened.kind == "institution" and opened.recorded_by.role != BUREAU:
        opener = opened.stream
    charged: list[tuple[date, InCharge | None]] = [(FIRST_DAY, opener)]
    if opener is None and opened.kind != "family":
        charged = [(FIRST_DAY, opened.region)]
    handed: list[tuple[date, InCharge | None]] = [(span.since, span.value) for span in file.spans(CHARGE)]
    handed += [(span.since, span.value) for span in file.spans(PLACE)]
    taken = set(_taken_in(file)) if any(isinstance(each, str) for _, each in (*charged, *handed)) else set()
    for since, whose in sorted([*handed, *taken], key=lambda charge: charge[0]):
        if isinstance(charged[-1][1], str) or (since, whose) not in taken:
            charged.append((since, whose))
    return charged


def _taken_in(file: File) -> Iterator[tuple[date, InCharge | None]]:
    for span in file.spans(STAGE):
        institution = span.fact.entry.recorded_by.institution
        if span.value in IN_CARE and institution is not None:
            yield span.since, institution


def _sixteen_on(file: File) -> date | None:
    facts = file.facts(BIRTH).get("", [])
    born = facts[-1].held.value if facts else None
    return None if born is None else birthday(born.last, OFFICER_AGE)
