"""What is asked of PostgreSQL's own catalogs."""

from typing import Final

from ledger.store import queries

CATALOG: Final = queries.load("ledger.postgres", "catalog.sql")
