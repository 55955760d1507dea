"""What is answered of one file as tables: its status, its readiness, and what differs between two points.

Such an answer is no list: a table says it line by line, each value in words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, get_args

from api.contract.list_tables import (
    ListTable,
    code,
    day,
    days,
    event,
    in_language,
    number,
    said,
    text,
    value_said,
    word,
)
from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS, called
from domain.attribute_codes import attribute_codes
from domain.events.intake import FILE_NO
from domain.file import ATTRIBUTES
from domain.label import Label
from domain.life import STAGE
from domain.scope import CHARGE, PLACE

OF_FILE: Final[Mapping[str, Label]] = {
    "institution": CHARGE.label,
    "place": PLACE.label,
    "file_no": FILE_NO.label,
    "stage": STAGE.label,
    "age": Label("年龄", "Age"),
}
"""What a file's answer says beside its chapters."""
_COUNTS: Final = {
    "findings": Label("核查发现", "Findings"),
    "obligations.overdue": Label("逾期事项", "Overdue obligations"),
    "obligations.due_30_days": Label("三十天内到期事项", "Obligations due within 30 days"),
}
_LANGUAGES: Final = get_args(Language)
_LIMITS: Final = frozenset({"since", "since_until", "until", "entry"})
"""Members of a held value that say since when it holds and by which entry, and not what it is."""
_JOINT: Final = Label("，", ", ")
_YEARS: Final = Label("{about}{years} 岁", "{about}{years} years")
_LABEL: Final = Label("", "")
_FIELD: Final = Label("项目", "Field")
_ENTRIES: Final = Label("条目标识", "Entries")
_ID: Final = 38


