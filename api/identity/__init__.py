"""Identity: authentication, permissions, and the log of accesses."""
