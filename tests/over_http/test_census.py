"""The census over HTTP: cells in words, whom each role counts, and the list behind each number."""

from datetime import date
from typing import Any

from api.identity.permissions import Role
from api.institutions import adopt_rulebook
from domain.event import Event
from domain.events.care import CareModeAssigned
from domain.events.community.caring import RiskGradeAssessed
from domain.events.departure import ChildDied
from domain.events.health import DisabilityAssessed
from domain.events.intake import ChildReceived, IdentityRecorded, IntakeCategoryDetermined
from domain.rule_pack import RulePack, drafted
from domain.rulebook import Rulebook
from tests.support.client import TOWNSHIP, Served, new_key
from tests.support.given import some
from tests.support.http_given import JsonObject, a_story, sent
from tests.support.waiting import PATIENCE

DAY = "2026-11-01"
FOUND = {
    "type": "ChildIdentified",
    "occurred_on": "2026-03-02",
    "data": {"identified_by": "director", "identified_as": "left_behind"},
}

LATER_CHECKS = RulePack(
    "later",
    {
        "later.toml": """
[[number]]
rule = "D10"
region = "371000"
from = 2021-11-08
value = 60
unit = "days"
source = "示例办法第5条"
verified = true
"""
    },
)


def child(born: str | None, sex: str, *, on: str = "2016-03-05", origin: str = "371098") -> list[Any]:
    """Who came into care, found in a county."""
    identity = some(IdentityRecorded, birth_on=None if born is None else date.fromisoformat(born), sex=sex)
    events = [(on, some(ChildReceived, found_region=origin))]
    return events if born is None else [*events, (on, identity)]


async def told(served: Served) -> None:
    """Wait until lists and counts have what is recorded."""
    await served.projected()
    position = (await served.container.ledger.head()).position
    assert await served.container.projector.known_reached(position, PATIENCE)


async def census(
    served: Served, role: Role = Role.SUPERVISOR, path: str = "/census", **query: Any
) -> JsonObject:
    asked = {name: value for name, value in {"as_of": DAY, **query}.items() if value is not None}
    answer = await (await served.as_(role)).get(path, params=asked)
    assert answer.status_code == 200, answer.text
    said: JsonObject = answer.json()
    return said


def numbers(answer: JsonObject) -> dict[tuple[str, ...], int]:
    """The number of each cell by its values."""
    return {tuple(each["value"] for each in item["values"]): item["count"] for item in answer["items"]}


async def five(served: Served) -> None:
    """Give three children in care of whom something is known, one of whom nothing is, and one outside."""
    await a_story(served).given(
        *child("2012-11-02", "1"),
        ("2016-03-06", some(CareModeAssigned, mode="foster")),
        ("2017-03-06", some(IntakeCategoryDetermined, child_category="1")),
    )
    await a_story(served).given(*child("2012-11-01", "2", origin="371002"))
    await a_story(served).given(
        *child("2008-11-01", "2"), ("2020-01-01", some(DisabilityAssessed, disability_class="5", grade="2"))
    )
    await a_story(served).given(*child(None, ""))
    township = await served.as_(Role.TOWNSHIP)
    opened = await township.post("/children", json={"events": [FOUND], "region": TOWNSHIP}, headers=new_key())
    assert opened.status_code == 201, opened.text
    await told(served)


