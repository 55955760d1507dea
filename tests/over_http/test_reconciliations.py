"""Another department's file, compared with the children here: every row comes out, ours stays as it is."""

from uuid import uuid4

from httpx2 import Response

from api.identity.permissions import Role
from domain.events.health import DisabilityAssessed, DisabilityCertificateIssued
from domain.events.household import HouseholdRegistered
from domain.events.reconciliation.differing import DifferenceSettled
from tests.support.client import Served
from tests.support.given import citizen_id, some
from tests.support.http_given import JsonObject
from tests.support.their_files import BORN, a_girl, reconcile, their_rows

SAME, OTHER_NAME, TWICE, ELSEWHERE = (citizen_id(BORN, f"{number:03}") for number in (2, 4, 6, 8))
NEW = citizen_id(BORN, "010")


async def told(answer: Response) -> JsonObject:
    assert answer.status_code == 200, answer.text
    body: JsonObject = answer.json()
    return body


REGISTERED = some(HouseholdRegistered, household_class="1")


async def test_every_row_of_theirs_comes_out_as_what_it_is_and_nothing_is_guessed(served: Served) -> None:
    """One look at one file, with each verdict."""
    await a_girl(served, "海小一", SAME, REGISTERED)
    renamed = await a_girl(served, "海小二", OTHER_NAME, REGISTERED)
    unnumbered = await a_girl(served, "海小三", None, REGISTERED)
    for _ in range(2):
        await a_girl(served, "海双双", None)
    await a_girl(served, "海小六", TWICE)
    missing = await a_girl(served, "海小七", None, REGISTERED)
    unclear = await a_girl(served, "海小八", None, REGISTERED)
    theirs = their_rows(
        f"{SAME},海小一,女,{BORN},集体户,某处",
        f"{OTHER_NAME},海燕,女,{BORN},集体户,某处",
        f"{NEW},海小三,女,2015年3月5日,跨省户口?,某处",
        f",海双双,女,{BORN},集体户,",
        f"{TWICE},海小六,女,{BORN},集体户,",
        f"{TWICE},海小六,女,{BORN},集体户,",
        f"37109920150305001X,海小八,女,{BORN},集体户,",
        f"{ELSEWHERE},别处童,女,{BORN},集体户,别处",
        ",无名,,,,",
    )
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    look = await told(await reconcile(client, theirs))
    counted = ("rows", "matched", "differing", "only_here", "only_there", "not_compared", "recorded", "run")
    assert [look[name] for name in counted] == [9, 3, 2, 1, 1, 5, 0, None]
    found = {(each["child"], each["item"], each["ours"], each["theirs"]) for each in look["differences"]}
    assert found == {
        (renamed.child, "name", "海小二", "海燕"),
        (unnumbered.child, "citizen_id", None, NEW),
        (missing.child, "missing_there", None, None),
    }
    assert [(each["row"], each["code"]) for each in look["rows_not_compared"]] == [
        (5, "several_here"),
        (8, "malformed_id"),
        (10, "no_identity"),
        (6, "several_there"),
        (7, "several_there"),
    ]
    assert unclear.child not in {each["child"] for each in look["differences"]}
    (there,) = look["rows_only_there"]
    assert (there["row"], there["written"]["住址"]) == (9, "别处")
    (cell,) = look["cells_unread"]
    assert (cell["row"], cell["column"], cell["value"], cell["code"]) == (
        4,
        "户口类别",
        "跨省户口?",
        "unknown_code",
    )
    assert {each["heading"] for each in look["columns_left"]} == {"序号", "住址"}
    codes = {each["code"] for part in ("rows_not_compared", "cells_unread") for each in look[part]}
    assert set(look["reasons"]) == codes
    assert (await renamed.asked())["version"] == 4


