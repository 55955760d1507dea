"""Who may read a restricted file, and for which purpose: what was asked for, decided, and has ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.events.restriction import (
    RestrictedFileAccessApproved,
    RestrictedFileAccessRejected,
    RestrictedFileAccessRequested,
)
from domain.file import TURN, File

ACCESS_DAYS: Final = 30
"""Days after that of the approval on which a restricted file may still be read; the last counts whole."""
AccessState: TypeAlias = Literal["waiting", "approved", "rejected", "ended"]


@dataclass(frozen=True, slots=True)
class RequestedAccess:
    """Somebody's request to read a restricted file, as it stands, and the decision, None while it waits.

    `asker` recorded it first; a version of somebody else does not give the access to them.
    """

    asker: UUID
    entry: Entry[RestrictedFileAccessRequested]
    decision: AnyEntry | None

    @property
    def until(self) -> date | None:
        """The last day of the access; None if it was not approved."""
        if self.decision is None or not isinstance(self.decision.event, RestrictedFileAccessApproved):
            return None
        return self.decision.days.last + timedelta(days=ACCESS_DAYS)

    def state(self, today: date) -> AccessState:
        """Whether it waits or was rejected, or whether the access goes on or has ended."""
        if self.decision is None:
            return "waiting"
        if self.until is None:
            return "rejected"
        return "approved" if today <= self.until else "ended"


def requested_accesses(file: File) -> Iterator[RequestedAccess]:
    """Yield what was asked for, in the order of recording; no decision from before a correction counts."""
    decisions: list[AnyEntry] = [
        *file.of(RestrictedFileAccessApproved),
        *file.of(RestrictedFileAccessRejected),
    ]
    for entry in sorted(file.of(RestrictedFileAccessRequested), key=TURN):
        about = [it for it in decisions if it.event.request == entry.original and it.turn > entry.turn]
        asker = file.entries[entry.original].recorded_by.user
        yield RequestedAccess(asker, entry, max(about, key=TURN, default=None))


def access_of(file: File, person: UUID, today: date) -> RequestedAccess | None:
    """Return the access by which a person may read a restricted file on a day; None if there is none."""
    mine = (each for each in requested_accesses(file) if each.asker == person)
    return next((each for each in mine if each.state(today) == "approved"), None)
