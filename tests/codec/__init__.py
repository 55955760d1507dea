"""Entries as bytes, and what is sent as events: read strictly, kept as it was written."""
