"""Of one file: when entries happened and were recorded, what became of one, and what was learned later."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.identity.permissions import Role
from domain import entry
from domain.entry import LATE_DAYS
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryRestored, EntryWithdrawn
from domain.when import SHANGHAI
from tests.support.client import Served
from tests.support.given import given, some
from tests.support.http_given import JsonObject, Story, a_story

RECEIVED = ("2026-07-01", some(ChildReceived, file_no="WH-2026-001"))
NAMED = ("2026-07-01", some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 5), sex="1"))
REGISTERED = ("2026-08-03", some(HouseholdRegistered))
REPORT = ("2026-08-01", some(AdoptionAssessmentReportIssued, conclusion="unsuitable"))
DAY = "2026-09-01"
NOT_FOUND, INVALID = 404, 422


async def registered_late(served: Served) -> tuple[Story, int]:
    """Given a child registered on 3 August, which was entered later: the file, and the position before."""
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    return await story.given(REGISTERED), before


def withdrawn(entry_id: str) -> tuple[Any, ...]:
    return "2026-10-05", some(EntryWithdrawn, entry=UUID(entry_id), explanation="登错了儿童。")


# What was learned later


async def test_what_was_recorded_since_and_changed_a_day_is_named(served: Served) -> None:
    story, before = await registered_late(served)
    then = await story.asked("/hindsight", as_of=DAY, known_at=before)
    assert (then["recorded_since"], then["changing"]) == (1, [story.entries[2]])
    assert (then["as_of"], then["known_position"]) == (DAY, before)
    earlier = await story.asked("/hindsight", as_of="2026-08-02", known_at=before)
    assert (earlier["recorded_since"], earlier["changing"]) == (1, []), "it had not happened by that day"
    now = await story.asked("/hindsight", as_of=DAY)
    assert (now["recorded_since"], now["changing"]) == (0, [])


async def test_a_withdrawal_changes_a_day_too(served: Served) -> None:
    story, _ = await registered_late(served)
    known = story.position
    await story.given(withdrawn(story.entries[2]))
    answer = await story.asked("/hindsight", as_of=DAY, known_at=known)
    assert answer["changing"] == [story.entries[3]]


async def test_of_what_the_caller_does_not_see_no_change_is_told(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    await story.given(REPORT)
    path = f"/children/{story.child}/hindsight"
    seen = {
        role: (await (await served.as_(role)).get(path, params={"as_of": DAY, "known_at": before})).json()
        for role in (Role.SUPERVISOR, Role.STAFF)
    }
    assert seen[Role.SUPERVISOR]["changing"] == [story.entries[2]]
    assert (seen[Role.STAFF]["recorded_since"], seen[Role.STAFF]["changing"]) == (1, [])


async def test_a_difference_names_the_entries_that_make_it(served: Served) -> None:
    story, before = await registered_late(served)
    answer = await story.asked("/diff", **{"from": DAY, "to": DAY}, from_known_at=before)
    made = {each["path"]: each["entries"] for each in answer["fields"]}
    assert made["household.registered"] == [story.entries[2]]
    gone = {each["before"]["rule"]: each["entries"] for each in answer["findings"] if each["after"] is None}
    assert gone["S01"] == [], "that nothing is recorded names no entry"
    whole = await story.asked("/diff", **{"from": DAY, "to": DAY}, from_known_at=0)
    named = [(each["entries"], each["after"]["started_by"]) for each in whole["obligations"]]
    assert all({*started} <= {*entries} <= {*story.entries} for entries, started in named)
    assert named


# One entry


async def test_an_entry_is_told_whole_with_what_became_of_it(served: Served) -> None:
    story, _ = await registered_late(served)
    registered = story.entries[2]
    await story.given(withdrawn(registered), ("2026-10-06", some(EntryRestored, entry=UUID(registered))))
    answer = await story.asked(f"/entries/{registered}")
    assert (answer["entry"]["type"], answer["entry"]["struck"]) == ("HouseholdRegistered", None)
    assert [each["type"] for each in answer["others"]] == ["EntryWithdrawn", "EntryRestored"]
    of_the_withdrawal = await story.asked(f"/entries/{answer['others'][0]['entry_id']}")
    assert [each["type"] for each in of_the_withdrawal["others"]] == ["HouseholdRegistered", "EntryRestored"]
    then = await story.asked(f"/entries/{registered}", known_at=answer["others"][0]["position"])
    assert then["entry"]["struck"] == "withdrawn"
    assert len(then["others"]) == 1


async def test_an_entry_of_another_file_or_not_known_yet_is_not_found(served: Served) -> None:
    story, before = await registered_late(served)
    other = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.SUPERVISOR)
    for path, query in (
        (f"/children/{other.child}/entries/{story.entries[2]}", {}),
        (f"/children/{story.child}/entries/{uuid4()}", {}),
        (f"/children/{story.child}/entries/{story.entries[2]}", {"known_at": before}),
    ):
        assert (await client.get(path, params=query)).status_code == NOT_FOUND, path


# Who recorded


async def test_entries_name_who_recorded_them_to_those_who_may_know(served: Served) -> None:
    story, _ = await registered_late(served)
    staff = await served.actor(Role.STAFF)
    known = (await served.container.identity.names([staff.user]))[staff.user]
    paths = (
        f"/children/{story.child}/entries",
        f"/children/{story.child}/diff?from_known_at=0",
        f"/entries/{story.position}/decision",
        f"/children/{story.child}/explain/household.registered",
        f"/children/{story.child}/entries/{story.entries[2]}",
    )
    for role in (Role.STAFF, Role.AUDITOR, Role.BUREAU):
        for path in paths:
            answer = await (await served.as_(role)).get(path)
            named = {each["name"] for each in recorders(answer.json())}
            assert named == {known}, (role, path)
    feed = await (await served.as_(Role.AUDITOR)).get("/entries")
    assert str(known) in feed.text


def recorders(answer: Any) -> list[JsonObject]:
    """Every recorder that an answer names."""
    if isinstance(answer, dict):
        own = [answer["recorded_by"]] if "recorded_by" in answer else []
        return own + [each for value in answer.values() for each in recorders(value)]
    return [each for value in answer for each in recorders(value)] if isinstance(answer, list) else []


# Dates alone, who it is, and what speaks against the file


async def test_the_dates_of_all_entries_are_told_without_what_they_say(served: Served) -> None:
    story, before = await registered_late(served)
    client = await served.as_(Role.ADMINISTRATOR)
    answer = (await client.get(f"/children/{story.child}/chronology")).json()
    entries = (await story.asked("/entries", order="recorded"))["items"]
    members = ("entry_id", "position", "type", "occurred_until", "recorded_at", "lag_days", "struck")
    assert [[each[name] for name in members] for each in answer["items"]] == [
        [each[name] for name in members] for each in entries
    ]
    assert len((await story.asked("/chronology", known_at=before))["items"]) == 2
    assert len((await story.asked("/chronology", as_of="2026-08-02"))["items"]) == 2
    noted = await served.container.access.of(UUID(story.child), limit=10)
    assert {line.purpose for line in noted} == {"entries"}, "dates are nothing personal"


async def test_a_summary_says_what_the_file_says_of_who_it_is(served: Served) -> None:
    story, before = await registered_late(served)
    points: list[dict[str, Any]] = [{}, {"as_of": DAY, "known_at": before}]
    for query in points:
        file, summary = await story.asked("", **query), await story.asked("/summary", **query)
        who = summary.pop("identity")
        assert summary == {name: file[name] for name in summary}
        assert who == {name: file["identity"][name] for name in who} != {}
        assert summary.keys() > {"file_no", "stage", "age", "findings", "obligations", "version"}


async def test_findings_of_one_file_are_told_with_their_evidence(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    found = (await story.asked("/findings", as_of=DAY))["items"]
    assert len(found) == (await story.asked("", as_of=DAY))["findings"]
    assert "S01" in {each["rule"] for each in found}
    for each in found:
        assert [shown["entry_id"] for shown in each["evidence"]] == each["entries"]
    (one,) = (await story.asked("/findings", as_of=DAY, rule="S01"))["items"]
    assert one["title_zh"]
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.get(f"/children/{story.child}/findings", params={"rule": "Q99"})
    assert answer.status_code == INVALID


# The timeline narrowed


async def test_a_timeline_is_narrowed_to_a_chapter_and_to_what_is_late_or_amended(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await a_story(served).given(RECEIVED, NAMED, REGISTERED)
    corrected = some(IdentityRecorded, name="王小红", birth_on=date(2015, 3, 5), sex="1")
    await story.given((NAMED[0], corrected, {"corrects": story.entries[1]}))

    async def versions(**query: Any) -> list[int]:
        return [
            each["version"] for each in (await story.asked("/entries", order="recorded", **query))["items"]
        ]

    assert await versions(chapter="household") == [3]
    assert await versions(chapter="identity") == [2, 4], "it speaks of who the child is"
    assert await versions(late_or_amended="true") == [1, 2, 3, 4]
    monkeypatch.setattr(entry, "LATE_DAYS", 100_000)
    assert await versions(late_or_amended="true") == [2, 4], "what was corrected, and the correction"
    assert await versions(late_or_amended="true", chapter="household") == []
    client = await served.as_(Role.SUPERVISOR)
    unknown = await client.get(f"/children/{story.child}/entries", params={"chapter": "houshold"})
    (error,) = unknown.json()["errors"]
    assert (unknown.status_code, error["pointer"]) == (INVALID, "/query/chapter")
    assert "household" in error["known"]


@pytest.mark.parametrize(("lag", "late"), [(0, False), (LATE_DAYS, False), (LATE_DAYS + 1, True)])
def test_an_entry_is_late_that_was_recorded_more_than_a_week_after_its_day(lag: int, late: bool) -> None:  # noqa: FBT001 - a case
    (told,) = given(RECEIVED).entries
    recorded = datetime.combine(told.days.last, time(23, 59), SHANGHAI) + timedelta(days=lag)
    assert told.recorded(1, recorded).is_late is late
    assert told.recorded(1, recorded).lag_days == lag
