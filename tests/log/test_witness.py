"""A witness cosigns what only ever grows; whoever rewrites history, with the log's key too, is refused."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx2 as httpx
import pytest

from api.witness_service import witness_app
from api.witnesses import AskedWitnesses, post
from ledger.log import tree
from ledger.log.checkpoint import COSIGNATURE, SIGNATURE, Checkpoint, Note, NoteError, SigningKey, VerifierKey
from ledger.log.policy import Policy, PolicyError, Witness
from ledger.log.witness import ADD_CHECKPOINT, AddCheckpoint, CheckpointWitness
from ledger.postgres.migrate import DEFAULT_LEDGER
from tests.support.ledgers import Urls, a_superuser
from tests.support.processes import CHILDLEDGER, clean_environment
from tests.support.transparency import OpenedLog, opened_log

OWN = SigningKey("witness.example/w1", COSIGNATURE, bytes(range(32)))
LOG = SigningKey("childledger/one", SIGNATURE, bytes(32))
OTHER = SigningKey("childledger/two", SIGNATURE, bytes(32))
VECTORS = Path(__file__).parent / "vectors"


def asked_of(witness: CheckpointWitness) -> Callable[[str, str], tuple[int, str]]:
    """Send to the app of a witness."""

    async def sent(body: str) -> tuple[int, str]:
        transport = httpx.ASGITransport(witness_app(witness))
        async with httpx.AsyncClient(transport=transport, base_url="http://witness") as client:
            answer = await client.post(ADD_CHECKPOINT, content=body)
            return answer.status_code, answer.text

    return lambda _, body: asyncio.run(sent(body))


class Leaves:
    """A log of numbered leaves, which can be told with one of them altered."""

    def __init__(self, altered: int | None = None) -> None:
        self._hashes = [tree.leaf_hash(f"{n}{'!' * (n == altered)}".encode()) for n in range(20)]

    def _node(self, node: tree.Node) -> bytes:
        level, index = node
        if level == 0:
            return self._hashes[index]
        return tree.node_hash(self._node((level - 1, 2 * index)), self._node((level - 1, 2 * index + 1)))

    def asked(self, old: int, size: int, key: SigningKey = LOG, signer: SigningKey | None = None) -> str:
        """Return a request to add the checkpoint of a size."""
        text = Checkpoint(key.verifier.name, size, tree.root(size, self._node)).text
        proof = [tree.span_hash(span, self._node) for span in tree.consistency(old, size)]
        return str(AddCheckpoint(old, proof, Note(text, ((signer or key).sign(text),))))


def witness_in(folder: Path) -> CheckpointWitness:
    return CheckpointWitness(OWN, [LOG.verifier], folder)


def test_a_log_that_grows_is_cosigned_also_after_a_restart(tmp_path: Path) -> None:
    """Given a log of 3, 7 and 7 leaves, when each is added, then each is cosigned."""
    for old, size in ((0, 3), (3, 7), (7, 7)):
        body = Leaves().asked(old, size)
        status, said = asked_of(witness_in(tmp_path))("", body)
        assert status == 200
        note = AddCheckpoint.read(body).note
        cosigned = Note.read(f"{note.text}\n{said}")
        at = VerifierKey.read(witness_in(tmp_path).verifier).verified(cosigned)
        assert at is not None
        assert at > 1_700_000_000


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (Leaves().asked(3, 9), 409, "7\n"),
        (Leaves(altered=6).asked(7, 7), 409, "7\n"),
        (Leaves(altered=2).asked(7, 9), 422, "ForkRefusedError\n"),
        (Leaves().asked(7, 9).replace("old 7", "old 12"), 400, "NoCheckpointRequestError\n"),
        (Leaves().asked(7, 9, OTHER), 404, "UnknownLogError\n"),
        (Leaves().asked(7, 9, signer=OTHER), 403, "UnsignedError\n"),
        ("old 7\n\nnothing", 400, "NoCheckpointRequestError\n"),
        (Leaves().asked(7, 9).replace("old 7", "old 07"), 400, "NoCheckpointRequestError\n"),
        ("old 7\n" + "A" * 70_000, 413, "too large\n"),
    ],
    ids=["behind", "same size", "fork", "beyond", "unknown", "unsigned", "no note", "two ways", "too large"],
)
def test_what_does_not_follow_is_refused_and_changes_nothing(
    tmp_path: Path, body: str, status: int, said: str
) -> None:
    """Given a log cosigned at 7 leaves, when another history comes, then it is refused."""
    send = asked_of(witness_in(tmp_path))
    assert send("", Leaves().asked(0, 7))[0] == 200
    assert send("", body) == (status, said)
    assert send("", Leaves().asked(7, 8))[0] == 200


async def test_of_two_histories_at_once_one_is_cosigned(tmp_path: Path) -> None:
    """Given nothing cosigned, when two histories come at once, then one of them is cosigned."""
    for number in range(8):
        send = asked_of(witness_in(tmp_path / str(number)))
        bodies = [Leaves(altered=altered).asked(0, 9) for altered in (None, 3)]
        answers = await asyncio.gather(*(asyncio.to_thread(send, "", body) for body in bodies))
        assert sorted(status for status, _ in answers) == [200, 409]


async def cosigned(ledger: OpenedLog) -> Note:
    await ledger.caught_up()
    note = await ledger.log.published()
    assert note is not None
    return note


async def test_what_a_witness_saw_is_not_rewritten_with_the_logs_own_key(urls: Urls, tmp_path: Path) -> None:
    """Given a cosigned log, when it is rewritten and signed by its own key, then the witness refuses it."""
    async with opened_log(urls, tmp_path) as ledger:
        own = CheckpointWitness(OWN, [VerifierKey.read(ledger.log.verifier)], tmp_path / "witness")
        policy = Policy(witnesses={"w1": Witness(OWN.verifier, "http://witness")}, quorum="w1")
        policy.logs.append(VerifierKey.read(ledger.log.verifier))
        asked = AskedWitnesses(ledger.log, policy.witnesses, asked_of(own))
        await ledger.record(3)
        with pytest.raises(NoteError):
            policy.check(await cosigned(ledger))
        ledger.log.cosign = asked.cosigned
        assert policy.check(await cosigned(ledger)).size == 3, "asked again for what is signed already"
        await ledger.record(3)
        assert policy.check(await cosigned(ledger)).size == 6

        async with a_superuser(urls.superuser, DEFAULT_LEDGER) as superuser:
            await superuser.execute("UPDATE entry SET body = body || '\\x20' WHERE position = 2")
            await superuser.execute("DELETE FROM log_tile")
            await superuser.execute("UPDATE log SET size = 0, note = NULL")
        for path in (tmp_path / "last_signed").iterdir():
            path.unlink()
        with pytest.raises(NoteError):
            policy.check(await cosigned(ledger))
        assert ledger.log.refused_by == {"w1"}


async def test_a_witness_that_is_away_holds_nothing_up(urls: Urls, tmp_path: Path) -> None:
    """Given a witness that does not answer, when the log is signed, then it is published, and asked again."""
    own: list[CheckpointWitness] = []

    def send(url: str, body: str) -> tuple[int, str]:
        if not own:
            raise ConnectionRefusedError
        return asked_of(own[0])(url, body)

    async with opened_log(urls, tmp_path) as ledger:
        asked = AskedWitnesses(ledger.log, {"w1": Witness(OWN.verifier, "http://witness")}, send)
        ledger.log.cosign = asked.cosigned
        await ledger.record(2)
        assert OWN.verifier.verified(await cosigned(ledger)) is None
        own.append(CheckpointWitness(OWN, [VerifierKey.read(ledger.log.verifier)], tmp_path / "witness"))
        assert OWN.verifier.verified(await cosigned(ledger)) is not None
        assert not ledger.log.refused_by


def test_another_office_runs_a_witness(tmp_path: Path) -> None:
    """Given the command of a witness, when a checkpoint is sent to it, then it cosigns it."""
    command = [
        "witness",
        str(tmp_path),
        "--name",
        "witness.example/w2",
        "--log",
        str(LOG.verifier),
        "--port",
        "0",
    ]
    environment = clean_environment()
    with subprocess.Popen(
        [CHILDLEDGER, *command], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        key, served = (process.stdout.readline().strip() for _ in range(2))
        try:
            body = Leaves().asked(0, 5)
            status, said = post(served.removeprefix("Serving on "), body)
        finally:
            process.terminate()
    assert (status, process.returncode) == (200, 0)
    assert VerifierKey.read(key).verified(Note.read(f"{AddCheckpoint.read(body).note.text}\n{said}"))


def test_the_policy_of_the_vectors_trusts_their_checkpoint() -> None:
    """Given the vectors' policy, then it takes their cosigned checkpoint, and not without the cosignature."""
    policy = Policy.read((VECTORS / "policy").read_text("utf-8"))
    note = Note.read((VECTORS / "log" / "checkpoint").read_bytes())
    assert policy.check(note) == Checkpoint.read(note.text)
    with pytest.raises(NoteError, match="none"):
        policy.check(Note(note.text, note.signatures[:1]))
    with pytest.raises(NoteError, match="No trusted log"):
        policy.check(Note(note.text, note.signatures[1:]))


