"""Whoever is told what is personal stands in the access log: by every route, and in every kind of answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx2 import AsyncClient, Response

from api.app import create_app
from api.contract.listing import titled
from api.identity.permissions import Role
from api.settings import Settings
from domain.event import CATALOGUE
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.household import CitizenIdAssigned
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.placement.preparing import CapacityDetermined
from domain.events.reconciliation.differing import difference_found
from domain.statements import STATEMENTS
from tests.support.adoptions import APPLIED, CONSENTED, REPORT
from tests.support.client import Served, new_key
from tests.support.given import NOT_ASKED, citizen_id, some
from tests.support.given import given as a_file
from tests.support.http_given import a_story, sent, written
from tests.support.imports_http import NDJSON, done, hand_in
from tests.support.issued import an_issued_report
from tests.support.registers.paper import a_sheet, workbook
from tests.support.stored import kept
from tests.support.young_people import ready_young

pytestmark = pytest.mark.usefixtures("restricting_nothing")

OPERATIONS = {
    f"{method.upper()} {path}"
    for path, operations in create_app(Settings()).openapi()["paths"].items()
    for method in operations
}
ID = citizen_id("2012-03-15", "040")
NAME, NUMBER, CERTIFICATE = "标记甲", "标记-0001", "标记-收-0001"
PERSONAL = (NAME, NUMBER, CERTIFICATE)
"""What is personal of the child; whoever asks sends none of it, but to look for it."""
RECEIVED = ("2016-03-05", some(ChildReceived, file_no=NUMBER))
IDENTITY = ("2016-03-05", some(IdentityRecorded, name=NAME, birth_on=date(2009, 3, 5), sex="1"))
ADOPTED = ("2024-06-01", some(AdoptionRegistered, category="5", certificate_no=CERTIFICATE))
RENAMED = ("2016-03-06", some(IdentityRecorded, name="王小明"))
TO_COME = ("2031-01-01", some(IdentityRecorded, name="王小明"))
EXCUSED = {"exception": "I12"}


@dataclass(frozen=True)
class Asked:
    """A supervisor who asks about a child whose adoption stands in spite of a negative report."""

    client: AsyncClient
    child: UUID
    key: dict[str, str]
    """The key with which the adoption was recorded."""

    async def get(self, path: str, **query: Any) -> Response:
        """Ask."""
        return await self.client.get(path.format(child=self.child), params=query)

    async def record(self, *happened: Any, key: dict[str, str] | None = None, **query: Any) -> Response:
        """Send events of the child."""
        events = [written(each) for each in happened]
        path = f"/children/{self.child}/events"
        return await self.client.post(path, json={"events": events}, headers=key or new_key(), params=query)

    async def record_many(self, *happened: Any, **query: Any) -> Response:
        """Send events of the child as an item of many."""
        events = [written(each) for each in happened]
        body = {"items": [{"child": str(self.child), "events": events}]}
        return await self.client.post("/entries", json=body, headers=new_key(), params=query)

    async def open(self, *happened: Any, **query: Any) -> Response:
        """Send the events of another child."""
        events = [written(each) for each in happened]
        return await self.client.post("/children", json={"events": events}, headers=new_key(), params=query)

    async def move(self, **query: Any) -> Response:
        """Move the child's identity into the file of another one."""
        to = (await self.open(RECEIVED)).json().get("child", str(self.child))
        entries = (await self.get("/children/{child}/entries", order="recorded")).json()["items"]
        (identity,) = [each["entry_id"] for each in entries if each["type"] == "IdentityRecorded"]
        return await self.client.post(
            f"/children/{self.child}/entries/{identity}/move",
            json={"to": to, "explanation": "误记入他人档案"},
            headers=new_key(),
            params=query,
        )

    async def imported_as_a_line(self, *happened: Any) -> Response:
        """Hand in a line of the child's events."""
        line = {"child": str(self.child), "events": [written(each) for each in happened]}
        handed_in = await hand_in(self.client, orjson.dumps(line), media_type=NDJSON)
        await done(self.client, handed_in.headers["Location"])
        return await self.client.get(handed_in.headers["Location"])

    async def exception(self) -> Response:
        """Ask for the exception by which the child was adopted."""
        listed = await self.get("/exceptions", rule="I12")
        for each in listed.json()["items"]:
            return await self.get(f"/exceptions/{each['entry']['entry_id']}")
        return listed

    async def latest_decision(self) -> Response:
        """Ask what was known when the latest entry was recorded."""
        entries = (await self.get("/children/{child}/entries", order="recorded")).json()["items"]
        return await self.get(f"/entries/{entries[-1]['position']}/decision")

    async def hindsight(self) -> Response:
        """Ask what was learned since the first entry was recorded."""
        entries = (await self.get("/children/{child}/entries", order="recorded")).json()["items"]
        return await self.get("/children/{child}/hindsight", known_at=entries[0]["position"])

    async def latest_entry(self) -> Response:
        """Ask for the latest entry."""
        entries = (await self.get("/children/{child}/entries", order="recorded")).json()["items"]
        return await self.get(f"/children/{{child}}/entries/{entries[-1]['entry_id']}")

    async def reconciled(self) -> Response:
        """Compare a file of others that tells of the child, with a number that is not on record."""
        row = f"{NAME},男,2009-03-05,{citizen_id('2009-03-05')}"
        return await self.client.post(
            "/reconciliations",
            params={"system": "household", "as_of": "2024-05-31", "dry_run": True},
            content=f"姓名,性别,出生日期,身份证号\n{row}\n".encode(),
            headers={"Content-Type": "text/csv"},
        )

    async def differences(self) -> Response:
        """Ask for the differences with others' data, of which the child has one."""
        found = difference_found("household", "name", date(2024, 5, 1), NAME)
        recorded = await self.record(("2024-05-31", found))
        return await self.get("/differences", at_least=recorded.json().get("position", 0))

    async def imported(self, part: str = "") -> Response:
        """Hand in a register that tells of the child, in words that cannot be used."""
        sheet = a_sheet("儿童花名册").row(儿童编号=NUMBER, 姓名=NAME, 接收日期="某日")
        handed_in = await hand_in(self.client, workbook(sheet), query="?dry_run=true")
        if handed_in.status_code != 202:
            return handed_in
        await done(self.client, handed_in.headers["Location"])
        return await self.client.get(f"{handed_in.headers['Location']}{part}")


