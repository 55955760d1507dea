"""The life of a child, chapter by chapter: what follows from what, what is due, what is forbidden."""
