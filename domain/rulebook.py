"""Rules and their numbers: the text of a rule, its source, and its number by region and day.

A number belongs to a region (GB/T 2260), a time and a source. The lookup goes from the county to its
prefecture, its province, the nation (`000000`), and last to `default`: a number borrowed from the text of one
place, which is never verified.

Numbers and papers stand with their rule (`[[rule.pack]]`, `[[rule.papers]]`), or in a text that is laid over
the rules (`[[number]]`, `[[papers]]` with `rule`): a rule pack (`domain/rule_pack.py`).
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType, NoneType
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from domain.event import CATALOGUE, Label
from domain.resting import Categories, read_so_far
from domain.when import FIRST_DAY, LAST_DAY, Days, day_after, in_chinese
from domain.working_days import is_known, working_days_after

T = TypeVar("T")
C = TypeVar("C", bound="Counting")

Strength: TypeAlias = Literal["impossible", "forbidden", "due", "warning"]
Decides: TypeAlias = Literal["institution", "household", "registrar", "origin"]
REGIONS: Final[Mapping[Decides, Label]] = MappingProxyType(
    {
        "institution": Label("机构所在地区", "the institution's"),
        "household": Label("户籍地区", "the household registration's"),
        "registrar": Label("收养登记机关所在地区", "the adoption registrar's"),
        "origin": Label("儿童来源地区", "where the child was found"),
    }
)
"""Whose region decides on texts and numbers."""
NATION: Final = "000000"
DEFAULT: Final = "default"
MOST_IN_TITLE_ZH: Final = 14
MOST_IN_TITLE_EN: Final = 40
"""Characters of a rule's title: one line of a list has room for them."""
_THAT_DAY: Final = Label("登记事项的发生日期", "the day of what is recorded")


class Counting(Protocol):
    """What counts in a region from a day through another one."""

    @property
    def region(self) -> str:
        """The region, `NATION` or `DEFAULT`."""

    @property
    def since(self) -> date:
        """The first day."""

    @property
    def until(self) -> date:
        """The last day."""


def nearest(counting: Iterable[C], region: str | None, on: date) -> list[C]:
    """Return those that count on a day in the nearest place of a region that has any."""
    counts = [each for each in counting if each.since <= on <= each.until]
    for place in places(region):
        found = [each for each in counts if each.region == place]
        if found:
            return found
    return []


