"""A form of an event about one child on its way: as it was sent, checked by a dry run, and recorded."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from api.console.file_frame import FilePage
from api.console.forms.dry_run import (
    checked_by,
    digest,
    sentences,
    shown_faults,
    shown_refusals,
    told_in_words,
)
from api.console.forms.event_form import (
    BUSY,
    KEY,
    OF_PAGE,
    CheckedForm,
    EventForm,
    first_of,
    key_of,
    version_written,
)
from api.console.forms.form_choices import choices_for
from api.console.forms.form_display import FormChoices
from api.console.forms.form_reading import ReadForm, SentFields
from api.contract.problems import Problem
from api.http import record_one, timeline
from domain.event import Event

_TRIES: Final = 3
_SINCE_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class AskedForm:
    """A form of an event as it was sent or first shown, in a file as it is.

    `version` is that of the file by which it was checked, `said` and `shown` are the digests of what was
    checked then and of what somebody was told of it. `due` is the rule that it clears what is due by;
    `besides` is what the body says that no field of the form does, such as which entry it corrects.
    """

    asked: FilePage
    kind: type[Event]
    file: Mapping[str, Any]
    choices: FormChoices
    sent: SentFields
    key: str
    due: str = ""
    version: int = 0
    said: str = ""
    shown: str = ""
    more: str = ""
    besides: Mapping[str, Any] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """Return what was sent in a field."""
        return first_of(self.sent, name)

    @property
    def event(self) -> EventForm:
        """The form without the file that it is about."""
        return EventForm(self.asked.page, self.kind, self.choices, self.sent, self.key, self.more)

    def read(self) -> ReadForm:
        """Return what it says. Raises the problem `malformed` for fields that the form does not have."""
        read = self.event.read()
        read.body |= self.besides
        return read

    def was_checked(self, read: ReadForm) -> bool:
        """Whether somebody was shown what it would change, as it is."""
        return self.said == checked_by(self.asked.page, read.body) and not read.faults

    async def checked(self, read: ReadForm) -> "tuple[AskedForm, CheckedForm]":
        """Return it with what the API answers to what it says, were that recorded now."""
        asked, words = self.asked, self.asked.page.words
        labels = self.event.labels(read)
        told, errors = None, []
        try:
            told = await asked.page.answer(
                record_one.record, asked.file_id, None, None, orjson.dumps(read.body)
            )
        except Problem as problem:
            if problem.code in BUSY:
                return self, CheckedForm(read, note="busy")
            if problem.code != "invalid":
                raise
            errors = problem.more["errors"]
        faults, messages = shown_faults(words, read, labels, errors)
        if faults or told is None:
            return replace(self, said="", shown=""), CheckedForm(read, faults, messages)
        evidence = await sentences(asked, told["refusals"])
        refusals = await shown_refusals(asked.page, self.kind, read, told["refusals"], evidence)
        seen = replace(
            self,
            version=self.file["version"],
            said=checked_by(asked.page, read.body),
            shown=digest(told_in_words(told)),
        )
        return seen, CheckedForm(read, told=told, refusals=refusals)

    async def recorded(
        self, read: ReadForm, same: Callable[[], Awaitable[bool]] | None = None
    ) -> "Mapping[str, Any] | tuple[AskedForm, CheckedForm]":
        """Record what was checked, and return the answer.

        If others have recorded meanwhile, it is recorded only if it would change the same still, and what it
        amends is the `same` still. Where it is not recorded, return the form with why.
        """
        raw, version = orjson.dumps(read.body), self.version
        for _ in range(_TRIES):
            try:
                answer: Mapping[str, Any] = await self.asked.page.answer(
                    record_one.record, self.asked.file_id, KEY.format(self.key), version, raw
                )
            except Problem as problem:
                if problem.code != "stale":
                    return await self._not_recorded(read, problem)
                again, checked = await self.checked(read)
                if again.shown != self.shown or (same is not None and not await same()):
                    since = await recorded_since(self.asked, self.version)
                    return again, replace(checked, since=since, note="moved")
                version = problem.more["version"]
            else:
                return answer
        return self, CheckedForm(read, note="busy")

    async def _not_recorded(self, read: ReadForm, problem: Problem) -> "tuple[AskedForm, CheckedForm]":
        if problem.code in BUSY:
            return self, CheckedForm(read, note="busy")
        if problem.code in {"refused", "invalid"}:
            return await self.checked(read)
        if problem.code == "idempotency_mismatch":
            return self, CheckedForm(read, note="recorded_before")
        raise problem

    def shown_as(self, checked: CheckedForm) -> dict[str, Any]:
        """Return what a template shows of the form and of what became of it."""
        return {"form": self, **self.event.shown_as(checked)}


async def recorded_since(asked: FilePage, version: int) -> list[Mapping[str, Any]]:
    """Return what was recorded in a file after a version of it, the latest first."""
    listed = await asked.page.answer(
        timeline.entries, asked.file_id, order="recorded", latest_first=True, limit=_SINCE_SHOWN
    )
    return [each for each in listed["items"] if each["version"] > version]


async def form_of(asked: FilePage, kind: type[Event], sent: SentFields, key: str, due: str = "") -> AskedForm:
    """Return a form of an event, as first shown."""
    file = await asked.summary()
    return AskedForm(asked, kind, file, await choices_for(asked, kind, file), sent, key, due)


async def sent_form_of(asked: FilePage, kind: type[Event], filled: SentFields) -> AskedForm:
    """Return a form that was sent, with what it says of itself. Raises the problem `malformed`."""
    key, version = key_of(filled), version_written(first_of(filled, "version") or "0")
    sent = {name: values for name, values in filled.items() if name not in OF_PAGE}
    form = await form_of(asked, kind, sent, key, first_of(filled, "for"))
    return replace(
        form,
        version=version,
        said=first_of(filled, "said"),
        shown=first_of(filled, "shown"),
        more=first_of(filled, "more"),
    )
