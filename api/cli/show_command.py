"""The command that prints a child's file on any day, as known at any time."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from api.cli.container import command_container, stoppable
from api.cli.output import answer, many
from api.contract.entries import fate
from api.contract.sentences import sentence
from api.http.dependencies import RequestContext
from api.http.file_points import FilePoint, file_point
from api.http.file_snapshots import FileSnapshot, file_snapshot, label_of
from domain.attribute_codes import attribute_codes
from domain.codes import CodeTable, tables
from domain.label import Label
from domain.when import day_of

_STATES: Final = {
    "due": Label("待办", "due"),
    "overdue": Label("逾期", "overdue"),
    "met": Label("已办", "met"),
    "met_late": Label("逾期后已办", "met late"),
    "void": Label("不再需要", "void"),
}
_GATES: Final = {
    "met": Label("具备", "met"),
    "unmet": Label("不具备", "unmet"),
    "not_applicable": Label("不适用", "not applicable"),
    "unknown": Label("不详", "unknown"),
    "uncertain": Label("不能确定", "uncertain"),
    "restricted": Label("不予显示", "not shown"),
}
_STRUCK: Final[Mapping[Any, str]] = {
    None: "",
    "corrected": "［已更正 corrected］",
    "withdrawn": "［已撤回 withdrawn］",
    "moved": "［已移至其他档案 moved］",
    "rejected": "［已驳回 rejected］",
}
"""What stands before an entry that does not count, by why."""
_WHEN: Final = {
    "since": Label("自", "since"),
    "since_until": Label("至迟自", "since at the latest"),
    "until": Label("至", "until"),
    "value_until": Label("至迟", "at the latest"),
}
"""Parts of what holds that say from when on, and until when."""
_DOUBT: Final = Label("不能确定", "uncertain")
_TRUTH: Final = {True: Label("是", "yes"), False: Label("否", "no")}
_NOTHING: Final = Label("（无）", "(none)")


@stoppable
async def show(child: UUID, /, *, as_of: date | None = None, known_at: str | None = None) -> int:
    """显示一名儿童某日的档案状况，以及当时已知的内容。 Show a child's file on a day, as it was known then.

    命令以账本管理员身份执行，不显示个人信息。 It acts as the administrator, who sees no personal data.

    Args:
        child: 儿童编号。 The id of the child.
        as_of: 哪一日的状况，默认为今日。 The day to read the file on; today by default.
        known_at: 按何时已知的内容：账本位置、带时区的时刻或者日期（该日终了），默认为现在。
            As known at a position, an instant with its zone, or the end of a day; now by default.
    """
    async with command_container() as container:
        request = RequestContext(await container.identity.operator(), container.clock(), container)
        point = await file_point(request, child, as_of, known_at)
        causes = await request.causes(point.file.entries.values())
        for line in _shown(child, point, file_snapshot(point, child, request.sees), request, causes):
            answer(line)
    return 0


def _shown(
    child: UUID, point: FilePoint, shown: FileSnapshot, request: RequestContext, causes: Mapping[UUID, UUID]
) -> Iterator[str]:
    entries = sorted(point.file.entries.values(), key=lambda each: (each.days.last, each.turn))
    latest = max((each.recorded_at for each in entries if each.recorded_at is not None), default=None)
    learnt = "–" if latest is None else day_of(latest).isoformat()
    digest = point.rulebook.digest[:12]
    yield (
        f"儿童 {child}：{point.day} 的状况，按账本位置 {point.known} 时已知的 {len(entries)} 个条目"
        f"（最近登记于 {learnt}），规则集 {digest}。 Child {child} on {point.day}, as known at position"
        f" {point.known}: {many(len(entries), 'entry', 'entries')}, the latest recorded on {learnt};"
        f" rulebook {digest}."
    )
    yield from _part(Label("状况", "Status"), _fields(shown))
    yield from _part(Label("待办事项", "Obligations"), _obligations(shown))
    yield from _part(Label("成年安置准备", "Readiness for adult life"), _gates(shown))
    yield from _part(
        Label("发现的问题", "Findings"),
        (
            f"{each['rule']}  {each['on']}  {f'［{_DOUBT}］' if each['kind'] == 'uncertain' else ''}"
            f"{each['zh']} {each['en']}"
            for each in shown.findings.values()
        ),
    )
    yield from _part(
        Label("当时已知的条目", "Entries known then"),
        (
            f"{each.position}  {each.days.last}  {_STRUCK[fate(each, point.file, causes)['struck']]}"
            f"{sentence(each.event, 'zh', request.sees)} {sentence(each.event, 'en', request.sees)}"
            for each in entries
        ),
    )


def _part(heading: Label, lines: Iterator[str]) -> Iterator[str]:
    yield f"\n{heading}"
    none = True
    for line in lines:
        none = False
        yield f"  {line}"
    if none:
        yield f"  {_NOTHING}"


def _fields(shown: FileSnapshot) -> Iterator[str]:
    """Yield what holds, by the path in the file's answer."""
    for path, value in shown.fields.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield f"{label_of(path)} ({path}): {_said(path, each)}"


def _said(path: str, value: Any) -> str:  # noqa: ANN401 - whatever a field holds
    if path == "stage":
        return f"{tables()['stage'].codes[value]}"
    if isinstance(value, bool):
        return str(_TRUTH[value])
    if not isinstance(value, Mapping):
        return str(value)
    if "restricted" in value:
        return f"不予显示 not shown ({value['restricted']})"
    chapter, _, name = path.partition(".")
    last = {"value": "value_until", "since": "since_until"}
    exact = {until for since, until in last.items() if value.get(since) == value.get(until)}
    return ", ".join(
        _part_said(attribute_codes().get((chapter, name, "" if part == "value" else part)), part, each)
        for part, each in value.items()
        if part not in {"entry", *exact} and each is not None
    )


def _part_said(table: CodeTable | None, part: str, value: Any) -> str:  # noqa: ANN401 - whatever a field holds
    if table is not None and isinstance(value, str) and value in table.codes:
        return f"{table.codes[value]}"
    said = _said("", value)
    return said if part == "value" else f"{_WHEN.get(part, part)} {said}"


def _obligations(shown: FileSnapshot) -> Iterator[str]:
    for each in shown.obligations.values():
        due = each.get("due_on") or each["due_between"][1]
        yield f"{each['rule']}  {_STATES[each['state']]}  {due}  {each['title_zh']} {each['title_en']}"


def _gates(shown: FileSnapshot) -> Iterator[str]:
    for each in shown.gates.values():
        missing = "" if each["missing_zh"] is None else f"：{each['missing_zh']} {each['missing_en']}"
        yield f"{each['gate']}  {each['name_zh']} {each['name_en']}  {_GATES[each['state']]}{missing}"
