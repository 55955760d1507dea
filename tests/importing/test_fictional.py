"""The fictional institution: its register is like real ones, and it shows everything that there is to see."""

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, Final, get_args
from uuid import UUID, uuid4

import psycopg
import pytest
from httpx2 import ASGITransport, AsyncClient
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api.app import create_app, running
from api.bootstrap import Container
from api.demo.demonstration import issue_reports
from api.demo.life_recording import record_lives
from api.demo.members import tokens_for_every_role
from api.demo.people import REGION, TOWNSHIP
from api.demo.register_workbook import HEADINGS, INSTITUTION, register
from api.identity.directory import Institution
from api.identity.permissions import SEES, Role
from api.imports.reading.kinds import read_workbook
from api.imports.recognition.register_reading import Register, read_register
from api.imports.recognition.tables import RowKind
from api.imports.register_import import prepare, run_import, up_to_date
from api.imports.report.import_report import Report
from api.institutions import open_institution
from api.questions import user_questions
from api.settings import Settings
from domain.citizen_id import read as read_citizen_id
from domain.codes import tables
from domain.events.placement.gates import route
from domain.file import File, fold
from domain.judging import FindingKind, findings
from domain.life import STAGE, Life
from domain.obligations import OBLIGATIONS, State, clocks
from domain.possible import mending
from domain.readiness import GATES, GateState, Status, readiness
from domain.rulebook import Rulebook
from domain.standing import lapses
from projections.dimensions import DIMENSIONS, NOTHING, hidden_in
from projections.likeness import LIKENESSES
from tests.support.asking_headers import asking
from tests.support.client import NOW
from tests.support.fictional_lives import told_on
from tests.support.given import TODAY
from tests.support.ledgers import all_entries
from tests.support.listed_events import LISTED

OTHER_DAYS: Final = ("2027-01-01", "2027-07-10", "2027-09-01", "2028-02-29", "2030-12-31")
"""Days on which a school year, a calendar year or a leap year makes a difference."""

