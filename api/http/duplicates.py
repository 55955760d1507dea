"""Possible duplicates in the register: files of the same child, or with a number to be given to another."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import chain
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from api.contract.findings import FindingAnswer
from api.contract.listing import titled
from api.http.dependencies import RequestContext
from domain.event import Category, known
from domain.events.intake import IdentityRecorded
from domain.label import Label
from domain.limit import Area, limit
from domain.when import LAST_DAY, Days
from ledger.recording.request import Draft
from projections.likeness import (
    KIND,
    LIKENESS_TERMS,
    LIKENESSES,
    MOST_OTHERS,
    ONE_CHILD,
    RESTS_ON,
    Likeness,
    holders,
    numbers_of,
    speaking,
    taken,
)
from projections.likeness import others as likeness_others
from projections.name_search import whole_name
from projections.paging import MOST, PageAsked
from projections.projector.projector import NotBuiltError
from projections.register import ListedOnDay, register

WAIT_SECONDS: Final = limit(
    1,
    Area.REQUESTS,
    Label("查重时等待名册的秒数", "Seconds of waiting for the register before a number is looked up in it"),
    why=Label("记录时即指出号码重复，又不使人久等", "Who records is told at once, and not kept waiting"),
    beyond=Label(
        "照常记录；查重结果随后见 /findings", "It is recorded, and /findings tells of it afterwards"
    ),
)
_SEXES: Final = frozenset({"1", "2"})


async def possible_duplicates(
    request: RequestContext, child: UUID | None, drafts: Sequence[Draft]
) -> list[FindingAnswer]:
    """Return possible duplicates of drafts: files with one of the numbers and, for a new file, alike files.

    Alike are files in the caller's scope that ever had that name and may have that birth and sex. A file that
    has a number and is out of scope is not named.
    """
    duplicates: list[FindingAnswer] = []
    for likeness, others in (await _taken(request, child, drafts)).items():
        duplicates += [_finding(request, likeness, other) for other in others] or [
            _finding(request, likeness, None)
        ]
    alike: dict[UUID, ListedOnDay] = {}
    for draft in drafts if child is None else ():
        if isinstance(draft.event, IdentityRecorded):
            rows = await _named_like(request, draft.event)
            alike |= {row.child: row for row in rows if _may_be(row, draft.event)}
    await request.note(dict.fromkeys(alike, (Category.IDENTITY,)), "duplicates")
    return [*duplicates, *(_finding(request, ONE_CHILD, other) for other in alike)]


async def numbers_taken(
    request: RequestContext, child: UUID | None, drafts: Iterable[Draft]
) -> list[FindingAnswer]:
    """Return findings against numbers of drafts that another file has.

    `child` is None for a new file.
    """
    taken = await _taken(request, child, drafts)
    return [_finding(request, likeness, child, others) for likeness, others in taken.items()]


async def numbers_taken_among(
    request: RequestContext, wanted: Mapping[int, tuple[UUID, Sequence[Draft]]]
) -> dict[int, list[FindingAnswer]]:
    """Return findings against numbers of several files' drafts, judged together.

    `wanted` holds a file and its drafts, by index. A number given by two of them is taken, like one that
    another file has.
    """
    terms = {index: terms_of(request, drafts) for index, (_, drafts) in wanted.items()}
    giving: dict[tuple[Likeness, bytes], dict[UUID, None]] = defaultdict(dict)
    for index, each in terms.items():
        for likeness, given in each.items():
            for term in given:
                giving[likeness, term][wanted[index][0]] = None
    if giving:
        await caught_up(request, LIKENESS_TERMS.name)
    findings: dict[int, list[FindingAnswer]] = {}
    named: set[UUID] = set()
    for index, each in terms.items():
        child, _ = wanted[index]
        others = await _having(request, child, each)
        for likeness, given in each.items():
            beside = dict.fromkeys(
                other for term in given for other in giving[likeness, term] if other != child
            )
            if beside:
                whole = dict.fromkeys([*others.get(likeness, ()), *beside])
                others[likeness] = list(whole)[:MOST_OTHERS]
        findings[index] = [_finding(request, likeness, child, those) for likeness, those in others.items()]
        named.update(chain.from_iterable(others.values()))
    await request.note(dict.fromkeys(named, (Category.IDENTITY,)), "duplicates")
    return findings


async def numbers_held(
    request: RequestContext, terms: Mapping[Likeness, Collection[bytes]]
) -> dict[tuple[Likeness, bytes], set[UUID]]:
    """Return the files that have numbers, in any scope: for counting only."""
    holding: dict[tuple[Likeness, bytes], set[UUID]] = {}
    with suppress(NotBuiltError):
        for likeness, own_terms in terms.items():
            async with request.container.projector.reading() as connection:
                held = await holders(connection, likeness, own_terms)
            holding |= {(likeness, term): children for term, children in held.items()}
    return holding


async def alike_files(
    request: RequestContext, connection: AsyncConnection[Any], child: UUID, day: date
) -> int:
    """Return the number of likenesses of a file to others that are findings on a day."""
    return await speaking(connection, child, day) if Category.IDENTITY in request.sees else 0


async def others_alike(
    request: RequestContext, findings: Sequence[tuple[UUID, str]], known: int | None = None
) -> dict[tuple[UUID, str], list[UUID]]:
    """Return the other files of findings by child and rule, as far as they are in the caller's scope."""
    if not findings:
        return {}
    async with request.container.projector.reading() as connection:
        found = await likeness_others(connection, request.scope, findings, known)
    named = {other for each in found.values() for other in each}
    await request.note(dict.fromkeys(named, (RESTS_ON,)), "duplicates")
    return found


