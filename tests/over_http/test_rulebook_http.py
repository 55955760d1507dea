"""GET /rules: the rulebook that counts for the caller's institution, and what is behind the shipped one."""

from uuid import uuid4

import pytest

from api.identity.permissions import Role
from api.institutions import adopt_rulebook
from domain.rule_pack import RulePack, drafted
from domain.rulebook import Rulebook
from tests.support.client import NOW, Served

SHIPPED = Rulebook.shipped()
PACK = RulePack(
    "weihai",
    {
        "weihai.toml": """
[[number]]
rule = "I22"
region = "371000"
from = 2027-01-01
value = 9
unit = "months"
source = "示例办法第5条"
verified = true
"""
    },
)
CHANGED = SHIPPED.texts["departure.toml"].replace('source = "', 'source = "旧文；', 1)
"""A text of an earlier version, in which the first rule had another source."""
OF_INSTITUTION = [Role.STAFF, Role.SUPERVISOR, Role.AUDITOR]
OF_LEDGER = [Role.BUREAU, Role.PLACEMENT_OFFICER, Role.ADMINISTRATOR]


async def adopt(served: Served, book: Rulebook) -> None:
    await adopt_rulebook(served.container, served.home.institution, book)


@pytest.mark.parametrize("role", OF_INSTITUTION)
async def test_who_belongs_to_an_institution_gets_its_rulebook(served: Served, role: Role) -> None:
    client, home = await served.as_(role), served.home.institution
    before = (await client.get("/rules")).json()
    assert (before["institution"], before["digest"]) == (str(home), SHIPPED.digest)
    assert (before["packs"], before["behind"], before["adopted_on"]) == ([], [], NOW.date().isoformat())

    book = drafted(SHIPPED, SHIPPED, [PACK])
    await adopt(served, book)

    answer = (await client.get("/rules", params={"institution": str(home)})).json()
    assert (answer["digest"], answer["packs"], answer["behind"]) == (book.digest, ["weihai"], [])
    (rule,) = [each for each in answer["items"] if each["rule"] == "I22"]
    assert rule["region_of"] == "institution"
    number = rule["packs"][0]
    assert (number["region"], number["from"], number["until"]) == ("371000", "2027-01-01", None)
    assert (number["value"], number["source"], number["verified"]) == (9, "示例办法第5条", True)
    assert (await client.get("/rules", params={"institution": str(served.elsewhere.institution)})).json()[
        "code"
    ] == "forbidden"


@pytest.mark.parametrize("role", OF_LEDGER)
async def test_who_belongs_to_none_gets_the_ledgers_or_that_of_one_they_name(
    served: Served, role: Role
) -> None:
    book = drafted(SHIPPED, SHIPPED, [PACK])
    await adopt(served, book)
    client = await served.as_(role)
    own = (await client.get("/rules")).json()
    assert (own["institution"], own["adopted_on"], own["digest"]) == (None, None, SHIPPED.digest)
    home = (await client.get("/rules", params={"institution": str(served.home.institution)})).json()
    assert home["digest"] == book.digest
    elsewhere = await client.get("/rules", params={"institution": str(served.elsewhere.institution)})
    assert elsewhere.status_code == (200 if role is Role.ADMINISTRATOR else 403)


async def test_an_institution_is_behind_until_it_adopts_the_shipped_text(served: Served) -> None:
    late = Rulebook({**SHIPPED.texts, "departure.toml": CHANGED})
    (older,) = [rule for rule in late.rules if late[rule] != SHIPPED[rule]]
    await adopt(served, late)
    client = await served.as_(Role.STAFF)
    assert (await client.get("/rules")).json()["behind"] == [older]
    await adopt(served, drafted(late, SHIPPED))
    assert (await client.get("/rules")).json()["behind"] == []


async def test_an_institution_that_there_is_not_is_refused_and_so_is_an_unknown_word(served: Served) -> None:
    client = await served.as_(Role.ADMINISTRATOR)
    for query, pointer in (
        ({"institution": str(uuid4())}, "/query/institution"),
        ({"institution": "home"}, "/query/institution"),
        ({"instituton": str(served.home.institution)}, "/query"),
    ):
        answer = await client.get("/rules", params=query)
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
