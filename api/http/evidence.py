"""The entries on which lists across files rest, in one line each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.contract.entries import target_of
from api.contract.findings import EvidenceAnswer, evidence_json
from api.http.dependencies import RequestContext, categories_of
from domain.entry import AnyEntry
from domain.event import Category
from domain.file import File
from projections.scopes import StreamScope


@dataclass(frozen=True, slots=True)
class ToldEvidence:
    """Entries by id as they are told, and the categories of personal data that this tells, by file.

    `scopes` are those of the files that were asked for it.
    """

    answers: Mapping[UUID, EvidenceAnswer]
    categories: Mapping[UUID, set[Category]]
    scopes: Mapping[UUID, StreamScope]

    def of(self, ids: Iterable[UUID]) -> list[EvidenceAnswer]:
        """Return those of these entries that are told."""
        return [self.answers[each] for each in ids if each in self.answers]


async def evidence(request: RequestContext, ids: Iterable[UUID]) -> ToldEvidence:
    """Return entries as evidence, as far as the caller may read them; who asks notes that they are read."""
    entries = await request.ledger.entries(set(ids))
    named = {each.entry_id: each for each in entries}
    while more := {target for each in named.values() if (target := target_of(each)) is not None} - {*named}:
        found = {each.entry_id: each for each in await request.ledger.entries(more)}
        if not found:
            break
        named |= found
    scopes = await request.scopes({each.stream for each in entries}) if entries else {}
    told = [each for each in entries if request.reads(scopes.get(each.stream), each.days.last)]
    return _told(request, told, named, scopes)


def evidence_in(request: RequestContext, file: File, ids: Iterable[UUID]) -> ToldEvidence:
    """Return entries of a file as evidence, which was read to tell its `entries`; who asks notes that."""
    last, unrestricted = request.until(file), request.unrestricted(file)
    entries = (file.entries[each] for each in set(ids) if each in file.entries)
    told = [each for each in entries if each.days.last <= last and unrestricted(each)]
    return _told(request, told, file.entries, {})


def _told(
    request: RequestContext,
    told: Sequence[AnyEntry],
    named: Mapping[UUID, AnyEntry],
    scopes: Mapping[UUID, StreamScope],
) -> ToldEvidence:
    answers = {each.entry_id: evidence_json(each, request.sees, named) for each in told}
    return ToldEvidence(answers, _categories(told), scopes)


def _categories(entries: Iterable[AnyEntry]) -> dict[UUID, set[Category]]:
    read: dict[UUID, Any] = {}
    for each in entries:
        read.setdefault(each.stream, []).append(each)
    return {stream: categories_of(some) for stream, some in read.items()}
