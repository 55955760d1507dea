"""What the rows of a register say of one child, with what was corrected by hand."""
