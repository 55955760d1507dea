"""Two files of one child are joined and separated over HTTP: by whom, what is told before, who answers."""

from datetime import date
from json import loads
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from api.identity.permissions import Role
from domain.events.departure import ChildDied
from domain.events.filing import FileOpenedByMistake, FilesJoined, FilesSeparated
from domain.events.health import PhysicalExamined
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from ledger.files.cache import FileCache
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import JsonObject, Story, a_story, both, sent
from tests.support.read_models import a_projector, differences, expected, tables, to_the_end
from tests.support.waiting import PATIENCE

LISTS = ("/children", "/obligations", "/readiness", "/findings")
PAPER: dict[str, Any] = {"documents": ["household_booklet"]}
NAMED = ("2024-03-05", some(IdentityRecorded, name="赵小满", sex="1", birth_on=date(2015, 3, 5)))
RECEIVED = ("2024-03-05", some(ChildReceived, file_no="并-1"))
AGAIN = ("2024-03-06", some(ChildReceived, file_no="并-2"))
EXAMINED = ("2024-06-01", some(PhysicalExamined))
REGISTERED = ("2024-04-01", some(HouseholdRegistered))


def statuses(answer: Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [item["status"] for item in answer.json()["items"]]


def rules(answer: Response) -> list[set[str]]:
    problems = [item["problem"] for item in answer.json()["items"]]
    return [{each["rule"] for each in problem.get("refusals", ())} for problem in problems]


async def found(served: Served, position: int, **wanted: str) -> list[str]:
    """Return the files that the register finds by a name."""
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.post("/children/search", json=wanted, params={"at_least": position})
    assert answer.status_code == 200, answer.text
    return [item["child"] for item in answer.json()["items"]]


async def in_timeline(story: Story) -> dict[str, tuple[str | None, str | None]]:
    """Return what came of each entry, as the file's timeline tells it."""
    return {each["entry_id"]: came_of(each) for each in (await story.asked("/entries"))["items"]}


async def in_feed(served: Served) -> dict[str, tuple[str | None, str | None]]:
    """Return what came of each entry, as the feed tells it."""
    answer = await (await served.as_(Role.SUPERVISOR)).get("/entries")
    return {each["entry_id"]: came_of(each) for each in map(loads, answer.text.splitlines())}


def came_of(entry: JsonObject) -> tuple[str | None, str | None]:
    return entry["corrected_by"], entry["struck"]


async def listed_in(served: Served, path: str, files: tuple[Story, Story]) -> set[str]:
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.get(path, params={"limit": 500})
    return {item["child"] for item in answer.json()["items"]} & {each.child for each in files}


@pytest.mark.rule("R-FILE-1")
@pytest.mark.rule("R-FILE-3")
async def test_two_files_of_one_child_answer_as_one_while_they_are_joined(served: Served) -> None:
    kept = await a_story(served).given(NAMED, RECEIVED)
    joined = await a_story(served).given(NAMED, AGAIN, REGISTERED)
    files = (kept, joined)
    before = joined.position
    supervisor = await served.as_(Role.SUPERVISOR)

    # Not by staff, not with a token that may not approve, not one without the other, not as seen long ago.
    assert statuses(await both(served, FilesJoined, files, "2026-05-04", by=Role.STAFF)) == [403, 403]
    identity, supervising = served.container.identity, await served.actor(Role.SUPERVISOR)
    looking = await served.client(
        await identity.issue(supervising.user, days=1, purpose="looking", may_approve=False)
    )
    assert statuses(await both(served, FilesJoined, files, "2026-05-04", by=looking)) == [403, 403]
    alone = some(FilesJoined, kept=kept.child, joined=joined.child)
    (await kept.when(("2026-05-04", alone, PAPER), by=Role.SUPERVISOR)).refused("R-FILE-1")
    assert 412 in statuses(await both(served, FilesJoined, files, "2026-05-04", versions=(2, 1)))

    # Before, it is told what it changes.
    would = (await both(served, FilesJoined, files, "2026-05-04", dry_run=True)).json()["items"]
    of_joined, of_kept = would
    assert [item["would"] for item in would] == ["record", "record"]
    changed = {(each["chapter"], each["attribute"]) for each in of_kept["impact"]["status"]}
    assert ("household", "registered") in changed
    assert "R-FILE-6" in {each["rule"] for each in of_kept["impact"]["findings"]}
    assert all(each["after"] is None for each in of_joined["impact"]["obligations"])

    answer = await both(served, FilesJoined, files, "2026-05-04", versions=(2, 3))
    assert statuses(answer) == [201, 201]
    at = int(answer.headers["Ledger-Position"])
    status = await kept.asked()
    assert status["household"]["registered"] is not None
    assert (status["version"], [each["value"] for each in status["filing"]["joined"]]) == (3, [joined.child])
    timeline = (await kept.asked("/entries", order="recorded"))["items"]
    assert [each["stream"] for each in timeline] == [kept.child] * 2 + [joined.child] * 3 + [kept.child]

    # The other address says where to ask, to who may ask there.
    for below in ("", "/entries", "/obligations", "/readiness", "/diff", "/explain/stage"):
        gone = await supervisor.get(f"/children/{joined.child}{below}")
        assert (gone.status_code, gone.json()["code"], gone.json()["child"]) == (410, "joined", kept.child)
    elsewhere = await served.as_(Role.SUPERVISOR, elsewhere=True)
    assert (await elsewhere.get(f"/children/{joined.child}")).status_code == 404
    assert (await joined.asked(known_at=str(before)))["household"]["registered"] is not None
    assert (await kept.asked(known_at=str(before)))["household"]["registered"] is None
    refused = (await joined.when(("2026-05-05", some(ChildReceived)))).refused("R-FILE-3")
    assert str(kept.child) not in refused.response.text

    # The lists have one child.
    assert await found(served, at, q="赵小满") == [kept.child]
    for number in ("并-1", "并-2"):
        assert await found(served, at, q=number) == [kept.child]
        listed = await supervisor.get("/children", params={"file_no": number})
        assert [each["child"] for each in listed.json()["items"]] == [kept.child]
    for path in ("/children", "/obligations", "/findings"):
        assert await listed_in(served, path, files) <= {kept.child}
    explained = await kept.asked("/explain/household.registered")
    assert {each["entry"]["type"] for each in explained["entries"]} == {"HouseholdRegistered", "FilesJoined"}
    decided = await supervisor.get(f"/entries/{joined.position}/decision")
    assert decided.status_code == 200, decided.text

    await _separated(served, files, status)


async def _separated(served: Served, files: tuple[Story, Story], status: JsonObject) -> None:
    """Expect each to answer by itself again, as before; `status` is what they answered as one."""
    kept, joined = files
    # What is recorded meanwhile stays where it was recorded, and is told of wherever the entry is.
    await kept.given(("2026-06-01", some(HouseholdRegistered), {"corrects": joined.entries[-1]}))
    registered, correction = joined.entries[-1], kept.entries[-1]
    for fates in (await in_timeline(kept), await in_feed(served)):
        assert fates[registered] == (correction, "corrected")
    await served.projected()
    assert await differences(served) == set()
    answer = await both(served, FilesSeparated, files, "2026-07-01")
    assert statuses(answer) == [201, 201]
    at = int(answer.headers["Ledger-Position"])
    assert (await joined.asked())["household"]["registered"] == status["household"]["registered"]
    assert (await kept.asked())["household"]["registered"] is None
    for fates in (await in_timeline(joined), await in_feed(served)):
        assert fates[registered] == (None, None)
    assert set(await found(served, at, q="赵小满")) == {kept.child, joined.child}
    assert await _agree(served)
    client = await served.as_(Role.SUPERVISOR)
    # As known in between they are still one.
    assert (await client.get(f"/children/{joined.child}", params={"known_at": at - 3})).status_code == 410
    assert (await kept.asked(known_at=str(at - 3)))["household"]["registered"] is not None


async def _agree(served: Served) -> bool:
    """Whether the rows equal a recomputation, followed and built anew."""
    await served.projected()
    assert await differences(served) == set()
    projector = await a_projector(served)
    await to_the_end(projector)
    anew = await tables(served, projector)
    return anew == await tables(served) == await expected(served)


@pytest.mark.rule("R-FILE-1")
async def test_a_file_of_another_institution_is_not_joined_and_not_told_of(served: Served) -> None:
    kept = await a_story(served).given(NAMED)
    client = await served.as_(Role.SUPERVISOR)
    answers = []
    for other in (await served.a_child(elsewhere=True), uuid4()):
        joining = ("2026-05-04", some(FilesJoined, kept=kept.child, joined=str(other)), PAPER)
        items = [
            {"child": each, "events": [sent(*joining[:2], **PAPER)]} for each in (kept.child, str(other))
        ]
        answer = await client.post(
            "/entries",
            json={"all_or_nothing": True, "items": items},
            headers={"Idempotency-Key": uuid4().hex},
        )
        answers.append(statuses(answer))
        (await kept.when(joining, by=Role.SUPERVISOR)).refused("R-FILE-1")
    assert answers[0] == answers[1]
    assert answers[0][1] == 404


async def test_files_joined_again_answer_with_what_was_recorded_in_between(served: Served) -> None:
    """Also where another process did all of it, and this one read the file when they were joined first."""
    kept, joined = await a_story(served).given(NAMED), await a_story(served).given(RECEIVED)
    files, repository = (kept, joined), served.container.ledger.repository
    assert set(statuses(await both(served, FilesJoined, files, "2026-05-04"))) == {201}
    read = await repository.file(UUID(kept.child))
    assert read is not None
    assert set(statuses(await both(served, FilesSeparated, files, "2026-05-05"))) == {201}
    await joined.given(REGISTERED)
    assert set(statuses(await both(served, FilesJoined, files, "2026-05-06"))) == {201}
    repository.cache = FileCache()
    repository.cache.put(read)
    assert (await kept.asked())["household"]["registered"] is not None


async def test_files_joined_again_are_judged_by_what_was_recorded_in_between(served: Served) -> None:
    """Also where another process did all of it, and this one knew what was found before."""
    kept, joined = await a_story(served).given(NAMED, EXAMINED), await a_story(served).given(*[EXAMINED] * 5)
    files, repository = (kept, joined), served.container.ledger.repository
    assert set(statuses(await both(served, FilesJoined, files, "2026-05-04"))) == {201}
    assert "E06" not in await found_of(kept)
    read = await repository.file(UUID(kept.child))
    assert read is not None
    assert set(statuses(await both(served, FilesSeparated, files, "2026-05-05"))) == {201}
    await kept.given(("2024-05-01", some(ChildDied)))
    assert set(statuses(await both(served, FilesJoined, files, "2026-05-06"))) == {201}
    repository.cache = FileCache()
    repository.cache.put(read)
    assert (await found_of(kept)).count("E06") == 6, "each examination was recorded for after the death"


async def found_of(story: Story) -> list[str]:
    """Return the rule of each finding against a file."""
    return [each["rule"] for each in (await story.asked("/findings"))["items"]]


@pytest.mark.rule("R-FILE-7")
async def test_a_file_opened_by_mistake_leaves_the_register_and_is_read_as_history(served: Served) -> None:
    story = await a_story(served).given(("2024-03-05", some(ChildReceived, file_no="误-1")))
    mistake = ("2024-03-06", some(FileOpenedByMistake))
    assert (await story.when(mistake, by=Role.STAFF)).response.status_code == 403
    (await story.when(mistake, by=Role.SUPERVISOR)).refused("R-FILE-7")
    undone = ("2024-03-06", some(EntryWithdrawn, entry=story.entries[0]))
    (await story.when(undone, mistake, by=Role.SUPERVISOR)).recorded()
    assert await found(served, story.position, q="误-1") == []
    status = await story.asked()
    assert status["filing"]["opened_by_mistake"]["since"] == "2024-03-06"
    assert (await story.asked("/obligations"))["items"] == []
    assert len((await story.asked("/entries"))["items"]) == 3
    reopened = ("2024-03-07", some(EntryWithdrawn, entry=story.entries[-1]))
    (await story.when(reopened, by=Role.SUPERVISOR)).recorded()
    await story.given(("2024-03-07", some(ChildReceived, file_no="误-1")))
    assert await found(served, story.position, q="误-1") == [story.child]


def without_addresses(answer: Response) -> list[JsonObject]:
    """Return the items of a list without the addresses of other lists, which name the position."""
    return [
        {name: value for name, value in each.items() if name != "list"} for each in answer.json()["items"]
    ]


async def test_a_list_as_known_then_shows_the_files_as_they_were_joined_then(
    served: Served,
) -> None:
    """Each by itself before, one while they are joined, and each by itself once they are separated."""
    kept = await a_story(served).given(NAMED, RECEIVED)
    joined = await a_story(served).given(NAMED, AGAIN, REGISTERED)
    files, client = (kept, joined), await served.as_(Role.SUPERVISOR)
    answered: dict[int, list[list[JsonObject]]] = {}
    for kind, on in ((None, ""), (FilesJoined, "2026-05-04"), (FilesSeparated, "2026-06-04")):
        if kind is not None:
            assert set(statuses(await both(served, kind, files, on))) == {201}
        await served.projected()
        head = (await served.container.ledger.head()).position
        answered[head] = [without_addresses(await client.get(path)) for path in LISTS]
        assert await served.container.projector.known_reached(head, PATIENCE)
        # Whether they are joined now or not.
        for position, then in answered.items():
            query = {"known_at": position}
            now = [without_addresses(await client.get(path, params=query)) for path in LISTS]
            assert now == then, position
    assert [len(children) for children, *_ in answered.values()] == [2, 1, 2]
    assert await differences(served) == set()