async def test_each_number_is_told_in_words_and_leads_to_the_list_of_those_it_counts(served: Served) -> None:
    await five(served)
    answer = await census(served, by=["sex", "age_band"])
    assert numbers(answer) == {
        ("1", "7-13"): 1,
        ("2", "14-17"): 1,
        ("2", "18+"): 1,
        ("nothing", "nothing"): 1,
    }, "who is 14 that day is in the band of 14, and of whom nothing is recorded is counted as such"
    assert answer["total"] == sum(item["count"] for item in answer["items"]) == 4
    first, *_, last = answer["items"]
    assert [(each["zh"], each["en"]) for each in first["values"]] == [("男性", "Male"), ("7–13 周岁", "7–13")]
    assert [each["zh"] for each in last["values"]] == ["没有记录", "出生日期不详"]
    assert answer["by"][0] == {"dimension": "sex", "zh": "性别", "en": "Sex"}
    client = await served.as_(Role.SUPERVISOR)
    for by in (
        "institution",
        "place",
        "origin",
        "sex",
        "age_band",
        "stage",
        "care_mode",
        "disability",
        "child_category",
    ):
        cells = (await census(served, by=by, bands="0,4,18"))["items"]
        for item in cells:
            behind = (await client.get(item["list"])).json()["items"]
            assert len(behind) == item["count"], item["list"]
        assert sum(item["count"] for item in cells) == 4, by
    (fostered,) = (await census(served, by="sex", where="care_mode:foster"))["items"]
    assert (fostered["count"], len((await client.get(fostered["list"])).json()["items"])) == (1, 1)
    assert numbers(await census(served, by="origin"))[("371098",)] == 3


async def test_each_role_counts_those_whom_it_reads(served: Served) -> None:
    await five(served)
    totals = {role: (await census(served, role, by="stage"))["total"] for role in Role}
    assert totals == {
        Role.STAFF: 4,
        Role.SUPERVISOR: 4,
        Role.AUDITOR: 4,
        Role.PLACEMENT_OFFICER: 1,
        Role.BUREAU: 5,
        Role.TOWNSHIP: 1,
        Role.ADMINISTRATOR: 5,
    }
    elsewhere = await served.as_(Role.BUREAU, elsewhere=True)
    assert (await elsewhere.get("/census")).json()["items"] == []
    grades = await census(served, Role.BUREAU, by=["stage", "risk"])
    assert numbers(grades) == {("outside", "nothing"): 1, ("received", "nothing"): 4}
    assert [each["zh"] for each in grades["items"][0]["values"]] == ["机构外", "没有评级"]
    # What is public is of everybody, for everybody.
    for role in (Role.PLACEMENT_OFFICER, Role.BUREAU):
        public = await census(served, role, as_of="2026-10-31", public=True, by=["stage", "institution"])
        assert (public["public"], public["total"]) == (True, 5), role
        assert {(each["count"], each["list"]) for each in public["items"]} == {(None, None)}, "one and four"
    days: dict[str, Any] = {"from": "2015-12-31", "to": "2016-12-31"}
    flows = await census(served, path="/census/flows", as_of=None, public=True, **days)
    (changed,) = flows["items"]
    assert [changed[name] for name in ("stock_from", "entered", "left", "stock_to")] == [0, None, 0, None]
    latest = await census(served, as_of=None, public=True)
    assert latest["day"] == "2026-10-31", "the end of the last month"
    supervisor = await served.as_(Role.SUPERVISOR)
    saved = await supervisor.get("/census", params={"public": True, "by": "sex", "format": "csv"})
    assert saved.content.decode("utf-8-sig").splitlines()[:2] == ["性别,人数", "男性,*"]


async def test_a_count_as_known_then_stays_whatever_is_recorded_since_and_whoever_is_in_charge_now(
    served: Served, handing_over: Event
) -> None:
    """The child is handed over, so nobody here reads its file now, but that it was here stays counted."""
    story = await a_story(served).given(*child("2012-11-02", "1"))
    await told(served)
    before = story.position
    asked: dict[str, Any] = {"by": ["institution", "sex"], "as_of": "2026-08-31", "known_at": before}
    was = await census(served, **asked)
    assert was["total"] == 1
    await story.given(("2016-03-05", some(IdentityRecorded, sex="2")))
    await story.given(("2026-08-30", handing_over))
    await told(served)
    assert await census(served, **asked) == was
    here, there = str(served.home.institution), str(served.elsewhere.institution)
    for day, whose in (("2026-08-29", here), ("2026-08-30", there)):
        now = await census(served, Role.ADMINISTRATOR, by=["institution", "sex"], as_of=day)
        assert numbers(now) == {(whose, "2"): 1}, day
    assert (await census(served, as_of="2026-08-29"))["total"] == 1, "it was in charge until then"
    assert (await census(served, as_of="2026-08-30"))["total"] == 0


