"""Questions of users as lists: what each answered, by child and column."""

from datetime import date
from typing import Any
from uuid import UUID

from api.identity.permissions import Role
from domain.events.intake import ChildReceived, IdentityRecorded, ReferralReceived
from tests.support.client import Served
from tests.support.given import Given, given, some

DAY = "2026-11-22"


class Answered:
    """What a question answered: its rows by child."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.items: list[dict[str, Any]] = body["items"]
        self.next = body["next"]

    def of(self, child: UUID) -> list[dict[str, Any]]:
        """The rows about a child."""
        return [each for each in self.items if each["child"] == str(child)]

    def said(self, child: UUID, *columns: str) -> tuple[Any, ...]:
        """What columns say of a child that has one row, as values."""
        (row,) = self.of(child)
        return tuple(row["columns"][name]["value"] for name in columns)

    def why(self, child: UUID) -> set[str]:
        """By which rules, or which gaps in English, a child that has one row is listed."""
        (row,) = self.of(child)
        ruled = (*row["obligations"], *row["findings"])
        return {*(each["rule"] for each in ruled), *(each["en"] for each in row["gaps"])}


async def ask(served: Served, question: str, role: Role = Role.SUPERVISOR, **query: Any) -> Answered:
    client = await served.as_(role)
    answer = await client.get(f"/questions/{question}", params={"day": DAY, **query})
    assert answer.status_code == 200, answer.text
    return Answered(answer.json())


def came(situation: str, on: str = "2026-03-05", *more: tuple[Any, ...], born: str = "2020-05-01") -> Given:
    """A child in such a situation, received and known by name that day."""
    who = some(IdentityRecorded, name="王小明", birth_on=date.fromisoformat(born), sex="1")
    return given(
        (on, some(ReferralReceived, child_situation=situation)), (on, some(ChildReceived)), (on, who), *more
    )


RESCUED, FOUND, ORPHAN = "04", "05", "01"