Ask = Callable[[Asked], Awaitable[Response]]
NOTED: dict[str, list[tuple[str, set[str], Ask]]] = {
    "GET /children/{child}": [("file", {"identity", "adoption"}, lambda own: own.get("/children/{child}"))],
    "GET /children/{child}/summary": [
        ("summary", {"identity"}, lambda own: own.get("/children/{child}/summary")),
        ("findings", {"adoption"}, lambda own: own.get("/children/{child}/summary")),
    ],
    "GET /children/{child}/findings": [
        ("findings", {"adoption"}, lambda own: own.get("/children/{child}/findings", rule="I12")),
    ],
    "GET /children/{child}/hindsight": [
        ("hindsight", {"identity"}, lambda own: own.hindsight()),
    ],
    "GET /children/{child}/entries/{entry_id}": [("entry", {"adoption"}, lambda own: own.latest_entry())],
    "GET /children/{child}/entries": [
        ("entries", {"identity", "adoption"}, lambda own: own.get("/children/{child}/entries"))
    ],
    "GET /children/{child}/obligations": [
        ("obligations", {"adoption"}, lambda own: own.get("/children/{child}/obligations", rule="D32"))
    ],
    "GET /children/{child}/explain/{field}": [
        ("explanation", {"adoption"}, lambda own: own.get("/children/{child}/explain/obligations.D32")),
        ("explanation", {"identity"}, lambda own: own.get("/children/{child}/explain/identity.name")),
        ("explanation", {"identity"}, lambda own: own.get("/children/{child}/explain/file_no")),
    ],
    "GET /children/{child}/diff": [
        ("diff", {"identity", "adoption"}, lambda own: own.get("/children/{child}/diff", from_known_at=0)),
    ],
    "GET /children/{child}/access": [
        # What was read is told by its categories, and nothing of what it says.
        ("accesses", set(), lambda own: own.get("/children/{child}/access")),
        ("accesses", set(), lambda own: own.get("/children/{child}/access", format="csv")),
    ],
    "GET /children/{child}/dossier": [
        (
            "dossier",
            {"identity", "adoption"},
            lambda own: own.get("/children/{child}/dossier", purpose="archive"),
        ),
    ],
    "GET /children/{child}/bundle": [
        ("bundle", {"identity", "adoption"}, lambda own: own.get("/children/{child}/bundle")),
    ],
    "GET /entries/{position}/decision": [
        ("decision", {"identity", "adoption"}, lambda own: own.latest_decision()),
    ],
    "GET /diff": [
        ("diff", {"identity"}, lambda own: own.get("/diff", from_known_at=0)),
    ],
    "GET /children": [("register", {"identity"}, lambda own: own.get("/children"))],
    "POST /children/search": [
        ("register", {"identity"}, lambda own: own.client.post("/children/search", json={"q": NAME})),
    ],
    "GET /entries": [
        ("feed", {"identity", "adoption"}, lambda own: own.get("/entries")),
        ("feed", {"identity"}, lambda own: own.get("/entries", limit=500, wait=1)),
    ],
    "GET /obligations": [("obligations", {"adoption"}, lambda own: own.get("/obligations", rule="D32"))],
    "GET /findings": [("findings", {"adoption"}, lambda own: own.get("/findings", rule="I12"))],
    "GET /questions/{question}": [
        ("question", {"identity"}, lambda own: own.get("/questions/A3", day="2020-01-01")),
    ],
    "GET /exceptions": [("exceptions", {"adoption"}, lambda own: own.get("/exceptions", rule="I12"))],
    "GET /exceptions/{entry}": [
        ("exceptions", {"adoption"}, lambda own: own.exception()),
    ],
    "GET /differences": [("differences", {"identity"}, lambda own: own.differences())],
    "GET /census/moves": [
        (
            "census",
            {"identity"},
            lambda own: own.get("/census/moves", **{"from": "2000-01-01", "to": "2026-11-22"}),
        )
    ],
    "GET /late": [("late", {"identity"}, lambda own: own.get("/late"))],
    "GET /own-work": [("own work", {"identity"}, lambda own: own.get("/own-work"))],
    "GET /imports/{job}": [
        ("import report", {"identity"}, lambda own: own.imported()),
        ("import report", {"adoption"}, lambda own: own.imported_as_a_line(ADOPTED)),
    ],
    "GET /imports/{job}/rows": [("import report", {"identity"}, lambda own: own.imported("/rows"))],
    "POST /children": [
        ("duplicates", {"identity"}, lambda own: own.open(RECEIVED, IDENTITY, dry_run=True)),
    ],
    "POST /children/{child}/events": [
        ("dry run", {"identity"}, lambda own: own.record(RENAMED, dry_run=True)),
        ("dry run", {"adoption"}, lambda own: own.record(ADOPTED, dry_run=True)),
        ("refusal", {"adoption"}, lambda own: own.record(ADOPTED)),
        ("recorded before", {"adoption"}, lambda own: own.record((*ADOPTED, EXCUSED), key=own.key)),
    ],
    "POST /children/{child}/entries/{entry_id}/move": [
        ("dry run", {"identity"}, lambda own: own.move(dry_run=True)),
        ("move", {"identity"}, lambda own: own.move()),
    ],
    "POST /reconciliations": [("reconciliation", {"identity"}, lambda own: own.reconciled())],
    "POST /entries": [
        ("dry run", {"identity"}, lambda own: own.record_many(RENAMED, dry_run=True)),
        ("refusal", {"adoption"}, lambda own: own.record_many(ADOPTED)),
    ],
}
"""What each operation that tells of a child is asked, with the purpose and some categories that are noted."""
SILENT = {
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /verify",
    "POST /verify",
    "GET /event-types",
    "GET /event-types/{type}",
    "GET /rules",
    "GET /codes",
    "GET /codes/{table}",
    "GET /questions",
    # When something happened and was recorded is told, not what.
    "GET /children/{child}/chronology",
    # Whether entries are as they were recorded, and not what they say.
    "GET /children/{child}/integrity",
    # That something was recorded, and neither what nor of whom.
    "GET /log",
    "GET /log/checkpoint",
    "GET /log/tile/{tile}",
    "GET /entries/{position}/proof",
    "GET /access-log",
    "GET /access-log/checkpoint",
    "GET /access-log/tile/{tile}",
    "GET /accesses/{position}/proof",
    # How many, and of nobody in particular.
    "GET /readiness/counts",
    "GET /counts",
    "GET /obligations/counts",
    "GET /findings/counts",
    "GET /late/counts",
    "GET /census",
    "GET /digest",
    "GET /census/flows",
    "GET /census/series",
    "GET /placements/counts",
    "GET /allowance-months/sums",
    # Numbers of children, of which none is small.
    "POST /reports",
    "GET /reports",
    "GET /reports/{report}",
    "GET /reports/{report}/comparison",
    # Who works here and where.
    "GET /people/{person}",
    "GET /institutions/{institution}/name",
    # What comes of it is asked at another address.
    "POST /imports",
    "POST /imports/{job}/record",
    # Who imported what and when, and how many rows.
    "GET /imports",
}
"""Operations that tell nothing personal of a child."""
ADMINISTERED = {
    "GET /institutions",
    "POST /institutions",
    "POST /institutions/{institution}/particulars",
    "POST /institutions/{institution}/rulebook",
    "GET /users",
    "POST /users",
    "GET /users/{user}",
    *(
        f"POST /users/{{user}}/{act}"
        for act in ("role", "login", "first-sign-in", "end", "sessions/end", "second-factor/end", "account")
    ),
    "GET /tokens",
    "POST /tokens",
    "POST /tokens/{token}/revoke",
    "GET /running-state",
}
"""What an administrator asks and does, of no child; test_administration asks, and that acts are noted."""
OF_OTHER_KINDS = {
    "POST /families",
    "GET /families",
    "GET /institutions/obligations",
    "POST /families/search",
    "POST /families/{family}/entries/{entry_id}/move",
    *(
        f"{method} /{kind}{path}"
        for kind in ("families/{family}", "institutions/{institution}")
        for method, path in (
            ("GET", ""),
            ("GET", "/entries"),
            ("GET", "/entries/{entry_id}"),
            ("GET", "/chronology"),
            ("GET", "/hindsight"),
            ("GET", "/findings"),
            ("GET", "/obligations"),
            ("GET", "/findings"),
            ("GET", "/explain/{field}"),
            ("GET", "/diff"),
            ("GET", "/access"),
            ("GET", "/integrity"),
            ("POST", "/events"),
        )
    ),
}
"""The operations on a file as served for families and institutions; test_files_of_each_kind.py and
test_families.py ask."""
OF_A_YOUNG_PERSON = {"GET /children/{child}/readiness", "GET /readiness", "GET /placements"}
"""Operations that tell of who is to leave care or has, not of who was adopted."""
OF_ITS_THINGS = {
    "GET /children/{child}/to-hand-over",
    "GET /children/{child}/restriction",
    "GET /children/{child}/emergency-accesses",
    "GET /emergency-accesses",
    "GET /erasures",
    "GET /children/{child}/own-data",
    "POST /children/{child}/extracts",
}
"""What tells of papers and belongings, of who asked to read or took an emergency access, of what is to be
erased, and of what was given out; test_hand_over, test_restriction_http, test_emergency_http,
test_erasure_list, test_own_data and test_extracts ask."""
OF_SCANS = {
    "PUT /children/{child}/documents/{document}",
    "GET /children/{child}/documents/{document}",
    "GET /children/{child}/documents/{document}/thumbnail",
}
"""Operations that take and give out the bytes of papers; test_scans.py asks."""
OF_STATEMENTS = {
    f"GET {path}" for each in STATEMENTS for path in (f"/{each.name}", f"/children/{{child}}/{each.name}")
}
"""Operations that tell of what is read off files line by line; test_statements.py asks."""
CASES = [
    pytest.param(*case, id=f"{operation} {number}")
    for operation, cases in NOTED.items()
    for number, case in enumerate(cases, 1)
]


