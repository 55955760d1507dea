"""Extracts of a file: printed for somebody outside, kept as given out, and checked by whoever holds one."""

import re
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

import pikepdf
import pypdfium2  # type: ignore[import-untyped] # has no types
import pytest
from httpx2 import Response

from api.http import extracts
from api.identity.permissions import Role
from api.issuing.extract_content import CHECKED
from api.issuing.extract_file import MOST_BYTES
from api.issuing.printed_page import FONT
from domain.codes import tables
from domain.event import Category
from domain.events.care import CareModeAssigned
from domain.events.guardianship import TemporaryGuardianshipStarted
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.restriction import ProcessingRestricted
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import Story, a_story
from tests.support.stored import erase, noted

pytestmark = pytest.mark.skipif(not FONT.exists(), reason="nothing is printed without the font of Debian")

NAME, SCHOOL = "欧阳小明", "望海市第一小学"
ASKED = {
    "as_of": "2026-06-30",
    "chapters": ["identity", "care", "guardianship"],
    "purpose": "办理入学",
    "recipient": SCHOOL,
}
RARE = "\U0003fff0"
"""A character that no font has."""


async def a_child(served: Served, name: str = NAME) -> Story:
    return await a_story(served).given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-05", some(IdentityRecorded, name=name)),
        ("2024-03-06", some(CareModeAssigned, mode="ward")),
    )


