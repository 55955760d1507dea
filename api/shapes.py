"""How entries, files, clocks, gates and findings look in answers; what may not be seen is masked here."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from api.sentences import sentence
from domain.entry import AnyEntry
from domain.event import Category, Label
from domain.events.departure import ChildDied
from domain.file import ATTRIBUTES, Fact, File
from domain.judging import Judgement
from domain.life import BIRTH, Life
from domain.obligations import Clock
from domain.rulebook import Rule, Rulebook
from domain.when import Days, add, age
from ledger import showing

OPENING: Final = {"life", "intake"}
"""Chapters whose attributes stand at the top of a file's answer."""


def restricted(category: Category) -> dict[str, str]:
    """What stands in place of a value that the caller may not see."""
    return {"restricted": category.value}


def entry_json(entry: AnyEntry, file: File | None, sees: AbstractSet[Category]) -> dict[str, Any]:
    """One entry, with what later corrected or withdrew it where the file is given, and its sentences."""
    return {
        **showing.entry_json(entry, frozenset(Category) - sees),
        **_fate(entry, file),
        "sentence_zh": sentence(entry.event, "zh", sees),
        "sentence_en": sentence(entry.event, "en", sees),
    }


def _fate(entry: AnyEntry, file: File | None) -> dict[str, UUID | None]:
    """By which entry it stands corrected or withdrawn; a correction is corrected by the one after it."""
    corrected = withdrawn = None
    if file is not None:
        for amendment in file.amendments(entry.corrects or entry.entry_id):
            if amendment.version <= entry.version:
                continue
            if amendment.type == "EntryWithdrawn":
                withdrawn = amendment.entry_id
            elif amendment.type == "EntryRestored":
                withdrawn = None
            else:
                corrected, withdrawn = amendment.entry_id, None
    return {"corrected_by": corrected, "withdrawn_by": withdrawn}


def status_json(life: Life, sees: AbstractSet[Category]) -> dict[str, Any]:
    """What holds on the life's day: one object a chapter; a value that has a day carries `since`."""
    chapters: dict[str, dict[str, Any]] = {}
    for (chapter, name), attribute in ATTRIBUTES.items():
        facts = life.each(attribute)
        own = chapters.setdefault(chapter, {})
        if any(fact.held.key for fact in facts):
            own[name] = [fact_json(fact, sees) for fact in facts]
        else:
            own[name] = fact_json(facts[-1], sees) if facts else None
    return chapters


def fact_json(fact: Fact[Any], sees: AbstractSet[Category]) -> dict[str, Any]:
    """A held value with since when and by which entry; `since` null is *since unknown*."""
    held, attribute = fact.held, fact.held.attribute
    shown = attribute.personal is None or attribute.personal in sees
    value = (
        value_json(held.value) if shown else {"value": restricted(attribute.personal or Category.IDENTITY)}
    )
    if held.days is not None:
        value |= {"since": held.days.first}
        if not held.days.exact:
            value |= {"since_until": held.days.last}
        if held.until is not None:
            value |= {"until": held.until}
    return {**value, "entry": fact.entry.entry_id}


def value_json(value: Any) -> dict[str, Any]:  # noqa: ANN401 – whatever an attribute holds
    """A value of one part as `value`, of several parts by their names."""
    if isinstance(value, Days):
        return {"value": value.first, "not_after": value.last}
    if is_dataclass(value):
        return {spec.name: getattr(value, spec.name) for spec in fields(value)}
    return {"value": value}


def age_json(life: Life, day: date) -> dict[str, Any] | None:
    """Full years on a day; at death for who died; `uncertain` where the birth leaves them open."""
    birth = life.now(BIRTH)
    if birth is None or birth.held.value is None:
        return None
    died = life.last(ChildDied)
    at = day if died is None else died.days.last
    born = birth.held.value
    years = max(age(born.last, at), 0)
    uncertain = born.first is None or age(born.first, at) != years
    estimated = birth.entry.estimated or getattr(birth.entry.event, "is_birth_estimated", False) is True
    return {"years": years, "estimated": estimated, "uncertain": uncertain}


