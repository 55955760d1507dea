"""Verifying names each paper that is missing, altered or nobody's; backups hold papers, too."""

import os
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from api.cli.upkeep_commands import verifying_papers
from api.identity.permissions import Role
from domain.event import Category
from domain.events.intake import ChildReceived
from ledger.paper_verification import ALTERED_PAPER, MISSING_PAPER, NOBODYS, nobodys, paper_flaws
from ledger.papers.paper_backup import back_up_papers, restore_papers
from ledger.papers.paper_store import PaperStore
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story
from tests.support.scans import JPEG, lying, papers_cited, stored
from tests.support.stored import erase

KINDS = ("photo", "found_child_certificate", "medical_report")


async def flaws(served: Served) -> list[tuple[str, str]]:
    """What verifying tells, by name."""
    container = served.container
    found = paper_flaws(container.ledger, container.papers, container.clock(), lambda _: None)
    return sorted([(each.name, each.what.en) async for each in found])


def long_ago(path: Path) -> None:
    """Let a file have lain there for long."""
    os.utime(path, (0, 0))


async def test_what_is_missing_altered_or_nobodys_is_named_and_what_is_erased_is_no_flaw(
    served: Served,
) -> None:
    staff, folder = await served.as_(Role.STAFF), served.container.settings.data / "papers"
    story = await a_story(served).given(("2024-03-05", some(ChildReceived), {"documents": KINDS}))
    for paper in await papers_cited(staff, story.child, story.entries[0]):
        assert (await stored(staff, story.child, paper["document"])).status_code == 201
    assert await flaws(served) == []
    first, second, third = await lying(served)
    whole = (folder / first).read_bytes()
    (folder / first).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    (folder / second).unlink()
    nobody = f"{third}0"
    (folder / nobody).write_bytes(JPEG)
    # Not yet: its entry may still be recorded.
    assert nobody not in dict(await flaws(served))
    long_ago(folder / nobody)
    assert await flaws(served) == sorted(
        [(first, ALTERED_PAPER.en), (second, MISSING_PAPER.en), (nobody, NOBODYS.en)]
    )
    assert await verifying_papers(served.container) == 1
    assert await nobodys(served.container.ledger, served.container.papers, served.container.clock()) == [
        nobody
    ]
    asked = [each["document"] for each in await papers_cited(staff, story.child, story.entries[0])]
    given = [await staff.get(f"/children/{story.child}/documents/{paper}") for paper in asked]
    assert sorted(each.status_code for each in given) == [200, 404, 500]
    await erase(served, UUID(str(story.child)), Category.IDENTITY)
    await served.container.papers.purge(UUID(str(story.child)))
    assert await flaws(served) == []


async def test_papers_are_added_to_backups_and_brought_back_but_none_that_was_altered(tmp_path: Path) -> None:
    here, elsewhere = (PaperStore.of_folder(tmp_path / name) for name in ("here", "elsewhere"))
    backups, paper = tmp_path / "backups", tmp_path / "paper"
    names = []
    for content in (b"one", b"other"):
        paper.write_bytes(content)
        names.append(f"ledger/owner/{sha256(content).hexdigest()}")
        await here.put(names[-1], paper)
    assert await back_up_papers(here, "ledger", backups) == (2, [])
    assert await back_up_papers(here, "ledger", backups) == (0, [])
    paper.write_bytes(b"altered")
    altered = f"ledger/owner/{sha256(b'whole').hexdigest()}"
    await here.put(altered, paper)
    assert await back_up_papers(here, "ledger", backups) == (0, [altered])
    (backups / "papers" / names[0]).write_bytes(b"altered")
    assert await restore_papers(elsewhere, "ledger", backups) == (1, [names[0]])
    assert b"".join([piece async for piece in elsewhere.pieces(names[1])]) == b"other"
    assert [each.name async for each in elsewhere.stored("ledger")] == [names[1]]
