"""What stands on a page for a value of an answer: its words, or which of the four kinds of absence it is.

Absence is never a blank: nothing recorded, answered as unknown, not shown to this role, or erased by law.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from api.clock import SHANGHAI
from api.console.words import WORDS, Words
from api.contract.explanation_words import CATEGORIES
from api.contract.file_status import WHO
from domain.attribute_codes import attribute_codes
from domain.codes import CodeTable, tables
from domain.event import CATALOGUE, Category, Kind, fields_of
from domain.file import AMENDMENTS, ATTRIBUTES
from domain.identified import is_id
from domain.judging import FindingKind
from domain.label import Label
from domain.rulebook import DEFAULT, NATION
from domain.when import FIRST_DAY, Days, age

Absence: TypeAlias = Literal["unknown", "masked", "erased", "nothing"]
_HELD: Final = frozenset({"since", "since_until", "until", "entry", "value_until"})
"""Members of a held value that say when it holds, not what it is."""
_NATION: Final = Label("全国", "The nation")
_DEFAULT: Final = Label("没有其他规定时", "Where nothing else counts")
_FIELDS: Final = 3
_COUNTY: Final = 6
"""Digits by which the code of a township begins, as its county's."""
_DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b", re.ASCII)
_DIGEST_SHOWN: Final = 12
_CODED_CASES: Final = {"R-ALW-2": "allowance_line", "R-SAF-1": "incident_severity"}
"""The code tables of rules whose cases are codes."""
FINDING_KINDS: Final[tuple[str, ...]] = get_args(FindingKind)
"""The kinds of findings, in the order of pages."""


@dataclass(frozen=True, slots=True)
class Displayed:
    """Words on a page; of an `absence`, which one it is, else None. `since` says when a value holds."""

    text: str
    absence: Absence | None = None
    since: str = ""


@dataclass(frozen=True, slots=True)
class DisplayedAttribute:
    """An attribute of a file with all its values, at least one; its path is that of the file's answer."""

    path: str
    label: str
    values: tuple[Displayed, ...]


@dataclass(frozen=True, slots=True)
class DisplayedGate:
    """A gate's answer: its mark, what a screen reader says, and the class that gives its colour."""

    mark: str
    words: str
    look: str


@dataclass(frozen=True, slots=True)
class DisplayedChapter:
    """A chapter of a file: what holds, and the names of attributes of which nothing is recorded."""

    name: str
    label: str
    attributes: tuple[DisplayedAttribute, ...]
    without: tuple[str, ...]


def personal(words: Words, value: Any) -> Displayed:  # noqa: ANN401 - of an answer
    """Return a personal value of an answer: a text, its mask, or nothing."""
    match value:
        case None:
            return Displayed(words("absence.nothing"), "nothing")
        case {"restricted": category}:
            return masked(words, category)
        case {"erased": _}:
            return Displayed(words("absence.erased"), "erased")
        case {"unknown": reason}:
            return Displayed(words.of("unknown", reason), "unknown")
    return Displayed(str(value))


def child_name(words: Words, value: Any) -> Displayed:  # noqa: ANN401 - of an answer
    """Return a child's name, alone or as a file's answer has it; whoever has none is not named yet."""
    match value:
        case None:
            return Displayed(words("person.nameless"))
        case {"value": name}:
            return personal(words, name)
    return personal(words, value)


def file_name(words: Words, kind: Kind, file: Mapping[str, Any]) -> Displayed:
    """Return by what name a file of a kind is known at sight, from its answer."""
    chapter, (name, *_) = WHO[kind]
    held = file[chapter][name]
    if held is None:
        return Displayed(words.of("nameless", kind))
    return family_name(words, held["value"]) if kind == "family" else personal(words, held["value"])


def family_name(words: Words, applicant: Any) -> Displayed:  # noqa: ANN401 - of an answer
    """Return what a family is called: by its applicant."""
    if applicant is None:
        return Displayed(words.of("nameless", "family"))
    shown = personal(words, applicant)
    return shown if shown.absence is not None else Displayed(words("form.family", name=shown.text))


def is_amendable(event_type: str) -> bool:
    """Return whether entries of a type are amended: a withdrawal is undone at what it withdrew."""
    return event_type not in AMENDMENTS


def masked(words: Words, category: str) -> Displayed:
    """Return what stands for a value that the role does not see."""
    return Displayed(words("absence.masked", category=words.label(CATEGORIES[Category(category)])), "masked")


def chapters(words: Words, file: Mapping[str, Any], kind: Kind = "child") -> list[DisplayedChapter]:
    """Return the chapters of the answer of a file of a kind, in the order of the pages."""
    named: dict[str, list[str]] = {}
    for (chapter, name), attribute in ATTRIBUTES.items():
        if attribute.kind == kind and name in (file.get(chapter) or ()):
            named.setdefault(chapter, []).append(name)
    order = {name: place for place, name in enumerate(WORDS["chapter"])}
    placed = sorted(named, key=lambda name: order.get(name, len(order)))
    return [_chapter(words, each, file[each], named[each]) for each in placed]


