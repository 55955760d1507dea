"""Running a PostgreSQL: the embedded server, migrations, checks, backups."""
