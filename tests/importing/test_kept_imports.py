"""Imports are kept for a day, across restarts and for colleagues, each under a key that is then destroyed."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from httpx2 import AsyncClient

from api import kept_imports
from api.identity.permissions import Role
from api.kept_imports import KEPT_HOURS, ImportFiles, KeptImports
from tests.support.client import NOW, Served
from tests.support.imports_http import NDJSON, done, hand_in
from tests.support.registers.paper import a_sheet, roster, workbook
from tests.support.stored import noted

NUMBER = "=HYPERLINK(1)"
DAMAGED = b"PK\x03\x04 damaged"


async def handed_in(
    client: AsyncClient, content: bytes, query: str = "?dry_run=true&name=register.xlsx"
) -> str:
    """Hand a workbook in, wait for its end, and return where it is told of."""
    answer = await hand_in(client, content, query=query)
    assert answer.status_code == 202, answer.text
    address = str(answer.headers["Location"])
    await done(client, address)
    return address


def files(served: Served) -> list[Path]:
    return sorted((served.container.settings.data / "imports").rglob("*.*"))


async def test_a_dry_run_is_told_of_and_recorded_from_the_same_bytes(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    address = await handed_in(staff, workbook(roster()))
    told = (await staff.get(address)).json()
    assert (told["state"], told["dry_run"], told["recorded"], told["file"]) == (
        "done",
        True,
        1,
        "register.xlsx",
    )
    (listed,) = (await staff.get("/imports")).json()["items"]
    assert (listed["job"], listed["sha256"], listed["recorded"]) == (told["job"], told["sha256"], 1)
    assert (await staff.get("/children")).json()["items"] == []
    other = await staff.post(f"{address}/record", json={"sha256": "0" * 64})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/sha256")
    begun = await staff.post(f"{address}/record", json={"sha256": told["sha256"]})
    assert begun.status_code == 202, begun.text
    recorded = await done(staff, begun.headers["Location"])
    assert (recorded["dry_run"], recorded["recorded"], recorded["sha256"]) == (False, 1, told["sha256"])
    await served.projected()
    assert len((await staff.get("/children")).json()["items"]) == 1
    # What was recorded is no dry run any more.
    again = await staff.post(f"{begun.headers['Location']}/record", json={"sha256": told["sha256"]})
    assert again.status_code == 422


async def test_colleagues_who_see_as_much_find_it_and_nobody_else(served: Served) -> None:
    staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
    of_staff = await handed_in(staff, workbook(roster()))
    of_supervisor = await handed_in(supervisor, workbook(roster()))
    for client, found in (
        (staff, [of_staff]),
        (await served.another(Role.STAFF), [of_staff]),
        (supervisor, [of_supervisor, of_staff]),
        (await served.as_(Role.STAFF, elsewhere=True), []),
        (await served.as_(Role.AUDITOR), []),
        (await served.as_(Role.ADMINISTRATOR), []),
    ):
        listed = (await client.get("/imports")).json()["items"]
        assert [f"/imports/{each['job']}" for each in listed] == found
        for address in (of_staff, of_supervisor):
            expected = 200 if address in found else 404
            assert (await client.get(address)).status_code == expected
            assert (await client.get(f"{address}/rows")).status_code == expected


async def test_it_is_there_after_a_restart_and_gone_with_its_key_after_a_day(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    address = await handed_in(staff, workbook(roster()))
    job, kept = UUID(address.rpartition("/")[2]), served.container.kept_imports
    told = (await staff.get(address)).json()
    assert b"register.xlsx" not in b"".join(path.read_bytes() for path in files(served))
    # Another process has nothing but the database, the keys and the files.
    other = another_process(served)
    found = await other.one(job)
    assert found is not None
    assert (await other.files(found)).read("report") is not None
    later = another_process(served, hours=KEPT_HOURS + 1)
    assert await later.one(job) is None
    await later.forget_old()
    assert await noted(served, "SELECT FROM import_job") == []
    assert files(served) == []
    assert await kept.one(job) is None
    assert (await staff.get(address)).status_code == 404
    assert told["kept_until"] > told["begun_at"]


def another_process(served: Served, hours: int = 0) -> KeptImports:
    """The imports as another process knows them, so many hours later."""
    own = served.container.kept_imports
    return KeptImports(
        own._keys,  # noqa: SLF001 - what every process reads from the key file
        (own._writers, own._readers),  # noqa: SLF001 - the database
        lambda: NOW + timedelta(hours=hours),
        served.container.settings.data,
        served.container.settings.ledger,
    )


async def test_what_was_cut_off_says_so_and_goes_on_from_the_same_bytes(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    address = await handed_in(staff, workbook(roster()), query="?name=register.xlsx")
    job = UUID(address.rpartition("/")[2])
    sha256 = (await staff.get(address)).json()["sha256"]
    # As if the service had ended before the import had.
    kept = another_process(served, hours=-1)
    await kept.seen(job, "running", 0.4)
    (found,) = [await served.container.kept_imports.files(each) for each in [await one(served, job)]]
    found.folder.joinpath(f"{job}.report").unlink()
    told = (await staff.get(address)).json()
    assert (told["state"], told["progress"], told["problem"]["code"]) == ("failed", 0.4, "unavailable")
    assert "再做一次即可" in told["problem"]["detail_zh"]
    begun = await staff.post(f"{address}/record", json={"sha256": sha256})
    recorded = await done(staff, begun.headers["Location"])
    assert (recorded["recorded"], recorded["already"]) == (0, 1), "nothing is recorded twice"


async def test_what_was_cut_off_goes_on_only_from_all_bytes_that_were_handed_in(served: Served) -> None:
    """A table of text of which the end is lost would read as one of fewer rows."""
    staff = await served.as_(Role.STAFF)
    table = "儿童编号,接收日期\nCS001,2016-05-01\nCS999,2016-05-02\n".encode()
    answer = await hand_in(staff, table, media_type="text/csv", query="?name=register.csv")
    address = answer.headers["Location"]
    await done(staff, address)
    job = UUID(address.rpartition("/")[2])
    sha256 = (await staff.get(address)).json()["sha256"]
    # As if the machine had lost its power before the import ended, and with it the last row.
    await another_process(served, hours=-1).seen(job, "running", 0.4)
    kept = await served.container.kept_imports.files(await one(served, job))
    kept.folder.joinpath(f"{job}.report").unlink()
    os.truncate(kept.folder / f"{job}.bytes", len(table) - len("CS999,2016-05-02\n"))
    refused = await staff.post(f"{address}/record", json={"sha256": sha256})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/path/job")
    assert "重新送交" in refused.json()["errors"][0]["detail_zh"]


def test_bytes_that_wait_for_their_turn_are_read_whole_by_whoever_goes_on(tmp_path: Path) -> None:
    kept = ImportFiles(tmp_path, uuid4(), bytes(32))
    with kept.spool() as spool:
        spool.write(b"{}\n")
        spool.flush()
        assert b"".join(kept.handed_in()) == b"{}\n"


async def one(served: Served, job: UUID) -> Any:
    kept = await served.container.kept_imports.one(job)
    assert kept is not None
    return kept


async def test_the_rows_are_given_back_with_what_became_of_each_as_texts(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    sheet = a_sheet("体检").row(儿童编号=NUMBER, 体检日期="2021年13月5日")
    address = await handed_in(staff, workbook(roster(), sheet))
    rows = await staff.get(f"{address}/rows")
    assert rows.status_code == 200
    assert "attachment" in rows.headers["content-disposition"]
    assert "register" not in rows.headers["content-disposition"]
    with ZipFile(BytesIO(rows.content)) as book:
        words = book.read("xl/sharedStrings.xml").decode()
        sheets = "".join(book.read(name).decode() for name in book.namelist() if "worksheets/" in name)
    assert "<f>" not in sheets, "no formula"
    for told in ("将录入 To be recorded", "退回 Rejected", NUMBER, "花名册中没有该儿童"):
        assert told in words, told


async def test_the_reasons_of_a_report_are_said_in_words(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    sheet = a_sheet("体检").row(儿童编号="CS777", 体检日期="2020-02-01")
    told = (await staff.get(await handed_in(staff, workbook(roster(), sheet)))).json()
    assert {line["code"] for line in told["rejections"]} <= told["reasons"].keys()
    assert told["reasons"]["not_on_roster"]["zh"] == "花名册中没有该儿童"


async def test_what_cannot_be_read_leaves_nothing_behind(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    assert (await hand_in(staff, DAMAGED)).status_code == 400
    assert files(served) == []
    assert (await staff.get("/imports")).json()["items"] == []


async def test_an_institution_keeps_so_many_and_another_one_loses_none(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_imports, "MOST_KEPT", 2)
    elsewhere = await served.as_(Role.STAFF, elsewhere=True)
    foreign = await hand_in(elsewhere, b"{}\n", media_type=NDJSON)
    await done(elsewhere, foreign.headers["Location"])
    staff, begun = await served.as_(Role.STAFF), []
    for _ in range(4):
        answer = await hand_in(staff, b"{}\n", media_type=NDJSON)
        await done(staff, answer.headers["Location"])
        begun.append(answer.headers["Location"])
    assert [(await staff.get(each)).status_code for each in begun] == [404, 404, 200, 200]
    assert (await elsewhere.get(foreign.headers["Location"])).status_code == 200
