"""The form of every event: what is filled in is read as the API takes it, and nothing is guessed."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from api.console.forms.field_controls import FieldControl, event_fields, has_form, hidden_fields
from api.console.forms.form_filling import filled_in
from api.console.forms.form_reading import (
    MUST_ANSWER,
    MUST_FILL_IN,
    NO_ID,
    NOT_BOTH,
    ReadForm,
    days_json,
    read_form,
)
from api.console.forms.sent_values import (
    NO_INSTANT,
    NO_NUMBER,
    NO_WHOLE_NUMBER,
    code_as_written,
    code_written,
    day_written,
    days_written,
    instant_written,
    month_written,
    number_written,
)
from api.contract.bodies import events
from api.contract.encoding import dumps
from api.contract.entries import stored_json
from api.identity.permissions import SEES, Role
from domain.entry import AnyEntry
from domain.envelope import envelope_fields
from domain.event import CATALOGUE, EVERY_CATEGORY, Event
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CareModeAssigned
from domain.events.health import PhysicalExamined
from domain.events.intake import BelongingsRegistered, ChildReceived, IntakeMedicalExamined
from domain.label import Label
from domain.rulebook import Rulebook
from domain.when import Days
from tests.support.strategies import entry_of
from tests.support.whole_events import asked_of_every_event, full, full_entry

KEY: Final = "a form"
RULEBOOK: Final = Rulebook.shipped()
FORMS: Final = [kind for kind in CATALOGUE.values() if has_form(kind)]


def read(kind: type[Event], **filled: str | list[str]) -> ReadForm:
    """Return what a form says that was filled in so; `data__mode` stands for `data.mode`."""
    sent = {
        name.replace("__", "."): value if isinstance(value, list) else [value]
        for name, value in filled.items()
    }
    return read_form(kind, sent, EVERY_CATEGORY, KEY)


def again(entry: AnyEntry, *, english: bool) -> tuple[ReadForm, Any]:
    """Return what a form says that is filled in with an entry, and what the API makes of it."""
    kind = type(entry.event)
    sent = filled_in(kind, stored_json(entry), EVERY_CATEGORY, english=english)
    form = read_form(kind, sent, EVERY_CATEGORY, KEY)
    (draft,) = events(dumps(form.body), RULEBOOK).drafts
    return form, draft


def is_the_same(entry: AnyEntry, *, english: bool) -> None:
    form, draft = again(entry, english=english)
    assert form.faults == {}
    assert draft.event == entry.event
    assert draft.days == entry.days
    for spec in envelope_fields():
        if spec.name not in {"corrects", "reason", "exception"}:
            assert getattr(draft, spec.name) == getattr(entry, spec.name), spec.name


def test_only_what_an_operator_records_has_no_form() -> None:
    assert {*CATALOGUE.values()} - {*FORMS} == {CATALOGUE["RulebookAdopted"]}


@asked_of_every_event
def test_a_form_filled_in_with_an_entry_says_the_entry_again(kind: type[Event]) -> None:
    if has_form(kind):
        is_the_same(full_entry(full(kind)), english=False)


@drawn(st.sampled_from(FORMS).flatmap(entry_of), st.booleans())
def test_whatever_an_entry_says_its_form_says_again(entry: AnyEntry, english: bool) -> None:  # noqa: FBT001 - drawn
    is_the_same(entry, english=english)


# What must be answered, and why it is not


def test_what_must_be_answered_and_is_not_is_a_fault_and_no_value() -> None:
    form = read(CareModeAssigned, occurred="2026-11-20")
    assert form.faults["data.mode"] == MUST_ANSWER
    assert form.body == {"type": "CareModeAssigned", "occurred_on": "2026-11-20", "data": {}}
    assert read(CareModeAssigned).faults["occurred"] == MUST_FILL_IN


def test_why_there_is_no_answer_is_chosen_among_codes_and_beside_a_text() -> None:
    form = read(CareModeAssigned, data__mode="?not_asked", data__unit__unknown="not_on_paper")
    assert form.body["data"] == {"mode": {"unknown": "not_asked"}, "unit": {"unknown": "not_on_paper"}}


def test_a_value_and_why_there_is_none_are_not_both_taken() -> None:
    form = read(CareModeAssigned, data__unit="一号楼", data__unit__unknown="not_asked")
    assert form.faults["data.unit"] == NOT_BOTH
    assert "unit" not in form.body["data"]


def test_no_item_at_all_is_something_to_be_said() -> None:
    assert read(BelongingsRegistered).faults["data.items"] == MUST_ANSWER
    assert read(BelongingsRegistered, data__items__unknown="none").body["data"] == {"items": []}


def test_empty_rows_are_left_out_and_what_is_amiss_in_another_is_found_in_its_place() -> None:
    form = read(
        BelongingsRegistered,
        data__items__0__description="  ",
        data__items__3__description="红色棉被",
        data__items__3__is_identifying="true",
        data__items__3__storage_no="甲-1",
    )
    assert form.body["data"]["items"] == [
        {"description": "红色棉被", "is_identifying": True, "storage_no": "甲-1"}
    ]
    assert form.field_at("/data/items/0/description") == "data.items.3.description"
    assert form.field_at("/data/items/0/description/unknown") == "data.items.3.description"
    assert form.field_at("/corrects") is None
    last = read(BelongingsRegistered, data__items__999__description="红色棉被")
    assert (last.strange, len(last.body["data"]["items"])) == (set(), 1)
    beyond = read(BelongingsRegistered, data__items__99999999__description="红色棉被")
    assert beyond.strange == {"data.items.99999999.description"}, "no page shows so many rows"
    assert "items" not in beyond.body["data"]


def test_somebody_new_has_one_id_however_often_a_form_is_sent() -> None:
    sent = {"data.adopter": ["new"]}
    first, second = (read_form(AdoptionRegistered, sent, EVERY_CATEGORY, KEY) for _ in range(2))
    assert first.body["data"]["adopter"] == second.body["data"]["adopter"]
    other = read_form(AdoptionRegistered, sent, EVERY_CATEGORY, "another form")
    assert other.body["data"]["adopter"] != first.body["data"]["adopter"]
    assert read(AdoptionRegistered, data__adopter__id="7").faults["data.adopter"] == NO_ID


def test_what_a_role_may_not_see_is_no_field_but_for_why_it_is_not_said() -> None:
    sees = SEES[Role.STAFF]
    fields = {each.last_name: each for each in event_fields(IntakeMedicalExamined, sees)}
    assert fields["infectious_screen"].control is FieldControl.REASON_ALONE
    assert hidden_fields(IntakeMedicalExamined, sees) == (fields["infectious_screen"].label,)
    sent = {"data.infectious_screen": ["?not_known"]}
    assert read_form(IntakeMedicalExamined, sent, sees, KEY).body["data"] == {
        "infectious_screen": {"unknown": "not_known"}
    }
    assert event_fields(AdoptionRegistered, frozenset()) != event_fields(AdoptionRegistered, EVERY_CATEGORY)


# What people write


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        (" ２０２６年１１月２０日 ", "2026-11-20", "2026-11-20"),
        ("2026.11.20", "2026-11-20", "2026-11-20"),
        ("二〇二六年十一月", "2026-11-01", "2026-11-30"),
        ("2026年11月上旬", "2026-11-01", "2026-11-10"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-11-20以前", None, "2026-11-20"),
        ("by 2026-11-20", None, "2026-11-20"),
        ("2026年11月以前", None, "2026-11-30"),
        ("2026-11-01至2026-11-20", "2026-11-01", "2026-11-20"),
        ("2026年9月 至 2026年10月", "2026-09-01", "2026-10-31"),
        ("2026-11-01 to 2026-11-20", "2026-11-01", "2026-11-20"),
    ],
)
def test_a_day_is_read_as_people_write_it(written: str, first: str | None, last: str) -> None:
    begins = None if first is None else date.fromisoformat(first)
    assert days_written(written) == Days(begins, date.fromisoformat(last))
    said = days_json(Days(begins, date.fromisoformat(last)))
    assert said["occurred_on"] == first


@pytest.mark.parametrize(
    "written", ["26.11.20", "7/8/2026", "2026.9-12", "2026-02-30", "昨天", "2026-11-20至2026-11-01", "至2026"]
)
def test_a_day_that_can_be_read_in_several_ways_or_in_none_is_asked_for_again(written: str) -> None:
    assert isinstance(days_written(written), Label)


def test_one_day_is_no_month() -> None:
    assert day_written("2026年11月20日") == date(2026, 11, 20)
    assert isinstance(day_written("2026年11月"), Label)


def test_a_month_a_time_and_a_number_are_read_as_people_write_them() -> None:
    assert month_written("2024年3月") == month_written("2024-03") == "2024-03"
    assert isinstance(month_written("2024年"), Label)
    assert isinstance(month_written("不详"), Label)
    morning = instant_written("2026-11-20 08:15")
    assert morning == instant_written("2026年11月20日8时15分") == instant_written("2026-11-20T08:15:00")
    assert str(morning) == "2026-11-20 00:15:00+00:00"
    assert instant_written("2026-11-20") == instant_written("2026-11-20 25:00") == NO_INSTANT
    assert number_written("１,２００.５", whole=False) == Decimal("1200.5")
    assert number_written("1,2", whole=False) == number_written("约30", whole=False) == NO_NUMBER
    assert number_written("30.5", whole=True) == NO_WHOLE_NUMBER


def test_a_code_of_a_long_table_is_written_by_its_label_or_as_such() -> None:
    assert code_written("ethnic_group", "汉族") == code_written("ethnic_group", "Han") == "01"
    assert code_as_written("ethnic_group", "01", english=True) == "Han"
    near = code_written("ethnic_group", "汉")
    assert isinstance(near, Label)
    assert "汉族" in near.zh
    assert code_written("region", "371099") == "371099"
    assert isinstance(code_written("region", "望海市"), Label)


def test_texts_are_kept_as_they_were_typed_but_for_blanks_around_them() -> None:
    form = read(ChildReceived, data__clothing="  上衣\r\n裤子 ", data__finder__unknown="not_asked")
    assert form.body["data"]["clothing"] == "上衣\n裤子"
    rare = read(PhysicalExamined, data__summary="\ufa0e𠮷")
    assert "\ufa0e𠮷" in rare.body["data"].values()