OF_AN_INSTITUTION: Final = {"InstitutionOpened", "RulebookAdopted"}
"""Events that happen to an institution, not in a child's life."""
NEVER_A_FINDING: Final = {
    "E01": "impossible: refused, imported or not",
    "E02": "impossible",
    "E03": "impossible",
    "E04": "impossible",
    "E08": "impossible",
    "E10": "impossible",
    "E11": "impossible",
    "E12": "impossible",
    "E15": "impossible",
    "E17": "impossible",
    "X01": "impossible",
    "X02": "impossible",
    "X03": "impossible",
    "X04": "impossible",
    "X05": "impossible",
    "X06": "impossible",
    "X07": "of an institution, not of a life",
    "X08": "impossible",
    "X12": "impossible",
    **dict.fromkeys(("R-ESC-1", "R-LIM-1", "R-EMG-2", "R-ERA-1", "R-ERA-2", "R-ERA-4"), "impossible"),
    "R-ERA-3": "nobody asked that anything be erased",
    "R-SUB-1": "nobody asked for their own data",
    "R-FOS-4": "of two files",
    "X09": "no life claims an exception that it does not need",
    "R-EDU-1": "a number that other rules count with",
    **{f"R-FILE-{number}": "impossible" for number in (1, 2, 3, 4, 7, 8, 9, 10)},
    "R-FILE-5": "of two files, not of a life",
    "R-FILE-6": "of two files, not of a life",
    "R-AGE-1": "how other rules count",
    "R-TIME-1": "how other rules count",
    "R-TIME-2": "how other rules count",
    "D30": "of Shenzhen, where nobody of these lives",
    "R-ADO-1": "of Sichuan, where nobody of these lives",
}
"""Rules that speak against nothing recorded, each with why (what is due and the gates speak otherwise)."""
NEVER_VOID: Final = {"due", "overdue", "met", "met_late"}
REPORTED: Final = {"met", "met_late"}
IN_TURN: Final = {"met", "met_late", "due"}
STATES: Final[dict[str, set[str]]] = {
    "D19": NEVER_VOID,
    "R-LIM-2": {"due", "met"},
    "R-MED-8": {"due", "overdue"},
    "D34": NEVER_VOID,
    "R-ALW-2": {"due", "overdue", "met"},
    "R-DIS-2": {"due"},
    "R-EDU-3": {"due", "met"},
    "R-EDU-4": {"due", "met"},
    "R-REH-2": {"met"},
    "R-REH-3": {"due", "met"},
    "R-REH-4": {"met"},
    "R-ARC-1": NEVER_VOID,
    "R-DTH-3": NEVER_VOID,
    **dict.fromkeys(("D20", "D27", "D29", "D31", "R-REP-1", "R-REP-2"), IN_TURN),
    **dict.fromkeys(("D22", "D24"), REPORTED),
    **dict.fromkeys(("R-HAZ-1", "R-SUP-1", "R-SUP-2", "R-GOV-1"), NEVER_VOID),
    "R-FIR-1": {"met", "overdue"},
    "R-FIR-2": IN_TURN,
    "R-FIR-3": {"met", "due"},
    "R-STA-1": {"met", "met_late", "overdue"},
}
"""The states of an obligation that the lives show, where these are not all.

An application is recorded with its decision (D16), and nothing makes void what harm, a death or a loan
from the archive asks for, or what is asked of an institution. Of what recurs in the one institution a single
time is open, and reports are due in one month of a year. Of the others a few states are enough, for what is
shown costs time.
"""
ASKED_BY_NOBODY: Final = {
    "R-EMG-1": "none of these lives came to an emergency",
    "R-ERA-5": "nobody asked that anything be erased",
    "R-ERA-6": "nobody asked that anything be erased",
    "R-SUB-2": "nobody asked for their own data",
}
"""Obligations that no life has, each with why: what the whole file is asked about, or withheld, or erased."""
OF_MORE_THAN_A_LIFE: Final = {
    "listed_twice": "two rows of a register tell of one child",
    "possible_duplicate": "two files may be one child's",
}
"""Kinds of findings that no life shows by itself, each with why."""
GATE_STATES: Final = {
    1: {"met", "unmet", "uncertain"},
    2: {"met", "unmet", "uncertain"},
    3: {"met", "unmet"},
    4: {"met", "unmet"},
    5: {"met", "unmet", "unknown"},
    6: {"met", "unmet", "unknown"},
    7: {"met", "unmet"},
    8: {"met", "unmet", "unknown", "not_applicable"},
    9: {"met", "unmet", "unknown", "not_applicable"},
    10: {"met", "unmet"},
    11: {"met", "unmet", "unknown"},
    12: {"met", "unmet"},
    13: {"met", "unmet", "unknown", "not_applicable"},
    14: {"met", "unmet"},
}
"""What each gate can answer."""
RULEBOOK: Final = Rulebook.shipped()


# --- the register -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def handed_in() -> Register:
    return read_register(read_workbook(register(TODAY)), TODAY)


def test_the_same_day_and_seed_make_the_same_register() -> None:
    assert register(TODAY) == register(TODAY)
    assert register(TODAY) != register(TODAY, seed=2)


def test_a_register_is_made_in_no_time() -> None:
    started = process_time()
    register(TODAY)
    assert process_time() - started < 5


def test_it_has_ten_sheets_in_the_usual_form(handed_in: Register) -> None:
    assert [table.sheet.title for table in handed_in.tables] == list(HEADINGS)
    for table in handed_in.tables:
        assert table.layout is not None
        assert table.layout.name == table.sheet.title
        assert len(table.columns) == len(HEADINGS[table.sheet.title])
        assert table.kinds[:3] == [RowKind.TITLE, RowKind.TITLE, RowKind.HEADING]
        assert table.banner.institution == INSTITUTION
    assert {RowKind.TOTAL, RowKind.SIGNATURE} <= {kind for each in handed_in.tables for kind in each.kinds}


def test_it_lists_a_hundred_children_and_more(handed_in: Register) -> None:
    assert handed_in.roster is not None
    assert len(handed_in.roster) >= 100


def test_days_are_written_in_eight_spellings(handed_in: Register) -> None:
    shapes = {
        type(raw).__name__
        if isinstance(raw, date)
        else "".join("9" if sign.isdecimal() else sign for sign in raw)
        for table in handed_in.tables
        for row in table.sheet.rows
        for raw in row
        if isinstance(raw, date) or (isinstance(raw, str) and sum(sign.isdecimal() for sign in raw) >= 6)
    }
    assert {
        "date",
        "9999年9月9日",
        "99999999",
        "9999.9.9",
        "9999/99/99",
        "9999-99-99",
        "9999-99-99 ",
    } <= shapes


