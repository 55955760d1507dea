"""A bundle holds the papers of the entries that it shows, as they were stored, and says which it lacks."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
import pytest

from api.http.bundle_papers import FOLDER
from api.http.file_bundle import MANIFEST, PAGE
from api.identity.permissions import Role
from domain.event import Category
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived
from tests.support.auditor import Auditor
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story
from tests.support.scans import JPEG, PDF, papers_cited, stored
from tests.support.stored import erase

BYTES: Final = (JPEG, None, PDF)
"""What is stored of the papers of the file, in their order; None for the one of which no bytes are held."""


@pytest.fixture
async def auditor(served: Served, tmp_path: Path) -> Auditor:
    """Give an auditor of a child whose entries cite three papers, of which two are held."""
    story, staff = a_story(served), await served.as_(Role.STAFF)
    await story.given(
        ("2024-03-05", some(ChildReceived), {"documents": ["found_child_certificate", "photo"]}),
        ("2024-03-08", some(PhysicalExamined), {"documents": ["medical_report"]}),
    )
    cited = [paper for entry in story.entries for paper in await papers_cited(staff, story.child, entry)]
    for paper, scan, said in zip(cited, BYTES, ("image/jpeg", "", "application/pdf"), strict=True):
        if scan is not None:
            assert (await stored(staff, story.child, paper["document"], scan, said)).status_code == 201
    await served.container.transparency_log.catch_up()
    return Auditor(served, UUID(story.child), tmp_path)


def papers_in(folder: Path) -> list[dict[str, Any]]:
    """Return what the manifest of a bundle says of papers."""
    told: list[dict[str, Any]] = orjson.loads((folder / MANIFEST).read_bytes())["papers"]
    return told


async def test_the_papers_of_what_is_shown_are_there_as_they_were_stored(auditor: Auditor) -> None:
    """Given two papers that are held and one that is not, then a bundle has two and says so of the third.

    When one of them is altered in it, then that is named.
    """
    folder = await auditor.takes()
    assert auditor.finds(folder) == []
    papers = papers_in(folder)
    assert [paper["path"] and (folder / paper["path"]).read_bytes() for paper in papers] == [*BYTES]
    page = (folder / PAGE).read_text("utf-8")
    assert all(f"href={paper['path']}" in page for paper in papers if paper["path"])
    assert "照片（未存入影像）" in page
    assert papers[1]["en"] == "no bytes of it are held"
    (folder / papers[0]["path"]).write_bytes(PDF)
    assert any(f"The file {papers[0]['path']} was altered" in fault for fault in auditor.finds(folder))


async def test_a_paper_is_given_with_the_entry_that_stored_it_and_its_category_alone(
    auditor: Auditor,
) -> None:
    """Given chosen entries or categories, then no other paper is in the bundle."""
    positions = await auditor.positions()
    without = await auditor.takes("without", position=positions[:2])
    assert auditor.finds(without) == []
    assert not (without / FOLDER).exists()
    assert [paper["en"] for paper in papers_in(without)] == [
        "its bytes are not in the bundle",
        "no bytes of it are held",
        "its bytes are not in the bundle",
    ]
    health = await auditor.takes("health", category=["health"])
    assert auditor.finds(health) == []
    assert [path.read_bytes() for path in (health / FOLDER).iterdir()] == [PDF]
    assert len(papers_in(health)) == 1


async def test_papers_that_were_altered_or_removed_where_they_lie_are_named(auditor: Auditor) -> None:
    """Given a paper that somebody altered where it lies, and one removed, then the bundle names them."""
    lying = auditor.served.container.settings.data / "papers"
    jpeg, pdf = sorted(
        (each for each in lying.rglob("*") if each.is_file()), key=lambda each: each.stat().st_size
    )
    sealed = jpeg.read_bytes()
    jpeg.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    pdf.unlink()
    folder = await auditor.takes()
    jpeg_path, pdf_path = (paper["path"] for paper in papers_in(folder) if paper["path"])
    told = "".join(auditor.finds(folder))
    assert f"The file {jpeg_path} was altered" in told
    assert f"The file {pdf_path} is missing" in told


async def test_a_paper_that_was_erased_is_said_to_be_and_the_bundle_verifies(auditor: Auditor) -> None:
    """Given a paper whose category was erased, then its bundle has the other, and says why that one lacks."""
    await erase(auditor.served, auditor.child, Category.IDENTITY)
    folder = await auditor.takes()
    assert auditor.finds(folder) == []
    assert [paper.get("en") for paper in papers_in(folder)] == [
        "its bytes were erased by law",
        "no bytes of it are held",
        None,
    ]
    assert [path.read_bytes() for path in (folder / FOLDER).iterdir()] == [PDF]
