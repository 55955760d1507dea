"""On how many examples a property is tried."""

import os
from typing import Final

TIMES: Final = int(os.environ.get("CHILDLEDGER_EXAMPLES", "0"))
"""How many times as many as usual; 0 where the usual ones are the same in every run."""


def examples(usual: int) -> int:
    """Return the number of examples of a property for which so many are usual."""
    return usual * max(TIMES, 1)
