"""What must be handed over with a child, in the form of answers (domain.md 4.1 A13)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.masking import PersonalValue, Restricted, restricted
from domain.event import Category
from domain.events.transfer.checklist import ToHandOver


class ToHandOverAnswer(TypedDict):
    """One kind of thing that goes with the child: whether it is here, where, and the entries that say so.

    `held` is null where nothing that is recorded can tell.
    """

    item: str
    item_zh: str
    item_en: str
    held: bool | Restricted | None
    location: PersonalValue
    evidence: list[UUID]


class HandOverChecklistAnswer(TypedDict):
    """The checklist of a child on a day, as known at a position; there is no next page."""

    child: UUID
    as_of: date
    known_position: int
    items: list[ToHandOverAnswer]
    next: None


def to_hand_over_json(line: ToHandOver, sees: AbstractSet[Category]) -> ToHandOverAnswer:
    """Return one line of the checklist for an actor who sees these categories."""
    hidden = sorted(sealed_of([line]) - sees)
    answer: ToHandOverAnswer = {
        "item": line.item,
        "item_zh": line.label.zh,
        "item_en": line.label.en,
        "held": line.held,
        "location": line.location,
        "evidence": [each.entry_id for each in line.entries],
    }
    mask: Any = restricted(hidden[0]) if hidden else None
    if mask is not None:
        answer |= {"held": mask, "location": mask, "evidence": []}
    elif Category.IDENTITY not in sees:
        masked: Any = restricted(Category.IDENTITY)
        answer["location"] = masked
    return answer


def sealed_of(lines: Sequence[ToHandOver]) -> set[Category]:
    """Return the categories that the entries of these lines reveal by being named."""
    return {Category(category) for line in lines for each in line.entries for category in each.event.sealed}
