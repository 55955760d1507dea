"""How entries, files, clocks, gates and findings look in answers; what may not be seen is masked here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import orjson

from api.contract import entries
from api.contract.schemas import (
    Age,
    EntryAnswer,
    FindingAnswer,
    ObligationAnswer,
    ReadinessAnswer,
    Waiting,
)
from api.contract.sentences import sentence
from domain.entry import AnyEntry
from domain.event import CATALOGUE, Category, Erased, Unknown, chapter
from domain.events.departure import ChildDied
from domain.events.record import DECISIONS, EntryRestored, EntryWithdrawn
from domain.file import ATTRIBUTES, Attribute, Fact, File
from domain.life import BIRTH, STAGE, Life
from domain.when import Days, add, age
from ledger.codec.split import sealed
from projections.findings import Finding
from projections.obligations import Obligation
from projections.readiness import ReadyOnDay

_OTHERS: Final = {chapter(kind) for kind in CATALOGUE.values() if kind.kind != "child"}
"""Chapters of other lives than a child's."""
_SOON_DAYS: Final = 30


def categories(named: Iterable[str]) -> list[Category]:
    """Return categories by their names."""
    return [Category(each) for each in named]


def restricted(category: Category) -> dict[str, str]:
    """Return what stands in place of a value that the caller may not see."""
    return {"restricted": category.value}


def entry_json(
    entry: AnyEntry,
    file: File | None,
    sees: AbstractSet[Category],
    named: Mapping[UUID, AnyEntry] = MappingProxyType({}),
) -> EntryAnswer:
    """Return one entry, what became of it where its file is given, and its sentences.

    `named` has the entries that others withdraw, restore or decide on. The words of who does so tell of that
    entry: who may not see all of it is not shown them either.
    """
    if not all(sealed(type(about.event)) <= sees for about in _about(entry, named)):
        sees = frozenset()
    shown: Any = {
        **entries.entry_json(entry, frozenset(Category) - sees),
        **_fate(entry, file),
        "sentence_zh": sentence(entry.event, "zh", sees),
        "sentence_en": sentence(entry.event, "en", sees),
    }
    answer: EntryAnswer = shown
    return answer


def _about(entry: AnyEntry, named: Mapping[UUID, AnyEntry]) -> Iterator[AnyEntry]:
    """Yield what an entry withdraws, restores or decides on, what that does so, and so on, each once."""
    told = {entry.entry_id}
    about: AnyEntry | None = entry
    while about is not None and (target := target_of(about)) is not None and target not in told:
        told.add(target)
        about = named.get(target)
        if about is not None:
            yield about


def target_of(entry: AnyEntry) -> UUID | None:
    """Return the entry that one withdraws, restores or decides on; None where it does none of these."""
    event = entry.event
    return event.entry if isinstance(event, (EntryWithdrawn, EntryRestored, *DECISIONS)) else None


def _fate(entry: AnyEntry, file: File | None) -> dict[str, UUID | None]:
    """By which entry it stands corrected or withdrawn; a correction is corrected by the one after it."""
    corrected = withdrawn = None
    for amendment in [] if file is None else file.amendments(entry.original):
        if amendment.version <= entry.version:
            continue
        if amendment.type == "EntryWithdrawn":
            withdrawn = amendment.entry_id
        elif amendment.type == "EntryRestored":
            withdrawn = None
        elif amendment.type == entry.type:
            corrected, withdrawn = amendment.entry_id, None
    return {"corrected_by": corrected, "withdrawn_by": withdrawn}


def status_json(life: Life, sees: AbstractSet[Category]) -> dict[str, dict[str, Any]]:
    """Return what holds on the life's day: one object a chapter, with one member an attribute.

    A member is null where nothing holds, and a list where several values may hold at once. Of what may not be
    seen it tells neither.
    """
    chapters: dict[str, dict[str, Any]] = {}
    for (name, attribute_name), attribute in ATTRIBUTES.items():
        if name not in _OTHERS:
            holding = _holding(life, attribute, sees)
            single = holding[-1] if holding else None
            chapters.setdefault(name, {})[attribute_name] = holding if attribute.several else single
    return chapters


def _holding(life: Life, attribute: Attribute[Any], sees: AbstractSet[Category]) -> list[dict[str, Any]]:
    """Return what holds; of what may not be seen neither whether anything does nor since when."""
    if attribute.personal is not None and attribute.personal not in sees:
        return [{"value": restricted(attribute.personal)}]
    return [fact_json(fact) for fact in life.each(attribute)]


def fact_json(fact: Fact[Any]) -> dict[str, Any]:
    """Return a held value, since when (null is *since unknown*) until when, and the entry that says so.

    `since_until` is the last day on which it may have begun, where that day is not known.
    """
    held = fact.held
    shown = attribute_json(held.value)
    if held.days is not None:
        shown["since"] = held.days.first
        if not held.days.exact:
            shown["since_until"] = held.days.last
    if held.until is not None:
        shown["until"] = held.until
    return {**shown, "entry": fact.entry.entry_id}


