"""Read models: each module answers one question across files from one table, rebuilt from the entries.

To add a read model, add its module with the .sql file of its table, and a line here.
"""

from typing import Any, Final

from projections.counted_values import COUNTED_VALUES
from projections.escalation_steps import ESCALATION_STEPS
from projections.exceptions import EXCEPTIONS
from projections.families import FAMILIES
from projections.family_children import FAMILY_CHILDREN
from projections.findings import FINDINGS
from projections.found_differences import FOUND_DIFFERENCES
from projections.institution_obligations import INSTITUTION_OBLIGATIONS
from projections.likeness import LIKENESS_TERMS
from projections.model import ReadModel
from projections.obligations import OBLIGATIONS
from projections.placements import PLACEMENTS
from projections.readiness import READINESS
from projections.register import REGISTER
from projections.responsible_people import RESPONSIBLE_PEOPLE
from projections.situations import SITUATIONS
from projections.spans import SPANS
from projections.statement_files import STATEMENT_FILES
from projections.statement_lines import STATEMENT_LINES
from projections.unlisted import UNLISTED

READ_MODELS: Final[tuple[ReadModel[Any], ...]] = (
    REGISTER,
    SITUATIONS,
    OBLIGATIONS,
    READINESS,
    FINDINGS,
    FOUND_DIFFERENCES,
    PLACEMENTS,
    SPANS,
    COUNTED_VALUES,
    LIKENESS_TERMS,
    FAMILY_CHILDREN,
    EXCEPTIONS,
    FAMILIES,
    INSTITUTION_OBLIGATIONS,
    RESPONSIBLE_PEOPLE,
    ESCALATION_STEPS,
    STATEMENT_FILES,
    STATEMENT_LINES,
    UNLISTED,
)
