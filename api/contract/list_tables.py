"""Lists as tables: the columns of each, with headings and values in the reader's language.

A column reads an item as the list answers it, so that a table says what its list says and is masked as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from api.contract.csv_lines import TableCell
from api.contract.explanation_words import CATEGORIES
from api.contract.listing import Because
from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS, called
from domain.codes import tables
from domain.event import CATALOGUE, Category
from domain.label import Label

ListedItem: TypeAlias = Mapping[str, Any]
"""An item of a list, as its clients read it."""
LinesOf: TypeAlias = Callable[[Mapping[str, Any], bool], Sequence[ListedItem]]
"""Returns what is told line by line by an answer, as its clients read it; of a first page, or a later one."""

_NARROW: Final = 14
WIDE: Final = 36
"""Characters of a column of sentences."""
ID_WIDTH: Final = 38
"""Characters of a column of ids."""
REGIONS: Final = "region"
"""The table of places, whose codes are too many to choose among."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: its heading, its width in characters, and what it says of an item in a language.

    `coded` are the member of the item that it shows and the values that this may have, if they are few.
    `says` is the member of the item whose code it says in words, if it is one.
    """

    heading: Label
    cell: Callable[[ListedItem, Language], TableCell]
    width: int = _NARROW
    coded: tuple[str, tuple[str, ...]] | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True)
class ListTable:
    """A list as a table: its name in those of files, its title, its columns, and a note.

    `lines` returns the items of an answer that is no list, or of a page after the first.
    """

    name: str
    title: Label
    columns: tuple[ListColumn, ...]
    note: Label | None = None
    lines: LinesOf | None = None

    @property
    def coded(self) -> Mapping[str, tuple[str, ...]]:
        """The members of an item that have few values, with these values."""
        return dict(each.coded for each in self.columns if each.coded is not None)

    def labels(self, items: Sequence[ListedItem]) -> dict[str, dict[str, Because]]:
        """Return what the codes of items are called, by the member that has them."""
        found: dict[str, dict[str, Because]] = {}
        for column in self.columns:
            says = column.says or ""
            for item in items if says else ():
                value = _of(item, says)
                if isinstance(value, str) and value not in (of := found.setdefault(says, {})):
                    of[value] = {"zh": str(column.cell(item, "zh")), "en": str(column.cell(item, "en"))}
        return found

    def row(self, item: ListedItem, language: Language) -> list[TableCell]:
        """Return the cells of an item."""
        return [each.cell(item, language) for each in self.columns]


def in_language(label: Label, language: Language) -> str:
    """Return a label in one of its languages."""
    return label.zh if language == "zh" else label.en


def _of(item: Any, path: str) -> Any:  # noqa: ANN401 - of an answer
    for name in path.split("."):
        if item is None:
            return None
        item = item.get(name)
    return item


def text(path: str, heading: Label, width: int = _NARROW) -> ListColumn:
    """Return a column of texts, or of what stands for a personal one that is not shown."""
    return ListColumn(heading, lambda item, language: value_said(_of(item, path), language), width)


def value_said(value: Any, language: Language) -> TableCell:  # noqa: ANN401 - of an answer
    """Return a value of an answer in words: a text, what stands for one, a truth, or several."""
    match value:
        case {"restricted": category}:
            masked = VALUE_WORDS["absence"]["masked"]
            shown = in_language(CATEGORIES[Category(category)], language)
            return in_language(masked, language).format(category=shown)
        case {"erased": _}:
            return in_language(VALUE_WORDS["absence"]["erased"], language)
        case {"unknown": reason}:
            return in_language(called("unknown", reason), language)
        case bool():
            return in_language(called("truth", "yes" if value else "no"), language)
        case list():
            return "；".join(str(value_said(each, language)) for each in value)
    return None if value is None else str(value)


def number(path: str, heading: Label) -> ListColumn:
    """Return a column of numbers."""
    return ListColumn(heading, lambda item, _: _of(item, path))


def day(path: str, heading: Label) -> ListColumn:
    """Return a column of days."""
    return ListColumn(heading, lambda item, _: as_day(_of(item, path)))


def as_day(value: str | None) -> date | None:
    """Return the day that is told, None where none is."""
    return None if value is None else date.fromisoformat(value)


def days(first: str, last: str, heading: Label) -> ListColumn:
    """Return a column of a day that may not be known exactly: the days between which it lies, or by which."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        since, until = _of(item, first), _of(item, last)
        if until is None or since == until:
            return as_day(until)
        if since is None:
            return in_language(VALUE_WORDS["days"]["by"], language).format(day=until)
        return f"{since} – {until}"

    return ListColumn(heading, cell)


