"""A second person decides, in a browser without a script: what is read before, and what stands afterwards."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from httpx2 import Response

from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, a_browser, reader, signed_in, title_of
from tests.support.given import some
from tests.support.http_given import Story, a_story
from tests.support.shown_forms import fields_of_form, leads_nowhere

RECEIVED = ("2024-03-05", some(ChildReceived, file_no="WH-2024-001"))
NAMED = ("2024-03-05", some(IdentityRecorded, name="王小明", sex="1"))
ADMITTED = ("2024-04-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})
OPINION = "接收决定已核对，同意。"


@dataclass(frozen=True)
class Waiting:
    """A child who was admitted by an exception, and the address of the page on which it is decided."""

    story: Story
    address: str

    def fields(self, page: Response) -> dict[str, str]:
        """The hidden fields of the page's form."""
        form = page.text.partition(f'action="{self.address}"')[2].partition("</form>")[0]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))


async def waiting(served: Served, by: Role = Role.STAFF) -> Waiting:
    """Given a child who was admitted by an exception."""
    story = await a_story(served).given(RECEIVED, NAMED)
    (await story.when(ADMITTED, by=by)).recorded("I01")
    await served.projected()
    return Waiting(story, f"/console/approvals/{story.entries[-1]}")


async def another(served: Served) -> Browser:
    """A browser in which another supervisor of the same institution has signed in."""
    member = await served.container.identity.add_member(
        "周建国", Role.SUPERVISOR, institution=served.home.institution
    )
    token = await served.container.identity.issue(member.user, days=1, purpose="test")
    browser = await a_browser(served)
    await browser.send("/console/sign-in", token=token, reason="")
    return browser


async def test_a_second_person_reads_what_waits_and_approves_it(served: Served) -> None:
    case = await waiting(served)
    own = (await (await signed_in(served, Role.STAFF)).open("/console/today")).text
    assert "还没有审批：1 项" in own
    assert f'href="{case.address}"' in own
    browser = await signed_in(served, Role.SUPERVISOR)
    assert "等待审批的例外和更正：1 项" in (await browser.open("/console/today")).text
    page = await browser.open("/console/approvals")
    for told in ("王小明", "情况特殊，已口头请示。", "批准以后", "驳回以后"):
        assert told in page.text, told
    assert "王小明" not in title_of(page)
    decided = await browser.send(case.address, explanation=OPINION, do="approve", **case.fields(page))
    assert str(decided.url).endswith(f"{case.address}?done=true")
    assert "已记录：已批准。" in decided.text
    assert OPINION in decided.text
    assert "没有此类事项。" in decided.text, "nothing waits any more"
    await served.projected()
    assert await case.story.findings(kind="exception_unapproved") == set()
    settled = await browser.open("/console/approvals?state=approved")
    assert "王小明" in settled.text


