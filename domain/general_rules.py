"""The general rules: what stands against an entry in any file, beside what its event says of itself."""

from collections.abc import Iterator
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Event, Label, chapter, fields_with
from domain.events.case import CHAPTERS_AFTER, KINDS_AFTER
from domain.events.departure import death
from domain.happening_twice import told_before
from domain.identified import other_id_asked
from domain.life import BIRTH, CASE_CLOSED, GONE, STAGE, Life
from domain.refusal import FURTHER, Refusal, breach, no_evidence
from domain.when import day_after


def refusals_of(entry: AnyEntry, life: Life) -> Iterator[Refusal]:
    """Yield what stands against the entry of a life, by general rules, by its event and by further ones."""
    yield from _everywhere(life, entry)
    event = entry.event
    yield from event.refusals(life)
    for further in FURTHER.get(type(event), ()):
        yield from further(event, life)


def _everywhere(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Yield what the general rules say: nothing before birth, nothing after what ended it, nothing twice."""
    yield from _ended(life, entry)
    yield from _after_closing(life, entry)
    yield from _before_it(life, entry.event)
    yield from _again(life, entry)
    birth = life.now(BIRTH)
    if birth is not None and birth.held.value is not None and entry.kind == "child":
        born = birth.held.value
        if born.first is not None and not life.reached(born.first):
            yield breach("E07", birth.entry)
    for spec in fields_with(type(entry.event), "refers"):
        if spec.refers is not None and isinstance(value := getattr(entry.event, spec.name), UUID):
            target = life.effective(value)
            if target is None or target.type != spec.refers.type:
                absent = Label(f"{spec.label.zh}不在本档案中", f"{spec.label.en}: not in this file")
                why = absent if target is None else other_id_asked(spec)
                yield no_evidence(spec.refers.rule, detail=why, at=f"/data/{spec.name}")


def _before_it(life: Life, event: Event) -> Iterator[Refusal]:
    """Yield that what an event follows comes after it (E14), or that what it presupposes is missing (E16)."""
    presupposed, followed = event.presupposes(), event.follows()
    for before in (presupposed, followed):
        if not before or any(life.last(kind) for kind in before):
            continue
        ahead = next(filter(None, map(life.ahead, before)), None)
        if ahead is not None:
            yield breach("E14", ahead, detail=ahead.event.label)
        elif before is presupposed and not any(map(life.perhaps, before)):
            named = [kind.label for kind in before]
            missing = Label("、".join(each.zh for each in named), " or ".join(each.en for each in named))
            yield no_evidence("E16", detail=missing)


def _again(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Yield that what happens `once` is told a second time (E18)."""
    first = told_before(life, entry) if entry.event.once else None
    if first is not None:
        yield breach("E18", first)


def _ended(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse what does not happen any more once the child has died, left or been adopted (`ends_with`)."""
    ends_with = entry.event.ends_with
    if ends_with is None:
        return
    died = death(life)
    if died is not None and life.reached(day_after(died.days.last)):
        yield breach("E06", died)
    stage = life.now(STAGE)
    if stage is None or stage.held.value not in GONE or not life.reached(day_after(stage.held.since)):
        return
    adopted = stage.held.value == "adopted"
    if ends_with == "departure" or (ends_with == "adoption" and adopted):
        yield breach("I20" if adopted else "I31", stage.entry)


def _after_closing(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse all but corrections, visits and archiving from the day after the case was closed (R-CASE-1).

    It ends with the child's being received again.
    """
    closed = life.now(CASE_CLOSED)
    if closed is None or not life.reached(day_after(closed.held.since)):
        return
    kind = type(entry.event)
    if kind not in KINDS_AFTER and chapter(kind) not in CHAPTERS_AFTER and entry.corrects is None:
        yield breach("R-CASE-1", closed.entry)
