"""Permissions: one decision, as a function of one file and as a condition on lists of files.

An actor bound to an institution (staff, supervisor, auditor) reads the files in its charge, and of those it
handed over what occurred until then. Of the institutions in the region that they are bound to, a placement
officer reads the files of those aged 16 and over, and a bureau every file; an institution whose region is
unknown is in no region, not even the nation. An administrator operates the whole ledger and sees no personal
data. Staff and supervisors record in files in the charge of their institution. A family's file is in the
charge of an institution as a child's is, and an institution's own file is in its own charge; a placement
officer, who reads young people's files, and a township, those of children outside institutions, read neither.
What an institution is, where it lies and by which rules it is judged, the ledger's operator alone records.
What a bureau issues of its region stands in a file of the region, in which nothing else is recorded.

A child outside institutions is in the charge of its place. The township of that place reads and records in
its file, and of files that it handed over reads what occurred until then; a bureau reads and records in those
of all places in its region, and decides on exceptions there. The institution that a place has asked to take a
child in may record its reception, and is in charge from then on; before that it reads nothing.

An actor may record only what they may see: neither an event of a category that their role does not see, nor a
value of such a category. To correct, withdraw or restore an entry requires the permissions to record it.

Personal data is shown by category (design 5.3; `SEES`). Each role sees what the work needs: staff care
for the child; supervisors and auditors answer for the sealed sets too; a placement officer arranges a home
and work, and reads an assessment of health for it; a bureau counts and supervises; a township cares for the
children outside institutions, and hears of what endangers them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Placeholder

from api.identity.restricted import kept_from, unrestricted
from domain.entry import AnyEntry, Recorder
from domain.event import Category, Event, Kind
from domain.events.archive import EXTRACTS
from domain.events.emergency import EmergencyAccessReviewed, EmergencyAccessTaken
from domain.events.erasure import DONE_BY_OPERATOR, ON_ERASURES
from domain.events.filing import FILING
from domain.events.institution.particulars import OPERATED
from domain.events.institution.reporting import ISSUED
from domain.events.intake import INTAKE
from domain.events.record import DECISIONS, ON_CORRECTIONS
from domain.events.restriction import ACCESS_DECISIONS, RESTRICTING, RestrictedFileAccessRequested
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
    TOWNSHIP = "township"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """An action on a file; each also requires that the actor may read the file."""

    READ = "read"
    RECORD = "record"
    APPROVE = "approve"
    """Approve or reject an exception, or a correction, that another person recorded."""
    ASK = "ask"
    """Ask to read a restricted file for a purpose, or take an emergency access to a file."""
    SEE_ACCESS = "see_access"
    """See the accesses to the file."""
    VERIFY = "verify"
    """Verify that no entry of the file was altered."""
    EXPORT = "export"
    """Take the file away with the proofs of its entries."""
    RECEIVE = "receive"
    """Take a child in, as an institution does."""
    JOIN = "join"
    """Join two files of one child, separate them, or close one as opened by mistake."""
    ISSUE = "issue"
    """Issue a report of the institution, or of the region."""
    ADMINISTER = "administer"
    """Open institutions, and say who is on the ledger, as what, and by which tokens they enter."""
    OPERATE = "operate"
    """Record what an institution is and by which rules it is judged, as the ledger's operator does."""


DECIDED: Final = frozenset({Action.APPROVE, Action.JOIN})
"""What a person decides by a request of their own: no import does, nor a token that may not approve."""
ASKED: Final = (RestrictedFileAccessRequested, EmergencyAccessTaken)
"""What anybody records in a file that they may read, to read more of it."""
OF_INSTITUTION: Final = frozenset({Role.STAFF, Role.SUPERVISOR, Role.AUDITOR})
OF_REGION: Final = frozenset({Role.PLACEMENT_OFFICER, Role.BUREAU})
OF_PLACES: Final = frozenset({Role.BUREAU, Role.TOWNSHIP})
"""Who records in the files of children outside institutions."""

