"""Adoptions of a year (C8): who was adopted, by what stands in clear, and how, by what is sealed wholly."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from api.contract.census_answers import in_order, reason_label, value_label
from api.contract.dimension_filters import begins_of
from api.contract.value_words import called
from api.issuing.declared_report import (
    NOT_KNOWN,
    DeclaredReport,
    ReportRow,
    ReportSource,
    ReportTable,
    named_dimensions,
    whole_year,
)
from domain.codes import tables
from domain.entry import Entry
from domain.event import Erased, Unknown
from domain.events.adoption.assessment import AdopterApplicationReceived
from domain.events.adoption.proposing import MatchProposed
from domain.events.adoption.registration import AdoptionRegistered
from domain.file import File
from domain.label import Label
from domain.life import DEPARTED
from projections.adoption_counts import adopted, adopted_children
from projections.counted_children import Population
from projections.dimensions import DIMENSIONS, NOTHING, UNKNOWN, band_names
from projections.small_numbers import SMALLEST_TOLD

ERASED: Final = "erased"
"""Of whom the key is destroyed that would tell."""
SealedValue: TypeAlias = Callable[[Entry[AdoptionRegistered] | None, File, date], object]
"""Returns what is sealed of an adoption: a code, `Unknown`, `Erased` or None."""

_ADOPTED: Final = Label("收养人数", "Adopted")
_COUNTS: Final = MappingProxyType({"adopted": _ADOPTED})
_TOTALS: Final = MappingProxyType({"adopted": "adopted"})
_BANDS: Final = "adoption"
_MOST_CHILDREN: Final = 3
_WAITED: Final[Mapping[str, tuple[int, Label]]] = MappingProxyType(
    {
        "30": (30, Label("30 天以内", "30 days or less")),
        "90": (90, Label("31–90 天", "31 to 90 days")),
        "180": (180, Label("91–180 天", "91 to 180 days")),
        "more": (10**6, Label("180 天以上", "More than 180 days")),
    }
)
"""Days from the match to the registration, by the last of each band."""
_OTHERS: Final = MappingProxyType(
    {UNKNOWN: called("counted", UNKNOWN), ERASED: Label("密钥已销毁", "Key destroyed")}
)


def _adopted_by(name: str, title: Label, *by: str) -> ReportTable:
    """Return a table of how many were adopted, by dimensions that stand in clear."""
    begins = begins_of(_BANDS)

    async def rows(source: ReportSource) -> list[ReportRow]:
        asked = Population(by, {}, begins, source.known)
        cells = await adopted(source.connection, source.scope, asked, source.period.since, source.as_of)
        return [
            ReportRow(
                tuple((value, value_label(each, value, {})) for each, value in zip(by, cell, strict=True)),
                (cells[cell],),
            )
            for cell in in_order(by, band_names(begins), cells)
        ]

    said = named_dimensions(by)
    return ReportTable(
        name,
        title,
        Label(
            f"期间内登记收养的人数，按登记前一日的{said.zh}。",
            f"Who was adopted in the period, by {said.en} on the day before.",
        ),
        {each: DIMENSIONS[each].label for each in by},
        _COUNTS,
        rows,
        "adopted",
        {"by": [*by], "bands": [*begins]},
        totals=_TOTALS,
    )


async def _days(source: ReportSource) -> list[tuple[File, date]]:
    """Return the files of those who were adopted, each with the day."""
    asked = Population(known=source.known)
    found = await adopted_children(source.connection, source.scope, asked, source.period.since, source.as_of)
    files = await source.files({child for child, _ in found})
    return [(files[child], day) for child, day in found]


async def _by_month(source: ReportSource) -> list[ReportRow]:
    months = Counter(f"{day:%Y-%m}" for _, day in await _days(source))
    return [ReportRow(((each, Label(each, each)),), (months[each],)) for each in sorted(months)]


async def _by_reason(source: ReportSource) -> list[ReportRow]:
    """Return where children went: the reason of the departure that is recorded by the last day."""
    reasons = Counter[str]()
    for file, day in await _days(source):
        spans = [
            span.value for span in file.spans(DEPARTED) if span.until >= day and span.since <= source.as_of
        ]
        reasons[_code(spans[0]) if spans else NOTHING] += 1
    others = {**_OTHERS, NOTHING: Label("没有记录离院原因", "No reason recorded")}
    return [
        ReportRow(((each, others.get(each) or reason_label(each)),), (reasons[each],))
        for each in sorted(reasons)
    ]


def _sealed(name: str, title: Label, of: SealedValue, values: Mapping[str, Label]) -> ReportTable:
    """Return a table of how those who were adopted are, by what is sealed; every value has a row."""

    async def rows(source: ReportSource) -> list[ReportRow]:
        found = Counter(_code(of(_registered(file, day), file, day)) for file, day in await _days(source))
        labels = {**values, **_OTHERS}
        return [ReportRow(((each, labels[each]),), (found[each],)) for each in labels]

    return ReportTable(
        name,
        title,
        Label(
            f"期间内登记收养的人数，按{title.zh}。该信息整体密封，只统计人数：每一类都列出，"
            f"少于{SMALLEST_TOLD}的（包括没有的）一律不予公布，不予公布的合计不少于{SMALLEST_TOLD}。",
            f"Who was adopted in the period, by {title.en.lower()}. It is sealed wholly and only counted:"
            f" every value is listed, fewer than {SMALLEST_TOLD} are not told, none included, and those not"
            f" told are {SMALLEST_TOLD} or more together.",
        ),
        {name: title},
        _COUNTS,
        rows,
        asked={"sealed": name},
        totals=_TOTALS,
        sealed=True,
    )


def _code(value: object) -> str:
    if isinstance(value, Erased):
        return ERASED
    return UNKNOWN if value is None or isinstance(value, Unknown) else str(value)


def _registered(file: File, day: date) -> Entry[AdoptionRegistered] | None:
    return next((each for each in reversed(file.of(AdoptionRegistered)) if each.days.last <= day), None)


def _category(registered: Entry[AdoptionRegistered] | None, _file: File, _day: date) -> object:
    return None if registered is None else registered.event.category


def _application(
    registered: Entry[AdoptionRegistered] | None, file: File, day: date
) -> Entry[AdopterApplicationReceived] | None:
    """Return the last application of those who adopted; None where several may be meant."""
    made = [each for each in file.of(AdopterApplicationReceived) if each.days.last <= day]
    adopter: Any = None if registered is None else registered.event.adopter
    if any(each.event.adopter == adopter for each in made):
        made = [each for each in made if each.event.adopter == adopter]
    return made[-1] if len({each.event.adopter for each in made}) == 1 else None


def _marital(registered: Entry[AdoptionRegistered] | None, file: File, day: date) -> object:
    made = _application(registered, file, day)
    return None if made is None else made.event.marital


def _children(registered: Entry[AdoptionRegistered] | None, file: File, day: date) -> object:
    made = _application(registered, file, day)
    count: object = None if made is None else made.event.children_count
    return min(count, _MOST_CHILDREN) if isinstance(count, int) else count


def _waited(_registered: Entry[AdoptionRegistered] | None, file: File, day: date) -> object:
    matched = [each.days.last for each in file.of(MatchProposed) if each.days.last <= day]
    if not matched:
        return None
    waited = (day - matched[-1]).days
    return next(name for name, (last, _) in _WAITED.items() if waited <= last)


def _codes(table: str) -> dict[str, Label]:
    return {code: Label(label.zh, label.en) for code, label in tables()[table].codes.items()}


ADOPTION: Final = DeclaredReport(
    "adoption",
    whole_year,
    (
        Label(
            "统计对象：期间内登记收养、登记当日由本机构负责的儿童；只统计整年，期间结束后出具。",
            "Counted are the children whose adoption was registered in the period while the institution was"
            " in charge; it is issued of whole years, after their end.",
        ),
        NOT_KNOWN,
        Label(
            "收养人的收入、所在地区没有事项登记，不作统计；回访和解除收养另有名单，人数少，不列入本报告。",
            "What adopters earn and where they live is not recorded, and not counted. Visits and adoptions"
            " that ended have lists of their own; they are few, and not in this report.",
        ),
    ),
    (
        _adopted_by("categories", Label("儿童类别", "Child categories"), "child_category"),
        _adopted_by("sexes", Label("性别", "Sexes"), "sex"),
        _adopted_by("ages", Label("年龄", "Ages"), "age_band"),
        _adopted_by("sexes_ages", Label("性别和年龄", "Sexes and ages"), "sex", "age_band"),
        _adopted_by("disabilities", Label("残疾", "Disabilities"), "disability"),
        _adopted_by("illnesses", Label("登记的疾病", "Registered illnesses"), "health"),
        _adopted_by("care", Label("养育方式", "Care modes"), "care_mode"),
        ReportTable(
            "months",
            Label("登记月份", "Months"),
            Label("期间内登记收养的人数，按登记的月份。", "Who was adopted in the period, by the month."),
            {"month": Label("月份", "Month")},
            _COUNTS,
            _by_month,
            "adopted",
            totals=_TOTALS,
        ),
        ReportTable(
            "departures",
            Label("去向", "Where children went"),
            Label(
                "期间内登记收养的人数，按截至日登记的离院原因（省内、跨省、涉外涉港澳台）。",
                "Who was adopted in the period, by the reason of the departure as recorded for the last day:"
                " within the province, in another one, or abroad.",
            ),
            {"reason": Label("离院原因", "Reason")},
            _COUNTS,
            _by_reason,
            "adopted",
            totals=_TOTALS,
        ),
        _sealed(
            "adoption_category",
            Label("收养类别", "Adoption category"),
            _category,
            _codes("adoption_category"),
        ),
        _sealed("marital", Label("收养人婚姻状况", "Adopters' marital status"), _marital, _codes("marital")),
        _sealed(
            "children",
            Label("收养人子女数", "Adopters' children"),
            _children,
            {
                **{str(each): Label(f"{each}名", str(each)) for each in range(_MOST_CHILDREN)},
                str(_MOST_CHILDREN): Label(f"{_MOST_CHILDREN}名以上（含）", f"{_MOST_CHILDREN} or more"),
            },
        ),
        _sealed(
            "waited",
            Label("匹配至登记的天数", "Days from match to registration"),
            _waited,
            {name: label for name, (_, label) in _WAITED.items()},
        ),
    ),
    whole_period=True,
)
