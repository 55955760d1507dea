"""Findings against a file: breaches and gaps as found, unapproved exceptions, doubts, lapses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.event import CATALOGUE
from domain.file import File
from domain.judging import Judgement, corrections_waiting, findings_against, judged_entry
from domain.judging import findings as judged
from domain.rule_reads import rule_reads
from domain.rulebook import Rulebook
from domain.standing import STANDING, Lapse, lapses, lapses_on
from domain.when import LAST_DAY
from projections.markers import Blank, Hashed, Internal
from projections.model import ReadModel, RowContext, RowParts
from projections.withholding import Withholding, listed


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding against a file, in words that name no person.

    It holds from `found_on`, the day of its entry or the first day on which a requirement fails, to `until`,
    which is None if it has no end. `number` identifies a stored finding within its file. `rests_on` are the
    categories of personal data that it reveals.
    """

    child: UUID
    number: Annotated[int, Internal()]
    rests_on: list[str]
    rule: Annotated[str, Hashed()]
    kind: Annotated[str, Hashed()]
    found_on: Annotated[date, Internal()]
    until: Annotated[date | None, Internal()]
    entries: Annotated[list[UUID], Blank([])]
    zh: Annotated[str, Blank("")]
    en: Annotated[str, Blank("")]
    source: Annotated[str, Blank("")]
    verified: Annotated[bool, Blank(value=False)]
    sealed: Annotated[bytes | None, Internal()] = None

    def speaks(self, day: date) -> bool:
        """Whether the finding holds on a day."""
        return self.found_on <= day and (self.until is None or day <= self.until)


UNAPPROVED: Final = "X11"
"""The rule of a correction that a second person is still to approve."""
REJECTED: Final = "X10"
"""The rule of an entry whose exception was rejected, and that is still to be mended."""


def findings_of(file: File, child: UUID, rulebook: Rulebook) -> Iterator[Finding]:
    """Yield every finding against a file, on any day."""
    yield from _against_entries(child, judged(file, rulebook), rulebook)
    yield from (against_days(child, lapse) for lapse in lapses(file, rulebook, LAST_DAY))


def findings_on(file: File, child: UUID, rulebook: Rulebook, day: date) -> Iterator[Finding]:
    """Yield the findings of `findings_of` that speak on a day, without judging what speaks later alone.

    How long a lapse goes on after the day is not told.
    """
    found = _against_entries(child, judged(file, rulebook, day), rulebook)
    yield from (each for each in found if each.speaks(day))
    yield from (against_days(child, lapse) for lapse in lapses_on(file, rulebook, day))


def findings_under(file: File, child: UUID, rulebook: Rulebook, rule: str) -> Iterator[Finding]:
    """Yield the findings of one rule against a file, without judging what that rule never judges."""
    reads = rule_reads().get(rule)
    judged_kinds = () if reads is None else reads.judges
    # An exception to any rule may be rejected.
    kinds = CATALOGUE.values() if rule == REJECTED else [CATALOGUE[kind] for kind in judged_kinds]
    against = (
        corrections_waiting(file, rulebook) if rule == UNAPPROVED else findings_against(file, kinds, rulebook)
    )
    of_days = (against_days(child, lapse) for lapse in lapses(file, rulebook, LAST_DAY, rule))
    yield from (each for each in (*_against_entries(child, against, rulebook), *of_days) if each.rule == rule)


def _against_entries(child: UUID, judgements: Iterable[Judgement], rulebook: Rulebook) -> Iterator[Finding]:
    """Yield what speaks against each entry; of a rejected exception also what is to be done (X10)."""
    to_mend: set[UUID] = set()
    for judgement in judgements:
        finding = against_entry(judgement, child)
        yield finding
        if judgement.rejected and judgement.entry.entry_id not in to_mend:
            to_mend.add(judgement.entry.entry_id)
            rule = rulebook[REJECTED]
            yield replace(
                finding,
                rule=rule.id,
                kind="exception_rejected",
                zh=rule.zh,
                en=rule.en,
                source=rule.source,
                verified=rule.verified,
            )


def against_entry(judgement: Judgement, child: UUID) -> Finding:
    """Return the judgement of one entry as a finding against a file."""
    entry, refusal = judgement.entry, judgement.refusal
    sentence = judgement.rule.sentence(refusal.detail)
    return Finding(
        child=child,
        number=0,
        rests_on=listed(refusal.rests_on),
        rule=judgement.rule.id,
        kind="exception_unapproved" if judgement.excused else refusal.kind,
        found_on=entry.days.last,
        until=None,
        entries=list(dict.fromkeys([entry.entry_id, *refusal.evidence])),
        zh=sentence.zh,
        en=sentence.en,
        source=judgement.source,
        verified=judgement.verified,
    )


def against_days(child: UUID, lapse: Lapse) -> Finding:
    """Return a lapse of a file as a finding."""
    rule, refusal = lapse.rule, lapse.refusal
    sentence = rule.sentence(refusal.detail)
    return Finding(
        child=child,
        number=0,
        rests_on=listed(refusal.rests_on),
        rule=rule.id,
        kind=refusal.kind,
        found_on=lapse.since,
        until=None if lapse.until == LAST_DAY else lapse.until,
        entries=list(refusal.evidence),
        zh=sentence.zh,
        en=sentence.en,
        source=refusal.source or rule.source,
        verified=refusal.verified,
    )


WITHHELD: Final = Withholding(
    "findings", Finding, ("rule", "kind", "found_on", "entries"), beside=("family_children",)
)


def rows(file: File, reading: RowContext) -> Iterator[Finding]:
    """Yield one row per finding."""
    return WITHHELD.rows(findings_of(file, reading.stream, reading.rulebook), reading.seal)


def _parts(keys: Iterable[object]) -> Iterator[UUID | str]:
    """Yield each entry as it stands, and each standing question by its rule."""
    yield from (each for each in keys if isinstance(each, UUID))
    yield from STANDING


def _rows_of_part(file: File, reading: RowContext, part: UUID | str) -> Iterator[Finding]:
    if isinstance(part, UUID):
        judged_then = judged_entry(file, part, reading.rulebook)
        findings = _against_entries(reading.stream, judged_then, reading.rulebook)
    else:
        lapsed = lapses(file, reading.rulebook, LAST_DAY, part)
        findings = (against_days(reading.stream, each) for each in lapsed)
    return WITHHELD.rows(findings, reading.seal)


FINDINGS: Final = ReadModel("findings", Finding, rows, WITHHELD.opened, parts=RowParts(_parts, _rows_of_part))
