"""Whom an outsider trusts: the logs, the witnesses, and how many of these must have cosigned.

The form is c2sp.org/tlog-policy. A checkpoint that enough witnesses cosigned was seen by all of them: another
history, shown to somebody else, is cosigned by none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from ledger.log.checkpoint import COSIGNATURE, SIGNATURE, Checkpoint, Note, NoteError, VerifierKey

NOBODY: Final = "none"
"""The quorum of those who trust the log's own signature."""


class PolicyError(Exception):
    """A text is not a policy; `line` is the number of the line, from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"第 {line} 行不符合 tlog-policy 格式。 Line {line} is no line of a policy: {what}.")
        self.line = line


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness by its key, and where it is asked; None if it is not asked by us."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class WitnessGroup:
    """Members by name, and how many of them must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Policy:
    """The logs that are trusted, witnesses and groups by name, and the name of the quorum."""

    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, WitnessGroup] = field(default_factory=dict)
    quorum: str | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a policy. Raises PolicyError."""
        policy = cls()
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            words = line.split()
            try:
                if words and not words[0].startswith("#"):
                    policy.take(words)
            except (NoteError, ValueError) as error:
                raise PolicyError(number, words[0]) from error
        if policy.quorum is None:
            raise PolicyError(len(lines) + 1, "quorum")
        return policy

    def __str__(self) -> str:
        """The policy as a file, without where witnesses are asked."""
        witnesses = [f"witness {name} {each.key}" for name, each in self.witnesses.items()]
        groups = [
            f"group {name} {each.threshold} {' '.join(each.members)}" for name, each in self.groups.items()
        ]
        lines = [*(f"log {key}" for key in self.logs), *witnesses, *groups, f"quorum {self.quorum}"]
        return "".join(f"{line}\n" for line in lines)

    def take(self, words: Sequence[str]) -> None:
        """Take a line. Raises NoteError or ValueError."""
        match words:
            case ["log", key] | ["log", key, _]:
                self.logs.append(_key(key, SIGNATURE))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._check_new(name)
                self.witnesses[name] = Witness(_key(key, COSIGNATURE), *url)
            case ["group", name, threshold, *members]:
                self._check_new(name)
                number = {"any": 1, "all": len(members)}.get(threshold) or int(threshold)
                if not 0 < number <= len(members) or not all(map(self._knows, members)):
                    raise ValueError(name)
                self.groups[name] = WitnessGroup(number, tuple(members))
            case ["quorum", name] if self.quorum is None and (name == NOBODY or self._knows(name)):
                self.quorum = name
            case _:
                raise ValueError(words[0])

    def check(self, note: Note) -> Checkpoint:
        """Return the checkpoint of a note that a trusted log signed and enough witnesses cosigned.

        Raises NoteError.
        """
        if not any(key.verified(note) is not None for key in self.logs):
            message = "日志的签名不在受信任之列。 No trusted log signed it."
            raise NoteError(message)
        cosigned = {name for name, each in self.witnesses.items() if each.key.verified(note) is not None}
        if self.quorum not in {None, NOBODY} and not _reached(self.quorum, cosigned, self.groups):
            message = (
                f"见证方副署不足：{'、'.join(sorted(cosigned)) or '无'}。"
                f" Not enough witnesses cosigned it: {', '.join(sorted(cosigned)) or 'none'}."
            )
            raise NoteError(message)
        return Checkpoint.read(note.text)

    def _knows(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _check_new(self, name: str) -> None:
        if name == NOBODY or self._knows(name):
            raise ValueError(name)


def _reached(name: str | None, cosigned: set[str], groups: Mapping[str, WitnessGroup]) -> bool:
    group = groups.get(name or "")
    if group is None:
        return name in cosigned
    return sum(_reached(each, cosigned, groups) for each in group.members) >= group.threshold


def _key(text: str, of_type: int) -> VerifierKey:
    key = VerifierKey.read(text)
    if key.type != of_type:
        raise ValueError(text)
    return key
