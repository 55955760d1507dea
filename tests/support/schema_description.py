"""`make schema`, after a migration was added: describes in ledger/sql/schema.txt what they all make."""

import asyncio

from ledger.postgres.check import description
from ledger.postgres.embedded import embedded
from ledger.postgres.migrate import DEFAULT_LEDGER, migrate
from tests.support.folders import a_folder
from tests.support.places import ROOT

DESCRIBED = ROOT / "ledger" / "sql" / "schema.txt"


async def described(url: str) -> str:
    """Migrate an empty database, and return the description of what that makes."""
    await migrate(url)
    return "\n".join(await description(url, DEFAULT_LEDGER)) + "\n"


def main() -> None:
    """Describe a database of its own, thrown away afterwards."""
    with a_folder() as folder, embedded(folder, durable=False) as server:
        DESCRIBED.write_text(asyncio.run(described(server.url)), "utf-8")


if __name__ == "__main__":
    main()
