"""The dossier of a child on paper: what stands in it, masked, and that an archive can keep it."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
import pytest
from httpx2 import Response

from api.contract.dossier import DossierEntry, parts_told
from api.http import dossiers
from api.identity.permissions import Role
from api.issuing import printed_page
from domain.archive_parts import CHAPTER_PARTS
from domain.codes import tables
from domain.event import CATALOGUE, Category, chapter
from domain.events.archive import ExtractIssued
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.medical.vaccination import VaccinationGiven
from domain.events.parents import ParentDeclared
from domain.events.restriction import ProcessingRestricted
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import Given, given, some
from tests.support.restricted_files import may_read
from tests.support.stored import erase, kept, noted

pytestmark = pytest.mark.skipif(not printed_page.FONT.exists(), reason="the font is not installed here")

NAME, PARENT, HOUSEHOLD = "欧阳小明", "欧阳大山", "环山路派出所"
RARE = "\U000323b0"
"""A character of CJK extension H, which GB 18030-2022 has and the font lacks."""
WHY = {"purpose": "archive"}
RIGHT_MARGIN = 48
"""Points that no letter goes into."""


def a_life(name: str = NAME) -> Given:
    return given(
        ("2016-03-01", some(ChildReceived)),
        ("2016-03-01", some(IdentityRecorded, name=name, birth_on=date(2016, 2, 1))),
        ("2016-03-02", some(ParentDeclared, name=PARENT)),
        ("2016-04-01", some(ChildAdmitted, intake_category="A1")),
        ("2017-05-01", some(HouseholdRegistered, police_station=HOUSEHOLD)),
        ("2024-05-01", some(VaccinationGiven)),
    )


async def printed(served: Served, child: UUID, role: Role = Role.SUPERVISOR, **asked: str) -> Response:
    """Print the dossier of a child, which is possible."""
    answer = await (await served.as_(role)).get(f"/children/{child}/dossier", params=WHY | asked)
    assert answer.status_code == 200, answer.text
    return answer


def text_of(answer: Response) -> str:
    """The text of all pages, without line breaks."""
    document = pypdfium2.PdfDocument(answer.content)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    return "".join(text.split())


def fonts_of(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """The descriptors of all fonts of a document."""
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            yield each


async def test_the_dossier_is_what_an_archive_keeps_and_everybody_can_read(served: Served) -> None:
    child = await kept(served, a_life())
    await served.container.transparency_log.catch_up()
    answer = await printed(served, child)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert NAME not in answer.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        with pdf.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == ("2", "A", "1")
        root = pdf.Root
        assert [each["/S"] for each in root["/OutputIntents"]] == ["/GTS_PDFA1"]
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert str(root["/Lang"]).startswith("zh")
        assert not pdf.is_encrypted
        assert not any(name in root for name in ("/OpenAction", "/AA", "/AcroForm"))
        assert not any(
            isinstance(each, pikepdf.Dictionary) and ("/JS" in each or each.get("/S") == "/JavaScript")
            for each in pdf.objects
        )
        fonts = [*fonts_of(pdf)]
        assert fonts
        assert all("/FontFile3" in each or "/FontFile2" in each for each in fonts)
        assert NAME not in str(pdf.docinfo.get("/Title", ""))
    assert (await printed(served, child)).content == answer.content, "the same is the same, byte for byte"


async def test_each_entry_stands_in_its_part_with_who_printed_it_when_and_what_for(served: Served) -> None:
    child = await kept(served, a_life())
    text = text_of(await printed(served, child))
    order = ["卷内目录", "入院", "基本情况", "养育", "医疗", "康复", "教育", "社会工作", "离院", "备考表"]
    contents = text.index(order[0])
    places = [text.index(each, contents) for each in order]
    assert places == sorted(places)
    body = text[text.rindex("发生日期", 0, text.index(HOUSEHOLD)) :]
    assert HouseholdRegistered.label.zh in body
    for said in (NAME, PARENT, HOUSEHOLD, "打印用途：档案整理、移交", "2026-11-22", "账本位置"):
        assert "".join(said.split()) in text, said
    (row,) = await noted(served, "SELECT reason, categories FROM access WHERE purpose = 'dossier'")
    assert row[0] == "archive"
    assert "identity" in row[1]
    earlier = text_of(await printed(served, child, as_of="2016-12-31"))
    assert NAME in earlier
    assert HOUSEHOLD not in earlier


async def test_the_dossier_is_in_english_where_that_is_asked_but_for_what_was_written_in_chinese(
    served: Served,
) -> None:
    child = await kept(served, a_life())
    text = text_of(await printed(served, child, Role.STAFF, lang="en"))
    order = ["Dossierofachild", "Contents", "Residence:Rearing", "Papersthatthispart", "Closingnote"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    for said in (HouseholdRegistered.label.en, "Recorded 20", "Printed by", "Page 1 of", "the archive"):
        assert "".join(said.split()) in text, said
    for said in (NAME, PARENT, HOUSEHOLD):
        assert said in text, said
    for said in ("卷内目录", "备考表", "用途", "没有记录", "不予显示", "在院"):
        assert said not in text, said
    browser = await signed_in(served, Role.SUPERVISOR)
    await browser.prefer(language="en")
    asked = await browser.open(f"/console/children/{child}/dossier")
    assert 'value="en" checked' in asked.text, "the language that the page is read in"
    address = f"/console/children/{child}/dossier.pdf?purpose=archive&lang="
    saved = [text_of(await browser.open(f"{address}{each}")) for each in ("en", "zh")]
    assert ["Dossierofachild" in each for each in saved] == [True, False]


async def test_long_digests_are_broken_within_the_page_and_none_is_cut(served: Served) -> None:
    issued = some(ExtractIssued, content_sha256="a" * 64, pdf_sha256="b" * 64)
    child = await kept(served, a_life().and_("2024-06-01", issued))
    for language in ("zh", "en"):
        answer = await printed(served, child, lang=language)
        assert all("".join(digit * 64) in text_of(answer) for digit in "ab")
        for page in pypdfium2.PdfDocument(answer.content):
            texts, (width, _) = page.get_textpage(), page.get_size()
            rights = [texts.get_rect(each)[2] for each in range(texts.count_rects())]
            assert max(rights) < width - RIGHT_MARGIN


def test_the_day_of_recording_is_that_of_beijing() -> None:
    answer: Any = {
        "type": "ChildReceived",
        "occurred_on": "2026-11-29",
        "occurred_until": "2026-11-29",
        "recorded_at": "2026-11-29T18:30:00Z",
        "sentence_zh": "儿童接收。",
        "sentence_en": "Child received.",
        "documents": [],
        "papers": [],
    }
    parts = parts_told([DossierEntry(answer, "entry", frozenset())], slice(0, 1), [], "zh")
    (told,) = [item for part in parts for item in part["items"]]
    assert (told["on"], told["recorded"]) == ("2026-11-29", "2026-11-30")


async def test_what_the_reader_may_not_see_is_named_by_category_and_nothing_of_it_printed(
    served: Served,
) -> None:
    child = await kept(served, a_life())
    text = text_of(await printed(served, child, Role.ADMINISTRATOR))
    assert NAME not in text
    assert PARENT not in text
    assert "不予显示" in text
    assert text.index("依法或者依职责未列明的内容") < text.rindex("家庭信息")
    await erase(served, child, Category.IDENTITY)
    gone = text_of(await printed(served, child))
    assert NAME not in gone
    assert "已依法删除" in gone


async def test_a_missing_character_is_named_and_printed_as_its_code_point_and_never_dropped(
    served: Served,
) -> None:
    child = await kept(served, a_life(f"欧阳{RARE}"))
    client = await served.as_(Role.SUPERVISOR)
    refused = await client.get(f"/children/{child}/dossier", params=WHY)
    assert (refused.status_code, refused.json()["code"]) == (501, "not_printable")
    assert refused.json()["missing"] == [{"character": RARE, "code_point": "U+323B0"}]
    assert "〔U+323B0〕" in text_of(await printed(served, child, blanks="true"))

    browser = await signed_in(served, Role.SUPERVISOR)
    asked = await browser.open(f"/console/children/{child}/dossier?as_of=2020-01-01")
    assert 'name="as_of" value="2020-01-01"' in asked.text
    page = await browser.open(f"/console/children/{child}/dossier.pdf?purpose=archive")
    assert page.status_code == 501
    assert f"<li>{RARE}" in page.text
    assert "U+323B0" in page.text
    assert 'name="blanks" value="true"' in page.text
    saved = await browser.open(f"/console/children/{child}/dossier.pdf?purpose=archive&blanks=true")
    assert saved.content.startswith(b"%PDF-")


async def test_a_restricted_file_is_printed_for_the_approved_purpose_alone(served: Served) -> None:
    child = await kept(served, a_life().and_("2025-03-05", some(ProcessingRestricted)))
    await served.projected()
    supervisor = await served.as_(Role.SUPERVISOR)
    refused = await supervisor.get(f"/children/{child}/dossier", params=WHY)
    assert (refused.status_code, refused.json()["code"]) == (403, "restricted")
    approved = await may_read(served, child, Role.STAFF)
    other = await approved.get(f"/children/{child}/dossier", params=WHY)
    assert (other.status_code, other.json()["code"]) == (422, "invalid")
    assert "inspection" in other.text
    fitting = await approved.get(f"/children/{child}/dossier", params={"purpose": "inspection"})
    assert fitting.status_code == 200


async def test_a_long_life_is_printed_in_volumes_that_leave_nothing_out(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dossiers, "MOST_ENTRIES", 4)
    child = await kept(served, a_life())
    first, second = [text_of(await printed(served, child, volume=str(each))) for each in (1, 2)]
    assert "第1卷共2卷" in first
    assert (HOUSEHOLD in first, HOUSEHOLD in second) == (False, True)
    assert "在其他各卷" in first
    beyond = await (await served.as_(Role.SUPERVISOR)).get(
        f"/children/{child}/dossier", params=WHY | {"volume": "3"}
    )
    assert (beyond.status_code, beyond.json()["code"]) == (422, "invalid")
    monkeypatch.setattr(dossiers, "MOST_ENTRIES", 1500)
    monkeypatch.setattr(dossiers, "MOST_TEXT", 1)
    assert "第6卷共6卷" in text_of(await printed(served, child, volume="6")), "each entry has more text"
    unnamed = await (await served.as_(Role.SUPERVISOR)).get(
        f"/children/{child}/dossier", params={"purpose": "curiosity"}
    )
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "invalid")


async def test_one_person_prints_one_dossier_at_a_time(served: Served) -> None:
    child = await kept(served, a_life())
    user = (await served.actor(Role.SUPERVISOR)).user
    with served.container.budgets.dossiers.taken(user):
        answer = await (await served.as_(Role.SUPERVISOR)).get(f"/children/{child}/dossier", params=WHY)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")


def test_every_chapter_of_a_childs_file_has_its_part_of_the_archive() -> None:
    chapters = {chapter(each) for each in CATALOGUE.values() if each.kind == "child"}
    assert chapters == {*CHAPTER_PARTS}
    assert {*CHAPTER_PARTS.values()} <= {*tables()["archive_part"].codes}
