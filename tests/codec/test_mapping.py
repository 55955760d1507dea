"""Entries as stored bytes, and back; what is sent, read strictly; the schemas that are for ever."""

import re
import traceback
from dataclasses import fields, replace
from datetime import UTC, date
from typing import Any
from uuid import uuid4

import jsonschema_rs
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.entries import event_json, stored_json
from domain.codes import tables
from domain.entry import AnyEntry
from domain.envelope import Document, ExceptionClaim, Reason
from domain.event import CATALOGUE, WHOLLY_SEALED, Category, Erased, Event, Unknown, fields_of
from domain.events.adoption.assessment import AdopterApplicationReceived, AdoptionAssessmentReportIssued
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.entitlement.allowance import AllowancePaid, AllowanceStopped
from domain.events.entitlement.welfare_status import WelfareStatusRecognised
from domain.events.family.foster_steps import FamilyMembersRecorded
from domain.events.health import PhysicalExamined
from domain.events.household import HouseholdRegistered
from domain.events.institution.particulars import InstitutionOpened
from domain.events.intake import (
    BelongingsRegistered,
    ChildReceived,
    IdentityRecorded,
    IntakeCategoryDetermined,
)
from domain.events.safety import MandatoryReportMade
from domain.file import fold
from domain.judging import findings
from domain.obligations import clocks
from domain.rulebook import Rulebook
from ledger.codec.json_schema import frozen, schema
from ledger.codec.mapping import decode, encode, load, pairs
from ledger.codec.parsing import InvalidError, check, parse_event
from ledger.codec.split import split
from ledger.codec.upcasts import UPCASTS
from ledger.sealing.cipher import Keyring
from tests.support.exploring import examples
from tests.support.given import some
from tests.support.places import SCHEMAS
from tests.support.stored import LEDGER, Body, an_entry, ring_for
from tests.support.strategies import events, interval
from tests.support.whole_events import asked_of_every_event, every_event, full, full_entry


@st.composite
def entries(draw: st.DrawFn, kind: type[Event]) -> AnyEntry:
    """Any entry of that event."""
    said = st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
    papers = st.builds(
        Document,
        kind=st.just("household_booklet"),
        number=said,
        issuer=said,
        issued_on=st.none() | st.dates(),
        sha256=st.none() | st.just("0" * 64),
    )
    return replace(
        an_entry(draw(events(kind))),
        days=draw(interval()),
        at=draw(st.none() | st.datetimes(timezones=st.just(UTC))),
        estimated=draw(st.booleans()),
        noted_on=draw(st.none() | st.dates()),
        noted_by=draw(said),
        note=draw(said),
        documents=tuple(draw(st.lists(papers, max_size=2))),
        corrects=draw(st.none() | st.uuids()),
        cause=draw(st.none() | st.uuids()),
        reason=draw(st.none() | st.just(Reason(code="incorrect_data", explanation="抄写错误"))),
        exception=draw(st.none() | st.just(ExceptionClaim(rule="I01", reason="急诊"))),
    )


@every_event
@settings(max_examples=examples(4))
@given(data=st.data())
def test_every_entry_comes_back_from_its_bytes_as_it_was(kind: type[Event], data: st.DataObject) -> None:
    entry = data.draw(entries(kind))
    ring = ring_for(entry)
    assert decode(Body(encode(entry, ring)), ring) == entry


@every_event
@settings(max_examples=examples(4))
@given(data=st.data())
def test_what_is_answered_fits_the_schema_and_is_read_as_the_same_event(
    kind: type[Event], data: st.DataObject
) -> None:
    event = data.draw(events(kind))
    shown = event_json(event)
    jsonschema_rs.validator_for(schema(kind), validate_formats=True).validate(shown)
    assert parse_event(kind.__name__, shown) == event
    assert parse_event(kind.__name__, orjson.dumps(shown)) == event
    # Which is why what was parsed is checked no second time.
    check(parse_event(kind.__name__, shown))