async def before_an_adoption(served: Served) -> Asked:
    """Given a child who is not to be adopted, as a report says."""
    story = await a_story(served).given(RECEIVED, IDENTITY, APPLIED, CONSENTED, REPORT)
    assert story.child is not None
    return Asked(await served.as_(Role.SUPERVISOR), UUID(story.child), new_key())


async def asked_by_a_supervisor(served: Served) -> Asked:
    """Given a child whose adoption stands in spite of a negative report."""
    asked = await before_an_adoption(served)
    recorded = await asked.record((*ADOPTED, EXCUSED), key=asked.key)
    assert recorded.status_code == 201, recorded.text
    await served.projected()
    return asked


def test_every_operation_is_known_to_tell_of_a_child_or_not_to() -> None:
    told = {*NOTED, *OF_A_YOUNG_PERSON, *OF_ITS_THINGS, *OF_SCANS, *OF_STATEMENTS}
    assert told | SILENT | ADMINISTERED | OF_OTHER_KINDS == OPERATIONS


@pytest.mark.parametrize(("purpose", "categories", "ask"), CASES)
async def test_whoever_is_told_what_is_personal_stands_in_the_access_log(
    served: Served, purpose: str, categories: set[str], ask: Ask
) -> None:
    own = await asked_by_a_supervisor(served)
    before = len(await served.container.access.of(own.child, limit=500))

    answer = await ask(own)

    lines = await served.container.access.of(own.child, limit=500)
    noted = [line for line in lines[: len(lines) - before] if line.purpose == purpose]
    assert noted, (answer.status_code, answer.text, lines)
    assert categories <= set(noted[0].categories)
    assert noted[0].role == "supervisor"


