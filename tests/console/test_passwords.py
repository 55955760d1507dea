"""Sign-in by user name and password: who gets in, how often one may try, and what nobody learns by trying."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import psycopg
import pytest

from api.app import create_app, running
from api.console.page_request import cookie_name
from api.contract.problems import Problem
from api.identity import passwords
from api.identity.directory import IdentityError
from api.identity.logins import REMEMBERED, TRIES, fault_of_login, wait_after
from api.identity.passwords import COMMON, LONGEST, SHORTEST, PasswordHashing, fault_of
from api.identity.permissions import Role
from api.identity.reading_reasons import ReadingReason
from api.settings import Settings
from tests.support.client import NOW, Served
from tests.support.console import FROM_HERE, Browser, a_browser, by_password, with_password

DOOR: Final = "/console/sign-in"
FIRST: Final = "/console/sign-in/password"
PREFERENCES: Final = "/console/preferences"
COOKIE: Final = cookie_name(tls=False)
GOOD, OTHER = "纸船 竹马 灯笼", "three boats and a kite"
ONE_SENTENCE: Final = "用户名或者口令不正确，或者须等待后再试。"


async def a_first_token(served: Served, login: str, role: Role = Role.STAFF) -> str:
    """Given somebody with a user name, who has been given the token for a first sign-in."""
    actor = await served.actor(role)
    await served.container.logins.give(actor.user, login)
    return await served.container.logins.reset_password(actor.user, days=7)


# The first sign-in


async def test_the_first_sign_in_is_by_token_and_sets_a_password(served: Served) -> None:
    token = await a_first_token(served, "zhoulan")
    browser = await a_browser(served)
    asked = await browser.send(DOOR, token=token, next="/console/rules", reason="request")
    assert asked.url.path == FIRST
    assert 'value="zhoulan"' in asked.text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text.split("<main")[1]))
    entered = await browser.send(FIRST, new=GOOD, again=GOOD, **fields)
    assert (entered.status_code, entered.url.path) == (200, "/console/rules")
    assert "答复儿童、亲属或者有关部门的查询" in entered.text
    again = await by_password(served, "zhoulan", GOOD)
    assert (await again.open("/console/today")).url.path == "/console/today"


async def test_until_a_password_is_set_the_token_opens_nothing_else(served: Served) -> None:
    token = await a_first_token(served, "zhoulan")
    assert (await (await served.client(token)).get("/children")).status_code == 401
    browser = await a_browser(served)
    await browser.send(DOOR, token=token)
    for page in ("/console/today", PREFERENCES, f"{PREFERENCES}/password"):
        assert (await browser.open(page)).url.path == DOOR
    await browser.send("/console/sign-out")
    assert (await browser.open(FIRST)).url.path == DOOR, "no token is left behind"
    assert (await browser.send(DOOR, token=token)).url.path == FIRST


@pytest.mark.own_statements
async def test_the_token_of_a_first_sign_in_is_good_once(served: Served) -> None:
    token = await a_first_token(served, "zhoulan")
    browser, late = await a_browser(served), await a_browser(served)
    await browser.send(DOOR, token=token)
    await late.send(DOOR, token=token)
    await browser.send(FIRST, new=GOOD, again=GOOD)
    assert (await late.send(FIRST, new=OTHER, again=OTHER)).url.path == DOOR
    assert (await late.send(DOOR, token=token)).status_code == 403
    assert await signs_in(served, "zhoulan", GOOD)
    assert not await signs_in(served, "zhoulan", OTHER)


async def test_a_password_that_cannot_be_says_why_and_sets_nothing(served: Served) -> None:
    browser = await a_browser(served)
    await browser.send(DOOR, token=await a_first_token(served, "zhoulan"))
    for new, again, why in (
        ("短口令", "短口令", f"口令至少 {SHORTEST} 个字符。"),
        ("Password123", "Password123", "这是常见的口令"),
        (GOOD, OTHER, "两次输入的口令不一样。"),
    ):
        page = await browser.send(FIRST, new=new, again=again)
        assert page.status_code == 422
        assert why in page.text
        assert new not in page.text
    assert not await signs_in(served, "zhoulan", "Password123")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("a" * (SHORTEST - 1), passwords.TOO_SHORT),
        ("竹" * SHORTEST, None),
        ("水 竹 马 灯笼 船", None),
        ("竹" * LONGEST, None),
        ("竹" * (LONGEST + 1), passwords.TOO_LONG),
        ("12345678", passwords.TOO_COMMON),
        ("１２３４５６７８", passwords.TOO_COMMON),
        ("WoAiNi1314", passwords.TOO_COMMON),
        ("ZhouLan2031", passwords.AS_THE_NAME),
    ],
)
def test_a_password_is_long_and_not_common_and_nothing_else_is_asked(password: str, fault: object) -> None:
    assert fault_of(password, "zhoulan2031") is fault


def test_the_list_of_common_passwords_is_folded_and_has_none_that_is_too_short_anyway() -> None:
    assert len(COMMON) > 300
    assert {each for each in COMMON if len(each) < SHORTEST or each != each.casefold()} == set()


# User names


@pytest.mark.parametrize("spelled", ["zhoulan", " ZhouLan ", "ｚｈｏｕｌａｎ"])
async def test_a_user_name_is_one_however_it_is_spelled(served: Served, spelled: str) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    assert await signs_in(served, spelled, GOOD)
    with pytest.raises(IdentityError, match="已有人使用"):
        await served.container.logins.give((await served.actor(Role.AUDITOR)).user, spelled)
    await served.container.logins.give((await served.actor(Role.STAFF)).user, spelled)


async def test_nobody_has_two_user_names(served: Served) -> None:
    staff = (await served.actor(Role.STAFF)).user
    await served.container.logins.give(staff, "zhoulan")
    with pytest.raises(IdentityError, match="已有用户名"):
        await served.container.logins.give(staff, "lanzhou")


@pytest.mark.parametrize("name", ["", "a", "a" * 41, "a/b", "a'b", "<b>x"])
def test_what_can_be_no_user_name_is_told(name: str) -> None:
    assert fault_of_login(name) is not None


@pytest.mark.parametrize("name", ["zl", "周兰", "zhou.lan-2_b", "a" * 40])
def test_what_can_be_a_user_name_is_one(name: str) -> None:
    assert fault_of_login(name) is None


async def test_neither_user_name_nor_hash_lies_in_the_database_in_the_clear(
    served: Served, settings: Settings
) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    assert settings.database_url is not None
    async with await psycopg.AsyncConnection.connect(settings.database_url.get_secret_value()) as owner:
        await owner.execute(
            psycopg.sql.SQL("SET LOCAL search_path = {}").format(psycopg.sql.Identifier(settings.ledger))
        )
        rows = repr(await (await owner.execute("SELECT * FROM login")).fetchall())
    assert "zhoulan" not in rows
    assert "argon2" not in rows


# What nobody learns by trying


async def test_wrong_user_wrong_password_and_a_wait_are_answered_alike(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    browser = await a_browser(served)
    pages = {}
    for login in ("zhoulan", "nobody"):
        pages[login] = [
            (await browser.send(DOOR, user=login, password=OTHER)).text.replace(login, "…")
            for _ in range(TRIES + 1)
        ]
    assert pages["zhoulan"] == pages["nobody"]
    assert all(ONE_SENTENCE in page for page in pages["nobody"])
    right = await browser.send(DOOR, user="zhoulan", password=GOOD)
    assert right.text.replace("zhoulan", "…") == pages["nobody"][-1], (
        "nor does the right one open during a wait"
    )


async def test_the_same_work_is_done_for_a_name_that_is_nobodys(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    await a_first_token(served, "not.yet", Role.AUDITOR)
    verified: list[str] = []
    hashing = served.container.logins._hashing  # noqa: SLF001 - what is done is what is asked
    verify = hashing._hasher.verify  # noqa: SLF001 - the same

    def noted(kept: str, password: str) -> bool:
        verified.append(re.sub(r"\$[^$]+\$[^$]+$", "", kept))
        return verify(kept, password)

    monkeypatch.setattr(hashing, "_hasher", type("_Noted", (), {"verify": staticmethod(noted)}))
    for login in ("zhoulan", "nobody", "not.yet"):
        assert not await signs_in(served, login, OTHER)
    first, second, third = verified
    assert first == second == third, "one hash each, with the same parameters"


async def test_what_was_typed_stands_in_no_log(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    browser = await a_browser(served)
    for password in (*[OTHER] * TRIES, GOOD):
        await browser.send(DOOR, user="zhoulan", password=password)
    said = "".join(capsys.readouterr())
    assert "sign-in fails again and again" in said
    for typed in ("zhoulan", GOOD, OTHER):
        assert typed not in said


# How often one may try


@pytest.mark.parametrize(
    ("tries", "minutes"), [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (10_000, 15)]
)
def test_the_wait_begins_with_the_fifth_try_and_doubles_up_to_fifteen_minutes(
    tries: int, minutes: int
) -> None:
    assert wait_after(tries) == timedelta(minutes=minutes)


async def test_a_wait_is_named_and_ends_by_itself_and_a_sign_in_forgets_the_tries(settings: Settings) -> None:
    now = NOW
    app = create_app(settings, clock=lambda: now)
    async with running(app) as container:
        user = (await container.identity.add_member("示例", Role.ADMINISTRATOR)).user
        await container.logins.give(user, "zhoulan")
        await container.logins.set_password(user, GOOD)
        begin = container.sessions.begin_by_password
        for tried in range(TRIES):
            wrong = await begin("zhoulan", OTHER)
            assert (wrong.wait_until is None) == (tried < TRIES - 1)
        assert wrong.wait_until == NOW + timedelta(minutes=1)
        now = NOW + timedelta(minutes=1) - timedelta(seconds=1)
        assert await begin("zhoulan", GOOD) == wrong, "no try during a wait counts, or is made"
        now = NOW + timedelta(minutes=1)
        assert (await begin("zhoulan", OTHER)).wait_until == now + timedelta(minutes=2)
        now += timedelta(minutes=2)
        assert (await begin("zhoulan", GOOD)).secret
        assert (await begin("zhoulan", OTHER)).wait_until is None, "counted anew"


async def test_tries_are_forgotten_a_day_after_the_last(settings: Settings) -> None:
    now = NOW
    app = create_app(settings, clock=lambda: now)
    async with running(app) as container:
        begin = container.sessions.begin_by_password
        for _ in range(TRIES):
            await begin("zhoulan", OTHER)
        now = NOW + REMEMBERED - timedelta(seconds=1)
        assert (await begin("zhoulan", OTHER)).wait_until is not None
        now += REMEMBERED
        assert (await begin("zhoulan", OTHER)).wait_until is None


async def test_many_tries_at_once_are_no_more_than_one_after_the_other(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    verified = counting(monkeypatch)
    begin = served.container.sessions.begin_by_password
    done = await asyncio.gather(*[begin("zhoulan", f"{OTHER} {number}") for number in range(4 * TRIES)])
    assert verified() == TRIES
    assert sum(each.wait_until is not None for each in done) == 3 * TRIES + 1


async def test_the_tries_are_counted_for_all_processes_and_outlast_them(
    served: Served, settings: Settings
) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    for _ in range(TRIES):
        await served.container.sessions.begin_by_password("zhoulan", OTHER)
    async with running(create_app(settings, clock=lambda: NOW)) as other:
        refused = await other.sessions.begin_by_password("zhoulan", GOOD)
    assert refused.wait_until == NOW + timedelta(minutes=1)


async def test_who_has_to_wait_keeps_nobody_else_out(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    await with_password(served, Role.SUPERVISOR, "dufang", OTHER)
    browser = await a_browser(served)
    for _ in range(TRIES):
        await browser.send(DOOR, user="zhoulan", password="wrong")
    entered = await browser.send(DOOR, user="dufang", password=OTHER)
    assert entered.status_code == 200, "in the same browser"
    by_token = await a_browser(served)
    opened = await by_token.send(DOOR, token=served.tokens[Role.STAFF])
    assert opened.status_code == 200, "and whoever waits comes in by token"


async def test_what_is_asked_of_too_many_at_once_is_refused_before_it_is_counted(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    hashing = served.container.logins._hashing  # noqa: SLF001 - as under a flood
    monkeypatch.setattr(hashing, "_under_way", 1_000)
    browser = await a_browser(served)
    for _ in range(TRIES + 1):
        busy = await browser.send(DOOR, user="zhoulan", password=GOOD)
        assert busy.status_code == 503
        assert "retry-after" in busy.headers
    opened = await browser.send(DOOR, token=served.tokens[Role.STAFF])
    assert opened.status_code == 200, "a token needs no hash"
    monkeypatch.undo()
    assert await signs_in(served, "zhoulan", GOOD)


# Hashes


async def test_a_password_is_hashed_with_what_rfc_9106_recommends() -> None:
    usual = Settings.model_fields
    hashing = PasswordHashing(
        memory_kib=usual["password_memory_kib"].default, passes=usual["password_passes"].default
    )
    kept = await hashing.hashed(GOOD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await hashing.verified(kept, GOOD)
    assert not await hashing.verified(kept, OTHER)
    assert not await hashing.verified(None, GOOD)


async def test_no_more_than_two_are_hashed_at_once_and_none_in_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import threading  # noqa: PLC0415 - of this test alone

    hashing, most, threads = PasswordHashing(memory_kib=32, passes=1), [0, 0], set()
    lock = threading.Lock()
    verify = hashing._hasher.verify  # noqa: SLF001 - what is done is what is asked

    def noted(kept: str, password: str) -> bool:
        with lock:
            most[0] += 1
            most[1] = max(most)
            threads.add(threading.get_ident())
        try:
            return verify(kept, password)
        finally:
            with lock:
                most[0] -= 1

    monkeypatch.setattr(hashing, "_hasher", type("_Noted", (), {"verify": staticmethod(noted)}))
    await asyncio.gather(*[hashing.verified(None, GOOD) for _ in range(20)])
    assert most[1] <= passwords.AT_ONCE
    assert threading.get_ident() not in threads


async def test_more_than_can_wait_is_refused(served: Served) -> None:
    many = passwords.AT_ONCE + passwords.MOST_WAITING
    done = await asyncio.gather(
        *[served.container.logins.checked(f"nobody{number}", OTHER) for number in range(many + 1)],
        return_exceptions=True,
    )
    assert [isinstance(each, Problem) for each in done] == [False] * many + [True]


async def test_whoever_waits_for_too_long_is_told_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hashing = PasswordHashing(memory_kib=32, passes=1)
    monkeypatch.setattr(passwords, "LONGEST_WAIT_SECONDS", 0)
    async with hashing.turn(), hashing.turn():
        with pytest.raises(Problem):
            await hashing.turn().__aenter__()
    async with hashing.turn():
        pass


@pytest.mark.own_statements
async def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    logins = served.container.logins
    before = await kept_hash(served)
    logins._hashing = PasswordHashing(memory_kib=64, passes=2)  # noqa: SLF001 - as after a change of settings
    assert not await signs_in(served, "zhoulan", OTHER)
    assert await kept_hash(served) == before
    assert await signs_in(served, "zhoulan", GOOD)
    assert await kept_hash(served) != before
    assert await signs_in(served, "zhoulan", GOOD)


@pytest.mark.parametrize("typed", ["ｐａｐｅｒ　ｂｏａｔｓ", "paper boats"])
async def test_a_password_is_one_in_full_width_and_in_half(served: Served, typed: str) -> None:
    await with_password(served, Role.STAFF, "zhoulan", "paper boats")
    assert await signs_in(served, "zhoulan", typed)


# Another password, and the end


@pytest.mark.own_statements
async def test_a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    here, there = await by_password(served, "zhoulan", GOOD), await by_password(served, "zhoulan", GOOD)
    change = f"{PREFERENCES}/password"
    wrong = await here.send(change, old=OTHER, new=OTHER, again=OTHER)
    assert (wrong.status_code, "现在的口令不正确" in wrong.text) == (422, True)
    changed = await here.send(change, old=GOOD, new=OTHER, again=OTHER)
    assert changed.url.path == PREFERENCES
    assert "口令已更改" in changed.text
    assert (await there.open("/console/today")).url.path == DOOR
    assert not await signs_in(served, "zhoulan", GOOD)
    assert await signs_in(served, "zhoulan", OTHER)


async def test_whoever_sits_at_somebodys_open_page_cannot_guess_their_password(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    browser = await by_password(served, "zhoulan", GOOD)
    for _ in range(TRIES):
        page = await browser.send(f"{PREFERENCES}/password", old="wrong", new=OTHER, again=OTHER)
    assert "以后再试" in page.text
    page = await browser.send(f"{PREFERENCES}/password", old=GOOD, new=OTHER, again=OTHER)
    assert page.status_code == 422


async def test_whoever_has_no_password_sets_none_by_a_session(served: Served) -> None:
    browser = await a_browser(served)
    await browser.send(DOOR, token=served.tokens[Role.STAFF])
    page = await browser.open(f"{PREFERENCES}/password")
    assert "请系统管理员发放" in page.text
    sent = await browser.send(f"{PREFERENCES}/password", old="", new=GOOD, again=GOOD)
    assert sent.status_code == 422


async def reset(served: Served, member: UUID) -> None:
    await served.container.logins.reset_password(member, days=7)


async def end(served: Served, member: UUID) -> None:
    await served.container.logins.end(member)


@pytest.mark.parametrize("ended", [reset, end])
async def test_a_password_that_was_ended_opens_nothing_and_its_sessions_are_over(
    served: Served, ended: Callable[[Served, UUID], Awaitable[None]]
) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    browser = await by_password(served, "zhoulan", GOOD)
    staff = (await served.actor(Role.STAFF)).user
    await ended(served, staff)
    assert (await browser.open("/console/today")).url.path == DOOR
    assert not await signs_in(served, "zhoulan", GOOD)
    of_programs = await (await served.as_(Role.STAFF)).get("/event-types")
    assert of_programs.status_code == (401 if ended is end else 200)


@pytest.mark.own_statements
async def test_a_sign_in_that_a_reset_overtakes_opens_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    logins, staff = served.container.logins, (await served.actor(Role.STAFF)).user
    checked = await logins.checked("zhoulan", GOOD)
    assert await logins.still(checked)
    monkeypatch.setattr(logins, "checked", lambda *_: asyncio.sleep(0, checked))
    await logins.end(staff)
    assert (await served.container.sessions.begin_by_password("zhoulan", GOOD)).secret is None
    assert await served.container.identity.sessions_of(staff) == []


async def test_a_change_that_an_end_overtakes_changes_nothing(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    logins, staff = served.container.logins, (await served.actor(Role.STAFF)).user
    checked = await logins.checked("zhoulan", GOOD)
    await logins.end(staff)
    assert not await logins.change_password(checked, OTHER, keep=uuid4())
    assert not await signs_in(served, "zhoulan", OTHER)


async def test_a_first_password_is_not_set_with_a_token_that_another_process_has_ended(
    served: Served, settings: Settings
) -> None:
    token = await a_first_token(served, "zhoulan")
    staff = (await served.actor(Role.STAFF)).user
    async with running(create_app(settings, clock=lambda: NOW)) as other:
        assert await other.sessions.first(token) is not None
        await served.container.logins.end(staff)
        assert await other.sessions.begin_first(token, GOOD) is None
    assert not await signs_in(served, "zhoulan", GOOD)


# Sessions


async def test_every_sign_in_has_a_secret_of_its_own_and_ends_the_one_before(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    browser = await by_password(served, "zhoulan", GOOD)
    before = browser.client.cookies[COOKIE]
    await browser.send(DOOR, user="zhoulan", password=GOOD)
    after = browser.client.cookies[COOKIE]
    assert after != before
    planted = await a_browser(served)
    planted.client.cookies.set(COOKIE, before)
    assert (await planted.open("/console/today")).url.path == DOOR


async def test_ones_other_sessions_are_listed_and_ended_one_by_one_or_together(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    here = await by_password(served, "zhoulan", GOOD)
    others = [await by_password(served, "zhoulan", GOOD, reason="request") for _ in range(3)]
    await (await by_password_of_another(served)).open("/console/today")
    page = (await here.open(PREFERENCES)).text
    ends = re.findall(r'action="(/console/preferences/sessions/[0-9a-f-]{36}/end)"', page)
    assert len(ends) == 3
    assert page.count("答复儿童、亲属或者有关部门的查询") == 3
    await here.send(ends[0])
    assert await signed_out(others) == 1
    assert "已终止" in (await here.send(f"{PREFERENCES}/sessions/end")).text
    assert await signed_out(others) == 3
    assert (await here.open("/console/today")).url.path == "/console/today"


async def test_nobody_ends_the_session_of_another(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    mine, theirs = await by_password(served, "zhoulan", GOOD), await by_password_of_another(served)
    supervisor = (await served.actor(Role.SUPERVISOR)).user
    ((session, *_),) = await served.container.identity.sessions_of(supervisor)
    for victim in (session, uuid4()):
        assert (await mine.send(f"{PREFERENCES}/sessions/{victim}/end")).status_code == 200
    assert (await theirs.open("/console/today")).url.path == "/console/today"


async def test_the_reason_that_was_chosen_is_the_sessions(served: Served) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    sessions = served.container.sessions
    for chosen, has in ((None, ReadingReason.CARE), (ReadingReason.REQUEST, ReadingReason.REQUEST)):
        begun = await sessions.begin_by_password("zhoulan", GOOD, chosen)
        session = await sessions.find(begun.secret or "")
        assert session is not None
        assert session.reason is has


# What somebody may send


@pytest.mark.parametrize(
    "sent",
    [
        {"user": "zhoulan"},
        {"password": GOOD},
        {"user": " ", "password": GOOD},
    ],
)
async def test_what_is_left_out_is_asked_for_and_is_no_try(served: Served, sent: dict[str, str]) -> None:
    await with_password(served, Role.STAFF, "zhoulan", GOOD)
    browser = await a_browser(served)
    for _ in range(TRIES + 1):
        page = await browser.send(DOOR, **sent)
        assert (page.status_code, "请填写用户名和口令" in page.text) == (422, True)
    assert await signs_in(served, "zhoulan", GOOD)


@pytest.mark.parametrize(
    "user", ["x" * 5_000, "\x00", "'; DROP TABLE login; --", "\u202ezhoulan", "🪁" * 300]
)
async def test_whatever_is_typed_is_answered_as_a_wrong_name_is(served: Served, user: str) -> None:
    browser = await a_browser(served)
    answer = await browser.client.post(DOOR, data={"user": user, "password": user}, headers=FROM_HERE)
    assert (answer.status_code, ONE_SENTENCE in answer.text) == (403, True)


async def test_a_password_stands_on_no_page(served: Served) -> None:
    browser = await a_browser(served)
    for password in (GOOD, "<b>" * 4):
        page = await browser.send(DOOR, user="<i>zhoulan", password=password)
        assert password not in page.text
        assert "<i>zhoulan" not in page.text


async def signs_in(served: Served, login: str, password: str) -> bool:
    """Tell whether somebody gets in."""
    return (await served.container.sessions.begin_by_password(login, password)).secret is not None


async def signed_out(browsers: list[Browser]) -> int:
    """Count the browsers in which nobody is signed in any more."""
    return sum([(await each.open("/console/today")).url.path == DOOR for each in browsers])


async def by_password_of_another(served: Served) -> Browser:
    """Given somebody else who is signed in."""
    await with_password(served, Role.SUPERVISOR, "dufang", OTHER)
    return await by_password(served, "dufang", OTHER)


def counting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the passwords that are checked from now on."""
    count, verified = [0], PasswordHashing.verified

    async def counted(self: PasswordHashing, kept: str | None, password: str) -> bool:
        count[0] += 1
        return await verified(self, kept, password)

    monkeypatch.setattr(PasswordHashing, "verified", counted)
    return lambda: count[0]


async def kept_hash(served: Served) -> object:
    """Return what lies in the database of the only password."""
    async with served.container.logins._writers.connection() as connection:  # noqa: SLF001 - the reader may not
        ((sealed,),) = await (await connection.execute("SELECT password FROM login")).fetchall()
    return sealed
