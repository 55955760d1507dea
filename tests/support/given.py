"""The grammar of the specification: given what happened, when something is recorded, then this follows.

given(("2024-03-05", some(ChildReceived))).when("2024-03-06", some(ChildAdmitted)).refused("I01")
given(...).on("2024-04-01").now(STAGE)
given(...).clock("D11").state("2026-01-01")
"""

import types
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar, Union, get_args, get_origin
from uuid import UUID, uuid4, uuid5

from stdnum.cn.ric import calc_check_digit

from domain.codes import tables
from domain.entry import AS_FOUND, AnyEntry, Entry, Origin, Recorder
from domain.envelope import Document, ExceptionClaim, Reason
from domain.event import Code, Event, Part, Unknown, fields_of
from domain.file import Attribute, File, fold
from domain.judging import Judgement, findings, judge
from domain.life import Life
from domain.obligations import Clock, clocks
from domain.rulebook import Rulebook
from domain.standing import lapses
from domain.when import Days

E = TypeVar("E", bound=Event | Part)
T = TypeVar("T")

REGION = "371099"
"""A county code that was never assigned."""
INSTITUTION = UUID("00000000-0000-4000-8000-000000000001")
CLERK = Recorder(
    user=UUID("00000000-0000-4000-8000-000000000002"),
    role="staff",
    institution=INSTITUTION,
)
SUPERVISOR = Recorder(
    user=UUID("00000000-0000-4000-8000-000000000003"),
    role="supervisor",
    institution=INSTITUTION,
)
TODAY = date(2026, 11, 22)
NOT_ASKED = Unknown("not_asked")
ROW = Document(kind="register_row", number="儿童花名册!4")
"""The row that whatever was copied from paper cites, unless it is said what it cites."""


def some(kind: type[E], /, **said: Any) -> E:
    """An event or part of that kind: what is said, and *not asked* or an example for the rest."""
    answers = dict(said)
    whole: Any = kind  # A type variable bound to a union is no union of types to the checker.
    for spec in fields_of(whole):
        if spec.name not in answers and spec.required:
            answers[spec.name] = _example(spec.annotation)
    return kind(**answers)


