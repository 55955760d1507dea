"""Why a field of a file is as it is, in the form of answers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from api.contract import explanation_words as words
from api.contract.entries import EntryAnswer, cause_file, entry_json
from api.contract.explained_fields import (
    AGE_RULE,
    ExplainedField,
    FieldReading,
    clocks_told,
    explained_field,
    ids_in,
)
from api.contract.explanation_words import AsideFate, Contributed
from api.contract.listing import Because, Titled, titled
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Category, Label
from domain.explaining import Aside, Deciding, Explained, asides, explained
from domain.file import File, names_entry
from domain.obligations import clocks
from domain.readiness import GATES
from domain.resting import noting
from domain.rulebook import Pack, Rule, numbers_counted

_MOST_ASIDES: Final = 50
"""Of the entries that do not count, the latest are told."""
_ACTING: Final[Mapping[str, Contributed]] = MappingProxyType(
    {"EntryWithdrawn": "withdrew", "EntryRestored": "restored"}
)
_NOTHING: Final[tuple[object, ...]] = (None, [], 0)
_COUNTING: Final = frozenset({"version", "position"})
"""Fields that every entry changes."""


class ContributionAnswer(Because):
    """An entry that decides on a field: what it did, what would be answered without it, and was before it.

    `field` is the counted field for which it does so, or the field itself. `other` is the entry that it
    corrects, withdraws, moves or restores. `other_file` is the file that it was moved from, or that it moved
    another into; who may not read that is not told of it. `known_before` is what the file said of that day
    before the entry was recorded, at its `position`; it is told only where it differs (`differed`).
    """

    field: str
    did: Contributed
    other: UUID | None
    other_file: UUID | None
    without: Any
    differed: bool
    known_before: Any
    entry: EntryAnswer


class AsideAnswer(Because):
    """An entry that speaks of a field and does not count on that day, and the entry that is the reason.

    `other_file` is the file that it was moved into; to who may not read that, it was withdrawn.
    """

    fate: AsideFate
    by: UUID | None
    other_file: UUID | None
    entry: EntryAnswer


class NumberAnswer(Because):
    """A number that took part, with its unit, its region and its source."""

    rule: str
    value: int
    unit: str
    case: str
    region: str
    region_zh: str | None
    source: str
    verified: bool


class RuleTakingPart(Because, Titled):
    """A rule by which a field is found, as it stood on the day, with the numbers that it counted with."""

    rule: str
    source: str
    verified: bool
    numbers: list[NumberAnswer]


class ExplanationAnswer(Because):
    """Why a field is as it is on a day, as known at a position.

    `entries` are exactly those without which it would be otherwise, in the order of recording, `asides` those
    that speak of it and do not count. `restricted` names the categories for which nothing more is told.
    `counts` are the fields that a number counts. It is not `complete` if not all entries were tried.
    """

    child: UUID
    field: str
    label_zh: str
    label_en: str
    as_of: date
    known_position: int
    value: Any
    restricted: list[Category]
    entries: list[ContributionAnswer]
    asides: list[AsideAnswer]
    rules: list[RuleTakingPart]
    counts: list[str]
    complete: bool


@dataclass(frozen=True, slots=True)
class FieldExplanation:
    """The explanation of a field, and the entries that it shows."""

    body: dict[str, Any]
    shown: tuple[AnyEntry, ...]
    categories: frozenset[Category]


def explanation(path: str, reading: FieldReading, file: File, *, elsewhere: int = 0) -> FieldExplanation:
    """Explain a field of a file; `elsewhere` is the number of findings that other files make of this one."""
    asked = explained_field(path, reading)
    hidden = _hidden(asked, reading, file)
    if hidden:
        return _withheld(asked, reading, hidden)
    parts = [] if asked.counts is None else asked.counts(file)
    asking = [explained_field(each, reading) for each in parts] if asked.counts else [asked]
    answers = [(each, explained(file, each.ask, ids_in, quick=each.attribute is not None)) for each in asking]
    value = asked.ask(file) if asked.counts else answers[0][1].answer
    told = [(each, deciding, answer) for each, answer in answers for deciding in answer.deciding]
    told.sort(key=lambda one: one[1].entry.position)
    beside = _beside(asked, reading, file, [one[1].entry for one in told])
    if asked.counts is None:
        said = _said(asked, answers[0][1], reading, beside)
    else:
        said = words.counts(asked.label, parts, elsewhere)
    body = {
        **_head(asked, reading),
        "value": value + elsewhere if path == "findings" else value,
        "entries": [_contribution(*one, file, reading) for one in told],
        "asides": [_aside(each, file, reading) for each in beside],
        "rules": [rule for each in asking for rule in _rules(each, reading, file)],
        "counts": parts,
        "complete": all(answer.complete for _, answer in answers),
        "zh": said.zh,
        "en": said.en,
    }
    shown = (*(one[1].entry for one in told), *(each.entry for each in beside))
    personal = frozenset() if asked.personal is None else frozenset({asked.personal})
    return FieldExplanation(body, shown, personal | _rested_on(value))


def _head(asked: ExplainedField, reading: FieldReading) -> dict[str, Any]:
    return {
        reading.kind: reading.file_id,
        "field": asked.path,
        "label_zh": asked.label.zh,
        "label_en": asked.label.en,
        "as_of": reading.day,
        "known_position": reading.known,
        "restricted": [],
    }


def _hidden(asked: ExplainedField, reading: FieldReading, file: File) -> list[Category]:
    """Return the categories for which a field is not shown to the reader."""
    if asked.personal is not None:
        return [] if asked.personal in reading.sees else [asked.personal]
    if asked.path.startswith("gates."):
        answer = GATES[int(asked.path.removeprefix("gates."))].answer(reading.life(file))
        return [] if answer.rests_on <= reading.sees else sorted(answer.rests_on - reading.sees)
    return []


def _withheld(asked: ExplainedField, reading: FieldReading, hidden: list[Category]) -> FieldExplanation:
    said = words.withheld(asked.label, hidden)
    body = {
        **_head(asked, reading),
        "value": {"restricted": hidden[0].value},
        "restricted": hidden,
        "entries": [],
        "asides": [],
        "rules": [],
        "counts": [],
        "complete": True,
        "zh": said.zh,
        "en": said.en,
    }
    return FieldExplanation(body, (), frozenset())


def _rested_on(value: Any) -> frozenset[Category]:  # noqa: ANN401 - of the contract
    """Return the categories that a gate, obligations or findings rest on, by their own words."""
    rows = value if isinstance(value, list) else [value]
    on = (each.get("rests_on") or () for each in rows if isinstance(each, dict))
    return frozenset(Category(each) for one in on for each in one)


def _said(
    asked: ExplainedField, answer: Explained[Any], reading: FieldReading, beside: Collection[Aside]
) -> Label:
    value = answer.answer
    chapter = asked.path.partition(".")[0]
    match chapter:
        case "age":
            return words.aged(asked.label, value, reading.rulebook[AGE_RULE].on(reading.day))
        case "gates":
            return words.gate_words(asked.label, value)
        case "obligations":
            return words.obligation_words(asked.label, value)
        case "findings":
            return words.finding_words(asked.label, value)
    if asked.attribute is None:
        return words.of_the_file(asked.path, asked.label)
    return _of_an_attribute(asked, answer, reading, beside)


def _of_an_attribute(
    asked: ExplainedField, answer: Explained[Any], reading: FieldReading, beside: Collection[Aside]
) -> Label:
    value = answer.answer
    if value in _NOTHING:
        ended = [each.entry for each in answer.deciding if _did(asked, each, value) == "ended"]
        by = ended[-1] if ended else None
        return words.nothing(asked.label, reading.day, by, spoken_of=bool(beside))
    if isinstance(value, list) and len(value) != 1:
        return words.several(asked.label, len(value))
    single = value[0] if isinstance(value, list) else value
    entries = {each.entry.entry_id: each.entry for each in answer.deciding}
    if not isinstance(single, dict) or "entry" not in single:
        # The stage and the file number are shown without their days.
        last = answer.deciding[-1].entry if answer.deciding else None
        shown = {"value": single}
        return words.held(asked.label, shown, last, stage=value if asked.path == "stage" else None)
    return words.held(asked.label, single, entries.get(single["entry"]))


def _beside(
    asked: ExplainedField, reading: FieldReading, file: File, deciding: Collection[AnyEntry]
) -> list[Aside]:
    if asked.attribute is None:
        return []
    named = {entry.entry_id for entry in deciding}
    every = asides(file, asked.attribute, reading.day)
    return [each for each in every if each.entry.entry_id not in named][-_MOST_ASIDES:]


def _did(asked: ExplainedField, deciding: Deciding[Any], answer: Any) -> Contributed:  # noqa: ANN401 - of the contract
    entry = deciding.entry
    if entry.corrects is not None:
        return "corrected"
    if names_entry(entry) is not None:
        return _ACTING.get(entry.type, "decided")
    if asked.path.startswith("gates."):
        return "evidence" if entry.entry_id in answer["evidence"] else "changed"
    if asked.path.startswith(("obligations.", "findings.")):
        return _did_to_rows(entry.entry_id, answer)
    if asked.path in _COUNTING:
        return "changed"
    if asked.attribute is not None and asked.attribute.several and len(answer) != len(deciding.without):
        return "began" if len(answer) > len(deciding.without) else "ended"
    if answer in _NOTHING:
        return "ended" if asked.attribute is not None else "changed"
    return "began" if deciding.without in _NOTHING or deciding.before in _NOTHING else "replaced"


def _did_to_rows(entry: UUID, rows: Collection[Any]) -> Contributed:
    if any(entry in row.get("started_by", ()) for row in rows):
        return "started"
    if any(entry in row.get("met_by", ()) for row in rows):
        return "met"
    return "evidence" if any(entry in row.get("entries", ()) for row in rows) else "changed"


def _contribution(
    asked: ExplainedField, deciding: Deciding[Any], answer: Explained[Any], file: File, reading: FieldReading
) -> dict[str, Any]:
    entry, did = deciding.entry, _did(asked, deciding, answer.answer)
    target = names_entry(entry)
    other = None if target is None else file.entries.get(target)
    other_file = cause_file(entry, reading.causes)
    if did == "withdrew" and other_file is not None:
        did = "moved"
    came = other_file is not None and did != "moved"
    said = words.contribution(
        did,
        entry,
        other,
        answer=answer.answer,
        before=deciding.before,
        came=came,
        of_several=any(
            isinstance(each, list) and len(each) > 1 for each in (answer.answer, deciding.without)
        ),
    )
    differed = deciding.before != answer.answer
    return {
        "field": asked.path,
        "did": did,
        "other": target,
        "other_file": other_file,
        "without": deciding.without,
        "differed": differed,
        "known_before": deciding.before if differed else None,
        "entry": _entry(entry, file, reading),
        "zh": said.zh,
        "en": said.en,
    }


def _entry(entry: AnyEntry, file: File, reading: FieldReading) -> EntryAnswer:
    return entry_json(
        entry, file, reading.sees, file.entries, causes=reading.causes, recorders=reading.recorders
    )


def _aside(aside: Aside, file: File, reading: FieldReading) -> dict[str, Any]:
    withdrawn = aside.by if aside.fate == "withdrawn" else None
    other_file = None if withdrawn is None else cause_file(withdrawn, reading.causes)
    fate: AsideFate = aside.fate if other_file is None else "moved"
    said = words.passed_by(fate, aside.entry, aside.by)
    return {
        "fate": fate,
        "by": None if aside.by is None else aside.by.entry_id,
        "other_file": other_file,
        "entry": _entry(aside.entry, file, reading),
        "zh": said.zh,
        "en": said.en,
    }


def _rules(asked: ExplainedField, reading: FieldReading, file: File) -> Iterator[dict[str, Any]]:
    """Yield the rules by which a field is found, with the numbers that took part."""
    for rule_id in asked.rules:
        rule = _rule_of_then(asked, reading, rule_id, file)
        yield {
            "rule": rule.id,
            **titled(rule),
            "zh": rule.zh,
            "en": rule.en,
            "source": rule.source,
            "verified": rule.verified,
            "numbers": [_number(of, each) for of, each in _numbers(asked, reading, file)],
        }


def _rule_of_then(asked: ExplainedField, reading: FieldReading, rule: str, file: File) -> Rule:
    if asked.path.startswith("obligations."):
        started = next(reversed(clocks_told(reading, rule, file)), None)
        if started is not None:
            entry = file.entries[started.started_by[0]]
            return reading.rulebook[rule].on(started.opened_on, entry.region)
    return reading.rulebook[rule].on(reading.day, reading.life(file).region)


def _numbers(asked: ExplainedField, reading: FieldReading, file: File) -> list[tuple[str, Pack]]:
    """Return the numbers with which a field was found; none if they may tell of what is not shown."""
    chapter, _, rule = asked.path.partition(".")
    if chapter == "obligations":
        told = [
            each
            for each in clocks(file, reading.rulebook, rule)
            if each.rests_on <= reading.sees and each.state(reading.day) is not None
        ]
        return list(dict.fromkeys((rule, each.number) for each in told if each.number is not None))
    with numbers_counted() as counted_with:
        noting(asked.ask, file)
    own = asked.rules[0]
    return [
        (of, each)
        for (of, each), before in counted_with.items()
        if (chapter == "gates" or of == own) and any(one <= reading.sees for one in before)
    ]


def _number(rule: str, number: Pack) -> dict[str, Any]:
    said, place = words.number_words(number), tables()["region"].codes.get(number.region)
    return {
        "rule": rule,
        "value": number.value,
        "unit": number.unit,
        "case": number.case,
        "region": number.region,
        "region_zh": None if place is None else place.zh,
        "source": number.source,
        "verified": number.verified,
        "zh": said.zh,
        "en": said.en,
    }
