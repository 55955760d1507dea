"""The forms of request bodies, for documentation and parsing."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from annotated_types import Predicate
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model
from pydantic.json_schema import models_json_schema

from api.contract.dimension_filters import MOST_WHERE, AgeBands, DimensionValue
from api.contract.extract_answers import FileChapter
from api.contract.filters import SORT, ReportCode, SortedBy, Stage
from api.contract.sentences import Language
from domain.envelope import Envelope, envelope_fields
from domain.event import Kind, Name, Number, Text, Title, Year
from domain.label import Label
from domain.limit import Area, limit
from domain.scope import PlaceCode
from domain.text import is_line
from ledger.codec.parsing import reachable
from projections.families import SORTS as FAMILY_SORTS
from projections.paging import MOST
from projections.register import SORTS as REGISTER_SORTS

REF: Final = "#/components/schemas/{model}"
MOST_ITEMS: Final = limit(
    500,
    Area.REQUESTS,
    Label("一次请求的项数，以及每项的事件数", "Items of one request, and events of one item"),
    why=Label("一次请求不应让其他人久等", "One request is not to keep the others waiting for long"),
    beyond="invalid",
)

MOST_PACK: Final = limit(
    256 * 1024,
    Area.REQUESTS,
    Label("一个规则包的字符数", "Characters of a rule pack"),
    why=Label("随附规则集的全部数值也不过如此", "All numbers of the shipped rulebook are no more"),
    beyond="invalid",
)
LONGEST_DAYS: Final = 3660
"""Days that a token lives at most: `api.identity.tokens` says why."""

EVENT: Final[dict[str, Any]] = {
    "type": "CareModeAssigned",
    "occurred_on": "2024-03-05",
    "data": {"mode": "ward", "unit": {"unknown": "not_asked"}},
    "documents": [{"kind": "placement_plan", "issued_on": "2024-03-04"}],
}
CHECK: Final[dict[str, Any]] = {
    "type": "InsuranceStatusChecked",
    "occurred_on": None,
    "occurred_until": "2024-03-31",
    "data": {"is_insured": False, "is_identity_verified": {"unknown": "not_on_paper"}},
}
"""Examples of what is sent."""


class Request(BaseModel):
    """A request body: no value is converted to another type, and no unknown member is accepted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class EventHead(Request):
    """An event without its envelope; `data` has the schema of `GET /event-types/{type}`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EVENT, CHECK]})

    type: Annotated[str, Field(max_length=100)]
    occurred_on: date | None
    occurred_until: date | None = None
    data: dict[str, Any]

    def envelope(self) -> Envelope:
        """Return the envelope; instants are in UTC, except those beyond the calendar there."""
        values: dict[str, Any] = {spec.name: getattr(self, spec.name) for spec in envelope_fields()}
        for name, value in values.items():
            if isinstance(value, datetime) and reachable(value):
                values[name] = value.astimezone(UTC)
        return Envelope(**values)


_SAID: Final[dict[str, Any]] = {
    spec.name: (spec.annotation, declared.default)
    for spec, declared in zip(envelope_fields(), fields(Envelope), strict=True)
}
EventRequest: Final = create_model("EventRequest", __base__=EventHead, **_SAID)
EventRequest.__doc__ = "An event with its envelope."


# Each event is parsed separately, so that all errors are reported at once.
AnyEvent: TypeAlias = Annotated[Any, WithJsonSchema({"$ref": REF.format(model="EventRequest")})]


class EventsRequest(Request):
    """Events to be recorded as a whole or not at all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"events": [EVENT]}]})

    events: Annotated[tuple[AnyEvent, ...], Field(min_length=1, max_length=MOST_ITEMS)]


