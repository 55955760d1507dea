"""Whether a stream is as it was recorded, in the form of answers (domain.md 4.2 B10)."""

from typing import Any, Final
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.list_tables import ListTable, number, said
from domain.label import Label
from ledger.verification import StreamFlaw, StreamVerified


class FlawAnswer(TypedDict):
    """What is wrong at a version of the stream; `position` is null where an entry is missing."""

    version: int
    position: int | None
    zh: str
    en: str


class IntegrityAnswer(TypedDict):
    """How many entries of a stream were verified, and what is wrong with them; there is no next page.

    `first_bad_version` is the version of the first that was altered or is missing, null if there is none.
    """

    child: UUID
    entries: int
    first_bad_version: int | None
    items: list[FlawAnswer]
    next: None
    known_position: int


INTEGRITY_TABLE: Final = ListTable(
    "integrity",
    Label("条目核验", "Entries verified"),
    (
        number("version", Label("版本", "Version")),
        number("position", Label("账本位置", "Position of the ledger")),
        said("", Label("有误之处", "What is wrong")),
    ),
    Label("没有列出的即与登记时一致。", "What is not listed is as it was recorded."),
)


def integrity_json(verified: StreamVerified) -> dict[str, Any]:
    """Return what was verified of a stream."""
    found = sorted(verified.flaws, key=lambda each: each.version)
    return {
        "entries": verified.entries,
        "first_bad_version": found[0].version if found else None,
        "items": [_flaw(each) for each in found],
        "next": None,
    }


def _flaw(flaw: StreamFlaw) -> FlawAnswer:
    return {"version": flaw.version, "position": flaw.position, "zh": flaw.what.zh, "en": flaw.what.en}
