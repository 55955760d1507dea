"""A dry run is answered as the recording would be: by the same rules, in the same order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.identity.permissions import Role
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Event
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied
from domain.events.health import PhysicalExamined
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import ChildAdmitted, ChildReceived
from domain.events.record import EntryWithdrawn
from domain.judging import Judgement, findings
from ledger.recording.outcome import Outcome, Recorded, Refused, Rehearsal, Rehearsed
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW, Served, new_key
from tests.support.exploring import examples
from tests.support.given import some
from tests.support.http_given import Story, a_story, sent
from tests.support.strategies import streams

RECEIVED = ("2024-03-05", some(ChildReceived))
WARD = ("2024-03-06", some(CareModeAssigned, mode="ward"))
BATCHES = 40


# Any recording


Batch = tuple[list[list[AnyEntry]], bool]
"""What each of some recordings says, and whether it is to be all of them or nothing."""


@pytest.fixture(scope="module")
def batches() -> list[Batch]:
    """Draw batches, before anything runs beside."""
    drawn: list[Batch] = []
    recordings = st.lists(streams(most=3), min_size=1, max_size=4)

    @settings(
        max_examples=examples(BATCHES),
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(batch=recordings, atomic=st.booleans())
    def collect(batch: list[list[AnyEntry]], *, atomic: bool) -> None:
        drawn.append((batch, atomic))

    collect()
    return drawn


def recording(served: Served, child: UUID, by: Any, entries: Sequence[AnyEntry], number: int) -> Recording:
    return Recording(
        stream=child,
        drafts=tuple(
            Draft(event=each.event, days=each.days, documents=each.documents, exception=each.exception)
            for each in entries
        ),
        region=served.home.region,
        origin="api",
        recorder=by.recorder,
        key=uuid4().hex,
        item=number,
        expected=99 if number == 3 else None,
    )


Said = set[tuple[str, str, UUID, bool, bool]]


def told(judgements: Sequence[Judgement]) -> Said:
    return {
        (each.rule.id, each.refusal.kind, each.entry.entry_id, each.excused, each.refuses)
        for each in judgements
    }


def came_of(outcome: Outcome | Rehearsed) -> object:
    """What came, or would come, of a recording."""
    match outcome:
        case Recorded():
            return "recorded", told(outcome.findings)
        case Refused():
            return "refused", told(outcome.judgements)
        case Rehearsal(refused=True):
            return "refused", told(outcome.judgements)
        case Rehearsal():
            return "recorded", told(outcome.findings)
    return outcome


async def test_of_any_recordings_the_dry_run_says_what_their_recording_says(
    batches: list[Batch], served: Served, subtests: pytest.Subtests
) -> None:
    ledger, by = served.container.ledger, await served.actor(Role.SUPERVISOR)
    kinds: set[object] = set()
    for number, (batch, atomic) in enumerate(batches):
        children = [await served.a_child(), await served.a_child()]
        wanted = [
            recording(served, children[place % 2], by, entries, place) for place, entries in enumerate(batch)
        ]
        before = {child: await ledger.file(child) for child in children}
        rehearsed = await ledger.rehearse(wanted, now=NOW, atomic=atomic)
        assert {child: await ledger.file(child) for child in children} == before
        recorded = await ledger.record_all(wanted, now=NOW, atomic=atomic)
        with subtests.test(str(number), atomic=atomic):
            assert list(map(came_of, rehearsed)) == list(map(came_of, recorded))
            new = await newly_found(served, before)
            changed = [each.impact.findings for each in rehearsed if isinstance(each, Rehearsal)]
            assert new <= {
                (each.rule.id, each.refusal.kind, each.entry.entry_id) for some in changed for each in some
            }
        kinds |= {type(outcome) for outcome in recorded}
    assert len(kinds) >= 4, kinds


def named(judgement: Judgement) -> tuple[str, str, UUID]:
    return (judgement.rule.id, judgement.refusal.kind, judgement.entry.entry_id)


async def newly_found(served: Served, before: dict[UUID, Any]) -> set[tuple[str, str, UUID]]:
    """What speaks against files now and did not before."""
    new: set[tuple[str, str, UUID]] = set()
    for child, was in before.items():
        file = await served.container.ledger.file(child)
        assert file is not None
        book = await served.container.ledger.rulebook_of(file)
        new |= set(map(named, findings(file, book))) - set(map(named, findings(was, book)))
    return new


# Over HTTP


async def dry(story: Story, *happened: tuple[str, Event], **headers: str) -> dict[str, Any]:
    client = await story.served.as_(Role.SUPERVISOR)
    answer = await client.post(
        f"/children/{story.child}/events?dry_run=true",
        json={"events": [sent(*each) for each in happened]},
        headers=headers,
    )
    body: dict[str, Any] = answer.json()
    return body | {"status": answer.status_code}


def without_ids(said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings or refusals without the ids of what is recorded, which each request has its own of."""
    return [{**each, "entries": None, "evidence": None} for each in said]