def test_citizen_ids_are_of_a_county_that_never_was_and_two_are_misspelled(handed_in: Register) -> None:
    roster = handed_in.tables[0]
    place = HEADINGS["儿童花名册"].index("身份证号")
    rows = [row for row, kind in zip(roster.sheet.rows, roster.kinds, strict=True) if kind is RowKind.DATA]
    numbers = {str(row[place]).strip() for row in rows if len(row) > place and row[place]}
    assert {number[:6] for number in numbers} == {REGION}
    assert sum(read_citizen_id(number) is None for number in numbers) == 2


@pytest.mark.parametrize("day", OTHER_DAYS)
def test_somebody_is_always_about_to_turn_eighteen(day: str) -> None:
    today = date.fromisoformat(day)
    made = read_register(read_workbook(register(today)), today)
    assert made.roster is not None
    births = [
        cell.value.last
        for child in made.roster
        for at in made.children[child]
        for column, cell in made.cells(at)
        if column is not None and column.heading == "出生日期" and not cell.fault
    ]
    in_days = [(born.replace(year=born.year + 18, day=min(born.day, 28)) - today).days for born in births]
    assert any(0 <= days <= 30 for days in in_days)
    assert any(30 < days <= 180 for days in in_days)


# --- the lives --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What there is to see in files on a day."""

    types: set[str]
    stages: set[str]
    due: dict[str, set[str]]
    gates: dict[int, set[str]]
    ready: set[tuple[str, str | None]]
    kinds: set[str]
    rules: set[str]


def seen(files: list[File], today: date) -> Seen:
    due: dict[str, set[str]] = defaultdict(set)
    gates: dict[int, set[str]] = defaultdict(set)
    ready: set[tuple[str, str | None]] = set()
    found: set[tuple[str, str]] = set()
    stages = set()
    for file in files:
        for clock in clocks(file, RULEBOOK):
            due[clock.rule].add(str(clock.state(today)))
            assert clock.met_by is None or clock.met_by.type in mending(RULEBOOK[clock.rule]), clock.rule
        life = Life(file, today, RULEBOOK)
        stage = life.now(STAGE)
        stages.add("" if stage is None else str(stage.held.value))
        if life.in_care and life.aged(17) is not False:
            answer = readiness(life, RULEBOOK, route)
            ready.add((answer.status, answer.route))
            for gate, own in answer.answers:
                gates[gate.number].add(own.state)
        for judgement in findings(file, RULEBOOK):
            kind = "exception_unapproved" if judgement.excused else judgement.refusal.kind
            found.add((judgement.rule.id, kind))
            if judgement.rejected:
                found.add(("X10", "exception_rejected"))
        found |= {(lapse.refusal.rule, lapse.refusal.kind) for lapse in lapses(file, RULEBOOK, today)}
    return Seen(
        types={entry.type for file in files for entry in file.entries.values()},
        stages=stages - {""},
        due=dict(due),
        gates=dict(gates),
        ready=ready,
        kinds={kind for _, kind in found},
        rules={rule for rule, _ in found},
    )


def states(rule: str) -> set[str]:
    """Return the states in which an obligation can be on some day."""
    return STATES.get(rule, set(get_args(State)))


def shows_everything(shown: Seen) -> None:
    """Assert that there is nothing that the lives do not show."""
    assert shown.types >= set(LISTED) - OF_AN_INSTITUTION
    assert shown.stages == set(tables()["stage"].codes)
    assert set(OBLIGATIONS) - set(shown.due) == set(ASKED_BY_NOBODY)
    for rule in set(OBLIGATIONS) - set(ASKED_BY_NOBODY):
        assert shown.due[rule] >= states(rule), rule
    assert shown.gates == GATE_STATES
    assert shown.ready >= {
        ("ready", "social"),
        ("ready", "hardship"),
        ("not_ready", None),
        ("deferred", None),
    }
    assert shown.kinds >= set(get_args(FindingKind)) - set(OF_MORE_THAN_A_LIFE)
    speaking = {rule.id for rule in RULEBOOK.rules.values() if rule.strength != "due"}
    expected = speaking - {gate.rule for gate in GATES.values()} - set(NEVER_A_FINDING)
    assert expected - {each.rule for each in LIKENESSES} <= shown.rules <= expected


