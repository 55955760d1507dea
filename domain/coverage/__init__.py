"""What the domain reference and the policies ask for, and what answers it here.

Each file of this package is one part: the events and the rules that the domain reference lists, and the
demands of the five policies. A section holds what is asked for, with what answers it: events, rules,
operations and questions by name, or, where nothing does, why not.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

from domain.label import Label

CoveragePart: TypeAlias = Literal["events", "rules", "demands"]
COVERAGE_PARTS: Final[tuple[CoveragePart, ...]] = ("events", "rules", "demands")


@dataclass(frozen=True, slots=True)
class Covered:
    """One thing that is asked for, in its section: `by` answers it, or `reason` says why nothing does."""

    section: str
    asked: str
    by: tuple[str, ...]
    reason: Label | None


def coverage(part: CoveragePart) -> Iterator[Covered]:
    """Yield everything that is asked for in one part, in the order of its source."""
    text = files("domain.coverage").joinpath(f"{part}.toml").read_text("utf-8")
    for section, rows in tomllib.loads(text).items():
        for asked, answer in rows.items():
            yield _covered(section, asked, answer)


def _covered(section: str, asked: str, answer: str | list[str] | Mapping[str, Any]) -> Covered:
    if isinstance(answer, Mapping):
        return Covered(section, asked, tuple(answer.get("by", ())), Label(answer["zh"], answer["en"]))
    return Covered(section, asked, (answer,) if isinstance(answer, str) else tuple(answer), None)
