"""Which events are possible instead of what was refused: those that mend what it breaks."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from domain.event import CATALOGUE, Category
from domain.rulebook import Rule


def cures(broken: Iterable[Rule], sees: AbstractSet[Category]) -> tuple[str, ...]:
    """Return the types of event that mend a breach of these rules, in the order of life.

    Left out is what is sealed under another category than the actor `sees`, who cannot record it.
    """
    named = {kind for rule in broken for kind in rule.cured_by}
    return tuple(name for name, kind in CATALOGUE.items() if name in named and kind.seals in sees)
