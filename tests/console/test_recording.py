"""Recording in a browser without a script: consequences first, refusals told, nothing lost or twice."""

import re
from datetime import date
from typing import Final, Literal
from uuid import UUID

import pytest

from api.console.forms.dry_run import records_type
from api.console.forms.field_controls import OF_PAPERS
from api.identity.permissions import Role
from domain.event import CATALOGUE, Category
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import MOST_HTML, Browser, reader, signed_in, title_of
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form, form_page, leads_nowhere, send
from tests.support.stored import kept

LIFE: Final = (
    ("2024-03-05", some(ChildReceived)),
    ("2024-03-05", some(IdentityRecorded, birth_on=date(2014, 3, 5), sex="2")),
    ("2024-03-20", some(ChildAdmitted)),
    ("2026-01-10", some(PhysicalExamined)),
)
CARE: Final = {
    "occurred": ["2026年11月20日"],
    "data.mode": ["ward"],
    "data.unit": ["一号楼"],
}


async def a_file(served: Served, role: Role = Role.STAFF) -> tuple[Browser, str]:
    """Given a child, and somebody who is signed in: the address of the child's first page."""
    child = await kept(served, given(*LIFE))
    return await signed_in(served, role), f"/console/children/{child}"


async def entries(served: Served, address: str) -> list[str]:
    """The types of what is recorded in a file."""
    file = await served.container.ledger.file(UUID(address.rpartition("/")[2]))
    assert file is not None
    return [entry.type for entry in file.entries.values()]


@pytest.mark.parametrize(("role", "language"), [(Role.STAFF, "en"), (Role.SUPERVISOR, "zh")])
def test_every_event_has_a_form_that_is_whole_and_small(role: Role, language: str) -> None:
    for name, kind in CATALOGUE.items():
        if not records_type(role, kind):
            continue
        page = form_page(kind, role, "zh" if language == "zh" else "en")
        assert len(page.encode()) < MOST_HTML, name
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), name
        labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        assert labelled <= set(ids), name


def test_what_is_amiss_leads_to_its_field_in_every_form_however_little_there_is_to_choose_from() -> None:
    for name, kind in CATALOGUE.items():
        if records_type(Role.SUPERVISOR, kind):
            page = form_page(kind, Role.SUPERVISOR, "zh", amiss=True)
            assert 'href="#f-occurred"' in page, name
            assert leads_nowhere(page) == set(), name


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "不填就是只记日期"), ("en", "Left empty, the day alone")]
)
def test_each_field_about_papers_says_how_it_is_written_and_what_leaving_it_empty_means(
    language: Literal["zh", "en"], said: str
) -> None:
    page = form_page(PhysicalExamined, Role.STAFF, language)
    hints = dict(re.findall(r'<p class="hint" id="h-f-([a-z_]+)">(.*?)</p>', page))
    assert {"occurred", "estimated", *OF_PAPERS} <= {*hints}
    assert said in hints["at"]
    assert all(f'aria-describedby="h-f-{each}"' in page for each in hints)


async def test_why_a_rule_is_not_kept_is_not_lost_before_the_rule_is_chosen(served: Served) -> None:
    browser, address = await a_file(served)
    form = await browser.open(f"{address}/record/CareModeAssigned")
    checked = await send(browser, form, "check", **CARE, **{"exception.reason": ["情况紧急"]})
    assert (checked.status_code, leads_nowhere(checked.text)) == (422, set())
    assert 'href="#f-exception-rule"' in checked.text
    assert fields_of_form(checked)["exception.reason"] == ["情况紧急"]


def test_what_a_role_does_not_see_it_does_not_record() -> None:
    assert not records_type(Role.STAFF, AdoptionRegistered)
    assert records_type(Role.SUPERVISOR, AdoptionRegistered)
    mine = {name for name, kind in CATALOGUE.items() if records_type(Role.STAFF, kind)}
    assert all(CATALOGUE[name].seals not in {Category.ADOPTION, Category.SAFEGUARDING} for name in mine)
    assert mine.isdisjoint({"EntryWithdrawn", "ExceptionApproved", "FilesJoined", "RulebookAdopted"})


@pytest.mark.own_statements
async def test_what_is_due_leads_to_the_form_that_clears_it_and_is_cleared_by_it(served: Served) -> None:
    browser, address = await a_file(served)
    due = await browser.open(f"{address}/due")
    assert f'href="{address}/record?for=D13"' in due.text
    assert re.search(f'<a href="{address}/entries/[0-9a-f-]+">体检</a>', due.text), "what it is counted from"
    form = await browser.open(f"{address}/record?for=D13")
    assert str(form.url).partition("&form=")[0].endswith("/record/PhysicalExamined?for=D13")
    reasons = {name: ["not_asked"] for name in fields_of_form(form) if name.endswith(".unknown")}
    checked = await send(browser, form, "check", occurred=["2026-11-20"], **reasons)
    assert checked.status_code == 200
    assert "试算，尚未记录。" in checked.text
    assert "体检" in checked.text.partition("<aside")[2]
    note = checked.text.partition('role="status"')[2].partition("</p>")[0]
    assert 'form="filled" name="do" value="record"' in note, "one records where one is told that one may"
    assert (await entries(served, address)).count("PhysicalExamined") == 1, "nothing is recorded unseen"
    recorded = await send(browser, checked, "record")
    assert "已记录" in recorded.text
    assert "/history?month=2026-11&recorded=" in str(recorded.url)
    again = await send(browser, checked, "record")
    assert again.url == recorded.url
    assert (await entries(served, address)).count("PhysicalExamined") == 2


