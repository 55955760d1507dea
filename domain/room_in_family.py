"""How many children a family may have, counted across the files of its children (I10, I16)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.entry import AnyEntry
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Room:
    """How many other children the law lets a family have when one more comes.

    They may be `others` in all, and `later` of them may have come after `asked_on`, the last day of the
    family's application; the beginning of the calendar where there is none. `later` is below zero where the
    family has too many without any other file, of which the child's own file tells.
    """

    others: int
    later: int
    asked_on: date = date.min

    def lets(self, others: int, later: int) -> bool:
        """Whether the family may have so many others, so many of them since it asked."""
        return not others or self.later < 0 or (others <= self.others and later <= self.later)


@dataclass(frozen=True, slots=True)
class ChildOfFamily:
    """That a family has a child by one entry, from `since` to `until`.

    `against` is what speaks against the entry where `room` does not let the family have the others; `room` is
    None where the law sets no number.
    """

    entry: AnyEntry
    family: UUID
    since: date
    until: date
    room: Room | None
    against: Refusal