def attribute_json(value: object) -> dict[str, Any]:
    """Return an attribute's value as `value`, one of several parts by their names."""
    match value:
        case Days():
            return {"value": value.first, "value_until": value.last}
        case Unknown() | Erased():
            return {"value": value}
        case _ if is_dataclass(value):
            return {spec.name: getattr(value, spec.name) for spec in fields(value)}
    return {"value": value}


def age_json(life: Life, day: date) -> Age | None:
    """Return full years on a day, at death for who died; `uncertain` where the birth leaves them open.

    Who is certainly not born yet has no age.
    """
    birth = life.now(BIRTH)
    if birth is None or birth.held.value is None:
        return None
    at, born = min(day, _died(life) or day), birth.held.value
    if at < born.earliest:
        return None
    years = max(age(born.last, at), 0)
    uncertain = born.first is None or at < born.last or age(born.first, at) != years
    estimated = birth.entry.estimated or getattr(birth.entry.event, "is_birth_estimated", False) is True
    return {"years": years, "estimated": estimated, "uncertain": uncertain}


def _died(life: Life) -> date | None:
    """Return the day of death, as a death says it, or else as a departure by dying does."""
    died, stage = life.last(ChildDied), life.now(STAGE)
    if died is not None:
        return died.days.last
    return stage.held.since if stage is not None and stage.held.value == "died" else None


def file_json(
    life: Life, day: date, *, obligations: list[Obligation], findings: int, sees: AbstractSet[Category]
) -> dict[str, Any]:
    """Return a life on its day as the contract's object, but for what names the file and its versions."""
    chapters = status_json(life, sees)
    own = chapters.pop("life")
    return {
        **chapters,
        "file_no": _plain(chapters["intake"].pop("file_no")),
        "stage": _plain(own["stage"]),
        "age": age_json(life, day),
        "findings": findings,
        "obligations": _waiting(obligations, day),
    }


def _plain(shown: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - whatever an attribute holds
    return None if shown is None else shown["value"]


def _waiting(obligations: list[Obligation], day: date) -> Waiting:
    soon = add(day, days=_SOON_DAYS)
    states = [(obligation.state(day), obligation.due_on) for obligation in obligations]
    return {
        "overdue": sum(state == "overdue" for state, _ in states),
        "due_30_days": sum(state == "due" and due_on <= soon for state, due_on in states),
    }


def obligation_json(obligation: Obligation, day: date) -> ObligationAnswer:
    """Return a clock as it stands on a day; one that is not open yet, as on its first day."""
    state = obligation.state(max(day, obligation.opened_on)) or "due"
    void = state == "void" and obligation.void_zh is not None and obligation.void_en is not None
    met = [obligation.met_by] if state in {"met", "met_late"} and obligation.met_by else []
    answer: ObligationAnswer = {
        "child": obligation.child,
        "rule": obligation.rule,
        "title_zh": obligation.title_zh,
        "title_en": obligation.title_en,
        "opened_on": obligation.opened_on,
        "state": state,
        "days_left": (obligation.due_on - day).days,
        "started_by": obligation.started_by,
        "met_by": met,
        "void_because": {"zh": obligation.void_zh or "", "en": obligation.void_en or ""} if void else None,
        "source": obligation.source,
        "region": obligation.region,
        "verified": obligation.verified,
        "rests_on": categories(obligation.rests_on),
    }
    if obligation.due_first == obligation.due_on:
        answer["due_on"] = obligation.due_on
    else:
        answer["due_between"] = (obligation.due_first, obligation.due_on)
    return answer


def finding_json(finding: Finding, others: Sequence[UUID] = ()) -> FindingAnswer:
    """Return what speaks against a file, with other files that are like it."""
    return {
        "child": finding.child,
        "rule": finding.rule,
        "kind": finding.kind,
        "on": finding.found_on,
        "entries": finding.entries,
        "zh": finding.zh,
        "en": finding.en,
        "source": finding.source,
        "others": list(others),
        "rests_on": categories(finding.rests_on),
    }


def readiness_json(ready: ReadyOnDay, day: date, sees: AbstractSet[Category]) -> ReadinessAnswer:
    """Return how a young person stands on a day."""
    # They stand in the read model as they are answered.
    gates: Any = orjson.Fragment(ready.gates_shown(sees))
    due_on, rule = ready.next_due_on, ready.next_rule
    return {
        "child": ready.child,
        "day": day,
        "status": ready.status,
        "advisory": True,
        "route": ready.route,
        "turns_18_on": ready.turns_18_on,
        "gates": gates,
        "next": None if due_on is None or rule is None else {"due_on": due_on, "rule": rule},
    }