@pytest.mark.own_statements
async def test_the_forms_that_one_records_most_are_offered_first_in_any_file(served: Served) -> None:
    browser, address = await a_file(served)
    assert "您常记录的" not in (await browser.open(f"{address}/record")).text
    for day in ("2026-11-20", "2026-11-21"):
        form = await browser.open(f"{address}/record/CareModeAssigned")
        checked = await send(browser, form, "check", **CARE | {"occurred": [day], "data.unit": [day]})
        assert "已记录" in (await send(browser, checked, "record")).text
    elsewhere = f"/console/children/{await kept(served, given(*LIFE))}/record"
    used = (await browser.open(elsewhere)).text.partition("您常记录的")[2].partition("</div>")[0]
    assert re.findall(r"/record/(\w+)", used) == ["CareModeAssigned"]
    other = await signed_in(served, Role.SUPERVISOR)
    assert "您常记录的" not in (await other.open(elsewhere)).text


async def test_values_are_read_back_before_anything_is_recorded(served: Served) -> None:
    browser, address = await a_file(served)
    form = await browser.open(f"{address}/record/CareModeAssigned")
    checked = await send(browser, form, "check", **CARE)
    assert "按 2026-11-20 记录" in checked.text
    assert fields_of_form(checked)["occurred"] == CARE["occurred"], "what was typed stays as typed"
    changed = await send(browser, checked, "record", **{"data.unit": ["二号楼"]})
    assert "CareModeAssigned" not in await entries(served, address), "what was not shown is checked first"
    assert "试算，尚未记录。" in changed.text
    assert "没有记录：您还没有看过" in changed.text
    forged = await send(browser, checked, "check", version=["9" * 5000])
    assert forged.status_code == 400, "no file has such a version"
    unshown = await send(browser, checked, "check", **{"documents.99999999.kind": ["x"]})
    assert unshown.status_code == 400, "no page shows so many rows"


async def test_what_is_amiss_stands_at_each_field_and_in_one_summary(served: Served) -> None:
    browser, address = await a_file(served)
    form = await browser.open(f"{address}/record/CareModeAssigned")
    page = await send(browser, form, "check", occurred=["26.11.20"], **{"data.unit": ["—"]})
    assert page.status_code == 422
    assert title_of(page).startswith("有误：")
    summary = page.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == ["f-occurred", "f-data-mode", "f-data-unit"]
    assert page.text.count("年份只写两位") == 2
    assert 'value="26.11.20"' in page.text
    papers = await send(browser, page, "check", **{"documents.1.issued_on": ["26.11.20"]})
    summary = papers.text.partition('role="alert"')[2].partition("</ul>")[0]
    for label in ("种类", "出具日期"):
        assert f"材料 第 2 项 · {label}：" in summary, "by the number that the page shows"
    more = await send(browser, page, "check", more=["documents"])
    assert "documents.3.kind" in fields_of_form(more)
    assert more.status_code == 200


async def test_a_refusal_says_which_rule_what_the_file_shows_and_what_can_be_done(served: Served) -> None:
    browser, address = await a_file(served, Role.SUPERVISOR)
    form = await browser.open(f"{address}/record/AdoptionRegistered")
    filled = {name: ["?not_asked"] for name in ("data.category", "data.adopter")}
    filled |= {name: ["not_asked"] for name in fields_of_form(form) if name.endswith(".unknown")}
    filled["occurred"] = ["2026-11-20"]
    await send(browser, form, "rehearse", **filled)
    assert "没有草稿" in (await browser.open("/console/drafts")).text, "nothing is kept while one types"
    page = await send(browser, form, "check", **filled)
    assert page.status_code == 422
    assert "已存为草稿" in page.text
    assert title_of(page).startswith("不能记录：")
    assert 'href="/console/rules/I14"' in page.text
    assert "《民法典》第1104条" in page.text
    assert "A child who has reached the age" in page.text
    assert f'href="{address}/record/ChildConsentRecorded"' in page.text
    assert 'name="exception.rule" value="I14"' in page.text
    assert "AdoptionRegistered" not in await entries(served, address)
    unsaid = await send(browser, page, "check", **{"exception.rule": ["I14"]})
    assert "f-exception-reason" in unsaid.text.partition('role="alert"')[2].partition("</ul>")[0]
    placed = await browser.open(f"{address}/record/AdultPlaced")
    filled = {name: ["not_asked"] for name in fields_of_form(placed) if name.endswith(".unknown")}
    filled |= {"occurred": ["2026-11-20"], "data.route": ["social"], "data.hukou_state": ["?not_asked"]}
    refused = (await send(browser, placed, "check", **filled)).text
    assert refused.count("<p><b>办理成年安置的条件</b>") == 1, "a rule is one box, whatever speaks against it"
    assert "（未满18周岁）" in refused
    assert "（尚无经批准的安置方案）" in refused
    # Something else comes first: then one goes on with what was filled in.
    care = await send(browser, await browser.open(f"{address}/record/CareModeAssigned"), "check", **CARE)
    recorded = await send(browser, care, "record")
    (going_on,) = re.findall(
        rf'href="({address}/record/AdoptionRegistered\?draft=[0-9a-f-]+)"', recorded.text
    )
    assert fields_of_form(await browser.open(going_on))["occurred"] == ["2026-11-20"]


