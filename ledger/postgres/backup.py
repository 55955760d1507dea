"""Backups: the entries and, in a separate file, the key store; and restoring both into an empty ledger.

Each backup adds the entries of its moment, `<ledger>-<moment>.dump` with a manifest of the same name, and
replaces the copy of the key store, so that no older copy keeps a destroyed key: the newest keys open entries
of any age. Both files show one moment, and are written under other names first. A backup leaves out read
models, which are rebuilt, and never contains the key file or passwords. The key file stamps the manifests,
since restoring executes the content of the files as the database's owner.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import orjson
from psycopg import AsyncConnection, IsolationLevel
from psycopg.sql import SQL, Identifier
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from ledger.postgres import tools
from ledger.postgres.catalog import CATALOG
from ledger.postgres.migrate import checksum, keys_of
from ledger.sealing.key_file import KeyFile
from ledger.sealing.keys import SECRET
from ledger.store import queries
from ledger.store.connecting import connect

FORMAT: Final = 2
_OF_READ_MODELS: Final = ("generation", "stopped_file", "walked_part")
"""Tables of the ledger that hold only the progress of its read models."""
_OF_AN_EMPTY_LEDGER: Final = frozenset(
    {"migration", "head", "access_head", "log", "key_backup", *_OF_READ_MODELS}
)
"""Tables that have rows before anything is recorded."""
_MAJOR: Final = 10_000
_MB: Final = 1_000_000
Say = Callable[[str], None]
_T = TypeVar("_T")


class BackupError(Exception):
    """A backup cannot be made, is incomplete, or cannot be restored here."""


def _by_name(migrations: object) -> object:
    """Read the manifest of an earlier format too, to say of which version it is: it has names alone."""
    return dict.fromkeys(migrations, "") if isinstance(migrations, list) else migrations


@dataclass(frozen=True, slots=True)
class Copy:
    """One file of a backup, as it was written."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of a backup: the entries up to `position` in `epoch`, settled to `recorded_at`.

    `postgresql` is the major version of the program that wrote it, `migrations` the checksums of what was
    applied, by name; they and `stamp`, the key file's, are in hex.
    """

    format: int
    ledger: str
    epoch: int
    position: int
    recorded_at: datetime | None
    made_at: datetime
    version: str
    postgresql: int
    migrations: Annotated[dict[str, str], BeforeValidator(_by_name)]
    entries: Copy
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class KeysManifest:
    """The content of the key store's copy: the keys of every entry recorded before `made_at`.

    `stamp` is the key file's, in hex.
    """

    format: int
    ledger: str
    made_at: datetime
    keys: Copy
    stamp: str = ""


async def back_up(
    owner_url: str, ledger: str, folder: Path, key_file: Path, say: Say
) -> tuple[Path, Manifest]:
    """Back up a ledger in use into a folder; return the manifest's path and the manifest.

    Raises BackupError, KeyFileError and ProgramError.
    """
    key = KeyFile.read(key_file)
    await asyncio.to_thread(folder.mkdir, 0o700, parents=True, exist_ok=True)
    async with await connect(owner_url) as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        snapshot, position, recorded_at, epoch, size = await _row(connection, ledger)
        moment = datetime.now(UTC)
        programs = await tools.programs_for(connection.info.server_version // _MAJOR)
        applied = await _migrations(connection, keys_of(ledger)) | await _migrations(connection, ledger)
        say(
            f"正在备份账本 {ledger}：共{position:,}条，数据库约{size // _MB:,}兆字节。 "
            f"Backing up {ledger}: {position:,} entries, about {size // _MB:,} MB in the database."
        )
        stem = _stem(ledger, moment)
        dump = _Dump(programs / "pg_dump", owner_url, snapshot, say)
        await _copy_keys(dump, ledger, folder, moment, key)
        entries = await dump.write(ledger, folder, f"{stem}.dump")
    manifest = Manifest(
        FORMAT,
        ledger,
        epoch,
        position,
        None if recorded_at is None else recorded_at.astimezone(UTC),
        moment,
        version("childledger"),
        await tools.major(programs / "pg_dump"),
        applied,
        entries,
    )
    path = folder / f"{stem}.json"
    _write(path, _stamped(manifest, key))
    return path, manifest


async def renew_keys(owner_url: str, ledger: str, folder: Path, key_file: Path, say: Say) -> None:
    """Replace the copy of the key store among the backups of a folder, so that it keeps no destroyed key.

    Raises BackupError where the folder has no backup of the ledger, KeyFileError and ProgramError.
    """
    key = KeyFile.read(key_file)
    _read(folder / _keys_manifest(ledger), _KEYS_MANIFEST)
    async with await connect(owner_url) as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        snapshot, *_ = await _row(connection, ledger)
        programs = await tools.programs_for(connection.info.server_version // _MAJOR)
        moment = datetime.now(UTC)
        dump = _Dump(programs / "pg_dump", owner_url, snapshot, say)
        await _copy_keys(dump, ledger, folder, moment, key)


def newest(folder: Path, ledger: str) -> Path:
    """Return the path of the newest backup's manifest. Raises BackupError if there is none."""
    manifests = [path for path in folder.glob(f"{ledger}-*Z.json") if path.is_file()]
    if not manifests:
        message = (
            f"{folder} 中没有账本 {ledger} 的备份。 There is no backup of the ledger {ledger} in {folder}."
        )
        raise BackupError(message)
    return max(manifests)


