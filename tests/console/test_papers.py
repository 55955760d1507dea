"""The papers that a file names: by kind with number, day and hash, each with its entry, masked as that is."""

from datetime import date
from typing import Final

from api.identity.permissions import Role
from domain.envelope import Document
from domain.events.adoption.assessment import AdoptabilityAssessed
from domain.events.intake import ChildAdmitted, ChildReceived
from tests.support.client import Served
from tests.support.console import is_sound, signed_in
from tests.support.given import given, some
from tests.support.stored import kept

SHA256: Final = "a" * 64
BOOKLET: Final = Document(
    kind="household_booklet", number="鲁0000", issuer="某派出所", issued_on=date(2024, 3, 1), sha256=SHA256
)
SEALED: Final = Document(kind="household_booklet", number="标记-7788")


async def test_papers_stand_by_kind_with_the_entry_that_each_supports(served: Served) -> None:
    child = await kept(
        served,
        given(
            ("2024-03-05", some(ChildReceived), {"documents": (BOOKLET,)}),
            ("2024-03-20", some(ChildAdmitted), {"documents": (BOOKLET,)}),
            ("2024-03-21", some(AdoptabilityAssessed), {"documents": (SEALED,)}),
        ),
    )
    browser = await signed_in(served, Role.STAFF)
    assert (
        f'href="/console/children/{child}/papers"' in (await browser.open(f"/console/children/{child}")).text
    )
    page = await browser.open(f"/console/children/{child}/papers")
    is_sound(page, "zh")
    for told in ("户口簿", "鲁0000", "某派出所", "2024-03-01", SHA256):
        assert told in page.text
    assert page.text.count(SHA256) == 2
    assert page.text.count('scope="rowgroup"') == 1
    assert "标记-7788" not in page.text
    before = await browser.open(f"/console/children/{child}/papers?as_of=2024-03-10")
    assert before.text.count(SHA256) == 1
    assert "标记-7788" in (await (await signed_in(served, Role.SUPERVISOR)).open(str(page.url))).text
    nothing = await kept(served, given(("2024-03-05", some(ChildReceived), {"documents": ()})))
    assert "没有材料" in (await browser.open(f"/console/children/{nothing}/papers")).text
