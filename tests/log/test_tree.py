"""The hash tree: its roots are those of RFC 6962, and its proofs prove what they say and nothing else."""

from hashlib import sha256

from hypothesis import given, strategies

from ledger.log import tree
from ledger.log.tiles import TileNodes, TilePlace, edge, grown, holding
from ledger.log.tree import LeafSpan, leaf_hash, node_hash

LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The roots of the first n leaves, n from 0 to 8."""


def defined(leaves: list[bytes]) -> bytes:
    """Return the root of leaves as RFC 6962 defines it."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else sha256(b"").digest()
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return node_hash(defined(leaves[:left]), defined(leaves[left:]))


def leaves_of(count: int) -> list[bytes]:
    """Return that many different leaves."""
    return [str(number).encode() for number in range(count)]


def kept_tiles(leaves: list[bytes], steps: list[int]) -> dict[TilePlace, bytes]:
    """Return the tiles of leaves that came in pieces of these lengths, the rest last."""
    kept: dict[TilePlace, bytes] = {}
    size = 0
    for step in [*steps, len(leaves)]:
        piece = leaves[size : size + step]
        held = {place: kept[place] for place in edge(size)}
        kept |= grown(held, size, piece)
        size += len(piece)
    return kept


def test_the_roots_are_those_of_the_rfc() -> None:
    """Given the published leaves, when they come one by one, then each root is the published one."""
    for count, expected in enumerate(ROOTS):
        nodes = TileNodes(kept_tiles(LEAVES[:count], [1] * count))
        assert tree.root(count, nodes).hex() == expected


@given(strategies.integers(0, 1200), strategies.lists(strategies.integers(1, 400), max_size=4))
def test_a_tree_that_grew_by_pieces_has_the_root_of_the_definition(count: int, steps: list[int]) -> None:
    """Given leaves in pieces of any length, when tiles are made, then the root is the one of all leaves."""
    leaves = leaves_of(count)
    assert tree.root(count, TileNodes(kept_tiles(leaves, steps))) == defined(leaves)


@given(strategies.data())
def test_a_proof_of_inclusion_proves_its_leaf_and_no_other(data: strategies.DataObject) -> None:
    """Given a tree, when a leaf is proved, then its root follows, and from an altered proof it does not."""
    size = data.draw(strategies.integers(1, 700))
    index = data.draw(strategies.integers(0, size - 1))
    leaves = leaves_of(size)
    nodes = TileNodes(kept_tiles(leaves, []))
    spans = tree.inclusion(index, size)
    proof = [tree.span_hash(span, nodes) for span in spans]
    root = tree.root(size, nodes)
    assert tree.root_of_inclusion(leaf_hash(leaves[index]), index, size, proof) == root
    other = data.draw(
        strategies.integers(0, size - 1).filter(lambda each: each != index)
        if size > 1
        else strategies.just(size)
    )
    assert tree.root_of_inclusion(leaf_hash(leaves[index]), other, size, proof) != root
    assert tree.root_of_inclusion(leaf_hash(b"another"), index, size, proof) != root
    assert tree.root_of_inclusion(leaf_hash(leaves[index]), index, size, [*proof, root]) is None
    needed = {place: kept for place, kept in kept_tiles(leaves, []).items() if place in holding(spans)}
    assert [tree.span_hash(span, TileNodes(needed)) for span in spans] == proof


@given(strategies.data())
def test_a_proof_of_consistency_proves_that_nothing_before_was_altered(data: strategies.DataObject) -> None:
    """Given a tree that grew, when its beginning is proved, then an altered beginning is not."""
    size = data.draw(strategies.integers(0, 700))
    old = data.draw(strategies.integers(0, size))
    leaves = leaves_of(size)
    nodes = TileNodes(kept_tiles(leaves, []))
    proof = [tree.span_hash(span, nodes) for span in tree.consistency(old, size)]
    before, after = tree.root(old, nodes), tree.root(size, nodes)
    assert tree.is_consistent(old, before, size, after, proof)
    if old > 0:
        altered = data.draw(strategies.integers(0, old - 1))
        forged = [*leaves]
        forged[altered] = b"forged"
        other = TileNodes(kept_tiles(forged, []))
        claimed = [tree.span_hash(span, other) for span in tree.consistency(old, size)]
        assert not tree.is_consistent(old, before, size, tree.root(size, other), claimed)
        assert not tree.is_consistent(old, before, size, tree.root(size, other), proof)


def test_a_tree_has_no_leaf_behind_its_end_and_no_later_beginning() -> None:
    """Given a tree of three, when a fourth leaf or a larger beginning is proved, then it is not."""
    assert tree.root_of_inclusion(leaf_hash(b""), 3, 3, []) is None
    assert not tree.is_consistent(4, b"", 3, b"", [])
    assert list(tree.nodes(LeafSpan(0, 3))) == [(1, 0), (0, 2)]
