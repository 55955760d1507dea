"""Differences with others' data, in the form of answers and as a table."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_type_hints
from uuid import UUID

from api.contract.acting_answers import ACTED
from api.contract.csv_lines import TableCell
from api.contract.entries import RecorderAnswer, recorder_json
from api.contract.list_tables import (
    CHARGE,
    CHILD,
    NEXT,
    RULE,
    SOURCE,
    STATE,
    WHOSE,
    ListColumn,
    ListedItem,
    ListTable,
    code,
    day,
    number,
    text,
    value_said,
    word,
)
from api.contract.listing import Because, Titled, titled
from api.contract.masking import NAMED, PersonalValue, restricted, typed_dict
from api.contract.sentences import Language
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Category, Erased
from domain.events.reconciliation.differing import BY_LISTING, CODED_ITEMS, OF_HEALTH
from domain.label import Label
from domain.rulebook import Rule
from projections.found_differences import DifferenceRow, DifferenceState

if TYPE_CHECKING:
    SettledAnswer: TypeAlias = dict[str, Any]
    DifferenceAnswer: TypeAlias = dict[str, Any]
else:
    SettledAnswer = typed_dict(
        "SettledAnswer",
        {
            "entry": UUID,
            "on": date,
            "outcome": str | None,
            "corrected_by": UUID | None,
            "explanation": PersonalValue,
            "recorded_by": RecorderAnswer,
        },
        "How a difference was settled: by which entry, by whom, and by which other entry ours was corrected.",
    )
    DifferenceAnswer = typed_dict(
        "DifferenceAnswer",
        {
            "child": UUID,
            "entry": UUID,
            "system": str,
            "item": str,
            "as_of": date,
            "found_on": date,
            **NAMED,
            **ACTED,
            "state": DifferenceState,
            "open_days": int,
            "ours": PersonalValue,
            "ours_said": Because | None,
            "theirs": PersonalValue,
            "theirs_said": Because | None,
            "found_by": RecorderAnswer,
            "run": UUID | None,
            "settled": SettledAnswer | None,
            "rule": str,
            **get_type_hints(Titled),
            "source": str,
            "verified": bool,
        },
        """A difference with another system's data, open or settled on the day that is asked for.

        `ours` is what the file says of the day of their data, as known now or then; `theirs` what they said.
        Both are masked by the category of the item, and null where only one side lists the child; what a code
        is called stands beside it (`ours_said`). `run` is
        the entry of the institution's file that tells of the comparison. By `rule` somebody must settle it.
        """,
    )


def category_of_item(item: str) -> Category:
    """Return the category under which the values of an item are sealed and shown."""
    return Category.HEALTH if item in OF_HEALTH else Category.IDENTITY


def shown_value(item: str, value: object, sees: frozenset[Category]) -> Any:  # noqa: ANN401 - a text, or what stands for it
    """Return what a side says of an item, as whoever sees these categories is shown it.

    Where it is masked, so is that a side says nothing.
    """
    category = category_of_item(item)
    return None if item in BY_LISTING else _shown(value, category, sees)


def _shown(value: object, category: Category, sees: frozenset[Category]) -> Any:  # noqa: ANN401 - a text, or what stands for it
    if category not in sees:
        return restricted(category)
    return {"erased": value.erased} if isinstance(value, Erased) else value


def sides_json(item: str, ours: object, theirs: object, sees: frozenset[Category]) -> dict[str, Any]:
    """Return what both sides say of an item, as whoever sees these categories is shown it, and in words."""
    shown = {"ours": shown_value(item, ours, sees), "theirs": shown_value(item, theirs, sees)}
    return shown | {f"{side}_said": _words_of(item, value) for side, value in shown.items()}


def _words_of(item: str, value: object) -> Because | None:
    """Return what a code of an item is called, or between which days a birth lies; None for another text."""
    if not isinstance(value, str):
        return None
    if item in CODED_ITEMS:
        label = tables()[CODED_ITEMS[item]].codes.get(value)
        return None if label is None else {"zh": label.zh, "en": label.en}
    first, between, last = value.partition("/")
    if item != "birth" or not between:
        return None
    return {"zh": f"{first or '…'} 至 {last}", "en": f"{first or '…'} – {last}"}


def difference_json(
    row: DifferenceRow,
    on: date,
    ours: str | None,
    found: AnyEntry,
    settled: AnyEntry | None,
    sees: frozenset[Category],
    recorders: dict[UUID, str],
    rule: Rule,
) -> "DifferenceAnswer":
    """Return a difference on a day; `recorders` are the names that the caller may know.

    `rule` is the one by which it is to be settled.
    """
    state = row.state(on)
    until = row.settled_on if state == "settled" and row.settled_on is not None else on
    return {
        "child": row.child,
        "entry": row.entry,
        "system": row.system,
        "item": row.item,
        "as_of": row.as_of,
        "found_on": row.found_on,
        "state": state,
        "open_days": (until - row.found_on).days,
        **sides_json(row.item, ours, found.event.value, sees),
        "found_by": recorder_json(found.recorded_by, recorders),
        "run": found.cause,
        "settled": None
        if settled is None or state == "open"
        else {
            "entry": settled.entry_id,
            "on": row.settled_on,
            "outcome": row.outcome,
            "corrected_by": row.corrected_by,
            "explanation": _shown(settled.event.explanation, Category.IDENTITY, sees),
            "recorded_by": recorder_json(settled.recorded_by, recorders),
        },
        "rule": rule.id,
        **titled(rule),
        "source": rule.source,
        "verified": rule.verified,
    }


def _side(name: str, heading: Label) -> ListColumn:
    def cell(item: ListedItem, language: Language) -> TableCell:
        said = item[f"{name}_said"]
        return value_said(item[name], language) if said is None else said[language]

    return ListColumn(heading, cell)


RECONCILED_TABLE: Final = ListTable(
    "differences",
    Label("与外部系统的信息差异", "Differences with others' data"),
    (
        *WHOSE,
        code("system", Label("对方系统", "Other system"), "other_system"),
        code("item", Label("比对项目", "Item"), "compared_item"),
        _side("ours", Label("我方记录", "Ours")),
        _side("theirs", Label("对方数据", "Theirs")),
        word("state", STATE, "difference_state"),
        day("as_of", Label("对方数据截至日期", "Their data as of")),
        day("found_on", Label("发现日期", "Found on")),
        number("open_days", Label("未办结天数", "Days open")),
        *NEXT,
        text("found_by.name", Label("比对人", "Compared by")),
        day("settled.on", Label("办结日期", "Settled on")),
        code("settled.outcome", Label("核实结果", "Outcome"), "difference_outcome"),
        text("settled.explanation", Label("说明", "Explanation"), 24),
        text("settled.recorded_by.name", Label("办结人", "Settled by")),
        text("entry", Label("条目标识", "Entry"), 38),
        *RULE,
        *SOURCE,
        *CHARGE,
        CHILD,
    ),
)
