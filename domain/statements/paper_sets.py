"""Each paper that an admission, a stay or a departure asks for, with what is there (domain.md 4.2 B1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from domain.cited_papers import SCAN_OF, papers_of
from domain.entry import AnyEntry
from domain.envelope import Document
from domain.event import CATALOGUE, known
from domain.events.admission import category_of, found_as
from domain.events.archive import SCANS, DocumentFiled
from domain.events.departure import GUARDIAN_RESTORED, PARENTS_FOUND, DepartureCompleted
from domain.events.guardianship import guardian_case
from domain.events.intake import ChildAdmitted
from domain.label import Label
from domain.life import Life
from domain.obligations import History
from domain.resting import note
from domain.rulebook import Papers
from domain.statement import Private, Statement, StatementLine, last_day_of, named
from domain.statements.archive_items import ARCHIVE_ITEMS, SOURCE, ArchiveItem, HeldItem, archive_items
from domain.when import FIRST_DAY

SEALED_KINDS: Final = {kind: event.seals for event in CATALOGUE.values() for kind in event.sealed_papers}
"""Kinds of paper for which an event stands that is sealed wholly, with its category."""
_STANDING_FOR: Final = {
    kind: named(*(event for event in CATALOGUE.values() if kind in event.sealed_papers))
    for kind in SEALED_KINDS
}
"""The events that stand for a paper of such a kind."""
PaperVerdict: TypeAlias = Literal["present", "late", "missing", "none_asked", "category_unknown"]
"""Whether a paper was there by the day, came later or is missing; or why no paper is told of."""
PaperHeld: TypeAlias = Literal["held", "cited", "none"]
"""Whether the bytes of a paper are held, an entry only cites it, or no entry does so much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAsked(StatementLine):
    """One thing that an admission, a stay or a departure asks for, and whether it is there.

    `category` is the intake category or the reason for leaving, null of a stay; `part` that of the archive
    (`archive_part`). `required` is a code of `document_kind`, or of `archive_item` where no paper of a kind
    is asked for; null where the category asks for none or is not known. `number` and `sha256` are those of
    the paper, null where an entry stands for it or it came without. `paper` says whether its bytes are held
    or an entry only cites it.
    """

    on: date
    occasion: Literal["admission", "residence", "departure"]
    category: str | None
    part: str
    required: str | None
    verdict: PaperVerdict
    paper: PaperHeld
    number: Private | None
    sha256: Private | None


_PARTS: Final = {"admission": "entry", "departure": "exit"}


@dataclass(frozen=True, slots=True)
class _Occasion:
    """An admission or a departure: its entry, its category, and what a rule asks for, None if not known."""

    entry: AnyEntry
    name: Literal["admission", "departure"]
    category: str | None
    rule: str
    asked: list[Papers] | None


def papers_asked(history: History, day: date) -> Iterator[PaperAsked]:
    """Yield what the admissions, stays and departures by a day ask for."""
    occasions = [*_admissions(history, day), *_departures(history, day)]
    wanted = [
        (each, kind, papers) for each in occasions for papers in each.asked or () for kind in papers.kinds
    ]
    came = [each for each in history.file.bringing_papers() if each.days.last <= day]
    yield from map(_none_asked, (each for each in occasions if not each.asked))
    # What is sealed last, since an actor who may not see what it says is shown nothing after it.
    for sealed in (False, True):
        for occasion, kind, papers in wanted:
            if (kind in SEALED_KINDS) is sealed:
                yield _paper(history, day, occasion, kind, papers, came)
        if history.on(day).all(ChildAdmitted):
            yield from (_held(history, day, each) for each in archive_items(history, day, sealed=sealed))


def _admissions(history: History, day: date) -> Iterator[_Occasion]:
    for admitted in history.on(day).all(ChildAdmitted):
        then = _then(history, admitted)
        category = category_of(admitted.event, then)
        asked = None if category is None else then.papers_for("I01", found_as(category, then))
        yield _Occasion(admitted, "admission", category, "I01", asked)


def _departures(history: History, day: date) -> Iterator[_Occasion]:
    for left in history.on(day).all(DepartureCompleted):
        reason, then = known(left.event.reason), _then(history, left)
        cases = ["parents_found"] if reason == PARENTS_FOUND else []
        guardian = guardian_case(then) if reason in {PARENTS_FOUND, GUARDIAN_RESTORED} else None
        cases += [] if guardian is None else [guardian]
        asked = [papers for case in cases for papers in then.papers_for("I21", case)]
        yield _Occasion(left, "departure", reason, "I21", None if reason is None else asked)


def _then(history: History, entry: AnyEntry) -> Life:
    """Return the life as it was judged when the entry was recorded."""
    return Life(history.file, entry.days.last, history.rulebook, but=entry, entry=entry)


