"""An explanation tells nothing of what its reader does not see, whatever that is."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract.encoding import dumps
from api.contract.explained_fields import FieldReading, fields_explained
from api.contract.explanations import explanation
from api.identity.permissions import SEES, Role
from domain.event import EVERY_CATEGORY, Unknown
from domain.events.adoption.assessing import AdoptionAssessmentStarted
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.departure import ChildDied
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.file import fold
from domain.obligations import clocks
from domain.rulebook import Rulebook
from projections.findings import findings_of
from tests.support.exploring import examples
from tests.support.given import TODAY, some
from tests.support.given import given as a_file
from tests.support.strategies import STREAM, alike, streams, telling

RULEBOOK: Final = Rulebook.shipped()
ABOUT: Final = (ChildReceived, ChildAdmitted, IdentityRecorded)
FIELDS: Final = [*fields_explained("child", RULEBOOK)]
quick = settings(max_examples=examples(25), suppress_health_check=list(HealthCheck), deadline=None)


@pytest.mark.parametrize("role", [Role.STAFF, Role.PLACEMENT_OFFICER, Role.ADMINISTRATOR])
@quick
@given(data=st.data())
def test_fields_of_files_that_differ_only_in_what_a_role_does_not_see_are_explained_alike(
    role: Role, data: st.DataObject
) -> None:
    hidden = EVERY_CATEGORY - SEES[role]
    entries = data.draw(st.one_of(streams(), telling(hidden, ABOUT)))
    one, other = fold(entries), fold(data.draw(alike(entries, hidden)))
    rules = {each.rule for each in clocks(one, RULEBOOK)} | {each.rule for each in clocks(other, RULEBOOK)}
    found = {each.rule for file in (one, other) for each in findings_of(file, STREAM, RULEBOOK)}
    paths = ["stage", "age", "findings", "obligations", *(f"obligations.{each}" for each in sorted(rules))]
    paths += [f"findings.{each}" for each in sorted(found)]
    paths += data.draw(st.lists(st.sampled_from(FIELDS), max_size=10))
    reading = FieldReading(STREAM, "child", TODAY, 9, RULEBOOK, SEES[role])
    for path in paths:
        told = [explanation(path, reading, file) for file in (one, other)]
        assert dumps(told[0].body) == dumps(told[1].body), path


def test_what_is_found_of_an_adoption_is_explained_to_who_may_see_it_and_to_nobody_else() -> None:
    file = a_file(
        ("2016-03-05", some(ChildReceived)),
        ("2024-05-01", some(AdoptionAssessmentReportIssued, conclusion="unsuitable")),
        ("2024-06-01", some(AdoptionRegistered, category="5"), {"exception": "I12"}),
    ).file
    seen, hidden = (
        explanation("findings.I12", FieldReading(STREAM, "child", TODAY, 9, RULEBOOK, sees), file).body
        for sees in (EVERY_CATEGORY, SEES[Role.STAFF])
    )
    assert seen["value"]
    assert "AdoptionRegistered" in {each["entry"]["type"] for each in seen["entries"]}
    assert (hidden["value"], hidden["entries"], hidden["complete"]) == ([], [], True)


def test_the_numbers_that_a_rule_counted_with_tell_nothing_of_what_it_read_before() -> None:
    told = []
    for cause in ("congenital", "accident"):
        died = some(ChildDied, is_abnormal=False, cause_class=cause, reported_at=Unknown("not_asked"))
        file = a_file(("2016-03-05", some(ChildReceived)), ("2018-01-01", died)).file
        reading = FieldReading(STREAM, "child", TODAY, 9, RULEBOOK, SEES[Role.ADMINISTRATOR])
        told.append(explanation("findings.R-DTH-2", reading, file).body)
        seen = explanation("findings.R-DTH-2", replace(reading, sees=EVERY_CATEGORY), file).body
        assert bool(seen["rules"][0]["numbers"]) is (cause == "accident")
    assert told[0]["rules"] == told[1]["rules"]


def test_the_numbers_that_a_rule_counted_with_tell_of_no_exception_that_is_hidden() -> None:
    told = []
    for envelope in ({}, {"exception": "I03"}):
        file = a_file(
            ("2016-03-05", some(ChildReceived)),
            ("2021-01-01", some(AdoptionAssessmentStarted, assessors=()), envelope),
            ("2021-02-01", some(AdoptionAssessmentStarted, assessors=())),
        ).file
        reading = FieldReading(STREAM, "child", TODAY, 9, RULEBOOK, SEES[Role.ADMINISTRATOR])
        told.append(explanation("findings.R-ADO-3", reading, file).body["rules"])
    assert told[0] == told[1]
