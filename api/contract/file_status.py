"""A file in the form of answers: what holds on a day, chapter by chapter."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.masking import PersonalValue, restricted, typed_dict
from domain.event import Category, Erased, Kind, Unknown
from domain.events.departure import death
from domain.file import ATTRIBUTES, Attribute, Fact
from domain.life import BIRTH, Life, is_birth_estimated
from domain.when import Days, add, age
from projections.obligations import Obligation

SOON_DAYS: Final = 30
"""What is due so many days after a day at the latest is due soon."""


class AgeAnswer(TypedDict):
    """Full years of age; `uncertain` if the day of birth allows several."""

    years: int
    estimated: bool
    uncertain: bool


class WaitingAnswer(TypedDict):
    """The numbers of obligations that are overdue, and that are due within 30 days."""

    overdue: int
    due_30_days: int


class FileListsAnswer(TypedDict):
    """The addresses of the lists behind the counts of a file: of its findings, and of what waits."""

    findings: str
    overdue: str
    due_30_days: str


class ChildOfFamilyAnswer(TypedDict):
    """A child that a family fosters or adopted from a day on: `until` is the last one if that has passed."""

    child: UUID
    name: PersonalValue
    bond: str
    since: date
    until: date | None
    entry: UUID


class OccupancyAnswer(TypedDict):
    """How many children are in an institution's charge on a day, and of them in the house or with families.

    Of those `not_known` it is not recorded, or not known, in which way they are cared for. `list` is the
    address of the list of all of them.
    """

    in_care: int
    in_house: int
    fostered: int
    not_known: int
    list: str


_OF_A_CHILD: Final = {
    "place": str | None,
    "file_no": PersonalValue,
    "stage": str | None,
    "age": AgeAnswer | None,
}


def file_answer(kind: Kind) -> Any:  # noqa: ANN401 - a type
    """Return the type of the status of a file of a kind."""
    chapters = [name for (name, _), each in ATTRIBUTES.items() if each.kind == kind and name != "life"]
    members: dict[str, Any] = {
        "institution": UUID | None,
        kind: UUID,
        "version": int,
        "position": int,
        "known_position": int,
        "as_of": date,
        **(_OF_A_CHILD if kind == "child" else {}),
        "restricted": bool,
        **({"children": list[ChildOfFamilyAnswer]} if kind == "family" else {}),
        **({"occupancy": OccupancyAnswer | None} if kind == "institution" else {}),
        "findings": int,
        "obligations": WaitingAnswer,
        "lists": FileListsAnswer,
        **dict.fromkeys(chapters, dict[str, Any]),
    }
    return typed_dict(
        "FileAnswer" if kind == "child" else f"{kind.capitalize()}FileAnswer",
        members,
        "A file's status on a day; each chapter has one member per attribute, null if nothing holds.",
    )


WHO: Final[Mapping[Kind, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "child": ("identity", ("name", "sex", "birth")),
        "family": ("profile", ("applicant",)),
        "institution": ("particulars", ("name",)),
    }
)
"""By which attributes of a chapter it is known at sight whose file one is, the name first."""
_SUMMED: Final = {
    "institution": UUID | None,
    "child": UUID,
    "version": int,
    "position": int,
    "known_position": int,
    "as_of": date,
    "restricted": bool,
    **_OF_A_CHILD,
    "findings": int,
    "obligations": WaitingAnswer,
    "lists": FileListsAnswer,
}
SummaryAnswer: Final[Any] = typed_dict(
    "SummaryAnswer",
    {**_SUMMED, "identity": dict[str, Any]},
    "Whose a file is on a day, and how much is due and found; `identity` has name, sex and birth.",
)


class RegisterRow(TypedDict):
    """A child's file as the register lists it; `list` is the address of what is overdue."""

    child: UUID
    file_no: PersonalValue
    name: PersonalValue
    sex: str | None
    birth_on: date | None
    birth_until: date | None
    birth_estimated: bool
    stage: str | None
    institution: UUID | None
    place: str | None
    admitted_on: date | None
    departed_on: date | None
    overdue: int
    list: str


class FamilyRow(TypedDict):
    """A family's file as the list of families has it: when it was approved and trained, if that holds."""

    family: UUID
    applicant: PersonalValue
    region: str | None
    institution: UUID | None
    approved_on: date | None
    trained_on: date | None


