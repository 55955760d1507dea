"""The wrapping key is rotated while it is served, and its backup proves that it opens every key."""

import asyncio
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from domain.event import Category
from ledger.postgres.key_store import KeyStore
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.sealing import token_key
from ledger.sealing.cipher import Pair
from ledger.sealing.key_backup import HEAD, KeyBackupError, new_code, opened_keys, put_backup, sealed_keys
from ledger.sealing.key_file import KeyFile, KeyLine
from ledger.sealing.keys import KeyDestroyedError, Keys
from ledger.sealing.wrapping import KeyFileError, KeyUnavailableError, UnwrapError
from ledger.store.store import Store
from tests.support.ledgers import Urls, a_superuser

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
PLACE = ("here",)
KEY_STORE = f"{DEFAULT_LEDGER}_keys"


class KilledError(Exception):
    """What a test ends a rotation with."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "master.key"


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.postgres.key_store.AT_ONCE", 4)


def children(number: int) -> list[Pair]:
    return [(uuid4(), Category.IDENTITY) for _ in range(number)]


def nothing(_: float) -> None:
    """Show no progress."""


@asynccontextmanager
async def the_key_store(urls: Urls) -> AsyncIterator[KeyStore]:
    async with KeyStore.entered(urls.superuser, DEFAULT_LEDGER) as store:
        yield store


async def rotated(urls: Urls, path: Path, line: KeyLine | None = None) -> int:
    """Rotate to a new key, as the command does; return how many keys were wrapped anew."""
    wrapper = KeyFile.read(path)
    wrapper.with_first(line or KeyLine.new())
    async with the_key_store(urls) as store:
        return await store.rewrap(wrapper, nothing)


async def everything(urls: Urls) -> dict[Pair, bytes | None]:
    async with a_superuser(urls.superuser, KEY_STORE) as superuser:
        cursor = await superuser.execute("SELECT subject, category, wrapped FROM data_key")
        return {(subject, category): wrapped for subject, category, wrapped in await cursor.fetchall()}


async def destroy(urls: Urls, pair: Pair) -> None:
    async with a_superuser(urls.superuser, KEY_STORE) as superuser:
        await superuser.execute("UPDATE data_key SET wrapped = NULL WHERE subject = %s", [pair[0]])


async def test_what_was_sealed_before_opens_after_and_by_the_new_key_alone(
    urls: Urls, store: Store, path: Path
) -> None:
    listed = children(9)
    before = await (await Keys.opened(store, path, DEFAULT_LEDGER)).ring(listed, make=True)
    sealed = {child: before.seal(child, b"name", PLACE) for child in listed}
    assert await rotated(urls, path) == len(listed) + 1, "the ledger's own secret is among them"

    only_new = KeyFile(KeyFile.read(path).lines[:1])
    ring = await (await Keys.opened(store, only_new, DEFAULT_LEDGER)).ring(listed)
    assert all(ring.open(child, sealed[child], PLACE) == b"name" for child in listed)
    with pytest.raises(UnwrapError):
        await Keys.opened(store, KeyFile(KeyFile.read(path).lines[1:]), DEFAULT_LEDGER)


@pytest.mark.usefixtures("small_batches")
async def test_a_rotation_that_is_killed_half_way_goes_on_where_it_was(
    urls: Urls, store: Store, path: Path
) -> None:
    listed = children(10)
    await (await Keys.opened(store, path, DEFAULT_LEDGER)).ring(listed, make=True)
    wrapper = KeyFile.read(path)
    wrapper.with_first(KeyLine.new())

    def killed(_: float) -> None:
        raise KilledError

    async with the_key_store(urls) as key_store:
        with pytest.raises(KilledError):
            await key_store.rewrap(wrapper, killed)
    names = {wrapped[:8] for wrapped in (await everything(urls)).values() if wrapped}
    assert names == {line.name for line in wrapper.lines}, "both are in use half-way"
    assert (await (await Keys.opened(store, path, DEFAULT_LEDGER)).ring(listed)) is not None

    async with the_key_store(urls) as key_store:
        assert await key_store.rewrap(KeyFile.read(path), nothing) == len(listed) + 1 - 4
        assert await key_store.left(wrapper.lines[0].name) == (0, len(listed) + 1)


@pytest.mark.usefixtures("small_batches")
async def test_who_serves_reads_and_seals_on_while_it_is_rotated(
    urls: Urls, store: Store, path: Path
) -> None:
    known = children(20)
    serving = await Keys.opened(store, path, DEFAULT_LEDGER)
    other = Keys(store, KeyFile.read(path), DEFAULT_LEDGER, capacity=0)
    sealed = {child: (await serving.ring([child], make=True)).seal(child, b"x", PLACE) for child in known}
    new, done = children(30), asyncio.Event()

    async def work() -> None:
        for mine in new:
            sealed[mine] = (await serving.ring([mine], make=True)).seal(mine, b"x", PLACE)
            ring = await other.ring(known)
            assert all(ring.open(child, sealed[child], PLACE) == b"x" for child in known)
            if done.is_set():
                break

    async def rotate() -> None:
        for _ in range(3):
            await rotated(urls, path)
        done.set()

    await asyncio.gather(work(), rotate())
    # One that was added by the key of before, after the last look, is taken by the next.
    async with the_key_store(urls) as key_store:
        await key_store.rewrap(KeyFile.read(path), nothing)
    only_new = KeyFile(KeyFile.read(path).lines[:1])
    ring = await (await Keys.opened(store, only_new, DEFAULT_LEDGER)).ring(sealed)
    assert {ring.open(child, each, PLACE) for child, each in sealed.items()} == {b"x"}
    fresh = children(1)
    await serving.ring(fresh, make=True)
    wrapped = (await everything(urls))[fresh[0]]
    assert wrapped is not None
    assert wrapped[:8] == KeyFile.read(path).lines[0].name, "it has taken the new one by itself"


async def test_a_key_that_is_destroyed_is_never_made_again_whoever_asks_at_once(
    urls: Urls, store: Store, path: Path
) -> None:
    processes = [await Keys.opened(store, path, DEFAULT_LEDGER) for _ in range(4)]
    for _ in range(3):
        (child,) = children(1)
        await asyncio.gather(*(keys.ring([child], make=True) for keys in processes[:2]), rotated(urls, path))
        asked = [keys.ring([child], make=True) for keys in processes[2:]]
        await asyncio.gather(destroy(urls, child), *asked, rotated(urls, path), return_exceptions=True)

        later = [await Keys.opened(store, path, DEFAULT_LEDGER) for _ in range(4)]
        again = await asyncio.gather(
            *(keys.ring([child], make=True) for keys in later), return_exceptions=True
        )
        assert [type(each) for each in again] == [KeyDestroyedError] * 4
        assert (await everything(urls))[child] is None


async def test_a_key_destroyed_between_its_reading_and_its_rewrapping_stays_destroyed(
    urls: Urls, store: Store, path: Path
) -> None:
    (child,) = children(1)
    await (await Keys.opened(store, path, DEFAULT_LEDGER)).ring([child], make=True)
    wrapper = KeyFile.read(path)
    wrapper.with_first(KeyLine.new())
    whole = wrapper.wrap

    async def destroyed_meanwhile(keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        await destroy(urls, child)
        return await whole(keys, contexts)

    wrapper.wrap = destroyed_meanwhile  # type: ignore[method-assign] # at this very moment
    async with the_key_store(urls) as key_store:
        assert await key_store.rewrap(wrapper, nothing) == 1, "the ledger's own secret"
    assert (await everything(urls))[child] is None


def test_a_backup_opens_by_its_code_as_somebody_types_it_and_by_no_other(tmp_path: Path, path: Path) -> None:
    keys, code, file = KeyFile.make(path), new_code(), tmp_path / "backup"
    keys.with_first(KeyLine.new())
    file.write_text(sealed_keys(keys, code))
    assert not [line for line in path.read_text().split() if line in file.read_text()]
    typed = code.lower().replace("-", " ").replace("o", "0")
    assert opened_keys(file, f" {typed}\n").lines == keys.lines
    for wrong in ("", "nonsense", new_code(), code[:-1]):
        with pytest.raises(KeyBackupError, match="does not open"):
            opened_keys(file, wrong)
    file.write_text(file.read_text().replace("/v1", "/v2"))
    with pytest.raises(KeyBackupError, match="is no backup"):
        opened_keys(file, code)


def test_a_backup_replaces_no_file(tmp_path: Path, path: Path) -> None:
    """Given backups made to one file again and again, then each is there and opens by its own code."""
    keys, file = KeyFile.make(path), tmp_path / "safe" / "backup"
    codes, asides = [], []
    for _ in range(3):
        codes.append(new_code())
        asides.append(put_backup(file, sealed_keys(keys, codes[-1])))
    assert asides == [None, tmp_path / "safe" / "backup.1", tmp_path / "safe" / "backup.2"]
    for each, code in zip((*filter(None, asides), file), codes, strict=True):
        assert opened_keys(each, code).lines == keys.lines
        assert each.stat().st_mode & 0o077 == 0
    for other in ("", "报告", f"{HEAD}0\nx", "{}"):
        file.write_text(other)
        with pytest.raises(KeyBackupError, match="is no backup of keys; it was left"):
            put_backup(file, sealed_keys(keys, new_code()))
        assert file.read_text() == other


async def test_a_check_counts_each_key_that_does_not_unwrap_and_notes_only_when_it_is_told(
    urls: Urls, store: Store, path: Path
) -> None:
    keys = await Keys.opened(store, path, DEFAULT_LEDGER)
    one, other, _ = listed = children(3)
    await keys.ring(listed, make=True)
    name, verified_at = await keys.backed_up()
    assert (name, verified_at) == (KeyFile.read(path).lines[0].name, None)
    async with the_key_store(urls) as key_store:
        assert await key_store.check(KeyFile.read(path), nothing) == (4, 0)
        assert await key_store.check(KeyFile([KeyLine.new()]), nothing) == (4, 4)
        async with a_superuser(urls.superuser, KEY_STORE) as superuser:
            await superuser.execute(
                "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE subject = %s)"
                " WHERE subject = %s",
                [one[0], other[0]],
            )
        assert await key_store.check(KeyFile.read(path), nothing) == (4, 1)
        await key_store.note_backup(name)
    assert (await keys.backed_up())[1] is not None
    KeyFile.read(path).with_first(KeyLine.new())
    assert (await keys.backed_up())[1] is None, "of the new one there is none yet"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the address of a key in a token of the test's own, in which it is not made yet."""
    if not token_key.INSTALLED:
        pytest.skip("the extra `pkcs11` is not installed")
    if not SOFTHSM.exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("there is no SoftHSM: apt-get install softhsm2")
    tokens, configuration, pin = tmp_path / "tokens", tmp_path / "softhsm2.conf", tmp_path / "pin"
    tokens.mkdir()
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    pin.write_text("2580\n")
    pin.chmod(0o600)
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    label = f"test-{uuid4().hex[:8]}"
    words = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", "2580", "--so-pin", "1470"]
    subprocess.run(words, check=True, capture_output=True)
    return f"pkcs11:token={label};object=kek-1?module-path={SOFTHSM}&pin-source={pin}"


