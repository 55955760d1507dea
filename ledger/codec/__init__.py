"""The stored and the sent form of events and entries: strict JSON, its schema, and its errors."""
