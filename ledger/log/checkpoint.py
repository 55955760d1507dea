"""Checkpoints: the size and the root of the log, signed by it and cosigned by witnesses.

The formats are c2sp.org/signed-note, /tlog-checkpoint, /tlog-cosignature and /tlog-proof.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.log.tree import HASH_BYTES

SIGNATURE: Final = 0x01
"""The type of a key by which a log signs its notes."""
COSIGNATURE: Final = 0x04
"""The type of a key by which a witness cosigns checkpoints."""
_KEY_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_SIZE_DIGITS: Final = 19
_DASH: Final = "— "
_PROOF: Final = "c2sp.org/tlog-proof@v1"
LARGEST_NOTE: Final = 1_000_000
"""Bytes of a note that is read; a checkpoint has a few hundred."""


class NoteError(Exception):
    """A text is not a signed note, checkpoint, key or proof, or a signature is not valid."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A line below a note: who signed it, the first bytes of the key's hash, and what the signer appended."""

    name: str
    key_id: bytes
    content: bytes

    @property
    def line(self) -> str:
        """The line, with its end."""
        return f"{_DASH}{self.name} {base64_of(self.key_id + self.content)}\n"

    @classmethod
    def read(cls, line: str) -> Self:
        """Read a line without its end. Raises NoteError."""
        name, _, content = line.removeprefix(_DASH).partition(" ")
        signed = bytes_of(content)
        if not line.startswith(_DASH) or not _is_name(name) or len(signed) <= _KEY_ID_BYTES:
            message = "not a line of a signature"
            raise NoteError(message)
        return cls(name, signed[:_KEY_ID_BYTES], signed[_KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public key of a log (SIGNATURE) or a witness (COSIGNATURE), with its name."""

    name: str
    type: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first bytes of the key's hash, by which a signature names it."""
        key = bytes([self.type]) + self.public
        return sha256(self.name.encode() + b"\n" + key).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the key as it is published."""
        return f"{self.name}+{self.key_id.hex()}+{base64_of(bytes([self.type]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a key as it is published. Raises NoteError."""
        name, plus, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        content = bytes_of(encoded)
        if not plus or not _is_name(name) or len(content) != 1 + HASH_BYTES:
            message = "not a verifier key"
            raise NoteError(message)
        key = cls(name, content[0], content[1:])
        if key.type not in {SIGNATURE, COSIGNATURE} or key.key_id.hex() != key_id:
            message = "a verifier key of an unknown type, or whose id is not its own"
            raise NoteError(message)
        return key

    def verified(self, note: "Note") -> int | None:
        """Return when a note was cosigned, in unix seconds; 0 if the log signed it, None if neither did.

        Raises NoteError if the note bears a signature that names this key and is not valid.
        """
        for each in note.signatures:
            if (each.name, each.key_id) != (self.name, self.key_id):
                continue
            at = 0
            message, signature = note.text.encode(), each.content
            if self.type == COSIGNATURE:
                at = int.from_bytes(signature[:_TIME_BYTES], "big")
                message, signature = _cosigned(note.text, at), signature[_TIME_BYTES:]
            try:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
            except InvalidSignature:
                invalid = f"the signature of {self.name} is not valid"
                raise NoteError(invalid) from None
            return at
        return None


class SigningKey:
    """A private key of a log or a witness, from 32 secret bytes."""

    def __init__(self, name: str, key_type: int, secret: bytes) -> None:
        if not _is_name(name):
            message = f"{name!r} is no name of a key"
            raise NoteError(message)
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        self.verifier = VerifierKey(name, key_type, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return the signature of a note's text, as a log makes it."""
        return self._signature(self._private.sign(text.encode()))

    def cosign(self, text: str, at: int) -> Signature:
        """Return the cosignature of a checkpoint's text at an instant in unix seconds."""
        return self._signature(at.to_bytes(_TIME_BYTES, "big") + self._private.sign(_cosigned(text, at)))

    def _signature(self, content: bytes) -> Signature:
        return Signature(self.verifier.name, self.verifier.key_id, content)


@dataclass(frozen=True, slots=True)
class Note:
    """A text, its last line ended, and the signatures below it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """Return the note as it is published."""
        return self.text + "\n" + "".join(each.line for each in self.signatures)

    @classmethod
    def read(cls, note: str | bytes) -> Self:
        """Read a note. Raises NoteError."""
        if len(note) > LARGEST_NOTE:
            message = "a note of more than a million bytes is not read"
            raise NoteError(message)
        try:
            written = note if isinstance(note, str) else note.decode()
        except UnicodeDecodeError:
            written = ""
        text, parted, lines = written.rpartition("\n\n")
        if not parted or not lines.endswith("\n") or any(_is_control(each) for each in written):
            message = "not a signed note"
            raise NoteError(message)
        return cls(text + "\n", tuple(Signature.read(line) for line in lines[:-1].split("\n")))

    def with_signatures(self, more: Iterable[Signature]) -> Self:
        """Return the note with further signatures, each in place of an earlier one by the same key."""
        kept = {(each.name, each.key_id): each for each in (*self.signatures, *more)}
        return replace(self, signatures=tuple(kept.values()))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large a log was, and the root of its tree then."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the text of a checkpoint; extension lines are passed over. Raises NoteError."""
        origin, size, root, *_ = [*text.split("\n"), "", "", ""]
        hashed, leaves = bytes_of(root), number_of(size)
        if not origin or leaves is None or len(hashed) != HASH_BYTES:
            message = "not a checkpoint"
            raise NoteError(message)
        return cls(origin, leaves, hashed)


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That the leaf of an index stands in the tree of a checkpoint, with the checkpoint's note."""

    index: int
    hashes: Sequence[bytes]
    note: Note

    def __str__(self) -> str:
        """Return the proof as it is published, a `.tlog-proof` file."""
        hashes = "".join(f"{base64_of(each)}\n" for each in self.hashes)
        return f"{_PROOF}\nindex {self.index}\n{hashes}\n{self.note}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a proof; a line `extra` is passed over. Raises NoteError."""
        head, parted, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if lines and lines[0].startswith("extra "):
            lines = lines[1:]
        word, _, digits = (lines or [""])[0].partition(" ")
        index = number_of(digits)
        if not parted or first != _PROOF or word != "index" or index is None:
            message = "not a proof of inclusion"
            raise NoteError(message)
        return cls(index, [bytes_of(line) for line in lines[1:]], Note.read(note))


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def number_of(digits: str) -> int | None:
    """Return a number that is written in its one way; None for any other text."""
    if len(digits) > _SIZE_DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) if digits == str(int(digits)) else None


def base64_of(content: bytes) -> str:
    """Return bytes as the formats write them."""
    return b64encode(content).decode()


def bytes_of(encoded: str) -> bytes:
    """Return the bytes that a text stands for. Raises NoteError."""
    try:
        return b64decode(encoded, validate=True)
    except (Error, ValueError):
        message = "not base64"
        raise NoteError(message) from None


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(each.isspace() for each in name)


def _is_control(character: str) -> bool:
    return character != "\n" and ord(character) < ord(" ")
