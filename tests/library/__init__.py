"""The persistence module for the eventsourcing library."""
