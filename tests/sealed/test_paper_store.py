"""Where papers lie, in a folder and in an S3-compatible store alike: what was put there is there."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import pytest

from ledger.papers.paper_store import PaperAddressError, PaperMissingError, PaperStore, PaperStoreError
from tests.support.waiting import until

WEED: Final = Path(sys.executable).with_name("weed")
NAME: Final = "ledger/owner/address"
BYTES: Final = os.urandom(11 * 1024 * 1024)
"""More than is sent in one part."""


def ports(number: int) -> list[int]:
    """Return ports that nobody listens at."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    found = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return found


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run an S3-compatible store, and give the URL of a bucket of it."""
    master, volume, filer, s3, *grpc = ports(8)
    who = {"accessKey": "papers", "secretKey": "made-up"}
    known = {"identities": [{"name": "papers", "credentials": [who], "actions": ["Admin"]}]}
    (tmp_path / "s3.json").write_bytes(orjson.dumps(known))
    said = {
        "dir": tmp_path,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.port": master,
        "master.port.grpc": grpc[0],
        "master.volumeSizeLimitMB": 64,
        "volume.port": volume,
        "volume.port.grpc": grpc[1],
        "volume.max": 8,
        "filer.port": filer,
        "filer.port.grpc": grpc[2],
        "s3.port": s3,
        "s3.port.grpc": grpc[3],
        "s3.config": tmp_path / "s3.json",
    }
    command = [str(WEED), "server", "-filer", "-s3", *(f"-{name}={value}" for name, value in said.items())]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        for name, value in (
            ("ENDPOINT_URL", f"http://127.0.0.1:{s3}"),
            ("REGION", "us-east-1"),
            ("ACCESS_KEY_ID", who["accessKey"]),
            ("SECRET_ACCESS_KEY", who["secretKey"]),
        ):
            monkeypatch.setenv(f"AWS_{name}", value)
        try:
            yield "s3://papers/of-a-test"
        finally:
            server.kill()


async def lies_as_it_was_put(store: PaperStore, folder: Path) -> None:
    """Put, list, read and remove; what is not there is said not to be."""
    file = folder / "bytes"
    file.write_bytes(BYTES)
    await store.put(NAME, file)
    assert b"".join([piece async for piece in store.pieces(NAME)]) == BYTES
    listed = [each async for each in store.stored("ledger")]
    assert [(each.name, each.size) for each in listed] == [(NAME, len(BYTES))]
    assert [each async for each in store.stored("led")] == []
    await store.remove([NAME, "ledger/owner/nothing"])
    assert [each async for each in store.stored("ledger")] == []
    with pytest.raises(PaperMissingError):
        await anext(store.pieces(NAME))


async def test_in_a_folder_a_paper_lies_as_it_was_put(tmp_path: Path) -> None:
    await lies_as_it_was_put(PaperStore.at(f"file://{tmp_path}/papers"), tmp_path)


async def test_in_an_s3_compatible_store_a_paper_lies_as_it_was_put(s3: str, tmp_path: Path) -> None:
    store, ready = PaperStore.at(s3), tmp_path / "ready"
    ready.write_bytes(b"ready")

    async def takes_papers() -> bool:
        try:
            await store.put("ready", ready)
        except PaperStoreError:
            return False
        return True

    await until(takes_papers)
    await lies_as_it_was_put(store, tmp_path)


@pytest.mark.parametrize(
    "url", ["", "papers", "/srv/papers", "file://elsewhere/papers", "s3:///x", "ftp://x/y"]
)
def test_an_address_that_is_neither_is_refused_in_both_languages(url: str) -> None:
    with pytest.raises(PaperAddressError, match=r"材料存放处应为.*Papers lie in"):
        PaperStore.at(url)
