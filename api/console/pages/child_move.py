"""Moving an entry that was recorded in another child's file: find the right one, see both, move it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID, uuid4

import orjson
from fastapi import Depends, Response

from api.console.child_frame import AboutChild
from api.console.file_frame import FilePage
from api.console.forms.asked_form import recorded_since
from api.console.forms.dry_run import ShownFault, ShownRefusal, checked_by, digest, told_in_words
from api.console.forms.entry_to_amend import EntryToAmend, entry_to_amend
from api.console.forms.event_form import BUSY, KEY, version_written
from api.console.forms.form_reading import MUST_FILL_IN
from api.console.forms.two_files import (
    NO_CHILD,
    NOBODY,
    NOT_THERE,
    FileOffered,
    FileRehearsed,
    file_to_offer,
    files_found,
    rehearsed_in,
)
from api.console.page_route import page_router
from api.console.pages.file_record import history_at
from api.console.rendering import lead_to
from api.console.sent_form import READING, readers_form
from api.console.value_display import child_name, personal
from api.contract.problems import Problem
from api.http import move_one

router = page_router()

_MOST_BYTES: Final = 64 * 1024
_FIELDS: Final = ("q", "to", "explanation", "key", "version", "said", "shown", "do", *sorted(READING))
_FILES: Final = ("here", "there")
"""The file that an entry leaves and the one that it goes to, in the words `which_file`."""
_PLACES: Final[Mapping[str, str]] = {"/to": "to", "/explanation": "explanation"}
Sent: TypeAlias = Annotated[Mapping[str, str], Depends(readers_form(*_FIELDS, most=_MOST_BYTES))]


@dataclass(frozen=True, slots=True)
class AskedMove:
    """An entry on its way into another file, as it was sent or first shown.

    `said` and `shown` are the digests of what was checked and of what somebody was told of it then, `version`
    is the file's at that time. `files` are the file that the entry leaves and the one that it goes to,
    `since` what others recorded in the former meanwhile.
    """

    found: EntryToAmend
    key: str
    q: str = ""
    to: UUID | None = None
    explanation: str = ""
    version: int = 0
    said: str = ""
    shown: str = ""
    offered: Sequence[FileOffered] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[FileRehearsed] = ()
    note: str = ""
    since: Sequence[Mapping[str, Any]] = ()

    @property
    def asked(self) -> FilePage:
        """The request for the page of the child whose file has the entry."""
        return self.found.asked

    @property
    def named(self) -> str:
        """The digest of what is to be moved where and why."""
        return checked_by(self.asked.page, [str(self.to), self.explanation])

    @property
    def refusals(self) -> list[ShownRefusal]:
        """What speaks against it in either file."""
        return [each for file in self.files for each in file.refusals]

    @property
    def ready(self) -> bool:
        """Whether both files would take it as they are."""
        return bool(self.files) and all(each.told and each.told["would"] == "record" for each in self.files)

    @property
    def faults(self) -> list[ShownFault]:
        """What is amiss in the form, in its order."""
        words = self.asked.page.words
        labels = {"q": "move.find", "to": "move.to", "explanation": "amend.explanation"}
        return [
            ShownFault(f"f-{name}", words(label), self.messages[name])
            for name, label in labels.items()
            if name in self.messages
        ]

    @property
    def status(self) -> int:
        """The status of a page that shows it."""
        if self.note == "busy":
            return 503
        return 422 if self.messages or self.refusals else 200

    @property
    def typed(self) -> dict[str, list[str]]:
        """What somebody filled in, to go on with it from another entry; nothing if they said not why."""
        if not self.explanation:
            return {}
        to = "" if self.to is None else str(self.to)
        return {"q": [self.q], "to": [to], "explanation": [self.explanation], "key": [self.key]}

    async def with_offers(self) -> "AskedMove":
        """Return it with the files that a search finds, and the one that was chosen."""
        offered = await files_found(self.asked.page, self.q, self.asked.file_id)
        if self.to is not None and str(self.to) not in {each.child for each in offered}:
            offered.append(await file_to_offer(self.other()))
        return replace(self, offered=offered)

    async def checked(self) -> "AskedMove":
        """Return it with what is amiss, or with what moving the entry would change in both files."""
        words, missing = self.asked.page.words, {}
        if self.to is None:
            missing["to" if self.offered else "q"] = words.label(NO_CHILD)
        if not self.explanation:
            missing["explanation"] = words.label(MUST_FILL_IN)
        if missing:
            return replace(self, messages=missing, said="", shown="")
        version = self.found.file["version"]
        try:
            told = await self._answer(None, None)
        except Problem as problem:
            return self._not_moved(problem)
        files = [
            await rehearsed_in(where, asked, self.found.kind, item)
            for where, asked, item in zip(_FILES, (self.asked, self.other()), told["items"], strict=True)
        ]
        seen = [told_in_words(each.told) for each in files if each.told is not None]
        return replace(self, files=files, version=version, said=self.named, shown=digest(seen))

    async def moved(self) -> "Mapping[str, Any] | AskedMove":
        """Move the entry, and return the answer about the file that it is in now; else why it is not moved.

        If others have recorded in its file meanwhile, it is moved only if that would change the same
        still and nobody amended it.
        """
        asking = self
        for _ in range(move_one.TRIES):
            try:
                told = await asking._answer(KEY.format(self.key), asking.version)
            except Problem as problem:
                if problem.code == "refused":
                    return await asking.checked()
                if problem.code != "stale":
                    return asking._not_moved(problem)
                found = await entry_to_amend(self.asked, UUID(self.found.entry["entry_id"]))
                again = await replace(asking, found=found).checked()
                if again.shown != self.shown or not found.stands:
                    since = await recorded_since(self.asked, self.version)
                    return replace(again, since=since, note="" if again.messages else "moved")
                asking = again
            else:
                arrived: Mapping[str, Any] = told["items"][1]
                return arrived
        return replace(self, note="busy")

    def other(self) -> FilePage:
        """Return the request for a page of the child to whose file the entry goes. Raises `malformed`."""
        if self.to is None:
            raise Problem("malformed")
        return replace(self.asked, file_id=self.to)

    async def _answer(self, key: str | None, expected: int | None) -> Any:  # noqa: ANN401 - an answer
        body = orjson.dumps({"to": str(self.to), "explanation": self.explanation})
        entry = UUID(self.found.entry["entry_id"])
        return await self.asked.page.answer(move_one.move, self.asked.file_id, entry, key, expected, body)

    def _not_moved(self, problem: Problem) -> "AskedMove":
        words = self.asked.page.words
        if problem.code in BUSY:
            return replace(self, note="busy")
        if problem.code == "idempotency_mismatch":
            return replace(self, note="recorded_before")
        unsure = replace(self, said="", shown="", files=())
        if problem.code in NOT_THERE:
            return replace(unsure, messages={"to": words.label(problem.detail)})
        if problem.code != "invalid":
            raise problem
        zh = words.language == "zh"
        messages = {
            _PLACES[each["pointer"]]: each["detail_zh"] if zh else each["detail"]
            for each in problem.more["errors"]
            if each["pointer"] in _PLACES
        }
        if not messages:
            raise problem
        return replace(unsure, messages=messages)


@router.get("/children/{child}/entries/{entry}/move")
async def move_page(asked: AboutChild, entry: UUID) -> Response:
    """Ask whose entry it is, and how it came into this file."""
    return await _page(AskedMove(await entry_to_amend(asked, entry), uuid4().hex))


@router.post("/children/{child}/entries/{entry}/move")
async def move(asked: AboutChild, entry: UUID, sent: Sent) -> Response:
    """Find the file that an entry belongs to, show what moving it would change, or move it.

    To whoever reads otherwise now, what they filled in is shown again.
    """
    move = await _sent(await entry_to_amend(asked, entry), sent).with_offers()
    if any(sent[name] for name in READING):
        return await _page(move)
    if sent["do"] == "find":
        return await _page(_found(move))
    if sent["do"] != "record" or move.said != move.named:
        move = await move.checked()
        unseen = sent["do"] == "record" and move.ready and not move.refusals
        return await _page(replace(move, note="unseen") if unseen else move)
    became = await move.moved()
    if isinstance(became, Mapping):
        return lead_to(history_at(move.other().address, became))
    return await _page(became)


def _sent(found: EntryToAmend, sent: Mapping[str, str]) -> AskedMove:
    """Return a move as it was sent. Raises the problem `malformed`."""
    key, version = sent["key"], version_written(sent["version"] or "0")
    if not (key.isascii() and key.isalnum()):
        raise Problem("malformed")
    try:
        to = UUID(sent["to"]) if sent["to"] else None
    except ValueError:
        raise Problem("malformed") from None
    return AskedMove(
        found,
        key,
        q=sent["q"].strip(),
        to=to,
        explanation=sent["explanation"].replace("\r\n", "\n").strip(),
        version=version,
        said=sent["said"],
        shown=sent["shown"],
    )


def _found(move: AskedMove) -> AskedMove:
    """Return a move after a search: the only file that was found is chosen, and none is said."""
    words = move.asked.page.words
    if not move.q:
        return replace(move, messages={"q": words.label(MUST_FILL_IN)})
    if not move.offered:
        return replace(move, messages={"q": words.label(NOBODY)})
    if move.to is None and len(move.offered) == 1:
        return replace(move, to=UUID(move.offered[0].child))
    return move


async def _page(move: AskedMove) -> Response:
    asked, words = move.asked, move.asked.page.words
    offers = [
        (each.child, child_name(words, each.name), personal(words, each.file_no)) for each in move.offered
    ]
    shown = move.found.shown() | {"checked": move, "files": move.files, "offers": offers}
    shown |= {"typed": move.typed, "explanation": move.explanation, "way": "move"}
    return await asked.render("move.html", "entry", move.found.file, status=move.status, **shown)
