"""Checkpoints and proofs are read and written as others do, byte for byte."""

from pathlib import Path
from typing import Final

import pytest
from tlog_scales import signing, tlog
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from ledger.log import tree
from ledger.log.checkpoint import (
    COSIGNATURE,
    SIGNATURE,
    Checkpoint,
    InclusionProof,
    Note,
    NoteError,
    SigningKey,
    VerifierKey,
)
from ledger.log.tiles import BUNDLES, Tile, TileNodes, TilePlace, first_of, grown, leaves_of, tiles

VECTORS: Final = Path(__file__).with_name("vectors")
LOG: Final = VerifierKey.read((VECTORS / "log.vkey").read_text("utf-8"))
WITNESS: Final = VerifierKey.read((VECTORS / "witness.vkey").read_text("utf-8"))
NOTE: Final = (VECTORS / "log" / "checkpoint").read_text("utf-8")
SECRET: Final = bytes(range(32))


def kept_tiles() -> dict[TilePlace, bytes]:
    """Return the tiles of the published log."""
    return {tile.place: (VECTORS / "log" / tile.path).read_bytes() for tile in tiles(5)}


def test_the_published_checkpoint_is_read_and_written_as_it_is() -> None:
    """Given the published checkpoint, when it is read, then both signed it, and it is written alike."""
    note = Note.read(NOTE)
    assert str(note) == NOTE
    assert (LOG.verified(note), WITNESS.verified(note)) == (0, 1767323045)
    checkpoint = Checkpoint.read(note.text)
    assert checkpoint.text == note.text
    assert (checkpoint.origin, checkpoint.size) == (LOG.name, 5)
    assert checkpoint.root.hex() == "db9fcea64e9e98c3ba27a67d56a182dd166f7347607b0a169db20966910237f4"
    assert [str(key) for key in (LOG, WITNESS)] == [
        (VECTORS / f"{name}.vkey").read_text("utf-8").strip() for name in ("log", "witness")
    ]


def test_the_published_log_is_made_again_from_its_leaves() -> None:
    """Given the published leaves, when tiles are made, then tiles, root and proof are the published ones."""
    kept = kept_tiles()
    leaves = leaves_of(kept[TilePlace(BUNDLES, 0)])
    assert grown({}, 0, leaves) == kept
    assert first_of(kept[TilePlace(BUNDLES, 0)], 5) == kept[TilePlace(BUNDLES, 0)]
    assert leaves_of(first_of(kept[TilePlace(BUNDLES, 0)], 2)) == leaves[:2]
    nodes = TileNodes(kept)
    note = Note.read(NOTE)
    assert tree.root(5, nodes) == Checkpoint.read(note.text).root
    hashes = [tree.span_hash(span, nodes) for span in tree.inclusion(3, 5)]
    published = (VECTORS / "event3.tlog-proof").read_text("utf-8")
    assert str(InclusionProof(3, hashes, note)) == published
    assert InclusionProof.read(published) == InclusionProof(3, hashes, note)


def test_what_we_sign_others_verify(tmp_path: Path) -> None:
    """Given a log in pieces, when others read it, then root, proofs and signatures are right to them."""
    log, witness = (
        SigningKey("childledger.invalid/one", SIGNATURE, SECRET),
        SigningKey("w", COSIGNATURE, SECRET),
    )
    leaves = [f"leaf {number}".encode() for number in range(700)]
    kept: dict[TilePlace, bytes] = {}
    for start in range(0, 700, 140):
        kept |= grown(kept, start, leaves[start : start + 140])
    nodes = TileNodes(kept)
    checkpoint = Checkpoint(log.verifier.name, 700, tree.root(700, nodes))
    note = Note(checkpoint.text, ()).with_signatures(
        [log.sign(checkpoint.text), witness.cosign(checkpoint.text, 1_800_000_000)]
    )
    for tile in tiles(700):
        path = tmp_path / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept[tile.place])
    (tmp_path / "checkpoint").write_text(str(note), "utf-8")

    reader = TilesReader(LocalBackend(tmp_path))
    theirs = reader.get_checkpoint()
    for key in (log.verifier, witness.verifier):
        theirs.verify(signing.Vkey.from_string(str(key)))
    assert reader.calculate_root_hash() == theirs.root_hash
    for index in (0, 255, 256, 511, 512, 699):
        assert reader.get_entry(index) == leaves[index]
        ours = [tree.span_hash(span, nodes) for span in tree.inclusion(index, 700)]
        assert reader.get_inclusion_proof(index, 700).node_hashes == ours
    for old in (1, 256, 300, 512, 699):
        ours = [tree.span_hash(span, nodes) for span in tree.consistency(old, 700)]
        tlog.ConsistencyProof(old, 700, ours).check(tree.root(old, nodes), theirs.root_hash)
        assert reader.get_consistency_proof(old, 700).node_hashes == ours


