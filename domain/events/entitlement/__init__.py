"""What a child is entitled to (待遇): its status, allowances, study grants, temporary assistance."""

# ruff: noqa: I001  # in the order of life, not of the alphabet
from domain.events.entitlement import welfare_status as welfare_status
from domain.events.entitlement import allowance as allowance
from domain.events.entitlement import over_age as over_age
from domain.events.entitlement import childcare_subsidy as childcare_subsidy
from domain.events.entitlement import study_grant as study_grant
from domain.events.entitlement import assistance as assistance
