"""What an event is, and the markers from which its schema, form, sealing and sentence derive.

An event is a frozen dataclass named subject + past participle. It holds only the business fact; the entry
around it holds the recorder, the days and the papers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from re import fullmatch
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    dataclass_transform,
    get_args,
    get_type_hints,
)
from uuid import UUID

from annotated_types import Ge, Le, MaxLen, MinLen, Predicate

from domain import citizen_id
from domain.label import Label as Label  # noqa: PLC0414 - a marker of events, imported with the others
from domain.limit import Area, limit
from domain.resting import Categories, Noted
from domain.text import is_digits, is_term, is_text

if TYPE_CHECKING:
    from domain.entry import AnyEntry
    from domain.file import Facts
    from domain.life import Life
    from domain.refusal import Refusals

Kind: TypeAlias = Literal["child", "family", "institution"]
Identified: TypeAlias = Literal["entry", Kind, "person", "user", "paper"]
"""What an id is of: an entry of the file, the file of a kind, a person without a file, a user, a paper."""
End: TypeAlias = Literal["departure", "adoption", "death"]
"""What ends something in a life: that the child left care, was adopted, or died."""


class Category(StrEnum):
    """The law's sets of personal data; each is sealed, shown and erased by itself (design 5.3)."""

    IDENTITY = "identity"
    CONTACT = "contact"
    HEALTH = "health"
    RESTRICTED_HEALTH = "restricted-health"
    SAFEGUARDING = "safeguarding"
    ADOPTION = "adoption"
    FAMILY = "family"


WHOLLY_SEALED: Final = frozenset({Category.RESTRICTED_HEALTH, Category.SAFEGUARDING, Category.ADOPTION})
"""Categories in which codes and dates are sealed too."""
EVERY_CATEGORY: Final = frozenset(Category)


@dataclass(frozen=True, slots=True)
class Personal:
    """The field is sealed under this category.

    `subject` names the field of the same event that holds the subject's uuid, if the data is another
    person's than the child's (an adopter's, a claimant's).
    """

    category: Category
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class SealedWithEvent:
    """The value is personal, under the category of the event: one of the envelope, or one of many events."""


@dataclass(frozen=True, slots=True)
class TellsOfEvent:
    """The envelope's value, and even its presence, reveals the content of the event.

    It is sealed wholly, if the event's category is.
    """


@dataclass(frozen=True, slots=True)
class Code:
    """The value comes from this table of `domain/codes/`."""

    table: str


@dataclass(frozen=True, slots=True)
class CodeBy:
    """The text may be a code: of which table says the value of another field of the event.

    `tables` are the names of tables by that value. Any other text is what it says.
    """

    field: str
    tables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts, as said behind it in Chinese and, where its label does not say so, in English."""

    symbol: str | None
    zh: str


@dataclass(frozen=True, slots=True)
class Refers:
    """The value is the id of an entry of this type in the same file; `rule` is broken when there is none."""

    type: str
    rule: str = "E05"


@dataclass(frozen=True, slots=True)
class IdOf:
    """The value is the id of one of these, and of nothing else that has an id (E15, E17)."""

    kinds: tuple[Identified, ...]


@dataclass(frozen=True, slots=True)
class OfFile:
    """The value is the id of somebody of whom the same file holds personal data already."""


@dataclass(frozen=True, slots=True)
class Names:
    """The value names what entries of other files name too, such as a family that fosters several children.

    An entry that names it is judged with its file, if it has one, and with every file that names it. What is
    sealed wholly has no file: the ledger keeps a keyed hash of it, and one of nothing where it is not known.
    """


@dataclass(frozen=True, slots=True)
class NotBefore:
    """The day is not before that of another field of the event; without one, not before the event itself.

    Of two instants the later one is not before the other on the same day either.
    """

    field: str | None = None


@dataclass(frozen=True, slots=True)
class NotAfter:
    """The day is not after the event itself."""


@dataclass(frozen=True, slots=True)
class ByNextYear:
    """The year is at most the one after the event."""


@dataclass(frozen=True, slots=True)
class Past:
    """The day had come when it was recorded."""


Order: TypeAlias = NotBefore | NotAfter | ByNextYear | Past
"""The required order of a field's day or year and other days, without which not all can be true."""


