"""The catalogue of events, rules and codes, open to every token."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, NotRequired, TypeAlias, get_type_hints
from uuid import UUID

from fastapi import Path, Query
from typing_extensions import TypedDict

from api.contract.changes_told import ChangeAnswer, changes_json
from api.contract.encoding import JsonResponse
from api.contract.listing import Because, Listing, Titled, titled
from api.contract.masking import typed_dict
from api.contract.problems import ANYWHERE, Problem, not_found, responses
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest
from api.identity.permissions import oversees
from domain.codes import CodeTable, tables
from domain.event import CATALOGUE, Event, Field, Identified, chapter, fields_of
from domain.identified import id_asked
from domain.label import Label
from domain.possible import mending
from domain.rule_pack import Dated, packs_of
from domain.rulebook import DatedText, Decides, Pack, Papers, Rule, Strength
from domain.when import FIRST_DAY, LAST_DAY
from ledger.codec.json_schema import schema
from ledger.compute import compute

router = callers_router("catalogue")

_COST: Final = 5000
_NOT_OVERSEEN: Final = Label(
    "只能查看本机构、所辖地区机构的规则。",
    "The rules of one's own institution may be read, and those of institutions in one's region.",
)
"""To list all types for the first time costs as much as judging so many entries."""
_KNOWN: Final = ANYWHERE | responses("not_found")


class IdField(TypedDict):
    """What the ids in a field are of: any of these, in words."""

    of: list[Identified]
    zh: str
    en: str


class EventType(TypedDict):
    """An event that can be recorded; `personal` names the category of each personal field.

    `ids` tells of each field that holds an id what it is the id of.
    `changes` is all that it changes in a file, in the order in which it does.
    """

    type: str
    chapter: str
    kind: str
    label_zh: str
    label_en: str
    docstring: str | None
    schema: dict[str, Any]
    schema_version: int
    personal: dict[str, str]
    ids: dict[str, IdField]
    source: str
    changes: list[ChangeAnswer]


def _answer_of(kind: type[Dated], doc: str) -> Any:  # noqa: ANN401 - a type
    """Return the type of an answer about something that counts in one region for some days."""
    members = get_type_hints(kind) | {"from": date | None, "until": date | None}
    name = f"{kind.__name__.removeprefix('Dated')}Answer"
    return typed_dict(name, {each: hint for each, hint in members.items() if each != "since"}, doc)


if TYPE_CHECKING:
    PackAnswer: TypeAlias = dict[str, Any]
    PapersAnswer: TypeAlias = dict[str, Any]
    TextAnswer: TypeAlias = dict[str, Any]
else:
    PackAnswer = _answer_of(Pack, "One number of a rule, and where and when it counts; null is always.")
    PapersAnswer = _answer_of(Papers, "The papers that a rule requires in one case.")
    TextAnswer = _answer_of(DatedText, "A source in one region for some days, and its words if they differ.")


class RuleAnswer(Titled):
    """A rule with its words and source, those of other days and regions, its numbers, and what mends it.

    Its title names it in a list, the same in every rulebook. `region_of` says whose region selects texts and
    numbers.
    """

    rule: str
    strength: Strength
    zh: str
    en: str
    source: str
    verified: bool
    texts: list[TextAnswer]
    region_of: Decides
    packs: list[PackAnswer]
    papers: list[PapersAnswer]
    cured_by: list[str]
    cure_zh: str | None
    cure_en: str | None


class Rules(TypedDict):
    """Every rule of the rulebook that counts for an institution, or for the ledger where it is null.

    `packs` are the rule packs laid over it. `behind` are the rules of which this version ships another text
    or number, which counts once the institution adopts it (`childledger rules adopt`).
    """

    items: list[RuleAnswer]
    next: None
    digest: str
    institution: UUID | None
    adopted_on: date | None
    packs: list[str]
    behind: list[str]


class ValidityAnswer(TypedDict):
    """The first and the last year in which a code was valid (null: without a limit), and its name then."""

    since: int | None
    until: int | None
    name: str


class CodeAnswer(Because):
    """A code with its labels; `years` if its validity is limited or it had several names."""

    code: str
    years: NotRequired[list[ValidityAnswer]]


class CodeTableAnswer(TypedDict):
    """A code table."""

    table: str
    source: str
    texts: list[TextAnswer]
    codes: list[CodeAnswer]


@router.get("/event-types", responses=ANYWHERE | {200: {"model": Listing[EventType]}})
async def event_types() -> JsonResponse:
    """List every event that can be recorded, in the order of life."""

    def listed() -> list[EventType]:
        return [event_type_json(kind) for kind in CATALOGUE.values()]

    return JsonResponse({"items": await compute(listed, _COST), "next": None})


@router.get("/event-types/{type}", responses=_KNOWN | {200: {"model": EventType}})
async def event_type(
    name: Annotated[str, Path(alias="type", examples=["HouseholdRegistered"])],
) -> JsonResponse:
    """Return one event with its JSON Schema."""
    kind = CATALOGUE.get(name)
    if kind is None:
        raise not_found()
    return JsonResponse(event_type_json(kind))


@router.get("/rules", responses=ANYWHERE | responses("forbidden") | {200: {"model": Rules}})
async def rules(
    request: FileRequest,
    institution: Annotated[
        UUID | None, Query(description="Whose rulebook: the caller's own institution's by default.")
    ] = None,
) -> JsonResponse:
    """List every rule that counts for an institution, with its texts, its source and its numbers.

    Who is bound to no institution gets the rulebook of the ledger's version, unless they name one.
    """
    of = institution or request.actor.institution
    await request.check_institution(institution, "/query/institution")
    if of is not None and not oversees(request.actor, of):
        raise Problem("forbidden", _NOT_OVERSEEN)
    ledger = request.ledger
    book = await ledger.rulebook_known(of)
    return JsonResponse(
        {
            "items": [rule_json(rule) for rule in book.rules.values()],
            "next": None,
            "digest": book.digest,
            "institution": of,
            "adopted_on": None if of is None else await ledger.adopted_on(of),
            "packs": [*packs_of(book)],
            "behind": [*ledger.behind(book)],
        }
    )


@router.get("/codes", responses=ANYWHERE | {200: {"model": Listing[CodeTableAnswer]}})
async def code_tables() -> JsonResponse:
    """List every code table with its codes and its source."""
    return JsonResponse({"items": [code_table_json(table) for table in tables().values()], "next": None})


@router.get("/codes/{table}", responses=_KNOWN | {200: {"model": CodeTableAnswer}})
async def codes(table: Annotated[str, Path(examples=["stage"])]) -> JsonResponse:
    """Return one code table."""
    known = tables().get(table)
    if known is None:
        raise not_found()
    return JsonResponse(code_table_json(known))


def event_type_json(kind: type[Event]) -> EventType:
    """Return an event type in the form of the contract."""
    return {
        "type": kind.__name__,
        "chapter": chapter(kind),
        "kind": kind.kind,
        "label_zh": kind.label.zh,
        "label_en": kind.label.en,
        "docstring": kind.__doc__,
        "schema": schema(kind),
        "schema_version": kind.schema,
        "personal": {spec.name: spec.personal.category.value for spec in fields_of(kind) if spec.personal},
        "ids": {spec.name: _id_json(spec) for spec in fields_of(kind) if spec.id_of},
        "source": kind.source,
        "changes": changes_json(kind),
    }


def _id_json(spec: Field) -> IdField:
    asked = id_asked(spec)
    return {"of": list(spec.id_of), "zh": asked.zh, "en": asked.en}


def rule_json(rule: Rule) -> RuleAnswer:
    """Return a rule in the form of the contract."""
    cure = rule.cured()
    return {
        "rule": rule.id,
        **titled(rule),
        "strength": rule.strength,
        "zh": rule.zh,
        "en": rule.en,
        "source": rule.source,
        "verified": rule.verified,
        "cured_by": list(mending(rule)),
        "cure_zh": None if cure is None else cure.zh,
        "cure_en": None if cure is None else cure.en,
        "region_of": rule.region,
        "texts": [_dated_json(text) for text in rule.texts],
        "packs": [_dated_json(pack) for pack in rule.packs],
        "papers": [_dated_json(papers) for papers in rule.papers],
    }


def _dated_json(dated: Dated) -> dict[str, Any]:
    shown = asdict(dated)
    return {"from": _bound(shown.pop("since")), **shown, "until": _bound(dated.until)}


def _bound(day: date) -> date | None:
    return None if day in {FIRST_DAY, LAST_DAY} else day


def code_table_json(table: CodeTable) -> CodeTableAnswer:
    """Return a code table in the form of the contract."""
    return {
        "table": table.name,
        "source": table.source,
        "texts": [_dated_json(text) for text in table.texts],
        "codes": [_code_json(table, code) for code in table.codes],
    }


def _code_json(table: CodeTable, code: str) -> CodeAnswer:
    label, spans = table.codes[code], table.years.get(code, ())
    answer: CodeAnswer = {"code": code, "zh": label.zh, "en": label.en}
    if any(span.ended or span.began for span in spans):
        answer["years"] = [
            {
                "since": span.since if span.began else None,
                "until": span.until if span.ended else None,
                "name": span.name,
            }
            for span in spans
        ]
    return answer