async def test_an_exception_that_is_rejected_is_a_breach(served: Served) -> None:
    case = await waiting(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(case.address)
    decided = await browser.send(case.address, explanation=OPINION, do="reject", **case.fields(page))
    assert "已记录：已驳回。" in decided.text
    await served.projected()
    assert ("X10", "exception_rejected") in await case.story.findings(kind="exception_rejected")


async def test_what_one_person_read_is_decided_by_no_other(served: Served) -> None:
    case = await waiting(served)
    read = case.fields(await (await signed_in(served, Role.SUPERVISOR)).open(case.address))
    other = await another(served)
    unread = await other.send(case.address, explanation=OPINION, do="approve", **read)
    assert unread.status_code == 409
    assert title_of(unread).startswith("这一页是给另一个人看的")
    assert OPINION not in unread.text
    assert "ExceptionApproved" not in {each["type"] for each in (await case.story.asked("/entries"))["items"]}
    theirs = case.fields(await other.open(case.address))
    done = await other.send(case.address, explanation=OPINION, do="approve", **theirs)
    assert "已记录：已批准。" in done.text


async def test_without_an_opinion_nothing_is_decided(served: Served) -> None:
    case = await waiting(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(case.address)
    again = await browser.send(case.address, explanation="  ", do="approve", **case.fields(page))
    assert again.status_code == 422
    assert title_of(again).startswith("没有记录：")
    assert again.text.count("填写审批意见。") == 2
    assert ("I01", "exception_unapproved") in await case.story.findings()


async def test_what_one_recorded_oneself_is_listed_and_decided_by_another(served: Served) -> None:
    case = await waiting(served, by=Role.SUPERVISOR)
    own = await (await signed_in(served, Role.SUPERVISOR)).open("/console/approvals")
    assert own.text.count("您本人记录，不能审批") == 2
    assert "<textarea" not in own.text
    assert "<textarea" in (await (await another(served)).open(case.address)).text


async def test_when_another_was_faster_their_decision_is_shown(served: Served) -> None:
    case = await waiting(served)
    first, second = await signed_in(served, Role.SUPERVISOR), await another(served)
    page, other = await first.open(case.address), await second.open(case.address)
    await second.send(case.address, explanation="不同意。", do="reject", **case.fields(other))
    late = await first.send(case.address, explanation=OPINION, do="approve", **case.fields(page))
    assert late.status_code == 409
    assert "此前已经作出决定" in late.text
    assert "不同意。" in late.text
    assert "周建国" in late.text


async def test_a_file_that_moved_meanwhile_is_looked_at_again_and_the_opinion_is_kept(served: Served) -> None:
    case = await waiting(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(case.address)
    await case.story.given(("2024-05-01", some(IdentityRecorded, name="王小明", sex="1")))
    again = await browser.send(case.address, explanation=OPINION, do="approve", **case.fields(page))
    assert again.status_code == 412
    assert "您填写期间，档案有变化" in again.text
    assert OPINION in again.text
    done = await browser.send(case.address, explanation=OPINION, do="approve", **case.fields(again))
    assert "已记录：已批准。" in done.text


async def test_a_form_sent_twice_is_decided_once(served: Served) -> None:
    case = await waiting(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    fields = case.fields(await browser.open(case.address))
    for _ in range(2):
        await browser.send(case.address, explanation=OPINION, do="approve", **fields)
    entries = (await case.story.asked("/entries"))["items"]
    assert [each["type"] for each in entries].count("ExceptionApproved") == 1


async def test_a_decision_is_corrected_in_what_it_says_and_not_in_what_it_decides_on(served: Served) -> None:
    case = await waiting(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(case.address)
    await browser.send(case.address, explanation=OPINION, do="approve", **case.fields(page))
    decided = (await case.story.asked("/entries"))["items"][-1]
    address = f"/console/children/{case.story.child}/entries/{decided['entry_id']}/correct"

    async def sent(page: Response, step: str, **filled: list[str]) -> Response:
        fields = fields_of_form(page) | filled
        return await browser.client.post(
            f"{address}/{step}", data=fields, headers=FROM_HERE, follow_redirects=True
        )

    said = {"reason.code": ["incorrect_data"], "reason.explanation": ["意见漏写依据"]}
    content = await sent(await browser.open(address), "content", **said)
    assert [name for name in fields_of_form(content) if name.startswith("data.")] == ["data.explanation"]
    better = {"data.explanation": ["已核对原件，同意。"]}
    other = {"data.entry": [decided["entry_id"]]}
    assert (await sent(content, "review", **better, **other)).status_code == 400
    review = await sent(content, "review", **better)
    assert re.findall(r'<tr class="changed"><th scope="row"><b>(.*?)</b>', review.text) == ["说明"]
    assert 'content#f-data-entry"' not in review.text
    assert leads_nowhere(review.text) == set()


@pytest.mark.parametrize("wrong", [{"key": "x"}, {"version": "-1"}, {"do": "perhaps"}])
async def test_a_form_of_no_page_is_not_read(served: Served, wrong: dict[str, str]) -> None:
    case = await waiting(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    sent = {"explanation": OPINION, "do": "approve", "version": "3", "key": uuid4().hex} | wrong
    sent["shown_to"] = await reader(served, Role.SUPERVISOR)
    assert (await browser.send(case.address, **sent)).status_code == 400


async def test_who_may_not_decide_reads_why(served: Served) -> None:
    case = await waiting(served)
    page = await (await signed_in(served, Role.STAFF)).open(case.address)
    assert "由负责该档案的主管审批" in page.text
    assert "<textarea" not in page.text
    elsewhere = await signed_in(served, Role.SUPERVISOR, elsewhere=True)
    assert (await elsewhere.open(case.address)).status_code == 404