def _paper_held(history: History, day: date, entry: AnyEntry | None, paper: Document | None) -> PaperHeld:
    """Return whether the bytes of a paper that an entry cites were held by a day; without it, of any."""
    if entry is None:
        return "none"
    cited = [each for each in papers_of(entry) if paper is None or each.paper is paper]
    if not cited:
        return "none"
    # Scans of its own category alone: those of others say nothing of it, and may be sealed.
    scans = history.file.of(SCAN_OF[entry.event.seals])
    held = {scan.event.document for scan in scans if scan.days.last <= day}
    return "held" if any(each.document in held for each in cited) else "cited"


def _held(history: History, day: date, held: HeldItem) -> PaperAsked:
    note(*held.item.seals)
    on, shown = held.since.days.last, held.shown
    entries = [each for each in (held.since, shown) if each is not None and not each.event.sealed]
    return PaperAsked(
        on=on,
        occasion="admission" if held.item.part == "entry" else "residence",
        category=None,
        part=held.item.part,
        required=held.item.code,
        verdict="missing" if shown is None else "present",
        paper=_paper_held(history, day, shown, None),
        number=None,
        sha256=None,
        rule=None,
        source=SOURCE,
        verified=False,
        settled_by=_brought_by(held.item) if shown is None else (),
        entries=tuple(dict.fromkeys(each.entry_id for each in entries)),
    )


def _none_asked(occasion: _Occasion) -> PaperAsked:
    return PaperAsked(
        on=occasion.entry.days.last,
        occasion=occasion.name,
        category=occasion.category,
        part=_PARTS[occasion.name],
        required=None,
        verdict="category_unknown" if occasion.asked is None else "none_asked",
        paper="none",
        number=None,
        sha256=None,
        rule=occasion.rule,
        source=None,
        verified=None,
        entries=(occasion.entry.entry_id,),
        settled_by=named(type(occasion.entry.event)) if occasion.asked is None else (),
    )


def _paper(  # noqa: PLR0913, PLR0917 - which paper of which occasion, and what there is
    history: History, day: date, occasion: _Occasion, kind: str, papers: Papers, came: list[AnyEntry]
) -> PaperAsked:
    on, whose = occasion.entry.days.last, occasion.entry.entry_id
    brought = [(each, document) for each in came for document in each.documents if document.kind == kind]
    first, paper = min(brought, key=lambda each: each[0].days.last, default=(None, None))
    if first is None:
        # Whether there is such an event at all is as secret as what it says.
        note(*(() if kind not in SEALED_KINDS else (SEALED_KINDS[kind],)))
        stand = [each for each in came if _stands_for(each, kind)]
        first = min(stand, key=lambda each: each.days.last, default=None)
    is_told = first is not None and not first.event.sealed
    return PaperAsked(
        on=on,
        occasion=occasion.name,
        category=occasion.category,
        part=_PARTS[occasion.name],
        required=kind,
        verdict="missing" if first is None else "present" if first.days.earliest <= on else "late",
        paper="none" if paper is None else _paper_held(history, day, first, paper),
        number=None if paper is None or first is None else Private(first.event.seals, paper.number),
        sha256=None if paper is None or first is None else Private(first.event.seals, paper.sha256),
        rule=occasion.rule,
        source=papers.source,
        verified=papers.verified,
        entries=(whose, first.entry_id) if first is not None and is_told else (whose,),
        settled_by=_STANDING_FOR.get(kind, named(DocumentFiled)) if first is None else (),
    )


def _stands_for(entry: AnyEntry, kind: str) -> bool:
    event = entry.event
    return kind in event.papers() if kind in event.sealed_papers or not event.sealed_papers else False


def _brought_by(item: ArchiveItem) -> tuple[str, ...]:
    """Return the events by which an item of the archive is there."""
    return named(*item.shown_by, *((DocumentFiled,) if item.kinds or item.filed else ()))


def _stand_since(history: History) -> date:
    """Return the day since which no paper came, and nothing was asked for."""
    read = {kind for item in ARCHIVE_ITEMS for kind in (*item.about, *item.shown_by)}
    came = max((each.days.last for each in history.file.bringing_papers()), default=FIRST_DAY)
    return max(came, last_day_of(history, (*read, *SCANS, ChildAdmitted, DepartureCompleted, DocumentFiled)))


def _order(line: PaperAsked) -> str:
    return " ".join((line.occasion, line.part, line.required or ""))


PAPER_SETS: Final = Statement(
    "paper-sets",
    Label("入院、在院、离院材料", "Papers of admissions, stays and departures"),
    (ChildAdmitted, DepartureCompleted),
    PaperAsked,
    papers_asked,
    _stand_since,
    order=_order,
)
