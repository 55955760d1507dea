"""An auditor takes a child's file away, and whoever has it verifies it by the program that is in it."""

from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
import pytest
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from api.cli.upkeep_commands import verifying_entries
from api.http.file_bundle import ENTRIES, MANIFEST, PAGE
from api.identity.permissions import Role
from domain.event import Category
from domain.events.adoption.concluding import AdoptionAgreementSigned
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.restriction import ProcessingRestricted
from ledger.log.checkpoint import Checkpoint, Note, Signature
from ledger.log.offline_verifier import main
from ledger.log.publishing import CHECKPOINT, KEY, POLICY, VERIFIER
from tests.support.auditor import Auditor, all_of
from tests.support.client import Served
from tests.support.given import given, some
from tests.support.processes import environment_of
from tests.support.published_log import WITNESS
from tests.support.restricted_files import may_read, recorded
from tests.support.stored import as_owner, erase, kept, noted

NAME, OTHER_NAME, NUMBER = "标记甲", "标记乙", "标记-收-0001"


def a_life(name: str) -> Any:
    """Return a child's life of five entries."""
    return given(
        ("2016-03-05", some(ChildReceived)),
        ("2016-03-05", some(IdentityRecorded, name=name, birth_on=date(2009, 3, 5), sex="1")),
        ("2016-03-06", some(ChildAdmitted)),
        ("2016-03-08", some(IdentityRecorded, name=f"{name}某")),
        ("2024-06-01", some(AdoptionAgreementSigned, agreement_no=NUMBER)),
    )


@dataclass(frozen=True)
class AuditorOfTwo(Auditor):
    """An auditor of a ledger with another child, too."""

    other: UUID


@pytest.fixture
async def auditor(served: Served, tmp_path: Path) -> AuditorOfTwo:
    """Give an auditor of two children of like lives, whose entries are in the signed log."""
    child, other = await kept(served, a_life(NAME)), await kept(served, a_life(OTHER_NAME))
    await served.container.transparency_log.catch_up()
    return AuditorOfTwo(served, child, tmp_path, other)


async def test_an_auditor_takes_a_file_away_with_all_that_verifies_it(auditor: AuditorOfTwo) -> None:
    """Given a child, when its bundle is taken, then it verifies, reads, tells its rules, and is noted."""
    folder = await auditor.takes()
    assert auditor.finds(folder) == []
    assert auditor.finds(folder, "--log", await auditor.log()) == []
    assert {CHECKPOINT, ENTRIES, PAGE, KEY, MANIFEST, POLICY, VERIFIER} <= {
        path.name for path in folder.iterdir()
    }
    page = (folder / PAGE).read_text("utf-8")
    assert NAME in page
    assert "<script" not in page
    assert page.count("<tr>") == 1 + 5
    assert any((folder / "rulebook").iterdir())
    lines = [orjson.loads(line) for line in (folder / ENTRIES).read_bytes().splitlines()]
    assert not any(NAME in line["stored"] for line in lines), "the entries are as they are stored"
    assert sum(NAME in part["text"] for line in lines for part in line["opened"]) == 2
    (row,) = await noted(
        auditor.served, "SELECT categories FROM access WHERE child = %s AND purpose = 'bundle'", auditor.child
    )
    assert {Category.IDENTITY, Category.ADOPTION} <= {*row[0]}


async def test_chosen_entries_and_categories_alone_are_shown(auditor: AuditorOfTwo) -> None:
    """Given chosen entries, then the others are named by their leaves, and nothing of them is told."""
    positions = await auditor.positions()
    chosen = await auditor.takes(position=positions[1], category=["identity"])
    assert auditor.finds(chosen) == []
    lines = [orjson.loads(line) for line in (chosen / ENTRIES).read_bytes().splitlines()]
    assert [orjson.loads(line["leaf"])["n"] for line in lines if "stored" in line] == [positions[1]]
    assert len(lines) == len(positions)
    told = all_of(chosen)
    assert NAME in told
    assert f"{NAME}某" not in told
    without = all_of(await auditor.takes("without", category=["contact"]))
    assert NAME not in without
    assert NUMBER not in without


