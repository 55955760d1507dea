"""Rule packs: numbers and papers of a place, written by who knows its orders, and laid over the rulebook.

A pack is one TOML text or several. `[[number]]` and `[[papers]]` name their `rule`, a region and days; they
are laid over the shipped rulebook and change no other word of it. `[[example]]` says what should follow.
A pack with `[[rule]]` is a rulebook of its own; rules that it lacks are those of the version.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

from domain.rulebook import DatedText, Pack, Papers, Rule, Rulebook

Dated: TypeAlias = Pack | Papers | DatedText
"""What a rule says for a region and some days."""
PLACE: Final = "packs/"
"""The names of a pack's texts within a rulebook begin with this, and with the name of the pack."""


@dataclass(frozen=True, slots=True)
class RulePack:
    """A pack by its name, with its texts by file name."""

    name: str
    texts: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Whether it is a rulebook of its own, which has words of rules and not their numbers alone."""
        return any("rule" in document for document in self.documents.values())

    @property
    def documents(self) -> dict[str, dict[str, Any]]:
        """The texts as TOML, without those that cannot be read."""
        found = {}
        for file, text in self.texts.items():
            try:
                found[file] = tomllib.loads(text)
            except tomllib.TOMLDecodeError:
                continue
        return found

    @property
    def examples(self) -> list[tuple[str, int, dict[str, Any]]]:
        """Its examples, each with its file and its place among those of the file, from 1."""
        return [
            (file, number, example)
            for file, document in self.documents.items()
            for number, example in enumerate(document.get("example", ()), 1)
        ]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that differs between two rulebooks; None where a rulebook lacks it."""

    before: Rule | None
    after: Rule | None

    @property
    def rule(self) -> Rule:
        """The rule as it is afterwards, or as it was."""
        rule = self.after or self.before
        assert rule is not None  # noqa: S101 - one of two rulebooks has it
        return rule

    @property
    def reworded(self) -> tuple[str, ...]:
        """The names of what differs beside numbers, papers and dated texts."""
        if self.before is None or self.after is None:
            return ()
        dated = {"packs", "papers", "texts"}
        names = [spec.name for spec in fields(Rule) if spec.name not in dated]
        return tuple(name for name in names if getattr(self.before, name) != getattr(self.after, name))

    @property
    def added(self) -> list[Dated]:
        """Numbers, papers and dated texts that are new."""
        return _without(self.after, self.before)

    @property
    def removed(self) -> list[Dated]:
        """Numbers, papers and dated texts that count no longer."""
        return _without(self.before, self.after)


def _without(rule: Rule | None, other: Rule | None) -> list[Dated]:
    here, there = _dated(rule), _dated(other)
    return [each for each in here if each not in there]


def _dated(rule: Rule | None) -> list[Dated]:
    return [] if rule is None else [*rule.packs, *rule.papers, *rule.texts]


def changes(before: Rulebook, after: Rulebook) -> list[RuleChange]:
    """Return the rules that differ between two rulebooks, in the order of their ids."""
    ids = sorted(before.rules.keys() | after.rules.keys())
    both = (RuleChange(before.rules.get(rule), after.rules.get(rule)) for rule in ids)
    return [each for each in both if each.before != each.after]


def packs_of(rulebook: Rulebook) -> dict[str, RulePack]:
    """Return the packs that are laid over a rulebook, by name."""
    texts: dict[str, dict[str, str]] = {}
    for name, text in rulebook.texts.items():
        if name.startswith(PLACE):
            pack, _, file = name.removeprefix(PLACE).partition("/")
            texts.setdefault(pack, {})[file] = text
    return {name: RulePack(name, own) for name, own in texts.items()}


def without_packs(rulebook: Rulebook, shipped: Rulebook) -> Rulebook:
    """Return the rulebook over which packs are laid."""
    return Rulebook(_base(rulebook), shipped)


def _base(rulebook: Rulebook) -> dict[str, str]:
    return {name: text for name, text in rulebook.texts.items() if not name.startswith(PLACE)}


def behind(rulebook: Rulebook, shipped: Rulebook) -> list[str]:
    """Return the ids of the rules whose shipped text or numbers an adopted rulebook lacks."""
    if _base(rulebook) == shipped.texts:
        return []
    return [each.rule.id for each in changes(without_packs(rulebook, shipped), shipped) if each.after]


def drafted(
    adopted: Rulebook, shipped: Rulebook, packs: Iterable[RulePack] = (), *, without: Iterable[str] = ()
) -> Rulebook:
    """Return the rulebook that adopting packs would give to who has `adopted` another.

    It is the shipped one, or a pack that is whole, under the packs adopted earlier and these. A pack replaces
    the earlier one of its name; those named in `without` are left out. Raises InvalidRulebookError.
    """
    base, over = shipped.texts, packs_of(adopted)
    for pack in packs:
        if pack.whole:
            base = dict(pack.texts)
        else:
            over[pack.name] = pack
    laid = {
        f"{PLACE}{pack.name}/{file}": text
        for pack in over.values()
        if pack.name not in set(without)
        for file, text in pack.texts.items()
    }
    return Rulebook({**base, **laid}, shipped)
