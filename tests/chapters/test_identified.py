"""Ids in events: each field says what it takes the id of, and an entry of another type is none of that."""

from typing import get_args
from uuid import UUID

import pytest

from domain.event import CATALOGUE, fields_of
from domain.events.foster.matches import FosterMatchCancelled
from domain.events.intake import ChildReceived
from domain.identified import id_asked
from domain.label import Label
from tests.support.given import given, some


def is_id(annotation: object) -> bool:
    return annotation is UUID or any(map(is_id, get_args(annotation)))


def test_every_id_in_an_event_says_in_words_what_it_is_of() -> None:
    for kind in CATALOGUE.values():
        for spec in fields_of(kind):
            assert bool(spec.id_of) == is_id(spec.annotation), (kind, spec.name)
            if spec.id_of:
                words = id_asked(spec)
                assert "编号" in words.zh
                assert "the id of" in words.en


@pytest.mark.rule("E05")
def test_where_an_entry_of_another_type_is_referred_to_the_refusal_says_which_type_is_asked_for() -> None:
    file = given(("2024-03-05", some(ChildReceived)))
    judged = file.when("2024-04-01", some(FosterMatchCancelled, match=file.entries[0].entry_id)).refused(
        "E05"
    )
    (said,) = (each.refusal.detail for each in judged.judgements if each.rule.id == "E05")
    assert said == Label(
        "所引用的融合应填本档案中“寄养融合开始”条目的编号",
        "The match takes the id of an entry “Foster match started” of this file",
    )