async def test_a_dry_run_shows_the_findings_that_the_recording_answers(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    odd = ("2024-03-07", some(CitizenIdAssigned, citizen_id="371099201903050012"))
    examined = ("1890-01-01", some(PhysicalExamined))
    would = await dry(story, odd, examined)
    came = (await story.when(odd, examined, by=Role.SUPERVISOR)).body
    assert came["findings"]
    assert without_ids(would["findings"]) == without_ids(came["findings"])
    shown = without_ids(would["impact"]["findings"])
    assert all(each in shown for each in without_ids(came["findings"]))


async def test_what_would_be_refused_changes_nothing(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    would = await dry(story, ("2024-04-01", some(ChildAdmitted, intake_category="A1")))
    assert (would["would"], would["findings"]) == ("refuse", [])
    assert would["impact"] == {
        name: []
        for name in ("status", "obligations", "readiness", "findings", "findings_gone", "refused_later")
    }


async def test_what_stays_as_it_is_is_no_change(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, WARD)
    would = await dry(story, ("2024-03-10", some(CareModeAssigned, mode="ward")))
    assert would["would"] == "record"
    for changes in would["impact"].values():
        assert all(each["before"] != each["after"] for each in changes if "before" in each)
    assert "mode" not in {each["attribute"] for each in would["impact"]["status"]}


async def test_a_dry_run_of_a_file_that_has_moved_says_so_like_the_recording(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, WARD)
    would = await dry(story, WARD, **{"If-Match": '"1"'})
    assert (would["status"], would["code"], would["version"]) == (412, "stale", 2)
    assert (await dry(story, WARD, **{"If-Match": '"2"'}))["would"] == "record"


async def many(served: Served, items: Any, *, dry_run: bool = False, **more: Any) -> list[Any]:
    client = await served.as_(Role.STAFF)
    answer = await client.post(
        "/entries",
        json={"items": items} | more,
        headers=new_key(),
        params={"dry_run": "true"} if dry_run else {},
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


@pytest.mark.parametrize("all_or_nothing", [False, True])
async def test_each_item_of_a_dry_run_is_judged_after_those_before_it(
    served: Served, *, all_or_nothing: bool
) -> None:
    story = await a_story(served).given(RECEIVED)
    other = await a_story(served).given(RECEIVED)
    items = [
        {"child": story.child, "events": [sent("2024-05-01", some(ChildDied))]},
        {"child": story.child, "events": [sent("2024-06-01", some(CareModeAssigned, mode="ward"))]},
        {"child": other.child, "events": [sent(*WARD)]},
    ]
    would = await many(served, items, dry_run=True, all_or_nothing=all_or_nothing)
    came = await many(served, items, all_or_nothing=all_or_nothing)
    for rehearsed, recorded in zip(would, came, strict=True):
        if recorded["status"] == 201:
            assert rehearsed["would"] == "record"
            assert without_ids(rehearsed["findings"]) == without_ids(recorded["findings"])
        elif recorded["problem"]["code"] == "refused":
            assert rehearsed["would"] == "refuse"
            assert without_ids(rehearsed["refusals"]) == without_ids(recorded["problem"]["refusals"])
        else:
            assert rehearsed["problem"] == recorded["problem"]
    assert [each["status"] for each in came] == ([424, 422, 424] if all_or_nothing else [201, 422, 201])


async def test_one_item_that_cannot_be_withholds_the_others_in_a_dry_run_too(
    served: Served,
) -> None:
    story = await a_story(served).given(RECEIVED)
    items = [
        {"child": story.child, "events": [sent(*WARD)]},
        {"child": str(uuid4()), "events": [sent(*WARD)]},
    ]
    for dry_run in (True, False):
        found = await many(served, items, dry_run=dry_run, all_or_nothing=True)
        assert [each["problem"]["code"] for each in found] == ["withheld", "not_found"]


# Where it is refused


async def refusals(served: Served, path: str, body: Any) -> list[dict[str, Any]]:
    client = await served.as_(Role.STAFF)
    answer = await client.post(path, json=body, headers=new_key())
    assert (answer.status_code, answer.json()["code"]) == (422, "refused"), answer.text
    return list(answer.json()["refusals"])


HOUSEHOLD = some(HouseholdRegistered, household_class="9")
ODD: list[tuple[dict[str, Any], str, str]] = [
    (sent("2024-03-07", HOUSEHOLD), "E03", "/data/household_class"),
    (sent("2027-01-01", some(PhysicalExamined)), "E02", "/occurred_on"),
    (sent("2024-03-07", some(PhysicalExamined), documents=["parchment"]), "E03", "/documents/0/kind"),
    (sent("2024-03-07", some(PhysicalExamined), noted_on="2030-01-01"), "E02", "/noted_on"),
    (sent("2024-03-07", some(PhysicalExamined), at="2024-03-09T08:00:00Z"), "E10", "/at"),
    (sent("2024-03-07", some(PhysicalExamined), corrects=str(uuid4())), "E04", "/corrects"),
    (sent("2024-03-07", some(EntryWithdrawn, entry=uuid4())), "E04", "/data/entry"),
    (sent("2024-04-01", some(ChildAdmitted, intake_category="A1")), "I01", ""),
]


async def test_a_refusal_points_at_its_event_and_its_field(served: Served, subtests: pytest.Subtests) -> None:
    story = await a_story(served).given(RECEIVED)
    path, good = f"/children/{story.child}/events", sent(*WARD)
    for event, rule, place in ODD:
        with subtests.test(rule, place=place):
            alone = await refusals(served, path, event)
            assert (rule, place) in {(each["rule"], each["pointer"]) for each in alone}
            second = await refusals(served, path, {"events": [good, event]})
            assert (rule, f"/events/1{place}") in {(each["rule"], each["pointer"]) for each in second}
            found = await many(served, [{"child": story.child, "events": [good, event]}] * 2, dry_run=True)
            third = found[1]["refusals"]
            assert (rule, f"/items/1/events/1{place}") in {(each["rule"], each["pointer"]) for each in third}


async def test_a_code_that_there_is_not_is_answered_with_its_table_and_those_that_there_are(
    served: Served,
) -> None:
    story = await a_story(served).given(RECEIVED)
    path = f"/children/{story.child}/events"
    (refusal,) = [each for each in await refusals(served, path, ODD[0][0]) if each["rule"] == "E03"]
    codes = tables()["household_class"].codes
    assert (refusal["table"], refusal["codes"]) == ("household_class", list(codes))
    assert all(code in refusal["zh"] and label.zh in refusal["zh"] for code, label in codes.items())
    assert all(code in refusal["en"] and label.en in refusal["en"] for code, label in codes.items())
    (refusal,) = [each for each in await refusals(served, path, ODD[2][0]) if each["rule"] == "E03"]
    assert refusal["table"] == "document_kind"
    assert "codes" not in refusal
    assert "/codes/document_kind" in refusal["zh"]
    assert "/codes/document_kind" in refusal["en"]
