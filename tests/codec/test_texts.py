"""What may stand in a name, a number or a text: one rule, by every way in."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.identity.directory import IdentityError
from api.identity.permissions import Role
from api.imports.cells import values
from api.institutions import change_institution, open_institution
from domain.events.household import CitizenIdAssigned
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.placement.preparing import AdultPlacementAssessed
from domain.text import is_line, is_term, is_text
from ledger.codec.mapping import decode, encode
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import JsonObject, sent
from tests.support.imports_http import told_of
from tests.support.stored import Body, an_entry, ring_for

NOTHING_TO_SEE = [
    " ", "   ", "\u3000", "\u00a0", "\u200b", "\u200b\u2060", "\ufeff", "\u00ad", "\u3164", "\u2800",
    "\ufe0f", "\u180e",
]  # fmt: skip
IN_NO_TEXT = [
    "王\x00", "王\x1b[1m", "王\x07", "王\x7f", "王\x85", "\u202e王", "王\u2066明\u2069", "王\ufffe",
    "王\ufdd0", "王\U0010ffff", "王\U0001fffe", "王\ud800", "\udc00王",
]  # fmt: skip
IN_NO_LINE = ["王\n明", "王\r", "王\t明", "王\u2028明", "王\u200b明", "\ufeff王", "王\u200f明"]
NAMING_NOTHING = [
    "-", "—", "／", "?", "？？", "…", "·", "*", "（）", "=", "×××", "√", "○○", "□", "★", "〓", "〃", "々",
    "ー", "\u0301", "\u0301\u0302", "\u20dd", "-\u3164", "- \u00b7",
]  # fmt: skip
LOST = ["\ufffd", "\ufffd\ufffd", "王\ufffd", "\ufffd明", "\ufffc"]
KEPT = [
    "王小明", "张\U0003158e", "王\ue863", "李\U00020bb7", "阿依古丽·买买提", "José María", "O'Neill",
    "Nguyễn Thị", "می‌خواهم", "葛\U000e0100西", "ᠮᠣᠩᠭᠣᠯ", "नरेन्द्र", "Jose\u0301", "1", "（无名氏）", "🙂",
]  # fmt: skip


@pytest.mark.parametrize("text", [*NOTHING_TO_SEE, *IN_NO_TEXT], ids=ascii)
def test_what_cannot_be_seen_or_read_is_no_text_and_no_line(text: str) -> None:
    assert not is_text(text)
    assert not is_line(text)


@pytest.mark.parametrize("text", IN_NO_LINE, ids=ascii)
def test_breaks_and_hidden_marks_are_for_texts_alone(text: str) -> None:
    assert is_text(text)
    assert not is_line(text)


@pytest.mark.parametrize("text", KEPT, ids=ascii)
def test_characters_of_every_script_are_kept(text: str) -> None:
    assert is_line(text)
    assert is_text(text)


@pytest.mark.parametrize(
    "text", [*NAMING_NOTHING, *LOST, *NOTHING_TO_SEE, *IN_NO_TEXT, *IN_NO_LINE], ids=ascii
)
def test_a_mark_or_a_lost_character_names_nothing(text: str) -> None:
    assert not is_term(text)


@pytest.mark.parametrize("text", KEPT, ids=ascii)
def test_one_letter_digit_or_picture_is_enough_to_name_something(text: str) -> None:
    assert is_term(text)
    assert is_term(f"-{text}?")


@pytest.mark.parametrize("text", NAMING_NOTHING, ids=ascii)
def test_a_mark_may_stand_beside_a_name(text: str) -> None:
    assert is_term(f"王{text.strip(chr(0x3164))}")


def test_a_text_may_say_that_a_character_was_lost_but_not_that_alone() -> None:
    assert is_text("王\ufffd明")
    assert not is_line("王\ufffd明")
    assert not is_text("\ufffd")


@given(text=st.text(max_size=8))
def test_a_term_is_a_line(text: str) -> None:
    assert is_line(text) or not is_term(text)


@given(text=st.text(max_size=8))
def test_a_line_is_a_text_of_which_nothing_is_hidden(text: str) -> None:
    assert is_text(text) or not is_line(text)
    assert is_line(text) == (is_text(text) and is_line(f"王{text}明"))


# By every way in


RECEIVED = ("2024-03-05", some(ChildReceived))
MARK = "标记"
"""Stands for the text in question."""
WITHIN: dict[str, JsonObject] = {
    "/data/name": sent("2024-03-05", some(IdentityRecorded, name=MARK)),
    "/data/name_basis": sent("2024-03-05", some(IdentityRecorded, name_basis=MARK)),
    "/data/citizen_id": sent("2024-03-05", some(CitizenIdAssigned, citizen_id=MARK)),
    "/data/assessors/1": sent("2024-03-05", some(AdultPlacementAssessed, assessors=("王医生", MARK))),
    "/note": sent(*RECEIVED, note=MARK),
    "/noted_by": sent(*RECEIVED, noted_by=MARK, noted_on="2024-03-06"),
    "/documents/0/number": sent(*RECEIVED) | {"documents": [{"kind": "photo", "number": MARK}]},
    "/documents/0/issuer": sent(*RECEIVED) | {"documents": [{"kind": "photo", "issuer": MARK}]},
    "/exception/reason": sent(*RECEIVED) | {"exception": {"rule": "I01", "reason": MARK}},
}
LINES_TOO = {"/data/name_basis", "/note", "/exception/reason"}


def saying(document: object, text: str) -> bytes:
    """Return a document as JSON in ASCII, which can say halves of pairs too, with the text at the mark."""
    return json.dumps(document).replace(json.dumps(MARK), json.dumps(text)).encode()


@pytest.mark.parametrize("place", WITHIN)
async def test_a_text_that_is_none_is_refused_where_it_stands(
    served: Served, place: str, subtests: pytest.Subtests
) -> None:
    staff = await served.as_(Role.STAFF)
    only_terms = [] if place in LINES_TOO else [*IN_NO_LINE, *LOST, *NAMING_NOTHING]
    for text in [*NOTHING_TO_SEE, *IN_NO_TEXT, *only_terms]:
        with subtests.test(text=ascii(text)):
            body = saying({"events": [WITHIN[place]]}, text)
            headers = new_key() | {"Content-Type": "application/json"}
            answer = await staff.post("/children", content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
            (error,) = answer.json()["errors"]
            assert error["pointer"] == f"/events/0{place}"
            assert error["detail_zh"]


async def test_a_line_of_an_import_with_a_name_that_names_nothing_is_rejected(
    served: Served, subtests: pytest.Subtests
) -> None:
    staff, child = await served.as_(Role.STAFF), await served.a_child()
    for text in [*NAMING_NOTHING, *LOST]:
        with subtests.test(text=ascii(text)):
            events = {"child": str(child), "events": [sent("2024-03-05", some(IdentityRecorded, name=MARK))]}
            told = await told_of(staff, saying(events, text))
            assert (told["rows"], told["rejected"]) == (1, 1)
            assert [each["code"] for each in told["rejections"]] == ["invalid"]


@pytest.mark.parametrize("text", [*NAMING_NOTHING, *LOST], ids=ascii)
def test_a_register_names_nobody_and_nothing_by_a_mark(text: str) -> None:
    for read in (values.name(), values.title(), values.number()):
        assert not isinstance(read(text), str)


@given(text=st.text(max_size=8))
def test_what_a_register_says_may_be_sent_as_well(text: str) -> None:
    for read in (values.name(), values.title(), values.number()):
        said = read(text)
        assert not isinstance(said, str) or is_term(said)
    said = values.text()(text)
    assert not isinstance(said, str) or is_text(said)


async def test_names_of_every_script_are_recorded_as_written_and_found(
    served: Served, subtests: pytest.Subtests
) -> None:
    staff = await served.as_(Role.STAFF)
    for name in KEPT:
        with subtests.test(name=ascii(name)):
            events = [sent(*RECEIVED), sent("2024-03-05", some(IdentityRecorded, name=name))]
            answer = await staff.post("/children", json={"events": events}, headers=new_key())
            assert answer.status_code == 201, answer.json()
            assert answer.json()["entries"][1]["data"]["name"] == name


async def test_a_text_may_have_several_lines(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    note = "一、体温正常；\n二、\t观察三日。\r\n"
    answer = await staff.post("/children", json={"events": [sent(*RECEIVED, note=note)]}, headers=new_key())
    assert answer.json()["entries"][0]["note"] == note


@pytest.mark.parametrize("member", ["q", "file_no"])
async def test_nothing_is_looked_for_by_what_is_no_text(served: Served, member: str) -> None:
    staff = await served.as_(Role.STAFF)
    for text in [" ", "\u200b", "王\x00", "王\n", "\ud800"]:
        asked = saying({"q": "王", member: MARK}, text)
        answer = await staff.post(
            "/children/search", content=asked, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), ascii(text)
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{member}"]


@pytest.mark.parametrize("name", ["", " ", "\u200b", "-", "\ufffd", "望海\n福利院", "院" * 201])
async def test_no_institution_and_nobody_is_entered_under_a_name_that_is_none(
    served: Served, name: str
) -> None:
    with pytest.raises(IdentityError):
        await open_institution(served.container, name, region="371099")
    with pytest.raises(IdentityError):
        await change_institution(served.container, served.home.institution, name=name)
    with pytest.raises(IdentityError):
        await served.container.identity.add_member(name, Role.STAFF, institution=served.home.institution)


# How long


async def test_the_name_of_a_person_has_at_most_fifty_characters(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    for length, status in ((50, 201), (51, 422)):
        events = [sent(*RECEIVED), sent("2024-03-05", some(IdentityRecorded, name="曾" * length))]
        answer = await staff.post("/children", json={"events": events}, headers=new_key())
        assert answer.status_code == status


@given(name=st.text(min_size=0, max_size=300))
def test_what_was_taken_in_by_other_limits_is_read_for_ever(name: str) -> None:
    entry = an_entry(replace(some(IdentityRecorded), name=name))
    ring = ring_for(entry)
    assert decode(Body(encode(entry, ring)), ring) == entry