async def files_like(request: RequestContext, child: UUID) -> dict[UUID, list[str]]:
    """Return the files in the caller's scope that may be of the same child, with the rules that say so."""
    like: dict[UUID, list[str]] = defaultdict(list)
    if RESTS_ON in request.sees:
        with suppress(NotBuiltError):
            found = await others_alike(request, [(child, each.rule) for each in LIKENESSES])
            for each in LIKENESSES:
                for other in found.get((child, each.rule), ()):
                    like[other].append(each.rule)
    return like


async def _taken(
    request: RequestContext, child: UUID | None, drafts: Iterable[Draft]
) -> dict[Likeness, list[UUID]]:
    """Return the numbers that are taken, with the files that have them and are in the caller's scope."""
    terms = terms_of(request, drafts)
    if terms:
        await caught_up(request, LIKENESS_TERMS.name)
    taken = await _having(request, child, terms)
    named = {other for others in taken.values() for other in others}
    await request.note(dict.fromkeys(named, (Category.IDENTITY,)), "duplicates")
    return taken


def terms_of(request: RequestContext, drafts: Iterable[Draft]) -> dict[Likeness, set[bytes]]:
    """Return the keyed hashes of the drafts' numbers; none if the caller may not know of taken ones."""
    terms: dict[Likeness, set[bytes]] = defaultdict(set)
    for draft in drafts if Category.IDENTITY in request.sees else ():
        for likeness, number in numbers_of(draft.event):
            text = likeness.text(number, request.actor.institution)
            if text is not None:
                terms[likeness].add(request.ledger.term(text))
    return terms


async def caught_up(request: RequestContext, *models: str) -> None:
    """Wait for read models, so that recent recordings count; the list reports what is still missing."""
    head = await request.ledger.head()
    await request.container.projector.reached(head.position, WAIT_SECONDS, *models)


async def _having(
    request: RequestContext, child: UUID | None, terms: Mapping[Likeness, Collection[bytes]]
) -> dict[Likeness, list[UUID]]:
    """Return the numbers that other files have, with those of the files in the caller's scope.

    Nothing is known before the register is built; the findings then show what is taken.
    """
    if terms:
        with suppress(NotBuiltError):
            async with request.container.projector.reading() as connection:
                return await taken(connection, request.scope, terms=terms, but=child)
    return {}


def _finding(
    request: RequestContext, likeness: Likeness, child: UUID | None, others: Iterable[UUID] = ()
) -> FindingAnswer:
    rule = request.ledger.rulebook[likeness.rule]
    return {
        "child": child,
        "rule": rule.id,
        **titled(rule),
        "kind": KIND,
        "on": request.today,
        "entries": [],
        "zh": rule.zh,
        "en": rule.en,
        "source": rule.source,
        "verified": rule.verified,
        "others": list(others),
        "rests_on": [RESTS_ON],
    }


async def _named_like(request: RequestContext, identity: IdentityRecorded) -> list[ListedOnDay]:
    name = known(identity.name)
    if name is None:
        return []
    terms = [request.ledger.term(whole_name(name))]
    async with request.container.projector.reading() as connection:
        page = await register(
            connection,
            request.scope,
            day=request.today,
            sees=request.sees,
            equal={},
            holding={"terms": terms},
            turn=PageAsked(MOST),
        )
    return page.rows


def _may_be(row: ListedOnDay, identity: IdentityRecorded) -> bool:
    born, sex = identity.born, known(identity.sex)
    other = Days(row.birth_on, row.birth_until or LAST_DAY)
    overlaps = born is None or (born.earliest <= other.last and other.earliest <= born.last)
    return overlaps and (row.sex == sex or not {row.sex, sex} <= _SEXES)