def test_the_bytes_are_canonical_json_of_all_but_position_and_moment() -> None:
    entry = full_entry(full(HouseholdRegistered))
    body = encode(entry, ring_for(entry))
    document = load(body)
    assert body == orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    told = {field.name for field in fields(entry)} - {"days", "event", "position", "recorded_at"}
    sealed = {"note", "noted_by"}
    told |= {"type", "schema", "data", "occurred_on", "occurred_until", "sealed", "salt", "format"}
    assert document.keys() == told - sealed | {"voucher"}


def test_the_clear_bytes_are_the_same_whatever_is_said_of_what_is_sealed_wholly() -> None:
    said = full_entry(full(AdoptionRegistered))
    nothing = replace(
        said,
        event=some(AdoptionRegistered),
        note=None,
        noted_by=None,
        exception=None,
        documents=(Document(kind="household_booklet", issued_on=date(2024, 3, 1)),),
    )
    said = replace(said, documents=said.documents[:1])
    clear = [load(encode(entry, ring_for(entry))) for entry in (said, nothing)]
    for document in clear:
        document["salt"] = document["voucher"] = None
        document["sealed"] = [(part["subject"], part["category"]) for part in document["sealed"]]
    assert clear[0] == clear[1]
    # Nor does its length tell one code from another.
    suitable, unsuitable = (
        an_entry(some(AdoptionAssessmentReportIssued, conclusion=conclusion))
        for conclusion in ("suitable", "unsuitable")
    )
    assert len(encode(suitable, ring_for(suitable))) == len(encode(unsuitable, ring_for(unsuitable)))
    assert clear[0]["sealed"] == [(str(said.stream), "adoption")]


def test_the_same_entry_never_has_the_same_bytes() -> None:
    entry = an_entry(some(HouseholdRegistered))
    ring = ring_for(entry)
    assert not split(entry).personal
    assert encode(entry, ring) != encode(entry, ring)


def test_fields_in_which_nothing_is_said_need_no_key() -> None:
    entry = an_entry(some(IdentityRecorded))
    assert not pairs([load(encode(entry, ring_for(entry)))])


def test_what_belongs_to_another_person_is_sealed_under_that_persons_key() -> None:
    adopter = uuid4()
    entry = an_entry(some(AdopterApplicationReceived, adopter=adopter, motive="愿给孩子一个家"))
    ring = ring_for(entry)
    assert pairs([load(encode(entry, ring))]) == {(entry.stream, "adoption"), (adopter, "adoption")}


@asked_of_every_event
def test_a_file_folds_and_is_judged_after_all_its_keys_are_destroyed(kind: type[Event]) -> None:
    entry = full_entry(full(kind), corrects=None)
    erased = decode(Body(encode(entry, ring_for(entry))), Keyring(LEDGER, {}))
    for spec in fields_of(kind):
        value = getattr(erased.event, spec.name)
        assert value == (Erased(spec.personal.category) if spec.personal else getattr(entry.event, spec.name))
    gone: object = Erased(kind.seals)
    assert erased.reason
    assert erased.exception
    said = (erased.note, erased.noted_by, erased.reason.explanation, erased.exception.reason)
    first, second = erased.documents
    assert all(text == gone for text in (*said, first.number, first.issuer, second.sha256))
    assert (first.kind, first.issued_on) == (entry.documents[0].kind, entry.documents[0].issued_on)
    assert kind.sealed or (second.number, second.issuer) == (None, None)
    assert erased.exception.rule == (gone if kind.sealed else entry.exception and entry.exception.rule)
    file = fold([erased])
    assert file.entries
    list(findings(file, Rulebook.shipped()))
    clocks(file, Rulebook.shipped())