class OpeningRequest(EventsRequest):
    """A file to be opened with its first events, for the recorder's own institution.

    A child outside institutions has a place instead: `region` is a township's own code, or one of a township
    or county in the region of a bureau.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"events": [CHECK, EVENT]}]})

    institution: UUID | None = None
    region: PlaceCode | None = None


class FileItemRequest(EventsRequest):
    """Events of one file; `version` is the one that the caller has seen, without it any will do."""

    version: Annotated[int | None, Field(ge=1, lt=2**31)] = None


class ItemRequest(FileItemRequest):
    """Events of one child."""

    child: UUID


class FamilyItemRequest(FileItemRequest):
    """Events of one family."""

    family: UUID


class InstitutionItemRequest(FileItemRequest):
    """Events of one institution."""

    institution: UUID


ITEMS: Final[Mapping[Kind, type[FileItemRequest]]] = MappingProxyType(
    {"child": ItemRequest, "family": FamilyItemRequest, "institution": InstitutionItemRequest}
)
"""An item by the kind of the file that it names."""
AnyItem: TypeAlias = Annotated[
    Any,
    WithJsonSchema({"anyOf": [{"$ref": REF.format(model=each.__name__)} for each in ITEMS.values()]}),
]


class ItemsRequest(Request):
    """Events of many files, each file's together; with `all_or_nothing`, all of them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"child": str(UUID(int=1)), "events": [EVENT]}]}]}
    )

    items: Annotated[tuple[AnyItem, ...], Field(min_length=1, max_length=MOST_ITEMS)]
    all_or_nothing: bool = False


class MoveRequest(Request):
    """An entry to be moved into another file of the same kind, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"to": str(UUID(int=1)), "explanation": "误记入他人档案"}]}
    )

    to: UUID
    explanation: Text


class ListRequest(Request):
    """The filters of the register, the day and what is known for which it answers, and the page to return."""

    file_no: Number | None = None
    stage: Stage | None = None
    institution: UUID | None = None
    departed: bool | None = None
    where: Annotated[list[DimensionValue], Field(max_length=MOST_WHERE)] | None = None
    bands: AgeBands | None = None
    as_of: date | None = None
    day: date | None = None
    known_at: Annotated[str | None, Field(max_length=40)] = None
    sort: Annotated[str | None, Field(description=SORT), SortedBy(REGISTER_SORTS)] = None
    total: bool = False
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str | None, Field(max_length=2000)] = None


class SearchRequest(ListRequest):
    """A search of the register: by characters, pinyin or initials of a name, or by the file number."""

    q: Annotated[str, Field(min_length=1, max_length=100), Predicate(is_line)]


class ImportAgainRequest(Request):
    """An import whose bytes are to be recorded, named by their digest as it is answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sha256": "0" * 64}]})

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class ReportRequest(Request):
    """A report to be issued: which one, of which year, and of which half or quarter where it is of one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"report": "quarterly", "year": 2026, "part": 3}]}
    )

    report: ReportCode
    year: Year
    part: Annotated[int | None, Field(ge=1, le=4)] = None
    as_of: date | None = None


class ExtractRequest(Request):
    """An extract of a file to be issued: which chapters of it, of which day, for what and for whom.

    With `blanks`, a character that the font lacks is left blank on the paper, with its code point beside it.
    `lang` is the language of its values; what was written in Chinese stays so.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "as_of": "2026-06-30",
                    "chapters": ["identity", "guardianship"],
                    "purpose": "办理入学",
                    "recipient": "某某市第一小学",
                }
            ]
        }
    )

    as_of: date | None = None
    known_at: Annotated[str | None, Field(max_length=40)] = None
    chapters: Annotated[tuple[FileChapter, ...], Field(min_length=1, max_length=MOST_ITEMS)]
    purpose: Text
    recipient: Title
    blanks: bool = False
    lang: Language = "zh"


