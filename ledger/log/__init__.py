"""The log: records by which the loss or change of entries is detected."""