async def test_what_was_erased_is_in_no_bundle_and_the_rest_still_verifies(auditor: AuditorOfTwo) -> None:
    """Given a child whose identity was erased, then its bundle verifies, and tells no name."""
    await erase(auditor.served, auditor.child, Category.IDENTITY)
    folder = await auditor.takes()
    assert auditor.finds(folder) == []
    assert NAME not in all_of(folder)


async def test_what_is_restricted_is_proved_and_not_shown_without_an_approved_purpose(
    auditor: AuditorOfTwo,
) -> None:
    """Given a restricted file, then its leaves alone are in a bundle, until somebody else approves a purpose.

    It stays so where the entry that restricts it is altered, and with a purpose the access log names that.
    """
    served, child = auditor.served, auditor.child
    supervisor = await served.as_(Role.SUPERVISOR)
    restricting = await recorded(supervisor, child, some(ProcessingRestricted))
    await served.projected()
    without = await auditor.takes("without")
    assert auditor.finds(without, "--log", await auditor.log()) == []
    lines = [orjson.loads(line) for line in (without / ENTRIES).read_bytes().splitlines()]
    assert [line.get("columns", {}).get("type") for line in lines] == [None] * 5 + ["ProcessingRestricted"]
    assert NAME not in all_of(without)
    assert "档案限制处理" in (without / PAGE).read_text("utf-8")

    position = restricting["position"]
    await as_owner(served, "UPDATE entry SET body = body || '\\x20' WHERE position = %s", position)
    altered = await auditor.takes("altered")
    assert [b'"stored"' in line for line in (altered / ENTRIES).read_bytes().splitlines()] == [False] * 6
    await as_owner(served, "UPDATE entry SET body = rtrim(body, '\\x20') WHERE position = %s", position)

    await may_read(served, child, Role.AUDITOR)
    whole = await auditor.takes("whole")
    assert auditor.finds(whole) == []
    assert NAME in all_of(whole)
    asked = "SELECT reason FROM access WHERE child = %s AND purpose = 'bundle' ORDER BY position DESC LIMIT 1"
    assert await noted(served, asked, child) == [("inspection",)]


async def test_who_may_take_a_bundle(auditor: AuditorOfTwo) -> None:
    """Given each role, then supervisor and auditor of the institution in charge take it, and nobody else."""
    path = f"/children/{auditor.child}/bundle"
    for role in Role:
        status = (await (await auditor.served.as_(role)).get(path)).status_code
        assert (status == 200) is (role in {Role.SUPERVISOR, Role.AUDITOR}), role
    elsewhere = await auditor.served.as_(Role.AUDITOR, elsewhere=True)
    assert (await elsewhere.get(path)).status_code == 404


async def test_what_is_not_of_the_file_or_the_log_is_refused(auditor: AuditorOfTwo) -> None:
    """Given an entry of another child, or a checkpoint that is not yet, then the parameter is named."""
    client = await auditor.served.as_(Role.AUDITOR)
    (other,) = (await auditor.served.container.ledger.store.stream(auditor.other))[:1]
    for name, asked in (("position", other.position), ("since", 10**6)):
        answer = await client.get(f"/children/{auditor.child}/bundle", params={name: asked})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/query/{name}")


async def test_the_log_has_only_grown_since_an_earlier_checkpoint(auditor: AuditorOfTwo) -> None:
    """Given a checkpoint kept before, when the log has grown, then a bundle since then proves it."""
    before = await auditor.takes("before")
    size = Checkpoint.read(Note.read((before / CHECKPOINT).read_text("utf-8")).text).size
    await kept(auditor.served, given(("2024-03-05", some(ChildReceived))))
    since = ("--since", before / CHECKPOINT)
    taken = await auditor.takes("since", since=size)
    assert auditor.finds(taken, *since) == []
    assert auditor.finds(taken, "--since", taken / CHECKPOINT) == [], "its own checkpoint needs no proof"
    (fault,) = auditor.finds(await auditor.takes("after"), *since)
    assert "no proof from this checkpoint" in fault
    assert auditor.finds(await auditor.takes("whole"), *since, "--log", await auditor.log()) == []


