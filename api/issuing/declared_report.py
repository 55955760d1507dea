"""What a report is: one declaration of its period and of its tables, each with its definition.

A new report is a module that declares one, a line in `REPORTS`, and the code by which it is named.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable

from api.contract.census_answers import FLOW_COUNTS, in_order, reason_label, value_label
from api.contract.dimension_filters import begins_of
from api.issuing.report_issuer import Issuer, places_in
from domain.codes import tables
from domain.file import File
from domain.label import Label
from domain.when import day_before, month_end
from ledger.canonical import canonical
from projections.child_counts import CountedCell, CountedScope, flows, stock
from projections.counted_children import Population, Wanted
from projections.dimensions import DIMENSIONS, band_names
from projections.paging import Condition
from projections.public_counts import group_of


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """The days that a report is about, from the first through the last; `part` is its part of the year."""

    year: int
    part: int | None
    label: Label
    since: date
    until: date


NumberKey: TypeAlias = tuple[int, int, str] | str
"""A number by its table, row and column; a total by its name, which tables share."""
AT_FIRST: Final = "first"
AT_LAST: Final = "last"
SUMMED: Final = "sum"
"""Whether a count is of the day before, of the last day, or of the days between, over which it adds up."""
PeriodOf: TypeAlias = Callable[[int, int | None], ReportPeriod | None]
"""Returns the period of a year, or of a part of one; None where there is no such part."""


@dataclass(frozen=True, slots=True)
class ReportSource:
    """What a report is computed from: the read models and the issuer's own file, as known at a position.

    `institutions` are the files of those whose children it counts, one for an institution's report; `region`
    is where these lie, None if that is not known. `as_of` is the last day that counts, in the period or its
    end; `files` returns files as known then.
    """

    connection: AsyncConnection[Any]
    issuer: Issuer
    own: File
    institutions: Mapping[UUID, File]
    region: str | None
    period: ReportPeriod
    as_of: date
    known: int
    files: Callable[[Collection[UUID]], Awaitable[Mapping[UUID, File]]]

    @property
    def before(self) -> date:
        """The day before the period, whose numbers are the first."""
        return day_before(self.period.since)

    @property
    def charge(self) -> Condition:
        """Whom the report counts: those in the charge of the institutions or places that it is of."""
        if self.issuer.region is None:
            return Condition(
                SQL("(situations.institution = %(scope_institution)s)"),
                {"scope_institution": self.issuer.file},
            )
        return Condition(
            SQL(
                "(coalesce(situations.institution = ANY (%(scope_institutions)s::uuid[]), false)"
                " OR coalesce(starts_with(situations.place, %(scope_places)s::text), false))"
            ),
            {
                "scope_institutions": [*self.institutions],
                "scope_places": places_in(self.issuer.region),
            },
        )

    @property
    def scope(self) -> CountedScope:
        """The same on any day, whoever asks."""
        charge = self.charge

        def scope(_day: Composable, _sixteen_on: Composable) -> Condition:
            return charge

        return scope


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row of a table: its values, each with what it is called, and how many; None if not known."""

    values: tuple[tuple[str, Label], ...]
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of a report: what its rows are by, what they count, and the definition of both.

    `chart` is the name of the count that is drawn, None for none; `asked` is how it is counted, so that a
    changed declaration shows. Of each row the counts times their `balance` add up to nothing, where there is
    one. The counts of the rows add up to `totals`, named as other tables name the same number.
    Who is counted by a count is also counted by the one that it is `part_of`; nobody learns how few are not.
    What a `sealed` one counts is sealed wholly: it has one count, and a row for every value (`pooled_rows`).
    One that `crosses` two others, of what is sealed and of what is not, has a row for every value of the
    first and a count for every value of the second, named after it (`crossed_count`).
    `over_time` says of the counts of children what they are over the days of a period.
    """

    name: str
    title: Label
    definition: Label
    by: Mapping[str, Label]
    counts: Mapping[str, Label]
    rows: Callable[[ReportSource], Awaitable[Sequence[ReportRow]]]
    chart: str | None = None
    asked: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    balance: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    totals: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    part_of: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sealed: bool = False
    crosses: tuple[str, str] | None = None
    over_time: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def identity(self) -> str:
        """What tells its numbers from those of other tables, the same in all reports that have it."""
        return identity(self.by, self.asked)


def crossed_count(dimension: str, value: str) -> str:
    """Return the name of the count of those who have a value, in a table that crosses two others."""
    return f"{dimension}:{value}"


def identity(by: Iterable[str], asked: Mapping[str, Any]) -> str:
    """Return what tells the numbers of a table by its columns, and by how it is counted."""
    return canonical({"by": [*by], "asked": asked}).decode()


@dataclass(frozen=True, slots=True)
class DeclaredReport:
    """A report by the code that names it (`report`), with how its period is meant and its tables.

    One of a `whole_period` is issued after its end: two of parts of it would tell what lies between them.
    """

    code: str
    period: PeriodOf
    definitions: tuple[Label, ...]
    tables: tuple[ReportTable, ...]
    whole_period: bool = False

    @property
    def title(self) -> Label:
        """What it is called."""
        code = tables()["report"].codes[self.code]
        return Label(code.zh, code.en)


FLOW_BALANCE: Final[Mapping[str, int]] = MappingProxyType(
    {"stock_from": 1, "entered": 1, "moved_in": 1, "left": -1, "moved_out": -1, "stock_to": -1}
)
CHILDREN: Final = Label("儿童人数", "Children")
OF_A_REGION: Final = Label(
    "本报告为全区域报告：所称本机构，指所在地区在该区域内的各机构，并包括由该区域内各属地负责的机构外儿童；"
    "机构的所在地区以账本位置所知为准。",
    "This report is of a region: the institution is all that lie in it, as known at the position, and"
    " children outside institutions are counted whose place is in it.",
)
WHO_IS_COUNTED: Final = Label(
    "统计对象：当日由本机构负责照料的儿童，按当日的负责机构统计；此后移交的，不影响以前的数字。",
    "Counted are the children who were cared for in the charge of the institution on the day; who was handed"
    " over since changes no earlier number.",
)
NOT_KNOWN: Final = Label(
    "没有记录的、不详的各自单列，不计入其他格。",
    "Of whom nothing is recorded, and who is not known, is counted in a row of its own and in no other.",
)


def counted_by(
    name: str, title: Label, *by: str, where: Wanted | None = None, bands: str | None = None
) -> ReportTable:
    """Return a table of how many children there are on the last day, by these dimensions."""
    population = Population(by, where or {}, begins_of(bands))

    async def rows(source: ReportSource) -> list[ReportRow]:
        asked = _as_known(population, source)
        cells = await stock(source.connection, source.scope, asked, source.as_of)
        return [ReportRow(_values(by, cell), (cells[cell],)) for cell in _in_order(population, cells)]

    return ReportTable(
        name,
        title,
        Label(
            f"截至日的人数，按{named_dimensions(by).zh}。",
            f"How many there are on the last day, by {named_dimensions(by).en}.",
        ),
        {each: DIMENSIONS[each].label for each in by},
        {"count": CHILDREN},
        rows,
        "count",
        _how(population),
        totals={"count": "stock_to" + _narrowed(population)},
        over_time={"count": AT_LAST},
    )


def changed_by(name: str, title: Label, *by: str, where: Wanted | None = None) -> ReportTable:
    """Return a table of how many came and went in the period, by these dimensions."""
    population = Population(by, where or {})

    async def rows(source: ReportSource) -> list[ReportRow]:
        asked = _as_known(population, source)
        found = await flows(source.connection, source.scope, asked, source.before, source.as_of)
        cells: dict[CountedCell, dict[str, int]] = {}
        for each in found:
            counts = cells.setdefault(each.cell, dict.fromkeys(FLOW_COUNTS, 0))
            counts[each.kind] += each.count
        return [
            ReportRow(_values(by, cell), (*cells[cell].values(),)) for cell in _in_order(population, cells)
        ]

    return ReportTable(
        name,
        title,
        Label(
            f"期初为期间开始前一日的人数，期末为截至日的人数，按{named_dimensions(by).zh}；"
            "期初＋新增＋转入－离开－转出＝期末。",
            f"At first is the day before the period, at last the last day, by {named_dimensions(by).en};"
            " first + entered + moved in - left - moved out = last.",
        ),
        {each: DIMENSIONS[each].label for each in by},
        FLOW_COUNTS,
        rows,
        "stock_to",
        _how(population),
        FLOW_BALANCE,
        {
            name: f"{name} {title.en}" if name.startswith("moved") else name + _narrowed(population)
            for name in FLOW_COUNTS
        },
        over_time={
            name: {"stock_from": AT_FIRST, "stock_to": AT_LAST}.get(name, SUMMED) for name in FLOW_COUNTS
        },
    )


def counted_public(table: ReportTable) -> bool:
    """Whether the same is public of all children of the ledger, as a census tells it."""
    by = [*table.by]
    same = table.asked == _how(Population(by)) and AT_LAST in table.over_time.values()
    return same and group_of(by) is not None


def left_for_reasons(name: str, title: Label) -> ReportTable:
    """Return a table of why children left in the period."""
    population = Population()

    async def rows(source: ReportSource) -> list[ReportRow]:
        asked = _as_known(population, source)
        found = await flows(source.connection, source.scope, asked, source.before, source.as_of)
        left = sorted((each.reason, each.count) for each in found if each.kind == "left")
        return [ReportRow(((reason, reason_label(reason)),), (count,)) for reason, count in left]

    return ReportTable(
        name,
        title,
        Label("期间内离开照料的人数，按离开的原因。", "Who left care in the period, by the reason."),
        {"reason": Label("离开原因", "Reason")},
        {"left": FLOW_COUNTS["left"]},
        rows,
        "left",
        _how(population),
        totals={"left": "left"},
        over_time={"left": SUMMED},
    )


def year_to_october(year: int, part: int | None) -> ReportPeriod | None:
    """Return the year that ends with October, by when the progress of each is reported."""
    if part is not None:
        return None
    label = Label(f"{year}年度（至10月31日）", f"{year}, to 31 October")
    return ReportPeriod(year, None, label, date(year - 1, 11, 1), date(year, 10, 31))


def whole_year(year: int, part: int | None) -> ReportPeriod | None:
    """Return a year from January through December, which has no parts."""
    if part is not None:
        return None
    return ReportPeriod(year, None, Label(f"{year}年度", str(year)), date(year, 1, 1), date(year, 12, 31))


def half_of_year(year: int, part: int | None) -> ReportPeriod | None:
    """Return the first or the second half of a year."""
    if part not in {1, 2}:
        return None
    label = Label(f"{year}年{'上' if part == 1 else '下'}半年", f"{year}, half {part}")
    return _months(year, part, 6, label)


def quarter_of_year(year: int, part: int | None) -> ReportPeriod | None:
    """Return a quarter of a year."""
    if part not in {1, 2, 3, 4}:
        return None
    return _months(year, part, 3, Label(f"{year}年第{'一二三四'[part - 1]}季度", f"{year}, quarter {part}"))


def _months(year: int, part: int, months: int, label: Label) -> ReportPeriod:
    last = part * months
    until = month_end(date(year, last, 1))
    return ReportPeriod(year, part, label, date(year, last - months + 1, 1), until)


def _as_known(population: Population, source: ReportSource) -> Population:
    return Population(population.by, population.where, population.bands, source.known)


def _values(by: Sequence[str], cell: CountedCell) -> tuple[tuple[str, Label], ...]:
    return tuple((value, value_label(name, value, {})) for name, value in zip(by, cell, strict=True))


def _in_order(population: Population, cells: Mapping[CountedCell, Any]) -> list[CountedCell]:
    return in_order(population.by, band_names(population.bands), cells)


def _how(population: Population) -> Mapping[str, Any]:
    where = {name: list(values) for name, values in population.where.items()}
    return {
        "by": [*population.by],
        "where": where | {"stage": population.stages},
        "bands": [*population.bands],
    }


def _narrowed(population: Population) -> str:
    """Return what tells the totals of these children from those of all."""
    return "" if not population.where else f" {sorted(population.where.items())}"


def named_dimensions(by: Iterable[str]) -> Label:
    """Return what dimensions are called, one after another."""
    labels = [DIMENSIONS[each].label for each in by]
    return Label("、".join(each.zh for each in labels), ", ".join(each.en.lower() for each in labels))
