"""Who looked at a file, when, at what and why: asked by filters, and as a table."""

import csv
from hashlib import md5
from io import StringIO
from typing import Any
from uuid import UUID

from api.identity.access_log import NEWEST, SQL, AccessFilter
from api.identity.permissions import Role
from domain.event import Category
from tests.support.client import Served
from tests.support.ledgers import a_superuser


async def asked(
    served: Served, child: UUID, role: Role = Role.AUDITOR, filters: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """What the log says of a file, the latest first."""
    answer = await (await served.as_(role)).get(f"/children/{child}/access", params=filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_who_looked_is_asked_by_time_person_and_purpose(served: Served) -> None:
    """Given two who read a file, one in a session of the console, then each filter tells whom it fits."""
    child = await served.a_child("欧阳小明")
    staff, supervisor = await served.actor(Role.STAFF), await served.actor(Role.SUPERVISOR)
    note = served.container.access.note
    await note(staff, {child: [Category.IDENTITY]}, "file")
    await note(supervisor, {child: [Category.SAFEGUARDING]}, "entries", reason="supervision")

    for filters, whose in (
        ({"user": str(staff.user)}, [staff]),
        ({"purpose": "entries"}, [supervisor]),
        ({"reason": "supervision"}, [supervisor]),
        ({"since": "2026-11-22", "purpose": "file"}, [staff]),
        ({"since": "2026-11-23"}, []),
        ({"until": "2026-11-21"}, []),
        ({"until": "2026-11-22", "since": "2026-11-22", "purpose": "file"}, [staff]),
    ):
        told = [line["user"] for line in await asked(served, child, filters=filters)]
        assert told == [str(each.user) for each in whose], filters
    auditor = await served.as_(Role.AUDITOR)
    for name in ("purpose", "reason"):
        refused = await auditor.get(f"/children/{child}/access", params={name: "no_such"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/query/{name}")


async def test_the_log_of_a_file_is_a_table_too(served: Served) -> None:
    """Given an access, when the log is asked as CSV, then it says it in words."""
    child = await served.a_child()
    reader = await served.actor(Role.STAFF)
    await served.container.access.note(reader, {child: [Category.IDENTITY, Category.HEALTH]}, "file")
    auditor = await served.as_(Role.AUDITOR)
    answer = await auditor.get(f"/children/{child}/access", params={"format": "csv"})
    heading, line = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert heading[:5] == ["时间", "查阅人", "角色", "信息类别", "查询"]
    assert line[2:5] == ["工作人员", "健康信息、身份信息", "档案情况"]


async def test_the_log_of_one_file_is_found_by_an_index_however_long_the_log_is(served: Served) -> None:
    """Given many accesses to many files, then those of one file are found by an index."""
    owner = served.container.addresses.owner
    assert owner is not None
    async with a_superuser(owner, served.container.settings.ledger) as connection:
        await connection.execute(
            """
            INSERT INTO access (position, at, request, member, role, child, categories, purpose, salt)
            SELECT n, now(), '', gen_random_uuid(), 'staff', md5((n % 200)::text)::uuid,
                   '{identity}', 'file', decode(md5(n::text), 'hex')
              FROM generate_series(1, 20000) AS n
            """
        )
        await connection.execute("ANALYZE access")
        parameters: dict[str, object] = {
            **dict.fromkeys(AccessFilter.__dataclass_fields__),
            "child": UUID(md5(b"7", usedforsecurity=False).hexdigest()),
            "before": NEWEST,
            "limit": 50,
            "telling": [],
            "sees": [],
        }
        plan = await connection.execute(b"EXPLAIN " + SQL["of"], parameters)
        steps = "\n".join(step for (step,) in await plan.fetchall())
    assert "access_child_position_idx" in steps
    assert "Seq Scan" not in steps