def test_an_old_payload_is_read_as_the_class_has_it_today(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = an_entry(some(HouseholdRegistered, address="示例路1号"))
    ring = ring_for(entry)
    recorded_under_1 = Body(encode(entry, ring))
    monkeypatch.setattr(HouseholdRegistered, "schema", 3)
    monkeypatch.setitem(UPCASTS, ("HouseholdRegistered", 1), lambda data: data | {"place": "2号"})
    monkeypatch.setitem(
        UPCASTS, ("HouseholdRegistered", 2), lambda data: data | {"address": data.pop("place")}
    )
    assert decode(recorded_under_1, ring).event == some(HouseholdRegistered, address="2号")


@pytest.mark.parametrize(
    ("recorded", "read"), [("000000", Unknown("not_known")), ("371099", "371099")], ids=["nation", "county"]
)
def test_the_nation_stood_once_for_a_region_that_was_not_known(
    monkeypatch: pytest.MonkeyPatch, recorded: str, read: object
) -> None:
    entry = an_entry(some(InstitutionOpened, region=recorded))
    ring = ring_for(entry)
    with monkeypatch.context() as then:
        then.setattr(InstitutionOpened, "schema", 1)
        body = Body(encode(entry, ring))
    assert decode(body, ring).event == some(InstitutionOpened, region=read)


@pytest.mark.parametrize(
    ("kind", "field", "recorded", "read"),
    [
        (AllowancePaid, "line", "300", "other"),
        (AllowancePaid, "line", "202", "202"),
        (AllowanceStopped, "allowance_line", "300", "other"),
        (AllowanceStopped, "allowance_line", None, None),
        (WelfareStatusRecognised, "status", "hiv", "other"),
        (IntakeCategoryDetermined, "child_category", "6", "7"),
    ],
)
def test_a_code_that_once_named_an_illness_is_read_as_one_that_does_not(
    monkeypatch: pytest.MonkeyPatch, kind: type[Event], field: str, recorded: str | None, read: str | None
) -> None:
    entry = an_entry(some(kind, **{field: recorded}))
    ring = ring_for(entry)
    with monkeypatch.context() as then:
        then.setattr(kind, "schema", 1)
        body = Body(encode(entry, ring))
    assert decode(body, ring).event == some(kind, **{field: read})


def test_no_code_in_clear_names_an_illness_that_is_sealed() -> None:
    fields_in_clear = (
        spec
        for kind in CATALOGUE.values()
        for spec in fields_of(kind)
        if spec.personal is None or spec.personal.category not in WHOLLY_SEALED
    )
    shown = {spec.code.table for spec in fields_in_clear if spec.code is not None}
    words = re.compile(r"艾滋|\bHIV\b|\bAIDS\b", re.IGNORECASE)
    labels = [str(label) for table in shown for label in tables()[table].codes.values()]
    assert not [label for label in labels if words.search(label)]


def sent(kind: type[Event], **said: Any) -> dict[str, Any]:
    """Return data as a client sends it, unknown where nothing else is said."""
    return event_json(some(kind)) | said


def invalid(kind: type[Event] | str, data: object) -> dict[str, str]:
    """Return what is wrong with what was sent, by place."""
    with pytest.raises(InvalidError) as raised:
        parse_event(kind if isinstance(kind, str) else kind.__name__, data, "/data")
    assert all(problem.words.en and problem.words.zh for problem in raised.value.problems)
    return {problem.pointer: problem.words.en for problem in raised.value.problems}


def test_a_list_whose_items_are_incomplete_is_not_said_to_be_empty() -> None:
    one = {"name": "孟庆山", "relation": "applicant"}
    assert list(invalid(FamilyMembersRecorded, {"members": [one]})) == ["/data/members/0/birth_on"]
    assert list(invalid(FamilyMembersRecorded, {"members": []})) == ["/data/members"]


@pytest.mark.parametrize("written", ["104.50", 104.5, "1045E-1", "104.500"])
def test_a_number_is_the_same_number_however_it_is_written(written: object) -> None:
    event = parse_event("PhysicalExamined", sent(PhysicalExamined, height_cm=written))
    assert event_json(event)["height_cm"] == "104.5"


def test_an_answer_may_be_unknown_and_says_why() -> None:
    event = parse_event(
        "HouseholdRegistered",
        sent(HouseholdRegistered, address="示例路1号", citizen_id={"unknown": "not_known"}),
    )
    assert event == some(HouseholdRegistered, address="示例路1号", citizen_id=Unknown("not_known"))


def test_every_fault_is_told_at_its_place() -> None:
    data = sent(
        IdentityRecorded,
        name="",
        sex=5,
        birth_on=0,
        is_birth_estimated="yes",
        ethnic_group={"unknown": "perhaps"},
        nickname="小明",
    )
    del data["birth_basis"]
    assert invalid(IdentityRecorded, data) == {
        "/data/name": "must be filled in",
        "/data/sex": "should be a text",
        "/data/birth_on": "should be a day, YYYY-MM-DD",
        "/data/is_birth_estimated": "should be true or false",
        "/data/ethnic_group/unknown": "should be one of 'not_asked', 'not_known' or 'not_on_paper'",
        "/data/nickname": "no such field",
        "/data/birth_basis": "must be answered",
    }


def test_faults_inside_a_list_are_told_at_their_item() -> None:
    item = {"description": "布偶", "storage_no": {"unknown": "not_asked"}, "is_identifying": True}
    items = [item, item | {"description": None, "colour/size": "红"}]
    assert invalid(BelongingsRegistered, {"items": items}) == {
        "/data/items/1/description": "should be a text",
        "/data/items/1/colour~1size": "no such field",
    }


def test_a_list_that_would_tell_nothing_has_an_item() -> None:
    for kind, field in ((MandatoryReportMade, "reported_to"), (FamilyMembersRecorded, "members")):
        assert invalid(kind, sent(kind, **{field: []})) == {f"/data/{field}": "at least one item"}


@pytest.mark.parametrize("number", ["1E+400000", "0E+400000", "1E-400000", 1e30, "NaN", "Infinity", "9" * 40])
def test_a_number_without_measure_is_refused(number: object) -> None:
    assert invalid(PhysicalExamined, sent(PhysicalExamined, height_cm=number)).keys() == {"/data/height_cm"}


def test_an_instant_needs_its_zone() -> None:
    found_at = "2024-03-05T08:00:00"
    assert invalid(ChildReceived, sent(ChildReceived, found_at=found_at)).keys() == {"/data/found_at"}
    parse_event("ChildReceived", sent(ChildReceived, found_at=f"{found_at}+08:00"))


def test_what_is_no_event_is_refused() -> None:
    assert invalid("ChildTeleported", {}).keys() == {"/type"}
    assert invalid(PhysicalExamined, b"{").keys() == {"/data"}
    assert invalid(PhysicalExamined, b"[]").keys() == {"/data"}
    assert invalid(PhysicalExamined, {"summary": "\ud800"}).keys() == {"/data"}


def test_a_fault_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(InvalidError) as raised:
        parse_event(
            "IdentityRecorded", sent(IdentityRecorded, name=["张三"], birth_on="张三", sex={"张三": 1})
        )
    told = "".join(traceback.format_exception(raised.value))
    assert "张三" not in told.replace("/sex/张三", "")


def test_what_must_not_be_seen_is_named_by_its_category() -> None:
    entry = full_entry(full(HouseholdRegistered))
    shown = stored_json(entry, {Category.IDENTITY})
    hidden = {"restricted": "identity"}
    assert shown["note"] == shown["noted_by"] == shown["documents"][0]["number"] == hidden
    assert shown["reason"] == {"code": "incorrect_data", "explanation": hidden}
    assert shown["data"]["citizen_id"] == hidden
    assert shown["data"]["address"] == vars(entry.event)["address"]
    assert shown["recorded_at"] == "2026-11-22T08:15:30.123456Z"


def test_what_was_erased_is_named_by_its_category() -> None:
    entry = full_entry(full(HouseholdRegistered))
    erased = decode(Body(encode(entry, ring_for(entry))), Keyring(LEDGER, {}))
    assert event_json(erased.event)["address"] == {"erased": "contact"}
    assert stored_json(erased)["note"] == {"erased": "identity"}


@asked_of_every_event
def test_the_schema_of_an_event_is_frozen(kind: type[Event]) -> None:
    """A recorded event is for ever: whoever changes a schema gives it a new version and an upcast."""
    assert (SCHEMAS / f"{kind.__name__}.json").read_text("utf-8") == frozen(kind), "run: make generate"


def test_no_schema_outlives_its_event() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(CATALOGUE)


@asked_of_every_event
def test_a_payload_version_comes_with_the_upcasts_to_it(kind: type[Event]) -> None:
    assert {version for name, version in UPCASTS if name == kind.__name__} == set(range(1, kind.schema))