class FamilyListRequest(Request):
    """The filters of the list of families, what is known for which it answers, and the page to return."""

    institution: UUID | None = None
    approved: bool | None = None
    known_at: Annotated[str | None, Field(max_length=40)] = None
    sort: Annotated[str | None, Field(description=SORT), SortedBy(FAMILY_SORTS)] = None
    total: bool = False
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str | None, Field(max_length=2000)] = None


class FamilySearchRequest(FamilyListRequest):
    """A search of the families: by characters, pinyin or initials of the name of whoever lives in one."""

    q: Annotated[str, Field(min_length=1, max_length=100), Predicate(is_line)]


class InstitutionRequest(Request):
    """An institution to be opened; without a `region`, where it lies is not known."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "望海市儿童福利院", "region": "371099"}]}
    )

    name: Title
    uscc: Number | None = None
    region: Number | None = None


class InstitutionChangeRequest(Request):
    """What changed of an institution; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"region": "371099"}]})

    name: Title | None = None
    uscc: Number | None = None
    region: Number | None = None


class RoleRequest(Request):
    """As what somebody is to be on the ledger: a role, and the institution or region that it is bound to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "bureau", "region": "3710"}]})

    role: Literal[
        "staff", "supervisor", "auditor", "placement_officer", "bureau", "township", "administrator"
    ]
    institution: UUID | None = None
    region: Number | None = None


class UserRequest(RoleRequest):
    """Somebody to be added to the directory, with the user name by which they are to sign in, if any."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "示例一", "role": "bureau", "region": "3710"}]}
    )

    name: Name
    login: Number | None = None
    mail: Number | None = None


class RoleChangeRequest(RoleRequest):
    """What somebody is to be instead; their name is typed once more, since all they enter with ends."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"named": "示例一", "role": "bureau", "region": "3710"}]}
    )

    named: Name


class NamedRequest(Request):
    """Whom an act is about that cannot be undone: their name, typed once more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"named": "示例一"}]})

    named: Name


class LoginRequest(Request):
    """The user name by which somebody is to sign in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"login": "shiliyi"}]})

    login: Number


class AccountRequest(Request):
    """The account by which somebody signs in at the identity provider: its subject; without one, none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"subject": "f3b1c2"}]})

    subject: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class TokenRequest(Request):
    """A token to be made: whose, what it is for, and for how many days."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"user": str(UUID(int=1)), "purpose": "夜间导入", "days": 90}]}
    )

    user: UUID
    purpose: Name
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
    may_approve: bool = True


class NothingRequest(Request):
    """Nothing beside what the address says."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class PackRequest(Request):
    """A rule pack: its name, and its text (TOML)."""

    name: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,60}$")]
    text: Annotated[str, Field(max_length=MOST_PACK)]


class RulebookRequest(Request):
    """A rulebook to be adopted: the shipped one under the packs adopted before, and with or without some.

    `digest` is that of the rulebook that a dry run showed; a dry run needs none.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": "0" * 64}]})

    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    packs: Annotated[tuple[PackRequest, ...], Field(max_length=20)] = ()
    without: Annotated[tuple[Annotated[str, Field(max_length=60)], ...], Field(max_length=20)] = ()


KINDS: Final[tuple[type[BaseModel], ...]] = (
    EventRequest,
    EventsRequest,
    OpeningRequest,
    *ITEMS.values(),
    ItemsRequest,
    MoveRequest,
    SearchRequest,
    ImportAgainRequest,
    ReportRequest,
    ExtractRequest,
    FamilySearchRequest,
    InstitutionRequest,
    InstitutionChangeRequest,
    UserRequest,
    RoleChangeRequest,
    NamedRequest,
    LoginRequest,
    TokenRequest,
    AccountRequest,
    NothingRequest,
    RulebookRequest,
)


def schemas() -> dict[str, Any]:
    """Return the JSON Schemas of request bodies, by name, for those of the app."""
    _, generated = models_json_schema([(kind, "validation") for kind in KINDS], ref_template=REF)
    schemas: dict[str, Any] = generated["$defs"]
    return schemas