async def asked(
    served: Served,
    child: str | None,
    role: Role = Role.SUPERVISOR,
    key: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    client = await served.as_(role)
    return await client.post(f"/children/{child}/extracts", json=ASKED | more, headers=key or new_key())


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


def on_paper(pdf: bytes) -> dict[str, str]:
    """What somebody reads on the paper who wants to check it: its number and its check code, as printed."""
    said = text_of(pdf)
    number = re.search(r"Number\s+((?:[0-9A-Z]{4}\s?){3})\s", said)
    check = re.search(r"Check code\s+((?:[0-9a-f]{4}\s?){4})\s", said)
    assert number is not None, said
    assert check is not None, said
    return {"number": number[1].strip(), "digest": check[1].strip()}


async def told(served: Served, paper: dict[str, str]) -> str:
    """What is told of a paper to somebody without a token, who learns nothing personal by it."""
    answer = await (await served.client()).get("/verify", params=paper)
    assert answer.status_code == 200, answer.text
    body: dict[str, str] = answer.json()
    assert body.keys() == {"state", "zh", "en"}
    assert NAME not in answer.text
    return body["state"]


async def test_an_extract_is_an_archival_pdf_that_says_how_to_check_it_and_is_given_out(
    served: Served,
) -> None:
    there = served.container.settings.model_copy(update={"public_url": "https://ledger.example.test"})
    object.__setattr__(served.container, "settings", there)
    story, key = await a_child(served), new_key()
    answer = await asked(served, story.child, key=key)
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/pdf"), answer.text
    paper, said = on_paper(answer.content), text_of(answer.content)
    number = paper["number"].replace(" ", "")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="extract-{number}.pdf"'
    assert NAME in said
    assert SCHOOL in said
    assert "https://ledger.example.test/verify" in said
    with pikepdf.open(BytesIO(answer.content)) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("2", "A", "1")
        assert NAME not in str(meta)
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not pdf.is_encrypted
        fonts = [
            each
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all(each.keys() & {"/FontFile", "/FontFile2", "/FontFile3"} for each in fonts)
        assert not any(
            isinstance(each, pikepdf.Dictionary)
            and each.keys() & {"/JS", "/JavaScript", "/OpenAction", "/AA"}
            for each in pdf.objects
        )

    again = await asked(served, story.child, key=key)
    assert (again.status_code, again.content) == (200, answer.content), "the same key prints the same bytes"
    otherwise: list[dict[str, Any]] = [{"purpose": "办理医保"}, {"lang": "en"}]
    for each in otherwise:
        other = await asked(served, story.child, key=key, **each)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")

    client = await served.as_(Role.SUPERVISOR)
    (given,) = (await client.get(f"/children/{story.child}/given-out")).json()["items"]
    assert (given["event"], given["receiver"], given["purpose"]) == ("ExtractIssued", SCHOOL, "办理入学")
    entries = (await client.get(f"/children/{story.child}/entries")).json()["items"]
    (event,) = (each["data"] for each in entries if each["type"] == "ExtractIssued")
    assert event["pdf_sha256"] == sha256(answer.content).hexdigest()
    assert event["content_sha256"][:CHECKED] == paper["digest"].replace(" ", "")
    assert event["number"] == number
    (row,) = await noted(served, "SELECT DISTINCT categories FROM access WHERE purpose = 'extract'")
    assert "identity" in row[0]


async def test_whoever_holds_an_extract_learns_whether_it_is_ours_and_still_holds(served: Served) -> None:
    story = await a_child(served)
    paper = on_paper((await asked(served, story.child)).content)
    assert await told(served, paper) == "unchanged"
    invented = paper | {"digest": "0123 4567 89ab cdef"}
    assert await told(served, invented) == "not_issued"
    assert await told(served, {"number": "346A CDEF GHJK", "digest": paper["digest"]}) == "not_issued"
    assert await told(served, {}) == "not_issued"

    # What happens after its day changes nothing of what it tells; what is learned of its day does.
    await story.given(("2026-07-01", some(CareModeAssigned, mode="foster")))
    assert await told(served, paper) == "unchanged"
    await story.given(("2024-05-01", some(TemporaryGuardianshipStarted)))
    assert await told(served, paper) == "corrected"


async def told_of_file(served: Served, pdf: bytes, said: str = "application/pdf") -> Response:
    """What somebody without a token is answered who hands over a file."""
    answer = await (await served.client()).post("/verify", content=pdf, headers={"Content-Type": said})
    assert NAME not in answer.text
    assert SCHOOL not in answer.text
    return answer


async def test_whoever_holds_the_file_learns_whether_it_is_as_it_was_issued(served: Served) -> None:
    story = await a_child(served)
    pdf = (await asked(served, story.child)).content
    middle = len(pdf) // 2
    altered = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    written = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(written, compress_streams=True)
    number = on_paper(pdf)["number"].replace(" ", "").encode()
    renumbered = pdf.replace(number, b"346ACDEFGHJK")
    for given, state in (
        (pdf, "unchanged"),
        (altered, "altered"),
        (pdf + b"\n", "altered"),
        (pdf[:-1], "altered"),
        (written.getvalue(), "altered"),
        (renumbered, "not_issued"),
        (b"%PDF-1.7\n%%EOF\n", "not_issued"),
    ):
        answer = await told_of_file(served, given)
        assert (answer.status_code, answer.json()["state"]) == (200, state)
        assert answer.json().keys() == {"state", "zh", "en"}
    await story.given(("2024-05-01", some(TemporaryGuardianshipStarted)))
    assert (await told_of_file(served, pdf)).json()["state"] == "corrected"
    assert (await told_of_file(served, altered)).json()["state"] == "altered"
    await erase(served, UUID(str(story.child)), Category.IDENTITY)
    assert (await told_of_file(served, pdf)).json()["state"] == "corrected", "that it was erased is not told"


async def test_a_file_that_is_checked_is_a_pdf_within_its_bounds_and_guesses_wait(served: Served) -> None:
    for sent, said, status, code in (
        (b"PK\x03\x04 a workbook", "application/pdf", 415, "unsupported_media_type"),
        (b"", "application/pdf", 415, "unsupported_media_type"),
        (b"%PDF-1.7", "application/json", 415, "unsupported_media_type"),
        (b"%PDF-1.7".ljust(MOST_BYTES + 1, b"0"), "application/pdf", 413, "too_large"),
    ):
        refused = await told_of_file(served, sent, said)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    largest = await told_of_file(served, b"%PDF-1.7".ljust(MOST_BYTES, b"0"))
    assert largest.json()["state"] == "not_issued"
    guess = b"%PDF-1.7 childledger-extract:346ACDEFGHJK/0123456789abcdef"
    statuses = [(await told_of_file(served, guess)).status_code for _ in range(7)]
    assert (statuses[0], statuses[-1]) == (200, 429)


async def test_an_extract_is_not_printed_again_as_another_file(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, key = await a_child(served), new_key()
    assert (await asked(served, story.child, key=key)).status_code == 201

    async def by_another_version(*_: Any, **__: Any) -> bytes:
        return b"%PDF-2.0"

    monkeypatch.setattr(extracts, "printed_extract", by_another_version)
    again = await asked(served, story.child, key=key)
    assert (again.status_code, again.json()["code"]) == (501, "not_printable")


async def test_the_values_of_an_extract_are_in_english_where_that_is_asked(served: Served) -> None:
    story = await a_child(served)
    said = [text_of((await asked(served, story.child, lang=each)).content) for each in ("zh", "en")]
    mode = tables()["care_mode"].codes["ward"]
    assert [(mode.zh in each, mode.en in each, NAME in each) for each in said] == [
        (True, False, True),
        (False, True, True),
    ]
    english = (await asked(served, story.child, lang="en")).content
    assert await told(served, on_paper(english)) == "unchanged"
    assert (await told_of_file(served, english)).json()["state"] == "unchanged"


async def test_that_a_file_is_restricted_or_erased_is_not_told(served: Served) -> None:
    story = await a_child(served)
    paper = on_paper((await asked(served, story.child)).content)
    await story.given(("2026-11-01", some(ProcessingRestricted)), by=Role.SUPERVISOR)
    assert await told(served, paper) == "unchanged"
    refused = await asked(served, story.child)
    assert (refused.status_code, refused.json()["code"]) == (403, "restricted")
    await erase(served, UUID(str(story.child)), Category.IDENTITY)
    assert await told(served, paper) == "corrected"


async def test_who_guesses_waits(served: Served) -> None:
    guess = {"number": "346A CDEF GHJK", "digest": "0123 4567 89ab cdef"}
    client = await served.client()
    statuses = [(await client.get("/verify", params=guess)).status_code for _ in range(7)]
    assert (statuses[0], statuses[-1]) == (200, 429)


async def test_a_browser_is_led_to_the_page_that_says_it(served: Served) -> None:
    client = await served.client()
    answer = await client.get("/verify?number=346A", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/verify?number=346A")


async def test_characters_that_the_font_lacks_are_named_or_left_blank_and_never_dropped(
    served: Served,
) -> None:
    story = await a_child(served, f"欧阳{RARE}")
    others = [*"\U000323b0\U000323b1\U000323b2\U000323b3\U000323b4\U0001f600"]
    refused = await asked(served, story.child, purpose="、".join(others), recipient=others[0] + SCHOOL)
    assert (refused.status_code, refused.json()["code"]) == (501, "not_printable")
    assert [each["character"] for each in refused.json()["missing"]] == sorted([RARE, *others]), "all at once"
    refused = await asked(served, story.child)
    assert refused.json()["missing"] == [{"character": RARE, "code_point": "U+3FFF0"}]
    assert "U+3FFF0" in refused.json()["detail_zh"]
    client = await served.as_(Role.SUPERVISOR)
    assert (await client.get(f"/children/{story.child}/given-out")).json()["items"] == []
    answer = await asked(served, story.child, blanks=True)
    assert answer.status_code == 201, answer.text
    assert "U+3FFF0" in text_of(answer.content)
    assert await told(served, on_paper(answer.content)) == "unchanged"


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.SUPERVISOR])
async def test_only_who_may_take_a_file_away_and_records_in_it_issues_an_extract(
    served: Served, role: Role
) -> None:
    story = await a_child(served)
    refused = await asked(served, story.child, role)
    assert refused.status_code in {403, 404}
    assert NAME not in refused.text


async def test_an_extract_is_of_a_day_that_has_come_and_of_chapters_that_there_are(served: Served) -> None:
    story = await a_child(served)
    for more, place in (
        ({"as_of": "2027-01-01"}, "/as_of"),
        ({"chapters": ["nothing"]}, "/chapters/0"),
        ({"chapters": []}, "/chapters"),
    ):
        refused = await asked(served, story.child, **more)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert [each["pointer"] for each in refused.json()["errors"]] == [place]
    client = await served.as_(Role.SUPERVISOR)
    dry = await client.post(f"/children/{story.child}/extracts?dry_run=true", json=ASKED)
    assert (dry.status_code, dry.json()["number"], dry.json()["name"]) == (200, None, NAME)
