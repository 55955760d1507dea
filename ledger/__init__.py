"""The only writer: it appends, orders, seals and verifies entries, on PostgreSQL."""
