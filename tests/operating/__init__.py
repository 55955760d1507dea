"""Operating a ledger: its database, its roles, its backups, its commands, its documents."""