def _status_lines(answer: Mapping[str, Any], _: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - as `LinesOf` has it
    own = [
        {"chapter": None, **_both("field", label), **_spoken("value", name, answer[name])}
        for name, label in OF_FILE.items()
        if name in answer
    ]
    counts = [
        {"chapter": None, **_both("field", label), **_spoken("value", name, _counted(answer, name))}
        for name, label in _COUNTS.items()
    ]
    return [*own, *counts, *_bonds(answer.get("children", ())), *_held(answer)]


def _counted(answer: Mapping[str, Any], name: str) -> int:
    group, _, member = name.partition(".")
    count: int = answer[group][member] if member else answer[group]
    return count


def _bonds(children: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the children of a family."""
    for each in children:
        when = {name: each[name] for name in ("since", "until", "entry")}
        line = {"chapter": None, **_both("field", called("bond", each["bond"])), **when}
        yield line | {f"value_{language}": value_said(each["name"], language) for language in _LANGUAGES}


def _held(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what holds of each attribute; one of which nothing is recorded has a line without a value."""
    order = {name: place for place, name in enumerate(VALUE_WORDS["chapter"])}
    for (chapter, name), attribute in sorted(ATTRIBUTES.items(), key=lambda each: order[each[0][0]]):
        if name in (answer.get(chapter) or ()):
            held = answer[chapter][name]
            values = held if isinstance(held, list) else [held]
            for each in values or [None]:
                when = {member: (each or {}).get(member) for member in _LIMITS}
                line = {"chapter": chapter, **_both("field", attribute.label), **when}
                yield line | _spoken("value", f"{chapter}.{name}", each)


def _both(name: str, label: Label) -> dict[str, str]:
    return {f"{name}_zh": label.zh, f"{name}_en": label.en}


def _spoken(name: str, path: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - of an answer
    return {f"{name}_{language}": field_said(path, value, language) for language in _LANGUAGES}


def field_said(path: str, value: Any, language: Language) -> str | None:  # noqa: ANN401 - of an answer
    """Return the value of the field at a path of a file's answer in words; None where nothing is recorded."""
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return "；".join(field_said(path, each, language) or "" for each in value)
    if path == "age":
        about = "≈" if value["uncertain"] or value["estimated"] else ""
        return in_language(_YEARS, language).format(about=about, years=value["years"])
    if path in {"stage", "place"}:
        table = {"stage": "stage", "place": "region"}[path]
        return _text(code("value", _LABEL, table).cell({"value": value}, language))
    chapter, _, name = path.partition(".")
    if (chapter, name) not in ATTRIBUTES:
        return _text(value_said(value, language))
    if "value_until" in value:
        between = days("value", "value_until", _LABEL).cell(value, language)
        return _text(between)
    parts = [
        _coded(chapter, name, "" if part == "value" else part, each, language)
        for part, each in value.items()
        if part not in _LIMITS and each not in (None, [])
    ]
    # What holds without saying more is there.
    return in_language(_JOINT, language).join(parts) or in_language(called("truth", "yes"), language)


def _coded(chapter: str, name: str, part: str, value: Any, language: Language) -> str:  # noqa: ANN401 - of an answer
    if isinstance(value, list):
        return "；".join(_coded(chapter, name, part, each, language) for each in value)
    table = attribute_codes().get((chapter, name, part))
    if table is not None and isinstance(value, str) and value in table.codes:
        return in_language(table.codes[value], language)
    return _text(value_said(value, language)) or ""


def _text(cell: Any) -> str | None:  # noqa: ANN401 - of a table
    return None if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)


FILE_TABLE: Final = ListTable(
    "file",
    Label("档案状况", "Status of a file"),
    (
        word("chapter", Label("部分", "Part"), "chapter"),
        said("field_", _FIELD, 24),
        said("value_", Label("内容", "Value")),
        days("since", "since_until", Label("自", "Since")),
        day("until", Label("至", "Until")),
        text("entry", Label("条目标识", "Entry"), _ID),
    ),
    Label("没有内容的项目即没有记录。", "Of a field without a value nothing is recorded."),
    _status_lines,
)


def _readiness_lines(answer: Mapping[str, Any], _: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - as `LinesOf` has it
    following = answer["next"] or {"title_zh": None, "title_en": None, "due_on": None}
    turning = days("turns_18_from", "turns_18_on", _LABEL)
    route = code("route", _LABEL, "placement_route")
    conclusion = called("readiness_status", answer["status"])
    head: list[tuple[Label, Callable[[Language], Any]]] = [
        (Label("结论", "Conclusion"), lambda language: in_language(conclusion, language)),
        (Label("安置途径", "Route"), lambda language: route.cell(answer, language)),
        (Label("满 18 周岁", "Turns 18"), lambda language: turning.cell(answer, language)),
        (Label("下一期限", "Next due"), lambda language: following[f"title_{language}"]),
        (Label("下一期限到期日", "Next due on"), lambda _: following["due_on"]),
    ]
    lines: list[dict[str, Any]] = [
        _both("name", label) | {f"state_{language}": _text(said_in(language)) for language in _LANGUAGES}
        for label, said_in in head
    ]
    gates = [each | _both("state", called("gate_said", each["state"])) for each in answer["gates"]]
    return lines + gates


GATES_TABLE: Final = ListTable(
    "readiness-of-one",
    Label("成年安置条件", "Readiness for adult life, gate by gate"),
    (
        number("gate", Label("序号", "Number")),
        said("name_", Label("条件", "Gate"), 24),
        said("state_", Label("结论", "Conclusion"), 18),
        said("missing_", Label("缺什么", "What is missing")),
        text("source", Label("依据", "Source"), 36),
        text("verified", Label("依据已核实", "Source checked"), 10),
        text("evidence", _ENTRIES, _ID),
    ),
    Label("供参考：由人决定。", "This is advice: a person decides."),
    _readiness_lines,
)


def _difference_lines(answer: Mapping[str, Any], is_first: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - as `LinesOf` has it
    """Return what differs, told with the first page, and the entries between of this one."""
    entries = [
        {
            "part": "entries",
            "type": each["entry"]["type"],
            **{f"after_{language}": each["entry"][f"sentence_{language}"] for language in _LANGUAGES},
            "occurred_on": each["entry"]["occurred_on"],
            "occurred_until": each["entry"]["occurred_until"],
            "entries": [each["entry"]["entry_id"]],
        }
        for each in answer["entries"]
    ]
    return [*_differing(answer), *entries] if is_first else entries


def _differing(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in answer["fields"]:
        sides = _spoken("before", each["path"], each["before"]) | _spoken(
            "after", each["path"], each["after"]
        )
        what = {f"what_{language}": each[f"label_{language}"] for language in _LANGUAGES}
        yield {"part": "fields", **what, **sides, "entries": each["entries"]}
    if answer["readiness"] is not None:
        sides = {
            f"{side}_{language}": status and in_language(called("readiness_status", status), language)
            for side, status in answer["readiness"].items()
            for language in _LANGUAGES
        }
        yield {"part": "readiness", **sides}
    for part, (named, stands) in _STANDS.items():
        for each in answer[part]:
            there = each["after"] or each["before"]
            yield {
                "part": part,
                **{f"what_{language}": there[f"{named}_{language}"] for language in _LANGUAGES},
                **{
                    f"{side}_{language}": None if each[side] is None else stands(each[side], language)
                    for side in ("before", "after")
                    for language in _LANGUAGES
                },
                "entries": each["entries"],
            }


def _obligation_stands(answer: Mapping[str, Any], language: Language) -> str:
    first, last = (answer["due_on"],) * 2 if "due_on" in answer else answer["due_between"]
    due = _text(days("first", "last", _LABEL).cell({"first": first, "last": last}, language))
    return f"{in_language(called('state', answer['state']), language)} {due}"


def _gate_stands(answer: Mapping[str, Any], language: Language) -> str:
    state, missing = (
        in_language(called("gate_said", answer["state"]), language),
        answer[f"missing_{language}"],
    )
    return f"{state} {missing}" if missing else state


def _finding_stands(answer: Mapping[str, Any], language: Language) -> str:
    return f"{in_language(called('finding_kind', answer['kind']), language)} {answer[language]}"


_STANDS: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any], Language], str]]]] = {
    "obligations": ("title", _obligation_stands),
    "gates": ("name", _gate_stands),
    "findings": ("title", _finding_stands),
}
"""Of each part of a difference that is no field, which member names it, and how it stands at a point."""
DIFFERENCE_TABLE: Final = ListTable(
    "file-diff",
    Label("两个时点之间的变化", "What differs between two points"),
    (
        word("part", Label("类别", "Part"), "difference_part"),
        said("what_", _FIELD, 24),
        event("type", Label("事件", "Event")),
        days("occurred_on", "occurred_until", Label("发生日期", "Occurred on")),
        said("before_", Label("此前", "Before")),
        said("after_", Label("此后", "After")),
        text("entries", _ENTRIES, _ID),
    ),
    lines=_difference_lines,
)
