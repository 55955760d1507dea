"""What is sealed is told to nobody by a detour: of two files that differ only in it, all is told alike."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract.encoding import dumps
from api.contract.entries import entry_json
from api.contract.file_status import file_json
from api.contract.findings import finding_json
from api.contract.obligations import obligation_json
from api.contract.outcomes import findings_json, refusals_json, rehearsal_json
from api.contract.readiness import readiness_json
from api.identity.permissions import SEES, Role
from domain.codes import tables
from domain.entry import AnyEntry
from domain.envelope import Document
from domain.event import CATALOGUE, EVERY_CATEGORY, WHOLLY_SEALED, Category, Event, Kind, fields_of
from domain.events.adoption.assessment import AdopterApplicationReceived, AdoptionAssessmentReportIssued
from domain.events.adoption.registration import AdoptionRegistered, ChildConsentRecorded
from domain.events.intake import (
    ChildAdmitted,
    ChildReceived,
    IdentityRecorded,
    IntakeCategoryDetermined,
    IntakeMedicalExamined,
)
from domain.events.placement.preparing import AdultPlacementAssessed, CapacityDetermined
from domain.events.record import EntryWithdrawn
from domain.events.search import DnaComparisonResultReceived
from domain.file import File, fold
from domain.impact import impact
from domain.judging import Judgement, judge
from domain.life import Life
from domain.obligations import OBLIGATIONS, History
from domain.readiness import GATES, blocks
from domain.resting import NOTHING, noting, noting_each
from domain.rulebook import Rulebook
from domain.standing import STANDING
from ledger.recording.outcome import Rehearsal
from projections.findings import findings_of
from projections.obligations import obligations_of
from projections.readiness import ready_on
from tests.support.exploring import examples
from tests.support.given import NOT_ASKED, TODAY, Given, some
from tests.support.given import given as a_file
from tests.support.strategies import (
    KINDS,
    OF_FAMILIES,
    OF_INSTITUTIONS,
    STREAM,
    alike,
    entry_of,
    events,
    streams,
    telling,
)

RULEBOOK: Final = Rulebook.shipped()
DAYS: Final = (date(2020, 2, 1), date(2024, 6, 1), TODAY, date(2030, 1, 1))
STAFF: Final = SEES[Role.STAFF]
ABOUT: Final = (ChildReceived, ChildAdmitted, IdentityRecorded, AdultPlacementAssessed)
"""What most questions ask for beside what is sealed."""
every_event = pytest.mark.parametrize("kind", CATALOGUE.values(), ids=list(CATALOGUE))
every_role = pytest.mark.parametrize("role", [role for role in Role if SEES[role] < EVERY_CATEGORY])
thorough = settings(max_examples=examples(30), suppress_health_check=list(HealthCheck))


@st.composite
def files_alike(draw: st.DrawFn, role: Role) -> tuple[File, File]:
    """Two files that differ only in what a role does not see."""
    hidden = EVERY_CATEGORY - SEES[role]
    entries = draw(st.one_of(streams(), telling(hidden, ABOUT)))
    return fold(entries), fold(draw(alike(entries, hidden)))


def seen(rows: Iterable[Any], sees: frozenset[Category]) -> list[Any]:
    """What of rows somebody is told."""
    return [row for row in rows if set(map(Category, row.rests_on)) <= sees]


def answers(file: File, sees: frozenset[Category], kind: Kind = "child") -> list[bytes]:
    """Everything that is answered about a file to somebody who sees these categories."""
    obligations = seen(obligations_of(file, STREAM, RULEBOOK), sees)
    findings = seen(findings_of(file, STREAM, RULEBOOK), sees)
    found: list[Any] = [entry_json(entry, file, sees) for entry in file.entries.values()]
    found += ([each.number, finding_json(each, kind=kind)] for each in findings)
    for day in DAYS:
        speaking = sum(each.speaks(day) for each in findings)
        life = Life(file, day, RULEBOOK)
        found.append(file_json(life, day, obligations=obligations, findings=speaking, sees=sees, kind=kind))
        found += ([each.number, obligation_json(each, day, kind=kind)] for each in obligations)
        if kind == "child":
            found.append(readiness_json(ready_on(file, STREAM, RULEBOOK, day, sees), day, sees))
    return [dumps(each) for each in found]


def rehearsed(file: File, entry: AnyEntry, sees: frozenset[Category]) -> list[bytes]:
    """What is answered of recording one entry more, but whether it would be refused."""
    after = fold([*file.entries.values(), entry])
    judgements = judge(after, entry, RULEBOOK, TODAY)
    refusals = [each for each in refusals_json(judgements, sees) if "evidence" in each]
    would = Rehearsal((), impact(file, after, RULEBOOK, TODAY, sees))
    changes = rehearsal_json(would, today=TODAY, rulebook=RULEBOOK, sees=sees, duplicates=[])
    return [dumps(each) for each in (refusals, findings_json(judgements, sees), changes)]


@thorough
@given(data=st.data())
def test_entries_that_withdraw_each_other_are_answered_as_others_are(data: st.DataObject) -> None:
    first, second, third = (data.draw(entry_of(EntryWithdrawn, number)) for number in range(3))
    named = {
        each.entry_id: replace(each, event=replace(each.event, entry=other.entry_id))
        for each, other in ((first, second), (second, third), (third, second))
    }
    for entry in named.values():
        assert entry_json(entry, None, STAFF, named)["entry_id"] == str(entry.entry_id)


@every_role
@thorough
@given(data=st.data())
def test_files_that_differ_only_in_what_a_role_does_not_see_are_answered_alike(
    role: Role, data: st.DataObject
) -> None:
    one, other = data.draw(files_alike(role))
    assert answers(one, SEES[role]) == answers(other, SEES[role])


@every_role
@pytest.mark.parametrize("kinds", [OF_FAMILIES, OF_INSTITUTIONS], ids=["families", "institutions"])
@settings(thorough, max_examples=examples(10))
@given(data=st.data())
def test_so_are_files_of_families_and_of_institutions(
    role: Role, kinds: tuple[type[Event], ...], data: st.DataObject
) -> None:
    entries = data.draw(streams(kinds))
    hidden = EVERY_CATEGORY - SEES[role]
    one, other = fold(entries), fold(data.draw(alike(entries, hidden)))
    assert answers(one, SEES[role], kinds[0].kind) == answers(other, SEES[role], kinds[0].kind)


@every_role
@settings(thorough, max_examples=examples(12))
@given(data=st.data())
def test_a_dry_run_tells_nothing_of_what_a_role_does_not_see(role: Role, data: st.DataObject) -> None:
    one, other = data.draw(files_alike(role))
    kind = data.draw(st.sampled_from([kind for kind in KINDS if kind.seals in SEES[role]] or KINDS))
    entry = data.draw(entry_of(kind, len(one.entries)))
    if not SEES[role]:
        # Who sees nothing records nothing.
        return
    assert rehearsed(one, entry, SEES[role]) == rehearsed(other, entry, SEES[role])


@every_event
@settings(thorough, max_examples=examples(4))
@given(data=st.data())
def test_no_fact_or_paper_tells_of_what_is_personal_unless_it_says_so(
    kind: type[Event], data: st.DataObject
) -> None:
    entry = data.draw(entry_of(kind))
    (other,) = data.draw(alike([entry], EVERY_CATEGORY))
    facts = [
        [
            (fact.attribute, fact.value, fact.days, fact.until, fact.key, fact.gives_way)
            for fact in each.event.holds(each)
            if fact.attribute.personal is None
        ]
        for each in (entry, other)
    ]
    assert facts[0] == facts[1]
    assert set(entry.event.papers()) ^ set(other.event.papers()) <= kind.sealed_papers


@every_event
@settings(thorough, max_examples=examples(2))
@given(data=st.data())
def test_reading_what_is_personal_is_noted_and_reading_the_rest_is_not(
    kind: type[Event], data: st.DataObject
) -> None:
    event = data.draw(events(kind))
    for spec in fields_of(kind):
        value, noted = noting(lambda name: getattr(event, name), spec.name)
        assert value == vars(event)[spec.name]
        assert noted == (frozenset({spec.personal.category}) if spec.personal else frozenset())
    assert noting(vars, event)[1] == frozenset()


DAYS_IN_CLEAR: Final = {
    "D08": frozenset({Category.ADOPTION}),
    "D32": frozenset({Category.ADOPTION}),
    "R-VIS-2": frozenset({Category.ADOPTION}),
}
"""Reviews of applications and visits after an adoption, whose rows only who sees adoptions is shown."""


@settings(thorough, max_examples=examples(100))
@given(entries=st.one_of(streams(), telling(WHOLLY_SEALED, ABOUT)))
def test_no_day_in_a_table_and_no_gate_comes_of_what_is_sealed_wholly(entries: list[AnyEntry]) -> None:
    """Their rows say the days in clear, and a list answers such a gate to nobody: see decision 0018."""
    file = fold(entries)
    history = History(file, RULEBOOK)
    for rule, ask in OBLIGATIONS.items():
        assert not noting_each(ask(history))[1] & WHOLLY_SEALED - DAYS_IN_CLEAR.get(rule, NOTHING)
    for day in DAYS:
        life = Life(file, day, RULEBOOK)
        for question in STANDING.values():
            assert not noting_each(question(life))[1] & WHOLLY_SEALED
        for gate in GATES.values():
            assert not gate.answer(life).rests_on & WHOLLY_SEALED


# By example


def adoption(conclusion: str, answer: str, children: int = 0) -> Given:
    """A file whose adoption is registered by the day, with what is sealed of it as said."""
    return a_file(
        ("2016-03-01", some(ChildReceived)),
        ("2016-03-01", some(IdentityRecorded, birth_on=date(2015, 3, 1))),
        ("2025-01-01", some(AdoptionAssessmentReportIssued, conclusion=conclusion)),
        ("2025-01-02", some(ChildConsentRecorded, result=answer)),
        ("2025-01-03", some(AdopterApplicationReceived, adopter=UUID(int=1), children_count=children)),
    )


def against(file: Given) -> dict[str, Judgement]:
    return {each.rule.id: each for each in file.judgements}


def test_what_speaks_against_an_adoption_rests_on_it() -> None:
    """H3: the assessment's conclusion, the child's answer and the adopters' children."""
    registered = some(AdoptionRegistered, category="5", adopter=UUID(int=1))
    found = against(adoption("unsuitable", "disagree", children=3).when("2025-06-01", registered))
    assert {"I12", "I14", "I16"} <= found.keys()
    assert all(each.refusal.rests_on == {Category.ADOPTION} for each in found.values())
    assert findings_json(found.values(), STAFF) == []
    assert len(findings_json(found.values(), SEES[Role.SUPERVISOR])) == len(found)


