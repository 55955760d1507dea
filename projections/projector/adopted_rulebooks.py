"""The rulebooks that institutions adopted, with the positions from which each counted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.events.institution.particulars import RulebookAdopted
from domain.file import AMENDMENTS, RULINGS, File
from domain.rulebook import Rulebook
from domain.scope import CHARGE
from ledger.ledger import Ledger

ADOPTING: Final = AMENDMENTS | RULINGS | {RulebookAdopted.__name__}
"""Types of entries after which an institution may have another rulebook."""
Adoptions: TypeAlias = Mapping[UUID | None, Sequence[tuple[int, Rulebook]]]
"""The rulebooks of institutions, each with the position from which it counted, from 0 on."""


class AdoptedRulebooks:
    """The adoptions of one ledger, read once as long as nothing later is asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read: dict[UUID | None, tuple[int, File | None, Sequence[tuple[int, Rulebook]]]] = {}

    async def of(self, institutions: Iterable[UUID | None], through: int) -> Adoptions:
        """Return those of institutions (see `ever_in_charge`) up to a position."""
        adoptions = {}
        for institution in institutions:
            read_to, before, adopted = self._read.get(institution, (-1, None, ()))
            if read_to < through:
                file = None if institution is None else await self._ledger.file(institution)
                if read_to < 0 or file is not before:
                    adopted = await self._adopted_by(institution, file)
                self._read[institution] = (through, file, adopted)
            adoptions[institution] = adopted
        return adoptions

    async def _adopted_by(self, institution: UUID | None, file: File | None) -> list[tuple[int, Rulebook]]:
        adopted = [(0, self._ledger.rulebook)]
        for entry in () if file is None else file.entries.values():
            if entry.type in ADOPTING:
                rulebook = await self._ledger.rulebook_known(institution, entry.position)
                adopted.append((entry.position, rulebook))
        return adopted


def ever_in_charge(entries: Iterable[AnyEntry]) -> set[UUID | None]:
    """Return every institution that may be in charge of a file after one of these entries."""
    found: set[UUID | None] = {None}
    for entry in entries:
        # An institution's file is in its own charge.
        found.add(entry.stream if entry.kind == "institution" else entry.recorded_by.institution)
        found.update(held.value for held in entry.event.holds(entry) if held.attribute is CHARGE)
    return found


def counting(adopted: Sequence[tuple[int, Rulebook]], position: int) -> Rulebook:
    """Return the rulebook that counted at a position."""
    return next(rulebook for since, rulebook in reversed(adopted) if since <= position)
