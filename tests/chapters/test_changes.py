"""What the catalogue says that a type of event changes is what happens: who folds the feed may rely on it."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Final

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from api.contract.changes_told import changes_json
from api.contract.entries import stored_json
from api.contract.explained_fields import path_of_attribute
from api.contract.explanation_words import held as held_words
from api.contract.file_status import attribute_json, fact_json
from domain.changes import UNKNOWN, changes
from domain.entry import AnyEntry
from domain.event import CATALOGUE, Event
from domain.events.adoption.registration import ADOPTED, AdoptionRegistered
from domain.events.guardianship import GUARDIAN, REVIEW, GuardianChanged, TemporaryGuardianshipStarted
from domain.events.placement.preparing import CAPACITY, ROUTE, AdultPlacementPlanApproved, CapacityDetermined
from domain.field_types import field_types
from domain.file import ATTRIBUTES, Attribute, Held
from domain.life import Life
from domain.rulebook import Rulebook
from ledger.canonical import Json
from tests.support.exploring import examples
from tests.support.fictional_lives import told_on
from tests.support.given import NOT_ASKED, some
from tests.support.given import given as case
from tests.support.strategies import streams

TODAY = date(2026, 11, 22)
quick = settings(max_examples=examples(100), suppress_health_check=list(HealthCheck), deadline=None)


@cache
def told_of(name: str) -> list[Any]:
    """Return the changes of a type of event as the catalogue sends them."""
    changed: list[Any] = orjson.loads(orjson.dumps(changes_json(CATALOGUE[name])))
    return changed


def said(entry: Json, field: str) -> Any:
    """Return what an entry of the feed says in a field; None if that is unknown."""
    value = entry["data"][field]
    unknown = value == [] or (isinstance(value, dict) and "unknown" in value)
    return None if unknown else value


def resolved(source: Any, entry: Json) -> Any:
    """Return a value, a day or a key as the catalogue says where it comes from."""
    match source["from"]:
        case "occurred":
            return entry["occurred_until"]
        case "entry":
            return entry["corrects"] or entry["entry_id"]
        case "same":
            return source["same"]
        case "parts":
            return {name: resolved(part, entry) for name, part in source["parts"].items()}
        case "cases":
            value = said(entry, source["field"])
            return source["cases"]["unknown" if value is None else str(value)]
    value, answer = said(entry, source["field"]), entry["data"][source["field"]]
    if value is None and "otherwise" in source:
        return resolved(source["otherwise"], entry)
    return answer if value is None and answer else value


def happens(change: Any, entry: Json) -> bool:
    """Whether a change happens by an entry, by the conditions of the catalogue."""
    for field, values in change["only_if"].items():
        value = said(entry, field)
        if not ("unknown" in values if value is None else value in values or "known" in values):
            return False
    return True


def counted(change: Any) -> bool:
    """Whether the catalogue leaves open what is changed."""
    sources = [change[name] for name in ("value", "key", "since", "until")]
    parts = [part for source in sources if source for part in (source.get("parts") or {}).values()]
    return any(each is not None and each["from"] == "counted" for each in (*sources, *parts))


def plain(value: Any) -> Any:
    """Return a value as it is sent."""
    shown = orjson.loads(orjson.dumps(attribute_json(value), default=str))
    return shown.get("value", shown)


def held_as_told(entry: AnyEntry) -> Iterator[tuple[Any, Json]]:
    """Yield the changes that the catalogue says an entry makes, with the entry as it is sent."""
    shown = stored_json(entry)
    yield from ((each, shown) for each in told_of(entry.type) if happens(each, shown))


def agrees(change: Any, entry: Json, held: Held[Any]) -> bool:
    """Whether the catalogue says of a change what is held."""
    since = None if held.days is None else held.days.last.isoformat()
    return (
        path_of_attribute(held.attribute) == change["path"]
        and (held.value is not None) == (change["change"] == "begins")
        and held.gives_way == change["gives_way"]
        and (
            counted(change)
            or (
                (change["value"] is None or resolved(change["value"], entry) == plain(held.value))
                and resolved(change["key"], entry) == held.key
                and (change["since"] and resolved(change["since"], entry)) == since
                and (change["until"] and resolved(change["until"], entry))
                == (held.until and held.until.isoformat())
            )
        )
    )


def changes_as_told(entry: AnyEntry) -> None:
    """Expect that all that an entry holds is told, and that all that is told exactly is held."""
    held = [*entry.event.holds(entry)]
    told = [*held_as_told(entry)]
    for each in held:
        assert any(agrees(change, shown, each) for change, shown in told) or any(
            agrees(change, stored_json(entry), each) for change in told_of(entry.type) if not change["exact"]
        ), (entry.event, each)
    for change, shown in told:
        assert not change["exact"] or any(agrees(change, shown, each) for each in held), (entry.event, change)


UNTIL_KNOWN: Final = "rules ask for what is known of it, and are uncertain without"
KEPT: Final = "what was known before stays"
LEAVES_NOTHING: Final = {
    **dict.fromkeys(
        [
            ("AllowanceStopped", "last_month"),
            ("ChildAdmitted", "intake_category"),
            ("DisabilityAssessed", "disability_class"),
            ("DisabilityCertificateIssued", "disability_class"),
            ("GuardianshipRevocationAdjudicated", "result"),
            ("InsuranceStatusChecked", "is_insured"),
            ("IntakeCategoryDetermined", "category"),
            ("IntakeVerified", "items"),
            ("NotFoundCertificateIssued", "certificate_kind"),
            ("OverAgeContinuationDecided", "decision"),
            ("ParentDeclared", "declaration"),
            ("ReferralReceived", "child_situation"),
        ],
        UNTIL_KNOWN,
    ),
    **dict.fromkeys(
        [
            ("ChildTransferred", "to_guardian"),
            ("CitizenIdAssigned", "citizen_id"),
            ("FamilyRegistered", "address"),
            ("FamilyRegistered", "applicant"),
            ("FamilyRegistered", "region"),
            ("HouseholdRegistered", "citizen_id"),
            ("IdentityRecorded", "birth_on"),
            ("IdentityRecorded", "ethnic_group"),
            ("IdentityRecorded", "name"),
            ("IdentityRecorded", "sex"),
            ("InstitutionOpened", "region"),
            ("InstitutionOpened", "uscc"),
        ],
        KEPT,
    ),
    ("ChildReceived", "found_region"): "where an earlier reception found the child is no longer told",
    ("MedicalAidApplied", "layer"): "aid of no known layer is awaited of none",
    ("VaccinationGiven", "vaccine"): "a dose of no known vaccine protects from nothing known",
}
"""The fields of which an unknown answer leaves an attribute as it was, or without a value, each with why."""


def test_what_is_answered_as_unknown_is_held_as_unknown_or_it_is_said_why_not() -> None:
    silent = {
        (name, field)
        for name, kind in CATALOGUE.items()
        for change in changes(kind)
        if change.effect == "begins"
        for field, values in change.only_if
        if UNKNOWN not in values and field_types(kind)[field].unknown
    }
    assert silent ^ set(LEAVES_NOTHING) == set()


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [
        (AdoptionRegistered, ADOPTED),
        (AdultPlacementPlanApproved, ROUTE),
        (CapacityDetermined, CAPACITY),
        (TemporaryGuardianshipStarted, REVIEW),
        (GuardianChanged, GUARDIAN),
    ],
)
def test_an_unknown_answer_takes_the_place_of_what_was_known(
    kind: type[Event], attribute: Attribute[Any]
) -> None:
    file = case(("2024-03-10", some(kind)))
    before, fact = (file.on(day).now(attribute) for day in ("2024-03-09", "2024-03-10"))
    assert before is None
    assert fact is not None
    assert fact.held.value == NOT_ASKED
    words = held_words(attribute.label, fact_json(fact, None), fact.entry)
    assert "登记为不详" in words.zh
    assert "answered as unknown" in words.en


def test_what_happens_in_the_lives_of_the_demonstration_is_what_the_catalogue_tells() -> None:
    for file in told_on(TODAY):
        for entry in file.standing():
            changes_as_told(entry)


@quick
@given(entries=streams(tuple(CATALOGUE.values())))
def test_whatever_can_be_written_down_changes_what_the_catalogue_tells(entries: list[AnyEntry]) -> None:
    for entry in entries:
        changes_as_told(entry)


def standing(feed: list[Json]) -> list[Json]:
    """Return the entries of one file that stand, by what the feed says."""
    stand: dict[str, Json] = {}
    struck: dict[str, Json] = {}
    rejected = {entry["data"]["entry"] for entry in feed if entry["type"] == "CorrectionRejected"}
    for entry in feed:
        if entry["entry_id"] in rejected:
            continue
        if entry["type"] == "EntryWithdrawn":
            struck[entry["data"]["entry"]] = stand.pop(entry["data"]["entry"])
        elif entry["type"] == "EntryRestored":
            stand[entry["data"]["entry"]] = struck.pop(entry["data"]["entry"])
        else:
            stand[entry["corrects"] or entry["entry_id"]] = entry
    return [*stand.values()]


def folded(feed: list[Json], day: str) -> dict[str, list[Any]]:
    """Return what holds on a day, by the words of the catalogue alone; no path whose value is counted."""
    begun: dict[tuple[str, str], Any] = {}
    open_paths = set()
    for entry in standing(feed):
        for change in told_of(entry["type"]):
            if counted(change) or not change["exact"]:
                open_paths.add(change["path"])
            elif happens(change, entry):
                since = "" if change["since"] is None else resolved(change["since"], entry)
                order = (
                    since,
                    not change["gives_way"],
                    entry["occurred_on"] or "",
                    entry["at"] or "",
                    entry["version"],
                )
                until = None if change["until"] is None else resolved(change["until"], entry)
                value = None if change["value"] is None else resolved(change["value"], entry)
                at = (change["path"], resolved(change["key"], entry))
                if since <= day and (at not in begun or begun[at][0] < order):
                    begun[at] = (order, value, until)
    held: dict[str, list[Any]] = {path: [] for path, _ in begun if path not in open_paths}
    for (path, key), (order, value, until) in sorted(begun.items(), key=lambda each: each[1][0]):
        ended = begun.get((path, "*"))
        goes_on = value is not None and (until is None or until >= day)
        if path in held and key != "*" and goes_on and not (ended and ended[0] > order):
            held[path].append(value)
    return held


@pytest.mark.parametrize("day", ["2024-06-01", "2026-11-22"])
def test_a_feed_that_is_folded_by_the_catalogue_alone_holds_what_the_file_holds(day: str) -> None:
    compared = 0
    for file in told_on(TODAY):
        life = Life(file, date.fromisoformat(day), Rulebook.shipped())
        held = folded([stored_json(entry) for entry in file.entries.values()], day)
        for attribute in ATTRIBUTES.values():
            path = path_of_attribute(attribute)
            if path in held:
                assert [plain(each.held.value) for each in life.each(attribute)] == held[path], path
                compared += bool(held[path])
    assert compared > 100
