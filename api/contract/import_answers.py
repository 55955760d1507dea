"""Answers about an import over HTTP: its progress, and in the end the report."""

from typing import Any, Literal, NotRequired
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.listing import Because, Listing, Titled


class ReportedLine(TypedDict):
    """A value or a row that was not used, or that corrects the ledger: its place, its text, and the reason.

    Of a line of events, `pointer` is the place within it of the event, or of the value, that is the reason.
    """

    sheet: str
    row: int
    column: str
    value: str
    code: str
    other: NotRequired[str]
    pointer: NotRequired[str]


class Cells(TypedDict):
    """The number of filled cells, and of each outcome; `filled` is the sum of the others."""

    filled: int
    recorded: int
    already: int
    key: int
    other: int
    set_aside: int
    rejected: int


class RuleCount(Titled):
    """The number of findings of a rule against the entries, and of those by a text that was not checked."""

    rule: str
    count: int
    unverified: int


class BegunBy(TypedDict):
    """Who began an import; `name` is null to who may not know them."""

    user: UUID
    name: str | None


class ImportAnswer(TypedDict):
    """An import; it has the report's members once it is done, and the `problem` if it failed.

    It is kept for a day, for whoever works there and sees as much as who began it. The roll of a place has
    its `region`, and no `institution`. `reasons` say what the codes of its lines mean, `unlisted` counts what
    the lists leave out. `corrected` are those of the rows `recorded` that correct what the ledger tells.
    """

    job: UUID
    state: Literal["queued", "running", "done", "failed"]
    progress: float
    dry_run: NotRequired[bool]
    begun_at: NotRequired[str]
    kept_until: NotRequired[str]
    begun_by: NotRequired[BegunBy]
    file: NotRequired[str]
    sha256: NotRequired[str]
    institution: NotRequired[str | None]
    region: NotRequired[str]
    opened_beside: NotRequired[list[str]]
    rows: NotRequired[int]
    recorded: NotRequired[int]
    corrected: NotRequired[int]
    already: NotRequired[int]
    rejected: NotRequired[int]
    other_rows: NotRequired[dict[str, int]]
    cells: NotRequired[Cells]
    as_found: NotRequired[int]
    set_aside: NotRequired[int]
    entries: NotRequired[int]
    rejections: NotRequired[list[ReportedLine]]
    values: NotRequired[list[ReportedLine]]
    corrections: NotRequired[list[ReportedLine]]
    findings: NotRequired[list[RuleCount]]
    not_in_this_file: NotRequired[list[ReportedLine]]
    reasons: NotRequired[dict[str, Because]]
    unlisted: NotRequired[dict[str, int]]
    problem: NotRequired[dict[str, Any]]


class ImportsAnswer(Listing[ImportAnswer]):
    """The imports of the last day, without their reports."""
