"""References between parts of Office Open XML, and of cells and characters (ECMA-376)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from api.imports.reading.parts import Parts, Walker
from api.imports.reading.unreadable import damaged

_ADDRESS: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COUNT: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Related:
    """A part that another one references: the name, the kind, and the place."""

    name: str
    kind: str
    target: str


def related(parts: Parts, part: str) -> list[Related]:
    """Return the parts that a part references, or those of the archive, whose name is empty."""
    folder, _, file = part.rpartition("/")
    name = f"{folder}/_rels/{file}.rels".lstrip("/")
    if name not in parts.names:
        return []
    links: list[Related] = []

    class Links(Walker):
        def start(self, name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                whole = target.lstrip("/") if target.startswith("/") else _joined(folder, target)
                kind = "/" + attributes.get("Type", "").rpartition("/")[2]
                links.append(Related(attributes.get("Id", ""), kind, whole))

    parts.walk(name, Links())
    return links


def cell_at(address: str) -> tuple[int, int]:
    """Return the row from 1 and the column from 0 of a cell. Raises UnreadableFileError for no address."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise damaged()
    return int(match[2]), _column(match[1])


def number(written: str | None) -> int:
    """Return a count from a text; 0 if it is none."""
    return int(written) if written is not None and _COUNT.fullmatch(written) else 0


def unescaped(text: str) -> str:
    """Return a text with the characters that XML escapes."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    # Two surrogates are one character; a lone one is none.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    column = 0
    for each in letters:
        column = column * 26 + ord(each) - ord("A") + 1
    return column - 1


def _joined(folder: str, target: str) -> str:
    path: list[str] = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            path = path[:-1]
        elif step != ".":
            path.append(step)
    return "/".join(path)
