"""Accesses to a file as they are answered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """One access: when, by whom and as what, to which categories of personal data, what was asked, and why.

    `position` is that in the log of accesses, `name` null for somebody not known any more, `reason` that of
    a session of the console, null where a token asked. Of the log itself nothing personal of the child is
    told: then `categories` is empty.
    """

    position: int
    at: datetime
    user: UUID
    name: str | None
    role: str
    institution: UUID | None
    categories: list[str]
    purpose: str
    reason: str | None
