"""Emergency access on pages: taken by a form, read under, seen by who answers for it, and reviewed."""

from uuid import UUID

import pytest

from api.identity.permissions import Role
from domain.event import Category
from domain.events.emergency import EmergencyAccessTaken
from domain.events.intake import ChildReceived
from domain.events.search import DnaSampleCollected
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import given, some
from tests.support.restricted_files import TODAY
from tests.support.shown_forms import send
from tests.support.stored import kept

SAMPLE, WHY = "标记-DNA-0001", "标记：高热惊厥"


async def a_child(served: Served) -> UUID:
    sampled = some(DnaSampleCollected, sample_no=SAMPLE)
    return await kept(served, given(("2024-03-05", some(ChildReceived)), ("2024-03-06", sampled)))


async def test_one_takes_an_emergency_access_by_a_form_and_a_supervisor_finds_it_to_review(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = await a_child(served)
    address = f"/console/children/{child}"
    staff = await signed_in(served, Role.STAFF)
    shown = await staff.open(address)
    assert f'href="{address}/emergency"' in shown.text
    form = f"{address}/record/{EmergencyAccessTaken.__name__}"
    assert f'href="{form}"' in (await staff.open(f"{address}/emergency")).text
    page = await staff.open(form)
    assert f'value="{TODAY}"' in page.text
    filled = {
        "data.ground": ["medical"],
        "data.sets": ["restricted_health"],
        "data.explanation": [WHY],
    }
    checked = await send(staff, page, "check", **filled)
    assert checked.status_code == 200, checked.text
    recorded = await send(staff, checked, "record")
    assert recorded.status_code == 200, recorded.text
    own = await staff.open(f"{address}/emergency")
    assert WHY in own.text
    await served.projected()
    file = await served.container.ledger.file(child)
    assert file is not None
    access = next(iter(file.of(EmergencyAccessTaken)))
    taken, entry = access.recorded_at, access.entry_id
    assert taken is not None
    monkeypatch.setattr("tests.support.client.NOW", taken)
    supervisor = await signed_in(served, Role.SUPERVISOR)
    across = await supervisor.open("/console/emergencies")
    assert WHY in across.text
    assert "待复核" in across.text
    of_file = await supervisor.open(f"{address}/emergency")
    for listed in (across, of_file):
        assert f'href="{address}/record/EmergencyAccessReviewed?about={entry}"' in listed.text
    assert "EmergencyAccessReviewed" not in (await staff.open(f"{address}/emergency")).text
    await supervisor.prefer(language="en")
    assert "Urgent medical care" in (await supervisor.open("/console/emergencies")).text


async def test_who_may_only_ask_is_led_from_the_form_to_no_page_that_is_refused(served: Served) -> None:
    address = f"/console/children/{await a_child(served)}"
    for role, leads in ((Role.STAFF, True), (Role.AUDITOR, False)):
        form = await (await signed_in(served, role)).open(f"{address}/record/EmergencyAccessTaken")
        assert (form.status_code, f'href="{address}/record"' in form.text) == (200, leads)


async def test_who_read_it_says_which_reads_were_of_an_emergency(served: Served) -> None:
    child = await a_child(served)
    actor, entry = await served.actor(Role.STAFF), UUID(int=7)
    categories = {child: {Category.RESTRICTED_HEALTH}}
    await served.container.access.note(actor, categories, "entries", None, "medical", {child: entry})
    supervisor = await signed_in(served, Role.SUPERVISOR)
    readers = await supervisor.open(f"/console/children/{child}/readers")
    assert readers.status_code == 200
    assert "紧急查阅</span> 危重救治" in readers.text
