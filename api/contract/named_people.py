"""People and institutions by name, in the form of answers."""

from uuid import UUID

from typing_extensions import TypedDict

from api.contract.masking import PersonalValue


class PersonAnswer(TypedDict):
    """A user of the ledger, as entries and the access log name them by id; the name may be erased.

    `role` and `institution` are those of now; an entry says which they were when it was recorded.
    """

    person: UUID
    name: PersonalValue
    role: str
    institution: UUID | None


class InstitutionNameAnswer(TypedDict):
    """An institution of the ledger by its name."""

    institution: UUID
    name: str
