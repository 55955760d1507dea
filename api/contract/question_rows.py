"""The rows of question lists in the form of answers, and the tables that they are as workbooks."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypeAlias
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.acting_answers import ACTED
from api.contract.csv_lines import TableCell
from api.contract.explanation_words import CATEGORIES
from api.contract.findings import EvidenceAnswer, FindingAnswer, evidence_json, finding_json
from api.contract.list_tables import (
    CHARGE,
    CHILD,
    NEXT,
    REGIONS,
    WHOSE,
    ListColumn,
    ListedItem,
    ListTable,
    day,
    in_language,
    sentences,
)
from api.contract.masking import NAMED, restricted, typed_dict
from api.contract.obligations import ObligationAnswer, obligation_json
from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS, called
from domain.asked_lists.question_list import AskedColumn, CellShape, Gap, QuestionList
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Category, Erased, Unknown
from domain.file import File
from domain.label import Label
from domain.when import Days
from projections.asked_rows import AskedCell, AskedRow


class CellAnswer(TypedDict):
    """What a column says of a child: its value, that in words of both languages, and the entries that say so.

    `value` is null where nothing is recorded, or there is none, as the words say. A day that is not known
    exactly lies between `value` and `value_until`.
    """

    value: Any
    value_until: NotRequired[date]
    zh: str
    en: str
    evidence: list[UUID]


class GapAnswer(TypedDict):
    """Why a child is in a list where no rule says so, and the events after which it is so no more."""

    zh: str
    en: str
    cured_by: list[str]
    evidence: list[UUID]


def coded_columns(asked: QuestionList) -> dict[str, Collection[str]]:
    """Return the columns of a question's list that have few values, with these values."""
    return {
        column.name: tables()[column.codes].codes if isinstance(column.codes, str) else column.codes
        for column in asked.columns
        if column.codes is not None and column.codes != REGIONS
    }


class QuestionColumnAnswer(TypedDict):
    """A column of a question's list."""

    name: str
    zh: str
    en: str
    shape: CellShape
    codes: str | None


if TYPE_CHECKING:
    QuestionRowAnswer: TypeAlias = dict[str, Any]
else:
    QuestionRowAnswer = typed_dict(
        "QuestionRowAnswer",
        {
            "child": UUID,
            "first_on": date,
            "columns": dict[str, CellAnswer],
            "obligations": list[ObligationAnswer],
            "findings": list[FindingAnswer],
            "gaps": list[GapAnswer],
            "evidence": list[EvidenceAnswer],
            **NAMED,
            **ACTED,
        },
        """A row of a question's list: a child with its columns, why it is listed, and who must act next.

        It is listed by `first_on`, the first day of what makes it so. `evidence` are the entries that columns
        and reasons name, each in a sentence.
        """,
    )

_OPEN: Final = frozenset({"due", "overdue"})


def column_json(column: AskedColumn) -> QuestionColumnAnswer:
    """Return a column in the form of the catalogue."""
    return {
        "name": column.name,
        "zh": column.label.zh,
        "en": column.label.en,
        "shape": column.shape,
        "codes": column.codes if isinstance(column.codes, str) else None,
    }


def question_row_json(
    asked: QuestionList, row: AskedRow, first_on: date, day: date, evidence: list[EvidenceAnswer]
) -> Any:  # noqa: ANN401 - a row, still without names
    """Return a row on a day, without whose it is."""
    return {
        "child": row.child,
        "first_on": first_on,
        "columns": {
            column.name: cell_json(column, cell)
            for column, cell in zip(asked.columns, row.cells, strict=True)
        },
        "obligations": [obligation_json(each, day) for each in row.obligations],
        "findings": [finding_json(each) for each in row.findings],
        "gaps": [_gap(each) for each in row.gaps],
        "evidence": evidence,
    }


def _gap(gap: Gap) -> GapAnswer:
    return {
        "zh": gap.label.zh,
        "en": gap.label.en,
        "cured_by": [each.__name__ for each in gap.cured_by],
        "evidence": [each.entry_id for each in gap.entries],
    }


def cell_json(column: AskedColumn, cell: AskedCell) -> CellAnswer:
    """Return a cell; of a hidden one what it is hidden under."""
    words = _words(column, cell)
    answer: CellAnswer = {
        "value": restricted(cell.hidden) if cell.hidden is not None else cell.value,
        "zh": words.zh,
        "en": words.en,
        "evidence": [each.entry_id for each in cell.entries],
    }
    if isinstance(cell.value, Days):
        answer["value"] = cell.value.first
        if not cell.value.exact:
            answer["value_until"] = cell.value.last
    return answer


