"""What mends a breach, and what clears what is due: said by every rule that refuses or is due."""

from datetime import date
from typing import get_args

import pytest

from domain.event import CATALOGUE, Category, Kind, chapter, fields_of
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued, RegistrarNoticePublished
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.label import Label
from domain.possible import cures, mending
from domain.rulebook import InvalidRulebookError, Rulebook
from tests.support.given import given, some

RULEBOOK = Rulebook.shipped()
REFUSING = [rule for rule in RULEBOOK.rules.values() if rule.strength in {"impossible", "forbidden"}]
TEXT = """
[[rule]]
id = "T01"
title = {zh = "示例", en = "An example"}
strength = "forbidden"
zh = "示例。"
en = "An example."
source = "本系统规则"
verified = true
"""


def test_every_rule_that_refuses_says_what_mends_it() -> None:
    assert [rule.id for rule in REFUSING if rule.cure is None] == []


def test_what_is_forbidden_is_mended_by_an_event() -> None:
    assert [rule.id for rule in REFUSING if rule.strength == "forbidden" and not mending(rule)] == []


def test_what_is_due_is_cleared_by_an_event() -> None:
    due = [rule for rule in RULEBOOK.rules.values() if rule.strength == "due"]
    assert [rule.id for rule in due if not mending(rule)] == []


@pytest.mark.parametrize("kind", get_args(Kind))
def test_what_mends_it_is_recorded_in_the_same_kind_of_file(kind: Kind) -> None:
    offered = [CATALOGUE[name] for name in cures(RULEBOOK.rules.values(), frozenset(Category), kind)]
    assert {each.kind for each in offered if chapter(each) != "record"} <= {kind}


def test_what_is_out_of_order_is_mended_by_every_event_that_another_one_follows() -> None:
    examples = [kind.__new__(kind) for kind in CATALOGUE.values()]
    before = {each.__name__ for event in examples for each in (*event.follows(), *event.presupposes())}
    assert set(mending(RULEBOOK["E14"])) >= before
    assert set(mending(RULEBOOK["E16"])) >= before


def test_what_refers_to_nothing_is_mended_by_every_event_that_is_referred_to() -> None:
    referred: dict[str, set[str]] = {}
    for kind in CATALOGUE.values():
        for spec in fields_of(kind):
            if spec.refers is not None:
                referred.setdefault(spec.refers.rule, set()).add(spec.refers.type)
    for rule, kinds in referred.items():
        assert set(mending(RULEBOOK[rule])) >= kinds


def test_a_rulebook_that_names_no_event_is_not_read() -> None:
    with pytest.raises(InvalidRulebookError, match="no event is called 'NoSuchEvent'"):
        Rulebook({"example.toml": f'{TEXT}cured_by = ["NoSuchEvent"]\n'})


def test_a_rulebook_adopted_before_rules_said_it_is_read() -> None:
    rule = Rulebook({"example.toml": TEXT})["T01"]
    assert (rule.cured_by, rule.cured()) == ((), None)


def test_what_mends_it_names_the_day_of_what_was_refused() -> None:
    cure = RULEBOOK["I12"].cured(date(2026, 4, 1))
    assert cure is not None
    assert "在本档案登记收养评估报告，出具日期不晚于2026年4月1日" in cure.zh
    assert "not after 2026-04-01" in cure.en


def test_who_may_not_record_what_mends_it_is_not_offered_it() -> None:
    broken = [RULEBOOK["I12"], RULEBOOK["I03"]]
    assert cures(broken, frozenset(Category)) == (
        "AdoptionAssessmentReportIssued",
        "DepartureCompleted",
        "EntryWithdrawn",
    )
    assert AdoptionAssessmentReportIssued.seals is Category.ADOPTION
    assert cures(broken, frozenset({Category.IDENTITY})) == ("DepartureCompleted", "EntryWithdrawn")


def test_what_has_to_wait_is_told_from_which_day_on_it_is_allowed() -> None:
    registered = some(AdoptionRegistered, category="1")
    before = (
        ("2022-06-01", some(ChildReceived)),
        ("2022-06-01", some(IdentityRecorded, birth_on=date(2022, 5, 1))),
        ("2025-05-01", some(RegistrarNoticePublished)),
    )
    told = {each.rule.id: each for each in given(*before).when("2025-06-30", registered).judgements}
    assert told["I13"].refuses
    assert told["I13"].refusal.detail == Label("自2025年7月1日起方可登记", "allowed from 2025-07-01 on")
    allowed = given(*before).when("2025-07-01", registered).judgements
    assert "I13" not in {each.rule.id for each in allowed}
