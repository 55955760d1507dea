"""The kinds of sheets in a register, one module each, in the order of a life."""

from typing import Final

from api.imports.layout import Layout
from api.imports.layouts.adoption import ADOPTION
from api.imports.layouts.corrections import CORRECTIONS
from api.imports.layouts.examination import EXAMINATION
from api.imports.layouts.household import HOUSEHOLD
from api.imports.layouts.insurance import INSURANCE
from api.imports.layouts.placement import PLACEMENT
from api.imports.layouts.rehabilitation import REHABILITATION
from api.imports.layouts.roster import ROSTER
from api.imports.layouts.schooling import SCHOOLING
from api.imports.layouts.visits import VISITS

LAYOUTS: Final[tuple[Layout, ...]] = (
    ROSTER,
    HOUSEHOLD,
    INSURANCE,
    SCHOOLING,
    REHABILITATION,
    EXAMINATION,
    ADOPTION,
    VISITS,
    PLACEMENT,
    CORRECTIONS,
)
"""Every known sheet; the roster comes first, since it names the children."""
