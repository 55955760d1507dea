"""The events, one module per chapter of a life; importing this package registers all of them.

A chapter holds its attributes, its events, its rules, obligations and gates together, in the order of
life. Later chapters import earlier ones, never the other way round.
"""

# ruff: noqa: I001  # in the order of life, not of the alphabet
from domain.events import community as community
from domain.events import intake as intake
from domain.events import search as search
from domain.events import search_due as search_due
from domain.events import guardianship as guardianship
from domain.events import guardianship_due as guardianship_due
from domain.events import parents as parents
from domain.events import admission as admission
from domain.events import reception as reception
from domain.events import household as household
from domain.events import household_due as household_due
from domain.events import entitlement as entitlement
from domain.events import insurance as insurance
from domain.events import health as health
from domain.events import rehabilitation as rehabilitation
from domain.events import rehab_support as rehab_support
from domain.events import schooling as schooling
from domain.events import teaching as teaching
from domain.events import medical as medical
from domain.events import psychology as psychology
from domain.events import social_work as social_work
from domain.events import safety as safety
from domain.events import care as care
from domain.events import entrusted as entrusted
from domain.events import leave as leave
from domain.events import family as family
from domain.events import foster as foster
from domain.events import adoption as adoption
from domain.events import placement as placement
from domain.events import departure as departure
from domain.events import national_roll as national_roll
from domain.events import reconciliation as reconciliation
from domain.events import reunification as reunification
from domain.events import funeral as funeral
from domain.events import archive as archive
from domain.events import transfer as transfer
from domain.events import case as case
from domain.events import end_recorded as end_recorded
from domain.events import record as record
from domain.events import filing as filing
from domain.events import restriction as restriction
from domain.events import erasure as erasure
from domain.events import subject_access as subject_access
from domain.events import emergency as emergency
from domain.events import institution as institution
