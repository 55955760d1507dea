"""Every page, for every role and in both languages: it renders and shows no more than it may."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

import pytest

from api.console.rendering import STATICS
from api.identity.permissions import SEES, Role
from domain.event import CATALOGUE, Category, Event, Unknown, fields_of
from domain.events.adoption.assessment import AdoptabilityAssessed
from domain.events.departure import ChildDied
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.rehabilitation import RehabPlanMade
from domain.events.schooling import SchoolEnrolled
from domain.when import day_of
from tests.support.client import Served
from tests.support.console import ADDRESSES, NAME, NUMBER, TOLD, a_browser, is_sound, signed_in, title_of
from tests.support.family_files import a_family
from tests.support.given import given, some
from tests.support.imports_http import NDJSON, done, hand_in
from tests.support.issued import an_issued_report
from tests.support.logged import logged
from tests.support.stored import kept
from tests.support.whole_events import free_texts, full, marker

LIFE: Final = (
    ("2010-03-05", some(ChildReceived, file_no=NUMBER)),
    ("2010-03-05", some(IdentityRecorded, name=NAME, birth_on=date(2009, 3, 5), sex="2")),
    ("2010-03-20", some(ChildAdmitted)),
    ("2010-03-21", some(ChildAdmitted), {"exception": "I03"}),
    ("2015-09-01", some(SchoolEnrolled)),
    ("2020-11-12", some(PhysicalExamined)),
)
RECEIVED: Final = (
    some(ChildReceived),
    some(IdentityRecorded, birth_on=date(2005, 1, 1), sex="2"),
    some(ChildAdmitted),
)
OF_PAGES: Final[Mapping[str, str]] = {
    "rule": "D11",
    "field": "schooling.enrolled",
    "table": "stage",
    "name": "ChildReceived",
    "ticket": str(UUID(int=7)),
}
"""What the addresses of pages name besides a file."""
OF_KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "family": {"field": "profile.applicant", "name": "FosterFamilyTrained"},
    "institution": {"field": "particulars.name", "name": "DrillConducted"},
}
"""What the addresses of pages about a family or an institution name instead."""
ALIKE: Final = frozenset({Role.STAFF, Role.SUPERVISOR, Role.AUDITOR})
"""Roles whose pages ask a database what those of the other roles ask."""
ASKING: Final = "zh"
"""The language in which pages are opened on another database: those in English ask it the same."""
MOST_CSS, MOST_SCRIPT = 20_000, 6_000
DONE, FORBIDDEN, NOT_FOUND = 200, 403, 404
NOT_SET_UP: Final = "/console/sign-in/oidc"
"""Leads to an identity provider, which none of these tests has."""


@dataclass(frozen=True)
class Others:
    """What pages are about, beside a child: a family, an import and a report."""

    family: UUID
    job: str
    report: str


def asks_alike(role: Role, language: str) -> bool:
    """Tell whether pages of a role in a language ask a database what others do."""
    return role in ALIKE or language != ASKING


async def others(served: Served) -> Others:
    """Given a family, an import and a report."""
    family = UUID(await a_family(served, NAME))
    supervisor = await served.as_(Role.SUPERVISOR)
    handed_in = await hand_in(supervisor, b"{}", media_type=NDJSON, query="?dry_run=true")
    await done(supervisor, handed_in.headers["Location"])
    return Others(family, handed_in.headers["Location"].rpartition("/")[2], await an_issued_report(served))


async def addresses(served: Served, child: UUID, beside: Others | None = None) -> list[str]:
    """The addresses of all pages, of a child, of an exception that its file claims, and of an import.

    The pages about a family and an institution are of those whose files were opened.
    """
    beside = beside or await others(served)
    streams = {"child": child, "family": beside.family, "institution": served.home.institution}
    user = (await served.actor(Role.STAFF)).user
    named = {}
    for kind, stream in streams.items():
        file = await served.container.ledger.file(stream)
        assert file is not None
        claim = next((each for each in file.entries.values() if each.exception), file.newest)
        about = {
            **OF_PAGES,
            **OF_KINDS.get(kind, {}),
            "job": beside.job,
            "report": beside.report,
            "user": user,
            kind: stream,
        }
        named[kind] = {**about, "entry": claim.entry_id}
    return [each.format(**named[_kind(each)]) for each in ADDRESSES]


def _kind(address: str) -> str:
    return next((kind for kind in OF_KINDS if f"{{{kind}}}" in address), "child")


async def a_child(served: Served) -> UUID:
    """Given a child with a life."""
    return await kept(served, given(*LIFE))


@pytest.mark.parametrize(
    ("role", "language"),
    [
        pytest.param(role, language, marks=() if asks_alike(role, language) else pytest.mark.own_statements)
        for role, language in product(Role, TOLD)
    ],
)
async def test_every_page_renders_for_every_role_in_both_languages(
    served: Served, role: Role, language: str
) -> None:
    child = await a_child(served)
    browser, every = await signed_in(served, role), await addresses(served, child)
    await browser.prefer(language=language)
    for address in every:
        page = await browser.open(address)
        assert page.status_code in {DONE, FORBIDDEN, NOT_FOUND}, (address, page.text)
        is_sound(page, language)
        opens = Role.ADMINISTRATOR if address.startswith("/console/admin/") else Role.SUPERVISOR
        if role is opens and address != NOT_SET_UP:
            assert page.status_code == DONE, (address, page.text)
    is_sound(await browser.open("/console/nowhere"), language)


async def test_every_link_of_a_page_leads_to_a_page(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    links = {
        urljoin(address, link.replace("&amp;", "&"))
        for address in await addresses(served, child)
        for link in re.findall(r'(?:href|action)="([^"#]+)"', (await browser.open(address)).text)
    }
    ours = {link for link in links if link.startswith("/console")}
    assert ours == links, "nothing leads elsewhere"
    assert len(ours) > 20
    # Each form is opened where forms are tested.
    others = {link for link in ours if not re.search(r"/record/[A-Z]|/(?:dossier|file)\.pdf", link)}
    for link in sorted(others - {"/console/sign-out", "/console/search"})[:150]:
        assert (await browser.open(link)).status_code == DONE, link


@pytest.mark.own_statements
async def test_recording_is_offered_to_whoever_may_record_in_the_file(served: Served) -> None:
    """A bureau only supervises what institutions record, though it records in the files of its places."""
    child = await a_child(served)
    for role, offered in ((Role.STAFF, True), (Role.BUREAU, False), (Role.AUDITOR, False)):
        browser = await signed_in(served, role)
        for address in ("/console/today", f"/console/children/{child}", f"/console/children/{child}/due"):
            page = await browser.open(address)
            assert (f"/console/children/{child}/record" in page.text) is offered, (role, address)
    refused = await (await signed_in(served, Role.BUREAU)).open(f"/console/children/{child}/record")
    assert refused.status_code == FORBIDDEN
    assert "再试一次" not in refused.text, "it would be refused again"


async def test_the_keys_of_every_page_are_those_that_the_help_lists(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.STAFF)
    file = await browser.open(f"/console/children/{child}")
    listed = re.findall(r"Alt \+ (\d)", (await browser.open("/console/keys")).text)
    assert (
        sorted(listed) == sorted(re.findall(r'accesskey="(\d)"', file.text)) == ["0", "1", "2", "3", "8", "9"]
    )


async def test_a_file_without_a_number_has_a_title(served: Served) -> None:
    child = await kept(served, given(("2010-03-05", some(IdentityRecorded))))
    page = await (await signed_in(served, Role.STAFF)).open(f"/console/children/{child}")
    assert title_of(page) == "档案：情况 – 儿童台账"


async def test_what_pages_load_has_its_content_in_its_name_and_is_kept_for_ever(served: Served) -> None:
    browser = await a_browser(served)
    page = await browser.open("/console/sign-in")
    for name, (served_as, content, media_type) in STATICS.items():
        assert len(content) < (MOST_CSS if media_type == "text/css" else MOST_SCRIPT), name
        loaded = await browser.open(f"/console/static/{served_as}")
        assert (loaded.status_code, loaded.content) == (DONE, content)
        assert "immutable" in loaded.headers["cache-control"]
        assert loaded.headers["content-type"].startswith(media_type)
    assert STATICS["console.css"][0] in page.text
    assert (await browser.open("/console/static/console.css")).status_code == NOT_FOUND


async def test_the_front_page_leads_a_browser_to_the_console_and_nobody_else(served: Served) -> None:
    client = await served.client()
    led = await client.get("/", headers={"Accept": "text/html,*/*"})
    assert (led.status_code, led.headers["location"]) == (303, "/console")
    assert (await client.get("/", headers={"Accept": "application/json"})).status_code == NOT_FOUND


# Nothing beyond the role


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TOWNSHIP])
async def test_what_a_role_may_not_see_is_nowhere_on_a_page(
    served: Served, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    """A file of all events of a child, every text of which is a marker, sealed under its category."""
    told = given(*(("2012-03-05", each) for each in RECEIVED))
    hidden = set[str]()
    for kind in (each for each in CATALOGUE.values() if each.kind == "child"):
        told = told.and_("2012-03-06", full(kind))
        note, noted_by = marker(), marker()
        told.entries[-1] = noted = replace(told.entries[-1], note=note, noted_by=noted_by)
        hidden |= {*of_categories(noted.event, frozenset(Category) - SEES[role])}
        if noted.event.seals not in SEES[role]:
            hidden |= {note, noted_by}
    beside = await others(served)
    # What was known of so long a life, entry by entry, takes longest by far; none of these pages asks for it.
    monkeypatch.setattr("projections.projector.known_range.KnownRange.step", nothing_more)
    child = await kept(served, told)
    browser = await signed_in(served, role)
    for address in await addresses(served, child, beside):
        page = await browser.open(address)
        assert page.status_code in {DONE, FORBIDDEN, NOT_FOUND}, (address, page.text)
        assert {text for text in hidden if text in page.text} == set(), address


async def nothing_more(*_: object) -> int:
    """Write nothing of what was known when."""
    return 0


def of_categories(event: Event, categories: frozenset[Category]) -> Iterator[str]:
    """The markers of an event's fields of these categories."""
    for spec in fields_of(type(event)):
        if spec.personal is not None and spec.personal.category in categories:
            yield from free_texts(getattr(event, spec.name))