async def test_a_number_as_known_then_stays_when_another_rulebook_is_adopted(served: Served) -> None:
    """The check of the insurance may take two months by the place's own pack, so it is overdue no longer."""
    story = await a_story(served).given(*child("2012-11-02", "1", on="2026-10-20"))
    await told(served)
    days = {"from": "2025-12-31", "to": DAY}
    questions: list[tuple[str, dict[str, Any]]] = [
        ("/census", {"by": ["institution", "age_band"]}),
        ("/census/flows", {**days, "by": ["insurance", "age_band"], "as_of": None}),
        ("/obligations/counts", {"by": "rule", "state": "overdue", "as_of": None, "day": "2026-11-22"}),
        ("/findings/counts", {"by": "rule", "as_of": None, "day": "2026-11-22"}),
    ]
    then = [await census(served, path=path, known_at=story.position, **asked) for path, asked in questions]
    assert [each["rule"] for each in then[2]["items"]] == ["D10"]
    shipped = Rulebook.shipped()
    await adopt_rulebook(served.container, served.home.institution, drafted(shipped, shipped, [LATER_CHECKS]))
    await told(served)
    now = [await census(served, path=path, **asked) for path, asked in questions]
    assert now[2]["items"] == [], "the pack counts now"
    again = [await census(served, path=path, known_at=story.position, **asked) for path, asked in questions]
    assert again == then


async def test_what_came_and_went_between_two_days_adds_up_with_the_reasons(
    served: Served, handing_over: Event
) -> None:
    """One is here throughout and moves to a foster family, one comes, one dies, one is handed over."""
    stays = await a_story(served).given(*child("2012-11-02", "1", on="2025-03-05"))
    await stays.given(("2025-03-06", some(CareModeAssigned, mode="ward")))
    await stays.given(("2026-03-05", some(CareModeAssigned, mode="foster")))
    await a_story(served).given(*child("2013-11-01", "2", on="2026-03-05"))
    dies = await a_story(served).given(*child("2014-11-02", "2", on="2025-12-31"))
    await dies.given(("2026-04-01", some(ChildDied)))
    gone = await a_story(served).given(*child("2015-11-02", "2", on="2025-03-05"))
    await gone.given(("2026-08-30", handing_over))
    await told(served)
    asked = {"from": "2025-12-31", "to": "2026-11-01"}
    client = await served.as_(Role.SUPERVISOR)

    async def flows(**query: Any) -> dict[str, list[int]]:
        answer = await client.get("/census/flows", params=asked | query)
        assert answer.status_code == 200, answer.text
        kinds = ("stock_from", "entered", "moved_in", "left", "moved_out", "stock_to")
        return {each["values"][0]["value"]: [each[kind] for kind in kinds] for each in answer.json()["items"]}

    assert await flows() == {str(served.home.institution): [3, 1, 0, 1, 1, 2]}
    assert await flows(by="care_mode") == {
        "ward": [1, 0, 0, 0, 1, 0],
        "foster": [0, 0, 1, 0, 0, 1],
        "nothing": [2, 1, 0, 1, 1, 1],
    }
    assert await flows(by="sex", where="care_mode:foster") == {"1": [0, 0, 1, 0, 0, 1]}
    assert await flows(by="age_band", bands="0,13") == {"0-12": [2, 1, 0, 1, 2, 0], "13+": [1, 0, 1, 0, 0, 2]}
    told_of = asked | {"by": "care_mode"}
    for item in (await client.get("/census/flows", params=told_of)).json()["items"]:
        for name, address in item["lists"].items():
            listed = (await client.get(address)).json()["items"]
            # Who was handed over is counted, and its file is another institution's now.
            hidden = item["values"][0]["value"] == "nothing" and name in {"stock_from", "moved_out"}
            assert len(listed) == item[name] - hidden, (name, address)
    moves = (await client.get("/census/moves", params=told_of)).json()["items"]
    assert {(each["on"], each["kind"], (each["reason"] or {}).get("zh")) for each in moves} == {
        ("2026-03-05", "moved", None),
        ("2026-03-05", "entered", None),
        ("2026-04-01", "left", "死亡"),
    }
    page = await client.get("/census/moves", params=told_of | {"limit": 1})
    rest = await client.get("/census/moves", params=told_of | {"cursor": page.json()["next"]})
    assert page.json()["items"] + rest.json()["items"] == moves
    (cell,) = (await client.get("/census/flows", params=asked)).json()["items"]
    (died,) = cell["left_by"]
    assert (died["zh"], died["count"]) == ("死亡", 1)
    (dead,) = (await client.get(died["list"])).json()["items"]
    assert dead["reason"]["zh"] == "死亡"
    saved = (await client.get("/census/flows", params=asked | {"format": "csv"})).content.decode("utf-8-sig")
    assert saved.splitlines()[0] == "机构,期初,新增,转入,离开,离开原因,转出,期末"
    assert saved.splitlines()[1].endswith(",3,1,0,1,死亡 1,1,2")
    backwards = await client.get("/census/flows", params={"from": "2026-01-02", "to": "2026-01-01"})
    assert backwards.json()["errors"][0]["pointer"] == "/query/to"


