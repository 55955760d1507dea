"""Recording: a request is judged by its file, sealed and appended, and judged again if the file moved."""
