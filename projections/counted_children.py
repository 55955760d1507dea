"""Which children are counted on a day, by what: the parts of a statement that counts or lists them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from psycopg.sql import SQL, Composable, Identifier, Literal

from domain.codes import tables
from ledger.store import queries
from projections.counted_values import COUNTED_VALUES, kept_as
from projections.dimensions import AGE_BAND, DIMENSIONS, NOTHING, SETS_OF_BANDS, Dimension, band_names
from projections.model import ReadModel
from projections.paging import Condition
from projections.situations import SITUATIONS

Wanted: TypeAlias = Mapping[str, Sequence[str]]
"""By dimension the values of which each child has one."""
ValueHeld: TypeAlias = Callable[[str], Composable]
"""Returns the expression of the value that a child has in a dimension of an attribute."""

STAGES: Final = ("outside", "received", "in_care", NOTHING)
"""Stages of those who are counted by default: all who are cared for, in institutions or outside."""
BANDS: Final = SETS_OF_BANDS["national_system"]
COUNTED_ROWS: Final[Mapping[str, ReadModel[Any]]] = MappingProxyType(
    {"situations": SITUATIONS, "counted_values": COUNTED_VALUES}
)
"""The read models that are counted, by the names that statements have for them."""
SITUATION: Final = Identifier("situations")
_SQL: Final = queries.load_composable("projections", "child_counts.sql")


@dataclass(frozen=True, slots=True)
class Population:
    """Who is counted by what: the dimensions, the values that are asked for, and where age bands begin.

    `known` is the position as known at which it is asked, None for now. Without values of `stage` those
    count who are cared for (`STAGES`). `keyed` hashes terms, and is needed by what is sealed wholly alone.
    """

    by: Sequence[str] = ()
    where: Wanted = field(default_factory=dict)
    bands: tuple[int, ...] = BANDS
    known: int | None = None
    keyed: Callable[[str], bytes] | None = field(default=None, kw_only=True)

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
    def held(self) -> list[str]:
        """Those of them of which there are rows."""
        return [name for name, each in self.named.items() if each.has_rows]

    def kept_name(self, name: str) -> str:
        """Return by which name a dimension stands in the rows."""
        return name if DIMENSIONS[name].derived is None else kept_as(self._keyed, name)

    def kept_values(self, name: str, values: Iterable[str]) -> list[str]:
        """Return what stands in the rows for values of a dimension."""
        kept = {each: as_kept for as_kept, each in self._told_by(name).items()}
        return [kept.get(each, each) for each in values]

    def telling(self) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """Return what tells a cell by how its values are kept in the rows."""
        told_by = [self._told_by(name) for name in self.by]
        return lambda cell: tuple(of.get(each, each) for of, each in zip(told_by, cell, strict=True))

    def _told_by(self, name: str) -> Mapping[str, str]:
        dimension = DIMENSIONS[name]
        if dimension.derived is None or dimension.table is None:
            return {}
        return {kept_as(self._keyed, name, code): code for code in tables()[dimension.table].codes}

    @property
    def _keyed(self) -> Callable[[str], bytes]:
        assert self.keyed is not None, "what is sealed is counted by its terms"  # noqa: S101 - as is said above
        return self.keyed


def among(child: Composable, population: Population) -> Condition:
    """Return the condition that a child is one of those who are counted on `day`, whoever counts.

    The statement names the day so, and begins with the rows of then (`as_known`) of `COUNTED_ROWS`.
    """
    parts, day = CountedParts(population), SQL("%(day)s")
    on_day = parts.on_day(day, SQL("true"))
    return Condition(_SQL["of_child"].format(child=child, on_day=on_day), parts.parameters)


class CountedParts:
    """A population as parts of a statement, with their parameters."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.parameters: dict[str, Any] = {
            "stages": population.stages,
            **{
                f"where_{name}": population.kept_values(name, values)
                for name, values in population.where.items()
            },
        }

    @property
    def present(self) -> Composable:
        """Whether a child in a situation is at one of the stages that count."""
        # As they are, so that PostgreSQL knows how many these are.
        one = "situations.stage = ANY (%(stages)s)"
        return SQL(
            f"({one} OR situations.stage IS NULL)"
            if NOTHING in self.population.stages
            else f"({one} IS TRUE)"
        )

    def on_day(self, day: Composable, scope: Composable) -> Composable:
        """Those in scope who are counted on a day, as what stands after the columns of a SELECT."""
        counted = SQL(" AND ").join([self.present, scope, self.where(self.values(day))])
        return _SQL["on_day"].format(held=self.held(SQL("situations.child"), day), day=day, counted=counted)

    def held(self, child: Composable, day: Composable, but: Collection[str] = ()) -> Composable:
        """The joins of the values that a child has on a day."""
        return SQL("\n       ").join(
            _SQL["held"].format(
                of=of_dimension(name),
                child=child,
                dimension=Literal(self.population.kept_name(name)),
                day=day,
            )
            for name in self.population.held
            if name not in but
        )

    def values(
        self,
        day: Composable,
        held: ValueHeld | None = None,
        place: Identifier = SITUATION,
        born: Identifier = SITUATION,
    ) -> dict[str, Composable]:
        """Return the expressions of what is asked for, null where nothing holds.

        `place` has the columns of the situation, `born` those of the birth.
        """
        return {name: self._value(name, day, held or value_of, place, born) for name in self.population.named}

    def where(self, values: Mapping[str, Composable]) -> Composable:
        """Return the condition that a child has the values that are asked for."""
        conditions = [
            SQL("{} = ANY ({})").format(told(values[name]), SQL(f"%(where_{name})s"))
            for name in self.population.where
            if name in values
        ]
        return SQL(" AND ").join([SQL("true"), *conditions])

    def cell(self, columns: Mapping[str, Composable]) -> Composable:
        """Return the expression of the cell by the columns of what is counted by."""
        cell = SQL(", ").join(told(columns[name]) for name in self.population.by)
        return SQL("ARRAY[{}]::text[]").format(cell)

    def _value(
        self, name: str, day: Composable, held: ValueHeld, place: Identifier, born: Identifier
    ) -> Composable:
        dimension = DIMENSIONS[name]
        if name == AGE_BAND:
            return self._age_band(born, day)
        if dimension.column is None:
            return held(name)
        column = SQL("{}.{}").format(place, Identifier(dimension.column))
        return column if dimension.digits is None else SQL("left({}, {})").format(column, dimension.digits)

    def _age_band(self, born: Identifier, day: Composable) -> Composable:
        """Return the band of an age; of two births between which it lies, both must be in it."""
        first, until = (SQL("{}.{}").format(born, Identifier(each)) for each in ("birth_on", "birth_until"))
        (youngest_name, *names), bands = band_names(self.population.bands), self.population.bands[1:]

        def band(born_on: Composable, otherwise: str) -> Composable:
            reached = [
                SQL("WHEN {} + make_interval(years => {}) <= {} THEN {}").format(
                    born_on, Literal(years), day, Literal(name)
                )
                for years, name in reversed([*zip(bands, names, strict=True)])
            ]
            if not reached:
                return Literal(otherwise)
            return SQL("CASE {} ELSE {} END").format(SQL(" ").join(reached), Literal(otherwise))

        # Who may be born on any day long ago may be of any age.
        oldest = SQL("CASE WHEN {} IS NULL THEN {} ELSE {} END").format(
            first, Literal([youngest_name, *names][-1]), band(first, youngest_name)
        )
        return _SQL["age_band"].format(
            first=first, until=until, youngest=band(until, youngest_name), oldest=oldest
        )


def of_dimension(name: str) -> Identifier:
    """Return the name of the rows that say which value of a dimension a child has."""
    return Identifier(f"of_{name}")


def value_of(name: str) -> Composable:
    """Return the value of a dimension where its rows are joined."""
    return SQL("{}.value").format(of_dimension(name))


def told(value: Composable) -> Composable:
    """Return a value as a cell tells it."""
    return SQL("coalesce({}::text, {})").format(value, Literal(NOTHING))