async def test_whose_grade_of_risk_rose_or_fell_is_listed(served: Served) -> None:
    township = await served.as_(Role.TOWNSHIP)
    grades = (("2026-03-05", "low"), ("2026-05-05", "high"), ("2026-08-05", "medium"))
    events = [FOUND, *(sent(day, some(RiskGradeAssessed, grade=grade)) for day, grade in grades)]
    opened = await township.post("/children", json={"events": events, "region": TOWNSHIP}, headers=new_key())
    assert opened.status_code == 201, opened.text
    await told(served)
    client = await served.as_(Role.BUREAU)
    asked = {"from": "2026-03-31", "to": "2026-11-01", "by": "risk", "where": "stage:outside"}

    async def moved(**query: str) -> list[tuple[str, str, str, str]]:
        answer = await client.get("/census/moves", params=asked | query)
        assert answer.status_code == 200, answer.text
        return [
            (each["on"], each["before"][0]["value"], each["after"][0]["value"], each["direction"])
            for each in answer.json()["items"]
        ]

    rose, fell = ("2026-05-05", "low", "high", "raised"), ("2026-08-05", "high", "medium", "lowered")
    assert await moved() == [rose, fell]
    assert await moved(direction="raised") == [rose]
    assert await moved(after="risk:medium", kind="moved") == [fell] == await moved(before="risk:high")
    assert await moved(before="risk:medium") == [] == await moved(kind="left")
    assert await moved(to="2026-08-04") == [rose]
    for item in (await client.get("/census/flows", params=asked)).json()["items"]:
        for name, address in item["lists"].items():
            assert len((await client.get(address)).json()["items"]) == item[name], (name, address)
    saved = (await client.get("/census/moves", params=asked | {"format": "csv"})).content.decode("utf-8-sig")
    assert ",转移,低风险,高风险,升级,," in saved
    for query, pointer in (
        ({"by": "sex", "direction": "raised"}, "/query/direction"),
        ({"before": "sex:1"}, "/query/before"),
    ):
        refused = await client.get("/census/moves", params=asked | query)
        assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_series_is_the_census_of_each_day(served: Served, handing_over: Event) -> None:
    """One moves, one is handed over: on each end of a quarter the numbers and lists are those of that day."""
    stays = await a_story(served).given(*child("2012-11-02", "1", on="2025-03-05"))
    await stays.given(("2026-03-31", some(CareModeAssigned, mode="foster")))
    gone = await a_story(served).given(*child("2015-11-02", "2", on="2026-04-01"))
    await gone.given(("2026-08-30", handing_over))
    await told(served)
    for by, where in (("care_mode", None), ("sex", "care_mode:foster"), ("age_band", "sex:1")):
        asked: dict[str, Any] = {"by": by, "where": where, "known_at": gone.position, "as_of": None}
        over = asked | {"from": "2025-12-31", "to": DAY}
        answer = await census(served, path="/census/series", **over)
        days = ["2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30", DAY]
        assert answer["days"] == [each["day"] for each in answer["totals"]] == days
        for total in answer["totals"]:
            single = await census(served, **asked | {"as_of": total["day"]})
            of_day = [each for each in answer["items"] if each["day"] == total["day"]]
            assert [{**each, "day": total["day"]} for each in single["items"]] == of_day
            assert single["total"] == total["count"]
    assert [total["count"] for total in answer["totals"]] == [1, 1, 1, 1, 1]


