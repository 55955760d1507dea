"""A file at two points of both axes: what differs, which entries made it so, and where all entries lie."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Query, Response

from api.console.addresses import addressed
from api.console.charts import plane
from api.console.entry_display import EntryLine, entry_line
from api.console.file_frame import AboutFile, FilePage, of_files
from api.console.page_route import page_router
from api.console.points_of_time import read_day, read_known_at
from api.console.value_display import Displayed, at, due, field_at, personal
from api.console.words import Words
from api.http import chronology, file_diff
from domain.attribute_codes import attribute_codes
from domain.when import add

router = page_router()

_MOST_ENTRIES: Final = 500
"""Entries between the points that are told with the differences that they make."""
_CORRECTIONS: Final = 10
PointText = Annotated[str | None, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class ComparedPoint:
    """A point that is compared, as it is asked for and as it was answered: None is now."""

    day: date | None
    known_at: str | None


@dataclass(frozen=True, slots=True)
class DisplayedDifference:
    """What differs: its name, both values, the entries that made it so, and where it is explained."""

    label: str
    before: tuple[Displayed, ...]
    after: tuple[Displayed, ...]
    entries: Sequence[EntryLine]
    path: str


@of_files(router.get, "/compare")
async def file_comparison(
    asked: AboutFile,
    from_: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    from_known_at: PointText = None,
    to: PointText = None,
    to_known_at: PointText = None,
) -> Response:
    """Show what differs in the file between two points, group by group, and the plane of its entries."""
    page, child = asked.page, asked.file_id
    if not any((from_, from_known_at, to, to_known_at)) and not asked.is_now:
        from_, from_known_at = asked.at_day, asked.known_at
        to = asked.at_day if asked.known_at else None
    first = ComparedPoint(
        await read_day(page, child, from_, "from"), read_known_at(from_known_at, "from_known_at")
    )
    second = ComparedPoint(await read_day(page, child, to, "to"), read_known_at(to_known_at, "to_known_at"))
    told = await page.answer(
        file_diff.file_diff,
        child,
        from_=first.day,
        to=second.day,
        from_known_at=first.known_at,
        to_known_at=second.known_at,
        limit=_MOST_ENTRIES,
    )
    dated = (await page.answer(chronology.chronology, child))["items"]
    now = asked.of_now()
    file = await now.summary()
    await asyncio.to_thread(attribute_codes)
    groups = await _groups(now, told)
    points = [
        (date.fromisoformat(told[each]["as_of"]), _known_on(told[each], dated, page.context.today))
        for each in ("from", "to")
    ]
    return await now.render(
        "file-comparison.html",
        "compare",
        file,
        told=told,
        first=first,
        second=second,
        groups=groups,
        count=sum(len(each) for _, each in groups),
        plane=plane(dated, points, page.context.today),
        presets=_presets(now, first, dated),
        more=told["next"] is not None,
        begins=replace(now, as_of=first.day, known_at=first.known_at),
        there=replace(asked, as_of=second.day, known_at=second.known_at),
    )


def _known_on(point: Mapping[str, Any], dated: Sequence[Mapping[str, Any]], today: date) -> date:
    """Return the day of the last entry of the file that is known at a point; today if that is the last."""
    known = [each for each in dated if each["position"] <= point["known_position"]]
    if not known:
        return date.fromisoformat(dated[0]["occurred_until"]) if dated else today
    return today if len(known) == len(dated) else at(known[-1]["recorded_at"]).date()


async def _groups(asked: FilePage, told: Mapping[str, Any]) -> list[tuple[str, list[DisplayedDifference]]]:
    """Return what differs by kind, without the kinds in which nothing does."""
    words = asked.page.words
    lines = {each["entry"]["entry_id"]: entry_line(words, each["entry"]) for each in told["entries"]}
    institutions = await asked.page.institution_names(
        value
        for each in told["fields"]
        if each["path"] == "institution"
        for value in (each["before"], each["after"])
    )

    def difference(
        label: str, shown: Callable[[Any], tuple[Displayed, ...]], path: str, each: Mapping[str, Any]
    ) -> DisplayedDifference:
        made = [lines[entry] for entry in each["entries"] if entry in lines]
        return DisplayedDifference(label, shown(each["before"]), shown(each["after"]), made, path)

    fields = [
        difference(
            _chapter(words, each), partial(_field, words, each["path"], institutions), each["path"], each
        )
        for each in told["fields"]
    ]
    obligations = [
        difference(words.said(row, "title"), partial(_obligation, words), f"obligations.{row['rule']}", each)
        for each in told["obligations"]
        for row in [each["after"] or each["before"]]
    ]
    gates = [
        difference(words.said(row, "name"), partial(_gate, words), f"gates.{row['gate']}", each)
        for each in told["gates"]
        for row in [each["after"] or each["before"]]
    ]
    findings = [
        difference(words.said(row, "title"), partial(_finding, words), f"findings.{row['rule']}", each)
        for each in told["findings"]
        for row in [each["after"] or each["before"]]
    ]
    named = {"fields": fields, "obligations": obligations, "gates": gates, "findings": findings}
    # What differs only in the papers behind it says the same.
    shown = {name: [each for each in rows if each.before != each.after] for name, rows in named.items()}
    return [(name, each) for name, each in shown.items() if each]


def _chapter(words: Words, field: Mapping[str, Any]) -> str:
    chapter, _, name = field["path"].partition(".")
    label = str(words.said(field, "label"))
    return f"{words.of('chapter', chapter)} · {label}" if name else label


def _field(words: Words, path: str, institutions: Mapping[str, str], value: Any) -> tuple[Displayed, ...]:  # noqa: ANN401 - of an answer
    if path == "institution" and value is not None:
        return (Displayed(institutions[value]),)
    return field_at(words, path, value)


def _obligation(words: Words, row: Mapping[str, Any] | None) -> tuple[Displayed, ...]:
    if row is None:
        return (Displayed(words("compare.no_obligation"), "nothing"),)
    return (Displayed(words.of("state", row["state"]), since=words("compare.by", day=due(words, row))),)


def _gate(words: Words, row: Mapping[str, Any] | None) -> tuple[Displayed, ...]:
    if row is None:
        return (personal(words, None),)
    missing = words.said(row, "missing")
    return (Displayed(words.of("gate_state", row["state"]), since=missing or ""),)


def _finding(words: Words, row: Mapping[str, Any] | None) -> tuple[Displayed, ...]:
    if row is None:
        return (Displayed(words("compare.no_finding"), "nothing"),)
    return (Displayed(words.of("finding_kind", row["kind"]), since=words.said(row, "")),)


def _presets(
    asked: FilePage, first: ComparedPoint, dated: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Return the comparisons that are most often wanted, by their names: around the day that is shown."""
    words, today = asked.page.words, asked.page.context.today
    day = first.day or add(today, months=-12)
    later = min(add(day, months=12), today)
    about = partial(addressed, f"{asked.address}/compare")
    corrections = [each for each in dated if each["corrects"]][-_CORRECTIONS:]
    return [
        (words("compare.then_and_now", day=day), about({"from": day, "from_known_at": day, "to": day})),
        (words("compare.a_year", first=day, last=later), about({"from": day, "to": later})),
        *(
            (
                words("compare.correction", number=each["version"], day=at(each["recorded_at"]).date()),
                about({"from_known_at": each["position"] - 1, "to_known_at": each["position"]}),
            )
            for each in reversed(corrections)
        ),
    ]
