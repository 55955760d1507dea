"""A family's own stream (家庭): whose it is, and how it came to foster children.

Which children it fosters stands in their files, and is read there.
"""

from domain.events.family import foster_steps as foster_steps
from domain.events.family import profile as profile
