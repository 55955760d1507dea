"""Nothing personal lies or leaves in the clear: markers are in no table, log, error or metric."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from httpx2 import Response
from psycopg import sql

from api import logs
from api.permissions import Role
from api.settings import Settings
from domain.entry import Document
from domain.event import CATALOGUE, Event
from ledger.recording import Draft, Recorded, Recording
from tests.client import NOW, Served, new_key
from tests.full import free_texts, full, marker
from tests.given import days
from tests.stories import sent

DAY = "2024-01-31"
"""The day that `full` gives every field, so that nothing ends before it begins."""
OF_A_CHILD = [kind for kind in CATALOGUE.values() if kind.kind == "child"]
SELF_CONTRADICTORY = frozenset({"ExceptionApproved", "ExceptionRejected", "EntryWithdrawn", "EntryRestored"})
"""Events about another entry, which stand only in a file that has it."""


def in_clear(database: str) -> Iterator[str]:
    """Every row of every table as text, the bytes in it as hexadecimal digits."""
    with psycopg.connect(database) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert len(tables) > len(("entry", "register", "obligations", "findings"))
        for schema, table in tables:
            rows = connection.execute(
                sql.SQL("SELECT own::text FROM {} own").format(sql.Identifier(schema, table))
            )
            yield from (row for (row,) in rows)


def forms(text: str) -> tuple[str, ...]:
    """How a text would look in the clear: as it is, as bytes, and as JSON escapes it."""
    return text, text.encode().hex(), text.encode("unicode-escape").decode()


def found(markers: list[str], told: str) -> list[str]:
    return [text for text in markers if any(form in told for form in forms(text))]


class Planted:
    """What was sent and recorded, with every marker in it and every refusal that came back."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.markers: list[str] = []
        self.stored: set[str] = set()
        self.problems: list[Response] = []

    async def record(self, event: Event) -> None:
        """Record an event over HTTP, or as found where rules forbid it."""
        paper = Document(kind="household_booklet", number=marker())
        note = marker()
        said = sent(DAY, event, documents=[paper], note=note)
        assert paper.number is not None
        self.markers += [*free_texts(event), note, paper.number]
        client = await self.served.as_(Role.STAFF)
        answer = await client.post("/children", json={"events": [said]}, headers=new_key())
        if answer.status_code == 201:
            self.stored.add(type(event).__name__)
            return
        self.problems.append(answer)
        outcome = await self.served.house.ledger.record(
            Recording(
                stream=None,
                drafts=(Draft(event=event, days=days(DAY), documents=(paper,), note=note),),
                region="371099",
                origin="import",
                recorder=(await self.served.actor(Role.STAFF)).recorder,
                key=uuid4().hex,
            ),
            now=NOW,
        )
        if isinstance(outcome, Recorded):
            self.stored.add(type(event).__name__)


async def test_what_is_personal_is_in_no_table_log_error_or_metric(
    served: Served, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    # Given a ledger in which every text of every event is a marker
    logs.configure()
    planted = Planted(served)
    for kind in OF_A_CHILD:
        await planted.record(full(kind))
    await served.projected()
    assert planted.stored >= {kind.__name__ for kind in OF_A_CHILD} - SELF_CONTRADICTORY
    assert len(planted.markers) > len(OF_A_CHILD)

    # When it is searched, read and asked for what is not there
    client = await served.as_(Role.SUPERVISOR)
    name = planted.markers[0]
    assert (await client.post("/children/search", json={"q": name})).status_code == 200
    listed = (await client.get("/children", params={"limit": 500})).json()["items"]
    assert len(listed) >= len(planted.stored) - len(SELF_CONTRADICTORY)
    for row in listed:
        assert (await client.get(f"/children/{row['child']}/entries")).status_code == 200
    wrong = [
        {"events": [{"type": name, "occurred_on": DAY, "data": {}}]},
        {"events": [{"type": "IdentityRecorded", "occurred_on": name, "data": {name: name, "sex": name}}]},
        {name: name},
    ]
    for body in wrong:
        answer = await client.post("/children", json=body, headers=new_key())
        assert answer.status_code in {400, 422}
        planted.problems.append(answer)
    planted.problems.append(await client.get("/children", params={"cursor": name}))

    # Then no marker is found where it may not be, and what may be there is found
    assert found(planted.markers, "".join(answer.text for answer in planted.problems)) == []
    assert found(planted.markers, (await client.get("/metrics")).text) == []
    told = capfd.readouterr()
    assert found(planted.markers, told.out + told.err) == []
    url = settings.database_url
    assert url is not None
    rows = "\n".join(in_clear(url.get_secret_value()))
    assert found(planted.markers, rows) == []
    assert found(["HouseholdRegistered"], rows) == ["HouseholdRegistered"]
