"""Verifies an exported log, or a bundle of one file, without the product that wrote it and without a network.

    python3 -I verify.py [FOLDER] [--policy FILE | --key KEY] [--since CHECKPOINT] [--log FOLDER] [--print]

It is one file and needs the standard library alone. The formats are RFC 6962 (tree), RFC 8032 (signatures)
and c2sp.org/signed-note, /tlog-checkpoint, /tlog-cosignature, /tlog-policy and /tlog-tiles. It ends with 0
where nothing is wrong, 1 where something is, and 2 where it cannot begin.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

FORMAT = 1
"""The form of a bundle."""
_WIDTH, _HASH = 256, 32
_PSEUDONYM, _PSEUDONYM_BYTES = b"childledger/v1/stream\x00", 16
_COLUMNS = ("entry_id", "stream", "kind", "version", "type", "schema", "occurred_on", "occurred_until")
_TECHNICAL = {"format", "salt", "schema", "sealed", "type", "voucher"}
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_BASE_Y = 4 * pow(5, -1, _P) % _P


class Wrong(Exception):  # noqa: N818 - what it says is what is wrong
    """What is wrong, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh, self.en = zh, en


# --- Ed25519, RFC 8032, sections 5.1.1 to 5.1.7: points as (X, Y, Z, T)


def _add(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    both, twice = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = right - left, twice - both, twice + both, right + left
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: tuple[int, ...]) -> tuple[int, ...]:
    result: tuple[int, ...] = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point, number = _add(point, point), number >> 1
    return result


def _point(encoded: bytes) -> tuple[int, ...] | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE = _point(_BASE_Y.to_bytes(_HASH, "little"))


def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature of 64 bytes is that of a message under a public key."""
    if len(signature) != 2 * _HASH or len(public) != _HASH or _BASE is None:
        return False
    first, scalar = signature[:_HASH], int.from_bytes(signature[_HASH:], "little")
    key, begun = _point(public), _point(first)
    if key is None or begun is None or scalar >= _L:
        return False
    hashed = int.from_bytes(hashlib.sha512(first + public + message).digest(), "little") % _L
    a, b = _times(scalar, _BASE), _add(begun, _times(hashed, key))
    return (a[0] * b[2] - b[0] * a[2]) % _P == 0 and (a[1] * b[2] - b[1] * a[2]) % _P == 0


# --- Signed notes, checkpoints and policies


@dataclass(frozen=True)
class PublicKey:
    """A public key: of a log (type 1) or of a witness (type 4)."""

    name: str
    type: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """Read a key as it is published. Raises ValueError."""
        name, key_id, encoded = text.strip().split("+", 2)
        content = _bytes(encoded)
        key = cls(name, content[0], content[1:])
        if key.id.hex() != key_id or key.type not in {1, 4} or len(key.public) != _HASH:
            raise ValueError(text)
        return key

    @property
    def id(self) -> bytes:
        """The bytes by which a signature names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def signed(self, note: SignedNote) -> int | None:
        """Return when this key cosigned the note, in unix seconds; 0 if it is a log's, None if unsigned.

        Raises Wrong for a signature that is not valid.
        """
        content, moment = note.signatures.get((self.name, self.id)), 0
        if content is None:
            return None
        message = note.text.encode()
        if self.type == 4:  # noqa: PLR2004 - a cosignature begins with its moment
            moment, content = int.from_bytes(content[:8], "big"), content[8:]
            message = f"cosignature/v1\ntime {moment}\n".encode() + message
        if not is_signature(self.public, message, content):
            raise Wrong(f"{self.name} 的签名无效。", f"The signature of {self.name} is not valid.")
        return moment