async def test_the_command_takes_away_what_the_operator_may_and_it_verifies(
    auditor: AuditorOfTwo, childledger: Path
) -> None:
    """Given a folder, when the command exports a child into it, then it verifies and opens nothing."""
    folder, positions = auditor.folder / "exported", await auditor.positions()
    words = [
        str(childledger),
        "export",
        "child",
        str(auditor.child),
        str(folder),
        "--entries",
        str(positions[1]),
    ]
    environment = environment_of(auditor.served.container.settings)
    for code in (0, 1):
        command = await create_subprocess_exec(*words, env=environment, stdout=PIPE, stderr=PIPE)
        _, beside = await command.communicate()
        assert command.returncode == code, beside.decode()
    assert "is not empty" in beside.decode()
    assert auditor.finds(folder) == []
    lines = [orjson.loads(line) for line in (folder / ENTRIES).read_bytes().splitlines()]
    assert [bool(line.get("stored")) for line in lines] == [each == positions[1] for each in positions]
    assert NAME not in all_of(folder)


async def test_the_quorum_of_the_operator_is_asked_for(
    auditor: AuditorOfTwo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a witness whom the operator trusts, then both checks miss its cosignature until it gives it."""
    container = auditor.served.container
    policy = auditor.folder / "policy"
    policy.write_text(f"witness W1 {WITNESS.verifier} https://w1.invalid\nquorum W1\n", "utf-8")
    monkeypatch.setitem(vars(container.settings), "log_policy", policy)
    assert await verifying_entries(container) == 1
    assert "Not enough witnesses cosigned it" in capsys.readouterr().out
    without = await auditor.takes("without")
    assert "w1.invalid" not in (without / POLICY).read_text("utf-8")
    said: list[str] = []
    assert main([str(without)], said.append) == 1
    assert any("Too few of the trusted witnesses" in line for line in said)

    async def cosigned(note: Note) -> list[Signature]:
        return [WITNESS.cosign(note.text, 1_800_000_000)]

    monkeypatch.setattr(container.transparency_log, "cosign", cosigned)
    folder = await auditor.takes("cosigned")
    assert main([str(folder)], said.append) == 0, said
    assert await verifying_entries(container) == 0


def line_of(number: int, change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Return a change of a line of the entries."""

    def alter(folder: Path) -> None:
        lines = [orjson.loads(each) for each in (folder / ENTRIES).read_bytes().splitlines()]
        change(lines[number])
        (folder / ENTRIES).write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in lines if each))

    return alter


def in_file(name: str, before: str, after: str) -> Callable[[Path], None]:
    """Return a change of a text in a file."""

    def alter(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert before in text
        (folder / name).write_text(text.replace(before, after), "utf-8")

    return alter


def one_more_blank(line: dict[str, Any]) -> None:
    """Add a blank to what is stored of an entry."""
    line["stored"] += " "


def told_otherwise(line: dict[str, Any]) -> None:
    """Write another name into what is shown of an entry."""
    (part,) = [part for part in line["opened"] if NAME in part["text"]]
    part["text"] = part["text"].replace(NAME, OTHER_NAME)


def made_anew(line: dict[str, Any]) -> None:
    """Write an entry anew, with its own leaf."""
    line["stored"] = line["stored"].replace("2016-03-06", "2016-03-07")
    leaf = orjson.loads(line["leaf"])
    leaf["h"] = b64encode(bytes(32)).decode()
    line["leaf"] = orjson.dumps(leaf).decode()


async def test_a_bundle_without_the_salt_of_its_file_hides_no_later_version(auditor: AuditorOfTwo) -> None:
    """Given a bundle whose last entries and salt were left out, then the log tells them by the other leaves.

    A salt that is not there is said to be missing.
    """
    folder, log = await auditor.takes(), await auditor.log()
    lines = (folder / ENTRIES).read_bytes().splitlines(keepends=True)
    (folder / ENTRIES).write_bytes(b"".join(lines[:3]))
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    manifest["streams"][0] |= {"salt": None, "version": 3}
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest))
    faults, positions = auditor.finds(folder, "--log", log), await auditor.positions()
    assert [f"Entry {each}:" in fault for each, fault in zip(positions[3:], faults, strict=True)] == [
        True
    ] * 2
    said: list[str] = []
    main([str(folder)], said.append)
    assert any(f"No salt of the file {auditor.child}" in line for line in said)


