"""What each rule reads, found in the functions that ask it, so that it cannot be out of date.

A function asks a rule if it names its id, other than to count with its number. The rule reads the attributes
and types of event that it names, and those that the functions it calls name; so do the functions of an event
that call it, since they decide whether it is asked, and those that find the region of a number. This is all
that the rule may read: a question may end before it has read everything. `tests/operating/test_rules_page.py`
compares it with what is read of lives.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, Final, TypeAlias

import domain
from domain.changes import changes
from domain.event import CATALOGUE, Event, Part, fields_of
from domain.file import Attribute
from domain.life import DECIDES, Life
from domain.obligations import OBLIGATIONS, History
from domain.readiness import GATES
from domain.refusal import FURTHER
from domain.rulebook import Rule, Rulebook
from domain.standing import STANDING

_Function: TypeAlias = Callable[..., Any]
_COUNTING: Final = frozenset({Rule.number.__name__, Rule.papers_for.__name__})
_JUDGING: Final = ("refusals", "impossible")
"""The methods of an event that are asked when it is recorded."""
_FOLLOWS: Final = frozenset({"follows", "presupposes"})
"""The methods by which every event names the types that it looks for in the file."""
_EVENTS: Final = "domain.events."
_EVERYWHERE: Final = "domain.judging"
"""The module whose functions judge every event."""


@dataclass(frozen=True, slots=True)
class RuleReads:
    """What a rule reads.

    `judges` are the types of event that it may refuse, all of them if it is asked of every event.
    `fields` are those of the events that it names or judges. `numbers` are the rules with whose numbers it
    counts.
    """

    judges: tuple[str, ...]
    attributes: tuple[Attribute[Any], ...]
    events: tuple[str, ...]
    fields: tuple[str, ...]
    numbers: tuple[str, ...]
    papers: bool
    """Whether it reads which papers are there."""

    @property
    def everything(self) -> bool:
        """Whether every type of event is judged by it."""
        return len(self.judges) == len(CATALOGUE)


@dataclass(frozen=True, slots=True)
class _Named:
    """What one function names itself."""

    calls: frozenset[_Function]
    attributes: frozenset[Attribute[Any]]
    events: frozenset[type[Event]]
    members: frozenset[str]
    asks: frozenset[str]
    numbers: frozenset[str]


@cache
def rule_reads() -> Mapping[str, RuleReads]:
    """Return what every rule of this version reads, by its id."""
    rules = frozenset(Rulebook.shipped().rules)
    named = {function: _named(function, owner, rules) for function, owner in _functions()}
    asked: dict[str, set[_Function]] = {rule: set() for rule in rules}
    for function, own in named.items():
        for rule in own.asks:
            asked[rule].add(function)
    gates = {gate.rule: gate.ask for gate in GATES.values()}
    for registered in (OBLIGATIONS, STANDING, gates):
        for rule, question in registered.items():
            asked[rule].add(inspect.unwrap(question))
    judged = {
        kind: _reached([*(getattr(kind, name) for name in _JUDGING), *FURTHER.get(kind, ())], named)
        for kind in CATALOGUE.values()
    }
    return {rule: _reads(rule, functions, named, judged) for rule, functions in asked.items()}


def _reads(
    rule: str,
    functions: set[_Function],
    named: Mapping[_Function, _Named],
    judged: Mapping[type[Event], set[_Function]],
) -> RuleReads:
    judges = {kind for kind, own in judged.items() if functions & own}
    # What an event's own method reads on the way decides whether the rule is asked.
    callers = {each for kind in judges for each in judged[kind] if functions & _reached([each], named)}
    book, asking = Rulebook.shipped(), _reached(functions, named, rule)
    whole = _reached(functions | callers, named, rule)
    counting = {DECIDES[book[number].region] for each in whole for number in named[each].numbers}
    reached = [named[each] for each in whole | _reached(counting, named)]
    everywhere = [each for each in named if each.__module__ == _EVERYWHERE]
    if functions & _reached(everywhere, named):
        judges = set(CATALOGUE.values())
    referring = [
        (kind, spec)
        for kind in CATALOGUE.values()
        for spec in fields_of(kind)
        if spec.refers is not None and spec.refers.rule == rule
    ]
    judges |= {kind for kind, _ in referring}
    events = {event for own in reached for event in own.events}
    members = frozenset[str]().union(*(own.members for own in reached))
    own_kinds = judges if len(judges) < len(CATALOGUE) else set()
    fields = {
        f"{kind.__name__}.{spec.name}"
        for kind in events | own_kinds
        for spec in fields_of(kind)
        if spec.name in members
    }
    fields |= {f"{kind.__name__}.{spec.name}" for kind, spec in referring}
    attributes = {each for own in reached for each in own.attributes}
    return RuleReads(
        judges=_in_order(judges),
        attributes=tuple(sorted(attributes, key=lambda each: (each.chapter, each.name))),
        events=_in_order(events),
        fields=tuple(sorted(fields)),
        numbers=tuple(sorted({number for each in asking for number in named[each].numbers})),
        papers=bool({"papers", "documents"} & members),
    )


def _in_order(kinds: Iterable[type[Event]]) -> tuple[str, ...]:
    wanted = {kind.__name__ for kind in kinds}
    return tuple(name for name in CATALOGUE if name in wanted)


def _reached(
    start: Iterable[_Function], named: Mapping[_Function, _Named], rule: str | None = None
) -> set[_Function]:
    """Return the functions that these call, and themselves.

    With a rule, without those that ask other rules and not this one: their answers are not read by it.
    """
    found: set[_Function] = set()
    waiting = [function for function in start if function in named]
    while waiting:
        function = waiting.pop()
        if function in found:
            continue
        found.add(function)
        called = (each for each in named[function].calls if each in named)
        waiting += [
            each for each in called if rule is None or not named[each].asks or rule in named[each].asks
        ]
    return found


def _functions() -> Iterator[tuple[_Function, type | None]]:
    """Yield every function of the domain, with the class of a method."""
    for module in _modules():
        for value in vars(module).values():
            if getattr(value, "__module__", None) != module.__name__:
                continue
            if isinstance(value, FunctionType):
                yield value, None
            elif isinstance(value, type):
                yield from ((method, value) for method in _methods(value).values())


def _modules() -> Iterator[ModuleType]:
    for module in walk_packages(domain.__path__, f"{domain.__name__}."):
        if module.name != __name__:
            yield import_module(module.name)


def _methods(kind: type) -> dict[str, FunctionType]:
    own = {name: getattr(value, "fget", value) for name, value in vars(kind).items()}
    return {
        name: value
        for name, value in own.items()
        # What a dataclass makes has no source.
        if isinstance(value, FunctionType) and not name.startswith("__")
    }


_RECORDED: Final = frozenset(CATALOGUE.values())
_ONCE: Final = frozenset(kind for kind in _RECORDED if kind.once)
_ALL_FOLLOW: Final = frozenset(getattr(kind, name) for kind in CATALOGUE.values() for name in _FOLLOWS)


@cache
def _held_once() -> frozenset[Attribute[Any]]:
    """Return what whatever happens `once` holds, which is read when it is recorded again."""
    return frozenset(change.attribute for kind in _ONCE for change in changes(kind))


@cache
def _asked_of() -> Mapping[str, frozenset[_Function]]:
    """Return the questions by name that are called on whatever is at hand: on a life, or on part of one."""
    helpers = {
        owner for _, owner in _functions() if owner is not None and owner.__module__.startswith(_EVENTS)
    }
    found: dict[str, set[_Function]] = {}
    for kind in (Life, History, *(each for each in helpers if not issubclass(each, Event | Part))):
        for name, method in _methods(kind).items():
            found.setdefault(name, set()).add(method)
    return {name: frozenset(methods) for name, methods in found.items()}


def _named(function: _Function, owner: type | None, rules: frozenset[str]) -> _Named:
    (parsed,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    # A decorator registers the function; it asks nothing but for the events that it names.
    tree = ast.Module(parsed.body, []) if isinstance(parsed, ast.FunctionDef) else parsed
    decorators = parsed.decorator_list if isinstance(parsed, ast.FunctionDef) else []
    of = (each for call in decorators if isinstance(call, ast.Call) for each in call.args)
    counted: set[int] = set()
    numbers: set[str] = set()
    members: set[str] = set()
    values: list[object] = [function.__globals__.get(each.id) for each in of if isinstance(each, ast.Name)]
    calls: set[_Function] = set()
    own = {} if owner is None else _methods(owner)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            values.append(function.__globals__.get(node.id))
        elif isinstance(node, ast.Attribute):
            members.add(node.attr)
            mine = isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr in own
            calls |= {own[node.attr]} if mine else _asked_of().get(node.attr, set())
            calls |= _ALL_FOLLOW if node.attr in _FOLLOWS else set()
            values += [*_ONCE, *_held_once()] if node.attr == "once" else []
        counting = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _COUNTING
        )
        if counting or isinstance(node, ast.Subscript):
            inside = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
            counted |= {id(each) for each in inside}
            numbers |= {each.value for each in inside if counting and each.value in rules}
    said = (each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in counted)
    found = [*_flat(values)]
    return _Named(
        calls=frozenset(calls | {each for each in found if isinstance(each, FunctionType)}),
        attributes=frozenset(each for each in found if isinstance(each, Attribute)),
        events=frozenset(each for each in found if each in _RECORDED),
        members=frozenset(members),
        asks=frozenset(each.value for each in said if each.value in rules),
        numbers=frozenset(numbers),
    )


def _flat(values: Iterable[object]) -> Iterator[object]:
    """Yield values, those within tuples, sets and constant mappings, and what gates ask.

    Other mappings are registries of everything, or memories.
    """
    for value in values:
        if value is GATES:
            yield from (gate.ask for gate in GATES.values())
        elif isinstance(value, MappingProxyType):
            yield from _flat((*value.keys(), *value.values()))
        elif isinstance(value, tuple | frozenset):
            yield from _flat(value)
        elif isinstance(value, FunctionType | Attribute | type):
            yield value
