"""One citizen id or file number in two files: it shows before and after, to each as far as they may know."""

from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.contract.listing import titled
from api.identity.permissions import Role
from domain.event import Event
from domain.events.filing import FilesJoined
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from projections.likeness import MOST_OTHERS
from tests.support.client import Served, new_key
from tests.support.given import citizen_id, some
from tests.support.http_given import a_story, both, sent
from tests.support.imports_http import NDJSON, done, hand_in
from tests.support.registers.counter import Counter
from tests.support.registers.paper import HEADINGS, Paper
from tests.support.waiting import PATIENCE

DAY = "2014-05-02"


ID, OTHER_ID = (citizen_id("2012-03-15", sequence) for sequence in ("040", "042"))
NO = "HM-0001"
BOTH = (some(CitizenIdAssigned, citizen_id=ID), some(ChildReceived, file_no=NO))
TAKEN_BY = {"I32", "I33"}
EXCUSED: dict[type[Event], str] = {ChildAdmitted: "I01"}
TAKEN: dict[str, tuple[str, list[Event]]] = {
    "a citizen id": ("I32", [some(CitizenIdAssigned, citizen_id=ID)]),
    "a citizen id by registration": ("I32", [some(HouseholdRegistered, citizen_id=ID)]),
    "a citizen id with a small x": ("I32", [some(CitizenIdAssigned, citizen_id=ID.lower())]),
    "a file number": ("I33", [some(ChildReceived, file_no=NO)]),
    "a file number on admission": ("I33", [some(ChildAdmitted, file_no=NO)]),
    "a file number typed wide": ("I33", [some(ChildReceived, file_no="ＨＭ－０００１")]),
}
either = pytest.mark.parametrize(("rule", "events"), TAKEN.values(), ids=TAKEN)


class Recorder:
    """Somebody who opens files and adds to them."""

    def __init__(self, served: Served, *, elsewhere: bool = False) -> None:
        self.served = served
        self.elsewhere = elsewhere

    async def post(self, path: str, events: list[Event], *, dry_run: bool = False) -> Any:
        """Record events of one day, or tell what would come of it."""
        client = await self.served.as_(Role.SUPERVISOR, elsewhere=self.elsewhere)
        told = [
            sent(DAY, event, **({"exception": "I01"} if isinstance(event, ChildAdmitted) else {}))
            for event in events
        ]
        headers = {} if dry_run else new_key()
        params = {"dry_run": "true"} if dry_run else {}
        answer = await client.post(path, json={"events": told}, headers=headers, params=params)
        assert answer.status_code == (200 if dry_run else 201), answer.json()
        return answer.json()

    async def opened(self, *events: Event) -> Any:
        """Open a file."""
        return await self.post("/children", [some(ChildReceived), *events])

    async def rehearsed(self, *events: Event) -> Any:
        """Tell what would come of opening one."""
        return await self.post("/children", [some(ChildReceived), *events], dry_run=True)

    async def found(
        self, role: Role = Role.SUPERVISOR, **asked: str
    ) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """What is listed of likenesses, by rule: the child, and the others that are named."""
        client = await self.served.as_(role, elsewhere=self.elsewhere)
        await self.served.projected()
        params = {"kind": "possible_duplicate", **asked}
        listed = (await client.get("/findings", params=params)).json()["items"]
        by_rule: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for each in listed:
            assert each["zh"]
            assert each["en"]
            by_rule.setdefault(each["rule"], []).append((each["child"], tuple(each["others"])))
        return {rule: sorted(found) for rule, found in by_rule.items()}


