"""Recording of the fictional lives in a ledger, by the members of their institution."""

from collections.abc import Sequence
from datetime import date

from api.bootstrap import Container
from api.demo.life_building import LifeBuilder, Present
from api.demo.lives import recordings
from api.demo.members import demo_members
from api.demo.people import TOWNSHIP
from api.identity.directory import Institution
from api.identity.permissions import hindrance
from api.imports.streams import Streams
from domain.file import File
from ledger.recording.candidates import Check
from ledger.recording.outcome import Hindrance, Recorded
from ledger.recording.request import Recording


class RefusedLifeError(Exception):
    """A fictional life broke a rule without claiming so: life and rulebook are inconsistent."""


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
        await _record(container, lives, checked)


async def _record(container: Container, lives: Sequence[Recording], checked: Check) -> None:
    outcomes = await container.ledger.record_all(lives, now=container.clock(), checked=checked)
    for recording, outcome in zip(lives, outcomes, strict=True):
        if not isinstance(outcome, Recorded):
            raise RefusedLifeError(recording.key)
