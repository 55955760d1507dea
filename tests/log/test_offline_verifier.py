"""What an outsider runs, one file and the standard library, tells what is wrong with a log, and where."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings, strategies

from ledger.log import tree
from ledger.log.offline_verifier import SignedNote, consistent, included, is_signature, main
from ledger.log.publishing import CHECKPOINT, VERIFIER, verifier_text
from ledger.log.tiles import TileNodes, grown
from tests.support.published_log import LOG, POLICY, publish_leaves, signed, some_leaves

VECTORS: Final = Path(__file__).with_name("vectors")
SIZE: Final = 300
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
RFC_8032: Final = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
"""The first three vectors of RFC 8032, section 7.1: public key, message, signature."""


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_the_standard_are_valid(public: str, message: str, signature: str) -> None:
    key, said, signed_by = map(bytes.fromhex, (public, message, signature))
    assert is_signature(key, said, signed_by)
    assert not is_signature(key, said + b"\x00", signed_by)
    # The same scalar, written in a second way, is refused.
    again = (int.from_bytes(signed_by[32:], "little") + ORDER).to_bytes(32, "little")
    assert not is_signature(key, said, signed_by[:32] + again)
    assert not is_signature(key, said, signed_by[:-1])
    assert not is_signature(b"\xff" * 32, said, signed_by)


@settings(max_examples=10)
@given(strategies.binary(min_size=32, max_size=32), strategies.binary(max_size=300), strategies.data())
def test_a_signature_is_valid_as_the_library_made_it_and_not_otherwise(
    secret: bytes, message: bytes, data: strategies.DataObject
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert is_signature(public, message, signature)
    bit = data.draw(strategies.integers(0, 511))
    other = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert not is_signature(public, message, other)


def test_proofs_are_those_of_the_log_and_lead_nowhere_else() -> None:
    """Given trees of every size to 20, then each proof of the log proves what it says, and no other root."""
    leaves = [str(number).encode() for number in range(20)]
    nodes = TileNodes(grown({}, 0, leaves))
    notes = {size: a_note(size, tree.root(size, nodes)) for size in range(21)}
    for size in range(1, 21):
        root = notes[size].root
        for index in range(size):
            hashes = [tree.span_hash(span, nodes) for span in tree.inclusion(index, size)]
            hashed = tree.leaf_hash(leaves[index])
            assert included(hashed, index, size, hashes) == root
            assert included(hashed, (index + 1) % size, size, hashes) != root or size == 1
            assert included(hashed, index, size, [*hashes, root]) != root
        for old in range(size + 1):
            hashes = [tree.span_hash(span, nodes) for span in tree.consistency(old, size)]
            assert consistent(notes[old], notes[size], hashes)
            assert not consistent(notes[old], notes[size], [*hashes, root])
            if hashes:
                assert not consistent(a_note(old, bytes(32)), notes[size], hashes)
                assert not consistent(notes[old], a_note(size, bytes(32)), hashes)


def a_note(size: int, root: bytes) -> SignedNote:
    """Return an unsigned checkpoint, as the verifier reads it."""
    note = SignedNote(str(signed([])))
    note.size, note.root = size, root
    return note


def told(folder: Path, *words: object) -> tuple[int, list[str]]:
    """Return the exit code, and the faults that were told."""
    said: list[str] = []
    code = main([str(folder), *map(str, words)], said.append)
    return code, [line for line in said if line.startswith("✗")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a published log of more than one tile."""
    publish_leaves(tmp_path / "log", some_leaves(SIZE))
    return tmp_path / "log"


def test_the_published_vectors_are_in_order_but_for_the_gap_that_they_have() -> None:
    """Given the vectors, whose positions have a gap, then the policy, the tree and the proofs are right."""
    code, faults = told(VECTORS / "log", "--policy", VECTORS / "policy")
    assert code == 1
    assert [line.split("：")[0] for line in faults] == ["✗ 第 4 条", "✗ 第 5 条"]


def test_a_machine_without_the_product_verifies_a_log(folder: Path) -> None:
    """Given a log taken away, when its own verifier is run with nothing but Python, then all is in order."""
    (folder / VERIFIER).write_text(verifier_text(), "utf-8")

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-S", folder / VERIFIER],
            cwd=folder,
            env={},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert "没有发现错误。 Nothing is wrong." in done.stdout
    flip(folder / "tile/entries/001.p/44", 30)
    done = run()
    assert (done.returncode, done.stderr) == (1, "")
    assert "entries 257 to 300" in done.stdout


def flip(path: Path, at: int) -> None:
    """Alter a byte of a file."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def another(leaves: Sequence[bytes]) -> Callable[[Path], None]:
    """Return what publishes other leaves in place of those that were, signed by the log's key."""
    return lambda folder: publish_leaves(folder, leaves)


