"""In which part of a child's archive an entry stands (DB36/T 2141-2025; domain.md 2.17).

The archive has three phases: entry, residence in six sub-files, and exit.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import chapter, known
from domain.events.archive import DocumentFiled
from domain.statements.archive_items import ARCHIVE_ITEMS

CHAPTER_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "intake": "entry",
        "reception": "entry",
        "search": "entry",
        "parents": "entry",
        "community": "basic",
        "guardianship": "basic",
        "household": "basic",
        "entitlement": "basic",
        "insurance": "basic",
        "national_roll": "basic",
        "care": "rearing",
        "entrusted": "rearing",
        "leave": "rearing",
        "foster": "rearing",
        "health": "medical",
        "medical": "medical",
        "rehabilitation": "rehabilitation",
        "rehab_support": "rehabilitation",
        "schooling": "education",
        "teaching": "education",
        "psychology": "education",
        "social_work": "social_work",
        "safety": "social_work",
        "placement": "social_work",
        "adoption": "exit",
        "departure": "exit",
        "reunification": "exit",
        "transfer": "exit",
        "funeral": "exit",
        "case": "exit",
        "archive": "other",
        "reconciliation": "other",
        "record": "other",
        "filing": "other",
        "restriction": "other",
        "erasure": "other",
        "subject_access": "other",
        "emergency": "other",
    }
)
"""The part in which what belongs to a chapter stands, by codes of `archive_part`."""
_BY_ITEM: Final = {
    event: item.part for item in ARCHIVE_ITEMS if item.part != "entry" for event in item.shown_by
}
"""The part of an event by which something is there that the archive is to hold."""


def archive_part(entry: AnyEntry) -> str:
    """Return the part of the archive that an entry stands in, by a code of `archive_part`."""
    event = entry.event
    if isinstance(event, DocumentFiled) and known(event.part) in tables()["archive_part"].codes:
        return str(event.part)
    return _BY_ITEM.get(type(event)) or CHAPTER_PARTS[chapter(type(event))]