@dataclass(frozen=True, slots=True)
class DatedText:
    """The source of a rule in one region of institutions for some days, and its words where they were others.

    A rule whose law was replaced has one for each law, so that a past case is judged and cited by the law of
    its day; what is `None` is as the rule has it.
    """

    region: str
    since: date
    until: date
    source: str
    verified: bool
    zh: str | None = None
    en: str | None = None


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

    @property
    def regional(self) -> bool:
        """Whether it counts in one place only."""
        return self.region not in {NATION, DEFAULT}

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
            case "working_days":
                first = None if start.first is None else working_days_after(start.first, self.value)
                return Days(first, working_days_after(start.last, self.value))
        message = f"{self.unit} are no time"
        raise ValueError(message)

    def is_provisional(self, end: date) -> bool:
        """Whether the end of such a period may still move, as the days off of its year are not known."""
        return self.unit == "working_days" and not is_known(end)


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The least and the greatest number that makes sense for a rule in one case; None: as its unit has it."""

    case: str
    least: int | None
    greatest: int | None


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

    `title` names it in a list: what is to be done or asked, in one line, which is the same in every place and
    at all times. `zh` and `en` are its text.
    A rule that is not `verified` (its text could not be checked) warns and never refuses. `region` says whose
    region selects the number. `texts` are what it rested on elsewhere or at other times; `on` selects.
    `bounds` are for who writes another number.
    `cured_by` are the types of event that mend a breach of it or clear what it makes due; `cure` says what to
    record or to correct, where and by which day (`{day}` is the day of the event that it refuses), and, where
    no event mends it, what else does.
    """

    id: str
    title: Label
    strength: Strength
    zh: str
    en: str
    source: str
    verified: bool
    region: Decides = "institution"
    packs: tuple[Pack, ...] = ()
    papers: tuple[Papers, ...] = ()
    texts: tuple[DatedText, ...] = ()
    bounds: tuple[NumberRange, ...] = ()
    cured_by: tuple[str, ...] = ()
    cure: Label | None = None

    def on(self, day: date, region: str | None = None) -> "Rule":
        """Return the rule as it stands for a region on a day, with the source and the words of then."""
        text = next(iter(nearest(self.texts, region, day)), None)
        if text is None:
            return self
        return replace(
            self, source=text.source, verified=text.verified, zh=text.zh or self.zh, en=text.en or self.en
        )

    @property
    def turns(self) -> list[date]:
        """The days on which it comes to rest on another text, in order."""
        days = {day for text in self.texts for day in (text.since, day_after(text.until))}
        return sorted(days - {FIRST_DAY, LAST_DAY})

    def sentence(self, detail: Label | None = None) -> Label:
        """Return the text of the rule, with its addition for one case."""
        if detail is None:
            return Label(self.zh, self.en)
        return Label(f"{self.zh}（{detail.zh}）", f"{self.en} ({detail.en})")

    def cured(self, day: date | None = None) -> Label | None:
        """Return what mends a breach of it, by an event of that day if one is given; None if not said."""
        if self.cure is None:
            return None
        said = _THAT_DAY if day is None else Label(in_chinese(day), day.isoformat())
        return Label(self.cure.zh.replace("{day}", said.zh), self.cure.en.replace("{day}", said.en))

    def number(self, region: str | None, on: date, case: str = "") -> Pack | None:
        """Return the number for a region and a day, the nearest region first; None if none is set.

        Where the region is not known and some region has another number, the nation's is not verified.
        """
        of_case = [pack for pack in self.packs if pack.case == case]
        found = nearest(of_case, region, on)
        if (
            region is None
            and found
            and any(pack.regional and pack.since <= on <= pack.until for pack in of_case)
        ):
            unknown = f"{found[0].source}（{REGIONS[self.region].zh}未知，暂按此数）"
            return replace(found[0], source=unknown, verified=False)
        return found[0] if found else None

    def papers_for(self, case: str, region: str | None, on: date) -> list[Papers]:
        """Return the papers required in a case for a region and a day, by the nearest region that has any."""
        return nearest((papers for papers in self.papers if papers.case == case), region, on)

    def under(self, numbers: Sequence["Pack | Papers"]) -> "Rule":
        """Return the rule with these numbers and papers before its own: the first number that fits counts."""
        packs = [each for each in numbers if isinstance(each, Pack)]
        papers = [each for each in numbers if isinstance(each, Papers)]
        return replace(self, packs=(*packs, *self.packs), papers=(*papers, *self.papers))

    @property
    def wholly_verified(self) -> bool:
        """Whether its text was checked, and every number, list of papers and text of other days or places."""
        parts: list[Pack | Papers | DatedText] = [*self.packs, *self.papers, *self.texts]
        return self.verified and all(part.verified for part in parts)

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

    A region may be a township of the county, by its nine digits. Without a known region, yield the nation and
    the default.
    """
    if region:
        yield region[:6]
        yield f"{region[:4]}00"
        yield f"{region[:2]}0000"
    yield NATION
    yield DEFAULT


def digest_of(texts: Mapping[str, str]) -> str:
    """Return the SHA-256 in hex of a rulebook's texts, independent of the order of the files."""
    return hashlib.sha256("\0".join(f"{name}\0{texts[name]}" for name in sorted(texts)).encode()).hexdigest()


NumbersCounted: TypeAlias = "dict[tuple[str, Pack], set[Categories]]"
"""Numbers with their rules, each with what had been read before each time that it was counted with."""

_COUNTED: Final[ContextVar["NumbersCounted | None"]] = ContextVar("counted", default=None)
"""The numbers with which the current question has counted; None where nobody asks for them."""


def counting_with(rule: str, number: Pack) -> None:
    """Note that a question counts with a rule's number."""
    counted = _COUNTED.get()
    if counted is not None:
        counted.setdefault((rule, number), set()).add(read_so_far())


@contextmanager
def numbers_counted() -> Iterator[NumbersCounted]:
    """Collect the numbers with which the questions within the block count."""
    counted: NumbersCounted = {}
    before = _COUNTED.set(counted)
    try:
        yield counted
    finally:
        _COUNTED.reset(before)


class InvalidRulebookError(ValueError):
    """The texts of a rulebook are not TOML, or a rule lacks a value or has a wrong one."""