async def test_what_differs_is_recorded_beside_ours_listed_and_settled_when_it_agrees(served: Served) -> None:
    same = await a_girl(served, "海小一", SAME, REGISTERED)
    renamed = await a_girl(served, "海小二", OTHER_NAME, REGISTERED)
    unnumbered = await a_girl(served, "海小三", None, REGISTERED)
    missing = await a_girl(served, "海小七", None, REGISTERED)
    theirs = their_rows(
        f"{SAME},海小一,女,{BORN},集体户,某处",
        f"{OTHER_NAME},海燕,女,{BORN},集体户,某处",
        f"{NEW},海小三,女,2015年3月5日,集体户,某处",
        f"{ELSEWHERE},别处童,女,{BORN},集体户,别处",
    )
    found = {
        (renamed.child, "name", "海小二", "海燕"),
        (unnumbered.child, "citizen_id", None, NEW),
        (missing.child, "missing_there", None, None),
    }
    await served.projected()
    client, key = await served.as_(Role.SUPERVISOR), uuid4().hex
    recorded = await told(await reconcile(client, theirs, key=key))
    assert (recorded["recorded"], recorded["not_recorded"]) == (3, [])
    assert (await told(await reconcile(client, theirs, key=key)))["run"] == recorded["run"]
    other = await reconcile(client, their_rows(f"{SAME},海小一,女,{BORN},集体户,"), key=key)
    assert other.json()["code"] == "idempotency_mismatch"
    (said,) = (await renamed.asked("/entries", type="DifferenceFound"))["items"]
    assert (said["data"]["item"], said["data"]["theirs"]) == ("name", "海燕")
    assert said["cause"] == recorded["run"]
    assert (await renamed.asked())["identity"]["name"]["value"] == "海小二"
    assert (await same.asked("/entries", type="DifferenceFound"))["items"] == []
    home = served.home.institution
    run = (await client.get(f"/institutions/{home}/entries/{recorded['run']}")).json()["entry"]
    counts = [run["data"][name] for name in ("compared", "differences", "only_here", "only_there")]
    assert (run["type"], run["data"]["system"], counts) == ("DataComparisonRun", "household", [3, 2, 1, 1])

    await served.projected()
    listed = (await told(await client.get("/differences", params={"state": "open"})))["items"]
    assert {(each["child"], each["item"], each["ours"], each["theirs"]) for each in listed} == found
    (of_name,) = [each for each in listed if each["item"] == "name"]
    assert (of_name["run"], of_name["name"], of_name["settled"]) == (recorded["run"], "海小二", None)
    assert [each["role"] for each in of_name["next_to_act"]] == ["staff", "supervisor"]

    # They have corrected the name, and list who was missing.
    later = their_rows(
        f"{OTHER_NAME},海小二,女,{BORN},集体户,",
        f"{NEW},海小三,女,{BORN},集体户,",
        f",海小七,女,{BORN},集体户,",
    )
    again = await told(await reconcile(client, later, key=uuid4().hex))
    assert {(each["child"], each["item"], each["outcome"]) for each in again["ended"]} == {
        (renamed.child, "name", "agreed"),
        (missing.child, "missing_there", "agreed"),
    }
    assert {(each["child"], each["standing"]) for each in again["differences"] if each["row"]} == {
        (unnumbered.child, "open")
    }
    await served.projected()
    state = {"state": "settled", "item": "name"}
    (settled,) = (await told(await client.get("/differences", params=state)))["items"]
    assert (settled["settled"]["outcome"], settled["next_to_act"]) == ("agreed", [])
    then = {"state": "open", "item": "name", "known_at": str(said["position"])}
    (before,) = (await told(await client.get("/differences", params=then)))["items"]
    assert before["entry"] == settled["entry"]
    assert (await told(await client.get("/differences", params={"day": "2026-11-21"})))["items"] == []
    table = await client.get("/differences", params={"format": "csv", "system": "household"})
    assert "海燕" in table.text