_MAY: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.STAFF: frozenset({Action.READ, Action.ASK, Action.RECORD, Action.RECEIVE}),
        Role.SUPERVISOR: frozenset(Action) - {Action.ADMINISTER, Action.OPERATE},
        Role.AUDITOR: frozenset({Action.READ, Action.ASK, Action.SEE_ACCESS, Action.VERIFY, Action.EXPORT}),
        Role.PLACEMENT_OFFICER: frozenset({Action.READ, Action.ASK}),
        Role.BUREAU: frozenset(
            {Action.READ, Action.ASK, Action.RECORD, Action.APPROVE, Action.JOIN, Action.ISSUE}
        ),
        Role.TOWNSHIP: frozenset({Action.READ, Action.ASK, Action.RECORD}),
        Role.ADMINISTRATOR: frozenset({Action.READ, Action.SEE_ACCESS, Action.VERIFY, Action.ADMINISTER}),
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
        Role.TOWNSHIP: _EVERYDAY | {Category.SAFEGUARDING},
        Role.ADMINISTRATOR: frozenset(),
    }
)
"""The categories that each role sees."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, role and institution of a request, from its token.

    `region` is the institution's (GB/T 2260), None if it is unknown or there is none. `institutions` are
    those known to be in the region that a placement officer or a bureau is bound to. `places` begins the
    codes of the places that a bureau or a township is bound to, None if they are unknown or there are none.
    `may_approve` is False for a token with which nothing is decided (`DECIDED`).
    """

    user: UUID
    role: Role
    institution: UUID | None = None
    region: str | None = None
    institutions: frozenset[UUID] | None = None
    may_approve: bool = True
    places: str | None = None

    def __post_init__(self) -> None:
        bound = (self.institution is not None, self.institutions is not None)
        # A bureau may be bound to a region that is not known, a township may not.
        placed = self.places is not None or self.role is Role.BUREAU
        if (*bound, placed) != (
            self.role in OF_INSTITUTION,
            self.role in OF_REGION,
            self.role in OF_PLACES,
        ):
            message = f"{self.role} is bound to something else"
            raise ValueError(message)

    @property
    def recorder(self) -> Recorder:
        """The actor in the form in which an entry names its recorder."""
        return Recorder(user=self.user, role=self.role.value, institution=self.institution)


def oversees(actor: Actor, institution: UUID) -> bool:
    """Return whether an institution is the actor's own, or lies in the region that they are bound to."""
    if actor.role is Role.ADMINISTRATOR:
        return True
    return institution == actor.institution or institution in _institutions(actor)


def looks_after(actor: Actor, place: str | None) -> bool:
    """Return whether a place is one of those that the actor records for."""
    return place is not None and actor.places is not None and place.startswith(actor.places)


def may_know(actor: Actor, person: UUID, role: Role, institution: UUID | None, places: str | None) -> bool:
    """Return whether the actor may know who a user is.

    That is themselves, one of an institution that the actor shares or oversees, or one bound to a region
    (`places` begins its codes) that lies in the actor's. Everybody may know the ledger's administrator, who
    records for all institutions.
    """
    if actor.user == person or Role.ADMINISTRATOR in {actor.role, role}:
        return True
    return oversees(actor, institution) if institution is not None else looks_after(actor, places)


def may_receive(actor: Actor, file: FileScope) -> bool:
    """Return whether the actor's institution was asked to take the child in, by the place in charge."""
    asked = file.asked is not None and file.asked == actor.institution
    return asked and Action.RECEIVE in _MAY[actor.role]


def horizon(actor: Actor, file: FileScope, today: date) -> date | None:
    """Return the last day about which the actor may read in a file; None if there is no such day."""
    match actor.role:
        case Role.ADMINISTRATOR:
            return LAST_DAY
        case Role.BUREAU:
            within = file.institution in _institutions(actor) or looks_after(actor, file.place)
            return LAST_DAY if within else None
        case Role.TOWNSHIP:
            if looks_after(actor, file.place):
                return LAST_DAY
            return max(
                (each.until for each in file.former_places if looks_after(actor, each.place)), default=None
            )
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
    """Return whether the actor may do that with a file on `today`, and see personal data of `category`.

    `about` is the last day of what is read: an entry's latest day, or the day for which a file is queried;
    None is the file as it is now, which an institution that handed it over cannot read.
    """
    last = horizon(actor, file, today)
    within = last is not None and (LAST_DAY if about is None else about) <= last
    if action is Action.ADMINISTER:
        # Of the directory, and of no file.
        return False
    if action not in {Action.READ, Action.SEE_ACCESS, Action.VERIFY, Action.EXPORT}:
        within = within and last == LAST_DAY
        # A bureau only supervises what institutions record.
        within = within and (action is Action.ASK or actor.role not in OF_PLACES or file.place is not None)
    if action in DECIDED and not actor.may_approve:
        return False
    return within and action in _MAY[actor.role] and (category is None or category in SEES[actor.role])


class Need(NamedTuple):
    """The permissions that a recording requires: actions, and categories to see."""

    actions: frozenset[Action]
    categories: frozenset[Category]


def needed(drafts: Iterable[Draft], file: File) -> Need:
    """Return the permissions that recording drafts in a file requires.

    A draft requires those of its event and of what the event states; a draft that amends an entry, or decides
    on an amendment of it, requires also those of every statement that such an entry may make, since its
    recorder must see all that it replaces. Nobody takes an emergency access back who may not approve.
    """
    actions, categories = set[Action](), set[Category]()
    for draft in drafts:
        entry = _acted_on(draft, file)
        events = [draft.event] if entry is None else [draft.event, entry.event]
        actions |= _actions(tuple(map(type, events)))
        categories |= stated(draft.event)
        if entry is not None:
            actions.add(Action.RECORD)
            if isinstance(entry.event, EmergencyAccessTaken):
                actions.add(Action.APPROVE)
            categories |= sealed(type(entry.event))
    return Need(frozenset(actions), frozenset(categories))


