"""An import records what who imports may record: in files of the institution, of what they are shown."""

import pytest

from api.identity.permissions import Role
from api.imports.report.import_report import Report
from domain.entry import Recorder
from domain.event import Event
from domain.events.adoption.assessment import RegistrarNoticePublished
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.health import PhysicalExamined
from tests.support.client import Served
from tests.support.http_given import a_story
from tests.support.imports_http import done, hand_in
from tests.support.registers.counter import Counter
from tests.support.registers.paper import a_sheet, roster, workbook
from tests.support.restricted_files import may_read

CHILDREN = roster()
EXAMINED = a_sheet("体检").row(儿童编号="CS001", 体检日期="2020-03-04", 结论="正常")
ADOPTED = a_sheet("收养").row(
    儿童编号="CS001", 公告日期="2019-01-04", 登记日期="2020-09-14", 收养类别="孤儿", 备注="由其舅父收养"
)


def rejected(report: Report) -> list[tuple[str, int, str]]:
    return [(line.sheet, line.row, line.code) for line in report.rejections]


async def recorder(served: Served, role: str) -> Recorder:
    """Somebody of a role at home, or the operating system's administrator."""
    if role == "operator":
        return (await served.container.identity.operator()).recorder
    return (await served.actor(role)).recorder


# What one is not shown


async def test_of_a_row_staff_record_what_they_are_shown(counter: Counter) -> None:
    report = await counter.take(CHILDREN, ADOPTED, role="staff")

    # The notice is public; the rest of the row is said to be the supervisor's.
    assert rejected(report) == [("收养", 4, "not_your_category")]
    assert (await counter.only("CS001", RegistrarNoticePublished)).note is None
    assert await counter.told("CS001", AdoptionRegistered) == []
    report.account.prove()

    again = await counter.take(CHILDREN, ADOPTED, role="supervisor")
    assert rejected(again) == []
    adopted = await counter.only("CS001", AdoptionRegistered)
    assert (adopted.event.category, adopted.note) == ("2", "由其舅父收养")


async def test_the_operating_systems_administrator_imports_a_register_whole(counter: Counter) -> None:
    operator = await recorder(counter.served, "operator")
    report = await counter.take_as(operator, workbook(CHILDREN, ADOPTED))
    assert rejected(report) == []
    assert await counter.told("CS001", AdoptionRegistered)


@pytest.mark.usefixtures("restricting_nothing")
@pytest.mark.parametrize("told", ["as it stands", "otherwise", "no more"])
async def test_who_is_not_shown_a_row_is_not_told_whether_the_ledger_has_it(
    counter: Counter, told: str
) -> None:
    unknown = rejected(await counter.take(CHILDREN, ADOPTED, role="staff"))
    await counter.take(CHILDREN, ADOPTED, role="supervisor")
    before = await counter.head()

    row = {
        "as it stands": ADOPTED,
        "otherwise": a_sheet("收养").row(
            儿童编号="CS001", 公告日期="2019-01-04", 登记日期="2020-09-15", 收养类别="孤儿", 备注="另有记载"
        ),
        "no more": a_sheet("收养"),
    }[told]
    report = await counter.take(CHILDREN, row, role="staff")

    assert rejected(report) == ([] if told == "no more" else unknown)
    # The notice is theirs to know of, and no more of the row.
    assert [line.row for line in report.missing] == ([4] if told == "no more" else [])
    assert report.values == []
    assert await counter.head() == before


async def test_staff_hand_in_over_http_what_they_are_shown(served: Served) -> None:
    staff = await served.as_("staff")
    for query in ("?dry_run=true", ""):
        answer = await hand_in(staff, workbook(CHILDREN, ADOPTED), query=query)
        told = await done(staff, answer.headers["Location"])
        assert [(each["row"], each["code"]) for each in told["rejections"]] == [(4, "not_your_category")]


# As found


@pytest.mark.parametrize(("day", "as_found"), [("2026-11-21", False), ("2026-10-23", True)])
async def test_what_is_forbidden_and_new_is_rejected_with_its_rule(
    counter: Counter,
    day: str,
    as_found: bool,  # noqa: FBT001 - a table
) -> None:
    adopted = a_sheet("收养").row(儿童编号="CS001", 登记日期=day, 收养类别="5")
    report = await counter.take(CHILDREN, adopted, role="supervisor")
    assert rejected(report) == ([] if as_found else [("收养", 4, "I12")])
    assert bool(await counter.told("CS001", AdoptionRegistered)) == bool(report.as_found) == as_found
    report.account.prove()


# Whose file it is


@pytest.mark.parametrize("role", ["staff", "supervisor", "operator"])
@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_former_institution_imports_nothing_into_the_file_it_opened(
    counter: Counter,
    handing_over: Event,
    role: str,
    dry_run: bool,  # noqa: FBT001 - a table
) -> None:
    await counter.take(CHILDREN)
    story = a_story(counter.served)
    story.child = str(counter.stream("CS001"))
    await story.given(("2021-06-01", handing_over))
    await counter.served.projected()
    before = await counter.file("CS001")

    content = workbook(CHILDREN.row(儿童编号="CS002", 姓名="李小红", 接收日期="2017-05-01"), EXAMINED)
    report = await counter.take_as(await recorder(counter.served, role), content, dry_run=dry_run)

    assert rejected(report) == [("儿童花名册", 4, "not_yours"), ("体检", 4, "not_yours")]
    assert not report.missing
    assert (await counter.file("CS001")).version == before.version
    assert bool(await counter.head() > before.position) is not dry_run
    report.account.prove()


# Restricted files


async def test_of_a_restricted_file_an_importer_learns_only_what_they_state_again(counter: Counter) -> None:
    """Adopted in 2020: what occurred before is restricted, and a new row before it is recorded untold."""
    first = await counter.take(CHILDREN, EXAMINED, ADOPTED, role="supervisor")
    assert rejected(first) == []

    again = await counter.take(CHILDREN, EXAMINED, ADOPTED, role="supervisor")
    assert (rejected(again), again.json()["already"]) == ([], 3)

    otherwise = a_sheet("体检").row(儿童编号="CS001", 体检日期="2020-03-04", 结论="发育迟缓")
    report = await counter.take(CHILDREN, otherwise, ADOPTED, role="supervisor")
    assert rejected(report) == [("体检", 4, "restricted")]
    assert (await counter.only("CS001", PhysicalExamined)).event.summary == "正常"
    report.account.prove()

    earlier = a_sheet("体检").row(儿童编号="CS001", 体检日期="2019-03-04", 结论="正常")
    report = await counter.take(CHILDREN, earlier, ADOPTED, role="supervisor")
    # That the examination of 2020 stands in the file, and not in this register, is not told either.
    assert (rejected(report), report.json()["recorded"], len(report.missing)) == ([], 1, 0)


async def test_with_an_approved_purpose_an_importer_corrects_a_restricted_file(counter: Counter) -> None:
    await counter.take(CHILDREN, EXAMINED, ADOPTED, role="supervisor")
    await may_read(counter.served, counter.stream("CS001"), Role.SUPERVISOR)
    otherwise = a_sheet("体检").row(儿童编号="CS001", 体检日期="2020-03-04", 结论="发育迟缓")

    assert rejected(await counter.take(CHILDREN, otherwise, ADOPTED, role="supervisor")) == []

    assert (await counter.only("CS001", PhysicalExamined)).event.summary == "发育迟缓"
