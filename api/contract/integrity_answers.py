"""Whether a stream is as it was recorded, in the form of answers (domain.md 4.2 B10)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.list_tables import ListTable, number, said
from domain.label import Label
from ledger.log.logged_stream import LoggedStream
from ledger.verification import StreamFlaw, StreamVerified


class FlawAnswer(TypedDict):
    """What is wrong at a version of the stream; `position` is null where an entry is missing."""

    version: int
    position: int | None
    zh: str
    en: str


class IntegrityAnswer(TypedDict):
    """How many entries of a stream were verified, and what is wrong with them; there is no next page.

    `in_log` is how many of them stand in the signed log as they are, which has `log_size` leaves: what was
    recorded since its last checkpoint follows within a second or so. `first_bad_version` is the version of
    the first that was altered or is missing, null if there is none.
    """

    child: UUID
    entries: int
    in_log: int
    log_size: int
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


def integrity_json(
    verified: StreamVerified, logged: LoggedStream, positions: Mapping[int, int]
) -> dict[str, Any]:
    """Return what was verified of a stream and in the log; `positions` are those of its versions.

    Of what is altered it is said once, whether or not the log shows it, too.
    """
    known = {each.version for each in verified.flaws}
    further = [
        StreamFlaw(version, positions[version], what)
        for version, what in logged.flaws.items()
        if version not in known
    ]
    found = sorted([*verified.flaws, *further], key=lambda each: each.version)
    return {
        "entries": verified.entries,
        "in_log": logged.in_log,
        "log_size": logged.log_size,
        "first_bad_version": found[0].version if found else None,
        "items": [_flaw(each) for each in found],
        "next": None,
    }


def _flaw(flaw: StreamFlaw) -> FlawAnswer:
    return {"version": flaw.version, "position": flaw.position, "zh": flaw.what.zh, "en": flaw.what.en}
