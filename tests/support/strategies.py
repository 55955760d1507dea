"""Any event, drawn from its fields; any stream of them, in any order of days, amended in any way."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import ceil
from typing import Any, Final
from uuid import UUID

from annotated_types import Ge, Le, MinLen
from hypothesis import strategies as st

import domain.events  # noqa: F401 - registers the catalogue
from domain.codes import tables
from domain.entry import AnyEntry, Entry
from domain.envelope import Document, ExceptionClaim, Reason
from domain.event import CATALOGUE, Category, Event, Part, Unknown, chapter, fields_of, is_month
from domain.field_types import FieldType, field_types
from domain.file import AMENDMENTS
from domain.when import Days
from ledger.codec.split import personal_fields
from tests.support.forms import example_of_form
from tests.support.given import CLERK, REGION, SUPERVISOR

EARLIEST: Final = date(2018, 1, 1)
LATEST: Final = date(2026, 11, 22)
STREAM: Final = UUID(int=7)
IDS: Final = tuple(UUID(int=100 + index) for index in range(12))
"""The ids of entries; whatever refers to an entry or a person picks among them, rightly or wrongly."""
KINDS: Final = tuple(kind for kind in CATALOGUE.values() if kind.kind == "child")
OF_FAMILIES: Final = tuple(kind for kind in CATALOGUE.values() if kind.kind == "family")
OF_INSTITUTIONS: Final = tuple(kind for kind in CATALOGUE.values() if kind.kind == "institution")
CHAPTERS: Final = tuple(dict.fromkeys(chapter(kind) for kind in KINDS))
UNKNOWNS: Final = (Unknown("not_asked"), Unknown("not_known"), Unknown("not_on_paper"))

_DOCUMENTS: Final = sorted(tables()["document_kind"].codes)

dates = st.dates(EARLIEST, LATEST)
births = st.dates(date(2004, 1, 1), date(2025, 12, 31))


def interval(span: int = 60) -> st.SearchStrategy[Days]:
    """A day, an interval of days, or *not later than*."""
    exact = dates.map(Days.on)
    between = st.builds(lambda first, more: Days(first, first + timedelta(more)), dates, st.integers(1, span))
    return st.one_of(exact, exact, exact, between, dates.map(lambda last: Days(None, last)))


def events(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Every event of that kind that could be written down."""
    return st.builds(kind, **{name: _values(name, of) for name, of in field_types(kind).items()})


def _values(name: str, of: FieldType) -> st.SearchStrategy[Any]:
    values = _plain(name, of)
    if of.unknown:
        values = st.one_of(values, values, st.sampled_from(UNKNOWNS))
    return st.one_of(st.none(), values) if of.optional else values


def _plain(name: str, of: FieldType) -> st.SearchStrategy[Any]:
    if of.items is not None:
        items = _plain(name, of.items)
        if of.type is dict:
            return st.dictionaries(st.sampled_from(["a.toml", "b.toml"]), items, max_size=2)
        least = max((limit.min_length for limit in of.limits if isinstance(limit, MinLen)), default=0)
        return st.lists(items, min_size=least, max_size=max(least, 2)).map(tuple)
    if issubclass(of.type, Part):
        return st.builds(
            of.type, **{each: _values(each, inner) for each, inner in field_types(of.type).items()}
        )
    if of.code is not None:
        return st.sampled_from(sorted(tables()[of.code].codes))
    if of.choices:
        return st.sampled_from(of.choices)
    if any(getattr(limit, "func", None) is is_month for limit in of.limits):
        return dates.map(lambda day: f"{day:%Y-%m}")
    form = example_of_form(of)
    if form is not None:
        return st.just(form)
    if of.type is date:
        return births if name.startswith("birth") else dates
    return _simple(of)


def _simple(of: FieldType) -> st.SearchStrategy[Any]:
    least = max((Decimal(str(limit.ge)) for limit in of.limits if isinstance(limit, Ge)), default=Decimal(0))
    most = min((Decimal(str(limit.le)) for limit in of.limits if isinstance(limit, Le)), default=least + 60)
    size = max((limit.min_length for limit in of.limits if isinstance(limit, MinLen)), default=1)
    simple: dict[type, st.SearchStrategy[Any]] = {
        str: st.sampled_from(["1" * size, "一" * size]),
        int: st.integers(int(least), int(min(most, least + 60))),
        bool: st.booleans(),
        datetime: dates.map(lambda day: datetime.combine(day, time(3), UTC)),
        Decimal: st.integers(ceil(10 * least), ceil(10 * min(most, least + 60))).map(
            lambda tenths: Decimal(tenths) / 10
        ),
        UUID: st.sampled_from(IDS),
    }
    return simple[of.type]


