"""Reports that are issued: declared, computed from the read models, kept as they were, and computed again."""
