"""The specification: what the ledger does, given, when and then, in the words of the work."""