def file_json(
    life: Life, day: date, *, clocks: list[Clock], findings: int, sees: AbstractSet[Category]
) -> dict[str, Any]:
    """A life on its day as the contract's object, but for what names the file and its versions."""
    chapters = status_json(life, sees)
    states = [(clock, clock.state(day)) for clock in clocks]
    soon = add(day, days=30)
    return {
        **{name: own for name, own in chapters.items() if name not in OPENING},
        "intake": {name: own for name, own in chapters["intake"].items() if name != "file_no"},
        "file_no": _plain(chapters["intake"].get("file_no")),
        "stage": _plain(chapters["life"].get("stage")),
        "age": age_json(life, day),
        "findings": findings,
        "obligations": {
            "overdue": sum(state == "overdue" for _, state in states),
            "due_30_days": sum(state == "due" and clock.due.last <= soon for clock, state in states),
        },
    }


def _plain(value: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 – whatever an attribute holds
    return None if value is None else value["value"]


def clock_json(child: UUID, clock: Clock, day: date, rulebook: Rulebook) -> dict[str, Any]:
    """A clock as it stands on a day, on which it must be open."""
    met = clock.met_by
    return obligation_json(
        {
            "child": child,
            "rule": clock.rule,
            "opened_on": clock.opened_on,
            "due_first": None if clock.due.exact else clock.due.earliest,
            "due_on": clock.due.last,
            "state": clock.state(day),
            "started_by": [entry.entry_id for entry in clock.started_by],
            "met_by": None if met is None or met.days.last > day else met.entry_id,
            "void_zh": clock.void_because.zh if clock.void_because else None,
            "void_en": clock.void_because.en if clock.void_because else None,
            "source": clock.number.source if clock.number else None,
            "region": clock.number.region if clock.number else None,
            "verified": clock.number.verified if clock.number else None,
        },
        day,
        rulebook,
    )


def obligation_json(row: Mapping[str, Any], day: date, rulebook: Rulebook) -> dict[str, Any]:
    """A clock's row, of the read model or of a file, in the words of the contract."""
    rule = rulebook[row["rule"]]
    due = {"due_on": row["due_on"]}
    if row["due_first"] is not None:
        due = {"due_on": None, "due_between": [row["due_first"], row["due_on"]]}
    void = row["state"] == "void"
    met = row["state"] in {"met", "met_late"}
    return {
        "child": row["child"],
        "rule": rule.id,
        "title_zh": rule.zh,
        "title_en": rule.en,
        "opened_on": row["opened_on"],
        **due,
        "state": row["state"],
        "days_left": (row["due_on"] - day).days,
        "started_by": row["started_by"],
        "met_by": [row["met_by"]] if met and row["met_by"] else [],
        "void_because": {"zh": row["void_zh"], "en": row["void_en"]} if void else None,
        "source": row["source"] or rule.source,
        "region": row["region"],
        "verified": rule.verified if row["source"] is None else row["verified"],
    }


def finding_json(row: Mapping[str, Any], rulebook: Rulebook) -> dict[str, Any]:
    """A finding's row, of the read model or of a file, in the words of the contract."""
    rule = rulebook[row["rule"]]
    return {
        "child": row["child"],
        "rule": rule.id,
        "kind": row["kind"],
        "on": row["found_on"],
        "until": row["until"],
        "entries": row["entries"],
        "zh": _with(rule.zh, row["detail_zh"]),
        "en": _with(rule.en, row["detail_en"]),
        "source": rule.source,
        "verified": rule.verified,
    }


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """What speaks against one entry, as a finding says it."""
    refusal, entry = judgement.refusal, judgement.entry
    return {
        "child": entry.stream,
        "rule": judgement.rule.id,
        "kind": "exception_unapproved" if judgement.excused else refusal.kind,
        "on": entry.days.last,
        "until": None,
        "entries": list(dict.fromkeys([entry.entry_id, *refusal.evidence])),
        **_words(judgement.rule, refusal.detail),
        "source": judgement.rule.source,
        "verified": judgement.rule.verified,
    }


def refusal_json(judgement: Judgement) -> dict[str, Any]:
    """Why an entry is refused."""
    return {
        "rule": judgement.rule.id,
        "strength": judgement.rule.strength,
        **_words(judgement.rule, judgement.refusal.detail),
        "source": judgement.rule.source,
        "verified": judgement.rule.verified,
        "evidence": list(judgement.refusal.evidence),
    }


def _words(rule: Rule, detail: Label | None) -> dict[str, str]:
    return {
        "zh": _with(rule.zh, detail.zh if detail else None),
        "en": _with(rule.en, detail.en if detail else None),
    }


def _with(words: str, detail: str | None) -> str:
    return f"{words} ({detail})" if detail else words