class Rulebook:
    """Every rule by id, with a digest of their texts; `Rulebook.shipped()` is the one of this version.

    Rules that the texts lack are those of `base`, and so are the titles of all that it has; what packs say is
    laid over the rules. Raises InvalidRulebookError.
    """

    def __init__(self, texts: Mapping[str, str], base: "Rulebook | None" = None) -> None:
        self.texts = dict(sorted(texts.items()))
        """The TOML texts by file name, as adopted."""
        self.digest = digest_of(self.texts)
        own: dict[str, Rule] = {}
        laid_over: list[tuple[str, Pack | Papers]] = []
        for name, text in self.texts.items():
            try:
                document = tomllib.loads(text)
                rules = [*_rules(document, {} if base is None else base.rules)]
                laid_over += _laid_over(document)
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                message = f"{name} cannot be read: {error}"
                raise InvalidRulebookError(message) from error
            for rule in rules:
                if rule.id in own:
                    message = f"rule {rule.id} is written twice"
                    raise InvalidRulebookError(message)
                own[rule.id] = rule
        self.rules: dict[str, Rule] = own if base is None else base.rules | own
        for rule_id, numbers in groupby(sorted(laid_over, key=itemgetter(0)), key=itemgetter(0)):
            if rule_id not in self.rules:
                message = f"there is no rule {rule_id}"
                raise InvalidRulebookError(message)
            self.rules[rule_id] = self.rules[rule_id].under([number for _, number in numbers])

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


def title_of(rule: str) -> Label:
    """Return the title of a rule, which no pack and no adopted text changes."""
    return _shipped()[rule].title


def _title(said: Mapping[str, str]) -> Label:
    """Return a title; raise ValueError if it is empty or too long for one line."""
    title = _sound(Label)(zh=said["zh"], en=said["en"])
    for words, most in ((title.zh, MOST_IN_TITLE_ZH), (title.en, MOST_IN_TITLE_EN)):
        if not words.strip() or len(words) > most:
            message = f"title {words!r} has {len(words)} characters, and not 1 to {most}"
            raise ValueError(message)
    return title


def _rules(document: Mapping[str, Any], known: Mapping[str, Rule]) -> Iterator[Rule]:
    for rule in document.get("rule", ()):
        of_version = known.get(rule["id"])
        yield _sound(Rule)(
            id=rule["id"],
            title=_title(rule["title"]) if of_version is None else of_version.title,
            strength=rule["strength"],
            zh=rule["zh"],
            en=rule["en"],
            source=rule["source"],
            verified=rule["verified"],
            region=rule.get("region", "institution"),
            packs=tuple(map(_pack, rule.get("pack", ()))),
            papers=tuple(papers for each in rule.get("papers", ()) for papers in _papers(each)),
            texts=tuple(dated_texts(rule)),
            bounds=tuple(map(_bound, rule.get("bound", ()))),
            cured_by=tuple(_types(rule.get("cured_by", ()))),
            cure=Label(rule["cure"]["zh"], rule["cure"]["en"]) if "cure" in rule else None,
        )


def _types(named: Iterable[str]) -> Iterator[str]:
    """Yield types of event; raise ValueError for a name of none."""
    for name in named:
        if name not in CATALOGUE:
            message = f"no event is called {name!r}"
            raise ValueError(message)
        yield name


def dated_texts(document: Mapping[str, Any]) -> Iterator[DatedText]:
    """Yield what a rule or a code table rests on elsewhere or at other times than it says itself."""
    for text in document.get("text", ()):
        yield _sound(DatedText)(
            region=text.get("region", NATION),
            since=text.get("from", FIRST_DAY),
            until=text.get("until", LAST_DAY),
            source=text["source"],
            verified=text["verified"],
            zh=text.get("zh"),
            en=text.get("en"),
        )


def _laid_over(document: Mapping[str, Any]) -> Iterator[tuple[str, Pack | Papers]]:
    """Yield what a text lays over the rules, each with the rule's id."""
    for number in document.get("number", ()):
        yield number["rule"], _pack(number)
    for papers in document.get("papers", ()):
        yield from ((papers["rule"], each) for each in _papers(papers))


def _pack(pack: Mapping[str, Any]) -> Pack:
    return _sound(Pack)(
        region=pack["region"],
        since=pack.get("from", FIRST_DAY),
        until=pack.get("until", LAST_DAY),
        value=pack["value"],
        unit=pack["unit"],
        source=pack["source"],
        verified=pack["verified"],
        case=pack.get("case", ""),
    )


def _bound(bound: Mapping[str, Any]) -> NumberRange:
    return _sound(NumberRange)(
        case=bound.get("case", ""), least=bound.get("least"), greatest=bound.get("greatest")
    )


def _papers(papers: Mapping[str, Any]) -> Iterator[Papers]:
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
            elif NoneType in choices:
                fits = isinstance(value, choices)
            else:
                fits = type(value) is expected
            if not fits:
                message = f"{name} is {value!r}"
                raise TypeError(message)
        return kind(**values)

    return make