def test_a_quorum_of_groups_is_reached_by_enough_of_their_members() -> None:
    """Given two of three, when one, then two have cosigned, then only two are enough."""
    keys = [SigningKey(f"w{n}", COSIGNATURE, bytes([n] * 32)) for n in range(3)]
    lines = [f"log {LOG.verifier}", *(f"witness W{n} {key.verifier}" for n, key in enumerate(keys))]
    policy = Policy.read("\n".join(["# trusted", *lines, "group G 2 W0 W1 W2", "quorum G"]))
    text = Checkpoint(LOG.verifier.name, 0, tree.EMPTY_ROOT).text
    note = Note(text, (LOG.sign(text), keys[2].cosign(text, 1)))
    with pytest.raises(NoteError, match="W2"):
        policy.check(note)
    assert policy.check(note.with_signatures([keys[0].cosign(text, 1)])).size == 0


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("quorum W9", 2),
        ("group G 2 W0", 2),
        ("witness none w+00000000+AAAA", 2),
        (f"witness W1 {LOG.verifier}", 2),
        ("trust everybody", 2),
        ("", 3),
    ],
    ids=["unknown", "too many", "no key", "a log's key", "word", "no quorum"],
)
def test_a_policy_that_cannot_be_read_names_its_line(line: str, number: int) -> None:
    """Given a policy with a line that is none, when it is read, then the line is named."""
    with pytest.raises(PolicyError) as refused:
        Policy.read(f"log {LOG.verifier}\n{line}\n")
    assert refused.value.line == number
