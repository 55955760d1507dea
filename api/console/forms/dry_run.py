"""What recording would change, and what speaks against it, as a page tells it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

import orjson

from api.console.file_frame import FilePage
from api.console.forms.field_controls import has_form
from api.console.forms.form_choices import entry_words
from api.console.forms.form_display import field_id
from api.console.forms.form_reading import ReadForm
from api.console.page_request import PageRequest
from api.console.value_display import event_label
from api.console.words import Words
from api.http import timeline
from api.identity.permissions import Role, may_record_type
from domain.event import CATALOGUE, Event, Kind, chapter
from domain.events.archive import SCANS
from domain.events.erasure import DONE_BY_OPERATOR
from domain.possible import mending_of

AMENDING: Final = "record"
"""The chapter of what is said of entries, which has pages of its own."""
BY_NO_FORM: Final = (*SCANS, *DONE_BY_OPERATOR)
"""Types of event that are recorded with the bytes of a paper, or by a command."""
NO_EVIDENCE: Final[Mapping[str, str]] = MappingProxyType({})
_DIGITS: Final = 32
_JUDGED: Final = ("findings", "findings_gone", "refused_later")
_MOST_CURES: Final = 6
_SEARCHED: Final = 500


@dataclass(frozen=True, slots=True)
class ShownRefusal:
    """A rule that does not let an entry be recorded: what it says, what the file shows, what can be done.

    `cures` are the types of event to record first, by their names; `field` is the field that it is about, and
    `exception` where an exception is claimed from it, if one can be.
    """

    refusal: Mapping[str, Any]
    evidence: Sequence[str]
    cures: Sequence[tuple[str, str]]
    field: str | None
    excusable: bool
    exception: str = ""


@dataclass(frozen=True, slots=True)
class ShownFault:
    """A value that is not what it should be: its field's id if it has one, its label, and the message."""

    field: str | None
    label: str
    message: str


def digest(content: object) -> str:
    """Return a short name of a content: of what was typed, or of what somebody was shown."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_DIGITS]


def checked_by(page: PageRequest, content: object) -> str:
    """Return the digest of what somebody was shown checked: another person's of the same is another."""
    return digest([str(page.context.actor.user), content])


def told_in_words(told: Mapping[str, Any]) -> list[Any]:
    """Return what a dry run tells somebody, without the ids of entries that nothing has recorded."""
    impact = told["impact"]
    changes = [[each["zh"] for each in impact[name]] for name in ("status", "obligations", "readiness")]
    speaks = (told["refusals"], told["findings"], *(impact[name] for name in _JUDGED))
    judged = [[[each["rule"], each["zh"]] for each in some] for some in speaks]
    return [told["would"], changes, judged]


def records_type(role: Role, kind: type[Event], of: Kind = "child") -> bool:
    """Return whether a role may fill in the form of a type of event, in a file of a kind."""
    return is_offered(kind, of) and has_form(kind) and may_record_type(role, kind)


def is_offered(kind: type[Event], of: Kind = "child") -> bool:
    """Return whether a form records a type of event in files of a kind: by hand, amending nothing."""
    return kind.kind == of and chapter(kind) != AMENDING and kind not in BY_NO_FORM


async def shown_refusals(
    page: PageRequest,
    kind: type[Event],
    read: ReadForm,
    refusals: Iterable[Mapping[str, Any]],
    evidence: Mapping[str, str] = NO_EVIDENCE,
    prefix: str = "",
) -> list[ShownRefusal]:
    """Return refusals with the sentences of the entries that decided them, and what would mend each.

    `evidence` are the sentences by entry, and `prefix` begins the names of the fields of the form.
    """
    rules = (await page.context.rulebook()).rules
    words, role, of = page.words, page.role, page.context.kind
    shown = []
    for refusal in refusals:
        names = mending_of(rules[refusal["rule"]], kind) if refusal["rule"] in rules else ()
        cures = [name for name in names if name != kind.__name__ and records_type(role, CATALOGUE[name], of)]
        about = read.field_at(refusal["pointer"])
        shown.append(
            ShownRefusal(
                refusal,
                [evidence[each] for each in refusal.get("evidence", ()) if each in evidence],
                [(name, event_label(words, name)) for name in cures[:_MOST_CURES]],
                None if about is None else field_id(prefix + about),
                refusal["strength"] == "forbidden",
                field_id(f"{prefix}exception"),
            )
        )
    return shown


async def sentences(asked: FilePage, refusals: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the entries of a file that decided refusals in one line each, if they are among its latest."""
    entries = {each for refusal in refusals for each in refusal.get("evidence", ())}
    if not entries:
        return {}
    listed = await asked.page.answer(
        timeline.entries, asked.file_id, order="recorded", latest_first=True, limit=_SEARCHED
    )
    words = asked.page.words
    return {
        each["entry_id"]: entry_words(words, each) for each in listed["items"] if each["entry_id"] in entries
    }


def shown_faults(
    words: Words,
    read: ReadForm,
    labels: Mapping[str, str],
    told: Iterable[Mapping[str, Any]],
    prefix: str = "",
) -> tuple[list[ShownFault], dict[str, str]]:
    """Return what is amiss in a form, in its order, and the message of each field by its name.

    `told` are the errors that the API answers; where the form says something of the same field, that counts.
    """
    messages = {name: words.label(fault) for name, fault in read.faults.items()}
    elsewhere = []
    for error in told:
        message = error["detail_zh"] if words.language == "zh" else error["detail"]
        name = read.field_at(error["pointer"])
        if name is None:
            elsewhere.append(ShownFault(None, "", message))
        else:
            messages.setdefault(name, message)
    order = {name: place for place, name in enumerate(labels)}
    named = sorted(messages, key=lambda name: order.get(name, len(order)))
    faults = [ShownFault(field_id(prefix + name), labels.get(name, ""), messages[name]) for name in named]
    return [*elsewhere, *faults], messages
