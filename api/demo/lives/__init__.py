"""Lives by subject, with all that the sheets of a register cannot express.

Together they show every event, every stage, every state of an obligation, every answer of every gate, and
every rule that can apply: tests verify each.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from api.demo.life_building import LifeBuilder, Present, Teller
from api.demo.lives.applying_for_help import APPLYING_FOR_HELP
from api.demo.lives.arriving import ARRIVING
from api.demo.lives.as_found import AS_FOUND
from api.demo.lives.being_well import BEING_WELL
from api.demo.lives.coming import COMING
from api.demo.lives.deciding import DECIDING
from api.demo.lives.entitled import ENTITLED
from api.demo.lives.falling_ill import FALLING_ILL
from api.demo.lives.finding_a_family import FINDING_A_FAMILY
from api.demo.lives.fostering_out import FOSTERING_OUT
from api.demo.lives.going_back import GOING_BACK
from api.demo.lives.growing_up import GROWING_UP
from api.demo.lives.keeping_a_family import KEEPING_A_FAMILY
from api.demo.lives.keeping_house import keeps_house
from api.demo.lives.keeping_times import KEEPING_TIMES
from api.demo.lives.learning import LEARNING
from api.demo.lives.leaving_care import LEAVING_CARE
from api.demo.lives.moving import MOVING
from api.demo.lives.outside import KNOWN_TO_THE_TOWNSHIP, OUTSIDE
from api.demo.lives.searching import SEARCHING
from api.identity.permissions import Role
from ledger.recording.request import Recording

LIVES: Final[tuple[Teller, ...]] = (
    *COMING,
    *SEARCHING,
    *LEARNING,
    *FINDING_A_FAMILY,
    *GROWING_UP,
    *LEAVING_CARE,
    *DECIDING,
    *AS_FOUND,
    *KEEPING_TIMES,
    *FALLING_ILL,
    *ENTITLED,
    *ARRIVING,
    *BEING_WELL,
    *MOVING,
    *FOSTERING_OUT,
    *OUTSIDE,
    *KEEPING_A_FAMILY,
    *GOING_BACK,
    *APPLYING_FOR_HELP,
    *KNOWN_TO_THE_TOWNSHIP,
)
FIRST_NUMBER: Final = 3001


def recordings(present: Present, scribe: LifeBuilder) -> Iterator[Recording]:
    """Yield the recordings of every life, one after the other, and last of what the institution did."""
    for number, life in enumerate(LIVES, FIRST_NUMBER):
        dated = replace(
            present, file_no=f"XH{number}", institution=scribe.institution, stream_of=scribe.stream_of
        )
        yield from scribe.recordings(dated.file_no, life(dated))
    house = keeps_house(present, scribe.crew[Role.SUPERVISOR].user)
    yield from scribe.recordings("institution", house, kind="institution")
