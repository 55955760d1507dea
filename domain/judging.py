"""Judging: what stands against an entry, when it comes in and ever after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from domain.codes import tables
from domain.entry import AS_FOUND, AnyEntry
from domain.event import Event, Label, Part, chapter, fields_of, known
from domain.events.departure import ChildDied
from domain.events.record import ExceptionApproved
from domain.file import File, amended
from domain.life import BIRTH, Life, over_time
from domain.refusal import Refusal, breach, no_evidence
from domain.rulebook import Rule, Rulebook
from domain.when import day_after

FindingKind: TypeAlias = Literal[
    "breach",
    "no_evidence",
    "exception_unapproved",
    "uncertain",
    "listed_twice",
    "possible_duplicate",
    "number_as_written",
]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One rule that speaks against one entry; `excused` when the recorder claims an exception to it."""

    rule: Rule
    entry: AnyEntry
    refusal: Refusal
    excused: bool = False

    @property
    def refuses(self) -> bool:
        """Whether the entry cannot be recorded: always what is impossible; what is forbidden unless as found."""
        if self.rule.strength == "impossible":
            return True
        settled = self.refusal.kind != "uncertain" and not self.excused
        return self.rule.refuses and settled and self.entry.origin not in AS_FOUND


def judge(file: File, entry: AnyEntry, rulebook: Rulebook, today: date) -> list[Judgement]:
    """Everything that speaks against an entry, which `file` already holds together with its companions.

    It is judged on its own day, with all of that day counted but itself. Where its day is an interval,
    what is broken throughout counts, and what is broken on some of its days is uncertain.
    """
    found = [*_impossible(entry, today), *entry.event.impossible(entry)]
    if not found:
        found = _forbidden(file, entry, rulebook)
    claimed = entry.exception.rule if entry.exception else None
    return [
        Judgement(rulebook[refusal.rule], entry, refusal, excused=refusal.rule == claimed)
        for refusal in found
    ]


def findings(file: File, rulebook: Rulebook) -> Iterator[Judgement]:
    """The same judgement repeated over a whole file, as known now, without what a second person approved."""
    approved = {entry.event.entry for entry in file.of(ExceptionApproved)}
    for original_id in file.entries:
        entry = file.effective(original_id)
        if entry is None or entry.recorded_at is None:
            continue
        for judgement in judge(file, entry, rulebook, entry.recorded_at.date()):
            if not (judgement.excused and {original_id, entry.entry_id} & approved):
                yield judgement


def _forbidden(file: File, entry: AnyEntry, rulebook: Rulebook) -> list[Refusal]:
    first = entry.days.first
    if first is None:
        first = min(
            (other.days.first or other.days.last for other in file.standing()),
            default=entry.days.last,
        )
    answers = [
        answer
        for _, _, answer in over_time(
            file,
            rulebook,
            _ask,
            min(first, entry.days.last),
            entry.days.last,
            entry=entry,
        )
    ]
    throughout = set(answers[0]).intersection(*answers[1:])
    sometimes = set().union(*answers) - throughout
    broken = {refusal.rule for refusal in throughout}
    doubtful = [
        Refusal(refusal.rule, "uncertain", refusal.evidence, refusal.detail)
        for refusal in sorted(sometimes, key=lambda refusal: refusal.rule)
        if refusal.rule not in broken
    ]
    return [*(refusal for refusal in answers[-1] if refusal in throughout), *doubtful]


def _ask(life: Life) -> tuple[Refusal, ...]:
    if life.entry is None:
        return ()
    return (*_everywhere(life, life.entry), *life.entry.event.refusals(life))


def _everywhere(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """What holds for every event: nothing before birth, and little after death."""
    died = life.last(ChildDied)
    after_death = died is not None and life.reached(day_after(died.days.last))
    if after_death and chapter(type(entry.event)) not in {"departure", "record"}:
        yield breach("E06", died)
    birth = life.now(BIRTH)
    if birth is not None and birth.held.value is not None and entry.kind == "child":
        born = birth.held.value
        if born.first is not None and not life.reached(born.first):
            yield breach("E07", birth.entry)
    for spec in fields_of(type(entry.event)):
        value = getattr(entry.event, spec.name)
        if spec.refers is not None and isinstance(value, UUID):
            target = life.file.effective(value)
            if target is None or target.type != spec.refers.type:
                yield no_evidence(spec.refers.rule, detail=spec.label)


def _impossible(entry: AnyEntry, today: date) -> Iterator[Refusal]:
    if entry.days.earliest > entry.days.last:
        yield breach("E01")
    if entry.days.first is not None and entry.days.first > today:
        yield breach("E02")
    if entry.event.kind != entry.kind:
        yield breach("E08")
    for label, table, code in _codes(entry.event):
        if code not in tables()[table].codes:
            yield breach("E03", detail=label)
    for document in entry.documents:
        if document.kind not in tables()["document_kind"].codes:
            yield breach("E03", detail=Label("材料种类", "Kind of document"))


def _codes(part: Event | Part) -> Iterator[tuple[Label, str, str]]:
    for spec in fields_of(type(part)):
        value = known(getattr(part, spec.name))
        values = value if isinstance(value, tuple) else (value,)
        for item in values:
            if isinstance(item, Part):
                yield from _codes(item)
            elif spec.code is not None and isinstance(item, str):
                yield spec.label, spec.code.table, item


def retyped(file: File, entry: AnyEntry) -> bool:
    """Whether an entry says that it corrects something which is not there or is of another type."""
    target = amended(entry)
    if target is None:
        return False
    original = file.entries.get(target)
    return original is None or (entry.corrects is not None and original.type != entry.type)
