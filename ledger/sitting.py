"""What is taken in together: judged by the same files, in turn or at once, each with its outcome."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.file import File
from domain.rulebook import Rulebook
from ledger.candidates import Candidate, Check, judge_in_turn, judge_together
from ledger.possible import tried
from ledger.recording import Denied, Outcome, Refused, StaleVersion, Withheld


@dataclass(slots=True)
class Sitting:
    """What is taken in together: what waits for its outcome, the files it is judged by, and the outcomes."""

    pending: list[Candidate]
    today: date
    atomic: bool
    bulk: bool
    fresh: bool
    """Whether the files have been read afresh."""
    checked: Check
    files: dict[UUID, File] = field(default_factory=dict)
    rulebooks: dict[UUID, Rulebook] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def judge(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Return those that may be recorded, placed behind their files' versions."""
        groups: dict[UUID, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            file, recording = self.files[candidate.stream], candidate.recording
            if recording.expected in {None, file.version}:
                groups[candidate.stream].append(candidate)
            else:
                candidate.denied, candidate.judgements = self.checked(file, recording), ()
        judge_group = judge_together if self.atomic or self.bulk else judge_in_turn
        return [
            candidate
            for stream, group in groups.items()
            for candidate in judge_group(
                self.files[stream], group, self.rulebooks[stream], self.today, self.checked
            )
        ]

    def turn_away(self, candidate: Candidate) -> None:
        """Say why a candidate is not recorded: its recorder may not, rules refuse it, or its file moved."""
        file, rulebook = self.files[candidate.stream], self.rulebooks[candidate.stream]
        outcome: Outcome = StaleVersion(file.version)
        if candidate.denied is not None:
            outcome = Denied(candidate.denied)
        elif candidate.refused:
            first = candidate.entries[0]
            outcome = Refused(candidate.judgements, tried(file, rulebook, self.today, first))
        self.outcomes[candidate.number] = outcome

    def end(self) -> None:
        """Withhold what still waits, where one of all or nothing has failed."""
        for candidate in self.pending:
            self.outcomes.setdefault(candidate.number, Withheld())
        self.pending = []
