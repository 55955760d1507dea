"""Recording of the fictional lives in a ledger, by the members of their institution."""

from collections.abc import Sequence
from datetime import date, datetime

from api.bootstrap import Container
from api.demo.life_building import LifeBuilder, Present
from api.demo.lives import recordings
from api.demo.members import demo_members
from api.demo.people import TOWNSHIP
from api.identity.directory import Institution
from api.identity.permissions import hindrance
from api.imports.streams import Streams
from domain.file import File
from ledger.ledger import Ledger
from ledger.recording.candidates import Check, allow_all
from ledger.recording.outcome import Hindrance, KeepsMoving, Outcome, Recorded, Refused
from ledger.recording.request import Recording


class RefusedLifeError(Exception):
    """A fictional life was not recorded: it breaks a rule without claiming so, or nobody's turn comes."""

    def __init__(self, recording: Recording, outcome: Outcome) -> None:
        rules = [each.rule.id for each in outcome.refusals] if isinstance(outcome, Refused) else []
        super().__init__(recording.key, recording.item, type(outcome).__name__, *rules)


async def record_lives(container: Container, institution: Institution, today: date, *, purpose: str) -> None:
    """Record every life, as of that day, by the members of a purpose; recorded lives stay unchanged.

    Raises RefusedLifeError.
    """
    members = await demo_members(container.identity, institution, purpose=purpose, township=TOWNSHIP)
    scribe = LifeBuilder(
        named=container.ledger.named,
        institution=institution.institution,
        crew={role: member.recorder for role, member in members.items()},
        stream_of=Streams(container.ledger, container.projector, institution.institution).new,
    )
    by_user = {member.user: member for member in members.values()}

    def checked(file: File, recording: Recording) -> Hindrance | None:
        return hindrance(
            by_user[recording.recorder.user],
            recording.drafts,
            file,
            today=today,
            kind=recording.kind,
            place=recording.region,
        )

    told = list(recordings(Present(today), scribe))
    families = [recording for recording in told if recording.kind == "family"]
    # A child is placed with a family that stands in its file already.
    for lives in (families, [recording for recording in told if recording.kind != "family"]):
        await record_in_turn(container.ledger, lives, now=container.clock(), checked=checked)


async def record_in_turn(
    ledger: Ledger, lives: Sequence[Recording], *, now: datetime, checked: Check = allow_all
) -> None:
    """Record lives in their order, again and again while some of them wait for others too long.

    Lives that name the same family take turns, and on a busy machine a turn may be long in coming.

    Raises RefusedLifeError, also if everybody waited and nothing was recorded.
    """
    waiting = list(lives)
    while waiting:
        outcomes = await ledger.record_all(waiting, now=now, checked=checked)
        for recording, outcome in zip(waiting, outcomes, strict=True):
            if not isinstance(outcome, Recorded | KeepsMoving):
                raise RefusedLifeError(recording, outcome)
        still = [
            each for each, outcome in zip(waiting, outcomes, strict=True) if isinstance(outcome, KeepsMoving)
        ]
        if len(still) == len(waiting):
            raise RefusedLifeError(still[0], KeepsMoving())
        waiting = still