@pytest.mark.own_statements
async def test_an_exception_is_recorded_for_another_to_decide(served: Served) -> None:
    browser, address = await a_file(served, Role.SUPERVISOR)
    form = await browser.open(f"{address}/record/AdoptionRegistered")
    filled = {name: ["not_asked"] for name in fields_of_form(form) if name.endswith(".unknown")}
    filled |= {"data.category": ["4"], "data.adopter": ["new"]}
    refused = await send(browser, form, "check", occurred=["2026-11-20"], **filled)
    assert re.findall(r'name="exception.rule" value="([^"]+)"', refused.text) == ["I14"]
    claimed = {"exception.rule": ["I14"], "exception.reason": ["法院判决准予"]}
    checked = await send(browser, refused, "check", **claimed)
    assert "记录为未批准的例外" in checked.text
    assert "由您以外的主管审批" in checked.text
    recorded = await send(browser, checked, "record")
    assert "已记录" in recorded.text
    file = await served.container.ledger.file(UUID(address.rpartition("/")[2]))
    assert file is not None
    *_, last = file.entries.values()
    assert last.exception is not None
    assert (last.type, last.exception.rule) == ("AdoptionRegistered", "I14")


@pytest.mark.own_statements
async def test_what_others_record_meanwhile_is_told_where_it_changes_what_was_shown(served: Served) -> None:
    browser, address = await a_file(served)
    first = await browser.open(f"{address}/record/CareModeAssigned")
    second = await browser.open(f"{address}/record/CareModeAssigned")
    mine = await send(browser, first, "check", **CARE)
    same = await send(browser, second, "check", **CARE)
    other = await browser.open(f"{address}/record/CareModeAssigned")
    theirs = {**CARE, "occurred": ["2026-11-19"], "data.mode": ["family_style"]}
    await send(browser, await send(browser, other, "check", **theirs), "record")
    told = await send(browser, mine, "record")
    assert "您填写期间，档案有变化。" in told.text
    assert "类家庭养育" in told.text
    assert (await entries(served, address)).count("CareModeAssigned") == 1
    assert "已记录" in (await send(browser, told, "record")).text
    used = await send(browser, same, "check", key=fields_of_form(told)["key"], occurred=["2026-11-21"])
    assert "这张表已经记录过了" in (await send(browser, used, "record")).text


async def test_nobody_records_who_may_not_and_nobody_what_is_hidden_from_them(served: Served) -> None:
    browser, address = await a_file(served)
    assert "由主管记录" in (await browser.open(f"{address}/record")).text
    assert (await browser.open(f"{address}/record/AdoptionRegistered")).status_code == 403
    assert (await browser.open(f"{address}/record/EntryWithdrawn")).status_code == 404
    auditor = await signed_in(served, Role.AUDITOR)
    assert (await auditor.open(f"{address}/record")).status_code == 403
    assert f"{address}/record" not in (await auditor.open(address)).text
    past = await browser.open(f"{address}?as_of=2025-01-01")
    assert f"{address}/record" not in past.text, "what is recorded is recorded now"


async def test_what_two_files_record_together_has_a_page_of_two_and_no_form_of_one(served: Served) -> None:
    browser, child = await a_file(served, Role.SUPERVISOR)
    theirs = await reader(served, Role.SUPERVISOR)
    choosing = await browser.open(f"{child}/record")
    assert "/record/FileOpenedByMistake" in choosing.text
    for two, page in (("FilesJoined", "join"), ("FilesSeparated", "separate")):
        assert f"/record/{two}" not in choosing.text
        assert f'href="{child}/{page}"' in choosing.text
        led = await browser.client.get(f"{child}/record/{two}")
        assert (led.status_code, led.headers["location"]) == (303, f"{child}/{page}")
        assert (await browser.send(f"{child}/record/{two}", key="1", shown_to=theirs)).status_code == 404
