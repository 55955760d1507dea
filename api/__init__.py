"""The HTTP API and the command line, assembled in one place."""