def _words(column: AskedColumn, cell: AskedCell) -> Label:
    absence = VALUE_WORDS["absence"]
    if cell.hidden is not None:
        shown, of = absence["masked"], CATEGORIES[cell.hidden]
        return Label(shown.zh.format(category=of.zh), shown.en.format(category=of.en))
    match cell.value:
        case None:
            return absence["none" if column.none else "nothing"]
        case Unknown(reason):
            return called("unknown", reason)
        case Erased():
            return absence["erased"]
        case Days() as days:
            return _days(days)
        case bool() as answer:
            return called("truth", "yes" if answer else "no")
        case tuple() as several:
            each = [_coded(column, one) for one in several]
            return Label("、".join(one.zh for one in each), ", ".join(one.en for one in each))
    return _coded(column, cell.value)


def _days(days: Days) -> Label:
    if days.first is None:
        by = VALUE_WORDS["days"]["by"]
        return Label(by.zh.format(day=days.last), by.en.format(day=days.last))
    said = f"{days.last}" if days.exact else f"{days.first} – {days.last}"
    return Label(said, said)


def _coded(column: AskedColumn, value: object) -> Label:
    labels: Mapping[str, Label] = {}
    if column.codes is not None:
        labels = tables()[column.codes].codes if isinstance(column.codes, str) else column.codes
    said = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return labels.get(said, Label(said, said))


def row_evidence(
    file: File, row: AskedRow, sees: frozenset[Category]
) -> tuple[list[EvidenceAnswer], set[Category]]:
    """Return the entries that a row names, each in a sentence, and the categories of all that it tells."""
    named = [
        *(each.entry_id for cell in row.cells for each in cell.entries),
        *(each.entry_id for gap in row.gaps for each in gap.entries),
        *(each for found in row.findings for each in found.entries),
        *(each for due in row.obligations for each in due.started_by),
        *(due.met_by for due in row.obligations if due.met_by is not None),
    ]
    entries: list[AnyEntry] = [file.entries[each] for each in dict.fromkeys(named) if each in file.entries]
    listed = [*(each.rests_on for each in row.findings), *(each.rests_on for each in row.obligations)]
    told: set[Category] = set().union(
        *(cell.rests_on for cell in row.cells),
        *(gap.hides for gap in row.gaps),
        *(map(Category, each) for each in listed),
    )
    return [evidence_json(each, sees, file.entries) for each in entries], told


# As tables


def table_of(asked: QuestionList, title: Label) -> ListTable:
    """Return the table of a question's list, by the words of the question."""
    return ListTable(
        f"question-{asked.question}",
        title,
        (
            *WHOSE,
            *map(_column, asked.columns),
            ListColumn(Label("为何列出", "Why it is listed"), _why, 36),
            ListColumn(Label("最早到期日", "First due on"), _first_due),
            day("first_on", Label("排列日期", "Listed by")),
            *NEXT,
            sentences("evidence", Label("相关条目", "Evidence")),
            ListColumn(
                Label("规则", "Rules"), lambda item, _: _joined(each["rule"] for each in _ruled(item))
            ),
            ListColumn(
                Label("依据", "Source"), lambda item, _: _joined(each["source"] for each in _ruled(item)), 36
            ),
            *CHARGE,
            CHILD,
        ),
    )


def _column(column: AskedColumn) -> ListColumn:
    def cell(item: ListedItem, language: Language) -> TableCell:
        said: ListedItem = item["columns"][column.name]
        value = said["value"]
        if isinstance(value, str) and column.shape == "day" and "value_until" not in said:
            return date.fromisoformat(value)
        if isinstance(value, int) and column.shape == "number":
            return value
        return str(said[language])

    return ListColumn(column.label, cell, 36 if column.shape == "text" else 14)


def _ruled(item: ListedItem) -> Iterable[ListedItem]:
    return (*item["obligations"], *item["findings"])


def _joined(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(texts))


def _why(item: ListedItem, language: Language) -> TableCell:
    due = (
        f"{each[f'title_{language}']}（{in_language(called('state', each['state']), language)}）"
        if language == "zh"
        else f"{each[f'title_{language}']} ({in_language(called('state', each['state']), language)})"
        for each in item["obligations"]
    )
    return _joined([*due, *(each[language] for each in (*item["findings"], *item["gaps"]))])


def _first_due(item: ListedItem, _: Language) -> TableCell:
    waiting = (each for each in item["obligations"] if each["state"] in _OPEN)
    days = [each["due_on"] if "due_on" in each else each["due_between"][1] for each in waiting]
    return date.fromisoformat(min(days)) if days else None
