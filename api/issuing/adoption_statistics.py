"""Adoptions of a year (C8): who was adopted, by what stands in clear, and how, by what is sealed wholly."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from api.contract.census_answers import in_order, reason_label, value_label
from api.contract.dimension_filters import begins_of
from api.issuing.declared_report import (
    NOT_KNOWN,
    DeclaredReport,
    ReportRow,
    ReportSource,
    ReportTable,
    named_dimensions,
    whole_year,
)
from api.issuing.sealed_parts import (
    BANDS,
    COUNTS,
    OF_ADOPTERS,
    OF_ADOPTION,
    OTHERS,
    TOTALS,
    WAITED_FOR,
    adopted_files,
    code_of,
    codes_of,
)
from domain.events.adoption.registration import ADOPTION_ENDED
from domain.label import Label
from domain.life import DEPARTED
from projections.adoption_counts import adopted, adopted_children
from projections.counted_children import Population
from projections.dimensions import DIMENSIONS, NOTHING, band_names
from projections.small_numbers import SMALLEST_TOLD


def _adopted_by(name: str, title: Label, *by: str) -> ReportTable:
    """Return a table of how many were adopted, by dimensions that stand in clear."""
    begins = begins_of(BANDS)

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
        COUNTS,
        rows,
        "adopted",
        {"by": [*by], "bands": [*begins]},
        totals=TOTALS,
    )


async def _by_month(source: ReportSource) -> list[ReportRow]:
    months = Counter(f"{day:%Y-%m}" for _, day, _ in await adopted_files(source))
    return [ReportRow(((each, Label(each, each)),), (months[each],)) for each in sorted(months)]


async def _by_reason(source: ReportSource) -> list[ReportRow]:
    """Return where children went: the reason of the departure that is recorded by the last day."""
    reasons = Counter[str]()
    for file, day, _ in await adopted_files(source):
        spans = [
            span.value for span in file.spans(DEPARTED) if span.until >= day and span.since <= source.as_of
        ]
        reasons[code_of(spans[0]) if spans else NOTHING] += 1
    others = {**OTHERS, NOTHING: Label("没有记录离院原因", "No reason recorded")}
    return [
        ReportRow(((each, others.get(each) or reason_label(each)),), (reasons[each],))
        for each in sorted(reasons)
    ]


async def _by_business(source: ReportSource) -> list[ReportRow]:
    """Return how many adoptions were registered in the period, and how many of any year ended in it."""
    asked = Population(known=source.known)
    begun = await adopted_children(source.connection, source.scope, asked, date.min, source.as_of)
    files = await source.files({child for child, *_ in begun})
    found = Counter({"registered": sum(source.period.since <= day for _, day, _ in begun)})
    for file in files.values():
        ends = (each for each in file.spans(ADOPTION_ENDED) if source.period.since <= each.since)
        found.update(code_of(each.value) for each in ends if each.since <= source.as_of)
    return [ReportRow(((each, label),), (found[each],)) for each, label in _BUSINESS.items()]


_BUSINESS: Final[Mapping[str, Label]] = MappingProxyType(
    {"registered": Label("登记", "Registered"), **codes_of("adoption_end")}
)
_OF_CHILDREN: Final[Mapping[str, str]] = MappingProxyType(
    {"sexes": "sex", "ages": "age_band", "disabilities": "disability", "health_states": "health_state"}
)
"""What children are crossed by, by the table of each."""
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
            "收养人的情况按其收养申请统计；收入分档由本系统自定，地区按与出具单位的远近分。"
            "回访另有名单，不列入本报告。",
            "What adopters are is counted by their application; the bands of incomes are this system's own,"
            " and regions are told by how near they are to whoever reports. Visits have lists of their own.",
        ),
    ),
    (
        _adopted_by("categories", Label("儿童类别", "Child categories"), "child_category"),
        _adopted_by("sexes", Label("性别", "Sexes"), "sex"),
        _adopted_by("ages", Label("年龄", "Ages"), "age_band"),
        _adopted_by("sexes_ages", Label("性别和年龄", "Sexes and ages"), "sex", "age_band"),
        _adopted_by("disabilities", Label("残疾", "Disabilities"), "disability"),
        _adopted_by("health_states", Label("健康状况", "States of health"), "health_state"),
        _adopted_by("illnesses", Label("登记的疾病", "Registered illnesses"), "health"),
        _adopted_by("care", Label("养育方式", "Care modes"), "care_mode"),
        ReportTable(
            "months",
            Label("登记月份", "Months"),
            Label("期间内登记收养的人数，按登记的月份。", "Who was adopted in the period, by the month."),
            {"month": Label("月份", "Month")},
            COUNTS,
            _by_month,
            "adopted",
            totals=TOTALS,
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
            COUNTS,
            _by_reason,
            "adopted",
            totals=TOTALS,
        ),
        ReportTable(
            "business",
            Label("业务类型", "Kinds of business"),
            Label(
                "期间内登记、解除、撤销的收养件数。解除和撤销整体密封："
                f"少于{SMALLEST_TOLD}的（包括没有的）一律不予公布，不予公布的合计不少于{SMALLEST_TOLD}。",
                "Adoptions registered, dissolved and revoked in the period. That one ended is sealed wholly:"
                f" fewer than {SMALLEST_TOLD} are not told, none included, and those not told are"
                f" {SMALLEST_TOLD} or more together.",
            ),
            {"business": Label("业务类型", "Business")},
            {"adoptions": Label("件数", "Adoptions")},
            _by_business,
            asked={"sealed": "business"},
            sealed=True,
        ),
        *(each.table for each in (OF_ADOPTION, *OF_ADOPTERS)),
        WAITED_FOR.table,
        *(OF_ADOPTION.crossed(of, by) for of, by in _OF_CHILDREN.items()),
        *(each.crossed(of, _OF_CHILDREN[of]) for each in OF_ADOPTERS for of in ("ages", "disabilities")),
    ),
    whole_period=True,
)