def chapters_of_fields(
    words: Words, fields: Mapping[str, Any], kind: Kind = "child"
) -> list[DisplayedChapter]:
    """Return the chapters of fields that are by their paths in the answer of a file of a kind."""
    file: dict[str, dict[str, Any]] = {}
    for path, held in fields.items():
        chapter, _, name = path.partition(".")
        if name:
            file.setdefault(chapter, {})[name] = held
    return chapters(words, file, kind)


def _chapter(words: Words, chapter: str, held: Mapping[str, Any], names: list[str]) -> DisplayedChapter:
    shown, without = [], []
    for name in names:
        label = words.label(ATTRIBUTES[chapter, name].label)
        values = held[name] if isinstance(held[name], list) else [held[name]]
        displayed = tuple(_held(words, chapter, name, each) for each in values if each is not None)
        if displayed:
            shown.append(DisplayedAttribute(f"{chapter}.{name}", label, displayed))
        else:
            without.append(label)
    return DisplayedChapter(chapter, words.of("chapter", chapter), tuple(shown), tuple(without))


def _held(words: Words, chapter: str, name: str, held: Mapping[str, Any]) -> Displayed:
    codes = attribute_codes()
    if "value" in held:
        if "value_until" in held:
            shown = Displayed(days(words, held["value"], held["value_until"]))
        else:
            shown = value_of(words, codes.get((chapter, name, "")), held["value"])
            shown = replace(shown, text=with_short_digests(shown.text))
    else:
        parts = [
            _part(words, f"{chapter}.{name}.{part}", value_of(words, codes.get((chapter, name, part)), value))
            for part, value in held.items()
            if part not in _HELD and value not in (None, [])
        ]
        shown = Displayed(words("list.joint").join(parts) or words("value.bare"))
    if shown.absence == "masked":
        return shown
    same_day = "until" not in held and held.get("since") == held.get("value")
    return Displayed(shown.text, shown.absence, "" if same_day else held_since(words, held))


def _part(words: Words, path: str, shown: Displayed) -> str:
    """Return what is shown of a part of a value, in a sentence where the part is nothing by itself."""
    said = words.of("held_part", path)
    return shown.text if said == path else said.format(value=shown.text)


def field_at(words: Words, path: str, value: Any) -> tuple[Displayed, ...]:  # noqa: ANN401 - of an answer
    """Return the values of the field at a path of a file's answer: of an attribute, or of the file itself."""
    chapter, _, name = path.partition(".")
    if value in (None, []):
        return (personal(words, None),)
    if (chapter, name) in ATTRIBUTES:
        values = value if isinstance(value, list) else [value]
        return tuple(_held(words, chapter, name, each) for each in values)
    if path == "stage":
        return (stage(words, value),)
    if path == "age":
        return (Displayed(years(words, value)),)
    if chapter in {"obligations", "findings", "gates"} and name:
        return ()
    return (value_of(words, None, value),)


def value_of(words: Words, table: CodeTable | None, value: Any) -> Displayed:  # noqa: ANN401 - of an answer
    """Return a value of an answer: a truth, a code by its label, an id by its end, or as it is."""
    if isinstance(value, bool):
        return Displayed(words("truth.yes") if value else words("truth.no"))
    if isinstance(value, list):
        return Displayed(words("list.joint").join(value_of(words, table, each).text for each in value))
    if isinstance(value, str) and table is not None and value in table.codes:
        return Displayed(words.label(table.codes[value]))
    if isinstance(value, str) and is_id(value):
        return Displayed(words("value.number", end=value[-4:]))
    return personal(words, value)


def with_short_digests(text: str) -> str:
    """Return a text with the beginning of each digest for all its digits, which an entry's page has."""
    return _DIGEST.sub(lambda found: f"{found[0][:_DIGEST_SHOWN]}…", text)


def held_since(words: Words, held: Mapping[str, Any]) -> str:
    """Return since when, and until when, a value holds; empty for what is timeless."""
    until = words("value.until", day=held["until"]) if held.get("until") else ""
    if "since" not in held:
        return until
    last = held.get("since_until", held["since"])
    if held["since"] is None:
        return words("value.since_unknown", day=last) + until
    if held["since"] == last:
        return f"{last} – {held['until']}" if until else words("value.since", days=last)
    return words("value.since", days=days(words, held["since"], last)) + until


def days(words: Words, first: str | None, last: str) -> str:
    """Return the day or the days between two: one day, a month or a year, an interval, or *by that day*."""
    if first == last:
        return last
    if first is None:
        return words("days.by", day=last)
    between = Days(date.fromisoformat(first), date.fromisoformat(last))
    if between.whole and between.first is not None:
        if between.first.month == between.last.month:
            return words("days.month", year=last[:4], month=between.last.month)
        return words("days.year", year=last[:4])
    return f"{first} – {last}"