async def test_what_was_verified_is_printed_and_nothing_that_was_altered(auditor: AuditorOfTwo) -> None:
    """Given a bundle of which an entry is told otherwise, then what is proved is printed."""
    folder, positions = await auditor.takes("bundle", category=["identity"]), await auditor.positions()
    line_of(3, told_otherwise)(folder)
    said: list[str] = []
    assert main([str(folder), "--print"], said.append) == 1
    printed = [line for line in said if not line.startswith("✗")]
    assert sum(NAME in line for line in printed) == 1
    assert not any(OTHER_NAME in line for line in printed)
    assert [any(line.startswith(f"{each}  ") for line in printed) for each in positions] == [
        each != positions[3] for each in positions
    ]
    assert f"    adoption {auditor.child}: 未出示 not shown" in printed


BUNDLE_ALTERED: Final[dict[str, tuple[Callable[[Path], None], str]]] = {
    "stored": (line_of(2, one_more_blank), "{2}: its content is not"),
    "shown": (line_of(1, told_otherwise), "{1}: what is shown of it (identity)"),
    "leaf": (line_of(2, made_anew), "{2}: its leaf is not proved"),
    "proof": (line_of(2, lambda line: line["proof"].pop()), "{2}: its leaf is not proved"),
    "left out": (line_of(2, lambda line: line.clear()), "the versions 3 to 3 are missing"),
    "last left out": (line_of(4, lambda line: line.clear()), "the versions 5 to 5 are missing"),
    "unreadable": (line_of(2, lambda line: line.pop("of")), "Line 3"),
    "page": (in_file(PAGE, NAME, OTHER_NAME), "index.html was altered"),
    "checkpoint": (in_file(CHECKPOINT, "childledger/", "ledger/"), "not signed by a trusted log"),
}
"""What is done to a bundle, and what is told of it: {n} is the position of the entry n, from 0."""


@pytest.mark.parametrize(("alter", "fault"), BUNDLE_ALTERED.values(), ids=BUNDLE_ALTERED)
async def test_what_is_altered_in_a_bundle_is_named_with_its_place(
    auditor: AuditorOfTwo, alter: Callable[[Path], None], fault: str
) -> None:
    """Given a bundle, when something in it is altered, then the entry is named, and how it is wrong."""
    folder = await auditor.takes()
    alter(folder)
    faults, positions = auditor.finds(folder), await auditor.positions()
    assert any(fault.format(*positions) in line for line in faults), faults


