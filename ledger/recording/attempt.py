"""An attempt: candidates judged by the same files, in turn or together, each with its outcome."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from domain.event import Category
from domain.file import Beside, File
from domain.impact import NO_IMPACT, impact
from domain.joined_files import whole
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.recording.candidates import Candidate, Check, denied, judge_in_turn, judge_together
from ledger.recording.outcome import Denied, Outcome, Refused, Rehearsal, Rehearsed, StaleVersion, Withheld


@dataclass(slots=True)
class Attempt:
    """The pending candidates of an attempt, the files they are judged by, and the outcomes so far."""

    pending: list[Candidate]
    today: date
    atomic: bool
    bulk: bool
    fresh: bool
    """Whether the files were read from the ledger, not from the cache."""
    checked: Check
    files: dict[UUID, File] = field(default_factory=dict)
    rulebooks: dict[UUID, Rulebook] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    identified: dict[UUID, File] = field(default_factory=dict)
    """The files that the ids in the drafts are of."""
    naming: dict[UUID, list[UUID]] = field(default_factory=dict)
    """The streams of the appends that name something, by the kept names of the candidates."""
    others: dict[UUID, File] = field(default_factory=dict)
    """The files of what they name, and the files of these streams."""
    rehearsed_files: dict[UUID, File] = field(default_factory=dict)
    """The files as they would be after the candidates rehearsed so far."""

    def judge(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Return the candidates that may be recorded, placed after their files' versions."""
        groups: dict[UUID, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            file, recording = self.files[candidate.stream], candidate.recording
            if recording.expected in {None, file.version}:
                groups[candidate.stream].append(candidate)
            else:
                candidate.denied, candidate.judgements = denied(self.checked, file, recording), ()
        judge_group = judge_together if self.atomic or self.bulk else judge_in_turn
        trials = self._trials(groups) if self.atomic else {}
        # Copying a file of some thousand entries takes as long as judging one.
        asked = any(candidate.asked for candidate in self.pending)
        ahead = _Ahead()
        recordable: list[Candidate] = []
        for stream, group in groups.items():
            accepted = judge_group(
                self.files[stream],
                group,
                self.rulebooks[stream],
                self.today,
                self.checked,
                identified=self.identified,
                beside=self._beside(stream, group, trials, ahead),
            )
            if asked and not self.atomic:
                trials[stream] = self.files[stream].extended(
                    [entry for candidate in accepted for entry in candidate.entries]
                )
            recordable += accepted
        return recordable

    def _trials(self, groups: Mapping[UUID, Iterable[Candidate]]) -> dict[UUID, File]:
        """Return the files with all candidates folded in: what is recorded together is judged together."""
        trials = {}
        for stream, group in groups.items():
            trials[stream] = trial = self.files[stream].copy()
            for candidate in group:
                candidate.place(trial)
                for entry in candidate.entries:
                    trial.add(entry)
        return trials

    def _beside(
        self, stream: UUID, group: Iterable[Candidate], trials: Mapping[UUID, File], ahead: "_Ahead"
    ) -> dict[UUID, Beside]:
        """Return what the candidates of one file name and who names the same; set what they have read.

        A file in another's charge, with who names it, is judged as one that is not there, so that no refusal
        tells of it.
        `trials` are the files as they would be after other candidates, which may name the same; `ahead` are
        those that the same transaction appends before, if it appends all or nothing.
        """
        beside: dict[UUID, Beside] = {}
        for candidate in group:
            reads: dict[UUID, int] = {}
            read: dict[UUID, Beside] = {}
            for name in candidate.asked:
                named = self.naming.get(name, [])
                own = self.others.get(name) or File(name)
                if name != stream:
                    reads[name] = own.version + ahead.entries[name] + len(named) + ahead.names[name]
                pending = (each.stream for each in self.pending if name in each.names)
                streams = dict.fromkeys([*named, *(each for each in pending if each in trials)])
                streams.pop(stream, None)
                for each in streams.keys() & self.others.keys():
                    reads[each] = self.others[each].version + ahead.entries[each]
                files = (trials.get(each) or self.others[each] for each in streams)
                named_file = trials.get(name) or own
                theirs = named_file.entries and not _of_recorder(named_file, candidate)
                read[name] = Beside(File(name), ()) if theirs else Beside(named_file, tuple(files))
            own_name = {stream: stream, **candidate.named}
            beside |= {name: read[kept] for name, kept in own_name.items() if kept in read}
            candidate.reads = tuple(reads.items())
            if self.atomic:
                ahead.entries[candidate.stream] += len(candidate.ids)
                ahead.names.update(candidate.names)
        return beside

    def reject(self, candidate: Candidate) -> None:
        """Set a rejected candidate's outcome: its recorder may not, rules refuse it, or its file moved."""
        outcome: Outcome = StaleVersion(self.files[candidate.stream].version)
        if candidate.denied is not None:
            outcome = candidate.denied
        elif candidate.refused:
            outcome = Refused(candidate.judgements, candidate.ids)
        self.outcomes[candidate.number] = outcome

    def end(self) -> None:
        """Withhold the pending candidates, after one of all or nothing failed."""
        for candidate in self.pending:
            self.outcomes.setdefault(candidate.number, Withheld())
        self.pending = []

    def rehearsed(
        self,
        candidate: Candidate,
        recordable: AbstractSet[Candidate],
        now: datetime,
        sees: AbstractSet[Category],
    ) -> Rehearsed:
        """Return the rehearsal of a candidate after those before it; `recordable` are the accepted ones."""
        if candidate not in recordable:
            self.reject(candidate)
            return _rejected(self.outcomes[candidate.number])
        if self.atomic and len(recordable) < len(self.pending):
            return Withheld()
        stream = candidate.stream
        before = self.rehearsed_files.get(stream, self.files[stream])
        after = whole(before.extended(candidate.recorded(before.position, now)), self.others)
        self.rehearsed_files[stream] = after
        changes = impact(before, after, self.rulebooks[stream], self.today, sees)
        return Rehearsal(candidate.judgements, changes, candidate.ids)


def _of_recorder(file: File, candidate: Candidate) -> bool:
    """Whether a file is in the charge of the institution that a candidate is recorded for."""
    return scope_of(file).institution == candidate.recording.recorded_by.institution


@dataclass(slots=True)
class _Ahead:
    """What a transaction appends before an append: entries by stream, and how often a name is named."""

    entries: Counter[UUID] = field(default_factory=Counter)
    names: Counter[UUID] = field(default_factory=Counter)


def _rejected(outcome: Outcome) -> Rehearsed:
    match outcome:
        case Refused():
            return Rehearsal(outcome.judgements, NO_IMPACT, outcome.entries)
        case Denied() | StaleVersion():
            return outcome
        case _:
            message = f"nobody is turned away by {type(outcome).__name__}"
            raise ValueError(message)
