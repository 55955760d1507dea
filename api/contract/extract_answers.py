"""Answers about extracts of a file: what one tells, and whether it is ours and still holds."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from typing_extensions import TypedDict

import domain.events  # noqa: F401 - fills the attributes
from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS
from domain.event import Category
from domain.file import ATTRIBUTES
from domain.label import Label

_OF_CHILDREN: Final = {chapter for (chapter, _), each in ATTRIBUTES.items() if each.kind == "child"}
CHAPTERS: Final = tuple(name for name in VALUE_WORDS["chapter"] if name in _OF_CHILDREN - {"life"})
"""The chapters of a child's file, in the order of its pages."""
FileChapter: Any = Literal[CHAPTERS]
ExtractState: TypeAlias = Literal["unchanged", "corrected", "altered", "not_issued"]
STATES_OF_EXTRACTS: Final[dict[ExtractState, Label]] = {
    "unchanged": Label(
        "本系统签发，所述日期的内容与签发时一致。",
        "Issued here; for its day the file reads today as it did then.",
    ),
    "corrected": Label(
        "本系统签发，但所述日期的内容已有更正，请向签发单位索取新的摘录。",
        "Issued here, but for its day the file reads otherwise today: ask whoever issued it for a new one.",
    ),
    "altered": Label(
        "编号是本系统签发的，但文件与签发时不同：内容可能被改动，或者用其他软件另存过。以纸上的编号和校验码"
        "查验，或者向签发单位索取。",
        "The number was issued here, but the file is not as it was: it may have been altered, or saved anew"
        " by another program. Enter the number and the check code, or ask whoever issued it.",
    ),
    "not_issued": Label(
        "不是本系统签发，请核对编号和校验码。",
        "Not issued here: compare the number and the check code with the paper.",
    ),
}
"""What is told of an extract by its number, and of a file; nothing of whom it is about."""
NO_FILE_OF_OURS: Final = Label(
    "不是本系统签发的摘录文件。扫描件、照片和另存的文件，请填写纸上的编号和校验码查验。",
    "No file of an extract that was issued here. Of a scan, a photograph or a file saved anew, enter the"
    " number and the check code on the paper.",
)
"""What is told of a file that was not issued."""


class ExtractField(TypedDict):
    """What holds of an attribute, in words; null where nothing is recorded. `since` is null if timeless."""

    field: str
    zh: str
    en: str
    value: str | None
    since: str | None
    until: str | None


class ExtractChapter(TypedDict):
    """A chapter of an extract."""

    chapter: str
    zh: str
    en: str
    fields: Sequence[ExtractField]


class WithheldCategory(TypedDict):
    """A category of personal data that the extract withholds."""

    category: Category
    zh: str
    en: str


class SignedLog(TypedDict):
    """How many entries the log had signed, and the root of its tree, null before the first."""

    size: int
    root: str | None


class ExtractAnswer(TypedDict):
    """What an extract tells: of whom, as of which day and as known when, for what and for whom it was made.

    `number` is null in a dry run; `lang` is the language of the values.
    """

    number: str | None
    lang: Language
    file_no: str | None
    name: str | None
    as_of: date
    known_position: int
    log: SignedLog
    chapters: Sequence[ExtractChapter]
    withheld: Sequence[WithheldCategory]
    purpose: str
    recipient: str
    institution: str | None
    made_by: str | None
    made_on: date


class VerifiedAnswer(TypedDict):
    """Whether an extract was issued here and still holds; nothing of what it tells."""

    state: ExtractState
    zh: str
    en: str
