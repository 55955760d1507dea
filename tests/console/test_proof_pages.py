"""A file against the log, on its page: what is sound, what was altered, and what an auditor takes away."""

import io
import re
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import orjson
import pytest

from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import given, some
from tests.support.stored import as_owner, kept


@pytest.fixture
async def child(served: Served) -> UUID:
    """Given a child of whom two entries stand in the signed log."""
    child = await kept(
        served, given(("2020-03-05", some(ChildReceived)), ("2020-03-20", some(ChildAdmitted)))
    )
    await served.projected()
    await served.container.transparency_log.catch_up()
    return child


async def positions(served: Served, child: UUID) -> list[int]:
    return [each.position for each in await served.container.ledger.store.stream(child)]


async def test_a_file_is_verified_entry_by_entry_as_its_page_is_opened(served: Served, child: UUID) -> None:
    auditor = await signed_in(served, Role.AUDITOR)
    page = await auditor.open(f"/console/children/{child}/proof")
    assert page.status_code == 200
    assert "2 条全部与登记时一致。" in page.text
    assert "2 条中有 2 条在签过名的日志中" in page.text
    assert page.text.count("一致，在日志中") == 2
    first, second = await positions(served, child)
    proof = await auditor.open(f"/console/log/proofs/{first}")
    assert proof.text.startswith("c2sp.org/tlog-proof@v1\n")
    assert f"entry-{first}.tlog-proof" in proof.headers["content-disposition"]
    taken = await auditor.open(f"/console/children/{child}/bundle?position={second}&category=identity")
    with ZipFile(io.BytesIO(taken.content)) as bundle:
        lines = [orjson.loads(each) for each in bundle.read("entries.ndjson").splitlines()]
    assert ["stored" in each for each in lines] == [False, True]


async def test_an_altered_entry_stands_in_red_with_the_first_bad_position(
    served: Served, child: UUID
) -> None:
    first, second = await positions(served, child)
    (body,) = await as_owner(served, "SELECT body FROM entry WHERE position = %s", second)
    document: dict[str, Any] = orjson.loads(body)
    document["region"] = "110000"
    other = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    await as_owner(served, "UPDATE entry SET body = %s WHERE position = %s", other, second)
    page = await (await signed_in(served, Role.AUDITOR)).open(f"/console/children/{child}/proof")
    assert page.status_code == 200
    alert = re.search(r'<div class="errors" role="alert".*?</div>', page.text, re.DOTALL)
    assert alert is not None
    assert f"第一处：第 2 条（账本位置 {second}）" in alert[0]
    assert str(first) not in re.findall(r"账本位置 ([0-9]+)", alert[0])
    assert "全部与登记时一致" not in page.text


async def test_a_file_that_cannot_be_read_any_more_says_so_and_its_proof_names_the_entry(
    served: Served, child: UUID
) -> None:
    """By a process that has not read the file before it was altered."""
    first, _ = await positions(served, child)
    await as_owner(served, "UPDATE entry SET body = body || '\\x20' WHERE position = %s", first)
    served.container.ledger.repository.cache.clear()
    auditor = await signed_in(served, Role.AUDITOR)
    page = await auditor.open(f"/console/children/{child}/proof")
    assert page.status_code == 200
    assert f"第一处：第 1 条（账本位置 {first}）" in page.text
    assert "这份档案现在读不出来" in page.text
    for told in (
        await auditor.open(f"/console/children/{child}"),
        await (await served.as_(Role.AUDITOR)).get(f"/children/{child}"),
    ):
        assert told.status_code == 500
        assert "与登记时不符" in told.text


async def test_a_leaf_that_was_replaced_in_the_log_is_found_though_the_entry_stands(
    served: Served, child: UUID
) -> None:
    first, _ = await positions(served, child)
    log = served.container.transparency_log
    own = await log.leaf_at(first)
    assert own is not None
    statement = (
        "UPDATE log_tile SET content = overlay(content PLACING %s::bytea FROM position(%s::bytea IN content))"
        " WHERE leaves = 'entry' AND position(%s::bytea IN content) > 0"
    )
    await as_owner(served, statement, own.replace(b'"v":1', b'"v":9'), own, own)
    answer = await (await served.as_(Role.AUDITOR)).get(f"/children/{child}/integrity")
    told = answer.json()
    assert (told["first_bad_version"], told["entries"], told["in_log"]) == (1, 2, 1)
    assert "日志" in told["items"][0]["zh"]
    page = await (await signed_in(served, Role.SUPERVISOR)).open(f"/console/children/{child}/proof")
    assert f"第一处：第 1 条（账本位置 {first}）" in page.text


async def test_only_who_answers_for_a_file_verifies_it(served: Served, child: UUID) -> None:
    for role, status in ((Role.STAFF, 403), (Role.BUREAU, 403), (Role.ADMINISTRATOR, 200)):
        browser = await signed_in(served, role)
        assert (await browser.open(f"/console/children/{child}/proof")).status_code == status, role
        assert (await browser.open("/console/log")).status_code == status, role
    administrator = await signed_in(served, Role.ADMINISTRATOR)
    page = await administrator.open(f"/console/children/{child}/proof")
    assert "下载证据包" not in page.text
    assert (await administrator.open(f"/console/children/{child}/bundle")).status_code == 403
    elsewhere = await signed_in(served, Role.AUDITOR, elsewhere=True)
    assert (await elsewhere.open(f"/console/children/{child}/proof")).status_code == 404


async def test_the_logs_tell_how_far_they_are_signed_and_a_fork_in_red(served: Served, child: UUID) -> None:
    auditor = await signed_in(served, Role.AUDITOR)
    page = await auditor.open("/console/log")
    count = (await served.container.ledger.head()).position
    assert f"{count} 条，共 {count} 条" in page.text
    assert served.container.transparency_log.verifier in page.text
    assert 'class="errors"' not in page.text
    served.container.transparency_log.forked = True
    assert "日志分叉" in (await auditor.open("/console/log")).text
    assert "日志分叉" in (await auditor.open(f"/console/children/{child}/proof")).text
