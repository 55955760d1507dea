"""The sealed form of a paper's bytes: opened whole and in order, or not at all."""

import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from domain.event import Category
from ledger.papers.sealed_paper import PART, PaperOpening, PaperSealing
from ledger.sealing.cipher import Keyring, Pair, SealBrokenError

PAIR: Final[Pair] = (UUID(int=1), Category.IDENTITY)
RING: Final = Keyring("childledger", {PAIR: AESGCM(bytes(32)), (UUID(int=2), PAIR[1]): AESGCM(bytes(32))})
PAPER: Final = uuid4()
LENGTHS: Final = st.sampled_from([0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 7])


def sealed(clear: bytes, pair: Pair = PAIR, paper: UUID = PAPER) -> list[bytes]:
    """Return the head and the parts of a paper."""
    sealing = PaperSealing(RING, pair, paper)
    return [sealing.head, *sealing.seal(clear), sealing.end()]


def opened(pieces: Iterable[bytes], pair: Pair = PAIR, paper: UUID = PAPER) -> bytes:
    """Return what pieces of a sealed paper say."""
    opening = PaperOpening(RING, pair, paper)
    return b"".join([part for piece in pieces for part in opening.open(piece)]) + opening.end()


@given(length=LENGTHS, cut=st.integers(1, 3 * PART))
def test_a_paper_is_opened_as_it_was_in_whatever_pieces_it_comes(length: int, cut: int) -> None:
    clear = os.urandom(length)
    whole = b"".join(sealed(clear))
    assert opened(whole[start : start + cut] for start in range(0, len(whole), cut)) == clear
    assert length < PART - 1 or clear[:64] not in whole


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(lambda parts, _: parts[:-1], id="the last part cut off"),
        pytest.param(lambda parts, _: [parts[0], parts[2], parts[1], parts[3]], id="two parts swapped"),
        pytest.param(lambda parts, _: [parts[0], *parts[2:]], id="a part left out"),
        pytest.param(lambda parts, _: [*parts, parts[-1]], id="a part put behind the last"),
        pytest.param(lambda parts, other: [*parts[:2], other[2], parts[3]], id="a part of another scan"),
        pytest.param(lambda parts, other: [other[0], *parts[1:]], id="the head of another scan"),
        pytest.param(lambda parts, _: [b"x" + parts[0][1:], *parts[1:]], id="another form"),
        pytest.param(
            lambda parts, _: [*parts[:3], parts[3][:-1] + bytes([parts[3][-1] ^ 1])], id="a byte changed"
        ),
        pytest.param(lambda parts, _: parts[:1], id="nothing but the head"),
        pytest.param(lambda _parts, _: [], id="nothing"),
    ],
)
def test_a_paper_that_was_altered_is_not_opened(altered: object) -> None:
    clear = os.urandom(2 * PART + 7)
    assert callable(altered)
    with pytest.raises(SealBrokenError):
        opened(altered(sealed(clear), sealed(clear)))


def test_a_paper_is_of_one_subject_and_of_one_document() -> None:
    parts = sealed(b"whose")
    for pair, paper in (((UUID(int=2), PAIR[1]), PAPER), (PAIR, uuid4())):
        with pytest.raises(SealBrokenError):
            opened(parts, pair, paper)


FLAT: Final = """
import resource, sys
from pathlib import Path
from uuid import UUID
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from domain.event import Category
from ledger.papers.kept_papers import ArrivingPaper, PaperPlace
from ledger.papers.sealed_paper import PaperOpening, PaperSealing
from ledger.sealing.cipher import Keyring

pair = (UUID(int=1), Category.IDENTITY)
ring = Keyring("childledger", {pair: AESGCM(bytes(32))})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
place = PaperPlace(*pair, UUID(int=7))
paper = ArrivingPaper(place, PaperSealing(ring, pair, place.document), Path(sys.argv[1]))
piece = bytes(64 * 1024)
for _ in range(1024):
    paper.write(piece)
paper.end()
opening, size = PaperOpening(ring, pair, UUID(int=7)), 0
with paper.path.open("rb") as file:
    while read := file.read(1024 * 1024):
        size += sum(map(len, opening.open(read)))
size += len(opening.end())
assert size == paper.size == 64 * 1024 * 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_sealing_and_opening_64_mb_takes_no_more_memory_than_some_parts(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FLAT, f"{tmp_path}/arriving"], capture_output=True, check=True, text=True
    )
    assert int(done.stdout) * 1024 < 16 * 1024 * 1024
