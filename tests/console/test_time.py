"""The two axes of time on pages: what held on a day, then and now, why, and what is noted of who reads."""

import re
from datetime import date
from typing import Any, Final
from uuid import UUID

import pytest

from api.console.charts import MOST_DOTS, life_strip, plane
from api.identity.permissions import Role
from domain.events.care import CareModeAssigned
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.events.schooling import SchoolEnrolled
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import some
from tests.support.http_given import Story, a_story

NAME: Final = "标记甲乙"
RECEIVED: Final = ("2016-03-05", some(ChildReceived, file_no="标记-0077"))
NAMED: Final = ("2016-03-05", some(IdentityRecorded, name=NAME, birth_on=date(2009, 3, 5), sex="2"))
ENROLLED: Final = ("2016-09-01", some(SchoolEnrolled, school="标记小学"))
DAY: Final = "2020-06-01"
INVALID, NOT_FOUND = 422, 404


async def a_life(served: Served) -> Story:
    """Given a child whose school was entered last."""
    return await a_story(served).given(RECEIVED, NAMED, ENROLLED)


def withdrawn(entry: str) -> tuple[Any, ...]:
    return "2026-10-05", some(EntryWithdrawn, entry=UUID(entry), explanation="登错了儿童。")


# The time control


@pytest.mark.parametrize("written", ["2020年5月31日", "2020.5.31", "2020年5月", "2020-05"])
async def test_a_day_is_taken_as_people_write_it(served: Served, written: str) -> None:
    story = await a_life(served)
    browser = await signed_in(served, Role.STAFF)
    for name in ("as_of", "known_at"):
        page = await browser.open(f"/console/children/{story.child}/history?{name}={written}")
        if name == "as_of":
            assert f"{name}=2020-05-31" in page.text, "the parts of the file stay at that day"
        else:
            assert page.status_code == 404, "nothing was known by then"


async def test_the_position_of_an_entry_is_taken_for_its_day(served: Served) -> None:
    story = await a_life(served)
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open(f"/console/children/{story.child}?as_of={story.position}")
    assert "as_of=2016-09-01" in page.text
    other = await browser.open(f"/console/children/{story.child}?as_of={story.position + 1}")
    assert other.status_code == INVALID


