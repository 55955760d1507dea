"""What a child's death asks for beside the end of care: its papers (R-DTH-1) and its report (R-DTH-2)."""

from dataclasses import replace
from typing import Final

from domain.codes import tables
from domain.event import Label, known
from domain.events.departure import ChildDied
from domain.life import Life
from domain.refusal import Refusals, against, breach, no_evidence, uncertain
from domain.when import Days, day_of

CREMATION: Final = "cremation"
OTHERWISE: Final = "otherwise"
TO_BE_REPORTED: Final = frozenset({"accident", "unknown_cause"})
"""Codes of `death_cause` that are reported to the police at once."""


@against(ChildDied)
def papers_are_there(died: ChildDied, life: Life) -> Refusals:
    """The papers that the law of the day asks for; where the disposal is unknown, those of a cremation."""
    disposal = known(died.disposal)
    case = CREMATION if disposal in {None, CREMATION} else OTHERWISE
    there, _ = life.papers()
    labels = tables()["document_kind"].codes
    for papers in life.papers_for("R-DTH-1", case):
        missing = [labels[kind] for kind in papers.kinds if kind not in there]
        if missing:
            detail = Label(
                "缺少：" + "、".join(label.zh for label in missing),
                "missing: " + ", ".join(label.en for label in missing),
            )
            refusal = no_evidence("R-DTH-1", detail=detail, by=papers)
            yield refusal if disposal is not None else replace(refusal, kind="uncertain")


@against(ChildDied)
def report_was_prompt(died: ChildDied, life: Life) -> Refusals:
    """An accident, or a death of unknown cause, is reported to the police at once."""
    cause, abnormal = known(died.cause_class), known(died.is_abnormal)
    if (cause is not None and cause not in TO_BE_REPORTED) and not abnormal:
        return
    limit, entry, at = life.number("R-DTH-2"), life.entry, known(died.reported_at)
    if limit is None or entry is None:
        return
    certain = cause in TO_BE_REPORTED or abnormal
    if not certain:
        yield uncertain("R-DTH-2", detail=Label("死因类别未登记", "the class of cause is not recorded"))
    elif at is None:
        yield no_evidence("R-DTH-2", detail=Label("报告时间未登记", "when it was reported is not recorded"))
    elif not Days.on(day_of(at)).last <= limit.ends(entry.days).last:
        yield breach("R-DTH-2", detail=Label("报告晚于死亡当日", "it was reported after that day"))