async def test_a_series_ends_with_periods_and_with_the_last_day(served: Served) -> None:
    for every, first, last, days in (
        ("month", "2024-01-31", "2024-03-01", ["2024-01-31", "2024-02-29", "2024-03-01"]),
        ("quarter", "2025-10-01", "2026-01-01", ["2025-12-31", "2026-01-01"]),
        ("half_year", "2025-06-30", "2026-06-30", ["2025-06-30", "2025-12-31", "2026-06-30"]),
        ("year", "2026-02-01", "2026-02-01", ["2026-02-01"]),
        ("month", "9999-12-01", "9999-12-31", ["9999-12-31"]),
    ):
        asked: dict[str, Any] = {"from": first, "to": last, "every": every, "as_of": None}
        assert (await census(served, path="/census/series", **asked))["days"] == days, every


async def test_a_census_is_saved_with_a_column_for_each_of_what_is_counted_by(served: Served) -> None:
    await five(served)
    client = await served.as_(Role.STAFF)
    saved = await client.get(f"/census?by=sex&by=care_mode&as_of={DAY}&format=csv")
    lines = saved.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "性别,养育方式,人数,名单地址"
    assert lines[1].startswith("男性,家庭寄养,1,")
    assert saved.headers["content-disposition"].endswith('.csv"')


REFUSED = (
    ("by=name", "/query/by"),
    ("by=sex&by=sex", "/query/by"),
    ("by=sex&by=stage&by=origin&by=risk&by=health", "/query/by"),
    ("where=care_mode:moon", "/query/where"),
    ("where=citizen_id:1", "/query/where"),
    ("where=age_band:5-6", "/query/where"),
    ("where=institution:here", "/query/where"),
    ("where=origin:3710", "/query/where"),
    ("bands=4,2", "/query/bands"),
    ("bands=0,6,6", "/query/bands"),
    ("as_of=2026-01-01&day=2026-01-02", "/query/as_of"),
    ("public=true&as_of=2026-10-30", "/query/as_of"),
    ("public=true&as_of=2026-11-30", "/query/as_of"),
    ("public=true&where=sex:1", "/query/where"),
    ("public=true&bands=adoption", "/query/bands"),
    ("public=true&known_at=1", "/query/known_at"),
    ("public=true&by=sex&by=disability", "/query/by"),
    ("public=true&by=institution&by=place&by=stage", "/query/by"),
)
YEAR = "public=true&from=2024-12-31&to=2025-12-31"
FLOWS_REFUSED = (
    (f"{YEAR}&by=sex", "/query/by"),
    (f"{YEAR}&where=sex:1", "/query/where"),
    ("public=true&from=2024-12-31&to=2025-12-30", "/query/to"),
    ("public=true&from=2023-12-31&to=2025-12-31", "/query/to"),
    ("public=true&from=2025-12-31&to=2026-12-31", "/query/to"),
)
SERIES_REFUSED = (
    ("from=2026-01-02&to=2026-01-01", "/query/to"),
    ("from=2016-01-01&to=2026-03-01&every=month", "/query/from"),
    ("from=0001-01-01&to=9999-12-31&every=year", "/query/from"),
    ("from=2025-01-01&to=2026-01-01&every=week", "/query/every"),
)


async def test_what_cannot_be_counted_is_refused(served: Served) -> None:
    client = await served.as_(Role.BUREAU)
    refused = [(f"/census?{query}", pointer) for query, pointer in REFUSED]
    refused += [(f"/census/flows?{query}", pointer) for query, pointer in FLOWS_REFUSED]
    refused += [(f"/census/series?{query}", pointer) for query, pointer in SERIES_REFUSED]
    for query, pointer in refused:
        answer = await client.get(query)
        assert answer.status_code == 422, query
        assert answer.json()["errors"][0]["pointer"].startswith(pointer), query