async def test_what_each_side_says_is_masked_by_the_category_of_the_item(served: Served) -> None:
    disabled = some(DisabilityAssessed, disability_class="4", grade="2")
    girl = await a_girl(
        served,
        "海小二",
        OTHER_NAME,
        disabled,
        some(DisabilityCertificateIssued, disability_class="4", grade="2"),
    )
    await served.projected()
    theirs = f"身份证号,姓名,残疾等级\n{OTHER_NAME},海燕,三级\n".encode()
    staff = await served.as_(Role.STAFF)
    look = await told(await reconcile(staff, theirs, key=uuid4().hex, system="disability"))
    await served.projected()
    shown, in_words = {}, {}
    for role in (Role.SUPERVISOR, Role.BUREAU, Role.ADMINISTRATOR):
        listed = (await told(await (await served.as_(role)).get("/differences")))["items"]
        shown[role] = {each["item"]: (each["ours"], each["theirs"]) for each in listed}
        in_words[role] = {each["item"]: (each["ours_said"], each["theirs_said"]) for each in listed}
        assert {each["child"] for each in listed} == {girl.child}
    masked, hidden = {"restricted": "health"}, {"restricted": "identity"}
    assert shown == {
        Role.SUPERVISOR: {"name": ("海小二", "海燕"), "disability_grade": ("2", "3")},
        Role.BUREAU: {"name": ("海小二", "海燕"), "disability_grade": (masked, masked)},
        Role.ADMINISTRATOR: {"name": (hidden, hidden), "disability_grade": (masked, masked)},
    }
    second, third = {"zh": "二级", "en": "Grade 2"}, {"zh": "三级", "en": "Grade 3"}
    assert in_words[Role.SUPERVISOR] == {"name": (None, None), "disability_grade": (second, third)}
    assert in_words[Role.BUREAU]["disability_grade"] == (None, None), "a code is masked in words, too"
    assert [each["theirs_said"] for each in look["differences"]] == [None, third]
    table = await (await served.as_(Role.SUPERVISOR)).get("/differences", params={"format": "csv"})
    assert ("残疾等级,二级,三级" in table.text, "disability_grade" in table.text) == (True, False)
    (of_name, of_grade) = (await girl.asked("/entries", type="DifferenceFound"))["items"]
    assert ("海燕" in of_name["sentence_zh"], "三级" in of_grade["sentence_zh"]) == (True, True)
    assert "Grade 3" in of_grade["sentence_en"]
    nobody = await (await served.as_(Role.SUPERVISOR, elsewhere=True)).get("/differences")
    assert (await told(nobody))["items"] == []


async def test_what_was_explained_is_not_opened_again_and_what_changed_is_another_difference(
    served: Served,
) -> None:
    girl = await a_girl(served, "海小二", OTHER_NAME, REGISTERED)
    await served.projected()
    client = await served.as_(Role.STAFF)

    async def compared(name: str) -> JsonObject:
        theirs = their_rows(f"{OTHER_NAME},{name},女,{BORN},集体户,")
        return await told(await reconcile(client, theirs, key=uuid4().hex))

    assert [each["standing"] for each in (await compared("海燕"))["differences"]] == ["new"]
    changed = await compared("海鸥")
    assert [(each["outcome"]) for each in changed["ended"]] == ["replaced"]
    (_, open_now) = (await girl.asked("/entries", type="DifferenceFound"))["items"]
    why = DifferenceSettled(
        difference=open_now["entry_id"], outcome="explained", explanation="曾用名，户口簿未改"
    )
    (await girl.when(("2026-11-22", why))).recorded()
    known = await compared("海鸥")
    assert [each["standing"] for each in known["differences"]] == ["explained"]
    assert known["recorded"] == 0


async def test_only_who_works_in_the_institution_compares_and_a_file_that_says_nothing_is_refused(
    served: Served,
) -> None:
    theirs = their_rows(f"{SAME},海小一,女,{BORN},集体户,")
    for role in (Role.AUDITOR, Role.BUREAU, Role.TOWNSHIP, Role.ADMINISTRATOR):
        assert (await reconcile(await served.as_(role), theirs)).json()["code"] == "forbidden", role
    client = await served.as_(Role.STAFF)
    assert (await reconcile(client, b"\xe5\x9c\xb0\xe5\x9d\x80\n1\n")).json()["code"] == "malformed"
    ahead = await reconcile(client, theirs, as_of="2026-11-23")
    assert [each["pointer"] for each in ahead.json()["errors"]] == ["/query/as_of"]
    unknown = await reconcile(client, theirs, system="elsewhere")
    assert [each["pointer"] for each in unknown.json()["errors"]] == ["/query/system"]
