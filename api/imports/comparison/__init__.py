"""What a register says against what the ledger holds: what is to be recorded."""
