"""The comparison of a register with the ledger, which yields what is to be recorded."""
