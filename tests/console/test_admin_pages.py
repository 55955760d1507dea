"""The pages of an administrator: people let in by two, institutions opened, rulebooks adopted as shown."""

import re
from html import unescape
from itertools import product
from uuid import UUID

import pytest
from httpx2 import Response

from api.identity.permissions import Role
from api.imports.cells.raw import as_written
from api.imports.reading.kinds import read_workbook
from tests.support.a_rule_pack import PACK
from tests.support.client import Served
from tests.support.console import Browser, a_browser, reader, signed_in, title_of

NAME = "标记人员"
DONE, FORBIDDEN, UNUSABLE = 200, 403, 422


async def another(served: Served) -> Browser:
    """Given a second administrator, whom the machine's operator let in, signed in."""
    identity = served.container.identity
    user = (await identity.add_member("另一名管理员", Role.ADMINISTRATOR)).user
    browser = await a_browser(served)
    token = await identity.issue(user, days=1, purpose="another")
    assert (await browser.send("/console/sign-in", token=token)).status_code == DONE
    return browser


def shown_to(page: Response) -> str:
    """Return what the forms of a page say of whose they are."""
    return str(re.findall(r'name="shown_to" value="([0-9a-f]+)"', page.text)[0])


async def sent(browser: Browser, page: str, address: str, **fields: str) -> Response:
    """Send a form of a page of somebody."""
    return await browser.send(address, shown_to=shown_to(await browser.open(page)), **fields)


def secret_of(page: Response) -> str:
    """Return the token that a page shows this once."""
    return str(re.findall(r'id="secret" value="(cl_\w+)"', page.text)[0])


async def test_a_person_is_added_by_one_administrator_and_let_in_by_another(served: Served) -> None:
    one, other = await signed_in(served, Role.ADMINISTRATOR), await another(served)
    page = await sent(
        one,
        "/console/admin/people",
        "/console/admin/people",
        name=NAME,
        role="supervisor",
        institution=str(served.home.institution),
        login="xinren",
    )
    assert page.status_code == DONE, page.text
    assert "已添加" in page.text
    assert NAME not in title_of(page)
    address = str(page.url.copy_with(query=None))
    assert "登录凭据须由另一名管理员发给" in page.text
    assert f'{page.url.path}/first-sign-in"' not in page.text
    refused = await sent(one, address, f"{address}/first-sign-in")
    assert (refused.status_code, "另一名管理员" in refused.text) == (UNUSABLE, True)
    handed = await sent(other, address, f"{address}/first-sign-in")
    assert handed.status_code == DONE
    newcomer = await a_browser(served)
    first = await newcomer.send("/console/sign-in", token=secret_of(handed))
    assert "设定口令" in first.text
    assert secret_of(handed) not in (await other.open(address)).text, "it is shown once"
    acts = (await one.open(address)).text
    assert "发给首次登录令牌" in acts
    assert "另一名管理员" in acts


async def test_what_is_refused_is_told_on_the_page_with_what_was_filled_in(served: Served) -> None:
    one = await signed_in(served, Role.ADMINISTRATOR)
    people = "/console/admin/people"
    page = await sent(one, people, people, name=NAME, role="bureau", login="xinren", region="")
    assert page.status_code == UNUSABLE
    assert "所辖地区" in page.text
    assert f'value="{NAME}"' in page.text
    assert 'value="bureau" selected' in page.text
    own = f"{people}/{(await served.actor(Role.ADMINISTRATOR)).user}"
    assert "由另一名管理员办理" in (await one.open(own)).text
    staff = f"{people}/{(await served.actor(Role.STAFF)).user}"
    wrong = await sent(one, staff, f"{staff}/end", named="别人")
    assert (wrong.status_code, "姓名不同" in wrong.text) == (UNUSABLE, True)
    ended = await sent(one, staff, f"{staff}/end", named="示例工作人员")
    assert "已终止" in ended.text
    assert await served.container.identity.authenticate(served.tokens[Role.STAFF]) is None