def shorter(folder: Path) -> None:
    """Leave out the last file of leaves."""
    (folder / "tile/entries/001.p/44").unlink()


def cut_short(folder: Path) -> None:
    """Cut a file of leaves short."""
    (folder / "tile/entries/000").write_bytes(b"\x00")


def of_another_size(folder: Path) -> None:
    """Write another size into the checkpoint."""
    note = (folder / CHECKPOINT).read_text("utf-8")
    (folder / CHECKPOINT).write_text(note.replace("\n300\n", "\n299\n"), "utf-8")


LEAVES: Final = some_leaves(SIZE)
ALTERED: Final[dict[str, tuple[Callable[[Path], None], str]]] = {
    "leaf": (lambda folder: flip(folder / "tile/entries/000", 40), "entries 1 to 256"),
    "hash": (lambda folder: flip(folder / "tile/0/001.p/44", 40), "entries 257 to 300"),
    "hash above": (lambda folder: flip(folder / "tile/1/000.p/1", 3), "entries 1 to 256"),
    "missing": (shorter, "tile/entries/001.p/44 is missing"),
    "cut short": (cut_short, "cut short"),
    "checkpoint": (of_another_size, "The signature of childledger.invalid/log is not valid"),
    "swapped": (another([*LEAVES[:6], LEAVES[7], LEAVES[6], *LEAVES[8:]]), "Entry 7: its leaf is of another"),
    "deleted": (another([*LEAVES[:6], *LEAVES[7:]]), "Entry 7: its leaf is of another"),
    "tail": (another(LEAVES[:250]), "shorter than the earlier checkpoint"),
    "rewritten": (another([b"{}", *LEAVES[1:]]), "Entry 1: its leaf cannot be read"),
}
"""What was done to a published log, some of it with the log's own key, and what is told of it."""


@pytest.mark.parametrize(("alter", "fault"), ALTERED.values(), ids=ALTERED)
def test_what_was_altered_in_a_published_log_is_named(
    folder: Path, tmp_path: Path, alter: Callable[[Path], None], fault: str
) -> None:
    """Given a log of which a checkpoint was kept, when the log is altered, then the fault is named."""
    since = tmp_path / "since"
    since.write_text(str(signed(LEAVES[:270])), "utf-8")
    assert told(folder, "--key", LOG.verifier, "--since", since) == (0, [])
    alter(folder)
    code, faults = told(folder, "--key", LOG.verifier, "--since", since)
    assert code == 1
    assert any(fault in line for line in faults), faults


def test_a_history_that_was_rewritten_with_the_logs_key_is_not_the_one_before(
    folder: Path, tmp_path: Path
) -> None:
    """Given a log made anew and signed by its own key, then an earlier checkpoint tells it apart."""
    since = tmp_path / "since"
    since.write_text((folder / CHECKPOINT).read_text("utf-8"), "utf-8")
    again = [each.replace(b'"v":1,', b'"v":2,') for each in LEAVES]
    publish_leaves(folder, [*again, *some_leaves(SIZE + 1)[SIZE:]])
    assert told(folder, "--key", LOG.verifier) == (0, [])
    code, faults = told(folder, "--key", LOG.verifier, "--since", since)
    assert code == 1
    assert [line for line in faults if line.startswith(f"✗ 第 {SIZE} 条：")]


def test_a_quorum_that_has_not_cosigned_is_told(folder: Path, tmp_path: Path) -> None:
    """Given whom one trusts, when the witness has not cosigned, or another log signed, then that is told.

    So is when it cosigned: a log from which the newest entries are kept back is an old one.
    """
    policy = tmp_path / "policy"
    policy.write_text(POLICY, "utf-8")
    assert told(folder, "--policy", policy) == (0, [])
    said: list[str] = []
    main([str(folder), "--policy", str(policy)], said.append)
    assert any(line.endswith("cosigned by: W1 2027-01-15 08:00 UTC.") for line in said), said
    note = (folder / CHECKPOINT).read_text("utf-8")
    (folder / CHECKPOINT).write_text("".join(note.splitlines(keepends=True)[:-1]), "utf-8")
    assert "Too few of the trusted witnesses" in "".join(told(folder, "--policy", policy)[1])
    other = (VECTORS / "log.vkey").read_text("utf-8").strip()
    assert "not signed by a trusted log" in "".join(told(folder, "--key", other)[1])


@pytest.mark.parametrize(
    "words", [("--policy", "{}/checkpoint"), ("--key", "nobody"), ("--since", "{}/log.vkey")]
)
def test_what_cannot_be_read_is_no_verdict(folder: Path, words: tuple[str, str]) -> None:
    """Given a policy, a key or a checkpoint that is none, then nothing is verified, and that is said."""
    assert told(folder, *(each.format(folder) for each in words)) == (2, [])
