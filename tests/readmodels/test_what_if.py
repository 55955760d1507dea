"""What would change under a draft of the rules: every file, as far as its reader may see it."""

from uuid import UUID, uuid4

import pytest

from api.identity.access_log import WHAT_IF
from api.identity.permissions import Actor, Role
from api.rule_packs import what_if
from api.rule_packs.what_if import FileChanges, changed_files
from domain.event import Category
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.intake import ChildReceived
from domain.rule_pack import RulePack
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW, Served
from tests.support.given import ROW, days, some


def pack(rule: str, value: int, unit: str, case: str = "") -> RulePack:
    """A pack of one number for the prefecture of the institution at home."""
    text = f"""
[[number]]
rule = "{rule}"
case = "{case}"
region = "371000"
value = {value}
unit = "{unit}"
source = "示例办法"
verified = true
"""
    return RulePack("weihai", {"weihai.toml": text})


EARLIER = pack("I22", 9, "months")
VISITED_SOONER = pack("D32", 2, "months", case="1")


async def changed(served: Served, actor: Actor, *packs: RulePack) -> list[FileChanges]:
    return [each async for each in changed_files(served.container, actor, packs)]


async def record(served: Served, child: UUID, on: str, event: AdoptionRegistered | ChildReceived) -> None:
    """Record what was copied from a register's row."""
    outcome = await served.container.ledger.record(
        Recording(
            stream=child,
            drafts=(Draft(event=event, days=Days.on(days(on).last), documents=(ROW,)),),
            region=served.home.region,
            origin="import",
            recorder=(await served.actor(Role.SUPERVISOR)).recorder,
            key=uuid4().hex,
        ),
        now=NOW,
    )
    assert isinstance(outcome, Recorded), outcome


async def test_every_file_is_read_in_pieces_and_nothing_is_recorded(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "FILES_AT_ONCE", 2)
    growing_up = {await served.a_child(born="2009-03-05") for _ in range(5)}
    await served.a_child(born="2000-03-05")
    head = await served.container.ledger.head()

    found = await changed(served, await served.actor(Role.SUPERVISOR), EARLIER)

    assert {each.child for each in found} == growing_up
    for each in found:
        ((before, after),) = each.obligations
        assert before is not None
        assert after is not None
        assert (before.due_on.isoformat(), after.due_on.isoformat()) == ("2026-09-05", "2026-06-05")
        assert (each.gates, each.new, each.gone) == ((), (), ())
    assert await served.container.ledger.head() == head


@pytest.mark.usefixtures("restricting_nothing")
async def test_what_rests_on_a_sealed_category_is_told_to_who_sees_it_alone(served: Served) -> None:
    child = await served.a_child(born="2020-03-05")
    registered = some(AdoptionRegistered, category="5", adopter=uuid4(), registrar_region=served.home.region)
    await record(served, child, "2026-06-01", registered)
    operator = await served.container.identity.operator()

    (told,) = await changed(served, await served.actor(Role.SUPERVISOR), VISITED_SOONER)

    rules = {row.rule for pair in told.obligations for row in pair if row is not None}
    assert rules == {"D32"}
    for unseeing in (await served.actor(Role.STAFF), operator):
        assert await changed(served, unseeing, VISITED_SOONER) == []
    log = await served.container.access.of(child, limit=10)
    assert [(each.purpose, each.categories) for each in log] == [(WHAT_IF, ["adoption"])]


@pytest.mark.parametrize("role", list(Role))
async def test_a_file_number_is_told_to_who_sees_identities_in_files_that_they_may_read(
    served: Served, role: Role
) -> None:
    child = await served.a_child(born="2009-03-05")
    await record(served, child, "2024-03-05", some(ChildReceived, file_no="XH7"))
    elsewhere = await served.a_child(born="2009-03-05", elsewhere=True)
    found = {each.child: each for each in await changed(served, await served.actor(role), EARLIER)}
    # A township sees no child that an institution has.
    assert (child in found) is (role is not Role.TOWNSHIP)
    assert elsewhere not in found
    if child not in found:
        assert await served.container.access.of(child, limit=10) == []
        return
    sees = role is not Role.ADMINISTRATOR
    assert found[child].file_no == ("XH7" if sees else None)
    log = await served.container.access.of(child, limit=10)
    assert [each.categories for each in log] == ([[Category.IDENTITY.value]] if sees else [])
