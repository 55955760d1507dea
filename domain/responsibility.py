"""For which part of an institution's work a rule, an event or a difference is: a code of `responsibility`."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from domain.event import CATALOGUE, chapter
from domain.rulebook import Rulebook

APPROVALS: Final = "approvals"
"""Deciding, as the second person, on exceptions and corrections."""
COMPARISON: Final = "comparison"
"""Settling differences with what other departments hold."""
POSTS: Final = ("section_head", "deputy", "head")
"""What somebody is, and no part of the work: they are told when something stays overdue."""
SYSTEMS: Final[Mapping[str, str]] = MappingProxyType({"national": "system_national"})
"""Who keeps one of the compared systems up to date settles its differences: by the code of `other_system`."""

_OF_CHAPTERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "intake": ("intake", "reception", "search", "search_due", "parents", "admission"),
        "guardianship": ("guardianship", "guardianship_due", "household", "household_due"),
        "entitlement": ("entitlement", "insurance", "national_roll"),
        "care": ("care", "leave", "entrusted"),
        "foster": ("foster", "family"),
        "health": ("health", "medical"),
        "rehabilitation": ("rehabilitation", "rehab_support"),
        "education": ("schooling", "teaching"),
        "social_work": ("social_work", "psychology"),
        "protection": ("safety", "emergency"),
        "adoption": ("adoption",),
        "placement": ("placement",),
        "leaving": ("departure", "reunification", "funeral", "transfer", "case", "end_recorded"),
        "community": ("community",),
        "archive": ("archive", "filing"),
        "personal_data": ("restriction", "erasure", "subject_access"),
        "data": ("every", "record"),
        COMPARISON: ("reconciliation",),
        "management": ("institution",),
    }
)
"""The chapters of events and of rules that each part of the work has."""
_OF_RULES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "premises": ("D21", "D31", "R-FIR-1", "R-FIR-2", "R-FIR-3", "R-FIR-4", "R-HAZ-1"),
        "personal_data": ("D22", "D23"),
        COMPARISON: ("R-REP-1",),
    }
)
"""Rules about an institution that are for another part of its work than its management."""


def part_of_rule(rule: str) -> str | None:
    """Return the part of the work for which a rule is; None for a rule that this version does not have."""
    return _by_rule().get(rule)


def parts_of_events(types: Iterable[str]) -> frozenset[str]:
    """Return the parts of the work for which events of these types are."""
    by_chapter = _by_chapter()
    return frozenset(by_chapter[chapter(CATALOGUE[each])] for each in types)


def part_of_system(system: str) -> str:
    """Return the part of the work for which differences with a system are."""
    return SYSTEMS.get(system, COMPARISON)


def rules_of(parts: Iterable[str]) -> tuple[str, ...]:
    """Return the rules that are for one of these parts of the work."""
    wanted = {*parts}
    return tuple(sorted(rule for rule, part in _by_rule().items() if part in wanted))


@cache
def _by_chapter() -> Mapping[str, str]:
    return {each: part for part, chapters in _OF_CHAPTERS.items() for each in chapters}


@cache
def _by_rule() -> Mapping[str, str]:
    of_chapters = {
        rule["id"]: _by_chapter()[name.removesuffix(".toml")]
        for name, text in Rulebook.shipped().texts.items()
        for rule in tomllib.loads(text).get("rule", ())
    }
    return of_chapters | {rule: part for part, rules in _OF_RULES.items() for rule in rules}
