"""The rulebook that counts: the one that an institution has adopted, else the one of this version."""

from domain.event import known
from domain.events.institution import RulebookAdopted
from domain.file import File
from domain.rulebook import Rulebook


class Rulebooks:
    """Adopted rulebooks by digest, read once."""

    def __init__(self, shipped: Rulebook) -> None:
        self.shipped = shipped
        self._read: dict[str, Rulebook] = {shipped.digest: shipped}

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
            rulebook = Rulebook(event.content)
            rulebook.rules = self.shipped.rules | rulebook.rules
            self._read[digest] = rulebook
        return self._read[digest]
