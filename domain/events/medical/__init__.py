"""Medical care (医疗): vaccinations, illnesses with their treatment, and who pays for it.

An illness is an episode: its diagnosis opens it, and treatments, costs and payments name that entry, so that
one illness is read as one account.
"""

from domain.events.medical import aid as aid
from domain.events.medical import costs as costs
from domain.events.medical import illness as illness
from domain.events.medical import treatment as treatment
from domain.events.medical import vaccination as vaccination
