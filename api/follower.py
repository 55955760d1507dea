"""The process that follows the ledgers of a service: it keeps read models, logs and counts up with them.

It answers nobody. `FOLLOWER STARTER`: it ends with the process of that id.
"""

import asyncio
import os
import sys
from typing import Final

from api.follower_state import Forked, following, found_forked
from api.serving import run_beside
from api.settings import Settings
from api.tenants import Tenants, open_tenants

NICENESS: Final = 5
"""Requests have priority: beside a process that could use all of a processor it gets a quarter of that."""
LOOK_SECONDS: Final = 1.0


async def follow(settings: Settings) -> int:
    """Follow until cancelled, once nobody else does."""
    async with following(settings.data), open_tenants(settings, follow=True, apart=True) as tenants:
        said: Forked | None = None
        while True:
            forked = _forked(tenants)
            if forked != said:
                await asyncio.to_thread(found_forked, settings.data, forked)
                said = forked
            await asyncio.sleep(LOOK_SECONDS)


def _forked(tenants: Tenants) -> Forked:
    opened = (container for container in tenants.all if container is not None)
    logs = (log for each in opened for log in (each.transparency_log, each.log_of_accesses))
    return [each.origin for each in logs if each.forked or each.refused_by]


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.exit(run_beside(int(sys.argv[1]), lambda: follow(Settings())))