@pytest.mark.own_statements
async def test_a_token_is_made_for_a_purpose_and_a_time_and_revoked(served: Served) -> None:
    one = await signed_in(served, Role.ADMINISTRATOR)
    staff = f"/console/admin/people/{(await served.actor(Role.STAFF)).user}"
    for unusable in ("", "三", "9" * 5000):
        refused = await sent(one, staff, f"{staff}/tokens", purpose="夜间导入", days=unusable, decides="no")
        assert (refused.status_code, "有效天数" in refused.text) == (UNUSABLE, True)
    made = await sent(one, staff, f"{staff}/tokens", purpose="夜间导入", days="3", decides="no")
    secret = secret_of(made)
    assert (await (await served.client(secret)).get("/event-types")).status_code == DONE
    listed = await one.open("/console/admin/tokens")
    assert secret not in listed.text
    revoke = re.findall(r'夜间导入.*?action="([^"]+/revoke)"', listed.text, re.DOTALL)[0]
    assert "姓名不同" in (await sent(one, "/console/admin/tokens", revoke, named="别人")).text
    assert (await (await served.client(secret)).get("/event-types")).status_code == DONE
    assert "已收回" in (await sent(one, "/console/admin/tokens", revoke, named="示例工作人员")).text
    assert (await (await served.client(secret)).get("/event-types")).status_code == 401


async def test_each_list_of_the_directory_is_saved_from_its_page(served: Served) -> None:
    """Given people of two roles, then what is saved is what the page lists by its filter."""
    one = await signed_in(served, Role.ADMINISTRATOR)
    for page, form in product(("institutions", "people?role=staff", "tokens"), ("csv", "xlsx")):
        opened = await one.open(f"/console/admin/{page}")
        (address,) = re.findall(rf'href="(/console/admin/[a-z]+\.{form}[^"]*)"', opened.text)
        saved = await one.open(unescape(address))
        assert saved.status_code == DONE, address
        assert saved.headers["content-disposition"].startswith("attachment")
        if page.startswith("people"):
            sheet = read_workbook(saved.content, f"people.{form}").sheets[0]
            roles = {as_written(row[1]) for row in sheet.rows[1:]}
            assert roles == {"工作人员"}
    refused = await (await signed_in(served, Role.STAFF)).open("/console/admin/people.csv")
    assert refused.status_code == FORBIDDEN


async def test_an_institution_is_opened_and_adopts_a_pack_once_its_changes_were_shown(
    served: Served,
) -> None:
    one, all_of_them = await signed_in(served, Role.ADMINISTRATOR), "/console/admin/institutions"
    opened = await sent(one, all_of_them, all_of_them, name="示例福利院", region="371099")
    assert "已设立" in opened.text
    address = str(opened.url.copy_with(query=None))
    institution = UUID(address.rpartition("/")[2])
    faulty = await sent(one, address, f"{address}/rulebook", pack="weihai", text="[[number]]")
    assert (faulty.status_code, "规则包有误" in faulty.text) == (UNUSABLE, True)
    shown = await sent(one, address, f"{address}/rulebook", pack="weihai", text=PACK)
    assert shown.status_code == DONE
    assert "示例市民政局文件" in shown.text
    before = (await served.container.ledger.rulebook_at(institution)).digest
    (digest,) = re.findall(r'name="digest" value="([0-9a-f]{64})"', shown.text)
    assert digest != before
    adopted = await sent(one, address, f"{address}/rulebook", pack="weihai", text=PACK, digest=digest)
    assert "已启用" in adopted.text
    assert (await served.container.ledger.rulebook_at(institution)).digest == digest
    again = await sent(one, all_of_them, all_of_them, name="示例福利院")
    assert (again.status_code, "已经设立" in again.text) == (UNUSABLE, True)


async def test_the_pages_are_nobody_elses(served: Served) -> None:
    for role in (Role.STAFF, Role.SUPERVISOR):
        browser = await signed_in(served, role)
        for address in ("institutions", "people", "tokens", "state"):
            assert (await browser.open(f"/console/admin/{address}")).status_code == FORBIDDEN
        person = f"/console/admin/people/{(await served.actor(Role.AUDITOR)).user}/first-sign-in"
        refused = await browser.send(person, shown_to=await reader(served, role))
        assert refused.status_code == FORBIDDEN
