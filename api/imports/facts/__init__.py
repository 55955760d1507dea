"""The facts of a register about one child, with the corrections noted by hand."""
