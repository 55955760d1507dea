"""Answers about reports that were issued: what a report says, which there are, and what would differ now."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NotRequired
from uuid import UUID

from typing_extensions import TypedDict

from domain.codes import tables

IssuedReportCode: Any = Literal[tuple(tables()["report"].codes)]


class ReportWords(TypedDict):
    """What something is called, or a sentence, in both languages."""

    zh: str
    en: str


class ReportColumn(ReportWords):
    """A column: what rows are by, or what they count."""

    column: str


class ReportValue(ReportWords):
    """A value of a row."""

    value: str


class ReportRowAnswer(TypedDict):
    """A row by its values; a number is null where it is not told, for it or what follows from it is small.

    It is `unknown` where it is recorded that nobody knows it.
    """

    values: Sequence[ReportValue]
    counts: Sequence[int | Literal["unknown"] | None]


class ReportTableAnswer(TypedDict):
    """A table with its definition; `counted` is how it is counted, `chart` the column that is drawn.

    `totals` are those of the counts, null where there are none.
    """

    table: str
    title: ReportWords
    definition: ReportWords
    counted: Mapping[str, Any]
    by: Sequence[ReportColumn]
    counts: Sequence[ReportColumn]
    chart: str | None
    rows: Sequence[ReportRowAnswer]
    totals: Sequence[int | None] | None


class ReportIssuer(TypedDict):
    """The institution by whose file a report was issued; of a bureau's report the file of its `region`."""

    institution: UUID
    name: str | None
    region: NotRequired[str]


# `from` is no name of Python's.
ReportPeriodAnswer = TypedDict(
    "ReportPeriodAnswer",
    {"year": int, "part": int | None, "zh": str, "en": str, "from": date, "to": date},
)
"""The days that a report is about."""


class ReportProgramme(TypedDict):
    """By which version of this programme, and of its read models, a report was computed."""

    version: str
    read_models: str


class ReportAnswer(TypedDict):
    """A report: its numbers with their definitions, and what they were computed by.

    Of so many the key is destroyed that would tell what is sealed (`erased`). Its bytes are canonical
    JSON; their SHA-256 stands in the institution's file and in `Repr-Digest`.
    """

    report: IssuedReportCode
    title: ReportWords
    institution: ReportIssuer
    period: ReportPeriodAnswer
    as_of: date
    known_position: int
    epoch: int
    rules: str
    programme: ReportProgramme
    erased: int
    definitions: Sequence[ReportWords]
    tables: Sequence[ReportTableAnswer]


class IssuedReportAnswer(TypedDict):
    """A report that was issued, by the entry of the institution's file that says so.

    A bureau's is of a `region`, and of no institution; `institution_name` is what that is called. It is not
    `kept` if the ledger was recovered without its bytes.
    """

    id: UUID
    report: IssuedReportCode
    title: ReportWords
    period: ReportWords
    year: int
    part: int | None
    institution: UUID | None
    institution_name: str | None
    region: str | None
    as_of: date
    known_position: int
    issued_on: date
    sha256: str
    kept: bool


class ReportIssuingAnswer(TypedDict):
    """What a report says, and what was issued; null in a dry run."""

    issued: IssuedReportAnswer | None
    sha256: str
    content: ReportAnswer


class DifferingNumber(TypedDict):
    """A number that differs: by table, the values of its row (null in the totals) and its column."""

    table: str
    values: Sequence[str] | None
    column: str
    then: int | Literal["unknown"] | None
    now: int | Literal["unknown"] | None


class ReportReason(ReportWords):
    """Why a report computed again differs."""

    reason: Literal["rules", "programme", "erased", "definitions", "words", "unexplained"]


class ReportComparisonAnswer(TypedDict):
    """A report computed again, as of the same day and as known at the same position.

    It is the `same` byte for byte, or differs in these numbers, or in none, for these reasons. Where keys
    were destroyed since, neither the numbers of what they sealed are told, nor the digest of now.
    """

    id: UUID
    same: bool
    sha256: str
    sha256_now: str | None
    differences: Sequence[DifferingNumber]
    reasons: Sequence[ReportReason]
