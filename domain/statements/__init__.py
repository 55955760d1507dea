"""The statements of a child's file: what auditors and supervisors ask of it line by line."""