async def restore(owner_url: str, ledger: str, path: Path, key_file: Path, say: Say) -> Manifest:
    """Restore the backup of a manifest into an empty ledger, and return the manifest.

    The ledger must have been migrated, which made its roles, and must be migrated again afterwards. A failure
    leaves it without its schemas. Raises BackupError, KeyFileError and ProgramError; nothing is changed if
    the backup is incomplete or was made with another key file, or if the ledger is not empty.
    """
    manifest, keys = await asyncio.to_thread(_whole, path, ledger, KeyFile.read(key_file), say)
    async with await connect(owner_url, autocommit=True) as connection:
        await _refuse_unless_empty(connection, ledger)
        server = connection.info.server_version // _MAJOR
        programs = await tools.programs_for(max(server, manifest.postgresql))
        await _drop(connection, ledger)
        say(
            f"正在将账本 {ledger} 恢复至第{manifest.position:,}条。"
            f" Restoring {ledger} up to position {manifest.position:,}."
        )
        try:
            # The keys first: entries without keys would look whole, but could not be read.
            for copy in (keys.keys, manifest.entries):
                whole = ["--single-transaction", "--exit-on-error", f"--dbname={connection.info.dbname}"]
                await tools.run(
                    programs / "pg_restore",
                    [*whole, str(path.parent / copy.name)],
                    owner_url,
                    lambda seconds: say(f"… {seconds:.0f} s"),
                )
        except BaseException:
            await asyncio.shield(_drop(connection, ledger))
            raise
    return manifest


@dataclass(frozen=True, slots=True)
class _Dump:
    """Writes schemas of one database to files, all from one snapshot."""

    program: Path
    url: str
    snapshot: str
    say: Say

    async def write(self, schema: str, folder: Path, name: str) -> Copy:
        with _draft(folder / name) as draft:
            left_out = [f"--exclude-table-data={schema}.{table}" for table in _OF_READ_MODELS]
            arguments = ["--format=custom", f"--schema={schema}", f"--snapshot={self.snapshot}", *left_out]
            await tools.run(
                self.program,
                [*arguments, f"--file={draft}"],
                self.url,
                lambda _: self.say(f"… {draft.stat().st_size // _MB} MB"),
            )
            digest = await asyncio.to_thread(_digest, draft)
            return Copy(name, digest, draft.stat().st_size)


def _stem(ledger: str, moment: datetime) -> str:
    return f"{ledger}-{moment:%Y%m%dT%H%M%S}.{moment.microsecond:06}Z"


async def _copy_keys(dump: _Dump, ledger: str, folder: Path, moment: datetime, key: KeyFile) -> None:
    """Write a copy of the key store as of a moment into a folder, and remove the earlier ones."""
    keys = await dump.write(keys_of(ledger), folder, f"keys-{_stem(ledger, moment)}.dump")
    _write(folder / _keys_manifest(ledger), _stamped(KeysManifest(FORMAT, ledger, moment, keys), key))
    _only(folder, keys.name, f"keys-{ledger}-*.dump")


