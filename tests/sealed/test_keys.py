"""The keys of a ledger: made once, wrapped apart from the entries, and nowhere else when destroyed."""

import asyncio
import os
import stat
from base64 import b64encode
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.event import Category
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.sealing.key_file import KeyFile
from ledger.sealing.keys import SECRET, KeyDestroyedError, Keys
from ledger.sealing.wrapping import KeyFileError, UnwrapError
from ledger.store.store import Store
from tests.support.ledgers import Urls, a_superuser, make_ledger, rows, store_of

pytestmark = pytest.mark.own_statements
PLACE = ("here",)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "key"


KEY_STORE = f"{DEFAULT_LEDGER}_keys"


async def opened(store: Store, path: Path, ledger: str = DEFAULT_LEDGER) -> Keys:
    """Open the keys, as another process does."""
    return await Keys.opened(store, path, ledger)


async def destroy(urls: Urls, subject: UUID) -> None:
    """Destroy a person's keys."""
    async with a_superuser(urls.superuser, KEY_STORE) as superuser:
        await superuser.execute("UPDATE data_key SET wrapped = NULL WHERE subject = %s", [subject])


def retire(path: Path) -> None:
    """Put a new key-encryption key before the one in use."""
    path.write_bytes(b64encode(os.urandom(32)) + b"\n" + path.read_bytes())


async def test_what_one_process_seals_another_opens(store: Store, path: Path) -> None:
    child = (uuid4(), Category.IDENTITY)
    sealed = (await (await opened(store, path)).ring([child], make=True)).seal(child, b"name", PLACE)
    assert (await (await opened(store, path)).ring([child])).open(child, sealed, PLACE) == b"name"


async def test_two_processes_that_need_a_key_at_once_make_one(store: Store, path: Path) -> None:
    one, other = await opened(store, path), await opened(store, path)
    children = [(uuid4(), category) for category in Category for _ in range(5)]
    rings = await asyncio.gather(*(keys.ring(children, make=True) for keys in (one, other)))
    for child in children:
        assert rings[1].open(child, rings[0].seal(child, b"name", PLACE), PLACE) == b"name"


async def test_a_key_is_only_made_to_seal(urls: Urls, store: Store, path: Path) -> None:
    child = (uuid4(), Category.IDENTITY)
    ring = await (await opened(store, path)).ring([child])
    assert child not in ring
    assert ring.open(child, b"whatever", PLACE) is None
    async with a_superuser(urls.superuser, KEY_STORE) as superuser:
        assert await rows(superuser, "SELECT subject, category FROM data_key") == [SECRET]


async def test_what_was_sealed_is_lost_with_its_key(urls: Urls, store: Store, path: Path) -> None:
    erased, kept = (uuid4(), Category.IDENTITY), (uuid4(), Category.IDENTITY)
    ring = await (await opened(store, path)).ring([erased, kept], make=True)
    sealed = {child: ring.seal(child, b"name", PLACE) for child in (erased, kept)}
    await destroy(urls, erased[0])
    later = await (await opened(store, path)).ring([erased, kept])
    assert later.open(erased, sealed[erased], PLACE) is None
    assert later.open(kept, sealed[kept], PLACE) == b"name"


async def test_a_key_that_was_destroyed_is_never_made_again(urls: Urls, store: Store, path: Path) -> None:
    erased, new = (uuid4(), Category.IDENTITY), (uuid4(), Category.IDENTITY)
    await (await opened(store, path)).ring([erased], make=True)
    await destroy(urls, erased[0])
    keys = await opened(store, path)
    with pytest.raises(KeyDestroyedError):
        await keys.ring([erased, new], make=True)
    assert erased not in await keys.ring([erased])
    assert new in await keys.ring([new], make=True)


