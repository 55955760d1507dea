"""Lists as tables: the columns of each, with headings and values in the reader's language.

A column reads an item as the list answers it, so that a table says what its list says and is masked as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from api.contract.csv_lines import TableCell
from api.contract.explanation_words import CATEGORIES
from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS, called
from domain.codes import tables
from domain.event import CATALOGUE, Category
from domain.label import Label
from domain.readiness import GATES

ListedItem: TypeAlias = Mapping[str, Any]
"""An item of a list, as its clients read it."""
LinesOf: TypeAlias = Callable[[Mapping[str, Any], bool], Sequence[ListedItem]]
"""Returns what is told line by line by an answer, as its clients read it; of a first page, or a later one."""

_NARROW, _WIDE = 14, 36
REGIONS: Final = "region"
"""The table of places, whose codes are too many to choose among."""
_ID: Final = 38


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: its heading, its width in characters, and what it says of an item in a language.

    `coded` are the member of the item that it shows and the values that this may have, if they are few.
    """

    heading: Label
    cell: Callable[[ListedItem, Language], TableCell]
    width: int = _NARROW
    coded: tuple[str, tuple[str, ...]] | None = None


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
    return ListColumn(heading, lambda item, _: _day(_of(item, path)))


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def days(first: str, last: str, heading: Label) -> ListColumn:
    """Return a column of a day that may not be known exactly: the days between which it lies, or by which."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        since, until = _of(item, first), _of(item, last)
        if until is None or since == until:
            return _day(until)
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
    return ListColumn(heading, cell, coded=coded)


def word(path: str, heading: Label, table: str) -> ListColumn:
    """Return a column of values by their words (`value_words.toml`)."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        value = _of(item, path)
        return None if value is None else in_language(called(table, value), language)

    return ListColumn(heading, cell, coded=(path, tuple(VALUE_WORDS[table])))


def said(path: str, heading: Label, width: int = _WIDE) -> ListColumn:
    """Return a column of what an item says in both languages, in that of the reader: `<path>_zh`."""
    return ListColumn(heading, lambda item, language: _of(item, path + language), width)