def file_json(
    life: Life,
    day: date,
    *,
    obligations: list[Obligation],
    findings: int,
    sees: AbstractSet[Category],
    kind: Kind = "child",
) -> dict[str, Any]:
    """Return a life on its day in the form of the contract, without the ids and versions of the file."""
    shown: dict[str, Any] = status_json(life, sees, kind)
    if kind == "child":
        life_status = shown.pop("life")
        shown |= {
            "file_no": _plain(shown["intake"].pop("file_no")),
            "stage": _plain(life_status["stage"]),
            "age": age_json(life, day),
        }
    return shown | {"findings": findings, "obligations": waiting_json(obligations, day)}


def status_json(life: Life, sees: AbstractSet[Category], kind: Kind = "child") -> dict[str, dict[str, Any]]:
    """Return what holds on the life's day: one object per chapter, with one member per attribute.

    These are the chapters of files of that kind. A member is null if nothing holds, and a list if several
    values may hold at once. When the child has left, the days of the last stay are still told, with the last
    day on which they held. A hidden attribute reveals neither.
    """
    chapters: dict[str, dict[str, Any]] = {}
    for (name, attribute_name), attribute in ATTRIBUTES.items():
        if attribute.kind == kind:
            chapters.setdefault(name, {})[attribute_name] = held_json(life, attribute, sees)
    return chapters


def held_json(life: Life, attribute: Attribute[Any], sees: AbstractSet[Category]) -> Any:  # noqa: ANN401 - one value or several
    """Return one member of `status_json`."""
    holding = _holding(life, attribute, sees)
    if attribute.several:
        return holding
    return holding[-1] if holding else None


def _holding(life: Life, attribute: Attribute[Any], sees: AbstractSet[Category]) -> list[dict[str, Any]]:
    """Return the values that hold; of a hidden attribute, neither whether one holds nor since when."""
    if attribute.personal is not None and attribute.personal not in sees:
        return [{"value": restricted(attribute.personal)}]
    holding = [fact_json(fact, fact.held.until) for fact in life.each(attribute)]
    if holding or not (attribute.stays_readable and life.gone):
        return holding
    ended = life.lately(attribute)
    return [] if ended is None else [fact_json(ended.fact, ended.until)]


def fact_json(fact: Fact[Any], until: date | None) -> dict[str, Any]:
    """Return a value that holds or held, since when (null is *since unknown*), until when, and its entry.

    `since_until` is the last day on which it may have begun, if that day is uncertain.
    """
    held = fact.held
    shown = attribute_json(held.value)
    if held.days is not None:
        shown["since"] = held.days.first
        if not held.days.exact:
            shown["since_until"] = held.days.last
    if until is not None:
        shown["until"] = until
    return {**shown, "entry": fact.entry.entry_id}


def attribute_json(value: object) -> dict[str, Any]:
    """Return an attribute's value as `value`, or a value of several parts by their names."""
    match value:
        case Days():
            return {"value": value.first, "value_until": value.last}
        case Unknown() | Erased():
            return {"value": value}
        case _ if is_dataclass(value):
            return {spec.name: getattr(value, spec.name) for spec in fields(value)}
    return {"value": value}


def age_json(life: Life, day: date) -> AgeAnswer | None:
    """Return full years on a day, or at death; `uncertain` if the birth leaves them open.

    There is no age before the earliest day of birth.
    """
    birth = life.now(BIRTH)
    if birth is None or birth.held.value is None:
        return None
    died = death(life)
    at, born = day if died is None else min(day, died.days.last), birth.held.value
    if at < born.earliest:
        return None
    years = max(age(born.last, at), 0)
    uncertain = born.first is None or at < born.last or age(born.first, at) != years
    return {"years": years, "estimated": is_birth_estimated(birth), "uncertain": uncertain}


def _plain(shown: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - whatever an attribute holds
    return None if shown is None else shown["value"]


def waiting_json(obligations: Sequence[Obligation], day: date) -> WaitingAnswer:
    """Return how many of these obligations wait on a day."""
    waiting = [waits_as(each, day) for each in obligations]
    return {"overdue": waiting.count("overdue"), "due_30_days": waiting.count("due_30_days")}


def waits_as(obligation: Obligation, day: date) -> Literal["overdue", "due_30_days"] | None:
    """Return the member of `WaitingAnswer` that counts an obligation on a day, if one does."""
    state = obligation.state(day)
    if state == "overdue":
        return "overdue"
    return "due_30_days" if state == "due" and obligation.due_on <= add(day, days=SOON_DAYS) else None
