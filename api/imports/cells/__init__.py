"""What one cell of a register says: its text, day, number, measure or mark."""
