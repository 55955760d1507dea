"""Who may do what: one decision, as a function of one file and as a condition on lists of files.

Whoever is bound to an institution (staff, supervisor, auditor) reads the files it is in charge of, and of
those it handed over what occurred until then. Of the institutions in the region that they are bound to, a
placement officer reads the files of those aged 16 and over, and a bureau every file; an institution of which
the region is not known is in nobody's region, nor in the nation's. An administrator operates the whole ledger
and sees nothing personal. Only staff and supervisors record, and only where their institution is in charge.

Nobody records what they would not be shown: neither an event of a category that their role does not see, nor
a value of such a category. Whoever corrects, withdraws or restores an entry needs what recording it needs.

What is personal is shown by category (design 5.3):

| role              | identity | contact | family | health | restricted-health | safeguarding | adoption |
| ----------------- | -------- | ------- | ------ | ------ | ----------------- | ------------ | -------- |
| staff             | yes      | yes     | yes    | yes    |                   |              |          |
| supervisor        | yes      | yes     | yes    | yes    | yes               | yes          | yes      |
| auditor           | yes      | yes     | yes    | yes    | yes               | yes          | yes      |
| placement_officer | yes      | yes     |        | yes    |                   |              |          |
| bureau            | yes      |         |        |        |                   |              |          |
| administrator     |          |         |        |        |                   |              |          |

Each sees what the work needs: staff care for the child; supervisors and auditors answer for the sealed sets
too; a placement officer arranges a home and work, and reads an assessment of health for it; a bureau counts
and supervises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Placeholder

from domain.entry import Recorder
from domain.event import Category
from domain.events.record import DECISIONS
from domain.file import File, amended
from domain.scope import FileScope, scope_of
from domain.when import LAST_DAY
from ledger.codec.split import sealed, stated
from ledger.recording.outcome import Hindrance
from ledger.recording.request import Draft
from projections.paging import Condition


class Role(StrEnum):
    """What somebody is on the ledger as."""

    STAFF = "staff"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    PLACEMENT_OFFICER = "placement_officer"
    BUREAU = "bureau"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What somebody may want with a file; each also needs that the file may be read."""

    READ = "read"
    RECORD = "record"
    APPROVE = "approve"
    """Approve or reject an exception that somebody else claimed."""
    SEE_ACCESS = "see_access"
    """See who read the file."""


OF_INSTITUTION: Final = frozenset({Role.STAFF, Role.SUPERVISOR, Role.AUDITOR})
OF_REGION: Final = frozenset({Role.PLACEMENT_OFFICER, Role.BUREAU})

_MAY: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.STAFF: frozenset({Action.READ, Action.RECORD}),
        Role.SUPERVISOR: frozenset(Action),
        Role.AUDITOR: frozenset({Action.READ, Action.SEE_ACCESS}),
        Role.PLACEMENT_OFFICER: frozenset({Action.READ}),
        Role.BUREAU: frozenset({Action.READ}),
        Role.ADMINISTRATOR: frozenset({Action.READ, Action.SEE_ACCESS}),
    }
)

_EVERYDAY: Final = frozenset({Category.IDENTITY, Category.CONTACT, Category.FAMILY, Category.HEALTH})
SEES: Final[Mapping[Role, frozenset[Category]]] = MappingProxyType(
    {
        Role.STAFF: _EVERYDAY,
        Role.SUPERVISOR: frozenset(Category),
        Role.AUDITOR: frozenset(Category),
        Role.PLACEMENT_OFFICER: frozenset({Category.IDENTITY, Category.CONTACT, Category.HEALTH}),
        Role.BUREAU: frozenset({Category.IDENTITY}),
        Role.ADMINISTRATOR: frozenset(),
    }
)
"""The categories that each role is shown."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as the token says.

    `region` is the own institution's (GB/T 2260), None where it is not known or there is none. `institutions`
    are those in the region that a placement officer or a bureau is bound to, as far as it is known where they
    lie. With a token that is for looking only, nobody `may_approve`.
    """

    user: UUID
    role: Role
    institution: UUID | None = None
    region: str | None = None
    institutions: frozenset[UUID] | None = None
    may_approve: bool = True

    def __post_init__(self) -> None:
        bound = (self.institution is not None, self.institutions is not None)
        if bound != (self.role in OF_INSTITUTION, self.role in OF_REGION):
            message = f"{self.role} is bound to something else"
            raise ValueError(message)

    @property
    def recorder(self) -> Recorder:
        """The actor as an entry names who recorded it."""
        return Recorder(user=self.user, role=self.role.value, institution=self.institution)


def horizon(actor: Actor, file: FileScope, today: date) -> date | None:
    """Return the last day about which the actor may read in a file; None where there is no such day."""
    match actor.role:
        case Role.ADMINISTRATOR:
            return LAST_DAY
        case Role.BUREAU:
            return LAST_DAY if file.institution in _institutions(actor) else None
        case Role.PLACEMENT_OFFICER:
            grown = file.sixteen_on is not None and file.sixteen_on <= today
            return LAST_DAY if grown and file.institution in _institutions(actor) else None
        case Role.STAFF | Role.SUPERVISOR | Role.AUDITOR:
            if file.institution == actor.institution:
                return LAST_DAY
            return max(
                (each.until for each in file.former if each.institution == actor.institution), default=None
            )


