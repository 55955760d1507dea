"""The shapes of answers to questions, as the contract has them: what routes are documented with.

A member whose value may be personal is a text, or what stands for it: `{"restricted": category}` where the
caller may not see it, `{"erased": category}` where its key was destroyed.
"""

from datetime import date
from typing import Any, Generic, Literal, NotRequired, TypeAlias, TypeVar
from uuid import UUID

from typing_extensions import TypedDict

from domain.event import Category
from domain.obligations import State
from domain.readiness import GateState, Status, Weight

T = TypeVar("T")


class Restricted(TypedDict):
    """What the caller may not see, by its category."""

    restricted: str


class Gone(TypedDict):
    """What was erased, by its category."""

    erased: str


Personal: TypeAlias = str | Restricted | Gone | None


class Listing(TypedDict, Generic[T]):
    """One page of a list; `next` is the cursor of the next one, null at the end."""

    items: list[T]
    next: str | None


class RecorderAnswer(TypedDict):
    """Who recorded an entry, as they were."""

    user: UUID
    role: str
    institution: UUID | None


class PaperAnswer(TypedDict):
    """A paper that supports an entry."""

    kind: str
    number: Personal
    issuer: Personal
    issued_on: date | None
    sha256: Personal


class Explained(TypedDict):
    """Why an entry is corrected."""

    code: Literal["incorrect_data", "did_not_occur"]
    explanation: Personal


class Claimed(TypedDict):
    """To which rule an entry claims an exception, and why."""

    rule: str
    reason: Personal


class EntryAnswer(TypedDict):
    """An entry as recorded, what became of it, and its sentences."""

    entry_id: UUID
    stream: UUID
    kind: Literal["child", "family", "institution"]
    version: int
    position: int
    type: str
    schema: int
    occurred_on: date | None
    occurred_until: date
    estimated: bool
    at: str | None
    recorded_at: str
    recorded_by: RecorderAnswer
    origin: Literal["api", "console", "import", "paper"]
    noted_on: date | None
    noted_by: Personal
    data: dict[str, Any]
    documents: list[PaperAnswer]
    corrects: UUID | None
    reason: Explained | None
    exception: Claimed | Restricted | None
    note: Personal
    cause: UUID | None
    region: str | None
    corrected_by: UUID | None
    withdrawn_by: UUID | None
    sentence_zh: str
    sentence_en: str


class TimelineAnswer(TypedDict):
    """One page of a file's entries, as known at a position."""

    items: list[EntryAnswer]
    next: str | None
    known_position: int


class Age(TypedDict):
    """Full years of age; `uncertain` where the birth leaves them open."""

    years: int
    estimated: bool
    uncertain: bool


class Waiting(TypedDict):
    """How many obligations are overdue, and due within 30 days."""

    overdue: int
    due_30_days: int


class FileAnswer(TypedDict):
    """A file's status on a day; a chapter has one member an attribute, null where nothing holds."""

    child: UUID
    version: int
    position: int
    known_position: int
    as_of: date
    institution: UUID | None
    file_no: Personal
    stage: str | None
    age: Age | None
    findings: int
    obligations: Waiting
    intake: dict[str, Any]
    identity: dict[str, Any]
    search: dict[str, Any]
    guardianship: dict[str, Any]
    household: dict[str, Any]
    entitlement: dict[str, Any]
    insurance: dict[str, Any]
    health: dict[str, Any]
    rehabilitation: dict[str, Any]
    schooling: dict[str, Any]
    care: dict[str, Any]
    adoption: dict[str, Any]
    placement: dict[str, Any]
    departure: dict[str, Any]


class RegisterRow(TypedDict):
    """A child's file as the register lists it."""

    child: UUID
    file_no: Personal
    name: Personal
    sex: str | None
    birth_on: date | None
    stage: str | None
    institution: UUID | None
    admitted_on: date | None
    departed_on: date | None
    overdue: int


class Because(TypedDict):
    """A reason in two languages."""

    zh: str
    en: str


class ObligationAnswer(TypedDict):
    """Something due: by a day, or between two days where the day is not known."""

    child: UUID
    rule: str
    title_zh: str
    title_en: str
    opened_on: date
    due_on: NotRequired[date]
    due_between: NotRequired[tuple[date | None, date]]
    state: State
    days_left: int
    started_by: list[UUID]
    met_by: list[UUID]
    void_because: Because | None
    source: str
    region: str | None
    verified: bool
    rests_on: list[Category]


class Obligations(TypedDict):
    """All of a file's obligations, as known at a position."""

    items: list[ObligationAnswer]
    next: None
    known_position: int


class GateAnswer(TypedDict):
    """One of the fourteen gates; `rests_on` is null where its answer is `restricted`."""

    gate: int
    name_zh: str
    name_en: str
    state: GateState
    weight: Weight
    evidence: list[UUID]
    missing_zh: str | None
    missing_en: str | None
    source: str
    verified: bool
    rests_on: list[Category] | None


class NextDue(TypedDict):
    """The nearest thing due."""

    due_on: date
    rule: str


class ReadinessAnswer(TypedDict):
    """Whether a young person is ready on a day: advice, for a person decides."""

    child: UUID
    day: date
    status: Status
    advisory: Literal[True]
    route: str | None
    turns_18_on: date | None
    gates: list[GateAnswer]
    next: NextDue | None


class ReadinessKnown(ReadinessAnswer):
    """The same, as known at a position."""

    known_position: int


class FindingAnswer(TypedDict):
    """Something that speaks against a file, from a day on; `rests_on` is of what it tells.

    `others` are files that may be the same child's or have the same number, as far as the caller may read
    them. `child` is null for a file that would be opened.
    """

    child: UUID | None
    rule: str
    kind: str
    on: date
    entries: list[UUID]
    zh: str
    en: str
    source: str
    others: list[UUID]
    rests_on: list[Category]
