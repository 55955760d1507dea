"""A file's first events on one page: as they were sent, checked by a dry run, and recorded together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from api.console.forms.dry_run import checked_by, digest, shown_faults, shown_refusals
from api.console.forms.event_form import (
    BUSY,
    KEY,
    NOT_SENT,
    OF_PAGE,
    CheckedForm,
    EventForm,
    first_of,
    key_of,
)
from api.console.forms.form_display import FormChoices
from api.console.forms.form_reading import EXCEPTED, ReadForm, SentFields
from api.console.page_request import PageRequest
from api.contract.problems import Problem
from api.http import record_one
from api.http.duplicates import caught_up
from domain.event import Event


@dataclass(frozen=True, slots=True)
class CheckedOpening:
    """What became of the events together, and of the form of each."""

    whole: CheckedForm
    events: Sequence[CheckedForm]


@dataclass(frozen=True, slots=True)
class OpeningForm:
    """The forms of a file's first events.

    `said` and `shown` are the digests of what was checked and of the possible duplicates that somebody was
    shown then.
    """

    page: PageRequest
    events: tuple[EventForm, ...]
    key: str
    said: str = ""
    shown: str = ""

    def read(self) -> list[ReadForm]:
        """Return what they say. Raises the problem `malformed` for fields that no form has."""
        return [each.read() for each in self.events]

    @property
    def claims(self) -> bool:
        """Whether an exception is claimed for any of them."""
        return any(each.first(EXCEPTED) for each in self.events)

    def was_checked(self, reads: Sequence[ReadForm]) -> bool:
        """Whether somebody was shown what they would change, as they are."""
        return self.said == checked_by(self.page, _body(reads)) and not any(each.faults for each in reads)

    async def checked(self, reads: Sequence[ReadForm]) -> tuple["OpeningForm", CheckedOpening]:
        """Return them with what the API answers, were they recorded now."""
        body = _body(reads)
        told, errors = None, []
        try:
            told = await self.page.answer(record_one.open_file, None, orjson.dumps(body))
        except Problem as problem:
            if problem.code in BUSY:
                return self, self._busy(reads)
            if problem.code != "invalid":
                raise
            errors = problem.more["errors"]
        checked = [
            await self._one(place, read, errors, () if told is None else told["refusals"])
            for place, read in enumerate(reads)
        ]
        faults = [fault for each in checked for fault in each.faults]
        if faults or told is None:
            return replace(self, said="", shown=""), CheckedOpening(CheckedForm(reads[0], faults), checked)
        refusals = [refusal for each in checked for refusal in each.refusals]
        whole = CheckedForm(reads[0], told=told, refusals=refusals)
        seen = replace(
            self, said=checked_by(self.page, body), shown=digest(_alike(told["possible_duplicates"]))
        )
        return seen, CheckedOpening(whole, checked)

    async def recorded(
        self, reads: Sequence[ReadForm]
    ) -> Mapping[str, Any] | tuple["OpeningForm", CheckedOpening]:
        """Record what was checked, all of it or nothing, and return the answer, or the forms with why not.

        Nothing is recorded if the register has possible duplicates now that were not shown. One file is
        opened after the other, so that of two who receive a child at once the later one is shown the first.
        """
        async with self.page.context.container.opening:
            return await self._recorded(reads)

    async def _recorded(
        self, reads: Sequence[ReadForm]
    ) -> Mapping[str, Any] | tuple["OpeningForm", CheckedOpening]:
        await caught_up(self.page.context, "register")
        again, checked = await self.checked(reads)
        moved = checked.whole.told is not None and again.shown != self.shown
        # Looked up after the duplicates: the file that this form itself has opened is none.
        if (moved or not checked.whole.ready) and not await record_one.was_opened(
            self.page.context, KEY.format(self.key)
        ):
            whole = replace(checked.whole, note="alike") if moved else checked.whole
            return again, replace(checked, whole=whole)
        raw = orjson.dumps(_body(reads))
        try:
            answer: Mapping[str, Any] = await self.page.answer(
                record_one.open_file, KEY.format(self.key), raw
            )
        except Problem as problem:
            if problem.code in BUSY:
                return self, self._busy(reads)
            if problem.code in {"refused", "invalid"}:
                return await self.checked(reads)
            if problem.code == "idempotency_mismatch":
                again, checked = await self.checked(reads)
                return again, replace(checked, whole=replace(checked.whole, note="recorded_before"))
            raise
        return answer

    def shown_as(self, checked: CheckedOpening) -> dict[str, Any]:
        """Return what a template shows of the forms and of what became of them."""
        parts = [
            {"event": each, **each.shown_as(became)}
            for each, became in zip(self.events, checked.events, strict=True)
        ]
        lists: dict[str, list[str]] = {}
        for part in parts:
            lists |= part["code_lists"]
        return {"form": self, "checked": checked.whole, "parts": parts, "code_lists": lists}

    def unsent(self) -> CheckedOpening:
        """Return that nothing became of them yet."""
        return CheckedOpening(NOT_SENT, [NOT_SENT] * len(self.events))

    async def _one(
        self,
        place: int,
        read: ReadForm,
        errors: Sequence[Mapping[str, Any]],
        refusals: Sequence[Mapping[str, Any]],
    ) -> CheckedForm:
        """Return what became of one event; what is about none of them is told with the first."""
        event, words = self.events[place], self.page.words
        faults, messages = shown_faults(
            words, read, event.labels(read), self._about(place, errors), event.prefix
        )
        label = words.label(event.kind.label)
        named = [
            replace(each, label=f"{label} · {each.label}") if each.field is not None else each
            for each in faults
        ]
        against = await shown_refusals(
            self.page, event.kind, read, self._about(place, refusals), prefix=event.prefix
        )
        # Nothing else can be recorded first: there is no file yet.
        return CheckedForm(read, named, messages, [replace(each, cures=[]) for each in against])

    def _about(self, place: int, told: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return what is told of one event, at its place in the form of that alone."""
        found: list[Mapping[str, Any]] = []
        for each in told:
            events, _, rest = each["pointer"].removeprefix("/").partition("/")
            number, _, inner = rest.partition("/")
            of = int(number) if events == "events" and number.isdecimal() else None
            if of == place or (of is None and place == 0):
                found.append({**each, "pointer": f"/{inner}" if of is not None else ""})
        return found

    def _busy(self, reads: Sequence[ReadForm]) -> CheckedOpening:
        return CheckedOpening(CheckedForm(reads[0], note="busy"), [CheckedForm(each) for each in reads])


