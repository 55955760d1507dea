"""Read models: one question across files is one module; all of them can be thrown away and rebuilt."""