def _example(annotation: Any, code: Code | None = None) -> Any:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        code = next((marker for marker in args[1:] if isinstance(marker, Code)), code)
        return _example(args[0], code)
    if origin in {Union, types.UnionType}:
        if Unknown in args:
            return NOT_ASKED
        return None if type(None) in args else _example(args[0], code)
    if origin is tuple:
        return ()
    if annotation is str:
        return next(iter(tables()[code.table].codes)) if code else "示例"
    examples: dict[Any, Any] = {
        int: 1,
        bool: False,
        Decimal: Decimal(1),
        date: date(2024, 1, 1),
        UUID: uuid4(),
    }
    if annotation in examples:
        return examples[annotation]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return next(iter(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return some(annotation)
    if args:
        return args[0]
    message = f"no example for {annotation}"
    raise TypeError(message)


def days(said: "str | date | Days") -> Days:
    """A day, a month (2024-03), a year, *not later than* (..2024-03-05) or an interval (a..b)."""
    if isinstance(said, Days):
        return said
    if isinstance(said, date):
        return Days.on(said)
    first, _, last = said.rpartition("..")
    if last != said:
        return Days(date.fromisoformat(first) if first else None, date.fromisoformat(last))
    if len(said) == len("2024"):
        return Days(date(int(said), 1, 1), date(int(said), 12, 31))
    if len(said) == len("2024-03"):
        start = date.fromisoformat(f"{said}-01")
        return Days(start, Days.on(start).plus(months=1, days=-1).last)
    return Days.on(date.fromisoformat(said))


def citizen_id(born: str, sequence: str = "001", *, county: str = REGION) -> str:
    """Return the citizen id of somebody born on a day; an even sequence is of a female."""
    digits = f"{county}{born.replace('-', '')}{sequence}"
    return digits + calc_check_digit(f"{digits}0")


def named(*name: object) -> UUID:
    """Return an id made of what names it, as a ledger does, but by no secret."""
    return uuid5(INSTITUTION, repr(name))


class Given:
    """A file to which things happen, one after the other."""

    def __init__(self, rulebook: Rulebook | None = None) -> None:
        self.rulebook = rulebook or Rulebook.shipped()
        self.stream = uuid4()
        self.entries: list[AnyEntry] = []
        self.judgements: list[Judgement] = []

    def entry(
        self,
        on: "str | date | Days",
        event: Event,
        *,
        by: Recorder = CLERK,
        origin: Origin = "api",
        documents: Iterable[str | Document] | None = None,
        noted_on: str | None = None,
        corrects: AnyEntry | None = None,
        exception: str | None = None,
        region: str | None = REGION,
        entry_id: UUID | None = None,
        estimated: bool = False,
        at: datetime | None = None,
    ) -> AnyEntry:
        """The next entry of the file, in its envelope but not yet in the file."""
        version = len(self.entries) + 1
        if documents is None:
            documents = (ROW,) if origin in AS_FOUND else ()
        return Entry(
            entry_id=entry_id or uuid4(),
            stream=self.stream,
            kind=event.kind,
            version=version,
            event=event,
            days=days(on),
            estimated=estimated,
            at=at,
            recorded_by=by,
            region=region,
            origin=origin,
            position=version,
            recorded_at=datetime(TODAY.year, TODAY.month, TODAY.day, 4, 0, 0, version, tzinfo=UTC),
            noted_on=None if noted_on is None else date.fromisoformat(noted_on),
            documents=tuple(Document(kind=kind) if isinstance(kind, str) else kind for kind in documents),
            corrects=None if corrects is None else corrects.entry_id,
            reason=None if corrects is None else Reason(code="incorrect_data", explanation="抄写错误"),
            exception=None if exception is None else ExceptionClaim(rule=exception, reason="特殊情况"),
        )

    def and_(self, on: "str | date | Days", event: Event, **envelope: Any) -> Self:
        """This happened too, however it is judged."""
        self.entries.append(self.entry(on, event, **envelope))
        return self

    def when(self, on: "str | date | Days", event: Event, **envelope: Any) -> Self:
        """This is recorded now, and judged."""
        self.and_(on, event, **envelope)
        self.judgements = judge(self.file, self.entries[-1], self.rulebook, TODAY)
        return self

    def refused(self, *rules: str) -> Self:
        """It is refused, by exactly these rules."""
        assert {found.rule.id for found in self.judgements if found.refuses} == set(rules)
        return self

    def recorded(self, *warnings: str) -> Self:
        """It is recorded, with exactly these rules speaking against it all the same."""
        assert not [found.rule.id for found in self.judgements if found.refuses]
        assert {found.rule.id for found in self.judgements} == set(warnings)
        return self

    @property
    def file(self) -> File:
        """The file that all of this makes."""
        return fold(self.entries)

    @property
    def last(self) -> AnyEntry:
        """The entry that came last."""
        return self.entries[-1]

    def on(self, day: "str | date") -> Life:
        """The life on a day."""
        return Life(self.file, days(day).last, self.rulebook)

    def now(self, attribute: Attribute[T], day: "str | date") -> T | None:
        """What an attribute holds on a day."""
        fact = self.on(day).now(attribute)
        return None if fact is None else fact.held.value

    def clocks(self, rule: str) -> list[Clock]:
        """The clocks of one rule."""
        return [clock for clock in clocks(self.file, self.rulebook) if clock.rule == rule]

    def clock(self, rule: str) -> Clock:
        """The only clock of one rule."""
        (clock,) = self.clocks(rule)
        return clock

    def found(self) -> set[tuple[str, str]]:
        """What judging finds in the whole file, as (rule, kind)."""
        return {(found.rule.id, found.refusal.kind) for found in findings(self.file, self.rulebook)}

    def lapses(self, rule: str, end: "str | date" = TODAY) -> list[tuple[str, date, date]]:
        """When one standing question was answered by what kind of refusal, as (kind, first day, last day)."""
        return [
            (lapse.refusal.kind, lapse.since, lapse.until)
            for lapse in lapses(self.file, self.rulebook, days(end).last)
            if lapse.refusal.rule == rule
        ]


def given(*happened: tuple[Any, ...], rulebook: Rulebook | None = None) -> Given:
    """A file in which these happened, each as (day, event) or (day, event, envelope)."""
    file = Given(rulebook)
    for on, event, *envelope in happened:
        file.and_(on, event, **(envelope[0] if envelope else {}))
    return file