@dataclass(frozen=True, slots=True)
class KeptAs:
    """This function normalises the text, so that each value has one spelling."""

    write: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer to a mandatory field without a value: the reason why there is none."""

    unknown: Literal["not_asked", "not_known", "not_on_paper"]


@dataclass(frozen=True, slots=True)
class Erased:
    """The replacement of a value whose key was destroyed."""

    erased: str


T = TypeVar("T")
Answered: TypeAlias = T | Unknown
"""A field that must be answered: by a value, or by why there is none."""

LONGEST_TEXT: Final = limit(
    4000,
    Area.FACTS,
    Label("一项文字说明的字符数", "Characters of a text"),
    why=Label("够写一页；更长的请附材料", "A page; what is longer is a paper of its own"),
    beyond="invalid",
)
LONGEST_NAME: Final = limit(
    50,
    Area.FACTS,
    Label("人名的字符数", "Characters of a person's name"),
    why=Label("最长的姓名也够写，检索词也有限", "The longest have fewer, and each is found by all its parts"),
    beyond="invalid",
)
LONGEST_TITLE: Final = limit(
    200,
    Area.FACTS,
    Label("机构、地点等名称的字符数", "Characters of the name of a body or a place"),
    why=Label("含上级机构全称", "With the names of all bodies above it"),
    beyond="invalid",
)
LONGEST_NUMBER: Final = limit(
    100,
    Area.FACTS,
    Label("证件、档案等号码的字符数", "Characters of the number of a paper or a file"),
    why=Label("够写任何文号", "Enough for the number of any paper"),
    beyond="invalid",
)
Text: TypeAlias = Annotated[str, MinLen(1), MaxLen(LONGEST_TEXT), Predicate(is_text)]
"""Free text, in one line or several."""
Name: TypeAlias = Annotated[str, MinLen(1), MaxLen(LONGEST_NAME), Predicate(is_term)]
"""The name of a person, which the search finds."""
Title: TypeAlias = Annotated[str, MinLen(1), MaxLen(LONGEST_TITLE), Predicate(is_term)]
"""The name of an organisation, a place, a course: of no person."""
Number: TypeAlias = Annotated[str, MinLen(1), MaxLen(LONGEST_NUMBER), Predicate(is_term)]
"""The number of a paper, a person or an account, as written."""
IdNumber: TypeAlias = Annotated[Number, KeptAs(citizen_id.written)]
"""A number that may be a citizen id: as written, but for a small x at its end."""
AtLeastOne: TypeAlias = Annotated[tuple[T, ...], MinLen(1)]
"""Several of a kind, where none at all would tell nothing."""
Count: TypeAlias = Annotated[int, Ge(0), Le(100_000)]
Amount: TypeAlias = Annotated[Decimal, Ge(0), Le(100_000_000)]
"""Money in yuan."""
Points: TypeAlias = Annotated[Decimal, Ge(0), Le(100_000)]
"""The result on a scale."""
Height: TypeAlias = Annotated[Decimal, Ge(20), Le(250)]
"""In centimetres: from the smallest newborn to the tallest adult."""
Weight: TypeAlias = Annotated[Decimal, Ge(0), Le(300)]
"""In kilograms: up to the heaviest adult."""
Region: TypeAlias = Annotated[str, MinLen(6), MaxLen(6), Predicate(is_digits)]
"""A county, prefecture or province of GB/T 2260; one that the table lacks is a finding, not a refusal."""


def is_month(text: str) -> bool:
    """Return whether a text names a calendar month, as in 2024-03."""
    return fullmatch("(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", text) is not None


Year: TypeAlias = Annotated[int, Ge(1998), Le(2200)]
"""The year for which something is paid, by which it begins; basic medical insurance began in 1998."""
Month: TypeAlias = Annotated[str, MinLen(7), MaxLen(7), Predicate(is_month)]
"""A calendar month, as in 2024-03."""


def known(value: T | Unknown | None) -> T | None:
    """Return the value itself; None if it is unknown, erased or not stated."""
    return None if isinstance(value, (Unknown, Erased)) else value


def known_or_erased(value: T | Unknown | None) -> T | None:
    """Return the value itself, or that it was erased; None if it is unknown or not stated.

    What was erased was said, and nothing that was said before holds in its stead.
    """
    return None if isinstance(value, Unknown) else value


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event or of its envelope, with its markers resolved."""

    name: str
    annotation: Any
    label: Label
    personal: Personal | None
    sealed_with_event: bool
    tells_of_event: bool
    code: Code | None
    code_by: CodeBy | None
    unit: Unit | None
    refers: Refers | None
    id_of: tuple[Identified, ...]
    """What its value is the id of; empty where it is no id."""
    of_file: bool
    """Whether its value is the id of somebody of whom the file holds personal data."""
    names: bool
    orders: tuple[Order, ...]
    is_past: bool
    """Whether its value is stated as past, as one of its orders says."""
    holds_orders: bool
    """Whether a part of its value has days in a required order."""
    required: bool
    holds_codes: bool
    """Whether its value, or a part of it, is of a code table."""
    holds_dates: bool
    """Whether its value, or a part of it, may be a date."""

    @property
    def states_days(self) -> bool:
        """Whether its value is a day or a year, or has one in a part."""
        return self.holds_dates or self.holds_orders or bool(self.orders)

    @property
    def codes_in_clear(self) -> bool:
        """Whether its value, or a part of it, is of a code table, and not personal."""
        return self.holds_codes and self.personal is None

    @property
    def codes_personal(self) -> bool:
        """Whether its value, or a part of it, is of a code table, and personal."""
        return self.holds_codes and self.personal is not None

    def code_beside(self, said: Callable[[str], Any]) -> Code | None:
        """Return of which table its value is; `said` returns what another field of the same event says."""
        if self.code_by is None:
            return self.code
        table = self.code_by.tables.get(said(self.code_by.field))
        return None if table is None else Code(table)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Part:
    """A group of values inside an event, such as one item of a list."""

    def __init_subclass__(cls, **arguments: Any) -> None:  # noqa: ANN401 - passed on as it came
        super().__init_subclass__(**arguments)
        dataclass(frozen=True, kw_only=True)(cls)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Event:
    """Something that happened, as a frozen keyword-only dataclass.

    Class arguments: `zh` and `en`, the label; `seals`, the category of what is personal in it, also
    of the entry's note and papers; `schema`, the payload version; `kind`, whose stream it belongs to;
    `source`, the text that asks for it; `ends_with`, after what it does not happen any more (E06, I20, I31);
    `once`, whether it happens once to what it ends or answers (E18); `asks_who_names_it`, whether it is
    judged with the files that name its own.
    """

    label: ClassVar[Label]
    seals: ClassVar[Category]
    sealed: ClassVar[Categories]
    """The category of which its codes and days tell too; none for most."""
    schema: ClassVar[int]
    kind: ClassVar[Kind]
    source: ClassVar[str]
    ends_with: ClassVar[End | None]
    """After what it does not happen until the child is taken in again.

    What ends with a departure ends with an adoption or a death, too, and what ends with an adoption with a
    death. None, if it may follow even a death.
    """
    once: ClassVar[bool]
    """Whether it does not happen again before that has begun again, or another one like it."""
    asks_who_names_it: ClassVar[bool]
    """Whether it is judged with every file that names its own, as what `Names()` is with those it names."""
    sealed_papers: ClassVar[frozenset[str]] = frozenset()
    """What `papers` may answer, where only personal values tell which."""

    def __init_subclass__(  # noqa: PLR0913 - what there is to say of every event
        cls,
        *,
        zh: str,
        en: str,
        source: str,
        seals: Category = Category.IDENTITY,
        schema: int = 1,
        kind: Kind = "child",
        ends_with: End | None = "death",
        once: bool = False,
        asks_who_names_it: bool = False,
    ) -> None:
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)
        cls.label, cls.seals, cls.schema = Label(zh, en), seals, schema
        cls.kind, cls.source, cls.ends_with, cls.once = kind, source, ends_with, once
        cls.asks_who_names_it = asks_who_names_it
        cls.sealed = frozenset({seals}) & WHOLLY_SEALED
        if cls.__name__ in CATALOGUE:
            message = f"two events are called {cls.__name__}"
            raise TypeError(message)
        CATALOGUE[cls.__name__] = cls
        defaults = {spec.name: spec.default for spec in fields(cls)}  # type: ignore[arg-type]  # made a dataclass above
        for spec in fields_of(cls):
            if spec.personal is not None:
                setattr(cls, spec.name, Noted(spec.name, spec.personal.category, defaults[spec.name]))

    def impossible(self, entry: "AnyEntry") -> "Refusals":
        """What contradicts itself inside this one entry."""
        return iter(())

    def refusals(self, life: "Life") -> "Refusals":
        """What law or procedure forbids, reading the file on the event's own day."""
        return iter(())

    def holds(self, entry: "AnyEntry") -> "Facts":
        """The dated facts it brings, read from itself and its entry alone."""
        return iter(())

    def follows(self) -> "tuple[type[Event], ...]":
        """The kinds of event of which one comes before it, where one is recorded at all."""
        return ()

    def presupposes(self) -> "tuple[type[Event], ...]":
        """The kinds of event of which one has happened before: it ends, answers or goes on with that."""
        return ()

    def papers(self) -> tuple[str, ...]:
        """The kinds of paper that its happening amounts to, beside the papers in its entry."""
        return ()


