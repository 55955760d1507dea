"""What a rule says against an entry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, TypeVar
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Event, Label
from domain.resting import NOTHING, Categories
from domain.when import Days, in_chinese

if TYPE_CHECKING:
    from domain.life import Life

E = TypeVar("E", bound=Event)

RefusalKind: TypeAlias = Literal[
    "breach", "no_evidence", "uncertain", "number_as_written", "listed_twice", "correction_unapproved"
]


class Authority(Protocol):
    """What a refusal rests on beside its rule: a number or a list of papers, with its own source."""

    @property
    def source(self) -> str:
        """The text that says so."""

    @property
    def verified(self) -> bool:
        """Whether that text was checked."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule broken by one entry.

    `kind` distinguishes a breach that the file shows, missing evidence, an uncertain day or age, a number
    that cannot be what it claims and is kept as written, a child that a list has twice, and a correction that
    waits for a second person. `evidence` names
    the entries that decided it; `detail` adds to the rule's own sentence, without personal data. A refusal by
    a number or a list has the `source` of that; one that is not `verified` warns and never refuses.
    `rests_on` are the categories of personal data that it reveals. `at` is the JSON pointer of its place in
    the entry as sent, empty for the whole entry. `table` is the code table that lacks the code there.
    """

    rule: str
    kind: RefusalKind
    evidence: tuple[UUID, ...] = ()
    detail: Label | None = None
    verified: bool = True
    rests_on: Categories = NOTHING
    at: str = ""
    table: str | None = None
    source: str | None = None

    def resting(self, on: Categories) -> "Refusal":
        """Return the same refusal, resting on these categories too."""
        return replace(self, rests_on=self.rests_on | on) if on else self


Refusals: TypeAlias = Iterator[Refusal]
FurtherRule: TypeAlias = Callable[[E, "Life"], Refusals]

FURTHER: Final[dict[type[Event], list[FurtherRule[Any]]]] = {}
"""What a later chapter says against an event, by its type."""


def against(*kinds: type[E]) -> Callable[[FurtherRule[E]], FurtherRule[E]]:
    """Register a rule against events of other chapters, which stands where what it reads stands.

    It is asked as an event's own `refusals` are.
    """

    def register(function: FurtherRule[E]) -> FurtherRule[E]:
        for kind in kinds:
            FURTHER.setdefault(kind, []).append(function)
        return function

    return register


def breach(
    rule: str,
    *evidence: AnyEntry | None,
    detail: Label | None = None,
    by: Authority | None = None,
    at: str = "",
    table: str | None = None,
) -> Refusal:
    """The file shows that the rule is broken, `by` its number or its papers where it has any."""
    return _by(by, Refusal(rule, "breach", _ids(evidence), detail, at=at, table=table))


def no_evidence(
    rule: str,
    *evidence: AnyEntry | None,
    detail: Label | None = None,
    by: Authority | None = None,
    at: str = "",
) -> Refusal:
    """The file does not say what the rule asks for, `by` its number or its papers where it has any."""
    return _by(by, Refusal(rule, "no_evidence", _ids(evidence), detail, at=at))


def uncertain(
    rule: str, *evidence: AnyEntry | None, detail: Label | None = None, by: Authority | None = None
) -> Refusal:
    """A day or an age is not known well enough to tell."""
    return _by(by, Refusal(rule, "uncertain", _ids(evidence), detail))


def unless(
    rule: str,
    holds: bool | None,  # noqa: FBT001 - the answer itself
    *evidence: AnyEntry | None,
    detail: Label | None = None,
    by: Authority | None = None,
) -> Refusals:
    """Say nothing where it holds; a breach where it does not, and uncertain where the file leaves it open."""
    if holds is None:
        yield uncertain(rule, *evidence, detail=detail, by=by)
    elif not holds:
        yield breach(rule, *evidence, detail=detail, by=by)


def once_passed(
    rule: str, life: "Life", period: Days, *evidence: AnyEntry | None, by: Authority | None = None
) -> Refusals:
    """Say nothing once a period that ends on these days has passed; before, from which day it is allowed."""
    since = period.passed.last
    detail = Label(f"自{in_chinese(since)}起方可登记", f"allowed from {since.isoformat()} on")
    yield from unless(rule, life.passed(period), *evidence, detail=detail, by=by)


def only_if(
    applies: bool | None,  # noqa: FBT001 - the answer itself
    refusals: Refusals,
    not_known: Label,
) -> Refusals:
    """Yield refusals where their rule applies; where that is `not_known`, the first one as uncertain."""
    if applies is None:
        yield from (uncertain(each.rule, detail=not_known) for each in islice(refusals, 1))
    elif applies:
        yield from refusals


def number_as_written(rule: str, *evidence: AnyEntry | None, detail: Label | None = None) -> Refusal:
    """A number cannot be what it claims: it is kept as written and not used as that."""
    return Refusal(rule, "number_as_written", _ids(evidence), detail)


def listed_twice(rule: str, *evidence: AnyEntry | None, detail: Label | None = None) -> Refusal:
    """One list has the child in several places."""
    return Refusal(rule, "listed_twice", _ids(evidence), detail)


def _by(authority: Authority | None, refusal: Refusal) -> Refusal:
    if authority is None:
        return refusal
    return replace(refusal, source=authority.source, verified=refusal.verified and authority.verified)


def _ids(evidence: tuple[AnyEntry | None, ...]) -> tuple[UUID, ...]:
    return tuple(entry.entry_id for entry in evidence if entry is not None)