SWAPPED: Final = (
    "UPDATE entry SET position = -position WHERE position IN ({1}, {2})",
    "UPDATE entry SET position = {1} + {2} + position WHERE position < 0",
)
SEALED: Final = (
    "CREATE TEMP TABLE held AS SELECT position, body FROM entry WHERE position IN ({1}, {other})",
    "UPDATE entry e SET body = h.body FROM held h WHERE e.position + h.position = {1} + {other}",
)
INSERTED: Final = (
    "CREATE TEMP TABLE made AS SELECT * FROM entry WHERE position = {4}",
    "UPDATE made SET position = {next}, version = 6, recorded_at = recorded_at - interval '1 day'",
    "UPDATE made SET entry_id = gen_random_uuid()",
    "INSERT INTO entry SELECT * FROM made",
)
OTHERWISE: Final = {
    "entry_id": "gen_random_uuid()",
    "kind": "'family'",
    "type": "'ChildReceived'",
    "schema": "9",
    "occurred_on": "occurred_on - 1",
    "occurred_until": "occurred_until + 1",
    "institution": "gen_random_uuid()",
}
SWAPPED_CONTENT: Final = "{1}: its content is not that of its leaf in the log"
CONTENT: Final = "{2}: its content is not that of its leaf in the log"
DRILL: Final[dict[str, tuple[tuple[str, ...], str, str]]] = {
    "content": (("UPDATE entry SET body = body || '\\x20' WHERE position = {2}",), CONTENT, CONTENT),
    **{
        column: (
            (
                "UPDATE entry SET COLUMN = VALUE WHERE position = {2}".replace("COLUMN", column).replace(
                    "VALUE", value
                ),
            ),
            f"{{2}}: the column {column} does not say what was recorded",
            f"{{2}}: the column {column} does not say what was recorded",
        )
        for column, value in OTHERWISE.items()
    },
    "recorded_at": (
        ("UPDATE entry SET recorded_at = recorded_at - interval '1 us' WHERE position = {2}",),
        "{2}: recorded_at is not that of its leaf",
        "{2}: the column recorded_at does not say what was recorded",
    ),
    "version": (
        ("UPDATE entry SET version = 77 WHERE position = {4}",),
        "{4}: its version is not that of its leaf",
        "{4}: the column version does not say what was recorded",
    ),
    "stream": (
        ("UPDATE entry SET stream = gen_random_uuid() WHERE position = {2}",),
        "{2}: its stream is not that of its leaf",
        "the versions 3 to 3 are missing",
    ),
    "deleted": (
        ("DELETE FROM entry WHERE position = {2}",),
        "{2}: the log has a leaf of it, and the ledger does not",
        "the versions 3 to 3 are missing",
    ),
    "last deleted": (
        ("DELETE FROM entry WHERE position = {4}",),
        "{4}: the log has a leaf of it, and the ledger does not",
        "{4}: it is version 5 of",
    ),
    "swapped": (SWAPPED, SWAPPED_CONTENT, SWAPPED_CONTENT),
    "sealed swapped": (
        SEALED,
        "{1}: its content is not",
        "{1}: its content is not that of its leaf in the log",
    ),
    "inserted": (
        INSERTED,
        "{next}: this position was never given out",
        "{next}: the log has no leaf of it",
    ),
    "back-dated": (
        (*INSERTED, "UPDATE head SET position = {next}"),
        "{next}: it was recorded no later than the one before it",
        "{next}: it was recorded no later than the one before it",
    ),
}
"""What a superuser does behind the log, and what `childledger verify` and the program of a bundle say."""


@pytest.mark.parametrize(("statements", "live", "offline"), DRILL.values(), ids=DRILL)
async def test_what_a_superuser_alters_is_named_live_and_by_a_bundle_made_afterwards(
    auditor: AuditorOfTwo,
    capsys: pytest.CaptureFixture[str],
    statements: tuple[str, ...],
    live: str,
    offline: str,
) -> None:
    """Given two children in a signed log, when it is altered behind it, then both checks name it."""
    served, positions = auditor.served, await auditor.positions()
    head = (await served.container.ledger.head()).position
    other = (await served.container.ledger.store.stream(auditor.other))[1].position
    names = {"next": head + 1, "other": other}
    await altered_behind(served, [each.format(*positions, **names) for each in statements])

    assert await verifying_entries(served.container) == 1
    assert f"Entry {live.format(*positions, **names)}" in capsys.readouterr().out
    faults = "".join(auditor.finds(await auditor.takes(), "--log", await auditor.log()))
    assert offline.format(*positions, **names) in faults


async def altered_behind(served: Served, statements: Sequence[str]) -> None:
    """Alter the database as its owner may, in one session."""
    owner = served.container.addresses.owner
    assert owner is not None
    async with await AsyncConnection.connect(owner) as connection:
        path = SQL("SET LOCAL search_path = {}").format(Identifier(served.container.ledger.name))
        await connection.execute(path)
        for statement in statements:
            assert (await connection.execute(statement.encode())).rowcount