@pytest.mark.parametrize(
    ("purpose", "record"),
    [
        ("recording", lambda own: own.record((*ADOPTED, EXCUSED))),
        ("recording", lambda own: own.record_many((*ADOPTED, EXCUSED))),
        ("import report", lambda own: own.imported_as_a_line((*ADOPTED, {"noted_on": "2024-06-02"}))),
    ],
    ids=["alone", "among many", "as a line"],
)
async def test_who_records_and_is_told_what_speaks_against_it_is_noted(
    served: Served, purpose: str, record: Ask
) -> None:
    own = await before_an_adoption(served)

    answer = await record(own)

    assert "I12" in answer.text
    lines = await served.container.access.of(own.child, limit=500)
    assert {line.purpose for line in lines} == {purpose}
    assert all("adoption" in line.categories for line in lines)


async def test_who_is_told_by_lines_that_a_number_is_another_s_is_noted(served: Served) -> None:
    numbered = ("2016-03-06", some(CitizenIdAssigned, citizen_id=ID))
    elsewhere = await served.as_(Role.STAFF, elsewhere=True)
    opening = {"events": [sent(*numbered)]}
    assert (await elsewhere.post("/children", json=opening, headers=new_key())).status_code == 201
    story = await a_story(served).given(RECEIVED)
    own = Asked(await served.as_(Role.SUPERVISOR), UUID(story.child), new_key())

    told = (await own.imported_as_a_line(numbered)).json()

    assert (told["recorded"], told["findings"]) == (
        1,
        [{"rule": "I32", **titled("I32"), "count": 1, "unverified": 0}],
    )
    assert {line.purpose for line in await served.container.access.of(own.child, limit=500)} == {
        "import report"
    }


