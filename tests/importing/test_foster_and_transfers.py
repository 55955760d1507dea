"""Foster care, visits and transfers go in from their sheets: what names another file is never guessed."""

from datetime import date
from uuid import UUID, uuid4

from domain.event import Unknown
from domain.events.community.caring import CommunityVisitMade
from domain.events.family.profile import FamilyRegistered
from domain.events.foster.foster_visits import FosterVisitMade
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementEnded, FosterPlacementStarted
from domain.events.foster.matches import FosterMatchStarted
from domain.events.placement.placed import AfterCareVisitMade
from domain.events.transfer.handing_over import ChildTransferred, TransferApproved, TransferProposed
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW
from tests.support.given import some
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Paper, a_sheet, roster

NOT_ON_PAPER = Unknown("not_on_paper")


def on(day: str) -> Days:
    """Exactly that day."""
    return Days.on(date.fromisoformat(day))


async def a_family(counter: Counter, *, elsewhere: bool = False, **said: str) -> UUID:
    """Open a family's file, at home or in another institution."""
    served = counter.served
    actor = await served.actor("staff", elsewhere=elsewhere)
    outcome = await served.container.ledger.record(
        Recording(
            stream=None,
            drafts=(Draft(event=some(FamilyRegistered, **said), days=on("2016-01-05")),),
            region=(served.elsewhere if elsewhere else served.home).region,
            origin="api",
            recorder=actor.recorder,
            kind="family",
            key=uuid4().hex,
        ),
        now=NOW,
    )
    assert isinstance(outcome, Recorded), outcome
    return outcome.stream


def fostered(family: object) -> Paper:
    """A child that was placed with a family, and came back."""
    return a_sheet("家庭寄养").row(
        儿童编号="CS001",
        寄养家庭档案编号=str(family),
        融合开始日期="2017年1月",
        协议签订日期="2017-03-01",
        协议编号="JY 2017-1",
        协议起始日期="2017-03-01",
        协议终止日期="2018年2月28日",
        主要照料人="于大姐",
        主要照料人出生日期="1975.6.1",
        寄养开始日期="2017-03-02",
        儿童意愿="愿意",
        寄养结束日期="2018-02-01",
        结束原因="返院",
    )


async def test_a_child_is_fostered_by_the_family_whose_file_the_row_names(counter: Counter) -> None:
    family = await a_family(counter)

    report = await counter.take(roster(), fostered(str(family).upper()))

    assert (await counter.only("CS001", FosterMatchStarted)).event.family == family
    agreement = (await counter.only("CS001", FosterAgreementSigned)).event
    assert (agreement.family, agreement.agreement_no) == (family, "JY2017-1")
    assert (agreement.starts_on, agreement.ends_on) == (date(2017, 3, 1), date(2018, 2, 28))
    placed = await counter.only("CS001", FosterPlacementStarted)
    assert (placed.days, placed.event.family) == (on("2017-03-02"), family)
    assert (placed.event.child_consent, placed.event.agreement) == ("agree", NOT_ON_PAPER)
    ended = await counter.only("CS001", FosterPlacementEnded)
    assert (ended.days, ended.event.reason) == (on("2018-02-01"), "back")
    assert report.values == report.rejections == []


async def test_a_row_of_a_family_without_a_file_is_set_aside_with_its_words(counter: Counter) -> None:
    unknown, others = uuid4(), await a_family(counter, elsewhere=True)
    for written in (str(unknown), str(others), "赵大山家"):
        report = await counter.take(roster(), fostered(written))

        file = await counter.file("CS001")
        assert not any(entry.type.startswith("Foster") for entry in file.entries.values())
        assert [(line.sheet, line.row, line.column, line.code, line.value) for line in report.rejections] == [
            ("家庭寄养", 4, "寄养家庭档案编号", "no_such_family", written)
        ]


