"""The rulebook that counts: the one that an institution has adopted, else the one of this version."""

from domain.event import known
from domain.events.institution.particulars import RulebookAdopted
from domain.file import File
from domain.rule_pack import behind
from domain.rulebook import Rulebook


class Rulebooks:
    """Adopted rulebooks by digest, read once."""

    def __init__(self, shipped: Rulebook) -> None:
        self.shipped = shipped
        self._read: dict[str, Rulebook] = {shipped.digest: shipped}
        self._behind: dict[str, tuple[str, ...]] = {}

    def behind(self, rulebook: Rulebook) -> tuple[str, ...]:
        """Return the ids of the rules whose shipped text or numbers an adopted rulebook lacks."""
        if rulebook.digest not in self._behind:
            self._behind[rulebook.digest] = tuple(behind(rulebook, self.shipped))
        return self._behind[rulebook.digest]

    def of(self, institution: File | None) -> Rulebook:
        """Return the rulebook that an institution adopted last.

        Rules that it lacks, since they are newer, are those of this version.
        """
        adopted = institution.of(RulebookAdopted) if institution is not None else []
        if not adopted:
            return self.shipped
        event = adopted[-1].event
        digest = known(event.digest)
        if digest is None:
            return self.shipped
        if digest not in self._read:
            self._read[digest] = Rulebook(event.content, self.shipped)
        return self._read[digest]
