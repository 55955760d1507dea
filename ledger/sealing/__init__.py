"""Sealing: ciphers, data keys, and the wrapping of data keys."""