@pytest.mark.rule("I32", "I33")
@either
async def test_a_number_that_another_file_has_is_told_before_it_is_recorded_then_and_ever_after(
    served: Served, rule: str, events: list[Event]
) -> None:
    home = Recorder(served)
    first = (await home.opened(some(CitizenIdAssigned, citizen_id=ID), some(ChildReceived, file_no=NO)))[
        "child"
    ]

    rehearsed = (await home.rehearsed(*events))["possible_duplicates"]
    assert [(each["rule"], each["child"]) for each in rehearsed] == [(rule, first)]

    recorded = await home.opened(*events)
    second = recorded["child"]
    told = [each for each in recorded["findings"] if each["kind"] == "possible_duplicate"]
    assert [(each["rule"], each["child"], each["others"]) for each in told] == [(rule, second, [first])]

    assert await home.found() == {rule: sorted([(first, (second,)), (second, (first,))])}
    client = await served.as_(Role.SUPERVISOR)
    for child in (first, second):
        listed = (await client.get("/findings")).json()["items"]
        own = (await client.get(f"/children/{child}")).json()
        assert own["findings"] == sum(each["child"] == child for each in listed)


@either
async def test_it_is_told_as_well_of_a_file_that_is_there_already(
    served: Served, rule: str, events: list[Event]
) -> None:
    home = Recorder(served)
    first = (await home.opened(some(CitizenIdAssigned, citizen_id=ID), some(ChildReceived, file_no=NO)))[
        "child"
    ]
    second = (await home.opened())["child"]
    rehearsed = await home.post(f"/children/{second}/events", events, dry_run=True)
    assert [(each["rule"], each["child"]) for each in rehearsed["possible_duplicates"]] == [(rule, first)]
    recorded = await home.post(f"/children/{second}/events", events)
    told = [each for each in recorded["findings"] if each["kind"] == "possible_duplicate"]
    assert [(each["rule"], each["child"], each["others"]) for each in told] == [(rule, second, [first])]


async def test_who_may_not_see_the_other_file_hears_that_the_number_is_taken_and_nothing_else(
    served: Served,
) -> None:
    home, elsewhere = Recorder(served), Recorder(served, elsewhere=True)
    first = (await elsewhere.opened(some(CitizenIdAssigned, citizen_id=ID)))["child"]
    rehearsed = (await home.rehearsed(some(CitizenIdAssigned, citizen_id=ID)))["possible_duplicates"]
    assert [(each["rule"], each["child"], each["others"]) for each in rehearsed] == [("I32", None, [])]
    recorded = await home.opened(some(CitizenIdAssigned, citizen_id=ID))
    (told,) = [each for each in recorded["findings"] if each["rule"] == "I32"]
    assert (told["child"], told["others"]) == (recorded["child"], [])
    assert await home.found() == {"I32": [(recorded["child"], ())]}
    assert await elsewhere.found() == {"I32": [(first, ())]}
    assert first not in str(rehearsed) + str(recorded)


@pytest.mark.rule("I32", "I33")
async def test_every_number_of_a_child_whose_files_were_joined_is_that_childs_only(served: Served) -> None:
    """Before it is recorded and ever after; as known before they were joined, of the file that had it."""
    stories = [
        await a_story(served).given(
            (DAY, some(ChildReceived, file_no=number)), (DAY, some(CitizenIdAssigned, citizen_id=citizen))
        )
        for number, citizen in ((NO, ID), ("HM-0002", OTHER_ID))
    ]
    kept, joined = stories
    home = Recorder(served)
    joining = await both(served, FilesJoined, (kept, joined), "2026-05-04")
    assert [item["status"] for item in joining.json()["items"]] == [201, 201]
    at = int(joining.headers["Ledger-Position"])
    for number, citizen in ((NO, ID), ("HM-0002", OTHER_ID)):
        events = [some(CitizenIdAssigned, citizen_id=citizen), some(ChildReceived, file_no=number)]
        told = (await home.rehearsed(*events))["possible_duplicates"]
        assert {(each["rule"], each["child"]) for each in told} == {(rule, kept.child) for rule in TAKEN_BY}
    assert await home.found() == {}
    third = (await home.opened(some(CitizenIdAssigned, citizen_id=ID), some(ChildReceived, file_no=NO)))[
        "child"
    ]
    pair = sorted([(str(kept.child), (third,)), (third, (str(kept.child),))])
    assert await home.found() == {"I32": pair, "I33": pair}
    assert await home.found(day="2014-05-01") == {}
    head = (await served.container.ledger.head()).position
    assert await served.container.projector.known_reached(head, PATIENCE)
    assert await home.found(known_at=str(at)) == {}
    assert await home.found(known_at=str(head)) == {"I32": pair, "I33": pair}


