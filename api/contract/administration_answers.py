"""The directory in the form of answers: institutions, people, tokens, and the state of the service."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NotRequired
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.listing import Because, Listing, Titled
from api.contract.masking import PersonalValue


class InstitutionAnswer(TypedDict):
    """An institution of the ledger; a `region` that is not known is null, and in nobody's."""

    institution: UUID
    name: str
    uscc: str | None
    region: str | None


class InstitutionsAnswer(Listing[InstitutionAnswer]):
    """All institutions, by name; there is no next page."""


class OpenedInstitutionAnswer(InstitutionAnswer):
    """An institution as it is now recorded, with what is doubtful about it in both languages."""

    remarks: list[Because]


class UserAnswer(TypedDict):
    """Somebody in the directory; the name is null once erased.

    `region` begins the codes of the regions that they are bound to: empty for the nation, null for none.
    `login` is the user name, `password_since` when the password was set, and `second_factor_since` when a
    second factor was enrolled, `account_since` when an account of the identity provider was bound.
    """

    user: UUID
    name: PersonalValue
    role: str
    institution: UUID | None
    institution_name: str | None
    region: str | None
    login: str | None
    password_since: datetime | None
    second_factor_since: datetime | None
    account_since: datetime | None


class ActAnswer(TypedDict):
    """What the caller may do about somebody; `refused` says why not."""

    act: str
    refused: Because | None


class NotedActAnswer(TypedDict):
    """What somebody did about a person of the directory, as the access log has it."""

    at: datetime
    user: UUID
    name: PersonalValue
    role: str
    act: str


class TokenAnswer(TypedDict):
    """A token, never what one enters with. It was `used_at` last, null if never."""

    token: UUID
    user: UUID
    name: PersonalValue
    role: str
    purpose: str
    may_approve: bool
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


class WholeUserAnswer(UserAnswer):
    """Somebody with their tokens, sessions, what the caller may do about them, and what was done last."""

    granted_by: UUID | None
    let_in_by: UUID | None
    tokens: list[TokenAnswer]
    sessions: int
    acts: list[ActAnswer]
    noted: list[NotedActAnswer]


class SecretAnswer(TypedDict):
    """A token that was just made: shown this once, and kept by nobody here."""

    token: str
    expires_in_days: int


class AddedAnswer(TypedDict):
    """Somebody who was added."""

    user: UUID


class EndedAnswer(TypedDict):
    """How much was ended."""

    ended: int


class DatedLineAnswer(TypedDict):
    """What a rule says in one region for some days, in words, with its source."""

    region: str
    region_zh: str
    region_en: str
    zh: str
    en: str
    since: date | None
    until: date | None
    source: str
    verified: bool


class RuleChangeAnswer(Titled):
    """A rule that differs between two rulebooks; `reworded` names what differs beside what is dated."""

    rule: str
    new: bool
    gone: bool
    reworded: list[str]
    removed: list[DatedLineAnswer]
    added: list[DatedLineAnswer]


class PackFaultAnswer(Because):
    """What is wrong with a rule pack, and where."""

    place: str


class RulebookChangesAnswer(TypedDict):
    """What adopting a rulebook changes for an institution; `adopted` says whether that is now recorded.

    `faults` are those of the packs that were sent: with any, nothing is adopted.
    """

    institution: UUID
    digest: str
    digest_now: str
    adopted_on: date | None
    packs: list[str]
    adopted: bool
    faults: list[PackFaultAnswer]
    items: list[RuleChangeAnswer]
    next: None


class CheckpointAnswer(TypedDict):
    """A log's last checkpoint: the leaves of its signed tree, how many there are, and when it was signed."""

    size: int
    leaves: int
    signed_at: datetime | None
    forked: bool


class RunningStateAnswer(TypedDict):
    """How the service runs: what is missing, how far lists are behind, the last backup and checkpoints.

    `key_backup_verified_at` is when a backup of the wrapping key in use was last verified, null if never.
    """

    version: str
    ready: bool
    missing: list[str]
    stopped: Mapping[str, str]
    position: int | None
    projection_lag: int | None
    key_backup_verified_at: NotRequired[str | None]
    log: CheckpointAnswer | None
    access_log: CheckpointAnswer | None
