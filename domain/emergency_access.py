"""Emergency accesses of a file: who took one, to which categories, until when, and how it was reviewed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from domain.answering import answers_to
from domain.entry import AnyEntry, Entry
from domain.event import Category
from domain.events.emergency import EmergencyAccessReviewed, EmergencyAccessTaken
from domain.file import TURN, File

EMERGENCY_HOURS: Final = 24
"""Hours from its recording after which an emergency access has ended."""
EmergencyState: TypeAlias = Literal["open", "ended", "withdrawn"]


@dataclass(frozen=True, slots=True)
class EmergencyAccess:
    """An emergency access as it stands, taken by whoever recorded it `first`; `since` is that instant.

    `review` is what came of its review, None where there was none yet; `withdrawn` says that it does not
    count any more, although it may have been read under.
    """

    entry: Entry[EmergencyAccessTaken]
    first: AnyEntry
    since: datetime
    review: Entry[EmergencyAccessReviewed] | None
    withdrawn: bool

    @property
    def taken_by(self) -> UUID:
        """The person who may read under it."""
        return self.first.recorded_by.user

    @property
    def categories(self) -> frozenset[Category]:
        """What may be read under it, beside what the role of its taker sees."""
        return frozenset(Category(each.replace("_", "-")) for each in self.entry.event.sets)

    @property
    def until(self) -> datetime:
        """The instant at which it ends by itself."""
        return self.since + timedelta(hours=EMERGENCY_HOURS)

    def state(self, now: datetime) -> EmergencyState:
        """Whether it goes on, has ended, or was withdrawn."""
        if self.withdrawn:
            return "withdrawn"
        return "open" if now < self.until else "ended"


def emergency_accesses(file: File) -> Iterator[EmergencyAccess]:
    """Yield the emergency accesses of a file in the order of recording, those that were withdrawn too."""
    taken = file.of(EmergencyAccessTaken)
    answers = answers_to(taken, file.of(EmergencyAccessReviewed), "access")
    standing = {entry.original: (entry, review) for entry, review in zip(taken, answers, strict=True)}
    for first in sorted(file.entries.values(), key=TURN):
        if isinstance(first.event, EmergencyAccessTaken) and first.entry_id == first.original:
            entry, review = standing.get(first.entry_id, (first, None))
            since = first.recorded_at
            if since is not None:
                withdrawn = first.entry_id not in standing
                yield EmergencyAccess(entry, first, since, review, withdrawn)


def emergencies_of(file: File, person: UUID, now: datetime) -> list[EmergencyAccess]:
    """Return the accesses under which a person may read a file at an instant."""
    return [
        each for each in emergency_accesses(file) if each.taken_by == person and each.state(now) == "open"
    ]
