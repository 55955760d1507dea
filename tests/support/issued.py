"""A report that was issued, for tests that ask for whatever there is."""

from api.identity.permissions import Role
from tests.support.client import Served, new_key
from tests.support.waiting import PATIENCE


async def known_in_lists(served: Served) -> None:
    """Wait until lists and counts can be asked as known at the last position."""
    position = (await served.container.ledger.head()).position
    assert await served.container.projector.known_reached(position, PATIENCE)


async def an_issued_report(served: Served) -> str:
    """Issue the progress report of the year, and return its id."""
    await known_in_lists(served)
    supervisor = await served.as_(Role.SUPERVISOR)
    asked = {"report": "progress", "year": 2026}
    answer = await supervisor.post("/reports", json=asked, headers=new_key())
    assert answer.status_code == 201, answer.text
    report: str = answer.json()["issued"]["id"]
    return report
