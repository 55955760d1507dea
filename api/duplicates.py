"""Who in the register may be the child that a file is about to be opened for."""

from collections.abc import Iterable
from typing import Final

from api.contract import FindingAnswer
from api.question import Asking
from domain.event import Category, known
from domain.events.intake import IdentityRecorded
from domain.when import LAST_DAY, Days
from ledger.recording import Draft
from projections.paging import MOST
from projections.register import ListedOnDay, register
from projections.search import whole_name

RULE: Final = "R-INT-5"
_SEXES: Final = frozenset({"1", "2"})


async def possible_duplicates(own: Asking, drafts: Iterable[Draft]) -> list[FindingAnswer]:
    """Return those within the caller's scope who ever had that name and may have that birth and sex."""
    alike: dict[object, ListedOnDay] = {}
    for draft in drafts:
        if isinstance(draft.event, IdentityRecorded):
            rows = await _named_like(own, draft.event)
            alike |= {row.child: row for row in rows if _may_be(row, draft.event)}
    await own.note(dict.fromkeys((row.child for row in alike.values()), (Category.IDENTITY,)), "duplicates")
    rule = own.ledger.rulebook[RULE]
    return [
        {
            "child": row.child,
            "rule": rule.id,
            "kind": "possible_duplicate",
            "on": own.today,
            "entries": [],
            "zh": rule.zh,
            "en": rule.en,
            "source": rule.source,
            "rests_on": [Category.IDENTITY],
        }
        for row in alike.values()
    ]


async def _named_like(own: Asking, identity: IdentityRecorded) -> list[ListedOnDay]:
    name = known(identity.name)
    if name is None:
        return []
    terms = [own.ledger.keys.term(whole_name(name))]
    async with own.house.projector.reading() as connection:
        page = await register(
            connection, own.scope, day=own.today, sees=own.sees, equal={}, terms=terms, limit=MOST
        )
    return page.rows


def _may_be(row: ListedOnDay, identity: IdentityRecorded) -> bool:
    born, sex = identity.born, known(identity.sex)
    other = Days(row.birth_on, row.birth_until or LAST_DAY)
    overlaps = born is None or (born.earliest <= other.last and other.earliest <= born.last)
    return overlaps and (row.sex == sex or not {row.sex, sex} <= _SEXES)
