"""The HTTP API: one module per group of addresses, and the dependencies of all requests."""
