"""A file of what another department holds, row by row, and how it is compared with the children here."""
