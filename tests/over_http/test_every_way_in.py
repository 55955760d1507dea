"""The rules hold by every way in: alone, among many, all or nothing, in lines, and in dry runs of these."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from httpx2 import AsyncClient

from api.identity.permissions import OF_PLACES, Role
from api.imports.sink import RecordingSink, RehearsingSink, RowResult
from domain.event import Event
from domain.events.adoption.assessment import AdoptabilityAssessed, AdoptionAssessmentReportIssued
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CareModeAssigned
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, IntakeMedicalExamined
from domain.events.record import EntryRestored, EntryWithdrawn, ExceptionApproved, ExceptionRejected
from ledger.files.cache import FileCache
from tests.support.adopters import application
from tests.support.client import NOW, Served, new_key
from tests.support.given import some
from tests.support.http_given import a_story, sent
from tests.support.imports_http import NDJSON, XLSX, done, hand_in
from tests.support.registers.paper import roster_of, workbook
from tests.support.waiting import until

TODAY = NOW.date()
RECEIVED = ("2024-03-05", some(ChildReceived))
WARD = ("2024-03-06", some(CareModeAssigned, mode="ward"))
ADOPTABLE = ("2024-03-08", some(AdoptabilityAssessed, decision="adoptable"))
EXAMINED = ("2024-03-06", some(IntakeMedicalExamined, infectious_screen="negative"))
RECORDS = {Role.STAFF, Role.SUPERVISOR}

Body = dict[str, Any]
Way = Callable[[AsyncClient, str, Body], Awaitable[str]]
"""Sends one event of a child and returns the code of what is wrong; empty where nothing is."""


async def alone(client: AsyncClient, child: str, event: Body) -> str:
    answer = await client.post(f"/children/{child}/events", json=event, headers=new_key())
    return str(answer.json().get("code", ""))


async def rehearsed(client: AsyncClient, child: str, event: Body) -> str:
    answer = await client.post(f"/children/{child}/events?dry_run=true", json=event)
    return str(answer.json().get("code", ""))


async def among_many(client: AsyncClient, child: str, event: Body, query: str = "", **more: Any) -> str:
    body = {"items": [{"child": child, "events": [event]}]} | more
    answer = await client.post(f"/entries{query}", json=body, headers=new_key())
    if answer.status_code != 200:
        return str(answer.json()["code"])
    (item,) = answer.json()["items"]
    return str(item.get("problem", {}).get("code", ""))


async def rehearsed_among_many(client: AsyncClient, child: str, event: Body) -> str:
    return await among_many(client, child, event, "?dry_run=true")


async def all_or_nothing(client: AsyncClient, child: str, event: Body) -> str:
    return await among_many(client, child, event, all_or_nothing=True)


async def as_a_line(client: AsyncClient, child: str, event: Body, query: str = "") -> str:
    told = await lines(client, {"child": child, "events": [event]}, query=query)
    return str(told["code"] if "code" in told else "".join(each["code"] for each in told["rejections"]))


async def rehearsed_as_a_line(client: AsyncClient, child: str, event: Body) -> str:
    return await as_a_line(client, child, event, "?dry_run=true")


async def lines(client: AsyncClient, *items: Body, query: str = "") -> Body:
    """Import lines; return the report, or the problem with importing at all."""
    content = b"\n".join(map(orjson.dumps, items))
    answer = await hand_in(client, content, media_type=NDJSON, query=query)
    while answer.status_code == 202 or answer.json().get("state") in {"queued", "running"}:
        await asyncio.sleep(0.02)
        answer = await client.get(answer.headers.get("Location") or str(answer.request.url.path))
    told: Body = answer.json()
    return told


REHEARSING: tuple[Way, ...] = (rehearsed, rehearsed_among_many, rehearsed_as_a_line)
RECORDING: tuple[Way, ...] = (alone, among_many, all_or_nothing, as_a_line)
WAYS: tuple[Way, ...] = (*REHEARSING, *RECORDING)
LINES = (as_a_line, rehearsed_as_a_line)


# Whose file it is, and whose work


async def test_who_does_not_record_records_by_no_way(served: Served, subtests: pytest.Subtests) -> None:
    for way in WAYS:
        with subtests.test(way=way.__name__):
            story = await a_story(served).given(
                RECEIVED, ("2024-03-05", some(IdentityRecorded, birth_on=date(2009, 3, 5)))
            )
            foreign = str(await served.a_child(elsewhere=True))
            for role in Role:
                client = await served.as_(role)
                own, other, nobody = [
                    await way(client, child, sent(*RECEIVED))
                    for child in (str(story.child), foreign, str(uuid4()))
                ]
                if role is Role.BUREAU and way in LINES:
                    # Whoever is of several places says for which one before anything is read.
                    assert (own, other, nobody) == ("invalid", "invalid", "invalid")
                    continue
                # A bureau and a township record too, but in the files of places.
                records = role in RECORDS or role in OF_PLACES
                expected = "not_found" if records or way in {alone, rehearsed} else "forbidden"
                kept_out = expected if role is Role.TOWNSHIP else "forbidden"
                assert own == ("" if role in RECORDS else kept_out), role
                # An administrator reads every file, and records in none.
                assert other == ("forbidden" if role is Role.ADMINISTRATOR else expected), role
                assert nobody == expected, role


# Four eyes


async def test_staff_undo_no_decision_of_a_supervisor(served: Served, subtests: pytest.Subtests) -> None:
    for way in WAYS:
        with subtests.test(way=way.__name__):
            story = await a_story(served).given(RECEIVED)
            claimed = ("2024-04-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})
            (claim,) = (await story.when(claimed)).recorded("I01").entries
            decision = ("2024-04-02", some(ExceptionRejected, entry=UUID(claim), explanation="理由不足"))
            (rejected,) = (await story.when(decision, by=Role.SUPERVISOR)).recorded().entries
            staff, before = await served.as_(Role.STAFF), await story.findings()
            own = UUID(rejected)
            for event in (
                sent("2024-04-03", some(EntryWithdrawn, entry=own, explanation="录错")),
                sent("2024-04-03", some(EntryRestored, entry=own, explanation="没有录错")),
                sent(*decision, corrects=rejected),
                sent(
                    "2024-04-03",
                    some(ExceptionApproved, entry=UUID(claim), explanation="同意"),
                    corrects=rejected,
                ),
                # Whatever it says, and of another type: that it may not be corrected so is said to who may.
                sent(*RECEIVED, corrects=rejected),
            ):
                assert await way(staff, str(story.child), event) == "forbidden"
            assert await story.findings() == before
            if way not in LINES:
                withdrawn = sent("2024-04-03", some(EntryWithdrawn, entry=own, explanation="录错"))
                supervisor = await served.as_(Role.SUPERVISOR)
                assert await way(supervisor, str(story.child), withdrawn) == ""


async def test_nobody_undoes_a_decision_on_their_own_exception(
    served: Served, subtests: pytest.Subtests
) -> None:
    for way in WAYS:
        with subtests.test(way=way.__name__):
            story = await a_story(served).given(RECEIVED)
            claimed = ("2024-04-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})
            (claim,) = (await story.when(claimed, by=Role.SUPERVISOR)).recorded("I01").entries
            rejection = ("2024-04-02", some(ExceptionRejected, entry=UUID(claim), explanation="理由不足"))
            (rejected,) = (
                (await story.when(rejection, client=await served.another("supervisor"))).recorded().entries
            )
            withdrawn = sent("2024-04-03", some(EntryWithdrawn, entry=UUID(rejected), explanation="录错"))

            code = await way(await served.as_(Role.SUPERVISOR), str(story.child), withdrawn)

            # No import makes a decision, nor undoes one, whoever hands it in.
            assert code == ("forbidden" if way in LINES else "" if way in REHEARSING else "refused")
            assert ("I01", "no_evidence") in await story.findings()
            dry = (
                await (await served.as_(Role.SUPERVISOR)).post(
                    f"/children/{story.child}/events?dry_run=true", json=withdrawn
                )
            ).json()
            assert [each["rule"] for each in dry["refusals"]] == ["X01"]


# What one is not shown


async def test_nobody_records_or_amends_what_their_role_is_not_shown(
    served: Served, subtests: pytest.Subtests
) -> None:
    for way, happened in product(WAYS, (ADOPTABLE, EXAMINED)):
        with subtests.test(way=way.__name__, happened=type(happened[1]).__name__):
            story = await a_story(served).given(RECEIVED, happened)
            entry = story.entries[-1]
            staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
            code = "not_your_category" if way in LINES else "forbidden"
            before = (await story.asked())["version"]
            for event in (
                sent(*happened),
                sent(*happened, corrects=entry),
                sent("2024-05-01", some(EntryWithdrawn, entry=UUID(entry), explanation="录错")),
                sent("2024-05-01", some(EntryRestored, entry=UUID(entry), explanation="没有录错")),
            ):
                assert await way(staff, str(story.child), event) == code
            assert (await story.asked())["version"] == before
            assert await way(supervisor, str(story.child), sent(*happened)) == ""


async def test_a_file_is_not_opened_with_what_one_is_not_shown(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    for query in ("", "?dry_run=true"):
        answer = await staff.post(
            f"/children{query}", json={"events": [sent(*RECEIVED), sent(*ADOPTABLE)]}, headers=new_key()
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert "主管" in answer.json()["detail_zh"]
    told = await lines(staff, {"events": [sent(*RECEIVED), sent(*ADOPTABLE)]})
    assert [each["code"] for each in told["rejections"]] == ["not_your_category"]
    await served.projected()
    assert (await staff.get("/children")).json()["items"] == []


# As found


@pytest.mark.parametrize(("days_ago", "as_found"), [(1, False), (29, False), (30, True)])
async def test_what_is_forbidden_and_new_is_recorded_by_no_line_of_an_import(
    served: Served,
    days_ago: int,
    as_found: bool,  # noqa: FBT001 - a table
) -> None:
    story = await a_story(served).given(RECEIVED)
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    adopted = sent(day, some(AdoptionRegistered, category="5"), documents=["photo"], noted_on=day)
    supervisor = await served.as_(Role.SUPERVISOR)

    told = await lines(supervisor, {"child": story.child, "events": [adopted]})

    assert (told["recorded"], told["as_found"]) == ((1, 1) if as_found else (0, 0))
    assert [each["code"] for each in told["rejections"]] == ([] if as_found else ["I12"])
    # By itself it is refused, whenever it was.
    answer = await supervisor.post(f"/children/{story.child}/events", json=adopted, headers=new_key())
    assert "I12" in {refusal["rule"] for refusal in answer.json()["refusals"]}


async def test_a_line_of_what_is_long_past_names_what_it_was_copied_from(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    adopted = ("2025-06-01", some(AdoptionRegistered, category="5"))
    supervisor = await served.as_(Role.SUPERVISOR)

    told = await lines(supervisor, {"child": story.child, "events": [sent(*adopted)]})

    assert [each["code"] for each in told["rejections"]] == ["I12"]
    noted = {"child": story.child, "events": [sent(*adopted, noted_on="2025-06-02")]}
    assert (await lines(supervisor, noted))["as_found"] == 1


async def test_a_line_that_corrects_an_entry_is_counted_and_listed_as_a_correction(served: Served) -> None:
    story, staff = await a_story(served).given(RECEIVED), await served.as_(Role.STAFF)
    day, received = RECEIVED
    reason = {"code": "incorrect_data", "explanation": "抄写错误"}
    correction = sent(day, received, note="左耳后有痣", corrects=str(story.entries[-1]), reason=reason)
    further = {"child": story.child, "events": [sent("2024-07-01", some(PhysicalExamined))]}

    told = await lines(staff, further, {"child": story.child, "events": [correction]}, query="?dry_run=true")

    assert (told["recorded"], told["corrected"]) == (2, 1)
    listed = [(each["row"], each["code"], each["pointer"]) for each in told["corrections"]]
    assert listed == [(2, "correction", "/events/0")]
    assert told["reasons"]["correction"]["zh"] == "作为更正录入；原有记载保留"


async def test_an_interval_of_days_excuses_nothing(served: Served, subtests: pytest.Subtests) -> None:
    """Before the report there is none, and afterwards it speaks against the adoption."""
    for way, on in product(WAYS, ("2026-11-20", "2026-11-09..2026-11-20", "..2026-11-20")):
        with subtests.test(way=way.__name__, on=on):
            report = ("2026-11-10", some(AdoptionAssessmentReportIssued, conclusion="unsuitable"))
            born = ("2024-03-05", some(IdentityRecorded, birth_on=date(2022, 3, 5)))
            applied = ("2026-11-01", application())
            story = await a_story(served).given(RECEIVED, born, applied, report)
            adopted = sent(on, some(AdoptionRegistered, category="5"))

            code = await way(await served.as_(Role.SUPERVISOR), str(story.child), adopted)

            assert code == ("I12" if way in LINES else "" if way in REHEARSING else "refused")


# Whose institution


async def test_a_line_opens_a_file_for_ones_own_institution_only(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    opening = {"events": [sent(*RECEIVED)]}
    for query in ("?dry_run=true", ""):
        told = await lines(
            staff,
            opening | {"institution": str(served.elsewhere.institution)},
            opening | {"institution": str(served.home.institution)},
            opening | {"institution": "望海"},
            query=query,
        )
        assert [(each["row"], each["code"]) for each in told["rejections"]] == [
            (1, "institution_mismatch"),
            (3, "invalid"),
        ]
        assert told["recorded"] == 1


async def test_where_the_file_is_there_no_institution_is_named(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    staff = await served.as_(Role.STAFF)
    named = {"institution": str(served.home.institution), "events": [sent(*WARD)]}
    answer = await staff.post(f"/children/{story.child}/events", json=named, headers=new_key())
    assert answer.json()["errors"][0]["pointer"] == "/institution"
    many = {"items": [{"child": story.child} | named]}
    (item,) = (await staff.post("/entries", json=many, headers=new_key())).json()["items"]
    assert item["problem"]["errors"][0]["pointer"] == "/items/0/institution"
    told = await lines(staff, {"child": story.child} | named)
    assert [each["code"] for each in told["rejections"]] == ["invalid"]


async def test_what_a_line_is_about_is_told_by_its_members_not_by_its_words(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    told = await lines(staff, {"events": [sent(*RECEIVED, note='"child"')]}, {"events": [], "note": "child"})
    assert (told["recorded"], [each["code"] for each in told["rejections"]]) == (1, ["invalid"])


# A token that ends meanwhile


async def test_who_may_enter_no_more_once_the_body_has_arrived_records_nothing(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    event = sent(*WARD)
    items = {"items": [{"child": story.child, "events": [event]}]}
    for path, body, kind in (
        (f"/children/{story.child}/events", event, "json"),
        ("/children", {"events": [event]}, "json"),
        ("/entries", items, "json"),
        ("/imports", items["items"][0], "x-ndjson"),
        ("/children/search", {"q": "王小明"}, "json"),
    ):
        client = await served.another(Role.STAFF)

        async def slowly(raw: bytes = orjson.dumps(body)) -> AsyncIterator[bytes]:
            yield raw[:10]
            await served.container.identity.revoke_purpose("another")
            yield raw[10:]

        kind_of = {"Content-Type": f"application/{kind}"}
        answer = await client.post(path, content=slowly(), headers=new_key() | kind_of)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), path
    assert (await story.asked())["version"] == 1
    assert (await served.container.ledger.head()).position == story.position


LISTED = roster_of({}, {}, {})
OPENED = [{"events": [sent(f"2024-03-0{day}", some(ChildReceived))]} for day in (5, 6, 7)]


@pytest.mark.parametrize(("query", "keeper"), [("", RecordingSink), ("?dry_run=true", RehearsingSink)])
@pytest.mark.parametrize(
    ("content", "media_type"),
    [(workbook(LISTED), XLSX), (b"\n".join(map(orjson.dumps, OPENED)), NDJSON)],
    ids=["workbook", "lines"],
)
async def test_an_import_goes_no_further_once_its_sender_may_enter_no_more(
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    *,
    query: str,
    keeper: type[RecordingSink],
    content: bytes,
    media_type: str,
) -> None:
    """Given three children, taken one by one, and a token that ends with the first."""
    monkeypatch.setattr("api.http.import_lines.LINES_AT_ONCE", 1)
    monkeypatch.setattr("api.imports.importing.ROWS_AT_ONCE", 1)
    identity, keep = served.container.identity, keeper.keep
    sender = await identity.add_member("另一人", Role.STAFF, institution=served.home.institution)
    sending, watching = [
        await served.client(await identity.issue(sender.user, days=1, purpose=purpose))
        for purpose in ("sending", "watching")
    ]

    async def kept(*own: Any, **named: Any) -> list[RowResult]:
        found = await keep(*own, **named)
        await identity.revoke_purpose("sending")
        return found

    monkeypatch.setattr(keeper, "keep", kept)

    handed_in = await hand_in(sending, content, media_type=media_type, query=query)
    told = await done(watching, handed_in.headers["Location"])

    assert (told["state"], told["problem"]["code"]) == ("failed", "unauthenticated")
    await served.projected()
    children = (await watching.get("/children")).json()["items"]
    assert len(children) == (0 if query else 1), "what was recorded stands"


async def test_who_waits_for_news_and_may_enter_no_more_is_told_none(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    await served.projected()
    client = await served.another(Role.STAFF)
    path = f"/entries?after=1-{story.position}&wait=20"
    waiting = asyncio.create_task(client.get(path))
    await until(lambda: served.container.tail.waiting == 1)

    await served.container.identity.revoke_purpose("another")
    await story.given(WARD)

    assert (await waiting).status_code == 401


# Exceptions


async def test_an_exception_names_a_rule_from_which_there_are_some(
    served: Served, subtests: pytest.Subtests
) -> None:
    for way in WAYS:
        with subtests.test(way=way.__name__):
            story = await a_story(served).given(RECEIVED)
            staff = await served.as_(Role.STAFF)
            for rule in ("X99", "E01", "D11", "王小明", "I01\u0000", "i01"):
                assert await way(staff, str(story.child), sent(*WARD, exception=rule)) == "invalid", rule
            assert await way(staff, str(story.child), sent(*WARD, exception="I27")) == ""


async def test_what_is_no_rule_is_told_where_it_stands(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    events = [sent(*RECEIVED), sent(*WARD, exception="X99")]
    answer = await staff.post("/children", json={"events": events}, headers=new_key())
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/events/1/exception/rule")
    assert "X99" not in answer.text


# A hand-over


async def test_who_handed_a_child_over_records_by_no_way(
    served: Served, subtests: pytest.Subtests, handing_over: Event
) -> None:
    for way in WAYS:
        with subtests.test(way=way.__name__):
            story = await a_story(served).given(RECEIVED, ("2024-06-01", handing_over))
            later = sent("2024-07-01", some(ChildReceived))
            for role in (Role.STAFF, Role.SUPERVISOR):
                assert await way(await served.as_(role), str(story.child), later) == "not_found"
                assert await way(await served.as_(role, elsewhere=True), str(story.child), later) == ""


@pytest.mark.parametrize("atomic", [False, True])
async def test_after_an_item_that_hands_over_the_next_is_not_ones_own(
    served: Served,
    handing_over: Event,
    atomic: bool,  # noqa: FBT001 - a table
) -> None:
    story, staff = await a_story(served).given(RECEIVED), await served.as_(Role.STAFF)
    items = [
        {"child": story.child, "events": [sent(*each)]}
        for each in (RECEIVED, ("2024-06-01", handing_over), ("2024-07-01", some(ChildReceived)))
    ]
    body = {"items": items, "all_or_nothing": atomic}
    dry = (await staff.post("/entries?dry_run=true", json=body)).json()["items"]
    assert [item["status"] for item in dry] == ([424, 424, 404] if atomic else [200, 200, 404])
    answer = await staff.post("/entries", json=body, headers=new_key())
    statuses = [item["status"] for item in answer.json()["items"]]
    assert statuses == ([424, 424, 404] if atomic else [201, 201, 404])
    file = await served.container.ledger.file(UUID(story.child))
    assert file is not None
    assert file.version == (1 if atomic else 3)


async def test_after_a_line_that_hands_over_the_next_is_not_ones_own(
    served: Served, handing_over: Event
) -> None:
    for query, version in (("?dry_run=true", 1), ("", 2)):
        story, staff = await a_story(served).given(RECEIVED), await served.as_(Role.STAFF)
        told = await lines(
            staff,
            {"child": story.child, "events": [sent("2024-06-01", handing_over)]},
            {"child": story.child, "events": [sent("2024-07-01", some(ChildReceived))]},
            query=query,
        )
        assert [(each["row"], each["code"]) for each in told["rejections"]] == [(2, "not_found")]
        file = await served.container.ledger.file(UUID(story.child))
        assert file is not None
        assert file.version == version


async def test_of_a_file_handed_over_meanwhile_not_even_its_version_is_told(
    served: Served, handing_over: Event
) -> None:
    # Given a file that was handed over, and a process that has not heard of it
    story = await a_story(served).given(RECEIVED)
    before = await served.container.ledger.file(UUID(story.child))
    assert before is not None
    await story.given(("2024-06-01", handing_over))
    later = sent("2024-07-01", some(ChildReceived))
    for elsewhere, status in ((False, 404), (True, 412)):
        served.container.ledger.repository.cache = FileCache()
        served.container.ledger.repository.cache.put(before)
        client = await served.as_(Role.STAFF, elsewhere=elsewhere)
        answer = await client.post(
            f"/children/{story.child}/events", json=later, headers=new_key() | {"If-Match": '"1"'}
        )
        assert answer.status_code == status, answer.text
