"""Explanations over HTTP: every field that a file shows, in both languages, to whom it may be told."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.contract.explained_fields import attributes_shown, fields_explained
from api.identity.permissions import Role
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.rulebook import Rulebook
from domain.when import day_of, in_chinese
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

INVALID: Final = 422
STORY: Final = (
    ("2024-03-05", some(ChildReceived, file_no="标记-0001")),
    ("2024-03-05", some(IdentityRecorded, name="标记甲", sex="1")),
    ("2024-05-06", some(HouseholdRegistered, region="371002")),
)


def paths_of(answer: dict[str, Any]) -> set[str]:
    """Return the path of every field that an answer about a child shows; addresses of lists are none."""
    chapters = {path.partition(".")[0] for path in attributes_shown("child")}
    plain = {name for name in answer if name not in chapters} - {"lists"}
    counted = {f"{name}.{each}" for name in ("obligations",) for each in answer[name]}
    return plain | counted | {f"{name}.{each}" for name in chapters for each in answer[name]}


async def test_every_field_that_a_file_shows_has_an_explanation_in_both_languages(served: Served) -> None:
    story = await a_story(served).given(*STORY)
    fields = paths_of(await story.asked(""))
    assert fields <= {*fields_explained("child", Rulebook.shipped())}
    for field in sorted(fields):
        told = await story.asked(f"/explain/{field}")
        assert told["field"] == field
        for words in (told["zh"], told["en"], told["label_zh"], told["label_en"]):
            assert words.strip(), field
        assert any(letter >= "一" for letter in told["zh"]), field


async def test_a_caseworker_reads_by_which_entry_a_registration_holds_and_since_when(served: Served) -> None:
    story = await a_story(served).given(*STORY)
    told = await story.asked("/explain/household.registered")
    assert told["value"]["since"] == "2024-05-06"
    assert [(each["did"], each["entry"]["type"]) for each in told["entries"]] == [
        ("began", "HouseholdRegistered")
    ]
    (began,) = told["entries"]
    assert (began["without"], began["differed"], began["known_before"]) == (None, True, None)
    assert (began["entry"]["occurred_on"], began["entry"]["position"]) == ("2024-05-06", story.position)
    recorded = in_chinese(day_of(datetime.fromisoformat(began["entry"]["recorded_at"])))
    assert told["zh"] == f"落户：自2024年5月6日起，依据2024年5月6日的“落户”（{recorded}登记）。"
    assert told["en"].startswith(f"{told['label_en']}: has held since 2024-05-06, by")
    before = await story.asked("/explain/household.registered", as_of="2024-05-05")
    assert (before["value"], before["entries"]) == (None, [])
    assert [each["fate"] for each in before["asides"]] == ["not_begun"]
    unknown = await story.asked("/explain/household.registered", known_at=story.position - 1)
    assert (unknown["value"], unknown["entries"], unknown["asides"]) == (None, [], [])
    assert "档案中没有登记" in unknown["zh"]


async def test_a_correction_and_a_withdrawal_are_named_with_what_they_changed(served: Served) -> None:
    story = await a_story(served).given(*STORY)
    wrong = story.entries[-1]
    await story.given(("2024-06-07", some(HouseholdRegistered, region="371003"), {"corrects": wrong}))
    told = await story.asked("/explain/household.registered", day="2024-07-01")
    assert [each["did"] for each in told["entries"]] == ["began", "corrected"]
    correction = told["entries"][1]
    assert (correction["other"], correction["without"]["region"]) == (wrong, "371002")
    assert correction["known_before"]["since"] == "2024-05-06"
    assert "内容不同" in correction["zh"]
    await story.given(("2024-06-07", EntryWithdrawn(entry=UUID(wrong), explanation="重复")))
    told = await story.asked("/explain/household.registered")
    assert (told["value"], [each["did"] for each in told["entries"]]) == (None, ["withdrew"])
    assert {each["fate"] for each in told["asides"]} == {"withdrawn"}


async def test_who_does_not_see_a_category_is_told_that_it_is_restricted_and_nothing_else(
    served: Served,
) -> None:
    story = await a_story(served).given(*STORY)
    told = await story.asked("/explain/identity.name", by=Role.ADMINISTRATOR)
    assert (told["restricted"], told["value"]) == (["identity"], {"restricted": "identity"})
    assert (told["entries"], told["asides"], told["rules"], told["counts"]) == ([], [], [], [])
    assert "身份信息" in told["zh"]
    stage = await story.asked("/explain/stage", by=Role.ADMINISTRATOR)
    assert "标记" not in str(stage)
    assert stage["value"] == "received"


async def test_an_obligation_is_explained_by_its_entries_its_rule_and_its_number(served: Served) -> None:
    story = await a_story(served).given(*STORY[:2])
    count = (await story.asked("/explain/obligations"))["counts"]
    assert count
    told = await story.asked(f"/explain/{count[0]}")
    assert {each["did"] for each in told["entries"]} >= {"started"}
    (rule,) = told["rules"]
    assert rule["source"]
    assert rule["zh"]
    total = await story.asked("/explain/obligations.overdue")
    assert total["value"] == (await story.asked(""))["obligations"]["overdue"]
    assert (await story.asked("/explain/findings"))["value"] == (await story.asked(""))["findings"]


async def test_a_gate_names_its_evidence_or_what_is_missing(served: Served) -> None:
    story = await a_story(served).given(*STORY)
    told = await story.asked("/explain/gates.6")
    gates = (await story.asked("/readiness"))["gates"]
    assert told["value"]["state"] == gates[5]["state"]
    assert told["value"]["missing_zh"] == gates[5]["missing_zh"]
    assert told["rules"][0]["rule"] == "G06"


async def test_a_path_that_is_none_is_refused_naming_what_there_is(served: Served) -> None:
    story = await a_story(served).given(*STORY)
    staff = await served.as_(Role.STAFF)
    for field in ("household", "household.registred", "gates.15", "obligations.NONE"):
        answer = await staff.get(f"/children/{story.child}/explain/{field}")
        assert answer.status_code == INVALID, field
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/path/field"
        assert "household.registered" in error["known"]


async def test_two_names_of_the_day_are_not_two_days(served: Served) -> None:
    story = await a_story(served).given(*STORY)
    staff = await served.as_(Role.STAFF)
    both = {"day": "2024-05-05", "as_of": "2024-05-06"}
    answer = await staff.get(f"/children/{story.child}/explain/stage", params=both)
    assert answer.status_code == INVALID


async def test_an_institution_is_explained_too(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    told = (await staff.get(f"/institutions/{served.home.institution}/explain/particulars.name")).json()
    assert told["institution"] == str(served.home.institution)
    assert told["entries"][0]["did"] == "began"