async def _row(connection: AsyncConnection, ledger: str) -> tuple[str, int, datetime | None, int, int]:
    present = await connection.execute(CATALOG["schema"], [ledger])
    if not present.rowcount:
        message = f"此数据库中没有账本 {ledger}。 There is no ledger {ledger} in this database."
        raise BackupError(message)
    cursor = await connection.execute(
        SQL(
            "SELECT pg_export_snapshot(), position, recorded_at, epoch, pg_total_relation_size({entry})"
            " FROM {head}"
        ).format(entry=f"{ledger}.entry", head=Identifier(ledger, "head"))
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - the first migration put it there
    return row


async def _migrations(connection: AsyncConnection, schema: str) -> dict[str, str]:
    cursor = await connection.execute(
        SQL("SELECT name, checksum FROM {} ORDER BY name").format(Identifier(schema, "migration"))
    )
    return {name: applied.hex() for name, applied in await cursor.fetchall()}


def _whole(path: Path, ledger: str, key: KeyFile, say: Say) -> tuple[Manifest, KeysManifest]:
    """Read the manifests and check the files against them. Raises BackupError."""
    keys_path = path.with_name(_keys_manifest(ledger))
    manifest, keys = _read(path, _MANIFEST), _read(keys_path, _KEYS_MANIFEST)
    folders = ("sql/keys", "sql/migrations")
    known = {
        name: checksum(text).hex()
        for folder in folders
        for name, text in queries.migrations("ledger", folder)
    }
    changed = any(known.get(name, applied) != applied for name, applied in manifest.migrations.items())
    if min(manifest.format, keys.format) < FORMAT or changed:
        message = (
            f"备份由另一版本 {manifest.version} 制作，本程序不能恢复：请用该版本恢复。 "
            f"The backup was made by another version, {manifest.version}, and this one cannot bring it back: "
            "use that version."
        )
        raise BackupError(message)
    if max(manifest.format, keys.format) > FORMAT or not known.keys() >= manifest.migrations.keys():
        message = (
            f"备份由较新的版本 {manifest.version} 制作，请先升级。 "
            f"The backup was made by a newer version, {manifest.version}: upgrade first."
        )
        raise BackupError(message)
    if {manifest.ledger, keys.ledger} != {ledger}:
        message = (
            f"备份属于账本 {manifest.ledger}，不是 {ledger}。 "
            f"The backup is of the ledger {manifest.ledger}, and this is {ledger}: see CHILDLEDGER_LEDGER."
        )
        raise BackupError(message)
    if keys.made_at < manifest.made_at:
        message = (
            "密钥库的副本比条目的备份旧，部分条目将无法读取。 The copy of the key store is older than the "
            "backup of the entries, and some could not be read: bring the newest copy of the keys."
        )
        raise BackupError(message)
    _check_stamp(path, manifest, key)
    _check_stamp(keys_path, keys, key)
    for copy in (keys.keys, manifest.entries):
        say(f"正在核对文件 {copy.name}。 Checking {copy.name}.")
        file = path.parent / copy.name
        if not file.is_file() or file.stat().st_size != copy.size or _digest(file) != copy.sha256:
            message = (
                f"{file} 缺失或与清单不符，未作任何改动。 "
                f"{file} is missing or not as its manifest says: nothing was touched."
            )
            raise BackupError(message)
    return manifest, keys


async def _refuse_unless_empty(connection: AsyncConnection, ledger: str) -> None:
    cursor = await connection.execute(CATALOG["tables"], [[ledger, keys_of(ledger)]])
    for schema, table in await cursor.fetchall():
        if table in _OF_AN_EMPTY_LEDGER:
            continue
        ours = SQL(" WHERE subject <> {}").format(str(SECRET[0])) if table == "data_key" else SQL("")
        anything = SQL("SELECT FROM {}{} LIMIT 1").format(Identifier(schema, table), ours)
        if (await connection.execute(anything)).rowcount:
            message = (
                f"账本 {ledger} 不是空的（{schema}.{table} 有内容）：只能恢复到空账本。 "
                f"The ledger {ledger} is not empty, for {schema}.{table} has rows: a backup is brought back "
                "into an empty one only, in a new database or with another DATA."
            )
            raise BackupError(message)


async def _drop(connection: AsyncConnection, ledger: str) -> None:
    """Drop the ledger's schemas, those of its read models among them."""
    cursor = await connection.execute(CATALOG["schemas"], [ledger])
    for (schema,) in await cursor.fetchall():
        await connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))


def _keys_manifest(ledger: str) -> str:
    return f"keys-{ledger}.json"


def _read(path: Path, adapter: TypeAdapter[_T]) -> _T:
    try:
        return adapter.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        message = f"{path} 缺失或不是备份清单。 {path} is missing or no manifest of a backup."
        raise BackupError(message) from None


def _check_stamp(path: Path, manifest: Manifest | KeysManifest, key: KeyFile) -> None:
    with suppress(ValueError):
        if key.stamped(_content(manifest), bytes.fromhex(manifest.stamp)):
            return
    message = (
        f"{path} 不是以现有密钥文件制作的，或已被改动；未作任何改动。请放回制作备份时的密钥文件。 "
        f"{path} was not made with the key file at hand, or was altered: nothing was touched. Bring the key "
        "file back with which the backup was made."
    )
    raise BackupError(message)


def _stamped(manifest: Manifest | KeysManifest, key: KeyFile) -> dict[str, Any]:
    return asdict(replace(manifest, stamp=key.stamp(_content(manifest)).hex()))


def _content(manifest: Manifest | KeysManifest) -> bytes:
    return orjson.dumps(asdict(replace(manifest, stamp="")), option=orjson.OPT_SORT_KEYS)


def _write(path: Path, content: object) -> None:
    with _draft(path) as draft:
        draft.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """Yield another name for a file readable by its owner only, renamed to `path` when it is complete."""
    draft = path.with_name(f"{path.name}.new")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        yield draft
        for each in (draft, path.parent):
            descriptor = os.open(each, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _only(folder: Path, name: str, pattern: str) -> None:
    """Remove the copies that earlier backups wrote in place of `name`."""
    for path in folder.glob(pattern):
        if path.name != name:
            with suppress(FileNotFoundError):
                path.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_MANIFEST: Final = TypeAdapter(Manifest)
_KEYS_MANIFEST: Final = TypeAdapter(KeysManifest)
