"""What differs between a report as it was issued and as it is computed again, and why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from domain.label import Label

ReportContent: TypeAlias = Mapping[str, Any]
"""A report as it is read from its JSON."""

WHY: Final[Mapping[str, Label]] = {
    "rules": Label("所用规则集已更换。", "Another rulebook counts."),
    "programme": Label("本系统的版本已更换。", "Another version of this programme computed it."),
    "erased": Label(
        "此后销毁了密钥，密封的信息不可再读。", "Keys were destroyed since: what they sealed cannot be read."
    ),
    "definitions": Label("报告的定义已更改。", "The definitions of the report were changed."),
    "words": Label("名称或者用词已更改。", "Names or words were changed."),
    "unexplained": Label(
        "没有已知的原因：账本或者统计表可能被改动，请核验。",
        "There is no known reason: the ledger or the read models may have been altered; verify them.",
    ),
}
"""Why a report computed again may differ. What was recorded later is no reason, for the position stands."""
_OF_DEFINITION: Final = ("definition", "counted", "by", "counts")


def differing_cells(then: ReportContent, now: ReportContent) -> Iterator[dict[str, Any]]:
    """Yield each number that differs, with what it was and is; None for a row or table that there is not.

    Where keys were destroyed since, what they sealed would follow from the numbers of it, which are left out.
    """
    tables: dict[str, tuple[ReportContent | None, ReportContent | None]] = {
        each["table"]: (each, None) for each in _comparable(then, then, now)
    }
    for each in _comparable(now, then, now):
        tables[each["table"]] = (tables.get(each["table"], (None, None))[0], each)
    for name, (before, after) in tables.items():
        was, is_ = _cells(before), _cells(after)
        for key in dict.fromkeys([*was, *is_]):
            if was.get(key, _ABSENT) != is_.get(key, _ABSENT):
                (values, _), column = key
                yield {
                    "table": name,
                    "values": None if values is None else [*values],
                    "column": column,
                    "then": was.get(key),
                    "now": is_.get(key),
                }


def erased_since(then: ReportContent, now: ReportContent) -> bool:
    """Whether keys were destroyed since that told of what is sealed."""
    return bool(then.get("erased", 0) != now.get("erased", 0))


def _comparable(
    report: ReportContent, then: ReportContent, now: ReportContent
) -> Iterator[Mapping[str, Any]]:
    erased = erased_since(then, now)
    return (each for each in report["tables"] if not (erased and "sealed" in each["counted"]))


_ABSENT: Final = object()
_Line: TypeAlias = tuple[tuple[str, ...] | None, int]
"""A row by its values, and as the how-manieth it has them; totals have no values."""


def _cells(table: ReportContent | None) -> dict[tuple[_Line, str], int | str | None]:
    """Return the numbers of a table by their row and column."""
    if table is None:
        return {}
    columns = [each["column"] for each in table["counts"]]
    # Rows may be of the same values, as two comparisons with one system on one day.
    before = Counter[tuple[str, ...]]()
    lines: list[tuple[_Line, Sequence[int | str | None]]] = []
    for row in table["rows"]:
        values = tuple(each["value"] for each in row["values"])
        lines.append(((values, before[values]), row["counts"]))
        before[values] += 1
    if table["totals"] is not None:
        lines.append(((None, 0), table["totals"]))
    return {
        (line, column): count for line, counts in lines for column, count in zip(columns, counts, strict=True)
    }


def reasons(then: ReportContent, now: ReportContent, *, differs: bool) -> list[str]:
    """Return why a report differs, as codes of `WHY`; `differs` says whether any number does."""
    found = [name for name in ("rules", "programme") if then[name] != now[name]]
    if erased_since(then, now):
        found.append("erased")
    if _defined(then) != _defined(now):
        found.append("definitions")
    if differs and not found:
        return ["unexplained"]
    if not found:
        # Nothing else is left in which they differ.
        found.append("words")
    return found


def _defined(report: ReportContent) -> Any:  # noqa: ANN401 - as it is in JSON
    tables = {each["table"]: [each[name] for name in _OF_DEFINITION] for each in report["tables"]}
    return report["definitions"], tables