def region(words: Words, code: str) -> str:
    """Return a region, the nation or what counts where nothing else does; a place by its county and code."""
    known = {NATION: _NATION, DEFAULT: _DEFAULT} | tables()["region"].codes
    county = known.get(code[:_COUNTY])
    if code not in known and county is not None:
        return f"{words.label(county)} {code}"
    return words.label(known[code]) if code in known else code


def rule_case(words: Words, rule: str, case: str) -> str:
    """Return a case in which a rule has a number of its own."""
    kind, _, name = case.partition(".")
    if kind in CATALOGUE:
        event = CATALOGUE[kind]
        labels = [event.label, *(each.label for each in fields_of(event) if each.name == name)]
        return words("history.colon").join(map(words.label, labels))
    codes = tables()[_CODED_CASES[rule]].codes if rule in _CODED_CASES else {}
    if case in codes:
        return words.label(codes[case])
    named = f"{rule}.{case}"
    said = words.of("rule_case", named)
    return case if said == named else said


def fields_with(words: Words, table: str) -> list[str]:
    """Return what most fields are called in which codes of a table stand, at most three of the names."""
    kinds = CATALOGUE.values()
    labels = [
        each.label for kind in kinds for each in fields_of(kind) if each.code and each.code.table == table
    ]
    return [words.label(each) for each, _ in Counter(labels).most_common(_FIELDS)]


def due(words: Words, row: Mapping[str, Any]) -> str:
    """Return the day by which something is due, or the days between which that day lies."""
    first, last = (row["due_on"], row["due_on"]) if "due_on" in row else row["due_between"]
    return days(words, first, last)


def who_acts(words: Words, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return who answers for what is due, and to whom it was escalated since when, a line each."""
    told = []
    if row["responsible_people"]:
        told.append(words("due.responsible", names=_names(words, row["responsible_people"])))
    escalation = row["escalation"]
    if escalation is not None and escalation["to"] is not None:
        to = words.label(tables()["escalation_recipient"].codes[escalation["to"]])
        names = _names(words, escalation["people"])
        whom = words("due.told", to=to, names=names) if names else to
        told.append(words("due.escalated", day=escalation["since"], to=whom))
    return tuple(told)


def _names(words: Words, people: Sequence[Mapping[str, Any]]) -> str:
    return words("list.joint").join(dict.fromkeys(personal(words, each["name"]).text for each in people))


def stage(words: Words, code: str | None) -> Displayed:
    """Return a stage of a file by its label."""
    return personal(words, None) if code is None else Displayed(words.label(tables()["stage"].codes[code]))


def sex(words: Words, code: str | None) -> Displayed:
    """Return a sex by its label."""
    return value_of(words, tables()["sex"], code)


def years(words: Words, answer: Mapping[str, Any] | None) -> str:
    """Return an age as a file answers it; ≈ where the day of birth leaves it open."""
    if answer is None:
        return words("person.age_unknown")
    about = "≈" if answer["uncertain"] or answer["estimated"] else ""
    return words("person.years", years=f"{about}{answer['years']}")


def years_on(words: Words, row: Mapping[str, Any], day: date) -> str:
    """Return the age of somebody in the register on a day, at most at death; ≈ where birth leaves it open."""
    if row["birth_until"] is None:
        return "–"
    if row["stage"] == "died" and row["departed_on"] is not None:
        day = min(day, date.fromisoformat(row["departed_on"]))
    last = date.fromisoformat(row["birth_until"])
    first = FIRST_DAY if row["birth_on"] is None else date.fromisoformat(row["birth_on"])
    if first > day:
        return "–"
    full = max(age(last, day), 0)
    exact = age(first, day) == full and not row["birth_estimated"]
    return words("person.years", years=full if exact else f"≈{full}")


def days_until(day: str, today: date) -> int:
    """Return how many days there are until a day, fewer than none once it has passed."""
    return (date.fromisoformat(day) - today).days


def gate(words: Words, answer: Mapping[str, Any]) -> DisplayedGate:
    """Return a gate's answer as one mark, with its words and its look."""
    state, blocks = answer["state"], answer["weight"] == "blocks"
    said = words.of("gate_said", state)
    if state in {"unmet", "unknown", "uncertain"}:
        said = words("gate_and.blocks", state=said) if blocks else words("gate_and.warns", state=said)
        look = ("unmet" if state == "unmet" else "doubt") if blocks else "soft"
    else:
        look = "met" if state == "met" else "off"
    return DisplayedGate(words.of("gate_mark", state), said, look)


def known(words: Words, known_at: str) -> str:
    """Return a time as known at in words: a day, or a position."""
    return words("time.position", position=known_at) if known_at.isdecimal() else known_at


def at(instant: str) -> datetime:
    """Return an instant of an answer in the time of Beijing."""
    return datetime.fromisoformat(instant).astimezone(SHANGHAI)


def event_label(words: Words, name: str) -> str:
    """Return what a type of event is called."""
    return words.label(CATALOGUE[name].label)
