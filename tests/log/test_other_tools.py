"""The Go project's own packages, of which none is ours, verify a log that was exported."""

import os
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Final

import pytest

from ledger.log import tree
from ledger.log.publishing import KEY
from ledger.log.tiles import TileNodes, grown
from tests.support.published_log import publish_leaves, some_leaves

PROGRAM: Final = Path(__file__).with_name("verify_log.go")
PACKAGES: Final = Path("/usr/share/gocode")
SIZE: Final = 300

pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not (PACKAGES / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
    reason="golang-go and golang-golang-x-mod-dev are not installed here",
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the program, built."""
    built = tmp_path_factory.mktemp("go") / "verify_log"
    environment = {
        "PATH": os.environ["PATH"],
        "GO111MODULE": "off",
        "GOPATH": str(PACKAGES),
        "GOCACHE": str(built.parent / "cache"),
    }
    subprocess.run(["go", "build", "-o", built, PROGRAM], env=environment, check=True)  # noqa: S607 - where it is installed
    return built


def verified(program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    key = (folder / KEY).read_text("utf-8").strip()
    return subprocess.run([program, folder, key], capture_output=True, encoding="utf-8", check=False)


def written(name: str, number: int, hashes: list[bytes]) -> str:
    """Return a proof as the program prints it."""
    return " ".join([name, str(number), *(b64encode(each).decode() for each in hashes)])


def test_their_packages_verify_the_log_and_make_the_same_proofs(program: Path, tmp_path: Path) -> None:
    """Given a log of more than a tile, then signature, every leaf and every size are right, and alike."""
    leaves = some_leaves(SIZE)
    publish_leaves(tmp_path, leaves)
    done = verified(program, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    nodes = TileNodes(grown({}, 0, leaves))
    ours = [
        written("record", index, [tree.span_hash(span, nodes) for span in tree.inclusion(index, SIZE)])
        for index in range(SIZE)
    ] + [
        written("tree", old, [tree.span_hash(span, nodes) for span in tree.consistency(old, SIZE)])
        for old in range(1, SIZE + 1)
    ]
    assert done.stdout.splitlines() == ours


def test_their_packages_refuse_a_leaf_that_was_altered(program: Path, tmp_path: Path) -> None:
    """Given a log with an altered leaf, then it does not verify."""
    publish_leaves(tmp_path, some_leaves(SIZE))
    bundle = tmp_path / "tile/entries/001.p/44"
    bundle.write_bytes(bundle.read_bytes().replace(b'"n":299', b'"n":298'))
    assert verified(program, tmp_path).returncode == 1
