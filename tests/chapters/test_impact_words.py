"""What a recording would change, in words: codes by their names, whatever event gives them."""

from uuid import uuid4

import pytest

from api.contract.impact_words import status_words
from domain.event import EVERY_CATEGORY, Event
from domain.events.adoption.dissolving import AdoptionDissolved
from domain.events.community.rolls import MigrantRollEntered
from domain.events.foster.matches import FosterMatchStarted
from domain.events.guardianship import TemporaryGuardianshipStarted
from domain.events.institution.hazards import MajorHazardFound
from domain.events.institution.licences import LicenceIssued, LicenceRevoked
from domain.events.placement.applying import HardshipSupportApplied
from domain.file import File
from domain.impact import impact
from domain.rulebook import Rulebook
from tests.support.given import TODAY, given, some


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (some(MigrantRollEntered), "在册类别：由“无”变为“流动儿童”。"),
        (some(TemporaryGuardianshipStarted), "监护类型：由“无”变为“临时监护”。"),
        (some(HardshipSupportApplied), "特困申请进度：由“无”变为“已申请”。"),
        (some(AdoptionDissolved), "收养关系终止：由“无”变为“已解除”。"),
    ],
)
def test_a_code_is_told_by_its_name_also_where_the_event_itself_stands_for_it(
    event: Event, words: str
) -> None:
    assert words in said(event)


def test_an_id_is_told_by_the_entry_that_gives_it() -> None:
    match = some(FosterMatchStarted, family=uuid4())
    (words,) = said(match)
    assert words.startswith("寄养融合家庭：由“无”变为“2026年11月20日的“寄养融合开始”")


def test_of_several_values_at_once_those_that_stay_are_not_told() -> None:
    hazard = some(MajorHazardFound, group="equipment")
    licences = [
        (f"2026-11-0{day}", some(LicenceIssued, licence=each)) for day, each in ((1, "fire"), (2, "food"))
    ]
    assert said(some(LicenceIssued, licence="school"), *licences) == ["证照：由“无”变为“办学许可证”。"]
    assert said(some(LicenceRevoked, licence="food"), *licences) == ["证照：由“食品经营许可证”变为“无”。"]
    again = said(hazard, ("2026-11-01", hazard))
    assert again == ["未整改的重大事故隐患：由“无”变为“设施设备”。"], "one more of a kind"


def said(event: Event, *before: tuple[str, Event]) -> list[str]:
    """Return what it would change in a file with what was before, in words."""
    after = given(*before, ("2026-11-20", event)).file
    file = given(*before).file if before else File(after.stream)
    changes = impact(file, after, Rulebook.shipped(), TODAY, EVERY_CATEGORY)
    return [status_words(change, EVERY_CATEGORY).zh for change in changes.status]
