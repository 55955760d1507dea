"""Children of one family across files: who was too many (I10, I16), and who is still there (R-FOS-4).

A placement or an adoption is judged with the family's other children when it is recorded. History stands as
its papers tell, and late entries and corrections change what came before: so all of them are counted here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from domain.event import Category
from domain.events.adoption.other_children import adopted_children
from domain.events.foster.fostering import fostered_children, kept_children
from domain.file import File
from domain.judging import Judgement
from domain.room_in_family import ChildOfFamily
from domain.rulebook import Rulebook
from ledger.store import queries
from projections.findings import WITHHELD as FINDINGS
from projections.findings import Finding, against_entry
from projections.markers import Hashed, Internal
from projections.model import ReadModel, RowContext
from projections.withholding import Withholding, listed

BONDS: Final[Mapping[str, Callable[[File, Rulebook], Iterator[ChildOfFamily]]]] = MappingProxyType(
    {"adopted": adopted_children, "fostered": fostered_children, "kept": kept_children}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyChild(Finding):
    """One child of a family, as what is found where the family has too many children of the same bond.

    The family has the child from `found_on` to `kept_until`. Of the bond `kept` that is found once the family
    fosters no more, as its own file tells; of the others there may be `others`, None where the law sets
    no number, and `later` of them that came after `asked_on`.
    """

    bond: Annotated[str, Internal()]
    family: Annotated[str, Hashed()]
    kept_until: Annotated[date, Internal()]
    others: Annotated[int | None, Internal()]
    later: Annotated[int | None, Internal()]
    asked_on: Annotated[date, Internal()]


WITHHELD: Final = Withholding(FINDINGS.table, FamilyChild, ("bond", "family", "found_on", "entries"))
"""The rows are opened as the findings that they are."""
_SQL: Final = queries.load_composable("projections", "family_children.sql")


def family_children_of(file: File, child: UUID, rulebook: Rulebook) -> Iterator[FamilyChild]:
    """Yield each family that has or had the child, where it is known."""
    for bond, children_of in BONDS.items():
        for each in children_of(file, rulebook):
            yield _row(child, bond, each, rulebook)


def _row(child: UUID, bond: str, of_family: ChildOfFamily, rulebook: Rulebook) -> FamilyChild:
    entry, claim, against = of_family.entry, of_family.entry.exception, of_family.against
    rule = rulebook[against.rule].on(entry.days.last, entry.region)
    found = against_entry(Judgement(rule, entry, against.resting(entry.event.sealed)), child)
    # Of an exception to this very rule the file's own findings tell.
    room = None if claim is not None and claim.rule == rule.id else of_family.room
    values = {spec.name: getattr(found, spec.name) for spec in fields(Finding)}
    return FamilyChild(
        **{**values, "found_on": of_family.since},
        bond=bond,
        family=str(of_family.family),
        kept_until=of_family.until,
        others=None if room is None else room.others,
        later=None if room is None else room.later,
        asked_on=date.min if room is None else room.asked_on,
    )


def rows(file: File, reading: RowContext) -> Iterator[FamilyChild]:
    """Yield one row per family that has or had the child."""
    return WITHHELD.rows(family_children_of(file, reading.stream, reading.rulebook), reading.seal)


FAMILY_CHILDREN: Final = ReadModel("family_children", FamilyChild, rows, WITHHELD.opened)


async def too_many_for_families(
    connection: AsyncConnection[Any], child: UUID, day: date, sees: Collection[Category]
) -> list[set[Category]]:
    """Return, of each time that a child was one too many for a family by a day, what that rests on."""
    counting = _SQL["counted"].format(against=_SQL["against"], closed=_SQL["closed"])
    cursor = await connection.execute(counting, {"child": child, "day": day, "sees": listed(sees)})
    return [set(map(Category, rests_on)) for (rests_on,) in await cursor.fetchall()]