def test_every_gate_is_said_what_it_can_answer() -> None:
    assert set(GATE_STATES) == set(GATES)
    # Nothing is restricted to who sees everything.
    assert set().union(*GATE_STATES.values()) == set(get_args(GateState)) - {"restricted"}


@pytest.mark.parametrize("day", [TODAY.isoformat(), *OTHER_DAYS])
def test_the_lives_alone_break_no_rule_unsaid_and_show_everything_on_any_day(day: str) -> None:
    today = date.fromisoformat(day)
    shows_everything(seen(told_on(today), today))


@pytest.mark.parametrize("seed", range(4))
def test_what_is_found_of_a_life_that_grows_in_any_order_is_what_is_found_of_it_whole(seed: int) -> None:
    for life in told_on(TODAY):
        entries = list(life.entries.values())
        Random(seed).shuffle(entries)  # noqa: S311 - which order it is is no secret
        file = File()
        for entry in entries:
            later = file.copy().add(entry)
            later.inherit(file)
            assert list(findings(later, RULEBOOK)) == list(findings(later.copy(), RULEBOOK))
            file = later


# --- the ledger -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filled:
    """What came of filling a ledger, and what it answers today."""

    seconds: float
    report: Report
    again: Report
    entries: int
    entries_again: int
    files: list[File]
    due: Counter[tuple[str, str]]
    ready: Counter[str]
    kinds: Counter[str]
    stages: Counter[str]
    counted: set[str]
    """The dimensions by which the census counts somebody of whom something is recorded."""
    unanswered: list[str]
    """The calls of users' questions that have nothing to say to any of the first two roles that may ask."""


@pytest.fixture(scope="module")
def filled(postgres: str) -> Iterator[Filled]:
    """Fill a ledger of its own as a demonstration does, and fill it again."""
    name = f"test_{uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        url = SecretStr(make_conninfo(postgres, dbname=name))
        yield asyncio.run(_fill(Settings(database_url=url, data=Path(folder), ledger=name)))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def _fill(settings: Settings) -> Filled:
    app = create_app(settings, clock=lambda: NOW)
    async with running(app) as container:
        institution = await open_institution(container, INSTITUTION, region=REGION)
        recorder = (await container.identity.operator()).recorder
        workbook = read_workbook(register(TODAY), "register.xlsx")

        async def fill() -> Report:
            report = await run_import(
                container, await prepare(container, workbook, only=institution), recorder, _unseen
            )
            await record_lives(container, institution, TODAY, purpose="test")
            return report

        started = process_time()
        report = await fill()
        await up_to_date(container)
        seconds = process_time() - started
        entries = (await container.ledger.head()).position
        again = await fill()
        entries_again = (await container.ledger.head()).position
        tokens = await tokens_for_every_role(
            container.identity, institution, purpose="test", days=1, township=TOWNSHIP
        )
        transport = ASGITransport(app=app)
        due, ready, kinds, stages = [], [], [], []
        counted: set[str] = set()
        # Whoever is outside institutions is in no list of an institution.
        for role in (Role.SUPERVISOR, Role.TOWNSHIP):
            async with AsyncClient(
                transport=transport,
                base_url="http://childledger.test",
                headers=asking(tokens[role], role),
            ) as client:
                due += [
                    (each["rule"], each["state"])
                    for state in get_args(State)
                    async for each in _all(client, "/obligations", state=state)
                ]
                ready += [each["status"] async for each in _all(client, "/readiness")]
                kinds += [each["kind"] async for each in _all(client, "/findings")]
                stages += [each["stage"] async for each in _all(client, "/children")]
                for name in DIMENSIONS:
                    answer = await client.get("/census", params={"by": name})
                    assert answer.is_success or not hidden_in([name]) <= SEES[role]
                    cells = answer.json().get("items", ())
                    counted.update(name for cell in cells if cell["values"][0]["value"] != NOTHING)
                if role is Role.SUPERVISOR:
                    own = f"/institutions/{institution.institution}/obligations"
                    due += [(each["rule"], each["state"]) async for each in _all(client, own)]
        while not await issue_reports(container, institution, TODAY):
            pass  # their numbers are at hand once all that was recorded is written as known then
        unanswered = await _unanswered(transport, tokens, institution)
        return Filled(
            seconds=seconds,
            report=report,
            again=again,
            entries=entries,
            entries_again=entries_again,
            files=await _every_file(container),
            due=Counter(due),
            ready=Counter(ready),
            kinds=Counter(kinds),
            stages=Counter(stages),
            counted=counted,
            unanswered=unanswered,
        )


