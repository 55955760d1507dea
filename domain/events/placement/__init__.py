"""Adult placement (成年安置): from half a year before 18 to the last visit after care.

Two routes lead out of care: into society, or into support for persons in extreme hardship. The gates ask
whether somebody is ready for either.
"""

# ruff: noqa: I001  # in the order of life, not of the alphabet
from domain.events.placement import preparing as preparing
from domain.events.placement import arrangements as arrangements
from domain.events.placement import ages as ages
from domain.events.placement import applying as applying
from domain.events.placement import gates as gates
from domain.events.placement import placed as placed
from domain.events.placement import transition as transition
from domain.events.placement import due as due
from domain.events.placement import local_times as local_times
from domain.events.placement import following_up as following_up