async def test_a_family_goes_by_who_applied_and_is_the_same_row_by_its_id(counter: Counter) -> None:
    family = await a_family(counter, applicant="赵大山", spouse="李桂兰")
    await a_family(counter, applicant="赵大山峰")
    await a_family(counter, elsewhere=True, applicant="赵大山")

    for written in ("赵 大山", "李桂兰", str(family)):
        report = await counter.take(roster(), fostered(written))

        assert (await counter.only("CS001", FosterPlacementStarted)).event.family == family
        assert report.values == report.rejections == []


async def test_a_name_that_is_nobodys_or_that_of_several_families_is_no_family(counter: Counter) -> None:
    for spouse in ("李桂兰", "于大姐"):
        await a_family(counter, applicant="赵大山", spouse=spouse)
    for written, code in (
        ("赵大山", "family_name_shared"),
        ("赵大", "no_such_family"),
        ("李桂", "no_such_family"),
    ):
        report = await counter.take(roster(), fostered(written))

        assert await counter.told("CS001", FosterPlacementStarted) == []
        assert [(line.sheet, line.row, line.column, line.code, line.value) for line in report.rejections] == [
            ("家庭寄养", 4, "寄养家庭档案编号", code, written)
        ]


async def test_a_row_without_a_family_makes_no_entry(counter: Counter) -> None:
    report = await counter.take(roster(), fostered(""))

    assert await counter.told("CS001", FosterPlacementStarted) == []
    assert {(line.sheet, line.row, line.code) for line in report.rejections} == {
        ("家庭寄养", 4, "not_placed")
    }


async def test_a_visit_in_a_foster_family_names_the_family_too(counter: Counter) -> None:
    family = await a_family(counter)
    sheet = a_sheet("寄养探访").headed(
        "儿童编号", "寄养家庭编号", "探访时间", "探访人员", "生活状况", "希望更换家庭", "评分", "下次探访时间"
    )
    visit = {
        "儿童编号": "CS001",
        "探访人员": "于老师",
        "生活状况": "良好",
        "希望更换家庭": "否",
        "评分": "95分",
    }
    sheet = sheet.row(**visit, 寄养家庭编号=str(family), 探访时间="2017年6月1日", 下次探访时间="2027-01-05")
    sheet = sheet.row(**visit, 寄养家庭编号="赵家", 探访时间="2017年9月1日")

    report = await counter.take(roster(), sheet)

    visited = (await counter.only("CS001", FosterVisitMade)).event
    assert (visited.family, visited.visited_by, visited.living) == (family, "于老师", "良好")
    assert (visited.is_other_family_wished, visited.score, visited.next_on) == (False, 95, date(2027, 1, 5))
    assert [(line.row, line.code, line.value) for line in report.rejections] == [
        (5, "no_such_family", "赵家")
    ]


async def test_visits_after_care_and_where_a_child_lives_go_in_each_by_its_sheet(counter: Counter) -> None:
    after = a_sheet("安置后随访").headed("儿童编号", "回访日期", "方式", "居住状况", "工作情况", "住房状况")
    after = after.row(儿童编号="CS001", 回访日期="2024.5.6", 方式="电话回访", 工作情况="物流公司")
    home = a_sheet("走访探视").row(
        儿童编号="CS001",
        走访日期="2024年5月7日",
        走访人员="督导员",
        走访方式="上门",
        监护情况="祖母照料",
        是否发现风险="无风险",
        下次走访="2026年12月",
    )

    report = await counter.take(roster(), after, home)

    followed = await counter.only("CS001", AfterCareVisitMade)
    assert (followed.days, followed.event.mode, followed.event.job) == (on("2024-05-06"), "phone", "物流公司")
    assert followed.event.next_on is None
    visited = (await counter.only("CS001", CommunityVisitMade)).event
    assert (visited.visitor, visited.mode, visited.guardianship) == ("supervisor", "home", "祖母照料")
    assert (visited.is_risk_found, visited.next_on) == (False, NOT_ON_PAPER)
    assert [(line.column, line.code, line.value) for line in report.values] == [
        ("下次走访", "no_single_day", "2026年12月")
    ]


