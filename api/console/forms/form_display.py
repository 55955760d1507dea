"""A form as a page shows it: each field with what was typed, what may be chosen, and what is amiss."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

from api.console.forms.field_controls import (
    CHOSEN,
    MOST_RADIOS,
    FieldControl,
    FormField,
    event_fields,
    paper_fields,
)
from api.console.forms.form_reading import (
    BY_ID,
    NOBODY_LISTED,
    NONE_OF_THEM,
    REASON,
    WHY_NOT,
    SentFields,
    rows_of,
)
from api.console.words import WORDS, Words
from api.contract.explanation_words import CATEGORIES
from domain.codes import tables
from domain.event import Category, Event

EMPTY_ROWS: Final = 2
"""Rows of a list that stand ready."""
ANY_TYPE: Final = ""
"""Stands for every type of event, where a field takes an entry of any."""
FROM: Final = "list-"
"""Begins the id of the list of codes that several fields share."""


@dataclass(frozen=True, slots=True)
class FormOption:
    """One of what may be chosen in a field."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FormChoices:
    """What a file and the ledger offer to choose from: a value with its words each.

    `entries` are those of a file by their type, under ANY_TYPE those of every type; `subjects` are people
    and families by the name of the field, `members` the users of the institution whose file it is. `typed`
    are names that are offered while typing, by the name of a field that takes any.
    """

    entries: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    subjects: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    institutions: Sequence[tuple[str, str]] = ()
    members: Sequence[tuple[str, str]] = ()
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as a page shows it: by which `control`, for what `kind` of value.

    `read_as` says how what was typed is taken, where that is not plain. `reasons` say why there is no value,
    beside a control in which they are no `options`. `hint` says how it is written and what leaving it empty
    means. `rows` are the fields of each row of a list, `inner` those of a group.
    """

    name: str
    id: str
    label: str
    control: str
    kind: str
    must: bool
    must_answer: bool
    value: str = ""
    options: tuple[FormOption, ...] = ()
    reasons: tuple[FormOption, ...] = ()
    by_id: str | None = None
    codes: str = ""
    unit: str = ""
    lock: str = ""
    longest: int | None = None
    error: str = ""
    read_as: str = ""
    hint: str = ""
    rows: "tuple[ShownField, ...]" = ()
    inner: "tuple[ShownField, ...]" = ()


@dataclass(frozen=True, slots=True)
class FormView:
    """What a page shows a form with: what was typed, what may be chosen, what is amiss by the field's name.

    `taken` is what was typed as it is taken, by the field's name; `more` is a list that is to have more rows.
    `prefix` begins the names of fields on a page that has several forms.
    """

    words: Words
    sent: SentFields = field(default_factory=dict)
    choices: FormChoices = field(default_factory=FormChoices)
    errors: Mapping[str, str] = field(default_factory=dict)
    taken: SentFields = field(default_factory=dict)
    more: str = ""
    prefix: str = ""

    def named(self, name: str) -> str:
        """Return the name of a field on the page."""
        return self.prefix + name

    def id(self, name: str) -> str:
        """Return the id of the control of a field on the page."""
        return field_id(self.named(name))

    def event(self, kind: type[Event], sees: AbstractSet[Category]) -> list[ShownField]:
        """Return the fields of an event, for somebody who sees these categories."""
        return [self._field(each) for each in event_fields(kind, sees)]

    def papers(self) -> dict[str, ShownField]:
        """Return the fields about papers and the words beside an event, by name."""
        return {
            name: replace(self._field(each), hint=self.words.of("envelope_hint", name))
            for name, each in paper_fields().items()
        }

    def first(self, name: str) -> str:
        """Return what was typed in a field."""
        return next(iter(self.sent.get(name, ())), "")

    def read_as(self, name: str) -> str:
        """Return how what was typed is taken, empty where it is taken as it stands."""
        taken = next(iter(self.taken.get(name, ())), "")
        return "" if taken == self.first(name).strip().replace("\r\n", "\n") else taken

    def _field(self, of: FormField) -> ShownField:
        control = self._control(of)
        chosen = of.control in CHOSEN
        return ShownField(
            name=self.named(of.name),
            id=self.id(of.name),
            label=self.words.label(of.label),
            control=control,
            kind=of.control.value,
            must=of.must,
            must_answer=of.unknown or of.may_be_none,
            value=self.first(of.name),
            options=tuple(self._options(of, control)),
            reasons=() if chosen else tuple(self._reasons(of)),
            by_id=self.first(of.name + BY_ID)
            if of.control is FieldControl.SUBJECT and not of.of_file
            else None,
            codes=self._listed(of),
            unit=self._unit(of),
            lock="" if of.category is None else self.words.label(CATEGORIES[of.category]),
            longest=of.longest,
            error=self.errors.get(of.name, ""),
            read_as="" if chosen else self.read_as(of.name),
            rows=tuple(self._rows(of)) if of.control is FieldControl.ROWS else (),
            inner=tuple(map(self._field, of.inner)) if of.control is FieldControl.GROUP else (),
        )

    def _control(self, of: FormField) -> str:
        """Return the control; where a file offers many, one is chosen from a list that opens."""
        offered = {
            FieldControl.ENTRY: self.choices.entries.get(of.refers or ANY_TYPE, ()),
            FieldControl.SUBJECT: self.choices.subjects.get(of.last_name, ()),
            FieldControl.INSTITUTION: self.choices.institutions,
            FieldControl.MEMBER: self.choices.members,
        }.get(of.control)
        if offered is not None:
            return "radios" if len(offered) <= MOST_RADIOS else "options"
        if of.control in {FieldControl.TRUTH, FieldControl.REASON_ALONE}:
            return "radios"
        return "line" if of.control in IN_A_LINE else of.control.value

    def _listed(self, of: FormField) -> str:
        """Return the id of the list from which a value is offered while it is typed, empty for none."""
        if of.control is FieldControl.TYPED_CODE:
            return f"{FROM}{of.of.code}"
        return f"{FROM}{of.last_name}" if of.last_name in self.choices.typed else ""

    def _unit(self, of: FormField) -> str:
        if of.unit is None:
            return ""
        return of.unit.zh if self.words.language == "zh" else (of.unit.symbol or "")

    def _rows(self, of: FormField) -> Iterable[ShownField]:
        """Yield the rows: those that were sent and some that are empty."""
        numbers = [int(each) for each in rows_of(of.name, self.sent)]
        count = max(numbers, default=-1) + 1 + (EMPTY_ROWS if of.name == self.more else 0)
        least = EMPTY_ROWS if not numbers else count
        for number in range(max(count, least)):
            row = of.row(number)
            said = (each for each, values in self.sent.items() if any(values))
            asked = any(each == row.name or each.startswith(f"{row.name}.") for each in said)
            yield self._field(row) if asked else _unasked(self._field(row))

    def _options(self, of: FormField, control: str) -> Iterable[FormOption]:
        if control not in {"radios", "options", "ticks"}:
            return
        sent = self.sent.get(of.name, ())
        value = next(iter(sent), "")
        offered = [*self._offered(of)]
        if of.control is FieldControl.TICKS:
            yield from _ticks(sent, offered)
            return
        if control == "options":
            yield FormOption("", self.words("form.choose" if of.must else "form.leave"), not value)
        known = {each for each, _ in offered}
        for each, label in offered:
            yield FormOption(each, label, each == value)
        reasons = [*self._reason_options(of, value)]
        if value and value not in known and not any(each.value == value for each in reasons):
            yield FormOption(value, self.words("form.other_entry", end=value[-4:]), chosen=True)
        yield from reasons
        if control == "radios" and not of.must:
            yield FormOption("", self.words("form.leave"), not value)

    def _offered(self, of: FormField) -> Iterable[tuple[str, str]]:
        match of.control:
            case FieldControl.TRUTH:
                return (("true", self.words("truth.yes")), ("false", self.words("truth.no")))
            case FieldControl.ENTRY:
                return self.choices.entries.get(of.refers or ANY_TYPE, ())
            case FieldControl.INSTITUTION:
                return self.choices.institutions
            case FieldControl.MEMBER:
                return self.choices.members
            case FieldControl.SUBJECT:
                known = self.choices.subjects.get(of.last_name, ())
                if "child" in of.id_of or of.of_file:
                    return known
                family = of.id_of == ("family",)
                new = self.words("form.family_new") if family else self.words("form.somebody_new")
                return (*known, (NOBODY_LISTED, new))
            case FieldControl.REASON_ALONE:
                return ()
        code = of.of.code if of.of.items is None else of.of.items.code
        return ((each, self.words.label(label)) for each, label in tables()[code or ""].codes.items())

    def _reason_options(self, of: FormField, value: str) -> Iterable[FormOption]:
        if of.unknown:
            for each in WORDS["unknown"]:
                yield FormOption(REASON + each, self.words.of("unknown", each), value == REASON + each)

    def _reasons(self, of: FormField) -> Iterable[FormOption]:
        if not (of.unknown or of.may_be_none):
            return
        value = self.first(of.name + WHY_NOT)
        yield FormOption("", self.words("form.filled_in" if of.must else "form.leave"), not value)
        if of.may_be_none:
            yield FormOption(NONE_OF_THEM, self.words("form.none_of_them"), value == NONE_OF_THEM)
        if of.unknown:
            for each in WORDS["unknown"]:
                yield FormOption(each, self.words.of("unknown", each), value == each)


IN_A_LINE: Final = frozenset(
    {
        FieldControl.LINE,
        FieldControl.NUMBER,
        FieldControl.DAY,
        FieldControl.MONTH,
        FieldControl.INSTANT,
        FieldControl.TYPED_CODE,
    }
)
"""Controls of one line; what is written in each is told by its hint."""


def field_id(name: str) -> str:
    """Return the id of the control of a field, to which a summary of errors leads."""
    return "f-" + name.replace(".", "-")


def _ticks(sent: Sequence[str], offered: Collection[tuple[str, str]]) -> Iterable[FormOption]:
    """Yield what is ticked first, as it was: the order of a list is said by the order of the page."""
    labels = dict(offered)
    yield from (FormOption(each, labels.get(each, each), chosen=True) for each in sent)
    yield from (FormOption(each, label) for each, label in offered if each not in sent)


def _unasked(row: ShownField) -> ShownField:
    """Return a row in which nothing is typed: what a row must say is asked of one that says anything."""
    return replace(row, must=False, inner=tuple(map(_unasked, row.inner)))


def typed_codes(fields: Iterable[ShownField]) -> set[str]:
    """Return the lists, of codes or of names, that are offered while something is typed in fields."""
    found: set[str] = set()
    for each in fields:
        found |= {each.codes.removeprefix(FROM)} if each.codes else set()
        found |= typed_codes((*each.rows, *each.inner))
    return found