def event(path: str, heading: Label) -> ListColumn:
    """Return a column of types of event by their labels."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        value = _of(item, path)
        return in_language(CATALOGUE[value].label, language) if value in CATALOGUE else value

    return ListColumn(heading, cell, 24)


def sentences(path: str, heading: Label) -> ListColumn:
    """Return a column of entries by the sentences that they say."""

    def cell(item: ListedItem, language: Language) -> TableCell:
        return "\n".join(each[f"sentence_{language}"] for each in _of(item, path) or ())

    return ListColumn(heading, cell, _WIDE)


FILE_NO: Final = text("file_no", Label("档案编号", "File number"), 18)
NAME: Final = text("name", Label("姓名", "Name"))
CHILD: Final = text("child", Label("档案标识", "File id"), _ID)
NEXT: Final = (
    ListColumn(
        Label("须办理的角色", "Who must act next"),
        lambda item, language: "、".join(each[language] for each in item.get("next_to_act", ())),
        24,
    ),
)
CHARGE: Final = (
    text("institution_name", Label("负责机构", "Institution in charge"), 24),
    code("place", Label("负责地区", "Place in charge"), "region"),
)
WHOSE: Final = (NAME, FILE_NO)
"""Whose an item is; the id of the file stands in the last column."""
INSTITUTION: Final = text("institution", Label("机构标识", "Institution's id"), _ID)
PLACE: Final = code("place", Label("所在地区", "Place"), "region")
RULE: Final = (
    text("rule", Label("规则", "Rule"), 10),
    said("title_", Label("规则标题", "Title of the rule"), 24),
)
SOURCE: Final = (
    text("source", Label("依据", "Source"), _WIDE),
    text("verified", Label("依据已核实", "Source checked"), 10),
)
WHAT: Final = said("", Label("内容", "What it says"))
STATE: Final = Label("状态", "State")
STAGE: Final = Label("阶段", "Stage")


def _due(item: ListedItem, language: Language) -> TableCell:
    if "due_on" in item:
        return _day(item["due_on"])
    first, last = item["due_between"]
    return days("first", "last", STATE).cell({"first": first, "last": last}, language)


def _gate(number: int) -> ListColumn:
    label = GATES[number].label

    def cell(item: ListedItem, language: Language) -> TableCell:
        (gate,) = (each for each in item["gates"] if each["gate"] == number)
        state = in_language(called("gate_said", gate["state"]), language)
        if gate["state"] in {"unmet", "unknown", "uncertain"}:
            weight = "blocks" if gate["weight"] == "blocks" else "warns"
            state = in_language(VALUE_WORDS["gate_and"][weight], language).format(state=state)
        missing = gate[f"missing_{language}"]
        return f"{state}{'：' if language == 'zh' else ': '}{missing}" if missing else state

    return ListColumn(Label(f"{number} {label.zh}", f"{number} {label.en}"), cell, 28)


REGISTER_TABLE: Final = ListTable(
    "children",
    Label("儿童名册", "Register of children"),
    (
        *WHOSE,
        code("sex", Label("性别", "Sex"), "sex"),
        days("birth_on", "birth_until", Label("出生日期", "Day of birth")),
        text("birth_estimated", Label("出生日期为推定", "Birth is estimated")),
        code("stage", STAGE, "stage"),
        day("admitted_on", Label("入院日期", "Admitted on")),
        day("departed_on", Label("离院日期", "Departed on")),
        number("overdue", Label("逾期事项", "Overdue")),
        text("list", Label("逾期事项名单地址", "Address of what is overdue"), _WIDE),
        PLACE,
        INSTITUTION,
        CHILD,
    ),
)
OBLIGATIONS_TABLE: Final = ListTable(
    "obligations",
    Label("到期事项", "Obligations"),
    (
        *WHOSE,
        word("state", STATE, "state"),
        ListColumn(Label("到期日", "Due on"), _due),
        number("days_left", Label("剩余天数", "Days left")),
        *RULE,
        WHAT,
        *NEXT,
        day("opened_on", Label("起算日", "Since")),
        said("void_because.", Label("不再需要的原因", "Why no longer required"), 24),
        *SOURCE,
        text("started_by", Label("起算条目", "Started by entries"), _ID),
        text("met_by", Label("办理条目", "Met by entries"), _ID),
        *CHARGE,
        CHILD,
    ),
)
READINESS_TABLE: Final = ListTable(
    "readiness",
    Label("成年安置准备", "Readiness for adult life"),
    (
        *WHOSE,
        days("turns_18_from", "turns_18_on", Label("满 18 周岁", "Turns 18")),
        word("status", Label("结论", "Conclusion"), "readiness_status"),
        code("route", Label("安置途径", "Route"), "placement_route"),
        said("next.title_", Label("下一期限", "Next due"), 24),
        day("next.due_on", Label("下一期限到期日", "Next due on")),
        *NEXT,
        *(_gate(each) for each in sorted(GATES)),
        *CHARGE,
        CHILD,
    ),
    Label("供参考：由人决定。", "This is advice: a person decides."),
)
FINDINGS_TABLE: Final = ListTable(
    "findings",
    Label("核查发现", "Findings"),
    (
        *WHOSE,
        word("kind", Label("种类", "Kind"), "finding_kind"),
        *RULE,
        WHAT,
        *NEXT,
        day("on", Label("起始日", "From")),
        sentences("evidence", Label("相关条目", "Evidence")),
        *SOURCE,
        text("entries", Label("条目标识", "Entries"), _ID),
        text("others", Label("另见档案", "See also files"), _ID),
        *CHARGE,
        CHILD,
    ),
)
EXCEPTIONS_TABLE: Final = ListTable(
    "exceptions",
    Label("例外和更正的审批", "Approval of exceptions and corrections"),
    (
        *WHOSE,
        word("kind", Label("种类", "Kind"), "approval_kind"),
        word("state", STATE, "approval_state"),
        number("waited_days", Label("等待天数", "Days waited")),
        *RULE,
        WHAT,
        *NEXT,
        event("entry.type", Label("事件", "Event")),
        said("entry.sentence_", Label("记录的内容", "What was recorded")),
        day("recorded_on", Label("记录日期", "Recorded on")),
        instant("entry.recorded_at", Label("记录时间", "Recorded at")),
        text("entry.recorded_by.name", Label("记录人", "Recorded by")),
        sentences("evidence", Label("相关条目", "Evidence")),
        instant("decision.recorded_at", Label("审批时间", "Decided at")),
        text("decision.recorded_by.name", Label("审批人", "Decided by")),
        said("why_not.", Label("为何不由您审批", "Why you do not decide"), 24),
        *SOURCE,
        text("entry.entry_id", Label("条目标识", "Entry"), _ID),
        *CHARGE,
        CHILD,
    ),
)
LATE_TABLE: Final = ListTable(
    "late",
    Label("迟录的条目", "Entries recorded late"),
    (
        *WHOSE,
        event("type", Label("事件", "Event")),
        days("occurred_on", "occurred_until", Label("发生日期", "Occurred on")),
        instant("recorded_at", Label("记录时间", "Recorded at")),
        number("lag_days", Label("滞后天数", "Days late")),
        text("recorded_by.name", Label("记录人", "Recorded by")),
        word("recorded_by.role", Label("记录人角色", "Recorder's role"), "role"),
        word("origin", Label("来源", "Way in"), "origin"),
        word("struck", Label("此后情况", "What became of it"), "struck"),
        text("entry_id", Label("条目标识", "Entry"), _ID),
        *CHARGE,
        CHILD,
    ),
)
EMERGENCIES_TABLE: Final = ListTable(
    "emergency-accesses",
    Label("紧急查阅", "Emergency accesses"),
    (
        *WHOSE,
        instant("since", Label("查阅开始", "Since")),
        instant("until", Label("查阅终止", "Until")),
        text("taken_by.name", Label("查阅人", "Taken by")),
        word("taken_by.role", Label("查阅人角色", "Their role"), "role"),
        code("ground", Label("紧急情形", "Emergency"), "emergency_ground"),
        ListColumn(
            Label("查阅范围", "What is read"),
            lambda item, language: "、".join(
                in_language(CATEGORIES[Category(each)], language) for each in item["categories"]
            ),
            24,
        ),
        text("explanation", Label("说明", "Explanation"), _WIDE),
        word("state", Label("状态", "State"), "emergency_state"),
        code("review.outcome", Label("复核意见", "Review"), "emergency_review"),
        day("review.reviewed_on", Label("复核日期", "Reviewed on")),
        text("review.reviewed_by.name", Label("复核人", "Reviewed by")),
        *CHARGE,
        text("entry", Label("条目标识", "Entry"), _ID),
        CHILD,
    ),
)
ERASURES_TABLE: Final = ListTable(
    "erasures",
    Label("删除个人信息", "Erasures"),
    (
        *WHOSE,
        instant("recorded_at", Label("登记时间", "Recorded at")),
        day("asked_on", Label("申请日期", "Asked on")),
        code("asked_by", Label("申请方", "Asked by"), "data_right_asker"),
        code("ground", Label("删除的事由", "Ground"), "erasure_ground"),
        ListColumn(
            Label("删除的信息类别", "Categories"),
            lambda item, language: "、".join(
                in_language(CATEGORIES[Category(each)], language) for each in item["categories"]
            ),
            24,
        ),
        text("explanation", Label("说明", "Explanation"), _WIDE),
        word("state", Label("状态", "State"), "erasure_state"),
        day("stoppable_until", Label("可终止至", "May be stopped until")),
        day("started_on", Label("开始删除日期", "Started on")),
        day("erased.on", Label("删除完成日期", "Erased on")),
        number("erased.keys", Label("已销毁密钥数", "Keys destroyed")),
        number("erased.scans", Label("已清除影像数", "Scans purged")),
        number("erased.copies", Label("已换新密钥库副本数", "Copies of the key store replaced")),
        *CHARGE,
        text("entry", Label("条目标识", "Entry"), _ID),
        CHILD,
    ),
)
REPORTS_TABLE: Final = ListTable(
    "reports",
    Label("已出具的报告", "Issued reports"),
    (
        code("report", Label("报告", "Report"), "report"),
        said("period.", Label("期间", "Period"), 24),
        text("institution_name", Label("出具机构", "Issued by"), 24),
        day("as_of", Label("截至", "As of")),
        number("known_position", Label("账本位置", "Ledger position")),
        day("issued_on", Label("出具日期", "Issued on")),
        text("kept", Label("可调阅", "Can be fetched"), 10),
        text("sha256", Label("摘要（SHA-256）", "Digest (SHA-256)"), 66),
        text("id", Label("报告标识", "Report id"), _ID),
        INSTITUTION,
    ),
)
FAMILIES_TABLE: Final = ListTable(
    "families",
    Label("家庭", "Families"),
    (
        text("applicant", Label("申请人", "Applicant")),
        code("region", Label("地区", "Region"), "region"),
        day("approved_on", Label("批准日期", "Approved on")),
        day("trained_on", Label("培训日期", "Trained on")),
        INSTITUTION,
        text("family", Label("档案标识", "File id"), _ID),
    ),
)
DIFFERENCES_TABLE: Final = ListTable(
    "diff",
    Label("两个时点之间有变化的档案", "Files that differ between two points"),
    (
        CHILD,
        *(
            number(f"counts.{name}", label)
            for name, label in (
                ("fields", Label("变化的项目", "Fields")),
                ("obligations", Label("变化的到期事项", "Obligations")),
                ("gates", Label("变化的安置条件", "Gates")),
                ("findings", Label("变化的核查发现", "Findings")),
                ("entries", Label("其间条目", "Entries between")),
            )
        ),
        text("paths", Label("变化之处", "Where they differ"), _WIDE),
        text("joined_to", Label("并入档案", "Joined to"), _ID),
        text("difference", Label("明细地址", "Address of the difference"), _WIDE),
    ),
)
HAND_OVER_TABLE: Final = ListTable(
    "to-hand-over",
    Label("移交清单", "What to hand over"),
    (
        said("item_", Label("事项", "Item"), 24),
        text("held", Label("在院", "Held")),
        text("location", Label("存放处", "Kept where"), 24),
        text("evidence", Label("条目标识", "Entries"), _ID),
    ),
)


def of_one_file(table: ListTable) -> ListTable:
    """Return the table of a list about one file, which does not say of each item whose it is."""
    return replace(
        table, columns=tuple(each for each in table.columns if each not in {*WHOSE, *NEXT, *CHARGE, CHILD})
    )


def headings(table: ListTable, language: Language) -> Sequence[str]:
    """Return the headings of a table in a language."""
    return [in_language(each.heading, language) for each in table.columns]
