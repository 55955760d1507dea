"""Read models: one question across files is one module with its table, rebuilt from the entries at any time."""
