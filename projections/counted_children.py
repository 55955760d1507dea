"""Which children are counted on a day, by what: the parts of a statement that counts or lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from psycopg.sql import SQL, Composable, Identifier, Literal

from domain.life import DEPARTED
from domain.scope import OFFICER_AGE
from ledger.store import queries
from projections.dimensions import AGE_BAND, DIMENSIONS, NOTHING, SETS_OF_BANDS, Dimension, band_names
from projections.model import ReadModel
from projections.paging import Condition
from projections.situations import SITUATIONS
from projections.spans import SPANS

Wanted: TypeAlias = Mapping[str, Sequence[str]]
"""By dimension the values of which each child has one."""

STAGES: Final = ("outside", "received", "in_care", NOTHING)
"""Stages of those who are counted by default: all who are cared for, in institutions or outside."""
BANDS: Final = SETS_OF_BANDS["national_system"]
COUNTED_ROWS: Final[Mapping[str, ReadModel[Any]]] = MappingProxyType(
    {"situations": SITUATIONS, "spans": SPANS}
)
"""The read models that are counted, beside the register, by the names that statements have for them."""
_SQL: Final = queries.load_composable("projections", "child_counts.sql")
_REASON: Final = Dimension(DEPARTED.label, DEPARTED)


@dataclass(frozen=True, slots=True)
class Population:
    """Who is counted by what: the dimensions, the values that are asked for, and where age bands begin.

    `known` is the position as known at which it is asked, None for now. Without values of `stage` those
    count who are cared for (`STAGES`).
    """

    by: Sequence[str] = ()
    where: Wanted = field(default_factory=dict)
    bands: tuple[int, ...] = BANDS
    known: int | None = None

    @property
    def stages(self) -> list[str]:
        """The stages of those who are counted."""
        return list(self.where.get("stage") or STAGES)

    @property
    def named(self) -> dict[str, Dimension]:
        """The dimensions that are asked for, each once."""
        asked = [*self.by, *(name for name in self.where if name != "stage")]
        return {name: DIMENSIONS[name] for name in asked}

    @property
    def person(self) -> Composable:
        """The name of the register's rows."""
        return Identifier("register" if self.known is None else "listed")


def among(child: Composable, population: Population) -> Condition:
    """Return the condition that a child is one of those who are counted on `day`, whoever counts.

    The statement names the day so, and begins with the rows of then (`as_known`) of `COUNTED_ROWS`.
    """
    asked = CountedParts(population, Condition(SQL("true"), {}))
    return Condition(
        _SQL["of_child"].format(child=child, at=asked.stock_at, placed=asked.placed), asked.parameters
    )


class CountedParts:
    """A population as parts of a statement, with their parameters."""

    def __init__(self, population: Population, scope: Condition, *, reason: bool = False) -> None:
        self._population, self._scope = population, scope
        self._values: dict[str, Composable] = {}
        self._joins: list[Composable] = []
        spans = {name: each for name, each in population.named.items() if each.attribute is not None}
        for name, dimension in spans.items():
            self._join(name, dimension)
        if reason:
            self._join("reason", _REASON)
            self._values["reason"] = SQL("coalesce({}.value, at.stage, {})").format(
                _joined("reason"), Literal(NOTHING)
            )
        for name, dimension in population.named.items():
            self._values.setdefault(name, self._value(name, dimension))
        attributes = [each.held_as for each in (*spans.values(), _REASON)]
        self.parameters = {
            **scope.parameters,
            "stages": population.stages,
            "attributes": attributes,
            "birthdays": sorted({OFFICER_AGE, *(population.bands if AGE_BAND in population.named else ())}),
            "band_names": band_names(population.bands),
            **{f"where_{name}": list(values) for name, values in population.where.items()},
        }

    @property
    def present(self) -> Composable:
        """Whether a child in a situation is at one of the stages that count."""
        return SQL("coalesce(situations.stage, {}) = ANY (%(stages)s)").format(Literal(NOTHING))

    @property
    def stock_at(self) -> Composable:
        """Everybody who is in scope on `day`."""
        return _SQL["stock_at"].format(scope=self._scope.sql, present=self.present)

    def flows_at(self, someday: Condition) -> Composable:
        """Everybody who is in scope on `someday`, on the days on which something changes and before them."""
        return _SQL["flows_at"].format(
            scope=self._scope.sql,
            scope_of_some_day=someday.sql,
            present=self.present,
            person=self._population.person,
        )

    @property
    def placed(self) -> Composable:
        """Where each child stood on each day of `at`, and whether it counts."""
        named = [name for name in self._population.where if name in self._values]
        conditions = [SQL("true")] + [
            SQL("{} = ANY ({})").format(self._values[name], SQL(f"%(where_{name})s")) for name in named
        ]
        cell = SQL(", ").join(self._values[name] for name in self._population.by)
        return _SQL["placed"].format(
            cell=SQL("ARRAY[{}]::text[]").format(cell),
            reason=self._values.get("reason", SQL("''")),
            where=SQL(" AND ").join(conditions),
            joins=SQL("\n").join(self._joins),
        )

    def _join(self, name: str, dimension: Dimension) -> None:
        assert dimension.attribute is not None  # noqa: S101 - only those are joined
        of: Composable = SQL("spans.value")
        if dimension.part is not None:
            of = SQL("(spans.value::jsonb ->> {})").format(Literal(dimension.part))
        question = "last_of_several" if dimension.attribute.several else "one_value"
        self._joins.append(
            _SQL[question].format(
                value=_SQL["span_value"].format(of=of),
                attribute=Literal(dimension.held_as),
                name=_joined(name),
            )
        )

    def _value(self, name: str, dimension: Dimension) -> Composable:
        if name == AGE_BAND:
            return self._age_band()
        if dimension.column is not None:
            value = SQL("at.{}::text").format(Identifier(dimension.column))
        else:
            value = SQL("{}.value").format(_joined(name))
        if dimension.digits is not None:
            # What stands for no region has letters.
            value = SQL("CASE WHEN {0} ~ '^[0-9]' THEN left({0}, {1}) ELSE {0} END").format(
                value, Literal(dimension.digits)
            )
        return SQL("coalesce({}, {})").format(value, Literal(NOTHING))

    def _age_band(self) -> Composable:
        """Return the band of an age; of two births between which it lies, both must be in it."""
        name = _joined(AGE_BAND)
        self._joins.append(_SQL["person"].format(person=self._population.person, name=name))
        last = Literal(len(self._population.bands))

        def band(born: str) -> Composable:
            column = SQL("{}.{}").format(name, Identifier(born))
            reached = [
                SQL("({} + make_interval(years => {}) <= at.day)::integer").format(column, Literal(years))
                for years in self._population.bands[1:]
            ]
            return SQL("coalesce(1 + {}, {})").format(SQL(" + ").join([SQL("0"), *reached]), last)

        return _SQL["age_band"].format(person=name, youngest=band("birth_until"), oldest=band("birth_on"))


def _joined(name: str) -> Identifier:
    return Identifier(f"of_{name}")
