"""The kinds of sheets in a register, one module each, in the order of a life."""

from typing import Final

from api.imports.layout import Layout
from api.imports.layouts.adoption import ADOPTION
from api.imports.layouts.allowances import ALLOWANCE_PAYMENTS, ALLOWANCES
from api.imports.layouts.corrections import CORRECTIONS
from api.imports.layouts.examination import EXAMINATION
from api.imports.layouts.foster import FOSTER_CARE
from api.imports.layouts.household import HOUSEHOLD
from api.imports.layouts.incidents import INCIDENTS
from api.imports.layouts.insurance import INSURANCE
from api.imports.layouts.other_visits import AFTER_CARE_VISITS, COMMUNITY_VISITS, FOSTER_VISITS
from api.imports.layouts.outside_rolls import OUTSIDE_ROLLS
from api.imports.layouts.placement import PLACEMENT
from api.imports.layouts.psychology import PSYCHOLOGY
from api.imports.layouts.rehabilitation import REHABILITATION
from api.imports.layouts.roster import ROSTER
from api.imports.layouts.schooling import SCHOOLING
from api.imports.layouts.transfers import TRANSFERS
from api.imports.layouts.vaccination import VACCINATION
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
    ALLOWANCES,
    ALLOWANCE_PAYMENTS,
    VACCINATION,
    PSYCHOLOGY,
    INCIDENTS,
    FOSTER_CARE,
    FOSTER_VISITS,
    TRANSFERS,
    AFTER_CARE_VISITS,
    COMMUNITY_VISITS,
    *OUTSIDE_ROLLS,
    CORRECTIONS,
)
"""Every known sheet; the roster comes first, since it names the children."""