@pytest.mark.rule("I33")
async def test_two_institutions_may_give_one_file_number(served: Served) -> None:
    home, elsewhere = Recorder(served), Recorder(served, elsewhere=True)
    await elsewhere.opened(some(ChildReceived, file_no=NO))
    assert (await home.rehearsed(some(ChildReceived, file_no=NO)))["possible_duplicates"] == []
    await home.opened(some(ChildReceived, file_no=NO))
    assert await home.found() == {}


async def test_who_sees_no_numbers_is_not_told_that_two_are_the_same(served: Served) -> None:
    home = Recorder(served)
    for _ in range(2):
        await home.opened(some(CitizenIdAssigned, citizen_id=ID))
    assert set(await home.found()) == {"I32"}
    assert await home.found(Role.ADMINISTRATOR) == {}


async def test_a_number_that_can_be_nobodys_is_nobodys(served: Served) -> None:
    home = Recorder(served)
    for _ in range(2):
        recorded = await home.opened(some(CitizenIdAssigned, citizen_id="不详"))
        assert {each["rule"] for each in recorded["findings"]} == {"I30"}
    assert await home.found() == {}


@pytest.mark.rule("I32")
async def test_a_number_that_was_corrected_is_taken_no_more(served: Served) -> None:
    home = Recorder(served)
    await home.opened(some(CitizenIdAssigned, citizen_id=ID))
    second = await home.opened(some(CitizenIdAssigned, citizen_id=ID))
    client = await served.as_(Role.SUPERVISOR)
    wrong = second["entries"][1]["entry_id"]
    right = sent(DAY, some(CitizenIdAssigned, citizen_id=OTHER_ID), corrects=wrong)
    answer = await client.post(f"/children/{second['child']}/events", json=right, headers=new_key())
    assert answer.status_code == 201
    assert await home.found() == {}


