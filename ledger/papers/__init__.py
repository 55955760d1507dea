"""The bytes of papers, such as scans: sealed part by part, and stored apart from the entries."""