async def test_who_is_told_what_speaks_against_rows_of_a_register_is_noted(served: Served) -> None:
    """Two children of a register have one citizen id: all that is told are the rule and how often."""
    sheet = a_sheet("儿童花名册")
    for number in ("CS001", "CS002"):
        sheet = sheet.row(
            儿童编号=number,
            姓名=f"王小{number[-1]}",
            出生日期="2012-03-15",
            接收日期="2013-05-02",
            身份证号=ID,
        )
    supervisor = await served.as_(Role.SUPERVISOR)
    handed_in = await hand_in(supervisor, workbook(sheet))
    told = await done(supervisor, handed_in.headers["Location"])

    assert (told["rejections"], told["values"], told["findings"]) == (
        [],
        [],
        [{"rule": "I32", **titled("I32"), "count": 2, "unverified": 0}],
    )
    await served.projected()
    for row in (await supervisor.get("/children")).json()["items"]:
        lines = await served.container.access.of(UUID(row["child"]), limit=500)
        assert "import report" in {line.purpose for line in lines}


# What rests on what is personal and is not sealed wholly


async def test_what_a_gate_tells_of_a_guardian_is_noted_of_who_sees_guardians(served: Served) -> None:
    decided = some(CapacityDetermined, result="none", guardian_name=NOT_ASKED)
    child = await kept(served, ready_young().and_("2026-02-20", decided))
    for role in (Role.STAFF, Role.PLACEMENT_OFFICER):
        client = await served.as_(role)
        for path in (f"/children/{child}/readiness", "/readiness"):
            answer = await client.get(path, params={"day": "2026-03-01"})
            assert ("监护人不详" in answer.text) is (role is Role.STAFF)
    lines = await served.container.access.of(child, limit=500)
    family = [(line.role, line.purpose) for line in lines if "family" in line.categories]
    assert family == [("staff", "readiness")] * 2