@st.composite
def streams(draw: st.DrawFn, kinds: tuple[type[Event], ...] = (), most: int = 8) -> list[AnyEntry]:
    """The entries of one file as recorded, versions and positions rising, whatever they say.

    Unless kinds are given, they come from a few chapters at a time, for these have to do with each other.
    """
    if not kinds:
        kinds = _of(draw(st.sets(st.sampled_from(CHAPTERS), min_size=1, max_size=3)))
    drawn = draw(st.lists(st.sampled_from(kinds).flatmap(events), min_size=1, max_size=most))
    return [_entry(draw, index, event) for index, event in enumerate(drawn)]


@st.composite
def repetitive_streams(draw: st.DrawFn) -> list[AnyEntry]:
    """A stream of one or two kinds of event of a chapter, which happen again and again."""
    kinds = st.sampled_from(_of({draw(st.sampled_from(CHAPTERS))}))
    return draw(streams(tuple(draw(st.lists(kinds, min_size=1, max_size=2, unique=True)))))


@st.composite
def telling(
    draw: st.DrawFn, hidden: frozenset[Category], beside: tuple[type[Event], ...] = (), most: int = 8
) -> list[AnyEntry]:
    """A stream of a chapter or two in which something is sealed under these categories, and of kinds beside.

    Of all kinds at once, few would have to do with each other.
    """
    chapters = tuple(dict.fromkeys(chapter(kind) for kind in KINDS if hidden & categories(kind)))
    kinds = _of(draw(st.sets(st.sampled_from(chapters), min_size=1, max_size=2)))
    return draw(streams((*kinds, *beside), most))


def _of(chapters: set[str]) -> tuple[type[Event], ...]:
    return tuple(kind for kind in KINDS if chapter(kind) in chapters)


def _entry(draw: st.DrawFn, index: int, event: Event) -> AnyEntry:
    entry: AnyEntry = Entry(
        entry_id=IDS[index],
        stream=STREAM,
        kind=event.kind,
        version=index + 1,
        event=event,
        days=draw(interval()),
        recorded_by=draw(st.sampled_from([CLERK, SUPERVISOR])),
        region=REGION,
        origin=draw(st.sampled_from(["api", "import"])),
        position=3 * (index + 1),
        recorded_at=datetime(2026, 11, 22, 4, 0, index, tzinfo=UTC),
        documents=draw(
            st.lists(st.builds(Document, kind=st.sampled_from(_DOCUMENTS)), max_size=1).map(tuple)
        ),
        exception=draw(st.sampled_from([None, ExceptionClaim(rule="I03", reason="急")])),
    )
    if entry.type in AMENDMENTS or not draw(st.booleans()):
        return entry
    return replace(
        entry,
        corrects=draw(st.sampled_from(IDS)),
        reason=Reason(code="incorrect_data", explanation="抄写错误"),
    )


@st.composite
def entry_of(draw: st.DrawFn, kind: type[Event], index: int = 0) -> AnyEntry:
    """Any entry of that kind, with so many before it."""
    return _entry(draw, index, draw(events(kind)))


def categories(kind: type[Event]) -> set[Category]:
    """The categories of what is personal in an event."""
    return {category for _, category, _ in personal_fields(kind).personal}


@st.composite
def alike(draw: st.DrawFn, entries: list[AnyEntry], hidden: frozenset[Category]) -> list[AnyEntry]:
    """The same entries, of which only what is sealed under these categories may say something else."""
    return [_alike(draw, entry, hidden) for entry in entries]


def _alike(draw: st.DrawFn, entry: AnyEntry, hidden: frozenset[Category]) -> AnyEntry:
    kind = type(entry.event)
    theirs = {spec.name for spec in fields_of(kind) if spec.personal and spec.personal.category in hidden}
    if theirs:
        other = vars(draw(events(kind)))
        entry = replace(entry, event=replace(entry.event, **{name: other[name] for name in theirs}))
    if kind.seals not in hidden:
        return entry
    said = st.sampled_from([None, "甲", "乙"])
    entry = replace(
        entry,
        note=draw(said),
        noted_by=draw(said),
        documents=tuple(
            replace(paper, number=draw(said), issuer=draw(said), sha256=draw(said))
            for paper in entry.documents
        ),
        reason=entry.reason and replace(entry.reason, explanation=draw(st.sampled_from(["甲", "乙"]))),
        exception=entry.exception and replace(entry.exception, reason=draw(st.sampled_from(["甲", "乙"]))),
    )
    claims = [None, *(ExceptionClaim(rule=rule, reason="急") for rule in ("I12", "I14"))]
    return replace(entry, exception=draw(st.sampled_from(claims))) if kind.sealed else entry