def opening_form(
    page: PageRequest, kinds: Sequence[type[Event]], sent: Mapping[type[Event], SentFields], key: str
) -> OpeningForm:
    """Return the forms of a file's first events, as first shown; `sent` is what is filled in of some."""
    events = (
        EventForm(
            page, kind, FormChoices(), sent.get(kind, {}), f"{key}/{kind.__name__}", prefix=_prefix(kind)
        )
        for kind in kinds
    )
    return OpeningForm(page, tuple(events), key)


def sent_opening(page: PageRequest, kinds: Sequence[type[Event]], filled: SentFields) -> OpeningForm:
    """Return the forms that were sent. Raises the problem `malformed`."""
    named = {name: values for name, values in filled.items() if name not in OF_PAGE}
    sent: dict[type[Event], dict[str, Sequence[str]]] = {kind: {} for kind in kinds}
    for name, values in named.items():
        kind = next((each for each in kinds if name.startswith(_prefix(each))), None)
        if kind is None:
            raise Problem("malformed")
        sent[kind][name.removeprefix(_prefix(kind))] = values
    form = opening_form(page, kinds, sent, key_of(filled))
    more = first_of(filled, "more")
    events = (
        replace(each, more=more.removeprefix(each.prefix)) if more.startswith(each.prefix) else each
        for each in form.events
    )
    return replace(form, events=tuple(events), said=first_of(filled, "said"), shown=first_of(filled, "shown"))


def opening_fields(kind: type[Event], filled: SentFields, key: str) -> dict[str, Sequence[str]]:
    """Return the fields of the forms, as they are sent, with what is `filled` in of one event."""
    return {"key": [key], **{_prefix(kind) + name: values for name, values in filled.items()}}


def _prefix(kind: type[Event]) -> str:
    return f"{kind.__name__}."


def _alike(duplicates: Iterable[Mapping[str, Any]]) -> list[list[Any]]:
    """Return possible duplicates as far as they tell which files may be the same child's, in one order."""
    return sorted([each["rule"], each["child"] or "", *sorted(each["others"])] for each in duplicates)


def _body(reads: Sequence[ReadForm]) -> dict[str, Any]:
    return {"events": [each.body for each in reads]}
