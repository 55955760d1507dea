"""What a recording would change, in words: one sentence for each change, in both languages."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final

from api.contract.explanation_words import ERASED, GATE_STATES, STATES, cited, day_words, days_words
from domain.attribute_codes import attribute_codes
from domain.event import Category, Erased, Unknown
from domain.file import ATTRIBUTES, Attribute, Fact
from domain.identified import is_id
from domain.impact import StatusChange
from domain.label import Label
from domain.when import Days

_NOTHING: Final = Label("无", "nothing")
_TRUTH: Final = {True: Label("是", "yes"), False: Label("否", "no")}
_NOT_SHOWN: Final = Label("不予显示", "not shown")


def status_words(change: StatusChange, sees: AbstractSet[Category]) -> Label:
    """Return what an attribute would be in place of what it is; its values are not hidden from the caller.

    Of several values at once those that stay are not told.
    """
    attribute = ATTRIBUTES[change.chapter, change.attribute]
    count = len(change.before)
    old: Sequence[Fact[Any]] = change.facts[:count]
    new: Sequence[Fact[Any]] = change.facts[count:]
    if attribute.several:
        old, new = _without(old, new), _without(new, old)
    before, after = (_together([_value(attribute, fact, sees) for fact in each]) for each in (old, new))
    return _turned(attribute.label, before, after)


def _without(facts: Sequence[Fact[Any]], others: Sequence[Fact[Any]]) -> list[Fact[Any]]:
    """Return facts but for as many of a value as there are among the others."""
    left = [each.held.value for each in others]
    found = []
    for each in facts:
        if each.held.value in left:
            left.remove(each.held.value)
        else:
            found.append(each)
    return found


def obligation_change_words(before: Any, after: Any) -> Label:  # noqa: ANN401 - of the contract
    """Return what becomes of an obligation: it begins, ends, moves, or comes to stand otherwise."""
    shown = after or before
    title = Label(shown["title_zh"], shown["title_en"])
    if after is None:
        return Label(f"{title.zh}：不再需要办理。", f"{title.en}: no longer required.")
    due, state = _due(after), STATES[after["state"]]
    if before is None:
        opened = day_words(after["opened_on"])
        return Label(
            f"{title.zh}：新增，自{opened.zh}起计，应于{due.zh}前办理，{state.zh}。",
            f"{title.en}: new, opened on {opened.en}, due by {due.en}, {state.en}.",
        )
    was_due, was = _due(before), STATES[before["state"]]
    zh, en = [], []
    if was_due != due:
        zh.append(f"办理期限由{was_due.zh}改为{due.zh}")
        en.append(f"due by {due.en} instead of {was_due.en}")
    if was != state:
        zh.append(f"由{was.zh}变为{state.zh}")
        en.append(f"{state.en} instead of {was.en}")
    if not zh:
        zh.append("其依据或者办理条目有变化")
        en.append("rests on or is met by other entries")
    return Label(f"{title.zh}：{'，'.join(zh)}。", f"{title.en}: {', '.join(en)}.")


def gate_change_words(label: Label, before: Any, after: Any) -> Label:  # noqa: ANN401 - of the contract
    """Return how a gate would be answered instead of how it is."""
    return _turned(label, _gate(before), _gate(after))


def _gate(answer: Any) -> Label:  # noqa: ANN401 - of the contract
    state = GATE_STATES[answer["state"]]
    if answer["missing_zh"] is None:
        return state
    return Label(f"{state.zh}（{answer['missing_zh']}）", f"{state.en} ({answer['missing_en']})")


def _turned(label: Label, before: Label, after: Label) -> Label:
    return Label(
        f"{label.zh}：由“{before.zh}”变为“{after.zh}”。",
        f'{label.en}: "{after.en}", not "{before.en}".',
    )


def _together(values: Sequence[Label]) -> Label:
    if not values:
        return _NOTHING
    return Label("、".join(each.zh for each in values), ", ".join(each.en for each in values))


def _value(attribute: Attribute[Any], fact: Fact[Any], sees: AbstractSet[Category]) -> Label:
    """Return a value; one that is no plain value by the entry that says it."""
    match fact.held.value:
        case bool(truth):
            return _TRUTH[truth]
        case Unknown():
            return STATES["unknown"]
        case Erased():
            return ERASED
        case Days() as days:
            return days_words(days)
        case date() as day:
            return day_words(day)
        case str(text) if not is_id(text):
            table = attribute_codes().get((attribute.chapter, attribute.name, ""))
            return Label(text, text) if table is None else table.codes.get(text, Label(text, text))
        case int(number):
            return Label(str(number), str(number))
    return cited(fact.entry) if fact.entry.event.sealed <= sees else _NOT_SHOWN


def _due(obligation: Any) -> Label:  # noqa: ANN401 - of the contract
    day: date = obligation["due_on"] if "due_on" in obligation else obligation["due_between"][1]
    return day_words(day)
