"""The log of the entries: a tree of hashes, proofs, signed checkpoints, and how others check them."""