async def test_absence_has_four_looks(served: Served) -> None:
    child = await kept(served, given(*LIFE, ("2021-03-05", some(AdoptabilityAssessed))))
    staff = await signed_in(served, Role.STAFF)
    page = await staff.open(f"/console/children/{child}")
    assert "没有记录" in page.text
    assert '<span class="masked">不予显示：收养信息</span>' in page.text


async def test_a_child_that_died_ages_and_is_made_ready_no_more(served: Served) -> None:
    """Given a child that died at eleven, then its pages say so of today, too."""
    child = await kept(served, given(*LIFE, ("2020-11-20", some(ChildDied))))
    await served.projected()
    staff = await signed_in(served, Role.STAFF)
    assert "11 岁" in (await staff.open(f"/console/children/{child}")).text
    assert "11 岁" in (await staff.open("/console/children")).text
    readiness = await staff.open(f"/console/children/{child}/readiness")
    assert "儿童已死亡" in readiness.text
    assert "满十八周岁" not in readiness.text


async def test_nothing_personal_stands_in_a_log(served: Served) -> None:
    child = await a_child(served)
    with logged() as said:
        browser = await signed_in(served, Role.STAFF)
        found = await browser.send("/console/search", q=NAME)
        await browser.open(f"/console/children/{child}/history?month=2015-09")
        await browser.open(f"/console/children?found={NAME}")
    assert str(found.url).endswith(f"/console/children/{child}")
    text = said.getvalue()
    assert '"route":"/console/children/{child}/history"' in text
    for told in (NAME, NUMBER, "2015-09", str(child)):
        assert told not in text


