"""An institution's own stream (机构): what it is, what it may do, who works there, and what is supervised.

Nobody leaves an institution's file: what recurs in it recurs for as long as it keeps its ledger here.
"""

# ruff: noqa: I001  # in the order of an institution's life, not of the alphabet
from domain.events.institution import particulars as particulars
from domain.events.institution import capacity as capacity
from domain.events.institution import licences as licences
from domain.events.institution import responsibilities as responsibilities
from domain.events.institution import staff as staff
from domain.events.institution import premises as premises
from domain.events.institution import hazards as hazards
from domain.events.institution import supervision as supervision
from domain.events.institution import reporting as reporting
from domain.events.institution import information as information
from domain.events.institution import governance as governance
