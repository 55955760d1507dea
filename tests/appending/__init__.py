"""Recording in a ledger: no position skipped, nothing twice, everybody answered."""
