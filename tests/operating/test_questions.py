"""The 44 questions of the domain reference: each has a row that says how it is asked and what is missing."""

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from api.app import create_app
from api.questions import USERS, user_questions
from api.settings import Settings
from domain.coverage import coverage
from domain.rulebook import Rulebook
from tests.support.client import Served
from tests.support.places import ROOT

QUESTIONS: Final = user_questions()
IN_THE_REFERENCE: Final = {"A": range(14), "B": range(1, 12), "C": range(1, 11), "D": range(1, 10)}
NAMES: Final = {each.name for each in QUESTIONS}
PATHS: Final[dict[str, Any]] = create_app(Settings()).openapi()["paths"]


def test_every_question_of_the_domain_reference_has_one_row() -> None:
    asked = [f"{letter}{number}" for letter, numbers in IN_THE_REFERENCE.items() for number in numbers]
    assert [each.name for each in QUESTIONS] == asked
    assert IN_THE_REFERENCE.keys() == USERS.keys()


def test_what_is_not_answered_wholly_says_what_is_missing_and_what_is_answered_how() -> None:
    for each in QUESTIONS:
        assert (each.lacks is None) is (each.answered == "wholly"), each.name
        assert each.calls, each.name
        assert each.roles, each.name


def test_every_question_that_may_be_narrowed_says_by_what() -> None:
    for question in QUESTIONS:
        taken = {
            each["name"]
            for call in question.calls
            for each in PATHS[call.path][call.method.lower()].get("parameters", ())
            if each["in"] == "query"
        }
        assert bool(question.filters) == bool(taken - {"format", "limit", "cursor", "at_least"}), (
            question.name
        )


def test_every_question_that_may_be_asked_by_who_must_act_or_by_place_says_so() -> None:
    for question in QUESTIONS:
        taken = {
            each["name"]
            for call in question.calls
            for each in PATHS[call.path][call.method.lower()].get("parameters", ())
        }
        assert {"responsible", "place"} & taken <= {*question.filters}, question.name


def test_the_demands_of_every_policy_stand_beside_the_questions_that_answer_them() -> None:
    beside = {(each.section, each.asked) for question in QUESTIONS for each in question.demands}
    assert {section for section, _ in beside} == {each.section for each in coverage("demands")}
    named = {(each.section, each.asked) for each in coverage("demands") if NAMES & {*each.by}}
    assert named <= beside
    assert all(each.demands for each in QUESTIONS)


def test_every_call_is_an_operation_and_every_filter_one_of_its_parameters() -> None:
    for question in QUESTIONS:
        known: set[str] = set()
        for call in question.calls:
            operation = PATHS[call.path][call.method.lower()]
            own = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
            assert {name for name, _ in call.query} <= own, (question.name, call.written)
            known |= own
        assert set(question.filters) <= known, question.name


def test_every_rule_that_a_call_names_is_one() -> None:
    rules = Rulebook.shipped().rules
    named = {
        value
        for question in QUESTIONS
        for call in question.calls
        for name, value in call.query
        if name == "rule"
    }
    assert named <= rules.keys()
    assert len(named) > len(QUESTIONS) / 2


@pytest.mark.parametrize("test", sorted({each.test for each in QUESTIONS if each.test}))
def test_every_test_that_a_row_names_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert re.search(rf"^(async )?def {name}\(", (ROOT / Path(path)).read_text("utf-8"), re.MULTILINE)


async def test_every_role_that_a_row_names_may_ask_it(served: Served) -> None:
    """Of a young person in care at home."""
    child = await served.a_child(born="2009-03-05")
    await served.projected()
    asked = Counter[str]()
    for question in QUESTIONS:
        for role in question.roles:
            client = await served.as_(role)
            for call in question.calls:
                address = call.address.format(child=child, institution=served.home.institution)
                answer = await client.request(call.method, address)
                assert answer.status_code == 200, (question.name, role, call.written, answer.text)
                asked[question.name] += 1
    assert len(asked) == len(QUESTIONS)
