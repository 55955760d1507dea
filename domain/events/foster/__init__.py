"""Foster care (家庭寄养): a child and a family get to know each other, agree, live together and are visited.

The child stays in the institution's care. What is about the family is sealed under the family's own key;
how the family came to foster stands in the family's own file.
"""

from domain.events.foster import foster_visits as foster_visits
from domain.events.foster import fostering as fostering
from domain.events.foster import matches as matches
