"""Who reads otherwise while filling in a form, or goes on with a session, loses nothing that was typed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from httpx2 import Response

from api.identity.permissions import Role
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, signed_in
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form
from tests.support.stored import kept

KEEPING: Final = "/console/preferences/keeping"
TYPED: Final = {"data.summary": ["正常，无"], "occurred": ["那天"]}


async def a_child(served: Served) -> UUID:
    """Given a child in care who was examined."""
    return await kept(
        served,
        given(
            ("2024-03-05", some(ChildReceived)),
            ("2024-03-05", some(IdentityRecorded, birth_on=date(2014, 3, 5), sex="2")),
            ("2024-03-20", some(ChildAdmitted)),
            ("2026-01-10", some(PhysicalExamined)),
        ),
    )


async def test_a_form_is_shown_as_it_was_typed_to_whoever_reads_otherwise_now(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.STAFF)
    address = f"/console/children/{child}/record/PhysicalExamined"
    page = await browser.open(address)
    assert f'formaction="{KEEPING}?to={address}"' in page.text
    for chosen, shown in (
        ({"language": ["en"]}, '<html lang="en">'),
        ({"text": ["large"]}, '<html lang="en" class="large">'),
    ):
        sent = fields_of_form(page) | TYPED | chosen
        page = await browser.client.post(
            f"{KEEPING}?to={address}", data=sent, headers=FROM_HERE, follow_redirects=True
        )
        assert page.status_code == 200, page.text
        assert shown in page.text
        assert {name: fields_of_form(page)[name] for name in TYPED} == TYPED
        assert 'role="alert"' not in page.text, "it was not sent to be checked"
    assert (await browser.open(address)).text.count('lang="en" class="large"') == 1


async def test_a_correction_that_is_filled_in_stays_at_its_step(served: Served) -> None:
    child = await a_child(served)
    file = await served.container.ledger.file(child)
    assert file is not None
    entry = f"/console/children/{child}/entries/{file.newest.entry_id}"
    browser = await signed_in(served, Role.STAFF)
    why = await browser.open(f"{entry}/correct")
    said = {"reason.code": ["incorrect_data"], "reason.explanation": ["抄错"]}
    for more in ({"language": ["en"]}, {}):
        sent = fields_of_form(why) | said | more
        to = f"{KEEPING}?to={entry}/correct/content" if more else f"{entry}/correct/content"
        why = await browser.client.post(to, data=sent, headers=FROM_HERE, follow_redirects=True)
        assert fields_of_form(why)["reason.explanation"] == ["抄错"]
    content = fields_of_form(why) | {"data.summary": ["正常"], "text": ["large"]}
    again = await browser.client.post(
        f"{KEEPING}?to={entry}/correct/content", data=content, headers=FROM_HERE, follow_redirects=True
    )
    assert fields_of_form(again)["data.summary"] == ["正常"]


async def shown_again(browser: Browser, to: str, sent: Mapping[str, Any], **typed: str) -> Response:
    """The page after somebody typed and chose to read in English."""
    filled = {**sent, **{name: [value] for name, value in typed.items()}, "language": ["en"]}
    page = await browser.client.post(
        f"{KEEPING}?to={to}", data=filled, headers=FROM_HERE, follow_redirects=True
    )
    assert page.status_code == 200, page.text
    assert '<html lang="en">' in page.text
    assert 'role="alert"' not in page.text, "it was not sent to be checked"
    again = fields_of_form(page)
    assert {name: again[name] for name in typed} == {name: [value] for name, value in typed.items()}
    return page


async def test_who_moves_an_entry_keeps_what_was_typed(served: Served) -> None:
    child = await a_child(served)
    file = await served.container.ledger.file(child)
    assert file is not None
    move = f"/console/children/{child}/entries/{file.newest.entry_id}/move"
    browser = await signed_in(served, Role.STAFF)
    sent = fields_of_form(await browser.open(move))
    await shown_again(browser, move, sent, q="欧阳", explanation="记错了人")


async def test_who_receives_a_child_keeps_what_was_typed_at_either_step(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    new = "/console/children/new"
    who = await shown_again(
        browser, new, fields_of_form(await browser.open(new)), name="欧阳小明", birth="那年"
    )
    sent = fields_of_form(who) | {"birth": ["2020"], "do": ["look"]}
    forms = await browser.client.post(new, data=sent, headers=FROM_HERE, follow_redirects=True)
    await shown_again(browser, new, fields_of_form(forms), **{"ChildReceived.occurred": "那天"})


async def test_who_records_for_many_keeps_who_was_ticked_and_what_was_typed(served: Served) -> None:
    child = await a_child(served)
    await served.projected()
    browser = await signed_in(served, Role.STAFF)
    many = "/console/record-many/VaccinationGiven"
    sent = fields_of_form(await browser.open(many))
    chosen = await shown_again(browser, many, sent, child=str(child), numbers="XH1")
    sent = fields_of_form(chosen) | {"numbers": [""], "do": ["chosen"]}
    form = await browser.client.post(many, data=sent, headers=FROM_HERE, follow_redirects=True)
    await shown_again(browser, many, fields_of_form(form), occurred="那天", child=str(child))


async def test_who_asks_to_be_led_elsewhere_is_led_home(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    for to in ("https://example.org/", "//example.org", "/children"):
        page = await browser.client.post(f"{KEEPING}?to={to}", data={"language": "en"}, headers=FROM_HERE)
        assert (page.status_code, page.headers["location"]) == (303, "/console")
    assert str((await browser.open("/console/search")).url).endswith("/console/children")


async def test_more_time_is_given_to_whoever_is_signed_in(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open("/console/children")
    assert 'data-left="900" hidden' in page.text
    assert "再用 15 分钟" in page.text
    stayed = await browser.client.post("/console/preferences/stay", headers=FROM_HERE)
    assert (stayed.status_code, stayed.text) == (200, "900")
    await browser.send("/console/sign-out")
    gone = await browser.client.post("/console/preferences/stay", headers=FROM_HERE)
    assert gone.status_code == 303
