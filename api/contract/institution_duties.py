"""The duties of institutions in the form of answers (domain.md 4.2 B6, B7)."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from api.contract.acting_answers import ACTED, ESCALATED
from api.contract.file_kinds import answer_about
from api.contract.findings import EvidenceAnswer
from api.contract.list_tables import CHARGE, CHILD, INSTITUTION, WHOSE, ListTable, day, text
from api.contract.masking import typed_dict
from api.contract.obligations import ObligationAnswer
from api.contract.tables_across_files import OBLIGATIONS_TABLE
from domain.label import Label

if TYPE_CHECKING:
    InstitutionDutyAnswer: TypeAlias = dict[str, Any]
else:
    InstitutionDutyAnswer = typed_dict(
        "InstitutionDutyAnswer",
        {
            **answer_about("institution", ObligationAnswer).__annotations__,
            "institution_name": str | None,
            "done_on": date | None,
            "evidence": list[EvidenceAnswer],
            **ACTED,
            **ESCALATED,
        },
        """What is due of an institution: which, since when it is done, and the entries that say so.

        The evidence is told as far as the caller may read it.
        """,
    )

INSTITUTION_OBLIGATIONS_TABLE: Final = ListTable(
    "institution-obligations",
    Label("机构到期事项", "Obligations of institutions"),
    (
        text("institution_name", Label("机构", "Institution"), 24),
        *(each for each in OBLIGATIONS_TABLE.columns if each not in {*WHOSE, *CHARGE, CHILD}),
        day("done_on", Label("办理日期", "Done on")),
        INSTITUTION,
    ),
)
