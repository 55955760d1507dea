"""The fields of a file that can be explained: their paths, their names, and the question that each answers.

A path is that of the member in the file's answer (`household.registered`, `age`), a rule's under the counts
(`obligations.D11`, `findings.I14`), or a gate's number (`gates.6`).
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.contract.file_status import age_json, held_json, waiting_json, waits_as
from api.contract.findings import finding_json
from api.contract.obligations import obligation_json
from domain.event import Category, Kind, Label
from domain.events.intake import FILE_NO
from domain.file import ATTRIBUTES, Attribute, File
from domain.life import STAGE, Life
from domain.obligations import OBLIGATIONS
from domain.readiness import GATES, weight
from domain.rulebook import Rulebook
from domain.scope import scope_of
from projections.findings import Finding, findings_on, findings_under
from projections.obligations import Obligation, obligations_of
from projections.withholding import Resting, listed

FieldQuestion: TypeAlias = Callable[[File], Any]
"""What a file answers in the form of the contract; it reads nothing but the file it is given."""

AGE_RULE: Final = "R-AGE-1"
_WAITING: Final[Mapping[str, Label]] = {
    "overdue": Label("逾期事项数", "Obligations overdue"),
    "due_30_days": Label("30日内到期事项数", "Obligations due within 30 days"),
}
_ITSELF: Final[Mapping[str, Label]] = {
    "institution": Label("负责机构", "Institution in charge"),
    "version": Label("档案条目数", "Entries of the file"),
    "position": Label("档案最新条目的位置", "Position of the file's latest entry"),
    "known_position": Label("查阅所依据的位置", "Position as known at"),
    "as_of": Label("查阅的日期", "Day asked for"),
    "restricted": Label("限制处理", "Processing restricted"),
}
_NAME: Final[Mapping[Kind, Label]] = {
    "child": Label("档案标识", "The child's id"),
    "family": Label("家庭编号", "The family's id"),
    "institution": Label("机构编号", "The institution's id"),
}
_AGE: Final[Mapping[str, Label]] = {
    "age": Label("年龄", "Age"),
    "age.years": Label("周岁", "Full years of age"),
    "age.estimated": Label("年龄是否为推定", "Whether the age is estimated"),
    "age.uncertain": Label("年龄是否不确定", "Whether the age is uncertain"),
}


@dataclass(frozen=True, slots=True)
class FieldReading:
    """How a file is read: whose it is, on which day, by which rules, as known where, and who is told.

    `causes` are the causes of entries that the reader may be told of, each with its file.
    `recorders` are the names of those whom the caller may know.
    """

    file_id: UUID
    kind: Kind
    day: date
    known: int
    rulebook: Rulebook
    sees: AbstractSet[Category]
    causes: Mapping[UUID, UUID] = field(default_factory=dict)
    recorders: Mapping[UUID, str] = field(default_factory=dict)

    def life(self, file: File) -> Life:
        """Return a file on the day."""
        return Life(file, self.day, self.rulebook)

    def told(self, row: Resting) -> bool:
        """Whether a row may be told."""
        return set(map(Category, row.rests_on)) <= self.sees


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """A field of a file, with its name and its question.

    `attribute` is the attribute that it shows, `rules` are those by which it is found, `personal` is the
    category of its value, and `counts` says that it counts the fields under `parts`.
    """

    path: str
    label: Label
    ask: FieldQuestion
    attribute: Attribute[Any] | None = None
    rules: tuple[str, ...] = ()
    personal: Category | None = None
    counts: Callable[[File], list[str]] | None = field(default=None)


@lru_cache(maxsize=8)
def fields_explained(kind: Kind, rulebook: Rulebook) -> Mapping[str, Label]:
    """Return the name of every field of a file of a kind that can be explained, by its path."""
    rules = rulebook.rules
    return {
        **({"place": Label("属地", "Place in charge")} if kind == "child" else {}),
        **_ITSELF,
        kind: _NAME[kind],
        **dict(_of_a_life(kind)),
        "findings": Label("问题数", "Findings"),
        "obligations": Label("待办事项数", "Obligations that wait"),
        **{f"obligations.{name}": label for name, label in _WAITING.items()},
        **({f"gates.{number}": gate.label for number, gate in GATES.items()} if kind == "child" else {}),
        **{f"obligations.{rule}": _words(rules[rule]) for rule in OBLIGATIONS if rule in rules},
        **{f"findings.{rule}": _words(each) for rule, each in rules.items()},
    }


def _words(rule: Any) -> Label:  # noqa: ANN401 - a rule
    return Label(rule.zh, rule.en)


def _of_a_life(kind: Kind) -> Iterator[tuple[str, Label]]:
    if kind == "child":
        yield from [("stage", STAGE.label), ("file_no", FILE_NO.label), *_AGE.items()]
    for path, attribute in attributes_shown(kind).items():
        yield path, attribute.label


def path_of_attribute(attribute: Attribute[Any]) -> str:
    """Return where the answer about a file shows an attribute; one of `life.` is in no answer of its own."""
    shown = {STAGE: "stage", FILE_NO: "file_no"}
    return shown.get(attribute, f"{attribute.chapter}.{attribute.name}")


def attributes_shown(kind: Kind) -> dict[str, Attribute[Any]]:
    """Return the attributes that the answer about a file of a kind shows under their chapters, by path."""
    return {
        f"{chapter}.{name}": each
        for (chapter, name), each in ATTRIBUTES.items()
        if each.kind == kind and chapter != "life" and each is not FILE_NO
    }


def explained_field(path: str, reading: FieldReading) -> ExplainedField:
    """Return the field at one of the paths of `fields_explained`."""
    label = fields_explained(reading.kind, reading.rulebook)[path]
    chapter, _, name = path.partition(".")
    attribute = {"stage": STAGE, "file_no": FILE_NO}.get(path) or attributes_shown(reading.kind).get(path)
    if attribute is not None:
        return ExplainedField(
            path,
            label,
            partial(_held, reading, attribute, chapter == path),
            attribute=attribute,
            personal=attribute.personal,
        )
    match chapter:
        case "age":
            return ExplainedField(path, label, partial(_age, reading, name), rules=(AGE_RULE,))
        case "gates":
            gate = GATES[int(name)]
            return ExplainedField(path, label, partial(_gate, reading, gate.number), rules=(gate.rule,))
        case "obligations" if name in _WAITING or not name:
            return ExplainedField(
                path, label, partial(_waiting, reading, name), counts=partial(_waiting_parts, reading, name)
            )
        case "obligations":
            return ExplainedField(path, label, partial(_obligations, reading, name), rules=(name,))
        case "findings" if not name:
            return ExplainedField(
                path, label, partial(_found, reading), counts=partial(_found_parts, reading)
            )
        case "findings":
            return ExplainedField(path, label, partial(_findings, reading, name), rules=(name,))
    return ExplainedField(path, label, partial(_of_the_file, reading, path))


def _held(reading: FieldReading, attribute: Attribute[Any], plain: bool, file: File) -> Any:  # noqa: ANN401, FBT001 - of the contract; bound by position
    shown = held_json(reading.life(file), attribute, reading.sees)
    return shown["value"] if plain and isinstance(shown, dict) else shown


def _age(reading: FieldReading, member: str, file: File) -> Any:  # noqa: ANN401 - of the contract
    shown: Any = age_json(reading.life(file), reading.day)
    return shown[member] if shown is not None and member else shown


def _gate(reading: FieldReading, number: int, file: File) -> dict[str, Any]:
    gate, life = GATES[number], reading.life(file)
    result = gate.answer(life).shown(reading.sees)
    rule = result.rule or reading.rulebook[gate.rule]
    hidden = result.state == "restricted"
    return {
        "state": result.state,
        "weight": weight(gate, result, reading.rulebook),
        "evidence": list(result.evidence),
        "missing_zh": result.missing and result.missing.zh,
        "missing_en": result.missing and result.missing.en,
        "source": rule.source,
        "verified": rule.verified,
        "rests_on": None if hidden else listed(result.rests_on),
    }


def ids_in(answer: Any) -> set[UUID]:  # noqa: ANN401 - of the contract
    """Return the ids that an answer names."""
    if isinstance(answer, UUID):
        return {answer}
    inner = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ()
    return set[UUID]().union(*map(ids_in, inner))


def clocks_told(reading: FieldReading, rule: str | None, file: File) -> list[Obligation]:
    """Return the obligations opened by the day, of one rule or of all, as far as they are told."""
    every = obligations_of(file, reading.file_id, reading.rulebook, rule)
    return [each for each in every if each.state(reading.day) is not None and reading.told(each)]


def findings_told(reading: FieldReading, rule: str | None, file: File) -> list[Finding]:
    """Return the findings of the day, of one rule or of all, as far as they are told."""
    if rule is None:
        every = findings_on(file, reading.file_id, reading.rulebook, reading.day)
    else:
        every = findings_under(file, reading.file_id, reading.rulebook, rule)
    return [each for each in every if each.speaks(reading.day) and reading.told(each)]


def _obligations(reading: FieldReading, rule: str, file: File) -> list[Any]:
    return [
        obligation_json(each, reading.day, kind=reading.kind) for each in clocks_told(reading, rule, file)
    ]


def _findings(reading: FieldReading, rule: str, file: File) -> list[Any]:
    return [finding_json(each, kind=reading.kind) for each in findings_told(reading, rule, file)]


def _waiting(reading: FieldReading, member: str, file: File) -> Any:  # noqa: ANN401 - of the contract
    shown: Any = waiting_json(clocks_told(reading, None, file), reading.day)
    return shown[member] if member else shown


def _waiting_parts(reading: FieldReading, member: str, file: File) -> list[str]:
    waiting = ((each.rule, waits_as(each, reading.day)) for each in clocks_told(reading, None, file))
    counted = [rule for rule, way in waiting if way is not None and member in {"", way}]
    return [f"obligations.{rule}" for rule in dict.fromkeys(counted)]


def _found(reading: FieldReading, file: File) -> int:
    return len(findings_told(reading, None, file))


def _found_parts(reading: FieldReading, file: File) -> list[str]:
    return [
        f"findings.{rule}" for rule in dict.fromkeys(each.rule for each in findings_told(reading, None, file))
    ]


def _of_the_file(reading: FieldReading, path: str, file: File) -> Any:  # noqa: ANN401 - of the contract
    if not file.entries:
        return None
    match path:
        case "institution" if reading.kind != "institution":
            return scope_of(file).institution
        case "place":
            return scope_of(file).place
        case "version":
            return file.newest.version
        case "position":
            return file.newest.position
        case "known_position":
            return reading.known
        case "as_of":
            return reading.day
        case "restricted":
            return scope_of(file).restricted_through is not None
    return reading.file_id
