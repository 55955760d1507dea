"""The content of one cell of a register: text, day, number, measure or mark."""