class SignedNote:
    """A checkpoint with its signatures. Raises ValueError for a text that is none."""

    def __init__(self, written: str) -> None:
        text, lines = written.rsplit("\n\n", 1)
        self.text = text + "\n"
        self.origin, size, root = self.text.split("\n")[:3]
        self.size, self.root = int(size), _bytes(root)
        self.signatures: dict[tuple[str, bytes], bytes] = {}
        for line in lines.splitlines():
            dash, name, encoded = line.split(" ")
            content = _bytes(encoded)
            self.signatures[name, content[:4]] = content[4:]
            if dash != "—" or str(self.size) != size or len(self.root) != _HASH:
                raise ValueError(line)


class TrustPolicy:
    """Whom one trusts: logs, and witnesses of whom a quorum must have cosigned. Raises ValueError."""

    def __init__(self, text: str) -> None:
        self.logs: list[PublicKey] = []
        self.witnesses: dict[str, PublicKey] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum = ""
        for line in text.splitlines():
            word, *rest = line.split() or ["#"]
            if word == "log":
                self.logs.append(PublicKey.read(rest[0]))
            elif word == "witness":
                self.witnesses[rest[0]] = PublicKey.read(rest[1])
            elif word == "group":
                least = {"any": 1, "all": len(rest) - 2}.get(rest[1]) or int(rest[1])
                if not 0 < least <= len(rest) - 2 or not all(map(self._knows, rest[2:])):
                    raise ValueError(line)
                self.groups[rest[0]] = least, rest[2:]
            elif word == "quorum" and not self.quorum and (rest[0] == "none" or self._knows(rest[0])):
                self.quorum = rest[0]
            elif not word.startswith("#"):
                raise ValueError(line)
        if not self.quorum:
            raise ValueError(text)

    def check(self, note: SignedNote) -> dict[str, int]:
        """Return who cosigned, and when. Raises Wrong unless a trusted log signed and a quorum cosigned."""
        if not any(key.name == note.origin and key.signed(note) is not None for key in self.logs):
            raise Wrong("检查点未经受信任的日志签署。", "The checkpoint is not signed by a trusted log.")
        found = {name: key.signed(note) for name, key in sorted(self.witnesses.items())}
        cosigned = {name: moment for name, moment in found.items() if moment is not None}
        if self.quorum != "none" and not self._reached(self.quorum, cosigned):
            raise Wrong("见证方副署不足。", "Too few of the trusted witnesses cosigned the checkpoint.")
        return cosigned

    def _knows(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _reached(self, name: str, cosigned: dict[str, int]) -> bool:
        if name not in self.groups:
            return name in cosigned
        least, members = self.groups[name]
        return sum(self._reached(each, cosigned) for each in members) >= least


# --- The tree


def _leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The root of a tree that is read leaf by leaf."""

    def __init__(self) -> None:
        self.size = 0
        self._right: list[tuple[int, bytes]] = []

    def add(self, hashed: bytes) -> None:
        """Append the hash of a leaf."""
        self.size, level = self.size + 1, 0
        while self._right and self._right[-1][0] == level:
            hashed, level = _node(self._right.pop()[1], hashed), level + 1
        self._right.append((level, hashed))

    def root(self) -> bytes:
        """Return the root so far."""
        if not self._right:
            return hashlib.sha256(b"").digest()
        hashed = self._right[-1][1]
        for _, left in self._right[-2::-1]:
            hashed = _node(left, hashed)
        return hashed


def included(hashed: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """Return the root that a proof of inclusion leads to (RFC 9162, 2.1.3.2); None if it leads to none."""
    number, last = index, size - 1
    if not 0 <= index < size:
        return None
    for each in proof:
        if last == 0:
            return None
        if number & 1 or number == last:
            hashed = _node(each, hashed)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            hashed = _node(hashed, each)
        number, last = number >> 1, last >> 1
    return hashed if last == 0 else None


def consistent(old: SignedNote, new: SignedNote, proof: list[bytes]) -> bool:
    """Return whether a proof shows that a tree is the beginning of another (RFC 9162, 2.1.4.2)."""
    if not 0 < old.size < new.size:
        return not proof and (old.size == 0 or (old.size, old.root) == (new.size, new.root))
    hashes = [old.root, *proof] if old.size & (old.size - 1) == 0 else proof
    if not hashes:
        return False
    number, last = old.size - 1, new.size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            before, after = _node(each, before), _node(each, after)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            after = _node(after, each)
        number, last = number >> 1, last >> 1
    return (before, after, last) == (old.root, new.root, 0)


# --- What is verified


@dataclass
class FaultsTold:
    """What is told: each fault with its place, and how much was found in order."""

    faults: int = 0
    say: Callable[[str], object] = print

    def fault(self, zh: str, en: str) -> None:
        """Tell a fault."""
        self.faults += 1
        self.say(f"✗ {zh} {en}")

    def entry(self, position: object, zh: str, en: str) -> None:
        """Tell a fault of an entry."""
        self.fault(f"第 {position} 条：{zh}。", f"Entry {position}: {en}.")


@dataclass
class Stream:
    """A file's entries as they come: what its leaves are called by, and the version that was seen last.

    `called` has what the leaves of its entries that are shown and in order are called by: so a bundle that
    gives no salt hides none of those that are called alike.
    """

    name: str
    pseudonym: str | None
    called: set[str] = field(default_factory=set)
    versions: list[int] = field(default_factory=list)
    withheld: int = 0
    last: tuple[int, str] = (0, "")
    positions: set[int] = field(default_factory=set)


def _bytes(encoded: str) -> bytes:
    return base64.b64decode(encoded, validate=True)


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")  # noqa: UP017 - as of 3.11
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _place(number: int) -> str:
    digits = f"{number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def _tile(folder: Path, level: str, number: int, width: int) -> bytes:
    name = f"tile/{level}/{_place(number)}" + ("" if width == _WIDTH else f".p/{width}")
    try:
        return (folder / name).read_bytes()
    except OSError:
        raise Wrong(f"缺少文件 {name}。", f"The file {name} is missing.") from None


def _leaves(folder: Path, size: int) -> Iterator[bytes]:
    for number in range(-(-size // _WIDTH)):
        width = min(_WIDTH, size - number * _WIDTH)
        bundle, start = _tile(folder, "entries", number, width), 0
        for _ in range(width):
            end = start + 2 + int.from_bytes(bundle[start : start + 2], "big")
            if end > len(bundle):
                raise Wrong(f"第 {number} 组叶不完整。", f"The bundle {number} of leaves is cut short.")
            yield bundle[start + 2 : end]
            start = end


class Tiles:
    """The tiles of a log as its leaves make them, compared with those in its folder."""

    def __init__(self, folder: Path, told: FaultsTold) -> None:
        self._folder, self._told = folder, told
        self._levels: list[list[bytes]] = []
        self._full: list[int] = []

    def add(self, hashed: bytes, level: int = 0) -> None:
        """Append a hash to a level, and the root of each tile that it fills to the level above."""
        if level == len(self._levels):
            self._levels.append([])
            self._full.append(0)
        hashes = self._levels[level]
        hashes.append(hashed)
        if len(hashes) == _WIDTH:
            self._compare(level)
            while len(hashes) > 1:
                hashes = [_node(*hashes[start : start + 2]) for start in range(0, len(hashes), 2)]
            self._levels[level] = []
            self._full[level] += 1
            self.add(hashes[0], level + 1)

    def end(self) -> None:
        """Compare the tiles that are not full."""
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._compare(level)

    def _compare(self, level: int) -> None:
        number, hashes = self._full[level], self._levels[level]
        if _tile(self._folder, str(level), number, len(hashes)) != b"".join(hashes):
            first, last = number * _WIDTH ** (level + 1) + 1, (number * _WIDTH + len(hashes)) * _WIDTH**level
            self._told.fault(
                f"第 {first} 至 {last} 条的叶与树上的哈希不符（tile/{level}/{_place(number)}）。",
                f"The leaves of the entries {first} to {last} are not those whose hashes are in the tree.",
            )


def verify_log(
    folder: Path, note: SignedNote, earlier: list[SignedNote], streams: list[Stream], told: FaultsTold
) -> None:
    """Compare the leaves of a log with its tree, its checkpoint, earlier ones, and the files of a bundle."""
    tree, tiles, before = Tree(), Tiles(folder, told), ""
    named = {called: stream for stream in streams for called in {stream.pseudonym, *stream.called} - {None}}
    for leaf in _leaves(folder, note.size):
        hashed, position = _leaf_hash(leaf), tree.size + 1
        tree.add(hashed)
        tiles.add(hashed)
        try:
            said = json.loads(leaf)
            if (said["n"], said["l"], said["z"]) != (position, note.origin, 1):
                told.entry(
                    position, "叶属于另一个位置、日志或格式", "its leaf is of another position, log or form"
                )
            if "v" in said and said["r"] <= before:
                told.entry(
                    position, "登记时间不晚于前一条", "it was recorded no later than the one before it"
                )
            before, stream = said["r"], named.get(said["s"])
        except _MALFORMED:
            told.entry(position, "叶无法读取", "its leaf cannot be read")
            continue
        if stream is not None and position not in stream.positions:
            version = f"{stream.name} 第 {said['v']} 版", f"version {said['v']} of {stream.name}"
            told.entry(position, f"是{version[0]}，未在包内", f"it is {version[1]}, and not in the bundle")
        for each in earlier:
            if each.size == position and each.root != tree.root():
                told.entry(
                    position,
                    "到此为止的条目与较早的检查点不符",
                    "the entries up to here are not those of the earlier checkpoint",
                )
        if position % 2**16 == 0:
            print(f"{position:,} / {note.size:,}", file=sys.stderr)  # noqa: T201 - it speaks
    tiles.end()
    if tree.root() != note.root:
        told.fault(
            "条目与日志签署的检查点不符。", "The leaves are not those of the checkpoint that was signed."
        )
    _check_sizes(note, earlier, told)


def _check_sizes(note: SignedNote, earlier: list[SignedNote], told: FaultsTold) -> None:
    for each in earlier:
        if each.size > note.size or each.origin != note.origin:
            told.fault(
                f"日志比较早的检查点短，或是另一个日志：{note.size} 条，当时 {each.size} 条。",
                f"The log is shorter than the earlier checkpoint, or another log: {note.size} entries, and"
                f" {each.size} then.",
            )


class Bundle:
    """The bundle of one file, and of those that are joined to it."""

    def __init__(self, folder: Path, note: SignedNote, told: FaultsTold, *, prints: bool = False) -> None:
        self._folder, self._note, self._told, self._prints = folder, note, told, prints
        self._about: dict[str, Any] = json.loads((folder / "bundle.json").read_text("utf-8"))
        if self._about["format"] != FORMAT:
            raise Wrong(
                "包的格式不能由本程序核对。", "The bundle is of a form that this program does not know."
            )
        self.streams = [Stream(each["stream"], _pseudonym(each)) for each in self._about["streams"]]
        self.entries = 0
        self._cited: set[str] = set()

    def verify(self) -> None:
        """Compare each entry with its leaf, what was opened with it, and the files with their hashes."""
        with (self._folder / "entries.ndjson").open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    self._line(json.loads(line))
                except _MALFORMED:
                    self._told.fault(
                        f"entries.ndjson 第 {number} 行无法读取。", f"Line {number} of it cannot be read."
                    )
        for stream, about in zip(self.streams, self._about["streams"]):  # noqa: B905 - as many as it names
            if stream.last[0] < about["version"]:
                self._missing(stream, about["version"] + 1)
        self._files()

    def consistency(self, since: SignedNote) -> None:
        """Compare the checkpoint with an earlier one, by the proof in the bundle."""
        proof = self._about.get("consistency") or {"size": None, "hashes": []}
        hashes = [_bytes(each) for each in proof["hashes"]] if proof["size"] == since.size else []
        if since.size not in {0, self._note.size, proof["size"]} and since.size < self._note.size:
            self._told.fault(
                "包内没有与该检查点一致的证明，请以 --since 重新导出，或以 --log 给出整个日志。",
                "The bundle has no proof from this checkpoint: export it with --since, or give the log.",
            )
        elif since.size <= self._note.size and not consistent(since, self._note, hashes):
            self._told.fault(
                "日志未以较早的检查点为开端。", "The log does not begin with the earlier checkpoint."
            )
        _check_sizes(self._note, [since], self._told)

    def _line(self, said: dict[str, Any]) -> None:
        columns, stored, stream = said.get("columns", {}), said.get("stored"), self.streams[said["of"]]
        if said["leaf"] is None:
            self._told.entry(columns["position"], "日志中没有它的叶", "the log has no leaf of it")
            return
        leaf = json.loads(said["leaf"])
        position = leaf["n"]
        wrong = _wrong_leaf(said, leaf, stream, self._note)
        if leaf["v"] > stream.last[0] + 1:
            self._missing(stream, leaf["v"])
        if (leaf["v"] <= stream.last[0] or leaf["r"] <= stream.last[1]) and stream.last[0]:
            wrong.append(("不在前一版之后", "it does not come after the version before it"))
        stream.last = leaf["v"], leaf["r"]
        stream.positions.add(position)
        if stored is None:
            stream.withheld += 1
        else:
            self.entries += 1
            wrong += _wrong_entry(stored, leaf, columns, stream)
            wrong += self._wrong_parts(json.loads(stored), said["opened"])
            if not wrong:
                stream.called.add(leaf["s"])
                self._print(leaf, json.loads(stored), said["opened"])
        for zh, en in wrong:
            self._told.entry(position, zh, en)

    def _print(self, leaf: dict[str, Any], document: dict[str, Any], opened: list[Any]) -> None:
        """Print what was recorded, as it is proved: what stands in the clear, and each sealed part."""
        if not self._prints:
            return
        clear = {name: value for name, value in document.items() if value and name not in _TECHNICAL}
        self._told.say(f"{leaf['n']}  {leaf['r']}  {document['type']}")
        self._told.say(f"    {json.dumps(clear, ensure_ascii=False)}")
        texts = {each["part"]: each["text"] for each in opened}
        for number, part in enumerate(document["sealed"]):
            said = texts.get(number, "未出示 not shown")
            self._told.say(f"    {part['category']} {part['subject']}: {said}")

    def _wrong_parts(self, document: dict[str, Any], opened: list[Any]) -> Iterator[tuple[str, str]]:
        self._cited.update(_papers(document))
        for each in opened:
            part = document["sealed"][each["part"]]
            text = _bytes(each["blinding"]) + each["text"].encode()
            if hashlib.sha256(text).digest() != _bytes(part["digest"]):
                yield (
                    f"出示的内容（{part['category']}）与封存的不符",
                    f"what is shown of it ({part['category']}) is not what was sealed",
                )
            self._cited.update(_papers(json.loads(each["text"])))

    def _missing(self, stream: Stream, before: int) -> None:
        first, last = stream.last[0] + 1, before - 1
        self._told.fault(
            f"档案 {stream.name} 缺少第 {first} 至 {last} 版。",
            f"Of the file {stream.name} the versions {first} to {last} are missing.",
        )

    def _files(self) -> None:
        for name, digest in self._about["files"].items():
            path = self._folder / name
            if ".." in path.parts or not path.is_file():
                self._told.fault(f"缺少文件 {name}。", f"The file {name} is missing.")
            elif _digest(path) != digest:
                self._told.fault(f"文件 {name} 被改动。", f"The file {name} was altered.")
            elif name.startswith("papers/") and digest not in self._cited:
                self._told.fault(f"没有条目引用 {name}。", f"No entry that is shown cites {name}.")

    def say(self, *, is_whole: bool) -> None:
        """Tell how much is shown, and what the bundle does not tell; `is_whole` if the whole log was read."""
        say, withheld = self._told.say, sum(stream.withheld for stream in self.streams)
        say(f"出示 {self.entries:,} 条，未出示 {withheld:,} 条。")
        say(f"{self.entries:,} entries are shown, {withheld:,} are withheld.")
        if not is_whole:
            say("此后是否还有版本，须以 --log 核对整个日志。")
            say("Whether there are later versions is told by the whole log, with --log.")
        for stream in self.streams:
            if stream.pseudonym is None:
                say(f"档案 {stream.name} 未附盐（删除后即无盐）：未出示的条目是否属于它，无从核对。")
                say(f"No salt of the file {stream.name} is given, as none is left once it is erased:")
                say("whether entries that are not shown are its own cannot be told.")
        if not self._prints:
            say("网页仅供阅读，不是证明；经核对的内容以 --print 显示。")
            say("The page is for reading and proves nothing: --print shows what was verified.")


def _pseudonym(about: dict[str, Any]) -> str | None:
    if about["salt"] is None:
        return None
    stream = bytes.fromhex(about["stream"].replace("-", ""))
    hashed = hmac.new(_bytes(about["salt"]), _PSEUDONYM + stream, "sha256").digest()
    return base64.b64encode(hashed[:_PSEUDONYM_BYTES]).decode()


def _wrong_leaf(
    said: dict[str, Any], leaf: dict[str, Any], stream: Stream, note: SignedNote
) -> list[tuple[str, str]]:
    proof = [_bytes(each) for each in said["proof"]]
    wrong = []
    if included(_leaf_hash(said["leaf"].encode()), leaf["n"] - 1, note.size, proof) != note.root:
        wrong.append(("未能证明其叶在日志中", "its leaf is not proved to stand in the log"))
    if (leaf["l"], leaf["z"]) != (note.origin, 1):
        wrong.append(("叶属于另一个日志或格式", "its leaf is of another log or form"))
    if stream.pseudonym not in {None, leaf["s"]}:
        wrong.append(("所属档案与日志中的叶不符", "its file is not that of its leaf in the log"))
    return wrong


def _wrong_entry(
    stored: str, leaf: dict[str, Any], columns: dict[str, Any], stream: Stream
) -> Iterator[tuple[str, str]]:
    if hashlib.sha256(stored.encode()).digest() != _bytes(leaf["h"]):
        yield "内容与日志中的叶不符", "its content is not that of its leaf in the log"
    document = json.loads(stored)
    recorded = {name: document[name] for name in _COLUMNS}
    recorded["institution"] = document["recorded_by"]["institution"]
    for name, value in (*recorded.items(), ("position", leaf["n"]), ("recorded_at", leaf["r"])):
        if columns[name] != value:
            yield f"{name} 列与记录不符", f"the column {name} does not say what was recorded"
    if (document["stream"], document["version"]) != (stream.name, leaf["v"]):
        yield "档案或版本与日志中的叶不符", "its file or version is not that of its leaf in the log"


def _papers(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str):
            yield value["sha256"]
        for each in value.values():
            yield from _papers(each)
    elif isinstance(value, list):
        for each in value:
            yield from _papers(each)


def _digest(path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            hashed.update(piece)
    return hashed.hexdigest()


# --- The command


def main(words: list[str], say: Callable[[str], object] = print) -> int:
    """Verify a folder, tell what is wrong, and return the exit code."""
    asked = _arguments().parse_args(words)
    told = FaultsTold(say=say)
    try:
        note = SignedNote((asked.folder / "checkpoint").read_text("utf-8"))
        policy = _policy(asked, say)
        since = None if asked.since is None else SignedNote(asked.since.read_text("utf-8"))
    except (OSError, *_MALFORMED) as error:
        say(f"无法核对：检查点、公钥或信任政策无法读取。 A checkpoint, key or policy cannot be read: {error}")
        return 2
    try:
        cosigned = [f"{name} {_moment(at)}" for name, at in policy.check(note).items()]
        say(f"检查点 {note.origin}：{note.size:,} 条，签名有效，副署：{'、'.join(cosigned) or '无'}。")
        say(f"Checkpoint: {note.size:,} entries, signed; cosigned by: {', '.join(cosigned) or 'nobody'}.")
        say("此后的条目不在其中：副署时间久远的，请索取新的检查点。")
        say("What came later is not in it: ask for a new checkpoint where it was cosigned long ago.")
    except Wrong as wrong:
        told.fault(wrong.zh, wrong.en)
    if since is not None and not any(_signed(key, since) for key in policy.logs):
        told.fault("较早的检查点未经日志签署。", "The earlier checkpoint is not signed by the log.")
    try:
        _verify(asked, note, since, policy, told)
    except Wrong as wrong:
        told.fault(wrong.zh, wrong.en)
    except (OSError, *_MALFORMED) as error:
        told.fault(
            "文件缺失或无法读取。", f"A file is missing or cannot be read: {type(error).__name__} {error}"
        )
    if told.faults:
        say(f"发现 {told.faults} 处错误。 {told.faults} faults were found.")
        return 1
    say("没有发现错误。 Nothing is wrong.")
    return 0


def _verify(
    asked: argparse.Namespace,
    note: SignedNote,
    since: SignedNote | None,
    policy: TrustPolicy,
    told: FaultsTold,
) -> None:
    earlier = [] if since is None else [since]
    if not (asked.folder / "bundle.json").exists():
        verify_log(asked.folder, note, earlier, [], told)
        return
    bundle = Bundle(asked.folder, note, told, prints=asked.print)
    bundle.verify()
    if asked.log is not None:
        whole = SignedNote((asked.log / "checkpoint").read_text("utf-8"))
        policy.check(whole)
        verify_log(asked.log, whole, [note, *earlier], bundle.streams, told)
    elif since is not None:
        bundle.consistency(since)
    bundle.say(is_whole=asked.log is not None)


def _signed(key: PublicKey, note: SignedNote) -> bool:
    try:
        return key.name == note.origin and key.signed(note) is not None
    except Wrong:
        return False


def _policy(asked: argparse.Namespace, say: Callable[[str], object]) -> TrustPolicy:
    if asked.policy is not None:
        return TrustPolicy(asked.policy.read_text("utf-8"))
    key, beside = asked.key, asked.folder / "policy"
    if key is None and beside.exists():
        text = beside.read_text("utf-8")
        say(f"未给出公钥或信任政策，采用随附的政策；请与公布的核对：\n{text}")
        say("No key was given: the policy in the folder is believed. Compare it with the published one.")
        return TrustPolicy(text)
    if key is None:
        key = (asked.folder / "log.vkey").read_text("utf-8").strip()
        say(f"未给出公钥，采用随附的公钥；请与公布的核对：\n{key}")
        say(
            "No key was given: the one in the folder is believed. Compare it with the one that was published."
        )
    return TrustPolicy(f"log {key}\nquorum none\n")


def _arguments() -> argparse.ArgumentParser:
    own = Path(__file__).resolve().parent
    about = "脱机核对导出的日志或档案包。 Verify an exported log or a bundle of a file, offline."
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=own, help="文件夹，默认为本程序所在 the folder"
    )
    trusted = parser.add_mutually_exclusive_group()
    trusted.add_argument("--policy", type=Path, help="信任政策文件 whom you trust (c2sp.org/tlog-policy)")
    trusted.add_argument("--key", help="受信任的日志公钥 the public key of the log")
    parser.add_argument("--since", type=Path, help="以前取得的检查点 a checkpoint that you had before")
    parser.add_argument("--log", type=Path, help="导出的整个日志 the folder of the whole log")
    parser.add_argument("--print", action="store_true", help="显示经核对的内容 print what was verified")
    return parser


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a text stream
    sys.exit(main(sys.argv[1:]))
