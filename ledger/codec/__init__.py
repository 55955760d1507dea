"""The stored and the sent form of events and entries: strict JSON, its schema, and what is wrong with it."""