def test_a_refusal_that_rests_on_what_the_recorder_may_not_see_names_its_rule_and_that_alone() -> None:
    registered = some(AdoptionRegistered, category="5", adopter=UUID(int=1))
    file = adoption("unsuitable", "disagree").when("2025-06-01", registered)
    hidden = {each["rule"]: each for each in refusals_json(file.judgements, STAFF)}
    rule = RULEBOOK["I12"]
    cure = rule.cured()
    assert cure is not None
    assert hidden["I12"] == {
        "pointer": "",
        "rule": "I12",
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "cure_zh": cure.zh,
        "cure_en": cure.en,
        "strength": "forbidden",
        "zh": rule.zh,
        "en": rule.en,
        "source": rule.source,
        "verified": True,
        "rests_on": ["adoption"],
    }
    told_all = {each["rule"]: each for each in refusals_json(file.judgements, SEES[Role.SUPERVISOR])}
    assert "评估结论为不符合" in told_all["I12"]["zh"]
    assert told_all["I12"]["evidence"] == [file.entries[2].entry_id]
    assert told_all["I12"]["rests_on"] == ["adoption"]


@pytest.mark.parametrize("result", ["no_match", "pending"])
def test_which_papers_are_missing_is_told_but_for_what_only_a_sealed_result_tells(result: str) -> None:
    file = a_file(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-06", some(IntakeCategoryDetermined, category="B1", child_situation="04")),
        ("2024-04-01", some(DnaComparisonResultReceived, result=result)),
    ).when("2024-05-01", some(ChildAdmitted, intake_category="B1"))
    (missing,) = [each for each in refusals_json(file.judgements, STAFF) if "evidence" in each]
    kinds = tables()["document_kind"].codes
    dna_result = kinds["dna_result"].en
    assert kinds["find_relatives_notice"].en in missing["en"]
    assert dna_result not in missing["en"]
    lacking = [each for each in refusals_json(file.judgements, EVERY_CATEGORY) if dna_result in each["en"]]
    assert len(lacking) == (result == "pending")
    assert all(each["rests_on"] == ["restricted-health"] for each in lacking)