async def test_the_same_request_again_does_not_find_its_own_number_taken(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    key = new_key()
    body = {
        "events": [
            sent(DAY, some(ChildReceived, file_no=NO)),
            sent(DAY, some(CitizenIdAssigned, citizen_id=ID)),
        ]
    }
    for status in (201, 200):
        answer = await client.post("/children", json=body, headers=key)
        assert answer.status_code == status
        assert [each for each in answer.json()["findings"] if each["kind"] == "possible_duplicate"] == []
        await served.projected()


async def test_of_many_files_with_one_number_some_are_named(served: Served) -> None:
    home = Recorder(served)
    children = [
        (await home.opened(some(CitizenIdAssigned, citizen_id=ID)))["child"] for _ in range(MOST_OTHERS + 3)
    ]
    found = (await home.found())["I32"]
    assert {child for child, _ in found} == set(children)
    assert {len(others) for _, others in found} == {MOST_OTHERS}
    assert all(UUID(other) for _, others in found for other in others)


async def test_reading_who_else_has_a_number_is_written_down(served: Served) -> None:
    home = Recorder(served)
    first = (await home.opened(some(CitizenIdAssigned, citizen_id=ID)))["child"]
    await home.rehearsed(some(CitizenIdAssigned, citizen_id=ID))
    auditor = await served.as_(Role.AUDITOR)
    lines = (await auditor.get(f"/children/{first}/access")).json()["items"]
    assert "duplicates" in {line["purpose"] for line in lines}


@pytest.mark.rule("R-INT-5")
async def test_names_alike_name_each_other_too(served: Served) -> None:
    home = Recorder(served)
    who = some(IdentityRecorded, name="王小明", birth_on=date(2012, 3, 15), sex="1")
    first, second = [(await home.opened(who))["child"] for _ in range(2)]
    assert await home.found() == {"R-INT-5": sorted([(first, (second,)), (second, (first,))])}


@pytest.mark.rule("R-INT-5")
async def test_another_name_sex_or_day_of_birth_is_another_child(served: Served) -> None:
    home = Recorder(served)
    born = date(2012, 3, 15)
    for name, birth, sex in (
        ("王小明", born, "1"),
        ("王小民", born, "1"),
        ("王小明", born, "2"),
        ("王小明", date(2012, 3, 14), "1"),
        ("王小明", date(2012, 3, 16), "1"),
    ):
        await home.opened(some(IdentityRecorded, name=name, birth_on=birth, sex=sex))
    assert await home.found() == {}


@pytest.mark.rule("I32", "I33", "R-INT-5")
async def test_files_alike_are_found_from_the_day_that_made_them_so(served: Served) -> None:
    home = Recorder(served)
    who = some(IdentityRecorded, name="王小明", birth_on=date(2012, 3, 15), sex="1")
    for _ in range(2):
        await home.opened(who, *BOTH)
    found = [set(await home.found(day=day)) for day in ("2014-05-01", DAY, "2014-05-03")]
    assert found == [set(), {"I32", "I33", "R-INT-5"}, {"I32", "I33", "R-INT-5"}]


# Among many


async def among(home: Recorder, *items: tuple[str, Event], dry_run: bool = False) -> Any:
    """Record one event in each of some files, or tell what would come of it: the findings of each."""
    client = await home.served.as_(Role.SUPERVISOR)
    body = {"items": [{"child": child, "events": [sent(DAY, event)]} for child, event in items]}
    headers, params = ({}, {"dry_run": "true"}) if dry_run else (new_key(), {})
    answer = await client.post("/entries", json=body, headers=headers, params=params)
    assert answer.status_code == 200, answer.json()
    return [
        [
            (each["rule"], each["child"], each["others"])
            for each in item["findings"]
            if each["rule"] in TAKEN_BY
        ]
        for item in answer.json()["items"]
    ]


@pytest.mark.parametrize("dry_run", [True, False], ids=["in a dry run", "for good"])
@either
async def test_an_item_that_gives_a_number_that_another_file_has_is_told_so(
    served: Served, rule: str, events: list[Event], *, dry_run: bool
) -> None:
    home = Recorder(served)
    first = (await home.opened(some(CitizenIdAssigned, citizen_id=ID), some(ChildReceived, file_no=NO)))[
        "child"
    ]
    second, third = [(await home.opened())["child"] for _ in range(2)]
    (event,) = events
    if isinstance(event, ChildAdmitted):
        event = some(ChildReceived, file_no=NO)
    other = some(CitizenIdAssigned, citizen_id=OTHER_ID)

    told = await among(home, (second, event), (third, other), dry_run=dry_run)

    assert told == [[(rule, second, [first])], []]


@pytest.mark.parametrize("dry_run", [True, False], ids=["in a dry run", "for good"])
async def test_items_that_give_one_number_to_two_files_are_both_told_so(
    served: Served, *, dry_run: bool
) -> None:
    home = Recorder(served)
    first, second, third = [(await home.opened())["child"] for _ in range(3)]
    one, other = some(CitizenIdAssigned, citizen_id=ID), some(CitizenIdAssigned, citizen_id=OTHER_ID)

    told = await among(home, (first, one), (third, other), (second, one), dry_run=dry_run)

    assert told == [[("I32", first, [second])], [], [("I32", second, [first])]]


# By import


ROSTER = Paper("儿童花名册", HEADINGS["儿童花名册"])


def listing(*numbers: str) -> Paper:
    """A roster of children with these citizen ids."""
    paper = ROSTER
    for place, number in enumerate(numbers):
        own = {"儿童编号": f"CS00{place}", "姓名": f"林小{place}", "身份证号": number}
        paper = paper.row(**own, 出生日期="2012-03-15", 接收日期="2013-05-02")
    return paper


async def test_two_children_of_a_register_with_one_citizen_id_are_both_found(counter: Counter) -> None:
    paper = listing(ID, ID, OTHER_ID)
    for dry_run in (True, False):
        report = await counter.take(paper, dry_run=dry_run)
        assert {"rule": "I32", **titled("I32"), "count": 2, "unverified": 0} in report.json()["findings"]
        assert report.rows_by_rule["I32"] == ["儿童花名册!4", "儿童花名册!5"]
    first, second = sorted(str(counter.stream(number)) for number in ("CS000", "CS001"))
    assert await Recorder(counter.served).found() == {"I32": [(first, (second,)), (second, (first,))]}


async def test_a_citizen_id_of_a_register_that_another_institution_has_is_found(counter: Counter) -> None:
    elsewhere = Recorder(counter.served, elsewhere=True)
    await elsewhere.opened(some(CitizenIdAssigned, citizen_id=ID))
    await counter.served.projected()
    report = await counter.take(listing(ID, OTHER_ID))
    assert {"rule": "I32", **titled("I32"), "count": 1, "unverified": 0} in report.json()["findings"]
    assert await Recorder(counter.served).found() == {"I32": [(str(counter.stream("CS000")), ())]}


# By lines


async def by_lines(home: Recorder, *lines: dict[str, Any], dry_run: bool = False) -> dict[str, int]:
    """Import lines; return how often a number was found to be taken, by rule."""
    client = await home.served.as_(Role.SUPERVISOR)
    body = b"\n".join(map(orjson.dumps, lines))
    answer = await hand_in(client, body, media_type=NDJSON, query="?dry_run=true" if dry_run else "")
    report = await done(client, answer.headers["Location"])
    assert report["rejected"] == 0, report
    return {each["rule"]: each["count"] for each in report["findings"] if each["rule"] in TAKEN_BY}


@pytest.mark.parametrize("dry_run", [True, False], ids=["in a dry run", "for good"])
async def test_lines_that_give_a_number_that_another_file_has_are_counted(
    served: Served, *, dry_run: bool
) -> None:
    home = Recorder(served)
    await home.opened(some(CitizenIdAssigned, citizen_id=ID), some(ChildReceived, file_no=NO))
    second = (await home.opened())["child"]
    line = {"child": second, "events": [sent(DAY, some(CitizenIdAssigned, citizen_id=ID))]}
    opening = {"events": [sent(DAY, some(ChildReceived, file_no=NO))]}
    other = {"events": [sent(DAY, some(ChildReceived, file_no="HM-0002"))]}

    assert await by_lines(home, line, opening, other, dry_run=dry_run) == {"I32": 1, "I33": 1}


@pytest.mark.parametrize("dry_run", [True, False], ids=["in a dry run", "for good"])
async def test_lines_that_give_one_number_to_two_files_are_both_counted(
    served: Served, *, dry_run: bool
) -> None:
    home = Recorder(served)
    first, second = [(await home.opened())["child"] for _ in range(2)]
    given = sent(DAY, some(CitizenIdAssigned, citizen_id=ID))
    lines = [{"child": child, "events": [given]} for child in (first, second, first)]
    lines[2]["events"] = [sent(DAY, some(CitizenIdAssigned, citizen_id=OTHER_ID))]

    assert await by_lines(home, *lines, dry_run=dry_run) == {"I32": 2}


async def test_lines_that_stood_already_are_not_counted_again(served: Served) -> None:
    home = Recorder(served)
    first, second = [(await home.opened())["child"] for _ in range(2)]
    given = sent(DAY, some(CitizenIdAssigned, citizen_id=ID))
    one, other = [{"child": child, "events": [given]} for child in (first, second)]

    assert await by_lines(home, one) == {}
    assert await by_lines(home, one, other) == {"I32": 1}
