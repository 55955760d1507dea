"""Sealing: ciphers, data keys, and what wraps them."""
