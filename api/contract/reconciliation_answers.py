"""Answers about a comparison with another department's file: what agrees, what differs, what is left."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.listing import Because
from api.contract.masking import PersonalValue
from domain.codes import tables

SystemCode: Any = Literal[tuple(tables()["other_system"].codes)]
ItemCode: Any = Literal[tuple(tables()["compared_item"].codes)]
OutcomeCode: Any = Literal[tuple(tables()["difference_outcome"].codes)]


class DifferingItem(TypedDict):
    """An item on which a child's file and their row differ; what a side does not say is null.

    What a code is called stands beside it (`ours_said`).

    It is `new`, was `open` before, or was `explained` before and is not opened again; `found_on` is the day
    on which it was found before, null of a new one. `row` is that of their file, null where they have none
    for the child.
    """

    child: UUID
    name: PersonalValue
    file_no: PersonalValue
    item: ItemCode
    ours: PersonalValue
    ours_said: Because | None
    theirs: PersonalValue
    theirs_said: Because | None
    standing: Literal["new", "open", "explained"]
    found_on: date | None
    sheet: str | None
    row: int | None


class EndedDifference(TypedDict):
    """A difference of an earlier comparison that is not open any more: the entry, and how it ended."""

    child: UUID
    name: PersonalValue
    file_no: PersonalValue
    difference: UUID
    item: ItemCode
    outcome: OutcomeCode


class OpenDifference(TypedDict):
    """A difference of an earlier comparison that is still open, and of which this one tells nothing."""

    child: UUID
    name: PersonalValue
    file_no: PersonalValue
    difference: UUID
    item: ItemCode
    found_on: date


class TheirRowAnswer(TypedDict):
    """A row of theirs with its place and every cell as they wrote it, by heading."""

    sheet: str
    row: int
    written: dict[str, str]


class NotComparedAnswer(TheirRowAnswer):
    """A row that was compared with no child; `code` says why, in the words of `reasons`."""

    code: str


class UnreadCell(TypedDict):
    """A cell that could not be read, as they wrote it; `code` says why. Its item was not compared."""

    sheet: str
    row: int
    column: str
    value: str
    code: str


class UnreadColumn(TypedDict):
    """A column of their file that is no item of this system."""

    sheet: str
    heading: str


class NotRecordedAnswer(TypedDict):
    """A child whose differences were not recorded, and the problem."""

    child: UUID
    problem: dict[str, Any]


class ReconciliationAnswer(TypedDict):
    """What came of comparing a file with the children of an institution.

    `rows` are `matched`, `only_there` or `not_compared`; `differing` and `only_here` count children. `run`
    is the entry of the institution's file that says so, null of a dry run; `recorded` counts the entries of
    the children's files. What rows of nobody here say stands in this answer alone. `still_open` are earlier
    differences of children who were compared with nothing: they have left, or their rows are not certain.
    """

    system: SystemCode
    as_of: date
    dry_run: bool
    sha256: str
    rows: int
    matched: int
    differing: int
    only_here: int
    only_there: int
    not_compared: int
    run: UUID | None
    recorded: int
    differences: list[DifferingItem]
    ended: list[EndedDifference]
    still_open: list[OpenDifference]
    rows_only_there: list[TheirRowAnswer]
    rows_not_compared: list[NotComparedAnswer]
    cells_unread: list[UnreadCell]
    columns_left: list[UnreadColumn]
    sheets_left: list[str]
    not_recorded: list[NotRecordedAnswer]
    reasons: dict[str, Because]
