"""What is forbidden is recorded as found only in history: copied from a paper it names, and long past."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.events.intake import ChildAdmitted
from domain.judging import HISTORY_DAYS, findings, history
from domain.rulebook import Rulebook
from domain.when import Days
from tests.support.given import TODAY, Given, given, some

ADMITTED = some(ChildAdmitted, intake_category="A5")
LONG_AGO = TODAY - timedelta(days=HISTORY_DAYS)
NEWER = LONG_AGO + timedelta(days=1)


def again(on: date | Days, **envelope: Any) -> Given:
    """A child who is in the institution already is admitted again, which I03 forbids."""
    return given(("2020-04-05", ADMITTED)).when(on, ADMITTED, **envelope)


@pytest.mark.parametrize(("days_ago", "long_past"), [(29, False), (30, True), (31, True)])
@pytest.mark.parametrize("origin", ["import", "paper"])
def test_thirty_days_after_its_end_something_is_history(
    origin: Any,
    days_ago: int,
    long_past: bool,  # noqa: FBT001 - a table
) -> None:
    child = again(TODAY - timedelta(days=days_ago), origin=origin)
    assert history(child.last, TODAY) == long_past
    if long_past:
        child.recorded("I03")
    else:
        child.refused("I03")


def test_of_an_interval_the_last_day_counts_whatever_is_known_of_its_beginning() -> None:
    for first in (None, date(2021, 1, 1)):
        again(Days(first, LONG_AGO), origin="import").recorded("I03")
        again(Days(first, NEWER), origin="import").refused("I03")


def test_history_has_a_registers_row_a_paper_or_a_day_on_which_it_was_noted() -> None:
    again(LONG_AGO, origin="import", documents=()).refused("I03")
    again(LONG_AGO, origin="import", documents=["register_row"]).recorded("I03")
    again(LONG_AGO, origin="import", documents=["photo"]).recorded("I03")
    again(LONG_AGO, origin="import", documents=(), noted_on="2026-10-25").recorded("I03")


def test_what_is_newer_is_judged_as_any_recording_whatever_it_cites() -> None:
    newer = again(NEWER, origin="import", documents=["photo"], noted_on="2026-10-25").refused("I03")
    newer.when(NEWER, ADMITTED, origin="import", exception="I03").recorded("I03")


@pytest.mark.parametrize("origin", ["api", "console"])
def test_what_somebody_tells_is_judged_whatever_paper_they_cite(origin: Any) -> None:
    again(date(2021, 4, 5), origin=origin, documents=["photo"], noted_on="2021-04-05").refused("I03")


def test_what_is_impossible_is_so_in_history_too() -> None:
    backwards = Days(date(2021, 4, 5), date(2021, 4, 4))
    given().when(backwards, ADMITTED, origin="import").refused("E01")


def test_what_was_history_when_it_was_recorded_stays_so_and_what_was_not_never_becomes_it() -> None:
    for on, long_past in ((LONG_AGO, True), (NEWER, False)):
        found = [*findings(again(on, origin="import").file, Rulebook.shipped())]
        assert [(each.rule.id, each.as_found) for each in found] == [("I03", long_past)]