async def test_the_wrapping_key_goes_into_a_token_and_back_by_the_same_rotation(
    urls: Urls, store: Store, path: Path, token: str
) -> None:
    listed = children(3)
    before = await (await Keys.opened(store, path, DEFAULT_LEDGER)).ring(listed, make=True)
    sealed = {child: before.seal(child, b"name", PLACE) for child in listed}
    with pytest.raises(KeyUnavailableError, match="cannot be used now"):
        await KeyLine.new(token).key.wrap([b"k" * 32], [b"here"])
    await token_key.TokenKey.at(token).make()
    assert await rotated(urls, path, KeyLine.new(token)) == len(listed) + 1

    in_token = KeyFile(KeyFile.read(path).lines[:1])
    ring = await (await Keys.opened(store, in_token, DEFAULT_LEDGER)).ring(listed)
    assert all(ring.open(child, sealed[child], PLACE) == b"name" for child in listed)
    (wrapped,) = await in_token.wrap([b"k" * 32], [b"here"])
    with pytest.raises(UnwrapError):
        await in_token.unwrap([wrapped], [b"elsewhere"])
    assert await in_token.unwrap([wrapped], [b"here"]) == [b"k" * 32]

    assert await rotated(urls, path) == len(listed) + 1
    local = KeyFile(KeyFile.read(path).lines[:1])
    ring = await (await Keys.opened(store, local, DEFAULT_LEDGER)).ring(listed)
    assert all(ring.open(child, sealed[child], PLACE) == b"name" for child in listed)


