"""Verifying finds every entry that was altered, moved or lost, whatever else agrees with it (M10)."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import orjson
import pytest
from psycopg.sql import SQL, Identifier

from api.app import create_app, running
from api.cli.upkeep_commands import verifying_entries
from api.identity.permissions import Role
from api.settings import Settings
from domain.events.intake import ChildAdmitted
from domain.events.placement.arrangements import MilitaryServiceEnded
from ledger.postgres.check import OlderLedgerError
from ledger.sealing.cipher import SealBrokenError
from ledger.verification import ALTERED, COLUMNS, UNWRAPPED, Flaw, flaws
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.stored import as_owner

UPDATES = {column: "UPDATE entry SET {} = %s WHERE position = %s".replace("{}", column) for column in COLUMNS}


@pytest.fixture
async def position(served: Served) -> int:
    """The position of an admission, behind which is an entry in which nothing is sealed."""
    child = await served.a_child()
    staff = await served.as_(Role.STAFF)
    papers = {"exception": {"rule": "I01", "reason": "材料随后补齐。"}}
    admitted = sent("2024-03-06", some(ChildAdmitted, intake_category="A1")) | papers
    for event in (admitted, sent("2026-03-06", some(MilitaryServiceEnded))):
        answer = await staff.post(f"/children/{child}/events", json=event, headers=new_key())
        assert answer.status_code == 201, answer.text
    return (await served.container.ledger.head()).position - 1


async def found(served: Served) -> list[tuple[int, str]]:
    """What verifying tells, as position and words."""
    told: list[float] = []
    wrong: list[Flaw] = [each async for each in flaws(served.container.ledger, told.append)]
    assert told[-1] == 1
    return [(each.position, each.what.en) for each in wrong]


async def altered(served: Served, position: int, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what is stored of an entry, in the form in which it is stored."""
    (body,) = await as_owner(served, "SELECT body FROM entry WHERE position = %s", position)
    document = orjson.loads(body)
    change(document)
    other = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    await as_owner(served, "UPDATE entry SET body = %s WHERE position = %s", other, position)


async def test_entries_whose_key_another_key_wrapped_are_found_and_the_rest_verified(
    served: Served, settings: Settings, position: int
) -> None:
    child, other = await served.a_child("李小红"), await served.a_child("张三")
    await altered(served, position, lambda document: document.update(region="110000"))
    keys = Identifier(f"{served.container.ledger.name}_keys", "data_key")
    swap = SQL(
        "UPDATE {0} SET wrapped = (SELECT wrapped FROM {0} WHERE subject = %s AND category = 'identity')"
        " WHERE subject = %s AND category = 'identity'"
    )
    await as_owner(served, swap.format(keys).as_string(), other, child)
    # A process that starts now has none of the keys at hand.
    async with running(create_app(settings)) as container:
        wrong = [(each.position, each.what) async for each in flaws(container.ledger, lambda _: None)]
        stored = await container.ledger.store.stream(child)
    unwrapped = {entry.position for entry in stored if b'"identity"' in entry.body}
    assert unwrapped
    assert wrong == [(position, ALTERED), *((each, UNWRAPPED) for each in sorted(unwrapped))]


async def test_nothing_is_wrong_with_entries_as_they_were_recorded(
    served: Served, position: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await found(served) == []
    assert await verifying_entries(served.container) == 0
    assert capsys.readouterr().out == ""


async def test_a_day_that_was_altered_in_body_and_columns_is_found_and_never_answered(
    served: Served, position: int, capsys: pytest.CaptureFixture[str]
) -> None:
    day = {"occurred_on": "2023-03-06", "occurred_until": "2023-03-06"}
    await altered(served, position, lambda document: document.update(day))
    columns = "UPDATE entry SET occurred_on = '2023-03-06', occurred_until = '2023-03-06' WHERE position = %s"
    await as_owner(served, columns, position)
    assert await found(served) == [(position, "it was altered")]
    assert await verifying_entries(served.container) == 1
    assert f"第{position}条：内容被改动。 Entry {position}: it was altered." in capsys.readouterr().out
    stored = await served.container.ledger.store.read(position - 1, 1)
    with pytest.raises(SealBrokenError):
        await served.container.ledger.repository.decoded(stored)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(region="110000"),
        lambda document: document["data"].update(intake_category="B1"),
        lambda document: document["recorded_by"].update(role="supervisor"),
        lambda document: document.update(format=1),
        lambda document: document.update(voucher="A" * 22 + "=="),
        lambda document: document.pop("voucher"),
        lambda document: document["sealed"].clear(),
        lambda document: document["sealed"][0].update(category="contact"),
        lambda document: document.update(added=True),
    ],
    ids=["region", "code", "recorder", "format", "voucher", "none", "part lost", "category", "added"],
)
async def test_whatever_was_altered_of_an_entry_is_found(
    served: Served, position: int, change: Callable[[dict[str, Any]], object]
) -> None:
    await altered(served, position, change)
    assert await found(served) == [(position, "it was altered")]


