"""Unknown is no way round a rule: nothing that speaks against a file falls silent once a field is unknown.

The files are the demonstration's, which break every rule. Each field of each entry is made unknown in turn,
or left out where it may be: the rule still speaks, another finding takes its place, or it is said why not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final
from uuid import UUID

import pytest

from domain.event import Event, Field, Unknown, fields_of, known
from domain.field_types import field_type
from domain.file import File
from domain.judging import findings, judge
from domain.life import Life
from domain.obligations import OBLIGATIONS, History
from domain.readiness import GATES
from domain.refusal import Refusal, Refusals
from domain.rulebook import Rulebook
from domain.standing import STANDING, lapses
from domain.when import day_of
from tests.support.fictional_lives import told_on
from tests.support.given import TODAY

RULEBOOK: Final = Rulebook.shipped()
NOT_SAID: Final = "what is not said is not wrong"
NOT_RESCUED: Final = (
    "who is not said to be rescued is not awaited as such; the expiry of a notice (D02), the final "
    "certificate (D04) and the adoption (I18) are uncertain then"
)
WHY_SILENT: Final = {
    ("E05", "FindRelativesNoticeExpired.notice"): "what names no entry refers to none",
    ("E09", "ChildReceived.found_region"): NOT_SAID,
    ("E13", "ChildReceived.found_on"): NOT_SAID,
    ("I30", "HouseholdRegistered.citizen_id"): NOT_SAID,
    ("R-DIS-1", "DisabilityCertificateIssued.certificate_no"): NOT_SAID,
    ("R-COM-5", "CommunityVisitsPlanned.visits_on"): "a plan without days awaits none; R-COM-4 goes on",
    ("R-DIS-2", "DisabilityCertificateIssued.valid_to"): "a certificate without a last day goes on",
    ("R-EDU-3", "SchoolEnrolled.form"): NOT_SAID,
    ("R-REH-2", "RehabPlanMade.ends_on"): "a plan without a last day goes on",
    ("D18", "IdentityRecorded.sex"): "gate 13 answers that the sex is unknown",
    **dict.fromkeys(
        [(rule, "ReferralReceived.child_situation") for rule in ("D01", "D02", "D03", "D04")],
        NOT_RESCUED,
    ),
}
"""Where nothing takes the place of a rule, by rule and field, each with why."""
NO_WITNESS: Final = {
    "R-ADO-1": "of Sichuan, where nobody of these lives",
    "D30": "of Shenzhen, where nobody of these lives",
    "R-AGE-1": "how other rules count",
    "R-TIME-1": "how other rules count",
    "R-TIME-2": "how other rules count",
    "R-EDU-1": "a number that other rules count with",
    "I32": "of two files",
    "I33": "of two files",
    "R-FILE-5": "of two files",
    "R-FOS-4": "of two files",
    "R-FILE-6": "of two files",
    "R-INT-5": "of two rows of a register",
    "R-DTH-1": "of two files",
    "R-DTH-4": "of a day that no event has, so that it is always a doubt",
    "R-EMG-1": "of an emergency, which none of these lives came to",
    "R-ERA-3": "of an erasure, which nobody asked for in these lives",
    "R-ERA-5": "of an erasure, which nobody asked for in these lives",
    "R-ERA-6": "of an erasure, which nobody asked for in these lives",
    "R-SUB-1": "of what nobody asked for in these lives",
    "R-SUB-2": "of what nobody asked for in these lives",
    "X07": "of an institution",
    "X09": "of a claim that no life makes in vain",
    "X10": "of a decision on an exception, which leaves nothing unknown",
}
"""Rules that speak against no file of the demonstration, each with why; what is impossible is in no file."""
PASSED: Final = frozenset({"met", "not_applicable"})
GATE_OF: Final = {gate.rule: gate for gate in GATES.values()}


@dataclass(frozen=True)
class Witness:
    """A file against which a rule speaks, and the entry that it speaks against, if any."""

    file: File
    entry: UUID | None


@cache
def witnesses() -> dict[str, Witness]:
    """The shortest file that each rule speaks against."""
    found: dict[str, Witness] = {}
    for file in sorted(told_on(TODAY), key=lambda file: len(file.entries)):
        for finding in findings(file, RULEBOOK):
            if finding.refusal.kind != "uncertain":
                found.setdefault(finding.rule.id, Witness(file, finding.entry.original))
        for lapse in lapses(file, RULEBOOK, TODAY):
            found.setdefault(lapse.refusal.rule, Witness(file, None))
        for rule in (*OBLIGATIONS, *GATE_OF):
            if speaks(rule, file, None):
                found.setdefault(rule, Witness(file, None))
    return found


def speaks(rule: str, file: File, entry: UUID | None) -> bool:
    """Whether a rule speaks against the entry as it stands in a file, or else against the file."""
    if entry is None:
        if rule in OBLIGATIONS:
            return any(True for _ in OBLIGATIONS[rule](History(file, RULEBOOK)))
        if rule in GATE_OF:
            life = Life(file, TODAY, RULEBOOK)
            return life.in_care and GATE_OF[rule].answer(life).state not in PASSED
        return any(lapse.refusal.rule == rule for lapse in lapses(file, RULEBOOK, TODAY))
    stands = file.effective(entry)
    assert stands is not None
    assert stands.recorded_at is not None
    return any(found.rule.id == rule for found in judge(file, stands, RULEBOOK, day_of(stands.recorded_at)))


def told(file: File) -> set[tuple[object, ...]]:
    """Everything that is found in a file, on any day."""
    refused: list[tuple[Refusal, object]] = [
        *((each.refusal, each.entry.original) for each in findings(file, RULEBOOK)),
        *((each.refusal, each.since) for each in lapses(file, RULEBOOK, TODAY)),
    ]
    return {(refusal.rule, refusal.kind, refusal.detail, on) for refusal, on in refused}


def unsaid(event: Any) -> Iterator[tuple[Field, Event]]:
    """The event with each of its fields unknown, or left out where it may be."""
    for spec in fields_of(type(event)):
        of = field_type(spec.annotation)
        value: Any = Unknown("not_asked") if of.unknown else None
        if (of.unknown or of.optional) and known(getattr(event, spec.name)) is not None:
            yield spec, replace(event, **{spec.name: value})


def silences(rule: str) -> list[str]:
    """The fields, as Event.field, that end in silence what the rule says once they are unknown."""
    witness = witnesses()[rule]
    own = list(witness.file.entries.values())
    silent = []
    before = File(witness.file.stream)
    for at, entry in enumerate(own, 1):
        for spec, event in unsaid(entry.event):
            file = before.extended([replace(entry, event=event), *own[at:]])
            if not speaks(rule, file, witness.entry) and not told(file) - told(witness.file):
                silent.append(f"{entry.type}.{spec.name}")
        before.add(entry)
    return sorted(set(silent))


@pytest.mark.parametrize("rule", RULEBOOK.rules)
def test_what_speaks_against_a_file_never_falls_silent_once_a_field_is_unknown(rule: str) -> None:
    if rule not in witnesses():
        assert rule in NO_WITNESS or RULEBOOK.rules[rule].strength == "impossible"
        return
    assert [field for field in silences(rule) if (rule, field) not in WHY_SILENT] == []


def test_it_is_said_of_no_field_in_vain_why_a_rule_falls_silent() -> None:
    silent = {(rule, field) for rule in {rule for rule, _ in WHY_SILENT} for field in silences(rule)}
    assert set(WHY_SILENT) - silent == set()
    assert [rule for rule in NO_WITNESS if rule in witnesses()] == []


def test_a_rule_that_an_unknown_category_passes_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds the others can fail: here the rules of adoption are made to pass what is unknown."""

    def passing(applies: bool | None, refusals: Refusals, _not_known: object) -> Refusals:  # noqa: FBT001 - as it is
        return refusals if applies else iter(())

    monkeypatch.setattr("domain.events.adoption.adopting.only_if", passing)
    assert "AdoptionRegistered.category" in silences("I13")


def test_every_standing_question_and_obligation_and_gate_is_tried() -> None:
    asked = {*STANDING, *OBLIGATIONS, *GATE_OF}
    assert asked - set(witnesses()) - set(NO_WITNESS) == set()