async def test_a_token_is_asked_beside_the_event_loop_and_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not token_key.INSTALLED:
        pytest.skip("the extra `pkcs11` is not installed")
    answers, loop = threading.Event(), threading.get_ident()
    asked: list[int] = []

    class Slow:
        def encrypt(self, data: bytes, **_: object) -> bytes:
            asked.append(threading.get_ident())
            answers.wait(60)
            return data

    key = token_key.TokenKey(f"pkcs11:token=t;object=o?module-path={tmp_path}/none&pin-source={tmp_path}/pin")
    monkeypatch.setattr(token_key, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(key, "_entered", Slow)
    with pytest.raises(KeyUnavailableError):
        await key.wrap([b"k" * 32], [b"here"])
    answers.set()
    # It goes on when it answers again.
    monkeypatch.setattr(token_key, "WAIT_SECONDS", 60)
    assert [each[-32:] for each in await key.wrap([b"k" * 32], [b"here"])] == [b"k" * 32]
    assert loop not in asked


@pytest.mark.parametrize(
    "address", ["pkcs11:token=t", "pkcs11:token=t;object=o;x=y?module-path=m&pin-source=p", "file:///key", ""]
)
def test_what_is_no_address_of_a_key_in_a_token_is_refused(address: str) -> None:
    if not token_key.INSTALLED:
        pytest.skip("the extra `pkcs11` is not installed")
    with pytest.raises(KeyFileError, match="RFC 7512"):
        token_key.TokenKey.at(address)