def allowed(
    actor: Actor,
    action: Action,
    file: FileScope,
    category: Category | None = None,
    *,
    today: date,
    about: date | None = None,
) -> bool:
    """Tell whether the actor may do that with a file on `today`, and be shown what is personal of `category`.

    `about` is the last day that is read about: an entry's latest day, or the day a file is asked for; None is
    the file as it is now, which nobody reads who handed it over.
    """
    last = horizon(actor, file, today)
    within = last is not None and (LAST_DAY if about is None else about) <= last
    if action in {Action.RECORD, Action.APPROVE}:
        within = within and last == LAST_DAY
    if action is Action.APPROVE and not actor.may_approve:
        return False
    return within and action in _MAY[actor.role] and (category is None or category in SEES[actor.role])


class Need(NamedTuple):
    """What it takes to record something: which actions, and to be shown which categories."""

    actions: frozenset[Action]
    categories: frozenset[Category]


def needed(drafts: Iterable[Draft], file: File) -> Need:
    """Return what it takes to record drafts in a file.

    A draft takes what its event takes, with what it states; a draft that amends an entry takes also what
    such an entry takes that states everything, for what it replaces is not seen by who may not see it.
    """
    actions, categories = {Action.RECORD}, set[Category]()
    for draft in drafts:
        target = amended(draft)
        entry = None if target is None else file.entries.get(target)
        events = [draft.event] if entry is None else [draft.event, entry.event]
        if any(isinstance(event, DECISIONS) for event in events):
            actions.add(Action.APPROVE)
        categories |= stated(draft.event)
        if entry is not None:
            categories |= sealed(type(entry.event))
    return Need(frozenset(actions), frozenset(categories))


def hindrance(actor: Actor, drafts: Iterable[Draft], file: File, *, today: date) -> Hindrance | None:
    """Return what keeps the actor from recording drafts in a file as it is; None where nothing does.

    A file without entries is one that they open.
    """
    scope = scope_of(file) if file.entries else opened_by(actor)
    if scope.kind != "child" or not allowed(actor, Action.READ, scope, today=today):
        return Hindrance.SCOPE
    actions, categories = needed(drafts, file)
    if not all(allowed(actor, action, scope, today=today) for action in actions):
        return Hindrance.ROLE
    return None if categories <= SEES[actor.role] else Hindrance.CATEGORY


def opened_by(actor: Actor) -> FileScope:
    """Return the scope of a file that the actor opens."""
    return FileScope("child", actor.institution, (), None)


def scope_sql(
    actor: Actor, *, today: date, table: str = "register", about: Composable | None = None
) -> Condition:
    """Return the rows of `table` whose files the actor may read: `allowed(actor, Action.READ, …)` for lists.

    `table` has the columns `institution uuid`, `former uuid[]`, `former_until date[]` (as long as `former`)
    and `sixteen_on date` of a `FileScope`. `about` is the expression of the day that a row is
    about; without one the rows say how a file is now. The condition stands in brackets; its parameters are
    all named `scope_…`.
    """
    own = Identifier(table)
    match actor.role:
        case Role.ADMINISTRATOR:
            return Condition(SQL("(true)"), {})
        case Role.BUREAU:
            return Condition(_in_region(own), {"scope_institutions": [*_institutions(actor)]})
        case Role.PLACEMENT_OFFICER:
            grown = SQL("coalesce({}.sixteen_on <= {}, false)").format(own, Placeholder("scope_today"))
            sql = SQL("({} AND {})").format(_in_region(own), grown)
            return Condition(sql, {"scope_institutions": [*_institutions(actor)], "scope_today": today})
        case Role.STAFF | Role.SUPERVISOR | Role.AUDITOR:
            charge = SQL("coalesce({}.institution = {}, false)").format(own, Placeholder("scope_institution"))
            sql = SQL("({})").format(charge)
            if about is not None:
                sql = SQL("({} OR coalesce({} <= {}, false))").format(charge, about, _last_day(own))
            return Condition(sql, {"scope_institution": actor.institution})


def _in_region(own: Identifier) -> Composed:
    institutions = Placeholder("scope_institutions")
    return SQL("coalesce({}.institution = ANY ({}::uuid[]), false)").format(own, institutions)


def _last_day(own: Identifier) -> Composed:
    """The last day of the actor's charge; null for an institution that never had it."""
    charges = SQL("unnest({own}.former, {own}.former_until) AS f (institution, until)").format(own=own)
    mine = SQL("f.institution = {}").format(Placeholder("scope_institution"))
    return SQL("(SELECT max(f.until) FROM {} WHERE {})").format(charges, mine)


def _institutions(actor: Actor) -> frozenset[UUID]:
    return actor.institutions or frozenset()