async def _unanswered(
    transport: ASGITransport, tokens: dict[Role, str], institution: Institution
) -> list[str]:
    """Return the calls of users' questions to which nothing is answered."""
    silent = []
    async with AsyncClient(transport=transport, base_url="http://childledger.test") as client:

        async def asked(role: Role, address: str) -> dict[str, Any]:
            answer = await client.get(address, headers=asking(tokens[role], role))
            assert answer.status_code == 200, (address, answer.text)
            said: dict[str, Any] = answer.json()
            return said

        child = (await asked(Role.SUPERVISOR, "/readiness?limit=1"))["items"][0]["child"]
        for question in user_questions():
            # Of one child only what is asked for one alone: whoever has something of the kind is in the list.
            of_all = [call for call in question.calls if "{child}" not in call.address]
            for call in of_all or question.calls:
                address = call.address.format(child=child, institution=institution.institution)
                answers = [await asked(role, address) for role in question.roles[:2]]
                if not any(map(_says_something, answers)):
                    silent.append(f"{question.name} {call.written}")
    return silent


def _says_something(answer: dict[str, Any]) -> bool:
    """Whether an answer has an item, or is of one file, or of what was verified."""
    return bool(answer.get("items", True)) or "entries" in answer


def _unseen(done: int, rows: int) -> None:
    """Take no notice of progress."""


async def _all(client: AsyncClient, path: str, **said: str) -> AsyncIterator[dict[str, Any]]:
    """Yield every item of a list, page by page."""
    cursor = None
    while True:
        paged = {} if path.startswith("/institutions") else {"limit": "500"}
        asked = said | paged | ({"cursor": cursor} if cursor else {})
        answer = await client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for item in page["items"]:
            yield item
        cursor = page["next"]
        if cursor is None:
            return


async def _every_file(container: Container) -> list[File]:
    entries = await all_entries(container.ledger)
    streams: dict[UUID, list[Any]] = defaultdict(list)
    for entry in entries:
        streams[entry.stream].append(entry)
    return [fold(own) for own in streams.values()]


@pytest.mark.long
def test_filling_takes_seconds_of_the_processor(filled: Filled) -> None:
    assert filled.seconds < 30


@pytest.mark.long
def test_only_the_row_of_a_stranger_is_rejected(filled: Filled) -> None:
    assert [(line.sheet, line.code) for line in filled.report.rejections] == [("就学", "not_on_roster")]
    assert Counter(line.code for line in filled.report.values) == {
        "listed_twice": 4,
        "impossible_date": 1,
        "future_date": 1,
        "pending": 4,
    }


@pytest.mark.long
def test_filling_again_adds_nothing(filled: Filled) -> None:
    assert filled.again.entries == 0
    assert filled.entries_again == filled.entries


@pytest.mark.long
def test_the_ledger_shows_everything(filled: Filled) -> None:
    shown = seen(filled.files, TODAY)
    assert len(filled.files) >= 150
    shows_everything(shown)


@pytest.mark.long
def test_everything_is_found_by_asking(filled: Filled) -> None:
    asked = set(OBLIGATIONS) - set(ASKED_BY_NOBODY)
    assert {(rule, state) for rule in asked for state in states(rule)} <= set(filled.due)
    assert set(filled.ready) == set(get_args(Status))
    assert set(filled.kinds) == set(get_args(FindingKind))
    assert set(filled.stages) == set(tables()["stage"].codes)
    assert filled.counted == set(DIMENSIONS)


@pytest.mark.long
def test_every_question_of_users_is_answered_with_something(filled: Filled) -> None:
    assert filled.unanswered == []