async def test_a_wrapped_key_opens_for_nobody_else(urls: Urls, store: Store, path: Path) -> None:
    one, other = (uuid4(), Category.IDENTITY), (uuid4(), Category.IDENTITY)
    await (await opened(store, path)).ring([one, other], make=True)
    async with a_superuser(urls.superuser, KEY_STORE) as superuser:
        ((wrapped,),) = await rows(superuser, "SELECT wrapped FROM data_key WHERE subject = %s", [one[0]])
        await superuser.execute("UPDATE data_key SET wrapped = %s WHERE subject = %s", [wrapped, other[0]])
    with pytest.raises(UnwrapError):
        await (await opened(store, path)).ring([other])


async def test_few_keys_stay_open_and_the_others_are_opened_again(store: Store, path: Path) -> None:
    keys = Keys(store, KeyFile.make(path), DEFAULT_LEDGER, capacity=3)
    children = [(uuid4(), Category.IDENTITY) for _ in range(10)]
    ring = await keys.ring(children, make=True)
    sealed = {child: ring.seal(child, b"name", PLACE) for child in children}
    again = await keys.ring(children)
    assert all(again.open(child, sealed[child], PLACE) == b"name" for child in children)


async def test_terms_and_fingerprints_last_and_say_nothing_without_the_key(store: Store, path: Path) -> None:
    one, other = await opened(store, path), await opened(store, path)
    assert one.term("张") == other.term("张") != one.term("李")
    assert one.fingerprint(b"x") == other.fingerprint(b"x") != one.fingerprint(b"y")
    assert one.fingerprint("张".encode())[:16] != one.term("张")


async def test_an_id_lasts_and_is_not_told_by_who_guesses_its_name(store: Store, path: Path) -> None:
    """H4: whoever guesses a file number cannot look for the ids that it makes."""
    one, other = await opened(store, path), await opened(store, path)
    name = ("entry", UUID(int=1), "register XH0001|儿童花名册|identity", 0, 0)
    assert one.named(*name) == other.named(*name) != one.named(*name[:-1], 1)
    assert one.named(*name).version == 4
    assert one.named(*name).bytes not in {one.term(str(name)), one.fingerprint(str(name).encode())[:16]}


async def test_another_ledger_has_other_terms_and_ids(database_url: str, path: Path) -> None:
    terms = []
    for name in ("north", "south"):
        async with store_of(await make_ledger(database_url, name), name) as store:
            keys = await opened(store, path, name)
            terms += [keys.term("张"), keys.named("张").bytes]
    assert len(set(terms)) == 4


def test_the_key_file_is_its_owners_alone(path: Path) -> None:
    KeyFile.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        KeyFile.read(path)


async def test_a_key_file_is_made_once(path: Path) -> None:
    first = KeyFile.make(path)
    (wrapped,) = await first.wrap([b"k" * 32], [b"here"])
    assert await KeyFile.make(path).unwrap([wrapped], [b"here"]) == [b"k" * 32]


async def test_a_lost_key_file_is_not_replaced(store: Store, path: Path) -> None:
    await opened(store, path)
    lose = path.unlink
    lose()
    with pytest.raises(KeyFileError, match="bring it back"):
        await opened(store, path)
    with pytest.raises(KeyFileError, match="is missing"):
        KeyFile.read(path)


async def test_another_key_file_opens_nothing(store: Store, path: Path, tmp_path: Path) -> None:
    await opened(store, path)
    KeyFile.make(tmp_path / "other")
    with pytest.raises(UnwrapError):
        await opened(store, tmp_path / "other")


@pytest.mark.parametrize("content", [b"", b"not a key\n", b64encode(b"short") + b"\n", b"\xff\xfe"])
def test_what_is_no_key_file_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="is not a key file"):
        KeyFile.read(path)


async def test_a_retired_key_still_opens_what_it_wrapped(store: Store, path: Path) -> None:
    child, younger = (uuid4(), Category.IDENTITY), (uuid4(), Category.IDENTITY)
    sealed = (await (await opened(store, path)).ring([child], make=True)).seal(child, b"name", PLACE)
    retire(path)
    ring = await (await opened(store, path)).ring([child, younger], make=True)
    assert ring.open(child, sealed, PLACE) == b"name"
    assert younger in ring
