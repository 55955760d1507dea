"""Files: read, decoded and folded, kept at hand, with the rulebook that counts for each."""
