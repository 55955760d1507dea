"""Rules and their numbers: the text of a rule, its source, and its number by region and day.

A number belongs to a region (GB/T 2260), a time and a source. The lookup goes from the county to its
prefecture, its province, the nation (`000000`), and last to `default`: a number borrowed from the text of one
place, which is never verified.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from domain.event import Label
from domain.when import FIRST_DAY, LAST_DAY, Days

T = TypeVar("T")

Strength: TypeAlias = Literal["impossible", "forbidden", "due", "warning"]
Decides: TypeAlias = Literal["institution", "household", "registrar", "origin"]
NATION: Final = "000000"
DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Pack:
    """One number of a rule, with the region and the days for which it counts, and its source.

    `case` distinguishes the numbers of a rule that has several at once, such as one for each age.
    """

    region: str
    since: date
    until: date
    value: int
    unit: str
    source: str
    verified: bool
    case: str = ""

    def ends(self, start: Days) -> Days:
        """Return the last day of a period of this length that begins on these days.

        Raises ValueError if the number counts no time.
        """
        match self.unit:
            case "days":
                return start.plus(days=self.value)
            case "months":
                return start.plus(months=self.value)
            case "years":
                return start.plus(months=12 * self.value)
        message = f"{self.unit} are no time"
        raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Papers:
    """The kinds of paper (code table `document_kind`) that a rule requires in one case, by region and day."""

    case: str
    kinds: tuple[str, ...]
    region: str
    since: date
    until: date
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What must, must not or should happen; `source` is the text that says so.

    A rule that is not `verified` (its text could not be checked) warns and never refuses. `region` says
    whose region selects the number.
    """

    id: str
    strength: Strength
    zh: str
    en: str
    source: str
    verified: bool
    region: Decides = "institution"
    packs: tuple[Pack, ...] = ()
    papers: tuple[Papers, ...] = ()

    def sentence(self, detail: Label | None = None) -> Label:
        """Return the text of the rule, with its addition for one case."""
        if detail is None:
            return Label(self.zh, self.en)
        return Label(f"{self.zh}（{detail.zh}）", f"{self.en} ({detail.en})")

    def number(self, region: str | None, on: date, case: str = "") -> Pack | None:
        """Return the number for a region and a day, the nearest region first; None if none is set."""
        for place in places(region):
            for pack in self.packs:
                if pack.region == place and pack.case == case and pack.since <= on <= pack.until:
                    return pack
        return None

    def asked(self, case: str, region: str | None, on: date) -> list[Papers]:
        """Return the papers required in a case for a region and a day, by the nearest region that has any."""
        for place in places(region):
            found = [
                papers
                for papers in self.papers
                if (papers.region, papers.case) == (place, case) and papers.since <= on <= papers.until
            ]
            if found:
                return found
        return []

    @property
    def excusable(self) -> bool:
        """Whether a recorder may claim an exception to it."""
        return self.strength == "forbidden"

    @property
    def refuses(self) -> bool:
        """Whether a breach of it refuses the entry."""
        return self.strength == "impossible" or (self.strength == "forbidden" and self.verified)


def places(region: str | None) -> Iterator[str]:
    """Yield a county, its prefecture, its province, the nation and the default, nearest first.

    Without a known region, yield the nation and the default.
    """
    if region:
        yield region
        yield f"{region[:4]}00"
        yield f"{region[:2]}0000"
    yield NATION
    yield DEFAULT


def digest_of(texts: Mapping[str, str]) -> str:
    """Return the SHA-256 in hex of a rulebook's texts, independent of the order of the files."""
    return hashlib.sha256("\0".join(f"{name}\0{texts[name]}" for name in sorted(texts)).encode()).hexdigest()


class InvalidRulebookError(ValueError):
    """The texts of a rulebook are not TOML, or a rule lacks a value or has a wrong one."""


class Rulebook:
    """Every rule by id, with a digest of their texts; `Rulebook.shipped()` is the one of this version.

    Raises InvalidRulebookError.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(sorted(texts.items()))
        """The TOML texts by file name, as adopted."""
        self.digest = digest_of(self.texts)
        self.rules: dict[str, Rule] = {}
        for name, text in self.texts.items():
            try:
                rules = [*_rules(tomllib.loads(text))]
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                message = f"{name} cannot be read: {error}"
                raise InvalidRulebookError(message) from error
            for rule in rules:
                if rule.id in self.rules:
                    message = f"rule {rule.id} is written twice"
                    raise InvalidRulebookError(message)
                self.rules[rule.id] = rule

    @classmethod
    def shipped(cls) -> "Rulebook":
        """The rulebook in `domain/rules/`."""
        return _shipped()

    def __getitem__(self, rule: str) -> Rule:
        return self.rules[rule]


@cache
def _shipped() -> Rulebook:
    folder = files("domain") / "rules"
    return Rulebook(
        {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".toml")}
    )


def _rules(document: Mapping[str, Any]) -> Iterator[Rule]:
    for rule in document.get("rule", ()):
        packs = tuple(
            _sound(Pack)(
                region=pack["region"],
                since=pack.get("from", FIRST_DAY),
                until=pack.get("until", LAST_DAY),
                value=pack["value"],
                unit=pack["unit"],
                source=pack["source"],
                verified=pack["verified"],
                case=pack.get("case", ""),
            )
            for pack in rule.get("pack", ())
        )
        yield _sound(Rule)(
            id=rule["id"],
            strength=rule["strength"],
            zh=rule["zh"],
            en=rule["en"],
            source=rule["source"],
            verified=rule["verified"],
            region=rule.get("region", "institution"),
            packs=packs,
            papers=tuple(_papers(rule)),
        )


def _papers(rule: Mapping[str, Any]) -> Iterator[Papers]:
    for papers in rule.get("papers", ()):
        for case in papers["cases"]:
            yield _sound(Papers)(
                case=case,
                kinds=tuple(papers["kinds"]),
                region=papers.get("region", NATION),
                since=papers.get("from", FIRST_DAY),
                until=papers.get("until", LAST_DAY),
                source=papers["source"],
                verified=papers["verified"],
            )


def _sound(kind: type[T]) -> Callable[..., T]:
    """Return a constructor of the class that raises TypeError if a value is not of its field's type."""

    def make(**values: Any) -> T:  # noqa: ANN401 - whatever a text holds
        for name, expected in get_type_hints(kind).items():
            value, choices = values.get(name, ""), get_args(expected)
            if get_origin(expected) is Literal:
                fits = value in choices
            elif get_origin(expected) is tuple:
                fits = all(isinstance(item, choices[0]) for item in value)
            else:
                fits = type(value) is expected
            if not fits:
                message = f"{name} is {value!r}"
                raise TypeError(message)
        return kind(**values)

    return make
