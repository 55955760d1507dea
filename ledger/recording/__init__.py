"""Recording: a request is judged by its file, sealed, appended, and judged again when the file moves."""