def role_may(role: Role, action: Action) -> bool:
    """Return whether a role acts so on any file at all."""
    return action in _MAY[role]


def may_record_type(role: Role, kind: type[Event]) -> bool:
    """Return whether a role records a type of event in any file, where it says nothing that is hidden."""
    return kind.seals in SEES[role] and all(role_may(role, action) for action in _actions((kind,)))


@cache
def _actions(kinds: tuple[type[Event], ...]) -> frozenset[Action]:
    """Return the actions that recording events of these types is."""
    acted = {
        (*DECISIONS, *ACCESS_DECISIONS, *RESTRICTING, *ON_ERASURES, EmergencyAccessReviewed): Action.APPROVE,
        FILING: Action.JOIN,
        INTAKE: Action.RECEIVE,
        (*OPERATED, *DONE_BY_OPERATOR): Action.OPERATE,
        ISSUED: Action.ISSUE,
        EXTRACTS: Action.EXPORT,
    }
    asks = bool(kinds) and all(issubclass(each, ASKED) for each in kinds)
    also = (action for of, action in acted.items() if any(issubclass(each, of) for each in kinds))
    return frozenset({Action.ASK if asks else Action.RECORD, *also})


def _acted_on(draft: Draft, file: File) -> AnyEntry | None:
    """Return the entry that a draft amends, or on whose amendment it decides."""
    target = amended(draft)
    if isinstance(draft.event, ON_CORRECTIONS):
        amendment = file.entries.get(draft.event.entry)
        target = target if amendment is None else amended(amendment)
    return None if target is None else file.entries.get(target)


def hindrance(
    actor: Actor,
    drafts: Sequence[Draft],
    file: File,
    *,
    today: date,
    kind: Kind = "child",
    place: str | None = None,
) -> Hindrance | None:
    """Return what prevents the actor from recording drafts in a file as it is; None if nothing does.

    A file of another kind is out of scope. A file without entries is one that the actor opens, for a `place`
    where it is not for an institution.
    """
    scope = scope_of(file) if file.entries else opened_by(actor, kind, place)
    receives = may_receive(actor, scope) and any(isinstance(draft.event, INTAKE) for draft in drafts)
    if scope.kind != kind or not (receives or allowed(actor, Action.READ, scope, today=today)):
        return Hindrance.SCOPE
    if receives:
        scope = opened_by(actor, kind)
    actions, categories = needed(drafts, file)
    missing = {action for action in actions if not allowed(actor, action, scope, today=today)}
    if kind == "institution" and scope.place is not None and actions != {Action.RECORD, Action.ISSUE}:
        # The file of a region has what was issued of it, and nothing else.
        return Hindrance.ROLE
    if missing:
        return Hindrance.OPERATOR if missing == {Action.OPERATE} else Hindrance.ROLE
    if not categories <= SEES[actor.role]:
        return Hindrance.CATEGORY
    acted = [entry for draft in drafts if (entry := _acted_on(draft, file)) is not None]
    told = not acted or all(map(unrestricted(file, kept_from(file, actor.user, today)), acted))
    return None if told else Hindrance.RESTRICTED


def opened_by(actor: Actor, kind: Kind = "child", place: str | None = None) -> FileScope:
    """Return the scope of a file of a kind that the actor opens; a place may have a child's, or its own."""
    where = (place or actor.places) if kind != "family" and actor.institution is None else None
    return FileScope(kind, actor.institution, (), None, place=where)


def scope_sql(
    actor: Actor, *, today: date, table: str = "register", about: Composable | None = None
) -> Condition:
    """Return the condition that the actor may read the files of `table`: `allowed` with READ for lists.

    `table` has the columns `institution uuid`, `former uuid[]`, `former_until date[]` (as long as `former`),
    `place text`, `former_places text[]`, `former_places_until date[]` and `sixteen_on date` of a `FileScope`.
    `about` is the expression of the day that a row is about; without it, rows are about files as they are
    now. The condition is in brackets; its parameters are all named `scope_…`.
    """
    relation = Identifier(table)
    match actor.role:
        case Role.ADMINISTRATOR:
            return Condition(SQL("(true)"), {})
        case Role.BUREAU:
            sql = SQL("({} OR {})").format(_in_region(relation), _of_places(relation))
            return Condition(
                sql, {"scope_institutions": [*_institutions(actor)], "scope_places": actor.places}
            )
        case Role.TOWNSHIP:
            sql = _until(_of_places(relation), about, _last_day_of_place(relation))
            return Condition(sql, {"scope_places": actor.places})
        case Role.PLACEMENT_OFFICER:
            grown = SQL("coalesce({}.sixteen_on <= {}, false)").format(relation, Placeholder("scope_today"))
            sql = SQL("({} AND {})").format(_in_region(relation), grown)
            return Condition(sql, {"scope_institutions": [*_institutions(actor)], "scope_today": today})
        case Role.STAFF | Role.SUPERVISOR | Role.AUDITOR:
            charge = SQL("coalesce({}.institution = {}, false)").format(
                relation, Placeholder("scope_institution")
            )
            sql = _until(charge, about, _last_day(relation))
            return Condition(sql, {"scope_institution": actor.institution})


