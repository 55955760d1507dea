"""What would change on a whole ledger under a draft of the rules: read only, one file after the other."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar
from uuid import UUID

from api.bootstrap import Container
from api.identity.access_log import WHAT_IF
from api.identity.permissions import SEES, Action, Actor, allowed
from api.identity.restricted import restricted
from api.rule_packs.pack_files import draft
from domain.event import Category
from domain.events.intake import FILE_NO
from domain.file import File
from domain.impact import GateChange, gate_changes
from domain.joined_files import is_listed
from domain.life import Life
from domain.rule_pack import RulePack
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.compute import compute
from projections.findings import Finding, findings_of
from projections.obligations import Obligation, obligations_of
from projections.projector.generations import EVERYWHERE, NOWHERE
from projections.projector.writer import FILES_AT_ONCE, chunks

R = TypeVar("R", Obligation, Finding)


@dataclass(frozen=True, slots=True)
class FileChanges:
    """What would change of one file, as far as its reader may see it.

    `obligations` are pairs of before and after, of which one may be missing. `new` and `gone` are findings.
    `file_no` is None where the reader does not see it, or there is none.
    """

    child: UUID
    file_no: str | None
    obligations: tuple[tuple[Obligation | None, Obligation | None], ...]
    gates: tuple[GateChange, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]

    @property
    def rules(self) -> set[str]:
        """The rules by which obligations or findings would change."""
        clocks = (row.rule for pair in self.obligations for row in pair if row is not None)
        return {*clocks, *(row.rule for row in (*self.new, *self.gone))}

    @property
    def any(self) -> bool:
        """Whether anything would change."""
        return bool(self.obligations or self.gates or self.new or self.gone)


async def changed_files(
    container: Container,
    actor: Actor,
    packs: Iterable[RulePack],
    *,
    institution: UUID | None = None,
    without: Iterable[str] = (),
    progress: Callable[[float], None] = lambda _: None,
) -> AsyncIterator[FileChanges]:
    """Yield the files that the actor may read and in which something would change, in the order of their ids.

    Each is read under the rulebook that its institution has adopted, and under the one that adopting the
    packs would give. With `institution`, only files in its charge are read. A few files are held at a time.
    `progress` is called with the progress, 0 to 1. What is read is noted in the access log.
    """
    ledger, packs, without = container.ledger, [*packs], [*without]
    drafts: dict[str, Rulebook] = {}
    today, sees, after = container.today(), SEES[actor.role], NOWHERE
    while page := next(chunks(await ledger.streams(["child"], after, FILES_AT_ONCE)), []):
        piece = [each.stream for each in page]
        files = await ledger.files(piece, keep="none")
        changed = []
        for child in piece:
            file = files.get(child)
            scope = None if file is None else scope_of(file)
            if file is None or scope is None or not is_listed(file):
                continue
            if restricted(scope) or not allowed(actor, Action.READ, scope, today=today):
                continue
            if institution is not None and scope.institution != institution:
                continue
            adopted = await ledger.rulebook_of(file)
            if adopted.digest not in drafts:
                drafts[adopted.digest] = draft(adopted, ledger.rulebook, packs, without)
            comparison = partial(compared, file, child, adopted, drafts[adopted.digest], today, sees)
            difference = await compute(comparison, len(file.entries))
            changed += [difference] if difference.any else []
        await container.access.note(actor, {each.child: _categories(each) for each in changed}, WHAT_IF)
        for each in changed:
            yield each
        after = piece[-1]
        progress(after.int / EVERYWHERE.int)


def compared(
    file: File, child: UUID, adopted: Rulebook, drafted: Rulebook, today: date, sees: AbstractSet[Category]
) -> FileChanges:
    """Return what differs in a file between two rulebooks, for a reader who sees these categories."""
    # A copy, since a file remembers what was found of it under one rulebook.
    readings = ((file, adopted), (file.copy(), drafted))
    clocks = [_seen(obligations_of(each, child, rulebook), sees) for each, rulebook in readings]
    findings = [_seen(findings_of(each, child, rulebook), sees) for each, rulebook in readings]
    fact = Life(file, today, adopted).now(FILE_NO)
    return FileChanges(
        child,
        None if fact is None or Category.IDENTITY not in sees else fact.held.value,
        tuple(_paired(*(_more(clocks[one], clocks[1 - one], _course) for one in (0, 1)))),
        tuple(gate_changes(Life(file, today, adopted), Life(file, today, drafted), sees)),
        tuple(_more(findings[1], findings[0], _said)),
        tuple(_more(findings[0], findings[1], _said)),
    )


def _seen(rows: Iterable[R], sees: AbstractSet[Category]) -> list[R]:
    return [row for row in rows if set(map(Category, row.rests_on)) <= sees]


def _more(rows: Iterable[R], others: Iterable[R], known_by: Callable[[R], object]) -> list[R]:
    """Return the rows that others lack, each as often as it is more often."""
    left = Counter(map(known_by, others))
    more = []
    for row in rows:
        key = known_by(row)
        if left[key]:
            left[key] -= 1
        else:
            more.append(row)
    return more


def _course(row: Obligation) -> object:
    """Return what an obligation asks, whatever its words and its source."""
    days = (row.opened_on, row.due_first, row.due_on, row.met_on, row.met_late, row.void_on)
    return (row.rule, tuple(row.started_by), row.met_by, days)


def _said(row: Finding) -> object:
    return (row.rule, row.kind, tuple(row.entries), row.found_on, row.until)


def _paired(
    before: list[Obligation], after: list[Obligation]
) -> Iterator[tuple[Obligation | None, Obligation | None]]:
    """Pair what one rule asks because of the same entries, in the order of their days."""
    left = [*after]
    for row in before:
        same = next(
            (each for each in left if (each.rule, each.started_by) == (row.rule, row.started_by)), None
        )
        if same is not None:
            left.remove(same)
        yield row, same
    yield from ((None, row) for row in left)


def _categories(changes: FileChanges) -> set[Category]:
    rows: list[Obligation | Finding] = [*changes.new, *changes.gone]
    rows += (row for pair in changes.obligations for row in pair if row is not None)
    categories = {Category(each) for row in rows for each in row.rests_on}
    for change in changes.gates:
        categories |= change.before.rests_on | change.after.rests_on
    return categories | ({Category.IDENTITY} if changes.file_no is not None else set())
