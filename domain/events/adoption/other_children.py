"""The other children whom the same adopters adopted, as the children's own files tell (I16)."""

from typing import Final
from uuid import UUID

from domain.entry import Entry
from domain.event import Label, known
from domain.events.adoption.adopting import NO_LIMIT_OF_CHILDREN, Adopting, limit_of_children
from domain.events.adoption.dissolving import AdoptionDissolved, AdoptionRevoked
from domain.events.adoption.registration import AdoptionRegistered, adopting_of
from domain.life import STAGE, Life
from domain.refusal import Refusals, against, breach, uncertain
from domain.rulebook import Pack

ADOPTER_UNKNOWN: Final = Label(
    "收养人不详，无法核对其已收养的儿童",
    "whom the adopters adopted before is open, for nobody knows who they are",
)


@against(AdoptionRegistered)
def adopted_before(registered: AdoptionRegistered, life: Life) -> Refusals:
    """I16: with whom they adopted before, the adopters have no more children than the law lets them have.

    Their application says how many they have. Whoever was adopted after it counts beside these, and all that
    were adopted count where it says fewer. That is judged when the adoption is recorded, with the files that
    name the same adopters.
    """
    limit = limit_of_children(life)
    if limit is not None:
        room = _room(adopting_of(registered, life), limit)
        yield from adopting_of(registered, life).but_of(NO_LIMIT_OF_CHILDREN, room)


def _room(adopting: Adopting, limit: Pack) -> Refusals:
    if adopting.adopter is None:
        yield uncertain("I16", detail=ADOPTER_UNKNOWN, by=limit)
        return
    read = adopting.life.beside(adopting.adopter)
    if read is None:
        return
    adopted = [each for each in (_adoption(other, adopting.adopter) for other in read[1]) if each is not None]
    application = adopting.application()
    stated = 0 if application is None else known(application.event.children_count) or 0
    since = [each for each in adopted if application is None or each.days.last > application.days.last]
    children = max(len(adopted), stated + len(since))
    if adopted and stated <= limit.value < children:
        detail = Label(
            f"连同已收养的{len(adopted)}名儿童，收养人有子女{children}名",
            f"with {len(adopted)} adopted already, the adopters have {children} children",
        )
        yield breach("I16", detail=detail, by=limit)


def _adoption(other: Life, adopter: UUID) -> Entry[AdoptionRegistered] | None:
    """Return the registration by which another child is this adopter's on that day; None if it is not."""
    registered, stage = other.last(AdoptionRegistered), other.now(STAGE)
    if registered is None or known(registered.event.adopter) != adopter:
        return None
    ended = [other.last(AdoptionDissolved), other.last(AdoptionRevoked)]
    over = any(each is not None and each.days.last >= registered.days.last for each in ended)
    died = stage is not None and stage.held.value == "died"
    return None if over or died else registered
