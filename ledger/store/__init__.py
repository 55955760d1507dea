"""The store: appending with group commit, reading, and waiting, on PostgreSQL."""
