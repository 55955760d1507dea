"""Importing registers: recognised, read, compared, recorded, and every cell accounted for."""