CATALOGUE: dict[str, type[Event]] = {}
"""Every event by the name under which it is stored, in the order of life."""


def chapter(kind: type[Event]) -> str:
    """The chapter an event belongs to: the module or package of `domain.events` it stands in."""
    return kind.__module__.split(".")[2]


_FIELDS: Final[dict[type, tuple[Field, ...]]] = {}


def fields_of(kind: type) -> tuple[Field, ...]:
    """The fields of an event, a part of one or an envelope, in order, with their markers."""
    if kind not in _FIELDS:
        _FIELDS[kind] = _read_fields(kind)
    return _FIELDS[kind]


def _read_fields(kind: type) -> tuple[Field, ...]:
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        _resolve(kind, spec.name, hints[spec.name], required=spec.default is MISSING) for spec in fields(kind)
    )


def _resolve(kind: type, name: str, annotation: Any, *, required: bool) -> Field:  # noqa: ANN401 - annotations have no type
    markers = {type(marker): marker for marker in getattr(annotation, "__metadata__", ())}
    personal = markers.get(Personal)
    sealed_with_event = SealedWithEvent in markers
    refers = markers.get(Refers)
    if personal is None and issubclass(kind, Event) and (sealed_with_event or kind.seals in WHOLLY_SEALED):
        personal, sealed_with_event = Personal(kind.seals), False
    return Field(
        name=name,
        annotation=annotation,
        label=markers[Label],
        personal=personal,
        sealed_with_event=sealed_with_event,
        tells_of_event=TellsOfEvent in markers,
        code=markers.get(Code),
        code_by=markers.get(CodeBy),
        unit=markers.get(Unit),
        refers=refers,
        id_of=("entry",) if refers is not None else _id_of(annotation),
        of_file=OfFile in markers,
        names=Names in markers,
        orders=tuple(marker for marker in markers.values() if isinstance(marker, Order)),
        is_past=Past in markers,
        holds_orders=_holds_orders(annotation),
        required=required,
        holds_codes=Code in markers or _holds(annotation, Part),
        holds_dates=_holds(annotation, date),
    )