def test_what_is_wrong_beside_a_sealed_code_is_told_all_the_same() -> None:
    examined = some(IntakeMedicalExamined, infectious_screen="positive")
    file = a_file(("2024-03-05", some(IdentityRecorded, birth_on=date(2024, 3, 1)))).when(
        "2024-02-01", examined
    )
    assert [each.refusal.rests_on for each in file.judgements if each.rule.id == "E07"] == [frozenset()]


def test_of_a_paper_that_may_not_be_seen_only_its_kind_and_day_are_shown() -> None:
    papers = [Document(kind="photo", sha256="0" * 64, issued_on=date(2024, 3, 1)), Document(kind="photo")]
    entry = a_file().when("2024-03-05", some(IdentityRecorded), documents=papers).last
    hidden = {"restricted": "identity"}
    shown = entry_json(entry, None, SEES[Role.ADMINISTRATOR])
    assert shown["documents"] == [
        {"kind": "photo", "issued_on": issued, "number": hidden, "issuer": hidden, "sha256": hidden}
        for issued in ("2024-03-01", None)
    ]
    assert shown["note"] == hidden
    assert [paper["sha256"] for paper in entry_json(entry, None, STAFF)["documents"]] == ["0" * 64, None]


def test_which_exception_is_claimed_for_what_is_sealed_wholly_is_not_shown() -> None:
    registered = some(AdoptionRegistered, category="1")
    for claimed in ("I12", None):
        entry = a_file().when("2025-06-01", registered, exception=claimed).last
        assert entry_json(entry, None, STAFF)["exception"] == {"restricted": "adoption"}
    shown = entry_json(a_file().when("2025-06-01", registered, exception="I12").last, None, EVERY_CATEGORY)
    assert shown["exception"] == {"rule": "I12", "reason": "特殊情况"}


def test_a_list_that_has_a_child_twice_rests_on_the_numbers_of_its_rows() -> None:
    rows = [Document(kind="register_row", number=f"儿童花名册!{row}", sha256="0" * 64) for row in (4, 9)]
    file = a_file().when("2024-03-05", some(IdentityRecorded), documents=rows)
    assert {each.refusal.rests_on for each in file.judgements} == {frozenset({Category.IDENTITY})}
    assert findings_json(file.judgements, SEES[Role.ADMINISTRATOR]) == []


def test_a_gate_that_rests_on_what_the_reader_may_not_see_is_restricted() -> None:
    decided = some(CapacityDetermined, result="none", guardian_name=NOT_ASKED)
    file = a_file(("2025-01-01", decided)).file
    life = Life(file, TODAY, RULEBOOK)
    answer = GATES[5].answer(life)
    assert answer.state == "unknown"
    assert answer.rests_on == {Category.FAMILY}
    shown = answer.shown(SEES[Role.PLACEMENT_OFFICER])
    assert (shown.state, shown.evidence, shown.missing) == ("restricted", (), None)
    assert answer.shown(STAFF) == answer
    assert blocks(GATES[5], answer, RULEBOOK)
    assert not blocks(GATES[5], shown, RULEBOOK)