def instant(path: str, heading: Label) -> ListColumn:
    """Return a column of instants, told in the time of Beijing."""

    def cell(item: ListedItem, _: Language) -> TableCell:
        value = _of(item, path)
        return None if value is None else datetime.fromisoformat(value)

    return ListColumn(heading, cell, 18)


def code(path: str, heading: Label, table: str) -> ListColumn:
    """Return a column of codes by their labels."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        value = _of(item, path)
        known = tables()[table].codes
        return in_language(known[value], language) if value in known else value_said(value, language)

    coded = None if table == REGIONS else (path, tuple(tables()[table].codes))
    return ListColumn(heading, cell, coded=coded, says=path)


def word(path: str, heading: Label, table: str) -> ListColumn:
    """Return a column of values by their words (`value_words.toml`)."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        value = _of(item, path)
        return None if value is None else in_language(called(table, value), language)

    return ListColumn(heading, cell, coded=(path, tuple(VALUE_WORDS[table])), says=path)


def said(path: str, heading: Label, width: int = WIDE) -> ListColumn:
    """Return a column of what an item says in both languages, in that of the reader: `<path>_zh`."""
    return ListColumn(heading, lambda item, language: _of(item, path + language), width)


def event(path: str, heading: Label) -> ListColumn:
    """Return a column of types of event by their labels."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        value = _of(item, path)
        return in_language(CATALOGUE[value].label, language) if value in CATALOGUE else value

    return ListColumn(heading, cell, 24, says=path)


def sentences(path: str, heading: Label) -> ListColumn:
    """Return a column of entries by the sentences that they say."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        return "\n".join(each[f"sentence_{language}"] for each in _of(item, path) or ())

    return ListColumn(heading, cell, WIDE)


def people(path: str, heading: Label) -> ListColumn:
    """Return a column of people by their names, or by what stands for these."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        names = [value_said(each["name"], language) for each in _of(item, path) or ()]
        return "、".join(dict.fromkeys(str(each) for each in names if each is not None))

    return ListColumn(heading, cell)


FILE_NO: Final = text("file_no", Label("档案编号", "File number"), 18)
NAME: Final = text("name", Label("姓名", "Name"))
CHILD: Final = text("child", Label("档案标识", "File id"), ID_WIDTH)
NEXT: Final = (
    ListColumn(
        Label("须办理的角色", "Who must act next"),
        lambda item, language: "、".join(each[language] for each in item.get("next_to_act", ())),
        24,
    ),
    people("responsible_people", Label("责任人", "Responsible people")),
)
ESCALATED: Final = (
    word("escalation.state", Label("逐级上报", "Escalation"), "escalation_state"),
    code("escalation.to", Label("上报对象", "Escalated to"), "escalation_recipient"),
    people("escalation.people", Label("上报对象姓名", "Who was told")),
    day("escalation.since", Label("上报日期", "Escalated on")),
)
CHARGE: Final = (
    text("institution_name", Label("负责机构", "Institution in charge"), 24),
    code("place", Label("负责地区", "Place in charge"), "region"),
)
WHOSE: Final = (NAME, FILE_NO)
"""Whose an item is; the id of the file stands in the last column."""
INSTITUTION: Final = text("institution", Label("机构标识", "Institution's id"), ID_WIDTH)
PLACE: Final = code("place", Label("所在地区", "Place"), "region")
RULE: Final = (
    text("rule", Label("规则", "Rule"), 10),
    said("title_", Label("规则标题", "Title of the rule"), 24),
)
SOURCE: Final = (
    text("source", Label("依据", "Source"), WIDE),
    text("verified", Label("依据已核实", "Source checked"), 10),
)
WHAT: Final = said("", Label("内容", "What it says"))
STATE: Final = Label("状态", "State")
STAGE: Final = Label("阶段", "Stage")


_OF_LISTS: Final = frozenset({*WHOSE, *NEXT, *ESCALATED, *CHARGE, CHILD})


def of_one_file(table: ListTable) -> ListTable:
    """Return the table of a list about one file, which does not say of each item whose it is."""
    return replace(table, columns=tuple(each for each in table.columns if each not in _OF_LISTS))


def headings(table: ListTable, language: Language) -> Sequence[str]:
    """Return the headings of a table in a language."""
    return [in_language(each.heading, language) for each in table.columns]