async def test_what_speaks_against_a_file_is_noted_by_what_it_rests_on(served: Served) -> None:
    """A list of findings names two children of one name, birth and sex."""
    who = some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 1), sex="1")
    first, second = [
        await kept(served, a_file(("2016-03-01", some(ChildReceived)), ("2016-03-01", who))) for _ in "ab"
    ]
    bureau = await served.as_(Role.BUREAU)

    found = await bureau.get("/findings", params={"kind": "possible_duplicate", "limit": 1})

    (item,) = found.json()["items"]
    assert {item["child"], *item["others"]} == {str(first), str(second)}
    lines = {each: await served.container.access.of(each, limit=500) for each in (first, second)}
    own, other = lines[UUID(item["child"])], lines[UUID(item["others"][0])]
    assert [(line.purpose, line.categories) for line in own] == [("findings", ["identity"])]
    assert [(line.purpose, line.categories) for line in other] == [("duplicates", ["identity"])]


async def test_a_list_is_noted_in_one_line_for_each_file_with_all_that_its_rows_rest_on(
    served: Served,
) -> None:
    """Rows, names and evidence are one answer; of a file with several rows, each tells something else."""
    own = await asked_by_a_supervisor(served)
    admitted = await own.record(("2016-03-20", some(ChildAdmitted), {"exception": "I01"}))
    assert admitted.status_code == 201, admitted.text
    await served.projected()
    for path, purpose in (("/findings", "findings"), ("/exceptions", "exceptions")):
        before = len(await served.container.access.of(own.child, limit=500))

        listed = (await own.get(path)).json()["items"]

        assert len([row for row in listed if row["child"] == str(own.child)]) > 1
        lines = await served.container.access.of(own.child, limit=500)
        (line,) = lines[: len(lines) - before]
        assert line.purpose == purpose
        assert {"identity", "adoption"} <= set(line.categories)


async def test_a_line_that_is_not_told_is_missed_on_no_page_of_the_access_log(served: Served) -> None:
    """Else a page with a line too few, or an empty one, tells that something was found."""
    own = await asked_by_a_supervisor(served)
    for _ in range(2):
        await own.get("/children/{child}")
        await own.get("/findings", rule="I12")
    administrator = await served.as_(Role.ADMINISTRATOR)
    path, pages = f"/children/{own.child}/access?limit=1", []
    following: str | None = ""
    while following is not None:
        page = (await administrator.get(path + (f"&cursor={following}" if following else ""))).json()
        pages.append([line["purpose"] for line in page["items"]])
        following = page["next"]
    assert pages in ([["file"], ["file"]], [["file"], ["file"], []])


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR, Role.AUDITOR])
async def test_nothing_personal_is_answered_without_a_line(served: Served, role: Role) -> None:
    """Whatever the table above says: everything is asked, and what shows a name or a number was noted."""
    own = await asked_by_a_supervisor(served)
    own = Asked(await served.as_(role), own.child, own.key)
    # What is told may be of somebody else of the same name.
    lines, shown = served.container.log_of_accesses.rows, 0
    for operation, cases in NOTED.items():
        for _, _, ask in cases:
            if operation.startswith("GET /imports") and role is Role.AUDITOR:
                continue
            before = await lines.last()
            answer = await ask(own)
            told = any(personal in answer.text for personal in PERSONAL)
            after = await lines.last()
            assert after > before or not told, (operation, answer.text)
            shown += told
    named = {"child": own.child, "type": next(iter(CATALOGUE)), "table": "stage"}
    named |= {"person": (await served.actor(role)).user, "institution": served.home.institution}
    named |= {"report": await an_issued_report(served), "position": 1, "tile": "entries/000.p/1"}
    for path in sorted(each for each in SILENT if each.startswith("GET ")):
        address = path.removeprefix("GET ").format(**named)
        answer = await own.client.get(address)
        assert not any(personal in answer.text for personal in PERSONAL), path
    assert shown >= 5


async def test_who_is_told_nothing_personal_leaves_no_line(served: Served) -> None:
    own = await asked_by_a_supervisor(served)
    before = await served.container.access.of(own.child, limit=500)
    bureau = await served.as_(Role.BUREAU)
    answers = await asyncio.gather(
        bureau.get("/findings", params={"rule": "I12"}),
        bureau.get(f"/children/{own.child}/obligations", params={"rule": "D32"}),
    )
    assert [answer.json()["items"] for answer in answers] == [[], []]
    staff = await served.as_(Role.STAFF)
    refused = await staff.post(f"/children/{own.child}/events", json=sent(*ADOPTED), headers=new_key())
    assert refused.status_code == 403
    assert await served.container.access.of(own.child, limit=500) == before