def test_an_altered_note_is_told_and_a_strangers_signature_passed_over() -> None:
    """Given a signed note, when its text is altered, then its key says so, and another key says nothing."""
    key = SigningKey("childledger.invalid/one", SIGNATURE, SECRET)
    stranger = SigningKey("childledger.invalid/one", SIGNATURE, bytes(32))
    text = Checkpoint("childledger.invalid/one", 0, tree.EMPTY_ROOT).text
    note = Note(text, (key.sign(text),))
    assert key.verifier.verified(note) == 0
    assert stranger.verifier.verified(note) is None
    with pytest.raises(NoteError, match="not valid"):
        key.verifier.verified(Note(text.replace("\n0\n", "\n1\n"), note.signatures))
    assert len(note.with_signatures([stranger.sign(text), key.sign(text)]).signatures) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno line\n",
        "text\n\n— name\n",
        "te\rxt\n\n— name AAAAAAA=\n",
        b"\xff\n\n",
    ],
)
def test_what_is_no_note_is_refused(text: str | bytes) -> None:
    """Given a text that is no signed note, when it is read, then it is refused."""
    with pytest.raises(NoteError):
        Note.read(text)


@pytest.mark.parametrize(
    "text",
    ["", "origin\n", "origin\n01\n" + "A" * 43 + "=\n", "o\n-1\n\n", "o\n" + "9" * 20 + "\n", "o\n1\nAAAA\n"],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    """Given a text that is no checkpoint, when it is read, then it is refused."""
    with pytest.raises(NoteError):
        Checkpoint.read(text)


@pytest.mark.parametrize(
    "text", ["", "name", "na me+00000000+AAAA", str(LOG).replace("7bbe", "7bbf"), "a+b+c"]
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    """Given a text that is no key, or whose id is not its own, when it is read, then it is refused."""
    with pytest.raises(NoteError):
        VerifierKey.read(text)


@pytest.mark.parametrize(
    "text", ["", "c2sp.org/tlog-proof@v1\nindex x\n\n", "c2sp.org/tlog-proof@v2\nindex 1\n\n" + NOTE]
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    """Given a text that is no proof, when it is read, then it is refused."""
    with pytest.raises(NoteError):
        InclusionProof.read(text)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(TilePlace(0, 0), 256), "tile/0/000"),
        (Tile(TilePlace(0, 0), 5), "tile/0/000.p/5"),
        (Tile(TilePlace(BUNDLES, 1_234_067), 256), "tile/entries/x001/x234/067"),
        (Tile(TilePlace(2, 1000), 1), "tile/2/x001/000.p/1"),
    ],
)
def test_a_tile_has_one_path(tile: Tile, path: str) -> None:
    """Given a tile, when its path is asked, then it is the published form, which alone leads back."""
    assert tile.path == path
    assert Tile.of_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/x000/000",
        "tile/00/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/1000",
        "../x",
    ],
)
def test_another_path_leads_to_no_tile(path: str) -> None:
    """Given a path that is written in no published form, when it is asked, then there is no tile."""
    assert Tile.of_path(path) is None


def test_a_tile_is_there_once_the_log_has_reached_it() -> None:
    """Given logs around the size of a tile, when it is asked, then it is there from that size on."""
    tile = Tile(TilePlace(1, 0), 2)
    assert [tile.has_been(size) for size in (511, 512, 513)] == [False, True, True]
    assert [Tile(TilePlace(BUNDLES, 0), 3).has_been(size) for size in (2, 3, 300)] == [False, True, True]
