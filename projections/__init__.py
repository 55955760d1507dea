"""Read models: one question across files is one module with its table, rebuilt from the entries.

A read model is added by its module with its table's .sql beside it, and a line here.
"""

from typing import Any, Final

from projections.findings import FINDINGS
from projections.model import ReadModel
from projections.obligations import OBLIGATIONS
from projections.readiness import READINESS
from projections.register import REGISTER
from projections.spans import SPANS

READ_MODELS: Final[tuple[ReadModel[Any], ...]] = (REGISTER, OBLIGATIONS, READINESS, FINDINGS, SPANS)
