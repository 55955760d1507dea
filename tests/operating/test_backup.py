"""Backing up and bringing back: the same ledger at the same position, going on; or nothing touched at all."""

import asyncio
import os
import shutil
import stat
import subprocess
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import orjson
import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from api.app import create_app, running
from api.cli.backup_commands import OwnerUnknownError, backing_up, recovering, restoring
from api.settings import Settings
from domain.events.intake import IdentityRecorded
from ledger.log.last_seen import LostEntriesError
from ledger.postgres import tools
from ledger.postgres.backup import BackupError, newest
from ledger.postgres.tools import ProgramError, programs_for
from ledger.sealing.key_file import KeyFile
from ledger.sealing.wrapping import KeyFileError, UnwrapError
from tests.support.client import ELSEWHERE, HOME, NOW, Served
from tests.support.ledgers import a_superuser, rows
from tests.support.processes import clean_environment
from tests.support.waiting import PATIENCE

NAME = "欧阳小明"
KEPT = (
    *("head", "entry", "epoch", "institution", "member", "token", "access_head", "access"),
    *("data_key", "log", "log_tile"),
)


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
async def child(served: Served) -> UUID:
    recorded = await served.a_child(NAME)
    # When a token was last used is stored now, and not at some time after the backup.
    await served.container.identity.write_used()
    # The same of the keys that the logs make for each file.
    await served.container.transparency_log.catch_up()
    await served.container.log_of_accesses.catch_up()
    return recorded


def manifest_in(folder: Path) -> Path:
    (found,) = (path for path in folder.glob("test_*.json"))
    return found


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def keys_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.glob("keys-*")}


def script_of(tools: Path, dump: Path) -> str:
    """What a dump does, in clear."""
    told = subprocess.run(
        [tools / "pg_restore", "--file=-", dump], capture_output=True, check=True, text=True
    )
    return told.stdout


