"""What is sealed wholly of adoptions and counted all the same, alone and crossed with what is clear."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from api.contract.census_answers import value_label
from api.contract.dimension_filters import begins_of
from api.contract.value_words import called
from api.issuing.declared_report import ReportRow, ReportSource, ReportTable, crossed_count
from domain.codes import tables
from domain.entry import Entry
from domain.event import Erased, Unknown
from domain.events.adoption.assessment import AdopterApplicationReceived
from domain.events.adoption.proposing import MatchProposed
from domain.events.adoption.registration import AdoptionRegistered
from domain.file import File
from domain.label import Label
from projections.adoption_counts import adopted_children
from projections.child_counts import CountedCell
from projections.counted_children import Population
from projections.dimensions import DIMENSIONS, NOTHING, UNCERTAIN, UNKNOWN, band_names
from projections.small_numbers import SMALLEST_TOLD

ERASED: Final = "erased"
"""Of whom the key is destroyed that would tell."""
Registered: TypeAlias = Entry[AdoptionRegistered] | None
SealedValue: TypeAlias = Callable[[Registered, File, date, ReportSource], object]
"""Returns what is sealed of an adoption: a code, `Unknown`, `Erased` or None."""

ADOPTED: Final = Label("收养人数", "Adopted")
COUNTS: Final = MappingProxyType({"adopted": ADOPTED})
TOTALS: Final = MappingProxyType({"adopted": "adopted"})
BANDS: Final = "adoption"
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
_INCOMES: Final[Mapping[str, tuple[Decimal, Label]]] = MappingProxyType(
    {
        "60000": (Decimal(60_000), Label("6万元以内", "Up to 60,000 yuan")),
        "120000": (Decimal(120_000), Label("6万元以上至12万元", "60,000 to 120,000 yuan")),
        "240000": (Decimal(240_000), Label("12万元以上至24万元", "120,000 to 240,000 yuan")),
        "more": (Decimal("Infinity"), Label("24万元以上", "More than 240,000 yuan")),
    }
)
"""Yearly income of a household, by the most of each band; which bands there are no text says."""
_DISTANCES: Final[Mapping[str, tuple[int, Label]]] = MappingProxyType(
    {
        "county": (6, Label("同县（市、区）", "The same county")),
        "prefecture": (4, Label("同市其他县（市、区）", "Another county of the prefecture")),
        "province": (2, Label("省内其他市", "Another prefecture of the province")),
        "elsewhere": (0, Label("省外", "Outside the province")),
    }
)
"""Where adopters live, seen from whoever reports, by how many digits of the codes are the same."""
OTHERS: Final = MappingProxyType(
    {UNKNOWN: called("counted", UNKNOWN), ERASED: Label("密钥已销毁", "Key destroyed")}
)


@dataclass(frozen=True, slots=True)
class SealedPart:
    """What is sealed of an adoption and counted all the same: its name, its values, and which one it has."""

    name: str
    title: Label
    of: SealedValue
    values: Mapping[str, Label]

    @property
    def labels(self) -> Mapping[str, Label]:
        """What the rows of a table by it are called: every value has one."""
        return {**self.values, **OTHERS}

    def value(self, file: File, day: date, source: ReportSource) -> str:
        """Return which value an adoption of that day has."""
        return code_of(self.of(_registered(file, day), file, day, source))

    @property
    def table(self) -> ReportTable:
        """The table of how those who were adopted are, by this."""

        async def rows(source: ReportSource) -> list[ReportRow]:
            found = Counter(self.value(file, day, source) for file, day, _ in await adopted_files(source))
            return [ReportRow(((each, label),), (found[each],)) for each, label in self.labels.items()]

        return ReportTable(
            self.name,
            self.title,
            Label(
                f"期间内登记收养的人数，按{self.title.zh}。该信息整体密封，只统计人数：每一类都列出，"
                f"少于{SMALLEST_TOLD}的（包括没有的）一律不予公布，不予公布的合计不少于{SMALLEST_TOLD}。",
                f"Who was adopted in the period, by {self.title.en.lower()}. It is sealed wholly and only"
                f" counted: every value is listed, fewer than {SMALLEST_TOLD} are not told, none included,"
                f" and those not told are {SMALLEST_TOLD} or more together.",
            ),
            {self.name: self.title},
            COUNTS,
            rows,
            asked={"sealed": self.name},
            totals=TOTALS,
            sealed=True,
        )

    def crossed(self, of: str, by: str) -> ReportTable:
        """Return the table of it crossed with a dimension, of which the table `of` counts the values."""
        counts = {crossed_count(by, each): label for each, label in _values(by).items()}

        async def rows(source: ReportSource) -> list[ReportRow]:
            found = Counter(
                (self.value(file, day, source), value)
                for file, day, (value,) in await adopted_files(source, by)
            )
            return [
                ReportRow(((each, label),), tuple(found[each, value] for value in _values(by)))
                for each, label in self.labels.items()
            ]

        label = DIMENSIONS[by].label
        return ReportTable(
            f"{self.name}_{of}",
            Label(f"{self.title.zh}与{label.zh}", f"{self.title.en} and {label.en.lower()}"),
            Label(
                f"期间内登记收养的人数，按{self.title.zh}（行）和登记前一日的{label.zh}（列）。"
                f"少于{SMALLEST_TOLD}的（包括没有的）一律不予公布，由其他数字可推算出的也不公布。",
                f"Who was adopted in the period, by {self.title.en.lower()} (rows) and {label.en.lower()} of"
                f" the day before (columns). Fewer than {SMALLEST_TOLD} are not told, none included, nor what"
                " follows from other numbers.",
            ),
            {self.name: self.title},
            counts,
            rows,
            asked={"sealed": self.name, "by": [by], "bands": [*begins_of(BANDS)]},
            crosses=(self.name, of),
        )


async def adopted_files(source: ReportSource, *by: str) -> list[tuple[File, date, CountedCell]]:
    """Return the files of those who were adopted, each with the day, and the cell of these dimensions."""
    asked = Population(by, {}, begins_of(BANDS), source.known)
    found = await adopted_children(source.connection, source.scope, asked, source.period.since, source.as_of)
    files = await source.files({child for child, *_ in found})
    return [(files[child], day, cell) for child, day, cell in found]


def _values(dimension: str) -> Mapping[str, Label]:
    """Return every value that a child may have in a dimension, with what it is called."""
    table = DIMENSIONS[dimension].table
    named = band_names(begins_of(BANDS)) if table is None else [*tables()[table].codes]
    unsure = UNCERTAIN if table is None else UNKNOWN
    return {each: value_label(dimension, each, {}) for each in (*named, unsure, NOTHING)}


def code_of(value: object) -> str:
    """Return the value by which something is counted that may be unknown, or erased."""
    if isinstance(value, Erased):
        return ERASED
    return UNKNOWN if value is None or isinstance(value, Unknown) else str(value)


def _registered(file: File, day: date) -> Entry[AdoptionRegistered] | None:
    return next((each for each in reversed(file.of(AdoptionRegistered)) if each.days.last <= day), None)


def _category(registered: Registered, _file: File, _day: date, _: ReportSource) -> object:
    return None if registered is None else registered.event.category


def _application(registered: Registered, file: File, day: date) -> Entry[AdopterApplicationReceived] | None:
    """Return the last application of those who adopted; None where several may be meant."""
    made = [each for each in file.of(AdopterApplicationReceived) if each.days.last <= day]
    adopter: Any = None if registered is None else registered.event.adopter
    if any(each.event.adopter == adopter for each in made):
        made = [each for each in made if each.event.adopter == adopter]
    return made[-1] if len({each.event.adopter for each in made}) == 1 else None


def _marital(registered: Registered, file: File, day: date, _: ReportSource) -> object:
    made = _application(registered, file, day)
    return None if made is None else made.event.marital


def _children(registered: Registered, file: File, day: date, _: ReportSource) -> object:
    made = _application(registered, file, day)
    count: object = None if made is None else made.event.children_count
    return min(count, _MOST_CHILDREN) if isinstance(count, int) else count


def _income(registered: Registered, file: File, day: date, _: ReportSource) -> object:
    made = _application(registered, file, day)
    income: object = None if made is None else made.event.income_yuan
    if not isinstance(income, Decimal):
        return income
    return next(name for name, (most, _) in _INCOMES.items() if income <= most)


def _region(registered: Registered, file: File, day: date, source: ReportSource) -> object:
    """Return how far from whoever reports the adopters live, by the code of their region."""
    made = _application(registered, file, day)
    region: object = None if made is None else made.event.region
    if not isinstance(region, str) or source.region is None:
        return region if isinstance(region, Erased) else None
    own = source.region
    return next(name for name, (digits, _) in _DISTANCES.items() if own[:digits] == region[:digits])


def _waited(_registered: Registered, file: File, day: date, _: ReportSource) -> object:
    matched = [each.days.last for each in file.of(MatchProposed) if each.days.last <= day]
    if not matched:
        return None
    waited = (day - matched[-1]).days
    return next(name for name, (last, _) in _WAITED.items() if waited <= last)


def codes_of(table: str) -> dict[str, Label]:
    """Return what the codes of a table are called."""
    return {code: Label(label.zh, label.en) for code, label in tables()[table].codes.items()}


OF_ADOPTION: Final = SealedPart(
    "adoption_category", Label("收养类别", "Adoption category"), _category, codes_of("adoption_category")
)
OF_ADOPTERS: Final = (
    SealedPart("marital", Label("收养人婚姻状况", "Adopters' marital status"), _marital, codes_of("marital")),
    SealedPart(
        "children",
        Label("收养人子女数", "Adopters' children"),
        _children,
        {
            **{str(each): Label(f"{each}名", str(each)) for each in range(_MOST_CHILDREN)},
            str(_MOST_CHILDREN): Label(f"{_MOST_CHILDREN}名以上（含）", f"{_MOST_CHILDREN} or more"),
        },
    ),
    SealedPart(
        "income",
        Label("收养人家庭年收入", "Adopters' yearly income"),
        _income,
        {name: label for name, (_, label) in _INCOMES.items()},
    ),
    SealedPart(
        "region",
        Label("收养人常住地区", "Where adopters live"),
        _region,
        {name: label for name, (_, label) in _DISTANCES.items()},
    ),
)
WAITED_FOR: Final = SealedPart(
    "waited",
    Label("匹配至登记的天数", "Days from match to registration"),
    _waited,
    {name: label for name, (_, label) in _WAITED.items()},
)