async def test_what_was_recorded_since_is_counted_and_leads_to_the_comparison(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    await story.given(ENROLLED, ("2026-10-01", some(CareModeAssigned)))
    browser = await signed_in(served, Role.AUDITOR)
    page = await browser.open(f"/console/children/{story.child}?as_of={DAY}&known_at={before}")
    assert "此后又记录了 2 条，" in page.text
    assert "其中 1 条改变了这一天的情况" in page.text
    (link,) = re.findall(r'href="([^"]*/compare\?[^"]*)">其中', page.text)
    compared = await browser.open(link.replace("&amp;", "&"))
    assert re.search(r"<ins>.*?</ins>.*?>入学</a>", compared.text, re.DOTALL)
    now = await browser.open(f"/console/children/{story.child}?as_of={DAY}")
    assert "此后到今天又发生了 1 条" in now.text


async def test_a_time_before_the_file_was_known_says_so_and_leads_back_to_now(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    browser = await signed_in(served, Role.AUDITOR)
    for part, known_at in (("", "2000-01-01"), ("/history", "2000-01-01"), ("", "0")):
        page = await browser.open(f"/console/children/{story.child}{part}?known_at={known_at}")
        assert page.status_code == 404
        assert "当时还没有这份档案" in page.text
        assert f'href="/console/children/{story.child}">回到现在' in page.text
    elsewhere = await signed_in(served, Role.STAFF, elsewhere=True)
    unknown = await elsewhere.open(f"/console/children/{story.child}?known_at=2000-01-01")
    assert "当时还没有这份档案" not in unknown.text, "a file out of scope was never there"
    mistyped = await browser.open(f"/console/children/{story.child}?as_of=yesterday")
    assert "回到现在" in mistyped.text


async def test_one_steps_on_the_axis_that_is_set_and_stays_at_the_part(served: Served) -> None:
    story = await a_life(served)
    browser = await signed_in(served, Role.STAFF)
    at = f"/console/children/{story.child}"
    recorded = (await story.asked("/entries", order="recorded"))["items"]
    second, third = recorded[1]["position"], recorded[2]["position"]
    for asked, led in (
        (f"{at}/step?known_at={third}&back=true&part=/history", f"{at}/history?known_at={second}"),
        (f"{at}/step?known_at={third}&part=/due", f"{at}/due"),
        (f"{at}/step?as_of=2016-09-01&back=true", f"{at}?as_of=2016-03-05"),
        (f"{at}/step?as_of=2016-03-05&back=true", f"{at}?as_of=2016-03-05"),
        (f"{at}/step?as_of=2016-09-01&part=/findings", f"{at}/findings"),
        (f"{at}/step?back=true", f"{at}?as_of=2016-09-01"),
        (
            f"{at}/step?as_of=2016-09-01&back=true&part=/compare&to=2017-01-01",
            f"{at}/compare?from=2016-03-05&to=2017-01-01",
        ),
        (
            f"{at}/step?known_at={third}&back=true&part=/compare&to_known_at={third}",
            f"{at}/compare?from_known_at={second}&to_known_at={third}",
        ),
        (f"{at}/step?back=true&part=/explain/age", f"{at}/explain/age?as_of=2016-09-01"),
        (f"{at}/step?back=true&part=//elsewhere.test", f"{at}?as_of=2016-09-01"),
    ):
        assert str((await browser.open(asked)).url).endswith(led), asked


# Why, and what became of it


async def test_every_value_of_the_status_leads_to_why_it_holds(served: Served) -> None:
    story = await a_life(served)
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open(f"/console/children/{story.child}?as_of={DAY}")
    values = re.findall(r"<dd>(.*?)</dd>", page.text)
    assert values
    assert all("/explain/" in value for value in values)
    why = await browser.open(f"/console/children/{story.child}/explain/schooling.enrolled?as_of={DAY}")
    assert "标记小学" in why.text
    assert "使本项成立" in why.text
    nothing = await browser.open(f"/console/children/{story.child}/explain/no.such")
    assert nothing.status_code == NOT_FOUND


async def test_a_wrong_entry_is_struck_through_and_readable_wherever_it_is_shown(served: Served) -> None:
    story = await a_life(served)
    await story.given(withdrawn(story.entries[2]))
    browser = await signed_in(served, Role.SUPERVISOR)
    at = f"/console/children/{story.child}"
    for page in (
        f"{at}/history",
        f"{at}/entries/{story.entries[2]}",
        f"{at}/entries/{story.entries[3]}",
        f"{at}/explain/schooling.enrolled",
    ):
        text = (await browser.open(page)).text
        assert re.search(r"<del>.*?标记小学.*?</del>|<del><b>入学</b>", text, re.DOTALL), page
        assert "已撤回" in text, page


async def test_an_entry_is_shown_whole_with_what_became_of_it(served: Served) -> None:
    story = await a_life(served)
    await story.given(withdrawn(story.entries[2]))
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(f"/console/children/{story.child}/entries/{story.entries[2]}")
    (staff,) = (await served.container.identity.names([(await served.actor(Role.STAFF)).user])).values()
    for told in ("标记小学", "登错了儿童", "前后经过", str(staff), "没有记录", served.home.name):
        assert told in page.text, told
    then = await browser.open(f"/console/children/{story.child}/entries/{story.entries[2]}/decision")
    assert f"账本位置 {story.position - 2} 以前" in then.text
    assert NAME in then.text


async def test_a_comparison_names_the_entry_that_made_each_difference(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    await story.given(ENROLLED)
    browser = await signed_in(served, Role.AUDITOR)
    at = f"/console/children/{story.child}"
    page = await browser.open(f"{at}/compare?from={DAY}&from_known_at={before}&to={DAY}")
    row = next(each for each in page.text.split("<tr>") if "就学" in each and "<ins>" in each)
    assert f"{at}/entries/{story.entries[2]}" in row
    assert re.search(r"迟 [0-9]+ 天", row)
    step = f"{at}/step?as_of={DAY}&amp;known_at={before}&amp;part=%2Fcompare&amp;to={DAY}"
    assert f'href="{step}" accesskey="9"' in page.text
    same = await browser.open(f"{at}/compare?from={DAY}&to={DAY}")
    assert "两个时点没有不同。" in same.text


async def test_the_history_has_birthdays_that_follow_from_the_birth(served: Served) -> None:
    story = await a_life(served)
    browser = await signed_in(served, Role.STAFF)
    at = f"/console/children/{story.child}/history"
    page = await browser.open(f"{at}?as_of={DAY}")
    assert "年满 8 周岁" in page.text
    assert "年满 14 周岁" not in page.text, "of a day to come"
    assert page.text.index("年满 8 周岁") < page.text.index("2016-09-01")
    for narrowed in ("order=recorded", "chapter=schooling", "late_or_amended=true"):
        assert "周岁" not in (await browser.open(f"{at}?{narrowed}")).text


# What is noted of whom reads a page


@pytest.mark.parametrize(
    ("part", "noted"),
    [
        ("", {"file", "findings"}),
        ("/history", {"entries", "summary", "findings"}),
        ("/due", {"obligations", "summary", "findings"}),
        ("/findings", {"findings", "summary"}),
        ("/explain/schooling.enrolled", {"explanation", "summary", "findings"}),
        ("/step", set[str]()),
    ],
)
async def test_a_page_is_noted_by_what_it_shows(served: Served, part: str, noted: set[str]) -> None:
    story = await a_life(served)
    browser = await signed_in(served, Role.STAFF)
    before = await served.container.access.of(UUID(story.child), limit=100)
    answer = await browser.client.get(f"/console/children/{story.child}{part}")
    assert answer.status_code in {200, 303}
    after = await served.container.access.of(UUID(story.child), limit=100)
    lines = [line for line in after if line not in before]
    assert {line.purpose for line in lines} <= noted
    assert {line.purpose for line in lines} >= noted - {"findings", "obligations"}, "which may tell nothing"
    who = [line.categories for line in lines if line.purpose == "summary"]
    assert all(each == ["identity"] for each in who)


# Drawings


def dated(day: str, recorded: str, lag: int) -> dict[str, Any]:
    return {"occurred_until": day, "recorded_at": f"{recorded}T04:00:00.000000Z", "lag_days": lag}


def test_a_strip_counts_half_years_and_what_was_recorded_late() -> None:
    entries = [dated("2020-06-30", "2020-07-01", 1), dated("2020-07-01", "2020-07-09", 8)]
    drawn = life_strip([*entries, dated("2020-07-02", "2020-07-09", 7)], date(2021, 1, 1))
    assert drawn is not None
    assert [(bar.year, bar.second, bar.entries, bar.late) for bar in drawn.bars] == [
        (2020, False, 1, 0),
        (2020, True, 2, 1),
    ]
    assert (drawn.entries, drawn.late) == (3, 1)
    assert drawn.marker > drawn.bars[-1].x + drawn.width
    assert life_strip([], date(2021, 1, 1)) is None


def test_a_plane_has_a_dot_for_an_entry_and_of_many_one_for_a_month() -> None:
    today = date(2021, 1, 1)
    entries = [dated("2020-02-01", "2020-02-01", 0), dated("2020-02-01", "2020-12-01", 304)]
    drawn = plane(entries, [(date(2020, 6, 1), today)], today)
    assert drawn is not None
    timely, late = drawn.dots
    assert (timely.late, late.late) == (False, True)
    assert timely.x == late.x
    assert late.y < timely.y, "later is higher"
    assert not drawn.by_month
    assert drawn.by_year == [(2020, 2020, 2)]
    many = [dated(f"2020-02-{1 + n % 28:02}", "2020-03-01", 8) for n in range(MOST_DOTS + 1)]
    of_many = plane(many, [], today)
    assert of_many is not None
    assert [len(dot.entries) for dot in of_many.dots] == [MOST_DOTS + 1]
