"""The other children whom the same adopters adopted, as the children's own files tell (I16)."""

from collections.abc import Iterator
from datetime import date
from typing import Final
from uuid import UUID

from domain.entry import Entry
from domain.event import Label, known
from domain.events.adoption.adopting import NO_LIMIT_OF_CHILDREN, Adopting, limit_of_children
from domain.events.adoption.dissolving import AdoptionDissolved, AdoptionRevoked
from domain.events.adoption.registration import AdoptionRegistered, adopting_of
from domain.file import File
from domain.life import STAGE, Life
from domain.refusal import Refusals, against, breach, uncertain
from domain.room_in_family import ChildOfFamily, Room
from domain.rulebook import Pack, Rulebook
from domain.when import LAST_DAY, day_before

RULE: Final = "I16"
ADOPTER_UNKNOWN: Final = Label(
    "收养人不详，无法核对其已收养的儿童",
    "whom the adopters adopted before is open, for nobody knows who they are",
)
TOO_MANY: Final = Label(
    "连同其他档案中已收养的儿童，子女数多于规定",
    "with those adopted as other files tell, the adopters have more children",
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
        adopting = adopting_of(registered, life)
        yield from adopting.but_of(NO_LIMIT_OF_CHILDREN, _beside(adopting, limit))


def adopted_children(file: File, rulebook: Rulebook) -> Iterator[ChildOfFamily]:
    """Yield every adoption of a file by an adopter who is known, to be counted with those of other files."""
    for registered in file.of(AdoptionRegistered):
        adopter = known(registered.event.adopter)
        if adopter is None:
            continue
        life = Life(file, registered.days.last, rulebook, but=registered, entry=registered)
        limit, adopting = limit_of_children(life), adopting_of(registered.event, life)
        too_many = breach(RULE, detail=TOO_MANY, by=limit)
        against = next(adopting.but_of(NO_LIMIT_OF_CHILDREN, iter((too_many,))), None)
        room = None if limit is None or against is None else _room(adopting, limit)
        since, until = registered.days.last, _last_day(file, registered)
        yield ChildOfFamily(registered, adopter, since, until, room, against or too_many)


def _last_day(file: File, registered: Entry[AdoptionRegistered]) -> date:
    """Return the last day on which the child is theirs."""
    since = registered.days.last
    over = [
        entry.days.last
        for kind in (AdoptionDissolved, AdoptionRevoked)
        for entry in file.of(kind)
        if entry.days.last >= since
    ]
    over += [again.days.last for again in file.of(AdoptionRegistered) if again.days.last > since]
    over += [span.since for span in file.spans(STAGE) if span.value == "died"]
    return day_before(min(over)) if over else LAST_DAY


def _beside(adopting: Adopting, limit: Pack) -> Refusals:
    if adopting.adopter is None:
        yield uncertain(RULE, detail=ADOPTER_UNKNOWN, by=limit)
        return
    read = adopting.life.beside(adopting.adopter, RULE)
    if read is None:
        return
    adopted = [each for each in (_adoption(other, adopting.adopter) for other in read[1]) if each is not None]
    room = _room(adopting, limit)
    since = [each for each in adopted if each.days.last > room.asked_on]
    if not room.lets(len(adopted), len(since)):
        children = max(len(adopted), room.others - room.later + len(since))
        detail = Label(
            f"连同已收养的{len(adopted)}名儿童，收养人有子女{children}名",
            f"with {len(adopted)} adopted already, the adopters have {children} children",
        )
        yield breach(RULE, detail=detail, by=limit)


def _room(adopting: Adopting, limit: Pack) -> Room:
    application = adopting.application()
    if application is None:
        return Room(limit.value, limit.value)
    stated = known(application.event.children_count) or 0
    return Room(limit.value, limit.value - stated, application.days.last)


def _adoption(other: Life, adopter: UUID) -> Entry[AdoptionRegistered] | None:
    """Return the registration by which another child is this adopter's on that day; None if it is not."""
    registered, stage = other.last(AdoptionRegistered), other.now(STAGE)
    if registered is None or known(registered.event.adopter) != adopter:
        return None
    ended = [other.last(AdoptionDissolved), other.last(AdoptionRevoked)]
    over = any(each is not None and each.days.last >= registered.days.last for each in ended)
    died = stage is not None and stage.held.value == "died"
    return None if over or died else registered
