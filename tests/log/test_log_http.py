"""The log over HTTP: whoever audits takes it away, and checks it by tools that are not ours."""

from pathlib import Path

import pytest
from tlog_scales import signing
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from api.identity.permissions import Role
from ledger.log import tree
from ledger.log.checkpoint import Checkpoint, InclusionProof
from ledger.log.tiles import tiles
from tests.support.client import Served


@pytest.mark.parametrize(("log", "leaves"), [("/log", "/entries"), ("/access-log", "/accesses")])
async def test_an_auditor_takes_a_log_away_and_checks_it_by_other_tools(
    served: Served, tmp_path: Path, log: str, leaves: str
) -> None:
    """Given entries and accesses, when an auditor fetches a log, then others find root, signature, proof."""
    child = await served.a_child("欧阳小明")
    auditor = await served.as_(Role.AUDITOR)
    assert (await auditor.get(f"/children/{child}")).status_code == 200
    await served.container.transparency_log.catch_up()
    await served.container.log_of_accesses.catch_up()

    said = (await auditor.get(log)).json()
    paths = ["checkpoint", *(tile.path for tile in tiles(said["size"]))]
    for path in paths:
        answer = await auditor.get(f"{log}/{path}")
        assert answer.status_code == 200
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(answer.content)

    reader = TilesReader(LocalBackend(tmp_path))
    theirs = reader.get_checkpoint()
    theirs.verify(signing.Vkey.from_string(said["key"]))
    assert (theirs.origin, theirs.size) == (said["origin"], said["size"])
    assert reader.calculate_root_hash() == theirs.root_hash
    assert theirs.root_hash.hex() == said["root"]

    answer = await auditor.get(f"{leaves}/{theirs.size}/proof")
    proof = InclusionProof.read(answer.text)
    leaf = tree.leaf_hash(reader.get_entry(proof.index))
    assert tree.root_of_inclusion(leaf, proof.index, theirs.size, proof.hashes) == theirs.root_hash
    assert Checkpoint.read(proof.note.text).root == theirs.root_hash


async def test_what_the_log_does_not_reach_is_not_found(served: Served) -> None:
    """Given a log, when a tile, a path or a position beyond it is asked, then it is not found."""
    await served.container.transparency_log.catch_up()
    auditor = await served.as_(Role.AUDITOR)
    for path in ("/log/tile/0/999", "/log/tile/0/0", "/access-log/tile/63/000", "/accesses/999999/proof"):
        assert (await auditor.get(path)).status_code == 404


async def test_the_log_is_for_those_who_verify(served: Served) -> None:
    """Given each role, when the log is asked, then supervisor, auditor and administrator are answered."""
    await served.container.transparency_log.catch_up()
    for role in Role:
        client = await served.as_(role)
        may = role in {Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR}
        for path in (
            *("/log", "/log/checkpoint", "/log/tile/0/000.p/1", "/entries/1/proof"),
            *("/access-log", "/access-log/checkpoint", "/access-log/tile/0/000.p/1", "/accesses/1/proof"),
        ):
            assert ((await client.get(path)).status_code == 403) is not may


async def test_a_log_that_forked_is_shown_by_the_probe(served: Served) -> None:
    """Given a log that cannot be signed, when readiness is asked, then it says so and the service goes on."""
    served.container.transparency_log.forked = True
    ready = await (await served.client()).get("/health/ready")
    assert (ready.status_code, ready.json()["log"]) == (200, "forked")
