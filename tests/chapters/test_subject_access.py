"""A person's own access: verified who asks, answered or refused in time."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.events.case import CaseClosed
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.subject_access import (
    SubjectAccessAnswered,
    SubjectAccessRefused,
    SubjectAccessRequested,
    SubjectIdentityVerified,
)
from tests.support.given import Given, given, some

RECEIVED = ("2016-03-01", some(ChildReceived))


def asked(*before: tuple[Any, ...]) -> tuple[Given, UUID]:
    file = given(RECEIVED, *before, ("2026-10-01", some(SubjectAccessRequested)))
    return file, file.last.entry_id


@pytest.mark.rule("R-SUB-1")
def test_nothing_is_given_before_it_is_verified_who_asks() -> None:
    file, request = asked()
    file.when("2026-10-02", some(SubjectAccessAnswered, request=request)).refused("R-SUB-1")
    file, request = asked()
    file.and_("2026-10-02", some(SubjectIdentityVerified, request=request))
    file.when("2026-10-02", some(SubjectAccessAnswered, request=request)).recorded()
    _, another = asked()
    file, request = asked()
    file.and_("2026-10-02", some(SubjectIdentityVerified, request=another))
    file.when("2026-10-02", some(SubjectAccessAnswered, request=request)).refused("R-SUB-1")


def test_who_asks_and_is_not_entitled_is_refused_unverified() -> None:
    file, request = asked()
    file.when("2026-10-02", some(SubjectAccessRefused, request=request)).recorded()


@pytest.mark.rule("R-SUB-2")
@pytest.mark.parametrize("answer", [SubjectAccessAnswered, SubjectAccessRefused])
def test_who_asks_is_answered_within_thirty_days(answer: Any) -> None:
    file, request = asked()
    assert file.clock("R-SUB-2").state(date(2026, 10, 31)) == "due"
    assert file.clock("R-SUB-2").state(date(2026, 11, 1)) == "overdue"
    file.and_("2026-10-31", some(answer, request=request))
    assert file.clock("R-SUB-2").state(date(2026, 11, 1)) == "met"


def test_who_has_left_long_ago_asks_for_the_file_that_is_closed() -> None:
    file, request = asked(("2020-03-01", some(DepartureCompleted)), ("2020-04-01", some(CaseClosed)))
    file.when("2026-10-02", some(SubjectIdentityVerified, request=request)).recorded()
