"""The form by which two files of one child are joined or separated: rehearsed, and recorded in both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson

from api.console.child_frame import ChildPage
from api.console.forms.asked_form import recorded_since
from api.console.forms.compared_files import ComparedFile, compared_file
from api.console.forms.dry_run import ShownFault, checked_by, shown_faults
from api.console.forms.event_form import BUSY, KEY, CheckedForm, EventForm
from api.console.forms.form_display import FormChoices
from api.console.forms.form_reading import ReadForm, SentFields
from api.console.forms.many_form import in_event
from api.console.forms.two_files import (
    NO_CHILD,
    NOBODY,
    NOT_THERE,
    OFFERED,
    FileOffered,
    FileRehearsed,
    file_to_offer,
    files_found,
    rehearsed_in,
)
from api.contract.problems import Problem
from api.http import duplicates, record_many
from domain.events.filing import FilesJoined, FilesSeparated

OF_TWO: Final = ("joined", "kept")
"""The two files in the order in which they are recorded in, in the words `which_file`."""
NAMED: Final = ("data.kept", "data.joined")
"""Fields of the event that name the files, which the page chooses instead."""
KindOfTwo: TypeAlias = type[FilesJoined] | type[FilesSeparated]


@dataclass(frozen=True, slots=True)
class JoiningForm:
    """Two files to be joined or separated, as was sent or first shown, from the page of one of them.

    `other` is the second file and `kept` the one that stays; `pair` are both as they are, and before they
    were joined where they are to be separated. `version` and `other_version` are those of the files by which
    it was checked, `said` the digest of what was checked; `more` is a list that is to have more rows.
    """

    asked: ChildPage
    kind: KindOfTwo
    sent: SentFields
    key: str
    here: ComparedFile
    q: str = ""
    other: UUID | None = None
    kept: UUID | None = None
    more: str = ""
    version: int = 0
    other_version: int = 0
    said: str = ""
    offered: Sequence[FileOffered] = ()
    pair: tuple[ComparedFile, ComparedFile] | None = None
    messages: Mapping[str, str] = field(default_factory=dict)

    @property
    def joins(self) -> bool:
        """Whether the files are to be joined, and not separated."""
        return self.kind is FilesJoined

    @property
    def address(self) -> str:
        """Where it is sent to."""
        return f"{self.asked.address}/{'join' if self.joins else 'separate'}"

    @property
    def joined(self) -> UUID | None:
        """The file that is joined to the one that stays, once both are known."""
        return self.asked.child if self.kept == self.other else self.other

    @property
    def event(self) -> EventForm:
        """The form of what is recorded in both."""
        named = {"data.kept": self.kept, "data.joined": self.joined}
        sent = {**self.sent, **{name: [str(child)] for name, child in named.items() if child is not None}}
        return EventForm(self.asked.page, self.kind, FormChoices(), sent, self.key, self.more)

    @property
    def faults(self) -> list[ShownFault]:
        """What is amiss in the choice of the files, in the order of the page."""
        words = self.asked.page.words
        labels = {
            "q": words("move.find"),
            "other": words("join.other") if self.joins else words("separate.other"),
        }
        return [
            ShownFault(f"f-{name}", label, self.messages[name])
            for name, label in labels.items()
            if name in self.messages
        ]

    def was_checked(self, read: ReadForm) -> bool:
        """Whether somebody was shown what it would change, as it is."""
        return self.said == checked_by(self.asked.page, read.body) and not read.faults

    async def with_offers(self) -> "JoiningForm":
        """Return it with the files to choose from: the likeliest, then those that a search finds."""
        offered = [*await (self._alike() if self.joins else self._joined())]
        known = {each.child for each in offered}
        if self.joins:
            found = await files_found(self.asked.page, self.q, self.asked.child)
            offered += [each for each in found if each.child not in known]
        elif self.other is None and len(offered) == 1:
            return replace(self, offered=offered, other=UUID(offered[0].child))
        return replace(self, offered=offered)

    async def with_pair(self) -> "JoiningForm":
        """Return it with both files, and the one that would stay where nobody has said which."""
        if self.other is None:
            return self
        try:
            pair = await self._pair(self.other)
        except Problem as problem:
            if problem.code not in NOT_THERE:
                raise
            words = self.asked.page.words
            return replace(self, messages={"other": words.label(problem.detail)})
        offered = [*self.offered]
        if str(self.other) not in {each.child for each in offered}:
            offered.append(await file_to_offer(pair[1].asked))
        kept = self.kept if self.kept in {self.asked.child, self.other} else UUID(_stays(*pair).child)
        return replace(self, pair=pair, offered=offered, kept=kept if self.joins else self.asked.child)

    def looked_for(self) -> "JoiningForm":
        """Return it after a search, with a message where that found nobody."""
        if self.offered:
            return self
        return replace(self, messages={"q": self.asked.page.words.label(NOBODY)})

    def unchosen(self) -> "JoiningForm":
        """Return it with a message where a file is still to be chosen."""
        if self.other is not None or self.messages:
            return self
        name = "other" if self.offered else "q"
        return replace(self, messages={name: self.asked.page.words.label(NO_CHILD)})

    async def checked(self, read: ReadForm) -> "tuple[JoiningForm, CheckedForm, Sequence[FileRehearsed]]":
        """Return it with what recording it would change in both files, and what speaks against it there."""
        if self.pair is None or self.messages:
            unchosen = self.unchosen()
            return unchosen, CheckedForm(read, unchosen.faults), ()
        try:
            told = await self._answer(None, read)
        except Problem as problem:
            if problem.code in BUSY:
                return self, CheckedForm(read, note="busy"), ()
            if problem.code != "invalid":
                raise
            told, errors = (), [*problem.more["errors"]]
        else:
            errors = [error for item in told[:1] for error in _errors(item)]
        errors = [{**each, "pointer": in_event(each["pointer"])} for each in errors]
        faults, messages = shown_faults(self.asked.page.words, read, self.event.labels(read), errors)
        hindered = [each for item in told if (each := _hindrance(item)) is not None]
        if not faults and hindered:
            faults = [ShownFault("f-other", "", self.asked.page.words.said(hindered[0], "detail"))]
        if faults:
            return replace(self, said=""), CheckedForm(read, faults, messages), ()
        files = [
            await rehearsed_in(where, asked, self.kind, item)
            for where, asked, item in zip(OF_TWO, self._order(), told, strict=True)
        ]
        ready = all(each.told and each.told["would"] == "record" for each in files)
        checked = CheckedForm(
            read,
            told={"would": "record" if ready else "refuse"},
            refusals=[each for file in files for each in file.refusals],
        )
        _, there = self.pair
        seen = replace(
            self,
            version=self.here.version,
            other_version=there.version if self.joins else 0,
            said=checked_by(self.asked.page, read.body),
        )
        return seen, checked, files

    async def recorded(
        self, read: ReadForm
    ) -> "Mapping[str, Any] | tuple[JoiningForm, CheckedForm, Sequence[FileRehearsed]]":
        """Record it in both files, and return what the one that stays has of it; else why it does not."""
        try:
            told = await self._answer(KEY.format(self.key), read)
        except Problem as problem:
            if problem.code in BUSY:
                return self, CheckedForm(read, note="busy"), ()
            raise
        codes = {item["problem"]["code"] for item in told if "problem" in item}
        if not codes:
            stays: Mapping[str, Any] = told[OF_TWO.index("kept")]
            return stays
        if codes & BUSY:
            return self, CheckedForm(read, note="busy"), ()
        if "idempotency_mismatch" in codes:
            return self, CheckedForm(read, note="recorded_before"), ()
        again, checked, files = await self.checked(read)
        if "stale" in codes and not checked.faults:
            since = await recorded_since(self.asked, self.version)
            checked = replace(checked, since=since, note="moved")
        return again, checked, files

    async def _alike(self) -> list[FileOffered]:
        page, rules = self.asked.page, (await self.asked.page.context.rulebook()).rules
        alike = [*(await duplicates.files_like(page.context, self.asked.child)).items()][:OFFERED]
        return [
            await file_to_offer(
                replace(self.asked, file_id=other), [page.words.label(rules[each].title) for each in said]
            )
            for other, said in alike
        ]

    async def _joined(self) -> list[FileOffered]:
        return [await file_to_offer(self._before(UUID(each["value"]))) for each in self.here.joined]

    def _before(self, joined: UUID) -> ChildPage:
        """Return the request for a file that is joined, as it was known before that. Raises `not_found`."""
        entries = {each["value"]: each["entry"] for each in self.here.joined}
        if str(joined) not in entries:
            raise Problem("not_found")
        before = self.here.before(entries[str(joined)])
        return replace(self.asked, file_id=joined, known_at=str(before))

    async def _pair(self, other: UUID) -> tuple[ComparedFile, ComparedFile]:
        if self.joins:
            return self.here, await compared_file(replace(self.asked, file_id=other))
        before = self._before(other)
        ours = replace(self.asked, known_at=before.known_at)
        return await compared_file(ours), await compared_file(before)

    def _order(self) -> tuple[ChildPage, ChildPage]:
        """Return the requests for the file that is joined and for the one that stays."""
        here, other = self.asked, replace(self.asked, file_id=self.other or self.asked.child)
        return (here, other) if self.kept == self.other else (other, here)

    async def _answer(self, key: str | None, read: ReadForm) -> Sequence[Mapping[str, Any]]:
        versions = {self.asked.child: self.version, self.other: self.other_version}
        items = [
            {"child": str(each.child), "events": [read.body]}
            | ({"version": versions[each.child]} if key and versions[each.child] else {})
            for each in self._order()
        ]
        raw = orjson.dumps({"all_or_nothing": True, "items": items})
        told: Sequence[Mapping[str, Any]]
        told = (await self.asked.page.answer(record_many.record_many, key, raw))["items"]
        return told


def _stays(here: ComparedFile, there: ComparedFile) -> ComparedFile:
    """Return the file that stays unless somebody says otherwise: with others joined to it, or older."""
    if bool(here.joined) != bool(there.joined):
        return here if here.joined else there
    return min(here, there, key=lambda each: each.position)


def _errors(item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    problem = item.get("problem", {})
    return problem["errors"] if problem.get("code") == "invalid" else ()


def _hindrance(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the problem for which an item tells nothing of its own: not that the other one has one."""
    problem: Mapping[str, Any] | None = item.get("problem")
    return None if problem is None or problem["code"] in {"withheld", "invalid"} else problem
