"""Files: reading, decoding, folding and caching them, and the rulebook that counts for each."""
