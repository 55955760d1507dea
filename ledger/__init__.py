"""The only writer: append, order, seal and prove, on PostgreSQL."""