async def test_a_transfer_without_the_receivers_id_is_proposed_and_not_handed_over(counter: Counter) -> None:
    sheet = a_sheet("移交").headed(
        "儿童编号",
        "提出日期",
        "拟移交日期",
        "移交事由",
        "接收单位",
        "批准日期",
        "审批意见",
        "交接时间",
        "移交清单",
    )
    sheet = sheet.row(
        儿童编号="CS001",
        提出日期="2024-05-06",
        拟移交日期="2024-06-01",
        移交事由="县级移交地市级",
        接收单位="山南市儿童福利院（测试）",
        批准日期="2024年5月",
        审批意见="批准",
        交接时间="2024-06-03",
        移交清单="户口簿、衣物三件",
    )

    report = await counter.take(roster(), sheet)

    proposed = (await counter.only("CS001", TransferProposed)).event
    assert (proposed.receiver, proposed.to_institution) == ("山南市儿童福利院（测试）", None)
    assert (proposed.transfer_reason, proposed.planned_on) == ("county_to_prefecture", date(2024, 6, 1))
    approved = await counter.only("CS001", TransferApproved)
    assert (approved.days, approved.event.decision) == (
        Days(date(2024, 5, 1), date(2024, 5, 31)),
        "approved",
    )
    assert await counter.told("CS001", ChildTransferred) == []
    assert [(line.row, line.column, line.code, line.value) for line in report.values] == [
        (4, "交接时间", "no_receiver", "2024-06-03"),
        (4, "移交清单", "not_placed", "户口簿、衣物三件"),
    ]


async def test_a_child_is_handed_over_to_the_institution_whose_id_the_row_names(counter: Counter) -> None:
    elsewhere = counter.served.elsewhere
    said = {"接收机构编号": str(elsewhere.institution), "审批结果": "同意", "接收机构": elsewhere.name}
    sheet = a_sheet("移交").row(
        儿童编号="CS001",
        审批日期="2024-05-20",
        移交日期="2024-06-03",
        移交原因="医疗需要",
        交接清单="户口簿、衣物三件",
        签字人="于老师，姜老师",
        **said,
    )

    await counter.take(roster(), sheet)

    handed_over = await counter.only("CS001", ChildTransferred)
    assert handed_over.days == on("2024-06-03")
    told = handed_over.event
    assert (told.to_institution, told.receiver) == (elsewhere.institution, elsewhere.name)
    assert (told.transfer_reason, told.signers) == ("care_needs", ("于老师", "姜老师"))
    (item,) = told.items
    assert (item.description, item.count) == ("户口簿、衣物三件", NOT_ON_PAPER)


async def test_a_transfer_to_what_nobody_can_act_for_is_refused(counter: Counter) -> None:
    sheet = a_sheet("移交").row(
        儿童编号="CS001", 移交日期="2024-06-03", 接收机构="邻县福利院", 接收机构编号=str(uuid4())
    )

    report = await counter.take(roster(), sheet)

    assert await counter.told("CS001", ChildTransferred) == []
    assert {(line.sheet, line.row, line.code) for line in report.rejections} == {("移交", 4, "E15")}


async def test_a_hand_over_is_recorded_once_the_receivers_id_is_filled_in(counter: Counter) -> None:
    elsewhere = counter.served.elsewhere
    said = {
        "儿童编号": "CS001",
        "接收机构": elsewhere.name,
        "提出日期": "2024-05-06",
        "移交日期": "2024-06-03",
    }
    await counter.take(roster(), a_sheet("移交").row(**said))
    assert await counter.told("CS001", ChildTransferred) == []

    sheet = a_sheet("移交").row(**said, 接收机构编号=str(elsewhere.institution))
    report = await counter.take(roster(), sheet)

    assert report.rejections == report.values == []
    assert (await counter.only("CS001", ChildTransferred)).event.to_institution == elsewhere.institution
    proposed = await counter.only("CS001", TransferProposed)
    assert proposed.event.to_institution == elsewhere.institution
