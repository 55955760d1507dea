"""An entry and what a correction makes of it, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.console.entry_display import DisplayedField, entry_fields
from api.console.forms.form_display import field_id
from api.console.forms.form_reading import OCCURRED, ReadForm
from api.console.value_display import Displayed, days, personal
from api.console.words import Words
from domain.codes import tables
from domain.envelope import envelope_fields
from domain.event import CATALOGUE, fields_of

_OF_PAPER: Final = ("number", "issuer", "issued_on", "sha256")
_SAID_BESIDE: Final = ("note", "noted_on", "noted_by", "at")


@dataclass(frozen=True, slots=True)
class AmendedRow:
    """A field as it was and as it becomes; `field` is the id of its control."""

    label: str
    was: Displayed
    becomes: Displayed
    field: str

    @property
    def changed(self) -> bool:
        """Whether the correction says something else."""
        return self.was != self.becomes


def amended_rows(words: Words, entry: Mapping[str, Any], read: ReadForm) -> list[AmendedRow]:
    """Return each field of an entry beside what a correction that was read says of it."""
    body = read.body
    names = [spec.name for spec in fields_of(CATALOGUE[entry["type"]])]
    becoming = {**entry, "data": {name: body["data"].get(name) for name in names}}
    told = zip(names, entry_fields(words, entry), entry_fields(words, becoming), strict=True)
    last = body.get("occurred_until") or body["occurred_on"]
    labels = {spec.name: words.label(spec.label) for spec in envelope_fields()}
    papers = {"documents": body.get("documents", ())}
    return [
        AmendedRow(
            words("form.occurred"),
            Displayed(days(words, entry["occurred_on"], entry["occurred_until"])),
            Displayed(days(words, body["occurred_on"], last)),
            field_id(OCCURRED),
        ),
        *(
            AmendedRow(was.label, _whole(words, was), _whole(words, becomes), field_id(f"data.{name}"))
            for name, was, becomes in told
        ),
        AmendedRow(
            labels["estimated"],
            Displayed(words("truth.yes" if entry["estimated"] else "truth.no")),
            Displayed(words("truth.yes" if body.get("estimated") else "truth.no")),
            field_id(OCCURRED),
        ),
        AmendedRow(labels["documents"], _papers(words, entry), _papers(words, papers), "f-documents"),
        *(
            AmendedRow(
                labels[name], personal(words, entry[name]), personal(words, body.get(name)), field_id(name)
            )
            for name in _SAID_BESIDE
            if entry[name] is not None or body.get(name) is not None
        ),
    ]


def _papers(words: Words, said: Mapping[str, Any]) -> Displayed:
    kinds = tables()["document_kind"].codes
    told = []
    for each in said["documents"]:
        kind = words.label(kinds[each["kind"]]) if each["kind"] in kinds else each["kind"]
        told.append(" ".join(filter(None, (kind, *(each.get(name) for name in _OF_PAPER)))))
    return Displayed(words("list.joint").join(told)) if told else personal(words, None)


def _whole(words: Words, field: DisplayedField) -> Displayed:
    """Return the value of a field, or of all the fields that it is made of, in one line."""
    if not field.fields:
        return field.value
    parts = (f"{each.label} {_whole(words, each).text}" for each in field.fields)
    return Displayed(words("list.joint").join(parts))