Mark: TypeAlias = Literal[
    "refers",
    "id_of",
    "names",
    "orders",
    "holds_orders",
    "holds_codes",
    "codes_in_clear",
    "codes_personal",
    "holds_dates",
    "states_days",
]
_MARKED: Final[dict[Mark, dict[type, tuple[Field, ...]]]] = {mark: {} for mark in get_args(Mark)}


def fields_with(kind: type, mark: Mark) -> tuple[Field, ...]:
    """The fields of `fields_of` that have this mark."""
    marked = _MARKED[mark]
    if kind not in marked:
        marked[kind] = tuple(spec for spec in fields_of(kind) if getattr(spec, mark))
    return marked[kind]


def _holds(annotation: Any, kind: type) -> bool:  # noqa: ANN401 - annotations have no type
    within = isinstance(annotation, type) and issubclass(annotation, kind)
    return within or any(_holds(inner, kind) for inner in get_args(annotation))


def _holds_orders(annotation: Any) -> bool:  # noqa: ANN401 - annotations have no type
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return any(spec.orders for spec in fields_of(annotation))
    return any(map(_holds_orders, get_args(annotation)))


def _id_of(annotation: Any) -> tuple[Identified, ...]:  # noqa: ANN401 - annotations have no type
    own = (marker.kinds for marker in getattr(annotation, "__metadata__", ()) if isinstance(marker, IdOf))
    return next(chain(own, filter(None, map(_id_of, get_args(annotation)))), ())


def names_of(event: Event) -> Iterator[tuple[UUID | None, bool]]:
    """Every name by which other files are judged with the event's own, and whether it is sealed wholly.

    None stands for one that is not known.
    """
    for spec in fields_with(type(event), "names"):
        value = vars(event)[spec.name]
        secret = spec.personal is not None and spec.personal.category in WHOLLY_SEALED
        yield value if isinstance(value, UUID) else None, secret


def dates_of(event: Event) -> Iterator[date]:
    """Every date the event itself states."""
    for spec in fields_with(type(event), "holds_dates"):
        value = getattr(event, spec.name)
        if isinstance(value, date):
            yield value
