"""The lives of the demonstration, each entry judged as it would be on being recorded."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from api.demo.life_building import LifeBuilder, Present
from api.demo.lives import recordings
from api.identity.permissions import Role
from domain.entry import Recorder
from domain.file import File
from domain.rulebook import Rulebook
from ledger.recording.candidates import Candidate, entry_ids, judge_in_turn
from tests.support.given import INSTITUTION, named


def told_on(today: date) -> list[File]:
    """Return the files of all lives on a day; no entry of them is refused."""
    scribe = LifeBuilder(
        named=named,
        institution=INSTITUTION,
        crew={
            role: Recorder(
                user=uuid5(INSTITUTION, role),
                role=role.value,
                institution=None if role is Role.TOWNSHIP else INSTITUTION,
            )
            for role in Role
        },
        stream_of=lambda file_no: uuid5(INSTITUTION, file_no),
    )
    files: dict[UUID, File] = {}
    recorded_at = datetime(today.year, today.month, today.day, 4, tzinfo=UTC)
    position = 0
    for recording in recordings(Present(today), scribe):
        assert recording.stream is not None
        file = files.setdefault(recording.stream, File(recording.stream))
        candidate = Candidate(0, recording, recording.stream, entry_ids(named, recording))
        assert judge_in_turn(file, [candidate], Rulebook.shipped(), today), [
            (judgement.rule.id, judgement.entry.type) for judgement in candidate.judgements
        ]
        for entry in candidate.entries:
            position += 1
            file.add(entry.recorded(position, recorded_at))
    return list(files.values())