async def test_an_entry_in_which_nothing_is_sealed_is_vouched_for_like_any_other(
    served: Served, position: int
) -> None:
    await altered(served, position + 1, lambda document: document.update(occurred_on="2026-03-05"))
    (body,) = await as_owner(served, "SELECT body FROM entry WHERE position = %s", position + 1)
    assert orjson.loads(body)["sealed"] == []
    assert await found(served) == [(position + 1, "it was altered")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("entry_id", uuid4()),
        ("stream", uuid4()),
        ("kind", "family"),
        ("version", 77),
        ("type", "ChildDied"),
        ("schema", 9),
        ("occurred_on", date(2020, 1, 1)),
        ("occurred_until", date(2024, 3, 7)),
        ("institution", uuid4()),
    ],
)
async def test_a_column_that_says_otherwise_than_its_entry_is_named(
    served: Served, position: int, column: str, value: object
) -> None:
    await as_owner(served, UPDATES[column], value, position)
    assert await found(served) == [(position, f"the column {column} does not say what was recorded")]


async def test_an_entry_in_the_place_of_another_is_found(served: Served, position: int) -> None:
    (body,) = await as_owner(served, "SELECT body FROM entry WHERE position = %s", position - 1)
    await as_owner(served, "UPDATE entry SET body = %s WHERE position = %s", body, position)
    told = [what for where, what in await found(served) if where == position]
    assert told
    assert all("column" in what for what in told)


async def test_entries_that_are_missing_are_counted_by_their_positions(served: Served, position: int) -> None:
    await as_owner(served, "DELETE FROM entry WHERE position = %s", position)
    assert await found(served) == [(position, f"the entries {position} to {position} are missing")]
    await as_owner(served, "DELETE FROM entry WHERE position > %s", position)
    assert await found(served) == [(position, f"the entries {position} to {position + 1} are missing")]


async def test_an_entry_that_was_recorded_before_the_one_before_it_is_found(
    served: Served, position: int
) -> None:
    await as_owner(served, "UPDATE entry SET recorded_at = '2020-01-01' WHERE position = %s", position)
    assert await found(served) == [(position, "it was recorded no later than the one before it")]


async def test_a_ledger_of_an_earlier_form_is_not_gone_on_with(served: Served, settings: Settings) -> None:
    """Its ids can be guessed: see decision 0019."""
    await altered(served, 1, lambda document: document.update(format=1))
    with pytest.raises(OlderLedgerError, match="较早的版本写成"):
        async with running(create_app(settings)):
            pass


# Asked of one stream (B10)


async def test_a_stream_tells_its_first_entry_that_was_altered_or_is_missing_to_who_answers_for_it(
    served: Served, position: int
) -> None:
    """The child's two first entries came with its file; the admission is the third, and one follows it."""
    child = (await served.container.ledger.store.read(position - 1, 1))[0]
    stream = orjson.loads(child.body)["stream"]
    path = f"/children/{stream}/integrity"
    await served.projected()
    auditor, supervisor = await served.as_(Role.AUDITOR), await served.as_(Role.SUPERVISOR)

    async def told() -> tuple[int | None, list[tuple[int, str]]]:
        answer = (await auditor.get(path)).json()
        return answer["first_bad_version"], [(each["version"], each["en"]) for each in answer["items"]]

    assert await told() == (None, [])
    await altered(served, position, lambda document: document.update(region="110000"))
    assert await told() == (3, [(3, "it was altered")])
    table = await supervisor.get(path, params={"format": "csv"})
    assert table.text.splitlines()[1:] == [f"3,{position},内容被改动"]
    await as_owner(served, "DELETE FROM entry WHERE position = %s", position)
    assert await told() == (3, [(3, "the entries 3 to 3 are missing")])
    await as_owner(served, "DELETE FROM entry WHERE position = %s", position + 1)
    assert await told() == (3, [(3, "the entries 3 to 4 are missing")])
    assert (await (await served.as_(Role.STAFF)).get(path)).status_code == 403
    assert (await (await served.as_(Role.AUDITOR, elsewhere=True)).get(path)).status_code == 404


async def test_the_stream_of_an_institution_is_verified_by_what_its_sound_entries_say(served: Served) -> None:
    institution = served.home.institution
    path = f"/institutions/{institution}/integrity"
    auditor = await served.as_(Role.AUDITOR)
    answer = (await auditor.get(path)).json()
    assert (answer["institution"], answer["first_bad_version"]) == (str(institution), None)
    assert answer["entries"] == len(await served.container.ledger.store.stream(institution))
    assert (await (await served.as_(Role.AUDITOR, elsewhere=True)).get(path)).status_code == 404