def counted_sql(actor: Actor, *, today: date, day: Composable, sixteen_on: Composable) -> Condition:
    """Return the condition that the actor counts the children of `situations`, as they were on a day.

    An institution or a place counts those who were in its charge then, whoever is in charge now, for it reads
    what occurred until it handed them over; a placement officer counts those who were 16 by then. `day` is
    the expression of the day, `sixteen_on` of that on which a child is 16. The parameters are all named
    `scope_…`.
    """
    relation = Identifier("situations")
    match actor.role:
        case Role.ADMINISTRATOR:
            return Condition(SQL("(true)"), {})
        case Role.BUREAU:
            sql = SQL("({} OR {})").format(_in_region(relation), _of_places(relation))
            return Condition(
                sql, {"scope_institutions": [*_institutions(actor)], "scope_places": actor.places}
            )
        case Role.TOWNSHIP:
            return Condition(_of_places(relation), {"scope_places": actor.places})
        case Role.PLACEMENT_OFFICER:
            sql = SQL("({} AND coalesce({} <= least({}, {}), false))").format(
                _in_region(relation), sixteen_on, day, Placeholder("scope_today")
            )
            return Condition(sql, {"scope_institutions": [*_institutions(actor)], "scope_today": today})
        case Role.STAFF | Role.SUPERVISOR | Role.AUDITOR:
            # As it is, so that an index finds them.
            sql = SQL("({}.institution = {})").format(relation, Placeholder("scope_institution"))
            return Condition(sql, {"scope_institution": actor.institution})


def families_sql(actor: Actor, table: str = "families") -> Condition:
    """Return the condition that the actor may read the families of `table`, as `scope_sql` for children.

    `table` has the column `institution uuid`: a family's file stays with the institution that opened it.
    """
    relation = Identifier(table)
    match actor.role:
        case Role.ADMINISTRATOR:
            return Condition(SQL("(true)"), {})
        case Role.BUREAU:
            return Condition(_in_region(relation), {"scope_institutions": [*_institutions(actor)]})
        case Role.STAFF | Role.SUPERVISOR | Role.AUDITOR:
            charge = SQL("coalesce({}.institution = {}, false)")
            sql = charge.format(relation, Placeholder("scope_institution"))
            return Condition(sql, {"scope_institution": actor.institution})
        case Role.TOWNSHIP | Role.PLACEMENT_OFFICER:
            return Condition(SQL("(false)"), {})


def _in_region(relation: Identifier) -> Composed:
    institutions = Placeholder("scope_institutions")
    return SQL("coalesce({}.institution = ANY ({}::uuid[]), false)").format(relation, institutions)


def _of_places(relation: Identifier) -> Composed:
    places = Placeholder("scope_places")
    return SQL("coalesce(starts_with({}.place, {}::text), false)").format(relation, places)


def _until(charge: Composed, about: Composable | None, last: Composed) -> Composed:
    """Return the condition of the files in somebody's charge, and of rows about days until its end."""
    if about is None:
        return SQL("({})").format(charge)
    return SQL("({} OR coalesce({} <= {}, false))").format(charge, about, last)


def _last_day(relation: Identifier) -> Composed:
    """Return the last day of the actor's charge; null for an institution that never had it."""
    charges = SQL("unnest({relation}.former, {relation}.former_until) AS f (institution, until)").format(
        relation=relation
    )
    mine = SQL("f.institution = {}").format(Placeholder("scope_institution"))
    return SQL("(SELECT max(f.until) FROM {} WHERE {})").format(charges, mine)


def _last_day_of_place(relation: Identifier) -> Composed:
    """Return the last day of the charge of the actor's place; null for a place that never had it."""
    charges = SQL(
        "unnest({relation}.former_places, {relation}.former_places_until) AS f (place, until)"
    ).format(relation=relation)
    mine = SQL("starts_with(f.place, {}::text)").format(Placeholder("scope_places"))
    return SQL("(SELECT max(f.until) FROM {} WHERE {})").format(charges, mine)


def _institutions(actor: Actor) -> frozenset[UUID]:
    return actor.institutions or frozenset()