# Finding a child


async def test_a_search_that_finds_one_opens_its_file(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.STAFF)
    for query in (NAME, "biaoji", NUMBER):
        page = await browser.send("/console/search", q=query)
        assert str(page.url).endswith(f"/console/children/{child}"), query


async def test_what_was_searched_for_is_in_no_address_but_found_by_a_ticket(
    served: Served,
) -> None:
    for _ in range(2):
        await served.a_child("欧阳小明")
    await served.projected()
    browser = await signed_in(served, Role.STAFF)
    page = await browser.send("/console/search", q="欧阳")
    assert page.status_code == DONE
    assert page.text.count("欧阳小明") == 2
    assert re.search(r"/console/children\?found=[0-9a-f-]{36}$", str(page.url))
    again = await browser.open(str(page.url))
    assert "欧阳小明" in again.text
    other = await signed_in(served, Role.STAFF)
    assert (await other.open(str(page.url))).status_code == NOT_FOUND


async def test_a_search_without_a_hit_says_so(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    page = await browser.send("/console/search", q="无此人")
    assert "没有找到" in page.text


async def test_a_file_out_of_scope_is_answered_as_one_that_is_not_there(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.STAFF, elsewhere=True)
    there = await browser.open(f"/console/children/{child}")
    nowhere = await browser.open(f"/console/children/{UUID(int=7)}")
    assert there.status_code == nowhere.status_code == NOT_FOUND
    assert there.text.replace(str(child), "") == nowhere.text.replace(str(UUID(int=7)), "")
    misspelt = await browser.open("/console/children/none")
    assert misspelt.status_code == NOT_FOUND
    assert misspelt.text.replace("/none", "/") == nowhere.text.replace(str(UUID(int=7)), "")


# The two axes of time


async def test_another_day_stands_on_another_ground_and_says_so(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.STAFF)
    now = await browser.open(f"/console/children/{child}")
    then = await browser.open(f"/console/children/{child}?as_of=2012-01-01&known_at=")
    assert 'class="past"' not in now.text
    assert 'class="past"' in then.text
    assert "这不是现在的情况。" in then.text
    assert "as_of=2012-01-01" in then.text, "the parts of the file stay at that day"
    before = await browser.open(f"/console/children/{child}/step?as_of=2015-09-01&back=true")
    assert str(before.url).endswith("?as_of=2010-03-21")
    after = await browser.open(f"/console/children/{child}/step?as_of=2015-09-01")
    assert str(after.url).endswith("?as_of=2020-11-12")


async def test_the_history_has_both_days_of_an_entry_and_what_became_of_it(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(f"/console/children/{child}/history")
    assert page.text.index("2020-11-12") < page.text.index("2015-09-01") < page.text.index("2010-03-20")
    file = await served.container.ledger.file(child)
    assert file is not None
    recorded = [day_of(entry.recorded_at) for entry in file.entries.values() if entry.recorded_at]
    assert page.text.count(f'<span class="nowrap">{recorded[0]}</span>') == len(LIFE)
    assert re.search(r"迟 [0-9]+ 天", page.text)
    until = await browser.open(f"/console/children/{child}/history?month=2015-09")
    assert "2015-09-01" in until.text
    assert "2020-11-12" not in until.text


async def test_what_holds_without_more_said_of_it_is_no_blank(served: Served) -> None:
    unsaid = Unknown("not_on_paper")
    begun = some(RehabPlanMade, starts_on=unsaid, ends_on=unsaid)
    child = await kept(served, given(("2020-01-01", some(ChildReceived)), ("2020-02-01", begun)))
    page = await (await signed_in(served, Role.SUPERVISOR)).open(f"/console/children/{child}")
    assert re.search(r"有，细节没有记录\s*<span class=\"since num\">2020-02-01 起", page.text)


async def test_a_day_that_is_none_is_told_as_a_page(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open(f"/console/children/{child}?as_of=yesterday")
    assert page.status_code == 422
    is_sound(page, "zh")
    page = await browser.open("/console/late?since=yesterday&lag_days=31&until=")
    assert (page.status_code, 'class="side"' in page.text) == (422, True)
    assert "<b>yesterday</b>：日期无法识别" in page.text
    assert 'href="/console/late?lag_days=31"' in page.text, "what else was asked stays"


@pytest.mark.own_statements
async def test_a_day_is_taken_in_filters_as_people_write_it(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.STAFF)
    history = f"/console/children/{child}/history?month="
    for month in ("2015-09", "2015年9月", "2015.09", "2015-9", "201509", "2015年9月3日"):
        page = await browser.open(history + month)
        assert (page.status_code, 'name="month" value="2015-09"' in page.text) == (200, True), month
    for day in ("2026-01-05", "2026年1月5日", "2026.1.5", "20260105"):
        for address in ("/console/readiness?day=", "/console/late?since="):
            page = await browser.open(address + day)
            assert (page.status_code, 'value="2026-01-05"' in page.text) == (200, True), address + day
    assert (await browser.open("/console/readiness?day=soon")).status_code == 422
