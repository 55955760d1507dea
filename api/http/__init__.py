"""The way in over HTTP: one module a group of addresses, and what all of them ask of a request."""
