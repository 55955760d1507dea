"""Rows of lists by who must act on them: by their rule, and whether a place has the file in charge."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Placeholder

from projections.paging import Condition
from projections.withholding import Withholding

DECIDED: Final = ("correction_unapproved", "exception_unapproved")
"""Kinds of findings that a second person clears by deciding."""
_PLACED: Final = SQL("register.institution IS NULL AND register.place IS NOT NULL")
_OF_RULE: Final = SQL(
    "CASE WHEN {placed} THEN {rows}.rule = ANY ({acting_placed}) ELSE {rows}.rule = ANY ({acting}) END"
)
_DECIDED: Final = SQL(
    "CASE WHEN {rows}.kind = ANY (%(decided)s)"
    " THEN CASE WHEN {placed} THEN %(decides_placed)s ELSE %(decides)s END ELSE {of_rule} END"
)


_IN_CHARGE: Final = SQL("register.institution = %(acting_institution)s")
_IN_PLACES: Final = SQL("register.institution IS NULL AND starts_with(register.place, %(acting_places)s)")


@dataclass(frozen=True, slots=True)
class Charge:
    """The files in which a person acts: of an institution, or of places whose codes begin so; or none."""

    institution: UUID | None
    places: str | None

    @property
    def condition(self) -> Condition:
        """The condition that a file is among them, by its row in the register."""
        if self.institution is not None:
            return Condition(_IN_CHARGE, {"acting_institution": self.institution})
        if self.places is not None:
            return Condition(_IN_PLACES, {"acting_places": self.places})
        return Condition(SQL("false"), {})


@dataclass(frozen=True, slots=True)
class ActingRules:
    """The rules on which a role acts first, in files of institutions and in those of places (`placed`).

    `decides` and `decides_placed` say whether they are the first to decide on what waits for a second person.
    `charge` are the files in which a person acts; None are all, as of a role.

    Of a person whom an institution made responsible they are all those for which that person answers: `parts`
    are these parts of its work, None for a role. `told` is the condition of what was escalated to them.
    """

    role: str | None
    rules: tuple[str, ...]
    placed: tuple[str, ...]
    decides: bool
    decides_placed: bool
    charge: Charge | None = None
    parts: tuple[str, ...] | None = None
    told: Condition | None = field(default=None, repr=False)

    def on_rule(self, rule: str) -> Condition:
        """Return the condition that they act first on a rule in a file, by its row in the register."""
        return self._either(own=rule in self.rules, of_place=rule in self.placed)

    def on_gate(self, rules: Mapping[int, str], first: Composable) -> Condition:
        """Return the condition that they act first on the rule of a gate, by the number of that gate."""

        def of(own: Iterable[str]) -> list[int]:
            named = {*own}
            return [number for number, rule in rules.items() if rule in named]

        chosen = SQL(
            "{first} = ANY (CASE WHEN {placed} THEN %(acts_placed)s::integer[] ELSE %(acts)s::integer[] END)"
        )
        given = {"acts": of(self.rules), "acts_placed": of(self.placed)}
        return self.within(Condition(chosen.format(first=first, placed=_PLACED), given))

    def deciding(self) -> Condition:
        """Return the condition that they decide first in a file, by its row in the register."""
        return self._either(own=self.decides, of_place=self.decides_placed)

    def _either(self, *, own: bool, of_place: bool) -> Condition:
        chosen = SQL("CASE WHEN {placed} THEN %(acts_placed)s ELSE %(acts)s END").format(placed=_PLACED)
        return self.within(Condition(chosen, {"acts": own, "acts_placed": of_place}))

    def within(self, condition: Condition) -> Condition:
        """Return a condition on a file that holds in the files in which they act alone."""
        if self.charge is None:
            return condition
        own = self.charge.condition
        both = SQL("{} AND {}").format(condition.sql, own.sql)
        return Condition(both, {**condition.parameters, **own.parameters})

    def condition(self, withheld: Withholding[Any], rows: str, keyed: Callable[[str], bytes]) -> Condition:
        """Return the condition that a row is one on which they act; `rows` is its name in the statement.

        Its parameters are named after `rows`, so that one statement asks several tables.
        """

        def either(column: str, values: Iterable[str]) -> list[str]:
            clear = [*values]
            return [*clear, *withheld.by_term(keyed, column, clear)]

        given: dict[str, Any] = {
            f"{rows}_acting": either("rule", self.rules),
            f"{rows}_acting_placed": either("rule", self.placed),
        }
        named = {
            "placed": _PLACED,
            "rows": Identifier(rows),
            "acting": Placeholder(f"{rows}_acting"),
            "acting_placed": Placeholder(f"{rows}_acting_placed"),
        }
        of_rule: Composable = _OF_RULE.format(**named)
        if self.told is not None:
            of_rule = SQL("({} OR ({}))").format(of_rule, self.told.sql)
            given |= self.told.parameters
        if "kind" not in withheld.terms:
            return self.within(Condition(of_rule, given))
        given |= {
            "decided": either("kind", DECIDED),
            "decides": self.decides,
            "decides_placed": self.decides_placed,
        }
        decided = _DECIDED.format(rows=Identifier(rows), placed=_PLACED, of_rule=of_rule)
        return self.within(Condition(decided, given))
