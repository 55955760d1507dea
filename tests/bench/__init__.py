"""The benchmark of design 9: every row against its baseline, in one run on one embedded PostgreSQL."""
