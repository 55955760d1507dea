"""Running PostgreSQL: the embedded server, migrations, checks and backups."""
