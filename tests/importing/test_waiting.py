"""Imports wait within bounds, on disk, and in turns; what came of one is kept for its institution."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from api import jobs
from api.contract.problems import Problem
from api.identity.permissions import SEES, Role
from api.jobs import Job, Jobs
from api.spool import Spool, spooled
from domain.label import Label
from tests.support.client import NOW, Served
from tests.support.imports_http import NDJSON, done, hand_in
from tests.support.registers.paper import a_sheet, roster, workbook
from tests.support.stored import noted
from tests.support.waiting import until

ONE, OTHER = uuid4(), uuid4()


class Work:
    """Work that goes on until it is let go."""

    def __init__(self, result: dict[str, Any] | Exception | None = None) -> None:
        self.go = asyncio.Event()
        self.result = result or {}

    async def __call__(self, job: Job) -> dict[str, Any]:
        """Do it in a turn."""
        job.accepted.set()
        async with job.turn():
            await self.go.wait()
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def begun(
    own: Jobs, work: Work, *, person: UUID | None = None, institution: UUID = ONE, size: int = 1
) -> Job:
    """Start work of somebody."""
    with own.place(person or uuid4(), institution, size) as place:
        return own.start(place, work)


@pytest.fixture
async def own() -> AsyncIterator[Jobs]:
    """Give the jobs of one process."""
    made = Jobs()
    yield made
    await made.close()


async def test_one_institution_s_second_job_waits_behind_another_s_first(own: Jobs) -> None:
    works = [Work() for _ in range(3)]
    first = begun(own, works[0])
    second = begun(own, works[1])
    third = begun(own, works[2], institution=OTHER)
    await until(lambda: first.state == "running")

    works[0].go.set()
    await until(lambda: third.state == "running")
    assert second.state == "queued"
    works[2].go.set()
    await until(lambda: second.state == "running")


async def test_a_person_an_institution_and_all_have_so_many_places(own: Jobs) -> None:
    person = uuid4()
    for _ in range(jobs.MOST_OF_PERSON):
        begun(own, Work(), person=person)
    with pytest.raises(Problem, match="too_many_requests"):
        begun(own, Work(), person=person)

    for _ in range(jobs.MOST_OF_INSTITUTION - jobs.MOST_OF_PERSON):
        begun(own, Work())
    with pytest.raises(Problem, match="too_many_requests"):
        begun(own, Work())

    for number in range(jobs.MOST_IN_ALL - jobs.MOST_OF_INSTITUTION):
        begun(own, Work(), institution=UUID(int=number // jobs.MOST_OF_INSTITUTION))
    with pytest.raises(Problem, match="unavailable") as refused:
        begun(own, Work(), institution=OTHER)
    assert int(refused.value.response.headers["Retry-After"]) > 1


async def test_what_waits_has_so_many_bytes(own: Jobs) -> None:
    begun(own, Work(), size=jobs.MOST_BYTES_OF_INSTITUTION - 1)
    begun(own, Work(), size=1)
    with pytest.raises(Problem, match="too_many_requests"):
        begun(own, Work(), size=1)
    begun(own, Work(), institution=OTHER, size=1)


async def test_a_place_is_free_again_when_its_job_has_ended_or_was_never_begun(own: Jobs) -> None:
    works = [Work(), Work(RuntimeError())]
    ended = [begun(own, work, size=jobs.MOST_BYTES_OF_INSTITUTION // 2) for work in works]
    for work in works:
        work.go.set()
    await until(lambda: all(job.final_answer for job in ended))
    with pytest.raises(RuntimeError), own.place(ONE, ONE, jobs.MOST_BYTES_OF_INSTITUTION):
        raise RuntimeError

    begun(own, Work(), size=jobs.MOST_BYTES_OF_INSTITUTION)


async def test_a_job_that_fails_says_why(own: Jobs) -> None:
    work = Work(Problem("malformed", Label("已损坏。", "It is damaged.")))
    work.go.set()
    job = begun(own, work)
    await until(lambda: bool(job.final_answer))

    assert b'"state":"failed"' in job.final_answer
    assert "已损坏。".encode() in job.final_answer


# -- on disk


def test_a_body_that_waits_is_sealed_for_its_owner_alone(tmp_path: Path) -> None:
    secret, path, key = "王小明".encode() * 100_000, tmp_path / "body", b"k" * 32
    with Spool(path, key) as spool:
        for start in range(0, len(secret), 70_000):
            spool.write(secret[start : start + 70_000])
        assert spool.size == len(secret)
        assert b"".join(spool.parts()) == b"".join(spool.parts()) == secret
    assert path.stat().st_mode & 0o077 == 0
    assert "王小明".encode() not in path.read_bytes()
    assert b"".join(spooled(path, key)) == secret
    assert b"".join(spooled(path, b"x" * 32)) != secret


# -- over HTTP


async def test_who_has_enough_under_way_is_told_so_before_the_body_is_read(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_OF_PERSON", 0)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1000

    staff = await served.as_("staff")

    refused = await staff.post("/imports", content=endless(), headers={"Content-Type": NDJSON})

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) > 1
    assert sent <= 2


async def test_what_waits_too_long_to_be_read_is_accepted_and_says_later_that_it_cannot_be(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.import_starting.ANSWER_SECONDS", 0.01)
    staff = await served.as_("staff")
    reading = served.app.state.tenants.reading

    async with reading._turns.of("somebody else"):  # noqa: SLF001 - whose file is being read
        answer = await hand_in(staff, b"PK\x03\x04 damaged")
        assert answer.status_code == 202
        assert (answer.json()["state"], answer.json()["progress"]) == ("queued", 0.0)
    told = await done(staff, answer.headers["Location"])

    assert (told["state"], told["problem"]["code"], told["problem"]["status"]) == ("failed", "malformed", 400)
    assert "已损坏" in told["problem"]["detail_zh"]


async def test_what_waits_for_its_turn_is_read_again_when_it_comes(served: Served) -> None:
    staff, elsewhere = await served.as_("staff"), await served.as_("staff", elsewhere=True)
    turns = served.container.jobs._turns  # noqa: SLF001 - somebody else's import goes on

    async with turns.of("somebody else"):
        answer = await hand_in(staff, workbook(roster()))
        assert answer.json()["state"] == "queued"
        refused = await hand_in(elsewhere, b"PK\x03\x04 damaged")
        assert refused.status_code == 400
    told = await done(staff, answer.headers["Location"])

    assert (told["state"], told["recorded"]) == ("done", 1)


async def test_to_read_a_report_that_shows_cells_is_noted_with_whose_they_are(served: Served) -> None:
    staff = await served.as_("staff")
    sheet = (
        a_sheet("体检")
        .row(儿童编号="CS001", 体检日期="2021年13月5日")
        .row(儿童编号="CS777", 体检日期="2020-02-01")
    )
    answer = await hand_in(staff, workbook(roster(), sheet))
    told = await done(staff, answer.headers["Location"])
    await served.projected()
    assert [line["value"] for line in told["rejections"]] == ["2021年13月5日", "CS777"]

    ((child,),) = await noted(
        served, "SELECT child FROM register WHERE institution = %s", served.home.institution
    )
    job = UUID(answer.headers["Location"].rpartition("/")[2])
    rows = await noted(
        served,
        "SELECT DISTINCT child, categories FROM access WHERE purpose = 'import report' AND at = %s",
        NOW,
    )
    sees = sorted(SEES[Role.STAFF])
    assert sorted(rows) == sorted([(child, sees), (job, sees)])


async def test_to_read_a_report_that_shows_nobody_is_not_noted(served: Served) -> None:
    staff = await served.as_("staff")
    await done(staff, (await hand_in(staff, workbook(roster()))).headers["Location"])

    assert not await noted(served, "SELECT FROM access WHERE purpose = %s", "import report")
