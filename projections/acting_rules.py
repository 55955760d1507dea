"""Rows of lists by who must act on them: by their rule, and whether a place has the file in charge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from psycopg.sql import SQL, Identifier

from projections.paging import Condition
from projections.withholding import Withholding

DECIDED: Final = ("correction_unapproved", "exception_unapproved")
"""Kinds of findings that a second person clears by deciding."""
_PLACED: Final = SQL("register.institution IS NULL AND register.place IS NOT NULL")
_OF_RULE: Final = SQL(
    "CASE WHEN {placed} THEN {rows}.rule = ANY (%(acting_placed)s) ELSE {rows}.rule = ANY (%(acting)s) END"
)
_DECIDED: Final = SQL(
    "CASE WHEN {rows}.kind = ANY (%(decided)s)"
    " THEN CASE WHEN {placed} THEN %(decides_placed)s ELSE %(decides)s END ELSE {of_rule} END"
)


@dataclass(frozen=True, slots=True)
class ActingRules:
    """The rules on which somebody acts first, in files of institutions and in those of places (`placed`).

    `decides` and `decides_placed` say whether they are the first to decide on what waits for a second person.
    """

    rules: tuple[str, ...]
    placed: tuple[str, ...]
    decides: bool
    decides_placed: bool

    def condition(self, withheld: Withholding[Any], rows: str, keyed: Callable[[str], bytes]) -> Condition:
        """Return the condition that a row is one on which they act; `rows` is its name in the statement."""

        def either(column: str, values: Iterable[str]) -> list[str]:
            clear = [*values]
            return [*clear, *withheld.by_term(keyed, column, clear)]

        given: dict[str, Any] = {
            "acting": either("rule", self.rules),
            "acting_placed": either("rule", self.placed),
        }
        of_rule = _OF_RULE.format(placed=_PLACED, rows=Identifier(rows))
        if "kind" not in withheld.terms:
            return Condition(of_rule, given)
        given |= {
            "decided": either("kind", DECIDED),
            "decides": self.decides,
            "decides_placed": self.decides_placed,
        }
        return Condition(_DECIDED.format(rows=Identifier(rows), placed=_PLACED, of_rule=of_rule), given)