async def tables(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a ledger and its key store, by table."""
    assert settings.database_url is not None
    url, schemas = settings.database_url.get_secret_value(), (settings.ledger, f"{settings.ledger}_keys")
    async with a_superuser(url, *schemas) as superuser:
        found = {
            table: await rows(superuser, sql.SQL("TABLE {}").format(sql.Identifier(table))) for table in KEPT
        }
    return {table: sorted(own, key=repr) for table, own in found.items()}


async def test_a_ledger_is_brought_back_as_it_was_and_goes_on(
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings
) -> None:
    before = await served.container.ledger.head()
    assert await backing_up(settings, backups) == 0
    assert await restoring(elsewhere, backups) == 0
    assert await tables(elsewhere) == await tables(settings)

    async with running(create_app(elsewhere, clock=lambda: NOW)) as container:
        assert await container.ledger.head() == before
        file = await container.ledger.file(child)
        assert file is not None
        assert [e.event.name for e in file.standing() if isinstance(e.event, IdentityRecorded)] == [NAME]
        assert await container.projector.reached(before.position, PATIENCE), "read models are made anew"
        again = await Served(
            served.app,
            container,
            served.home,
            served.elsewhere,
            served.tokens,
            served.tokens_elsewhere,
            served.stack,
        ).a_child("另一个")
        (first, *_) = await container.ledger.store.stream(again)
        assert first.position == before.position + 1


async def test_what_was_recorded_after_the_backup_is_missed_at_the_start_and_gone_on_after(
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings
) -> None:
    await backing_up(settings, backups)
    backed_up = (await served.container.ledger.head()).position
    await served.a_child("后来的")
    later = (await served.container.ledger.head()).position
    async with running(create_app(settings, clock=lambda: NOW)):
        pass  # and what was last seen is up to date

    restored = elsewhere.model_copy(
        update={"data": settings.data}
    )  # the same DATA, the database brought back
    await restoring(restored, backups)
    with pytest.raises(
        LostEntriesError, match=rf"position {later} of epoch 1.*position {backed_up} of epoch 1"
    ):
        async with running(create_app(restored, clock=lambda: NOW)):
            pass

    assert await recovering(restored) == 0
    async with running(create_app(restored, clock=lambda: NOW)) as container:
        head = await container.ledger.head()
        assert (head.epoch, head.position) == (2, backed_up)
        assert await container.ledger.file(child) is not None


async def test_a_backup_is_two_files_that_only_their_owner_reads_and_their_manifests(
    served: Served, settings: Settings, child: UUID, backups: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await backing_up(settings, backups)
    told = capsys.readouterr()
    assert told.out == f"{manifest_in(backups)}\n"
    assert "master.key" in told.err, "what else to keep is said"

    await backing_up(settings, backups)
    names = names_in(backups)
    assert len([name for name in names if name.startswith("keys-") and name.endswith(".dump")]) == 1
    assert len([name for name in names if name.startswith(settings.ledger) and name.endswith(".dump")]) == 2
    assert [name for name in names if name.endswith(".new")] == []
    assert {stat.S_IMODE((backups / name).stat().st_mode) for name in names} == {0o600}

    manifest = orjson.loads(newest(backups, settings.ledger).read_bytes())
    head = await served.container.ledger.head()
    assert (manifest["ledger"], manifest["epoch"]) == (settings.ledger, 1)
    assert manifest["position"] == head.position


async def test_neither_names_nor_passwords_nor_the_key_file_are_in_a_backup(
    served: Served, settings: Settings, child: UUID, backups: Path
) -> None:
    await backing_up(settings, backups)
    passwords = [line.rsplit(":", 1)[1] for line in (settings.data / "passwords").read_text().split()]
    secrets = [NAME, *passwords, *(settings.data / "master.key").read_text().split(), *served.tokens.values()]
    tools = await programs_for(18)
    dumps = [name for name in names_in(backups) if name.endswith(".dump")]
    assert len(dumps) == 2
    for name in dumps:
        script = await asyncio.to_thread(script_of, tools, backups / name)
        assert [secret for secret in secrets if secret in script] == []
        keys = name.startswith("keys-")
        assert ("data_key" in script) == keys
        assert ("COPY" in script and "entry" in script) == (not keys)


async def test_a_ledger_that_is_not_empty_is_not_overwritten(
    served: Served, settings: Settings, child: UUID, backups: Path
) -> None:
    await backing_up(settings, backups)
    before = await tables(settings)
    with pytest.raises(BackupError, match="is not empty"):
        await restoring(settings, backups)
    assert await tables(settings) == before


async def test_a_ledger_that_was_opened_and_never_used_is_empty(
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings
) -> None:
    await backing_up(settings, backups)
    async with running(create_app(elsewhere, clock=lambda: NOW)):
        pass
    (elsewhere.data / "last_seen" / settings.ledger).unlink()
    assert await restoring(elsewhere, backups) == 0
    assert await tables(elsewhere) == await tables(settings)


async def test_only_the_schemas_of_the_ledger_itself_are_made_anew(
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings
) -> None:
    """Another ledger may have a name that begins like those of its read models."""
    await backing_up(settings, backups)
    ledger, other = settings.ledger, f"{settings.ledger}_viewer"
    own = {f"{ledger}_views_7", f"{ledger}_view_activity"}
    others = {other, f"{other}_keys", f"{other}_views_1", f"{other}_view_activity"}
    assert elsewhere.database_url is not None
    url = elsewhere.database_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for schema in own | others:
            await connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    assert await restoring(elsewhere, backups) == 0
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute("SELECT nspname FROM pg_namespace")
        left = {schema for (schema,) in await cursor.fetchall()}
    assert left >= {ledger, f"{ledger}_keys", *others}
    assert not left & own


@pytest.mark.parametrize("which", ["entries", "keys"])
@pytest.mark.parametrize("how", ["altered", "cut short", "missing"])
async def test_a_backup_that_is_not_whole_touches_nothing(  # noqa: PLR0917 - fixtures
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings, which: str, how: str
) -> None:
    await backing_up(settings, backups)
    begins = "keys-" if which == "keys" else settings.ledger
    (dump,) = (
        backups / name for name in names_in(backups) if name.startswith(begins) and name.endswith("dump")
    )
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    match how:
        case "altered":
            dump.write_bytes(content)
        case "cut short":
            dump.write_bytes(content[:-1])
        case _:
            dump.unlink()
    with pytest.raises(BackupError, match="nothing was touched"):
        await restoring(elsewhere, backups)
    async with running(create_app(elsewhere, clock=lambda: NOW)) as container:
        assert (await container.ledger.head()).position == 0


async def test_a_dump_whose_sum_was_altered_with_it_touches_nothing(
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings
) -> None:
    """A restore runs what a dump holds as the owner: who lacks the key file cannot put anything there."""
    await backing_up(settings, backups)
    for path, part in ((manifest_in(backups), "entries"), (backups / f"keys-{settings.ledger}.json", "keys")):
        written = path.read_bytes()
        manifest = orjson.loads(written)
        dump = backups / manifest[part]["name"]
        held = dump.read_bytes()
        dump.write_bytes(held + b"\0")
        manifest[part] |= {"sha256": sha256(dump.read_bytes()).hexdigest(), "size": len(held) + 1}
        path.write_bytes(orjson.dumps(manifest))
        with pytest.raises(BackupError, match="nothing was touched"):
            await restoring(elsewhere, backups)
        path.write_bytes(written)
        dump.write_bytes(held)
    assert await restoring(elsewhere, backups) == 0
    assert await tables(elsewhere) == await tables(settings)


async def test_a_backup_of_another_key_file_or_without_one_is_not_brought_back(
    served: Served, settings: Settings, backups: Path, elsewhere: Settings
) -> None:
    await backing_up(settings, backups)
    kept = (elsewhere.data / "master.key").rename(elsewhere.data / "kept.key")
    with pytest.raises(KeyFileError, match="is missing"):
        await restoring(elsewhere, backups)
    KeyFile.make(elsewhere.data / "master.key")
    with pytest.raises(BackupError, match="not made with the key file at hand"):
        await restoring(elsewhere, backups)
    # A key file that was given a new key on top still knows what it stamped.
    renewed = (elsewhere.data / "master.key").read_text() + kept.read_text()
    (elsewhere.data / "master.key").write_text(renewed)
    assert await restoring(elsewhere, backups) == 0


async def test_an_older_backup_opens_with_the_newest_keys_and_a_newer_one_not_with_older(
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings
) -> None:
    await backing_up(settings, backups)
    older = manifest_in(backups)
    keys_then = keys_in(backups)
    await served.a_child("后来的")
    await backing_up(settings, backups)
    newer = newest(backups, settings.ledger)

    now = keys_in(backups)
    for path, content in keys_then.items():
        path.write_bytes(content)
    with pytest.raises(BackupError, match="older than the backup"):
        await restoring(elsewhere, backups, newer)
    for path, content in now.items():
        path.write_bytes(content)

    await restoring(elsewhere, backups, older)
    async with running(create_app(elsewhere, clock=lambda: NOW)) as container:
        file = await container.ledger.file(child)
        assert file is not None
        assert [e.event.name for e in file.standing() if isinstance(e.event, IdentityRecorded)] == [NAME]


async def test_a_backup_of_a_newer_or_an_earlier_version_or_another_ledger_is_refused(
    served: Served, settings: Settings, backups: Path, elsewhere: Settings
) -> None:
    await backing_up(settings, backups)
    path = manifest_in(backups)
    content = orjson.loads(path.read_bytes())
    for changed, said in (
        ({"migrations": content["migrations"] | {"9999_from_the_future": ""}}, "newer version"),
        ({"format": content["format"] + 1}, "newer version"),
        (
            {"format": 1, "migrations": ["0001_ledger", "0002_identity"]},
            r"another version.*cannot bring it back",
        ),
        (
            {"migrations": content["migrations"] | {"0001_ledger": ""}},
            r"another version.*cannot bring it back",
        ),
        ({"ledger": "other"}, "is of the ledger other"),
    ):
        path.write_bytes(orjson.dumps(content | changed))
        with pytest.raises(BackupError, match=said):
            await restoring(elsewhere, backups)


async def test_nothing_is_brought_back_from_a_folder_without_a_backup(
    elsewhere: Settings, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="no backup"):
        await restoring(elsewhere, tmp_path)


async def test_a_restore_that_fails_leaves_an_empty_ledger_to_try_again(  # noqa: PLR0917 - fixtures
    served: Served,
    settings: Settings,
    child: UUID,
    backups: Path,
    elsewhere: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await backing_up(settings, backups)
    run, calls = tools.run, []

    async def second_fails(*arguments: object, **named: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise ProgramError("the disk is full")  # noqa: EM101, TRY003 - as the program would say it
        await run(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(tools, "run", second_fails)
    with pytest.raises(ProgramError):
        await restoring(elsewhere, backups)
    monkeypatch.undo()
    assert await restoring(elsewhere, backups) == 0
    assert await tables(elsewhere) == await tables(settings)


async def test_another_key_file_than_the_ledgers_is_noticed_at_the_start(
    served: Served, settings: Settings, child: UUID, backups: Path, elsewhere: Settings
) -> None:
    await backing_up(settings, backups)
    await restoring(elsewhere, backups)
    (elsewhere.data / "master.key").write_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
    (elsewhere.data / "master.key").chmod(0o600)
    with pytest.raises(UnwrapError):
        async with running(create_app(elsewhere, clock=lambda: NOW)):
            pass


async def test_whoever_does_not_know_the_owner_is_told(served: Served, backups: Path) -> None:
    settings = served.container.settings.model_copy(
        update={
            "database_url": None,
            "writer_url": SecretStr(served.container.addresses.writer),
            "reader_url": SecretStr(served.container.addresses.reader),
        }
    )
    with pytest.raises(OwnerUnknownError, match="CHILDLEDGER_DATABASE_URL"):
        await backing_up(settings, backups)


async def test_programs_older_than_the_server_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "pg_dump"
    old.write_text('#!/bin/sh\necho "pg_dump (PostgreSQL) 14.2"\n')
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert await programs_for(14) == tmp_path
    assert await programs_for(18) != tmp_path, "the embedded database's own are at hand"
    with pytest.raises(ProgramError, match="PostgreSQL 99"):
        await programs_for(99)


async def test_the_password_of_an_address_is_no_argument_of_a_program(tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "error: $* / $PGPASSWORD" >&2\nexit 1\n')
    program.chmod(0o755)
    with pytest.raises(ProgramError, match=r"error: --no-password --file=x / s e'cret"):
        await tools.run(program, ["--file=x"], "host=/nowhere user=someone password='s e\\'cret'")


def test_the_commands_bring_a_lost_database_back_and_say_what_was_lost(
    tmp_path: Path, childledger: Path
) -> None:
    """As an operator does it: record, back up, record more; lose the database, restore, recover, go on."""
    above = tmp_path.resolve()

    def give(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
        own = clean_environment(DATA=str(data))
        return subprocess.run([childledger, *words], capture_output=True, text=True, env=own, check=False)

    def gives(data: Path, *words: str) -> str:
        done = give(data, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    first, second = above / "first", above / "second"
    institution = gives(first, "institution", "add", HOME, "--region", "371099")
    manifest = gives(first, "backup", str(above / "backups"))
    gives(first, "institution", "add", ELSEWHERE, "--region", "990101")

    second.mkdir(mode=0o711)
    shutil.copy2(first / "master.key", second)
    shutil.copytree(first / "last_seen", second / "last_seen")
    assert gives(second, "restore", str(above / "backups")) == manifest
    for words in (["serve"], ["token", "list"], ["institution", "add", "又一家", "--region", "371099"]):
        refused = give(second, *words)
        assert refused.returncode == 1
        (line,) = [line for line in refused.stderr.splitlines() if "recover" in line]
        assert "请运行 childledger recover" in line
        assert "begin a new epoch" in line
    assert gives(second, "recover") == "2"
    gives(second, "user", "add", "示例甲", "--role", "staff", "--institution", institution)
