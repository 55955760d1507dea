"""The machine that keeps the read models: catches up, rebuilds in generations, verifies."""
